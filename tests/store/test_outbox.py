"""Promises to families: once for ever, in the transaction that decides on them, the newest instead of the older."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from busline.alert import AlertKind, Priority
from busline.ids import CallKey, Phone, RunId, RunKey
from busline.outbound import Promise
from busline.store.outbox import TextPromise, promise, promise_text
from busline.store.pool import Connection, Pool, transaction
from notifier.calls import SQL as ENDINGS
from notifier.outbox import HandedOver, Outbox
from tests.store.sending_line import until_somebody_waits_for_a_row

NOW = datetime(2026, 11, 24, 12, 21, tzinfo=UTC)
RUN = RunKey(date(2026, 11, 24), RunId("R1"))


def late(number: int = 0, turn: int = 1, **more: Any) -> Promise:
    phone = Phone(f"+1617555{number:04}")
    given: dict[str, Any] = {
        "dedupe_key": f"alert/2026-11-24/R1/{phone}/late/{turn}",
        "collapse_key": f"2026-11-24/R1/{phone}/late",
        "kind": AlertKind.LATE,
        "priority": Priority.LATE,
        "phone": phone,
        "language": "es",
        "facts": {"students": ["100234"], "minutes_late": 12, "cause": "tráfico"},
        "expires_at": NOW + timedelta(minutes=25),
        "true_since": NOW - timedelta(seconds=9),
        "call": CallKey(RUN, 3),
    }
    return Promise(**(given | more))


async def promised(pool: Pool, *promises: Promise, now: datetime = NOW) -> int:
    async with transaction(pool) as connection:
        return await promise(connection, promises, now)


async def states(pool: Pool) -> list[tuple[str, str]]:
    rows = await pool.fetch("select dedupe_key, state from outbox order by outbox_id")
    return [(row["dedupe_key"].rpartition("/")[2], row["state"]) for row in rows]


async def test_what_is_promised_is_kept_with_all_that_sending_needs(pool: Pool) -> None:
    assert await promised(pool, late()) == 1
    row = await pool.fetchrow("select *, facts ->> 'cause' as cause, facts -> 'students' ->> 0 as student from outbox")
    assert row is not None
    kept = {
        name: row[name] for name in ("kind", "priority", "channel", "state", "attempts", "again", "cause", "student")
    }
    assert kept == {
        "kind": "late",
        "priority": 3,
        "channel": "text",
        "state": "waiting",
        "attempts": 0,
        "again": "never_twice",
        "cause": "tráfico",
        "student": "100234",
    }
    assert (row["service_date"], row["run_id"], row["stop_sequence"]) == (RUN.service_date, "R1", 3)
    assert (row["true_since"], row["not_before"]) == (NOW - timedelta(seconds=9), NOW)


async def test_the_same_morning_played_twice_promises_nothing_twice(pool: Pool) -> None:
    morning = [late(number) for number in range(50)]
    assert await promised(pool, *morning) == 50
    assert await promised(pool, *morning, now=NOW + timedelta(minutes=5)) == 0
    assert await pool.fetchval("select count(*) from outbox") == 50


async def test_the_key_holds_when_the_message_was_sent_long_ago(pool: Pool) -> None:
    await promised(pool, late())
    await pool.execute("update outbox set state = 'sent', sid = 'SM1', settled_at = $1", NOW)
    assert await promised(pool, late(), now=NOW + timedelta(days=30)) == 0


async def test_newer_news_takes_the_place_of_what_has_not_left(pool: Pool) -> None:
    await promised(pool, late(turn=1), late(number=1, turn=1))
    assert await promised(pool, late(turn=2)) == 1
    rows = await pool.fetch("select phone, state, trouble from outbox order by outbox_id")
    assert [(row["phone"][-4:], row["state"]) for row in rows] == [
        ("0000", "superseded"),
        ("0001", "waiting"),
        ("0000", "waiting"),
    ]
    assert rows[0]["trouble"] == "Newer news took its place."


async def test_of_two_promised_together_the_last_one_goes(pool: Pool) -> None:
    assert await promised(pool, late(turn=2), late(turn=3), late(turn=1)) == 3
    assert sorted(await states(pool)) == [("1", "waiting"), ("2", "superseded"), ("3", "superseded")]


async def test_what_is_being_sent_at_this_moment_is_let_go(pool: Pool) -> None:
    await promised(pool, late(turn=1))
    await pool.execute("update outbox set lease_until = $1", NOW + timedelta(seconds=40))
    await promised(pool, late(turn=2))
    assert await states(pool) == [("1", "waiting"), ("2", "waiting")]


async def test_what_the_carrier_may_have_is_not_declared_unsent(pool: Pool) -> None:
    await promised(pool, late(turn=1))
    await pool.execute("update outbox set maybe_since = $1", NOW)
    await promised(pool, late(turn=2))
    assert await states(pool) == [("1", "waiting"), ("2", "waiting")]


async def test_a_promise_again_does_not_take_the_place_of_the_newer_one(pool: Pool) -> None:
    await promised(pool, late(turn=1))
    await promised(pool, late(turn=2))
    assert await promised(pool, late(turn=1)) == 0
    assert await states(pool) == [("1", "superseded"), ("2", "waiting")]


async def test_a_decision_that_is_undone_promises_nothing(pool: Pool) -> None:
    async def undone() -> None:
        async with transaction(pool) as connection:
            await promise(connection, [late()], NOW)
            raise RuntimeError("the decision could not be kept")

    with pytest.raises(RuntimeError):
        await undone()
    assert await states(pool) == []


async def test_two_who_promise_the_same_at_once_promise_it_once_and_never_wait_for_each_other(pool: Pool) -> None:
    morning = [late(number) for number in range(400)]

    async def all_of(order: list[Promise]) -> int:
        return sum([await promised(pool, *order[start : start + 100]) for start in range(0, 400, 100)])

    made = await asyncio.gather(all_of(morning), all_of(morning[::-1]), all_of(morning), all_of(morning[::-1]))
    assert sum(made) == 400


async def test_a_text_of_the_catalogue_goes_before_all_news_of_buses(pool: Pool) -> None:
    async with transaction(pool) as connection:
        await _text(connection)
        await _text(connection)
    row = await pool.fetchrow("select priority, kind, facts ->> 'message' as message, again, expires_at from outbox")
    assert row is not None
    assert (row["priority"], row["kind"], row["message"], row["again"]) == (0, "message", "linked", "better_twice")
    assert row["expires_at"].year == 9999


async def _text(connection: Connection) -> None:
    text = TextPromise("joined-1", Phone("+16175550101"), "en", "linked", {"students": "100234"})
    await promise_text(connection, text, NOW)


async def test_nothing_is_no_promise(pool: Pool) -> None:
    assert await promised(pool) == 0


@pytest.mark.parametrize("status", ["failed", "undelivered", "busy", "no-answer", "canceled"])
async def test_what_the_carrier_has_said_it_could_not_bring_is_not_noted_as_sent_afterwards(
    pool: Pool, status: str
) -> None:
    await promised(pool, late())
    outbox_id = await pool.fetchval("select outbox_id from outbox")
    await pool.execute(
        "insert into message_status (sid, status, rank, reported_at, phone) values ('SID', $1, 9, $2, $3)",
        status, NOW, late().phone,
    )  # fmt: skip
    await Outbox(pool).sent([HandedOver(outbox_id, "SID", NOW)])
    assert await pool.fetchval("select state from outbox") == "waiting"
    await Outbox(pool).sent([HandedOver(outbox_id, "ANOTHER", NOW)])
    assert await pool.fetchval("select state from outbox") == "sent"


@pytest.mark.parametrize("ending", ["call_again", "let_be"])
async def test_a_call_that_ends_unanswered_at_the_moment_of_our_own_note_is_not_noted_as_made(
    pool: Pool, ending: str
) -> None:
    await promised(pool, late())
    outbox_id = await pool.fetchval("select outbox_id from outbox")

    words = (NOW, "Nobody answered.") if ending == "call_again" else ("Nobody answered.", NOW)
    async with transaction(pool) as report:
        await report.execute(ENDINGS[ending], outbox_id, *words, "CA1")
        note = asyncio.create_task(Outbox(pool).sent([HandedOver(outbox_id, "CA1", NOW)]))
        await until_somebody_waits_for_a_row(pool)
    assert await note == []
    assert await pool.fetchval("select trouble from outbox where state <> 'sent'") == "Nobody answered."
