"""Requests to Twilio's REST interface, or to whatever speaks it, by its own library: in threads, for that blocks.

Creating a message or a call is not idempotent (https://www.twilio.com/docs/api/errors/20500): after an answer that did
not come, the carrier's own list is asked before anything is sent again.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from busline.ids import Phone
from busline.outbound import Handed, Later, Taken, Unheard
from sms.twilio.carrier_errors import meaning

TIMEOUT_SECONDS = 7.0
"""For the connection, and again for the answer; the library waits for ever unless told. An attempt is then over well
before the carrier is believed not to have it (`notifier/attempting.py`)."""
LOOKED_AT = 50
"""Newest messages, or calls, to a phone that are looked through for one of ours."""
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


class TwilioRest:
    """One account, with a client for each thread: the library's session is not made for several."""

    def __init__(
        self, account: TwilioAccount, other_sids: OtherSids, *, at_once: int, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._account = account
        self._other_sids = other_sids
        self._timeout_seconds = timeout_seconds
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="twilio")
        self._local = threading.local()
        self._clients: list[Client] = []

    async def create(self, work: Callable[[Client], Any]) -> Handed:
        """Have the carrier take what `work` creates, and say what its answer means. `work` may say so itself."""

        def attempt() -> Handed:
            try:
                created = work(self._client())
            except TwilioRestException as fault:
                return meaning(fault.code, fault.status)
            except (TwilioException, RequestException) as fault:
                words = f"The carrier cannot be reached ({type(fault).__name__})."
                return Later(words) if _never_connected(fault) else Unheard(words)
            return created if isinstance(created, Later) else Taken(str(created.sid))

        return await self._in_thread(attempt)

    async def find(
        self, phone: Phone, outbox_id: int, since: datetime, listed: Callable[[Client], Iterable[Any]]
    ) -> Taken | Later | None:
        """The one of those that the carrier has `listed` which we sent, since then, and know as no other of ours."""

        def look() -> list[str] | Later:
            try:
                found = list(listed(self._client()))
            except (TwilioException, RequestException) as fault:
                return Later(f"The carrier cannot be asked whether it has this ({type(fault).__name__}).")
            earliest = since - _CLOCKS_DIFFER
            # Replies to texts are the carrier's own doing, from what a webhook answered.
            return [str(one.sid) for one in found if one.direction == "outbound-api" and one.date_created >= earliest]

        found = await self._in_thread(look)
        if isinstance(found, Later):
            return found
        # The same may have been sent before: that was another message, and we know its id.
        others = await self._other_sids(phone, found, outbox_id) if found else set()
        ours = [sid for sid in found if sid not in others]
        return Taken(ours[0]) if ours else None

    def close(self) -> None:
        """Let the connections go, once what is under way has ended."""
        self._threads.shutdown()
        for client in self._clients:
            client.http_client.session.close()

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

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


def _never_connected(fault: Exception) -> bool:
    if isinstance(fault, ConnectTimeout):
        return True
    reason = fault.args[0] if isinstance(fault, NotConnected) and fault.args else None
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)
