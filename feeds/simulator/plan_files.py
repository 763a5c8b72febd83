"""A simulated plan as a GTFS folder: what a routing office would publish, read by the real plan import.

One file is our own: `vehicle_assignments.txt` (`block_id,vehicle_id`), the bus meant for each block.
"""

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from busline.ids import ServiceId
from busline.people import Leg
from feeds.simulator.plan import PlannedBlock, PlannedRun, SchoolPlan
from feeds.simulator.school_year import SchoolYear

SERVICE = ServiceId("SCHOOL")
AGENCY_ID = "WPS"
DISTRICT_NAME = "Wexmere Public Schools"
TIMEZONE_NAME = "America/New_York"
_SCHOOL_BUS = 712
"""GTFS extended route type for a school bus."""


@dataclass(frozen=True, slots=True)
class PlannedService:
    """Blocks that go on the same days: every weekday but some, or only on some dates."""

    service_id: ServiceId
    blocks: tuple[PlannedBlock, ...]
    weekdays: bool = True
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()


def write_gtfs(
    plan: SchoolPlan, year: SchoolYear, folder: Path, services: Sequence[PlannedService] | None = None
) -> None:
    """Writes the ten files of the plan; the folder is made if need be. Without `services` all blocks go every day."""
    folder.mkdir(parents=True, exist_ok=True)
    if services is None:
        services = [PlannedService(SERVICE, plan.blocks)]
    blocks = [(service.service_id, block) for service in services for block in service.blocks]
    trips = [(service_id, block.block_id, run) for service_id, block in blocks for run in block.runs]
    runs = [(block_id, run) for _, block_id, run in trips]
    _write(
        folder / "agency.txt",
        ("agency_id", "agency_name", "agency_url", "agency_timezone", "agency_lang"),
        [(AGENCY_ID, DISTRICT_NAME, "https://wexmere.example", TIMEZONE_NAME, "en")],
    )
    _write(folder / "stops.txt", ("stop_id", "stop_name", "stop_lat", "stop_lon"), _stops(plan))
    _write(
        folder / "routes.txt",
        ("route_id", "agency_id", "route_short_name", "route_long_name", "route_type"),
        dict.fromkeys(
            (run.route_id, AGENCY_ID, run.route_name, f"{run.school.name}, route {run.route_name[2:]}", _SCHOOL_BUS)
            for _, run in runs
            if run.leg is Leg.TO_SCHOOL
        ),
    )
    _write(
        folder / "trips.txt",
        ("route_id", "service_id", "trip_id", "trip_headsign", "direction_id", "block_id", "shape_id"),
        (
            (run.route_id, service_id, run.run_id, run.headsign, _direction(run), block_id, run.run_id)
            for service_id, block_id, run in trips
        ),
    )
    metres = {run.run_id: _metres_along(plan, run) for _, run in runs}
    _write(
        folder / "stop_times.txt",
        ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "shape_dist_traveled", "timepoint"),
        (
            (run.run_id, _clock(at), _clock(at), stop_id, index + 1, f"{metres[run.run_id][run.call_at[index]]:.1f}", 1)
            for _, run in runs
            for index, (stop_id, at) in enumerate(zip(run.stop_ids, run.seconds, strict=True))
        ),
    )
    _write(
        folder / "shapes.txt",
        ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence", "shape_dist_traveled"),
        (row for _, run in runs for row in _shape(plan, run, metres[run.run_id])),
    )
    _write(
        folder / "calendar.txt",
        "service_id monday tuesday wednesday thursday friday saturday sunday start_date end_date".split(),  # noqa: SIM905
        [
            (service.service_id, *(5 * [int(service.weekdays)]), 0, 0, f"{year.first:%Y%m%d}", f"{year.last:%Y%m%d}")
            for service in services
        ],
    )
    _write(
        folder / "calendar_dates.txt",
        ("service_id", "date", "exception_type"),
        (
            (service.service_id, f"{day:%Y%m%d}", kind)
            for service in services
            for kind, days in ((1, service.added), (2, (year.closed | service.removed) if service.weekdays else ()))
            for day in sorted(days)
        ),
    )
    _write(
        folder / "vehicle_assignments.txt",
        ("block_id", "vehicle_id"),
        dict.fromkeys((block.block_id, block.vehicle_id) for _, block in blocks),
    )


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _direction(run: PlannedRun) -> int:
    return 1 if run.leg is Leg.TO_SCHOOL else 0


def _stops(plan: SchoolPlan) -> Iterable[Sequence[object]]:
    for stop in plan.stops.values():
        lat, lon = plan.city.degrees(np.array(stop.place_xy))
        yield stop.stop_id, stop.name, f"{lat:.6f}", f"{lon:.6f}"


def _metres_along(plan: SchoolPlan, run: PlannedRun) -> list[float]:
    """Metres driven at each junction of a run."""
    places = [plan.city.node_places[node] for node in run.nodes]
    driven = [0.0]
    for before, after in pairwise(places):
        driven.append(driven[-1] + math.dist(before, after))
    return driven


def _shape(plan: SchoolPlan, run: PlannedRun, metres: Sequence[float]) -> Iterable[Sequence[object]]:
    lats, lons = plan.city.degrees(plan.city.node_xy[list(run.nodes)])
    for index, (lat, lon, along) in enumerate(zip(lats.tolist(), lons.tolist(), metres, strict=True)):
        yield run.run_id, f"{lat:.6f}", f"{lon:.6f}", index + 1, f"{along:.1f}"
