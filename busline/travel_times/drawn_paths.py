"""A plan without shapes as it is drawn at a moment: learned paths in place of the straight lines between stops.

A path is learned again when more is known, and what was measured along the former one is carried over: from stop to
stop both count the same way, so that a bus half-way between two stops is half-way between them on either.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from busline.fleet import RunProgress
from busline.ids import RunKey, StopId
from busline.timetable import Pattern, Run, Timetable
from busline.travel_times.trails import Trail

Floats = NDArray[np.float64]

SAME_PLACE_M = 40.0
"""A stop that the plan has moved farther than this is another stop: its learned path ends in the wrong place."""


@dataclass(frozen=True, slots=True, eq=False)
class LearnedPath:
    """Where buses drive that call at these stops, known from a moment on."""

    stop_ids: tuple[StopId, ...]
    from_at: datetime
    stop_degrees: Floats
    """(calls, 2) latitude and longitude of the stops when it was learned."""
    stop_distance_m: Floats
    """(calls,) never decreasing."""
    path_degrees: Floats
    """(points, 2)"""
    tracks: int
    """How many drives it was learned from."""


class LearnedPaths:
    """All that were learned, newer ones beside those they replaced. Immutable."""

    def __init__(self, paths: Iterable[LearnedPath] = ()) -> None:
        self._of: dict[tuple[StopId, ...], list[LearnedPath]] = {}
        for path in sorted(paths, key=lambda path: path.from_at):
            self._of.setdefault(path.stop_ids, []).append(path)

    def __len__(self) -> int:
        return len(self._of)

    def of(self, planned: Timetable, pattern: Pattern) -> list[LearnedPath]:
        """The paths for a pattern of the plan as it came, oldest first; none where its stops have been moved since."""
        known = self._of.get(pattern.stop_ids, []) if pattern.approximate else []
        if not known:
            return []
        stops = [planned.stops[stop].place for stop in pattern.stop_ids]
        now_xy = planned.plane.to_xy([place.lat for place in stops], [place.lon for place in stops])
        return [
            path
            for path in known
            if np.hypot(*(now_xy - planned.plane.to_xy(*path.stop_degrees.T)).T).max() <= SAME_PLACE_M
        ]

    def drawn(self, planned: Timetable, at: datetime) -> Timetable:
        """The plan as it came, with the paths in force at a moment."""
        new: dict[int, Pattern] = {}
        for pattern in _patterns(planned):
            if (path := _in_force(self.of(planned, pattern), at)) is not None:
                new[id(pattern)] = _drawn(pattern, path, planned)
        if not new:
            return planned
        runs = {
            run_id: replace(run, pattern=new[id(run.pattern)]) if id(run.pattern) in new else run
            for run_id, run in planned.runs.items()
        }
        return replace(planned, runs=runs)

    def carried(self, planned: Timetable, trails: Iterable[Trail], at: datetime) -> list[Trail]:
        """Trails as if they had been measured along the paths in force at a moment."""
        places = _Places(self, planned, at)
        return [
            trail
            if (run := planned.runs.get(trail.key.run_id)) is None
            else replace(
                trail,
                distance_m=places.carried(run, datetime.fromtimestamp(float(trail.at[0]), UTC), trail.distance_m),
            )
            for trail in trails
        ]

    def carried_progress(
        self, planned: Timetable, progress: Mapping[RunKey, RunProgress], at: datetime
    ) -> dict[RunKey, RunProgress]:
        """How far runs have got along the paths in force at a moment."""
        places = _Places(self, planned, at)
        carried = {}
        for key, one in progress.items():
            along = places.carried(planned.runs[key.run_id], one.matched_at, np.array([one.distance_m]))
            carried[key] = replace(one, distance_m=float(along[0]))
        return carried


class _Places:
    """Carries distances over from the paths of the moment they were measured at."""

    def __init__(self, paths: LearnedPaths, planned: Timetable, at: datetime) -> None:
        self._at = at
        self._of = {id(pattern): own for pattern in _patterns(planned) if (own := paths.of(planned, pattern))}

    def carried(self, run: Run, measured_at: datetime, distance_m: Floats) -> Floats:
        own = self._of.get(id(run.pattern))
        if own is None:
            return distance_m
        then, now = _in_force(own, measured_at), _in_force(own, self._at)
        if then is now:
            return distance_m
        straight_m = run.pattern.stop_distance_m
        result: Floats = np.interp(
            distance_m,
            straight_m if then is None else then.stop_distance_m,
            straight_m if now is None else now.stop_distance_m,
        )
        return result


def _in_force(paths: Sequence[LearnedPath], at: datetime) -> LearnedPath | None:
    return next((path for path in reversed(paths) if path.from_at <= at), None)


def learned_path(
    timetable: Timetable, pattern: Pattern, learned: Pattern, tracks: int, from_at: datetime
) -> LearnedPath:
    """A pattern as it was driven, for keeping: free of the timetable's plane."""
    stops = [timetable.stops[stop].place for stop in pattern.stop_ids]
    return LearnedPath(
        stop_ids=pattern.stop_ids,
        from_at=from_at,
        stop_degrees=np.array([(place.lat, place.lon) for place in stops]),
        stop_distance_m=learned.stop_distance_m,
        path_degrees=np.stack(timetable.plane.to_degrees(learned.path_xy), axis=-1),
        tracks=tracks,
    )


def _patterns(timetable: Timetable) -> Sequence[Pattern]:
    return list({id(run.pattern): run.pattern for run in timetable.runs.values()}.values())


def _drawn(pattern: Pattern, path: LearnedPath, planned: Timetable) -> Pattern:
    path_xy = planned.plane.to_xy(*path.path_degrees.T)
    # Planes differ by millimetres in scale; the distances that were learned stay those of stops, so the path's are
    # measured anew and no stop lies beyond it.
    distance_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path_xy, axis=0).T))])
    distance_m += np.arange(len(distance_m)) * 1e-3
    return replace(
        pattern,
        stop_distance_m=np.minimum(path.stop_distance_m, distance_m[-1]),
        path_xy=path_xy,
        path_distance_m=distance_m,
        approximate=False,
    )
