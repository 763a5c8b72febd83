"""What a simulated district means to do: schools, stops, routes and the blocks of its buses.

A seed and a size in; the same plan out on every day. Times are seconds of the service day, in whole minutes, as
routing offices publish them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from busline.ids import BlockId, Phone, RouteId, RunId, SchoolId, StopId, VehicleId
from busline.people import Leg
from feeds.simulator.chance import chance
from feeds.simulator.city import City, Road, build_city
from feeds.simulator.names import fictional_phone, school_names
from feeds.simulator.paths import Reach, quickest_path, reach

BELLS = (7 * 3600 + 1800, 8 * 3600 + 1800, 9 * 3600 + 1800)
"""Three bell times, an hour apart, so that one bus serves three schools (Boston's are of this kind)."""
_KINDS = ("High School", "Middle School", "Elementary School")
SCHOOL_DAY_SECONDS = 6 * 3600 + 40 * 60
RELEASE_SECONDS = 8 * 60
"""Buses leave the school about this long after the afternoon bell (Howard County: 7 minutes)."""
_BEFORE_BELL_SECONDS = 15 * 60
"""The plan brings children to school this long before the morning bell."""
_TIER_SHARES = (0.88, 0.92, 0.80)
"""Which part of the buses drives in each tier: most do two or three runs."""
PLAN_PACE = 1.14
"""What a planner allows on top of empty streets, at any hour."""
_PLAN_ERROR = 0.07
"""How far a route's plan is off for good, as a standard deviation of its logarithm."""
EARLY_SECONDS = 240
"""A bus means to be at its first stop this long before time."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a district is."""

    buses: int = 48
    schools: int = 24
    students: int = 2_000

    @property
    def radius_m(self) -> float:
        """The city grows with its buses: the same number to the square kilometre."""
        return 5_200.0 * math.sqrt(self.buses / 48)


DEMO = Size()


@dataclass(frozen=True, slots=True)
class School:
    school_id: SchoolId
    name: str
    phone: Phone
    tier: int
    """0, 1 or 2: which bell it keeps."""
    node: int
    stop_id: StopId

    @property
    def bell_seconds(self) -> int:
        return BELLS[self.tier]


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A corner where students are met, or the kerb of a school."""

    stop_id: StopId
    name: str
    node: int
    place_xy: tuple[float, float]
    """On the kerb, a few metres beside the middle of the junction."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One journey of a bus: in the morning stops then school, in the afternoon school then stops."""

    run_id: RunId
    route_id: RouteId
    route_name: str
    headsign: str
    school: School
    leg: Leg
    nodes: tuple[int, ...]
    """The junctions driven through, first call to last."""
    call_at: tuple[int, ...]
    """For each call, its index in `nodes`."""
    stop_ids: tuple[StopId, ...]
    riders: tuple[int, ...]
    """How many students are on the list of each call; everybody at the school."""
    seconds: tuple[int, ...]
    """Planned time of each call."""

    @property
    def starts(self) -> int:
        return self.seconds[0]

    @property
    def ends(self) -> int:
        return self.seconds[-1]


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """What one bus does in a row, out of the yard and back."""

    block_id: BlockId
    vehicle_id: VehicleId
    yard: int
    runs: tuple[PlannedRun, ...]
    hops: tuple[tuple[int, ...], ...]
    """Empty drives as nodes: yard to the first run, run to run, last run to the yard."""
    pull_out_seconds: int


@dataclass(frozen=True, slots=True, eq=False)
class SchoolPlan:
    """Everything the district means to do on any school day."""

    seed: int
    size: Size
    city: City
    schools: tuple[School, ...]
    stops: Mapping[StopId, PlannedStop]
    runs: Mapping[RunId, PlannedRun]
    blocks: tuple[PlannedBlock, ...]
    """Mornings then afternoons, by bus."""
    spares: tuple[VehicleId, ...]
    """Buses that stand in the yard for the day another breaks down."""


def planned_drive_seconds(city: City, nodes: Sequence[int]) -> float:
    """What the plan allows for driving along junctions, without stopping for anybody."""
    links = (city.planned_seconds[city.link_between(a, b)] for a, b in pairwise(nodes))
    return PLAN_PACE * sum(links)


def planned_dwell_seconds(riders: int, leg: Leg, *, at_school: bool) -> float:
    """What the plan allows for standing at a call."""
    if at_school:
        return 0.0
    return 20.0 + (3.0 if leg is Leg.TO_SCHOOL else 2.0) * riders


class _Planner:
    """Draws one district. Each step takes from its own chance, so that a change to one leaves the others alone."""

    def __init__(self, seed: int, size: Size) -> None:
        self.seed, self.size = seed, size
        self.city = build_city(seed, size.radius_m)
        self.stops: dict[StopId, PlannedStop] = {}
        degree = np.array([len(pairs) for pairs in self.city.neighbours])
        narrowest = np.array(
            [max(int(self.city.link_road[link]) for _, link in pairs) for pairs in self.city.neighbours]
        )
        self._quiet = np.flatnonzero((degree >= 3) & (narrowest >= Road.COLLECTOR) & ~self.city.signal)
        self._corners = self._spaced(chance(seed, "corners"), 260.0)
        self._corner_xy = self.city.node_xy[self._corners]
        self._reaches: dict[int, Reach] = {}

    def _spaced(self, draw: np.random.Generator, gap_m: float) -> NDArray[np.int64]:
        """Quiet junctions at least `gap_m` apart, in random order."""
        taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
        chosen = []
        for node in draw.permutation(self._quiet).tolist():
            x, y = self.city.node_xy[node].tolist()
            cell_x, cell_y = int(x // gap_m), int(y // gap_m)
            near = (
                place
                for column in range(cell_x - 1, cell_x + 2)
                for row in range(cell_y - 1, cell_y + 2)
                for place in taken.get((column, row), ())
            )
            if all(math.dist(place, (x, y)) >= gap_m for place in near):
                taken.setdefault((cell_x, cell_y), []).append((x, y))
                chosen.append(node)
        return np.array(chosen, np.int64)

    def _reach(self, node: int) -> Reach:
        if node not in self._reaches:
            self._reaches[node] = reach(self.city, node)
        return self._reaches[node]

    def _stop(self, stop_id: StopId, name: str, node: int) -> StopId:
        """The kerb at a junction, made once: six metres from its middle, to one side."""
        if stop_id not in self.stops:
            x, y = self.city.node_xy[node].tolist()
            angle = float(chance(self.seed, "kerb", node).uniform(0, 2 * math.pi))
            self.stops[stop_id] = PlannedStop(stop_id, name, node, (x + 6 * math.cos(angle), y + 6 * math.sin(angle)))
        return stop_id

    def _corner_stop(self, node: int) -> StopId:
        streets = self.city.streets_at(node)
        name = f"{streets[0]} at {streets[1]}" if len(streets) > 1 else f"{streets[0]}, end"
        return self._stop(StopId(f"C{node:05d}"), name, node)

    def schools(self) -> tuple[School, ...]:
        """Spread over the city: each new one is the best of a handful by its distance from those there are."""
        draw = chance(self.seed, "schools")
        names = school_names(self.seed, self.size.schools)
        chosen: list[int] = []
        for _ in range(self.size.schools):
            handful = draw.choice(self._quiet, 12, replace=False).tolist()
            apart = [
                min((math.dist(self.city.node_xy[node], self.city.node_xy[other]) for other in chosen), default=0.0)
                for node in handful
            ]
            chosen.append(handful[int(np.argmax(apart))])
        schools = []
        for index, (name, node) in enumerate(zip(names, chosen, strict=True)):
            tier = index % len(BELLS)
            name = f"{name} {_KINDS[tier]}"
            school_id = SchoolId(f"S{index + 1:02d}")
            stop_id = self._stop(StopId(f"SCH-{school_id}"), name, node)
            schools.append(School(school_id, name, fictional_phone(index + 1), tier, node, stop_id))
        return tuple(schools)

    def _pocket(self, school: School, index: int, of: int, draw: np.random.Generator, used: set[int]) -> list[int]:
        """Corners that one bus collects: a bunch some way off, each route of a school in another direction."""
        count = int(draw.integers(9, 14))
        turn = 2 * math.pi * (index + draw.uniform(-0.25, 0.25)) / of
        far = self.city.radius_m * (0.22 + 0.38 * float(draw.beta(2, 3)))
        aim = self.city.node_xy[school.node] + far * np.array([math.cos(turn), math.sin(turn)])
        free = [corner for corner in range(len(self._corners)) if int(self._corners[corner]) not in used]
        distance = np.hypot(*(self._corner_xy[free] - aim).T)
        heart = int(self._corners[free[int(np.argmin(distance))]])
        # By street, not as the crow flies: the other bank of the river is near and yet far away.
        near = reach(self.city, heart, within_seconds=500.0).seconds
        ranked = sorted((near[node], node) for node in (int(self._corners[corner]) for corner in free))
        candidates = [node for seconds, node in ranked if seconds < math.inf and node != school.node][: 3 * count]
        keep = draw.permutation(len(candidates))[:count].tolist()
        return [candidates[place] for place in sorted(keep)]

    def _in_order(self, corners: Sequence[int], school: School) -> list[int]:
        """The way round: from the far end to the school, nearest first, then uncrossed (2-opt)."""
        place = {node: tuple(self.city.node_xy[node].tolist()) for node in (*corners, school.node)}
        away = {node: math.dist(place[node], place[school.node]) for node in corners}
        left = sorted(corners, key=away.__getitem__)
        tour = [left.pop()]
        while left:
            tour.append(min(left, key=lambda node: math.dist(place[node], place[tour[-1]])))
            left.remove(tour[-1])
        tour.append(school.node)
        improved = True
        while improved:
            improved = False
            for first in range(len(tour) - 2):
                for last in range(first + 1, len(tour) - 1):
                    before = math.dist(place[tour[first - 1]], place[tour[first]]) if first else 0.0
                    after = math.dist(place[tour[first - 1]], place[tour[last]]) if first else 0.0
                    before += math.dist(place[tour[last]], place[tour[last + 1]])
                    after += math.dist(place[tour[first]], place[tour[last + 1]])
                    if after < before - 1.0:
                        tour[first : last + 1] = tour[first : last + 1][::-1]
                        improved = True
        return tour[:-1]

    def _path(self, corners: Sequence[int], school: School) -> tuple[list[int], list[int]]:
        """Junctions from the first corner to the school, and where on them each call is."""
        nodes, calls = [corners[0]], [0]
        for target in corners[1:]:
            came_from = nodes[-2] if len(nodes) > 1 else None
            nodes += quickest_path(self.city, nodes[-1], target, came_from)[1:]
            calls.append(len(nodes) - 1)
        came_from = nodes[-2] if len(nodes) > 1 else None
        nodes += self._reach(school.node).path_from(nodes[-1], self.city, came_from)[1:]
        return nodes, [*calls, len(nodes) - 1]

    def _times(self, nodes: Sequence[int], calls: Sequence[int], riders: Sequence[int], leg: Leg) -> list[float]:
        """Seconds from the first call to each, by the plan's own pace."""
        at, times = 0.0, [0.0]
        for index in range(1, len(calls)):
            previous = index - 1
            at_school = previous == 0 and leg is Leg.FROM_SCHOOL
            at += planned_dwell_seconds(riders[previous], leg, at_school=at_school)
            at += planned_drive_seconds(self.city, nodes[calls[previous] : calls[index] + 1])
            times.append(at)
        return times

    def routes(self, schools: Sequence[School]) -> list[tuple[PlannedRun, PlannedRun]]:
        """Every route as its morning run and the afternoon run that drives it the other way."""
        codes = _codes(schools)
        made = []
        numbers = [round(share * self.size.buses) for share in _TIER_SHARES]
        per_stop = self.size.students / (11 * sum(numbers))
        for tier, runs_in_tier in enumerate(numbers):
            of_tier = [school for school in schools if school.tier == tier]
            used: dict[SchoolId, set[int]] = {school.school_id: set() for school in of_tier}
            counts = [len(range(index, runs_in_tier, len(of_tier))) for index in range(len(of_tier))]
            for school, count in zip(of_tier, counts, strict=True):
                for index in range(count):
                    draw = chance(self.seed, "route", school.school_id, index)
                    taken = used[school.school_id]
                    corners = self._in_order(self._pocket(school, index, count, draw, taken), school)
                    taken.update(corners)
                    riders = (1 + draw.poisson(per_stop - 1, len(corners))).tolist()
                    made.append(self._route(f"{codes[school.school_id]}{index + 1}", school, corners, riders))
        return made

    def _route(
        self, code: str, school: School, corners: Sequence[int], riders: Sequence[int]
    ) -> tuple[PlannedRun, PlannedRun]:
        nodes, calls = self._path(corners, school)
        stop_ids = [*(self._corner_stop(node) for node in corners), school.stop_id]
        counts = [*riders, sum(riders)]
        error = math.exp(float(chance(self.seed, "plan error", code).normal(0, _PLAN_ERROR)))
        morning = [error * at for at in self._times(nodes, calls, counts, Leg.TO_SCHOOL)]
        arrive = school.bell_seconds - _BEFORE_BELL_SECONDS
        out = _minutes(arrive - morning[-1] + at for at in morning)
        back_nodes = nodes[::-1]
        back_calls = [len(nodes) - 1 - index for index in reversed(calls)]
        afternoon = [error * at for at in self._times(back_nodes, back_calls, counts[::-1], Leg.FROM_SCHOOL)]
        leave = school.bell_seconds + SCHOOL_DAY_SECONDS + RELEASE_SECONDS
        back = _minutes(leave + at for at in afternoon)
        route = RouteId(code)
        return (
            PlannedRun(
                RunId(f"{code}-AM"), route, code, school.name, school, Leg.TO_SCHOOL,
                tuple(nodes), tuple(calls), tuple(stop_ids), tuple(counts), out,
            ),
            PlannedRun(
                RunId(f"{code}-PM"), route, code, f"{school.name}, going home", school, Leg.FROM_SCHOOL,
                tuple(back_nodes), tuple(back_calls), tuple(reversed(stop_ids)), tuple(reversed(counts)), back,
            ),
        )  # fmt: skip

    def yards(self) -> list[int]:
        """Two depots, at the edge of the city where two wide streets meet."""
        distance = np.hypot(*self.city.node_xy.T)
        wide = np.zeros(len(distance), np.bool_)
        wide[self.city.link_ends[self.city.link_road <= Road.ARTERIAL].ravel()] = True
        ring = np.flatnonzero(wide & (distance > 0.6 * self.city.radius_m))
        draw = chance(self.seed, "yards")
        first = int(draw.choice(ring))
        apart = np.hypot(*(self.city.node_xy[ring] - self.city.node_xy[first]).T)
        return [first, int(ring[int(np.argmax(apart))])]

    def _chains(
        self, routes: Sequence[tuple[PlannedRun, PlannedRun]], yards: Sequence[int]
    ) -> list[list[tuple[PlannedRun, PlannedRun]]]:
        """Which routes each bus drives, tier by tier: the nearest free bus that can be there in time."""
        chains: list[list[tuple[PlannedRun, PlannedRun]]] = [[] for _ in range(self.size.buses)]
        for tier in range(len(BELLS)):
            free = set(range(self.size.buses))
            for route in sorted((route for route in routes if route[0].school.tier == tier), key=lambda r: r[0].starts):
                first = route[0].nodes[0]

                def cost(bus: int, start: PlannedRun = route[0], first: int = first) -> float:
                    if not chains[bus]:
                        # A bus still in the yard costs a driver; take one only where no other is near.
                        return 200.0 + min(self._reach(yard).seconds[first] for yard in yards)
                    before = chains[bus][-1][0]
                    drive = PLAN_PACE * self._reach(before.nodes[-1]).seconds[first]
                    late = before.ends + 180 + drive - start.starts
                    return drive + 10 * max(late, 0.0)

                bus = min(free, key=lambda bus: (cost(bus), bus))
                free.discard(bus)
                chains[bus].append(route)
        return [chain for chain in chains if chain]

    def _block(self, block_id: BlockId, vehicle: VehicleId, yard: int, runs: Sequence[PlannedRun]) -> PlannedBlock:
        to_yard = self._reach(yard)
        hops = [tuple(to_yard.path_from(runs[0].nodes[0], self.city)[::-1])]
        timed = [runs[0]]
        for run in runs[1:]:
            before = timed[-1]
            # One of the two ends is a school, whose reach is known; streets are two-way.
            if before.leg is Leg.TO_SCHOOL:
                hop = self._reach(before.nodes[-1]).path_from(run.nodes[0], self.city)[::-1]
            else:
                hop = self._reach(run.nodes[0]).path_from(before.nodes[-1], self.city, before.nodes[-2])
            hops.append(tuple(hop))
            ready = before.ends + 120 + planned_drive_seconds(self.city, hop)
            timed.append(_shifted(run, max(0, 60 * math.ceil((ready - run.starts) / 60))))
        hops.append(tuple(to_yard.path_from(timed[-1].nodes[-1], self.city)))
        pull_out = timed[0].starts - planned_drive_seconds(self.city, hops[0]) - EARLY_SECONDS
        return PlannedBlock(block_id, vehicle, yard, tuple(timed), tuple(hops), 60 * math.floor(pull_out / 60))

    def plan(self) -> SchoolPlan:
        schools = self.schools()
        routes = self.routes(schools)
        yards = self.yards()
        numbers = (101 + chance(self.seed, "numbers").permutation(790)).tolist()
        mornings, afternoons = [], []
        for index, chain in enumerate(self._chains(routes, yards)):
            vehicle = VehicleId(str(numbers[index]))
            yard = min(yards, key=lambda yard: self._reach(yard).seconds[chain[0][0].nodes[0]])
            name = f"B{index + 1:02d}"
            mornings.append(self._block(BlockId(f"{name}-AM"), vehicle, yard, [out for out, _ in chain]))
            afternoons.append(self._block(BlockId(f"{name}-PM"), vehicle, yard, [back for _, back in chain]))
        blocks = (*mornings, *afternoons)
        runs = {run.run_id: run for block in blocks for run in block.runs}
        spares = tuple(VehicleId(str(901 + index)) for index in range(max(4, self.size.buses // 8)))
        return SchoolPlan(self.seed, self.size, self.city, schools, self.stops, runs, blocks, spares)


def _codes(schools: Sequence[School]) -> dict[SchoolId, str]:
    """Two letters for each school, as painted on the card in the windscreen of its buses."""
    codes: dict[SchoolId, str] = {}
    for school in schools:
        letters = [letter.upper() for letter in school.name if letter.isalpha()]
        pairs = (letters[0] + second for second in [*letters[1:], *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
        codes[school.school_id] = next((pair for pair in pairs if pair not in codes.values()), school.school_id)
    return codes


def _minutes(seconds: Iterable[float]) -> tuple[int, ...]:
    return tuple(60 * round(at / 60) for at in seconds)


def _shifted(run: PlannedRun, by_seconds: int) -> PlannedRun:
    return replace(run, seconds=tuple(at + by_seconds for at in run.seconds)) if by_seconds else run


@lru_cache(maxsize=4)
def make_plan(seed: int, size: Size = DEMO) -> SchoolPlan:
    """The plan of a seed and size; under a second for the demo's."""
    return _Planner(seed, size).plan()
