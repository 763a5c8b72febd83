"""Many buses plainly under way, matched at once: the usual case of `busline/match.py`, and the same outcome.

Usual is: every hypothesis about the bus reaches the one place on the path that is near the fix, and that place lies
beyond all of them, or where the bus was before. Whoever is not so is left to `match`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.match import (
    BACK_M,
    FASTEST_MPS,
    HOPELESS,
    NEARER_COST,
    NOISE_M,
    SAME_M,
    SLACK_M,
    STRAY_COST,
    bearing_cost,
    offset_cost,
    travel_cost,
)
from busline.tracking.paths import Floats, Paths, Rows

Flags = NDArray[np.bool_]
MOST_CANDIDATES = 2
"""A fix on the inside of a bend is near two places of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Hypotheses:
    """How far along its path each bus may be: (kept, buses), the cheapest first.

    Unused ones cost infinity, and are where the ones before them are (`filled`).
    """

    distance_m: Floats
    at: Floats
    """Epoch seconds of the fix that put it there."""
    cost: Floats
    clock: Floats
    """The planned clock on leaving that place, seconds of the service day."""

    def some(self, which: Flags) -> "Hypotheses":
        return Hypotheses(self.distance_m[:, which], self.at[:, which], self.cost[:, which], self.clock[:, which])

    def first(self, kept: int) -> "Hypotheses":
        """Only the cheapest so many."""
        return Hypotheses(self.distance_m[:kept], self.at[:kept], self.cost[:kept], self.clock[:kept])


@dataclass(frozen=True, slots=True, eq=False)
class PlainFixes:
    """One fix of each of many buses that are under way, not near their start, and on their path until now."""

    run: Rows
    xy: Floats
    at: Floats
    bearing_deg: Floats
    speed_mps: Floats
    next_call: Rows


def match_plainly(paths: Paths, fixes: PlainFixes, every: Hypotheses) -> tuple[Flags, Hypotheses]:
    """Which buses are plain, and the hypotheses about each of these now: the first is where it is."""
    pattern = paths.pattern[fixes.run]
    was = every.first(int((every.cost < np.inf).any(axis=1).sum()))
    elapsed = np.maximum(fixes.at - was.at, 0.0)
    high_m = was.distance_m + FASTEST_MPS * elapsed + SLACK_M
    nearest_m, farthest_m = was.distance_m.min(axis=0), was.distance_m.max(axis=0)
    found = paths.candidates(pattern, fixes.xy, nearest_m - BACK_M, high_m.max(axis=0))
    bus = found.query
    if not len(bus):
        return np.zeros(len(pattern), np.bool_), every
    count = np.bincount(bus, minlength=len(pattern))
    # Every hypothesis reaches every candidate, and not by the edge of its window: each alone would find the same.
    reached = found.distance_m > (farthest_m - BACK_M)[bus]
    reached &= found.distance_m < high_m.min(axis=0)[bus]
    plain = (count > 0) & (count <= MOST_CANDIDATES)
    plain[bus[~reached]] = False

    arrives, leaves = paths.planned_clocks(fixes.run[bus], found.distance_m, fixes.next_call[bus])
    of_place = offset_cost(paths, pattern[bus], found.offset_m)
    of_place += bearing_cost(fixes.bearing_deg[bus], fixes.speed_mps[bus], found.east, found.north)
    [cheapest] = _costs(was.first(1), elapsed[:1], found.distance_m, arrives, bus) + of_place
    from_ = np.zeros(len(bus), np.intp)
    if len(was.cost) > 1:
        # Any other hypothesis costs more to begin with, and nearly always more than the first one in the end.
        doubt = np.flatnonzero(cheapest > was.cost[1, bus])
        cost = _costs(was, elapsed, found.distance_m[doubt], arrives[doubt], bus[doubt]) + of_place[doubt]
        cheapest[doubt], from_[doubt] = _cheapest(cost)

    # The cheaper of the candidates, the first of two alike.
    first = np.minimum(np.cumsum(count) - count, len(bus) - 1)
    two = np.flatnonzero(count == MOST_CANDIDATES)
    best = first.copy()
    best[two] += cheapest[first[two] + 1] < cheapest[first[two]]
    least_m, most_m = found.distance_m[first], found.distance_m[first].copy()
    most_m[two] = found.distance_m[first[two] + 1]

    moved = least_m - farthest_m >= SAME_M
    behind_m = was.distance_m[0]
    stays = (np.abs(least_m - behind_m) < SAME_M) & (np.abs(most_m - behind_m) < SAME_M)
    for other_m, cost_of_other in zip(was.distance_m[1:], was.cost[1:], strict=True):
        stays &= (np.minimum(least_m, behind_m) - other_m >= SAME_M) | (cost_of_other == np.inf)
    plain &= (moved | stays) & (most_m - least_m < SAME_M)
    plain &= cheapest[best] < STRAY_COST

    now = _left_behind(every, moved, cheapest[best])
    here_m, from_ = found.distance_m[best], from_[best]
    rows = np.arange(len(from_))
    # Noise never moves a bus back.
    is_on = here_m > was.distance_m[from_, rows]
    now.distance_m[0] = np.where(is_on, here_m, was.distance_m[from_, rows])
    now.clock[0] = np.where(is_on, leaves[best], was.clock[from_, rows])
    now.at[0], now.cost[0] = fixes.at, 0.0
    return plain, filled(now)


def filled(hypotheses: Hypotheses) -> Hypotheses:
    """The same, with every unused one put where the one before it is."""
    for kept in range(1, len(hypotheses.cost)):
        unused = hypotheses.cost[kept] == np.inf
        np.copyto(hypotheses.distance_m[kept], hypotheses.distance_m[kept - 1], where=unused)
        np.copyto(hypotheses.at[kept], hypotheses.at[kept - 1], where=unused)
    return hypotheses


def _cheapest(cost: Floats) -> tuple[Floats, Rows]:
    """The least cost of each column, and its first row. Of a few rows, a loop is much faster than `argmin`."""
    least, row = cost[0].copy(), np.zeros(cost.shape[1], np.intp)
    for kept in range(1, len(cost)):
        cheaper = cost[kept] < least
        np.copyto(least, cost[kept], where=cheaper)
        row[cheaper] = kept
    return least, row


def _costs(was: Hypotheses, elapsed: Floats, to_m: Floats, arrives: Floats, bus: Rows) -> Floats:
    """(kept, candidates) of driving from every hypothesis to every candidate, but for what the candidate itself is."""
    on_m = to_m - was.distance_m[:, bus]
    expected = np.where(on_m > 0.0, np.maximum(arrives - was.clock[:, bus], 0.0), 0.0)
    cost = was.cost[:, bus] + 0.5 * (np.maximum(-on_m - NOISE_M, 0.0) / 10.0) ** 2
    on_m = np.maximum(on_m, 0.0)
    cost += NEARER_COST * on_m / (on_m + 100.0)
    cost += travel_cost(expected, elapsed[:, bus], late_matters=True)
    return cost


def _left_behind(was: Hypotheses, moved: Flags, best_cost: Floats) -> Hypotheses:
    """Every hypothesis left where it was, since the fix may be a stray, behind a first one that is to be filled.

    Where the bus is where it was, the first hypothesis is no other place.
    """
    stay = np.flatnonzero(~moved)
    columns = []
    for column in (was.distance_m, was.at, was.cost, was.clock):
        shifted = np.empty_like(column)
        shifted[1:] = column[:-1]
        shifted[1:, stay] = column[1:, stay]
        columns.append(shifted)
    distance_m, at, cost, clock = columns
    cost[1:] += STRAY_COST - best_cost
    np.copyto(cost[1:], np.inf, where=cost[1:] > HOPELESS)
    return Hypotheses(distance_m, at, cost, clock)
