"""Every bus of a moment and every call ahead of it, as arrays: the mean time to each, and how uncertain that is.

Under way a bus is where it was seen. Before that its start is uncertain too: lateness is carried along its block.
"""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from busline.fleet import RunProgress
from busline.ids import RunKey, VehicleId
from busline.service_day import moment
from busline.timetable import Run, Timetable
from busline.travel_times.band import AHEAD_SECONDS, quantile_seconds, variance
from busline.travel_times.departure import SOONEST_SECONDS, Blocks, Holds, later_of, turnaround_seconds
from busline.travel_times.punctuality import Punctuality
from busline.travel_times.travel import Ahead, TravelModel

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Small = NDArray[np.int8]

FORESEEN_SECONDS = 90 * 60.0
"""A later run of a block is foreseen from so long before its planned start."""
RUNS_FORESEEN = 3
"""How many runs ahead: as many as a bus has tiers."""
NOON_SECONDS = 12 * 3_600
FIRST_WEEK_DAYS = 5
OFF_MPS = 5.0
"""How fast a bus moves off from its first stop: it is seen under way a little later than it left."""


class Stage(IntEnum):
    """What the bus is doing."""

    UNDER_WAY = 0
    WAITING = 1
    """Seen on the run, and not yet under way."""
    EARLIER = 2
    """Still on an earlier run of its block."""
    ELSEWHERE = 3
    """Heard of, but neither on the run's path nor on an earlier run: it is still to come."""
    UNSEEN = 4
    """Not heard of: how the run usually goes is all there is. Maybe it is under way already."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """The calls ahead, one row each, run by run. Moments are epoch seconds."""

    keys: tuple[RunKey, ...]
    run: Rows
    """Which of the keys."""
    call: Rows
    from_at: Floats
    """The moment that the mean counts from: when the bus was seen, or now."""
    mean_seconds: Floats
    variance: Floats
    """Of those seconds."""
    way_seconds: Floats
    """Before a bus has begun its run, what of them is its way from the first stop; 0 at that stop, and under way."""
    stage: Small
    tier: Small
    """Which run of its block the run is, from 0, counted from the block's last long break."""
    afternoon: Small
    new: Small
    """1 in the first week of a run: on fewer than `FIRST_WEEK_DAYS` days it was seen to begin."""

    def __len__(self) -> int:
        return len(self.run)

    def at(self, z: Floats, now: float) -> Floats:
        """Moments of the quantiles whose normal scores are given, (rows, quantiles); none is before `now`."""
        told = quantile_seconds(self.mean_seconds, self.variance, z).T
        told += self.from_at
        np.maximum(told, now, out=told)
        return told.T


@dataclass(slots=True)
class _Row:
    """A run to look ahead on, and from where."""

    key: RunKey
    run: Run
    vehicle_id: VehicleId | None
    distance_m: float
    next_call: int
    at: float
    """When the bus was there, or is expected to leave."""
    variance: float
    comes_at: float
    """When it was there, or is expected to come there."""
    comes_variance: float
    lateness_seconds: float
    stage: Stage


@dataclass(frozen=True, slots=True)
class _Next:
    """A run that follows another on its block, and when the bus will be through with that."""

    key: RunKey
    before: Run
    vehicle_id: VehicleId | None
    ended_at: float
    variance: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked about a run again and again."""

    row: int
    start_seconds: float
    first_m: float


NOBODY: Mapping[RunKey, Stage] = MappingProxyType({})


class Foresight:
    """Looks ahead from where buses are, with what was learned."""

    def __init__(self, timetable: Timetable, model: TravelModel, punctuality: Punctuality | None = None) -> None:
        self.model = model
        self.holds = Holds()
        self._punctuality = Punctuality() if punctuality is None else punctuality
        self.blocks = Blocks(timetable)
        self._timetable = timetable
        self._plans = {
            run.run_id: _Plan(model.row_of[run.run_id], run.start_seconds, float(run.pattern.stop_distance_m[0]))
            for run in timetable.runs.values()
        }
        self._midnights: dict[date, float] = {}
        self._waiting: set[RunKey] = set()

    def learn(self, progress: Iterable[RunProgress]) -> None:
        """How long after the plan buses leave that could have left in time: they were seen waiting."""
        for one in progress:
            if one.started_at is None and one.ended_at is None:
                self._waiting.add(one.key)
            elif one.key in self._waiting:
                self._waiting.discard(one.key)
                plan = self._plans.get(one.key.run_id)
                if plan is not None and one.started_at is not None:
                    at = one.started_at.timestamp()
                    way_m = max(one.distance_m - plan.first_m, 0.0)
                    usual = self._punctuality.usual(one.key.run_id, one.vehicle_id)
                    self.holds.take(at - way_m / OFF_MPS - self._planned_start(one.key), usual.left_seconds, at)

    def look(
        self,
        progress: Sequence[RunProgress],
        now: float,
        driven: Container[RunKey] = (),
        *,
        further: bool = True,
        unseen: Mapping[RunKey, Stage] = NOBODY,
    ) -> Outlook:
        """Everything ahead of these runs and, looking `further`, of the later runs of their blocks not yet `driven`.

        And of runs on which no bus was seen so far, ELSEWHERE or UNSEEN.
        """
        more = self.holds.more_seconds(now)
        rows = [row for one in progress if (row := self._row(one, now, more)) is not None]
        found = [(rows, *self._ahead(rows, now))]
        ended = [
            _Next(key, self._timetable.runs[one.key.run_id], one.vehicle_id, one.ended_at.timestamp(), 0.0)
            for one in progress
            if one.ended_at is not None and (key := self._due_after(one.key, now, driven)) is not None
        ]
        for _ in range(RUNS_FORESEEN if further else 0):
            rows = [self._next_start(one, now, more) for one in [*ended, *self._after(*found[-1], now, driven)]]
            if not rows:
                break
            found.append((rows, *self._ahead(rows, now)))
            ended = []
        if unseen:
            rows = [self._start(key, None, now, more, stage, -math.inf, 0.0) for key, stage in unseen.items()]
            found.append((rows, *self._ahead(rows, now)))
        return self._outlook(found, now)

    def _row(self, one: RunProgress, now: float, more: float) -> _Row | None:
        run = self._timetable.runs.get(one.key.run_id)
        if run is None or one.ended_at is not None or one.off_route_since is not None:
            return None
        if one.started_at is None:
            return self._start(one.key, one.vehicle_id, now, more, Stage.WAITING, -math.inf, 0.0)
        at = one.matched_at.timestamp()
        return _Row(
            key=one.key,
            run=run,
            vehicle_id=one.vehicle_id,
            distance_m=one.distance_m,
            next_call=one.next_call,
            at=at,
            variance=0.0,
            comes_at=at,
            comes_variance=0.0,
            lateness_seconds=one.lateness_seconds,
            stage=Stage.UNDER_WAY,
        )

    def _ahead(self, rows: Sequence[_Row], now: float) -> tuple[Ahead, Floats]:
        """Times ahead from each row's place, and their variance."""
        ahead = self.model.ahead(
            np.array([self._plans[row.key.run_id].row for row in rows], np.intp),
            np.array([row.distance_m for row in rows], np.float64),
            np.array([row.next_call for row in rows], np.intp),
            now,
        )
        lateness = np.array([row.lateness_seconds for row in rows], np.float64)
        return ahead, variance(np.maximum(ahead.seconds, AHEAD_SECONDS), ahead.unlearned_seconds, lateness[ahead.bus])

    def _after(
        self, rows: Sequence[_Row], ahead: Ahead, spread: Floats, now: float, driven: Container[RunKey]
    ) -> list[_Next]:
        """The runs that follow these on their blocks, and when their buses will be through."""
        due = [
            (index, row, key)
            for index, row in enumerate(rows)
            if (key := self._due_after(row.key, now, driven)) is not None
        ]
        last = np.searchsorted(ahead.bus, [index for index, _, _ in due], side="right") - 1
        return [
            _Next(key, row.run, row.vehicle_id, row.at + float(ahead.seconds[end]), row.variance + float(spread[end]))
            for (index, row, key), end in zip(due, last.tolist(), strict=True)
            if end >= 0 and ahead.bus[end] == index
        ]

    def _due_after(self, key: RunKey, now: float, driven: Container[RunKey]) -> RunKey | None:
        """The next run of its block, where that begins before long and nobody drives it yet."""
        following = self.blocks.next_of(key)
        if following is None or following in driven or self._planned_start(following) - now > FORESEEN_SECONDS:
            return None
        return following

    def _next_start(self, one: _Next, now: float, more: float) -> _Row:
        """A later run of its block begins as usual, or when its bus is through with the one before."""
        ready = max(one.ended_at + turnaround_seconds(one.before, self._timetable.runs[one.key.run_id]), now)
        return self._start(one.key, one.vehicle_id, now, more, Stage.EARLIER, ready, one.variance)

    def _start(
        self,
        key: RunKey,
        vehicle_id: VehicleId | None,
        now: float,
        more: float,
        stage: Stage,
        ready_at: float,
        ready_variance: float,
    ) -> _Row:
        """A run that is still to begin: its bus comes to the first stop and leaves it as usual, or once it is ready."""
        planned, usual = self._planned_start(key), self._punctuality.usual(key.run_id, vehicle_id)
        came, left = usual.came_seconds + more, usual.left_seconds + more
        comes_at, leaves_at = planned + min(came, left), planned + left
        if stage is not Stage.UNSEEN:
            # It has not left, or it would have been seen.
            comes_at, leaves_at = max(comes_at, now), max(leaves_at, now + max(left, SOONEST_SECONDS))
        of_start = 0.0
        if ready_at > -math.inf:
            wait = max(left, SOONEST_SECONDS)
            comes_at, of_start = later_of(comes_at, ready_at, ready_variance)
            leaves_at, of_start = later_of(leaves_at - wait, ready_at, ready_variance)
            leaves_at += wait
        return _Row(
            key=key,
            run=self._timetable.runs[key.run_id],
            vehicle_id=vehicle_id,
            distance_m=self._plans[key.run_id].first_m,
            next_call=0,
            at=leaves_at,
            variance=of_start + usual.left_sd**2,
            comes_at=comes_at,
            comes_variance=of_start + usual.came_sd**2,
            lateness_seconds=0.0,
            stage=stage,
        )

    def _outlook(self, found: Sequence[tuple[Sequence[_Row], Ahead, Floats]], now: float) -> Outlook:
        rows = [row for own, _, _ in found for row in own]
        offsets = np.cumsum([0, *(len(own) for own, _, _ in found)])
        run = np.concatenate([ahead.bus + offset for (_, ahead, _), offset in zip(found, offsets, strict=False)])
        at = np.array([row.at for row in rows], np.float64)[run]
        started = np.array([row.stage is Stage.UNDER_WAY for row in rows], np.bool_)[run]
        call = np.concatenate([ahead.call for _, ahead, _ in found])
        # It comes to its first stop some time before it leaves.
        first = ~started & (call == 0)
        at = np.where(first, np.array([row.comes_at for row in rows], np.float64)[run], at)
        # A start that is still to come makes one uncertain time of the waiting and the way; it counts from now.
        from_at = np.where(started, at, now)
        way = np.concatenate([ahead.seconds for _, ahead, _ in found])
        seconds = way + (at - from_at)
        of_start = np.where(
            first,
            np.array([row.comes_variance for row in rows], np.float64)[run],
            np.array([row.variance for row in rows], np.float64)[run],
        )
        spread = np.concatenate([own for _, _, own in found])
        return Outlook(
            keys=tuple(row.key for row in rows),
            run=run,
            call=call,
            from_at=from_at,
            mean_seconds=np.maximum(seconds, AHEAD_SECONDS),
            variance=spread + of_start,
            way_seconds=np.where(started | first, 0.0, way),
            stage=np.array([row.stage for row in rows], np.int8)[run],
            tier=np.array([self.blocks.tier_of(row.key) for row in rows], np.int8)[run],
            afternoon=np.array([self._plans[row.key.run_id].start_seconds >= NOON_SECONDS for row in rows], np.int8)[
                run
            ],
            new=np.array([self._punctuality.days(row.key.run_id) < FIRST_WEEK_DAYS for row in rows], np.int8)[run],
        )

    def _planned_start(self, key: RunKey) -> float:
        midnight = self._midnights.get(key.service_date)
        if midnight is None:
            if len(self._midnights) > 7:
                self._midnights.clear()
            midnight = moment(key.service_date, 0, self._timetable.timezone).timestamp()
            self._midnights[key.service_date] = midnight
        return midnight + self._plans[key.run_id].start_seconds
