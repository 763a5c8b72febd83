"""One vehicle a run and one run a vehicle: probabilities of pairs."""

from itertools import permutations

import numpy as np
import pytest

from busline.recognition.association import associate


def by_counting(log_odds: list[list[float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Every way to pair vehicles with runs, or with none, weighed one by one."""
    vehicles, runs = len(log_odds), len(log_odds[0])
    weight = np.zeros((vehicles, runs))
    total = 0.0
    for chosen in set(permutations([*range(runs), *([-1] * vehicles)], vehicles)):
        likelihood = float(np.exp(sum(log_odds[v][r] for v, r in enumerate(chosen) if r >= 0)))
        total += likelihood
        for v, r in enumerate(chosen):
            if r >= 0:
                weight[v, r] += likelihood
    return weight / total


def associated(log_odds: list[list[float]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    vehicle, run = np.indices((len(log_odds), len(log_odds[0])))
    return associate(vehicle.ravel(), run.ravel(), np.array(log_odds).ravel()).reshape(vehicle.shape)


def test_no_pairs_have_no_probabilities() -> None:
    assert len(associate(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))) == 0


def test_a_lone_pair_has_the_probability_of_its_odds() -> None:
    assert associated([[3.0]])[0, 0] == pytest.approx(1 / (1 + np.exp(-3.0)))


def test_two_equally_good_runs_share_the_probability() -> None:
    assert associated([[9.0, 9.0]])[0] == pytest.approx([0.5, 0.5], abs=0.01)


def test_two_equally_good_vehicles_share_the_run() -> None:
    assert associated([[9.0], [9.0]])[:, 0] == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_run_that_surely_has_its_bus_is_not_open_to_another() -> None:
    shared = associated([[20.0, -5.0], [8.0, 7.0]])
    assert shared[0, 0] > 0.99
    assert shared[1, 1] > 0.99


def test_it_comes_close_to_counting_all_ways_of_pairing() -> None:
    dice = np.random.default_rng(4)
    for _ in range(40):
        log_odds = dice.normal(1.0, 4.0, (3, 4)).tolist()
        assert np.abs(associated(log_odds) - by_counting(log_odds)).max() < 0.12


def test_odds_beyond_measure_stay_numbers() -> None:
    shared = associated([[1e6, -1e6], [1e6, 1e6]])
    assert np.all(np.isfinite(shared))
    assert np.all((shared >= 0) & (shared <= 1))
