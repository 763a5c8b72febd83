"""What a reply does beside being said: a closed set of small values, carried out in the transaction that keeps it."""

from dataclasses import dataclass
from datetime import time

from busline.cases.case import DepartmentId
from busline.cases.reference import Reference
from busline.ids import StudentId
from sms.conversation.asker import Wishes


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A person is needed. What the family wrote, and the conversation before it, go along."""

    department: DepartmentId
    topic: str
    urgent: bool = False
    student_id: StudentId | None = None


@dataclass(frozen=True, slots=True)
class AddWords:
    """This text belongs to a case that is open."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class ReopenCase:
    """It was not solved."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class SettleCase:
    """It was solved: the family says so."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class RedeemCode:
    """Let the phone in by the code it sent."""


@dataclass(frozen=True, slots=True)
class NoteWrongCode:
    """Count a code that opened nothing."""


@dataclass(frozen=True, slots=True)
class WishToJoin:
    """A phone asked about numbers it is not linked to. Kept the same for real and for invented ones."""

    asked_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """The family's yes or no to a phone that asked."""

    request_id: int
    granted: bool


@dataclass(frozen=True, slots=True)
class NoteUnanswered:
    """No prepared answer was sure: for whoever writes them."""

    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAlerts:
    """Keep what it wants to hear, and how; its quiet hours stay as they are."""

    wishes: Wishes


@dataclass(frozen=True, slots=True)
class SetQuiet:
    hours: tuple[time, time] | None
    """From, until; None for no quiet hours."""


@dataclass(frozen=True, slots=True)
class StopTexts:
    """No more texts at all."""


@dataclass(frozen=True, slots=True)
class StartTexts:
    """Texts again."""


Effect = (
    OpenCase
    | AddWords
    | ReopenCase
    | SettleCase
    | RedeemCode
    | NoteWrongCode
    | WishToJoin
    | GiveConsent
    | NoteUnanswered
    | SetAlerts
    | SetQuiet
    | StopTexts
    | StartTexts
)
