"""Many cases on their way while workers are killed at any moment and Zammad fails in every way it can."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import aiohttp

from busline.cases.case import Case
from busline.cases.departments import ConnectorKind
from busline.cases.ledger import add_words, open_case
from busline.ids import Phone
from busline.store.pool import Pool, transaction
from notifier.connectors.zammad import ZammadConnector, ZammadSite
from notifier.handing_over import HandingOver
from tests.store.test_handing_over import BACKPACK, BOSTON, DEPARTMENTS, NOW
from tests.web.case_systems import TOKEN, HandClock, Mood, zammad

CASES, LINES, ROUNDS = 12, 3, 60
LEASE = timedelta(seconds=0.05)


async def test_killed_at_any_moment_every_line_arrives_once_and_in_order(pool: Pool) -> None:
    await pool.execute(DEPARTMENTS)
    chance, clock = random.Random(20261006), HandClock(NOW)
    cases: list[Case] = []
    async with zammad() as site, aiohttp.ClientSession() as session:
        connector = ZammadConnector(session, ZammadSite(site.url, TOKEN, "f@x.org"), lambda: BOSTON)

        def worker() -> HandingOver:
            return HandingOver(pool, {ConnectorKind.ZAMMAD: connector}, clock, lease=LEASE)

        for turn in range(ROUNDS):
            if len(cases) < CASES:
                phone = Phone(f"+1617555{1000 + turn}")
                async with transaction(pool) as connection:
                    case = await open_case(connection, replace(BACKPACK, phone=phone, words="line 0"), NOW)
                    for number in range(1, LINES):
                        await add_words(connection, phone, case.reference, f"line {number}", NOW)
                cases.append(case)
            site.mood = chance.choice([Mood.WELL, Mood.WELL, Mood.MUTE, Mood.BREAKS, Mood.REFUSES])
            working = asyncio.create_task(worker().once())
            if chance.random() < 0.6:
                await asyncio.sleep(chance.uniform(0.0, 0.04))
                working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            # Whoever was killed holds its leases for a moment; whoever failed is tried again after a while.
            await asyncio.sleep(0.06 if chance.random() < 0.3 else 0.0)
            clock.at += timedelta(minutes=chance.choice([0, 1, 70]))
        site.mood = Mood.WELL
        await asyncio.sleep(0.06)
        for _ in range(CASES * LINES * 2):
            clock.at += timedelta(hours=2)
            await worker().once()
    states = Counter(row["state"] for row in await pool.fetch("select state from case_delivery"))
    assert states == {"delivered": CASES * LINES}
    assert len(site.tickets) == CASES
    for number in site.tickets:
        said = [article["body"].partition("The family wrote: ")[2].partition("\n")[0] for article in site.of(number)]
        assert said == [f"line {line}" for line in range(LINES)]
