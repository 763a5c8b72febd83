"""What becomes of every kind of message and entity, the hostile ones first of all."""

import gzip
import math
from collections import Counter
from datetime import date, timedelta

import pytest
from google.transit import gtfs_realtime_pb2 as pb

from busline.geo import Area
from busline.ids import RunId, SourceId, VehicleId
from busline.position import RejectReason, RunClaim
from feeds import gtfs_rt
from feeds.gtfs_rt import Message, MessageFault, Unreadable, decode, encode
from tests.feed_bytes import BOSTON, MORNING, a_fleet, a_message, add_bus, posix

SOURCE = SourceId("district")
NEW_ENGLAND = Area(south=41.0, west=-73.0, north=43.0, east=-70.0)
TEXAS = Area(south=29.0, west=-99.0, north=31.0, east=-96.0)


def read(message: pb.FeedMessage | bytes, area: Area | None = None) -> Message:
    body = message if isinstance(message, bytes) else message.SerializePartialToString()
    decoded = decode(body, source=SOURCE, received_at=MORNING, area=area)
    assert isinstance(decoded, Message), decoded
    return decoded


def fault(body: bytes) -> MessageFault:
    decoded = decode(body, source=SOURCE, received_at=MORNING)
    assert isinstance(decoded, Unreadable), decoded
    assert decoded.words.endswith((".", "?"))
    return decoded.fault


def reasons(message: Message) -> dict[RejectReason, int]:
    return dict(Counter(rejected.reason for rejected in message.rejected))


def test_a_complete_report_becomes_a_position_with_everything_it_says() -> None:
    message = a_message()
    vehicle = add_bus(message, "512", at=MORNING - timedelta(seconds=12), trip="run-7", start_date="20260908")
    vehicle.position.bearing = 90.0
    vehicle.position.speed = 8.5
    decoded = read(message)
    (position,) = decoded.positions
    assert position.vehicle_id == "512"
    assert position.source == SOURCE
    assert position.fix_at == MORNING - timedelta(seconds=12)
    assert position.received_at == MORNING
    assert position.place.lat == pytest.approx(BOSTON[0], abs=1e-5)
    assert position.place.lon == pytest.approx(BOSTON[1], abs=1e-5)
    assert position.bearing_deg == 90.0
    assert position.speed_mps == 8.5
    assert position.claim == RunClaim(RunId("run-7"), date(2026, 9, 8))
    assert decoded.header_at == MORNING
    assert decoded.entities == 1
    assert decoded.rejected == ()


# Messages


def test_an_empty_body_is_a_fault_although_protobuf_reads_it_as_a_message() -> None:
    assert fault(b"") is MessageFault.EMPTY


def test_a_message_without_a_header_is_a_fault() -> None:
    message = pb.FeedMessage()
    add_bus(message)
    assert fault(message.SerializePartialToString()) is MessageFault.NO_HEADER


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<!DOCTYPE html><html><body>Maintenance</body></html>", MessageFault.HTML),
        (b"\n  <html></html>", MessageFault.HTML),
        (b'{"entity": []}', MessageFault.UNDECODABLE),
        (gzip.compress(b"anything", mtime=0), MessageFault.COMPRESSED),
        (b"\xff" * 40, MessageFault.UNDECODABLE),
        (b"\x12", MessageFault.UNDECODABLE),
    ],
)
def test_what_is_no_gtfs_realtime_is_named_for_what_it_is(body: bytes, expected: MessageFault) -> None:
    assert fault(body) is expected


def test_a_message_cut_inside_an_entity_is_undecodable() -> None:
    assert fault(a_fleet(3).SerializeToString()[:-5]) is MessageFault.UNDECODABLE


def test_one_damaged_entity_makes_the_whole_message_undecodable() -> None:
    body = a_fleet(2).SerializeToString() + b"\x12\x03\x0a\x7fx"
    assert fault(body) is MessageFault.UNDECODABLE


def test_a_message_of_changes_only_is_refused() -> None:
    message = a_fleet(1)
    message.header.incrementality = pb.FeedHeader.DIFFERENTIAL
    assert fault(message.SerializeToString()) is MessageFault.DIFFERENTIAL


@pytest.mark.parametrize("field", [b"\x12\x00", b"\x78\x01", b"\x7a\x00"], ids=["entities", "numbers", "strings"])
def test_fields_of_any_kind_are_counted_before_they_are_parsed(field: bytes) -> None:
    body = a_message().SerializeToString() + field * (gtfs_rt.MAX_ENTITIES + 1)
    assert fault(body) is MessageFault.TOO_MANY_ENTITIES


def test_one_entity_stuffed_with_a_million_parts_is_refused_unparsed() -> None:
    stuffed = b"\x1a" + b"\x80\x80\x40" + b"\x12\x00" * 524_288  # a trip update with that many empty stops
    length = len(stuffed)
    tag = b"\x12" + bytes([length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14])
    assert fault(a_message().SerializeToString() + tag + stuffed) is MessageFault.ENTITY_TOO_LARGE


def test_a_feed_of_trip_updates_is_recognised_as_the_wrong_address() -> None:
    message = a_message()
    message.entity.add(id="1").trip_update.trip.trip_id = "run-7"
    assert fault(message.SerializeToString()) is MessageFault.NO_VEHICLES


def test_a_message_of_no_entities_is_a_good_message_of_no_buses() -> None:
    assert read(a_message()).positions == ()


def test_a_feed_concatenated_with_itself_gives_each_bus_once() -> None:
    body = a_fleet(3).SerializeToString()
    decoded = read(body + body)
    assert [position.vehicle_id for position in decoded.positions] == ["1", "2", "3"]
    assert reasons(decoded) == {RejectReason.DUPLICATE_ENTITY: 3}
    assert decoded.entities == 6


def test_a_header_in_milliseconds_is_no_header_time() -> None:
    message = a_fleet(1)
    message.header.timestamp = posix(MORNING) * 1000
    assert read(message).header_at is None


# Vehicles


def test_a_bus_known_only_by_its_label_is_known_by_it() -> None:
    message = a_message()
    add_bus(message, "").vehicle.label = " 0512 "
    assert read(message).positions[0].vehicle_id == "0512"


def test_a_report_that_names_no_vehicle_is_rejected() -> None:
    message = a_message()
    add_bus(message, "")
    add_bus(message, "   ")
    assert reasons(read(message)) == {RejectReason.NO_VEHICLE_ID: 2}


@pytest.mark.parametrize("raw", [b"\xff\xfeCD", b"AB\x00D", b"A\nBC"], ids=["not UTF-8", "NUL", "line break"])
def test_an_identifier_that_is_no_text_is_rejected_and_goes_no_further(raw: bytes) -> None:
    message = a_message()
    add_bus(message, "ABCD")
    add_bus(message, "512", trip="ABCD"[::-1])
    decoded = read(message.SerializeToString().replace(b"ABCD", raw))
    assert [position.vehicle_id for position in decoded.positions] == ["512"]
    assert reasons(decoded) == {RejectReason.NO_VEHICLE_ID: 1}


def test_an_identifier_of_unbelievable_length_is_rejected() -> None:
    message = a_message()
    add_bus(message, "5" * 1000)
    assert reasons(read(message)) == {RejectReason.NO_VEHICLE_ID: 1}


def test_a_deleted_entity_is_not_a_report() -> None:
    message = a_fleet(2)
    message.entity[0].is_deleted = True
    decoded = read(message)
    assert [position.vehicle_id for position in decoded.positions] == ["2"]
    assert decoded.rejected == ()


def test_of_two_reports_of_one_bus_the_newer_fix_is_kept_whatever_the_order() -> None:
    older, newer = MORNING - timedelta(seconds=40), MORNING - timedelta(seconds=10)
    for first, second in ((older, newer), (newer, older)):
        message = a_message()
        add_bus(message, at=first)
        add_bus(message, at=second)
        decoded = read(message)
        assert [position.fix_at for position in decoded.positions] == [newer]
        assert reasons(decoded) == {RejectReason.DUPLICATE_ENTITY: 1}


def test_of_two_equally_new_reports_the_one_that_names_its_run_is_kept() -> None:
    message = a_message()
    add_bus(message)
    add_bus(message, trip="run-7")
    (position,) = read(message).positions
    assert position.claim == RunClaim(RunId("run-7"), None)


# Times


def test_a_bus_without_a_time_takes_the_headers_and_is_marked() -> None:
    message = a_message()
    add_bus(message, "1", at=None)
    add_bus(message, "2")
    decoded = read(message)
    assert [position.fix_at for position in decoded.positions] == [MORNING, MORNING]
    assert decoded.header_timed == {VehicleId("1")}


def test_a_bus_without_a_time_in_a_message_without_one_is_rejected() -> None:
    message = a_message(header_at=None)
    add_bus(message, at=None)
    assert reasons(read(message)) == {RejectReason.NO_TIMESTAMP: 1}


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        (posix(MORNING) * 1000, RejectReason.FUTURE),
        (2**63, RejectReason.FUTURE),
        (2**64 - 1, RejectReason.FUTURE),
        (1, RejectReason.ANCIENT),
        (315_964_800, RejectReason.ANCIENT),
    ],
    ids=["milliseconds", "2^63", "largest", "1970", "GPS epoch"],
)
def test_an_impossible_time_is_rejected_before_it_is_converted(stamp: int, reason: RejectReason) -> None:
    message = a_message()
    add_bus(message).timestamp = stamp
    assert reasons(read(message)) == {reason: 1}


# Places


@pytest.mark.parametrize(
    ("lat", "lon", "area", "reason"),
    [
        (math.nan, -71.0, None, RejectReason.NOT_A_NUMBER),
        (42.0, math.inf, None, RejectReason.NOT_A_NUMBER),
        (0.0, 0.0, None, RejectReason.NULL_ISLAND),
        (0.0, 0.0, NEW_ENGLAND, RejectReason.NULL_ISLAND),
        (91.0, -71.0, None, RejectReason.OUT_OF_RANGE),
        (42.0, -181.0, NEW_ENGLAND, RejectReason.OUT_OF_RANGE),
        (-71.06, 42.35, NEW_ENGLAND, RejectReason.SWAPPED),
        (-97.7, 30.3, TEXAS, RejectReason.SWAPPED),
        (48.85, 2.35, NEW_ENGLAND, RejectReason.OUT_OF_AREA),
    ],
)
def test_an_impossible_place_is_rejected_with_its_reason(
    lat: float, lon: float, area: Area | None, reason: RejectReason
) -> None:
    message = a_message()
    add_bus(message, lat=lat, lon=lon)
    assert reasons(read(message, area)) == {reason: 1}


def test_a_bus_without_a_place_is_rejected_and_its_neighbours_are_not() -> None:
    message = a_fleet(2)
    add_bus(message, "nowhere").ClearField("position")
    add_bus(message, "half").position.ClearField("longitude")
    decoded = read(message)
    assert len(decoded.positions) == 2
    assert reasons(decoded) == {RejectReason.NO_POSITION: 2}


@pytest.mark.parametrize(
    ("bearing", "kept"), [(0.0, 0.0), (360.0, 0.0), (359.5, 359.5), (-1.0, None), (361.0, None), (math.nan, None)]
)
def test_a_bearing_that_is_none_is_dropped_and_the_place_is_kept(bearing: float, kept: float | None) -> None:
    message = a_message()
    add_bus(message).position.bearing = bearing
    assert read(message).positions[0].bearing_deg == kept


@pytest.mark.parametrize(("speed", "kept"), [(0.0, 0.0), (26.5, 26.5), (65.0, None), (-1.0, None), (math.inf, None)])
def test_a_speed_no_bus_has_is_dropped_and_the_place_is_kept(speed: float, kept: float | None) -> None:
    message = a_message()
    add_bus(message).position.speed = speed
    assert read(message).positions[0].speed_mps == kept


def test_absent_bearing_and_speed_are_none_and_not_nought() -> None:
    message = a_message()
    add_bus(message)
    (position,) = read(message).positions
    assert position.bearing_deg is None
    assert position.speed_mps is None


# Claims


def test_a_bus_without_a_trip_makes_no_claim_and_is_no_fault() -> None:
    message = a_message()
    add_bus(message).trip.route_id = "12"
    decoded = read(message)
    assert decoded.positions[0].claim is None
    assert decoded.rejected == ()


@pytest.mark.parametrize("start_date", ["2026-09-08", "20261345", "today", "２０２６０９０８"])
def test_an_unreadable_start_date_costs_the_claim_and_not_the_position(start_date: str) -> None:
    message = a_message()
    add_bus(message, trip="run-7", start_date=start_date)
    decoded = read(message)
    assert decoded.positions[0].claim is None
    assert reasons(decoded) == {RejectReason.BAD_TRIP: 1}


def test_a_cancelled_trip_is_claimed_as_cancelled() -> None:
    message = a_message()
    add_bus(message, trip="run-7").trip.schedule_relationship = pb.TripDescriptor.CANCELED
    assert read(message).positions[0].claim == RunClaim(RunId("run-7"), None, cancelled=True)


def test_what_is_encoded_is_decoded_again() -> None:
    message = a_message()
    vehicle = add_bus(message, "512", at=MORNING - timedelta(seconds=12), trip="run-7", start_date="20260908")
    vehicle.position.bearing, vehicle.position.speed = 45.0, 3.25
    vehicle.trip.schedule_relationship = pb.TripDescriptor.CANCELED
    add_bus(message, "513")
    decoded = read(message)
    assert read(encode(decoded.positions, MORNING)) == decoded
