"""The stops of a journey and the path it follows in; how far along the path each stop lies, out.

A stop is not simply at the nearest point of the path. The path may pass it twice, cross itself, or go down a street
and back up the same street; a stop may be called at twice. What holds is the order: the bus never goes backwards.
So all stops are placed together, as the cheapest placement in order:

        A ---- B ---- C        path: A B C, then back to B and on to D; stops: A, C, B, D
               |               B's nearest point is met twice, equally near; after C only the second will do.
               D

Where order leaves a choice (one call at B, on the way out or on the way back), the planned times decide, or the
distances that the plan itself gives.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROBUST_M = 60.0
"""Well below this a stop's offset costs its square, far beyond it hardly more than at it (Cauchy's loss): one badly
placed stop must not drag its neighbours along. Real stops lie nearer, beside a wide street or across a car park."""

FAR_FROM_BEST_M = 200.0
"""A pass of the path is a candidate for a stop while it is at most this much further off than the nearest one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Where the plan's own times or distances would put each stop. It only tips the balance."""

    distance_m: Array
    """(stops,) metres along the path; NaN where the plan does not say."""
    weight_m: float
    """A stop placed one metre from where it is expected costs as much as `weight_m` square metres of offset."""


@dataclass(frozen=True, slots=True)
class Snapped:
    """Where the stops lie."""

    distance_m: Array
    """(stops,) metres along the path, never decreasing."""
    offset_m: Array
    """(stops,) how far each stop lies from its place on the path."""


def snap_in_order(stop_xy: Array, path_xy: Array, path_distance_m: Array, expected: Expected | None = None) -> Snapped:
    """Place stops (stops, 2) on a path (points, 2), both in metres on one plane, by dynamic programming.

    The places considered are every corner of the path and every point where the path comes nearest to some stop,
    so that two stops in the wrong order by a few metres share a place instead of one of them being sent far off.
    Takes O(stops x places); `path_distance_m` (points,) increases.
    """
    places_m = _places(stop_xy, path_xy, path_distance_m)
    place_xy = np.column_stack([np.interp(places_m, path_distance_m, path_xy[:, axis]) for axis in (0, 1)])
    offset_m = np.hypot(stop_xy[:, 0, None] - place_xy[None, :, 0], stop_xy[:, 1, None] - place_xy[None, :, 1])
    cost = ROBUST_M**2 * np.log1p((offset_m / ROBUST_M) ** 2)
    if expected is not None:
        away_m = np.abs(places_m[None, :] - expected.distance_m[:, None])
        cost += expected.weight_m * np.nan_to_num(away_m, nan=0.0)
    chosen = _cheapest_in_order(cost)
    return Snapped(places_m[chosen], offset_m[np.arange(len(stop_xy)), chosen])


def _places(stop_xy: Array, path_xy: Array, path_distance_m: Array) -> Array:
    """Corners of the path, and for every stop the local minima of its distance to the path: metres, increasing."""
    start, step = path_xy[:-1], np.diff(path_xy, axis=0)
    length2 = np.einsum("si,si->s", step, step)
    from_start = stop_xy[:, None, :] - start[None, :, :]
    along = np.clip(np.einsum("nsi,si->ns", from_start, step) / length2, 0.0, 1.0)
    # The foot of a perpendicular inside a segment is a local minimum; any other one is a corner.
    inside = (along > 0) & (along < 1)
    gap = from_start - along[:, :, None] * step[None, :, :]
    distance = np.hypot(gap[:, :, 0], gap[:, :, 1])
    near_enough = distance <= distance.min(axis=1, keepdims=True) + FAR_FROM_BEST_M
    at = path_distance_m[None, :-1] + along * np.diff(path_distance_m)[None, :]
    return np.unique(np.concatenate([at[inside & near_enough], path_distance_m]))


def _cheapest_in_order(cost: Array) -> NDArray[np.intp]:
    """Of a cost (stops, places), one place a stop, never decreasing, of the least total."""
    stops, places = cost.shape
    index = np.arange(places)
    came_from = np.zeros((stops, places), np.intp)
    total = cost[0]
    for stop in range(1, stops):
        best = np.minimum.accumulate(total)
        # The place where the running minimum was last lowered is where this stop's predecessor stands.
        lowered = np.concatenate([[True], best[1:] < best[:-1]])
        came_from[stop] = np.maximum.accumulate(np.where(lowered, index, 0))
        total = best + cost[stop]
    chosen = np.zeros(stops, np.intp)
    chosen[-1] = int(np.argmin(total))
    for stop in range(stops - 1, 0, -1):
        chosen[stop - 1] = came_from[stop, chosen[stop]]
    return chosen
