"""What every link has taken today: traversals as sums that fade, so that the newest count most."""

import math

import numpy as np
from numpy.typing import NDArray

from busline.travel_times.crossing import Traversals

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

TODAY_DECAY_SECONDS = 7_200.0
"""A traversal two hours ago weighs 1/e of one just now (facts on the recorded days)."""


class LinkTimes:
    """Today's traversals of every link as sums that fade. Feeding one and reading one are a few additions."""

    def __init__(self, links: int) -> None:
        self._sums = np.zeros((links, 2))
        """Seconds and weight, side by side: they are always read together."""
        self._epoch: float | None = None
        """The moment at which a traversal is added with weight 1."""

    def take(self, traversals: Traversals) -> None:
        """Learn from links just driven; a traversal counts from when it ended."""
        if not len(traversals):
            return
        ended_at = traversals.entered_at + traversals.seconds
        if self._epoch is None:
            self._epoch = float(ended_at[0])
        newest = (float(ended_at.max()) - self._epoch) / TODAY_DECAY_SECONDS
        if newest > 50:
            # Weights grow with time instead of all others shrinking: now and then they are all brought back.
            self._sums *= math.exp(-newest)
            self._epoch = float(ended_at.max())
        weight = np.exp((ended_at - self._epoch) / TODAY_DECAY_SECONDS)
        np.add.at(self._sums[:, 0], traversals.link, weight * traversals.seconds)
        np.add.at(self._sums[:, 1], traversals.link, weight)

    def at(self, link: Rows, now: float) -> tuple[Floats, Floats]:
        """Weighted seconds and weight of links, a traversal of this moment weighing 1."""
        faded = 0.0 if self._epoch is None else math.exp(min(50.0, (self._epoch - now) / TODAY_DECAY_SECONDS))
        seconds, weight = self._sums.take(link, axis=0).T
        return seconds * faded, weight * faded
