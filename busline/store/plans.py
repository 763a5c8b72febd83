"""Versions of the plan in PostgreSQL: one is loaded whole, then made current in the same transaction."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import numpy as np

from busline.geo import Area, LatLon, LocalPlane
from busline.ids import BlockId, PlanId, RouteId, RunId, ServiceId, StopId, VehicleId
from busline.service_day import Service, ServiceCalendar
from busline.store.pool import Connection, Pool
from busline.store.sql import load_queries
from busline.timetable import Pattern, Run, Stop, Timetable

KEPT_VERSIONS = 5
"""The one in force and four before it."""
SAVE_SECONDS = 300.0
"""The longest one statement of a save may take; a plan of New York's size takes a few seconds."""

_SQL = load_queries(__file__)

Rows = Sequence[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class StrandedRides:
    """Rides of the roster that a plan has no place for."""

    without_run: int
    without_stop: int
    """Their run is in the plan, and does not call at their stop."""
    runs: tuple[RunId, ...]
    """The runs concerned, in order."""


async def save_plan(pool: Pool, timetable: Timetable, sha256: str, source: str, now: datetime) -> PlanId:
    """Save a plan as a new version and make it the one in force, in one transaction; returns its ID.

    Where the version in force has the same `sha256`, nothing is written and its ID is returned. Readers never wait, and
    see the old version or the new one, whole. Older versions beyond `KEPT_VERSIONS` are deleted.
    """
    services, stops, patterns, runs = await asyncio.to_thread(_records, timetable)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_SQL["lock_plans"])
        current = await connection.fetchrow(_SQL["current_plan"])
        if current is not None and current["content_sha256"] == sha256:
            return PlanId(current["plan_id"])
        plan_id = await connection.fetchval(_SQL["begin_plan"], sha256, source, timetable.timezone.key, now)
        for table, columns, records in (
            ("plan_service", _SERVICE_COLUMNS, services),
            ("plan_stop", _STOP_COLUMNS, stops),
            ("plan_pattern", _PATTERN_COLUMNS, patterns),
            ("plan_run", _RUN_COLUMNS, runs),
        ):
            numbered = ((plan_id, *record) for record in records)
            await connection.copy_records_to_table(
                table, records=numbered, columns=("plan_id", *columns), timeout=SAVE_SECONDS
            )
        await connection.execute(_SQL["activate_plan"], plan_id, now)
        await connection.execute(_SQL["forget_old_plans"], KEPT_VERSIONS, timeout=SAVE_SECONDS)
        return PlanId(plan_id)


async def current_plan_id(database: Pool | Connection) -> PlanId | None:
    """The version in force; None before the first one."""
    plan_id: int | None = await database.fetchval(_SQL["current_plan"])
    return None if plan_id is None else PlanId(plan_id)


async def load_timetable(pool: Pool) -> Timetable | None:
    """The plan in force, whole; None before the first one."""
    return await _load(pool, "current_plan")


async def load_version(pool: Pool, plan_id: PlanId) -> Timetable | None:
    """A version of the plan, whole, in force or not; None where it is no longer kept."""
    return await _load(pool, "plan_version", plan_id)


async def _load(pool: Pool, query: str, *arguments: int) -> Timetable | None:
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        plan = await connection.fetchrow(_SQL[query], *arguments)
        if plan is None:
            return None
        services, stops, patterns, runs = [
            await connection.fetch(_SQL[name], plan["plan_id"]) for name in ("services", "stops", "patterns", "runs")
        ]
    # Busy for about a second on a plan of New York's size, so it must not hold the event loop.
    return await asyncio.to_thread(_timetable, plan, services, stops, patterns, runs)


async def stranded_rides(pool: Pool, timetable: Timetable, today: date) -> StrandedRides:
    """Count the rides, not over by `today`, that would lose their run or their stop under this plan."""
    rows = await pool.fetch(_SQL["ride_places"], today)
    return await asyncio.to_thread(_stranded, rows, timetable)


def _stranded(rows: Rows, timetable: Timetable) -> StrandedRides:
    without_run = without_stop = 0
    concerned: set[RunId] = set()
    for row in rows:
        run = timetable.runs.get(RunId(row["run_id"]))
        if run is None:
            without_run += row["rides"]
        elif run.call_at(StopId(row["stop_id"]), row["stop_sequence"]) is None:
            without_stop += row["rides"]
        else:
            continue
        concerned.add(RunId(row["run_id"]))
    return StrandedRides(without_run, without_stop, tuple(sorted(concerned)))


_SERVICE_COLUMNS = ("service_id", "weekdays", "start_date", "end_date", "added", "removed")
_STOP_COLUMNS = ("stop_id", "name", "lat", "lon")
_PATTERN_COLUMNS = ("pattern_id", "stop_ids", "stop_distance_m", "path_lat", "path_lon", "approximate")
_RUN_COLUMNS = (
    "run_id", "route_id", "route_name", "service_id", "block_id", "headsign", "direction_id", "planned_vehicle_id",
    "pattern_id", "stop_sequences", "arrival_seconds", "departure_seconds",
)  # fmt: skip

Records = list[tuple[Any, ...]]


def _records(timetable: Timetable) -> tuple[Records, Records, Records, Records]:
    """Services, stops, patterns and runs as rows, without their plan."""
    services: Records = [
        (
            service.service_id,
            sum(1 << day for day, runs in enumerate(service.weekdays) if runs),
            service.start_date,
            service.end_date,
            sorted(service.added),
            sorted(service.removed),
        )
        for service in timetable.calendar.services.values()
    ]
    stops: Records = [(stop.stop_id, stop.name, stop.place.lat, stop.place.lon) for stop in timetable.stops.values()]
    # Runs share pattern objects; each object is one row.
    pattern_ids: dict[int, int] = {}
    patterns: Records = []
    runs: Records = []
    for run in timetable.runs.values():
        pattern = run.pattern
        if id(pattern) not in pattern_ids:
            pattern_ids[id(pattern)] = len(patterns) + 1
            lat, lon = timetable.plane.to_degrees(pattern.path_xy)
            patterns.append(
                (len(patterns) + 1, pattern.stop_ids, pattern.stop_distance_m.tolist(), lat.tolist(), lon.tolist(),
                 pattern.approximate)
            )  # fmt: skip
        runs.append(
            (run.run_id, run.route_id, run.route_name, run.service_id, run.block_id, run.headsign, run.direction_id,
             run.planned_vehicle_id, pattern_ids[id(pattern)], run.stop_sequences.tolist(),
             run.arrival_seconds.tolist(), run.departure_seconds.tolist())
        )  # fmt: skip
    return services, stops, patterns, runs


def _timetable(plan: asyncpg.Record, services: Rows, stops: Rows, patterns: Rows, runs: Rows) -> Timetable:
    found_stops = {
        StopId(row["stop_id"]): Stop(StopId(row["stop_id"]), row["name"], LatLon(row["lat"], row["lon"]))
        for row in stops
    }
    area = _area(found_stops.values(), patterns)
    plane = LocalPlane(LatLon((area.south + area.north) / 2, (area.west + area.east) / 2))
    found_patterns = {row["pattern_id"]: _pattern(row, plane) for row in patterns}
    return Timetable(
        plan_id=PlanId(plan["plan_id"]),
        timezone=ZoneInfo(plan["timezone"]),
        plane=plane,
        area=area,
        stops=found_stops,
        runs={RunId(row["run_id"]): _run(row, found_patterns) for row in runs},
        calendar=ServiceCalendar({ServiceId(row["service_id"]): _service(row) for row in services}),
    )


def _area(stops: Collection[Stop], patterns: Rows) -> Area:
    lats = [np.array([stop.place.lat for stop in stops]), *(np.array(row["path_lat"]) for row in patterns)]
    lons = [np.array([stop.place.lon for stop in stops]), *(np.array(row["path_lon"]) for row in patterns)]
    lat, lon = np.concatenate(lats), np.concatenate(lons)
    return Area(float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max()))


def _pattern(row: asyncpg.Record, plane: LocalPlane) -> Pattern:
    path_xy = plane.to_xy(row["path_lat"], row["path_lon"])
    path_distance_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path_xy, axis=0).T))])
    return Pattern(
        stop_ids=tuple(StopId(stop_id) for stop_id in row["stop_ids"]),
        # The plane may differ by millimetres from the one they were measured on; no stop lies beyond the path.
        stop_distance_m=np.minimum(np.array(row["stop_distance_m"], np.float64), path_distance_m[-1]),
        path_xy=path_xy,
        path_distance_m=path_distance_m,
        approximate=row["approximate"],
    )


def _run(row: asyncpg.Record, patterns: Mapping[int, Pattern]) -> Run:
    return Run(
        run_id=RunId(row["run_id"]),
        route_id=RouteId(row["route_id"]),
        route_name=row["route_name"],
        service_id=ServiceId(row["service_id"]),
        block_id=None if row["block_id"] is None else BlockId(row["block_id"]),
        headsign=row["headsign"],
        direction_id=row["direction_id"],
        planned_vehicle_id=None if row["planned_vehicle_id"] is None else VehicleId(row["planned_vehicle_id"]),
        pattern=patterns[row["pattern_id"]],
        stop_sequences=np.array(row["stop_sequences"], np.int32),
        arrival_seconds=np.array(row["arrival_seconds"], np.int32),
        departure_seconds=np.array(row["departure_seconds"], np.int32),
    )


def _service(row: asyncpg.Record) -> Service:
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        bool(row["weekdays"] >> day & 1) for day in range(7)
    )
    return Service(
        service_id=ServiceId(row["service_id"]),
        weekdays=(monday, tuesday, wednesday, thursday, friday, saturday, sunday),
        start_date=row["start_date"],
        end_date=row["end_date"],
        added=frozenset(row["added"]),
        removed=frozenset(row["removed"]),
    )
