"""Phone calls that tell alerts, placed by Twilio or whatever speaks its REST interface, and what its answer means."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from busline.alert_call import CallBook, CallState
from busline.clock import Clock
from busline.outbound import Claimed, Handed, Later, Refused, Taken, Unheard, Written
from busline.receipt import receipt_query
from sms.outgoing.alert_call import Speaking
from sms.outgoing.clips import NAMES
from sms.twilio.carrier import TIMEOUT_SECONDS, OtherSids, TwilioAccount, never_connected
from sms.twilio.carrier_errors import meaning

AT_ONCE = 8
RING_SECONDS = 30
"""Six rings: long enough to get to a phone, and before most answering machines."""
_LISTEN_SECONDS = 30
"""For who or what picks up: a machine has had its own say by then."""
_LOOKED_AT = 50
_CLOCKS_DIFFER = timedelta(minutes=5)
"""Ours may be wrong by so much."""
_NOT_ANSWERED = frozenset({CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED, CallState.CANCELED})
_EVENTS = ["initiated", "ringing", "answered", "completed"]

_T = TypeVar("_T")


class TwilioCalls:
    """Twilio by its own library, in threads: it blocks. A `busline.outbound.Sender`."""

    def __init__(
        self,
        account: TwilioAccount,
        receipt_key: bytes,
        book: CallBook,
        speaking: Speaking,
        other_sids: OtherSids,
        clock: Clock,
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        """The account's `status_callback` is where calls are reported to; `receipt_key` marks that address."""
        self._account = account
        self._receipt_key = receipt_key
        self._book = book
        self._speaking = speaking
        self._other_sids = other_sids
        self._clock = clock
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="twilio-calls")
        # The library's session is not made for several threads: each has its own.
        self._local = threading.local()
        self._clients: list[Client] = []

    async def hand_over(self, claimed: Claimed, written: Written, valid_seconds: int) -> Handed:
        """Place the call. `valid_seconds` cannot be told to the carrier: it rings at once, or not at all."""
        lines = tuple(line for line in written.body.split("\n") if line)
        now = self._clock.now()
        if not self._can_be_said(written.language, lines):
            await self._book.text_instead(claimed, now)
            return Refused(
                f"There is no voice that speaks {written.language!r}, and not all of its clips are recorded, so nobody "
                "was called. It goes as a text, where the phone takes texts and has not had it as one."
            )
        if not await self._book.place(claimed, written.language, lines, now):
            return Refused("The family wants no more calls.")
        return await self._in_thread(lambda: self._create(claimed))

    async def find(self, claimed: Claimed, written: Written, since: datetime) -> Taken | Later | None:
        phone = claimed.promise.phone
        placed = await self._in_thread(lambda: self._placed(phone, since))
        if isinstance(placed, Later):
            return placed
        others = await self._other_sids(phone, placed, claimed.outbox_id) if placed else set()
        ours = [sid for sid in placed if sid not in others]
        return Taken(ours[0]) if ours else None

    def close(self) -> None:
        """Let the connections go, once what is under way has ended."""
        self._threads.shutdown()
        for client in self._clients:
            client.http_client.session.close()

    def _can_be_said(self, language: str, lines: tuple[str, ...]) -> bool:
        if not lines or not self._speaking.can_say(language):
            return False
        return self._speaking.catalogue.voice(language) is not None or NAMES.issuperset(lines)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _create(self, claimed: Claimed) -> Handed:
        query = receipt_query(self._receipt_key, claimed)
        try:
            call = self._client().calls.create(
                to=claimed.promise.phone,
                from_=self._account.number,
                url=f"{self._speaking.public_base_url}/twilio/voice/alert?{query}",
                method="POST",
                status_callback=f"{self._account.status_callback}?{query}",
                status_callback_event=_EVENTS,
                status_callback_method="POST",
                timeout=RING_SECONDS,
                machine_detection="DetectMessageEnd",
                machine_detection_timeout=_LISTEN_SECONDS,
            )
        except TwilioRestException as fault:
            return meaning(fault.code, fault.status)
        except (TwilioException, RequestException) as fault:
            words = f"The carrier cannot be reached ({type(fault).__name__})."
            return Later(words) if never_connected(fault) else Unheard(words)
        return Taken(str(call.sid))

    def _placed(self, phone: str, since: datetime) -> list[str] | Later:
        try:
            listed = self._client().calls.list(to=phone, from_=self._account.number, limit=_LOOKED_AT)
        except (TwilioException, RequestException) as fault:
            return Later(f"The carrier cannot be asked whether it called ({type(fault).__name__}).")
        earliest = since - _CLOCKS_DIFFER
        placed = [one for one in listed if one.direction == "outbound-api" and one.date_created >= earliest]
        # A call that nobody answered has said nothing.
        return [str(one.sid) for one in placed if str(one.status) not in _NOT_ANSWERED]

    def _client(self) -> Client:
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            account = self._account
            http = TwilioHttpClient(timeout=TIMEOUT_SECONDS)
            client = Client(account.account_sid, account.auth_token, http_client=http)
            if account.base_url is not None:
                client.api.base_url = account.base_url
            self._local.client = client
            self._clients.append(client)
        return client
