"""Match and what was learned -> when the bus will be at each call, as quantiles, with what they rest on.

The mean comes from the engine: what buses took over the links ahead today and on earlier days, or else the plan. The
band around it is a gamma one, calibrated by what happened. Here one run's share of that becomes a `Prediction`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import numpy as np

from busline.fleet import Fleet, RunProgress
from busline.ids import RunKey
from busline.position import LAST_SEEN_SECONDS, LIVE_SECONDS
from busline.run_state import expected_bus
from busline.timetable import Run, Timetable
from busline.travel_times.band import PUBLISHED, QUANTILES
from busline.travel_times.engine import Engine
from busline.travel_times.outlook import Stage
from busline.travel_times.readiness import be_ready_at


class Basis(StrEnum):
    """What a prediction rests on."""

    LIVE = "live"
    """A fix of at most 90 s."""
    LAST_SEEN = "last_seen"
    """A fix of at most six minutes; said with its time."""
    BEFORE_START = "before_start"
    """The run has not begun: its bus waits, or is still on an earlier one."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """When a bus is expected at one call. `published` is p12: the early side, for an early bus costs the ride."""

    p10: datetime
    p50: datetime
    p90: datetime
    published: datetime
    be_ready_by: datetime
    """Never after p10; earlier in a run's first week, and before it has begun."""
    basis: Basis
    fix_age_seconds: float


class NoPrediction(StrEnum):
    """Why no minutes are given."""

    NOT_UNDER_WAY = "not_under_way"
    TOO_OLD = "too_old"
    ALREADY_PASSED = "already_passed"
    OFF_ROUTE = "off_route"
    UNKNOWN_PATH = "unknown_path"
    """The plan has no shape for the run, and its path is not learned yet: how far a bus has to go nobody knows."""


def predict(
    engine: Engine, run: Run, service_date: date, progress: RunProgress, call_index: int, now: datetime
) -> Prediction | NoPrediction:
    """When the bus that `progress` describes will be at one of its calls."""
    age_seconds = (now - progress.fix_at).total_seconds()
    if progress.started_at is None or progress.ended_at is not None:
        return NoPrediction.NOT_UNDER_WAY
    if progress.off_route_since is not None and not run.pattern.approximate:
        return NoPrediction.OFF_ROUTE
    if run.pattern.approximate:
        return NoPrediction.TOO_OLD if age_seconds > LAST_SEEN_SECONDS else NoPrediction.UNKNOWN_PATH
    if call_index < progress.next_call:
        return NoPrediction.ALREADY_PASSED
    if age_seconds > LAST_SEEN_SECONDS:
        return NoPrediction.TOO_OLD
    basis = Basis.LIVE if age_seconds <= LIVE_SECONDS else Basis.LAST_SEEN
    told = _told(engine, progress, RunKey(service_date, run.run_id), call_index, now, basis, age_seconds)
    return NoPrediction.NOT_UNDER_WAY if told is None else told


def foresee(engine: Engine, fleet: Fleet, key: RunKey, call_index: int, now: datetime) -> Prediction | None:
    """Before a run has begun: when its bus, waiting or still on an earlier run of its block, will be at a call.

    For early knowledge, as that a later tier will be late; what is told as live comes from `predict`. None where
    nobody has seen the bus for six minutes, or the run is not the bus's business yet.
    """
    if _has_begun(fleet, key):
        return None
    progress = fleet.progress.get(key) or engine.newest_before(key, fleet.progress)
    if progress is None:
        return None
    age_seconds = (now - _heard_at(fleet, progress)).total_seconds()
    if age_seconds > LAST_SEEN_SECONDS:
        return None
    return _told(engine, progress, key, call_index, now, Basis.BEFORE_START, age_seconds, fleet)


def be_ready_before_start(
    timetable: Timetable, engine: Engine, fleet: Fleet, key: RunKey, call_index: int, now: datetime
) -> datetime | None:
    """When to be at a call of a run that has not begun, whether or not its bus was heard of. No minutes, and not live.

    None once the run has begun.
    """
    foreseen = foresee(engine, fleet, key, call_index, now)
    if foreseen is not None:
        return foreseen.be_ready_by
    stage = stage_unseen(timetable, engine, fleet, key, now)
    if stage is None:
        return None
    at = now.timestamp()
    outlook = engine.look((), at, further=False, unseen={key: stage}, fleet=fleet)
    ready_at = be_ready_at(engine.tell(outlook, at), outlook.stage, outlook.new)
    return datetime.fromtimestamp(float(ready_at[outlook.call == call_index][0]), UTC)


def stage_unseen(timetable: Timetable, engine: Engine, fleet: Fleet, key: RunKey, now: datetime) -> Stage | None:
    """What is known of the bus of a run that has not begun, where it is on neither this nor an earlier run.

    None where it was heard of there in the last six minutes, or the run has begun.
    """
    if _has_begun(fleet, key):
        return None
    progress = fleet.progress.get(key) or engine.newest_before(key, fleet.progress)
    if progress is not None and (now - _heard_at(fleet, progress)).total_seconds() <= LAST_SEEN_SECONDS:
        return None
    bus = expected_bus(timetable, timetable.runs[key.run_id], key.service_date, fleet)
    fix_at = None if bus is None else fleet.last_fix_at.get(bus)
    heard = fix_at is not None and (now - fix_at).total_seconds() <= LAST_SEEN_SECONDS
    return Stage.ELSEWHERE if heard else Stage.UNSEEN


def _has_begun(fleet: Fleet, key: RunKey) -> bool:
    own = fleet.progress.get(key)
    return own is not None and (own.started_at is not None or own.ended_at is not None)


def _heard_at(fleet: Fleet, progress: RunProgress) -> datetime:
    """Between two runs a bus is on neither, but it is heard of."""
    return max(progress.fix_at, fleet.last_fix_at.get(progress.vehicle_id, progress.fix_at))


def _told(
    engine: Engine,
    progress: RunProgress,
    key: RunKey,
    call_index: int,
    now: datetime,
    basis: Basis,
    age_seconds: float,
    fleet: Fleet | None = None,
) -> Prediction | None:
    at = now.timestamp()
    outlook, quantiles = engine.look_at(progress, at, further=basis is Basis.BEFORE_START, fleet=fleet)
    if key not in outlook.keys:
        return None
    row = np.flatnonzero((outlook.run == outlook.keys.index(key)) & (outlook.call == call_index))
    if not len(row):
        return None
    moments = [max(now, datetime.fromtimestamp(float(one), UTC)) for one in quantiles[row[0]]]
    told = dict(zip(QUANTILES, moments, strict=True))
    ready_at = float(be_ready_at(quantiles[row[:1]], outlook.stage[row[:1]], outlook.new[row[:1]])[0])
    be_ready_by = max(now, datetime.fromtimestamp(ready_at, UTC))
    return Prediction(told[0.10], told[0.50], told[0.90], told[PUBLISHED], be_ready_by, basis, age_seconds)
