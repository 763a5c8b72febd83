"""Whatever happens to a case, in whatever order, some things stay true."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from busline.cases.case import (
    Answered,
    Assigned,
    Case,
    CaseState,
    Change,
    LeftUnanswered,
    NotPossible,
    ReachedDepartment,
    Reminded,
    Reopened,
    Said,
    Solved,
    Transferred,
    after,
)
from busline.cases.departments import SEEDED, WorkingTime, promised_by
from busline.cases.reference import MOST_DIGITS, new_reference, plain_reference, spoken
from busline.cases.reminding import MOST, due_reminder
from notifier.connectors.incoming import UnreadableError, text_of_html
from notifier.connectors.mail_in import read_mail
from notifier.connectors.reply_address import ReplyAddresses
from notifier.connectors.status_in import read_status
from notifier.connectors.zammad_in import read_ticket
from tests.unit.test_case import NOW, make_case

BOSTON = ZoneInfo("America/New_York")
ADDRESSES = ReplyAddresses("cases@bus.example.org", b"k" * 32)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.just(ReachedDepartment()),
    st.just(Said()),
    st.just(Answered()),
    st.just(Solved()),
    st.just(LeftUnanswered()),
    st.just(Reminded()),
    st.builds(Assigned, st.sampled_from(["ana", "ben"])),
    st.builds(Transferred, st.sampled_from(SEEDED)),
    st.builds(Reopened, st.integers(1, 100).map(lambda hours: NOW + timedelta(hours=hours))),
)


@given(st.lists(CHANGES, max_size=12))
def test_a_case_keeps_its_reference_and_a_family_waits_only_while_it_is_open(changes: list[Change]) -> None:
    case = make_case()
    for hours, change in enumerate(changes):
        became = after(case, change, NOW + timedelta(hours=hours))
        if isinstance(became, NotPossible):
            continue
        assert (became.case_id, became.reference, became.opened_at) == (case.case_id, case.reference, case.opened_at)
        assert (became.waiting_since is not None) == became.state.is_waiting
        assert became.state is not CaseState.RECEIVED or case.state is CaseState.RECEIVED, "nothing goes back there"
        if became.promised_by != case.promised_by:
            assert isinstance(change, Reopened)
        if became.state.is_closed and not case.state.is_closed:
            assert isinstance(change, Solved | LeftUnanswered), "only the family closes a case, or time does"
        assert became.state_since >= case.state_since
        case = became


@given(st.integers(0, 20), st.integers(0, 4_000), st.integers(1, 4_000))
def test_reminding_ends_and_never_reminds_of_what_waits_for_nobody(reminders: int, minutes: int, promise: int) -> None:
    case = replace(make_case(), reminders=reminders, promised_by=NOW + timedelta(minutes=promise))
    now = NOW + timedelta(minutes=minutes)
    level = due_reminder(case, now)
    if level is not None:
        assert reminders < MOST
        assert minutes >= promise * 0.75
    answered = after(case, Answered(), NOW)
    assert isinstance(answered, Case)
    assert due_reminder(answered, now) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is beside
    st.integers(0, 1_380),
    st.integers(30, 1_440),
    st.integers(1, 127),
    st.integers(1, 3_000),
)
def test_what_is_promised_lies_in_working_time_after_exactly_that_much_of_it(
    asked_at: datetime, opens: int, closes: int, weekdays: int, minutes: int
) -> None:
    assume(opens + 30 <= closes)
    hours = WorkingTime(opens, closes, weekdays, minutes, minutes)
    promise = promised_by(asked_at, hours, BOSTON, urgent=False)
    assert promise >= asked_at + timedelta(minutes=minutes)
    local = promise.astimezone(BOSTON)
    assert weekdays >> local.weekday() & 1
    at = local.hour * 60 + local.minute
    # On the two days of the year on which the clocks change, an hour of the night is missing or doubled.
    assert opens <= at <= closes or local.date().month in (3, 11)
    sooner = promised_by(asked_at, replace(hours, expected_minutes=max(1, minutes - 1)), BOSTON, urgent=False)
    assert sooner <= promise


@given(st.integers(4, MOST_DIGITS), st.integers(0, 10**9))
def test_every_reference_is_read_back(digits: int, drawn: int) -> None:
    reference = new_reference(digits, draw=lambda below: drawn % below)
    assert plain_reference(spoken(reference)) == plain_reference(reference) == reference


@given(st.text(max_size=40))
def test_nothing_that_is_typed_breaks_a_reference(typed: str) -> None:
    reference = plain_reference(typed)
    assert reference is None or (reference.isascii() and reference.isdecimal())


@given(st.binary(max_size=400))
def test_nothing_that_is_handed_in_breaks_a_reader(raw: bytes) -> None:
    addressed = b"To: " + ADDRESSES.of(new_reference(4, draw=lambda _: 4724)).encode() + b"\n" + raw
    for mail in (raw, addressed):
        incoming = read_mail(mail, ADDRESSES)
        assert incoming is None or incoming.reference == "57240"
    for read in (read_status, read_ticket):
        with suppress(UnreadableError):
            read(raw)


@given(st.text(max_size=200))
def test_html_is_always_lines_of_words(html: str) -> None:
    for line in text_of_html(f"<div>{html}</div>").splitlines():
        assert line == " ".join(line.split())
