"""The way of a text after Twilio took it: queued, sending, sent, delivered or not, each step reported if asked for."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, auto

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
_QUEUE_OVERFLOW = 30001
_CAMPAIGN_EXCEEDED = 30022


def server_error() -> Refusal:
    """What Twilio answers when it fails itself; the text may be under way all the same."""
    return Refusal(500, 20500, "An internal server error has occurred")


class AnswerFate(Enum):
    """What becomes of the answer to a text that was taken."""

    GIVEN = auto()
    BROKEN = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True)
class Carrier:
    """How the carrier behaves. The defaults are a good day; tests and rehearsals choose a bad one."""

    step_seconds: float = 0.05
    """Between two states of a text, in real seconds."""
    callback_copies: int = 1
    """How often each status callback arrives; Twilio promises no "once"."""
    callbacks_in_order: bool = True
    """False: the callbacks of a text arrive last state first, as may happen."""
    callback_delay_seconds: float = 0.0
    """How much later than the text itself each callback comes."""
    callbacks_lost: float = 0.0
    """The share of callbacks that never arrive, drawn one by one."""
    segments_per_second: float | None = None
    """How fast the number sends; a toll-free one does 3. None: as fast as asked."""
    requests_per_second: int | None = None
    """REST requests above this in one second are refused with 20429. None: no limit."""
    segments_taken_per_second: int | None = None
    """Texts above so many segments in one second are refused with 20429. None: no limit."""
    most_queued_segments: int = MAX_QUEUED_SEGMENTS
    """Texts are refused with 21611 while so many segments wait."""
    overflows_at_segments: int | None = None
    """A text that is taken while so many segments wait fails with 30001. None: none does."""
    campaign_segments_per_second: float | None = None
    """A text above what the campaign may send fails with 30022. None: it may send what the number can."""
    errors: float = 0.0
    """The share of texts that are answered with 500 and not taken."""
    broken_answers: float = 0.0
    """The share of texts that are taken, and then answered with 500."""
    answers_lost: float = 0.0
    """The share of texts that are taken, and the line breaks before the answer."""
    answers_hang_seconds: float = 0.0
    """So long a lost answer is waited for before the line breaks."""
    too_busy: float = 0.0
    """The share of texts that are refused with 20429, however few there are."""
    seed: int = 20_261_124
    """What is drawn is drawn again the same."""
    landlines: frozenset[Phone] = frozenset()
    """Refused at the door with 21614."""
    undeliverable: Mapping[Phone, int] = field(default_factory=dict)
    """Accepted, then undelivered with this error code (30003, 30005, 30006, 30007 ...)."""


class Trouble:
    """What goes wrong with the next text, by what the carrier is said to be like now."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self._chance = random.Random(carrier.seed)  # noqa: S311 - it plays, and hides nothing
        self._taken: deque[tuple[float, int]] = deque()
        self._campaign = 0.0
        self._campaign_at = time.monotonic()

    def behave(self, carrier: Carrier) -> None:
        """From now on like this."""
        self.carrier = carrier
        self._chance = random.Random(carrier.seed)  # noqa: S311 - the same

    def meet(self, segment_count: int) -> None:
        """A text at the door. Raises `Refusal` (20429, 20500)."""
        if self._draws(self.carrier.errors):
            raise server_error()
        if self._draws(self.carrier.too_busy):
            raise Refusal.too_many_requests()
        most = self.carrier.segments_taken_per_second
        if most is None:
            return
        now = time.monotonic()
        while self._taken and now - self._taken[0][0] > 1.0:
            self._taken.popleft()
        if sum(size for _, size in self._taken) + segment_count > most:
            raise Refusal.too_many_requests()
        self._taken.append((now, segment_count))

    def answer(self) -> AnswerFate:
        """What becomes of the answer to a text that was taken just now."""
        if self._draws(self.carrier.broken_answers):
            return AnswerFate.BROKEN
        return AnswerFate.LOST if self._draws(self.carrier.answers_lost) else AnswerFate.GIVEN

    def fails_with(self, segment_count: int, queued_segments: int) -> int | None:
        """The error that a text which is taken now will fail with, if it will."""
        overflow, campaign = self.carrier.overflows_at_segments, self.carrier.campaign_segments_per_second
        if overflow is not None and queued_segments + segment_count > overflow:
            return _QUEUE_OVERFLOW
        if campaign is None:
            return None
        now = time.monotonic()
        self._campaign = max(0.0, self._campaign - (now - self._campaign_at) * campaign)
        self._campaign_at = now
        # One second's worth may come together.
        if self._campaign + segment_count > max(campaign, 1.0):
            return _CAMPAIGN_EXCEEDED
        self._campaign += segment_count
        return None

    def loses_callback(self) -> bool:
        return self._draws(self.carrier.callbacks_lost)

    def _draws(self, share: float) -> bool:
        return share > 0 and self._chance.random() < share


class Conveyor:
    """Takes texts one behind another at the number's rate, then along their states.

    `messages` is the account's record, by SID: the conveyor keeps each text's state in it. `arrived` is told each
    text that reaches its phone. `trouble` says what goes wrong.
    """

    def __init__(
        self,
        trouble: "Trouble",
        account_sid: str,
        messages: dict[str, Message],
        now: Callable[[], datetime],
        arrived: Callable[[Message], None],
    ) -> None:
        self._trouble = trouble
        self._account_sid = account_sid
        self._messages = messages
        self._now = now
        self._arrived = arrived
        self._waiting: asyncio.Queue[tuple[str, float, int | None]] = asyncio.Queue()
        self._queued_segments = 0
        self._under_way = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self._callbacks_fail = False

    def enqueue(self, message: Message) -> None:
        """Take a text. Raises `Refusal` (21611) when ten hours of segments are waiting already."""
        size = segments(message.body).count
        if self._queued_segments + size > self._carrier.most_queued_segments:
            raise Refusal.queue_full()
        code = self._trouble.fails_with(size, self._queued_segments)
        self._queued_segments += size
        self._under_way += 1
        self._settled.clear()
        self._messages[message.sid] = message
        self._waiting.put_nowait((message.sid, time.monotonic(), code))

    async def settled(self) -> None:
        """Until every text taken so far has come to its end and been reported."""
        await self._settled.wait()

    async def run(self, webhook: Webhook) -> None:
        """Convey for ever; ends only by cancellation."""
        async with asyncio.TaskGroup() as group:
            while True:
                sid, taken_at, code = await self._waiting.get()
                message = self._messages[sid]
                size = segments(message.body).count
                self._queued_segments -= size
                if time.monotonic() - taken_at > message.validity_seconds:
                    code = _VALIDITY_EXPIRED
                if code is None and self._carrier.segments_per_second is not None:
                    await asyncio.sleep(size / self._carrier.segments_per_second)
                group.create_task(self._convey(message, webhook, code))

    @property
    def _carrier(self) -> Carrier:
        return self._trouble.carrier

    async def _convey(self, message: Message, webhook: Webhook, failure: int | None) -> None:
        states = self._states(message.to_phone, failure)
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

    def _states(self, phone: Phone, failure: int | None) -> list[tuple[MessageStatus, int | None]]:
        if failure is not None:
            return [(MessageStatus.FAILED, failure)]
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
        await asyncio.sleep(self._carrier.callback_delay_seconds)
        for _ in range(self._carrier.callback_copies):
            if self._trouble.loses_callback():
                continue
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
