"""One factor for how today is going."""

import numpy as np
import pytest

from busline.travel_times.district_pace import FASTEST, SHARE, DistrictPace


def test_an_ordinary_day_is_one() -> None:
    assert DistrictPace().factor(0.0) == 1.0


def test_slow_streets_slow_the_next_half_hour_by_about_half_as_much() -> None:
    pace = DistrictPace()
    for minute in range(30):
        pace.take(np.array([60.0 * minute]), np.array([13_000.0]), np.array([10_000.0]))
    assert pace.factor(1_800.0) == pytest.approx(1.3**SHARE, rel=0.01)


def test_a_few_links_hardly_count_and_no_day_is_beyond_bounds() -> None:
    pace = DistrictPace()
    pace.take(np.array([0.0]), np.array([60.0]), np.array([10.0]))
    assert pace.factor(1.0) < 1.02
    pace.take(np.array([61.0]), np.array([1e6]), np.array([1e4]))
    assert pace.factor(62.0) == pytest.approx(FASTEST**SHARE)


def test_what_is_long_past_is_forgotten() -> None:
    pace = DistrictPace()
    pace.take(np.array([0.0]), np.array([20_000.0]), np.array([10_000.0]))
    assert pace.factor(2_500.0) == 1.0
    pace.take(np.empty(0), np.empty(0), np.empty(0))
    assert pace.factor(2_600.0) == 1.0
