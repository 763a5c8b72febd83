"""How many children are expected at every call, by the roster."""

import pytest

from busline.ids import RunId, StopId
from busline.travel_times.riders import Boarding, expected_riders
from tests.builders import make_run, make_timetable

FIRST, SECOND, OTHER = make_run("first"), make_run("second", start="8:00"), make_run("other", start="9:00")
TIMETABLE = make_timetable([FIRST, SECOND, OTHER])


def boards(run: str, stop: str, riders: int, sequence: int | None = None) -> Boarding:
    return Boarding(RunId(run), StopId(stop), sequence, riders)


def test_riders_are_counted_by_call_and_a_known_run_has_none_elsewhere() -> None:
    found = expected_riders(TIMETABLE, [boards("first", "S1", 3), boards("first", "S1", 2), boards("first", "S3", 1)])
    assert found.at_calls[RunId("first")].tolist() == [0, 5, 0, 1, 0, 0]
    assert RunId("other") not in found.at_calls


def test_what_a_stop_usually_has_is_the_mean_over_the_runs_that_stop_there() -> None:
    found = expected_riders(TIMETABLE, [boards("first", "S1", 4), boards("second", "S1", 1), boards("second", "S2", 2)])
    assert found.at_stop[StopId("S1")] == pytest.approx(2.5)
    assert found.at_stop[StopId("S2")] == pytest.approx(1.0)


def test_runs_and_stops_that_the_plan_does_not_have_are_passed_over() -> None:
    assert expected_riders(TIMETABLE, [boards("gone", "S1", 4), boards("first", "nowhere", 4)]).at_calls == {}


def test_a_sequence_tells_two_calls_at_one_stop_apart() -> None:
    assert expected_riders(TIMETABLE, [boards("first", "S1", 4, 2)]).at_calls[RunId("first")][1] == 4
    assert expected_riders(TIMETABLE, [boards("first", "S1", 4, 5)]).at_calls == {}
