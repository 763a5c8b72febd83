"""What is known of the time each link takes, and from it the time ahead of every bus.

The plan is where it starts, or where past days are known, their history; what buses took over the same links today,
whatever their route, is what it learns.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunId
from busline.timetable import Pattern, Run, Timetable
from busline.travel_times.crossing import Traversals
from busline.travel_times.district_pace import DistrictPace, areas_of
from busline.travel_times.dwell import SLOWEST_SHARE, Dwells
from busline.travel_times.link_times import LinkTimes
from busline.travel_times.plan_sums import shelve, summed, ways
from busline.travel_times.planned import planned_seconds
from busline.travel_times.road import RoadNetwork, road_network
from busline.travel_times.road_history import BAND_SECONDS, FASTEST_MPS, RoadHistory

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

PLAN_WEIGHT = 1.0
"""The plan counts as much as so many traversals of a link just now."""
PLAN_WINDOW_SECONDS = 7_200.0
"""Without past days the plan is held against what all buses took in so long: what is wrong with a plan lasts."""
STALE_AFTER_VISITS, STALE_AFTER_SHARE = 500, 0.1
"""Expected standing is worked out anew after so many visits, or after visits to such a share of all calls."""
BANDS_KEPT = 8
PIECE_LINKS = 8_192
"""How many links are looked at at once."""
ARRIVED_M = 10.0
LAST_ARRIVED_M = 30.0
"""A bus has arrived this far before a stop, and this far before its last one (as the tracker has it)."""


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """The calls ahead of some buses, one row each, in order of bus and call."""

    bus: Rows
    """Which of the buses asked about."""
    call: Rows
    seconds: Floats
    """The mean time from where the bus is to its arrival."""
    unlearned_seconds: Floats
    """How much of that rests on the plan alone."""


Learned = Callable[[Rows], tuple[Floats, Floats]]
"""Rows of links in, weighted seconds and weight of what buses took over them today out."""


class TravelModel:
    """The time ahead of every bus, from the plan and from what was learned of the links. Rows are runs of the plan."""

    def __init__(
        self,
        timetable: Timetable,
        network: RoadNetwork | None = None,
        history: RoadHistory | None = None,
        dwells: Dwells | None = None,
    ) -> None:
        """`history` is that of the network's links, learned from days before this one.

        `dwells` are those whose stands were taken off what it learned from; without them its links hold the stands.
        """
        self.network = road_network(timetable) if network is None else network
        self.today = LinkTimes(len(self.network))
        self._history = history
        self._area, areas = areas_of(self.network.centre_xy)
        self._pace = (
            DistrictPace(areas)
            if history is not None
            else DistrictPace(areas, window_seconds=PLAN_WINDOW_SECONDS, share=1.0)
        )
        self._timezone = timetable.timezone
        runs = list(timetable.runs.values())
        self.row_of: dict[RunId, int] = {run.run_id: row for row, run in enumerate(runs)}
        patterns = list({id(run.pattern): run.pattern for run in runs}.values())
        pattern_row = {id(pattern): row for row, pattern in enumerate(patterns)}
        roads = [self.network.roads[pattern] for pattern in patterns]
        self._pattern = np.array([pattern_row[id(run.pattern)] for run in runs], np.intp)
        self._links = np.array([len(road.link) for road in roads], np.intp)
        self._link_start = _starts(self._links)
        self._link: Rows = np.concatenate([road.link for road in roads] or [np.empty(0, np.intp)])
        self._edge_m = [road.edge_m for road in roads]
        self.dwells = Dwells(self.network, learns=history is None) if dwells is None else dwells
        self._patterns = patterns
        self._stands_of = -1
        self._standing_now: _Standing | None = None
        self._usual: dict[int, tuple[Floats, Floats]] = {}
        """By band of the history."""
        self._driving = np.empty(0)
        """(rows of the shelf,) planned seconds without what is stood there."""
        self._calls_by_pattern = self.dwells.rows_of_patterns(patterns)
        # By run where riders are known, else by pattern: a large plan has many runs of each.
        self._calls_by_run = self.dwells.rows_of(runs) if self.dwells.riders.at_calls else None
        self._lay_out_places(patterns)
        self._lay_out_plans(runs)

    def _lay_out_places(self, patterns: Sequence[Pattern]) -> None:
        """Where calls lie among the links; one long line of all edges, so that one search places many buses."""
        length = np.array([edge[-1] + 1.0 for edge in self._edge_m])
        self._line_start = np.cumsum(length) - length
        self._line_m = _joined([edge[:-1] + start for edge, start in zip(self._edge_m, self._line_start, strict=True)])
        self._link_m = _joined([np.diff(edge) for edge in self._edge_m])
        self._calls = np.array([len(pattern.stop_ids) for pattern in patterns], np.intp)
        self._call_start, self._run_start = _starts(self._calls), _starts(self._calls[self._pattern])
        marks = [_marks(pattern.stop_distance_m) for pattern in patterns]
        of = np.repeat(np.arange(len(patterns)), self._calls)
        self._call_link, self._call_share = self._placed(of, _joined(marks))
        self._stop_link, _ = self._placed(of, _joined([pattern.stop_distance_m for pattern in patterns]))

    def _placed(self, pattern: Rows, distance_m: Floats) -> tuple[Rows, Floats]:
        """The row of the link at a distance along each pattern, and the share of it that lies behind."""
        line_m = np.maximum(distance_m, 0.0) + self._line_start[pattern]
        first = self._link_start[pattern]
        row = np.searchsorted(self._line_m, line_m, side="right") - 1
        row = np.clip(row, first, first + self._links[pattern] - 1)
        return row, np.clip((line_m - self._line_m[row]) / self._link_m[row], 0.0, 1.0)

    def _lay_out_plans(self, runs: Sequence[Run]) -> None:
        """The planned seconds of every link of every run."""
        fastest = self._link_m / FASTEST_MPS
        plans = []
        for run, pattern in zip(runs, self._pattern, strict=True):
            links = slice(self._link_start[pattern], self._link_start[pattern] + self._links[pattern])
            plans.append(np.maximum(planned_seconds(run, self._edge_m[pattern]), fastest[links]))
        self._shelf, plan = shelve(
            plans, self._pattern, self._link_start, self._call_start, self._call_link, self._call_share
        )
        self._plan = plan.astype(np.float32)
        self._link_of_row = self._link[self._shelf.place]
        """Of the network, for every row of the shelf."""
        self._area_of_row = self._area[self._link_of_row]
        size = len(self.network)
        planned, plans_on = (np.bincount(self._link_of_row, weights, size) for weights in (plan, None))
        self._planned: Floats = planned / np.maximum(plans_on, 1)
        """Of every link, by the runs that use it; 0 where none does."""
        self._plan_start = self._shelf.start[self._shelf.plan_of]

    def learn(self, traversals: Traversals) -> None:
        """Learn from links just driven: what they take, and how today goes against past days, or else the plan."""
        self.today.take(traversals)
        if not len(traversals):
            return
        ended_at = traversals.entered_at + traversals.seconds
        if self._history is None:
            expected = self._planned[traversals.link]
            known = expected > 0
        else:
            entered = traversals.entered_at + self._clock_less_epoch(float(traversals.entered_at[0]))
            usual = self._history.usual_seconds[traversals.link]
            expected, passes = self._history.expected(traversals.link, entered, usual)
            known = passes > 0
        area = self._area[traversals.link[known]]
        self._pace.take(area, ended_at[known], traversals.seconds[known], expected[known])

    def _clock_less_epoch(self, now: float) -> float:
        """What makes seconds since local midnight of an epoch second."""
        local = datetime.fromtimestamp(now, self._timezone)
        return local.hour * 3_600 + local.minute * 60 + local.second - math.floor(now)

    def _standing(self) -> "_Standing | None":
        """None where nothing is set apart."""
        # A large fleet makes many visits, and each of them tells little of its many calls.
        stale_after = max(STALE_AFTER_VISITS, STALE_AFTER_SHARE * len(self._call_link))
        if self.dwells.changes - self._stands_of >= stale_after or self._stands_of < 0:
            at_call = self.dwells.stands_at(self._calls_by_pattern)
            by_call = at_call if self._calls_by_run is None else self.dwells.stands_at(self._calls_by_run)
            self._stands_of, self._standing_now = self.dwells.changes, None
            plan = self._plan.astype(np.float64)
            if by_call.any() or at_call.any():
                on_link: Floats = np.bincount(self._stop_link, at_call, len(self._link)).astype(np.float64)
                before = np.concatenate([[0.0], np.cumsum(by_call)])
                self._standing_now = _Standing(on_link, before)
                plan = np.maximum(plan - on_link[self._shelf.place], SLOWEST_SHARE * plan)
            self._driving = plan
            self._usual.clear()
        return self._standing_now

    def ahead(self, run: Rows, distance_m: Floats, next_call: Rows, now: float) -> Ahead:
        """The mean time from a place on each run to every call from `next_call` on. `now` is in epoch seconds."""
        pattern = self._pattern[run]
        here, share = self._placed(pattern, distance_m)
        buses = _Buses(
            run=run,
            pattern=pattern,
            here=here,
            share=share,
            links=self._link_start[pattern] + self._links[pattern] - here,
            next_call=next_call,
            calls=np.maximum(self._calls[pattern] - next_call, 0),
        )
        bus, call = np.repeat(np.arange(len(run)), buses.calls), _counted(next_call, buses.calls)
        asked = int(buses.links.sum())
        if asked > len(self._shelf):
            return Ahead(bus, call, *self._by_sums(buses, bus, call, now))
        learned = self._learned(asked, now)
        seconds, unlearned = np.empty(len(bus)), np.empty(len(bus))
        ends = np.cumsum(buses.calls)
        # In pieces that stay in the processor's cache: three times as fast as all at once.
        of_piece = np.cumsum(buses.links) // PIECE_LINKS
        cuts = [0, *(np.flatnonzero(np.diff(of_piece)) + 1).tolist(), len(run)]
        for first, last in pairwise(cuts):
            if first < last:
                to = slice(ends[first] - buses.calls[first], ends[last - 1])
                seconds[to], unlearned[to] = self._times(buses.some(slice(first, last)), call[to], learned, now)
        return Ahead(bus, call, seconds, unlearned)

    def _learned(self, rows: int, now: float) -> Learned:
        """Weighted seconds and weight of today's traversals of rows of the layout, of which so many will be asked."""
        if rows < len(self._link):
            return lambda row: self.today.at(self._link[row], now)
        seen, weight = self.today.at(self._link, now)
        return lambda row: (seen[row], weight[row])

    def _times(self, buses: "_Buses", call: Rows, learned: Learned, now: float) -> tuple[Floats, Floats]:
        """The seconds from some buses to their calls, and how much of them rests on the plan alone."""
        start = _starts(buses.links)
        row = _counted(buses.here, buses.links)
        to_plan = self._plan_start[buses.run] - self._link_start[buses.pattern]
        plan = self._plan[row + np.repeat(to_plan, buses.links)].astype(np.float64)
        if (standing := self._standing()) is not None:
            plan = np.maximum(plan - standing.on_link[row], SLOWEST_SHARE * plan)
        seen, weight = learned(row)
        known = weight + PLAN_WEIGHT
        if self._history is None:
            plan = plan * self._pace.factors(now)[self._area[self._link[row]]]
            seconds = (seen + PLAN_WEIGHT * plan) / known
            unlearned = seconds * PLAN_WEIGHT / known
        else:
            driving = np.cumsum(plan)
            enters = now + driving - np.repeat((driving - plan)[start], buses.links)
            plan, passes = self._history.expected(self._link[row], enters + self._clock_less_epoch(now), plan)
            pace = self._pace.factors(now)[self._area[self._link[row]]]
            seconds = (seen + PLAN_WEIGHT * plan) / known * pace
            unlearned = seconds * PLAN_WEIGHT / (known + passes)

        of = np.repeat(self._call_start[buses.pattern], buses.calls) + call
        # Rows among the links of these buses, where a bus starts at its own.
        beyond = self._call_link[of] - np.repeat(buses.here, buses.calls)
        to = np.maximum(beyond, 0) + np.repeat(start, buses.calls)
        to_share = np.where(beyond >= 0, self._call_share[of], 0.0)

        def between(each: Floats) -> Floats:
            until = np.concatenate([[0.0], np.cumsum(each)])
            so_far = until[start] + buses.share * each[start]
            total = until[to] + to_share * each[to] - np.repeat(so_far, buses.calls)
            result: Floats = np.maximum(total, 0.0, out=total)
            return result

        return self._with_stands(buses, call, between(seconds)), between(unlearned)

    def _with_stands(self, buses: "_Buses", call: Rows, took: Floats) -> Floats:
        """And the standing at the calls before each, from the next one on."""
        standing = self._standing()
        if standing is None:
            return took
        first = self._call_start[buses.pattern] if self._calls_by_run is None else self._run_start[buses.run]
        took += standing.before.take(np.repeat(first, buses.calls) + call)
        took -= np.repeat(standing.before.take(first + buses.next_call, mode="clip"), buses.calls)
        return took

    def _by_sums(self, buses: "_Buses", bus: Rows, call: Rows, now: float) -> tuple[Floats, Floats]:
        """What `_times` says, of more buses than there are plans: each plan is summed up once."""
        shelf = self._shelf
        self._standing()
        plan = self._driving
        here = buses.here + self._plan_start[buses.run] - self._link_start[buses.pattern]
        clock, bands, turns = 0.0, [0.0], np.empty((0, len(here)), np.intp)
        if self._history is not None:
            clock = now + self._clock_less_epoch(now)
            left_at = np.cumsum(plan)
            since = clock - (left_at[here] - plan[here])
            ends = shelf.start[shelf.plan_of[buses.run]] + self._links[buses.pattern] - 1
            edges = _band_edges(clock, float((since + left_at[ends]).max()))
            bands = [clock, *edges]
            turns = np.array([np.searchsorted(left_at, edge - since) for edge in edges], np.intp).reshape(-1, len(here))
        each = self._each(plan, bands, now)
        of = self._shelf.call_start[shelf.plan_of[buses.run]]
        found = ways(shelf, here, buses.share, turns, bus, np.repeat(of, buses.calls) + call)
        seconds, unlearned = (found.amount(summed(shelf, one)) for one in each)
        return self._with_stands(buses, call, seconds), unlearned

    def _each(self, plan: Floats, bands: Sequence[float], now: float) -> tuple[Floats, Floats]:
        """(bands, rows) the seconds of every link of the shelf, and how much of them rests on the plan alone."""
        link = self._link_of_row
        seen, known = self.today.at(link, now)
        known += PLAN_WEIGHT
        seconds, unlearned = np.empty((2, len(bands), len(plan)))
        # On a first day it is the plan that is out, and what was driven today is as it is.
        factors = self._pace.factors(now)
        cold = self._history is None
        pace = (PLAN_WEIGHT * factors).take(self._area_of_row) if cold else factors.take(self._area_of_row) / known
        for band, at in enumerate(bands):
            if self._history is None:
                np.multiply(plan, pace, out=seconds[band])
                seconds[band] += seen
                seconds[band] /= known
                np.divide(seconds[band], known / PLAN_WEIGHT, out=unlearned[band])
            else:
                expected, passes = self._usual_at(self._history, at, plan)
                np.multiply(PLAN_WEIGHT, expected, out=seconds[band])
                seconds[band] += seen
                seconds[band] *= pace
                np.divide(seconds[band], (known + passes) / PLAN_WEIGHT, out=unlearned[band])
        return seconds, unlearned

    def _usual_at(self, history: RoadHistory, at: float, plan: Floats) -> tuple[Floats, Floats]:
        """What past days say of every row of the shelf, at a second of the day; it is the same for half an hour."""
        band = int(at // BAND_SECONDS)
        usual = self._usual.get(band)
        if usual is None:
            if len(self._usual) > BANDS_KEPT:
                self._usual.clear()
            usual = self._usual[band] = history.expected(self._link_of_row, np.array([at]), plan)
        return usual


@dataclass(frozen=True, slots=True, eq=False)
class _Standing:
    """What is stood, where that is set apart."""

    on_link: Floats
    """Expected seconds on every link of all patterns."""
    before: Floats
    """Expected seconds at all calls before each, of all runs or patterns end to end."""


@dataclass(frozen=True, slots=True, eq=False)
class _Buses:
    """The buses asked about, one row each."""

    run: Rows
    pattern: Rows
    here: Rows
    """The row of the link that each is on, ..."""
    share: Floats
    """... the share of it that lies behind, ..."""
    links: Rows
    """... and how many there are from it on."""
    next_call: Rows
    calls: Rows
    """How many there are from the next one on."""

    def some(self, which: slice) -> "_Buses":
        return _Buses(*(getattr(self, field.name)[which] for field in fields(self)))


def _band_edges(clock: float, until: float) -> list[float]:
    """The moments at which a new band of the history begins, from one second of the day to another."""
    first = math.floor(clock / BAND_SECONDS) + 1
    last = math.floor(until / BAND_SECONDS)
    return [BAND_SECONDS * edge for edge in range(first, last + 1)]


def _marks(stop_m: Floats) -> Floats:
    marks = stop_m - ARRIVED_M
    marks[-1] = stop_m[-1] - LAST_ARRIVED_M
    return marks


def _counted(first: Rows, counts: Rows) -> Rows:
    """So many numbers from each first one on, end to end."""
    numbers: Rows = np.arange(int(counts.sum())) + np.repeat(first - _starts(counts), counts)
    return numbers


def _starts(counts: Rows) -> Rows:
    starts: Rows = np.cumsum(counts) - counts
    return starts


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)
