"""Twilio's side of a webhook: a URL and a form in, signed and posted; what came back out.

Signed over the URL exactly as configured, retried and given up on as Twilio documents
(https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
"""

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from urllib.parse import parse_qsl, urldefrag, urlsplit

import aiohttp
import yarl
from twilio.request_validator import RequestValidator

MAX_ANSWER_BYTES = 64 * 1024
"""Twilio reads no TwiML beyond this."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """How long to wait and when to try again, as a URL's fragment says (`#rc=3&rp=all`)."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})
    """Of `ct` (no connection), `rt` (no answer), `4xx`, `5xx`."""

    @classmethod
    def of(cls, fragment: str) -> Self:
        """What the fragment asks for; a value outside Twilio's bounds is as good as absent."""
        asked = dict(parse_qsl(fragment))
        usual = cls()

        def seconds(name: str, default: float, most_ms: int) -> float:
            text = asked.get(name, "")
            return int(text) / 1000 if text.isdecimal() and 100 <= int(text) <= most_ms else default

        policy = frozenset(asked.get("rp", "ct").split(","))
        retries = asked.get("rc", "")
        return cls(
            seconds("ct", usual.connect_seconds, 10_000),
            seconds("rt", usual.read_seconds, 15_000),
            seconds("tt", usual.total_seconds, 15_000),
            int(retries) if retries.isdecimal() and int(retries) <= 5 else usual.retries,
            frozenset({"ct", "rt", "4xx", "5xx"}) if "all" in policy else policy,
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer below 400, as it came."""

    status: int
    content_type: str
    body: bytes
    seconds: float
    """From the first attempt to the last byte."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer that could be used. `code` is Twilio's; `words` are for a person, without a full stop."""

    code: int
    words: str
    retry_class: str
    """Of `ct`, `rt`, `4xx`, `5xx`, or "" for what is never tried again."""


class Webhook:
    """Posts signed forms as Twilio does. The session is the caller's to close."""

    def __init__(self, session: aiohttp.ClientSession, auth_token: str) -> None:
        self._session = session
        self._validator = RequestValidator(auth_token)

    async def post(self, url: str, form: Mapping[str, str]) -> Answered | Unanswered:
        """Post the form, try again as the URL's fragment allows, and say what became of it. Never raises."""
        address, fragment = urldefrag(url)
        overrides = Overrides.of(fragment)
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(address, form),
            # The same over all tries of one event: how a receiver may tell a second try from a second event.
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        began = time.monotonic()
        outcome: Answered | Unanswered = _late(overrides.total_seconds)
        try:
            async with asyncio.timeout(overrides.total_seconds):
                for _ in range(1 + overrides.retries):
                    outcome = await self._once(address, form, headers, overrides, began)
                    if isinstance(outcome, Answered) or outcome.retry_class not in overrides.retry_on:
                        break
        except TimeoutError:
            return _late(overrides.total_seconds)
        return outcome

    async def _once(
        self, address: str, form: Mapping[str, str], headers: Mapping[str, str], overrides: Overrides, began: float
    ) -> Answered | Unanswered:
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=overrides.connect_seconds, sock_read=overrides.read_seconds
        )
        # Sent as it is signed: a URL that the client library tidied up would no longer match its signature.
        target = yarl.URL(address, encoded=True)
        try:
            async with self._session.post(
                target, data=dict(form), headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                body = await _read(response)
        except aiohttp.SocketTimeoutError:
            return _late(overrides.read_seconds)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Unanswered(11205, f"Busline could not be reached at {_host(address)}; is it running?", "ct")
        except aiohttp.InvalidURL:
            return Unanswered(11100, f"{address} is not a web address", "")
        except (aiohttp.ClientError, ConnectionError):
            return Unanswered(11200, "Busline closed the connection without an answer", "rt")
        if response.status >= 300:
            family = f"{response.status // 100}xx"
            return Unanswered(11200, f"Busline answered {_status_words(response.status)}", family)
        if body is None:
            return Unanswered(11750, "Busline's answer is longer than the 64 kB that Twilio reads", "")
        content_type = response.headers.get("Content-Type", "")
        return Answered(response.status, content_type, body, time.monotonic() - began)


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """The body, or None when it is longer than Twilio reads."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(8192):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            return None
    return bytes(body)


def _late(seconds: float) -> Unanswered:
    return Unanswered(11200, f"Busline did not answer within {seconds:g} seconds", "rt")


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _status_words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
