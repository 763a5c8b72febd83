"""The plan, the fleet and a moment in; the rows that a dispatcher sees out, worst first. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import assert_never

from busline.answer import Bus
from busline.answering import LATE_SECONDS
from busline.fleet import FeedHealth, Fleet, Proposal, RunProgress, RunState
from busline.ids import RunKey
from busline.run_state import expected_bus, outage_since, run_state
from busline.service_day import moment, seconds_into
from busline.timetable import Run, Timetable

SHOWN_BEFORE = timedelta(minutes=20)
"""A run appears this long before its planned start, and"""
SHOWN_AFTER_DONE = timedelta(minutes=10)
"""leaves the board this long after it is done."""
SHOWN_AFTER_PLANNED_END = timedelta(minutes=60)
"""A run that is never seen to be done, its bus being silent or missing, stays this long after its planned end."""
VERY_LATE_MINUTES = 15
"""From here on a family should have been told (MBTA Skate's own line for "late")."""
JITTER_SECONDS = 30.0
"""Lateness wanders by so much from fix to fix: a figure that followed it would draw the eye for nothing."""
EARLY_MINUTES = 3
"""An early bus costs a child the ride, so it is said; it does not move the row."""


class Mark(StrEnum):
    """How a run is marked: one word, one shape and one colour each."""

    UNCOVERED = "uncovered"
    NO_SIGNAL = "no_signal"
    UNKNOWN = "unknown"
    LATE_START = "late_start"
    OFF_ROUTE = "off_route"
    HELD = "held"
    VERY_LATE = "very_late"
    LATE = "late"
    ON_TIME = "on_time"
    AT_STOP = "at_stop"
    NOT_STARTED = "not_started"
    DONE = "done"
    CANCELLED = "cancelled"


_RANK = {
    Mark.UNCOVERED: 0,
    Mark.NO_SIGNAL: 1,
    Mark.UNKNOWN: 1,
    Mark.LATE_START: 2,
    Mark.OFF_ROUTE: 2,
    Mark.HELD: 2,
    Mark.VERY_LATE: 3,
    Mark.LATE: 3,
    Mark.ON_TIME: 4,
    Mark.AT_STOP: 4,
    Mark.NOT_STARTED: 4,
    Mark.DONE: 5,
    Mark.CANCELLED: 5,
}
_CALM_RANK = 4
_FOLLOWED = (RunState.EN_ROUTE, RunState.AT_STOP, RunState.HELD)


class Group(StrEnum):
    """What the counters count. Every due run is covered, without signal or uncovered; a late one is also covered."""

    DUE = "due"
    COVERED = "covered"
    LATE = "late"
    NO_SIGNAL = "no_signal"
    UNCOVERED = "uncovered"


@dataclass(frozen=True, slots=True)
class NextStop:
    """Where the run goes next, or stands. `number` counts from 1."""

    name: str
    planned_at: datetime
    number: int
    of: int
    is_there: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One run of the moment."""

    key: RunKey
    state: RunState
    mark: Mark
    groups: frozenset[Group]
    route_name: str
    headsign: str
    bus: Bus | None
    """The bus that drives it, or is expected to; None where nobody knows one."""
    minutes_late: int | None
    """Behind the plan (negative: ahead), or overdue to start; None where no fix bears a number."""
    next_stop: NextStop | None
    fix_at: datetime | None
    planned_start: datetime
    since: datetime | None
    """Since when it is held, off route or done."""
    cause: str
    """What staff gave as the reason, or empty."""
    proposal: Proposal | None = None
    """Another bus that seems to drive it, for staff to confirm."""

    @property
    def needs_attention(self) -> bool:
        return _RANK[self.mark] < _CALM_RANK


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything the board shows at one moment."""

    at: datetime
    rows: tuple[Row, ...]
    counts: Mapping[Group, int]
    feeds: tuple[FeedHealth, ...]
    """The ones in trouble first."""
    outage_since: datetime | None
    next_start: datetime | None
    """When the next run of today begins that is not on the board yet."""

    @property
    def summary(self) -> str:
        """One sentence for a screen reader: what needs a person, then how much is covered."""
        count = self.counts
        if not count[Group.DUE]:
            return "No run is due."
        troubles = [
            f"{count[group]} {word}"
            for group, word in (
                (Group.UNCOVERED, "uncovered"),
                (Group.NO_SIGNAL, "without signal"),
                (Group.LATE, "late"),
            )
            if count[group]
        ]
        covered = f"{count[Group.COVERED]} of {count[Group.DUE]} due covered."
        return f"{', '.join(troubles) or 'No exceptions'}. {covered}"


def board_view(timetable: Timetable, fleet: Fleet, now: datetime, before: BoardView | None = None) -> BoardView:
    """The runs of the moment: from 20 minutes before their planned start until 10 after they are done.

    Uncovered and silent runs come first, then late to start, off route and held, then late ones, the latest first;
    the rest by start time. Lateness that climbs by a minute from the view `before`, as it does by jitter, is held.
    """
    rows_before = {} if before is None else {row.key: row for row in before.rows}
    # Of a few thousand buses this takes a millisecond, which is too long for every run that has none.
    blind_since = cache(lambda: outage_since(fleet, now))
    rows = sorted(
        (
            run_row(
                timetable,
                run,
                service_date,
                fleet,
                now,
                blind_since,
                rows_before.get(RunKey(service_date, run.run_id)),
            )
            for service_date in _service_dates(timetable, now)
            for run in _going(timetable, service_date)
            if _is_of_the_moment(timetable, run, service_date, fleet, now)
        ),
        key=_order,
    )
    return BoardView(
        at=now,
        rows=tuple(rows),
        counts={group: sum(group in row.groups for row in rows) for group in Group},
        feeds=tuple(sorted(fleet.feeds.values(), key=lambda feed: (feed.ok, feed.source))),
        outage_since=blind_since(),
        next_start=next(_later_starts(timetable, now), None),
    )


def _service_dates(timetable: Timetable, now: datetime) -> tuple[date, date]:
    """Yesterday's service day too: its last runs may go on past midnight."""
    today = now.astimezone(timetable.timezone).date()
    return (today - timedelta(days=1), today)


@lru_cache(maxsize=4)
def _going(timetable: Timetable, service_date: date) -> Sequence[Run]:
    return timetable.runs_on(service_date)


def _later_starts(timetable: Timetable, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(timetable.timezone).date()
    from_seconds = seconds_into(today, now + SHOWN_BEFORE, timetable.timezone)
    return (timetable.planned_start(today, run) for run in _going(timetable, today) if run.start_seconds > from_seconds)


def _is_of_the_moment(timetable: Timetable, run: Run, service_date: date, fleet: Fleet, now: datetime) -> bool:
    into = seconds_into(service_date, now, timetable.timezone)
    if run.start_seconds > into + SHOWN_BEFORE.total_seconds():
        return False
    progress = fleet.progress.get(RunKey(service_date, run.run_id))
    if progress is None:
        return run.end_seconds + SHOWN_AFTER_PLANNED_END.total_seconds() >= into
    if progress.ended_at is not None:
        return now <= progress.ended_at + SHOWN_AFTER_DONE
    planned_end = timetable.planned_end(service_date, run)
    return now <= max(planned_end, progress.fix_at) + SHOWN_AFTER_PLANNED_END


def run_row(
    timetable: Timetable,
    run: Run,
    service_date: date,
    fleet: Fleet,
    now: datetime,
    blind_since: Callable[[], datetime | None] | None = None,
    before: Row | None = None,
) -> Row:
    """One run as the board shows it, whether it is of the moment or not. `blind_since` as `run_state` has it.

    Lateness that is a minute more than `before`, but less than half a minute beyond the border, is held.
    """
    key = RunKey(service_date, run.run_id)
    progress, notice = fleet.progress.get(key), fleet.notices.get(key)
    state = run_state(timetable, run, service_date, fleet, now, blind_since)
    planned_start = timetable.planned_start(service_date, run)
    minutes_late = _minutes_late(state, progress, planned_start, now, before)
    mark = _mark(state, minutes_late)
    number = expected_bus(timetable, run, service_date, fleet)
    planned = run.planned_vehicle_id
    return Row(
        key=key,
        state=state,
        mark=mark,
        groups=_groups(mark, is_late=minutes_late is not None and minutes_late * 60 >= LATE_SECONDS),
        route_name=run.route_name,
        headsign=run.headsign,
        bus=None if number is None else Bus(number, planned if planned not in (None, number) else None),
        minutes_late=minutes_late,
        next_stop=_next_stop(timetable, run, service_date, fleet, state),
        fix_at=progress.fix_at if progress else None if number is None else fleet.last_fix_at.get(number),
        planned_start=planned_start,
        since=_since(state, progress),
        cause=notice.cause if notice else "",
        proposal=fleet.proposals.get(key),
    )


def _minutes_late(
    state: RunState, progress: RunProgress | None, planned_start: datetime, now: datetime, before: Row | None
) -> int | None:
    match state:
        case RunState.EN_ROUTE | RunState.AT_STOP | RunState.HELD:
            return None if progress is None else _steady(progress.lateness_seconds, before)
        case RunState.LATE_START | RunState.UNCOVERED if now > planned_start:
            return int((now - planned_start).total_seconds() // 60)
        case _:
            return None


def _steady(lateness_seconds: float, before: Row | None) -> int:
    minutes = int(lateness_seconds / 60)
    climbs = before is not None and before.state in _FOLLOWED and before.minutes_late == minutes - 1
    border_seconds = 60 * (minutes if minutes > 0 else minutes - 1)
    return minutes - 1 if climbs and lateness_seconds < border_seconds + JITTER_SECONDS else minutes


def _mark(state: RunState, minutes_late: int | None) -> Mark:
    match state:
        case RunState.EN_ROUTE | RunState.AT_STOP:
            if minutes_late is not None and minutes_late >= VERY_LATE_MINUTES:
                return Mark.VERY_LATE
            if minutes_late is not None and minutes_late * 60 >= LATE_SECONDS:
                return Mark.LATE
            return Mark.AT_STOP if state is RunState.AT_STOP else Mark.ON_TIME
        case RunState.HELD:
            return Mark.HELD
        case RunState.UNCOVERED:
            return Mark.UNCOVERED
        case RunState.STALE:
            return Mark.NO_SIGNAL
        case RunState.UNKNOWN:
            return Mark.UNKNOWN
        case RunState.LATE_START:
            return Mark.LATE_START
        case RunState.OFF_ROUTE:
            return Mark.OFF_ROUTE
        case RunState.NOT_STARTED:
            return Mark.NOT_STARTED
        case RunState.DONE:
            return Mark.DONE
        case RunState.CANCELLED:
            return Mark.CANCELLED
        case _:
            assert_never(state)


def _groups(mark: Mark, *, is_late: bool) -> frozenset[Group]:
    match mark:
        case Mark.UNCOVERED:
            return frozenset({Group.DUE, Group.UNCOVERED})
        case Mark.NO_SIGNAL | Mark.UNKNOWN:
            return frozenset({Group.DUE, Group.NO_SIGNAL})
        case Mark.LATE | Mark.VERY_LATE | Mark.LATE_START:
            return frozenset({Group.DUE, Group.COVERED, Group.LATE})
        case Mark.ON_TIME | Mark.AT_STOP | Mark.HELD | Mark.OFF_ROUTE:
            return frozenset({Group.DUE, Group.COVERED, *([Group.LATE] if is_late else [])})
        case Mark.NOT_STARTED | Mark.DONE | Mark.CANCELLED:
            return frozenset()
        case _:
            assert_never(mark)


def _next_stop(timetable: Timetable, run: Run, service_date: date, fleet: Fleet, state: RunState) -> NextStop | None:
    if state in (RunState.DONE, RunState.CANCELLED):
        return None
    key = RunKey(service_date, run.run_id)
    progress, visits = fleet.progress.get(key), fleet.visits.get(key)
    if state is RunState.AT_STOP and visits:
        index = visits[-1].call_index
    else:
        index = progress.next_call if progress else 0
    if index >= len(run):
        return None
    return NextStop(
        name=timetable.stops[run.pattern.stop_ids[index]].name,
        planned_at=moment(service_date, int(run.arrival_seconds[index]), timetable.timezone),
        number=index + 1,
        of=len(run),
        is_there=state is RunState.AT_STOP,
    )


def _since(state: RunState, progress: RunProgress | None) -> datetime | None:
    if progress is None:
        return None
    match state:
        case RunState.HELD:
            return progress.still_since
        case RunState.OFF_ROUTE:
            return progress.off_route_since
        case RunState.DONE:
            return progress.ended_at
        case _:
            return None


def _order(row: Row) -> tuple[int, float, datetime, str]:
    rank = _RANK[row.mark]
    match row.mark:
        case Mark.NO_SIGNAL | Mark.UNKNOWN:
            worse = row.fix_at.timestamp() if row.fix_at else 0.0  # silent the longest first
        case _ if row.needs_attention:
            worse = -float(row.minutes_late or 0)
        case _:
            worse = 0.0
    return (rank, worse, row.planned_start, row.key.run_id)


def searchable(row: Row) -> str:
    """What the search box looks through, folded."""
    parts: list[str] = [row.route_name, row.key.run_id, row.headsign]
    if row.bus is not None:
        parts += [row.bus.number, row.bus.instead_of or ""]
    if row.proposal is not None:
        parts.append(row.proposal.vehicle_id)
    if row.next_stop is not None:
        parts.append(row.next_stop.name)
    return " ".join(parts).lower()
