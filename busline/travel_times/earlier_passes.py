"""What buses did that were here before on the same path, at about this hour and about as early or late as this one.

A bus that is early waits at the places where its timetable says so, and one that is late does not: nobody need say
where or until when. Passes that were here as early, measured from the planned start of their run, show the wait; so
they show the timetable's own slack, too.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from busline.travel_times.road import Road

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

START_NEAR_SECONDS = 2_400.0
"""Runs that start forty minutes apart count for each other as 0.6 (standard deviation)."""
LATENESS_NEAR_SECONDS = 120.0
"""So does a difference in lateness of two minutes."""
SAME_RUN_WEIGHT = 3.0
"""The same run on another day counts as three others."""
SHARE, DOUBT = 0.3, 1.5
"""Passes move an expectation by this share of the difference, and by less while they weigh little beside `DOUBT`."""
WAIT_SECONDS, WAIT_DOUBT = 120.0, 0.1
"""What they differ by more than this is hardly traffic, which the links know better: buses wait there, or do not. Of
that they are believed nearly whole, even if they are few."""
FARTHEST_SECONDS = 900.0
LEAST_WEIGHT = 1e-6
UNSEEN_SECONDS = 1e9
"""Sorts passes that were not seen behind all others."""


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One bus that drove a run along a path."""

    run: str
    start_seconds: float
    """The planned start of its run, seconds of the service day."""
    edge_at: Floats
    """(edges,) when it passed the edges between links, seconds of its service day; NaN where it was not seen."""
    known_at: Floats
    """(edges,) from when on that was known, epoch seconds; minus infinity on an earlier day."""
    weight: float
    """1 on a day of the same kind, less on one of another."""


@dataclass(slots=True)
class _Gathered:
    passes: list[Pass] = field(default_factory=list)
    stacked: "_Stacked | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class _Stacked:
    run: NDArray[np.str_]
    start: Floats
    edge_at: Floats
    known_at: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Now:
    """One moment on both clocks."""

    seconds: float
    """Of the service day."""
    epoch: float


class EarlierPasses:
    """Passes by path: those of earlier days, and those of today as far as they were known."""

    def __init__(self) -> None:
        self._by_road: dict[Road, _Gathered] = {}

    def take(self, road: Road, one: Pass) -> None:
        """Remember a pass."""
        gathered = self._by_road.setdefault(road, _Gathered())
        gathered.passes.append(one)
        gathered.stacked = None

    def ahead(
        self, road: Road, run: str, start_seconds: float, link: int, entered_seconds: float, to_m: Floats, now: Now
    ) -> tuple[Floats, Floats]:
        """Seconds from now to places farther along a path, by earlier passes, and how much these weigh.

        The bus is on this link of its road, which it entered at `entered_seconds` of the service day: of two buses
        that stand at a hold, the one that came later goes on sooner. `to_m` is (places,). NaN where none is known.
        """
        gathered = self._by_road.get(road)
        if gathered is None:
            return np.full(len(to_m), np.nan), np.zeros(len(to_m))
        passes = self._stack(gathered)
        to_at, to_known = _when(road, passes, to_m)
        entered, left = passes.edge_at[:, [link]], passes.edge_at[:, [link + 1]]
        early = entered[:, 0] - passes.start - (entered_seconds - start_seconds)
        like = self._near(passes, run, start_seconds)
        like *= np.exp(-((np.nan_to_num(early) / LATENESS_NEAR_SECONDS) ** 2) / 2)
        known = np.isfinite(to_at - entered) & (np.maximum(to_known, passes.known_at[:, [link]]) <= now.epoch)
        weight = np.where(known, like[:, None], 0.0)
        whole = _weighted_medians(np.where(known, to_at - entered, UNSEEN_SECONDS), weight)
        # However long it has stood here, the rest of the way takes its time.
        rest = _weighted_medians(np.where(known, to_at - np.fmin(left, to_at), UNSEEN_SECONDS), weight)
        return np.maximum(whole - (now.seconds - entered_seconds), rest), weight.sum(0)

    @staticmethod
    def _stack(gathered: _Gathered) -> _Stacked:
        if gathered.stacked is None:
            gathered.stacked = _stack(gathered.passes)
        return gathered.stacked

    @staticmethod
    def _near(passes: _Stacked, run: str, start_seconds: float) -> Floats:
        """How much each pass counts for a run, whatever its lateness."""
        near = np.exp(-(((passes.start - start_seconds) / START_NEAR_SECONDS) ** 2) / 2)
        result: Floats = near * passes.weight * np.where(passes.run == run, SAME_RUN_WEIGHT, 1.0)
        return result


def pulled(mean_seconds: Floats, passes_seconds: Floats, weight: Floats) -> Floats:
    """An expectation drawn towards what earlier passes took, by how much these weigh."""
    apart = np.clip(np.nan_to_num(passes_seconds - mean_seconds), -FARTHEST_SECONDS, FARTHEST_SECONDS)
    usual = np.clip(apart, -WAIT_SECONDS, WAIT_SECONDS)
    drawn = SHARE * weight / (weight + DOUBT) * usual + weight / (weight + WAIT_DOUBT) * (apart - usual)
    result: Floats = mean_seconds + drawn
    return result


def _stack(passes: list[Pass]) -> _Stacked:
    return _Stacked(
        run=np.array([one.run for one in passes]),
        start=np.array([one.start_seconds for one in passes]),
        edge_at=np.stack([one.edge_at for one in passes]),
        known_at=np.stack([one.known_at for one in passes]),
        weight=np.array([one.weight for one in passes]),
    )


def _when(road: Road, passes: _Stacked, distance_m: Floats) -> tuple[Floats, Floats]:
    """When each pass was at places along the path, and from when on that was known: both (passes, places)."""
    link = np.clip(np.searchsorted(road.edge_m, distance_m, side="right") - 1, 0, len(road.link) - 1)
    share = np.clip((distance_m - road.edge_m[link]) / (road.edge_m[link + 1] - road.edge_m[link]), 0.0, 1.0)
    before, after = passes.edge_at[:, link], passes.edge_at[:, link + 1]
    return before + share * (after - before), passes.known_at[:, link + 1]


def _weighted_medians(values: Floats, weight: Floats) -> Floats:
    """Of every column; NaN where nothing weighs. Between two values the median is interpolated by their weights."""
    order = np.argsort(values, axis=0)
    values, weight = np.take_along_axis(values, order, 0), np.take_along_axis(weight, order, 0)
    until = np.cumsum(weight, axis=0)
    total = until[-1]
    middle = until - weight / 2
    after = np.argmax(middle >= total / 2, axis=0)
    before = np.maximum(after - 1, 0)
    column = np.arange(values.shape[1])
    gap = np.maximum(middle[after, column] - middle[before, column], 1e-12)
    share = np.clip((total / 2 - middle[before, column]) / gap, 0.0, 1.0)
    low, high = values[before, column], values[after, column]
    result: Floats = np.where(total > LEAST_WEIGHT, low + share * (high - low), np.nan)
    return result
