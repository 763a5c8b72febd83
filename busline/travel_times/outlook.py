"""Every bus of a moment and every call ahead of it, as arrays: the mean time to each, and how uncertain that is.

Under way a bus is where it was seen. Before that its start is uncertain too: lateness is carried along its block.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from busline.fleet import RunProgress
from busline.ids import RunKey
from busline.service_day import moment
from busline.timetable import Run, Timetable
from busline.travel_times.band import AHEAD_SECONDS, quantile_seconds, variance
from busline.travel_times.departure import HOLD_SD_SECONDS, Blocks, Holds, later_of, turnaround_seconds
from busline.travel_times.travel import Ahead, TravelModel

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Small = NDArray[np.int8]

FORESEEN_SECONDS = 90 * 60.0
"""A later run of a block is foreseen from so long before its planned start."""
RUNS_FORESEEN = 3
"""How many runs ahead: as many as a bus has tiers."""
NOON_SECONDS = 12 * 3_600
OFF_MPS = 5.0
"""How fast a bus moves off from its first stop: it is seen under way a little later than it left."""


class Stage(IntEnum):
    """What the bus is doing."""

    UNDER_WAY = 0
    WAITING = 1
    """Seen on the run, and not yet under way."""
    EARLIER = 2
    """Still on an earlier run of its block."""


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
    stage: Small
    tier: Small
    """Which run of its block the run is, from 0, counted from the block's last long break."""
    afternoon: Small

    def __len__(self) -> int:
        return len(self.run)

    def at(self, z: Floats, now: float) -> Floats:
        """Moments of the quantiles whose normal scores are given, (rows, quantiles); none is before `now`."""
        told: Floats = np.maximum(self.from_at[:, None] + quantile_seconds(self.mean_seconds, self.variance, z), now)
        return told


@dataclass(slots=True)
class _Row:
    """A run to look ahead on, and from where."""

    key: RunKey
    run: Run
    distance_m: float
    next_call: int
    at: float
    """When the bus was there, or is expected to leave."""
    variance: float
    lateness_seconds: float
    stage: Stage


@dataclass(frozen=True, slots=True)
class _Next:
    """A run that follows another on its block, and when the bus will be through with that."""

    key: RunKey
    before: Run
    ended_at: float
    variance: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked about a run again and again."""

    row: int
    start_seconds: float
    first_m: float


class Foresight:
    """Looks ahead from where buses are, with what was learned."""

    def __init__(self, timetable: Timetable, model: TravelModel) -> None:
        self.model = model
        self.holds = Holds()
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
                    self.holds.take(at - way_m / OFF_MPS - self._planned_start(one.key), at)

    def look(
        self, progress: Sequence[RunProgress], now: float, driven: Container[RunKey] = (), *, further: bool = True
    ) -> Outlook:
        """Everything ahead of these runs and, looking `further`, of the later runs of their blocks not yet `driven`."""
        hold = self.holds.mean_seconds(now)
        rows = [row for one in progress if (row := self._row(one, now, hold)) is not None]
        found = [(rows, *self._ahead(rows, now))]
        ended = [
            _Next(key, self._timetable.runs[one.key.run_id], one.ended_at.timestamp(), 0.0)
            for one in progress
            if one.ended_at is not None and (key := self._due_after(one.key, now, driven)) is not None
        ]
        for _ in range(RUNS_FORESEEN if further else 0):
            rows = [self._start(one, now, hold) for one in [*ended, *self._after(*found[-1], now, driven)]]
            if not rows:
                break
            found.append((rows, *self._ahead(rows, now)))
            ended = []
        return self._outlook(found, now)

    def _row(self, one: RunProgress, now: float, hold: float) -> _Row | None:
        run = self._timetable.runs.get(one.key.run_id)
        if run is None or one.ended_at is not None or one.off_route_since is not None:
            return None
        if one.started_at is None:
            leaves_at = max(now, self._planned_start(one.key)) + hold
            first_m = self._plans[one.key.run_id].first_m
            return _Row(one.key, run, first_m, 0, leaves_at, HOLD_SD_SECONDS**2, 0.0, Stage.WAITING)
        at = one.matched_at.timestamp()
        return _Row(one.key, run, one.distance_m, one.next_call, at, 0.0, one.lateness_seconds, Stage.UNDER_WAY)

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
            _Next(key, row.run, row.at + float(ahead.seconds[end]), row.variance + float(spread[end]))
            for (index, row, key), end in zip(due, last.tolist(), strict=True)
            if end >= 0 and ahead.bus[end] == index
        ]

    def _due_after(self, key: RunKey, now: float, driven: Container[RunKey]) -> RunKey | None:
        """The next run of its block, where that begins before long and nobody drives it yet."""
        following = self.blocks.next_of(key)
        if following is None or following in driven or self._planned_start(following) - now > FORESEEN_SECONDS:
            return None
        return following

    def _start(self, one: _Next, now: float, hold: float) -> _Row:
        """A run begins when planned, or when its bus is through with the one before."""
        run = self._timetable.runs[one.key.run_id]
        ready = max(one.ended_at + turnaround_seconds(one.before, run), now)
        at, of_start = later_of(max(self._planned_start(one.key), now), ready, one.variance)
        first_m = self._plans[one.key.run_id].first_m
        return _Row(one.key, run, first_m, 0, at + hold, of_start + HOLD_SD_SECONDS**2, 0.0, Stage.EARLIER)

    def _outlook(self, found: Sequence[tuple[Sequence[_Row], Ahead, Floats]], now: float) -> Outlook:
        rows = [row for own, _, _ in found for row in own]
        offsets = np.cumsum([0, *(len(own) for own, _, _ in found)])
        run = np.concatenate([ahead.bus + offset for (_, ahead, _), offset in zip(found, offsets, strict=False)])
        at = np.array([row.at for row in rows], np.float64)[run]
        started = np.array([row.stage is Stage.UNDER_WAY for row in rows], np.bool_)[run]
        # A start that is still to come makes one uncertain time of the waiting and the way; it counts from now.
        from_at = np.where(started, at, now)
        seconds = np.concatenate([ahead.seconds for _, ahead, _ in found]) + (at - from_at)
        spread = np.concatenate([own for _, _, own in found])
        return Outlook(
            keys=tuple(row.key for row in rows),
            run=run,
            call=np.concatenate([ahead.call for _, ahead, _ in found]),
            from_at=from_at,
            mean_seconds=np.maximum(seconds, AHEAD_SECONDS),
            variance=spread + np.array([row.variance for row in rows], np.float64)[run],
            stage=np.array([row.stage for row in rows], np.int8)[run],
            tier=np.array([self.blocks.tier_of(row.key) for row in rows], np.int8)[run],
            afternoon=np.array([self._plans[row.key.run_id].start_seconds >= NOON_SECONDS for row in rows], np.int8)[
                run
            ],
        )

    def _planned_start(self, key: RunKey) -> float:
        midnight = self._midnights.get(key.service_date)
        if midnight is None:
            if len(self._midnights) > 7:
                self._midnights.clear()
            midnight = moment(key.service_date, 0, self._timetable.timezone).timestamp()
            self._midnights[key.service_date] = midnight
        return midnight + self._plans[key.run_id].start_seconds
