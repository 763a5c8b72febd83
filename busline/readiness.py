"""Can Busline tell families the truth right now? Database, plan and feeds, each with a sentence."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg

from busline.board.templates import age_words
from busline.picture import Picture
from busline.run_state import OUTAGE_FIX_AGE_SECONDS
from busline.store.pool import Pool

_PATIENCE_SECONDS = 2.0


class Part(StrEnum):
    DATABASE = "database"
    PLAN = "plan"
    FEEDS = "feeds"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part is: `says` is what was found and, where it is not ready, what that means."""

    ready: bool
    says: str


async def readiness(pool: Pool, picture: Picture | None, now: datetime) -> Mapping[Part, Finding]:
    """Every part, so that one look tells the whole story. `now` is the district's time."""
    return {Part.DATABASE: await _database(pool), Part.PLAN: _plan(picture), Part.FEEDS: _feeds(picture, now)}


async def _database(pool: Pool) -> Finding:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await pool.fetchval("select 1")
    except TimeoutError:
        return Finding(False, f"The database has not answered for {_PATIENCE_SECONDS:.0f} s.")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        return Finding(False, f"The database cannot be used ({type(fault).__name__}). Busline keeps trying.")
    return Finding(True, "The database answers.")


def _plan(picture: Picture | None) -> Finding:
    if picture is None or not picture.timetable.runs:
        return Finding(False, "No plan is loaded. Load one with: busline import plan SOURCE")
    return Finding(True, f"The plan has {len(picture.timetable.runs):,} runs.")


def _feeds(picture: Picture | None, now: datetime) -> Finding:
    feeds = picture.fleet.feeds if picture else {}
    if not feeds:
        return Finding(False, "No feed has been asked yet, so no bus can be seen. Feeds are set by BUSLINE_FEEDS.")
    fresh = [feed.fresh_at for feed in feeds.values() if feed.fresh_at is not None]
    troubled = "".join(f" {feed.source}: {feed.message}" for feed in feeds.values() if not feed.ok)
    if not fresh:
        return Finding(False, f"No feed has brought anything yet.{troubled}")
    age_seconds = (now - max(fresh)).total_seconds()
    says = f"The newest feed message is {age_words(age_seconds)} old.{troubled}"
    if age_seconds > OUTAGE_FIX_AGE_SECONDS:
        return Finding(False, f"{says} Buses cannot be seen; answers give the plan's times and say so.")
    return Finding(True, says)
