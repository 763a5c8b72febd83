"""A moment after a text: the families of students whom a new phone wants to hear about are asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from busline.app.texting import keep_asking_families
from busline.store.pool import Pool
from tests.builders import ZONE
from tests.web.texting import PARENT, STRANGER, Texting, texting


@asynccontextmanager
async def asking(line: Texting) -> AsyncIterator[None]:
    loop = asyncio.create_task(keep_asking_families(line.pool, line.clock, lambda: ZONE, after_seconds=(0.01, 0.02)))
    try:
        yield
    finally:
        loop.cancel()
        await asyncio.wait([loop])


async def wishes_looked_at(pool: Pool) -> None:
    for _ in range(1_000):
        if await pool.fetchval("select count(*) from join_wish") == 0:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody looked at who wants to join")


async def test_a_family_is_asked_once_a_day_however_often_its_student_is_tried(pool: Pool) -> None:
    async with texting(pool) as line, asking(line):
        for student in ("100234", "999999", "100234"):
            await line.text(STRANGER, student)
        await wishes_looked_at(pool)
        rows = await pool.fetch("select phone, facts ->> 'message' as message from outbox")
    assert [tuple(row) for row in rows] == [(PARENT, "consent-question")]
