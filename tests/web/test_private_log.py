"""Whatever a family, staff and other systems do, the log names nobody: not by phone, not by number, not by name."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import structlog
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from busline.cases.departments import ConnectorKind
from busline.ids import Phone
from busline.logs import configure_logging
from busline.outbound import Bucketed, Channel
from busline.settings import read_settings
from busline.store.outbox import other_sids
from busline.store.pool import Pool
from busline.store.staff import Role
from notifier.connectors.webhook import WebhookConnector
from notifier.handing_over import HandingOver
from notifier.sending import Line, Sending
from sms.catalogue import shipped_catalogue
from sms.outgoing.message_text import Letterhead, MessageWriter
from sms.twilio.carrier import TwilioTexts
from sms.twilio.rest import TwilioAccount
from tests.web.desk import open_desk
from tests.web.texting import NO_RIGHT, PARENT, SPANISH_PARENT, STRANGER, HandClock, make_code, sms_form, texting

OTHER = "+16175550198"
TYPED = "+16175550123"
PRIVATE = (
    *(phone[-10:] for phone in (PARENT, SPANISH_PARENT, NO_RIGHT, STRANGER, OTHER, TYPED)),
    *("100234", "100235", "100777", "004321", "999999"),
    *("Mia", "Lopez", "Zoe", "Tran", "Ana", "Diaz", "call_taker-person", "sad about the driver", "Tell her"),
)
BOSTON = ZoneInfo("America/New_York")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, by us and by libraries, down to the least."""
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    out = io.StringIO()
    configure_logging(replace(read_settings({}), log_level="DEBUG"), stream=out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook
    structlog.reset_defaults()


async def echo(request: web.Request) -> web.StreamResponse:
    """Another system that is unwell, and says again all that it was told."""
    told = await request.text()
    return web.json_response({"error": told, "code": 20500, "message": told, "status": 500}, status=500)


def in_log(log: io.StringIO) -> set[str]:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    named = {private: line for line in lines for private in PRIVATE if private in json.dumps(line, ensure_ascii=False)}
    assert named == {}
    return {line["event"] for line in lines}


async def test_no_conversation_is_told_by_the_log(pool: Pool, log: io.StringIO) -> None:
    async with texting(pool) as line:
        for phone, words in (
            (PARENT, "100234"),
            (PARENT, "where is the bus of Mia Lopez? call me at (617) 555-0123"),
            (SPANISH_PARENT, "autobús"),
            (NO_RIGHT, "100234"),
            (STRANGER, "100234"),
            (STRANGER, "999999"),
            (STRANGER, "7KM4C-RX9DT"),
            (OTHER, await make_code(pool, "100777")),
            (PARENT, "I want to talk to a person, I am sad about the driver of 100234"),
            (STRANGER, "my child Zoe is not home"),
        ):
            assert await line.text(phone, words)
        await line.ask_families()
        assert await line.text(PARENT, "yes")
        await line.call(PARENT, "TN-Validation-Passed-A")
        # What goes wrong: a forged text, a message id that another phone has used, a report nobody knows.
        form = sms_form(PARENT, "100234 Mia")
        assert (await line.post("/twilio/sms", form, signature="forged")).status == 403
        assert (await line.post("/twilio/sms", form)).status == 200
        assert (await line.post("/twilio/sms", form | {"From": STRANGER})).status == 409
        report = {"MessageSid": form["MessageSid"], "MessageStatus": "thought_about", "To": PARENT}
        assert (await line.post("/twilio/status", report)).status == 204
        await line.text(PARENT, "STOP")
    assert in_log(log) >= {
        "inquiry",
        "a webhook was refused; is the public base URL the one Twilio has?",
        "a message came with the id of another phone's message; it was not answered",
        "a report about a message led to nothing",
    }


async def test_no_case_is_told_by_the_log(pool: Pool, log: io.StringIO) -> None:
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(texting(pool))
        await pool.execute("update department set connector = 'webhook'")
        await line.text(PARENT, "I want to talk to a person, I am sad about the driver of 100234")
        reference = await pool.fetchval("select reference from family_case where phone = $1", PARENT)
        desk = await stack.enter_async_context(open_desk(pool))
        client = await desk.sign_in(Role.CALL_TAKER)
        async with client.get(f"/api/v1/cases/{reference}") as answer:
            assert answer.status == 200
        for action, words in (("notes", "Ana Diaz called, +16175550123"), ("answer", "Tell her Mia is well.")):
            async with client.post(f"/api/v1/cases/{reference}/{action}", json={"words": words}) as answer:
                assert answer.status == 200
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", echo)
        server = await stack.enter_async_context(TestServer(app))
        session = await stack.enter_async_context(ClientSession())
        clock = HandClock(line.clock.at + timedelta(hours=1))
        connector = WebhookConnector(session, str(server.make_url("/")), b"k" * 32, lambda: BOSTON)
        assert await HandingOver(pool, {ConnectorKind.WEBHOOK: connector}, clock).once() > 0
        base = str(server.make_url("/")).rstrip("/")
        account = TwilioAccount("AC" + "0" * 32, "t" * 32, Phone("+16175550000"), f"{base}/status", base)
        carrier = TwilioTexts(account, b"k" * 32, partial(other_sids, pool), at_once=1)
        stack.callback(carrier.close)
        head = Letterhead(shipped_catalogue(), "Lincoln County", "(617) 555-0150", "en", lambda: BOSTON)
        clock.at = await pool.fetchval("select max(not_before) from outbox")
        out = Line(Channel.TEXT, carrier, Bucketed(1_000.0))
        assert await Sending(pool, [out], MessageWriter(head), clock, lambda: BOSTON).once() > 0
        # A fault that nobody foresaw, with a row in its words.
        await pool.execute("alter table case_event add constraint none check (words not like '%impossible%')")
        async with client.post(f"/api/v1/cases/{reference}/notes", json={"words": "impossible Mia Lopez"}) as answer:
            assert answer.status == 500
    assert in_log(log) >= {
        "a case could not be handed over",
        "a message could not be sent",
        "request failed",
    }
