"""The way of a text after Twilio took it: queued, sending, sent, delivered or not, each step reported if asked for."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from busline.ids import Phone
from sms.segments import segments
from sms.standin.refusal import Refusal
from sms.standin.resources import API_VERSION, Message, MessageStatus, error_words
from sms.standin.webhook import Answered, Webhook

_log = structlog.get_logger(__name__)

MAX_QUEUED_SEGMENTS = 36_000
"""Twilio queues ten hours of segments for a long code: https://support.twilio.com/hc/en-us/articles/115002943027."""
_VALIDITY_EXPIRED = 30036


@dataclass(frozen=True, slots=True)
class Carrier:
    """How the carrier behaves. The defaults are a good day; tests and rehearsals choose a bad one."""

    step_seconds: float = 0.05
    """Between two states of a text, in real seconds."""
    callback_copies: int = 1
    """How often each status callback arrives; Twilio promises no "once"."""
    callbacks_in_order: bool = True
    """False: the callbacks of a text arrive last state first, as may happen."""
    segments_per_second: float | None = None
    """How fast the number sends; a toll-free one does 3. None: as fast as asked."""
    requests_per_second: int | None = None
    """REST requests above this in one second are refused with 20429. None: no limit."""
    landlines: frozenset[Phone] = frozenset()
    """Refused at the door with 21614."""
    undeliverable: Mapping[Phone, int] = field(default_factory=dict)
    """Accepted, then undelivered with this error code (30003, 30005, 30006, 30007 ...)."""


class Conveyor:
    """Takes texts one behind another at the number's rate, then along their states.

    `messages` is the account's record, by SID: the conveyor keeps each text's state in it. `arrived` is told each
    text that reaches its phone.
    """

    def __init__(
        self,
        carrier: Carrier,
        account_sid: str,
        messages: dict[str, Message],
        now: Callable[[], datetime],
        arrived: Callable[[Message], None],
    ) -> None:
        self._carrier = carrier
        self._account_sid = account_sid
        self._messages = messages
        self._now = now
        self._arrived = arrived
        self._waiting: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
        self._queued_segments = 0
        self._under_way = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self._callbacks_fail = False

    def enqueue(self, message: Message) -> None:
        """Take a text. Raises `Refusal` (21611) when ten hours of segments are waiting already."""
        size = segments(message.body).count
        if self._queued_segments + size > MAX_QUEUED_SEGMENTS:
            raise Refusal.queue_full()
        self._queued_segments += size
        self._under_way += 1
        self._settled.clear()
        self._messages[message.sid] = message
        self._waiting.put_nowait((message.sid, time.monotonic()))

    async def settled(self) -> None:
        """Until every text taken so far has come to its end and been reported."""
        await self._settled.wait()

    async def run(self, webhook: Webhook) -> None:
        """Convey for ever; ends only by cancellation."""
        async with asyncio.TaskGroup() as group:
            while True:
                sid, taken_at = await self._waiting.get()
                message = self._messages[sid]
                size = segments(message.body).count
                self._queued_segments -= size
                expired = time.monotonic() - taken_at > message.validity_seconds
                if not expired and self._carrier.segments_per_second is not None:
                    await asyncio.sleep(size / self._carrier.segments_per_second)
                group.create_task(self._convey(message, webhook, expired=expired))

    async def _convey(self, message: Message, webhook: Webhook, *, expired: bool) -> None:
        states = self._states(message.to_phone, expired=expired)
        forms: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        # Reports go beside the text: a receiver that hangs delays its news, never the text.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._report(message.status_callback, forms, len(states), webhook))
            for status, error_code in states:
                await asyncio.sleep(self._carrier.step_seconds)
                moment = self._now()
                message = replace(
                    self._messages.get(message.sid, message),
                    status=status,
                    error_code=error_code,
                    updated_at=moment,
                    sent_at=moment if status is MessageStatus.SENT else message.sent_at,
                )
                if message.sid in self._messages:
                    self._messages[message.sid] = message
                if status is MessageStatus.DELIVERED:
                    self._arrived(message)
                forms.put_nowait(self._form(message))
        self._under_way -= 1
        if not self._under_way:
            self._settled.set()

    def _states(self, phone: Phone, *, expired: bool) -> list[tuple[MessageStatus, int | None]]:
        if expired:
            return [(MessageStatus.FAILED, _VALIDITY_EXPIRED)]
        code = self._carrier.undeliverable.get(phone)
        last = (MessageStatus.DELIVERED, None) if code is None else (MessageStatus.UNDELIVERED, code)
        return [(MessageStatus.SENDING, None), (MessageStatus.SENT, None), last]

    async def _report(
        self, url: str | None, forms: "asyncio.Queue[dict[str, str]]", expected: int, webhook: Webhook
    ) -> None:
        if url is None:
            return
        if self._carrier.callbacks_in_order:
            for _ in range(expected):
                await self._post(url, await forms.get(), webhook)
        else:
            held = [await forms.get() for _ in range(expected)]
            for form in reversed(held):
                await self._post(url, form, webhook)

    async def _post(self, url: str, form: dict[str, str], webhook: Webhook) -> None:
        for _ in range(self._carrier.callback_copies):
            outcome = await webhook.post(url, form)
            if isinstance(outcome, Answered):
                if self._callbacks_fail:
                    _log.info("status_callbacks_recovered")
                self._callbacks_fail = False
            elif not self._callbacks_fail:
                _log.warning("status_callback_failed", reason=outcome.words, message_sid=form["MessageSid"])
                self._callbacks_fail = True

    def _form(self, message: Message) -> dict[str, str]:
        form = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": message.status.value,
            "SmsStatus": message.status.value,
            "AccountSid": self._account_sid,
            "From": message.from_phone,
            "To": message.to_phone,
            "ApiVersion": API_VERSION,
        }
        if message.status is MessageStatus.DELIVERED:
            form["RawDlrDoneDate"] = message.updated_at.astimezone(UTC).strftime("%y%m%d%H%M")
        if message.error_code is not None:
            form["ErrorCode"] = str(message.error_code)
            form["ErrorMessage"] = error_words(message.error_code)
        return form
