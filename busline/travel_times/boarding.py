"""How long a bus stands for so many riders: so many seconds, and so many more for each, learned from visits."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BASE_SECONDS, EACH_SECONDS = 19.0, 2.6
"""A pick-up, and each child that gets on: a formula said to come from New York's school buses, which could not be
confirmed. A prior and no more, until visits say otherwise."""
PRIOR_VISITS, PRIOR_RIDERS, PRIOR_SPREAD = 100.0, 3.0, 4.0
"""It counts as much as so many visits, with so many riders each, and so much variance of their number."""
MOST_EACH_SECONDS = 15.0
NOBODY_SECONDS = 5.0
"""Where nobody is expected a bus slows down and looks, or drives past."""


class BoardingTime:
    """A straight line through the visits so far, drawn towards what is assumed at first."""

    def __init__(self) -> None:
        squares = PRIOR_RIDERS**2 + PRIOR_SPREAD
        self._weight, self._riders, self._squares = np.array([1.0, PRIOR_RIDERS, squares]) * PRIOR_VISITS
        self._seconds = PRIOR_VISITS * (BASE_SECONDS + EACH_SECONDS * PRIOR_RIDERS)
        self._products = PRIOR_VISITS * (BASE_SECONDS * PRIOR_RIDERS + EACH_SECONDS * squares)

    def add(self, riders: float, seconds: float, visits: float) -> None:
        """So many visits with so many riders, each of so many seconds."""
        self._weight += visits
        self._riders += visits * riders
        self._squares += visits * riders**2
        self._seconds += visits * seconds
        self._products += visits * riders * seconds

    def seconds(self, riders: Floats) -> Floats:
        """What is expected of so many riders; NaN of NaN."""
        mean_riders, mean_seconds = self._riders / self._weight, self._seconds / self._weight
        spread = self._squares / self._weight - mean_riders**2
        each = (self._products / self._weight - mean_riders * mean_seconds) / spread
        each = min(max(each, 0.0), MOST_EACH_SECONDS)
        line = np.maximum(mean_seconds + each * (riders - mean_riders), NOBODY_SECONDS)
        result: Floats = np.where(riders < 0.5, NOBODY_SECONDS, line)
        return result
