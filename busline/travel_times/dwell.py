"""How long buses stand at stops, set apart from how long they drive where that matters.

Where all runs along a street call at the same stops, standing is part of what the street takes, and is best learned
with it. Where runs differ, and every week of a school year some do, a run must not inherit the stands of others: there
the expected standing is taken off what is learned of a link, and added for the runs that call.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from busline.fleet import StopVisit
from busline.ids import StopId
from busline.timetable import Pattern, Run
from busline.travel_times.boarding import BoardingTime
from busline.travel_times.riders import NOBODY_KNOWN, ExpectedRiders
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
ANEW_AFTER_VISITS = 100
FEWEST_VISITS = 200
"""Before so many visits of any stop nothing is set apart: standing is then part of what the links take."""
SLOWEST_SHARE = 0.35
"""So much of the time between two sightings is driving, at the least: expected stands are not real ones."""


@dataclass(frozen=True, slots=True, eq=False)
class CallRows:
    """Calls, one row each."""

    stop: Rows
    """Which of the stops."""
    apart: Flags
    """Whether standing is set apart there."""
    riders: Floats
    """Expected; NaN where no roster tells."""


class Dwells:
    """Mean standing seconds of every stop, from visits; a stop that nobody knows stands for all."""

    def __init__(self, network: RoadNetwork, *, learns: bool = True, riders: ExpectedRiders = NOBODY_KNOWN) -> None:
        """One that does not learn sets nothing apart. `riders` are those of the day that is to come."""
        self._learns = learns
        self.riders = riders
        stops = dict.fromkeys(stop for pattern in network.roads for stop in pattern.stop_ids)
        self._row: dict[StopId, int] = {stop: row for row, stop in enumerate(stops)}
        self._of = {
            pattern: np.array([self._row[stop] for stop in pattern.stop_ids], np.intp) for pattern in network.roads
        }
        self._apart = _set_apart(network, self._of)
        self._mixed = {pattern for pattern, apart in self._apart.items() if apart.any()}
        self._seconds, self._weight = np.zeros(len(stops)), np.zeros(len(stops))
        self._usual_riders = np.array([riders.at_stop.get(stop, np.nan) for stop in stops], np.float64)
        self._all_seconds = self._all = 0.0
        self._by_riders = BoardingTime()
        self._kept: dict[Pattern, tuple[int, Floats]] = {}
        self.changes = 0
        """Goes up with what is learned, so that what is worked out from it can be kept meanwhile."""

    def take(self, visits: Iterable[StopVisit]) -> None:
        """Learn from visits that are over."""
        for visit in visits if self._learns else ():
            row = self._row.get(visit.stop_id)
            if visit.departed_at is None or row is None:
                continue
            stood = stood_seconds(visit.arrived_at, visit.departed_at)
            self._learn(row, stood)
            riders = self.riders.at_calls.get(visit.key.run_id)
            if riders is not None and visit.call_index > 0:
                self._by_riders.add(float(riders[visit.call_index]), stood, 1.0)

    def recall(self, stood: Mapping[StopId, tuple[float, int]]) -> None:
        """Begin with what past days say: mean standing seconds, and of how many visits.

        As many boarded then, it is taken, as are expected on the mean run that stops there now.
        """
        for stop, (seconds, visits) in stood.items():
            row = self._row.get(stop)
            if row is not None and visits > 0:
                weight = min(float(visits), REMEMBERED)
                self._seconds[row], self._weight[row] = weight * seconds, weight
                self._all_seconds += visits * seconds
                self._all += visits
                if np.isfinite(self._usual_riders[row]):
                    self._by_riders.add(float(self._usual_riders[row]), seconds, float(visits))
        self.changes += 1
        self._kept.clear()

    def sets_apart(self, pattern: Pattern) -> bool:
        """Whether any call of a pattern has a stand that is set apart."""
        return self._all >= FEWEST_VISITS and pattern in self._mixed

    def stands(self, pattern: Pattern) -> Floats:
        """(calls,) expected standing seconds that are set apart; of most calls none are."""
        apart = self._apart[pattern]
        if not self.sets_apart(pattern):
            return np.zeros(len(apart))
        # Asked for with every fix: worked out anew only now and then.
        turn = self.changes // ANEW_AFTER_VISITS
        kept = self._kept.get(pattern)
        if kept is None or kept[0] != turn:
            rows = CallRows(self._of[pattern], apart, np.full(len(apart), np.nan))
            kept = self._kept[pattern] = (turn, self.stands_at(rows))
        return kept[1]

    def rows_of(self, runs: Sequence[Run]) -> "CallRows":
        """The calls of some runs, end to end, with the riders expected at each but the first and the last."""
        riders = []
        for run in runs:
            own = np.full(len(run), np.nan)
            if (known := self.riders.at_calls.get(run.run_id)) is not None:
                own[1:-1] = known[1:-1]
            riders.append(own)
        return CallRows(
            np.concatenate([np.empty(0, np.intp), *(self._of[run.pattern] for run in runs)]),
            np.concatenate([np.empty(0, np.bool_), *(self._apart[run.pattern] for run in runs)]),
            np.concatenate([np.empty(0), *riders]),
        )

    def rows_of_patterns(self, patterns: Sequence[Pattern]) -> "CallRows":
        """The calls of some patterns, end to end, as of runs whose riders nobody knows."""
        stop = np.concatenate([np.empty(0, np.intp), *(self._of[pattern] for pattern in patterns)])
        apart = np.concatenate([np.empty(0, np.bool_), *(self._apart[pattern] for pattern in patterns)])
        return CallRows(stop, apart, np.full(len(stop), np.nan))

    def stands_at(self, calls: "CallRows") -> Floats:
        """(calls,) expected standing seconds that are set apart, by the riders expected.

        Where standing is part of what the street takes, this is what more or fewer riders than usual make of it.
        """
        if self._all < FEWEST_VISITS:
            return np.zeros(len(calls.stop))
        everywhere, usual = self._all_seconds / self._all, self._usual_riders[calls.stop]
        riders = np.where(np.isfinite(calls.riders), calls.riders, usual)
        by_riders = np.where(np.isfinite(riders), self._by_riders.seconds(riders), everywhere)
        by_usual = np.where(np.isfinite(usual), self._by_riders.seconds(usual), by_riders)
        # What the stop itself shows beyond its riders counts the more, the more visits there were.
        weight = self._weight[calls.stop]
        beyond = (self._seconds[calls.stop] - weight * by_usual) / (weight + STOP_WEIGHT)
        result: Floats = np.where(calls.apart, np.maximum(by_riders + beyond, 0.0), by_riders - by_usual)
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


def stood_seconds(arrived_at: datetime, departed_at: datetime) -> float:
    """How long a bus stood by its visit: rolling past the stop taken off, and very long stands cut short."""
    return min(max((departed_at - arrived_at).total_seconds() - ROLLING_SECONDS, 0.0), LONGEST_SECONDS)


def stood_on(days: Iterable[Mapping[StopId, tuple[float, int]]]) -> dict[StopId, tuple[float, int]]:
    """Mean standing seconds at every stop, and of how many visits, over several days."""
    total: dict[StopId, float] = {}
    count: dict[StopId, int] = {}
    for day in days:
        for stop_id, (seconds, visits) in day.items():
            total[stop_id] = total.get(stop_id, 0.0) + visits * seconds
            count[stop_id] = count.get(stop_id, 0) + visits
    return {stop_id: (total[stop_id] / visits, visits) for stop_id, visits in count.items()}


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
