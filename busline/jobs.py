"""Timed chores, handed in as functions; all that Busline knows of APScheduler, which is their clock and no more.

The scheduler only says when to look. Whether a chore is due, and was done, the ledger knows: a chore whose time passed
while nobody ran is done at the next start, once, and so it is when several processes look at the same moment.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from busline.store.jobs import JobLedger, Outcome

log = structlog.get_logger(__name__)
logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of every firing; the chores tell what they did

AGAIN = timedelta(minutes=10)
"""When a chore that failed, or that another process is at, is looked at again."""
ZONE_EVERY = timedelta(minutes=1)
"""How often it is seen whether the district's zone is still the one that the chores are timed by."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done every day at a time of the district's day, with the moment it was due."""

    name: str
    at: time
    do: Callable[[datetime], Awaitable[None]]
    """May be done again for the same moment after a crash. What it raises is logged, and it is tried again."""


def last_due(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The newest moment, not after `now`, that a daily time fell on. A time that the clocks skip is an hour later."""
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        due_at = datetime.combine(day, at, zone).astimezone(UTC)
        if due_at <= now:
            return due_at
    raise AssertionError("yesterday's time is past")  # pragma: no cover


async def keep_up(
    chores: Sequence[Chore],
    ledger: JobLedger,
    zone: Callable[[], ZoneInfo],
    now: Callable[[], datetime],
    *,
    again: timedelta = AGAIN,
    zone_every: timedelta = ZONE_EVERY,
) -> None:
    """Do every chore whenever it is due, one after the other, beginning with what was missed. Never returns.

    `zone` and `now` are the district's: before its first plan nobody knows its zone, and the chores move once somebody
    does. `again` and `zone_every` are in real time.
    """
    waiting: asyncio.Queue[Chore] = asyncio.Queue()
    timed_by: ZoneInfo | None = None

    async def look(chore: Chore) -> None:
        waiting.put_nowait(chore)

    async def keep_time() -> None:
        nonlocal timed_by
        if timed_by == (timed_by := zone()):
            return
        for chore in chores:
            waiting.put_nowait(chore)
            at = chore.at
            trigger = CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=timed_by)
            scheduler.add_job(look, trigger, args=(chore,), id=chore.name, replace_existing=True)

    # By default a firing that is a second late is skipped: late is what we are after a busy moment, never a reason.
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    await keep_time()
    scheduler.add_job(keep_time, IntervalTrigger(seconds=zone_every.total_seconds()), id="keep time")
    scheduler.start()
    try:
        while True:
            chore = await waiting.get()
            if not await _done(chore, ledger, zone(), now, again):
                trigger = DateTrigger(datetime.now(UTC) + again)
                scheduler.add_job(look, trigger, args=(chore,), id=f"{chore.name} again", replace_existing=True)
    finally:
        scheduler.shutdown(wait=False)


async def _done(chore: Chore, ledger: JobLedger, zone: ZoneInfo, now: Callable[[], datetime], again: timedelta) -> bool:
    due_at = last_due(chore.at, now(), zone)
    try:
        outcome = await ledger.once(chore.name, due_at, lambda: chore.do(due_at), now)
    except Exception:
        # The border of a chore: whatever it did not foresee is recorded once here, and stops neither the others nor us.
        log.exception(
            "chore_failed", chore=chore.name, due_at=due_at.isoformat(), again_in_seconds=again.total_seconds()
        )
        return False
    if outcome is Outcome.DONE:
        log.info("chore_done", chore=chore.name, due_at=due_at.isoformat())
    return outcome is not Outcome.UNDER_WAY
