"""Promised texts, sent by the real twilio library to the stand-in: once each, in the family's words."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from busline.cases.case import Case, EventKind, NewCase
from busline.cases.departments import LOST_AND_FOUND
from busline.cases.handling import Author, CaseDesk
from busline.cases.ledger import open_case
from busline.cases.overview import Overview
from busline.ids import Phone
from busline.outbound import Bucketed, Channel
from busline.store.outbox import TextPromise, other_sids, promise_text
from busline.store.pool import Pool, transaction
from notifier.attempting import MOST_ATTEMPTS
from notifier.outbox import Carries
from notifier.sending import Line, Sending
from sms.catalogue import shipped_catalogue
from sms.outgoing.message_text import Letterhead, MessageWriter
from sms.standin import Carrier
from sms.standin.thread import BubbleKind
from sms.twilio.carrier import TwilioTexts
from sms.twilio.rest import TwilioAccount
from tests.web.case_systems import HandClock, Mood
from tests.web.twilio_world import ACCOUNT_SID, AUTH_TOKEN, FAMILY, NOON, NUMBER, SPANISH_FAMILY, World, twilio_world

BOSTON = ZoneInfo("America/New_York")
ANA = Author("ana")
RECEIPT_KEY = b"a key for the receipts of the tests"


@dataclass
class Wire:
    """The way to the carrier, which can break after the carrier has heard, or before."""

    target: str
    mood: Mood = Mood.WELL
    posts: int = 0
    session: aiohttp.ClientSession | None = None

    async def forward(self, request: web.Request) -> web.StreamResponse:
        self.posts += request.method == "POST"
        if self.mood is Mood.REFUSES:
            return web.json_response({"code": 20500, "message": "Internal error", "status": 500}, status=500)
        assert self.session is not None
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self.session.request(
            request.method, self.target + request.raw_path, data=await request.read(), headers=headers
        ) as answer:
            content, status = await answer.read(), answer.status
        if self.mood is Mood.MUTE and request.method == "POST":
            assert request.transport is not None
            request.transport.close()
        if self.mood is Mood.BREAKS and request.method == "POST":
            return web.json_response({"code": 20500, "message": "Internal error", "status": 500}, status=500)
        return web.Response(body=content, status=status, content_type="application/json")


@dataclass
class Out:
    pool: Pool
    world: World
    line: Wire
    clock: HandClock
    outgoing: Sending
    twilio: TwilioTexts = field(repr=False)

    def another(self) -> Sending:
        """One more who sends, as another process does."""
        head = Letterhead(shipped_catalogue(), "Anytown", "(617) 555-0150", "en", lambda: BOSTON)
        line = Line(Channel.TEXT, self.twilio, Bucketed(1_000.0))
        return Sending(self.pool, [line], MessageWriter(head), self.clock, lambda: BOSTON)

    async def wait(self, minutes: float = 2) -> None:
        """As long as it takes until what came to no end is looked at again."""
        self.clock.at += timedelta(minutes=minutes)
        await self.pool.execute(
            "update outbox set lease_until = now() - interval '1 second', attempted_at = attempted_at - $1::interval "
            "where lease_until is not null",
            timedelta(minutes=minutes),
        )

    async def promise(self, message: str = "consent-refused", phone: str = FAMILY, **more: str) -> None:
        text = TextPromise(f"key {message} {phone}", Phone(phone), more.pop("language", "en"), message, more)
        async with transaction(self.pool) as connection:
            await promise_text(connection, text, self.clock.at)

    async def arrived(self, phone: str = FAMILY) -> list[str]:
        """What the phone shows of Busline's."""
        await self.world.standin.settled()
        return [one.body for one in self.world.standin.threads.of(Phone(phone)) if one.kind is BubbleKind.BUSLINE]

    async def state(self) -> tuple[str, str]:
        row = await self.pool.fetchrow("select state, trouble from outbox order by outbox_id desc limit 1")
        assert row is not None
        return row["state"], row["trouble"]


@asynccontextmanager
async def sending(pool: Pool, *, carrier: Carrier | None = None) -> AsyncIterator[Out]:
    clock = HandClock(NOON)
    async with twilio_world(carrier=carrier, now=clock.now) as world, aiohttp.ClientSession() as session:
        line = Wire(world.url, session=session)
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", line.forward)
        async with TestServer(app) as server:
            account = TwilioAccount(
                ACCOUNT_SID,
                AUTH_TOKEN,
                Phone(NUMBER),
                world.hotline.url + "/twilio/status",
                str(server.make_url("/")).rstrip("/"),
            )
            twilio = TwilioTexts(account, RECEIPT_KEY, partial(other_sids, pool), at_once=4)
            head = Letterhead(shipped_catalogue(), "Anytown", "(617) 555-0150", "en", lambda: BOSTON)
            out = Line(Channel.TEXT, twilio, Bucketed(1_000.0), Carries.MESSAGES)
            try:
                yield Out(
                    pool,
                    world,
                    line,
                    clock,
                    Sending(pool, [out], MessageWriter(head), clock, lambda: BOSTON),
                    twilio,
                )
            finally:
                twilio.close()


async def opened(pool: Pool, phone: str, language: str = "en") -> Case:
    new = NewCase(Phone(phone), language, LOST_AND_FOUND, "lost_item", "perdió su mochila")
    async with transaction(pool) as connection:
        return await open_case(connection, new, NOON)


async def test_an_answer_of_staff_reaches_the_family_in_its_language_with_the_question(pool: Pool) -> None:
    case = await opened(pool, SPANISH_FAMILY, "es")
    await CaseDesk(pool).answer(case.reference, "Está en la oficina de la escuela.", ANA, NOON)
    async with sending(pool) as line:
        assert await line.outgoing.once() == 1
        (text,) = await line.arrived(SPANISH_FAMILY)
        assert await line.outgoing.once() == 0
        (sid,) = line.world.standin.messages
        assert line.world.hotline.statuses(sid)[-1] == "delivered", "the carrier reports to us how far it got"
    assert text.startswith("Objetos ")
    assert "Esta en la oficina de la escuela." in text, "without the accents that double its price"
    assert f"{case.reference[:-1]}-{case.reference[-1]}" in text
    assert "{" not in text
    assert (await pool.fetchval("select sid from outbox")) == sid


async def test_a_promise_that_is_made_twice_is_one_text(pool: Pool) -> None:
    async with sending(pool) as line:
        await line.promise()
        await line.promise()
        await line.outgoing.once()
        assert await line.arrived() == ["Good: that phone gets nothing."]


async def test_the_language_that_a_phone_chose_since_is_the_one_it_gets(pool: Pool) -> None:
    await pool.execute(
        "insert into conversation (phone, first_at, last_at, chosen_language) values ($1, $2, $2, 'es')", FAMILY, NOON
    )
    async with sending(pool) as line:
        await line.promise()
        await line.outgoing.once()
        (text,) = await line.arrived()
    assert text != "Good: that phone gets nothing."


async def test_every_text_that_a_case_promises_can_be_written_in_every_language(pool: Pool) -> None:
    async with sending(pool) as line:
        for number, language in enumerate(shipped_catalogue().languages):
            phone = f"+1617555{200 + number:04}"
            case = await opened(pool, phone, language)
            desk = CaseDesk(pool)
            await desk.say(case.reference, "One moment.", ANA, NOON)
            await desk.answer(case.reference, "It is here.", ANA, NOON)
            await pool.execute(
                'update outbox set facts = facts || \'{"message": "case-status case-solved"}\' '
                "where facts ->> 'message' = 'case-answer'"
            )
        while await line.outgoing.once():
            pass
        bodies = [message.body for message in line.world.standin.messages.values()]
    assert len(bodies) == 2 * len(shipped_catalogue().languages)
    assert all(body and "{" not in body for body in bodies)
    assert await pool.fetchval("select count(*) from outbox where state <> 'sent'") == 0


@pytest.mark.parametrize("mood", [Mood.MUTE, Mood.BREAKS])
async def test_a_text_whose_taking_was_never_confirmed_is_found_and_not_sent_again(pool: Pool, mood: Mood) -> None:
    async with sending(pool) as line:
        await line.promise()
        line.line.mood = mood
        await line.outgoing.once()
        assert (await line.state())[0] == "waiting"
        line.line.mood = Mood.WELL
        await line.wait()
        await line.outgoing.once()
        assert await line.arrived() == ["Good: that phone gets nothing."]
        assert await line.state() == ("sent", "")
        assert line.line.posts == 1


async def test_a_text_that_was_not_taken_after_all_is_sent(pool: Pool) -> None:
    async with sending(pool) as line:
        await line.promise()
        line.line.mood = Mood.REFUSES
        with capture_logs() as logs:
            for _ in range(3):
                await line.outgoing.once()
                await line.wait()
            line.line.mood = Mood.WELL
            await line.outgoing.once()
        assert await line.arrived() == ["Good: that phone gets nothing."]
    assert [entry["event"] for entry in logs] == [
        "a message could not be sent",
        "messages can be sent again",
    ]
    assert FAMILY not in str(logs)


async def test_killed_after_the_carrier_took_it_the_text_is_not_sent_twice(pool: Pool) -> None:
    async with sending(pool) as line:
        await line.promise()
        await line.outgoing.once()
        # As it stands when the process died before it could note the carrier's answer.
        await pool.execute(
            "update outbox set state = 'waiting', sid = null, maybe_since = $1, lease_until = now() - interval '1 s'",
            line.clock.at,
        )
        await line.outgoing.once()
        assert len(await line.arrived()) == 1
        assert (await line.state())[0] == "sent"


async def test_several_at_work_send_each_text_once(pool: Pool) -> None:
    async with sending(pool) as line:
        for number in range(15):
            await line.promise(phone=f"+1617555{300 + number:04}")
        others = [line.another() for _ in range(2)]
        await asyncio.gather(*(one.once() for one in (line.outgoing, *others, *others)))
        await line.world.standin.settled()
        assert len(line.world.standin.messages) == 15


async def test_a_family_that_wants_no_texts_gets_none_and_staff_are_told_to_call(pool: Pool) -> None:
    case = await opened(pool, FAMILY)
    await pool.execute("insert into opt_out (phone, since, said) values ($1, $2, 'stop')", FAMILY, NOON)
    await CaseDesk(pool).answer(case.reference, "It is here.", ANA, NOON)
    async with sending(pool) as line:
        await line.outgoing.once()
        assert await line.arrived() == []
    file = await Overview(pool).file(case.reference, NOON)
    assert file is not None
    last = file.history[-1]
    assert (last.kind, last.words) == (
        EventKind.NOT_TEXTED,
        "The family has asked for no more texts; a call may reach them.",
    )
    assert [text.state for text in file.texts] == ["barred"]


async def test_a_number_that_went_to_somebody_else_is_sent_nothing(pool: Pool) -> None:
    await pool.execute(
        "insert into phone_suspension (phone, since, reason) values ($1, $2, 'deactivated')", FAMILY, NOON
    )
    async with sending(pool) as line:
        await line.promise()
        await line.outgoing.once()
        assert await line.arrived() == []
        assert (await line.state())[0] == "barred"


async def test_a_carriers_refusal_ends_it_and_a_limit_only_delays_it(pool: Pool) -> None:
    async with sending(pool, carrier=Carrier(step_seconds=0.001, landlines=frozenset({Phone(FAMILY)}))) as line:
        await line.promise()
        await line.outgoing.once()
        state, trouble = await line.state()
        assert (state, "21614" in trouble, FAMILY in trouble) == ("failed", True, False)
    async with sending(pool, carrier=Carrier(step_seconds=0.001, requests_per_second=0)) as line:
        await line.promise(phone=SPANISH_FAMILY)
        await line.outgoing.once()
        state, trouble = await line.state()
        assert (state, "20429" in trouble) == ("waiting", True)
        assert await pool.fetchval("select maybe_since from outbox where state = 'waiting'") is None


async def test_news_that_is_too_old_is_not_sent(pool: Pool) -> None:
    case = await opened(pool, FAMILY)
    await CaseDesk(pool).say(case.reference, "Coming at 3.", ANA, NOON)
    async with sending(pool) as line:
        line.clock.at += timedelta(days=4)
        await line.outgoing.once()
        assert await line.arrived() == []
        assert (await line.state())[0] == "expired"


async def test_attempts_end(pool: Pool) -> None:
    async with sending(pool) as line:
        await line.promise()
        line.line.mood = Mood.REFUSES
        await pool.execute("update outbox set attempts = $1", MOST_ATTEMPTS - 1)
        await line.outgoing.once()
        assert (await line.state())[0] == "unknown", "the carrier may have it, and nobody could say"


async def test_what_staff_write_is_no_pattern(pool: Pool) -> None:
    case = await opened(pool, FAMILY)
    words = '50% { $phone } {"x"} <b> \\u0041'
    await CaseDesk(pool).say(case.reference, words, ANA, NOON)
    assert json.loads(await pool.fetchval("select facts -> 'fillings' from outbox"))["words"] == words
    async with sending(pool) as line:
        await line.outgoing.once()
        (text,) = await line.arrived()
    assert words in text


async def test_a_promise_that_cannot_be_written_holds_up_no_other(pool: Pool) -> None:
    async with sending(pool) as line:
        await line.promise("no-such-message")
        await line.promise("case-answer", phone=SPANISH_FAMILY, reference="4821-7")
        await line.promise()
        with capture_logs() as logs:
            await line.outgoing.once()
        assert await line.arrived() == ["Good: that phone gets nothing."]
    rows = await pool.fetch("select state from outbox order by outbox_id")
    assert [row["state"] for row in rows] == ["failed", "failed", "sent"]
    assert [entry["event"] for entry in logs] == ["a promised message cannot be written"] * 2


async def test_the_same_words_sent_a_minute_ago_are_not_taken_for_a_text_that_was_lost(pool: Pool) -> None:
    case = await opened(pool, FAMILY)
    desk = CaseDesk(pool)
    async with sending(pool) as line:
        await desk.say(case.reference, "One moment.", ANA, NOON)
        await line.outgoing.once()
        await desk.say(case.reference, "One moment.", ANA, NOON)
        line.line.mood = Mood.REFUSES
        await line.outgoing.once()
        line.line.mood = Mood.WELL
        await line.wait()
        await line.outgoing.once()
        assert len(await line.arrived()) == 2


async def test_a_text_is_found_although_our_clock_is_ahead_of_the_carriers(pool: Pool) -> None:
    async with sending(pool) as line:
        await line.promise()
        line.line.mood = Mood.MUTE
        await line.outgoing.once()
        await pool.execute("update outbox set maybe_since = maybe_since + interval '3 minutes'")
        line.line.mood = Mood.WELL
        await line.wait()
        await line.outgoing.once()
        assert len(await line.arrived()) == 1


async def test_through_many_deaths_and_broken_lines_each_text_arrives_once(pool: Pool) -> None:
    chance, texts = random.Random(20261006), 15
    async with sending(pool) as line:
        for turn in range(50):
            if turn < texts:
                await line.promise(phone=f"+1617555{400 + turn:04}")
            line.line.mood = chance.choice([Mood.WELL, Mood.MUTE, Mood.BREAKS, Mood.REFUSES])
            await line.outgoing.once()
            if chance.random() < 0.5:
                # As it stands where the process died after the carrier's answer and before noting it.
                await pool.execute(
                    "update outbox set state = 'waiting', sid = null, maybe_since = coalesce(maybe_since, created_at) "
                    "where outbox_id % 3 = $1 and attempts < 10 and (maybe_since is not null or handed_at is not null)",
                    chance.randrange(3),
                )
            if chance.random() < 0.7:
                await line.wait(chance.choice([0, 2, 10]))
        line.line.mood = Mood.WELL
        for _ in range(10):
            await line.wait(40)
            await line.outgoing.once()
        for number in range(texts):
            assert len(await line.arrived(f"+1617555{400 + number:04}")) == 1
    assert await pool.fetchval("select count(*) from outbox where state = 'sent'") == texts
