"""What is said to a family, and what must be kept before it is."""

import re
from dataclasses import dataclass
from enum import StrEnum

from busline.answer import Answer
from busline.ids import CallKey, StudentId
from sms.conversation.effects import Effect
from sms.conversation.offers import Offer
from sms.intent import Ask, Intent


class Outcome(StrEnum):
    """What an inquiry came to. Stored, and counted by name."""

    ANSWERED = "answered"
    NOT_LINKED = "not_linked"
    """The words that every unlinked phone gets, whatever it asked."""
    HELPED = "helped"
    UNCLEAR = "unclear"
    """Not understood, and offered three ways on."""
    CHOICE = "choice"
    """Asked which of a few prepared answers was meant."""
    INFORMED = "informed"
    """A prepared answer was given."""
    PERSON = "person"
    """A case was opened, or added to."""
    CASE_STATUS = "case_status"
    CASE_SETTLED = "case_settled"
    SET = "set"
    """A setting of the phone was kept, or shown."""
    LANGUAGE_SET = "language_set"
    JOINED = "joined"
    """A code let this phone in."""
    CODE_REFUSED = "code_refused"
    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    NOTHING_ASKED = "nothing_asked"
    """A yes or a no to nothing."""
    NO_WORDS = "no_words"
    """A picture, or nothing at all."""
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    ALERTS_STOPPED = "alerts_stopped"
    """No more alerts; answers go on, for they come from another number."""
    CARRIER_ANSWERED = "carrier_answered"
    """The carrier has replied to this word itself."""
    TOO_MANY = "too_many"
    """The one notice that the limit of texts in an hour is reached."""
    SILENT_TOO_MANY = "silent_too_many"
    SILENT_NOT_LINKED = "silent_not_linked"
    SILENT_OPTED_OUT = "silent_opted_out"
    SILENT_THANKS = "silent_thanks"
    """A thank you: one more text would only be in the way."""
    SILENT_HELD = "silent_held"
    """Somebody of the staff writes with this phone; the text is in the case."""
    ASKED_TO_TEXT = "asked_to_text"
    """A caller who cannot be told by voice."""


def named(intent: Intent) -> str:
    """What a text was taken for, as it is kept: `ask_late`, `not_home`, `topic`."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(intent).__name__).lower()
    return f"{name}_{intent.about}" if isinstance(intent, Ask) else name


class Ended(StrEnum):
    """How an inquiry ended, for the measures."""

    ANSWERED = "answered"
    CHOICE = "choice"
    """We asked back; at night a choice that was never taken up becomes abandoned."""
    PERSON = "person"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    NONE = "none"
    """No question: a setting, a thank you, an opt-out."""


_ENDED = {
    Outcome.ANSWERED: Ended.ANSWERED,
    Outcome.INFORMED: Ended.ANSWERED,
    Outcome.CASE_STATUS: Ended.ANSWERED,
    Outcome.CHOICE: Ended.CHOICE,
    Outcome.UNCLEAR: Ended.CHOICE,
    Outcome.PERSON: Ended.PERSON,
    Outcome.SILENT_HELD: Ended.PERSON,
    Outcome.NOT_LINKED: Ended.REFUSED,
    Outcome.CODE_REFUSED: Ended.REFUSED,
    Outcome.SILENT_NOT_LINKED: Ended.REFUSED,
    Outcome.TOO_MANY: Ended.REFUSED,
    Outcome.SILENT_TOO_MANY: Ended.REFUSED,
}


class AboutCase(StrEnum):
    """Which words tell of the case that an effect opened or changed: they need its number, so they are written last."""

    OPENED = "case-opened"
    URGENT = "case-urgent"
    ADDED = "case-added"
    REOPENED = "case-reopened"


@dataclass(frozen=True, slots=True)
class Told:
    """One student's answer as it was disclosed."""

    student_id: StudentId
    answer: Answer
    call: CallKey | None = None
    """The call that the answer is about."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and what must be kept before it is."""

    outcome: Outcome
    language: str
    texts: tuple[str, ...] = ()
    """One text message each, or one spoken sentence each. None at all is a silence that is meant."""
    told: tuple[Told, ...] = ()
    asked_ids: tuple[str, ...] = ()
    refused: bool = False
    """A student, a code or a setting was asked for that this phone has no right to, and the reply says so."""
    effects: tuple[Effect, ...] = ()
    about_case: AboutCase | None = None
    """`Conversation.completed` still adds the words about the case."""
    offers: tuple[Offer, ...] = ()
    """What 1, 2 and 3 mean from now on."""
    intent: str = ""
    """What the text was taken for: the name of its intent."""
    topic: str | None = None
    """The prepared answer that was given, or that the case is about."""
    chosen_language: str | None = None
    """A language asked for by name, to be used from now on."""
    is_first: bool = False
    """Nothing was ever said to this phone before."""

    @property
    def ended(self) -> Ended:
        return _ENDED.get(self.outcome, Ended.NONE)
