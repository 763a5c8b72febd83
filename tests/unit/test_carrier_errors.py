"""Every error that the carrier documents for what we do has one meaning, and an unknown one is no reason to go on."""

import pytest

from busline.outbound import Lasting, Later, Refused, Unheard
from sms.twilio.carrier_errors import meaning

TOO_FAST = (20429, 14107, 21611, 30001, 30022, 63018)
NOT_TODAY = (30023, 30027)
ALARMS = (21408, 21601, 21606, 21612, 30007, 30032, 30034, 11200, 11205, 12100, 12300, 13331, 13512)
NEVER = (21617, 30004, 30036)


@pytest.mark.parametrize("code", TOO_FAST)
def test_too_much_at_once_is_a_matter_of_seconds(code: int) -> None:
    for status in (400, 429, None):
        found = meaning(code, status)
        assert isinstance(found, Later)
        assert (found.slow_down, found.not_today, found.alarm) == (True, False, None)


def test_any_answer_that_says_too_many_slows_us_down() -> None:
    assert isinstance(found := meaning(None, 429), Later)
    assert found.slow_down


@pytest.mark.parametrize("code", NOT_TODAY)
def test_the_days_allowance_is_there_again_tomorrow(code: int) -> None:
    found = meaning(code)
    assert isinstance(found, Later)
    assert (found.slow_down, found.not_today) == (False, True)


@pytest.mark.parametrize(("code", "status"), [(20003, 401), (20005, 403), (30002, None), (None, 403)])
def test_an_account_that_is_not_let_in_is_an_alarm_and_what_waits_is_kept(code: int | None, status: int | None) -> None:
    found = meaning(code, status)
    assert isinstance(found, Later)
    assert found.alarm == (code or status)


@pytest.mark.parametrize("code", ALARMS)
def test_what_is_wrong_on_our_side_is_an_alarm(code: int) -> None:
    found = meaning(code, 400)
    assert isinstance(found, Refused)
    assert (found.lasting, found.code) == (Lasting.ALARM, code)


@pytest.mark.parametrize("code", NEVER)
def test_what_this_message_or_phone_forbids_is_about_this_message_alone(code: int) -> None:
    assert meaning(code) == Refused(meaning(code).words, Lasting.NOTHING, code)


@pytest.mark.parametrize("code", [21614, 30006])
def test_a_landline_is_known_by_either_number(code: int) -> None:
    assert isinstance(found := meaning(code), Refused)
    assert found.lasting is Lasting.LANDLINE


@pytest.mark.parametrize("code", [21211, 30003, 30005])
def test_a_number_that_reaches_nobody_makes_the_contact_suspect(code: int) -> None:
    assert isinstance(found := meaning(code), Refused)
    assert found.lasting is Lasting.CONTACT_SUSPECT


def test_who_has_opted_out_at_the_carrier_is_told_from_all_others() -> None:
    assert isinstance(found := meaning(21610, 400), Refused)
    assert found.lasting is Lasting.OPTED_OUT


@pytest.mark.parametrize(("code", "status"), [(20500, 500), (None, 502), (20503, 503), (30008, None), (30410, None)])
def test_a_failure_of_the_other_side_leaves_open_whether_it_went(code: int | None, status: int | None) -> None:
    assert isinstance(meaning(code, status), Unheard)


def test_an_error_that_nobody_knows_ends_the_message_and_nothing_else() -> None:
    assert meaning(99_999, 400) == Refused(
        "The carrier answered 400 (https://www.twilio.com/docs/api/errors/99999).", Lasting.NOTHING, 99_999
    )
    assert meaning(None) == Refused("The carrier could not bring it to the phone.")


def test_the_words_hold_no_phone_and_say_where_to_read_on() -> None:
    for code in (*TOO_FAST, *NOT_TODAY, *ALARMS, *NEVER, 21614, 30003, 30410):
        assert meaning(code, None).words.endswith(f"(https://www.twilio.com/docs/api/errors/{code}).")
