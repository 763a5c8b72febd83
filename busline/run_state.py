"""The named state of a run at a moment: a pure reading of the fleet, so that silence shows without a new fix."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from busline.fleet import Fleet, NoticeKind, RunNotice, RunProgress, RunState
from busline.ids import RunKey, VehicleId
from busline.position import LAST_SEEN_SECONDS
from busline.timetable import Run, Timetable
from busline.tracking.going import not_ended

LATE_START_SECONDS = 300.0
"""A run that has not begun this long after its planned start is late to start (MBTA Skate, facts of section 5)."""
HELD_SECONDS = 240.0
"""Under 60 m of movement for this long, away from a stop's usual dwell, is held (TransitClock "delayed")."""
OUTAGE_VEHICLES = 20
OUTAGE_SHARE = 0.2
OUTAGE_FIX_AGE_SECONDS = 150.0
"""A feed outage: at least 20 vehicles expected, and a fifth of them older than 150 s (MBTA Skate data_status)."""


def run_state(
    timetable: Timetable,
    run: Run,
    service_date: date,
    fleet: Fleet,
    now: datetime,
    blind_since: Callable[[], datetime | None] | None = None,
) -> RunState:
    """What a person would call the run right now.

    Who asks about many runs of one moment hands `blind_since` over: `outage_since`, looked up once for all of them.
    """
    key = RunKey(service_date, run.run_id)
    notice = notice_in_force(fleet, key)
    if notice is not None:
        return RunState.CANCELLED if notice.kind is NoticeKind.CANCELLED else RunState.UNCOVERED
    progress = fleet.progress.get(key)
    due = (now - timetable.planned_start(service_date, run)).total_seconds() >= LATE_START_SECONDS
    if progress is not None:
        return _seen_state(run, progress, fleet, now, due=due)
    if not due:
        return RunState.NOT_STARTED
    bus = expected_bus(timetable, run, service_date, fleet)
    if (
        bus is not None
        and _heard_from(bus, fleet, now)
        and _may_still_start(timetable, run, service_date, bus, fleet, now)
    ):
        return RunState.LATE_START
    since = outage_since(fleet, now) if blind_since is None else blind_since()
    return RunState.UNKNOWN if since is not None else RunState.UNCOVERED


def notice_in_force(fleet: Fleet, key: RunKey) -> RunNotice | None:
    """What staff (or the feed) said about a run, but for "there is no bus" where one has begun to drive it since."""
    notice = fleet.notices.get(key)
    if notice is None or notice.kind is NoticeKind.CANCELLED:
        return notice
    progress = fleet.progress.get(key)
    begun = progress is not None and progress.started_at is not None and progress.started_at > notice.at
    return None if begun else notice


def _seen_state(run: Run, progress: RunProgress, fleet: Fleet, now: datetime, *, due: bool) -> RunState:
    if progress.ended_at is not None:
        return RunState.DONE
    silent = (now - progress.fix_at).total_seconds() > LAST_SEEN_SECONDS
    if progress.started_at is None:
        if not due:
            return RunState.NOT_STARTED
        return RunState.STALE if silent else RunState.LATE_START
    if silent:
        return RunState.STALE
    # Away from a path that was only guessed at nobody knows whether it is off its route.
    if progress.off_route_since is not None and not run.pattern.approximate:
        return RunState.OFF_ROUTE
    if progress.still_since is not None and (now - progress.still_since).total_seconds() >= HELD_SECONDS:
        return RunState.HELD
    visits = fleet.visits.get(progress.key, ())
    if visits and visits[-1].departed_at is None:
        return RunState.AT_STOP
    return RunState.EN_ROUTE


def expected_bus(timetable: Timetable, run: Run, service_date: date, fleet: Fleet) -> VehicleId | None:
    """The bus to look for on a run: the one that drives it, else the one driving its block today, else the plan's."""
    key = RunKey(service_date, run.run_id)
    progress = fleet.progress.get(key)
    if progress is not None:
        return progress.vehicle_id
    assignment = fleet.assignments.get(key)
    if assignment is not None:
        return assignment.vehicle_id
    if run.block_id is not None:
        # A substitute that took the block's earlier run is expected to take this one too.
        earlier = [
            other
            for run_id in timetable.blocks[run.block_id]
            if timetable.runs[run_id].start_seconds < run.start_seconds
            and (other := fleet.assignments.get(RunKey(service_date, run_id))) is not None
        ]
        if earlier:
            return max(earlier, key=lambda other: other.since).vehicle_id
    return run.planned_vehicle_id


def _heard_from(vehicle_id: VehicleId, fleet: Fleet, now: datetime) -> bool:
    fix_at = fleet.last_fix_at.get(vehicle_id)
    return fix_at is not None and (now - fix_at).total_seconds() <= LAST_SEEN_SECONDS


def _may_still_start(
    timetable: Timetable, run: Run, service_date: date, bus: VehicleId, fleet: Fleet, now: datetime
) -> bool:
    """Its bus is heard from, and drives no later run of the block.

    Once the run should be over, it may only come from an earlier run that it is still driving: however late, it comes.
    """
    if not _heard_from(bus, fleet, now):
        return False
    block = () if run.block_id is None else timetable.blocks[run.block_id]
    driven = {run_id for run_id in block if _is_driven_by(bus, fleet.progress.get(RunKey(service_date, run_id)))}
    starts = [timetable.runs[run_id].start_seconds for run_id in driven]
    if any(start > run.start_seconds for start in starts):
        return False
    return now < timetable.planned_end(service_date, run) or any(start < run.start_seconds for start in starts)


def _is_driven_by(bus: VehicleId, progress: RunProgress | None) -> bool:
    return (
        progress is not None
        and progress.vehicle_id == bus
        and progress.started_at is not None
        and progress.ended_at is None
    )


def outage_since(fleet: Fleet, now: datetime) -> datetime | None:
    """Since when the buses cannot be seen, or None while they can.

    Either every feed has brought nothing new for 150 s, or a fifth of at least 20 buses under way are older than that.
    Buses that were not heard since we listen do not count: while we were down they may simply have come to their end.
    """
    fresh = [feed.fresh_at for feed in fleet.feeds.values() if feed.fresh_at is not None]
    if fleet.feeds and all(not feed.ok for feed in fleet.feeds.values()):
        newest = max(fresh, default=None)
        if newest is None:
            return fleet.at
        if (now - newest).total_seconds() > OUTAGE_FIX_AGE_SECONDS:
            return newest
    heard_at = not_ended(fleet.progress)[1]
    if fleet.listening_since is not None:
        heard_at = heard_at[heard_at >= fleet.listening_since.timestamp()]
    age_seconds = now.timestamp() - heard_at
    # A bus that fell silent long ago is that bus's trouble, not the feed's of this moment.
    age_seconds = age_seconds[age_seconds < 10 * LAST_SEEN_SECONDS]
    old = age_seconds[age_seconds > OUTAGE_FIX_AGE_SECONDS]
    if len(age_seconds) >= OUTAGE_VEHICLES and len(old) >= OUTAGE_SHARE * len(age_seconds):
        return now - timedelta(seconds=float(old.min()))
    return None
