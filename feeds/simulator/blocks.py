"""Puts routes in a row for each bus: which it drives tier by tier, from which yard, and when it must leave.

A seed and a size in; the whole plan out, the same on every day.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from busline.ids import BlockId, VehicleId
from busline.people import Leg
from feeds.simulator.chance import chance
from feeds.simulator.city import City, Road, build_city
from feeds.simulator.paths import Atlas
from feeds.simulator.plan import (
    BELLS,
    DEMO,
    EARLY_SECONDS,
    PLAN_PACE,
    PlannedBlock,
    PlannedRun,
    SchoolPlan,
    Size,
    planned_drive_seconds,
)
from feeds.simulator.routes import Route, Routes, draw_routes

_FIRST_NUMBER = 101
_TURNAROUND_SECONDS = 120
"""What the plan leaves between the end of a run and setting out for the next."""
_YARD_COST_SECONDS = 200.0
"""How much longer an empty drive the plan accepts rather than send out another bus."""


@lru_cache(maxsize=4)
def make_plan(seed: int, size: Size = DEMO) -> SchoolPlan:
    """The plan of a seed and size; about half a second for the demo's, and longer with the square of the buses."""
    atlas = Atlas(build_city(seed, size.radius_m))
    drawn = draw_routes(atlas, seed, size)
    return scheduled(atlas, seed, size, drawn, chained(atlas, seed, size, drawn.routes))


def chained(atlas: Atlas, seed: int, size: Size, routes: Sequence[Route]) -> list[list[Route]]:
    """Which routes each bus drives, tier by tier."""
    return _chains(atlas, routes, _yards(atlas.city, seed), size.buses)


def scheduled(atlas: Atlas, seed: int, size: Size, drawn: Routes, chains: Sequence[Sequence[Route]]) -> SchoolPlan:
    """The plan that has every bus drive its chain; a bus whose chain is empty stays in the yard."""
    city, yards = atlas.city, _yards(atlas.city, seed)
    span = max(790, 2 * size.buses)
    numbers = (_FIRST_NUMBER + chance(seed, "numbers").permutation(span)).tolist()
    mornings, afternoons = [], []
    for index, chain in enumerate(chains):
        if not chain:
            continue
        vehicle = VehicleId(str(numbers[index]))
        yard = min(yards, key=lambda yard: atlas.reach(yard).seconds[chain[0].out.nodes[0]])
        name = f"B{index + 1:02d}"
        mornings.append(_block(atlas, BlockId(f"{name}-AM"), vehicle, yard, [route.out for route in chain]))
        afternoons.append(_block(atlas, BlockId(f"{name}-PM"), vehicle, yard, [route.back for route in chain]))
    blocks = (*mornings, *afternoons)
    # The plan's times are the blocks': a bus that cannot be there in time starts its run later.
    runs = {run.run_id: run for block in blocks for run in block.runs}
    first_spare = _FIRST_NUMBER + span + 10
    spares = tuple(VehicleId(str(first_spare + index)) for index in range(max(4, size.buses // 8)))
    return SchoolPlan(seed, size, city, drawn.schools, drawn.stops, runs, blocks, spares)


def _yards(city: City, seed: int) -> tuple[int, int]:
    """Two depots far from each other, on wide streets away from the centre."""
    distance = np.hypot(*city.node_xy.T)
    wide = np.zeros(len(distance), np.bool_)
    wide[city.link_ends[city.link_road <= Road.ARTERIAL].ravel()] = True
    outer = np.flatnonzero(wide & (distance > 0.6 * city.radius_m))
    first = int(chance(seed, "yards").choice(outer))
    apart = np.hypot(*(city.node_xy[outer] - city.node_xy[first]).T)
    return first, int(outer[int(np.argmax(apart))])


def _chains(atlas: Atlas, routes: Sequence[Route], yards: Sequence[int], buses: int) -> list[list[Route]]:
    """Which routes each bus drives, tier by tier: the nearest free bus that can be there in time."""
    chains: list[list[Route]] = [[] for _ in range(buses)]

    def cost(bus: int, run: PlannedRun) -> float:
        if not chains[bus]:
            return _YARD_COST_SECONDS + min(atlas.reach(yard).seconds[run.nodes[0]] for yard in yards)
        return after_seconds(atlas, chains[bus][-1].out, run)

    for tier in range(len(BELLS)):
        free = set(range(buses))
        of_tier = (route for route in routes if route.out.school.tier == tier)
        for route in sorted(of_tier, key=lambda route: route.out.starts):
            bus = min((cost(bus, route.out), bus) for bus in free)[1]
            free.discard(bus)
            chains[bus].append(route)
    return [chain for chain in chains if chain]


def after_seconds(atlas: Atlas, before: PlannedRun, run: PlannedRun) -> float:
    """What it costs to let a bus drive a morning run after another: the empty drive, and ten times any lateness."""
    drive = PLAN_PACE * atlas.reach(before.nodes[-1]).seconds[run.nodes[0]]
    late = before.ends + _TURNAROUND_SECONDS + drive - run.starts
    return drive + 10 * max(late, 0.0)


def _block(atlas: Atlas, block_id: BlockId, vehicle: VehicleId, yard: int, runs: Sequence[PlannedRun]) -> PlannedBlock:
    city, to_yard = atlas.city, atlas.reach(yard)
    hops = [tuple(to_yard.path_from(runs[0].nodes[0], city)[::-1])]
    timed = [runs[0]]
    for run in runs[1:]:
        before = timed[-1]
        # One of the two ends is a school, whose reach is known; streets are two-way.
        if before.leg is Leg.TO_SCHOOL:
            hop = atlas.reach(before.nodes[-1]).path_from(run.nodes[0], city)[::-1]
        else:
            hop = atlas.reach(run.nodes[0]).path_from(before.nodes[-1], city, before.nodes[-2])
        hops.append(tuple(hop))
        ready = before.ends + _TURNAROUND_SECONDS + planned_drive_seconds(city, hop)
        timed.append(_later(run, max(0, 60 * math.ceil((ready - run.starts) / 60))))
    hops.append(tuple(to_yard.path_from(timed[-1].nodes[-1], city)))
    pull_out = timed[0].starts - planned_drive_seconds(city, hops[0]) - EARLY_SECONDS
    return PlannedBlock(block_id, vehicle, yard, tuple(timed), tuple(hops), 60 * math.floor(pull_out / 60))


def _later(run: PlannedRun, by_seconds: int) -> PlannedRun:
    return replace(run, seconds=tuple(at + by_seconds for at in run.seconds)) if by_seconds else run
