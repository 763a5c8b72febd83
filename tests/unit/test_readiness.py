"""When to be at the stop: p10 of a bus under way, earlier in a run's first week and before it has begun."""

import numpy as np
import pytest
from numpy.typing import NDArray

from busline.accuracy.scoring import MISSED_SECONDS
from busline.travel_times.band import QUANTILES
from busline.travel_times.outlook import Stage
from busline.travel_times.readiness import be_ready_at

TOLD = np.array([[1_000.0 * quantile for quantile in QUANTILES]])
"""A band of a thousand seconds, evenly filled: each quantile lies at so many."""


def ready(told: NDArray[np.float64], stage: Stage, *, new: bool = False) -> float:
    return float(be_ready_at(told, np.array([stage], np.int8), np.array([new], np.int8))[0])


def test_a_bus_under_way_is_waited_for_from_p10_on_and_from_p05_in_its_first_week() -> None:
    assert ready(TOLD, Stage.UNDER_WAY) == 100
    assert ready(TOLD, Stage.UNDER_WAY, new=True) == 50


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.EARLIER, Stage.UNSEEN])
def test_before_it_has_begun_99_of_100_must_be_met(stage: Stage) -> None:
    assert ready(TOLD, stage) == 10 + MISSED_SECONDS
    wide = 10 * TOLD
    assert ready(wide, stage) == 100 + MISSED_SECONDS


@pytest.mark.parametrize("stage", list(Stage))
def test_it_is_never_later_than_p10(stage: Stage) -> None:
    narrow = 0.1 * TOLD
    assert ready(narrow, stage) == 10
    assert ready(narrow, stage, new=True) == 5
