"""Phone calls that tell alerts, placed by Twilio, and asked for where its answer did not come."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from twilio.rest import Client

from busline.alert_call import CallBook, CallState
from busline.clock import Clock
from busline.outbound import Claimed, Handed, Later, Refused, Taken, Written
from busline.receipt import receipt_query
from sms.outgoing.alert_call import Speaking
from sms.outgoing.clips import NAMES
from sms.twilio.rest import LOOKED_AT, OtherSids, TwilioAccount, TwilioRest

AT_ONCE = 8
RING_SECONDS = 30
"""Six rings: long enough to get to a phone, and before most answering machines."""
_LISTEN_SECONDS = 30
"""For who or what picks up: a machine has had its own say by then."""
_NOT_ANSWERED = frozenset({CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED, CallState.CANCELED})
_EVENTS = ["initiated", "ringing", "answered", "completed"]


class TwilioCalls:
    """Calls from one number of an account. A `busline.outbound.Sender`."""

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
        self._clock = clock
        self._rest = TwilioRest(account, other_sids, at_once=at_once)

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
        query = receipt_query(self._receipt_key, claimed)

        def create(client: Client) -> Any:
            return client.calls.create(
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

        return await self._rest.create(create)

    async def find(self, claimed: Claimed, written: Written, since: datetime) -> Taken | Later | None:
        phone = claimed.promise.phone

        def listed(client: Client) -> Iterator[Any]:
            # A call that nobody answered has said nothing.
            for one in client.calls.list(to=phone, from_=self._account.number, limit=LOOKED_AT):
                if str(one.status) not in _NOT_ANSWERED:
                    yield one

        return await self._rest.find(phone, claimed.outbox_id, since, listed)

    def close(self) -> None:
        """Let the connections go, once what is under way has ended."""
        self._rest.close()

    def _can_be_said(self, language: str, lines: tuple[str, ...]) -> bool:
        if not lines or not self._speaking.can_say(language):
            return False
        return self._speaking.catalogue.voice(language) is not None or NAMES.issuperset(lines)
