"""A GTFS folder or zip in, a `Timetable` out: the plan, read whole and checked whole before any of it is used."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from busline.geo import Area, LatLon, LocalPlane
from busline.ids import PlanId, RunId, StopId
from busline.timetable import Run, Stop, Timetable
from feeds.plan.calendars import read_calendar
from feeds.plan.calls import Calls, fill_times, read_calls
from feeds.plan.files import read_files
from feeds.plan.frequencies import read_frequencies, repeat_name
from feeds.plan.patterns import Journey, PatternBuilder
from feeds.plan.problems import Problems
from feeds.plan.shapes import Shape, read_shapes
from feeds.plan.table import Table, read_table
from feeds.plan.trips import Trip, read_trips
from feeds.problem import Problem

NOT_SAVED = PlanId(0)
"""The `plan_id` of a timetable that is in no database yet."""

_READING = "busline plan reading 1"
"""Changed whenever the same files come to be read differently, so that an unchanged plan is then loaded anew."""

_REQUIRED = {
    "agency.txt": ("agency_timezone",),
    "stops.txt": ("stop_id", "stop_lat", "stop_lon"),
    "routes.txt": ("route_id",),
    "trips.txt": ("route_id", "service_id", "trip_id"),
    "stop_times.txt": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
}
_OPTIONAL = {
    "calendar.txt": (
        "service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        "start_date", "end_date",
    ),
    "calendar_dates.txt": ("service_id", "date", "exception_type"),
    "shapes.txt": ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"),
    "frequencies.txt": ("trip_id", "start_time", "end_time", "headway_secs"),
    "vehicle_assignments.txt": ("block_id", "vehicle_id"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GtfsPlan:
    """A plan that can be used."""

    timetable: Timetable
    """With the `plan_id` `NOT_SAVED`."""
    sha256: str
    """Of the files it was read from, however packed."""
    notes: tuple[Problem, ...]
    """What was read around, and how."""


def read_gtfs(source: Path) -> GtfsPlan:
    """Read a plan from a folder or a zip. Blocking and busy for seconds on a large plan: call it in a thread.

    Raises `PlanRefusedError` with every fault found, by file and line; a plan with any fault is not used in part.
    """
    files = read_files(source, [*_REQUIRED, *_OPTIONAL], salt=_READING)
    problems = Problems()
    tables = _tables(files.bodies, problems)
    problems.refuse_if_any()

    # No zone is always a fault, so the plan is refused before this stand-in tells any time.
    timezone = _timezone(tables["agency.txt"], problems) or ZoneInfo("UTC")
    calendar = read_calendar(tables.get("calendar.txt"), tables.get("calendar_dates.txt"), problems)
    assignments = tables.get("vehicle_assignments.txt")
    trips = read_trips(tables["trips.txt"], tables["routes.txt"], assignments, calendar, problems)
    stops = _stops(tables["stops.txt"], problems)
    trip_lines = {trip.run_id: trip.line for trip in trips}
    calls = read_calls(tables["stop_times.txt"], trip_lines, list(stops), problems)
    repeats = read_frequencies(tables.get("frequencies.txt"), trip_lines.keys(), problems)
    trips = [trip for trip in trips if trip.run_id in calls]
    shapes = read_shapes(tables.get("shapes.txt"), {trip.shape_id for trip in trips} - {""}, problems)
    if not trips:
        problems.fault("trips.txt", None, "holds no trip with stop times; a plan needs at least one.")
    problems.refuse_if_any()

    _note_absent_shapes(trips, shapes, problems)
    called_at = {stop_id for trip in trips for stop_id in calls[trip.run_id].stop_ids}
    used_stops = {stop_id: stop for stop_id, stop in stops.items() if stop_id in called_at}
    area = _area(used_stops, shapes)
    plane = LocalPlane(LatLon((area.south + area.north) / 2, (area.west + area.east) / 2))
    builder = PatternBuilder(used_stops, shapes, plane, problems)
    runs = {run.run_id: run for trip in trips for run in _runs(trip, calls[trip.run_id], repeats, builder)}
    timetable = Timetable(NOT_SAVED, timezone, plane, area, used_stops, runs, calendar)
    return GtfsPlan(timetable, files.sha256, problems.notes)


def _tables(bodies: Mapping[str, bytes], problems: Problems) -> dict[str, Table]:
    for name in _REQUIRED:
        if name not in bodies:
            problems.fault(name, None, "is missing.")
    if not bodies.keys() & {"calendar.txt", "calendar_dates.txt"}:
        problems.fault("calendar.txt", None, "is missing, and so is calendar_dates.txt: one of them must be there.")
    tables: dict[str, Table] = {}
    for name, required in (_REQUIRED | _OPTIONAL).items():
        if name in bodies:
            table = read_table(name, bodies[name], required, problems)
            if table is not None:
                tables[name] = table
    return tables


def _timezone(agency: Table, problems: Problems) -> ZoneInfo | None:
    """The district's time zone; GTFS wants all agencies of a plan to share one."""
    names = sorted(set(agency["agency_timezone"]))
    if len(names) != 1:
        problems.fault(agency.file, None, f"must name one agency_timezone; it names {len(names)}.")
        return None
    try:
        return ZoneInfo(names[0])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.fault(
            agency.file, agency.lines[0], f"agency_timezone {names[0]!r} is no time zone, like America/Chicago."
        )
        return None


def _stops(table: Table, problems: Problems) -> dict[StopId, Stop]:
    """Every stop where a bus can call. Stations and entrances are left out, and so may lack a place."""
    lats, lons = table.numbers("stop_lat", problems), table.numbers("stop_lon", problems)
    stops: dict[StopId, Stop] = {}
    fields = zip(table.lines, table["stop_id"], table["stop_name"], table["location_type"], lats, lons, strict=True)
    for line, name, stop_name, kind, lat, lon in fields:
        stop_id = StopId(name)
        if kind not in ("", "0"):
            continue
        if not name:
            problems.fault(table.file, line, "stop_id is empty.")
        if stop_id in stops:
            problems.fault(table.file, line, f"stop {name!r} stands here a second time.")
        if not (abs(lat) <= 90 and abs(lon) <= 180) or (lat == 0 and lon == 0):
            problems.fault(table.file, line, f"stop {name!r} has no place on Earth where a bus could call.")
            continue
        stops[stop_id] = Stop(stop_id, stop_name, LatLon(float(lat), float(lon)))
    return stops


def _note_absent_shapes(trips: Sequence[Trip], shapes: Mapping[str, Shape], problems: Problems) -> None:
    """One note a missing shape, not one a trip."""
    without = Counter(trip.shape_id for trip in trips if trip.shape_id not in shapes)
    for shape_id, count in sorted(without.items()):
        what = f"shape {shape_id!r} is not in shapes.txt" if shape_id else "no shape is given"
        problems.note("trips.txt", None, f"{what} for {count:,} trips; straight lines between stops are used instead.")


def _area(stops: Mapping[StopId, Stop], shapes: Mapping[str, Shape]) -> Area:
    places = [stop.place for stop in stops.values()]
    lat: NDArray[np.float64] = np.concatenate([[place.lat for place in places], *(s.lat for s in shapes.values())])
    lon: NDArray[np.float64] = np.concatenate([[place.lon for place in places], *(s.lon for s in shapes.values())])
    return Area(float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max()))


def _runs(trip: Trip, calls: Calls, repeats: Mapping[RunId, list[int]], builder: PatternBuilder) -> list[Run]:
    """The run of a trip; where the plan repeats it, one run a repeat."""
    journey = Journey(trip.shape_id, calls.stop_ids, calls.traveled)
    pattern = builder.pattern(journey, calls.arrival_seconds)
    arrival, departure = fill_times(calls, pattern.stop_distance_m)
    started = int(departure[0])
    named_shifts = [(trip.run_id, 0)]
    if trip.run_id in repeats:
        named_shifts = [(repeat_name(trip.run_id, start), start - started) for start in repeats[trip.run_id]]
    return [
        Run(
            run_id=run_id,
            route_id=trip.route_id,
            route_name=trip.route_name,
            service_id=trip.service_id,
            block_id=trip.block_id,
            headsign=trip.headsign,
            direction_id=trip.direction_id,
            planned_vehicle_id=trip.planned_vehicle_id,
            pattern=pattern,
            stop_sequences=calls.stop_sequences.astype(np.int32),
            arrival_seconds=(arrival + shift).astype(np.int32),
            departure_seconds=(departure + shift).astype(np.int32),
        )
        for run_id, shift in named_shifts
    ]
