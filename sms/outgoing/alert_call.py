"""A call that tells an alert: what is said when it is answered, and what each key does.

The alert is said, and what the keys do; then it waits. Whoever says nothing hears it once more. 1 says that it was
heard, 2 says it again, 9 ends such calls, 0 connects with a person. An answering machine hears it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from busline.alert_call import AlertCall, CallBook
from busline.clock import Clock
from busline.ids import Phone
from sms.catalogue import Catalogue
from sms.outgoing.clips import SUFFIX, Clips
from sms.twilio import twiml
from sms.twilio.forms import CallTurn

WAIT_SECONDS = 10
"""For a key: the longest that ISO/IEC 13714 advises, because relay operators type what is said."""
RING_SECONDS = 25
"""For the person who is asked for."""
_SAID_UNASKED = 2
_SAID_AT_MOST = 6
_PARTED = str.maketrans({"(": " ", ")": " ", "-": " "})


@dataclass(frozen=True, slots=True)
class Speaking:
    """How calls are made and answered."""

    catalogue: Catalogue
    clips: Clips
    public_base_url: str
    district: str
    district_phone: Phone | None
    """Whom 0 connects with."""
    readable_phone: str
    number: Phone
    """Ours, which families see."""

    def can_say(self, language: str) -> bool:
        """Whether anybody or anything can say something in this language."""
        return self.catalogue.voice(language) is not None or self.clips.has(language)


class UnknownCallError(Exception):
    """An address that is not of our making, or of a message that is gone."""


class AlertCalls:
    """Answers what the carrier asks about calls that tell alerts."""

    def __init__(self, book: CallBook, speaking: Speaking, clock: Clock) -> None:
        self._book = book
        self._speaking = speaking
        self._clock = clock

    async def turn(self, turn: CallTurn) -> str:
        """The TwiML that comes next. Raises UnknownCallError and DatabaseUnavailableError."""
        call = await self._book.find(turn.outbox_id, turn.receipt)
        if call is None:
            raise UnknownCallError("This address names no call of ours.")
        now = self._clock.now()
        if turn.connected is not None:
            return twiml.call() if turn.connected == "completed" else self._end(call, "call-nobody")
        if not turn.said:
            await self._book.said(call.outbox_id, now)
            if turn.answered_by.startswith("machine"):
                return twiml.call(*self._alert(call))
            if turn.answered_by == "fax":
                return twiml.call()
        match turn.pressed:
            case "1":
                await self._book.heard(call.outbox_id, now)
                return self._end(call, "call-heard")
            case "9":
                await self._book.heard(call.outbox_id, now)
                await self._book.no_more_calls(call.phone, now)
                return self._end(call, "call-ended")
            case "0":
                return self._connect(call, turn)
            case "2":
                return self._again(call, turn) if turn.said < _SAID_AT_MOST else self._end(call, "call-goodbye")
            case "":
                return self._again(call, turn) if turn.said < _SAID_UNASKED else self._end(call, "call-goodbye")
            case _:
                keys = self._prompt(call, "call-keys")
                return twiml.call(self._wait_for_key([keys], turn, turn.said))

    def _again(self, call: AlertCall, turn: CallTurn) -> str:
        said = [*self._alert(call), self._prompt(call, "call-keys")]
        return twiml.call(self._wait_for_key(said, turn, turn.said + 1))

    def _alert(self, call: AlertCall) -> Sequence[str]:
        return [self._prompt(call, "call-greeting"), *(self._line(call, line) for line in call.lines)]

    def _wait_for_key(self, verbs: Sequence[str], turn: CallTurn, said: int) -> str:
        return twiml.one_key(verbs, self._address(turn, n=said), timeout_seconds=WAIT_SECONDS)

    def _connect(self, call: AlertCall, turn: CallTurn) -> str:
        speaking = self._speaking
        if speaking.district_phone is None:
            return self._end(call, "call-goodbye")
        dialled = twiml.connect(
            speaking.district_phone,
            caller=speaking.number,
            action=self._address(turn, n=turn.said, d=1),
            timeout_seconds=RING_SECONDS,
        )
        return twiml.call(self._prompt(call, "call-connecting"), dialled)

    def _end(self, call: AlertCall, prompt: str) -> str:
        return twiml.call(self._prompt(call, prompt))

    def _address(self, turn: CallTurn, **more: int) -> str:
        query = urlencode({"o": turn.outbox_id, "k": turn.receipt, **more})
        return f"{self._speaking.public_base_url}/twilio/voice/alert?{query}"

    def _prompt(self, call: AlertCall, key: str) -> str:
        speaking = self._speaking
        if speaking.catalogue.voice(call.language) is None:
            return self._play(call.language, key)
        phone = " ".join(speaking.readable_phone.translate(_PARTED).replace(" ", ""))
        values = {"call-greeting": {"district": speaking.district}, "call-nobody": {"phone": phone}}
        return self._line(call, speaking.catalogue.raw(call.language, key, **values.get(key, {})))

    def _line(self, call: AlertCall, line: str) -> str:
        voice = self._speaking.catalogue.voice(call.language)
        return self._play(call.language, line) if voice is None else twiml.say(line, voice.language, voice.name)

    def _play(self, language: str, name: str) -> str:
        return twiml.play(f"{self._speaking.public_base_url}/twilio/clips/{language}/{name}{SUFFIX}")
