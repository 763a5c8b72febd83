"""Stops placed along a path, in order."""

import numpy as np
import pytest
from numpy.typing import NDArray

from feeds.plan.snapping import Expected, Snapped, snap_in_order

Points = list[tuple[float, float]]


def snap(stops: Points, path: Points, expected: Expected | None = None) -> Snapped:
    path_xy = np.array(path, np.float64)
    return snap_in_order(np.array(stops, np.float64), path_xy, metres_along(path_xy), expected)


def metres_along(path_xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path_xy, axis=0).T))])


def test_stops_beside_a_street_lie_at_their_nearest_points() -> None:
    snapped = snap([(10, 8), (500, -6), (990, 8)], [(0, 0), (1000, 0)])
    assert snapped.distance_m == pytest.approx([10, 500, 990])
    assert snapped.offset_m == pytest.approx([8, 6, 8])


def test_the_first_and_last_call_of_a_loop_lie_at_its_two_ends() -> None:
    square: Points = [(0, 0), (400, 0), (400, 400), (0, 400), (0, 0)]
    snapped = snap([(0, 0), (400, 200), (0, 200), (0, 0)], square)
    assert snapped.distance_m == pytest.approx([0, 600, 1400, 1600])


def test_a_stop_called_at_twice_at_a_crossing_of_the_path_lies_at_both_passes() -> None:
    eight: Points = [(-500, 0), (500, 0), (500, 500), (0, 500), (0, -500)]
    snapped = snap([(-500, 0), (0, 0), (500, 400), (0, 0), (0, -400)], eight)
    assert snapped.distance_m == pytest.approx([0, 500, 1400, 2500, 2900])


def test_order_decides_on_an_out_and_back_street() -> None:
    out_and_back: Points = [(0, 0), (1000, 0), (0, 0)]
    snapped = snap([(0, 0), (1000, 0), (300, 4), (100, 4)], out_and_back)
    assert snapped.distance_m == pytest.approx([0, 1000, 1700, 1900])


def test_the_side_of_a_divided_road_outweighs_the_times() -> None:
    divided: Points = [(0, 0), (2000, 0), (2000, 20), (0, 20)]
    stops: Points = [(0, 0), (500, -3), (0, 20)]
    late = Expected(np.array([0.0, 3400.0, 4020.0]), 225 / 4020)
    assert snap(stops, divided, late).distance_m == pytest.approx([0, 500, 4020])


def test_two_stops_in_the_wrong_order_by_a_few_metres_share_a_place() -> None:
    # Across the street from one another; the export lists the further one first.
    snapped = snap([(0, 0), (505, 8), (500, -8), (1000, 0)], [(0, 0), (1000, 0)])
    assert np.all(np.diff(snapped.distance_m) >= 0)
    assert snapped.distance_m[1:3] == pytest.approx([502.5, 502.5], abs=3)
    assert snapped.offset_m.max() < 12


def test_one_badly_placed_stop_does_not_drag_its_neighbours() -> None:
    snapped = snap([(0, 0), (400, 0), (5000, 900), (600, 0), (1000, 0)], [(0, 0), (1000, 0)])
    assert snapped.distance_m[[0, 1, 3, 4]] == pytest.approx([0, 400, 600, 1000], abs=1)


def test_unknown_expectations_pull_nowhere() -> None:
    nowhere = Expected(np.array([np.nan, np.nan]), 1.0)
    assert snap([(200, 5), (700, 5)], [(0, 0), (1000, 0)], nowhere).distance_m == pytest.approx([200, 700])
