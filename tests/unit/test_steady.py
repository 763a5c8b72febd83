"""Loops that outlive a database that goes away."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from busline.steady import keep_doing
from busline.store.pool import DatabaseUnavailableError


async def watched(once: Callable[[int], bool], times: int) -> list[str]:
    """What is logged while the loop goes round so many times."""
    enough = asyncio.Event()
    done = 0

    async def counted() -> bool:
        nonlocal done
        done += 1
        if done >= times:
            enough.set()
        return once(done)

    with capture_logs() as logs:
        loop = asyncio.create_task(keep_doing("digging", counted, pause_seconds=0.001))
        waited = asyncio.create_task(enough.wait())
        await asyncio.wait({loop, waited}, return_when=asyncio.FIRST_COMPLETED)
        waited.cancel()
        if loop.done():
            loop.result()
        loop.cancel()
        await asyncio.wait({loop})
    return [entry["event"] for entry in logs]


async def test_a_database_that_is_away_is_told_once_and_so_is_its_return() -> None:
    def once(turn: int) -> bool:
        if turn in (2, 3, 4, 7):
            raise DatabaseUnavailableError("away")
        return False

    assert await watched(once, 10) == ["work waits: database not reachable", "work goes on: the database is back"] * 2


async def test_work_that_is_left_is_done_without_a_pause() -> None:
    busy = asyncio.create_task(watched(lambda turn: turn < 500, 500))
    async with asyncio.timeout(5):
        assert await busy == []


async def test_any_other_fault_ends_it() -> None:
    def once(_: int) -> bool:
        raise KeyError("a fault of the program")

    with pytest.raises(KeyError):
        await watched(once, 3)
