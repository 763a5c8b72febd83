"""What the carrier says afterwards: lost answers are found, failures tried again, landlines called, each once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from structlog.testing import capture_logs

from busline.alert import AlertKind, Priority
from busline.outbound import Again, Channel, Claimed, Report, Unheard
from busline.receipt import is_receipt, receipt_query
from busline.store.pool import Connection, Pool
from notifier.following_up import FollowingUp
from notifier.outbox import HandedOver, Outbox
from notifier.reports import Reports
from sms.inquiries import Inquiries, TakeReport
from sms.twilio.forms import StatusReport
from tests.store.sending_line import BOSTON, NOW, Out, line, news, phone, reply, until_somebody_waits_for_a_row

KEY = b"a key for the receipts of these tests"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def report(
    out: Out, status: str, code: int | None = None, *, number: int = 0, sid: str | None = None, **more: Any
) -> str | None:
    """The carrier's report about the newest text to a phone, at the address that names it."""
    row = await out.row(number)
    claimed = Claimed(row["outbox_id"], news(dedupe_key=row["dedupe_key"]), 0, None, NOW)
    mark = parse_qs(receipt_query(KEY, claimed))["k"][0]
    said = StatusReport(
        sid or row["sid"] or "SM lost", status, code, phone(number), more.get("outbox_id", row["outbox_id"]), mark
    )
    slowed: list[Channel] = more.get("slowed", [])
    reports = Reports(more.get("key", KEY), lambda: BOSTON, slowed.append)
    return await Inquiries(out.pool).report(said, out.clock.at, more.get("around", lambda take: take)(reports.take))


async def unheard(out: Out) -> None:
    """A message that was handed over, and nobody heard the answer."""
    out.hand.answer = lambda claimed, written: Unheard("No answer.")
    await out.promise(news())
    await out.look()
    out.hand.answer = None


async def test_an_answer_that_was_lost_is_found_by_the_carriers_own_report(pool: Pool) -> None:
    async with line(pool) as out:
        await unheard(out)
        assert await report(out, "sending") is None
        row = await out.row()
        assert (row["state"], row["sid"], row["maybe_since"], row["handed_at"]) == ("sent", "SM lost", None, NOW)
        await out.wait()
        assert await out.look() == 0
    assert len(out.hand.sent) == 1
    assert out.hand.asked == []


async def test_a_report_that_comes_before_we_have_noted_the_answer_changes_nothing_but_the_order(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        out.hand.seconds = 0.2
        async with out.meanwhile():
            await out.tried(1)
            await report(out, "sent", sid="SM00000000000000000000000000000001")
        row = await out.row()
    assert (row["state"], row["sid"]) == ("sent", "SM00000000000000000000000000000001")


async def test_a_failure_that_is_being_kept_at_the_moment_of_our_own_note_is_not_overridden(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        outbox_id = (await out.row())["outbox_id"]
        noting: list[asyncio.Task[list[int]]] = []

        def around(take: TakeReport) -> TakeReport:
            async def while_somebody_notes(connection: Connection, report: Report, now: datetime) -> bool:
                taken = await take(connection, report, now)
                noting.append(asyncio.create_task(Outbox(pool).sent([HandedOver(outbox_id, "SM1", NOW)])))
                await until_somebody_waits_for_a_row(pool)
                return taken

            return while_somebody_notes

        await report(out, "undelivered", 30017, sid="SM1", around=around)
        assert await noting[0] == []
        row = await out.row()
        assert (row["state"], row["sid"]) == ("waiting", None)


async def test_a_mark_that_is_not_ours_settles_nothing(pool: Pool) -> None:
    async with line(pool) as out:
        await unheard(out)
        assert await report(out, "sent", key=b"the key of another installation") is not None
        assert await report(out, "delivered", outbox_id=999_999) is not None
        assert (await out.row())["maybe_since"] == NOW


def test_a_mark_is_good_for_one_message_of_one_installation() -> None:
    claimed = Claimed(7, news(), 0, None, NOW)
    query = parse_qs(receipt_query(KEY, claimed))
    assert query["o"] == ["7"]
    assert is_receipt(KEY, query["k"][0], 7, news().dedupe_key)
    assert not is_receipt(KEY, query["k"][0], 8, news().dedupe_key)
    assert not is_receipt(KEY, query["k"][0], 7, "another message that a restored database gave the same number")
    assert not is_receipt(b"another key", query["k"][0], 7, news().dedupe_key)
    assert not is_receipt(KEY, "ü", 7, news().dedupe_key)


@pytest.mark.parametrize("code", [30001, 30022, 30017])
async def test_what_could_not_be_brought_this_time_goes_again(pool: Pool, code: int) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await out.look()
        slowed: list[Channel] = []
        await report(out, "failed", code, slowed=slowed)
        await report(out, "failed", code, slowed=slowed, sid="SM00000000000000000000000000000001")
        row = await out.row()
        assert (row["state"], row["sid"]) == ("waiting", None)
        assert slowed == ([] if code == 30017 else [Channel.TEXT])
        assert await out.look() == 0
        await out.wait()
        await out.look()
        row = await out.row()
        assert (row["state"], row["sid"], row["attempts"]) == ("sent", "SM00000000000000000000000000000002", 2)
        # A report of the first attempt that was long on its way takes nothing back.
        await report(out, "sent", sid="SM00000000000000000000000000000001")
        assert (await out.row())["sid"] == "SM00000000000000000000000000000002"


async def test_what_is_used_up_for_today_goes_tomorrow_or_never(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(0), reply(1, expires_at=NOW + timedelta(days=3)))
        await out.look()
        await report(out, "undelivered", 30023, number=0)
        await report(out, "undelivered", 30023, number=1)
        assert (await out.state(0))[0] == "sent"
        row = await out.row(1)
        assert (row["state"], row["not_before"]) == ("waiting", datetime(2026, 11, 25, 5, 5, tzinfo=UTC))


@pytest.mark.parametrize(("again", "state"), [(Again.BETTER_TWICE, "waiting"), (Again.NEVER_TWICE, "sent")])
async def test_where_the_carrier_itself_does_not_know_only_what_is_better_twice_goes_again(
    pool: Pool, again: Again, state: str
) -> None:
    async with line(pool) as out:
        await out.promise(news(again=again))
        await out.look()
        await report(out, "undelivered", 30008)
        assert (await out.state())[0] == state


async def test_what_reaches_nobody_stays_sent_with_the_carriers_word_beside_it(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await out.look()
        await report(out, "undelivered", 30003)
        state, trouble = await out.state()
        assert (state, "30003" in trouble) == ("sent", True)
        await out.wait()
        assert await out.look() == 0


async def test_a_landline_that_only_the_report_tells_of_is_called_and_remembered(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await out.look()
        for _ in range(2):
            await report(out, "undelivered", 30006)
        assert (await out.row(channel="voice"))["state"] == "waiting"
        assert await pool.fetchval("select count(*) from outbox where channel = 'voice'") == 1
        assert await pool.fetchval("select line from phone_line where phone = $1", phone(0)) == "landline"


async def test_filtered_texts_are_an_alarm(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        await out.look()
        with capture_logs() as logs:
            await report(out, "undelivered", 30007)
        assert [entry["carrier_error"] for entry in logs] == [30007]
        assert (await out.state())[0] == "sent"
    assert await pool.fetchval("select code from carrier_alarm where ended_at is null") == 30007


async def test_a_failure_that_is_reported_before_the_answer_is_noted_is_not_lost(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news())
        out.hand.seconds = 0.2
        async with out.meanwhile():
            await out.tried(1)
            await report(out, "failed", 30001, sid="SM00000000000000000000000000000001")
        assert (await out.state())[0] == "waiting"
        await out.wait(90)
        await out.look()
        row = await out.row()
    assert (row["state"], row["sid"]) == ("sent", "SM00000000000000000000000000000002")


NOT_COVERED: dict[str, Any] = {
    "kind": AlertKind.NOT_COVERED,
    "priority": Priority.NOT_COMING,
    "again": Again.BETTER_TWICE,
    "expires_at": NOW + 90 * MINUTE,
}


async def follow_up(out: Out, ways: tuple[Channel, ...] = (Channel.TEXT, Channel.VOICE)) -> int:
    return await FollowingUp(out.pool, out.clock, ways, out.metrics).once()


async def test_who_has_not_confirmed_that_no_bus_comes_is_called_after_ninety_seconds_once(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(*(news(number, **NOT_COVERED) for number in range(3)), news(3))
        await out.look()
        await report(out, "delivered", number=0)
        await report(out, "sent", number=1)
        await report(out, "undelivered", 30003, number=2)
        out.clock.at += 89 * SECOND
        assert await follow_up(out) == 0
        out.clock.at += SECOND
        assert await follow_up(out, ways=(Channel.TEXT,)) == 0
        assert await follow_up(out) == 2
        assert await follow_up(out) == 0
        calls = await pool.fetch("select phone, priority, kind, again, state from outbox where channel = 'voice'")
    assert {(row["phone"], row["priority"], row["kind"], row["again"]) for row in calls} == {
        (phone(1), 1, "not_covered", "better_twice"),
        (phone(2), 1, "not_covered", "better_twice"),
    }


async def test_nobody_is_called_about_a_bus_that_comes_after_all(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(collapse_key="K", **NOT_COVERED))
        await out.look()
        out.clock.at += 100 * SECOND
        await out.promise(news(kind=AlertKind.COMING_AFTER_ALL, collapse_key="K", priority=Priority.NOT_COMING))
        assert await follow_up(out) == 0


async def test_what_no_way_leads_to_does_not_wait_for_ever(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(channel=Channel.EMAIL, address="parent@example.org"), news(1))
        await follow_up(out)
        assert (await out.state(channel="email"))[0] == "failed"
        assert (await out.state(1))[0] == "waiting"
        assert 'busline_messages_waiting{priority="late"} 1.0' in out.metrics.render().decode()


async def test_an_alarm_is_counted_until_a_message_arrives(pool: Pool) -> None:
    async with line(pool) as out:
        await out.promise(news(0), news(1))
        await out.look()
        await report(out, "undelivered", 30034)
        await follow_up(out)
        assert 'busline_carrier_alarm{code="30034"} 1.0' in out.metrics.render().decode()
        out.clock.at += SECOND
        await report(out, "delivered", number=1)
        with capture_logs() as logs:
            await follow_up(out)
        assert 'busline_carrier_alarm{code="30034"} 0.0' in out.metrics.render().decode()
    assert [entry["event"] for entry in logs] == ["messages to families reach phones again"]
