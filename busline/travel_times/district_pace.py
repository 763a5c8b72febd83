"""How today is going: one factor from every bus of the last while, against what its links were expected to take."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WINDOW_SECONDS = 2_400.0
SLICE_SECONDS = 60.0
PRIOR_SECONDS = 2_000.0
"""An ordinary day counts as much as so many seconds of driving."""
SHARE = 0.5
"""The next half hour keeps about half of what the last one had too much or too little, on a logarithmic scale: links
driven today already carry the rest."""
SLOWEST, FASTEST = 0.7, 1.6


class DistrictPace:
    """Sums of what links took and should have taken, by minute; feeding and reading are constant work."""

    def __init__(self) -> None:
        self._slices: deque[tuple[float, float, float]] = deque()

    def take(self, ended_at: Floats, seconds: Floats, expected_seconds: Floats) -> None:
        """Links that buses have driven. All three are (links driven,)."""
        if not len(ended_at):
            return
        newest = float(ended_at.max())
        took, expected = float(seconds.sum()), float(expected_seconds.sum())
        if self._slices and newest - self._slices[-1][0] < SLICE_SECONDS:
            at, before, expected_before = self._slices.pop()
            self._slices.append((at, before + took, expected_before + expected))
        else:
            self._slices.append((newest, took, expected))

    def factor(self, now: float) -> float:
        """What expected seconds are to be multiplied by. `now` never goes back."""
        while self._slices and self._slices[0][0] < now - WINDOW_SECONDS:
            self._slices.popleft()
        took = PRIOR_SECONDS + sum(one[1] for one in self._slices)
        expected = PRIOR_SECONDS + sum(one[2] for one in self._slices)
        return float(min(max(took / expected, SLOWEST), FASTEST) ** SHARE)
