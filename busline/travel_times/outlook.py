"""Every bus of a moment and every call ahead of it, as arrays: the mean time to each, and how uncertain that is.

Under way a bus is where it was seen. Before that its start is uncertain too: lateness is carried along its block.
"""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from itertools import chain
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from busline.fleet import Fleet, RunProgress
from busline.ids import RunKey, VehicleId
from busline.timetable import Run, Timetable
from busline.tracking.going import Changed
from busline.travel_times.band import AHEAD_SECONDS, put_quantile_seconds, quantile_seconds, theta_seconds, variance_at
from busline.travel_times.departure import SOONEST_SECONDS, Blocks, Holds, later_of, turnaround_seconds
from busline.travel_times.origins import Origin, Origins, Runs, under_way
from busline.travel_times.punctuality import Punctuality
from busline.travel_times.reach import AT_ONCE, Reach
from busline.travel_times.travel import Ahead, TravelModel

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Small = NDArray[np.int8]

FORESEEN_SECONDS = 90 * 60.0
"""A later run of a block is foreseen from so long before its planned start."""
RUNS_FORESEEN = 3
"""How many runs ahead: as many as a bus has tiers."""
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

    def rows(self, which: slice) -> "Outlook":
        """Some of the rows."""
        columns = (getattr(self, field.name)[which] for field in fields(self)[1:])
        return Outlook(self.keys, *columns)

    def at(self, z: Floats, now: float) -> Floats:
        """Moments of the quantiles whose normal scores are given, (rows, quantiles); none is before `now`."""
        told = quantile_seconds(self.mean_seconds, self.variance, z).T
        told += self.from_at
        np.maximum(told, now, out=told)
        return told.T

    def put(self, z: Floats, now: float, out: Floats) -> None:
        """The same of a few thousand rows, into (quantiles, rows), as `z` is, which is used up."""
        put_quantile_seconds(self.mean_seconds, self.variance, z, out)
        out += self.from_at
        np.maximum(out, now, out=out)


@dataclass(frozen=True, slots=True)
class _Next:
    """A run that follows another on its block, and when the bus will be through with that."""

    key: RunKey
    before: Run
    vehicle_id: VehicleId | None
    ended_at: float
    variance: float


NOBODY: Mapping[RunKey, Stage] = MappingProxyType({})


class Foresight:
    """Looks ahead from where buses are, with what was learned."""

    def __init__(self, timetable: Timetable, model: TravelModel, punctuality: Punctuality | None = None) -> None:
        self.model = model
        self.holds = Holds()
        self._punctuality = Punctuality() if punctuality is None else punctuality
        self.blocks = Blocks(timetable)
        self._timetable = timetable
        self._runs = Runs(timetable, self.blocks)
        new = [self._punctuality.days(run_id) < FIRST_WEEK_DAYS for run_id in self._runs.ids]
        self._new: Small = np.array(new, np.int8)
        self._waiting: set[RunKey] = set()

    def learn(self, progress: Iterable[RunProgress]) -> None:
        """How long after the plan buses leave that could have left in time: they were seen waiting."""
        if isinstance(progress, Changed):
            # Those that are moved along together have left; few of them were seen waiting just before.
            going, rows = progress.going, progress.rows
            left = [going.progress(row) for row in rows if going.drives[row].key in self._waiting]
            progress = [*left, *progress.here]
        for one in progress:
            if one.started_at is None and one.ended_at is None:
                self._waiting.add(one.key)
            elif one.key in self._waiting:
                self._waiting.discard(one.key)
                run = self._timetable.runs.get(one.key.run_id)
                if run is not None and one.started_at is not None:
                    at = one.started_at.timestamp()
                    way_m = max(one.distance_m - float(run.pattern.stop_distance_m[0]), 0.0)
                    usual = self._punctuality.usual(one.key.run_id, one.vehicle_id)
                    self.holds.take(at - way_m / OFF_MPS - self._runs.planned_start(one.key), usual.left_seconds, at)

    def look(
        self,
        progress: Sequence[RunProgress],
        now: float,
        driven: Container[RunKey] = (),
        *,
        further: bool = True,
        unseen: Mapping[RunKey, Stage] = NOBODY,
        fleet: Fleet | None = None,
    ) -> Outlook:
        """Everything ahead of these runs and, looking `further`, of the later runs of their blocks not yet `driven`.

        And of runs on which no bus was seen so far, ELSEWHERE or UNSEEN. With the `fleet` it is known where buses
        are that have not begun their runs, and so how soon they can.
        """
        reach = Reach(self._timetable, fleet)
        more = self.holds.more_seconds(now)
        # Rows of another plan's runs are read one by one: they are none of this one's.
        together = progress if isinstance(progress, Changed) and progress.going.timetable is self._timetable else None
        each = progress if together is None else together.here
        found: list[_Found] = []
        started = self._runs.origins([row for one in each if (row := self._under_way(one)) is not None])
        if together is not None:
            started = under_way(together.going, together.rows, started)
        starting = [row for one in each if (row := self._waiting_start(one, now, more, reach)) is not None]
        for origins in (started, self._runs.origins(starting)):
            if len(origins):
                found.append(self._ahead(origins, now))
        following = [self._after(one, now, driven) for one in found]
        after = [
            _Next(key, self._timetable.runs[one.key.run_id], one.vehicle_id, one.ended_at.timestamp(), 0.0)
            for one in each
            if one.ended_at is not None and (key := self._due_after(one.key, now, driven)) is not None
        ]
        after += [one for some in following for one in some]
        for _ in range(RUNS_FORESEEN if further else 0):
            if not after:
                break
            rows = [self._next_start(one, now, more, reach) for one in after]
            found.append(self._ahead(self._runs.origins(rows), now))
            after = self._after(found[-1], now, driven)
        if unseen:
            rows = []
            for key, stage in unseen.items():
                ready = reach.ready_whoever(key) if stage is Stage.ELSEWHERE else AT_ONCE
                rows.append(self._start(key, None, now, more, stage, *ready))
            found.append(self._ahead(self._runs.origins(rows), now))
        return self._outlook(found, now)

    def _under_way(self, one: RunProgress) -> Origin | None:
        run = self._timetable.runs.get(one.key.run_id)
        if run is None or one.started_at is None or one.ended_at is not None or one.off_route_since is not None:
            return None
        at = one.matched_at.timestamp()
        return Origin(
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

    def _waiting_start(self, one: RunProgress, now: float, more: float, reach: Reach) -> Origin | None:
        is_waiting = one.started_at is None and one.ended_at is None and one.off_route_since is None
        if one.key.run_id not in self._timetable.runs or not is_waiting:
            return None
        ready = reach.ready(one.key, one.vehicle_id)
        return self._start(one.key, one.vehicle_id, now, more, Stage.WAITING, *ready)

    def _ahead(self, origins: Origins, now: float) -> "_Found":
        """Times ahead from each row's place, and their variance."""
        ahead = self.model.ahead(origins.run, origins.distance_m, origins.next_call, now)
        theta = theta_seconds(origins.lateness_seconds)[ahead.bus]
        spread = variance_at(np.maximum(ahead.seconds, AHEAD_SECONDS), ahead.unlearned_seconds, theta)
        return _Found(origins, ahead, spread)

    def _after(self, found: "_Found", now: float, driven: Container[RunKey]) -> list[_Next]:
        """The runs that follow these on their blocks, and when their buses will be through."""
        origins, ahead, runs = found.origins, found.ahead, self._runs
        following = runs.following(origins)
        if following.max(initial=-1) < 0:
            return []
        is_due = (following >= 0) & (origins.midnight + runs.start_seconds[following] - now <= FORESEEN_SECONDS)
        due = np.flatnonzero(is_due)
        last = np.searchsorted(ahead.bus, due, side="right") - 1
        after = []
        for index, end in zip(due.tolist(), last.tolist(), strict=True):
            who = origins.who[index]
            key = RunKey(who.key.service_date, runs.ids[following[index]])
            if key not in driven and end >= 0 and ahead.bus[end] == index:
                ends_at, spread = origins.at[index] + ahead.seconds[end], origins.variance[index] + found.spread[end]
                after.append(_Next(key, who.run, who.vehicle_id, float(ends_at), float(spread)))
        return after

    def _due_after(self, key: RunKey, now: float, driven: Container[RunKey]) -> RunKey | None:
        """The next run of its block, where that begins before long and nobody drives it yet."""
        following = self.blocks.next_of(key)
        if following is None or following in driven or self._runs.planned_start(following) - now > FORESEEN_SECONDS:
            return None
        return following

    def _next_start(self, one: _Next, now: float, more: float, reach: Reach) -> Origin:
        """A later run of its block begins as usual, or when its bus is through with the one before."""
        soonest = one.ended_at + turnaround_seconds(one.before, self._timetable.runs[one.key.run_id])
        ready = max(soonest, now), one.variance
        if one.ended_at <= now:
            # It stands somewhere, or is on its way.
            ready = max(ready, reach.ready(one.key, one.vehicle_id))
        return self._start(one.key, one.vehicle_id, now, more, Stage.EARLIER, *ready)

    def _start(
        self,
        key: RunKey,
        vehicle_id: VehicleId | None,
        now: float,
        more: float,
        stage: Stage,
        ready_at: float,
        ready_variance: float,
    ) -> Origin:
        """A run that is still to begin: its bus comes to the first stop and leaves it as usual, or once it is ready."""
        planned, usual = self._runs.planned_start(key), self._punctuality.usual(key.run_id, vehicle_id)
        came, left = usual.came_seconds + more, usual.left_seconds + more
        comes_at, leaves_at = planned + min(came, left), planned + left
        if stage is not Stage.UNSEEN:
            # It has not left, or it would have been seen.
            comes_at, leaves_at = max(comes_at, now), max(leaves_at, now + max(left, SOONEST_SECONDS))
        of_start = 0.0
        if ready_at > -math.inf:
            # Coming and leaving hang on the same moment, and are as uncertain by it.
            wait = max(left, SOONEST_SECONDS)
            comes_at, _ = later_of(comes_at, ready_at, ready_variance)
            leaves_at, of_start = later_of(leaves_at - wait, ready_at, ready_variance)
            leaves_at += wait
        return Origin(
            key=key,
            run=self._timetable.runs[key.run_id],
            vehicle_id=vehicle_id,
            distance_m=float(self._timetable.runs[key.run_id].pattern.stop_distance_m[0]),
            next_call=0,
            at=leaves_at,
            variance=of_start + usual.left_sd**2,
            comes_at=comes_at,
            comes_variance=of_start + usual.came_sd**2,
            lateness_seconds=0.0,
            stage=stage,
        )

    def _outlook(self, found: "Sequence[_Found]", now: float) -> Outlook:
        parts = [self._part(one, now) for one in found]
        counts = [len(one.origins) for one in found]
        offsets = np.cumsum([0, *counts[:-1]])
        run = _joined([one.ahead.bus + offset for one, offset in zip(found, offsets, strict=False)], np.intp)
        of_run = [
            np.stack(
                [
                    one.origins.stage,
                    self._runs.tier(one.origins),
                    self._runs.afternoon[one.origins.run],
                    self._new[one.origins.run],
                ]
            )
            for one in found
        ]
        stage, tier, afternoon, new = np.concatenate([np.empty((4, 0), np.int8), *of_run], axis=1)
        from_at, mean_seconds, spread, way_seconds = (
            _joined([part[column] for part in parts], np.float64) for column in range(4)
        )
        return Outlook(
            keys=tuple(map(attrgetter("key"), chain.from_iterable(one.origins.who for one in found))),
            run=run,
            call=_joined([one.ahead.call for one in found], np.intp),
            from_at=from_at,
            mean_seconds=mean_seconds,
            variance=spread,
            way_seconds=way_seconds,
            stage=stage[run],
            tier=tier[run],
            afternoon=afternoon[run],
            new=new[run],
        )

    @staticmethod
    def _part(found: "_Found", now: float) -> tuple[Floats, Floats, Floats, Floats]:
        """From when the mean counts, the mean, its variance, and what of it is a way from the first stop."""
        origins, ahead, spread = found.origins, found.ahead, found.spread
        if not origins.stage.any():
            # All are under way, as most are: where each is is known.
            return origins.at[ahead.bus], np.maximum(ahead.seconds, AHEAD_SECONDS), spread, np.zeros(len(spread))
        started = (origins.stage == Stage.UNDER_WAY)[ahead.bus]
        # It comes to its first stop some time before it leaves.
        first = ~started & (ahead.call == 0)
        at = np.where(first, origins.comes_at[ahead.bus], origins.at[ahead.bus])
        # A start that is still to come makes one uncertain time of the waiting and the way; it counts from now.
        from_at = np.where(started, at, now)
        of_start = np.where(first, origins.comes_variance[ahead.bus], origins.variance[ahead.bus])
        mean = np.maximum(ahead.seconds + (at - from_at), AHEAD_SECONDS)
        return from_at, mean, spread + of_start, np.where(started | first, 0.0, ahead.seconds)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What was found ahead of some origins."""

    origins: Origins
    ahead: Ahead
    spread: Floats


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, kind), *parts])
