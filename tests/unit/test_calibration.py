"""Calibration: bands hold what they promise, and give way by themselves when reality changes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from busline.travel_times.band import QUANTILES, Z
from busline.travel_times.calibration import (
    FARTHEST,
    HORIZON_EDGES_SECONDS,
    Cells,
    Drift,
    calibrated,
    cells_of,
    horizon_of,
    no_calibration,
    scores_of,
)
from busline.travel_times.outlook import Outlook

Floats = NDArray[np.float64]
LOW, HIGH = QUANTILES.index(0.10), QUANTILES.index(0.90)
NORMAL = [Z[quantile] for quantile in QUANTILES]


def cells(count: int, *, stage: int = 0, horizon: int = 4, afternoon: int = 0, tier: int = 0) -> Cells:
    return Cells(*(np.full(count, value) for value in (stage, horizon, afternoon, tier)))


def joined(*parts: Cells) -> Cells:
    return Cells(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("stage", "horizon", "afternoon", "tier"))
    )


def numbered(count: int) -> NDArray[np.intp]:
    return np.arange(count)


def normal(count: int, sd: float = 1.0, mean: float = 0.0) -> Floats:
    return np.random.default_rng(7).normal(mean, sd, count)


def test_before_anything_has_happened_the_bands_own_shape_stands() -> None:
    assert no_calibration().z(cells(2, tier=2)).tolist() == [NORMAL, NORMAL]


def test_a_cell_with_enough_arrivals_has_its_own_quantiles_and_the_middle_stays() -> None:
    scores = normal(5_000, sd=2.0)
    told = calibrated(cells(5_000), scores, numbered(5_000), numbered(5_000)).z(cells(1))[0]
    assert told[LOW] == pytest.approx(-2.56, abs=0.1)
    assert told[HIGH] == pytest.approx(2.56, abs=0.1)
    assert told[QUANTILES.index(0.50)] == 0


def test_a_cell_with_few_arrivals_is_pooled_with_other_tiers_then_halves_then_horizons() -> None:
    many, few = 5_000, 100
    seen = joined(cells(many), cells(few, tier=1), cells(few, afternoon=1), cells(few, horizon=7))
    scores = np.concatenate([normal(many), np.full(3 * few, 9.0)])
    arrivals = numbered(many + 3 * few)
    calibration = calibrated(seen, scores, arrivals, arrivals)
    for alike in (cells(1, tier=1), cells(1, afternoon=1), cells(1, horizon=7)):
        assert calibration.z(alike)[0, HIGH] < 4
    assert calibration.z(cells(1, stage=2))[0].tolist() == NORMAL


def test_many_predictions_of_few_arrivals_and_many_arrivals_of_few_runs_do_not_make_a_cell() -> None:
    scores = np.full(5_000, 3.0)
    same = np.repeat(numbered(100), 50)
    assert calibrated(cells(5_000), scores, same, same).z(cells(1))[0].tolist() == NORMAL
    one_run = np.zeros(5_000, np.intp)
    assert calibrated(cells(5_000), scores, one_run, numbered(5_000)).z(cells(1))[0].tolist() == NORMAL


def coverage_over_time(score: Floats) -> tuple[Floats, Drift]:
    """Each arrival told before it is learned from; whether it lay in the band."""
    drift, calibration, held = Drift(), no_calibration(), []
    one = cells(1)
    for index, value in enumerate(score):
        told = drift.z(calibration, one)
        held.append(told[0, LOW] <= value <= told[0, HIGH])
        drift.take(one, np.array([value]), np.array([index]), told)
    return np.array(held, np.float64), drift


def test_in_the_long_run_the_band_holds_what_it_promises_however_wrong_the_model_is() -> None:
    for sd, mean in ((1.0, 0.0), (0.5, 0.0), (1.5, 0.0), (1.0, 0.7)):
        held, _ = coverage_over_time(normal(6_000, sd, mean))
        assert held[2_000:].mean() == pytest.approx(0.8, abs=0.03), (sd, mean)


def test_a_storm_widens_the_band_by_itself_and_only_where_it_blows() -> None:
    held, drift = coverage_over_time(np.concatenate([normal(1_000), normal(3_000, sd=3.0)]))
    assert held[1_000:1_100].mean() < 0.5
    assert held[3_000:].mean() > 0.62
    calm, stormy = drift.z(no_calibration(), cells(1, horizon=0))[0], drift.z(no_calibration(), cells(1))[0]
    assert calm.tolist() == NORMAL
    assert stormy[HIGH] - stormy[LOW] > 1.4 * (calm[HIGH] - calm[LOW])


def test_many_predictions_of_one_arrival_move_the_band_no_more_than_one() -> None:
    once, often = Drift(), Drift()
    told = no_calibration().z(cells(50))
    once.take(cells(1), np.array([5.0]), np.array([1]), told[:1])
    often.take(cells(50), np.full(50, 5.0), np.full(50, 1), told)
    assert once.z(no_calibration(), cells(1)).tolist() == often.z(no_calibration(), cells(1)).tolist()


def test_quantiles_stay_in_order_around_the_middle_whatever_is_learned() -> None:
    drift = Drift()
    for index in range(3_000):
        drift.take(cells(1), np.array([-9.0]), np.array([index]), drift.z(no_calibration(), cells(1)))
    told = drift.z(no_calibration(), cells(1))[0]
    assert (np.diff(told) >= 0).all()
    assert told[QUANTILES.index(0.50)] == 0
    assert told[LOW] >= NORMAL[LOW] - FARTHEST - 1e-9


def test_an_expected_time_is_in_the_bin_between_its_edges_also_where_it_is_one() -> None:
    edges = HORIZON_EDGES_SECONDS
    seconds = np.concatenate(
        [edges, np.nextafter(edges, 0), np.nextafter(edges, 9e9), [0.0, 5_000.0], np.linspace(0, 2_000, 9_999)]
    )
    assert horizon_of(seconds).tolist() == np.searchsorted(edges, seconds, side="right").tolist()


def test_scores_of_an_outlook_are_those_of_its_cells() -> None:
    dice, rows = np.random.default_rng(3), 5_000
    small = [dice.integers(0, most, rows).astype(np.int8) for most in (5, 3, 2, 2)]
    mean = dice.uniform(15, 2_500, rows)
    number = np.arange(rows)
    outlook = Outlook((), number, number, mean, mean, mean, mean, *small)
    table = no_calibration().scores + dice.normal(0, 1, no_calibration().scores.shape)
    assert scores_of(outlook, table).tolist() == cells_of(outlook).of(table).tolist()
