"""A vehicle's past decides what is believed of it: by example, one bus at a time."""

from dataclasses import replace
from datetime import datetime, timedelta

from busline.geo import LatLon
from busline.ids import SourceId, VehicleId
from busline.position import Position, RejectReason
from feeds.screening import Screen, Silence
from tests.feed_bytes import MORNING

METRES_NORTH = 1 / 111_195
"""Degrees of latitude in a metre."""


def fix(seconds: float, metres: float = 0.0, *, bus: str = "512", speed: float | None = None) -> Position:
    """A fix so many seconds after the morning began, so many metres up the street."""
    at = MORNING + timedelta(seconds=seconds)
    return Position(
        SourceId("district"), VehicleId(bus), at, at, LatLon(42.35 + metres * METRES_NORTH, -71.06), speed_mps=speed
    )


def judged(screen: Screen, position: Position, now: datetime | None = None) -> RejectReason | None:
    """Why the report was refused, or None where it was taken."""
    screened = screen.take([position], now or max(position.fix_at, MORNING))
    assert len(screened.positions) + len(screened.rejected) == 1
    return screened.rejected[0].reason if screened.rejected else None


def test_the_same_fix_again_is_a_duplicate_and_an_older_one_is_older() -> None:
    screen = Screen()
    assert judged(screen, fix(30)) is None
    assert judged(screen, fix(30)) is RejectReason.DUPLICATE
    assert judged(screen, fix(20, 50)) is RejectReason.OLDER_THAN_LAST
    assert judged(screen, fix(40, 50)) is None


def test_buses_are_remembered_apart() -> None:
    screen = Screen()
    assert judged(screen, fix(30, bus="1")) is None
    assert judged(screen, fix(20, 5_000, bus="2")) is None


def test_a_fix_a_little_ahead_of_our_clock_counts_as_taken_now() -> None:
    screen = Screen()
    screened = screen.take([fix(45)], MORNING)
    assert [position.fix_at for position in screened.positions] == [MORNING]
    assert judged(screen, fix(45), MORNING + timedelta(seconds=10)) is RejectReason.DUPLICATE


def test_a_fix_further_ahead_is_of_the_future_and_leaves_no_trace() -> None:
    screen = Screen()
    assert judged(screen, fix(61), MORNING) is RejectReason.FUTURE
    assert judged(screen, fix(1), MORNING + timedelta(seconds=2)) is None


def test_a_fix_of_an_hour_ago_is_ancient_and_one_of_half_an_hour_ago_is_a_last_sighting() -> None:
    screen = Screen()
    assert judged(screen, fix(-3_601, bus="1"), MORNING) is RejectReason.ANCIENT
    assert judged(screen, fix(-1_800, bus="2"), MORNING) is None


def test_a_single_jump_is_a_teleport_and_the_bus_goes_on_from_where_it_was() -> None:
    screen = Screen()
    assert judged(screen, fix(0)) is None
    assert judged(screen, fix(10, 5_000)) is RejectReason.TELEPORT
    assert judged(screen, fix(20, 100)) is None


def test_two_fixes_that_agree_on_the_new_place_are_believed() -> None:
    screen = Screen()
    assert judged(screen, fix(0, 80_000)) is None
    assert judged(screen, fix(10, 0)) is RejectReason.TELEPORT
    assert judged(screen, fix(20, 60)) is None
    assert judged(screen, fix(30, 120)) is None


def test_jumps_that_do_not_agree_with_each_other_are_never_believed() -> None:
    screen = Screen()
    assert judged(screen, fix(0)) is None
    for step in range(1, 8):
        assert judged(screen, fix(step * 10, step * 20_000)) is RejectReason.TELEPORT


def test_two_units_that_share_a_number_do_not_make_one_bus_jump_to_and_fro() -> None:
    screen = Screen()
    taken = [judged(screen, fix(step * 5, (step % 2) * 9_000 + step * 20)) for step in range(12)]
    assert taken[::2] == [None] * 6
    assert taken[1::2] == [RejectReason.TELEPORT] * 6


def test_the_same_jump_repeated_by_the_next_poll_does_not_confirm_itself() -> None:
    screen = Screen()
    assert judged(screen, fix(0)) is None
    assert judged(screen, fix(10, 5_000)) is RejectReason.TELEPORT
    assert judged(screen, fix(10, 5_000)) is RejectReason.TELEPORT


def test_after_a_silence_a_bus_may_be_as_far_away_as_it_can_have_driven() -> None:
    screen = Screen()
    assert judged(screen, fix(0)) is None
    assert judged(screen, fix(600, 20_000)) is None


def test_a_gps_that_claims_to_move_on_one_spot_for_minutes_is_frozen() -> None:
    screen = Screen()
    taken = [judged(screen, fix(seconds, speed=8.0)) for seconds in range(0, 211, 30)]
    assert taken[:6] == [None] * 6
    assert taken[6:] == [RejectReason.FROZEN] * 2
    assert judged(screen, fix(240, 400, speed=8.0)) is None


def test_a_bus_that_stands_still_is_not_frozen() -> None:
    screen = Screen()
    assert [judged(screen, fix(seconds, speed=0.0)) for seconds in range(0, 900, 30)] == [None] * 30


def test_one_fix_with_a_speed_at_the_end_of_a_layover_is_the_departure_and_not_a_frozen_gps() -> None:
    screen = Screen()
    for seconds in range(0, 600, 30):
        assert judged(screen, fix(seconds, speed=0.0)) is None
    assert judged(screen, fix(600, speed=2.4)) is None
    assert judged(screen, fix(630, 90, speed=6.0)) is None


def test_a_bus_timed_only_by_the_header_is_news_only_when_it_has_moved_or_says_that_it_stands() -> None:
    screen, timed = Screen(), {VehicleId("512")}

    def taken(position: Position) -> bool:
        return bool(screen.take([position], position.fix_at, timed).positions)

    assert taken(fix(0))
    assert not taken(fix(10))
    assert not taken(fix(20, speed=5.0))
    assert taken(fix(30, speed=0.0))
    assert taken(fix(40, 80))


def test_many_buses_that_stop_reporting_together_are_a_silence() -> None:
    screen = Screen()
    fleet = [fix(0, bus=str(number)) for number in range(12)]
    screen.take(fleet, MORNING)
    later = MORNING + timedelta(seconds=200)
    screen.take(fleet, later)
    assert screen.silence(MORNING + timedelta(seconds=100)) is None
    assert screen.silence(later) == Silence(since=MORNING, vehicles=12)
    screen.take([fix(205, 50, bus="3")], later + timedelta(seconds=10))
    assert screen.silence(later + timedelta(seconds=10)) is None


def test_a_garage_that_fills_up_in_the_evening_is_no_silence() -> None:
    screen = Screen()
    for number in range(40):
        at = MORNING + timedelta(seconds=number * 120)
        screen.take([replace(fix(number * 120, bus=str(number)), received_at=at)], at)
    assert screen.silence(MORNING + timedelta(hours=3)) is None


def test_vehicles_long_gone_are_forgotten_so_that_made_up_ids_do_not_fill_the_memory() -> None:
    screen = Screen()
    for wave in range(8):
        now = MORNING + timedelta(hours=2 * wave)
        screen.take([fix(7_200 * wave, bus=f"{wave}-{number}") for number in range(1_500)], now)
        assert len(screen) <= 2 * 1_500
