"""How long buses stand at stops, set apart from how long they drive where that matters.

Where all runs along a street call at the same stops, standing is part of what the street takes, and is best learned
with it. Where runs differ, and every week of a school year some do, a run must not inherit the stands of others: there
the expected standing is taken off what is learned of a link, and added for the runs that call.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from busline.fleet import StopVisit
from busline.ids import StopId
from busline.timetable import Pattern
from busline.travel_times.road import RoadNetwork

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

ROLLING_SECONDS = 4.0
"""A visit is from 10 m before a stop to 15 m behind it, which takes a bus that does not stop about so long."""
LONGEST_SECONDS = 120.0
"""A bus that stands longer has a cause of its own: a hold, a wheelchair, a word with the driver."""
STOP_WEIGHT = 3.0
"""All stops' mean counts as much as so many visits of the stop itself."""
REMEMBERED = 20.0
"""About so many visits count; older ones fade."""
FEWEST_VISITS = 200
"""Before so many visits of any stop nothing is set apart: standing is then part of what the links take."""
SLOWEST_SHARE = 0.35
"""So much of the time between two sightings is driving, at the least: expected stands are not real ones."""


class Dwells:
    """Mean standing seconds of every stop, from visits; a stop that nobody knows stands for all."""

    def __init__(self, network: RoadNetwork, *, learns: bool = True) -> None:
        """One that does not learn sets nothing apart."""
        self._learns = learns
        stops = dict.fromkeys(stop for pattern in network.roads for stop in pattern.stop_ids)
        self._row: dict[StopId, int] = {stop: row for row, stop in enumerate(stops)}
        self._of = {
            pattern: np.array([self._row[stop] for stop in pattern.stop_ids], np.intp) for pattern in network.roads
        }
        self._apart = _set_apart(network, self._of)
        self._mixed = {pattern for pattern, apart in self._apart.items() if apart.any()}
        self._seconds, self._weight = np.zeros(len(stops)), np.zeros(len(stops))
        self._all_seconds = self._all = 0.0
        self.changes = 0
        """Goes up with what is learned, so that what is worked out from it can be kept meanwhile."""

    def take(self, visits: Iterable[StopVisit]) -> None:
        """Learn from visits that are over."""
        for visit in visits if self._learns else ():
            row = self._row.get(visit.stop_id)
            if visit.departed_at is None or row is None:
                continue
            stood = (visit.departed_at - visit.arrived_at).total_seconds() - ROLLING_SECONDS
            self._learn(row, min(max(stood, 0.0), LONGEST_SECONDS))

    def recall(self, stood: Mapping[StopId, tuple[float, int]]) -> None:
        """Begin with what past days say: mean standing seconds, and of how many visits."""
        for stop, (seconds, visits) in stood.items():
            row = self._row.get(stop)
            if row is not None and visits > 0:
                weight = min(float(visits), REMEMBERED)
                self._seconds[row], self._weight[row] = weight * seconds, weight
                self._all_seconds += visits * seconds
                self._all += visits
        self.changes += 1

    def sets_apart(self, pattern: Pattern) -> bool:
        """Whether any call of a pattern has a stand that is set apart."""
        return self._all >= FEWEST_VISITS and pattern in self._mixed

    def stands(self, pattern: Pattern) -> Floats:
        """(calls,) expected standing seconds that are set apart; of most calls none are."""
        apart = self._apart[pattern]
        if not self.sets_apart(pattern):
            return np.zeros(len(apart))
        rows = self._of[pattern]
        everywhere = self._all_seconds / self._all
        seconds = (self._seconds[rows] + STOP_WEIGHT * everywhere) / (self._weight[rows] + STOP_WEIGHT)
        result: Floats = np.where(apart, seconds, 0.0)
        return result

    def driving(self, pattern: Pattern, at: Floats, distance_m: Floats) -> Floats:
        """The times of a bus's sightings on a clock that stops while it stands, as far as that is set apart."""
        if not self.sets_apart(pattern):
            return at
        stands = self.stands(pattern)
        until = np.concatenate([[0.0], np.cumsum(stands)])
        standing = np.diff(until[np.searchsorted(pattern.stop_distance_m, distance_m, side="right")]).tolist()
        clock, owed = [0.0], 0.0
        for elapsed, expected in zip(np.diff(at).tolist(), standing, strict=True):
            driven, owed = driving_seconds(elapsed, owed + expected)
            clock.append(clock[-1] + driven)
        result: Floats = at[0] + np.array(clock)
        return result

    def _learn(self, row: int, seconds: float) -> None:
        keep = 1.0 - 1.0 / REMEMBERED
        self._seconds[row] = keep * self._seconds[row] + seconds
        self._weight[row] = keep * self._weight[row] + 1.0
        self._all_seconds += seconds
        self._all += 1.0
        self.changes += 1


def driving_seconds(elapsed: float, standing: float) -> tuple[float, float]:
    """What is left for driving of the time between two sightings, and the standing that did not fit into it.

    That was stood before the bus was seen, or will have been: it is taken off the time of the next sightings.
    """
    driving = max(elapsed - standing, SLOWEST_SHARE * elapsed)
    return driving, standing - (elapsed - driving)


def _set_apart(network: RoadNetwork, stop_rows: Mapping[Pattern, Rows]) -> dict[Pattern, Flags]:
    """Which calls are at a stop that some other run passes without calling. First and last calls are no stands."""
    stops = 1 + max((int(rows.max()) for rows in stop_rows.values()), default=0)
    runs_on = np.zeros(len(network), np.intp)
    pairs: list[Rows] = []
    for pattern, road in network.roads.items():
        runs_on[np.unique(road.link)] += 1
        place = np.searchsorted(road.edge_m, pattern.stop_distance_m[1:-1], side="right") - 1
        link = road.link[np.clip(place, 0, len(road.link) - 1)]
        pairs.append(link * stops + stop_rows[pattern][1:-1])
    counts = [len(own) for own in pairs]
    every = np.concatenate(pairs) if pairs else np.empty(0, np.intp)
    # A run that calls twice at one place of its way calls there once.
    of_run = np.unique(np.stack([np.repeat(np.arange(len(counts)), counts), every]), axis=1)[1] if len(every) else every
    pair, calling = np.unique(of_run, return_counts=True)
    by_all = calling == runs_on[pair // stops]
    apart = ~by_all[np.searchsorted(pair, every)]
    ends = np.cumsum(counts)[:-1]
    return {
        pattern: np.concatenate([[False], own, [False]])[: len(stop_rows[pattern])]
        for pattern, own in zip(network.roads, np.split(apart, ends), strict=False)
    }
