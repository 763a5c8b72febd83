"""A September of changing routes: seed, size and number of weeks in; one plan a week out, each made from the last.

Children register late, move and never come; runs that were too long are split, and where a driver is missing a route
is dissolved into its neighbours. Districts change their routes weekly until October; how many of them each kind of
change strikes is a judgement, for nobody publishes it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from numpy.random import Generator

from busline.ids import RouteId
from feeds.simulator.blocks import after_seconds, chained, scheduled
from feeds.simulator.chance import chance
from feeds.simulator.city import City, build_city
from feeds.simulator.paths import Atlas
from feeds.simulator.plan import School, SchoolPlan, Size
from feeds.simulator.routes import Route, Routes, RoutingOffice

PLAN_ERROR = 0.15
"""How far a route's plan is off, as a standard deviation of its logarithm. Routing software's speeds have "no
mathematical basis" (North Carolina, TRR 1768, 2001); no measured figure was found."""
PLAN_BIAS = 0.09
"""The mean of the same. It and the next are chosen so that buses are as late as Boston's (`term`)."""
_BEFORE_BELL_MINUTES = (8, 15)
"""The plan brings children to school so long before the morning bell."""
_STEADY_AFTER_WEEKS = 2.0
"""The shares below are those of the second week, and fall by 1/e in so many weeks."""
_NEAR_M = 700.0
"""A new stop is no farther from one that the bus calls at anyway."""
_FEWEST_STOPS = 4
_LONGEST_STOPS = 15
"""A route with more stops is split first."""


class Change(StrEnum):
    """What the office did to a route."""

    ADDED = "a stop for a new rider"
    MOVED = "a stop moved"
    DROPPED = "a stop dropped"
    REORDERED = "stops in another order"
    RETIMED = "new times"
    SPLIT = "split"
    NEW = "split off"
    TOOK_OVER = "took over stops"
    DISSOLVED = "dissolved"


_SHARES = {
    Change.ADDED: 0.14,
    Change.MOVED: 0.08,
    Change.DROPPED: 0.05,
    Change.REORDERED: 0.04,
    Change.RETIMED: 0.05,
}
"""Of all routes, in the second week."""
_SPLIT_SHARE, _DISSOLVED_SHARE = 0.02, 0.012


@dataclass(frozen=True, slots=True, eq=False)
class WeekPlan:
    """The plan of one week and what is new in it."""

    plan: SchoolPlan
    changes: Mapping[RouteId, Change]
    """The last thing done to each route that is not as it was a week before."""
    since: Mapping[RouteId, int]
    """The week from which on each route is as it is now; the first is 1."""


@dataclass(frozen=True, slots=True)
class _Sketch:
    """What the office decides about a route."""

    code: str
    school: School
    corners: tuple[int, ...]
    riders: tuple[int, ...]
    timing: int = 0


@lru_cache(maxsize=2)
def weekly_plans(seed: int, size: Size, weeks: int) -> tuple[WeekPlan, ...]:
    """The plans of the first weeks of a school year; about half a second a week for fifty buses."""
    atlas = Atlas(build_city(seed, size.radius_m))
    office = RoutingOffice(
        atlas, seed, size, plan_error=PLAN_ERROR, plan_bias=PLAN_BIAS, before_bell_minutes=_BEFORE_BELL_MINUTES
    )
    drawn = office.drawn()
    chains = chained(atlas, seed, size, drawn.routes)
    desk = _Desk(atlas, office, drawn, chains)
    since = {RouteId(code): 1 for code in desk.sketches}
    made = [WeekPlan(scheduled(atlas, seed, size, drawn, chains), {}, since)]
    for week in range(2, weeks + 1):
        changes = desk.revise(chance(seed, "revisions", week), math.exp(-(week - 2) / _STEADY_AFTER_WEEKS))
        since = since | dict.fromkeys(changes, week)
        routes = {code: desk.route(code) for code in desk.sketches}
        now = Routes(drawn.schools, dict(office.stops), tuple(routes.values()))
        chains = [[routes[code] for code in codes] for codes in desk.chains]
        made.append(WeekPlan(scheduled(atlas, seed, size, now, chains), changes, since))
    return tuple(made)


class _Desk:
    """Where routes are changed. Everything goes by code, in the order in which the office drew it."""

    def __init__(self, atlas: Atlas, office: RoutingOffice, drawn: Routes, chains: Sequence[Sequence[Route]]) -> None:
        self._atlas, self._office, self._city = atlas, office, atlas.city
        self.sketches = {str(route.out.route_id): _sketch(route) for route in drawn.routes}
        self.chains = [[str(route.out.route_id) for route in chain] for chain in chains]
        self._changes: dict[RouteId, Change] = {}
        self._made: dict[_Sketch, Route] = {}

    def route(self, code: str) -> Route:
        """The route of a sketch, drawn once."""
        sketch = self.sketches[code]
        if sketch not in self._made:
            self._made[sketch] = self._office.route(
                code, sketch.school, sketch.corners, sketch.riders, timing=sketch.timing
            )
        return self._made[sketch]

    def revise(self, draw: Generator, much: float) -> dict[RouteId, Change]:
        """One week's changes, `much` of those of the second week."""
        self._changes = {}
        codes = list(self.sketches)
        for code in codes:
            luck = float(draw.random())
            for change, share in _SHARES.items():
                if luck < share * much:
                    self._change(self.sketches[code], change, draw)
                    break
                luck -= share * much
        for _ in range(int(draw.poisson(_DISSOLVED_SHARE * much * len(codes)))):
            self._dissolve(codes[int(draw.integers(len(codes)))])
        for _ in range(int(draw.poisson(_SPLIT_SHARE * much * len(codes)))):
            self._split_longest()
        for sketch in list(self.sketches.values()):
            if len(sketch.corners) > _LONGEST_STOPS:
                self._split(sketch)
        return self._changes

    def _put(self, sketch: _Sketch, change: Change) -> None:
        self.sketches[sketch.code] = sketch
        self._changes[RouteId(sketch.code)] = change

    def _change(self, old: _Sketch, change: Change, draw: Generator) -> None:
        at = int(draw.integers(len(old.corners)))
        match change:
            case Change.ADDED:
                corner = self._corner_near(old, old.corners[at])
                if corner is not None:
                    self._put(self._with(old, corner, 1), change)
            case Change.MOVED:
                corner = self._corner_near(old, old.corners[at])
                if corner is not None:
                    corners = (*old.corners[:at], corner, *old.corners[at + 1 :])
                    self._put(replace(old, corners=corners), change)
            case Change.DROPPED:
                if len(old.corners) > _FEWEST_STOPS:
                    self._put(_without(old, at), change)
            case Change.REORDERED:
                until = min(at + 2 + int(draw.integers(3)), len(old.corners))
                if until - at >= 2:
                    self._put(
                        replace(
                            old,
                            corners=(*old.corners[:at], *old.corners[at:until][::-1], *old.corners[until:]),
                            riders=(*old.riders[:at], *old.riders[at:until][::-1], *old.riders[until:]),
                        ),
                        change,
                    )
            case _:
                self._put(replace(old, timing=old.timing + 1), change)

    def _corner_near(self, sketch: _Sketch, corner: int) -> int | None:
        """The nearest corner at which no bus of the school calls yet."""
        taken = {node for other in self.sketches.values() if other.school == sketch.school for node in other.corners}
        free = [node for node in self._office.corners.tolist() if node not in taken and node != sketch.school.node]
        nearest = min(free, key=lambda node: _metres(self._city, node, corner), default=None)
        return nearest if nearest is not None and _metres(self._city, nearest, corner) < _NEAR_M else None

    def _with(self, sketch: _Sketch, corner: int, riders: int) -> _Sketch:
        """A corner put in where it makes the way longer by the least."""
        places = [*sketch.corners, sketch.school.node]
        detours = [_metres(self._city, corner, places[0])]
        for before, after in pairwise(places):
            by = _metres(self._city, before, corner) + _metres(self._city, corner, after)
            detours.append(by - _metres(self._city, before, after))
        at = detours.index(min(detours))
        return replace(
            sketch,
            corners=(*sketch.corners[:at], corner, *sketch.corners[at:]),
            riders=(*sketch.riders[:at], riders, *sketch.riders[at:]),
        )

    def _dissolve(self, code: str) -> None:
        """Its stops go to the other routes of its school."""
        old = self.sketches.get(code)
        others = [one for one in self.sketches.values() if old is not None and one.school == old.school and one != old]
        if old is None or not others:
            return
        del self.sketches[code]
        self._changes[RouteId(code)] = Change.DISSOLVED
        for chain in self.chains:
            if code in chain:
                chain.remove(code)
        heirs = {other.code: other for other in others}
        for corner, riders in zip(old.corners, old.riders, strict=True):
            code = min(heirs, key=lambda heir: min(_metres(self._city, corner, own) for own in heirs[heir].corners))
            heirs[code] = self._joined(heirs[code], corner, riders)
        for other in others:
            if heirs[other.code] != other:
                self._put(heirs[other.code], Change.TOOK_OVER)

    def _joined(self, sketch: _Sketch, corner: int, riders: int) -> _Sketch:
        """With riders at a corner: more of them where the bus calls there already."""
        if corner not in sketch.corners:
            return self._with(sketch, corner, riders)
        at = sketch.corners.index(corner)
        return replace(sketch, riders=(*sketch.riders[:at], sketch.riders[at] + riders, *sketch.riders[at + 1 :]))

    def _split_longest(self) -> None:
        self._split(max(self.sketches.values(), key=lambda sketch: (len(sketch.corners), sketch.code)))

    def _split(self, old: _Sketch) -> None:
        """Into a far and a near half; the far one is a new route, for the bus that has time for it."""
        half = len(old.corners) // 2
        numbers = [int(code[2:]) for code in self._all_codes() if code[:2] == old.code[:2]]
        new = _Sketch(f"{old.code[:2]}{max(numbers) + 1}", old.school, old.corners[:half], old.riders[:half])
        run = self._office.route(new.code, new.school, new.corners, new.riders).out
        costs = []
        for index, chain in enumerate(self.chains):
            tiers = [self.sketches[code].school.tier for code in chain]
            if new.school.tier not in tiers:
                before = [code for code, tier in zip(chain, tiers, strict=True) if tier < new.school.tier]
                after = [code for code, tier in zip(chain, tiers, strict=True) if tier > new.school.tier]
                cost = after_seconds(self._atlas, self.route(before[-1]).out, run) if before else 600.0
                cost += after_seconds(self._atlas, run, self.route(after[0]).out) if after else 0.0
                costs.append((cost, index, len(before)))
        if not costs:
            return
        _, index, place = min(costs)
        self.chains[index].insert(place, new.code)
        self._put(new, Change.NEW)
        self._put(replace(old, corners=old.corners[half:], riders=old.riders[half:]), Change.SPLIT)

    def _all_codes(self) -> set[str]:
        """Every code ever used: a number that was painted on a card is not used again."""
        return {*self.sketches, *self._changes, *(sketch.code for sketch in self._made)}


def _sketch(route: Route) -> _Sketch:
    run = route.out
    corners = tuple(run.nodes[at] for at in run.call_at[:-1])
    return _Sketch(str(run.route_id), run.school, corners, run.riders[:-1])


def _without(sketch: _Sketch, at: int) -> _Sketch:
    return replace(
        sketch,
        corners=(*sketch.corners[:at], *sketch.corners[at + 1 :]),
        riders=(*sketch.riders[:at], *sketch.riders[at + 1 :]),
    )


def _metres(city: City, a: int, b: int) -> float:
    return math.dist(city.node_places[a], city.node_places[b])
