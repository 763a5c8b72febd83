"""The calls between two fixes: when a bus arrived at each stop and left it, by where it was before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

ARRIVED_M = 10.0
"""A bus has arrived this far before its stop: standing buses are snapped to just before it (measured at WMATA)."""
STANDING_SHORT_M = 15.0
STANDING_MPS = 0.5
"""It has arrived, too, where it stands this far before its stop: GPS errs, and stops are not surveyed."""
LEFT_M = 15.0
"""It has left once it is this far beyond, twice running, ..."""
SURELY_LEFT_M = 40.0
"""... or once this far: two or three times GPS noise."""
END_M = 30.0
"""It has arrived at its last stop this far before it: buses unload where there is room."""
NEAR_M = max(ARRIVED_M, STANDING_SHORT_M, END_M)
"""Nothing happens at a call while the bus is farther before it than this."""


@dataclass(frozen=True, slots=True)
class Passing:
    """What happened at one call. Times are epoch seconds."""

    call_index: int
    arrived_at: float
    departed_at: float | None
    """None while the bus may still stand there, and at the end of the run."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """How a bus got from one fix to the next: epoch seconds, metres along its path."""

    from_at: float
    from_m: float
    to_at: float
    to_m: float
    seen: bool
    """False after a silence or a detour: what it did in between, nobody saw."""

    @property
    def stands(self) -> bool:
        return self.to_m - self.from_m <= STANDING_MPS * (self.to_at - self.from_at)

    def when(self, mark_m: float) -> float:
        """The moment it crossed a mark, by interpolation."""
        if self.to_m <= self.from_m:
            return self.from_at
        share = min(max((mark_m - self.from_m) / (self.to_m - self.from_m), 0.0), 1.0)
        return self.from_at + share * (self.to_at - self.from_at)


def first_ahead(stops_m: Sequence[float], distance_m: float) -> int:
    """The first call that a bus seen here for the first time may still make."""
    return next((index for index, stop_m in enumerate(stops_m) if stop_m >= distance_m - LEFT_M), len(stops_m))


def pass_calls(
    stops_m: Sequence[float], next_call: int, standing_since: float | None, stretch: Stretch
) -> tuple[int, list[Passing]]:
    """Carry a bus over the calls of a stretch. Returns the next call, and the passings that are new or now complete.

    `standing_since` is when it arrived at `next_call`, where it stands there. Calls that it passed unseen are passed
    without a word: it may have stopped there, and may not.
    """
    passings: list[Passing] = []
    last = len(stops_m) - 1
    while next_call <= last:
        stop_m = stops_m[next_call]
        if next_call == last:
            if stretch.to_m < stop_m - END_M:
                break
            if stretch.seen:
                passings.append(Passing(last, stretch.when(stop_m - END_M), None))
            return last + 1, passings
        stands = stretch.stands and stretch.to_m >= stop_m - STANDING_SHORT_M
        if stretch.to_m < stop_m - ARRIVED_M and not stands:
            break
        left = stretch.to_m >= stop_m + SURELY_LEFT_M or min(stretch.from_m, stretch.to_m) > stop_m + LEFT_M
        arrived_at = standing_since
        if arrived_at is None and (stretch.seen or not left):
            reached = stretch.from_at if stands else stretch.when(stop_m - ARRIVED_M)
            arrived_at = reached if stretch.seen else stretch.to_at
            if not left:
                passings.append(Passing(next_call, arrived_at, None))
        if not left:
            break
        if arrived_at is not None:
            # Unseen, it was last known to stand there at the beginning of the stretch.
            departed_at = stretch.when(stop_m + LEFT_M) if stretch.seen else stretch.from_at
            passings.append(Passing(next_call, arrived_at, max(arrived_at, departed_at)))
        next_call += 1
        standing_since = None
    return next_call, passings


@dataclass(frozen=True, slots=True, eq=False)
class Passings:
    """What happened at calls of many buses, one row each, in order of time for each bus."""

    bus: Rows
    """The row of the stretch."""
    call_index: Rows
    arrived_at: Floats
    departed_at: Floats
    """NaN while the bus may still stand there."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """A `Stretch` of each of many buses, all of them seen, and none as far as its last call."""

    from_at: Floats
    from_m: Floats
    to_at: Floats
    to_m: Floats

    def when(self, mark_m: Floats, rows: Rows) -> Floats:
        """The moments some of them crossed a mark each, by interpolation."""
        from_at, from_m = self.from_at[rows], self.from_m[rows]
        way_m = self.to_m[rows] - from_m
        share = np.clip((mark_m - from_m) / np.where(way_m > 0.0, way_m, 1.0), 0.0, 1.0)
        return from_at + np.where(way_m > 0.0, share, 0.0) * (self.to_at[rows] - from_at)


def pass_many(stop_m: Floats, first: Rows, next_call: Rows, standing_since: Floats, stretches: Stretches) -> Passings:
    """`pass_calls` for many buses: carries `next_call` and `standing_since` (NaN where a bus stands nowhere) on.

    The stops of a bus are those of `stop_m` from row `first` on.
    """
    found: list[tuple[Rows, Rows, Floats, Floats]] = []
    rows = np.arange(len(next_call))
    while len(rows):
        stops = stop_m[first[rows] + next_call[rows]]
        from_m, to_m = stretches.from_m[rows], stretches.to_m[rows]
        stands = to_m - from_m <= STANDING_MPS * (stretches.to_at[rows] - stretches.from_at[rows])
        stands &= to_m >= stops - STANDING_SHORT_M
        there = np.flatnonzero((to_m >= stops - ARRIVED_M) | stands)
        rows, stops, stands, from_m, to_m = rows[there], stops[there], stands[there], from_m[there], to_m[there]
        left = (to_m >= stops + SURELY_LEFT_M) | (np.minimum(from_m, to_m) > stops + LEFT_M)
        stood = standing_since[rows]
        is_new = np.isnan(stood)
        reached = np.where(stands, stretches.from_at[rows], stretches.when(stops - ARRIVED_M, rows))
        arrived_at = np.where(is_new, reached, stood)
        departed_at = np.maximum(arrived_at, stretches.when(stops + LEFT_M, rows))
        departed_at[~left] = np.nan
        news = left | is_new
        found.append((rows[news], next_call[rows[news]], arrived_at[news], departed_at[news]))
        standing_since[rows] = np.where(left, np.nan, arrived_at)
        next_call[rows] += left
        rows = rows[left]
    parts = zip(*found, strict=True) if found else ((np.empty(0, np.intp),),) * 2 + ((np.empty(0),),) * 2
    return Passings(*(np.concatenate(part) for part in parts))
