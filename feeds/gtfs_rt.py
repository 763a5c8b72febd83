"""GTFS-realtime bytes in, positions out: `decode` a feed's message, and `encode` one of our own.

Nothing in a message is believed. A message that cannot be used is one `Unreadable`, an entity that cannot be used is
one `Rejected` with its reason; neither is an exception. What depends on earlier messages (a bus that jumps,
a header that goes backwards) is judged in `screening.py` and `continuity.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import compress, repeat
from operator import attrgetter
from typing import Any, cast

import numpy as np
from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as pb

from busline.geo import Area
from busline.ids import RunId, SourceId, VehicleId
from busline.position import Floats, Position, Positions, Rejected, RejectReason, Rows, RunClaim
from feeds.plausible import (
    LONGEST_ID,
    bearings_or_nan,
    fix_time_or_reason,
    identifier_or_none,
    is_plain_fix,
    place_or_reason,
    speeds_or_nan,
)
from feeds.wire import FieldTooLargeError, NotProtobufError, TooManyFieldsError, top_level_fields

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
    positions: Sequence[Position]
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
    portions: list[bytes] = []
    try:
        for number, field in top_level_fields(body, MAX_ENTITIES, together=_ENTITY, longest=MAX_ENTITY_BYTES):
            if number == _ENTITY:
                portions.append(field)
            elif number == _HEADER:
                header.MergeFromString(field)
        if not header.IsInitialized():
            return Unreadable(MessageFault.NO_HEADER, "The feed's message has no GTFS-realtime header.")
        if header.incrementality == pb.FeedHeader.DIFFERENTIAL:
            return Unreadable(MessageFault.DIFFERENTIAL, "The feed sends changes only; Busline reads full messages.")
        reading = _Reading(source, received_at, area, _header_time(header))
        for portion in portions:
            reading.add(pb.FeedMessage.FromString(portion).entity)
    except TooManyFieldsError:
        return Unreadable(
            MessageFault.TOO_MANY_ENTITIES, f"The feed's message holds more than {MAX_ENTITIES:,} entries."
        )
    except FieldTooLargeError as field:
        return Unreadable(
            MessageFault.ENTITY_TOO_LARGE, f"One entry of the feed's message takes {field.length:,} bytes."
        )
    except (NotProtobufError, DecodeError):
        # One bad byte and the rest cannot be trusted either: half of all single bit flips still parse.
        return _not_a_message(body)
    if reading.entities and not reading.vehicles:
        return Unreadable(
            MessageFault.NO_VEHICLES,
            f"The feed sent {reading.entities:,} entries and no vehicle. Is it the address for vehicle positions?",
        )
    return reading.message()


class _Reading:
    """One message being read, portion by portion: the columns so far, and what was refused."""

    def __init__(self, source: SourceId, received_at: datetime, area: Area | None, header_at: datetime | None) -> None:
        self._source = source
        self._received_at = received_at
        self._area = area
        self._header_at = header_at
        self._rejected: list[Rejected] = []
        self._vehicle_id: list[VehicleId] = []
        self._claim: list[RunClaim | None] = []
        self._numbers: list[Floats] = []
        """A portion each: (columns, rows) moment, place, bearing, speed, and 1 where the moment is the header's."""
        self.entities = 0
        self.vehicles = 0

    def add(self, entities: Sequence[pb.FeedEntity]) -> None:
        """Read the next entities. What is not plainly a fix of a bus is looked at one by one, in `_judge`."""
        self.entities += len(entities)
        if not len(entities):
            return
        # Field by field: the loops are then those of C.
        vehicles = list(map(attrgetter("vehicle"), entities))
        places, trips = list(map(attrgetter("position"), vehicles)), list(map(attrgetter("trip"), vehicles))
        vehicle_id = _vehicle_ids(list(map(attrgetter("vehicle.id"), vehicles)))
        run_ids = list(map(attrgetter("trip_id"), trips))
        start_dates = list(map(attrgetter("start_date"), trips))
        claim = _claims(run_ids, start_dates, list(map(attrgetter("schedule_relationship"), trips)))
        at = _column(vehicles, "timestamp")
        lat, lon = _column(places, "latitude"), _column(places, "longitude")
        bearing, speed = _column(places, "bearing"), _column(places, "speed")
        for values, name in ((bearing, "bearing"), (speed, "speed")):
            # What is absent reads as nought, too.
            nought = np.flatnonzero(values == 0.0)
            is_there = map(pb.Position.HasField, map(places.__getitem__, nought.tolist()), repeat(name))
            values[nought[~np.fromiter(is_there, np.bool_, len(nought))]] = np.nan
        header_timed = at == 0.0
        if self._header_at is not None:
            at[header_timed] = self._header_at.timestamp()
        odd = ~is_plain_fix(at, lat, lon, self._area)
        odd |= np.fromiter(map(attrgetter("is_deleted"), entities), np.bool_, len(entities))
        if not (all(vehicle_id) and all(claim)):
            read = zip(vehicle_id, claim, run_ids, strict=True)
            odd |= np.array([name is None or (said is None and run_id != "") for name, said, run_id in read])
        taken = np.ones(len(entities), np.bool_)
        for row in np.flatnonzero(odd).tolist():
            report = self._judge(entities[row])
            if report is None:
                taken[row] = False
            else:
                vehicle_id[row], claim[row] = report.vehicle_id, report.claim
                at[row], lat[row], lon[row] = report.fix_at.timestamp(), report.place.lat, report.place.lon
        self.vehicles += len(entities) - int(odd.sum())
        self._numbers.append(
            np.stack([at, lat, lon, bearings_or_nan(bearing), speeds_or_nan(speed), header_timed])[:, taken]
        )
        self._vehicle_id += cast("Iterable[VehicleId]", compress(vehicle_id, taken))  # a row without one is not taken
        self._claim += compress(claim, taken)

    def _judge(self, entity: pb.FeedEntity) -> Position | None:
        """The report of one entity, or None where it is none; then, and where it lacks something, it is said why."""
        if entity.is_deleted or not entity.HasField("vehicle"):
            return None
        self.vehicles += 1
        vehicle = entity.vehicle
        # The number painted on the bus: the id, or else the label.
        vehicle_id = _vehicle_id(vehicle.vehicle.id) or _vehicle_id(vehicle.vehicle.label)
        if vehicle_id is None:
            self._reject(None, RejectReason.NO_VEHICLE_ID)
            return None
        stamp = vehicle.timestamp
        fix_at = fix_time_or_reason(stamp) if stamp else self._header_at or RejectReason.NO_TIMESTAMP
        if isinstance(fix_at, RejectReason):
            self._reject(vehicle_id, fix_at)
            return None
        position = vehicle.position
        if not position.IsInitialized():
            self._reject(vehicle_id, RejectReason.NO_POSITION)
            return None
        place = place_or_reason(position.latitude, position.longitude, self._area)
        if isinstance(place, RejectReason):
            self._reject(vehicle_id, place)
            return None
        trip = vehicle.trip
        claim = _claim(trip.trip_id, trip.start_date, trip.schedule_relationship)
        if claim is None and trip.trip_id:
            self._reject(vehicle_id, RejectReason.BAD_TRIP)
        return Position(self._source, vehicle_id, fix_at, self._received_at, place, claim=claim)

    def _reject(self, vehicle_id: VehicleId | None, reason: RejectReason) -> None:
        self._rejected.append(Rejected(self._source, vehicle_id, reason))

    def message(self) -> Message:
        """Everything read, of each vehicle the newest fix."""
        at, lat, lon, bearing, speed, header_timed = np.concatenate([np.empty((6, 0)), *self._numbers], axis=1)
        positions = Positions(
            self._source, self._received_at, self._vehicle_id, at, lat, lon, bearing, speed, self._claim
        )
        timed = header_timed > 0
        if len(set(self._vehicle_id)) < len(self._vehicle_id):
            rows = self._newest(at.tolist())
            positions, timed = positions.rows(rows), timed[rows]
        return Message(
            source=self._source,
            header_at=self._header_at,
            positions=positions,
            rejected=tuple(self._rejected),
            entities=self.entities,
            header_timed=frozenset(compress(positions.vehicle_id, timed.tolist())),
        )

    def _newest(self, at: Sequence[float]) -> Rows:
        """The row of each vehicle's newest fix, in the order in which vehicles first come."""
        newest: dict[VehicleId, int] = {}
        for row, vehicle_id in enumerate(self._vehicle_id):
            known = newest.setdefault(vehicle_id, row)
            if known != row:
                self._reject(vehicle_id, RejectReason.DUPLICATE_ENTITY)
                # Of two equally new reports, the one that says what the bus is driving.
                if (at[known], self._claim[known] is not None) < (at[row], self._claim[row] is not None):
                    newest[vehicle_id] = row
        return np.fromiter(newest.values(), np.intp, len(newest))


def _column(messages: Sequence[Any], field: str) -> Floats:
    return np.fromiter(map(attrgetter(field), messages), np.float64, len(messages))


def _vehicle_ids(texts: Sequence[str | bytes]) -> list[VehicleId | None]:
    # Every message repeats the names of the last. None that is remembered is long, so memory is bounded.
    return list(map(_short_vehicle_id if max(map(len, texts)) <= LONGEST_ID else _vehicle_id, texts))


def _vehicle_id(text: str | bytes) -> VehicleId | None:
    name = identifier_or_none(text)
    return None if name is None else VehicleId(name)


def _claims(
    run_ids: Sequence[str | bytes], start_dates: Sequence[str | bytes], relations: Sequence[int]
) -> list[RunClaim | None]:
    short = max(map(len, run_ids)) <= LONGEST_ID and max(map(len, start_dates)) <= LONGEST_ID
    return list(map(_short_claim if short else _claim, run_ids, start_dates, relations))


def _claim(run_id: str | bytes, start_date: str | bytes, relation: int) -> RunClaim | None:
    """What the feed says the bus drives; None where it names no trip (a bus between runs) or cannot be read."""
    name = identifier_or_none(run_id)
    service_date = _service_date(start_date) if start_date else None
    if name is None or (start_date and service_date is None):
        return None
    return RunClaim(RunId(name), service_date, relation == pb.TripDescriptor.CANCELED)


_short_vehicle_id = lru_cache(maxsize=MAX_ENTITIES)(_vehicle_id)
_short_claim = lru_cache(maxsize=MAX_ENTITIES)(_claim)


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
