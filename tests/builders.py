"""Small true things to test with: a street, a run along it, a fleet."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from busline.fleet import AssignmentSource, RunProgress, StopVisit
from busline.geo import Area, LatLon, LocalPlane
from busline.ids import BlockId, PlanId, RouteId, RunId, RunKey, ServiceId, StopId, StudentId, VehicleId
from busline.people import Leg, Ride
from busline.service_day import Service, ServiceCalendar, moment
from busline.timetable import Pattern, Run, Stop, Timetable

ZONE = ZoneInfo("America/New_York")
MONDAY = date(2026, 10, 5)
ORIGIN = LatLon(42.3, -71.1)
SERVICE = ServiceId("weekdays")
METRES_BETWEEN_STOPS = 1_000.0
SECONDS_BETWEEN_STOPS = 120


def at(clock: str, day: date = MONDAY) -> datetime:
    """`at("7:05:30")`: that moment of the service day in the district's zone."""
    parts = [int(part) for part in clock.split(":")] + [0]
    return moment(day, parts[0] * 3_600 + parts[1] * 60 + parts[2], ZONE)


def make_run(
    run_id: str = "R1", *, start: str = "7:00", stops: int = 6, bus: str | None = "47", block: str | None = "B47"
) -> Run:
    """A run due east along a straight street: a stop every 1,000 m, two minutes apart."""
    first = int((at(start) - moment(MONDAY, 0, ZONE)).total_seconds())
    distance = np.arange(stops, dtype=np.float64) * METRES_BETWEEN_STOPS
    seconds = (first + np.arange(stops) * SECONDS_BETWEEN_STOPS).astype(np.int32)
    pattern = Pattern(
        stop_ids=tuple(StopId(f"S{index}") for index in range(stops)),
        stop_distance_m=distance,
        path_xy=np.stack([distance, np.zeros(stops)], axis=-1),
        path_distance_m=distance,
        approximate=False,
    )
    return Run(
        run_id=RunId(run_id),
        route_id=RouteId(run_id),
        route_name=f"Route {run_id}",
        service_id=SERVICE,
        block_id=None if block is None else BlockId(block),
        headsign="School",
        direction_id=0,
        planned_vehicle_id=None if bus is None else VehicleId(bus),
        pattern=pattern,
        stop_sequences=np.arange(1, stops + 1, dtype=np.int32),
        arrival_seconds=seconds,
        departure_seconds=seconds,
    )


def make_timetable(runs: Sequence[Run]) -> Timetable:
    plane = LocalPlane(ORIGIN)
    stops = {
        stop_id: Stop(stop_id, f"Stop {stop_id}", plane.to_place(float(distance), 0.0))
        for run in runs
        for stop_id, distance in zip(run.pattern.stop_ids, run.pattern.stop_distance_m, strict=True)
    }
    service = Service(SERVICE, (True,) * 5 + (False,) * 2, date(2026, 9, 1), date(2027, 6, 30))
    return Timetable(
        plan_id=PlanId(1),
        timezone=ZONE,
        plane=plane,
        area=Area(42.2, -71.2, 42.4, -70.9),
        stops=stops,
        runs={run.run_id: run for run in runs},
        calendar=ServiceCalendar({SERVICE: service}),
    )


def make_progress(
    run: Run,
    *,
    seen_at: datetime,
    distance_m: float,
    bus: str = "47",
    day: date = MONDAY,
    under_way: bool = True,
    still_since: datetime | None = None,
    off_route_since: datetime | None = None,
    ended_at: datetime | None = None,
) -> RunProgress:
    """Where a run has got; its lateness is worked out from the plan."""
    planned = np.interp(distance_m, run.pattern.stop_distance_m, run.arrival_seconds)
    into_day = (seen_at - moment(day, 0, ZONE)).total_seconds()
    return RunProgress(
        key=RunKey(day, run.run_id),
        vehicle_id=VehicleId(bus),
        source=AssignmentSource.FEED,
        fix_at=seen_at,
        matched_at=seen_at,
        distance_m=distance_m,
        next_call=int(np.searchsorted(run.pattern.stop_distance_m, distance_m, side="right")),
        lateness_seconds=float(into_day - planned),
        started_at=seen_at - timedelta(minutes=1) if under_way else None,
        still_since=still_since,
        off_route_since=off_route_since,
        ended_at=ended_at,
    )


def make_visit(run: Run, index: int, arrived_at: datetime, departed_at: datetime | None, bus: str = "47") -> StopVisit:
    call = run.call(index)
    return StopVisit(
        RunKey(MONDAY, run.run_id), index, call.stop_sequence, call.stop_id, VehicleId(bus), arrived_at, departed_at
    )


def make_ride(run: Run, index: int = 3, leg: Leg = Leg.TO_SCHOOL, weekdays: int = 0b0011111) -> Ride:
    call = run.call(index)
    return Ride(StudentId("100234"), run.run_id, call.stop_id, None, leg, weekdays, date(2026, 9, 1), date(2027, 6, 30))
