"""One text with all that is needed to answer it, as it goes from rule to rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from busline.answer import Disclosure
from busline.cause import Cause
from busline.ids import CallKey
from busline.people import Ride
from busline.timetable import Timetable
from sms.conversation.asker import Asker
from sms.conversation.reply import Outcome, Reply
from sms.intent import Intent
from sms.settings import SmsSettings
from sms.text import Wording


class Answers(Protocol):
    """The part of the picture that a conversation needs."""

    @property
    def timetable(self) -> Timetable:
        """The plan in force, and with it the district's time zone."""
        ...

    def disclose(self, rides: Sequence[Ride], now: datetime) -> Disclosure:
        """The answer about one student, from all of that student's rides."""
        ...

    def planned_on(self, rides: Sequence[Ride], service_date: date, now: datetime) -> tuple[Disclosure, ...]:
        """What is planned for one student on a day to come."""
        ...

    def cause(self, call: CallKey) -> Cause | None:
        """Why this call is late or missed, where that is known."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One text, understood, from a phone that is known as far as it is."""

    intent: Intent
    words: str
    """As they were typed."""
    asker: Asker
    wording: Wording
    settings: SmsSettings
    now: datetime
    guessed_language: str | None = None
    """The one that its words belong to, which need not be the one that is answered in."""

    def say(self, key: str, **values: str | int) -> str:
        """A message of the catalogue in the language of this turn; phone and district are filled in."""
        return self.wording.say(key, phone=self.settings.district_phone, district=self.settings.district_name, **values)

    def reply(self, outcome: Outcome, *texts: str) -> Reply:
        """A reply that says this and does nothing."""
        return Reply(outcome, self.wording.language, texts)

    def unlinked(self) -> Reply:
        """For every phone that asked for what it has no right to: the same bytes, or after a few the same silence."""
        if self.asker.refused_last_day >= self.settings.limits.unlinked_per_day:
            return self.reply(Outcome.SILENT_NOT_LINKED)
        return Reply(Outcome.NOT_LINKED, self.wording.language, (self.say("unlinked"),), refused=True)
