"""A message on its way out, whoever decided on it and whatever carries it: what a sender is given, what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from busline.alert import Priority
from busline.ids import CallKey, Phone

MESSAGE = "message"
"""The kind of a message of the catalogue: its facts are `message`, its name, and `fillings` for its places."""


class Channel(StrEnum):
    """How a family wants to hear."""

    TEXT = "text"
    VOICE = "voice"
    EMAIL = "email"


class State(StrEnum):
    """How far a promised message has come, as we know it; the carrier's own word of a sent one is kept beside it."""

    WAITING = "waiting"
    SENT = "sent"
    """The carrier has it."""
    SUPERSEDED = "superseded"
    """Newer news took its place."""
    EXPIRED = "expired"
    UNTRUE = "untrue"
    """It had stopped being true, or worth saying."""
    BARRED = "barred"
    """The family does not want it, or it must not be sent there."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The carrier may have it, nobody can say, and twice would be worse than never."""


class Again(StrEnum):
    """What is worse for a message that may or may not have been sent."""

    BETTER_TWICE = "better_twice"
    """News that a child's safety hangs on: sent again once it is settled as well as can be that it did not go."""
    NEVER_TWICE = "never_twice"
    """Minutes: where nobody can say whether it went, it stays so."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A message that is written down in the transaction that decides on it, and sent afterwards."""

    dedupe_key: str
    """The same key is the same message, and goes out once, for ever. It names the service day."""
    kind: str
    """An `AlertKind`, `announcement`, or `message` for a message of the catalogue with its fillings."""
    priority: Priority
    phone: Phone
    language: str
    """Where the phone has chosen none since."""
    facts: Mapping[str, Any]
    """What is needed to write it, as JSON holds it; it is put into words when it is sent."""
    expires_at: datetime
    """News that is older than this is worse than none."""
    true_since: datetime
    """When what it tells of became true: the delay until the carrier has it is measured from here."""
    again: Again = Again.NEVER_TWICE
    collapse_key: str | None = None
    """A newer one with the same key takes the place of one that has not left yet."""
    channel: Channel = Channel.TEXT
    address: str | None = None
    """The e-mail address, where it goes by e-mail."""
    not_before: datetime | None = None
    overrides_quiet: bool = False
    """An emergency, by an act of staff that is kept with its reason."""
    call: CallKey | None = None
    case_id: int | None = None
    announcement_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A promised message that is ours to send for a while, with what was looked up about its phone just now."""

    outbox_id: int
    promise: Promise
    attempts: int
    maybe_since: datetime | None
    """The carrier may have it from an attempt since then."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words, as it goes out."""

    body: str
    segments: int
    """What the carrier counts; 1 for a call or an e-mail."""
    language: str
    subject: str = ""
    """Of an e-mail."""


@dataclass(frozen=True, slots=True)
class Untrue:
    """It is not true any more, or no longer worth saying: nothing is sent. `why` is for staff."""

    why: str


class Lasting(StrEnum):
    """What a refusal says beyond this one message (https://www.twilio.com/docs/api/errors)."""

    NOTHING = "nothing"
    OPTED_OUT = "opted_out"
    LANDLINE = "landline"
    """It takes calls and no texts."""
    CONTACT_SUSPECT = "contact_suspect"
    """The number may belong to somebody else by now, or to nobody."""
    ALARM = "alarm"
    """Nothing of ours goes through until somebody acts: a suspended account, filtered texts, an unregistered number."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier has it."""

    sid: str


@dataclass(frozen=True, slots=True)
class Later:
    """The carrier certainly has not, and another time it may take it."""

    words: str
    slow_down: bool = False
    """It says that we send too fast."""
    not_today: bool = False
    """A limit of the day is used up."""
    alarm: int | None = None
    """The carrier's number for what keeps everything of ours from going through until somebody acts."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier will never take it."""

    words: str
    lasting: Lasting = Lasting.NOTHING
    code: int | None = None
    """The carrier's number for it."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """The carrier may have it or not."""

    words: str


Handed: TypeAlias = Taken | Later | Refused | Unheard


@dataclass(frozen=True, slots=True)
class Report:
    """What the carrier says afterwards about a message that it took, at the address we gave it for that message."""

    outbox_id: int
    receipt: str
    """Shows that the address is ours (`busline/receipt.py`)."""
    sid: str
    failure: Later | Refused | Unheard | None = None
    """It could not be brought to the phone, and why; Unheard where even the carrier does not know whether it was."""


class Sender(Protocol):
    """Takes messages of one channel."""

    async def hand_over(self, claimed: Claimed, written: Written, valid_seconds: int) -> Handed:
        """Hand one message over; past `valid_seconds` the carrier must drop it, where it can be told so."""
        ...

    async def find(self, claimed: Claimed, written: Written, since: datetime) -> Taken | Later | None:
        """What became of an attempt since then whose answer was not heard: Taken where the carrier has it, None where
        it has not, Later where it cannot be asked now. Raises DatabaseUnavailableError where that is what is away."""
        ...


class Writer(Protocol):
    """Looks whether a message is still true, and puts it into words."""

    def write(self, claimed: Claimed, language: str, now: datetime) -> Written | Untrue:
        """The message as it is true now, in the language that the phone has now. Raises ValueError where none fits."""
        ...


@dataclass(frozen=True, slots=True)
class Bucketed:
    """How fast one sender may send."""

    segments_per_second: float
    reserved_for_replies: float = field(default=0.25)
    """The share of it that only replies may use."""
