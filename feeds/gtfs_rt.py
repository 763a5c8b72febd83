"""GTFS-realtime bytes in, positions out: `decode` a feed's message, and `encode` one of our own.

Nothing in a message is believed. A message that cannot be used is one `Unreadable`, an entity that cannot be used is
one `Rejected` with its reason; neither is an exception. What depends on earlier messages (a bus that jumps,
a header that goes backwards) is judged in `screening.py` and `continuity.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as pb

from busline.geo import Area
from busline.ids import RunId, SourceId, VehicleId
from busline.position import Position, Rejected, RejectReason, RunClaim
from feeds.plausible import bearing_or_none, fix_time_or_reason, identifier_or_none, place_or_reason, speed_or_none
from feeds.wire import NotProtobufError, TooManyFieldsError, top_level_fields

MAX_ENTITIES = 50_000
"""Five times the largest school fleet in the country."""
MAX_ENTITY_BYTES = 65_536
"""A vehicle takes about 110 bytes; one of megabytes is made to exhaust memory."""

_HEADER, _ENTITY = 1, 2  # field numbers of FeedMessage


class MessageFault(StrEnum):
    """Why a whole message was not used."""

    EMPTY = "empty"
    HTML = "html"
    COMPRESSED = "compressed"
    UNDECODABLE = "undecodable"
    NO_HEADER = "no_header"
    DIFFERENTIAL = "differential"
    TOO_MANY_ENTITIES = "too_many_entities"
    ENTITY_TOO_LARGE = "entity_too_large"
    NO_VEHICLES = "no_vehicles"
    HEADER_BACKWARDS = "header_backwards"
    SHRUNK = "shrunk"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that is not used at all, and why, in a sentence for staff."""

    fault: MessageFault
    words: str


@dataclass(frozen=True, slots=True)
class Message:
    """What one message says, each vehicle at most once. Not yet compared with what the feed said before."""

    source: SourceId
    header_at: datetime | None
    """When the producer made it; None where it does not say so believably."""
    positions: tuple[Position, ...]
    rejected: tuple[Rejected, ...]
    entities: int
    """How many entries it holds, good and bad: a sudden drop means that a part is missing."""
    header_timed: frozenset[VehicleId]
    """Vehicles that gave no time of their own and took the header's: a repeated place is no news of them."""


def decode(body: bytes, *, source: SourceId, received_at: datetime, area: Area | None = None) -> Message | Unreadable:
    """Read a FeedMessage. `area` is the ground where a bus may be, already widened. Never raises on any bytes."""
    if not body:
        return Unreadable(MessageFault.EMPTY, "The feed sent an empty message.")
    header = pb.FeedHeader()
    entities: list[bytes] = []
    try:
        for number, field in top_level_fields(body, MAX_ENTITIES):
            if number == _ENTITY:
                if len(field) > MAX_ENTITY_BYTES:
                    return Unreadable(
                        MessageFault.ENTITY_TOO_LARGE, f"One entry of the feed's message takes {len(field):,} bytes."
                    )
                entities.append(field)
            elif number == _HEADER:
                header.MergeFromString(field)
        if not header.IsInitialized():
            return Unreadable(MessageFault.NO_HEADER, "The feed's message has no GTFS-realtime header.")
        if header.incrementality == pb.FeedHeader.DIFFERENTIAL:
            return Unreadable(MessageFault.DIFFERENTIAL, "The feed sends changes only; Busline reads full messages.")
        reading = _Reading(source, received_at, area, _header_time(header))
        for entity in entities:
            reading.add(pb.FeedEntity.FromString(entity))
    except TooManyFieldsError:
        return Unreadable(
            MessageFault.TOO_MANY_ENTITIES, f"The feed's message holds more than {MAX_ENTITIES:,} entries."
        )
    except (NotProtobufError, DecodeError):
        # One bad byte and the rest cannot be trusted either: half of all single bit flips still parse.
        return _not_a_message(body)
    if entities and not reading.vehicles:
        return Unreadable(
            MessageFault.NO_VEHICLES,
            f"The feed sent {len(entities):,} entries and no vehicle. Is it the address for vehicle positions?",
        )
    return Message(
        source=source,
        header_at=reading.header_at,
        positions=tuple(reading.newest.values()),
        rejected=tuple(reading.rejected),
        entities=len(entities),
        header_timed=frozenset(reading.header_timed),
    )


class _Reading:
    """One message being read: the newest fix of every vehicle so far, and what was refused."""

    def __init__(self, source: SourceId, received_at: datetime, area: Area | None, header_at: datetime | None) -> None:
        self.source = source
        self.received_at = received_at
        self.area = area
        self.header_at = header_at
        self.newest: dict[VehicleId, Position] = {}
        self.rejected: list[Rejected] = []
        self.header_timed: set[VehicleId] = set()
        self.vehicles = 0

    def add(self, entity: pb.FeedEntity) -> None:
        if entity.is_deleted or not entity.HasField("vehicle"):
            return
        self.vehicles += 1
        vehicle = entity.vehicle
        vehicle_id = _vehicle_id(vehicle.vehicle)
        if vehicle_id is None:
            self._reject(None, RejectReason.NO_VEHICLE_ID)
            return
        report = self._position(vehicle, vehicle_id)
        if isinstance(report, RejectReason):
            self._reject(vehicle_id, report)
            return
        if report.claim is None and vehicle.trip.trip_id:
            self._reject(vehicle_id, RejectReason.BAD_TRIP)
        known = self.newest.get(vehicle_id)
        if known is not None:
            self._reject(vehicle_id, RejectReason.DUPLICATE_ENTITY)
        # Of two equally new reports, the one that says what the bus is driving.
        if known is None or (known.fix_at, known.claim is not None) < (report.fix_at, report.claim is not None):
            self.newest[vehicle_id] = report
            (self.header_timed.discard if vehicle.timestamp else self.header_timed.add)(vehicle_id)

    def _position(self, vehicle: pb.VehiclePosition, vehicle_id: VehicleId) -> Position | RejectReason:
        timestamp = vehicle.timestamp
        fix_at = fix_time_or_reason(timestamp) if timestamp else self.header_at or RejectReason.NO_TIMESTAMP
        if isinstance(fix_at, RejectReason):
            return fix_at
        position = vehicle.position
        if not position.IsInitialized():
            return RejectReason.NO_POSITION
        place = place_or_reason(position.latitude, position.longitude, self.area)
        if isinstance(place, RejectReason):
            return place
        return Position(
            source=self.source,
            vehicle_id=vehicle_id,
            fix_at=fix_at,
            received_at=self.received_at,
            place=place,
            bearing_deg=bearing_or_none(position.bearing) if position.HasField("bearing") else None,
            speed_mps=speed_or_none(position.speed) if position.HasField("speed") else None,
            claim=_claim(vehicle.trip),
        )

    def _reject(self, vehicle_id: VehicleId | None, reason: RejectReason) -> None:
        self.rejected.append(Rejected(self.source, vehicle_id, reason))


def _vehicle_id(vehicle: pb.VehicleDescriptor) -> VehicleId | None:
    """The number painted on the bus: the id, or else the label."""
    text = identifier_or_none(vehicle.id) or identifier_or_none(vehicle.label)
    return VehicleId(text) if text else None


def _claim(trip: pb.TripDescriptor) -> RunClaim | None:
    """What the feed says the bus drives; None where it names no trip (a bus between runs) or cannot be read."""
    run_id = identifier_or_none(trip.trip_id)
    start_date = trip.start_date
    if run_id is None or len(start_date) not in (0, len("YYYYMMDD")):
        return None
    return _short_claim(run_id, start_date, trip.schedule_relationship == pb.TripDescriptor.CANCELED)


@lru_cache(maxsize=MAX_ENTITIES)  # every message repeats the claims of the last; none is long, so memory is bounded
def _short_claim(run_id: str, start_date: str | bytes, cancelled: bool) -> RunClaim | None:
    service_date = _service_date(start_date)
    if start_date and service_date is None:
        return None
    return RunClaim(RunId(run_id), service_date, cancelled)


def _service_date(text: str | bytes) -> date | None:
    """GTFS writes YYYYMMDD."""
    if isinstance(text, bytes) or not (len(text) == 8 and text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _header_time(header: pb.FeedHeader) -> datetime | None:
    stamp = fix_time_or_reason(header.timestamp)
    return None if isinstance(stamp, RejectReason) else stamp


def _not_a_message(body: bytes) -> Unreadable:
    if body.lstrip()[:1] == b"<":
        return Unreadable(MessageFault.HTML, "The feed sent a web page instead of positions.")
    if body.startswith(b"\x1f\x8b"):
        return Unreadable(MessageFault.COMPRESSED, "The feed sent a gzip file without saying that it is one.")
    return Unreadable(MessageFault.UNDECODABLE, "The feed's message is damaged or is not GTFS-realtime.")


def encode(positions: Iterable[Position], header_at: datetime) -> bytes:
    """A full GTFS-realtime 2.0 message of vehicle positions. Times are cut to whole seconds."""
    message = pb.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.incrementality = pb.FeedHeader.FULL_DATASET
    message.header.timestamp = int(header_at.timestamp())
    for position in positions:
        vehicle = message.entity.add(id=position.vehicle_id).vehicle
        vehicle.vehicle.id = position.vehicle_id
        vehicle.timestamp = int(position.fix_at.timestamp())
        vehicle.position.latitude = position.place.lat
        vehicle.position.longitude = position.place.lon
        if position.bearing_deg is not None:
            vehicle.position.bearing = position.bearing_deg
        if position.speed_mps is not None:
            vehicle.position.speed = position.speed_mps
        if (claim := position.claim) is not None:
            vehicle.trip.trip_id = claim.run_id
            if claim.service_date is not None:
                vehicle.trip.start_date = claim.service_date.isoformat().replace("-", "")
            if claim.cancelled:
                vehicle.trip.schedule_relationship = pb.TripDescriptor.CANCELED
    return message.SerializeToString()
