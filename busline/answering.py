"""How the answer about one student's call is chosen: state first, and minutes only where a fix bears them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Bus,
    Cancelled,
    FeedOutage,
    Finished,
    LastSeen,
    LateStart,
    MayHavePassed,
    NoSignalSince,
    NotStarted,
    OffRoute,
    OnTheWay,
    Passed,
    RunningLate,
    Uncovered,
    Window,
)
from busline.due import DUE_BEFORE
from busline.eta import Basis, NoPrediction, Prediction, be_ready_before_start, predict
from busline.fleet import Fleet, RunProgress, RunState, StopVisit
from busline.geo import distance_m
from busline.ids import CallKey, RunKey, VehicleId
from busline.people import Leg
from busline.position import LIVE_SECONDS
from busline.run_state import expected_bus, outage_since, run_state
from busline.timetable import Run, Timetable
from busline.tracking.paths import WITHIN_APPROXIMATE_M
from busline.travel_times.engine import Engine

LATE_SECONDS = 300
"""From five minutes behind its plan a bus is called late (Boston's own definition)."""
AT_STOP_M = 100.0
"""A bus that stands this near a stop is at it, where the way there is not known: half a block, and GPS."""
STILL_OF_INTEREST = timedelta(minutes=60)
"""How long after a bus has passed a family asking still means that ride, not the next one."""


@dataclass(frozen=True, slots=True)
class StudentCall:
    """The call of a run that a student boards or leaves at, on a service day."""

    run: Run
    service_date: date
    call_index: int
    leg: Leg
    planned_at: datetime

    @property
    def key(self) -> RunKey:
        return RunKey(self.service_date, self.run.run_id)

    @property
    def call_key(self) -> CallKey:
        return CallKey(self.key, int(self.run.stop_sequences[self.call_index]))


def answer_call(timetable: Timetable, fleet: Fleet, engine: Engine, call: StudentCall, now: datetime) -> Answer:
    """What is true about this call at `now`."""
    state = run_state(timetable, call.run, call.service_date, fleet, now)
    progress = fleet.progress.get(call.key)
    if state is RunState.CANCELLED:
        return Cancelled(call.leg, call.planned_at)
    if progress is not None and (done := _already_been(timetable, fleet, call, progress, now)) is not None:
        return done
    bus_id = expected_bus(timetable, call.run, call.service_date, fleet)
    bus = None if bus_id is None else _bus(call.run, bus_id)
    match state:
        case RunState.NOT_STARTED:
            be_ready_by = _ready_before_start(timetable, fleet, engine, call, now)
            return NotStarted(bus, call.leg, call.planned_at, be_ready_by)
        case RunState.LATE_START:
            started_late = now - timetable.planned_start(call.service_date, call.run)
            be_ready_by = _ready_before_start(timetable, fleet, engine, call, now)
            return LateStart(bus, call.leg, call.planned_at, int(started_late.total_seconds() // 60), be_ready_by)
        case RunState.UNCOVERED:
            return Uncovered(call.leg, call.planned_at, confirmed=call.key in fleet.notices)
        case RunState.UNKNOWN:
            return FeedOutage(call.leg, call.planned_at, outage_since(fleet, now))
        case RunState.STALE | RunState.OFF_ROUTE | RunState.EN_ROUTE | RunState.AT_STOP | RunState.HELD | RunState.DONE:
            if progress is None:  # pragma: no cover - these states are read from progress
                raise AssertionError(f"state {state} of {call.key} without progress")
            return _under_way(fleet, engine, call, progress, state, now)
        case _:
            assert_never(state)


def _ready_before_start(
    timetable: Timetable, fleet: Fleet, engine: Engine, call: StudentCall, now: datetime
) -> datetime | None:
    """A whole minute, rounded down, and never one that is over."""
    if timetable.planned_start(call.service_date, call.run) - now > DUE_BEFORE:
        return None
    at = be_ready_before_start(timetable, engine, fleet, call.key, call.call_index, now)
    return None if at is None else _floor(max(at, now))


def relevant_until(fleet: Fleet, call: StudentCall, now: datetime) -> datetime:
    """Until when somebody who asks means this call and not the student's next one."""
    visit = _visit(fleet, call)
    if visit is not None and visit.departed_at is not None:
        return visit.departed_at + STILL_OF_INTEREST
    progress = fleet.progress.get(call.key)
    if progress is None:
        return call.planned_at + timedelta(minutes=90)
    if progress.ended_at is not None:
        return progress.ended_at + STILL_OF_INTEREST
    if progress.next_call > call.call_index:
        return max(call.planned_at, progress.matched_at) + STILL_OF_INTEREST
    # Still on its way, however late; a bus that fell silent is given up two hours after its last fix.
    return max(call.planned_at + timedelta(minutes=90), progress.fix_at + timedelta(hours=2))


def _visit(fleet: Fleet, call: StudentCall) -> StopVisit | None:
    return next((visit for visit in fleet.visits.get(call.key, ()) if visit.call_index == call.call_index), None)


def _bus(run: Run, number: VehicleId) -> Bus:
    planned = run.planned_vehicle_id
    return Bus(number, planned if planned is not None and planned != number else None)


def _already_been(
    timetable: Timetable, fleet: Fleet, call: StudentCall, progress: RunProgress, now: datetime
) -> Answer | None:
    bus = _bus(call.run, progress.vehicle_id)
    if call.run.pattern.approximate:
        return _perhaps_been(timetable, bus, call, progress, now)
    visit = _visit(fleet, call)
    if visit is not None:
        if visit.departed_at is None and progress.ended_at is None and progress.next_call <= call.call_index:
            fresh = (now - progress.fix_at).total_seconds() <= 90
            return AtStop(bus, call.leg, progress.fix_at) if fresh else Passed(bus, call.leg, visit.arrived_at)
        return Passed(bus, call.leg, visit.arrived_at)
    if progress.next_call > call.call_index and progress.started_at is not None:
        return MayHavePassed(bus, call.leg, progress.matched_at)
    if progress.ended_at is not None:
        return Finished(bus, call.leg, progress.ended_at)
    return None


def _perhaps_been(
    timetable: Timetable, bus: Bus, call: StudentCall, progress: RunProgress, now: datetime
) -> Answer | None:
    """The same on a route without a shape: abeam of a stop on the straight line a bus may be streets away from it.

    It is at the stop where it stands near it, and past it where it is so far beyond that no detour makes up for it.
    """
    if progress.ended_at is not None:
        return Finished(bus, call.leg, progress.ended_at)
    stop = call.run.call(call.call_index)
    standing = progress.still_from if progress.still_since is not None else None
    fresh = (now - progress.fix_at).total_seconds() <= LIVE_SECONDS
    if standing is not None and fresh and distance_m(standing, timetable.stops[stop.stop_id].place) <= AT_STOP_M:
        return AtStop(bus, call.leg, progress.fix_at)
    if progress.started_at is not None and progress.distance_m >= stop.distance_m + WITHIN_APPROXIMATE_M:
        return MayHavePassed(bus, call.leg, progress.matched_at)
    return None


def _under_way(
    fleet: Fleet, engine: Engine, call: StudentCall, progress: RunProgress, state: RunState, now: datetime
) -> Answer:
    bus = _bus(call.run, progress.vehicle_id)
    if state is RunState.OFF_ROUTE:
        return OffRoute(bus, call.leg, call.planned_at, progress.fix_at)
    prediction = predict(engine, call.run, call.service_date, progress, call.call_index, now)
    if prediction is NoPrediction.UNKNOWN_PATH:
        return OnTheWay(bus, call.leg, call.planned_at, progress.fix_at)
    if isinstance(prediction, NoPrediction):
        since = outage_since(fleet, now)
        if since is not None:
            return FeedOutage(call.leg, call.planned_at, since)
        return NoSignalSince(bus, call.leg, call.planned_at, progress.fix_at)
    window = window_of(prediction)
    late_seconds = (prediction.p50 - call.planned_at).total_seconds()
    minutes_late = max(0, int(late_seconds // 60))
    if prediction.basis is Basis.LAST_SEEN:
        return LastSeen(bus, call.leg, window, minutes_late, progress.fix_at)
    if late_seconds > LATE_SECONDS:
        return RunningLate(bus, call.leg, window, minutes_late, progress.fix_at)
    return Arriving(bus, call.leg, window, progress.fix_at)


def window_of(prediction: Prediction) -> Window:
    """Rounded outward to whole minutes: a promise is never tightened by rounding."""
    return Window(
        earliest=_floor(prediction.p10),
        latest=_floor(prediction.p90 + timedelta(seconds=59, microseconds=999_999)),
        be_ready_by=_floor(prediction.be_ready_by),
        published=_floor(prediction.published),
    )


def _floor(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
