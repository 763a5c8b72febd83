"""What is promised goes out: in the order that matters, to whom it may, as it is true then, and once."""

import asyncio
import time as wall
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from busline.alert import AlertKind, Priority
from busline.outbound import (
    Channel,
    Claimed,
    Handed,
    Lasting,
    Later,
    Refused,
    State,
    Taken,
    Unheard,
    Written,
)
from busline.store.pool import Pool
from notifier.attempting import BEGINS_WITHIN, MOST_ATTEMPTS
from notifier.outbox import Carries
from tests.store.sending_line import LANDLINE, NOW, OPTED_OUT, Out, line, news, phone, reply, until

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def test_the_most_pressing_goes_first_and_of_those_the_oldest(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(0, priority=Priority.BULK), news(1, priority=Priority.LATE))
        out.clock.at += SECOND
        await out.promise(news(2, priority=Priority.LATE), news(3, priority=Priority.NOT_COMING), reply(4))
        await out.promise(news(5, priority=Priority.APPROACHING))
        await out.look()
    assert [to for to, _ in out.hand.sent] == [phone(number) for number in (4, 3, 5, 1, 2, 0)]
    rows = await pool.fetch("select state, attempts, handed_at, segments, body, sid, true_since from outbox")
    assert {(row["state"], row["attempts"], row["segments"]) for row in rows} == {("sent", 1, 1)}
    assert len({row["sid"] for row in rows}) == 6
    assert {row["handed_at"] for row in rows} == {NOW + SECOND}


async def test_a_sent_message_is_counted_with_how_long_it_took(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await out.look()
        assert 'busline_message_seconds_sum{channel="text",priority="late"} 9.0' in out.metrics.render().decode()


async def test_no_more_goes_than_the_rate_and_a_reply_finds_its_share(pool: Pool) -> None:
    async with line(pool, rate=0.01) as out:
        await out.promise(*(news(number) for number in range(10)))
        assert await out.look() == 3
        assert await out.look() == 0
        await out.promise(reply(20), reply(21))
        assert await out.look() == 1
    assert [to for to, _ in out.hand.sent] == [*(phone(number) for number in range(3)), phone(20)]
    assert await pool.fetchval("select count(*) from outbox where state = 'waiting' and attempts = 0") == 8


async def test_a_long_message_is_not_overtaken_by_short_ones_behind_it(pool: Pool) -> None:
    async with line(pool, rate=0.01) as out:
        out.words.segments = 2
        await out.promise(*(news(number) for number in range(4)))
        assert await out.look() == 1
        out.words.segments = 1
        assert await out.look() == 1


async def test_news_that_is_not_so_any_more_is_not_told(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        out.words.untrue.add("late")
        await out.look()
        assert out.hand.sent == []
        assert await out.state() == ("untrue", "the bus came")
        assert out.dropped == [(news().dedupe_key, State.UNTRUE)]
        assert 'reason="untrue"} 1.0' in out.metrics.render().decode()


@pytest.mark.parametrize(("left", "state"), [(9.0, "expired"), (-60.0, "expired"), (11.0, "sent")])
async def test_what_is_hardly_news_any_more_is_not_handed_over(pool: Pool, left: float, state: str) -> None:
    async with line(pool) as out:
        await out.promise(news(expires_at=NOW + timedelta(seconds=left)))
        await out.look()
        assert (await out.state())[0] == state
    assert out.hand.valid == ([11] if state == "sent" else [])


async def test_the_carrier_is_told_how_long_it_is_news_and_never_more_than_it_takes(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(0, expires_at=NOW + 90 * SECOND), news(1, expires_at=NOW + 100 * 60 * MINUTE))
        await out.look()
    assert out.hand.valid == [90, 36_000]


async def test_what_newer_news_has_overtaken_stays_behind(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(collapse_key="K"))
        # It was under way when the newer one was promised, and was refused for now.
        await pool.execute("update outbox set lease_until = $1", datetime.now(UTC) - SECOND)
        await out.promise(news(collapse_key="K", dedupe_key="newer"))
        await out.look()
        rows = await pool.fetch("select dedupe_key, state from outbox order by outbox_id")
    assert [row["state"] for row in rows] == ["superseded", "sent"]


async def test_mail_goes_out_whatever_becomes_of_the_number(pool: Pool) -> None:
    async with line(pool, channel=Channel.EMAIL) as out:
        await pool.execute(OPTED_OUT)
        await pool.execute(LANDLINE)
        await out.promise(news(channel=Channel.EMAIL, address="parent@example.org"))
        await out.look()
        assert (await out.state(channel="email"))[0] == "sent"


async def test_a_line_takes_only_what_it_carries(pool: Pool) -> None:
    async with line(pool, carries=Carries.ALERTS) as out:
        await out.promise(news(0), reply(1), news(2, channel=Channel.VOICE))
        await out.look()
    assert [to for to, _ in out.hand.sent] == [phone(0)]


async def test_words_that_cannot_be_found_hold_up_no_other(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(0, kind="unheard of", priority=Priority.NOT_COMING), news(1))
        with capture_logs() as logs:
            await out.look()
        assert [to for to, _ in out.hand.sent] == [phone(1)]
        assert (await out.state())[0] == "failed"
    assert [entry["event"] for entry in logs] == ["a promised message cannot be written"]


async def test_a_carrier_that_is_too_busy_gets_it_a_moment_later_and_more_slowly(pool: Pool) -> None:
    async with line(pool, rate=0.5) as out:
        out.hand.answer = lambda claimed, written: Later("Too many.", slow_down=True)
        await out.promise(reply(0))
        await out.look()
        row = await out.row()
        assert (row["state"], row["maybe_since"]) == ("waiting", None)
        assert row["lease_until"] - datetime.now(UTC) < 2 * SECOND
        # Nothing that was saved up is left to go at once.
        await out.promise(reply(1))
        assert await out.look() == 0
        out.hand.answer = None
        await out.wait(5)
        assert await out.another().once() == 2
        assert (await out.state())[0] == "sent"


async def test_what_is_used_up_for_today_waits_until_tomorrow_if_it_is_still_news_then(pool: Pool) -> None:
    async with line(pool) as out:
        out.hand.answer = lambda claimed, written: Later("No more today.", not_today=True)
        await out.promise(news(0), reply(1, expires_at=NOW + timedelta(days=3)))
        await out.look()
        assert await out.state(0) == ("expired", "No more today.")
        row = await out.row(1)
        assert (row["state"], row["not_before"]) == ("waiting", datetime(2026, 11, 25, 5, 5, tzinfo=UTC))


async def test_an_account_that_is_shut_is_an_alarm_once_and_nothing_is_lost(pool: Pool) -> None:
    async with line(pool) as out:
        out.hand.answer = lambda claimed, written: Later("Suspended.", alarm=30002)
        await out.promise(news(0), news(1))
        with capture_logs() as logs:
            await out.look()
            await out.wait(5)
            await out.look()
        assert (await out.state())[0] == "waiting"
        assert await pool.fetchval("select times from carrier_alarm where code = 30002") == 4
        events = [entry["event"] for entry in logs]
        assert events.count("messages to families do not go through until somebody acts") == 1
        assert events.count("a message could not be sent") == 1


@pytest.mark.parametrize(
    ("lasting", "state"),
    [
        (Lasting.NOTHING, "failed"),
        (Lasting.OPTED_OUT, "barred"),
        (Lasting.CONTACT_SUSPECT, "failed"),
        (Lasting.ALARM, "failed"),
    ],
)
async def test_a_refusal_ends_it(pool: Pool, lasting: Lasting, state: str) -> None:
    async with line(pool) as out:
        out.hand.answer = lambda claimed, written: Refused("No.", lasting, 21_000)
        await out.promise(news())
        await out.look()
        assert await out.state() == (state, "No.")
        assert await pool.fetchval("select count(*) from outbox where channel = 'voice'") == 0
        assert await pool.fetchval("select count(*) from carrier_alarm") == (lasting is Lasting.ALARM)


async def test_a_landline_is_called_instead_now_and_from_now_on(pool: Pool) -> None:
    async with line(pool) as out:
        out.hand.answer = lambda claimed, written: Refused("A landline.", Lasting.LANDLINE, 21614)
        await out.promise(news(collapse_key="K"))
        await out.look()
        call = await out.row(channel="voice")
        assert (call["dedupe_key"], call["state"], call["collapse_key"]) == (
            news().dedupe_key + "/voice",
            "waiting",
            "K",
        )
        assert call["facts"] == (await out.row())["facts"]
        await out.promise(news(kind=AlertKind.SUBSTITUTE))
        await out.look()
        assert len(out.hand.sent) == 1
        assert (await out.state())[0] == "failed"
        assert await pool.fetchval("select count(*) from outbox where channel = 'voice' and state = 'waiting'") == 2


async def test_no_call_is_made_about_news_that_newer_news_has_overtaken(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(collapse_key="K", not_before=NOW + MINUTE))
        await pool.execute("update outbox set lease_until = $1, not_before = $2", datetime.now(UTC) - SECOND, NOW)
        await out.promise(news(collapse_key="K", dedupe_key="newer", not_before=NOW + MINUTE))
        await pool.execute(LANDLINE)
        await out.look()
        assert await pool.fetchval("select count(*) from outbox where channel = 'voice'") == 0


async def test_attempts_end(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(0, expires_at=NOW + 120 * MINUTE), news(1))
        await pool.execute("update outbox set attempts = $1", MOST_ATTEMPTS - 1)
        answers: dict[str, Handed] = {phone(0): Later("Not now."), phone(1): Unheard("No answer.")}
        out.hand.answer = lambda claimed, written: answers[claimed.promise.phone]
        await out.look()
        assert [(await out.state(0))[0], (await out.state(1))[0]] == ["failed", "unknown"]


async def test_two_who_send_at_once_send_each_message_once(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(*(news(number) for number in range(100)))
        out.hand.seconds = 0.005
        others = [out.sending, *(out.another() for _ in range(3))]
        await asyncio.gather(*(one.once() for one in others for _ in range(8)))
        assert len(out.hand.sent) == 100
        assert len({to for to, _ in out.hand.sent}) == 100


async def test_who_has_stood_still_sends_nothing_that_another_may_ask_about_by_now(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        out.words.stands_still_seconds = (BEGINS_WITHIN + SECOND).total_seconds()
        await out.sending.once()
        assert out.hand.sent == []
        row = await out.row()
        assert (row["state"], row["maybe_since"]) == ("waiting", None)


async def test_a_sender_that_fails_in_its_own_way_stops_no_other_message(pool: Pool) -> None:
    async with line(pool) as out:

        def broken(claimed: Claimed, written: Written) -> Handed:
            if claimed.promise.phone == phone(0):
                raise LookupError("nobody foresaw this")
            return Taken("SM1")

        out.hand.answer = broken
        await out.promise(news(0), news(1))
        with capture_logs() as logs:
            await out.look()
        assert (await out.state(1))[0] == "sent"
        row = await out.row(0)
        assert (row["state"], row["maybe_since"]) == ("waiting", NOW)
    assert "a sender failed in a way it does not know" in [entry["event"] for entry in logs]


@asynccontextmanager
async def running(out: Out) -> AsyncIterator[None]:
    loop = asyncio.create_task(out.sending.run())
    yield
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop


async def test_the_loop_finds_a_promise_within_half_a_second_and_at_once_when_it_is_told(pool: Pool) -> None:
    async with line(pool) as out, running(out):
        await asyncio.sleep(0.05)
        began = wall.monotonic()
        await out.promise(news(0))
        await out.tried(1)
        assert wall.monotonic() - began < 3.0
        await out.promise(reply(1))
        out.sending.promised()
        await out.tried(2)
    assert [to for to, _ in out.hand.sent] == [phone(0), phone(1)]


async def test_at_the_end_what_is_under_way_comes_to_its_own(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(0))
        out.hand.seconds = 0.3
        async with running(out):
            await out.tried(1)
        assert (await out.state())[0] == "sent"


async def test_an_outcome_waits_for_a_database_that_went_away(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(*(news(number) for number in range(20)))
        out.hand.seconds = 0.1

        async def all_kept() -> bool:
            return bool(await pool.fetchval("select count(*) = 20 from outbox where state = 'sent'"))

        with capture_logs() as logs:
            async with running(out):
                await out.tried(20)
                await pool.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
                await until(all_kept)
        assert len(out.hand.sent) == 20, "none was sent again"
    assert not [entry for entry in logs if entry["event"] == "a message came to no end"]
