"""A route without a shape: straight lines between stops become the street that buses were seen on."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from busline.position import Position
from busline.service_day import moment
from busline.timetable import Pattern, Run, Timetable
from busline.travel_times.driven_path import driven_pattern, with_driven_paths
from tests.tracking_builder import DAY, ZONE, drive, make_pattern, make_run, make_timetable, steady, street

RANDOM = np.random.default_rng(7)
STREET = street((0, 0), (1_500, 0), (1_500, 1_200), (400, 1_200), (400, 2_400))
STOPS_M = [0.0, 800.0, 2_100.0, 3_200.0, 5_000.0]


def true_pattern() -> Pattern:
    return make_pattern(STREET, STOPS_M)


def bare_pattern() -> Pattern:
    """The same stops, joined by straight lines as a plan without shapes has them."""
    true = true_pattern()
    stops = np.stack([np.interp(STOPS_M, true.path_distance_m, STREET[:, axis]) for axis in (0, 1)], axis=1)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stops, axis=0).T))])
    return replace(true, path_xy=stops, path_distance_m=along, stop_distance_m=along, approximate=True)


def track(phase: float, *, from_m: float = -60.0, to_m: float = 5_060.0, noise_m: float = 6.0) -> np.ndarray:
    """A bus seen every 240 m, some way before the first stop and beyond the last."""
    true = true_pattern()
    where = np.arange(from_m + phase, to_m, 240.0)
    places = np.stack([np.interp(where, true.path_distance_m, STREET[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(places + RANDOM.normal(0, noise_m, places.shape))


def off_street(points: np.ndarray) -> np.ndarray:
    apart = np.hypot(*(points[:, None, :] - STREET[None, :, :]).transpose(2, 0, 1))
    return np.asarray(apart.min(1))


def learned(tracks: list[np.ndarray]) -> Pattern:
    pattern = driven_pattern(bare_pattern(), tracks)
    assert pattern is not None
    return pattern


def test_the_path_follows_the_street_round_its_corners() -> None:
    assert off_street(bare_pattern().path_xy).max() < 25
    straight = np.stack(
        [np.interp(np.arange(0, 4_000, 50), bare_pattern().path_distance_m, xy) for xy in bare_pattern().path_xy.T], 1
    )
    assert off_street(straight).max() > 150
    pattern = learned([track(24.0 * n) for n in range(10)])
    assert not pattern.approximate
    assert np.quantile(off_street(pattern.path_xy), 0.9) < 30
    assert off_street(pattern.path_xy).max() < 60


def test_stops_lie_as_far_along_it_as_buses_drive() -> None:
    pattern = learned([track(24.0 * n) for n in range(10)])
    driven = np.diff(pattern.stop_distance_m)
    assert driven == pytest.approx(np.diff(STOPS_M), rel=0.08)
    assert (np.diff(pattern.path_distance_m) > 0).all()
    assert pattern.stop_ids == bare_pattern().stop_ids


def test_buses_that_drove_a_part_of_the_way_count_for_that_part() -> None:
    first = [track(40.0 * n, to_m=3_300.0) for n in range(5)]
    second = [track(40.0 * n, from_m=2_000.0) for n in range(5)]
    pattern = learned(first + second)
    assert np.diff(pattern.stop_distance_m) == pytest.approx(np.diff(STOPS_M), rel=0.12)


def test_a_bus_that_went_another_way_does_not_move_the_path() -> None:
    astray = track(0.0)
    astray[8:12] += (900.0, 600.0)
    pattern = learned([*(track(24.0 * n) for n in range(10)), astray])
    assert np.quantile(off_street(pattern.path_xy), 0.9) < 30


@pytest.mark.parametrize("tracks", [[], [track(0.0)], [track(0.0), track(80.0)], [np.zeros((1, 2))] * 9])
def test_too_few_tracks_leave_the_straight_lines(tracks: list[np.ndarray]) -> None:
    assert driven_pattern(bare_pattern(), tracks) is None


def timetable_and_days(days: int) -> tuple[Timetable, list[Position]]:
    run = make_run("r", true_pattern())
    positions: list[Position] = []
    for day in range(days):
        late = timedelta(seconds=17 * day)
        for one in drive(run, steady(run)):
            assert one.claim is not None
            claim = replace(one.claim, service_date=None)
            positions.append(replace(one, fix_at=one.fix_at + timedelta(days=day) + late, claim=claim))
    bare = replace(run, pattern=bare_pattern())
    return make_timetable(bare, make_run("other", street((0, 5_000), (2_000, 5_000)))), positions


def test_a_timetable_learns_from_positions_that_claim_its_runs() -> None:
    timetable, positions = timetable_and_days(6)
    learned = with_driven_paths(timetable, positions)
    run: Run = next(run for run in learned.runs.values() if run.run_id == "r")
    assert not run.pattern.approximate
    assert off_street(run.pattern.path_xy).max() < 60
    assert learned.planned_start(DAY, run) == moment(DAY, run.start_seconds, ZONE)


def test_what_has_a_shape_and_what_nobody_drove_stay_as_they_are() -> None:
    timetable, positions = timetable_and_days(6)
    learned = with_driven_paths(timetable, positions)
    other = next(run for run in timetable.runs.values() if run.run_id == "other")
    assert learned.runs[other.run_id] is other
    assert with_driven_paths(timetable, []) is timetable
    shaped = make_timetable(other)
    assert with_driven_paths(shaped, positions) is shaped
