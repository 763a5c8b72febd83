"""Passes by earlier buses: holds, lateness, and nothing of the future."""

import numpy as np
import pytest

from busline.travel_times.earlier_passes import EarlierPasses, Now, Pass, pulled
from busline.travel_times.road import Road

ROAD = Road(np.arange(0.0, 2_001.0, 100.0), np.arange(20))
START = 8 * 3_600.0
EARLIER_DAY = np.full(21, -np.inf)


def held_at_a_timepoint(lateness: float) -> np.ndarray:
    """Ten seconds a link; nobody leaves the place at 1,000 m before 200 s after the planned start."""
    at = START + lateness + 10.0 * np.arange(21)
    return at + np.where(np.arange(21) > 10, max(0.0, START + 200.0 - at[10]), 0.0)


def passes() -> EarlierPasses:
    memory = EarlierPasses()
    for day in range(9):
        for lateness in (-30.0, 0.0, 30.0, 240.0, 300.0):
            one = Pass(f"run {day}", START, held_at_a_timepoint(lateness), EARLIER_DAY, 1.0)
            memory.take(ROAD, one)
    return memory


def ahead(
    memory: EarlierPasses, lateness: float, now: float = 0.0, *, stood: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """For a bus that is on the link from 500 m on, which it entered as late as that and so many seconds ago."""
    entered = START + lateness + 50.0
    return memory.ahead(ROAD, "run", START, 5, entered, np.array([900.0, 1_500.0]), Now(entered + stood, now))


def test_an_early_bus_is_expected_to_wait_where_early_buses_waited() -> None:
    seconds, weight = ahead(passes(), 0.0)
    assert seconds[0] == pytest.approx(40.0)
    assert seconds[1] == pytest.approx(200.0, abs=10.0)
    assert (weight > 1).all()


def test_a_late_bus_is_not() -> None:
    seconds, _ = ahead(passes(), 280.0)
    assert seconds == pytest.approx([40.0, 100.0])


def test_a_pass_of_today_counts_once_it_was_known() -> None:
    memory = EarlierPasses()
    at = held_at_a_timepoint(240.0)
    memory.take(ROAD, Pass("run", START, at, at + 30.0, 1.0))
    seconds, weight = ahead(memory, 240.0, now=START + 240.0 + 90.0 + 29.0)
    assert np.isnan(seconds).all()
    assert (weight == 0).all()
    seconds, weight = ahead(memory, 240.0, now=START + 240.0 + 100.0 + 30.0)
    assert seconds[0] == pytest.approx(40.0)
    assert np.isnan(seconds[1])
    assert weight[0] == pytest.approx(3.0)


def test_the_same_run_on_another_day_counts_three_times() -> None:
    memory = EarlierPasses()
    for run, each in (("other", 10.0), ("another", 10.0), ("run", 20.0)):
        at = START + each * np.arange(21, dtype=np.float64)
        memory.take(ROAD, Pass(run, START, at, EARLIER_DAY, 1.0))
    to_m, now = np.array([1_500.0]), Now(START + 75.0, 0.0)
    same, _ = memory.ahead(ROAD, "run", START, 5, START + 75.0, to_m, now)
    unknown, _ = memory.ahead(ROAD, "a third", START, 5, START + 75.0, to_m, now)
    assert unknown[0] == pytest.approx(100.0, abs=5.0)
    assert same[0] >= 150.0


def test_the_longer_a_bus_has_stood_at_a_hold_the_sooner_it_goes_on() -> None:
    memory, at_hold = passes(), START + 100.0
    to_m = np.array([1_500.0])
    just_come, _ = memory.ahead(ROAD, "run", START, 10, at_hold, to_m, Now(at_hold, 0.0))
    a_minute_later, _ = memory.ahead(ROAD, "run", START, 10, at_hold, to_m, Now(at_hold + 60.0, 0.0))
    assert just_come[0] - a_minute_later[0] == pytest.approx(60.0)


def test_a_bus_that_stood_longer_than_any_other_still_has_the_way_before_it() -> None:
    memory, at_hold = passes(), START + 100.0
    seconds, _ = memory.ahead(ROAD, "run", START, 10, at_hold, np.array([1_500.0]), Now(at_hold + 900.0, 0.0))
    assert seconds[0] == pytest.approx(40.0, abs=2.0)


def test_a_path_nobody_has_driven_tells_nothing() -> None:
    seconds, weight = ahead(EarlierPasses(), 0.0)
    assert np.isnan(seconds).all()
    assert pulled(np.array([100.0, 300.0]), seconds, weight).tolist() == [100.0, 300.0]


def test_few_passes_move_an_expectation_less_than_many() -> None:
    mean = np.array([100.0, 100.0])
    moved = pulled(mean, np.array([200.0, 200.0]), np.array([0.5, 50.0]))
    assert 100 < moved[0] < moved[1] < 135


def test_a_wait_is_believed_nearly_whole_even_of_few_passes() -> None:
    moved = pulled(np.array([100.0]), np.array([700.0]), np.array([1.0]))
    assert moved[0] == pytest.approx(100 + 0.3 * 0.4 * 120 + 480 / 1.1)
