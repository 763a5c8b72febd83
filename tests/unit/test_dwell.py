"""Standing is set apart from driving where runs on one street differ in where they stop."""

from datetime import timedelta

import numpy as np
import pytest

from busline.fleet import StopVisit
from busline.ids import RunId, StopId, VehicleId
from busline.timetable import Pattern, Run
from busline.travel_times.boarding import EACH_SECONDS, NOBODY_SECONDS
from busline.travel_times.crossing import Crossings
from busline.travel_times.dwell import FEWEST_VISITS, LONGEST_SECONDS, Dwells, driving_seconds
from busline.travel_times.riders import ExpectedRiders
from busline.travel_times.road import network_of
from busline.travel_times.travel import TravelModel
from tests.tracking_builder import (
    PACE_MPS,
    at,
    drive,
    follow,
    fresh_tracker,
    key_of,
    make_pattern,
    make_run,
    make_timetable,
    street,
)

HIGH_STREET = street((0, 0), (4_000, 0))
STOPPING = make_pattern(HIGH_STREET, [0.0, 1_050.0, 2_050.0, 3_050.0, 4_000.0])
EXPRESS = make_pattern(HIGH_STREET, [0.0, 4_000.0])
STAND = 60.0


def visit(run: Run, call: int, stood: float) -> StopVisit:
    begun = at(run, 100.0)
    ended = begun + timedelta(seconds=stood + 4)
    return StopVisit(key_of(run), call, call + 1, run.pattern.stop_ids[call], VehicleId("1"), begun, ended)


def learned(*patterns: Pattern, stood: float = STAND) -> Dwells:
    dwells = Dwells(network_of(list(patterns)))
    dwells.take([visit(make_run("r", STOPPING), 1 + index % 3, stood) for index in range(2 * FEWEST_VISITS)])
    return dwells


def test_a_stop_that_other_runs_pass_is_set_apart_and_the_ends_of_a_run_are_not() -> None:
    stands = learned(STOPPING, EXPRESS).stands(STOPPING)
    assert stands == pytest.approx([0, STAND, STAND, STAND, 0])
    assert learned(STOPPING, EXPRESS).stands(EXPRESS).tolist() == [0, 0]


def test_where_all_runs_call_standing_stays_with_the_street() -> None:
    also = make_pattern(street((0, 0), (4_000, 0), (4_000, 500)), [0.0, 1_050.0, 2_050.0, 3_050.0, 4_500.0])
    assert learned(STOPPING, also).stands(STOPPING).tolist() == [0] * 5


def test_nothing_is_set_apart_before_anything_is_known_and_odd_stands_are_cut_short() -> None:
    fresh = Dwells(network_of([STOPPING, EXPRESS]))
    fresh.take([visit(make_run("r", STOPPING), 1, 30.0)])
    assert fresh.stands(STOPPING).tolist() == [0] * 5
    assert learned(STOPPING, EXPRESS, stood=3_000).stands(STOPPING)[1] == pytest.approx(LONGEST_SECONDS)


def test_a_stop_that_nobody_knows_stands_for_all_and_another_day_begins_with_what_this_one_knew() -> None:
    elsewhere = make_pattern(street((0, 0), (4_000, 0)), [0.0, 1_500.0, 4_000.0])
    renamed = Pattern(
        (StopId("a"), StopId("new"), StopId("b")), elsewhere.stop_distance_m, elsewhere.path_xy,
        elsewhere.path_distance_m, approximate=False,
    )  # fmt: skip
    dwells = learned(STOPPING, EXPRESS, renamed)
    assert dwells.stands(renamed)[1] == pytest.approx(STAND, rel=0.01)
    tomorrow = Dwells(network_of([STOPPING, EXPRESS]))
    tomorrow.recall(dict.fromkeys(STOPPING.stop_ids, (STAND, 100)))
    assert tomorrow.stands(STOPPING)[1] == pytest.approx(STAND, rel=0.01)


def rostered(riders: dict[str, list[float]], *patterns: Pattern) -> Dwells:
    """Dwells that know the riders of runs on STOPPING."""
    at_calls = {RunId(run): np.array(calls) for run, calls in riders.items()}
    mean = np.mean(list(at_calls.values()), axis=0).tolist()
    known = ExpectedRiders(at_calls, dict(zip(STOPPING.stop_ids, mean, strict=True)))
    return Dwells(network_of(list(patterns)), riders=known)


FULL, EMPTY, UNKNOWN = make_run("full", STOPPING), make_run("empty", STOPPING), make_run("unknown", STOPPING)


def test_more_riders_take_longer_as_visits_have_shown() -> None:
    dwells = rostered({"full": [0, 12, 1, 1, 0], "empty": [0, 2, 0, 1, 0]}, STOPPING, EXPRESS)
    for _ in range(FEWEST_VISITS):
        # Ten seconds, and five more for each.
        dwells.take([visit(FULL, 1, 70.0), visit(FULL, 2, 15.0), visit(EMPTY, 1, 20.0)])
    full = dwells.stands_at(dwells.rows_of([FULL]))
    empty = dwells.stands_at(dwells.rows_of([EMPTY]))
    assert full[1] - empty[1] == pytest.approx(50, abs=6)
    assert empty[2] == pytest.approx(NOBODY_SECONDS, abs=3)
    # Who is not on the roster is expected to stand as buses do there.
    assert dwells.stands_at(dwells.rows_of([UNKNOWN])) == pytest.approx(dwells.stands(STOPPING))


def test_what_a_stop_shows_beyond_its_riders_is_its_own_once_it_was_seen_often() -> None:
    riders = {"full": [0.0, 3.0, 3.0, 3.0, 0.0]}
    dwells = rostered(riders, STOPPING, EXPRESS)
    slow, *others = STOPPING.stop_ids[1:4]
    dwells.recall({slow: (90.0, 30)} | dict.fromkeys(others, (25.0, 500)))
    stands = dwells.stands_at(dwells.rows_of([FULL]))
    assert stands[1] == pytest.approx(85, abs=6)
    assert stands[2:4] == pytest.approx([25, 25], abs=3)
    once = rostered(riders, STOPPING, EXPRESS)
    once.recall({slow: (90.0, 1)} | dict.fromkeys(others, (25.0, 500)))
    assert 30 < once.stands_at(once.rows_of([FULL]))[1] < 50


def test_where_standing_stays_with_the_street_more_riders_than_usual_add_to_it() -> None:
    also = make_pattern(street((0, 0), (4_000, 0), (4_000, 500)), [0.0, 1_050.0, 2_050.0, 3_050.0, 4_500.0])
    stop = STOPPING.stop_ids[2]
    dwells = rostered({"full": [0, 0, 9, 0, 0], "empty": [0, 0, 1, 0, 0]}, STOPPING, also)
    dwells.recall({stop: (40.0, 2 * FEWEST_VISITS)})
    more, fewer = dwells.stands_at(dwells.rows_of([FULL]))[2], dwells.stands_at(dwells.rows_of([EMPTY]))[2]
    assert more == pytest.approx(-fewer)
    assert 4 * EACH_SECONDS < more < 8 * EACH_SECONDS


def test_the_times_ahead_of_a_run_hold_the_stands_of_its_own_riders() -> None:
    timetable = make_timetable(FULL, EMPTY, make_run("express", EXPRESS))
    dwells = rostered({"full": [0, 10, 10, 10, 0], "empty": [0, 1, 1, 1, 0]}, STOPPING, EXPRESS)
    dwells.recall(dict.fromkeys(STOPPING.stop_ids[1:4], (40.0, 500)))
    model = TravelModel(timetable, dwells=dwells)
    rows = np.array([model.row_of[FULL.run_id], model.row_of[EMPTY.run_id]])
    told = model.ahead(rows, np.zeros(2), np.zeros(2, np.intp), at(FULL, 0.0).timestamp())
    full, empty = told.seconds[told.bus == 0], told.seconds[told.bus == 1]
    stands = dwells.stands_at(dwells.rows_of([FULL])) - dwells.stands_at(dwells.rows_of([EMPTY]))
    assert (full - empty) == pytest.approx(np.cumsum([0, *stands[:-1]]))
    assert (full - empty)[-1] > 40


def test_standing_that_does_not_fit_between_two_sightings_is_taken_off_the_next() -> None:
    first, owed = driving_seconds(30.0, 60.0)
    second, left = driving_seconds(90.0, owed)
    assert first > 0
    assert first + second == pytest.approx(30 + 90 - 60)
    assert left == pytest.approx(0)


def test_the_clock_of_a_drive_stops_while_its_bus_stands() -> None:
    dwells = learned(STOPPING, EXPRESS)
    times = np.array([0.0, 100.0, 290.0, 350.0, 475.0])
    places = np.array([0.0, 800.0, 1_840.0, 2_320.0, 3_320.0])
    driven = dwells.driving(STOPPING, times, places)
    assert driven[-1] == pytest.approx(475 - 3 * STAND)
    assert dwells.driving(EXPRESS, times, places).tolist() == times.tolist()


def test_a_run_that_does_not_stop_does_not_inherit_the_stands_of_one_that_does() -> None:
    stopping, express = make_run("stopping", STOPPING), make_run("express", EXPRESS)
    timetable = make_timetable(stopping, express)
    model = TravelModel(timetable)
    model.dwells.recall(dict.fromkeys(STOPPING.stop_ids, (STAND, 500)))
    crossings, tracker = Crossings(timetable, model.network, model.dwells), fresh_tracker(timetable)
    profile, clock = [(0.0, 0.0)], 0.0
    for before, stop in zip(STOPPING.stop_distance_m, STOPPING.stop_distance_m[1:], strict=False):
        clock += float(stop - before) / PACE_MPS
        profile.append((clock, float(stop)))
        clock += STAND
        profile.append((clock, float(stop)))
    for step in follow(tracker, drive(stopping, profile)):
        model.learn(crossings.take(step.progress))

    def minutes(run: Run) -> float:
        rows, none = np.array([model.row_of[run.run_id]]), np.array([0])
        told = model.ahead(rows, np.array([0.0]), none, at(run, clock).timestamp())
        return float(told.seconds[-1]) / 60

    driving = 3_970 / PACE_MPS / 60
    assert minutes(express) == pytest.approx(driving, abs=0.5)
    # Half of it rests on the plan, which knows of no stands: three minutes come from the stops alone.
    assert minutes(stopping) == pytest.approx(driving + 3, abs=0.8)
