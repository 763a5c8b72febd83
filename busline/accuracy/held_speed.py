"""The baseline that holds the speed of the last quarter of an hour: every prediction of ours must beat it. Pure."""

from collections import deque
from collections.abc import Container

import numpy as np
from numpy.typing import NDArray

from busline.fleet import RunProgress
from busline.ids import RunKey
from busline.timetable import Run

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

HELD_OVER_SECONDS = 900.0
"""Held speed is that of so many seconds before the newest fix on the path."""
SLOWEST_MPS = 2.0
KNOWN_AFTER_SECONDS = 15.0
"""Over less than this a speed says nothing: the plan's of the whole run is taken."""


class HeldSpeed:
    """Fed with every progress of the runs under way; asked when each would be where, if it kept its pace."""

    def __init__(self) -> None:
        self._trails: dict[RunKey, deque[tuple[float, float]]] = {}

    def take(self, one: RunProgress) -> None:
        """Where a bus is now. One that went back along its path is followed anew."""
        trail = self._trails.setdefault(one.key, deque())
        at = one.matched_at.timestamp()
        if trail and one.distance_m < trail[-1][1]:
            trail.clear()
        if not trail or at > trail[-1][0]:
            trail.append((at, one.distance_m))
        while len(trail) > 2 and trail[1][0] <= at - HELD_OVER_SECONDS:
            trail.popleft()

    def arrives_at(self, run: Run, one: RunProgress, calls: Rows) -> Floats:
        """(calls,) epoch seconds. `one` was taken before."""
        stops, (since, from_m) = run.pattern.stop_distance_m, self._trails[one.key][0]
        at = one.matched_at.timestamp()
        speed_mps = float(stops[-1] - stops[0]) / max(1.0, float(run.arrival_seconds[-1] - run.arrival_seconds[0]))
        if at - since >= KNOWN_AFTER_SECONDS:
            speed_mps = (one.distance_m - from_m) / (at - since)
        result: Floats = at + (stops[calls] - one.distance_m) / max(speed_mps, SLOWEST_MPS)
        return result

    def forget_all_but(self, keys: Container[RunKey]) -> None:
        """Runs that are over, so that no day's are held for ever."""
        self._trails = {key: trail for key, trail in self._trails.items() if key in keys}
