"""The path of a route without a shape, from where its buses were seen."""

import numpy as np

from busline.travel_times.learned_path import learn_path

RANDOM = np.random.default_rng(4)
CORNER = np.array([[0.0, 0.0], [1_000.0, 0.0], [1_000.0, 1_500.0]])


def place(along: np.ndarray) -> np.ndarray:
    return np.stack([np.minimum(along, 1_000.0), np.maximum(along - 1_000.0, 0.0)], axis=1)


def test_a_path_is_found_to_within_gps_noise() -> None:
    along = RANDOM.uniform(0, 2_500, 600)
    learned = learn_path(along, place(along) + RANDOM.normal(0, 8, (600, 2)))
    assert learned is not None
    points, distance = learned
    assert (np.diff(distance) > 0).all()
    assert np.hypot(*(points - place(distance)).T).max() < 25


def test_a_bus_off_its_route_does_not_bend_the_path() -> None:
    along = RANDOM.uniform(0, 2_500, 300)
    seen = place(along)
    astray = RANDOM.random(300) < 0.08
    seen[astray] += 700.0
    learned = learn_path(along, seen)
    assert learned is not None
    points, distance = learned
    assert np.quantile(np.hypot(*(points - place(distance)).T), 0.95) < 25


def test_a_single_sighting_far_away_is_left_out() -> None:
    along = np.arange(0.0, 2_500.0, 50.0)
    seen = place(along)
    seen[20] += 3_000.0
    learned = learn_path(along, seen)
    assert learned is not None
    assert learned[0].max() < 2_000


def test_too_few_sightings_make_no_path() -> None:
    assert learn_path(np.arange(14.0) * 100, np.zeros((14, 2))) is None
    assert learn_path(np.full(40, 7.0), np.zeros((40, 2))) is None
