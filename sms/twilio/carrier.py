"""Texts handed to Twilio, or to whatever speaks its REST interface, and what its answer means.

Creating a message is not idempotent (https://www.twilio.com/docs/api/errors/20500): after an answer that did not come,
the carrier's own list is asked before anything is sent again.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from busline.ids import Phone
from busline.outbound import Claimed, Handed, Later, Taken, Unheard, Written
from busline.receipt import receipt_query
from sms.twilio.carrier_errors import meaning

TIMEOUT_SECONDS = 7.0
"""For the connection, and again for the answer; the library waits for ever unless told. An attempt is then over well
before its lease is (`notifier/sending.py`)."""
STARTS_WITHIN_SECONDS = 10.0
"""A request that could not begin in so long is not made at all: on a machine that stands still its lease runs out, and
the carrier may be asked before it has been told."""
AT_ONCE = 32
"""Requests under way together: at three tenths of a second each, a hundred messages a second."""
_LOOKED_AT = 50
_NOT_BROUGHT = frozenset({"failed", "undelivered", "canceled"})
_CLOCKS_DIFFER = timedelta(minutes=5)
"""Ours may be wrong by so much."""

_T = TypeVar("_T")

OtherSids = Callable[[Phone, Sequence[str], int], Awaitable[set[str]]]
"""Of these ids those that belong to other messages of ours to this phone than the one of this number."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """As whom, from which number, and where the carrier reports to."""

    account_sid: str
    auth_token: str = field(repr=False)
    number: Phone
    status_callback: str
    """Without a query: what names the message is added."""
    base_url: str | None = None


class TwilioTexts:
    """Twilio by its own library, in threads: it blocks. A `busline.outbound.Sender`."""

    def __init__(
        self,
        account: TwilioAccount,
        receipt_key: bytes,
        other_sids: OtherSids,
        *,
        at_once: int = AT_ONCE,
        timeout_seconds: float = TIMEOUT_SECONDS,
        starts_within_seconds: float = STARTS_WITHIN_SECONDS,
    ) -> None:
        """`receipt_key` marks the address that the carrier reports to (`busline/receipt.py`)."""
        self._account = account
        self._receipt_key = receipt_key
        self._other_sids = other_sids
        self._timeout_seconds = timeout_seconds
        self._starts_within_seconds = starts_within_seconds
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="twilio")
        # The library's session is not made for several threads: each has its own.
        self._local = threading.local()
        self._clients: list[Client] = []

    async def hand_over(self, claimed: Claimed, written: Written, valid_seconds: int) -> Handed:
        latest_start = time.monotonic() + self._starts_within_seconds
        return await self._in_thread(lambda: self._create(claimed, written, valid_seconds, latest_start))

    async def find(self, claimed: Claimed, written: Written, since: datetime) -> Taken | Later | None:
        phone = claimed.promise.phone
        same = await self._in_thread(lambda: self._same(phone, written.body, since))
        if isinstance(same, Later):
            return same
        # The same words may have been sent before: that was another message, and we know its id.
        others = await self._other_sids(phone, same, claimed.outbox_id) if same else set()
        ours = [sid for sid in same if sid not in others]
        return Taken(ours[0]) if ours else None

    def close(self) -> None:
        """Let the connections go, once what is under way has ended."""
        self._threads.shutdown()
        for client in self._clients:
            client.http_client.session.close()

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _create(self, claimed: Claimed, written: Written, valid_seconds: int, latest_start: float) -> Handed:
        account = self._account
        # The library is loaded, and the first client of a thread made, while nothing depends on how long that takes.
        messages = self._client().messages
        if time.monotonic() > latest_start:
            return Later("Busline itself was standing still, and began nothing.")
        try:
            message = messages.create(
                to=claimed.promise.phone,
                from_=account.number,
                body=written.body,
                status_callback=f"{account.status_callback}?{receipt_query(self._receipt_key, claimed)}",
                validity_period=valid_seconds,
            )
        except TwilioRestException as fault:
            return meaning(fault.code, fault.status)
        except (TwilioException, RequestException) as fault:
            words = f"The carrier cannot be reached ({type(fault).__name__})."
            return Later(words) if never_connected(fault) else Unheard(words)
        return Taken(str(message.sid))

    def _same(self, phone: Phone, body: str, since: datetime) -> list[str] | Later:
        try:
            listed = self._client().messages.list(to=phone, from_=self._account.number, limit=_LOOKED_AT)
        except (TwilioException, RequestException) as fault:
            return Later(f"The carrier cannot be asked whether it has the text ({type(fault).__name__}).")
        earliest = since - _CLOCKS_DIFFER
        # Replies to texts are the carrier's own doing, from what a webhook answered.
        sent = [one for one in listed if one.direction == "outbound-api" and one.date_created >= earliest]
        # What it could not bring to the phone has not been said. Where words were not kept yet, any may be the one.
        return [str(one.sid) for one in sent if body in ("", one.body) and str(one.status) not in _NOT_BROUGHT]

    def _client(self) -> Client:
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            account = self._account
            http = TwilioHttpClient(timeout=self._timeout_seconds)
            client = Client(account.account_sid, account.auth_token, http_client=http)
            if account.base_url is not None:
                client.api.base_url = account.base_url
            self._local.client = client
            self._clients.append(client)
        return client


def never_connected(fault: Exception) -> bool:
    if isinstance(fault, ConnectTimeout):
        return True
    reason = fault.args[0] if isinstance(fault, NotConnected) and fault.args else None
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)
