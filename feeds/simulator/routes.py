"""Draws the routes of a simulated district: where its schools stand, which corners each bus collects, in what order.

A city and a size in; schools, stops and routes out. Each step takes from its own chance, so that a change to one
leaves the others alone.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from busline.ids import RouteId, RunId, SchoolId, StopId
from busline.people import Leg
from feeds.simulator.chance import chance
from feeds.simulator.city import Road
from feeds.simulator.names import fictional_phone, school_names
from feeds.simulator.paths import Atlas, quickest_path, reach
from feeds.simulator.plan import (
    BELLS,
    PlannedRun,
    PlannedStop,
    School,
    Size,
    planned_drive_seconds,
    planned_dwell_seconds,
)

_KINDS = ("High School", "Middle School", "Elementary School")
_TIER_SHARES = (0.88, 0.92, 0.80)
"""Which part of the buses drives in each tier: most do two or three runs."""
_STOPS_A_ROUTE = (9, 13)
_CORNERS_APART_M = 260.0
_KERB_M = 6.0
_POCKET_SECONDS = 300.0
"""How far on empty streets the corners of one route lie from their middle."""
_PLAN_ERROR = 0.07
"""How far a route's plan is off for good, as a standard deviation of its logarithm."""
_BEFORE_BELL_MINUTES = (11, 20)
"""The plan brings children to school so long before the morning bell."""
_SCHOOL_DAY_SECONDS = 6 * 3600 + 40 * 60
_RELEASE_SECONDS = 8 * 60
"""Buses leave the school about this long after the afternoon bell (Howard County: 7 minutes)."""


@dataclass(frozen=True, slots=True)
class Route:
    """A morning run, and the afternoon run that drives it the other way."""

    out: PlannedRun
    back: PlannedRun


@dataclass(frozen=True, slots=True)
class Routes:
    """What the routing office draws before buses are assigned."""

    schools: tuple[School, ...]
    stops: Mapping[StopId, PlannedStop]
    routes: tuple[Route, ...]


def draw_routes(atlas: Atlas, seed: int, size: Size) -> Routes:
    """The schools, stops and routes of a seed and size."""
    return RoutingOffice(atlas, seed, size).drawn()


class RoutingOffice:
    """Draws routes, and draws them again when they change.

    `plan_error` and `plan_bias` are how far a route's plan is off for good, as standard deviation and mean of its
    logarithm.
    """

    def __init__(
        self,
        atlas: Atlas,
        seed: int,
        size: Size,
        *,
        plan_error: float = _PLAN_ERROR,
        plan_bias: float = 0.0,
        before_bell_minutes: tuple[int, int] = _BEFORE_BELL_MINUTES,
    ) -> None:
        self._atlas, self._city, self._seed, self._size = atlas, atlas.city, seed, size
        self._plan_error, self._plan_bias = plan_error, plan_bias
        self._before_bell_minutes = before_bell_minutes
        self.stops: dict[StopId, PlannedStop] = {}
        degree = np.array([len(pairs) for pairs in self._city.neighbours])
        widest = np.array(
            [min(int(self._city.link_road[link]) for _, link in pairs) for pairs in self._city.neighbours]
        )
        self._quiet = np.flatnonzero((degree >= 3) & (widest >= Road.COLLECTOR) & ~self._city.signal)
        self.corners = self._spaced(chance(seed, "corners"), _CORNERS_APART_M)
        """Junctions where children can be met, in no order."""

    def drawn(self) -> Routes:
        """Everything, as on the first day."""
        schools = self.schools()
        return Routes(schools, self.stops, tuple(self.routes(schools)))

    def _spaced(self, draw: Generator, gap_m: float) -> NDArray[np.int64]:
        """Quiet junctions at least `gap_m` apart, in random order."""
        taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
        chosen = []
        for node in draw.permutation(self._quiet).tolist():
            x, y = self._city.node_places[node]
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

    def _stop(self, stop_id: StopId, name: str, node: int) -> StopId:
        """The kerb at a junction, made once: a few metres from its middle, to one side."""
        if stop_id not in self.stops:
            x, y = self._city.node_places[node]
            angle = float(chance(self._seed, "kerb", node).uniform(0, 2 * math.pi))
            kerb = (x + _KERB_M * math.cos(angle), y + _KERB_M * math.sin(angle))
            self.stops[stop_id] = PlannedStop(stop_id, name, node, kerb)
        return stop_id

    def _corner_stop(self, node: int) -> StopId:
        streets = self._city.streets_at(node)
        name = f"{streets[0]} at {streets[1]}" if len(streets) > 1 else f"{streets[0]}, end"
        return self._stop(StopId(f"C{node:05d}"), name, node)

    def schools(self) -> tuple[School, ...]:
        """Spread over the city: each new one is the best of a handful by its distance from those there are."""
        draw = chance(self._seed, "schools")
        names = school_names(self._seed, self._size.schools)
        chosen: list[int] = []
        for _ in range(self._size.schools):
            handful = draw.choice(self._quiet, 12, replace=False).tolist()
            apart = [
                min(
                    (math.dist(self._city.node_places[node], self._city.node_places[other]) for other in chosen),
                    default=0.0,
                )
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

    def _pocket(self, school: School, index: int, of: int, draw: Generator, used: set[int]) -> list[int]:
        """Corners that one bus collects: a bunch some way off, each route of a school in another direction."""
        count = int(draw.integers(_STOPS_A_ROUTE[0], _STOPS_A_ROUTE[1] + 1))
        turn = 2 * math.pi * (index + draw.uniform(-0.25, 0.25)) / of
        far = self._city.radius_m * (0.22 + 0.38 * float(draw.beta(2, 3)))
        aim = self._city.node_xy[school.node] + far * np.array([math.cos(turn), math.sin(turn)])
        corners = [node for node in self.corners.tolist() if node != school.node]
        # In a very small district two buses of a school may have to share corners.
        free = [node for node in corners if node not in used]
        if len(free) < count:
            free = corners
        heart = free[int(np.argmin(np.hypot(*(self._city.node_xy[free] - aim).T)))]
        # By street, not as the crow flies: the other bank of the river is near and yet far away.
        near = reach(self._city, heart, _POCKET_SECONDS).seconds
        if sum(near[node] < math.inf for node in free) < count:
            near = self._atlas.reach(heart).seconds
        ranked = sorted((near[node], node) for node in free if near[node] < math.inf)
        candidates = [node for _, node in ranked[: 3 * count]]
        keep = draw.permutation(len(candidates))[:count].tolist()
        return [candidates[place] for place in sorted(keep)]

    def _in_order(self, corners: Sequence[int], school: School) -> list[int]:
        """The way round: from the far end to the school, nearest first, then uncrossed (2-opt)."""
        place = {node: self._city.node_places[node] for node in (*corners, school.node)}
        away = {node: math.dist(place[node], place[school.node]) for node in corners}
        left = sorted(corners, key=away.__getitem__)
        tour = [left.pop()]
        while left:
            tour.append(min(left, key=lambda node: math.dist(place[node], place[tour[-1]])))
            left.remove(tour[-1])
        return _uncrossed([*tour, school.node], place)[:-1]

    def _path(self, corners: Sequence[int], school: School) -> tuple[list[int], list[int]]:
        """Junctions from the first corner to the school, and where on them each call is."""
        nodes, calls = [corners[0]], [0]
        for target in corners[1:]:
            came_from = nodes[-2] if len(nodes) > 1 else None
            nodes += quickest_path(self._city, nodes[-1], target, came_from)[1:]
            calls.append(len(nodes) - 1)
        came_from = nodes[-2] if len(nodes) > 1 else None
        nodes += self._atlas.reach(school.node).path_from(nodes[-1], self._city, came_from)[1:]
        return nodes, [*calls, len(nodes) - 1]

    def _times(self, nodes: Sequence[int], calls: Sequence[int], riders: Sequence[int], leg: Leg) -> list[float]:
        """Seconds from the first call to each, by the plan's own pace."""
        at, times = 0.0, [0.0]
        for index in range(1, len(calls)):
            previous = index - 1
            at_school = previous == 0 and leg is Leg.FROM_SCHOOL
            at += planned_dwell_seconds(riders[previous], leg, at_school=at_school)
            at += planned_drive_seconds(self._city, nodes[calls[previous] : calls[index] + 1])
            times.append(at)
        return times

    def routes(self, schools: Sequence[School]) -> list[Route]:
        """Every route as its morning run and the afternoon run that drives it the other way."""
        codes = _codes(schools)
        made = []
        numbers = [round(share * self._size.buses) for share in _TIER_SHARES]
        per_stop = self._size.students / (sum(_STOPS_A_ROUTE) / 2 * sum(numbers))
        for tier, runs_in_tier in enumerate(numbers):
            of_tier = [school for school in schools if school.tier == tier]
            used: dict[SchoolId, set[int]] = {school.school_id: set() for school in of_tier}
            counts = [len(range(index, runs_in_tier, len(of_tier))) for index in range(len(of_tier))]
            for school, count in zip(of_tier, counts, strict=True):
                for index in range(count):
                    draw = chance(self._seed, "route", school.school_id, index)
                    taken = used[school.school_id]
                    corners = self._in_order(self._pocket(school, index, count, draw, taken), school)
                    taken.update(corners)
                    riders = (1 + draw.poisson(max(per_stop - 1, 0.0), len(corners))).tolist()
                    made.append(self.route(f"{codes[school.school_id]}{index + 1}", school, corners, riders))
        return made

    def route(self, code: str, school: School, corners: Sequence[int], riders: Sequence[int], timing: int = 0) -> Route:
        """A route through corners in this order. With another `timing` its plan is off in another way."""
        nodes, calls = self._path(corners, school)
        stop_ids = [*(self._corner_stop(node) for node in corners), school.stop_id]
        counts = [*riders, sum(riders)]
        draw = chance(self._seed, "plan of", code, timing) if timing else chance(self._seed, "plan of", code)
        error = math.exp(float(draw.normal(self._plan_bias, self._plan_error)))
        morning = [error * at for at in self._times(nodes, calls, counts, Leg.TO_SCHOOL)]
        soonest, earliest = self._before_bell_minutes
        arrive = school.bell_seconds - 60 * int(draw.integers(soonest, earliest + 1))
        out = _minutes(arrive - morning[-1] + at for at in morning)
        back_nodes = nodes[::-1]
        back_calls = [len(nodes) - 1 - index for index in reversed(calls)]
        afternoon = [error * at for at in self._times(back_nodes, back_calls, counts[::-1], Leg.FROM_SCHOOL)]
        leave = school.bell_seconds + _SCHOOL_DAY_SECONDS + _RELEASE_SECONDS
        back = _minutes(leave + at for at in afternoon)
        route = RouteId(code)
        return Route(
            PlannedRun(
                RunId(f"{code}-AM"), route, code, school.name, school, Leg.TO_SCHOOL,
                tuple(nodes), tuple(calls), tuple(stop_ids), tuple(counts), out,
            ),
            PlannedRun(
                RunId(f"{code}-PM"), route, code, f"{school.name}, going home", school, Leg.FROM_SCHOOL,
                tuple(back_nodes), tuple(back_calls), tuple(reversed(stop_ids)), tuple(reversed(counts)), back,
            ),
        )  # fmt: skip


def _uncrossed(tour: list[int], place: Mapping[int, tuple[float, float]]) -> list[int]:
    """2-opt: turn stretches of a tour round while that makes it shorter. Its last place stays the last."""

    def metres(a: int, b: int) -> float:
        return math.dist(place[tour[a]], place[tour[b]]) if a >= 0 else 0.0

    improved = True
    while improved:
        improved = False
        for first in range(len(tour) - 2):
            for last in range(first + 1, len(tour) - 1):
                # A metre at least, so that rounding cannot turn a stretch to and fro for ever.
                now = metres(first - 1, first) + metres(last, last + 1)
                turned = metres(first - 1, last) + metres(first, last + 1)
                if turned < now - 1.0:
                    tour[first : last + 1] = tour[first : last + 1][::-1]
                    improved = True
    return tour


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
