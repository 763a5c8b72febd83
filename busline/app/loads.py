"""Plans and rosters, from wherever they come into the database; a dry run shows what would change."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from busline.app.database import Refused, store
from busline.plan_diff import plan_diff
from busline.settings import Settings
from busline.store.plans import load_timetable, save_plan, stranded_rides
from busline.store.pool import Pool
from busline.timetable import Timetable
from feeds.plan.fetch import fetched, is_address
from feeds.plan.gtfs import GtfsPlan, read_gtfs
from feeds.plan.problems import PlanRefusedError
from feeds.roster.csv_roster import import_roster
from feeds.simulator.district import build_district
from feeds.simulator.history import FIRST_DAY, SchoolDay, school_weeks
from feeds.simulator.history_files import write_history
from feeds.simulator.plan import size_of
from feeds.simulator.roster import write_roster_for_plan

Say = Callable[[str], None]
"""Where words for the person at the terminal go."""

NOTES_SHOWN = 10
NEAR_DAYS = 14
"""A plan with no run in two weeks is last year's, or next year's, far more often than a long holiday."""


async def read_plan(source: str) -> GtfsPlan:
    """The plan in a folder, a zip or at an https address. Raises `Refused` with everything that is wrong with it."""
    try:
        async with AsyncExitStack() as stack:
            path = await stack.enter_async_context(fetched(source)) if is_address(source) else Path(source)
            return await asyncio.to_thread(read_gtfs, path)
    except PlanRefusedError as fault:
        raise Refused(str(fault)) from fault


async def load_plan(settings: Settings, source: str, say: Say, *, dry_run: bool) -> int:
    """`busline import plan`."""
    plan = await read_plan(source)
    for note in plan.notes[:NOTES_SHOWN]:
        say(f"Note: {note}")
    if len(plan.notes) > NOTES_SHOWN:
        say(f"... and {len(plan.notes) - NOTES_SHOWN} more notes.")
    async with store(settings, beside=True) as pool:
        for line in plan_diff(await load_timetable(pool), plan.timetable).lines():
            say(line)
        today = datetime.now(plan.timetable.timezone).date()
        stranded = await stranded_rides(pool, plan.timetable, today)
        if stranded.runs:
            say(
                f"Of the roster, {stranded.without_run} rides would lose their run and {stranded.without_stop} their "
                "stop: import a new roster as well."
            )
        if not any(plan.timetable.runs_on(today + timedelta(days=ahead)) for ahead in range(NEAR_DAYS)):
            say(f"Warning: no run of this plan goes within the next {NEAR_DAYS} days. See its calendar files.")
        if dry_run:
            say("Nothing was changed: this was a dry run.")
            return 0
        plan_id = await save_plan(pool, plan.timetable, plan.sha256, source, datetime.now(UTC))
        say(f"Version {plan_id} of the plan is in force: {len(plan.timetable.runs):,} runs.")
    return 0


async def load_roster(settings: Settings, folder: Path, say: Say, *, dry_run: bool, allow_shrink: bool) -> int:
    """`busline import roster`."""
    async with store(settings, beside=True) as pool:
        return await bring_in_roster(
            pool, folder, say, region=settings.phone_region, dry_run=dry_run, allow_shrink=allow_shrink
        )


async def bring_in_roster(
    pool: Pool, folder: Path, say: Say, *, region: str, dry_run: bool = False, allow_shrink: bool = False
) -> int:
    """Import a folder of CSV files and say what came of it; 1 where it was refused."""
    report = await import_roster(
        pool, folder, now=datetime.now(UTC), region=region, dry_run=dry_run, allow_shrink=allow_shrink
    )
    for line in report.lines():
        say(line)
    return 1 if report.problem_count else 0


async def simulate_district(out: Path, service_date: date, seed: int, say: Say) -> int:
    """`busline simulate district`."""
    district = await asyncio.to_thread(build_district, seed=seed, service_date=service_date)
    await asyncio.to_thread(district.write_plan, out / "plan")
    await asyncio.to_thread(district.write_roster, out / "roster")
    say(f"Written: {out / 'plan'} (GTFS) and {out / 'roster'} (CSV). Import the plan first, then the roster.")
    return 0


async def simulate_history(out: Path, first: date | None, days: int, seed: int, buses: int, say: Say) -> int:
    """`busline simulate history`."""
    if await asyncio.to_thread(_holds_anything, out):
        raise Refused(f"{out} is not empty. Name a new folder, so that no day of another history is taken for one.")
    weeks = school_weeks(seed=seed, first=first or FIRST_DAY, days=days, size=size_of(buses))
    await asyncio.to_thread(write_history, weeks, out, lambda day: say(_one_day(day)))
    say(f"Written to {out}: {days} school days, a plan for each week, and what really happened beside every day.")
    return 0


def _holds_anything(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def _one_day(day: SchoolDay) -> str:
    of_term, truth = day.term_day, day.truth
    return (
        f"{of_term.service_date} (week {of_term.week}, {of_term.kind}): {len(truth.visits)} runs driven, "
        f"{len(truth.uncovered)} without a bus."
    )


async def simulate_roster(
    source: str, out: Path, service_date: date | None, students: int, families: int, seed: int, say: Say
) -> int:
    """`busline simulate roster`."""
    timetable = (await read_plan(source)).timetable
    try:
        made = await asyncio.to_thread(
            write_roster_for_plan,
            timetable,
            out,
            service_date=service_date,
            students=students,
            families=families,
            seed=seed,
        )
    except (ValueError, OSError) as fault:
        raise Refused(f"No roster was made. {fault}") from fault
    say(
        f"Written to {out}: {made.students:,} made-up students of {made.contacts:,} families, with {made.rides:,} "
        f"rides on {made.runs:,} runs. Load it with: busline import roster {out}"
    )
    return 0


def next_service_date(timetable: Timetable, today: date) -> date:
    """The nearest day the plan runs on: the next one, or else the last one it had. Raises `Refused` if none."""
    days = timetable.calendar.dates()
    ahead = [day for day in days if day >= today and timetable.runs_on(day)]
    behind = [day for day in reversed(days) if day < today and timetable.runs_on(day)]
    if not ahead and not behind:
        raise Refused("This plan has no run on any day, so nobody can ride it. See its calendar files.")
    return ahead[0] if ahead else behind[0]
