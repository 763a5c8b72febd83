"""Where departments work, in miniature and on real ports: a mail server, a Zammad, and a receiver of webhooks.

Each enforces the rules of what it plays, and can be told to fail, to be slow, or to lose its answer after it has done
what was asked.
"""

import asyncio
import email
import itertools
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from email.policy import default as modern
from enum import Enum, auto
from typing import Any, cast

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notifier.connectors.signing import HEADER, is_signed

TOKEN = "zammad-token-of-the-tests"
WEBHOOK_KEY = b"a key that both sides of the webhook have"
SLOW_SECONDS = 0.5
GROUPS = {"Lost and Found", "Complaints"}


@dataclass
class HandClock:
    """A clock that stands until the test moves it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Mood(Enum):
    """What the next requests meet."""

    WELL = auto()
    REFUSES = auto()
    """Answers 503 and does nothing."""
    MUTE = auto()
    """Does what is asked, and never says so."""
    SLOW = auto()
    """Does what is asked, and takes its time to say so."""
    BREAKS = auto()
    """Does what is asked, then answers 500."""


@dataclass
class Zammad:
    """Tickets, articles and the rules of https://docs.zammad.org/en/latest/api/ticket/index.html that we lean on."""

    url: str = ""
    mood: Mood = Mood.WELL
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    articles: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(101))

    def of(self, ticket: int) -> list[dict[str, Any]]:
        return [article for article in self.articles.values() if article["ticket_id"] == ticket]

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.post("/api/v1/tickets", self._make),
                web.get("/api/v1/tickets/search", self._search),
                web.put("/api/v1/tickets/{id}", self._change),
                web.post("/api/v1/ticket_articles", self._write),
                web.get("/api/v1/ticket_articles/by_ticket/{id}", self._articles),
                web.get("/api/v1/users/me", self._me),
            ]
        )
        return app

    @property
    def _guard(self) -> Any:
        @web.middleware
        async def guard(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            self.requests.append(f"{request.method} {request.path}")
            if request.headers.get("Authorization") != f"Token token={TOKEN}":
                return web.json_response({"error": "Authentication required"}, status=401)
            if self.mood is Mood.REFUSES:
                return web.json_response({"error": "down for maintenance"}, status=503)
            response = await handler(request)
            if self.mood is Mood.MUTE and request.method != "GET":
                # As when the line breaks: no status, no body.
                assert request.transport is not None
                request.transport.close()
            if self.mood is Mood.SLOW:
                await asyncio.sleep(SLOW_SECONDS)
            if self.mood is Mood.BREAKS and request.method != "GET":
                return web.json_response({"error": "Internal error"}, status=500)
            return response

        return guard

    async def _me(self, _request: web.Request) -> web.Response:
        return web.json_response({"id": 3, "login": "busline@schools.example.org", "active": True})

    async def _make(self, request: web.Request) -> web.Response:
        given = await request.json()
        for name in ("title", "group", "customer_id", "article"):
            if not given.get(name):
                return web.json_response({"error": f"Missing required value for '{name}'!"}, status=422)
        if given["group"] not in GROUPS:
            return web.json_response({"error": f"No lookup value found for 'group': {given['group']!r}"}, status=422)
        number = next(self.numbers)
        self.tickets[number] = {"id": number, "title": given["title"], "group": given["group"], **_extra(given)}
        self._keep(number, given["article"])
        return web.json_response(self.tickets[number], status=201)

    async def _change(self, request: web.Request) -> web.Response:
        number, given = int(request.match_info["id"]), await request.json()
        if number not in self.tickets:
            return web.json_response({"error": f"Couldn't find Ticket with 'id'={number}"}, status=404)
        if given.get("group", next(iter(GROUPS))) not in GROUPS:
            return web.json_response({"error": "No lookup value found for 'group'"}, status=422)
        self.tickets[number]["group"] = given.get("group", self.tickets[number]["group"])
        if "article" in given:
            self._keep(number, given["article"])
        return web.json_response(self.tickets[number])

    async def _write(self, request: web.Request) -> web.Response:
        given = await request.json()
        if given.get("ticket_id") not in self.tickets:
            return web.json_response({"error": f"Couldn't find Ticket with 'id'={given.get('ticket_id')}"}, status=404)
        return web.json_response(self._keep(given["ticket_id"], given), status=201)

    async def _articles(self, request: web.Request) -> web.Response:
        number = int(request.match_info["id"])
        if number not in self.tickets:
            return web.json_response({"error": f"Couldn't find Ticket with 'id'={number}"}, status=404)
        return web.json_response(self.of(number))

    async def _search(self, request: web.Request) -> web.Response:
        words = request.query["query"]
        found = {number: one for number, one in self.tickets.items() if words in one["title"]}
        assets = {"Ticket": {str(number): one for number, one in found.items()}} if found else {}
        return web.json_response({"tickets": list(found), "tickets_count": len(found), "assets": assets})

    def _keep(self, ticket: int, given: dict[str, Any]) -> dict[str, Any]:
        number = next(self.numbers)
        article = {name: given[name] for name in ("subject", "body", "type", "internal", "content_type")}
        self.articles[number] = {"id": number, "ticket_id": ticket, **article}
        return self.articles[number]


def _extra(given: dict[str, Any]) -> dict[str, Any]:
    return {"customer_id": given["customer_id"], "priority": given.get("priority")}


@dataclass
class Receiver:
    """A webhook that believes nothing unsigned and takes each key once."""

    url: str = ""
    mood: Mood = Mood.WELL
    status: int = 201
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeats: int = 0
    unsigned: int = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not is_signed(request.headers.get(HEADER, ""), body, WEBHOOK_KEY, datetime.now(UTC)):
            self.unsigned += 1
            return web.json_response({"error": "not signed"}, status=401)
        if self.mood is Mood.REFUSES:
            return web.json_response({"error": "busy"}, status=503, headers={"Retry-After": "120"})
        key = request.headers["Idempotency-Key"]
        if key in self.taken:
            self.repeats += 1
        elif self.status < 300:
            self.taken[key] = json.loads(body)
        if self.mood is Mood.MUTE:
            assert request.transport is not None
            request.transport.close()
        if self.mood is Mood.SLOW:
            await asyncio.sleep(SLOW_SECONDS)
        return web.json_response(
            {"id": f"R-{len(self.taken)}"}, status=500 if self.mood is Mood.BREAKS else self.status
        )


@dataclass
class Mailbox:
    """What a mail server took, and what it says to the next mail."""

    host: str = "127.0.0.1"
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuses_recipient: str = ""
    refuses_data: str = ""
    takes_seconds: float = 0.0
    mute: bool = False
    """Takes the mail, and hangs up instead of saying so."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses_recipient:
            return self.refuses_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuses_data:
            return self.refuses_data
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(cast(EmailMessage, email.message_from_bytes(content, policy=cast(Any, modern))))
        self.recipients += envelope.rcpt_tos
        await asyncio.sleep(self.takes_seconds)
        if self.mute:
            assert server.transport is not None
            server.transport.close()
        return "250 Taken"


def text_of(mail: Message) -> str:
    """The words of a plain mail."""
    assert isinstance(mail, EmailMessage)
    return str(mail.get_content())


@asynccontextmanager
async def zammad() -> AsyncIterator[Zammad]:
    """A Zammad on a port of its own."""
    site = Zammad()
    async with TestServer(site.app()) as server:
        site.url = str(server.make_url("/")).rstrip("/")
        yield site


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver of webhooks on a port of its own."""
    one = Receiver()
    app = web.Application()
    app.router.add_post("/hook", one.take)
    async with TestServer(app) as server:
        one.url = str(server.make_url("/hook"))
        yield one


@asynccontextmanager
async def mail_server(*, tls: ssl.SSLContext | None = None, password: str | None = None) -> AsyncIterator[Mailbox]:
    """A mail server on a port of its own; with `password`, for "busline" alone and only behind STARTTLS."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()

    def let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        is_right = (given.login, given.password) == (b"busline", (password or "").encode())
        return AuthResult(success=is_right, handled=is_right)

    server = await loop.create_server(
        lambda: SMTP(
            mailbox,
            hostname="mail.example.org",
            loop=loop,
            tls_context=tls,
            authenticator=let_in,
            auth_required=password is not None,
            auth_require_tls=True,
        ),
        "127.0.0.1",
        0,
    )
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
