"""Whatever is typed, a family gets an answer or a silence that is meant; and whatever is answered fits its segment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Bus,
    Cancelled,
    Disclosure,
    FeedOutage,
    Finished,
    LastSeen,
    LateStart,
    MayHavePassed,
    NoSignalSince,
    NotRidingToday,
    NotStarted,
    OffRoute,
    OnTheWay,
    Passed,
    RunningLate,
    Uncovered,
    Window,
)
from busline.cause import Cause
from busline.ids import CallKey, ContactId, Phone, StudentId, VehicleId
from busline.people import Contact, Leg, Ride
from busline.timetable import Timetable
from sms.catalogue import shipped_catalogue
from sms.catalogue.budget import shipped_budgets
from sms.conversation.asker import Asker
from sms.conversation.reply import Outcome, Reply
from sms.conversation.rules import Conversation
from sms.segments import Encoding, fold_to_gsm7, segments
from sms.settings import SmsSettings
from sms.text import Wording, render
from sms.twilio import twiml
from sms.twilio.forms import InboundText, read_form, text_from
from tests.builders import ZONE, at, make_run, make_timetable

PHONE = Phone("+16175550100")
NOW = at("7:02")
MIA, BEN = StudentId("100234"), StudentId("100235")


class FixedAnswers:
    """A picture that always says the same."""

    timetable: Timetable = make_timetable([make_run()])

    def disclose(self, rides: Sequence[Ride], now: datetime) -> Disclosure:
        return Disclosure(NotRidingToday(None), None)

    def planned_on(self, rides: Sequence[Ride], service_date: date, now: datetime) -> tuple[Disclosure, ...]:
        return ()

    def cause(self, call: CallKey) -> Cause | None:
        return None


CONVERSATION = Conversation(
    FixedAnswers(), SmsSettings("https://x", "t", "Lincoln County", "(617) 555-0150"), shipped_catalogue()
)
PARENT = Asker(Contact(ContactId("C1"), PHONE, "en"), {MIA: (), BEN: ()})
STRANGER = Asker(None, {})
SILENT = {
    Outcome.SILENT_OPTED_OUT,
    Outcome.SILENT_TOO_MANY,
    Outcome.SILENT_NOT_LINKED,
    Outcome.OPTED_OUT,
    Outcome.SILENT_THANKS,
}

typed = st.one_of(
    st.text(max_size=1_600),
    st.from_regex(r"[a-zA-Z #.,!?0-9áéíóúñ¿¡]{0,80}", fullmatch=True),
    st.lists(
        st.sampled_from(["bus", "where", "is", "my", "100234", "999999", "stop", "español", "donde", "?", "47", "help"])
    ).map(" ".join),
)


def reply_to(body: str, asker: Asker) -> Reply:
    return CONVERSATION.reply_to_text(CONVERSATION.hear(InboundText("SM1", PHONE, body)), asker, NOW)


@given(typed)
def test_any_text_from_anybody_gets_an_answer_or_a_silence_that_is_meant(body: str) -> None:
    for asker in (PARENT, STRANGER, replace(PARENT, opted_out=True), replace(PARENT, answered_last_hour=30)):
        reply = reply_to(body, asker)
        # What is said of a case waits for its number.
        assert bool(reply.texts) or reply.outcome in SILENT or reply.about_case is not None
        assert all(text.strip() and len(text) <= 1_600 for text in reply.texts)
        assert {told.student_id for told in reply.told} <= set(asker.riders)
        assert b"\x00" not in twiml.messages(reply.texts).encode()


@given(st.binary(max_size=2_000))
def test_any_bytes_for_a_body_become_text_that_postgresql_and_xml_can_hold(body: bytes) -> None:
    encoded = b"".join(b"%%%02X" % byte for byte in body)
    cleaned = text_from(read_form(b"MessageSid=SM1&From=%2B16175550100&Body=" + encoded)).body
    assert "\x00" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


BEFORE = [
    "",
    "id ",
    "#",
    "bus for ",
    "join ",
    "status ",
    "is it late ",
    "bus tomorrow ",
    "my kid is not home ",
    "lost bag ",
]


@given(st.integers(0, 10**12).map(str), st.integers(0, 10**12).map(str), st.sampled_from(BEFORE))
def test_a_stranger_gets_the_same_words_for_any_two_numbers_of_one_length(one: str, other: str, before: str) -> None:
    replies = {
        (reply.texts, reply.outcome, reply.told, tuple(type(effect) for effect in reply.effects))
        for number in (one.zfill(6)[:6], other.zfill(6)[:6], "100234")
        for reply in [reply_to(before + number, STRANGER)]
    }
    assert len(replies) == 1


@given(st.integers(0, 999_999).map("{:06}".format))
def test_a_parent_learns_nothing_about_any_number_that_is_not_linked(number: str) -> None:
    reply = reply_to(number, PARENT)
    if number.lstrip("0") in (MIA, BEN):
        assert [told.student_id for told in reply.told] == [number.lstrip("0")]
    else:
        assert not reply.told
        assert reply.texts == reply_to("999999", PARENT).texts


days = st.integers(0, 330).map(lambda number: date(2026, 8, 1) + timedelta(days=number))
buses = st.builds(
    Bus,
    st.integers(1, 99_999).map(lambda number: VehicleId(str(number))),
    st.none() | st.integers(1, 99_999).map(lambda number: VehicleId(str(number))),
)
late = st.integers(0, 240)


@st.composite
def answers(draw: st.DrawFn) -> tuple[Answer, datetime]:
    """An answer as it can be true on one day, and the moment it is asked for."""
    now = at("4:00", draw(days)) + timedelta(minutes=draw(st.integers(0, 15 * 60)))

    def near(low: int, high: int) -> datetime:
        return now + timedelta(minutes=draw(st.integers(low, high)))

    leg, bus = draw(st.sampled_from(Leg)), draw(buses)
    earliest = near(0, 90)
    window = Window(earliest, earliest + timedelta(minutes=draw(st.integers(0, 60))), earliest, earliest)
    possible: list[Answer] = [
        Arriving(bus, leg, window, now),
        RunningLate(bus, leg, window, draw(late), now),
        LastSeen(bus, leg, window, draw(late), near(-6, -2)),
        AtStop(bus, leg, now),
        NotStarted(draw(st.none() | st.just(bus)), leg, near(0, 240), draw(st.none() | st.just(near(-30, 90)))),
        LateStart(draw(st.none() | st.just(bus)), leg, near(-60, 60), draw(late)),
        NoSignalSince(bus, leg, near(-60, 60), near(-120, -7)),
        OffRoute(bus, leg, near(-60, 60), now),
        OnTheWay(bus, leg, near(-60, 60), now),
        Uncovered(leg, near(-60, 60), draw(st.booleans())),
        Cancelled(leg, near(-60, 240)),
        Passed(bus, leg, near(-60, 0)),
        MayHavePassed(bus, leg, near(-60, 0)),
        Finished(bus, leg, near(-60, 0)),
        FeedOutage(leg, near(-60, 60), draw(st.none() | st.just(near(-120, 0)))),
        NotRidingToday(draw(st.none() | st.dates(date(2026, 8, 1), date(2027, 7, 1)))),
    ]
    return draw(st.sampled_from(possible)), now


@given(answers(), st.sampled_from(shipped_catalogue().languages))
def test_every_answer_keeps_to_the_budget_of_its_language(asked: tuple[Answer, datetime], language: str) -> None:
    answer, now = asked
    wording = Wording(shipped_catalogue(), language, ZONE, "(617) 555-0100")
    text = render(answer, [MIA], wording, now)
    size = segments(text)
    assert size.count <= shipped_budgets().of(language, "arriving"), f"{size.units}: {text}"
    assert (size.encoding is Encoding.GSM7) == shipped_catalogue().folds(language)
    assert "{" not in text
    assert "  " not in text


@given(st.text(max_size=400))
def test_folding_never_lengthens_a_text_in_segments_and_never_changes_it_twice(text: str) -> None:
    once = fold_to_gsm7(text)
    assert segments(once).count <= max(segments(text).count, segments(once.replace("...", "…")).count)
    assert fold_to_gsm7(once) == once


@given(st.text(max_size=1_000))
def test_segments_hold_the_text_and_no_more(text: str) -> None:
    size = segments(text)
    single, several = (160, 153) if size.encoding is Encoding.GSM7 else (70, 67)
    assert (
        size.count == 1
        if size.units <= single
        else (size.count - 1) * (several - 1) < size.units <= size.count * several
    )
