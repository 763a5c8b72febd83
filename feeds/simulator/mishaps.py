"""What befalls a bus on a day: a late start, a breakdown, a substitute, nobody to drive it, a silent box.

Drawn by block and date, from what New York and Boston have published. A staged day puts chosen mishaps on chosen
blocks, so that a demonstration shows each of them.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.random import Generator

from busline.ids import BlockId, RunId, VehicleId
from busline.people import Leg
from feeds.simulator.chance import chance
from feeds.simulator.plan import PlannedBlock, SchoolPlan


class Cause(StrEnum):
    """Reasons as New York's contractors report them."""

    HEAVY_TRAFFIC = "heavy traffic"
    OTHER = "other"
    MECHANICAL = "mechanical problem"
    WEATHER = "weather"
    FIELD_TRIP = "late return from field trip"
    WONT_START = "won't start"
    FLAT_TIRE = "flat tire"
    PROBLEM_RUN = "problem run"
    SCHOOL = "delayed by school"
    ACCIDENT = "accident"


REPORTED_DELAYS: Mapping[Cause, tuple[float, tuple[float, ...]]] = {
    Cause.HEAVY_TRAFFIC: (0.696, (5, 10, 16, 20, 31, 46, 46)),
    Cause.OTHER: (0.134, (5, 10, 16, 30, 40, 60, 61)),
    Cause.MECHANICAL: (0.052, (15, 16, 20, 31, 46, 60, 61)),
    Cause.WEATHER: (0.027, (6, 15, 16, 30, 40, 55, 60)),
    Cause.FIELD_TRIP: (0.022, (10, 15, 16, 30, 35, 46, 60)),
    Cause.WONT_START: (0.018, (15, 16, 20, 30, 45, 46, 60)),
    Cause.FLAT_TIRE: (0.018, (15, 16, 20, 31, 45, 55, 60)),
    Cause.PROBLEM_RUN: (0.016, (15, 15, 16, 30, 45, 61, 61)),
    Cause.SCHOOL: (0.009, (5, 5, 15, 20, 25, 31, 40)),
    Cause.ACCIDENT: (0.009, (16, 16, 30, 40, 46, 61, 61)),
}
"""Share of reports, and minutes of delay at the percentiles below: NYC "Bus Breakdown and Delays", 2015 to 2018,
237,990 reports (SDSdata). Over all reasons 10, 25 and 46 minutes at 10, 50 and 90 per cent."""
REPORTED_PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
_REPORTS_A_RUN = 0.022
"""About 395 reports a school day over 9,000 routes, twice a day (Gothamist, 2025)."""
_LATE_YARD = ((0.26, 420.0), (0.06, 900.0))
"""Share of blocks and mean seconds late out of the yard, on top of a minute either way. With traffic and what is
reported above, one morning run in ten comes five minutes late or more, and three in a hundred a quarter of an hour:
a mature year in Boston (2011: 12.5 % late, 6 % by up to 5 minutes, 3.5 % by 6 to 10)."""
SUBSTITUTE_SHARE, UNCOVERED_SHARE, SILENT_SHARE, UNCLAIMED_SHARE = 0.05, 0.01, 0.02, 0.015


def reported_delay_seconds(cause: Cause, draw: Generator) -> float:
    """A delay as long as reported ones are, between a minute and an hour and a quarter."""
    minutes = np.interp(100 * draw.random(), (0, *REPORTED_PERCENTILES, 100), (1, *REPORTED_DELAYS[cause][1], 75))
    return 60.0 * float(minutes)


@dataclass(frozen=True, slots=True)
class Standstill:
    """A delay on a run: the bus stands, or for heavy traffic crawls, until so many seconds are lost."""

    run_index: int
    share: float
    """Where: 0 at the first call of the run, 1 at the last. Negative: before it sets out for the run."""
    seconds: float
    cause: Cause


@dataclass(frozen=True, slots=True)
class Silence:
    """From when to when nothing is heard from a bus, in seconds of the service day."""

    starts: float
    ends: float


@dataclass(frozen=True, slots=True)
class BlockDay:
    """How a block is driven on one day."""

    vehicle_id: VehicleId | None
    """The bus that goes out; None: nobody does."""
    yard_late_seconds: float = 0.0
    pace: float = 1.0
    """The driver against the average; above 1 is brisk."""
    patience_seconds: float = 20.0
    """How long before its planned time a bus may leave a stop."""
    standstills: tuple[Standstill, ...] = ()
    silences: tuple[Silence, ...] = ()
    claims_runs: bool = True
    """Whether the driver signs on, so that the feed names the run."""
    signs_on: tuple[RunId, ...] = ()
    """What the driver signs on to, run by run, where it is not what is driven."""
    knows: tuple[float, ...] = ()
    """The share of their usual speed that the driver makes on each run: new routes are driven more slowly."""

    def signs_on_to(self, index: int, run_id: RunId) -> RunId:
        return self.signs_on[index] if self.signs_on else run_id

    def knows_share(self, index: int) -> float:
        return self.knows[index] if self.knows else 1.0


def usual_day(plan: SchoolPlan, day: date, already_out: Container[VehicleId | None] = ()) -> dict[BlockId, BlockDay]:
    """What befalls each block of a plan on a date. Spare buses that are `already_out` stand in for nobody."""
    order = chance(plan.seed, day, "spares").permutation(len(plan.spares)).tolist()
    free = [plan.spares[index] for index in order if plan.spares[index] not in already_out]
    spares = {leg: list(free) for leg in Leg}
    days = {}
    for block in plan.blocks:
        draw = chance(plan.seed, day, "block", block.block_id)
        usual = _drawn(plan, block, draw)
        if draw.random() < UNCOVERED_SHARE:
            usual = replace(usual, vehicle_id=None)
        elif draw.random() < SUBSTITUTE_SHARE and spares[block.runs[0].leg]:
            # Mornings and afternoons do not overlap, so a spare can stand in once in each.
            usual = replace(usual, vehicle_id=spares[block.runs[0].leg].pop())
        days[block.block_id] = usual
    return days


def calm_day(plan: SchoolPlan, block: PlannedBlock) -> BlockDay:
    """A day on which nothing befalls a block: what a staged case starts from."""
    return replace(BlockDay(block.vehicle_id), pace=_driver(plan, block)[0])


def _driver(plan: SchoolPlan, block: PlannedBlock) -> tuple[float, float]:
    """A block has the same driver every day: pace and patience."""
    draw = chance(plan.seed, "driver", block.vehicle_id)
    hasty = draw.random() < 0.06
    return float(np.exp(draw.normal(0, 0.05))), 240.0 if hasty else float(abs(draw.normal(0, 30)))


def _drawn(plan: SchoolPlan, block: PlannedBlock, draw: Generator) -> BlockDay:
    pace, patience = _driver(plan, block)
    late, luck = float(draw.normal(20, 40)), draw.random()
    for share, mean in _LATE_YARD:
        if luck < share:
            late += float(draw.exponential(mean))
            break
        luck -= share
    causes = list(REPORTED_DELAYS)
    shares = np.array([REPORTED_DELAYS[cause][0] for cause in causes])
    standstills = []
    for index, run in enumerate(block.runs):
        if draw.random() < _REPORTS_A_RUN:
            cause = causes[int(draw.choice(len(causes), p=shares / shares.sum()))]
            at_start = cause in (Cause.WONT_START, Cause.FIELD_TRIP, Cause.SCHOOL) or run.leg is Leg.FROM_SCHOOL
            place = -1.0 if at_start and draw.random() < 0.6 else float(draw.random())
            standstills.append(Standstill(index, place, reported_delay_seconds(cause, draw), cause))
    silences = [_gap(block, draw) for _ in range(int(draw.poisson(0.5 * len(block.runs))))]
    if draw.random() < SILENT_SHARE:
        silences.append(Silence(float(draw.uniform(block.pull_out_seconds, block.runs[-1].ends)), 86_400.0))
    return BlockDay(
        block.vehicle_id,
        yard_late_seconds=max(late, -90.0),
        pace=pace,
        patience_seconds=patience,
        standstills=tuple(standstills),
        silences=tuple(silences),
        claims_runs=bool(draw.random() >= UNCLAIMED_SHARE),
    )


def _gap(block: PlannedBlock, draw: Generator) -> Silence:
    """A few minutes without network: most are short."""
    starts = float(draw.uniform(block.pull_out_seconds, block.runs[-1].ends))
    return Silence(starts, starts + 25.0 + float(draw.exponential(60.0)))
