"""What really happens on a day: every bus driven along its streets, second by second.

A plan, a date and what befalls each block in; where every bus is at every moment, and when it was at every stop, out.
Times are seconds of the service day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from busline.ids import BlockId, RunId, VehicleId
from busline.people import Leg
from busline.service_day import moment
from feeds.simulator.chance import chance
from feeds.simulator.city import CRUISE_MPS, City
from feeds.simulator.conditions import USUAL, Conditions
from feeds.simulator.mishaps import BlockDay, Cause, Standstill
from feeds.simulator.plan import EARLY_SECONDS, PlannedBlock, PlannedRun, SchoolPlan, planned_drive_seconds
from feeds.simulator.traffic import Traffic

PRE_TRIP_SECONDS = 420.0
"""The engine runs, and the box reports, this long before a bus leaves the yard: the driver walks round it."""
_SHUT_DOWN_SECONDS = 150.0
_OBSTRUCTED_SECONDS = 25.0
"""How long an obstruction lasts, on average (a judgement; how often is chosen by the spread of recorded times)."""
_LATE_CHILD_SECONDS = 40.0
"""How long a driver waits for a child in sight, on average (a judgement)."""
_BOARDING = (19.0, 2.6)
"""Seconds for a pick-up, and for each child that gets on (the prior of transit studies; no school data is public)."""
_ALIGHTING = (15.0, 2.2)
_AT_SCHOOL = (45.0, 1.6)
_CRAWL = 0.3
"""Share of the flow left in heavy traffic."""


@dataclass(frozen=True, slots=True)
class TrueVisit:
    """When a bus really was at a call. Both are the same where nobody waited and it drove past."""

    arrived_seconds: float
    departed_seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class DrivenBlock:
    """One bus, out and back."""

    block_id: BlockId
    vehicle_id: VehicleId
    knot_seconds: NDArray[np.float64]
    """(knots,) never decreasing; between two knots the bus goes straight and evenly."""
    knot_xy: NDArray[np.float64]
    """(knots, 2) on the city's plane."""
    signed_on: tuple[tuple[float, RunId | None], ...]
    """From when the driver has been signed on to which run."""
    visits: Mapping[RunId, tuple[TrueVisit, ...]]
    causes: Mapping[RunId, Cause]


@dataclass(frozen=True, slots=True, eq=False)
class DayTruth:
    """Everything that really happened on a service day."""

    service_date: date
    timezone: ZoneInfo
    driven: tuple[DrivenBlock, ...]
    uncovered: frozenset[RunId]
    """Runs that no bus drove."""
    visits: Mapping[RunId, tuple[TrueVisit, ...]]
    arrivals: Mapping[RunId, tuple[datetime, ...]]
    """When each run really arrived at each of its calls; an uncovered run is absent."""
    vehicles: Mapping[RunId, VehicleId]
    """Which bus drove each run."""
    causes: Mapping[RunId, Cause]
    """Why a run lost time, where one mishap is to blame."""


def drive_day(
    plan: SchoolPlan,
    day: date,
    haps: Mapping[BlockId, BlockDay],
    timezone: ZoneInfo,
    conditions: Conditions = USUAL,
) -> DayTruth:
    """The truth of one day; about a quarter of a second for fifty buses."""
    traffic = Traffic(plan.city, plan.seed, day, conditions)
    driven, uncovered = [], []
    for block in plan.blocks:
        hap = haps[block.block_id]
        if hap.vehicle_id is None:
            uncovered += [run.run_id for run in block.runs]
        else:
            draw = chance(plan.seed, day, "drive", block.block_id)
            driven.append(_Driver(plan.city, traffic, conditions, hap, draw).drive(block, hap.vehicle_id))
    visits = {run_id: visits for bus in driven for run_id, visits in bus.visits.items()}
    vehicles = {run_id: bus.vehicle_id for bus in driven for run_id in bus.visits}
    arrivals = {
        run_id: tuple(moment(day, visit.arrived_seconds, timezone) for visit in calls)
        for run_id, calls in visits.items()
    }
    causes = {run_id: cause for bus in driven for run_id, cause in bus.causes.items()}
    return DayTruth(day, timezone, tuple(driven), frozenset(uncovered), visits, arrivals, vehicles, causes)


class _Driver:
    """Takes one bus through its block, writing down where it was when."""

    def __init__(self, city: City, traffic: Traffic, conditions: Conditions, hap: BlockDay, draw: Generator) -> None:
        self._city, self._traffic, self._conditions, self._hap, self._draw = city, traffic, conditions, hap, draw
        self._cruise = self._cruise_mps(1.0)
        self._road: list[int] = city.link_road.tolist()
        self._now = 0.0
        self._seconds: list[float] = []
        self._places: list[tuple[float, float]] = []
        self._to_lose = 0.0

    def _cruise_mps(self, share: float) -> dict[int, float]:
        return {int(road): mps * self._hap.pace * share for road, mps in CRUISE_MPS.items()}

    def drive(self, block: PlannedBlock, vehicle_id: VehicleId) -> DrivenBlock:
        self._now = block.pull_out_seconds - PRE_TRIP_SECONDS
        self._mark(block.hops[0][0])
        first = self._hap.signs_on_to(0, block.runs[0].run_id)
        signed_on: list[tuple[float, RunId | None]] = [(self._now + PRE_TRIP_SECONDS / 2, first)]
        self._stand(block.hops[0][0], PRE_TRIP_SECONDS + self._hap.yard_late_seconds)
        visits: dict[RunId, tuple[TrueVisit, ...]] = {}
        causes: dict[RunId, Cause] = {}
        for index, run in enumerate(block.runs):
            standstills = [still for still in self._hap.standstills if still.run_index == index]
            if standstills:
                causes[run.run_id] = max(standstills, key=lambda still: still.seconds).cause
            if index:
                # With time to spare a driver rests where the last run ended, not at a corner in front of a house.
                set_out = run.starts - planned_drive_seconds(self._city, block.hops[index]) - EARLY_SECONDS
                self._stand(block.hops[index][0], set_out - self._now)
                signed_on.append((self._now - 15.0, self._hap.signs_on_to(index, run.run_id)))
            for still in standstills:
                if still.share < 0:
                    self._stand(block.hops[index][0], still.seconds)
            self._along(block.hops[index])
            self._cruise = self._cruise_mps(self._hap.knows_share(index))
            visits[run.run_id] = self._serve(run, [still for still in standstills if still.share >= 0])
            self._cruise = self._cruise_mps(1.0)
        signed_on.append((self._now + 30.0, None))
        self._along(block.hops[-1])
        self._stand(block.yard, _SHUT_DOWN_SECONDS)
        seconds, places = np.array(self._seconds), np.array(self._places)
        return DrivenBlock(block.block_id, vehicle_id, seconds, places, tuple(signed_on), visits, causes)

    def _mark(self, node: int) -> None:
        self._seconds.append(self._now)
        self._places.append(self._city.node_places[node])

    def _stand(self, node: int, seconds: float) -> None:
        self._now += max(seconds, 0.0)
        self._mark(node)

    def _along(self, nodes: Sequence[int]) -> None:
        """Drive from junction to junction; nothing to stop for but the street."""
        before = -1
        for a, b in pairwise(nodes):
            link = self._city.link_between(a, b)
            if before >= 0:
                wait = self._traffic.junction_seconds(before, a, link, self._now)
                if wait > 0:
                    self._stand(a, wait)
            flow = self._traffic.flow(link, self._now)
            seconds = float(self._city.link_m[link]) / (self._cruise[self._road[link]] * flow)
            if self._to_lose > 0:
                crawling = min(seconds / _CRAWL - seconds, self._to_lose)
                self._to_lose -= crawling
                seconds += crawling
            self._now += seconds + self._obstructed_seconds(float(self._city.link_m[link]))
            self._mark(b)
            before = link

    def _obstructed_seconds(self, metres: float) -> float:
        """A delivery van, a car that parks, a crossing guard."""
        # Chance is asked only where it matters, so that a usual day stays what it was.
        often = self._conditions.obstructions_per_km * metres / 1_000
        return float(self._draw.exponential(_OBSTRUCTED_SECONDS)) if often and self._draw.random() < often else 0.0

    def _hop(self, nodes: Sequence[int], broken_down: Sequence[Standstill]) -> None:
        """From call to call, with a breakdown half-way where there is one."""
        half = len(nodes) // 2
        if broken_down and half:
            self._along(nodes[: half + 1])
            self._stand(nodes[half], sum(still.seconds for still in broken_down))
            nodes = nodes[half:]
        self._along(nodes)

    def _serve(self, run: PlannedRun, standstills: Sequence[Standstill]) -> tuple[TrueVisit, ...]:
        visits: list[TrueVisit] = []
        last = len(run.call_at) - 1
        broken_down: list[Standstill] = []
        for index in range(len(run.call_at)):
            if index:
                self._hop(run.nodes[run.call_at[index - 1] : run.call_at[index] + 1], broken_down)
                broken_down = []
            arrived = self._now
            node = run.nodes[run.call_at[index]]
            dwell = self._dwell_seconds(run, index)
            if index < last:
                # A driver who is early waits for the children, not they for him; some wait better than others.
                dwell = max(dwell, run.seconds[index] - self._hap.patience_seconds - self._now)
            self._stand(node, dwell)
            visits.append(TrueVisit(arrived, self._now))
            for still in standstills:
                if index < last and index / last <= still.share < (index + 1) / last:
                    if still.cause is Cause.HEAVY_TRAFFIC:
                        self._to_lose += still.seconds
                    else:
                        broken_down.append(still)
        self._to_lose = 0.0
        return tuple(visits)

    def _dwell_seconds(self, run: PlannedRun, index: int) -> float:
        listed = run.riders[index]
        present = int(self._draw.binomial(listed, self._conditions.present_share))
        noise = float(np.exp(self._draw.normal(0, self._conditions.dwell_scatter)))
        at_school = run.stop_ids[index] == run.school.stop_id
        if at_school:
            base, each = _AT_SCHOOL
        else:
            base, each = _BOARDING if run.leg is Leg.TO_SCHOOL else _ALIGHTING
        if not present:
            return 0.0 if run.leg is Leg.FROM_SCHOOL or self._draw.random() < 0.4 else 10.0 * noise
        seconds = (base + each * present) * noise * self._conditions.dwell
        late_child_share = self._conditions.late_child_share if run.leg is Leg.TO_SCHOOL and not at_school else 0.0
        if late_child_share and self._draw.random() < late_child_share:
            seconds += float(self._draw.exponential(_LATE_CHILD_SECONDS))
        return seconds


def speed_mps(bus: DrivenBlock) -> NDArray[np.float64]:
    """(knots - 1,) how fast a bus goes between its knots."""
    seconds = np.diff(bus.knot_seconds)
    metres = np.hypot(*np.diff(bus.knot_xy, axis=0).T)
    speed: NDArray[np.float64] = np.divide(metres, seconds, out=np.zeros_like(metres), where=seconds > 0)
    return speed
