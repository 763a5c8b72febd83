"""trips.txt, routes.txt and vehicle_assignments.txt in, one `Trip` a run out, its calls still missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from busline.ids import BlockId, RouteId, RunId, ServiceId, VehicleId
from busline.service_day import ServiceCalendar
from feeds.plan.problems import Problems
from feeds.plan.table import Table


@dataclass(frozen=True, slots=True)
class Trip:
    """A row of trips.txt with what belongs to it."""

    run_id: RunId
    route_id: RouteId
    route_name: str
    service_id: ServiceId
    block_id: BlockId | None
    headsign: str
    direction_id: int | None
    shape_id: str
    planned_vehicle_id: VehicleId | None
    line: int


def read_trips(
    trips: Table, routes: Table, assignments: Table | None, calendar: ServiceCalendar, problems: Problems
) -> list[Trip]:
    """Read the trips. One without an ID, route or service could never be told about, so it is a fault."""
    route_names = _route_names(routes, problems)
    vehicles = _planned_vehicles(assignments, set(trips["block_id"]), problems) if assignments is not None else {}
    seen: set[str] = set()
    found: list[Trip] = []
    columns = ("trip_id", "route_id", "service_id", "block_id", "trip_headsign", "direction_id", "shape_id")
    fields = zip(trips.lines, *(trips[name] for name in columns), strict=True)
    for line, trip_id, route_id, service_id, block_id, headsign, direction, shape_id in fields:
        if not trip_id:
            problems.fault(trips.file, line, "trip_id is empty.")
        if trip_id in seen:
            problems.fault(trips.file, line, f"trip {trip_id!r} stands here a second time.")
        seen.add(trip_id)
        if route_id not in route_names:
            problems.fault(trips.file, line, f"trip {trip_id!r} is of route {route_id!r}, which routes.txt lacks.")
        if ServiceId(service_id) not in calendar.services:
            reason = f"trip {trip_id!r} goes by service {service_id!r}, which no calendar file names."
            problems.fault(trips.file, line, reason)
        if direction not in ("", "0", "1"):
            problems.fault(trips.file, line, f"direction_id {direction!r} must be 0, 1 or empty.")
            direction = ""
        found.append(
            Trip(
                run_id=RunId(trip_id),
                route_id=RouteId(route_id),
                route_name=route_names.get(route_id, route_id),
                service_id=ServiceId(service_id),
                block_id=BlockId(block_id) if block_id else None,
                headsign=headsign,
                direction_id=int(direction) if direction else None,
                shape_id=shape_id,
                planned_vehicle_id=vehicles.get(block_id),
                line=line,
            )
        )
    return found


def _route_names(routes: Table, problems: Problems) -> Mapping[str, str]:
    """What staff call each route: its short name, else its long one, else its ID."""
    names: dict[str, str] = {}
    fields = zip(routes.lines, routes["route_id"], routes["route_short_name"], routes["route_long_name"], strict=True)
    for line, route_id, short_name, long_name in fields:
        if route_id in names:
            problems.fault(routes.file, line, f"route {route_id!r} stands here a second time.")
        names[route_id] = short_name or long_name or route_id
    return names


def _planned_vehicles(assignments: Table, blocks: set[str], problems: Problems) -> Mapping[str, VehicleId]:
    """Our extension of GTFS: the bus that the plan means to drive each block."""
    vehicles: dict[str, VehicleId] = {}
    for line, block_id, vehicle_id in zip(
        assignments.lines, assignments["block_id"], assignments["vehicle_id"], strict=True
    ):
        if not block_id or not vehicle_id:
            problems.fault(assignments.file, line, "needs both a block_id and a vehicle_id.")
        elif block_id in vehicles:
            problems.fault(assignments.file, line, f"block {block_id!r} has a vehicle already.")
        elif block_id not in blocks:
            problems.note(assignments.file, line, f"no trip is of block {block_id!r}; its vehicle was left out.")
        else:
            vehicles[block_id] = VehicleId(vehicle_id)
    return vehicles
