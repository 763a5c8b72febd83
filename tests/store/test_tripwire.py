"""Many wrong join codes at once: said once, counted always, and said once when it is over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from busline.app.tripwire import CALM, TOO_MANY, Tripwire
from busline.enrolment.links import note_wrong_code
from busline.ids import Phone
from busline.metrics import Metrics
from busline.store.pool import Pool

NOW = datetime(2026, 10, 5, 11, 30, tzinfo=UTC)
BEGINS, ENDS = "many wrong join codes", "wrong join codes are few again"


class SetClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@asynccontextmanager
async def watched(pool: Pool, clock: SetClock, metrics: Metrics) -> AsyncIterator[None]:
    watching = asyncio.create_task(Tripwire(pool, clock, metrics).run(pause_seconds=0.005))
    try:
        yield
        assert not watching.done()
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def wrong_codes(pool: Pool, count: int, at: datetime) -> None:
    async with pool.acquire() as connection, connection.transaction():
        for number in range(count):
            await note_wrong_code(connection, Phone(f"+1617555{number // 5:04}"), at)


async def counted(metrics: Metrics, tries: int, phones: int) -> None:
    """Until the gauges say so; then the look that set them is over."""
    wanted = (f"busline_wrong_codes {float(tries)}", f"busline_wrong_code_phones {float(phones)}")
    for _ in range(1_000):
        if all(line in metrics.render().decode().splitlines() for line in wanted):
            await asyncio.sleep(0.05)
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never counted {tries} wrong codes of {phones} phones")


async def test_guessing_at_codes_is_logged_once_and_its_end_once(pool: Pool) -> None:
    clock, metrics = SetClock(), Metrics()
    with capture_logs() as logs:
        async with watched(pool, clock, metrics):
            await wrong_codes(pool, TOO_MANY, NOW)
            await counted(metrics, TOO_MANY, TOO_MANY // 5)
            assert logs == []
            clock.at = NOW + timedelta(minutes=30)
            await wrong_codes(pool, CALM + 1, clock.at)
            await counted(metrics, TOO_MANY + CALM + 1, TOO_MANY // 5)
            assert [(line["event"], line["log_level"]) for line in logs] == [(BEGINS, "error")]
            assert (logs[0]["tries"], logs[0]["phones"]) == (TOO_MANY + CALM + 1, TOO_MANY // 5)
            # The first hundred are over, but it is not calm yet.
            clock.at = NOW + timedelta(minutes=61)
            await counted(metrics, CALM + 1, CALM // 5 + 1)
            assert len(logs) == 1
            clock.at = NOW + timedelta(minutes=91)
            await counted(metrics, 0, 0)
            assert [(line["event"], line["log_level"]) for line in logs[1:]] == [(ENDS, "info")]


async def test_no_phone_stands_in_the_log(pool: Pool) -> None:
    clock, metrics = SetClock(), Metrics()
    with capture_logs() as logs:
        async with watched(pool, clock, metrics):
            await wrong_codes(pool, TOO_MANY + 1, NOW)
            await counted(metrics, TOO_MANY + 1, TOO_MANY // 5 + 1)
    assert len(logs) == 1
    assert "+1617555" not in str(logs)
