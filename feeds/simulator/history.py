"""The first weeks of a school year of a simulated district, with the truth known: a plan a week, positions day by day.

Nothing is written: weeks and days are made as they are asked for. `write_history` writes them.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from busline.ids import BlockId, RunId, ServiceId
from busline.people import Leg
from busline.position import Position
from busline.timetable import Timetable
from feeds.plan.gtfs import read_gtfs
from feeds.simulator.conditions import Conditions
from feeds.simulator.mishaps import BlockDay
from feeds.simulator.plan import DEMO, PlannedBlock, SchoolPlan, Size
from feeds.simulator.plan_files import TIMEZONE_NAME, PlannedService, write_gtfs
from feeds.simulator.reports import EVERY_SECONDS, DayReports
from feeds.simulator.revisions import WeekPlan, weekly_plans
from feeds.simulator.school_year import school_year_of
from feeds.simulator.september import september_day
from feeds.simulator.term import DayKind, TermDay, conditions_of, term
from feeds.simulator.truth import DayTruth, drive_day

FIRST_DAY = date(2026, 9, 8)
"""The day after Labor Day, when many districts begin."""
_EARLY_SECONDS, _DELAY_SECONDS = -9_000, 7_200
_SHIFTS = {
    DayKind.EARLY_RELEASE: (Leg.FROM_SCHOOL, _EARLY_SECONDS, "EARLY"),
    DayKind.DELAYED_OPENING: (Leg.TO_SCHOOL, _DELAY_SECONDS, "DELAYED"),
}
"""Which runs go at another time on such a day, by how much, and what their ids end in."""


@dataclass(frozen=True, eq=False)
class SchoolDay:
    """One day, as it was driven."""

    term_day: TermDay
    plan: SchoolPlan
    """What was to be driven: on a special day some runs go at other times, under ids of their own."""
    conditions: Conditions
    haps: Mapping[BlockId, BlockDay]
    truth: DayTruth
    every_seconds: float = EVERY_SECONDS

    @cached_property
    def reports(self) -> DayReports:
        """What was heard of it."""
        return DayReports(self.plan.city, self.plan.seed, self.truth, self.haps, self.every_seconds)

    @property
    def claims(self) -> Mapping[RunId, RunId]:
        """What the driver of each run signed on to; a run is absent where nobody did."""
        signed_on = ((block, hap) for block in self.plan.blocks if (hap := self.haps[block.block_id]).claims_runs)
        return {
            run.run_id: hap.signs_on_to(index, run.run_id)
            for block, hap in signed_on
            if hap.vehicle_id is not None
            for index, run in enumerate(block.runs)
        }

    def positions(self) -> Iterator[Position]:
        """Every report of the day, in the order in which it was heard (`received_at`)."""
        return self.reports.heard()


@dataclass(frozen=True, eq=False)
class SchoolWeek:
    """Five days under one plan."""

    number: int
    """From 1."""
    seed: int
    drawn: WeekPlan
    days: tuple[TermDay, ...]
    every_seconds: float = EVERY_SECONDS
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo(TIMEZONE_NAME))

    def write_plan(self, folder: Path) -> None:
        """The version of the plan as a GTFS folder, the week's special days in its calendar."""
        write_gtfs(self.drawn.plan, school_year_of(self.days[0].service_date), folder, self._services())

    @cached_property
    def timetable(self) -> Timetable:
        """The same through the real import."""
        with tempfile.TemporaryDirectory(prefix="busline-week-") as folder:
            self.write_plan(Path(folder))
            return read_gtfs(Path(folder)).timetable

    def school_days(self) -> Iterator[SchoolDay]:
        """The days, each driven when its turn comes: about a second for fifty buses."""
        for day in self.days:
            plan = _plan_on(self.drawn.plan, day.kind)
            haps = september_day(plan, day, self.drawn.since)
            conditions = conditions_of(self.seed, day)
            truth = drive_day(plan, day.service_date, haps, self.timezone, conditions)
            yield SchoolDay(day, plan, conditions, haps, truth, self.every_seconds)

    def _services(self) -> list[PlannedService]:
        """Mornings and afternoons apart, and every special day's own runs."""
        services = []
        for leg, name in ((Leg.TO_SCHOOL, "SCHOOL-AM"), (Leg.FROM_SCHOOL, "SCHOOL-PM")):
            special = [day for day in self.days if day.kind in _SHIFTS and _SHIFTS[day.kind][0] is leg]
            dates = frozenset(day.service_date for day in special)
            services.append(PlannedService(ServiceId(name), _blocks(self.drawn.plan, leg), removed=dates))
            for kind in dict.fromkeys(day.kind for day in special):
                dates = frozenset(day.service_date for day in special if day.kind is kind)
                blocks = _blocks(_plan_on(self.drawn.plan, kind), leg)
                service_id = ServiceId(f"{name}-{_SHIFTS[kind][2]}")
                services.append(PlannedService(service_id, blocks, weekdays=False, added=dates))
        return services


def school_weeks(
    *,
    seed: int,
    first: date = FIRST_DAY,
    days: int = 20,
    size: Size = DEMO,
    every_seconds: float = EVERY_SECONDS,
) -> Iterator[SchoolWeek]:
    """The weeks of a seed, in order. `every_seconds` is how often a bus reports."""
    schedule = term(seed, first, days)
    plans = weekly_plans(seed, size, schedule[-1].week)
    for (number, of_week), drawn in zip(groupby(schedule, key=lambda day: day.week), plans, strict=True):
        yield SchoolWeek(number, seed, drawn, tuple(of_week), every_seconds)


def _blocks(plan: SchoolPlan, leg: Leg) -> tuple[PlannedBlock, ...]:
    return tuple(block for block in plan.blocks if block.runs[0].leg is leg)


def _plan_on(plan: SchoolPlan, kind: DayKind) -> SchoolPlan:
    """What is to be driven on a day of a kind."""
    if kind not in _SHIFTS:
        return plan
    leg, by_seconds, ending = _SHIFTS[kind]
    blocks = tuple(_shifted(block, by_seconds, ending) if block.runs[0].leg is leg else block for block in plan.blocks)
    return replace(plan, blocks=blocks, runs={run.run_id: run for block in blocks for run in block.runs})


def _shifted(block: PlannedBlock, by_seconds: int, ending: str) -> PlannedBlock:
    runs = tuple(
        replace(
            run,
            run_id=RunId(f"{run.run_id}-{ending}"),
            seconds=tuple(at + by_seconds for at in run.seconds),
        )
        for run in block.runs
    )
    return replace(block, runs=runs, pull_out_seconds=block.pull_out_seconds + by_seconds)
