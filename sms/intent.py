"""What a text can ask for: a closed set of small values. `sms.grammar` reads them out of a text.

Nothing here knows who is asking; a student number that is typed only says which student is meant.
"""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from busline.outbound import Channel
from busline.people import Leg
from sms.folding import tokens


class About(StrEnum):
    """What a question about a bus wants to know first."""

    WHERE = "where"
    """Where it is, when it comes: also whatever is asked by the word bus or a student number alone."""
    LATE = "late"
    WHICH_BUS = "which_bus"
    WHY = "why"
    DID_IT_COME = "did_it_come"


class Day(StrEnum):
    """The day a question is about, seen from the moment it is asked."""

    TODAY = "today"
    TOMORROW = "tomorrow"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about the bus of the students with these numbers, or of all riders of the phone if there are none."""

    student_ids: tuple[str, ...] = ()
    """As typed: folded, possibly with zeros dropped or added in front."""
    about: About = About.WHERE
    day: Day = Day.TODAY
    leg: Leg | None = None
    """The ride to school or the ride home, where the words say which."""


@dataclass(frozen=True, slots=True)
class NotHome:
    """A child is not where it should be by now: an answer at once, and a person."""

    student_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Danger:
    """A cry for help (`sms/danger.py`): an answer at once, and a person."""


@dataclass(frozen=True, slots=True)
class Code:
    """A join code from a letter."""

    code: str
    """As typed, in capitals, without spaces and dashes. Whether it is one is not known here."""


@dataclass(frozen=True, slots=True)
class Yes:
    """A bare yes, in any language."""


@dataclass(frozen=True, slots=True)
class No:
    """A bare no, in any language."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of up to three things that were offered."""

    number: int
    """1, 2 or 3."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """Messages sent without being asked."""

    wanted: bool | None = None
    """None where only the word stood there: tell me how they are set."""
    minutes: int | None = None
    """How long before the bus comes, where a number was given."""
    late: bool = False
    """About late buses: `minutes` is from how much lateness on, where a number was given."""
    arrivals: bool | None = None
    """Whether it is told when the bus was at school, and at the stop in the afternoon; None where nothing is said."""
    channel: Channel | None = None
    """How they shall come, where only that is said."""
    only_late: bool = False
    """Of late buses alone: nothing before a bus comes."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day without alerts."""

    start: time | None = None
    end: time | None = None
    """Both are None where only the word stood there: tell me how they are set."""
    off: bool = False


@dataclass(frozen=True, slots=True)
class ShowLanguages:
    """Which languages are there."""


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """Write to me in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class Students:
    """Which students is this phone linked to."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where does my case stand."""

    reference: str | None = None
    """The digits of a case's reference, as typed; None where none was given."""


@dataclass(frozen=True, slots=True)
class Help:
    """How does this work."""


@dataclass(frozen=True, slots=True)
class Person:
    """I want to talk to somebody."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A question that is not about where a bus is."""

    text: str
    """As it was written."""


@dataclass(frozen=True, slots=True)
class Thanks:
    """Thanks, or only an acknowledgement; nothing is asked."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Anything else: the sender is offered a short choice, never a guess."""

    text: str = ""
    """As it was written."""
    is_greeting: bool = False
    """Nothing but a hello: there is nothing to understand, and nothing to search for."""


Intent = (
    Ask
    | NotHome
    | Danger
    | Code
    | Yes
    | No
    | Choice
    | Alerts
    | Quiet
    | ShowLanguages
    | SwitchLanguage
    | Students
    | Status
    | Help
    | Person
    | Topic
    | Thanks
    | Unclear
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text asks for, and what it tells of its language."""

    intent: Intent
    named_language: str | None = None
    """A language asked for by name, alone or beside a question."""
    guessed_language: str | None = None
    """The one language that its words or its script belong to; None for a bare number and for words that several
    languages share."""


def same_student(typed: str, student_id: str) -> bool:
    """Whether a typed number means this student: letter case, punctuation and zeros in front do not matter."""
    return _plain(typed) == _plain(student_id)


def _plain(student_id: str) -> str:
    return "".join(tokens(student_id)).lstrip("0")
