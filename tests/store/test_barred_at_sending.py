"""What is known of a phone when its message goes decides whether it goes, to whom, and when."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time, timedelta
from typing import Any

import pytest

from busline.alert import Priority
from busline.outbound import (
    Promise,
)
from busline.store.pool import Pool
from tests.store.sending_line import LANDLINE, NOW, OPTED_OUT, line, news, phone, reply

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@asynccontextmanager
async def barred(pool: Pool, sql: str, promise: Promise) -> AsyncIterator[tuple[str, str]]:
    async with line(pool) as out:
        await pool.execute(sql)
        await out.promise(promise)
        await out.look()
        yield await out.state()
        assert out.hand.sent == [] or (await out.state())[0] == "sent"


SUSPENDED = "insert into phone_suspension (phone, since, reason) values ('+16175550000', now(), 'deactivated')"
NO_ALERTS = "insert into phone_wish (phone, alerts, minutes, changed_at) values ('+16175550000', false, 10, now())"
UNLINKED = "delete from link where contact_id = 'C0'"
EMERGENCY: dict[str, Any] = {"overrides_quiet": True, "kind": "announcement", "priority": Priority.NOT_COMING}


@pytest.mark.parametrize(
    ("sql", "promise", "state"),
    [
        (OPTED_OUT, news(), "barred"),
        (OPTED_OUT, reply(), "barred"),
        (OPTED_OUT, news(**EMERGENCY), "barred"),
        (SUSPENDED, news(), "barred"),
        (SUSPENDED, reply(), "barred"),
        (NO_ALERTS, news(), "barred"),
        (NO_ALERTS, news(kind="announcement"), "barred"),
        (NO_ALERTS, news(**EMERGENCY), "sent"),
        (NO_ALERTS, reply(), "sent"),
        (UNLINKED, news(), "barred"),
        (UNLINKED, news(facts={}), "barred"),
        (UNLINKED, news(**EMERGENCY), "barred"),
        (UNLINKED, reply(), "sent"),
        (LANDLINE, news(), "failed"),
        (LANDLINE, reply(), "failed"),
        ("select 1", news(facts={}), "sent"),
    ],
)
async def test_what_is_known_of_a_phone_when_it_goes_decides_whether_it_goes(
    pool: Pool, sql: str, promise: Promise, state: str
) -> None:
    async with barred(pool, sql, promise) as (became, why):
        assert became == state
        assert bool(why) == (state != "sent")


async def test_a_phone_that_may_still_ask_about_one_of_two_students_hears_of_that_one(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(facts={"students": ["100000", "100001"]}))
        await out.look()
    assert out.hand.sent == [(phone(0), "late en 100000")]


async def test_a_language_that_was_chosen_since_is_the_one_it_gets(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await pool.execute(
            "insert into conversation (phone, first_at, last_at, chosen_language) values ($1, $2, $2, 'so')",
            phone(0),
            NOW,
        )
        await out.look()
    assert out.hand.sent == [(phone(0), "late so 100000")]


QUIET = (time(21, 0), time(7, 30))
"""At 7:21 they have nine more minutes."""


async def test_news_waits_for_the_end_of_the_districts_quiet_hours_and_replies_do_not(pool: Pool) -> None:
    async with line(pool, quiet=QUIET) as out:
        await out.promise(news(0), reply(1), news(2, **EMERGENCY))
        await out.look()
        assert {to for to, _ in out.hand.sent} == {phone(1), phone(2)}
        assert await out.state() == ("waiting", "It waits for the end of the quiet hours.")
        out.clock.at += 8 * MINUTE
        assert await out.look() == 0
        out.clock.at += MINUTE
        await out.look()
        assert (await out.state())[0] == "sent"


async def test_news_of_quiet_hours_alone_is_dropped(pool: Pool) -> None:
    async with line(pool, quiet=QUIET) as out:
        await out.promise(news(expires_at=NOW + 9 * MINUTE))
        await out.look()
        assert (await out.state())[0] == "barred"


async def test_a_familys_own_quiet_hours_hold_beside_the_districts(pool: Pool) -> None:
    async with line(pool, quiet=QUIET) as out:
        await pool.execute(
            "insert into phone_wish (phone, alerts, minutes, changed_at, quiet_from, quiet_until) "
            "values ($1, true, 10, now(), '07:00', '07:40')",
            phone(0),
        )
        await out.promise(news(0), news(1))
        out.clock.at += 10 * MINUTE
        await out.look()
        assert [to for to, _ in out.hand.sent] == [phone(1)]
        out.clock.at += 9 * MINUTE
        await out.look()
        assert [to for to, _ in out.hand.sent] == [phone(1), phone(0)]
