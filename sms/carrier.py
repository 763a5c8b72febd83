"""Texts handed to Twilio, or to whatever speaks its REST interface, and what its answer means.

Creating a message is not idempotent (https://www.twilio.com/docs/api/errors/20500): after an answer that did not come,
the carrier's own list is asked before anything is sent again.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from busline.ids import Phone

TIMEOUT_SECONDS = 15.0
"""The library waits for ever unless told."""
_LOOKED_AT = 50
_NOT_YET = frozenset({20429, 21611, 30001, 30022, 14107})
"""Too much at once, or a full queue: a matter of time."""
_UNSUBSCRIBED = 21610
_CLOCKS_DIFFER = timedelta(minutes=5)
"""Ours may be wrong by so much."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier has it."""

    sid: str


@dataclass(frozen=True, slots=True)
class Later:
    """The carrier certainly has not, and another time it may take it."""

    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier will never take it."""

    words: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """The carrier may have it or not."""

    words: str


Handed: TypeAlias = Taken | Later | Refused | Unheard


class Carrier(Protocol):
    """Takes texts."""

    async def send(self, phone: Phone, body: str) -> Handed:
        """Hand one text over."""
        ...

    async def same(self, phone: Phone, body: str, since: datetime) -> tuple[str, ...] | Later:
        """The ids of texts of ours with these very words to this phone since then; Later where it does not say."""
        ...


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """As whom, from which number, and where the carrier reports to."""

    account_sid: str
    auth_token: str = field(repr=False)
    number: Phone
    status_callback: str
    base_url: str | None = None


class Twilio:
    """Twilio by its own library, in a thread: it blocks."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._client: Client = Client(
            account.account_sid, account.auth_token, http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS)
        )
        if account.base_url is not None:
            self._client.api.base_url = account.base_url
        # One request at a time: the library's session is not made for several threads.
        self._turn = asyncio.Lock()

    async def send(self, phone: Phone, body: str) -> Handed:
        async with self._turn:
            return await asyncio.to_thread(self._send, phone, body)

    async def same(self, phone: Phone, body: str, since: datetime) -> tuple[str, ...] | Later:
        async with self._turn:
            return await asyncio.to_thread(self._find, phone, body, since)

    def close(self) -> None:
        """Let the connections go."""
        self._client.http_client.session.close()

    def _send(self, phone: Phone, body: str) -> Handed:
        account = self._account
        try:
            message = self._client.messages.create(
                to=phone, from_=account.number, body=body, status_callback=account.status_callback
            )
        except TwilioRestException as fault:
            return _judged(fault)
        except (TwilioException, RequestException) as fault:
            words = f"The carrier cannot be reached ({type(fault).__name__})."
            return Later(words) if _never_connected(fault) else Unheard(words)
        return Taken(str(message.sid))

    def _find(self, phone: Phone, body: str, since: datetime) -> tuple[str, ...] | Later:
        try:
            listed = self._client.messages.list(to=phone, from_=self._account.number, limit=_LOOKED_AT)
        except (TwilioException, RequestException) as fault:
            return Later(f"The carrier cannot be asked whether it has the text ({type(fault).__name__}).")
        earliest = since - _CLOCKS_DIFFER
        # Replies to texts are the carrier's own doing, from what a webhook answered.
        sent = [one for one in listed if one.direction == "outbound-api" and one.date_created >= earliest]
        return tuple(str(one.sid) for one in sent if one.body == body)


def _judged(fault: TwilioRestException) -> Handed:
    # Without its own words, which may hold the phone.
    words = f"The carrier answered {fault.status} (https://www.twilio.com/docs/api/errors/{fault.code})."
    if fault.code == _UNSUBSCRIBED:
        return Refused("The family has asked the carrier for no more texts from this number.")
    if fault.status == 429 or fault.code in _NOT_YET or fault.status in (401, 403):
        return Later(words)
    # https://www.twilio.com/docs/api/errors/20500: after a 5xx it may be under way.
    return Unheard(words) if fault.status >= 500 else Refused(words)


def _never_connected(fault: Exception) -> bool:
    if isinstance(fault, ConnectTimeout):
        return True
    reason = fault.args[0] if isinstance(fault, NotConnected) and fault.args else None
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)
