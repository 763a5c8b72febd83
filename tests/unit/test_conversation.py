"""What is said to whom: the rules of the conversation, without web or database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from busline.answer import AtStop, Bus, Disclosure, NotRidingToday
from busline.cases.case import CaseStanding, CaseState
from busline.cases.departments import TRANSPORTATION
from busline.cases.reference import Reference
from busline.cause import Cause
from busline.ids import CallKey, ContactId, Phone, RunKey, StudentId, VehicleId
from busline.people import Contact, Leg, Ride
from busline.timetable import Timetable
from sms.catalogue import shipped_catalogue
from sms.conversation.asker import Asker, ConsentAsked
from sms.conversation.effects import Effect, GiveConsent, ReopenCase, SettleCase, StopTexts
from sms.conversation.offers import APerson, Offer, TheBus
from sms.conversation.reply import Outcome, Reply
from sms.conversation.rules import Conversation
from sms.settings import Limits, SmsSettings
from sms.twilio.forms import InboundText
from tests.builders import MONDAY, at, make_ride, make_run, make_timetable

PHONE = Phone("+16175550100")
NOW = at("7:02")
RUN = make_run()
MIA, BEN, ZOE = StudentId("100234"), StudentId("100235"), StudentId("100236")
CALL = CallKey(RunKey(MONDAY, RUN.run_id), 4)
AT_STOP = AtStop(Bus(VehicleId("47")), Leg.TO_SCHOOL, NOW - timedelta(seconds=30))


class Picture:
    """At the stop for whoever has a ride, and not riding for whoever has none."""

    timetable: Timetable = make_timetable([RUN])

    def disclose(self, rides: Sequence[Ride], now: datetime) -> Disclosure:
        return Disclosure(AT_STOP, CALL) if rides else Disclosure(NotRidingToday(None), None)

    def planned_on(self, rides: Sequence[Ride], service_date: date, now: datetime) -> tuple[Disclosure, ...]:
        return ()

    def cause(self, call: CallKey) -> Cause | None:
        return None


def conversation(**limits: int) -> Conversation:
    settings = SmsSettings("https://x", "t", "Lincoln County", "(617) 555-0150", limits=Limits(**limits))
    return Conversation(Picture(), settings, shipped_catalogue())


def reply_to(body: str, asker: Asker, **limits: int) -> Reply:
    talk = conversation(**limits)
    return talk.completed(talk.reply_to_text(talk.hear(InboundText("SM1", PHONE, body)), asker, NOW), None, NOW)


PARENT = Asker(Contact(ContactId("C1"), PHONE, "en"), {MIA: (make_ride(RUN),), BEN: (make_ride(RUN),), ZOE: ()})
STRANGER = Asker(None, {})


def test_siblings_on_one_bus_share_a_line_and_the_one_at_home_has_her_own() -> None:
    reply = reply_to("bus", PARENT)
    assert reply.texts == (
        "100234, 100235: Bus 47 is at your stop now. Live at 7:01 AM.\n100236: No more bus rides are planned today.",
    )
    assert [told.student_id for told in reply.told] == [MIA, BEN, ZOE]
    assert [told.call for told in reply.told] == [CALL, CALL, None]


def test_a_number_selects_among_the_riders_of_the_phone() -> None:
    reply = reply_to("100235", PARENT)
    assert reply.texts == ("100235: Bus 47 is at your stop now. Live at 7:01 AM.",)
    assert [told.student_id for told in reply.told] == [BEN]


def test_nothing_is_told_in_a_reply_that_tells_nothing() -> None:
    for body in ("help", "hm", "español", "STOP", "999999"):
        assert reply_to(body, PARENT).told == ()


def test_the_first_reply_offers_the_languages_in_a_text_of_its_own_and_later_ones_do_not() -> None:
    offer = "🌐 Español Kreyòl Kriolu Việt 中文 Português Soomaali Français عربي"
    words = "100234: Bus 47 is at your stop now. Live at 7:01 AM."
    assert reply_to("100234", replace(PARENT, is_new=True)).texts == (words, offer)
    assert reply_to("100234", PARENT).texts == (words,)
    assert reply_to("thanks", replace(PARENT, is_new=True)).texts == ()


def test_whoever_leaves_or_has_just_chosen_a_language_is_not_offered_another() -> None:
    for body in ("STOP sending me texts", "español", "languages"):
        assert len(reply_to(body, replace(PARENT, is_new=True)).texts) == 1, body


def test_opting_out_goes_before_the_question_it_stands_with_nothing() -> None:
    reply = reply_to("stop please", PARENT)
    assert (reply.outcome, reply.effects) == (Outcome.OPTED_OUT, (StopTexts(),))
    assert reply.texts[0].startswith("Lincoln County buses: you will get no more texts")
    assert StopTexts() not in reply_to("where is my stop", PARENT).effects


@pytest.mark.parametrize("body", ["bus", "100234", "help", "español", "hm", ""])
def test_a_phone_that_opted_out_hears_nothing_and_nothing_is_told(body: str) -> None:
    reply = reply_to(body, replace(PARENT, opted_out=True))
    assert (reply.outcome, reply.texts, reply.told) == (Outcome.SILENT_OPTED_OUT, (), ())


def test_the_limits_are_exact() -> None:
    assert reply_to("bus", replace(PARENT, answered_last_hour=2), texts_per_hour=3).outcome is Outcome.ANSWERED
    at_limit = replace(PARENT, answered_last_hour=3)
    assert reply_to("bus", at_limit, texts_per_hour=3).outcome is Outcome.TOO_MANY
    assert reply_to("bus", replace(at_limit, warned_last_hour=True), texts_per_hour=3).texts == ()
    assert reply_to("9999", replace(STRANGER, refused_last_day=4)).refused
    assert reply_to("9999", replace(STRANGER, refused_last_day=5)).outcome is Outcome.SILENT_NOT_LINKED


def test_a_phone_of_another_language_than_the_catalogue_has_is_answered_in_the_districts() -> None:
    klingon = replace(PARENT, contact=Contact(ContactId("C1"), PHONE, "tlh"))
    assert reply_to("100234", klingon).language == "en"
    assert reply_to("¿dónde está el autobús?", klingon).language == "es"


def test_a_call_is_answered_in_the_contacts_language_with_its_accents_once_the_number_is_vouched_for() -> None:
    spanish = replace(PARENT, contact=Contact(ContactId("C1"), PHONE, "es"))
    told = conversation().reply_to_call(attested=True, asker=spanish, now=NOW)
    assert (
        told.texts[0] == "1 0 0 2 3 4, 1 0 0 2 3 5: El autobús 47 está ahora en su parada. En vivo 7:01 de la mañana."
    )
    untold = conversation().reply_to_call(attested=False, asker=spanish, now=NOW)
    assert untold == conversation().reply_to_call(attested=False, asker=STRANGER, now=NOW)
    assert (untold.language, untold.outcome, untold.told) == ("en", Outcome.ASKED_TO_TEXT, ())


def test_a_caller_whose_language_has_no_voice_is_spoken_to_in_the_districts_and_texted_in_their_own() -> None:
    somali = replace(PARENT, contact=Contact(ContactId("C1"), PHONE, "so"))
    assert conversation().reply_to_call(attested=True, asker=somali, now=NOW).language == "en"
    assert reply_to("100234", somali).language == "so"


def test_a_default_language_that_is_not_in_the_catalogue_is_found_at_the_start() -> None:
    settings = SmsSettings("https://x", "t", "Lincoln County", "(617) 555-0150", default_language="xx")
    with pytest.raises(ValueError, match="default language 'xx'"):
        Conversation(Picture(), settings, shipped_catalogue())


def test_a_hello_is_answered_by_what_can_be_texted_and_searches_no_prepared_answers() -> None:
    for asker in (PARENT, STRANGER):
        reply = reply_to("good morning", asker)
        assert reply.outcome is Outcome.HELPED
        assert reply.texts[0].startswith("Lincoln County buses: text BUS")
        assert reply.effects == ()


CONSENT = ConsentAsked(7, MIA, Phone("+16175550177"), NOW - timedelta(hours=3))
CASE = CaseStanding(
    reference=Reference("48217"),
    state=CaseState.ANSWERED,
    department=TRANSPORTATION,
    topic="question",
    urgent=False,
    state_since=NOW - timedelta(hours=2),
    opened_at=NOW - timedelta(hours=5),
    promised_by=NOW,
)
GIVEN, SETTLED, REOPENED = GiveConsent(7, True), SettleCase(CASE.reference), ReopenCase(CASE.reference)


@pytest.mark.parametrize(
    ("consent_hours", "case_hours", "offered", "said", "effects", "outcome"),
    [
        (3, 2, (), "yes", (SETTLED,), Outcome.CASE_SETTLED),
        (2, 3, (), "yes", (GIVEN,), Outcome.CONSENT_GIVEN),
        (3, 2, (), "no", (REOPENED,), Outcome.PERSON),
        (2, 3, (), "no", (GiveConsent(7, False),), Outcome.CONSENT_REFUSED),
        (3, 2, (TheBus(),), "yes", (), Outcome.ANSWERED),
        (3, 2, (TheBus(), APerson()), "yes", (), Outcome.UNCLEAR),
        (3, 2, (TheBus(),), "no", (), Outcome.UNCLEAR),
        (0, 2, (TheBus(),), "yes", (GIVEN,), Outcome.CONSENT_GIVEN),
    ],
)
def test_a_bare_yes_or_no_is_about_what_was_asked_last_and_lets_no_phone_in_by_mistake(
    consent_hours: int,
    case_hours: int,
    offered: tuple[Offer, ...],
    said: str,
    effects: tuple[Effect, ...],
    outcome: Outcome,
) -> None:
    asker = replace(
        PARENT,
        consent=replace(CONSENT, asked_at=NOW - timedelta(hours=consent_hours)),
        cases=(replace(CASE, state_since=NOW - timedelta(hours=case_hours)),),
        offered=offered,
        offered_at=NOW - timedelta(minutes=5) if offered else None,
    )
    reply = reply_to(said, asker)
    assert (reply.outcome, reply.effects) == (outcome, effects)


def test_a_second_yes_says_what_the_first_one_did_and_lets_no_phone_in() -> None:
    closed = replace(CASE, state=CaseState.CLOSED_BY_FAMILY, state_since=NOW - timedelta(seconds=20))
    asker = replace(PARENT, consent=CONSENT, cases=(closed,))
    again = reply_to("yes", asker)
    assert (again.outcome, again.effects) == (Outcome.CASE_SETTLED, ())
    assert reply_to("no", asker).effects == (REOPENED,)
    # A quarter of an hour later it is about what is still open.
    settled_long_ago = replace(asker, cases=(replace(closed, state_since=NOW - timedelta(minutes=15)),))
    assert reply_to("yes", settled_long_ago).effects == (GIVEN,)
