"""A made-up fleet of any size, for benchmarks: random streets of 400 segments, runs along them, a bus on each.

Paths are shared by several runs, as in a district; each bus drives at an even pace with 10 m of noise.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from busline.geo import Area, LatLon, LocalPlane
from busline.ids import PlanId, RouteId, RunId, ServiceId, SourceId, StopId, VehicleId
from busline.position import Position, RunClaim
from busline.service_day import Service, ServiceCalendar, moment
from busline.timetable import Pattern, Run, Stop, Timetable

ZONE = ZoneInfo("America/New_York")
PLANE = LocalPlane(LatLon(42.3, -71.1))
EVERY_DAY = ServiceId("every-day")
SOURCE = SourceId("made-up")
SEGMENTS, SEGMENT_M, NOISE_M = 400, 40.0, 10.0
PATTERNS = 500
PACE_MPS = 8.0
DAYS = (date(2020, 1, 1), date(2099, 12, 31))

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MadeUpFleet:
    """Runs that all go at once, one bus each, and where those buses are."""

    timetable: Timetable
    day: date
    started_at: Floats
    """(buses,) epoch seconds at which each bus leaves its first stop: as planned."""
    _paths: Floats
    """(patterns, points, 2)"""
    _dice: np.random.Generator

    def places(self, at: Floats) -> Floats:
        """(buses, 2) where each bus is at a moment of its own, on the plane; from its end it goes round again."""
        along = ((at - self.started_at) * PACE_MPS % (SEGMENTS * SEGMENT_M)) / SEGMENT_M
        row = along.astype(np.intp)
        pattern = np.arange(len(along)) % len(self._paths)
        here, there = self._paths[pattern, row], self._paths[pattern, row + 1]
        places: Floats = here + (there - here) * (along - row)[:, None]
        return places + self._dice.normal(0.0, NOISE_M / np.sqrt(2), places.shape)

    def reports(self, now: float, *, every_seconds: float = 0.0) -> list[Position]:
        """The newest report of each bus, with what it drives, as a feed brings it.

        All of this moment, or made every so many seconds, each bus at a time of its own.
        """
        at = np.full(len(self.started_at), now)
        if every_seconds:
            at -= (now - np.arange(len(at)) * every_seconds / len(at)) % every_seconds
        at = np.floor(at)
        lat, lon = PLANE.to_degrees(self.places(at))
        rows = zip(self.timetable.runs.values(), at.tolist(), lat.tolist(), lon.tolist(), strict=True)
        return [
            Position(
                source=SOURCE,
                vehicle_id=run.planned_vehicle_id or VehicleId("none"),
                fix_at=datetime.fromtimestamp(fix_at, UTC),
                received_at=datetime.fromtimestamp(now, UTC),
                place=LatLon(north, east),
                bearing_deg=0.0,
                speed_mps=1.0,
                claim=RunClaim(run.run_id, self.day),
            )
            for run, fix_at, north, east in rows
        ]


def made_up_fleet(
    buses: int, *, stops: int, now: datetime, gone_seconds: tuple[float, float], seed: int = 1
) -> MadeUpFleet:
    """Runs of so many stops whose buses left, as planned, so many seconds (from, to) before `now`."""
    dice = np.random.default_rng(seed)
    paths = np.stack([_random_path(dice) for _ in range(min(buses, PATTERNS))])
    patterns = [_pattern(path, stops, f"{index}") for index, path in enumerate(paths)]
    day = now.astimezone(ZONE).date()
    midnight = moment(day, 0, ZONE).timestamp()
    starts = (now.timestamp() - dice.uniform(*gone_seconds, buses) - midnight).astype(np.int32)
    seconds = (patterns[0].stop_distance_m / PACE_MPS).astype(np.int32)
    sequences = np.arange(1, stops + 1, dtype=np.int32)
    runs = {}
    for bus, start in enumerate(starts.tolist()):
        run_id = RunId(f"run-{bus}")
        runs[run_id] = Run(
            run_id=run_id,
            route_id=RouteId("route"),
            route_name=f"Route {bus}",
            service_id=EVERY_DAY,
            block_id=None,
            headsign="School",
            direction_id=None,
            planned_vehicle_id=VehicleId(f"bus-{bus}"),
            pattern=patterns[bus % len(patterns)],
            stop_sequences=sequences,
            arrival_seconds=start + seconds,
            departure_seconds=start + seconds,
        )
    timetable = Timetable(
        plan_id=PlanId(1),
        timezone=ZONE,
        plane=PLANE,
        area=Area(41.8, -71.8, 42.8, -70.4),
        stops={stop.stop_id: stop for pattern in patterns for stop in _stops(pattern)},
        runs=runs,
        calendar=ServiceCalendar({EVERY_DAY: Service(EVERY_DAY, (True,) * 7, *DAYS)}),
    )
    return MadeUpFleet(timetable, day, starts.astype(np.float64) + midnight, paths, dice)


def _random_path(dice: np.random.Generator) -> Floats:
    heading = np.cumsum(dice.normal(0.0, 0.25, SEGMENTS)) + dice.uniform(0, 2 * np.pi)
    steps = SEGMENT_M * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    path: Floats = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)]) + dice.uniform(-10_000, 10_000, 2)
    return path


def _pattern(path: Floats, stops: int, name: str) -> Pattern:
    return Pattern(
        stop_ids=tuple(StopId(f"{name}-{index}") for index in range(stops)),
        stop_distance_m=np.linspace(0.0, SEGMENTS * SEGMENT_M, stops),
        path_xy=path,
        path_distance_m=np.linspace(0.0, SEGMENTS * SEGMENT_M, SEGMENTS + 1),
        approximate=False,
    )


def _stops(pattern: Pattern) -> list[Stop]:
    x = np.interp(pattern.stop_distance_m, pattern.path_distance_m, pattern.path_xy[:, 0])
    y = np.interp(pattern.stop_distance_m, pattern.path_distance_m, pattern.path_xy[:, 1])
    return [
        Stop(stop_id, f"Stop {stop_id}", PLANE.to_place(float(east), float(north)))
        for stop_id, east, north in zip(pattern.stop_ids, x, y, strict=True)
    ]
