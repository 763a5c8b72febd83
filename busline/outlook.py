"""Every bus of a moment and every call ahead of it, as arrays: the mean time to each, and how uncertain that is.

Under way a bus is where it was seen. Before that its start is uncertain too: lateness is carried along its block.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from busline.band import AHEAD_SECONDS, quantile_seconds, variance
from busline.departure import HOLD_SD_SECONDS, Blocks, Holds, later_of, turnaround_seconds
from busline.fleet import RunProgress
from busline.ids import RunKey
from busline.service_day import moment
from busline.timetable import Run, Timetable
from busline.travel import Ahead, TravelModel

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
class _End:
    """When a run ended or will have."""

    key: RunKey
    at: float
    variance: float


def _ends(rows: Sequence[_Row], ahead: Ahead, spread: Floats) -> list[_End]:
    last = np.flatnonzero(np.diff(ahead.bus, append=len(rows))).tolist()
    buses, seconds, variances = ahead.bus[last].tolist(), ahead.seconds[last].tolist(), spread[last].tolist()
    return [
        _End(rows[bus].key, rows[bus].at + of_way, rows[bus].variance + of_spread)
        for bus, of_way, of_spread in zip(buses, seconds, variances, strict=True)
    ]


class Foresight:
    """Looks ahead from where buses are, with what was learned."""

    def __init__(self, timetable: Timetable, model: TravelModel) -> None:
        self.model = model
        self.holds = Holds()
        self.blocks = Blocks(timetable)
        self._timetable = timetable
        self._waiting: set[RunKey] = set()

    def learn(self, progress: Iterable[RunProgress]) -> None:
        """How long after the plan buses leave that could have left in time: they were seen waiting."""
        for one in progress:
            if one.started_at is None and one.ended_at is None:
                self._waiting.add(one.key)
            elif one.key in self._waiting:
                self._waiting.discard(one.key)
                run = self._timetable.runs.get(one.key.run_id)
                if run is not None and one.started_at is not None:
                    at = one.started_at.timestamp()
                    way_m = max(one.distance_m - float(run.pattern.stop_distance_m[0]), 0.0)
                    self.holds.take(at - way_m / OFF_MPS - self._planned_start(one.key, run), at)

    def look(
        self, progress: Sequence[RunProgress], now: float, driven: Container[RunKey] = (), *, further: bool = True
    ) -> Outlook:
        """Everything ahead of these runs and, looking `further`, of the later runs of their blocks not yet `driven`."""
        rows = [row for one in progress if (row := self._row(one, now)) is not None]
        found = [(rows, *self._ahead(rows, now))]
        ends = [_End(one.key, one.ended_at.timestamp(), 0.0) for one in progress if one.ended_at is not None]
        for _ in range(RUNS_FORESEEN if further else 0):
            rows = self._following([*ends, *_ends(*found[-1])], now, driven)
            if not rows:
                break
            found.append((rows, *self._ahead(rows, now)))
            ends = []
        return self._outlook(found, now)

    def _row(self, one: RunProgress, now: float) -> _Row | None:
        run = self._timetable.runs.get(one.key.run_id)
        if run is None or one.ended_at is not None or one.off_route_since is not None:
            return None
        if one.started_at is None:
            leaves_at = max(now, self._planned_start(one.key, run)) + self.holds.mean_seconds(now)
            first_m = float(run.pattern.stop_distance_m[0])
            return _Row(one.key, run, first_m, 0, leaves_at, HOLD_SD_SECONDS**2, 0.0, Stage.WAITING)
        return _Row(
            one.key,
            run,
            one.distance_m,
            one.next_call,
            one.matched_at.timestamp(),
            0.0,
            one.lateness_seconds,
            Stage.UNDER_WAY,
        )

    def _ahead(self, rows: Sequence[_Row], now: float) -> tuple[Ahead, Floats]:
        """Times ahead from each row's place, and their variance."""
        ahead = self.model.ahead(
            np.array([self.model.row_of[row.run.run_id] for row in rows], np.intp),
            np.array([row.distance_m for row in rows], np.float64),
            np.array([row.next_call for row in rows], np.intp),
            now,
        )
        lateness = np.array([row.lateness_seconds for row in rows], np.float64)
        return ahead, variance(np.maximum(ahead.seconds, AHEAD_SECONDS), ahead.unlearned_seconds, lateness[ahead.bus])

    def _following(self, ends: Sequence["_End"], now: float, driven: Container[RunKey]) -> list[_Row]:
        """The next runs of the blocks: they begin when planned, or when their bus is through with the one before."""
        following = []
        for end in ends:
            key, before = self.blocks.next_of(end.key), self._timetable.runs.get(end.key.run_id)
            if key is None or before is None or key in driven:
                continue
            run = self._timetable.runs[key.run_id]
            planned = self._planned_start(key, run)
            if planned - now > FORESEEN_SECONDS:
                continue
            ready = max(end.at + turnaround_seconds(before, run), now)
            at, of_start = later_of(max(planned, now), ready, end.variance)
            leaves_at, first_m = at + self.holds.mean_seconds(now), float(run.pattern.stop_distance_m[0])
            following.append(_Row(key, run, first_m, 0, leaves_at, of_start + HOLD_SD_SECONDS**2, 0.0, Stage.EARLIER))
        return following

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
            afternoon=np.array([row.run.start_seconds >= NOON_SECONDS for row in rows], np.int8)[run],
        )

    def _planned_start(self, key: RunKey, run: Run) -> float:
        return moment(key.service_date, run.start_seconds, self._timetable.timezone).timestamp()
