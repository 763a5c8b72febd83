"""What to say to a text or a call: what came, who sent it and the picture in, a `Reply` out. Pure.

A student number selects; it never unlocks. Riders are found by the phone alone, before the number is looked at, so
a number that exists and one that does not take exactly the same path to exactly the same words.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from busline.cases.case import Case, CaseStanding
from busline.cases.reference import spoken
from busline.ids import StudentId
from sms.catalogue import Catalogue
from sms.catalogue.names import other_languages
from sms.conversation import asking, joining, wishes
from sms.conversation.asker import Asker, ConsentAsked
from sms.conversation.bus import answer_ask, told_now
from sms.conversation.effects import AddWords
from sms.conversation.offers import AnAnswer, APerson, Offer, TheBus, WhatToText
from sms.conversation.opting import about_opting
from sms.conversation.prepared import NoAnswers, PreparedAnswers
from sms.conversation.reply import AboutCase, Outcome, Reply, named
from sms.conversation.turn import Answers, Turn
from sms.danger import is_danger
from sms.intent import (
    Alerts,
    Ask,
    Choice,
    Code,
    Danger,
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
)
from sms.language import language_for, spoken_language_for
from sms.opt_out import OptWord, shipped_opt_out_words
from sms.reaction import is_reaction
from sms.reading import shipped_readers
from sms.segments import segments
from sms.settings import SmsSettings
from sms.text import Wording, render_family
from sms.twilio.forms import InboundText


@dataclass(frozen=True, slots=True)
class Heard:
    """A text as it was understood, before anything is known of who sent it."""

    text: InboundText
    understood: Understood
    opting: OptWord | None
    """What it says about receiving texts, to the carrier or to us."""


class Conversation:
    """The rules of talking with families, for every text and call."""

    def __init__(
        self,
        answers: Answers,
        settings: SmsSettings,
        catalogue: Catalogue,
        prepared: PreparedAnswers | None = None,
    ) -> None:
        """Raises ValueError where the catalogue lacks the district's default language, or any language with a voice."""
        self._answers = answers
        self._prepared = prepared or NoAnswers()
        self._settings = settings
        self._limits = settings.limits
        self._catalogue = catalogue
        self._readers = shipped_readers()
        self._opt_out_words = shipped_opt_out_words()
        # A default that the catalogue lacks is found at the start, not by the first family that texts.
        self._language_of(named=None, chosen=None, stored=None, guessed=None, last=None)
        self._spoken_language(chosen=None, stored=None)

    def hear(self, text: InboundText) -> Heard:
        """What a text says, whoever sent it."""
        if is_reaction(text.body):
            # What it quotes are our words, so it is neither read nor taken for leaving.
            return Heard(text, Understood(Thanks()), text.carrier_said)
        opting = text.carrier_said or self._opt_out_words.recognise(text.body)
        understood = self._readers.understand(text.body)
        return Heard(text, replace(understood, intent=Danger()) if is_danger(text.body) else understood, opting)

    def reply_to_text(self, heard: Heard, asker: Asker, now: datetime) -> Reply:
        """What to say to a text message. Opting out comes before anything else, the limits before any answer."""
        understood = heard.understood
        turn = Turn(
            intent=understood.intent,
            words=heard.text.body,
            asker=asker,
            wording=self._wording(self._language(asker, understood)),
            settings=self._settings,
            now=now,
            guessed_language=understood.guessed_language,
        )
        reply = about_opting(heard.text, heard.opting, turn) or self._before_all(heard, turn) or self._reply(turn)
        return replace(
            reply,
            is_first=asker.is_new,
            intent=named(understood.intent),
            chosen_language=reply.chosen_language or (understood.named_language if reply.told else None),
        )

    def reply_to_call(self, *, attested: bool, asker: Asker, now: datetime) -> Reply:
        """What to say to a caller: answers to a linked number that its carrier vouches for, one sentence to all others.

        A caller ID is easily forged. So a call without that proof is spoken to like any stranger, in the district's
        language, whoever it says it is.
        """
        known = attested and bool(asker.riders) and asker.answered_last_hour < self._limits.texts_per_hour
        stored = asker.contact.language if known and asker.contact is not None else None
        chosen = asker.chosen_language if known else None
        language = self._spoken_language(chosen, stored)
        turn = Turn(Ask(), "", asker, self._wording(language, is_spoken=True), self._settings, now)
        if not known:
            return turn.reply(Outcome.ASKED_TO_TEXT, turn.say("voice-please-text"))
        told = told_now(Ask(), turn, self._answers)
        spoken_lines = [(StudentId(" ".join(one.student_id)), one.answer) for one in told]
        sentences = render_family(spoken_lines, turn.wording, now).split("\n")
        return replace(turn.reply(Outcome.ANSWERED, *sentences), told=told, intent=named(Ask()))

    def completed(self, reply: Reply, case: Case | None, now: datetime) -> Reply:
        """The reply with its last words: about the case that it opened or changed, and how to change the language."""
        if case is not None and reply.about_case is not None:
            reply = replace(reply, texts=(*reply.texts, self._about_case(reply, reply.about_case, case, now)))
        # Where a child is missing, nothing stands beside that.
        return self._offering_languages(reply) if reply.is_first and reply.about_case is not AboutCase.URGENT else reply

    def _about_case(self, reply: Reply, key: AboutCase, case: Case, now: datetime) -> str:
        wording = self._wording(reply.language)
        if key is AboutCase.OPENED and case.opened_at < now:
            # It waited there already, about the same matter.
            key = AboutCase.ADDED
        return wording.say(
            key,
            reference=spoken(case.reference),
            department=wording.raw("department", department=case.department),
            by=wording.moment(max(case.promised_by, now), now),
            phone=self._settings.district_phone,
        )

    def apology(self, text: InboundText) -> str | None:
        """What to say while nothing can be looked up or kept; None for what must not be answered unkept."""
        if text.carrier_said is not None or self._opt_out_words.recognise(text.body) is not None:
            return None
        guessed = self._readers.understand(text.body).guessed_language
        language = self._language_of(named=None, chosen=None, stored=None, guessed=guessed, last=None)
        return self._wording(language).say("trouble", phone=self._settings.district_phone)

    def spoken_apology(self) -> Reply:
        """What to say to any caller while nothing can be looked up or kept."""
        language = self._spoken_language(chosen=None, stored=None)
        words = self._wording(language, is_spoken=True).say("trouble", phone=self._settings.district_phone)
        return Reply(Outcome.ASKED_TO_TEXT, language, (words,))

    def _before_all(self, heard: Heard, turn: Turn) -> Reply | None:
        """What comes before any question: a person who writes with this phone, the limits, and words to start again."""
        asker = turn.asker
        if asker.held_in is not None:
            return replace(turn.reply(Outcome.SILENT_HELD), effects=(AddWords(asker.held_in),))
        if asker.answered_last_hour >= self._limits.texts_per_hour and not isinstance(turn.intent, NotHome | Danger):
            if asker.warned_last_hour:
                return turn.reply(Outcome.SILENT_TOO_MANY)
            return turn.reply(Outcome.TOO_MANY, turn.say("too-many"))
        if heard.opting is OptWord.START:
            if not asker.wishes.alerts and asker.riders:
                return wishes.resume_alerts(turn)
            return turn.reply(Outcome.HELPED, turn.say("help"))
        return None

    def _reply(self, turn: Turn) -> Reply:
        match turn.intent:
            case Ask():
                return answer_ask(turn.intent, turn, self._answers)
            case NotHome():
                return asking.not_home(turn.intent, turn, self._answers)
            case Danger():
                return asking.in_danger(turn, self._answers)
            case Code():
                return joining.take_code(turn)
            case Yes():
                return self._said(turn, yes=True)
            case No():
                return self._said(turn, yes=False)
            case Choice(number):
                offered = turn.asker.offered
                return self._taken_up(offered[number - 1], turn) if number <= len(offered) else self._unclear(turn)
            case Alerts():
                return wishes.set_alerts(turn.intent, turn)
            case Quiet():
                return wishes.set_quiet(turn.intent, turn)
            case Students():
                return wishes.show_students(turn)
            case ShowLanguages():
                return wishes.show_languages(turn)
            case SwitchLanguage(language):
                return wishes.switch_language(language, turn)
            case Status(reference):
                return asking.tell_status(reference, turn)
            case Help():
                return turn.reply(Outcome.HELPED, turn.say("help"))
            case Person():
                return asking.ask_person(turn, self._prepared)
            case Thanks():
                return turn.reply(Outcome.SILENT_THANKS)
            case Topic():
                return asking.inform(turn, self._prepared, certain=True)
            case Unclear():
                return self._unclear(turn)
            case _:
                assert_never(turn.intent)

    def _said(self, turn: Turn, *, yes: bool) -> Reply:
        """A bare yes or no: about what was asked last, and nothing before it."""
        match turn.asker.asked_last(turn.now):
            case None:
                return turn.reply(Outcome.NOTHING_ASKED, turn.say("nothing-asked"))
            case ConsentAsked() as consent:
                return joining.answer_about_phone(consent, turn, yes=yes)
            case CaseStanding() as case:
                return joining.answer_about_case(case, turn, yes=yes)
            case (only,) if yes:
                return self._taken_up(only, turn)
            case _:
                # Neither says which of several is meant; a no to all of them may want a person.
                return asking.offer_ways_on(turn)

    def _unclear(self, turn: Turn) -> Reply:
        if not any(letter.isalnum() for letter in turn.words):
            return turn.reply(Outcome.NO_WORDS, turn.say("no-words"))
        if isinstance(turn.intent, Unclear) and turn.intent.is_greeting:
            # A hello is answered by what can be texted; no prepared answer is about it, whatever its words resemble.
            return turn.reply(Outcome.HELPED, turn.say("help"))
        if isinstance(turn.intent, Choice):
            return asking.offer_ways_on(turn)
        return asking.inform(turn, self._prepared, certain=False)

    def _taken_up(self, offer: Offer, turn: Turn) -> Reply:
        match offer:
            case TheBus():
                return answer_ask(Ask(), turn, self._answers)
            case APerson():
                return asking.ask_person(turn, self._prepared)
            case WhatToText():
                return turn.reply(Outcome.HELPED, turn.say("help"))
            case AnAnswer(topic):
                answer = self._prepared.answer(topic, turn.wording.language)
                # Staff may have taken the answer away since it was offered.
                return asking.offer_ways_on(turn) if answer is None else asking.answer_with(answer, turn)
            case _:
                assert_never(offer)

    def _offering_languages(self, reply: Reply) -> Reply:
        """The first reply to a phone says how to change its language: beside the words if that is free, else after."""
        # Whoever leaves gets one confirmation and no more; whoever chose or looked at the languages knows of them.
        knows = reply.outcome in (Outcome.OPTED_OUT, Outcome.LANGUAGE_SET) or reply.intent == named(ShowLanguages())
        hint = other_languages(self._catalogue, reply.language)
        if not reply.texts or knows or not hint:
            return reply
        *others, last = reply.texts
        together = f"{last}\n{hint}"
        if segments(together).count == segments(last).count:
            return replace(reply, texts=(*others, together))
        return replace(reply, texts=(*reply.texts, hint))

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

    def _spoken_language(self, chosen: str | None, stored: str | None) -> str:
        default = self._settings.default_language
        return spoken_language_for(self._catalogue, chosen=chosen, stored=stored, default=default)

    def _wording(self, language: str, *, is_spoken: bool = False) -> Wording:
        zone, phone = self._answers.timetable.timezone, self._settings.district_phone
        return Wording(self._catalogue, language, zone, phone, is_spoken)
