"""Which paths pass near a place, against looking at all of them."""

import numpy as np

from busline.recognition.path_index import PathIndex
from busline.tracking.paths import WITHIN_APPROXIMATE_M, WITHIN_M, Paths
from tests.tracking_builder import make_pattern, make_run, make_timetable, street


def test_every_path_within_its_tolerance_is_found_wherever_one_asks() -> None:
    dice = np.random.default_rng(2)
    runs = []
    for number in range(12):
        corners = [(float(x), float(y)) for x, y in dice.uniform(-2_000, 2_000, (5, 2))]
        pattern = make_pattern(street(*corners, every_m=400 if number % 3 else 4_000), approximate=number % 4 == 0)
        runs.append(make_run(f"R{number}", pattern))
    timetable = make_timetable(*runs)
    paths = Paths(timetable)
    places = dice.uniform(-2_500, 2_500, (400, 2))
    near = PathIndex(timetable, paths).near(places)
    found = paths.candidates(near.pattern, places[near.query], near.low_m, near.high_m)
    told = {
        (int(near.query[query]), int(near.pattern[query])): float(offset)
        for query, offset in sorted(
            zip(found.query.tolist(), found.offset_m.tolist(), strict=True), key=lambda o: -o[1]
        )
    }
    everything = np.repeat(np.arange(len(places)), len(runs))
    pattern_rows = np.tile(np.arange(len(runs)), len(places))
    whole = paths.candidates(pattern_rows, places[everything], np.zeros(len(everything)), paths.length_m[pattern_rows])
    truth: dict[tuple[int, int], float] = {}
    for query, offset in zip(whole.query.tolist(), whole.offset_m.tolist(), strict=True):
        pair = int(everything[query]), int(pattern_rows[query])
        truth[pair] = min(offset, truth.get(pair, np.inf))
    assert len(truth) > 200
    assert {pair: round(offset, 6) for pair, offset in told.items()} == {
        pair: round(offset, 6) for pair, offset in truth.items()
    }
    assert max(truth.values()) > WITHIN_M
    assert max(truth.values()) <= WITHIN_APPROXIMATE_M


def test_only_a_few_segments_are_looked_at() -> None:
    run = make_run("R", street((0, 0), (20_000, 0)))
    timetable = make_timetable(run)
    near = PathIndex(timetable, Paths(timetable)).near(np.array([[10_000.0, 10.0]]))
    assert len(near.query) == 1
    assert near.high_m[0] - near.low_m[0] < 500


def test_a_plan_without_paths_passes_near_nothing() -> None:
    timetable = make_timetable()
    assert len(PathIndex(timetable, Paths(timetable)).near(np.zeros((3, 2))).query) == 0
