"""Who drives what, one to one: log-odds of pairs in, the probability of each pair out.

A vehicle drives one run or none, and a run has one vehicle or none. Of all the ways to pair them each counts by its
likelihood. Summing over all of them is too dear; belief propagation on the graph of pairs comes close, always
converges (Williams and Lau, "Approximate evaluation of marginal association probabilities with belief propagation",
2014), and costs a few passes over the pairs.
"""

import numpy as np
from numpy.typing import NDArray

from busline.tracking.paths import Floats, Rows

ROUNDS = 200
SETTLED = 1e-4
"""No message changes by more than this share of itself."""
SUREST = 25.0
"""Log-odds beyond this say nothing more, and cost precision."""


def associate(vehicle: Rows, run: Rows, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability that each vehicle drives each run.

    One row a pair: numbers of a vehicle and of a run, and how much likelier it is that this vehicle drives this run
    than that it drives none and the run goes without. No pair may come twice.
    """
    if not len(log_odds):
        return np.empty(0)
    odds = np.exp(np.clip(log_odds, -SUREST, SUREST))
    free = np.ones(len(odds))
    """How free each run is, as far as its other vehicles go."""
    for _ in range(ROUNDS):
        wanted = odds * free
        wants = odds / (1.0 + _others(vehicle, wanted))
        was, free = free, 1.0 / (1.0 + _others(run, wants))
        if np.all(np.abs(free - was) <= SETTLED * was):
            break
    wanted = odds * free
    probability: Floats = wanted / (1.0 + np.bincount(vehicle, wanted)[vehicle])
    return probability


def _others(group: Rows, weight: Floats) -> Floats:
    """For each row the sum of the other rows of its group."""
    rest: Floats = np.maximum(np.bincount(group, weight)[group] - weight, 0.0)
    return rest
