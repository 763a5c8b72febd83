"""Who must hear what about one ride: what is wanted, what is true now and what was told go in, news comes out. Pure.

Nothing is told from one stray fix: what the buses show must stand in two samples that follow each other and rest on
different fixes. What was told is the memory: the same samples a second time, with it, tell nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from busline.alert import Alert, AlertKind
from busline.answer import Bus
from busline.fleet import AssignmentSource, NoticeKind
from busline.people import Leg
from notifier.ride import Expected, Seen, WatchedRide
from notifier.told import Said, Told

LATE_AHEAD = timedelta(minutes=60)
"""Nobody is told of a delay earlier than so long before the planned time: by then most of it may be gone."""
CHANGED_FROM_MINUTES = 10
"""A delay that was told is corrected from so many minutes on, ..."""
RESTS = timedelta(minutes=10)
"""... not sooner than so long after the last word of it, ..."""
MOST_LATE_MESSAGES = 4
"""... and not oftener than so in a ride; an all-clear may always be the last."""
ARRIVED_IS_NEWS = timedelta(minutes=10)
"""A bus that came sooner than was told is told of for so long; ..."""
ARRIVAL_IS_NEWS = timedelta(minutes=30)
"""... one that brought the children to school, or home, for so long."""
GONE_IS_NEWS = timedelta(minutes=90)
"""That no bus comes is worth saying until so long after the plan."""
BUS_AHEAD = timedelta(minutes=60)
"""Another bus's number is told at most so long before the plan: by then it seldom changes again."""
LEAST_LIFE = timedelta(minutes=2)
"""A bus that stands just before a stop is foreseen there at once, for as long as it stands: news of it is given so long
to leave. When it goes it is looked at again, and nothing is said of a bus that has been there."""
OUTAGE_AROUND = timedelta(minutes=30)
"""That nothing can be seen is told to those whose bus is due within so long, or was."""
OUTAGE_STANDS = timedelta(seconds=60)
"""Feeds that are away for less than so long, as we see it ourselves, are nobody's news."""
OUTAGE_IS_NEWS = timedelta(minutes=20)
OUTAGE_AGAIN = timedelta(hours=2)
"""Within so long a phone hears of it once, however many runs it waits for."""


@dataclass(frozen=True, slots=True)
class News:
    """An alert, and until when it is one."""

    alert: Alert
    true_since: datetime
    expires_at: datetime


class Sign(Enum):
    """What must stand in two samples of different fixes."""

    LATE = auto()
    ON_TIME = auto()
    LATER = auto()
    SOONER = auto()
    NEAR = auto()
    OTHER_BUS = auto()
    DRIVEN = auto()


@dataclass(frozen=True, slots=True)
class Stood:
    """A sign in the samples that followed each other until now."""

    since: datetime
    fix_at: datetime
    """Of the first of them."""
    of: str = ""
    """Of what it is one."""


Evidence = Mapping[Sign, Stood]
"""The signs that stood in the last sample."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is told now, and what a next sample may confirm."""

    news: tuple[News, ...] = ()
    evidence: Evidence = field(default_factory=dict)


def decide(
    ride: WatchedRide, seen: Seen, told: Told, evidence: Evidence, now: datetime, outage_told_at: datetime | None = None
) -> Decision:
    """What to tell a phone about a ride now.

    `evidence` is that of the last decision about it; without it, as after a restart, it takes one more fix to tell
    what is only seen. `outage_told_at`: when this phone last heard that nothing can be seen, of whichever run.
    """
    ruling = _Ruling(ride, seen, told, evidence, now)
    news = [*ruling.covered(), *ruling.other_bus()]
    if seen.outage_since is not None:
        # What staff say is certain; what is seen is not, and says nothing of any run.
        return Decision((*news, *ruling.outage(outage_told_at)), ruling.stood)
    news += [*ruling.arrival(), *ruling.late(), *ruling.approaching()]
    return Decision(tuple(news), ruling.stood)


class _Ruling:
    """One decision under way."""

    def __init__(self, ride: WatchedRide, seen: Seen, told: Told, evidence: Evidence, now: datetime) -> None:
        self._ride = ride
        self._seen = seen
        self._told = told
        self._before = evidence
        self._now = now
        self.stood: dict[Sign, Stood] = {}

    def covered(self) -> Iterator[News]:
        """Staff say that there is no bus, or there is one after all."""
        seen, last = self._seen, self._told.last("covered")
        until = self._ride.planned_at + GONE_IS_NEWS
        if seen.is_past or self._now >= until:
            return
        if seen.notice is not None:
            kind = AlertKind.CANCELLED if seen.notice.kind is NoticeKind.CANCELLED else AlertKind.NOT_COVERED
            if last is None or (last.kind is not kind and seen.notice.at > last.at):
                yield self._news(kind, seen.notice.at, until)
        elif last is not None and last.kind is not AlertKind.COMING_AFTER_ALL and self._now > last.at:
            fix_at = seen.driven_since
            since = self._now if fix_at is None else self._twice(Sign.DRIVEN, fix_at)
            if since is not None:
                yield self._news(AlertKind.COMING_AFTER_ALL, since, until)

    def other_bus(self) -> Iterator[News]:
        """Another bus drives the run than was planned, or than was told: once a number."""
        seen, ride = self._seen, self._ride
        if seen.bus is None or seen.bus_by in (None, AssignmentSource.PLAN) or seen.is_past or seen.notice is not None:
            return
        by_staff = seen.bus_by is AssignmentSource.STAFF
        if ride.planned_at - self._now > BUS_AHEAD or (seen.outage_since is not None and not by_staff):
            return
        said = self._told.of("substitute")
        known = {one.bus for one in said}
        if seen.bus.number in known or (seen.bus.instead_of is None and not said):
            return
        if said and self._now <= said[-1].at:
            return
        if by_staff:
            since: datetime | None = self._now
        elif seen.bus_fix_at is not None:
            since = self._twice(Sign.OTHER_BUS, seen.bus_fix_at, seen.bus.number)
        else:
            since = None
        if since is not None:
            until = self._at_least(seen.expected.p50) if seen.expected is not None else ride.planned_at + OUTAGE_AROUND
            # Back to the planned one: what it takes the place of is the number that was told.
            bus = seen.bus if seen.bus.instead_of is not None else Bus(seen.bus.number, said[-1].bus)
            yield self._news(AlertKind.SUBSTITUTE, since, until, bus=bus)

    def arrival(self) -> Iterator[News]:
        """The children are at school, or have been let out near home."""
        to_school = self._ride.leg is Leg.TO_SCHOOL
        at = self._seen.at_school_at if to_school else self._seen.departed_at
        if not self._ride.wish.arrivals or at is None or self._told.ever("arrival"):
            return
        if self._now - at <= ARRIVAL_IS_NEWS:
            kind = AlertKind.AT_SCHOOL if to_school else AlertKind.DROPPED_OFF
            yield self._news(kind, at, at + ARRIVAL_IS_NEWS, since=at)

    def approaching(self) -> Iterator[News]:
        """The bus is about as near as the family chose, by the lower bound: once a ride."""
        expected, near = self._seen.expected, self._ride.wish.approaching
        if near is None or self._told.ever("approaching") or not self._may_tell_times():
            return
        if expected is None or not expected.is_live or expected.p10 - self._now > near:
            return
        since = self._twice(Sign.NEAR, expected.fix_at)
        if since is not None:
            yield self._news(AlertKind.APPROACHING, since, expected.p50)

    def late(self) -> Iterator[News]:
        """Late, later still, better again, and on time again."""
        ride, seen, expected = self._ride, self._seen, self._seen.expected
        said = self._told.of("late")
        last = said[-1] if said else None
        if last is not None and self._now <= last.at:
            return
        due_at = ride.planned_at + ride.wish.late_after
        standing = last if last is not None and last.kind is not AlertKind.ON_TIME_AGAIN else None
        if seen.arrived_at is not None:
            is_news = self._now - seen.arrived_at <= ARRIVED_IS_NEWS
            if standing is not None and seen.arrived_at < due_at and is_news:
                yield self._all_clear(seen.arrived_at, seen.arrived_at + ARRIVED_IS_NEWS, since=seen.arrived_at)
            return
        if expected is None or not self._may_tell_times():
            return
        if standing is not None and expected.perhaps_after < due_at:
            since = self._twice(Sign.ON_TIME, expected.fix_at)
            if since is not None:
                yield self._all_clear(since, self._at_least(expected.p90))
            return
        rested = last is None or self._now - last.at >= RESTS
        if len(said) >= MOST_LATE_MESSAGES or not rested:
            return
        sign = self._delay(expected, standing, due_at)
        since = None if sign is None else self._twice(sign, expected.fix_at)
        if sign is not None and since is not None:
            yield self._news(_DELAYS[sign], since, self._at_least(expected.p90))

    def _delay(self, expected: Expected, standing: Said | None, due_at: datetime) -> Sign | None:
        if standing is None:
            is_time = self._ride.planned_at - self._now <= LATE_AHEAD
            return Sign.LATE if is_time and expected.surely_after >= due_at else None
        more = self._minutes_late(expected) - standing.minutes_late
        if more >= CHANGED_FROM_MINUTES:
            return Sign.LATER
        return Sign.SOONER if -more >= CHANGED_FROM_MINUTES else None

    def outage(self, told_at: datetime | None) -> Iterator[News]:
        """The buses cannot be seen: once, to those who wait for one about now."""
        seen, now = self._seen, self._now
        if seen.outage_since is None or seen.blind_from is None or now - seen.blind_from < OUTAGE_STANDS:
            return
        is_about_now = abs(self._ride.planned_at - now) <= OUTAGE_AROUND
        told_lately = told_at is not None and abs(now - told_at) < OUTAGE_AGAIN
        is_waited_for = is_about_now and not seen.is_past and seen.notice is None
        if is_waited_for and not told_lately and not self._told.ever("outage"):
            yield self._news(AlertKind.OUTAGE, now, now + OUTAGE_IS_NEWS, since=seen.outage_since)

    def _at_least(self, foreseen_at: datetime) -> datetime:
        return max(foreseen_at, self._now + LEAST_LIFE)

    def _may_tell_times(self) -> bool:
        return not self._seen.is_past and self._seen.notice is None and self._seen.arrived_at is None

    def _twice(self, sign: Sign, fix_at: datetime, of: str = "") -> datetime | None:
        """Since when a sign stands that stands now, where it stood in the last sample too, which rested on another fix.

        None where this is the first sample of it, or the same fix again.
        """
        before = self._before.get(sign)
        first = before if before is not None and before.of == of else Stood(self._now, fix_at, of)
        self.stood[sign] = first
        return first.since if fix_at > first.fix_at else None

    def _minutes_late(self, expected: Expected) -> int:
        return max(0, int((expected.p50 - self._ride.planned_at).total_seconds() // 60))

    def _all_clear(self, true_since: datetime, until: datetime, since: datetime | None = None) -> News:
        return self._news(AlertKind.ON_TIME_AGAIN, true_since, until, since=since)

    def _news(
        self,
        kind: AlertKind,
        true_since: datetime,
        expires_at: datetime,
        *,
        bus: Bus | None = None,
        since: datetime | None = None,
    ) -> News:
        ride, seen, expected = self._ride, self._seen, self._seen.expected
        shown = seen.bus if bus is None else bus
        alert = Alert(
            kind=kind,
            phone=ride.phone,
            call=ride.call,
            leg=ride.leg,
            students=ride.students,
            planned_at=ride.planned_at,
            bus=shown,
            window=None if expected is None or seen.outage_since is not None else expected.window,
            minutes_late=0 if expected is None else self._minutes_late(expected),
            cause=seen.cause,
            since=since,
            turn=self._told.next_turn(kind, None if shown is None else shown.number),
        )
        return News(alert, min(true_since, self._now), expires_at)


_DELAYS = {
    Sign.LATE: AlertKind.LATE,
    Sign.LATER: AlertKind.LATER_STILL,
    Sign.SOONER: AlertKind.BETTER_AGAIN,
}


def remember(told: Told, alert: Alert, now: datetime) -> Told:
    """What was told, once an alert is promised."""
    number = None if alert.bus is None else alert.bus.number
    return told.and_said(Said(alert.kind, alert.turn, now, alert.minutes_late, number))
