"""What the rules of alerts never do, whatever a morning brings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from busline.alert import Alert, AlertKind
from busline.answer import Bus, Window
from busline.fleet import AssignmentSource, NoticeKind, RunNotice
from busline.ids import CallKey, Phone, RunId, RunKey, StudentId, VehicleId
from busline.people import Leg
from notifier.ride import Expected, Seen, WatchedRide, Wish
from notifier.rules import (
    CHANGED_FROM_MINUTES,
    LEAST_LIFE,
    MOST_LATE_MESSAGES,
    OUTAGE_STANDS,
    RESTS,
    Decision,
    Evidence,
    News,
    Sign,
    Stood,
    decide,
    remember,
)
from notifier.told import COVERED_FAMILY, LATE_FAMILY, Told
from tests.builders import MONDAY, at

KEY = RunKey(MONDAY, RunId("R1"))
PLANNED = at("7:30")
RIDE = WatchedRide(
    Phone("+16175550101"),
    CallKey(KEY, 5),
    Leg.TO_SCHOOL,
    (StudentId("100001"),),
    PLANNED,
    Wish(timedelta(minutes=10), timedelta(minutes=8), arrivals=True),
)
SEEN_OF_STAFF = (*COVERED_FAMILY, AlertKind.SUBSTITUTE)
OWN, OTHER, THIRD = VehicleId("47"), VehicleId("12"), VehicleId("99")


def expected(late_minutes: float, fix_at: datetime, *, band_minutes: float = 2.0, is_live: bool = True) -> Expected:
    """The middle of the band so late, and its ends so far from there."""
    p50 = PLANNED + timedelta(minutes=late_minutes)
    band = timedelta(minutes=band_minutes)
    p10, p90 = p50 - band, p50 + band
    return Expected(
        fix_at=fix_at,
        is_live=is_live,
        surely_after=p50 - 0.66 * band,
        perhaps_after=p50 + 0.41 * band,
        p10=p10,
        p50=p50,
        p90=p90,
        window=Window(p10, p90, p10, p10),
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """One look: what there is to see, so long after the last one, and whether that rests on a new fix."""

    seconds: int
    is_new_fix: bool
    seen: Seen
    late_minutes: float | None


@st.composite
def stretches(draw: st.DrawFn) -> list[Moment]:
    """Some looks at which the same is seen: without them hardly anything would ever stand in two samples."""
    late = draw(st.none() | st.sampled_from([0.0, 5.0, 14.0, 25.0, 26.0, 40.0, -33.0]) | st.floats(-40, 60))
    number = draw(st.sampled_from([OWN, OWN, OWN, OTHER, THIRD]))
    notice: NoticeKind | None = draw(st.sampled_from([*[None] * 8, *NoticeKind]))
    seen = Seen(
        bus=Bus(number, None if number == OWN else OWN),
        bus_by=draw(st.sampled_from([AssignmentSource.FEED, AssignmentSource.STAFF, AssignmentSource.PLAN, None])),
        notice=None if notice is None else RunNotice(KEY, notice, "", at("6:00")),
        is_past=draw(st.sampled_from([False] * 15 + [True])),
        outage_since=draw(st.sampled_from([*[None] * 8, at("6:00")])),
    )
    seconds = draw(st.sampled_from([2, 10, 60, 240]))
    return [
        Moment(seconds, draw(st.sampled_from([True, True, False])), seen, late) for _ in range(draw(st.integers(1, 5)))
    ]


@dataclass(frozen=True, slots=True)
class Lived:
    """A look that was lived through: what was seen and told then."""

    now: datetime
    seen: Seen
    decision: Decision


def live(mornings: Sequence[Moment], told: Told = Told()) -> tuple[list[Lived], Told]:  # noqa: B008 - it is immutable
    """A morning, with the memory that it leaves."""
    now, fix_at = at("6:40"), at("6:40")
    evidence: Evidence = {}
    lived: list[Lived] = []
    blind_from: datetime | None = None
    staff_at = at("6:00")
    for moment in mornings:
        now += timedelta(seconds=moment.seconds)
        fix_at = now if moment.is_new_fix else fix_at
        seen = moment.seen
        if seen.outage_since is None:
            blind_from = None
        else:
            blind_from = blind_from or now
        if seen.notice is not None:
            # Staff say it once; what stands stays as it was said.
            stood = lived[-1].seen.notice if lived else None
            same = stood is not None and stood.kind is seen.notice.kind
            staff_at = staff_at if same else now
            seen = replace(seen, notice=replace(seen.notice, at=staff_at))
        seen = replace(
            seen,
            expected=None if moment.late_minutes is None or seen.is_past else expected(moment.late_minutes, fix_at),
            bus_fix_at=fix_at,
            blind_from=blind_from,
        )
        decision = decide(RIDE, seen, told, evidence, now)
        evidence = decision.evidence
        for news in decision.news:
            told = remember(told, news.alert, now)
        lived.append(Lived(now, seen, decision))
    return lived, told


def alerts(lived: Sequence[Lived]) -> list[tuple[datetime, Alert]]:
    return [(one.now, news.alert) for one in lived for news in one.decision.news]


mornings = st.lists(stretches(), max_size=14).map(lambda parts: [moment for part in parts for moment in part])


@given(mornings)
@settings(max_examples=150)
def test_approaching_is_told_at_most_once_and_never_before_two_fixes_say_so(morning: list[Moment]) -> None:
    lived, _ = live(morning)
    told = [now for now, alert in alerts(lived) if alert.kind is AlertKind.APPROACHING]
    assert len(told) <= 1
    for now in told:
        last = next(one for one in lived if one.now == now)
        before = lived[lived.index(last) - 1]
        assert last.seen.expected is not None
        assert before.seen.expected is not None
        assert before.seen.expected.p10 - before.now <= timedelta(minutes=8)
        assert last.seen.expected.fix_at > at("6:40")


@given(mornings)
@settings(max_examples=150)
def test_of_a_delay_there_are_at_most_four_messages_and_then_an_all_clear(morning: list[Moment]) -> None:
    lived, _ = live(morning)
    family = [(now, alert) for now, alert in alerts(lived) if alert.kind in LATE_FAMILY]
    assert len(family) <= MOST_LATE_MESSAGES + 1
    if len(family) > MOST_LATE_MESSAGES:
        assert family[-1][1].kind is AlertKind.ON_TIME_AGAIN
    told_minutes: int | None = None
    last_at: datetime | None = None
    for now, alert in family:
        match alert.kind:
            case AlertKind.LATE:
                assert told_minutes is None
            case AlertKind.LATER_STILL:
                assert told_minutes is not None
                assert alert.minutes_late - told_minutes >= CHANGED_FROM_MINUTES
            case AlertKind.BETTER_AGAIN:
                assert told_minutes is not None
                assert told_minutes - alert.minutes_late >= CHANGED_FROM_MINUTES
            case _:
                assert told_minutes is not None, "nobody hears that a delay is over who heard of none"
        if alert.kind is not AlertKind.ON_TIME_AGAIN and last_at is not None:
            assert now - last_at >= RESTS
        told_minutes = None if alert.kind is AlertKind.ON_TIME_AGAIN else alert.minutes_late
        last_at = now
    assert [alert.turn for _, alert in family] == list(range(1, len(family) + 1))


@given(mornings)
@settings(max_examples=150)
def test_what_nobody_can_see_nobody_is_told_of(morning: list[Moment]) -> None:
    lived, _ = live(morning)
    outages = 0
    for one in lived:
        for news in one.decision.news:
            kind = news.alert.kind
            if one.seen.outage_since is not None:
                assert kind is AlertKind.OUTAGE or kind in SEEN_OF_STAFF
                assert kind is not AlertKind.SUBSTITUTE or one.seen.bus_by is AssignmentSource.STAFF
                assert news.alert.window is None
            if kind is AlertKind.OUTAGE:
                outages += 1
                assert one.seen.blind_from is not None
                assert one.now - one.seen.blind_from >= OUTAGE_STANDS
    assert outages <= 1


@given(mornings)
@settings(max_examples=150)
def test_the_same_morning_again_with_the_memory_of_the_first_time_tells_nothing(morning: list[Moment]) -> None:
    _, told = live(morning)
    again, still = live(morning, told)
    assert alerts(again) == []
    assert still == told


@given(st.floats(10.1, 40.0), st.floats(0.0, 1.0))
def test_a_bus_that_stands_before_the_stop_late_is_told_of_though_it_may_come_any_moment(
    late: float, band_minutes: float
) -> None:
    told, evidence = Told(), dict[Sign, Stood]()
    news: list[News] = []
    for seconds in (0, 10, 20):
        # As what is foreseen moves on with the clock while it stands.
        now = PLANNED + timedelta(minutes=late, seconds=seconds)
        arriving = expected(late + seconds / 60, now, band_minutes=band_minutes)
        foreseen = replace(arriving, p10=now, p50=now, p90=now, surely_after=now, perhaps_after=now)
        bus = Bus(OTHER, OWN)
        seen = Seen(expected=foreseen, bus=bus, bus_by=AssignmentSource.FEED, bus_fix_at=now)
        decision = decide(replace(RIDE, wish=Wish(timedelta(minutes=10))), seen, told, evidence, now)
        evidence = dict(decision.evidence)
        news += decision.news
        assert all(one.expires_at - now >= LEAST_LIFE for one in decision.news)
        for one in decision.news:
            told = remember(told, one.alert, now)
    assert [one.alert.kind for one in news] == [AlertKind.SUBSTITUTE, AlertKind.LATE]


@given(st.floats(-5, 9), st.floats(13, 60), st.integers(1, 30), st.integers(1, 3))
def test_a_truth_that_alternates_from_fix_to_fix_is_no_news(low: float, high: float, count: int, seconds: int) -> None:
    seen = Seen()
    morning = [
        Moment(seconds, is_new_fix=True, seen=seen, late_minutes=late) for _ in range(count) for late in (low, high)
    ]
    lived, _ = live(morning)
    assert [alert.kind for _, alert in alerts(lived) if alert.kind in LATE_FAMILY] == []


@given(st.integers(1, 40), st.floats(15, 60))
def test_looking_again_at_one_stray_fix_is_no_news(looks: int, late: float) -> None:
    stray = [Moment(2, is_new_fix=index == 0, seen=Seen(), late_minutes=late) for index in range(looks)]
    lived, _ = live(stray)
    assert alerts(lived) == []


class ADelay(RuleBasedStateMachine):
    """The late family against a model of it: a few words about what was told last, in minutes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = at("6:40")
        self.told = Told()
        self.evidence: Evidence = {}
        self.said: list[tuple[AlertKind, int, datetime]] = []
        self.streak: tuple[str, int] = ("", 0)

    @rule(late=st.sampled_from([0.0, 5.0, 12.0, 15.0, 24.0, 26.0, 38.0]), seconds=st.sampled_from([10, 60, 300, 620]))
    def a_new_fix(self, late: float, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        seen = Seen(expected=expected(late, self.now, band_minutes=1.0, is_live=False))
        decision = decide(RIDE, seen, self.told, self.evidence, self.now)
        self.evidence = decision.evidence
        found = [news.alert.kind for news in decision.news]
        for news in decision.news:
            self.told = remember(self.told, news.alert, self.now)
        assert found == self.model(int(late))

    def model(self, late: int) -> list[AlertKind]:
        last = self.said[-1] if self.said else None
        rested = last is None or self.now - last[2] >= RESTS
        may_say = len(self.said) < MOST_LATE_MESSAGES and rested
        standing = None if last is None or last[0] is AlertKind.ON_TIME_AGAIN else last
        wanted: AlertKind | None = None
        if standing is None:
            if late >= 12 and may_say and PLANNED - self.now <= timedelta(minutes=60):
                wanted = AlertKind.LATE
        elif late < 10:
            wanted = AlertKind.ON_TIME_AGAIN
        elif may_say and late - standing[1] >= CHANGED_FROM_MINUTES:
            wanted = AlertKind.LATER_STILL
        elif may_say and standing[1] - late >= CHANGED_FROM_MINUTES:
            wanted = AlertKind.BETTER_AGAIN
        if wanted is None:
            self.streak = ("", 0)
            return []
        name, count = self.streak
        self.streak = (wanted, count + 1 if name == wanted else 1)
        if self.streak[1] < 2:
            return []
        self.streak = ("", 0)
        self.said.append((wanted, late, self.now))
        return [wanted]

    @invariant()
    def the_memory_is_what_was_said(self) -> None:
        assert [(one.kind, one.minutes_late, one.at) for one in self.told.of("late")] == self.said


TestADelay = ADelay.TestCase
TestADelay.settings = settings(max_examples=100, stateful_step_count=40)
