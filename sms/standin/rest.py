"""Twilio's REST interface over a stand-in: the part of `https://api.twilio.com/2010-04-01` that Busline uses."""

import asyncio
import base64
import binascii
import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from sms.segments import segments
from sms.standin.carrier import AnswerFate, server_error
from sms.standin.orders import read_call_order, read_message_order
from sms.standin.refusal import Refusal
from sms.standin.resources import (
    Call,
    CallStatus,
    Message,
    account_json,
    account_path,
    call_json,
    is_final,
    message_json,
)
from sms.standin.standin import StandIn

_PAGE_SIZE = 50
_MAX_PAGE_SIZE = 1_000
_MAX_DIGITS = 9
_SIGNED_SECONDS = 120.0

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Resource = TypeVar("_Resource", Message, Call)


def rest_routes(standin: StandIn) -> list[web.RouteDef]:
    """The routes of one account, each behind Basic authentication and the rate limit."""
    rest = _Rest(standin)
    base = "/2010-04-01/Accounts/{account}"
    return [
        web.get(base + ".json", rest.guarded(rest.account)),
        web.post(base + "/Messages.json", rest.guarded(rest.create_message)),
        web.get(base + "/Messages.json", rest.guarded(rest.list_messages)),
        web.get(base + "/Messages/{sid}.json", rest.guarded(rest.fetch_message)),
        web.post(base + "/Messages/{sid}.json", rest.guarded(rest.update_message)),
        web.delete(base + "/Messages/{sid}.json", rest.guarded(rest.delete_message)),
        web.post(base + "/Calls.json", rest.guarded(rest.create_call)),
        web.get(base + "/Calls.json", rest.guarded(rest.list_calls)),
        web.get(base + "/Calls/{sid}.json", rest.guarded(rest.fetch_call)),
        web.get("/v1/Deactivations", rest.guarded(rest.deactivations)),
        web.get("/deactivated/{signed}.txt", rest.deactivated_numbers),
        web.route("*", "/2010-04-01/{rest:.*}", rest.guarded(rest.unknown)),
    ]


class _Rest:
    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._recent: deque[float] = deque()
        self._signed: dict[str, tuple[str, float]] = {}
        """Addresses of lists that were handed out: the day, and until when each is good."""

    def guarded(self, handler: _Handler) -> _Handler:
        async def guard(request: web.Request) -> web.StreamResponse:
            try:
                self._authenticate(request)
                self._limit()
                if request.match_info.get("account", self._standin.account_sid) != self._standin.account_sid:
                    raise Refusal.not_found(request.path)
                return await handler(request)
            except Refusal as refusal:
                headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refusal.status == 401 else {}
                return _json(refusal.body(), status=refusal.status, headers=headers)

        return guard

    async def account(self, _: web.Request) -> web.Response:
        return _json(account_json(self._standin.account_sid, self._standin.opened_at))

    async def create_message(self, request: web.Request) -> web.Response:
        trouble = self._standin.trouble
        order = read_message_order(await _form(request), *self._standin.numbers)
        trouble.meet(segments(order.body).count)
        message = self._standin.send(order)
        match trouble.answer():
            case AnswerFate.GIVEN:
                return _json(message_json(message, self._standin.account_sid), status=201)
            case AnswerFate.BROKEN:
                return _json(server_error().body(), status=500)
            case AnswerFate.LOST:
                await asyncio.sleep(trouble.carrier.answers_hang_seconds)
                if request.transport is not None:
                    request.transport.close()
                return web.Response()

    async def list_messages(self, request: web.Request) -> web.Response:
        query = request.query
        sent_on, sent_until, sent_since = (query.get("DateSent" + sign) for sign in ("", "<", ">"))
        found = [
            message
            for message in reversed(self._standin.messages.values())
            if query.get("To", message.to_phone) == message.to_phone
            and query.get("From", message.from_phone) == message.from_phone
            and (sent_on is None or _is_on(message.sent_at, sent_on))
            and (sent_until is None or (message.sent_at is not None and message.sent_at <= _end_of(sent_until)))
            and (sent_since is None or (message.sent_at is not None and message.sent_at >= _moment(sent_since)))
        ]
        return self._page(request, "messages", found, message_json)

    async def fetch_message(self, request: web.Request) -> web.Response:
        return _json(message_json(self._message(request), self._standin.account_sid))

    async def update_message(self, request: web.Request) -> web.Response:
        message = self._message(request)
        form = dict(await _form(request))
        if form.get("Status") == "canceled":
            # Only a scheduled text can be cancelled, and this account has no Messaging Service to schedule with.
            raise Refusal.bad(30409, "This message cannot be canceled")
        if form.get("Body") != "":
            raise Refusal.bad(20001, "Body can only be updated to an empty string, to redact the message.")
        if not is_final(message.status):
            raise Refusal.bad(20009, "Cannot redact message because it is still in progress.")
        redacted = replace(message, body="", updated_at=self._standin.local_now())
        self._standin.messages[message.sid] = redacted
        return _json(message_json(redacted, self._standin.account_sid))

    async def delete_message(self, request: web.Request) -> web.Response:
        message = self._message(request)
        if not is_final(message.status):
            raise Refusal.bad(20009, "Cannot delete message because it is still in progress.")
        del self._standin.messages[message.sid]
        return web.Response(status=204)

    async def create_call(self, request: web.Request) -> web.Response:
        call = self._standin.place_call(read_call_order(await _form(request), self._standin.number))
        return _json(call_json(call, self._standin.account_sid), status=201)

    async def list_calls(self, request: web.Request) -> web.Response:
        query = request.query
        status = query.get("Status")
        if status is not None and status not in set(CallStatus) | {"canceled"}:
            raise Refusal.bad(20001, f"Status {status} is not a status of a call.")
        found = [
            call
            for call in reversed(self._standin.calls.values())
            if query.get("To", call.to_phone) == call.to_phone
            and query.get("From", call.from_phone) == call.from_phone
            and (status is None or call.status.value == status)
        ]
        return self._page(request, "calls", found, call_json)

    async def fetch_call(self, request: web.Request) -> web.Response:
        call = self._standin.calls.get(request.match_info["sid"])
        if call is None:
            raise Refusal.not_found(request.path)
        return _json(call_json(call, self._standin.account_sid))

    async def deactivations(self, request: web.Request) -> web.Response:
        day = _moment(request.query.get("Date", "")).date()
        signed = secrets.token_urlsafe(16)
        self._signed[signed] = (day.isoformat(), time.monotonic() + _SIGNED_SECONDS)
        place = str(request.url.with_path(f"/deactivated/{signed}.txt").with_query(None))
        return _json({"redirect_to": place}, status=307, headers={"Location": place})

    async def deactivated_numbers(self, request: web.Request) -> web.Response:
        """The list itself, for whoever holds the address while it is good."""
        day, until = self._signed.get(request.match_info["signed"], ("", 0.0))
        if time.monotonic() > until:
            return web.Response(status=403, text="This address is not good any more.")
        numbers = self._standin.deactivated.get(day, ())
        return web.Response(text="".join(f"{number.removeprefix('+')}\n" for number in numbers))

    async def unknown(self, request: web.Request) -> web.Response:
        raise Refusal.not_found(request.path)

    def _message(self, request: web.Request) -> Message:
        message = self._standin.messages.get(request.match_info["sid"])
        if message is None:
            raise Refusal.not_found(request.path)
        return message

    def _authenticate(self, request: web.Request) -> None:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError) as fault:
            raise Refusal.not_authenticated() from fault
        expected = f"{self._standin.account_sid}:{self._standin.auth_token}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(given, expected):
            raise Refusal.not_authenticated()

    def _limit(self) -> None:
        limit = self._standin.trouble.carrier.requests_per_second
        if limit is None:
            return
        now = time.monotonic()
        while self._recent and now - self._recent[0] > 1.0:
            self._recent.popleft()
        if len(self._recent) >= limit:
            raise Refusal.too_many_requests()
        self._recent.append(now)

    def _page(
        self,
        request: web.Request,
        name: str,
        found: list[_Resource],
        render: Callable[[_Resource, str], dict[str, object]],
    ) -> web.Response:
        size = min(_natural(request, "PageSize", _PAGE_SIZE, at_least=1), _MAX_PAGE_SIZE)
        number = _natural(request, "Page", 0, at_least=0)
        start = number * size
        shown = found[start : start + size]
        path = f"{account_path(self._standin.account_sid)}/{name.capitalize()}.json"
        filters = {key: value for key, value in request.query.items() if key not in ("Page", "PageSize", "PageToken")}

        def uri(page: int, token: str | None = None) -> str:
            place = {"PageSize": str(size), "Page": str(page)}
            return f"{path}?{urlencode(filters | place | ({} if token is None else {'PageToken': token}))}"

        more = start + size < len(found)
        return _json(
            {
                "end": start + max(len(shown) - 1, 0),
                "first_page_uri": uri(0),
                "next_page_uri": uri(number + 1, f"PA{shown[-1].sid}") if more else None,
                "page": number,
                "page_size": size,
                "previous_page_uri": uri(number - 1) if number else None,
                "start": start,
                "uri": uri(number),
                name: [render(resource, self._standin.account_sid) for resource in shown],
            }
        )


async def _form(request: web.Request) -> Iterable[tuple[str, str]]:
    return [(name, value) for name, value in (await request.post()).items() if isinstance(value, str)]


def _natural(request: web.Request, name: str, default: int, *, at_least: int) -> int:
    text = request.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or len(text) > _MAX_DIGITS or int(text) < at_least:
        raise Refusal.bad(20001, f"{name} is not a whole number of {at_least} or more.")
    return int(text)


def _moment(text: str) -> datetime:
    """A date or a moment of a filter, in GMT as Twilio reads it."""
    refusal = Refusal.bad(20001, f"{text} is not a date (YYYY-MM-DD) of this or the next centuries.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise refusal from fault
    if not 2000 <= moment.year < 3000:
        raise refusal
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _end_of(text: str) -> datetime:
    moment = _moment(text)
    return moment + timedelta(days=1) if len(text) == len("2026-11-22") else moment


def _is_on(sent_at: datetime | None, text: str) -> bool:
    day: date = _moment(text).astimezone(UTC).date()
    return sent_at is not None and sent_at.astimezone(UTC).date() == day


def _json(body: Mapping[str, object], *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        text=json.dumps(body, ensure_ascii=False), status=status, content_type="application/json", headers=headers
    )
