"""Stretches of a path that are passed over because a fix is far from them hold no candidate."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from busline.timetable import Run
from busline.tracking.paths import Paths
from tests.properties.test_tracking import streets
from tests.tracking_builder import make_timetable

Floats = NDArray[np.float64]


def nearest(run: Run, within_m: float, xy: Floats, low: float, high: float) -> list[float]:
    """Where along the window [low, high] the distance to a fix is least locally, by walking it in steps of 10 cm."""
    along = np.append(np.arange(low, high, 0.1), high)
    path = run.pattern
    places = np.stack([np.interp(along, path.path_distance_m, path.path_xy[:, axis]) for axis in (0, 1)], axis=1)
    offset = np.hypot(*(places - xy).T)
    padded = np.concatenate([[np.inf], offset, [np.inf]])
    least = (padded[1:-1] <= padded[:-2]) & (padded[1:-1] < padded[2:]) & (offset <= within_m)
    return [float(one) for one in along[least]]


@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 10_000), and_back=st.booleans())
def test_candidates_are_the_places_that_a_walk_along_the_window_finds(
    data: st.DataObject, seed: int, and_back: bool
) -> None:
    run = data.draw(streets(and_back=and_back))
    paths, dice = Paths(make_timetable(run)), np.random.default_rng(seed)
    length, queries = float(run.pattern.path_distance_m[-1]), 12
    low = dice.uniform(0, length, queries)
    high = np.minimum(low + dice.choice([5.0, 150.0, 1_100.0, 9_000.0], queries), length)
    at = dice.integers(0, len(run.pattern.path_xy), queries)
    xy = run.pattern.path_xy[at] + dice.normal(0, 25, (queries, 2))
    found = paths.candidates(np.zeros(queries, np.intp), xy, low, high)
    for query in range(queries):
        mine = found.distance_m[found.query == query]
        walked = nearest(run, float(paths.within_m[0]), xy[query], float(low[query]), float(high[query]))
        for place in walked:
            assert np.abs(mine - place).min(initial=np.inf) < 1.0
        for place in mine:
            assert np.abs(np.array(walked) - place).min(initial=np.inf) < 1.0 or is_flat(run, xy[query], place)


def is_flat(run: Run, xy: Floats, place: float) -> bool:
    """Round a corner, and where a path turns back on itself, places a little apart may be equally near."""
    path = run.pattern
    around = np.clip(place + np.array([-1.0, 0.0, 1.0]), 0, float(path.path_distance_m[-1]))
    places = np.stack([np.interp(around, path.path_distance_m, path.path_xy[:, axis]) for axis in (0, 1)], axis=1)
    offset = np.hypot(*(places - xy).T)
    return bool(np.ptp(offset) < 0.1) or bool(offset[1] > 59.9)
