"""Passes by earlier buses: holds, lateness, and nothing of the future."""

import numpy as np
import pytest

from busline.earlier_passes import EarlierPasses, Pass, pulled
from busline.road import Road

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


def ahead(memory: EarlierPasses, lateness: float, now: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    return memory.ahead(ROAD, "run", START, 500.0, START + lateness + 50.0, np.array([900.0, 1_500.0]), now)


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
    to_m = np.array([1_500.0])
    same, _ = memory.ahead(ROAD, "run", START, 500.0, START + 75.0, to_m, 0.0)
    unknown, _ = memory.ahead(ROAD, "a third", START, 500.0, START + 75.0, to_m, 0.0)
    assert unknown[0] == pytest.approx(100.0, abs=5.0)
    assert same[0] >= 150.0


def test_a_path_nobody_has_driven_tells_nothing() -> None:
    seconds, weight = ahead(EarlierPasses(), 0.0)
    assert np.isnan(seconds).all()
    assert pulled(np.array([100.0, 300.0]), seconds, weight).tolist() == [100.0, 300.0]


def test_few_passes_move_an_expectation_less_than_many() -> None:
    mean = np.array([100.0, 100.0, 100.0])
    moved = pulled(mean, np.array([200.0, 200.0, 5_000.0]), np.array([0.5, 50.0, 50.0]))
    assert 100 < moved[0] < moved[1] < 130
    assert moved[2] < 280
