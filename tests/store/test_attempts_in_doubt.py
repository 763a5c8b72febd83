"""Attempts that came to no end: the carrier is asked, and nothing goes twice that need not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from busline.alert import AlertKind, Priority
from busline.outbound import (
    Again,
    Promise,
    State,
    Unheard,
)
from busline.store.pool import DatabaseUnavailableError, Pool
from tests.store.sending_line import NOW, Out, line, news, phone, reply, until

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def test_an_answer_that_is_not_heard_is_asked_for_before_anything_goes_again(pool: Pool) -> None:
    async with line(pool) as out:
        out.hand.answer = lambda claimed, written: Unheard("No answer.")
        await out.promise(news(0), news(1))
        await out.look()
        row = await out.row()
        assert (row["state"], row["maybe_since"]) == ("waiting", NOW)
        assert row["lease_until"] - datetime.now(UTC) > 8 * SECOND, "its own report is waited for"
        out.hand.answer = None
        out.hand.has[news(0).dedupe_key] = "SM found"
        assert await out.look() == 0
        await out.wait(11)
        await out.look()
        row = await out.row(0)
        assert (row["state"], row["sid"], row["maybe_since"]) == ("sent", "SM found", None)
        # The other one it does not know, which may be on its way there yet; later on it did not go, and goes.
        row = await out.row(1)
        assert (row["state"], row["maybe_since"], len(out.hand.sent)) == ("waiting", NOW, 2)
        await out.wait(10)
        assert await out.look() == 0
        await out.wait(10)
        await out.look()
        assert [to for to, _ in out.hand.sent] == [phone(0), phone(1), phone(1)]
        assert (await out.state(1))[0] == "sent"


async def killed(out: Out, *, attempts: int = 1) -> None:
    """As a process leaves it that dies between taking up and noting."""
    await out.pool.execute(
        "update outbox set lease_until = $1, maybe_since = $2, attempts = $3, body = 'late en 100000'",
        datetime.now(UTC) - SECOND,
        out.clock.at,
        attempts,
    )


async def test_killed_after_the_carrier_took_it_the_message_does_not_go_twice(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await killed(out)
        out.hand.has[news().dedupe_key] = "SM9"
        await out.look()
        assert out.hand.sent == []
        row = await out.row()
        assert (row["state"], row["sid"]) == ("sent", "SM9")


async def test_killed_before_the_carrier_took_it_the_message_still_goes(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await killed(out)
        await out.look()
        assert out.hand.sent == [(phone(0), "late en 100000")]
        assert (await out.state())[0] == "sent"


async def test_killed_while_it_asks_the_next_one_asks_seconds_later(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await killed(out)
        never = asyncio.Event()
        out.hand.before_it_says = never.wait
        dying = asyncio.create_task(out.another().once())
        await until_asked(out, 1)
        dying.cancel()
        out.hand.before_it_says = None
        out.hand.has[news().dedupe_key] = "SM9"
        await out.wait(6)
        await out.look()
        assert (await out.state())[0] == "sent"
        assert out.hand.sent == []


async def test_a_question_that_takes_long_is_not_asked_beside_itself(pool: Pool) -> None:
    """Nor another one about the same phone: both might be told of the same text."""
    async with line(pool) as out:
        await out.promise(news(0), news(1))
        await killed(out)
        answered = asyncio.Event()
        out.hand.before_it_says = answered.wait
        slow = asyncio.create_task(out.sending.once())
        await until_asked(out, 2)
        await out.promise(news(0, kind=AlertKind.SUBSTITUTE))
        await killed(out)
        next_look = asyncio.create_task(out.sending.once())
        await asyncio.sleep(0.2)
        assert len(out.hand.asked) == 2
        answered.set()
        await asyncio.gather(slow, next_look)
        await out.look()
        assert len(out.hand.asked) > 2


async def test_what_is_being_handed_over_is_not_asked_about_however_long_that_takes(pool: Pool) -> None:
    """On a machine that stands still its lease runs out, and the carrier would not know of it yet."""
    async with line(pool) as out:
        await out.promise(news())
        out.hand.seconds = 0.5
        slow = asyncio.create_task(out.sending.once())
        await out.tried(1)
        await out.wait(60)
        next_look = asyncio.create_task(out.sending.once())
        await asyncio.gather(slow, next_look)
        assert out.hand.asked == []
        assert len(out.hand.sent) == 1
        assert (await out.state())[0] == "sent"


async def test_a_database_that_is_away_while_the_carrier_is_asked_is_not_the_carriers_silence(pool: Pool) -> None:
    """Nobody could say, it seemed, so that no bus comes was told a second time."""
    async with line(pool) as out:
        await out.promise(news(kind="cancelled", priority=Priority.NOT_COMING, again=Again.BETTER_TWICE))
        await killed(out, attempts=6)
        out.clock.at += 5 * MINUTE
        away = 2

        async def look_into_our_own_records() -> None:
            nonlocal away
            if away:
                away -= 1
                raise DatabaseUnavailableError("the database system is starting up")

        out.hand.before_it_says = look_into_our_own_records
        out.hand.has = {row["dedupe_key"]: "SM9" for row in await pool.fetch("select dedupe_key from outbox")}
        await out.look()
        assert out.hand.sent == []
        assert (await out.row())["sid"] == "SM9"


@pytest.mark.parametrize("again", Again)
async def test_questions_that_others_were_killed_over_do_not_count_as_unanswered(pool: Pool, again: Again) -> None:
    async with line(pool) as out:
        await out.promise(news(again=again))
        await killed(out, attempts=6)
        out.clock.at += 5 * MINUTE
        out.hand.cannot_be_asked = True
        await out.look()
        assert (out.hand.sent, (await out.state())[0]) == ([], "waiting")
        out.hand.cannot_be_asked = False
        out.hand.has[news().dedupe_key] = "SM9"
        await out.wait(6)
        await out.look()
        assert (out.hand.sent, (await out.state())[0]) == ([], "sent")


async def until_asked(out: Out, questions: int) -> None:
    async def asked() -> bool:
        return len(out.hand.asked) >= questions

    await until(asked)


async def test_even_when_it_is_no_news_any_more_it_is_found_out_whether_it_went(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(0), news(1))
        await killed(out)
        out.clock.at += 60 * MINUTE
        out.hand.has[news(0).dedupe_key] = "SM9"
        await out.look()
        assert (await out.state(0))[0] == "sent"
        assert (await out.state(1))[0] == "expired"


@pytest.mark.parametrize(
    ("promise", "state", "times"),
    [
        (news(), "unknown", 0),
        (news(kind="not_covered", priority=Priority.NOT_COMING, again=Again.BETTER_TWICE), "sent", 1),
        (reply(again=Again.BETTER_TWICE), "waiting", 0),
    ],
)
async def test_what_nobody_can_say_is_settled_within_a_minute_as_is_better_for_the_message(
    pool: Pool, promise: Promise, state: str, times: int
) -> None:
    async with line(pool) as out:
        await out.promise(promise)
        await killed(out)
        out.hand.cannot_be_asked = True
        for _ in range(12):
            await out.look()
            await out.wait(5)
        assert (await out.state())[0] == state
        assert len(out.hand.sent) == times
        assert len(out.hand.asked) >= 3
        assert (out.dropped == [(promise.dedupe_key, State.UNKNOWN)]) == (state == "unknown")


async def test_what_one_question_found_is_not_taken_for_the_next_message_to_the_phone(pool: Pool) -> None:
    """Two of the same phone are asked about one after the other, each kept before the next is asked."""
    async with line(pool) as out:
        await out.promise(news(), news(kind=AlertKind.SUBSTITUTE))
        await killed(out)
        kept: list[int] = []

        async def look() -> None:
            kept.append(await pool.fetchval("select count(*) from outbox where sid is not null"))

        out.hand.before_it_says = look
        out.hand.has = {row["dedupe_key"]: "SM" for row in await pool.fetch("select dedupe_key from outbox")}
        await out.look()
    assert kept == [0, 1]
