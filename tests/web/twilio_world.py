"""A stand-in for Twilio on a real port, and across from it a hotline in miniature that checks every signature."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from sms.standin import Carrier, FamilyPhone, StandIn, standin_app

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "3f9a" * 8
NUMBER = "+16175550199"
FAMILY = "+16175550101"
SPANISH_FAMILY = "+16175550102"
ARABIC_FAMILY = "+16175550103"
STRANGER = "+16175550198"
NOON = datetime(2026, 11, 24, 12, 21, tzinfo=UTC)

FAMILIES = (
    FamilyPhone(FAMILY, "en", ("100234", "100871"), "Bus is late"),
    FamilyPhone(SPANISH_FAMILY, "es", ("101508",), "Substitute bus"),
    FamilyPhone(ARABIC_FAMILY, "ar", ("101733",), "Arabic, from the right"),
)


def message(*bodies: str) -> str:
    """TwiML that replies with these texts."""
    return "<Response>" + "".join(f"<Message>{escape(body)}</Message>" for body in bodies) + "</Response>"


@dataclass
class Answer:
    """What the hotline says to the next webhook."""

    body: str = message("Bus 47 is on its way.")
    status: int = 200
    content_type: str = "text/xml"
    delay_seconds: float = 0.0


@dataclass
class Hotline:
    """The miniature: everything it received, in order, and what it answers."""

    url: str = ""
    answer: Answer = field(default_factory=Answer)
    answers: list[Answer] = field(default_factory=list)
    """Used up first, one a request."""
    texts: list[dict[str, str]] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    callbacks: list[dict[str, str]] = field(default_factory=list)
    call_statuses: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bad_signatures: int = 0

    def statuses(self, sid: str) -> list[str]:
        return [form["MessageStatus"] for form in self.callbacks if form["MessageSid"] == sid]

    async def form(self, request: web.Request) -> dict[str, str]:
        form = {name: str(value) for name, value in (await request.post()).items()}
        url = self.url + request.raw_path
        if not RequestValidator(AUTH_TOKEN).validate(url, form, request.headers.get("X-Twilio-Signature", "")):
            self.bad_signatures += 1
            raise web.HTTPForbidden
        return form

    async def text(self, request: web.Request) -> web.Response:
        self.headers.append(dict(request.headers))
        self.texts.append(await self.form(request))
        return await self.respond()

    async def call(self, request: web.Request) -> web.Response:
        self.calls.append(await self.form(request))
        return await self.respond()

    async def callback(self, request: web.Request) -> web.Response:
        self.callbacks.append(await self.form(request))
        return web.Response(status=204)

    async def call_status(self, request: web.Request) -> web.Response:
        self.call_statuses.append(await self.form(request))
        return web.Response(status=204)

    async def respond(self) -> web.Response:
        answer = self.answers.pop(0) if self.answers else self.answer
        await asyncio.sleep(answer.delay_seconds)
        return web.Response(
            body=answer.body.encode(), status=answer.status, headers={"Content-Type": answer.content_type}
        )


@dataclass(frozen=True)
class World:
    hotline: Hotline
    standin: StandIn
    url: str
    """Where the stand-in listens, without a path."""


@asynccontextmanager
async def twilio_world(
    *,
    carrier: Carrier | None = None,
    sms_path: str = "/twilio/sms",
    now: Callable[[], datetime] = lambda: NOON,
) -> AsyncIterator[World]:
    """Both servers up, on ports of their own."""
    hotline = Hotline()
    app = web.Application()
    app.add_routes(
        [
            web.post("/twilio/sms", hotline.text),
            web.post("/twilio/voice", hotline.call),
            web.post("/twilio/status", hotline.callback),
            web.post("/twilio/call-status", hotline.call_status),
        ]
    )
    async with TestServer(app) as server:
        hotline.url = str(server.make_url("/")).rstrip("/")
        standin = StandIn(
            ACCOUNT_SID,
            AUTH_TOKEN,
            NUMBER,
            hotline.url + sms_path,
            hotline.url + "/twilio/voice",
            FAMILIES,
            STRANGER,
            now,
            carrier=carrier or Carrier(step_seconds=0.001),
        )
        async with TestServer(standin_app(standin)) as own:
            yield World(hotline, standin, str(own.make_url("/")).rstrip("/"))
