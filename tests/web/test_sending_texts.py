"""Texts from the outbox through the real twilio library to the stand-in, and its reports back to our own webhook.

On good days and on bad ones: whatever the carrier does, each message arrives once, or it is known why not.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from busline.fleet import Fleet
from busline.ids import Phone
from busline.masking import Masker
from busline.outbound import Bucketed, Channel, Claimed, Later, Promise, Written
from busline.picture import Picture
from busline.store.outbox import other_sids, promise
from busline.store.pool import Pool, transaction
from notifier.outbox import Carries
from notifier.reports import Reports
from notifier.sending import Line, Sending
from sms.desk import Desk
from sms.settings import SmsSettings
from sms.standin import Carrier, StandIn, standin_app
from sms.standin.thread import BubbleKind
from sms.twilio.carrier import TwilioTexts
from sms.twilio.rest import TwilioAccount
from sms.twilio.webhooks import routes
from tests.builders import make_timetable
from tests.store.sending_line import BOSTON, NOW, ROSTER, HandClock, PlainWords, news, phone, reply

SID, TOKEN = "AC" + "0123456789abcdef" * 2, "3f9a" * 8
NUMBER, ALERTS = "+16175550900", "+16175550901"
KEY = b"a key for the receipts of these tests"
GOOD = Carrier(step_seconds=0.001)


@dataclass
class Round:
    """Us, the carrier, and the phones."""

    pool: Pool
    standin: StandIn
    sending: Sending
    texts: TwilioTexts
    clock: HandClock
    words: PlainWords

    async def promise(self, *promises: Promise) -> None:
        async with transaction(self.pool) as connection:
            await promise(connection, promises, self.clock.at)

    async def wait(self, seconds: float = 60.0) -> None:
        self.clock.at += timedelta(seconds=seconds)
        await self.pool.execute(
            "update outbox set lease_until = lease_until - $1::interval, attempted_at = attempted_at - $1::interval "
            "where state = 'waiting'",
            timedelta(seconds=seconds),
        )

    async def once(self) -> int:
        looked = await self.sending.once()
        await self.standin.settled()
        return looked

    async def until_all_is_settled(self) -> None:
        """A minute goes by, and another."""
        for _ in range(40):
            await self.once()
            if not (await self.states())["waiting"]:
                return
            await self.wait()
            # The bucket knows only real time.
            await asyncio.sleep(0.05)
        raise AssertionError(await self.states())

    async def states(self) -> Counter[str]:
        return Counter({row["state"]: row["n"] for row in await self.pool.fetch(STATES)})

    async def row(self, number: int = 0) -> dict[str, Any]:
        row = await self.pool.fetchrow(
            "select outbox.*, message_status.status from outbox left join message_status using (sid) "
            "where outbox.phone = $1 and channel = 'text'",
            phone(number),
        )
        assert row is not None
        return dict(row)

    def arrived(self, number: int = 0) -> list[str]:
        return [one.body for one in self.standin.threads.of(phone(number)) if one.kind is BubbleKind.BUSLINE]


STATES = "select state, count(*) as n from outbox where channel = 'text' group by state"


@asynccontextmanager
async def round_trip(
    pool: Pool,
    carrier: Carrier = GOOD,
    *,
    rate: float = 2_000.0,
    at_once: int = 8,
    timeout_seconds: float = 5.0,
    starts_within_seconds: float = 10.0,
) -> AsyncIterator[Round]:
    """Our webhooks and the stand-in on ports of their own, and two lines between them: for replies and for news."""
    await pool.execute(ROSTER)
    clock, words = HandClock(), PlainWords()
    handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}

    async def handle(request: web.Request) -> web.StreamResponse:
        return await handlers[request.path](request)

    app = web.Application()
    app.router.add_post("/{rest:.*}", handle)
    async with TestServer(app) as server:
        base = str(server.make_url("/")).rstrip("/")
        hook = base + "/twilio/sms"
        standin = StandIn(
            SID, TOKEN, NUMBER, hook, base + "/twilio/voice", (), "+16175550999", clock.now, carrier=carrier,
            alerts_number=ALERTS,
        )  # fmt: skip
        async with TestServer(standin_app(standin)) as far:
            url = str(far.make_url("/")).rstrip("/")
            senders = [
                TwilioTexts(
                    TwilioAccount(SID, TOKEN, Phone(number), base + "/twilio/status", url),
                    KEY,
                    partial(other_sids, pool),
                    at_once=at_once,
                    timeout_seconds=timeout_seconds,
                    starts_within_seconds=starts_within_seconds,
                )
                for number in (NUMBER, ALERTS)
            ]
            lines = [
                Line(Channel.TEXT, sender, Bucketed(rate), carries, at_once)
                for sender, carries in zip(senders, (Carries.MESSAGES, Carries.ALERTS), strict=True)
            ]
            sending = Sending(pool, lines, words, clock, lambda: BOSTON)
            reports = Reports(KEY, lambda: BOSTON, sending.slow_down)
            desk = Desk(
                pool=pool,
                answers=Picture(make_timetable([]), Fleet(NOW)),
                clock=clock,
                masker=Masker(b"a key for the tests"),
                settings=SmsSettings(base, TOKEN, "Lincoln", "(617) 555-0150", alerts_number=Phone(ALERTS)),
                observe=lambda _outcome, _seconds: None,
                take_report=reports.take,
                replied=sending.replied,
            )
            handlers.update({route.path: route.handler for route in routes(desk)})
            try:
                yield Round(pool, standin, sending, senders[1], clock, words)
            finally:
                for sender in senders:
                    await asyncio.to_thread(sender.close)


async def test_what_was_promised_arrives_and_its_report_comes_back_to_it(pool: Pool) -> None:
    async with round_trip(pool) as trip:
        await trip.promise(news(expires_at=NOW + timedelta(seconds=300)))
        await trip.once()
        row = await trip.row()
        assert (row["state"], row["status"], row["trouble"]) == ("sent", "delivered", "")
        assert trip.arrived() == [row["body"]]
        (message,) = trip.standin.messages.values()
        assert (message.sid, message.validity_seconds, message.from_phone) == (row["sid"], 300, ALERTS)


async def test_many_at_once_are_not_taken_for_each_other(pool: Pool) -> None:
    async with round_trip(pool, at_once=16) as trip:
        await trip.promise(*(news(number) for number in range(100)))
        await trip.until_all_is_settled()
        rows = await pool.fetch("select phone, sid from outbox")
        assert {row["sid"]: row["phone"] for row in rows} == {
            sid: message.to_phone for sid, message in trip.standin.messages.items()
        }
        assert len(trip.standin.messages) == 100


async def test_reports_that_come_twice_and_backwards_say_the_same_in_the_end(pool: Pool) -> None:
    carrier = replace(GOOD, callback_copies=3, callbacks_in_order=False, undeliverable={phone(1): 30003})
    async with round_trip(pool, carrier) as trip:
        await trip.promise(news(0), news(1))
        await trip.until_all_is_settled()
        rows = [await trip.row(0), await trip.row(1)]
    assert [(row["state"], row["status"]) for row in rows] == [("sent", "delivered"), ("sent", "undelivered")]


@pytest.mark.parametrize("fault", [{"answers_lost": 1.0}, {"broken_answers": 1.0}])
async def test_an_answer_that_is_lost_is_made_up_for_by_the_report(pool: Pool, fault: dict[str, Any]) -> None:
    async with round_trip(pool, replace(GOOD, **fault)) as trip:
        await trip.promise(news())
        await trip.once()
        row = await trip.row()
        assert (row["state"], row["status"]) == ("sent", "delivered")
        await trip.wait()
        assert await trip.once() == 0
        assert len(trip.standin.messages) == 1


@pytest.mark.parametrize("fault", [{"answers_lost": 1.0}, {"broken_answers": 1.0}])
async def test_where_the_report_is_lost_too_the_carrier_is_asked(pool: Pool, fault: dict[str, Any]) -> None:
    async with round_trip(pool, replace(GOOD, callbacks_lost=1.0, **fault)) as trip:
        await trip.promise(news())
        await trip.once()
        assert (await trip.row())["state"] == "waiting"
        trip.words.untrue.add("late")
        await trip.wait(31)
        await trip.once()
        row = await trip.row()
        assert (row["state"], row["sid"]) == ("sent", next(iter(trip.standin.messages)))
        assert len(trip.arrived()) == 1


async def test_an_answer_that_does_not_come_in_time_is_one_that_was_lost(pool: Pool) -> None:
    carrier = replace(GOOD, answers_lost=1.0, answers_hang_seconds=0.6, callbacks_lost=1.0)
    async with round_trip(pool, carrier, timeout_seconds=0.2) as trip:
        await trip.promise(news())
        await trip.once()
        row = await trip.row()
        assert (row["state"], "Timeout" in row["trouble"]) == ("waiting", True)
        trip.standin.trouble.behave(GOOD)
        await trip.until_all_is_settled()
        assert len(trip.standin.messages) == 1


async def test_a_request_that_cannot_begin_in_time_is_not_made(pool: Pool) -> None:
    """By then somebody may have asked the carrier, which knew nothing of it."""
    async with round_trip(pool, starts_within_seconds=0.0) as trip:
        await trip.promise(news())
        await trip.once()
        row = await trip.row()
        assert (row["state"], row["maybe_since"], len(trip.standin.messages)) == ("waiting", None, 0)
        assert "standing still" in row["trouble"]


async def test_a_carrier_that_fails_before_it_takes_a_text_gets_it_again(pool: Pool) -> None:
    async with round_trip(pool, replace(GOOD, errors=1.0)) as trip:
        await trip.promise(news())
        await trip.once()
        trip.standin.trouble.behave(GOOD)
        await trip.until_all_is_settled()
        assert len(trip.arrived()) == 1
        assert (await trip.row())["attempts"] == 2, "tried, asked about, and tried"


@pytest.mark.parametrize(
    ("carrier", "code"),
    [
        (replace(GOOD, segments_taken_per_second=5), 20429),
        (replace(GOOD, requests_per_second=5), 20429),
        (replace(GOOD, most_queued_segments=4, segments_per_second=40.0), 21611),
    ],
)
async def test_a_limit_at_the_door_makes_us_slower_and_loses_nothing(pool: Pool, carrier: Carrier, code: int) -> None:
    async with round_trip(pool, carrier, rate=30.0) as trip:
        await trip.promise(*(news(number) for number in range(20)))
        await trip.once()
        waiting = await pool.fetch("select trouble, maybe_since from outbox where state = 'waiting' and attempts > 0")
        assert waiting
        assert all(str(code) in row["trouble"] and row["maybe_since"] is None for row in waiting)
        trip.standin.trouble.behave(GOOD)
        await trip.until_all_is_settled()
        assert [len(trip.arrived(number)) for number in range(20)] == [1] * 20


@pytest.mark.parametrize(
    ("carrier", "code"),
    [
        (replace(GOOD, overflows_at_segments=3, segments_per_second=50.0), 30001),
        (replace(GOOD, campaign_segments_per_second=3.0), 30022),
    ],
)
async def test_what_fails_behind_the_door_goes_again(pool: Pool, carrier: Carrier, code: int) -> None:
    async with round_trip(pool, carrier) as trip:
        await trip.promise(*(news(number) for number in range(10)))
        await trip.once()
        codes = await pool.fetch("select error_code from message_status where status = 'failed'")
        assert {row["error_code"] for row in codes} == {code}
        trip.standin.trouble.behave(GOOD)
        await trip.until_all_is_settled()
        assert [len(trip.arrived(number)) for number in range(10)] == [1] * 10


async def test_filtered_texts_and_landlines_and_stops_are_known_for_what_they_are(pool: Pool) -> None:
    carrier = replace(GOOD, undeliverable={phone(0): 30007, phone(1): 30006}, landlines=frozenset({phone(2)}))
    async with round_trip(pool, carrier) as trip:
        await trip.standin.text(phone(3), "UNSUBSCRIBE", to_number=ALERTS)
        await pool.execute("delete from phone_wish")
        await trip.promise(*(news(number) for number in range(5)))
        with capture_logs() as logs:
            await trip.until_all_is_settled()
        rows = [await trip.row(number) for number in range(5)]
        assert [row["state"] for row in rows] == ["sent", "sent", "failed", "barred", "sent"]
        calls = await pool.fetch("select phone from outbox where channel = 'voice' order by phone")
        assert [row["phone"] for row in calls] == [phone(1), phone(2)]
        assert await pool.fetchval("select count(*) from phone_line") == 2
    assert [entry["carrier_error"] for entry in logs if "carrier_error" in entry] == [30007]


async def test_a_stop_to_the_number_of_the_alerts_leaves_the_answers(pool: Pool) -> None:
    async with round_trip(pool) as trip:
        await trip.standin.text(phone(0), "STOP", to_number=ALERTS)
        await trip.promise(news(0), reply(0))
        await trip.once()
        assert trip.arrived(0) == ["message en 100000"]
        rows = await pool.fetch("select kind, state from outbox order by kind")
        assert [tuple(row) for row in rows] == [("late", "barred"), ("message", "sent")]


async def test_replies_that_the_carrier_sends_by_itself_count_for_the_rate_of_their_number(pool: Pool) -> None:
    async with round_trip(pool, rate=0.1) as trip:
        for _ in range(4):
            assert (await trip.standin.text(phone(0), "bus")).replies
        await trip.promise(reply(0), news(0))
        await trip.once()
        assert len(trip.arrived(0)) >= 5, "four replies at least, and the news from the other number"
        rows = await pool.fetch("select kind, state from outbox order by kind")
        assert [tuple(row) for row in rows] == [("late", "sent"), ("message", "waiting")]


async def test_texts_of_ours_to_the_same_phone_are_told_apart_by_what_is_known_of_them(pool: Pool) -> None:
    """The carrier's list names no number of ours: what belongs to another message is left out."""
    async with round_trip(pool) as trip:
        await trip.promise(news(0))
        await trip.once()
        row = await trip.row()
        claimed = Claimed(row["outbox_id"] + 1, news(0), 1, NOW, NOW)
        assert await trip.texts.find(claimed, Written(row["body"], 1, "en"), NOW) is None
        same = replace(claimed, outbox_id=row["outbox_id"])
        assert await trip.texts.find(same, Written("other words", 1, "en"), NOW) is None
        found = await trip.texts.find(same, Written(row["body"], 1, "en"), NOW)
        assert found is not None
        assert not isinstance(found, Later)
        assert found.sid == row["sid"]


async def test_on_a_very_bad_day_each_message_arrives_once(pool: Pool) -> None:
    carrier = Carrier(
        step_seconds=0.001,
        callback_copies=2,
        callbacks_in_order=False,
        callback_delay_seconds=0.02,
        callbacks_lost=0.3,
        errors=0.15,
        too_busy=0.15,
        broken_answers=0.15,
        answers_lost=0.15,
    )
    async with round_trip(pool, carrier) as trip:
        # News for hours: the district's clock runs a thousand times as fast here as the bucket's.
        await trip.promise(*(news(number, expires_at=NOW + timedelta(hours=8)) for number in range(60)))
        await trip.until_all_is_settled()
        assert await trip.states() == {"sent": 60}
        assert Counter(message.to_phone for message in trip.standin.messages.values()) == {
            phone(number): 1 for number in range(60)
        }
        kept = {row["phone"]: row["sid"] for row in await pool.fetch("select phone, sid from outbox")}
        assert kept == {message.to_phone: sid for sid, message in trip.standin.messages.items()}
