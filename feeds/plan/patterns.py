"""The stops of a journey and its shape in, the `Pattern` that every run of that journey shares out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.geo import LocalPlane
from busline.ids import StopId
from busline.timetable import Pattern, Stop
from feeds.plan.problems import Problems
from feeds.plan.shapes import Shape
from feeds.plan.snapping import Expected, Snapped, snap_in_order

Array = NDArray[np.float64]

FAR_M = 100.0
"""A stop further than this from its place on the path is worth a note: the shape or the stop is wrong there."""
SHORTEST_STEP_M = 0.01
"""Points of a path closer than this are one point, so that distances along it increase."""
TIME_SWAY_M2 = 225.0
"""Standing a whole path's length from where the planned times put a stop costs as much as 15 m of offset: enough to
choose between two equal passes, too little to leave the right side of a divided road."""
DISTANCE_SWAY_M = 1.0
"""The plan's own distances are trusted more: 100 m away from them costs as much as 10 m of offset."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What makes a pattern: runs with an equal journey share one."""

    shape_id: str
    """Empty where the run has no shape."""
    stop_ids: tuple[StopId, ...]
    traveled: tuple[float, ...] | None
    """`shape_dist_traveled` of every call, where all of them have one."""


class PatternBuilder:
    """Builds each journey's pattern once."""

    def __init__(
        self, stops: Mapping[StopId, Stop], shapes: Mapping[str, Shape], plane: LocalPlane, problems: Problems
    ) -> None:
        self._plane = plane
        self._problems = problems
        self._shapes = shapes
        self._paths: dict[str, tuple[Array, Array, Array | None] | None] = {}
        self._patterns: dict[Journey, Pattern] = {}
        places = [stop.place for stop in stops.values()]
        xy = plane.to_xy([place.lat for place in places], [place.lon for place in places])
        self._stop_xy = dict(zip(stops, xy, strict=True))

    def pattern(self, journey: Journey, seconds: NDArray[np.int64]) -> Pattern:
        """The pattern of a journey. `seconds` (calls,) are one run's planned times, negative where left out."""
        if journey not in self._patterns:
            self._patterns[journey] = self._build(journey, seconds)
        return self._patterns[journey]

    def _build(self, journey: Journey, seconds: NDArray[np.int64]) -> Pattern:
        stop_xy = np.array([self._stop_xy[stop_id] for stop_id in journey.stop_ids], np.float64)
        path = self._path(journey.shape_id)
        if path is None:
            return _straight(journey.stop_ids, stop_xy)
        path_xy, path_distance_m, traveled = path
        expected = _expected(journey, seconds, path_distance_m, traveled)
        snapped = snap_in_order(stop_xy, path_xy, path_distance_m, expected)
        far = np.flatnonzero(snapped.offset_m > FAR_M)
        if len(far) * 2 > len(stop_xy):
            reason = (
                f"{len(far)} of {len(stop_xy)} stops of shape {journey.shape_id!r} lie over {FAR_M:.0f} m from it; "
                "straight lines between the stops are used instead."
            )
            self._problems.note("shapes.txt", None, reason)
            return _straight(journey.stop_ids, stop_xy)
        before, after = _beyond_the_ends(snapped, float(path_distance_m[-1]))
        if before or after:
            # Left as they are, these stops would all lie at one end of the path, and be passed when the bus gets there.
            reason = (
                f"shape {journey.shape_id!r} ends short of {before + after} of its stops; a straight line to them was "
                "added."
            )
            self._problems.note("shapes.txt", None, reason)
            path_xy = np.vstack([stop_xy[:before], path_xy, stop_xy[len(stop_xy) - after :]])
            path_xy = path_xy[_distinct(path_xy)]
            path_distance_m = _metres_along(path_xy)
            snapped = snap_in_order(
                stop_xy, path_xy, path_distance_m, _expected(journey, seconds, path_distance_m, None)
            )
        for call in np.flatnonzero(snapped.offset_m > FAR_M).tolist():
            reason = (
                f"stop {journey.stop_ids[call]!r} lies {snapped.offset_m[call]:,.0f} m from its place on shape "
                f"{journey.shape_id!r}; the stop or the shape is wrong there."
            )
            self._problems.note("shapes.txt", None, reason)
        return Pattern(journey.stop_ids, snapped.distance_m, path_xy, path_distance_m, approximate=False)

    def _path(self, shape_id: str) -> tuple[Array, Array, Array | None] | None:
        """A shape on the plane: points, metres along it, the plan's own distances. None where it is of no use."""
        if shape_id not in self._paths:
            shape = self._shapes.get(shape_id)
            if shape is None:
                self._paths[shape_id] = None
            else:
                xy = self._plane.to_xy(shape.lat, shape.lon)
                kept = _distinct(xy)
                traveled = None if shape.traveled is None else shape.traveled[kept]
                usable = len(kept) >= 2
                self._paths[shape_id] = (xy[kept], _metres_along(xy[kept]), traveled) if usable else None
        return self._paths[shape_id]


def _beyond_the_ends(snapped: Snapped, length_m: float) -> tuple[int, int]:
    """How many of the first and of the last stops lie far from the path, and no nearer to it than at its very end."""
    far = snapped.offset_m > FAR_M
    before = int(np.cumprod(far & (snapped.distance_m <= 0)).sum())
    after = int(np.cumprod((far & (snapped.distance_m >= length_m))[::-1]).sum())
    return before, after


def _expected(
    journey: Journey, seconds: NDArray[np.int64], path_distance_m: Array, traveled: Array | None
) -> Expected | None:
    length_m = float(path_distance_m[-1])
    if journey.traveled is not None and traveled is not None:
        given = np.array(journey.traveled)
        slack = 0.01 * (traveled[-1] - traveled[0])
        # Feeds mix units: distances of calls that do not fit those of the shape are no help.
        fits = given[0] >= traveled[0] - slack and given[-1] <= traveled[-1] + slack
        if fits and given[-1] > given[0] and bool(np.all(np.diff(given) >= 0)):
            return Expected(np.interp(given, traveled, path_distance_m), DISTANCE_SWAY_M)
    duration = seconds[-1] - seconds[0]
    if duration <= 0:
        return None
    share = np.where(seconds >= 0, (seconds - seconds[0]) / duration, np.nan)
    return Expected(share * length_m, TIME_SWAY_M2 / length_m)


def _straight(stop_ids: Sequence[StopId], stop_xy: Array) -> Pattern:
    """Straight lines from stop to stop, standing in for a street nobody described."""
    kept = _distinct(stop_xy)
    path_xy = stop_xy[kept]
    if len(path_xy) < 2:
        # Every call at one place: a metre of path keeps the arithmetic of distances whole.
        path_xy = np.vstack([path_xy[0], path_xy[0] + (1.0, 0.0)])
    path_distance_m = _metres_along(path_xy)
    # A stop at the place of the one before it shares its point.
    point = np.searchsorted(kept, np.arange(len(stop_xy)), side="right") - 1
    return Pattern(tuple(stop_ids), path_distance_m[point], path_xy, path_distance_m, approximate=True)


def _distinct(xy: Array) -> NDArray[np.intp]:
    """Indices of the points that lie apart from the last one kept."""
    kept = np.arange(len(xy))
    # Dropping a point can bring two others together, so it is repeated; once is nearly always enough.
    while len(kept) > 1 and not np.all(apart := np.hypot(*np.diff(xy[kept], axis=0).T) >= SHORTEST_STEP_M):
        kept = kept[np.concatenate([[True], apart])]
    return kept


def _metres_along(xy: Array) -> Array:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
