"""What befalls each block on a day of a young school year: a plan of the week and a day in, mishaps out.

On top of the mishaps of a mature year: drivers who do not know their routes yet, buses that leave the yard late, runs
without a driver, tablets on which nobody signs on, or signs on to something else.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from numpy.random import Generator

from busline.ids import BlockId, RouteId, RunId
from feeds.simulator.chance import chance
from feeds.simulator.mishaps import BlockDay, usual_day
from feeds.simulator.plan import PlannedBlock, SchoolPlan
from feeds.simulator.term import DAYS_A_WEEK, DayKind, TermDay

_SLOW_AT_FIRST, _KNOWN_AFTER_DAYS = 0.12, 2.5
"""A driver loses this share of speed on a route driven for the first time, and 1/e of it after so many days (a
judgement: no figure was found)."""
_LATE_YARD_SHARE, _LATE_YARD_SECONDS = 0.40, 540.0
"""On the first day, on top of the usual: Boston's buses left the yard on time on 41 % of first-day runs in 2016, and
on fewer than a third in 2017 (Globe, 7 September 2017)."""
_NOBODY_SHARE = 0.02
_UNSIGNED_SHARE = 0.10
"""On the first day, on top of the usual: new tablets."""
_FORGETS_SHARE = 0.02
"""Of later runs of a block: the driver is still signed on to the one before."""
_WRONG_SHARE = 0.01
"""Of blocks: the driver has signed on to what another bus drives."""
_SPARE_UNSIGNED_SHARE, _SPARE_WRONG_SHARE = 0.25, 0.15
"""The same of buses that stand in: their tablet knows another route."""
_STORM_STARTS_LATE_SECONDS = 180.0


def september_day(plan: SchoolPlan, day: TermDay, since: Mapping[RouteId, int]) -> dict[BlockId, BlockDay]:
    """What befalls each block. `since` says from which week on each route has been as it is."""
    return {
        block.block_id: _as_new(plan, block, hap, day, since)
        for block, hap in zip(plan.blocks, usual_day(plan, day.service_date).values(), strict=True)
    }


def _as_new(
    plan: SchoolPlan, block: PlannedBlock, usual: BlockDay, day: TermDay, since: Mapping[RouteId, int]
) -> BlockDay:
    draw = chance(plan.seed, day.service_date, "september", block.block_id)
    stands_in = usual.vehicle_id != block.vehicle_id
    late = usual.yard_late_seconds
    if draw.random() < _LATE_YARD_SHARE * day.newness:
        late += float(draw.exponential(_LATE_YARD_SECONDS))
    if day.kind is DayKind.STORM:
        late += float(draw.exponential(_STORM_STARTS_LATE_SECONDS))
    nobody = draw.random() < _NOBODY_SHARE * day.newness
    unsigned = draw.random() < (_SPARE_UNSIGNED_SHARE if stands_in else _UNSIGNED_SHARE * day.newness)
    return replace(
        usual,
        vehicle_id=None if nobody else usual.vehicle_id,
        yard_late_seconds=late,
        claims_runs=usual.claims_runs and not unsigned,
        signs_on=_signs_on(plan, block, draw, stands_in=stands_in),
        knows=tuple(_knows(day, 0 if stands_in else since[run.route_id]) for run in block.runs),
    )


def _knows(day: TermDay, since_week: int) -> float:
    """The share of their speed that a driver makes on a route as it has been since a week; 0: never driven."""
    driven = day.number - (DAYS_A_WEEK * (since_week - 1) + 1) if since_week else 0
    return 1 - _SLOW_AT_FIRST * math.exp(-driven / _KNOWN_AFTER_DAYS)


def _signs_on(plan: SchoolPlan, block: PlannedBlock, draw: Generator, *, stands_in: bool) -> tuple[RunId, ...]:
    """What the driver signs on to, run by run."""
    if draw.random() < (_SPARE_WRONG_SHARE if stands_in else _WRONG_SHARE):
        others = [other for other in plan.blocks if other.runs[0].leg is block.runs[0].leg and other is not block]
        if others:
            wrong = others[int(draw.integers(len(others)))].runs
            return tuple(wrong[min(index, len(wrong) - 1)].run_id for index in range(len(block.runs)))
    signed: list[RunId] = []
    for run in block.runs:
        forgets = bool(signed) and draw.random() < _FORGETS_SHARE
        signed.append(signed[-1] if forgets else run.run_id)
    return tuple(signed)
