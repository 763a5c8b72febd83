"""The plan in force as it stands at a moment: with the paths learned by then, and what staff said about the day."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from busline.ids import PlanId
from busline.school_days import moved_on, with_closings
from busline.store.declared import DeclaredDays
from busline.store.paths import PathLedger
from busline.store.plans import load_timetable
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from busline.timetable import Timetable
from busline.travel_times.drawn_paths import LearnedPaths

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Version:
    """What the plan at a moment depends on: where it differs, the plan has to be drawn again."""

    plan_id: PlanId
    paths_from: datetime | None = None
    """When the newest learned path came into force."""
    days_said_at: datetime | None = None
    """When staff last said something about a day from yesterday on, ..."""
    today_said_at: datetime | None = None
    """... and about today: the day changes what counts."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPlan:
    """The plan in force at a moment."""

    version: Version
    timetable: Timetable
    """With the learned paths, and its day changed as staff said."""
    planned: Timetable
    """As it was imported."""
    paths: LearnedPaths
    on: Callable[[date], Timetable]
    """The same for any day, changed as staff said about that one."""


async def plan_version(pool: Pool, now: datetime) -> Version | None:
    """What the plan in force depends on at a moment; None before the first plan."""
    async with transaction(pool) as connection:
        row = await connection.fetchrow(SQL["version"], now)
    return None if row is None else Version(PlanId(row["plan_id"]), *row[1:])


async def load_drawn(pool: Pool, now: datetime) -> DrawnPlan | None:
    """The plan in force at a moment; None before the first plan."""
    # Read first: what comes into force meanwhile is then noticed at the next look.
    version = await plan_version(pool, now)
    planned = await load_timetable(pool)
    if version is None or planned is None:
        return None
    today = now.astimezone(planned.timezone).date()
    paths = await PathLedger(pool).paths()
    declared = await DeclaredDays(pool).standing(today - timedelta(days=1), now)
    drawn = await asyncio.to_thread(lambda: with_closings(paths.drawn(planned, now), declared))
    on = cache(lambda day: moved_on(drawn, declared, day))
    return DrawnPlan(version, await asyncio.to_thread(on, today), planned, paths, on)
