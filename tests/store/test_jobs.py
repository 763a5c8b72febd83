"""Timed chores: none skipped, none done twice, whoever was down and however many look."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from busline.jobs import Chore, keep_up, last_due
from busline.store.jobs import JobLedger, Outcome
from busline.store.pool import DatabaseAddress, Pool, open_pool

ZONE = ZoneInfo("America/New_York")
NIGHT = time(2, 30)
NOON = datetime(2026, 10, 6, 12, tzinfo=ZONE)
DUE = datetime(2026, 10, 6, 2, 30, tzinfo=ZONE)


def noon() -> datetime:
    return NOON


class Work:
    """Notes when it was due each time it is done; fails so many times first."""

    def __init__(self, *, failures: int = 0, seconds: float = 0.0) -> None:
        self.done: list[datetime] = []
        self.tried = 0
        self._failures = failures
        self._seconds = seconds

    async def do(self, due_at: datetime) -> None:
        self.tried += 1
        await asyncio.sleep(self._seconds)
        if self.tried <= self._failures:
            raise RuntimeError("the disk is full")
        self.done.append(due_at)

    def chore(self) -> Chore:
        return Chore("score", NIGHT, self.do)


async def until(seconds: float, *keeping: Sequence[Chore], pools: Sequence[Pool], again: timedelta) -> None:
    tasks = [
        asyncio.create_task(keep_up(chores, JobLedger(pool), lambda: ZONE, noon, again=again))
        for chores, pool in zip(keeping, pools, strict=True)
    ]
    await asyncio.sleep(seconds)
    for task in tasks:
        assert not task.done(), task.exception()
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-10-06T12:00-04:00", "2026-10-06T02:30-04:00"),
        ("2026-10-06T02:30-04:00", "2026-10-06T02:30-04:00"),
        ("2026-10-06T02:29:59-04:00", "2026-10-05T02:30-04:00"),
        ("2026-10-07T03:00+00:00", "2026-10-06T02:30-04:00"),
        # The clocks skip 2:30 on 14 March 2027, and have it once on 1 November 2026.
        ("2027-03-14T12:00-04:00", "2027-03-14T03:30-04:00"),
        ("2027-03-14T03:00-04:00", "2027-03-13T02:30-05:00"),
        ("2026-11-01T12:00-05:00", "2026-11-01T02:30-05:00"),
    ],
)
def test_the_last_due_time_is_the_districts(now: str, due: str) -> None:
    assert last_due(NIGHT, datetime.fromisoformat(now), ZONE) == datetime.fromisoformat(due)


async def test_a_night_that_was_missed_is_made_up_at_the_start_and_once(pool: Pool) -> None:
    work = Work()
    for _ in range(3):
        await until(0.15, [work.chore()], pools=[pool], again=timedelta(minutes=1))
    assert work.done == [DUE]
    row = await pool.fetchrow("select * from job_run")
    assert row is not None
    assert (row["job"], row["due_at"], row["finished_at"]) == ("score", DUE, NOON)


async def test_two_processes_that_look_at_once_do_it_once(pool: Pool, database: DatabaseAddress) -> None:
    one, other = Work(seconds=0.2), Work(seconds=0.2)
    async with open_pool(database, size=2) as second:
        await until(0.7, [one.chore()], [other.chore()], pools=[pool, second], again=timedelta(seconds=0.1))
    assert one.done + other.done == [DUE]
    assert await pool.fetchval("select count(*) from job_run") == 1


async def test_a_process_that_dies_at_it_leaves_it_to_the_other(pool: Pool, database: DatabaseAddress) -> None:
    other = Work()
    async with open_pool(database, size=2) as second:
        dying = asyncio.create_task(JobLedger(pool).once("score", DUE, lambda: asyncio.sleep(60), noon))
        await asyncio.sleep(0.1)
        ledger = JobLedger(second)
        assert await ledger.once("score", DUE, lambda: other.do(DUE), noon) is Outcome.UNDER_WAY
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        assert await ledger.once("score", DUE, lambda: other.do(DUE), noon) is Outcome.DONE
        assert await ledger.once("score", DUE, lambda: other.do(DUE), noon) is Outcome.ALREADY_DONE
    assert other.tried == 1


async def test_what_fails_is_tried_again_and_holds_up_nothing_else(pool: Pool) -> None:
    failing, other = Work(failures=2), Work()
    chores = [failing.chore(), Chore("forget", NIGHT, other.do)]
    await until(0.8, chores, pools=[pool], again=timedelta(seconds=0.1))
    assert (failing.tried, failing.done) == (3, [DUE])
    assert other.done == [DUE]


async def test_the_scheduler_is_only_the_clock_and_fires_at_the_time_of_day(pool: Pool) -> None:
    """Two seconds from now; what was due yesterday is made up first."""
    work = Work()
    soon = datetime.now(UTC) + timedelta(seconds=2)
    chore = Chore("score", soon.time().replace(microsecond=0), work.do)
    keeping = asyncio.create_task(keep_up([chore], JobLedger(pool), lambda: ZoneInfo("UTC"), lambda: datetime.now(UTC)))
    await asyncio.sleep(3)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    due = soon.replace(microsecond=0)
    assert work.done == [due - timedelta(days=1), due]


async def test_before_the_first_plan_the_zone_is_not_known_and_with_it_the_chores_keep_the_districts_time(
    pool: Pool,
) -> None:
    work = Work()
    zones = [ZoneInfo("UTC")]
    keeping = asyncio.create_task(
        keep_up([work.chore()], JobLedger(pool), lambda: zones[-1], noon, zone_every=timedelta(seconds=0.1))
    )
    await asyncio.sleep(0.3)
    zones.append(ZONE)
    await asyncio.sleep(0.5)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert work.done == [datetime(2026, 10, 6, 2, 30, tzinfo=UTC), DUE]


async def test_in_a_zone_that_comes_later_the_clock_fires_at_its_time_of_day(pool: Pool) -> None:
    """The chore is due in two seconds by New York's clock, and in hours by the one that was known at the start."""
    work = Work()
    soon = (datetime.now(ZONE) + timedelta(seconds=2)).replace(microsecond=0)
    zones = [ZoneInfo("UTC")]
    chore = Chore("score", soon.time(), work.do)
    keeping = asyncio.create_task(
        keep_up(
            [chore],
            JobLedger(pool),
            lambda: zones[-1],
            lambda: datetime.now(UTC),
            zone_every=timedelta(seconds=0.1),
        )
    )
    zones.append(ZONE)
    await asyncio.sleep(3)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert soon in work.done
