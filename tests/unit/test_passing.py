"""What happened at the calls between two fixes."""

import pytest

from busline.tracking.passing import Passing, Stretch, first_ahead, pass_calls

STOPS = [0.0, 400.0, 800.0, 1_200.0]


def seen(from_at: float, from_m: float, to_at: float, to_m: float) -> Stretch:
    return Stretch(from_at, from_m, to_at, to_m, seen=True)


def unseen(from_at: float, from_m: float, to_at: float, to_m: float) -> Stretch:
    return Stretch(from_at, from_m, to_at, to_m, seen=False)


def test_nothing_happens_between_stops() -> None:
    assert pass_calls(STOPS, 1, None, seen(0, 100, 10, 200)) == (1, [])


def test_a_stop_driven_past_is_arrived_at_and_left_within_seconds() -> None:
    next_call, [passing] = pass_calls(STOPS, 1, None, seen(0, 300, 20, 500))
    assert next_call == 2
    assert (passing.call_index, passing.departed_at) == (1, 11.5)
    assert passing.arrived_at == 9.0


def test_several_stops_in_one_stretch_are_passed_in_order() -> None:
    next_call, passings = pass_calls(STOPS, 1, None, seen(0, 300, 60, 900))
    assert next_call == 3
    assert [passing.call_index for passing in passings] == [1, 2]


def test_a_bus_that_comes_to_its_stop_has_arrived_and_not_left() -> None:
    assert pass_calls(STOPS, 1, None, seen(0, 300, 10, 400)) == (1, [Passing(1, 9.0, None)])
    assert pass_calls(STOPS, 1, 9.0, seen(10, 395, 20, 398)) == (1, [])


def test_it_leaves_when_it_is_far_enough_beyond_or_beyond_twice_running() -> None:
    assert pass_calls(STOPS, 1, 9.0, seen(20, 398, 30, 418))[1] == [], "one fix beyond may be noise"
    assert pass_calls(STOPS, 1, 9.0, seen(30, 418, 40, 419)) == (2, [Passing(1, 9.0, 30)])
    next_call, [passing] = pass_calls(STOPS, 1, 9.0, seen(20, 400, 30, 450))
    assert (next_call, passing.departed_at) == (2, 23.0)


def test_standing_a_little_short_of_a_stop_is_being_there() -> None:
    assert pass_calls(STOPS, 1, None, seen(0, 386, 10, 387)) == (1, [Passing(1, 0, None)])
    assert pass_calls(STOPS, 1, None, seen(0, 340, 10, 387)) == (1, []), "it is still coming"


def test_stops_passed_unseen_are_passed_without_a_word() -> None:
    assert pass_calls(STOPS, 1, None, unseen(0, 300, 600, 900)) == (3, [])


def test_a_bus_last_seen_standing_at_a_stop_was_there_at_least_until_then() -> None:
    assert pass_calls(STOPS, 1, 5.0, unseen(30, 401, 600, 900)) == (3, [Passing(1, 5.0, 30)])


def test_a_bus_found_standing_at_a_stop_after_a_silence_is_there_since_it_is_found() -> None:
    assert pass_calls(STOPS, 1, None, unseen(0, 100, 600, 401)) == (1, [Passing(1, 600, None)])


def test_the_last_stop_is_reached_a_little_before_it_and_never_left() -> None:
    next_call, [passing] = pass_calls(STOPS, 3, None, seen(0, 1_100, 10, 1_180))
    assert (next_call, passing.departed_at) == (4, None)
    assert pass_calls(STOPS, 3, None, unseen(0, 900, 600, 1_195)) == (4, [])


@pytest.mark.parametrize(("metres", "call"), [(0, 0), (14, 0), (16, 1), (400, 1), (416, 2), (1_300, 4)])
def test_the_first_call_ahead_of_a_bus_first_seen_here(metres: float, call: int) -> None:
    assert first_ahead(STOPS, metres) == call
