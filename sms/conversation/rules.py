"""What to say to a text or a call: what came, who sent it and the picture in, a `Reply` out. Pure.

A student number selects; it never unlocks. Riders are found by the phone alone, before the number is looked at, so
a number that exists and one that does not take exactly the same path to exactly the same words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, assert_never

from busline.answer import Answer, Disclosure
from busline.ids import CallKey, StudentId
from busline.people import Contact, Ride
from busline.timetable import Timetable
from sms.catalogue import Catalogue
from sms.forms import InboundText
from sms.grammar import Grammar
from sms.intent import (
    Alerts,
    Ask,
    Choice,
    Code,
    Help,
    No,
    NotHome,
    Person,
    Quiet,
    ShowLanguages,
    Status,
    Students,
    SwitchLanguage,
    Thanks,
    Topic,
    Unclear,
    Understood,
    Yes,
    same_student,
)
from sms.language import language_for
from sms.opt_out import OptOutWords, OptWord, carrier_confirms
from sms.segments import segments
from sms.settings import SmsSettings
from sms.text import Wording, render_family


class Answers(Protocol):
    """The part of the picture that a conversation needs."""

    @property
    def timetable(self) -> Timetable:
        """The plan in force, and with it the district's time zone."""
        ...

    def disclose(self, rides: Sequence[Ride], now: datetime) -> Disclosure:
        """The answer about one student, from all of that student's rides."""
        ...


class Outcome(StrEnum):
    """How an inquiry ended. Stored, and counted by name."""

    ANSWERED = "answered"
    NOT_LINKED = "not_linked"
    """The words that every unlinked phone gets, whatever it asked."""
    HELPED = "helped"
    UNCLEAR = "unclear"
    LANGUAGE_SET = "language_set"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    CARRIER_ANSWERED = "carrier_answered"
    """The carrier has replied to this word itself."""
    TOO_MANY = "too_many"
    """The one notice that the limit of texts in an hour is reached."""
    SILENT_TOO_MANY = "silent_too_many"
    SILENT_NOT_LINKED = "silent_not_linked"
    SILENT_OPTED_OUT = "silent_opted_out"
    ASKED_TO_TEXT = "asked_to_text"
    """A caller who cannot be told by voice."""


@dataclass(frozen=True, slots=True)
class Asker:
    """What is known of a phone at the moment it asks."""

    contact: Contact | None
    riders: Mapping[StudentId, tuple[Ride, ...]]
    """The students it may ask about, each with all rides; empty for a stranger."""
    is_new: bool = False
    opted_out: bool = False
    chosen_language: str | None = None
    last_language: str | None = None
    answered_last_hour: int = 0
    warned_last_hour: bool = False
    refused_last_day: int = 0


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
    """A student was asked for whom this phone is not linked to, and the reply says so."""
    consent: OptWord | None = None
    chosen_language: str | None = None
    """A language asked for by name, to be used from now on."""


class Conversation:
    """The rules of talking with families, for every text and call."""

    def __init__(self, answers: Answers, settings: SmsSettings, catalogue: Catalogue) -> None:
        """Raises ValueError where the district's default language is none of the catalogue's."""
        self._answers = answers
        self._settings = settings
        self._limits = settings.limits
        self._catalogue = catalogue
        self._grammar = Grammar(catalogue)
        self._opt_out_words = OptOutWords(catalogue)
        # A default that the catalogue lacks is found at the start, not by the first family that texts.
        self._language_of(named=None, chosen=None, stored=None, guessed=None, last=None)

    def reply_to_text(self, text: InboundText, asker: Asker, now: datetime) -> Reply:
        """What to say to a text message. Opting out comes before anything else, the limits before any answer."""
        word = text.carrier_said or self._opt_out_words.recognise(text.body)
        understood = self._grammar.understand(text.body)
        language = self._language(asker, understood)
        wording = self._wording(language)
        if word is OptWord.STOP:
            # Once only, and not where the carrier confirms: it would refuse ours (21610).
            silent = asker.opted_out or text.carrier_said is not None or carrier_confirms(text.body)
            return Reply(Outcome.OPTED_OUT, language, () if silent else (self._say(wording, "stopped"),), consent=word)
        if word is not None and asker.opted_out:
            words = () if text.carrier_said is not None else (self._say(wording, "started"),)
            return Reply(Outcome.OPTED_IN, language, words, consent=OptWord.START)
        if asker.opted_out:
            return Reply(Outcome.SILENT_OPTED_OUT, language)
        if text.carrier_helped or text.carrier_said is not None:
            return Reply(Outcome.CARRIER_ANSWERED, language)
        if asker.answered_last_hour >= self._limits.texts_per_hour:
            if asker.warned_last_hour:
                return Reply(Outcome.SILENT_TOO_MANY, language)
            return Reply(Outcome.TOO_MANY, language, (self._say(wording, "too-many"),))
        if word is OptWord.START:
            return Reply(Outcome.HELPED, language, (self._say(wording, "help"),))
        return self._reply_to_intent(understood, asker, wording, now)

    def reply_to_call(self, *, attested: bool, asker: Asker, now: datetime) -> Reply:
        """What to say to a caller: answers to a linked number that its carrier vouches for, one sentence to all others.

        A caller ID is easily forged. So a call without that proof is spoken to like any stranger, in the district's
        language, whoever it says it is.
        """
        known = attested and bool(asker.riders) and asker.answered_last_hour < self._limits.texts_per_hour
        stored = asker.contact.language if known and asker.contact is not None else None
        chosen = asker.chosen_language if known else None
        language = self._language_of(named=None, chosen=chosen, stored=stored, guessed=None, last=None)
        wording = self._wording(language)
        if not known:
            return Reply(Outcome.ASKED_TO_TEXT, language, (self._say(wording, "voice-please-text"),))
        told = self._told(asker.riders, now)
        spoken = [(StudentId(" ".join(one.student_id)), one.answer) for one in told]
        return Reply(Outcome.ANSWERED, language, tuple(render_family(spoken, wording, now).split("\n")), told)

    def apology(self, text: InboundText) -> str | None:
        """What to say while nothing can be looked up or kept; None for what must not be answered unkept."""
        if text.carrier_said is not None or self._opt_out_words.recognise(text.body) is not None:
            return None
        guessed = self._grammar.understand(text.body).guessed_language
        language = self._language_of(named=None, chosen=None, stored=None, guessed=guessed, last=None)
        return self._say(self._wording(language), "trouble")

    def spoken_apology(self) -> Reply:
        """What to say to any caller while nothing can be looked up or kept."""
        language = self._language_of(named=None, chosen=None, stored=None, guessed=None, last=None)
        return Reply(Outcome.ASKED_TO_TEXT, language, (self._say(self._wording(language), "trouble"),))

    def _reply_to_intent(self, understood: Understood, asker: Asker, wording: Wording, now: datetime) -> Reply:
        match understood.intent:
            case Ask(student_ids) | NotHome(student_ids):
                return self._answer(student_ids, understood, asker, wording, now)
            case Help():
                return Reply(Outcome.HELPED, wording.language, (self._say(wording, "help"),))
            case SwitchLanguage(language):
                words = (self._say(wording, "language-set"),)
                return Reply(Outcome.LANGUAGE_SET, language, words, chosen_language=language)
            case Code() | Yes() | No() | Choice() | Alerts() | Quiet() | ShowLanguages() | Students() | Status():
                return Reply(Outcome.UNCLEAR, wording.language, (self._say(wording, "unknown"),))
            case Person() | Topic() | Thanks() | Unclear():
                return Reply(Outcome.UNCLEAR, wording.language, (self._say(wording, "unknown"),))
            case _:
                assert_never(understood.intent)

    def _answer(
        self, asked: tuple[str, ...], understood: Understood, asker: Asker, wording: Wording, now: datetime
    ) -> Reply:
        meant = [
            student_id
            for student_id in asker.riders
            if not asked or any(same_student(typed, student_id) for typed in asked)
        ]
        told = self._told({student_id: asker.riders[student_id] for student_id in meant}, now)
        stranger = not asker.riders or any(
            not any(same_student(typed, student_id) for student_id in asker.riders) for typed in asked
        )
        refused = stranger and asker.refused_last_day < self._limits.unlinked_per_day
        texts: list[str] = []
        if told:
            lines = render_family([(one.student_id, one.answer) for one in told], wording, now)
            hint = lines + "\n" + self._say(wording, "other-languages")
            # The first reply to a phone says how to change its language, where that costs nothing.
            texts.append(hint if asker.is_new and segments(hint).count == segments(lines).count else lines)
        if refused:
            texts.append(self._say(wording, "unlinked"))
        if told:
            outcome = Outcome.ANSWERED
        else:
            outcome = Outcome.NOT_LINKED if refused else Outcome.SILENT_NOT_LINKED
        return Reply(
            outcome,
            wording.language,
            tuple(texts),
            told,
            asked_ids=asked,
            refused=refused,
            chosen_language=understood.named_language,
        )

    def _told(self, riders: Mapping[StudentId, Sequence[Ride]], now: datetime) -> tuple[Told, ...]:
        disclosed = ((student_id, self._answers.disclose(rides, now)) for student_id, rides in riders.items())
        return tuple(Told(student_id, one.answer, one.call) for student_id, one in disclosed)

    def _language(self, asker: Asker, understood: Understood) -> str:
        return self._language_of(
            named=understood.named_language,
            chosen=asker.chosen_language,
            stored=asker.contact.language if asker.contact is not None else None,
            guessed=understood.guessed_language,
            last=asker.last_language,
        )

    def _language_of(
        self, *, named: str | None, chosen: str | None, stored: str | None, guessed: str | None, last: str | None
    ) -> str:
        return language_for(
            self._catalogue,
            named=named,
            chosen=chosen,
            stored=stored,
            guessed=guessed,
            last=last,
            default=self._settings.default_language,
        )

    def _wording(self, language: str) -> Wording:
        return Wording(self._catalogue, language, self._answers.timetable.timezone, self._settings.district_phone)

    def _say(self, wording: Wording, key: str) -> str:
        return wording.say(key, phone=self._settings.district_phone, district=self._settings.district_name)
