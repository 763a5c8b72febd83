"""The stand-in itself: one Twilio account with one number, and the phones that text and call it.

Busline's webhooks are posted to it as Twilio posts them, signed; Busline's REST requests are answered as Twilio
answers them. Everything is kept in memory and forgotten at the end.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from urllib.parse import urljoin

import aiohttp

from busline.ids import Phone
from sms.segments import segments
from sms.standin.carrier import Carrier, Conveyor, Trouble
from sms.standin.keywords import OptOuts
from sms.standin.orders import MAGIC_SENDER, MAX_BODY_CHARACTERS, CallOrder, MessageOrder, parse_phone
from sms.standin.refusal import Refusal
from sms.standin.resources import (
    API_VERSION,
    Call,
    CallStatus,
    Direction,
    Message,
    MessageStatus,
    new_sid,
)
from sms.standin.telephone import PicksUp, Telephone, answered_by, play
from sms.standin.thread import BubbleKind, BubbleState, Threads
from sms.standin.twiml import Reply, Spoken, TwimlFault, read_replies, read_speech
from sms.standin.webhook import Answered, Unanswered, Webhook

ATTESTED = "TN-Validation-Passed-A"
"""`StirVerstat` of a call whose number the carrier vouches for in full."""


@dataclass(frozen=True, slots=True)
class FamilyPhone:
    """A phone that can be played: its language, its students' IDs, and what is special about it in a few words."""

    phone: str
    language: str
    students: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What became of a text or a call: Busline's replies or spoken lines in order, or why there are none."""

    sid: str
    replies: tuple[str, ...]
    failure: str | None = None


class StandIn:
    """One Twilio account. Texts, calls and sends need `running()`; `sms.standin.standin_app` sees to that.

    `now` is the district's time, aware; `timezone` is the one its phones show (that of `now` unless given).
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        number: str,
        sms_webhook: str,
        voice_webhook: str,
        families: Sequence[FamilyPhone],
        stranger_phone: str,
        now: Callable[[], datetime],
        *,
        carrier: Carrier | None = None,
        timezone: tzinfo | None = None,
        alerts_number: str | None = None,
    ) -> None:
        """`alerts_number`: a second number of the account, with a queue and a list of stops of its own."""
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.number = Phone(number)
        self.numbers = (self.number, *(() if alerts_number is None else (Phone(alerts_number),)))
        self.families = tuple(families)
        self.stranger_phone = Phone(stranger_phone)
        self.trouble = Trouble(carrier or Carrier())
        """What goes wrong; `behave` changes it on the way."""
        self.opened_at = now()
        self.messages: dict[str, Message] = {}
        """By SID, oldest first."""
        self.calls: dict[str, Call] = {}
        self.telephones: dict[Phone, Telephone] = {}
        """How phones take calls; any other one is answered by somebody who presses nothing."""
        self.threads = Threads()
        self.deactivated: dict[str, tuple[str, ...]] = {}
        """By day (ISO), the numbers that carriers say their customers have given up."""
        self._sms_webhook = sms_webhook
        self._voice_webhook = voice_webhook
        self._now = now
        self._timezone = timezone
        self._opt_outs = {one: OptOuts() for one in self.numbers}
        self._conveyors = {
            one: Conveyor(self.trouble, account_sid, self.messages, now, self._show_arrived) for one in self.numbers
        }
        self._webhook: Webhook | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._ringing: set[asyncio.Task[None]] = set()

    def local_now(self) -> datetime:
        """The time on the phones' screens."""
        return self._now().astimezone(self._timezone) if self._timezone else self._now()

    def on_screen(self, moment: datetime) -> datetime:
        """A moment as the phones show it."""
        return moment.astimezone(self._timezone) if self._timezone else moment

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open for business; at the end whatever is under way is dropped."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            webhook = Webhook(session, self.auth_token)
            # A task of its own holds the group: a server may open and close its contexts from different tasks.
            work = asyncio.create_task(self._work(webhook))
            self._webhook = webhook
            try:
                await asyncio.sleep(0)
                yield
            finally:
                self._webhook = None
                self.threads.close()
                work.cancel()
                await asyncio.wait([work])
            if not work.cancelled() and (fault := work.exception()) is not None:
                raise fault

    async def _work(self, webhook: Webhook) -> None:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            for conveyor in self._conveyors.values():
                tasks.create_task(conveyor.run(webhook))

    async def settled(self) -> None:
        """Until every text and call that Busline sent so far has come to its end and been reported."""
        for conveyor in self._conveyors.values():
            await conveyor.settled()
        if self._ringing:
            await asyncio.wait(self._ringing)

    async def text(self, from_phone: str, body: str, *, to_number: str | None = None) -> Exchange:
        """Text Busline from a phone: the signed webhook, its TwiML carried out, everything shown on the phone."""
        phone, moment, number = Phone(from_phone), self._now(), Phone(to_number or self.number)
        sid = new_sid("SM")
        self.messages[sid] = Message(
            sid, Direction.INBOUND, phone, number, body, MessageStatus.RECEIVED, moment, moment, sent_at=moment
        )
        bubble = self.threads.add(
            phone, BubbleKind.FAMILY, body, self.on_screen(moment), state=BubbleState.SENDING, detail=_size(body)
        )
        automatic = self._opt_outs[number].hear(phone, body)
        if automatic is not None:
            self.threads.add(phone, BubbleKind.CARRIER, automatic, self.local_now(), detail=_size(automatic))
        outcome = await self._open_webhook().post(self._sms_webhook, self._sms_form(sid, phone, number, body))
        try:
            replies = self._replies(outcome)
        except TwimlFault as fault:
            failure = _failure(fault)
            self.threads.change(phone, bubble, state=BubbleState.FAILED, detail=failure)
            return Exchange(sid, (), failure)
        self.threads.change(phone, bubble, state=BubbleState.DONE)
        return Exchange(sid, tuple(reply.body for reply in replies), self._send_replies(phone, number, replies))

    async def call(self, from_phone: str, *, stir_verstat: str = ATTESTED) -> Exchange:
        """Call Busline from a phone, and listen to what it says before the caller does anything."""
        phone, moment = Phone(from_phone), self._now()
        call = Call(new_sid("CA"), True, phone, self.number, CallStatus.IN_PROGRESS, moment, moment, started_at=moment)
        self.calls[call.sid] = call
        bubble = self.threads.add(
            phone, BubbleKind.CALL, "You called Busline", self.on_screen(moment), state=BubbleState.SENDING
        )
        form = self._voice_form(call, CallStatus.RINGING) | {"StirVerstat": stir_verstat}
        outcome = await self._open_webhook().post(self._voice_webhook, form)
        try:
            heard = _speech(outcome)
        except TwimlFault as fault:
            failure = _failure(fault)
            self._end_call(call, CallStatus.FAILED)
            self.threads.change(phone, bubble, state=BubbleState.FAILED, detail=failure)
            return Exchange(call.sid, (), failure)
        self._end_call(call, CallStatus.COMPLETED)
        self.threads.change(phone, bubble, state=BubbleState.DONE, heard=heard)
        return Exchange(call.sid, tuple(spoken.text for spoken in heard))

    def send(self, order: MessageOrder) -> Message:
        """Take a text that Busline sends through the REST interface. Raises `Refusal`."""
        return self._send(order, Direction.OUTBOUND_API)

    def place_call(self, order: CallOrder) -> Call:
        """Take a call that Busline places through the REST interface; it is answered, or not, at once."""
        moment = self._now()
        call = Call(new_sid("CA"), False, order.from_phone, order.to_phone, CallStatus.QUEUED, moment, moment)
        self.calls[call.sid] = call
        ringing = self._group().create_task(self._ring(call, order))
        self._ringing.add(ringing)
        ringing.add_done_callback(self._ringing.discard)
        return call

    def _send(self, order: MessageOrder, direction: Direction) -> Message:
        self._open_webhook()
        if order.from_phone in self._opt_outs and self._opt_outs[order.from_phone].blocks(order.to_phone):
            raise Refusal.unsubscribed()
        if order.to_phone in self.trouble.carrier.landlines:
            raise Refusal.not_a_mobile(order.to_phone)
        moment = self._now()
        message = Message(
            new_sid("SM"),
            direction,
            order.from_phone,
            order.to_phone,
            order.body,
            MessageStatus.QUEUED,
            moment,
            moment,
            status_callback=order.status_callback,
            validity_seconds=order.validity_seconds,
            keep_body=order.keep_body,
        )
        if order.from_phone == MAGIC_SENDER:
            # As with Twilio's test credentials: validated and answered, never sent, never reported.
            return message
        self._conveyors[order.from_phone].enqueue(message)
        return message

    def _replies(self, outcome: Answered | Unanswered) -> tuple[Reply, ...]:
        match outcome:
            case Answered():
                return read_replies(outcome.content_type, outcome.body)
            case Unanswered():
                raise TwimlFault(outcome.code, outcome.words)

    def _send_replies(self, phone: Phone, number: Phone, replies: Sequence[Reply]) -> str | None:
        """Send each reply; in words, the first that could not be."""
        failure = None
        for reply in replies:
            to_phone = phone if reply.to is None else parse_phone(reply.to)
            callback = None if reply.status_callback is None else urljoin(self._sms_webhook, reply.status_callback)
            try:
                if to_phone is None:
                    raise Refusal.invalid_recipient(reply.to or "")
                if len(reply.body) > MAX_BODY_CHARACTERS:
                    raise Refusal.body_too_long()
                order = MessageOrder(to_phone, number, reply.body, callback, 36_000, keep_body=True)
                self._send(order, Direction.OUTBOUND_REPLY)
            except Refusal as refusal:
                words = f"Busline replied, and Twilio did not send it: {refusal.message} ({refusal.code})"
                self.threads.add(phone, BubbleKind.NOTE, words, self.local_now())
                failure = failure or words
        return failure

    def _show_arrived(self, message: Message) -> None:
        moment = self.on_screen(message.updated_at)
        self.threads.add(message.to_phone, BubbleKind.BUSLINE, message.body, moment, detail=_size(message.body))

    async def _ring(self, call: Call, order: CallOrder) -> None:
        bubble = self.threads.add(
            call.to_phone, BubbleKind.CALL, "Busline called you", self.local_now(), state=BubbleState.SENDING
        )
        await self._report_call(call, order, "initiated", "initiated")
        await self._report_call(call, order, "ringing", CallStatus.RINGING.value)
        telephone = self.telephones.get(call.to_phone, Telephone())
        if telephone.picks_up in (PicksUp.NOBODY, PicksUp.BUSY):
            call = self._end_call(call, CallStatus(telephone.picks_up.value))
            words = "Nobody answered." if telephone.picks_up is PicksUp.NOBODY else "The line was busy."
            self.threads.change(call.to_phone, bubble, state=BubbleState.DONE, heard=(Spoken(words),))
            await self._report_call(call, order, "completed", call.status.value)
            return
        call = replace(call, status=CallStatus.IN_PROGRESS, started_at=self._now())
        self.calls[call.sid] = call
        await self._report_call(call, order, "answered", CallStatus.IN_PROGRESS.value)
        try:
            form = self._voice_form(call, CallStatus.IN_PROGRESS) | answered_by(telephone, order.machine_detection)

            async def fetch(url: str, more: Mapping[str, str]) -> tuple[str, bytes]:
                return _twiml(await self._open_webhook().post(url, form | dict(more)))

            url = order.url or ""
            content_type, body = ("text/xml", order.twiml.encode()) if order.twiml else await fetch(url, {})
            heard = await play(content_type, body, url, telephone, fetch)
        except TwimlFault as fault:
            self.threads.change(call.to_phone, bubble, state=BubbleState.FAILED, detail=_failure(fault))
            call = self._end_call(call, CallStatus.FAILED)
        else:
            self.threads.change(call.to_phone, bubble, state=BubbleState.DONE, heard=heard)
            call = self._end_call(call, CallStatus.COMPLETED)
        await self._report_call(call, order, "completed", call.status.value)

    async def _report_call(self, call: Call, order: CallOrder, event: str, status: str) -> None:
        if order.status_callback is not None and event in order.status_events:
            form = self._voice_form(call, call.status) | {"CallStatus": status}
            await self._open_webhook().post(order.status_callback, form)

    def _end_call(self, call: Call, status: CallStatus) -> Call:
        moment = self._now()
        ended = replace(call, status=status, updated_at=moment, ended_at=moment)
        self.calls[call.sid] = ended
        return ended

    def _open_webhook(self) -> Webhook:
        if self._webhook is None:
            raise _not_running()
        return self._webhook

    def _group(self) -> asyncio.TaskGroup:
        if self._webhook is None or self._tasks is None:
            raise _not_running()
        return self._tasks

    def _sms_form(self, sid: str, phone: Phone, number: Phone, body: str) -> dict[str, str]:
        # Places are what the number was sold for, often wrong, sometimes empty: nothing may lean on them.
        return {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.account_sid,
            "From": phone,
            "FromCity": "",
            "FromState": "",
            "FromZip": "",
            "FromCountry": "US",
            "To": number,
            "ToCity": "",
            "ToState": "",
            "ToZip": "",
            "ToCountry": "US",
            "Body": body,
            "NumMedia": "0",
            "NumSegments": str(segments(body).count),
            "SmsStatus": "received",
            "ApiVersion": API_VERSION,
        }

    def _voice_form(self, call: Call, status: CallStatus) -> dict[str, str]:
        return {
            "CallSid": call.sid,
            "AccountSid": self.account_sid,
            "From": call.from_phone,
            "Caller": call.from_phone,
            "CallerCountry": "US",
            "To": call.to_phone,
            "Called": call.to_phone,
            "CalledCountry": "US",
            "CallStatus": status.value,
            "Direction": "inbound" if call.inbound else "outbound-api",
            "ApiVersion": API_VERSION,
        }


def _speech(outcome: Answered | Unanswered) -> tuple[Spoken, ...]:
    match outcome:
        case Answered():
            return read_speech(outcome.content_type, outcome.body)
        case Unanswered():
            raise TwimlFault(outcome.code, outcome.words)


def _twiml(outcome: Answered | Unanswered) -> tuple[str, bytes]:
    match outcome:
        case Answered():
            return outcome.content_type, outcome.body
        case Unanswered():
            raise TwimlFault(outcome.code, outcome.words)


def _failure(fault: TwimlFault) -> str:
    words = str(fault)
    return f"{words[:1].upper()}{words[1:]} (Twilio error {fault.code})."


def _size(body: str) -> str:
    size = segments(body)
    return f"{size.count} segment{'' if size.count == 1 else 's'} · {size.encoding.value}"


def _not_running() -> RuntimeError:
    return RuntimeError("The stand-in for Twilio is not running: use it inside `running()`, or serve `standin_app`.")
