"""Whatever the bytes: a message, or one named fault. Never an exception, never a position that cannot be."""

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from busline.geo import Area, LatLon, distance_m
from busline.ids import RunId, SourceId, VehicleId
from busline.position import Position, RunClaim
from feeds.gtfs_rt import Message, Unreadable, decode, encode
from feeds.plausible import FASTEST_MPS
from feeds.screening import AHEAD_SECONDS, JUMP_ALLOWANCE_M, Screen
from feeds.wire import NotProtobufError, top_level_fields
from tests.feed_bytes import MORNING, a_fleet, a_message, add_bus

SOURCE = SourceId("district")
AREA = Area(south=42.0, west=-72.0, north=43.0, east=-70.0)


def hold_to_the_promise(body: bytes) -> Message | Unreadable:
    """Decode, and check everything that a caller relies on."""
    decoded = decode(body, source=SOURCE, received_at=MORNING, area=AREA)
    if isinstance(decoded, Unreadable):
        assert decoded.words
        return decoded
    vehicles = [position.vehicle_id for position in decoded.positions]
    assert len(vehicles) == len(set(vehicles))
    for position in decoded.positions:
        assert AREA.holds(position.place)
        assert position.fix_at.tzinfo is not None
        assert position.vehicle_id.isprintable()
        assert position.vehicle_id
        assert position.bearing_deg is None or 0.0 <= position.bearing_deg < 360.0
        assert position.speed_mps is None or 0.0 <= position.speed_mps <= 40.0
        assert position.claim is None or position.claim.run_id.encode("utf-8")
    screened = Screen().take(decoded.positions, MORNING, decoded.header_timed)
    assert len(screened.positions) + len(screened.rejected) == len(decoded.positions)
    assert all(position.fix_at <= MORNING for position in screened.positions)
    return decoded


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_never_raise(body: bytes) -> None:
    hold_to_the_promise(body)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_behind_a_good_header_never_raise(body: bytes) -> None:
    hold_to_the_promise(a_message().SerializeToString() + body)


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_random_bytes_as_an_entity_never_raise(entity: bytes) -> None:
    hold_to_the_promise(a_message().SerializeToString() + b"\x12" + bytes([len(entity)]) + entity)


def full_message() -> bytes:
    message = a_fleet(4)
    vehicle = add_bus(message, "512", trip="run-7", start_date="20260908")
    vehicle.position.bearing, vehicle.position.speed = 90.0, 8.5
    return message.SerializeToString()


def test_a_cut_at_every_byte_never_raises_and_never_invents_a_bus() -> None:
    body = full_message()
    whole = hold_to_the_promise(body)
    assert isinstance(whole, Message)
    for cut in range(len(body)):
        part = hold_to_the_promise(body[:cut])
        if isinstance(part, Message):
            assert part.entities < whole.entities
            assert part.positions == whole.positions[: len(part.positions)]


def test_a_flip_of_every_bit_never_raises() -> None:
    body = full_message()
    for bit in range(len(body) * 8):
        flipped = bytearray(body)
        flipped[bit // 8] ^= 1 << bit % 8
        hold_to_the_promise(bytes(flipped))


def test_bytes_scrambled_in_several_places_never_raise() -> None:
    rng = random.Random(20260908)
    body = full_message()
    for _ in range(2_000):
        scrambled = bytearray(body)
        for _ in range(rng.randint(1, 12)):
            scrambled[rng.randrange(len(scrambled))] = rng.randrange(256)
        hold_to_the_promise(bytes(scrambled))


@settings(deadline=None)
@given(
    lat=st.floats(width=32), lon=st.floats(width=32), bearing=st.floats(width=32), speed=st.floats(width=32),
    stamp=st.integers(0, 2**64 - 1), header=st.integers(0, 2**64 - 1),
)  # fmt: skip
def test_no_number_in_any_field_raises(
    lat: float, lon: float, bearing: float, speed: float, stamp: int, header: int
) -> None:
    message = a_message()
    message.header.timestamp = header
    vehicle = add_bus(message, lat=lat, lon=lon)
    vehicle.position.bearing, vehicle.position.speed, vehicle.timestamp = bearing, speed, stamp
    hold_to_the_promise(message.SerializeToString())


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_cutting_into_fields_ends_and_loses_nothing(body: bytes) -> None:
    try:
        fields = list(top_level_fields(body, 1_000))
    except NotProtobufError:
        return
    assert sum(len(field) for _, field in fields) <= len(body)


identifiers = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=20)
moments = st.integers(-3_600, 0).map(lambda seconds: MORNING + timedelta(seconds=seconds))
claims = st.none() | st.builds(RunClaim, identifiers.map(RunId), st.none() | st.dates(), st.booleans())
places = st.builds(LatLon, st.floats(42.0625, 42.9375, width=32), st.floats(-71.75, -70.25, width=32))


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Position,
            source=st.just(SOURCE),
            vehicle_id=identifiers.map(VehicleId),
            fix_at=moments,
            received_at=st.just(MORNING),
            place=places,
            bearing_deg=st.none() | st.floats(0, 359.75, width=32),
            speed_mps=st.none() | st.floats(0, 40, width=32),
            claim=claims,
        ),
        max_size=8,
        unique_by=lambda position: position.vehicle_id,
    )
)
def test_what_is_encoded_is_what_is_decoded(positions: list[Position]) -> None:
    decoded = decode(encode(positions, MORNING), source=SOURCE, received_at=MORNING, area=AREA)
    assert isinstance(decoded, Message)
    assert list(decoded.positions) == positions
    assert decoded.rejected == ()
    assert decoded.header_at == MORNING


reports = st.lists(
    st.tuples(st.integers(-300, 300), st.floats(42.1, 42.9), st.none() | st.floats(0, 40)), min_size=1, max_size=30
)


@settings(deadline=None)
@given(reports)
def test_every_fix_believed_of_a_bus_is_newer_than_the_last_and_can_be_reached_from_one_it_gave_before(
    raw: list[tuple[int, float, float | None]],
) -> None:
    screen = Screen()
    given_before: list[Position] = []
    newest = None
    for step, (seconds, lat, speed) in enumerate(raw):
        now = MORNING + timedelta(seconds=10 * step)
        report = Position(
            SOURCE, VehicleId("512"), now + timedelta(seconds=seconds), now, LatLon(lat, -71.0), None, speed
        )
        taken = screen.take([report], now).positions
        if taken:
            assert report.fix_at <= now + timedelta(seconds=AHEAD_SECONDS)
            assert taken[0].fix_at <= now
            assert newest is None or report.fix_at > newest
            assert newest is None or any(reachable(before, report) for before in given_before)
            newest = report.fix_at
        given_before.append(report)


def reachable(before: Position, after: Position) -> bool:
    seconds = (after.fix_at - before.fix_at).total_seconds()
    return seconds > 0 and distance_m(before.place, after.place) <= JUMP_ALLOWANCE_M + FASTEST_MPS * seconds
