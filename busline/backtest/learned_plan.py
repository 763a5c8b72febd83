"""A plan made from a recording that came without one: paths learned on earlier days, and each run's planned start."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from busline.backtest.distances import DistanceRecording, Track
from busline.geo import Area, LatLon, LocalPlane
from busline.ids import PlanId, RunId, ServiceId, StopId
from busline.service_day import ServiceCalendar
from busline.timetable import Pattern, Run, Stop, Timetable
from busline.travel_times.learned_path import learn_path

Floats = NDArray[np.float64]

USUAL_MPS = 6.0
"""Until anything is learned of a street, buses drive it so fast, stops included."""
FARTHER_M = 100.0
ELSEWHERE_M = 1e6
"""Paths nobody has driven before lie so far from all others: nothing is known of their streets."""
_ENDS = (StopId("start of path"), StopId("end of path"))


def run_id_of(track: Track) -> RunId:
    """The run in a learned plan that a track is of: a trip may take another path on another day."""
    return RunId(f"{track.key.run_id} on path {track.path}")


def learned_plan(recording: DistanceRecording, on: date, now: float) -> Timetable:
    """The plan as far as it is known at a moment of a day: runs up to that day, paths from where buses were by now."""
    tracks = [track for track in recording.tracks if track.key.service_date <= on]
    lat = np.concatenate([places.lat for places in recording.places.values()])
    lon = np.concatenate([places.lon for places in recording.places.values()])
    middle = LatLon(float(np.median(lat)), float(np.median(lon)))
    plane = LocalPlane(middle)
    patterns = _patterns(recording, plane, tracks, now)
    return Timetable(
        plan_id=PlanId(0),
        timezone=recording.timezone,
        plane=plane,
        area=Area(middle.lat, middle.lon, middle.lat, middle.lon),
        stops={stop_id: Stop(stop_id, stop_id, middle) for stop_id in (*recording.stop_ids, *_ENDS)},
        runs={run_id_of(track): _run(track, patterns[track.path]) for track in tracks},
        calendar=ServiceCalendar(),
    )


def _patterns(
    recording: DistanceRecording, plane: LocalPlane, tracks: Sequence[Track], now: float
) -> Mapping[str, Pattern]:
    length: dict[str, float] = {}
    for track in tracks:
        length[track.path] = max(length.get(track.path, 0.0), float(track.distance_m[-1]))
    patterns = {}
    for number, (path, seen_m) in enumerate(sorted(length.items())):
        stops = sorted((place, stop) for (of, stop), place in recording.stop_m.items() if of == path)
        until = max([seen_m, *(place for place, _ in stops)]) + FARTHER_M
        places = recording.places[path]
        before = places.at < now
        xy = plane.to_xy(places.lat[before], places.lon[before])
        learned = learn_path(places.distance_m[before], xy)
        points, along = learned or _elsewhere(number, until)
        points, along = _lengthened(points, along, until)
        patterns[path] = Pattern(
            stop_ids=(_ENDS[0], *(stop for _, stop in stops), _ENDS[1]),
            stop_distance_m=np.array([0.0, *(place for place, _ in stops), along[-1]]),
            path_xy=points,
            path_distance_m=along,
            approximate=True,
        )
    return patterns


def _elsewhere(number: int, until_m: float) -> tuple[Floats, Floats]:
    y = ELSEWHERE_M * (number + 1)
    return np.array([[ELSEWHERE_M, y], [ELSEWHERE_M + until_m, y]]), np.array([0.0, until_m])


def _lengthened(points: Floats, along: Floats, until_m: float) -> tuple[Floats, Floats]:
    """The same path from 0 on, straight on from its first and last points where nobody was seen."""
    if along[0] > 0:
        back = points[0] - (points[1] - points[0]) / (along[1] - along[0]) * along[0]
        points, along = np.concatenate([back[None], points]), np.concatenate([[0.0], along])
    if along[-1] < until_m:
        on = points[-1] + (points[-1] - points[-2]) / (along[-1] - along[-2]) * (until_m - along[-1])
        points, along = np.concatenate([points, on[None]]), np.concatenate([along, [until_m]])
    return points, along


def _run(track: Track, pattern: Pattern) -> Run:
    seconds = np.round(track.start_seconds + pattern.stop_distance_m / USUAL_MPS).astype(np.int32)
    return Run(
        run_id=run_id_of(track),
        route_id=track.route_id,
        route_name=track.route_id,
        service_id=ServiceId(""),
        block_id=track.block_id,
        headsign="",
        direction_id=None,
        planned_vehicle_id=None,
        pattern=pattern,
        stop_sequences=np.arange(len(pattern.stop_ids), dtype=np.int32),
        arrival_seconds=seconds,
        departure_seconds=seconds,
    )
