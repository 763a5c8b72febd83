"""Twilio's fields become a typed message, whatever is missing, added or strange."""

import pytest

from sms.opt_out import OptWord
from sms.twilio.forms import LONGEST_BODY, BadForm, call_from, read_form, status_from, text_from


def text_of(**fields: str) -> str:
    pairs = {"MessageSid": "SM1", "From": "+16175550100"} | fields
    return "&".join(f"{name}={value}" for name, value in pairs.items())


def body_of(encoded: str) -> str:
    return text_from(read_form(text_of(Body=encoded).encode())).body


@pytest.mark.parametrize(
    ("encoded", "body"),
    [
        ("bus", "bus"),
        ("%20%20bus%0A", "bus"),
        ("where%0Ais%09it", "where is it"),
        ("b%00u%07s%1B", "bus"),
        ("%E2%80%AE100234%E2%80%AC", "100234"),
        ("%EF%BB%BFbus%E2%80%8B", "bus"),
        ("a+b", "a b"),
        ("%FF%FE", "\ufffd\ufffd"),
        ("autobu%CC%81s", "autobús"),
        ("%F0%9F%9A%8C", "🚌"),
        ("", ""),
    ],
)
def test_a_body_is_cleaned_of_what_breaks_or_hides(encoded: str, body: str) -> None:
    assert body_of(encoded) == body


def test_a_missing_body_is_empty_and_a_long_one_is_cut() -> None:
    assert text_from(read_form(text_of().encode())).body == ""
    assert len(body_of("x" * 5_000)) == LONGEST_BODY


@pytest.mark.parametrize(
    "sender", ["", "12345", "AMAZON", "%2B0123456789", "%2B1617555010012345", "whatsapp:%2B16175550100"]
)
def test_a_sender_that_is_no_phone_is_nobody(sender: str) -> None:
    assert text_from(read_form(text_of(From=sender).encode())).phone is None


@pytest.mark.parametrize(("given", "count"), [("2", 2), ("0", 0), ("", 0), ("two", 0), ("-1", 0), ("9" * 30, 0)])
def test_the_number_of_pictures_is_read_or_none(given: str, count: int) -> None:
    assert text_from(read_form(text_of(NumMedia=given).encode())).media == count


def test_any_of_the_names_of_the_id_will_do() -> None:
    assert text_from(read_form(b"SmsSid=SM2&From=%2B16175550100")).sid == "SM2"
    with pytest.raises(BadForm, match="no MessageSid"):
        text_from(read_form(b"From=%2B16175550100&Body=bus"))


def test_what_the_carrier_understood_is_taken_over() -> None:
    assert text_from(read_form(text_of(OptOutType="STOP").encode())).carrier_said is OptWord.STOP
    assert text_from(read_form(text_of(OptOutType="START").encode())).carrier_said is OptWord.START
    assert text_from(read_form(text_of(OptOutType="HELP").encode())).carrier_helped
    assert text_from(read_form(text_of(OptOutType="YES").encode())).carrier_said is None


@pytest.mark.parametrize(
    ("verstat", "attested"),
    [
        ("TN-Validation-Passed-A", True),
        ("TN-Validation-Passed-B", False),
        ("TN-Validation-Passed-C", False),
        ("TN-Validation-Failed-A", False),
        ("No-TN-Validation", False),
        ("", False),
    ],
)
def test_only_full_attestation_vouches_for_a_caller(verstat: str, attested: bool) -> None:
    form = read_form(f"CallSid=CA1&From=%2B16175550100&StirVerstat={verstat}".encode())
    assert call_from(form).attested is attested


def test_a_delivery_report_is_read_with_its_error() -> None:
    report = status_from(read_form(b"MessageSid=SM1&MessageStatus=failed&ErrorCode=30003"))
    assert (report.sid, report.status, report.error_code) == ("SM1", "failed", 30003)
    assert status_from(read_form(b"MessageSid=SM1&SmsStatus=sent&ErrorCode=")).error_code is None


def test_a_flood_of_fields_is_refused() -> None:
    with pytest.raises(BadForm, match="more than"):
        read_form(b"&".join(b"a=1" for _ in range(1_000)))
