"""Lives recorded days again, fix by fix, through the real tracker, and notes what could have been said at each.

Only what had been received is known at any moment. What is noted is the outlook before calibration, with the
baselines beside it, so that many calibrations can be judged on one replay.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.held_speed import HeldSpeed
from busline.backtest.truth import Arrivals
from busline.due import is_due, unseen_runs
from busline.fleet import Fleet, RunProgress
from busline.ids import RunKey, StopId, VehicleId
from busline.position import Position
from busline.service_day import moment
from busline.timetable import Run, Timetable
from busline.tracking.tracker import Tracker
from busline.travel_times.dwell import stood_seconds
from busline.travel_times.engine import Engine
from busline.travel_times.outlook import Outlook, Stage
from busline.travel_times.punctuality import FirstVisit, first_visits
from busline.travel_times.trails import Trail, Trails

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

NOTED_SECONDS = 45 * 60.0
"""Nothing farther off is noted: scores look 30 minutes ahead."""


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """What could be said, one row a prediction. Moments are epoch seconds."""

    trip: Rows
    """Which of the replay's runs."""
    call: Rows
    made_at: Floats
    fix_age_seconds: Floats
    from_at: Floats
    mean_seconds: Floats
    variance: Floats
    way_seconds: Floats
    stage: NDArray[np.int8]
    tier: NDArray[np.int8]
    afternoon: NDArray[np.int8]
    new: NDArray[np.int8]
    plan_at: Floats
    """The baselines' predictions: the plan, ..."""
    delay_at: Floats
    """... the plan plus how late the bus is now, ..."""
    held_at: Floats
    """... and the distance at the speed of the last minutes. Before the start both are the plan."""

    def __len__(self) -> int:
        return len(self.trip)

    def __getitem__(self, which: NDArray[Any]) -> "Notes":
        return Notes(*(getattr(self, field.name)[which] for field in fields(self)))

    def outlook(self) -> Outlook:
        """The same rows as an outlook, for the band and its calibration."""
        return Outlook(
            (),
            self.trip,
            self.call,
            self.from_at,
            self.mean_seconds,
            self.variance,
            self.way_seconds,
            self.stage,
            self.tier,
            self.afternoon,
            self.new,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """A replay of some recorded days."""

    runs: tuple[RunKey, ...]
    """What `Notes.trip` numbers."""
    notes: Notes
    started_at: Mapping[RunKey, float]
    """When each run was first seen under way."""
    unmatched: Mapping[str, int]
    traversals: int
    trails: tuple[Trail, ...]
    """What the days to come may learn from, ..."""
    starts: tuple[FirstVisit, ...]
    """... also of when runs begin, ..."""
    stood: Mapping[StopId, tuple[float, int]]
    """... and of how long buses stand: mean seconds at each stop, and of how many visits."""


def replay(
    timetable: Timetable,
    positions: Sequence[Position],
    truth: Mapping[RunKey, Arrivals],
    engine: Engine,
    tell: Callable[[float], None] = lambda _: None,
    *,
    noted_seconds: float = NOTED_SECONDS,
    tick_seconds: float = 0.0,
    unseen_every_seconds: float = 0.0,
) -> Replayed:
    """Replay positions as they were heard; runs without known truth are learned from and not noted.

    Those heard at one moment are one batch; a file's are heard when they were taken. Nothing farther ahead than
    `noted_seconds` is noted. With `tick_seconds` what was heard in so long is one batch, predicted from at its end:
    many times as fast, and enough to learn a day by. `tell` hears the share that is done, now and then. With
    `unseen_every_seconds` what could be said of runs that no bus was seen on yet is noted so often.
    """
    ordered = sorted(positions, key=lambda position: position.received_at)
    tracker = Tracker(timetable, Fleet(ordered[0].received_at))
    sightings = Trails()
    numbers: dict[RunKey, int] = {key: number for number, key in enumerate(truth)}
    held = HeldSpeed()
    parts: list[Notes] = []
    started: dict[RunKey, float] = {}
    # Buses that have ended a run and are on no other, and what they did last.
    between: dict[VehicleId, RunProgress] = {}
    unmatched: Counter[str] = Counter()
    traversals = done = 0
    starts: list[FirstVisit] = []
    stood: dict[StopId, list[float]] = {}
    looked_at = -math.inf
    for fixes in _batches(ordered, tick_seconds):
        heard_at = fixes[-1].received_at
        step = tracker.take(fixes, heard_at)
        unmatched.update(step.unmatched)
        traversals += len(engine.learn(step.progress))
        engine.visited(step.visits)
        starts += first_visits(timetable, step.visits)
        for visit in step.visits:
            if visit.departed_at is not None:
                stood.setdefault(visit.stop_id, []).append(stood_seconds(visit.arrived_at, visit.departed_at))
        sightings.take(step.progress)
        now = heard_at.timestamp()
        resting = [between[fix.vehicle_id] for fix in step.positions if fix.vehicle_id in between]
        for one in step.progress:
            if one.ended_at is not None:
                between[one.vehicle_id] = one
            else:
                between.pop(one.vehicle_id, None)
            if one.started_at is not None and one.ended_at is None:
                started.setdefault(one.key, one.started_at.timestamp())
                held.take(one)
        seen = {one.key: one for one in (*resting, *step.progress)}
        unseen: Mapping[RunKey, Stage] = {}
        if unseen_every_seconds and now - looked_at >= unseen_every_seconds:
            looked_at = now
            due = [key for key in truth if is_due(timetable, key, heard_at)]
            unseen = unseen_runs(timetable, engine, step.fleet, due, heard_at)
        outlook = engine.look(tuple(seen.values()), now, step.fleet.progress, unseen=unseen, fleet=step.fleet)
        if len(outlook):
            parts += _notes(timetable, outlook, seen, held, numbers, now, noted_seconds)
        done += len(fixes)
        if done % 2_000 < len(fixes):
            tell(done / len(ordered))
    columns = (
        [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Notes)] if parts else []
    )
    notes = Notes(*columns) if columns else _no_notes()
    return Replayed(
        runs=tuple(truth),
        notes=notes,
        started_at=started,
        unmatched=dict(unmatched),
        traversals=traversals,
        trails=tuple(sightings.drain()),
        starts=tuple(starts),
        stood={stop_id: (sum(seconds) / len(seconds), len(seconds)) for stop_id, seconds in stood.items()},
    )


def _batches(ordered: Sequence[Position], tick_seconds: float) -> Iterator[list[Position]]:
    def tick(position: Position) -> float:
        heard_at = position.received_at.timestamp()
        return heard_at // tick_seconds if tick_seconds else heard_at

    for _, batch in groupby(ordered, key=tick):
        yield list(batch)


def _notes(
    timetable: Timetable,
    outlook: Outlook,
    progress: Mapping[RunKey, RunProgress],
    held: HeldSpeed,
    numbers: Mapping[RunKey, int],
    now: float,
    noted_seconds: float,
) -> list[Notes]:
    parts = []
    for index, key in enumerate(outlook.keys):
        trip = numbers.get(key)
        which = np.flatnonzero((outlook.run == index) & (outlook.mean_seconds < noted_seconds))
        if trip is None or not len(which):
            continue
        run, call, one = timetable.runs[key.run_id], outlook.call[which], progress.get(key)
        midnight = moment(key.service_date, 0, timetable.timezone).timestamp()
        plan_at = midnight + run.arrival_seconds[call].astype(np.float64)
        delay_at = held_at = plan_at
        age = 0.0
        if one is not None:
            age = now - one.fix_at.timestamp()
            if int(outlook.stage[which[0]]) == Stage.UNDER_WAY:
                delay_at = _delayed(run, one, plan_at - midnight)
                held_at = held.arrives_at(run, one, call)
        count = len(which)
        parts.append(
            Notes(
                trip=np.full(count, trip, np.intp),
                call=call,
                made_at=np.full(count, now),
                fix_age_seconds=np.full(count, age),
                from_at=outlook.from_at[which],
                mean_seconds=outlook.mean_seconds[which],
                variance=outlook.variance[which],
                way_seconds=outlook.way_seconds[which],
                stage=outlook.stage[which],
                tier=outlook.tier[which],
                afternoon=outlook.afternoon[which],
                new=outlook.new[which],
                # Nobody is told a time that has gone by.
                plan_at=np.maximum(plan_at, now),
                delay_at=np.maximum(delay_at, now),
                held_at=np.maximum(held_at, now),
            )
        )
    return parts


def _delayed(run: Run, one: RunProgress, planned: Floats) -> Floats:
    """Delay propagation, from where the bus was last seen."""
    here = float(np.interp(one.distance_m, run.pattern.stop_distance_m, run.arrival_seconds))
    result: Floats = one.matched_at.timestamp() + planned - here
    return result


def _no_notes() -> Notes:
    ints, small, floats = np.empty(0, np.intp), np.empty(0, np.int8), np.empty(0)
    moments = (floats,) * 6
    return Notes(ints, ints, *moments, small, small, small, small, floats, floats, floats)
