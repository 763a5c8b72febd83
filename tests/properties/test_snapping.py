"""What holds for stops placed along any path."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from feeds.plan.snapping import snap_in_order

Array = NDArray[np.float64]

coordinate = st.integers(-2_000, 2_000).map(float)
point = st.tuples(coordinate, coordinate)
shares = st.lists(st.floats(0, 1), min_size=2, max_size=12).map(sorted)


def path_of(points: list[tuple[float, float]]) -> tuple[Array, Array]:
    xy = np.array(points, np.float64)
    apart = np.concatenate([[True], np.hypot(*np.diff(xy, axis=0).T) > 0])
    xy = xy[apart]
    if len(xy) < 2:
        xy = np.vstack([xy[0], xy[0] + (1.0, 0.0)])
    return xy, np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])


@settings(max_examples=150, deadline=None)
@given(st.lists(point, min_size=2, max_size=15), st.lists(point, min_size=2, max_size=12))
def test_places_never_go_backwards_and_lie_on_the_path(
    path: list[tuple[float, float]], stops: list[tuple[float, float]]
) -> None:
    path_xy, along_m = path_of(path)
    stop_xy = np.array(stops, np.float64)
    snapped = snap_in_order(stop_xy, path_xy, along_m)
    assert np.all(np.diff(snapped.distance_m) >= 0)
    assert snapped.distance_m[0] >= 0
    assert snapped.distance_m[-1] <= along_m[-1]
    at = np.column_stack([np.interp(snapped.distance_m, along_m, path_xy[:, axis]) for axis in (0, 1)])
    np.testing.assert_allclose(np.hypot(*(stop_xy - at).T), snapped.offset_m, atol=1e-6)


@settings(max_examples=150, deadline=None)
@given(st.lists(point, min_size=2, max_size=15), shares)
def test_stops_in_order_on_a_path_that_crosses_itself_are_all_placed_on_it(
    path: list[tuple[float, float]], along: list[float]
) -> None:
    path_xy, along_m = path_of(path)
    places_m = np.array(along) * along_m[-1]
    stop_xy = np.column_stack([np.interp(places_m, along_m, path_xy[:, axis]) for axis in (0, 1)])
    snapped = snap_in_order(stop_xy, path_xy, along_m)
    # A placement without any offset exists, so the cheapest one has none either.
    assert snapped.offset_m.max() < 1e-3
