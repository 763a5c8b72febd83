"""Position + path -> `Match | Unmatched(reason)`: where along its planned path each bus is.

The route is known, so this is linear referencing, not a search of the road network. For every bus a few hypotheses
(how far along it may be) are kept from fix to fix, the cheapest first: a small Viterbi over the local minima of the
distance to the path. A hypothesis only moves forwards, within what a bus can drive, which is what tells the two
directions of an out-and-back street apart, or the first and the second time round a loop. The pure batch function
`match` takes the beliefs of many buses and returns their new ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from busline.tracking.paths import Floats, Paths, Rows

KEPT = 5
"""Hypotheses kept for each bus."""
FASTEST_MPS = 31.3
"""No bus goes faster (TransitClock `avl.maxSpeed`)."""
SLACK_M = 100.0
"""How far beyond the fastest drive a match may lie: fixes and clocks are not exact."""
BACK_M = 50.0
"""How far behind its farthest place a bus may appear, by noise alone."""
NOISE_M = 20.0
"""Standard error of a fix along and across a street."""
NOT_INITIALLY_M = 250.0
"""A bus first seen this near the end has finished and is not placed on the run again (TransitClock)."""
SAME_M = 20.0
"""Candidates nearer than this are one place."""

# Costs are negative log-likelihoods, in nats.
STRAY_COST = 6.0
"""A fix that belongs to nothing: the price of leaving a hypothesis where it was."""
RELOCATION_COST = 10.0
"""A lost bus that is somewhere else on its path: it takes four fixes running to believe."""
WANDER_COST = 2.0
"""A bus not yet under way that went back towards its start: ordinary at a layover."""
RESTART_COST = 8.0
"""One that seemed under way and turned back, near its start: it takes two fixes to believe."""
NEARLY_AS_LIKELY = 2.0
"""A hypothesis this little dearer than the best one may still be the true one."""
HOPELESS = 11.5
"""A hypothesis this much dearer than the best one is dropped: less than two strays, so that what was true before a
stray fix is remembered for one fix more, and no longer."""
NEARER_COST = 1.0
TURNED_COST = 2.5
"""For each unit of 1 - cos(angle) between the reported bearing and the path: 5 for the opposite direction, which alone
does not make a stray of a fix that lies on the path."""
BEARING_HOLDS_MPS = 1.5
"""Below this speed a GPS bearing is noise (TransitClock `minSpeedForValidHeading`)."""
EARLIEST_SECONDS = 600.0
"""A bus first seen farther ahead of its plan than this is not driving the run yet."""
LATEST_SECONDS = 10_800.0
NEAR_START_SECONDS = 300.0
"""Within the first so many planned seconds of the path a bus may wait for any time before the start."""
EARLY_SCALE_SECONDS = 100.0
LATE_SCALE_SECONDS = 300.0
"""How early or late a bus first seen may well be: lateness is common, being ahead is not."""
MOVED_EARLY_SECONDS = 20.0
MOVED_LATE_SECONDS = 60.0
MOVED_LATE_COST = 4.0
"""The same for a lost bus, against how late it was before; bounded, since it may have turned back."""


class UnmatchedReason(StrEnum):
    """Why a position could not be placed on a run. Each is counted by name."""

    OFF_PATH = "off_path"
    """Away from the path of its run, or on a part of it that it cannot have reached."""
    FAR_FROM_PLAN = "far_from_plan"
    """On the path, and first seen there hours from when the plan has it."""
    UNKNOWN_RUN = "unknown_run"
    """The feed claims a run that the plan does not know, and nothing else says what the bus drives."""
    NOT_RUNNING = "not_running"
    """The claimed run does not go on that service day, or not near this hour."""
    NO_RUN = "no_run"
    """Neither feed nor staff nor plan gives this bus a run now."""
    RIVAL = "rival"
    """Another bus is driving the run that this one claims."""
    CANCELLED = "cancelled"
    """The feed says that the claimed run is cancelled."""
    FINISHED = "finished"
    """The bus has ended the run it still claims."""
    OLD_FIX = "old_fix"
    """Not newer than the newest fix already taken from this bus."""


@dataclass(frozen=True, slots=True)
class Match:
    """A bus on the path of its run."""

    distance_m: float
    """Along the path: the farthest it has been, so that noise never moves a standing bus back and forth."""
    offset_m: float
    """From the fix to the path."""
    surely_m: float
    """It has surely come this far: the least far of all places that are nearly as likely."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A position that is on no run, and why."""

    reason: UnmatchedReason


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """One fix of each of many buses: a row each."""

    run: Rows
    """Rows of `Paths`."""
    xy: Floats
    """(buses, 2) metres on the timetable's plane."""
    at: Floats
    """Epoch seconds."""
    day_seconds: Floats
    """The same moment as seconds of the run's service day."""
    bearing_deg: Floats
    """NaN where the feed gives none."""
    speed_mps: Floats
    waiting: NDArray[np.bool_]
    """Not under way yet: it may go back towards the start of its path as often as it likes."""
    near_start: NDArray[np.bool_]
    """Under way, but hardly: it may turn out to have gone round its layover only."""
    lost: NDArray[np.bool_]
    """The fix before this one was not matched either."""


Beliefs = NDArray[np.float64]
"""(buses, 4, KEPT): distance_m, epoch seconds of the fix that put it there, cost, and 1 where it is on its way back to
the start; cheapest first, and unused columns cost infinity."""


def no_belief() -> Beliefs:
    """The belief about one bus of which nothing is known yet; shape (4, KEPT)."""
    belief = np.zeros((4, KEPT))
    belief[2] = np.inf
    return belief


def belief_at(distance_m: float, at: float) -> Beliefs:
    """The belief about one bus that was surely at a place; shape (4, KEPT)."""
    belief = no_belief()
    belief[:3, 0] = distance_m, at, 0.0
    return belief


def match(paths: Paths, fixes: Fixes, beliefs: Beliefs) -> tuple[list[Match | Unmatched], Beliefs]:
    """Place every fix on its run's path. Returns one outcome and one new belief a row; `beliefs` is left as it was."""
    followed = _follow(paths, fixes, beliefs)
    searched, far_from_plan = _search(paths, fixes, beliefs)
    coasting = _coast(beliefs)
    return _keep_best(len(fixes.run), [followed, searched, coasting], far_from_plan)


@dataclass(frozen=True, slots=True, eq=False)
class _Options:
    """Where buses may be now: a row each. `offset_m` is NaN where the fix is held to be a stray."""

    bus: Rows
    distance_m: Floats
    at: Floats
    cost: Floats
    turned_back: Floats
    offset_m: Floats


def _follow(paths: Paths, fixes: Fixes, beliefs: Beliefs) -> _Options:
    """Every hypothesis driven forwards to the candidates within its reach."""
    bus, kept = np.nonzero(np.isfinite(beliefs[:, 2]))
    was_m, was_at, was_cost, was_back = beliefs[bus, :, kept].T
    elapsed = np.maximum(fixes.at[bus] - was_at, 0.0)
    may_return = fixes.waiting | fixes.near_start
    low = np.where(may_return[bus], 0.0, was_m - BACK_M)
    pattern = paths.pattern[fixes.run[bus]]
    found = paths.candidates(pattern, fixes.xy[bus], low, was_m + FASTEST_MPS * elapsed + SLACK_M)

    query = found.query
    bus, was_m, was_back, elapsed = bus[query], was_m[query], was_back[query], elapsed[query]
    waiting = fixes.waiting[bus]
    back_m = np.maximum(was_m - found.distance_m, 0.0)
    returned = back_m > BACK_M
    distance_m = np.where(returned, found.distance_m, np.maximum(found.distance_m, was_m))
    run = fixes.run[bus]
    expected = paths.planned_seconds(run, distance_m, departing=False)
    expected = np.maximum(expected - paths.planned_seconds(run, was_m, departing=True), 0.0)
    cost = (
        was_cost[query]
        + offset_cost(paths, pattern[query], found.offset_m)
        + np.where(
            returned,
            # Driving back along its path it faces the wrong way, and that is no argument against it.
            np.where(waiting | (was_back > 0), WANDER_COST, RESTART_COST),
            bearing_cost(fixes.bearing_deg[bus], fixes.speed_mps[bus], found.east, found.north)
            + 0.5 * (np.maximum(back_m - NOISE_M, 0.0) / 10.0) ** 2,
        )
        # Of two places that fit alike, as on both sides of a turning point, the nearer one is believed.
        + NEARER_COST * np.maximum(distance_m - was_m, 0.0) / (np.maximum(distance_m - was_m, 0.0) + 100.0)
        + travel_cost(expected, elapsed, late_matters=~waiting)
    )
    turned_back = np.where(returned | (found.distance_m < was_m + SAME_M), np.maximum(was_back, returned), 0.0)
    return _Options(bus, distance_m, fixes.at[bus], cost, turned_back, found.offset_m)


def _search(paths: Paths, fixes: Fixes, beliefs: Beliefs) -> tuple[_Options, NDArray[np.bool_]]:
    """The whole path, for a bus that is new to its run, or lost on it. Also which new ones were far from the plan."""
    new: NDArray[np.bool_] = ~np.any(np.isfinite(beliefs[:, 2]), axis=1)
    bus = np.flatnonzero(new | fixes.lost)
    run = fixes.run[bus]
    pattern = paths.pattern[run]
    length = paths.length_m[pattern]
    high = np.maximum(length - NOT_INITIALLY_M, length / 2)
    found = paths.candidates(pattern, fixes.xy[bus], np.zeros(len(bus)), high)

    query = found.query
    row, run = bus[query], run[query]
    planned = paths.planned_seconds(run, found.distance_m, departing=False)
    to_start = planned - paths.planned_seconds(run, np.zeros(len(run)), departing=True)
    fresh = new[row]
    # A lost bus is expected to be as late as it was when it was last seen on its path.
    best_m, best_at = beliefs[row, 0, 0], beliefs[row, 1, 0]
    since = planned - paths.planned_seconds(run, best_m, departing=True)
    late = np.where(fresh, fixes.day_seconds[row] - planned, fixes.at[row] - best_at - since)
    early = np.maximum(-late, 0.0)
    late = np.maximum(late, 0.0)
    cost = (
        np.where(
            fresh,
            early / EARLY_SCALE_SECONDS + late / LATE_SCALE_SECONDS,
            RELOCATION_COST + early / MOVED_EARLY_SECONDS + np.minimum(late / MOVED_LATE_SECONDS, MOVED_LATE_COST),
        )
        + offset_cost(paths, pattern[query], found.offset_m)
        + bearing_cost(fixes.bearing_deg[row], fixes.speed_mps[row], found.east, found.north)
    )
    plausible = ~fresh | ((early <= EARLIEST_SECONDS) & (late <= LATEST_SECONDS)) | (to_start <= NEAR_START_SECONDS)
    far_from_plan = np.zeros(len(new), np.bool_)
    far_from_plan[row[~plausible]] = True
    options = _Options(
        row[plausible],
        found.distance_m[plausible],
        fixes.at[row[plausible]],
        cost[plausible],
        np.zeros(np.count_nonzero(plausible)),
        found.offset_m[plausible],
    )
    far_from_plan[options.bus] = False
    return options, far_from_plan


def _coast(beliefs: Beliefs) -> _Options:
    """Every hypothesis left where it was: the fix is a stray."""
    bus, kept = np.nonzero(np.isfinite(beliefs[:, 2]))
    distance_m, at, cost, turned_back = beliefs[bus, :, kept].T
    return _Options(bus, distance_m, at, cost + STRAY_COST, turned_back, np.full(len(bus), np.nan))


def offset_cost(paths: Paths, pattern: Rows, offset_m: Floats) -> Floats:
    """A normal error of a third of the tolerance: 20 m on a street, and nothing so near is ruled out by a lamp post."""
    cost: Floats = 0.5 * (3.0 * offset_m / paths.within_m[pattern]) ** 2
    return cost


def bearing_cost(bearing_deg: Floats, speed_mps: Floats, east: Floats, north: Floats) -> Floats:
    """Of facing another way than the path does; nothing where the bearing is not known, or noise."""
    bearing = np.radians(bearing_deg)
    cosine = east * np.sin(bearing) + north * np.cos(bearing)
    trusted = (speed_mps >= BEARING_HOLDS_MPS) & np.isfinite(cosine)
    return np.where(trusted, TURNED_COST * (1.0 - cosine), 0.0)


def travel_cost(expected: Floats, elapsed: Floats, *, late_matters: NDArray[np.bool_] | bool) -> Floats:
    """How far the elapsed time is from the planned travel time, in nats; early weighs three times as much as late.

    Plans are written in whole minutes, so up to a minute is nearly free; less than half the planned time is not.
    Late is bounded: a bus is held for any time.
    """
    early = np.maximum(expected - elapsed, 0.0)
    implausible = np.maximum(0.5 * expected - elapsed - 20.0, 0.0)
    late = np.minimum(np.maximum(elapsed - expected, 0.0) / 120.0, 3.0)
    # After a silence the plan says less and less about how far the bus has come.
    return early / (40.0 + 0.1 * elapsed) + implausible / (10.0 + 0.05 * elapsed) + np.where(late_matters, late, 0.0)


def _keep_best(
    buses: int, options: Sequence[_Options], far_from_plan: NDArray[np.bool_]
) -> tuple[list[Match | Unmatched], Beliefs]:
    """The cheapest few different places of every bus, and what the cheapest one says."""
    bus = np.concatenate([some.bus for some in options])
    distance_m = np.concatenate([some.distance_m for some in options])
    cost = np.concatenate([some.cost for some in options])
    by_place = np.lexsort((distance_m, bus))
    same = np.zeros(len(bus), np.bool_)
    same[1:] = (np.diff(bus[by_place]) == 0) & (np.diff(distance_m[by_place]) < SAME_M)
    place = np.empty(len(bus), np.intp)
    place[by_place] = np.cumsum(~same)
    # The cheapest option of each place, then the cheapest places of each bus.
    by_cost = np.lexsort((cost, place))
    first = np.ones(len(by_cost), np.bool_)
    first[1:] = np.diff(place[by_cost]) != 0
    chosen = by_cost[first]
    chosen = chosen[np.lexsort((cost[chosen], bus[chosen]))]
    bus, cost = bus[chosen], cost[chosen]
    start = np.searchsorted(bus, np.arange(buses))
    rank = np.arange(len(bus)) - start[bus]
    cost = cost - cost[start[bus]]
    kept = (rank < KEPT) & (cost <= HOPELESS)
    bus, rank, cost, chosen = bus[kept], rank[kept], cost[kept], chosen[kept]

    beliefs = np.zeros((buses, 4, KEPT))
    beliefs[:, 2] = np.inf
    beliefs[bus, 0, rank] = distance_m[chosen]
    beliefs[bus, 1, rank] = np.concatenate([some.at for some in options])[chosen]
    beliefs[bus, 2, rank] = cost
    beliefs[bus, 3, rank] = np.concatenate([some.turned_back for some in options])[chosen]
    best = rank == 0
    offset_m = np.full(buses, np.nan)
    offset_m[bus[best]] = np.concatenate([some.offset_m for some in options])[chosen[best]]
    outcomes: list[Match | Unmatched] = [
        (_FAR_FROM_PLAN if far else _OFF_PATH) if offset != offset else Match(along, offset, surely)
        for along, offset, surely, far in zip(
            beliefs[:, 0, 0].tolist(),
            offset_m.tolist(),
            np.where(beliefs[:, 2] < NEARLY_AS_LIKELY, beliefs[:, 0], np.inf).min(axis=1).tolist(),
            far_from_plan.tolist(),
            strict=True,
        )
    ]
    return outcomes, beliefs


_OFF_PATH = Unmatched(UnmatchedReason.OFF_PATH)
_FAR_FROM_PLAN = Unmatched(UnmatchedReason.FAR_FROM_PLAN)
