"""GTFS-realtime messages made by hand, the bad ones included."""

from collections.abc import Callable
from datetime import UTC, datetime

from google.transit import gtfs_realtime_pb2 as pb

MORNING = datetime(2026, 9, 8, 7, 30, tzinfo=UTC)
BOSTON = (42.35, -71.06)


def posix(at: datetime) -> int:
    return int(at.timestamp())


def a_message(header_at: datetime | None = MORNING) -> pb.FeedMessage:
    message = pb.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    if header_at is not None:
        message.header.timestamp = posix(header_at)
    return message


def add_bus(
    message: pb.FeedMessage,
    bus: str = "512",
    *,
    at: datetime | None = MORNING,
    lat: float = BOSTON[0],
    lon: float = BOSTON[1],
    trip: str = "",
    start_date: str = "",
    also: Callable[[pb.VehiclePosition], None] | None = None,
) -> pb.VehiclePosition:
    """One entity with what most feeds give; `also` changes it further."""
    vehicle = message.entity.add(id=f"entity-{len(message.entity)}").vehicle
    if bus:
        vehicle.vehicle.id = bus
    if at is not None:
        vehicle.timestamp = posix(at)
    vehicle.position.latitude = lat
    vehicle.position.longitude = lon
    if trip:
        vehicle.trip.trip_id = trip
    if start_date:
        vehicle.trip.start_date = start_date
    if also is not None:
        also(vehicle)
    return vehicle


def a_fleet(buses: int, *, header_at: datetime = MORNING) -> pb.FeedMessage:
    """Buses 1, 2, ..., each with its own fix at the header's time, a street apart."""
    message = a_message(header_at)
    for number in range(1, buses + 1):
        add_bus(message, str(number), at=header_at, lat=BOSTON[0] + number * 0.001, trip=f"run-{number}")
    return message
