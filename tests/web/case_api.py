"""A desk with one open case, and how its interface is asked: what the tests of both its sides share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

from busline.cases.case import Case, NewCase
from busline.cases.departments import LOST_AND_FOUND
from busline.cases.handling import CaseDesk
from busline.cases.ledger import open_case
from busline.cases.overview import Overview
from busline.clock import ScaledClock
from busline.ids import Phone, StudentId
from busline.store.pool import Pool, transaction
from notifier.connectors.reply_address import ReplyAddresses
from notifier.inbound import Keys, inbound_operations
from tests.morning import make_morning
from tests.web.desk import Desk, open_desk, words

PARENT = Phone("+16175550100")
ADDRESSES = ReplyAddresses("cases@bus.example.org", b"k" * 32)
KEYS = Keys(b"mail key" * 4, b"zammad key " * 4, b"webhook key " * 4, ADDRESSES)
NOW = make_morning().now
"""Of the district; signatures are held against the real time."""
JSON = {"Content-Type": "application/json"}


@asynccontextmanager
async def a_desk(pool: Pool) -> AsyncIterator[Desk]:
    """The interface as it is served, with every way in for departments' systems."""
    operations = inbound_operations(KEYS, CaseDesk(pool), ScaledClock(NOW))
    async with open_desk(pool, open_operations=operations) as running:
        yield running


async def a_case(pool: Pool) -> Case:
    """A lost bag, asked in Spanish."""
    new = NewCase(PARENT, "es", LOST_AND_FOUND, "lost_item", "perdió su mochila", student_id=StudentId("100234"))
    async with transaction(pool) as connection:
        return await open_case(connection, new, NOW)


async def post(client: ClientSession, path: str, *, status: int = 200, **body: str) -> Any:
    async with client.post(f"/api/v1/cases/{path}", json=body) as answer:
        assert answer.status == status, await words(answer)
        return await answer.json()


async def get(client: ClientSession, path: str, status: int = 200) -> Any:
    async with client.get(f"/api/v1/{path}") as answer:
        assert answer.status == status, await words(answer)
        return await answer.json()


async def promised(pool: Pool) -> list[str]:
    rows = await pool.fetch("select facts ->> 'message' as message from outbox order by outbox_id")
    return [row["message"] for row in rows]


async def kinds(pool: Pool, case: Case) -> list[str]:
    file = await Overview(pool).file(case.reference, NOW)
    assert file is not None
    return [event.kind.value for event in file.history]
