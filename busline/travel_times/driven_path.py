"""A route that came without a shape learns its path from its own first days of tracks.

The plan then has straight lines between its stops, and a bus is placed on those as well as may be. What is certain is
the order of the stops. So every track is first cut where it comes past them; from stop to stop its places are spread
over the way, and those of all tracks together make the path. A second look puts each place where it lies on that path.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunId
from busline.position import Position
from busline.timetable import Pattern, Run, Timetable
from busline.travel_times.learned_path import learn_path

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

FEWEST_TRACKS = 3
STEP_M = 20.0
"""A track is looked at in such steps: a bus passes a stop between two sightings."""
AT_STOP_M = 150.0
"""A track that comes no nearer to a stop than this did not come past it: the stop lies wrong, or the bus was on the
run for a part of it only."""
KNOWN_SHARE = 0.9
"""So many of the ways from stop to stop have to be driven by enough tracks; the others stay straight."""
ROBUST_M = 60.0
"""Below this the distance to a stop costs its square, far beyond it hardly more than at it."""
NEAR_M = 200.0
"""On the second look a place is sought so far before and behind where the first one put it."""
ROUNDS = 2


def with_driven_paths(timetable: Timetable, positions: Iterable[Position]) -> Timetable:
    """The same timetable, with learned paths for the patterns that have none, where enough buses drove them.

    `positions` are of past days, in any order; those that claim no run of the plan count for nothing.
    """
    runs: dict[Pattern, list[Run]] = {}
    for run in timetable.runs.values():
        if run.pattern.approximate:
            runs.setdefault(run.pattern, []).append(run)
    if not runs:
        return timetable
    tracks = _tracks(timetable, positions)
    changed: dict[RunId, Run] = {}
    for pattern, own in runs.items():
        learned = driven_pattern(pattern, [track for run in own for track in tracks.get(run.run_id, ())])
        if learned is not None:
            changed |= {run.run_id: replace(run, pattern=learned) for run in own}
    return replace(timetable, runs={**timetable.runs, **changed}) if changed else timetable


def driven_pattern(pattern: Pattern, tracks: Sequence[Floats]) -> Pattern | None:
    """The pattern as buses drive it. A track is (sightings, 2) in order of time; None where they are too few."""
    stop_xy = _at(pattern.path_xy, pattern.path_distance_m, pattern.stop_distance_m)
    cut = [(track, _passes(stop_xy, track)) for track in tracks if len(track) > 1]
    legs = np.array([np.diff(passes) for _, passes in cut]).reshape(-1, len(stop_xy) - 1)
    known = np.isfinite(legs).sum(0) >= FEWEST_TRACKS
    if known.mean() < KNOWN_SHARE:
        return None
    straight = np.hypot(*np.diff(stop_xy, axis=0).T)
    straight[known] = np.nanmedian(legs[:, known], axis=0)
    stop_m = np.concatenate([[0.0], np.cumsum(np.maximum(straight, 1.0))])
    places = [_spread(track, passes, stop_m) for track, passes in cut if np.isfinite(passes).sum() > 1]
    along, xy = np.concatenate([one for one, _ in places]), np.concatenate([two for _, two in places])
    points, distance = stop_xy, stop_m
    for _ in range(ROUNDS):
        learned = learn_path(along, xy)
        if learned is None:
            return None
        points, before = learned
        distance = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        distance += np.arange(len(distance)) * 1e-3
        along = _nearest(points, distance, xy, np.interp(along, before, distance))
        stop_m = np.interp(stop_m, before, distance)
    stop_m = np.maximum.accumulate(_nearest(points, distance, stop_xy, stop_m))
    return replace(pattern, stop_distance_m=stop_m, path_xy=points, path_distance_m=distance, approximate=False)


def _tracks(timetable: Timetable, positions: Iterable[Position]) -> Mapping[RunId, list[Floats]]:
    """Of every run, one track a day and bus."""
    seen: dict[tuple[RunId, str, str], list[tuple[float, float, float]]] = {}
    for one in positions:
        if one.claim is not None and one.claim.run_id in timetable.runs:
            day = one.claim.service_date or one.fix_at.astimezone(timetable.timezone).date()
            key = (one.claim.run_id, day.isoformat(), one.vehicle_id)
            seen.setdefault(key, []).append((one.fix_at.timestamp(), one.place.lat, one.place.lon))
    tracks: dict[RunId, list[Floats]] = {}
    for (run_id, _, _), rows in seen.items():
        fixes = np.array(sorted(set(rows)))
        tracks.setdefault(run_id, []).append(timetable.plane.to_xy(fixes[:, 1], fixes[:, 2]))
    return tracks


def _along(track: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(track, axis=0).T))])


def _at(points: Floats, along: Floats, where: Floats) -> Floats:
    return np.stack([np.interp(where, along, points[:, axis]) for axis in (0, 1)], axis=-1)


def _passes(stop_xy: Floats, track: Floats) -> Floats:
    """How far along the track each stop was passed, in order; NaN where it did not come past it."""
    length = _along(track)
    where = np.arange(0.0, length[-1] + STEP_M, STEP_M)
    place = _at(track, length, where)
    off = np.hypot(*(stop_xy[:, None, :] - place[None, :, :]).transpose(2, 0, 1))
    cost = ROBUST_M**2 * np.log1p((off / ROBUST_M) ** 2)
    came_from = np.zeros(cost.shape, np.intp)
    total = cost[0]
    for stop in range(1, len(cost)):
        best = np.minimum.accumulate(total)
        came_from[stop] = np.maximum.accumulate(np.where(total <= best, np.arange(len(total)), 0))
        total = best + cost[stop]
    chosen = np.empty(len(cost), np.intp)
    chosen[-1] = int(np.argmin(total))
    for stop in range(len(cost) - 1, 0, -1):
        chosen[stop - 1] = came_from[stop, chosen[stop]]
    near = off[np.arange(len(cost)), chosen] <= AT_STOP_M
    return np.where(near, where[chosen], np.nan)


def _spread(track: Floats, passes: Floats, stop_m: Floats) -> tuple[Floats, Floats]:
    """Where along the route each sighting between the first and the last stop was, by the stops around it."""
    length = _along(track)
    known = np.isfinite(passes)
    passes, stop_m = passes[known], stop_m[known]
    # A stop that a track passes where it passes the one before has no way of its own.
    distinct = np.concatenate([[True], np.diff(passes) > 0])
    within = (length >= passes[0]) & (length <= passes[-1])
    return np.interp(length[within], passes[distinct], stop_m[distinct]), track[within]


def _nearest(points: Floats, along: Floats, xy: Floats, about: Floats) -> Floats:
    """The place on a path nearest to each point, not far from where it is thought to be."""
    found = np.empty(len(xy))
    for row, (place, near) in enumerate(zip(xy, about, strict=True)):
        first, last = np.searchsorted(along, [near - NEAR_M, near + NEAR_M])
        window = slice(max(int(first) - 1, 0), min(int(last) + 1, len(along)))
        start, where = points[window], along[window]
        step = np.diff(start, axis=0)
        share = np.clip(((place - start[:-1]) * step).sum(1) / np.maximum((step**2).sum(1), 1e-9), 0.0, 1.0)
        off = np.hypot(*(place - start[:-1] - share[:, None] * step).T)
        best = int(np.argmin(off))
        found[row] = where[best] + share[best] * (where[best + 1] - where[best])
    return found
