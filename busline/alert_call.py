"""An alert told by a phone call: what is said, and what becomes of it. Shared by those who call and those who keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from busline.ids import Phone
from busline.outbound import Claimed

MOST_CALLS = 3
"""Nobody answered, or it was busy: after these the phone is let be."""


class CallState(StrEnum):
    """How far a call has got: https://www.twilio.com/docs/voice/api/call-resource#call-status-values."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        return self in (self.COMPLETED, self.BUSY, self.NO_ANSWER, self.FAILED, self.CANCELED)


@dataclass(frozen=True, slots=True)
class AlertCall:
    """A call as it is told."""

    outbox_id: int
    phone: Phone
    language: str
    lines: tuple[str, ...]
    """Sentences; where the language has no voice, the names of recorded clips."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """What the carrier says of a call, at the address that we gave it for that call."""

    outbox_id: int
    receipt: str
    """Shows that the address is ours (`busline/receipt.py`)."""
    sid: str
    state: CallState


class CallBook(Protocol):
    """Keeps the calls that alerts are told by."""

    async def place(self, claimed: Claimed, language: str, lines: Sequence[str], now: datetime) -> bool:
        """Note what is about to be said; False where the family wants no more calls."""
        ...

    async def text_instead(self, claimed: Claimed, now: datetime) -> None:
        """Promise the same as a text: there is no voice that could say it."""
        ...

    async def find(self, outbox_id: int, receipt: str) -> AlertCall | None:
        """The call that an address names; None where the address is not of our making."""
        ...

    async def said(self, outbox_id: int, now: datetime) -> None:
        """Somebody or something picked it up."""
        ...

    async def heard(self, outbox_id: int, now: datetime) -> None:
        """Somebody confirmed it."""
        ...

    async def no_more_calls(self, phone: Phone, now: datetime) -> None:
        """This phone is not called any more with news."""
        ...

    async def report(self, report: CallReport, now: datetime) -> bool:
        """Keep how far a call got, and call again where nobody answered. False where the address is not ours."""
        ...
