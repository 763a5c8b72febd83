"""How today is going, area by area: what all buses took over their links in the last while, against what was expected.

A rush hour, a storm or road works slow a whole quarter of a town before most of its links have been driven again. Few
buses pass through one area in twenty minutes, so each area's factor is drawn towards the district's. On a district's
first day, when no past days are known, the same sums say by how much its plan is out.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

WINDOW_SECONDS = 1_200.0
SLICE_SECONDS = 60.0
PRIOR_SECONDS = 2_000.0
"""An ordinary day counts as much as so many seconds of driving in the whole district, ..."""
AREA_PRIOR_SECONDS = 8_000.0
"""... and the district as much as so many in one area."""
SHARE = 0.5
"""The next half hour keeps about half of what the last one had too much or too little, on a logarithmic scale: links
driven today already carry the rest."""
SLOWEST, FASTEST = 0.7, 1.6
AREA_M = 3_000.0


@dataclass(frozen=True, slots=True)
class _Slice:
    """What links took that were left in one minute, and what they should have, by area."""

    at: float
    took: Floats
    expected: Floats


def areas_of(centre_xy: Floats) -> tuple[Rows, int]:
    """The number of the square that each place, (places, 2) in metres, lies in; and how many squares there are."""
    if not len(centre_xy):
        return np.empty(0, np.intp), 0
    squares, number = np.unique(np.floor(centre_xy / AREA_M), axis=0, return_inverse=True)
    return number.ravel(), len(squares)


class DistrictPace:
    """Sums over areas by minute; feeding and reading cost an addition an area."""

    def __init__(self, areas: int, *, window_seconds: float = WINDOW_SECONDS, share: float = SHARE) -> None:
        """`share` is how much of what the last `window_seconds` had too much or too little the next ones keep."""
        self._window_seconds, self._share = window_seconds, share
        self._slices: deque[_Slice] = deque()
        self._took, self._expected = np.zeros(areas), np.zeros(areas)

    def take(self, area: Rows, ended_at: Floats, seconds: Floats, expected_seconds: Floats) -> None:
        """Links that buses have driven. All four are (links driven,)."""
        if not len(ended_at):
            return
        newest = float(ended_at.max())
        if not self._slices or newest - self._slices[-1].at >= SLICE_SECONDS:
            self._slices.append(_Slice(newest, np.zeros(len(self._took)), np.zeros(len(self._took))))
        for own, total, more in (
            (self._slices[-1].took, self._took, seconds),
            (self._slices[-1].expected, self._expected, expected_seconds),
        ):
            np.add.at(own, area, more)
            np.add.at(total, area, more)

    def factors(self, now: float) -> Floats:
        """(areas,) what expected seconds are to be multiplied by. `now` never goes back."""
        while self._slices and self._slices[0].at < now - self._window_seconds:
            old = self._slices.popleft()
            self._took -= old.took
            self._expected -= old.expected
        district = (PRIOR_SECONDS + self._took.sum()) / (PRIOR_SECONDS + self._expected.sum())
        area = (AREA_PRIOR_SECONDS * district + self._took) / (AREA_PRIOR_SECONDS + self._expected)
        factors: Floats = np.clip(area, SLOWEST, FASTEST) ** self._share
        return factors
