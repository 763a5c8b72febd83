"""How today is going: one factor an area, drawn towards the district's."""

import numpy as np
import pytest

from busline.travel_times.district_pace import AREA_M, FASTEST, SHARE, DistrictPace, areas_of


def take(pace: DistrictPace, at: float, took: float, expected: float, area: int = 0) -> None:
    pace.take(np.array([area]), np.array([at]), np.array([took]), np.array([expected]))


def test_an_ordinary_day_is_one_everywhere() -> None:
    assert DistrictPace(3).factors(0.0).tolist() == [1, 1, 1]


def test_slow_streets_slow_the_next_half_hour_by_about_half_as_much() -> None:
    pace = DistrictPace(1)
    for minute in range(15):
        take(pace, 60.0 * minute, 26_000.0, 20_000.0)
    assert pace.factors(900.0)[0] == pytest.approx(1.3**SHARE, rel=0.01)


def test_a_slow_quarter_slows_its_own_buses_most_and_those_elsewhere_a_little() -> None:
    pace = DistrictPace(3)
    for minute in range(15):
        take(pace, 60.0 * minute, 3_000.0, 2_000.0, area=0)
        take(pace, 60.0 * minute, 2_000.0, 2_000.0, area=1)
    slow, usual, unseen = pace.factors(900.0)
    assert slow > unseen > usual > 1
    assert slow > 1.15
    assert usual < 1.06


def test_a_few_links_hardly_count_and_no_day_is_beyond_bounds() -> None:
    pace = DistrictPace(1)
    take(pace, 0.0, 60.0, 10.0)
    assert pace.factors(1.0)[0] < 1.03
    take(pace, 61.0, 1e6, 1e4)
    assert pace.factors(62.0)[0] == pytest.approx(FASTEST**SHARE)


def test_what_is_long_past_is_forgotten() -> None:
    pace = DistrictPace(1)
    take(pace, 0.0, 20_000.0, 10_000.0)
    assert pace.factors(1_201.0)[0] == pytest.approx(1.0)
    pace.take(np.empty(0, np.intp), np.empty(0), np.empty(0), np.empty(0))
    assert pace.factors(2_600.0)[0] == pytest.approx(1.0)


def test_areas_are_squares_and_only_those_with_streets_count() -> None:
    places = np.array([[10.0, 10.0], [AREA_M - 1, 5.0], [AREA_M + 1, 5.0], [-1.0, 7 * AREA_M]])
    area, count = areas_of(places)
    assert count == 3
    assert area[0] == area[1]
    assert len(set(area.tolist())) == 3
    assert areas_of(np.empty((0, 2)))[1] == 0
