"""A plan's path or address in, the plan in force out; or, for a dry run, only what would change."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from busline.ids import PlanId
from busline.plan_diff import PlanDiff, plan_diff
from busline.store.plans import StrandedRides, load_timetable, save_plan, stranded_rides
from busline.store.pool import Pool
from busline.timetable import Timetable
from feeds.plan.fetch import fetched, is_address
from feeds.plan.gtfs import GtfsPlan, read_gtfs
from feeds.problem import Problem

_LISTED = 20
"""Notes spelled out in a report; the rest are counted."""
_LOOK_AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class PlanImport:
    """What an import did, or for a dry run would do."""

    plan_id: PlanId | None
    """The version in force afterwards; None after a dry run."""
    diff: PlanDiff
    stranded: StrandedRides
    notes: tuple[Problem, ...]
    goes_soon: bool
    """Whether any run goes within the next two weeks: an export of a past term does not."""

    def lines(self) -> tuple[str, ...]:
        """The report in plain words."""
        told = list(self.diff.lines())
        if self.stranded.without_run:
            told.append(f"Warning: rides of the roster that would lose their run: {self.stranded.without_run:,}.")
        if self.stranded.without_stop:
            told.append(f"Warning: rides of the roster that would lose their stop: {self.stranded.without_stop:,}.")
        if self.stranded.runs:
            told.append("  Import the roster that belongs to this plan next.")
        if not self.goes_soon:
            told.append(f"Warning: no run of this plan goes within the next {_LOOK_AHEAD_DAYS} days.")
        told += [f"Note: {note}" for note in self.notes[:_LISTED]]
        if len(self.notes) > _LISTED:
            told.append(f"  and {len(self.notes) - _LISTED:,} more notes")
        ending = "Nothing was changed (dry run)." if self.plan_id is None else f"Plan {self.plan_id} is in force."
        return (*told, ending)


async def read_plan(source: str | Path) -> GtfsPlan:
    """Read a GTFS folder, zip or https address without holding the event loop. Raises `PlanRefusedError`."""
    if is_address(str(source)):
        async with fetched(str(source)) as path:
            return await asyncio.to_thread(read_gtfs, path)
    return await asyncio.to_thread(read_gtfs, Path(source))


async def import_plan(pool: Pool, source: str | Path, *, now: datetime, dry_run: bool = False) -> PlanImport:
    """Read a plan, compare it with the one in force and, unless it is a dry run, put it in force.

    Raises `PlanRefusedError`; the plan in force then stays in force.
    """
    plan = await read_plan(source)
    current = await load_timetable(pool)
    diff = await asyncio.to_thread(plan_diff, current, plan.timetable)
    today = now.astimezone(plan.timetable.timezone).date()
    stranded = await stranded_rides(pool, plan.timetable, today)
    plan_id = None if dry_run else await save_plan(pool, plan.timetable, plan.sha256, str(source), now)
    return PlanImport(plan_id, diff, stranded, plan.notes, _goes_soon(plan.timetable, today))


def _goes_soon(timetable: Timetable, today: date) -> bool:
    services = {run.service_id for run in timetable.runs.values()}
    days = [today + timedelta(days=ahead) for ahead in range(_LOOK_AHEAD_DAYS)]
    return any(timetable.calendar.runs_on(service, day) for service in services for day in days)
