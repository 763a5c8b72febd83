"""What is known of a phone at the moment it asks: read in one look, before anything is decided.

Nothing that was typed decides what is read, but for the digest of a join code, which is looked up whether one was
typed or not. So every phone and every text takes the same work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from busline.cases.case import CaseStanding, CaseState
from busline.cases.reference import Reference
from busline.ids import CallKey, Phone, StudentId
from busline.outbound import Channel
from busline.people import Contact, Ride
from busline.promise import ToldBefore
from sms.conversation.offers import Offer

SAID_TWICE_WITHIN = timedelta(minutes=10)
"""So long a second yes says the same as the first."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a phone wants to hear without asking."""

    alerts: bool = True
    """Late buses, buses that do not come, and whatever else is chosen below."""
    approaching: bool = False
    """One text before the bus comes."""
    minutes: int = 10
    """How long before that."""
    late_minutes: int | None = None
    """From how many minutes on a bus is late; None: as the district has it."""
    arrivals: bool = False
    """At school, and dropped off."""
    channel: Channel = Channel.TEXT
    quiet: tuple[time, time] | None = None
    """From when until when nothing is to come, on the district's clock; it may pass midnight."""


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """A question that this phone was asked: may another phone ask about this student?"""

    request_id: int
    student_id: StudentId
    asking_phone: Phone
    asked_at: datetime


AskedLast = ConsentAsked | CaseStanding | tuple[Offer, ...] | None


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
    told_before: Mapping[CallKey, ToldBefore] = field(default_factory=dict)
    """The newest window it was told about each call of the last hours."""
    wishes: Wishes = Wishes()
    has_mail: bool = False
    """Whether an e-mail address is known of it."""
    offered: tuple[Offer, ...] = ()
    """What a bare 1, 2 or 3 means, while that holds."""
    offered_at: datetime | None = None
    """When that was offered."""
    last_topic: str | None = None
    """The prepared answer it was given a moment ago."""
    code_opens: StudentId | None = None
    """Whom the code in this text lets it ask about, if it is one that is still open."""
    consent: ConsentAsked | None = None
    cases: tuple[CaseStanding, ...] = ()
    """Its questions for a person, the newest first."""
    held_in: Reference | None = None
    """The case in which somebody of the staff writes with it; meanwhile nothing is answered by itself."""

    def asked_last(self, now: datetime) -> AskedLast:
        """The newest of what it was asked, which is what a bare yes or no is about; None where nothing is open.

        Only the newest: a yes to "did this solve it?" must not let in a phone that somebody asked about hours ago.
        """
        asked: list[tuple[datetime, AskedLast]] = []
        if self.consent is not None:
            asked.append((self.consent.asked_at, self.consent))
        for case in self.cases:
            # Many say yes twice; the second one is about the same question.
            said_just_now = case.state is CaseState.CLOSED_BY_FAMILY and case.state_since >= now - SAID_TWICE_WITHIN
            if case.asks_if_solved or said_just_now:
                asked.append((case.state_since, case))
        if self.offered and self.offered_at is not None:
            asked.append((self.offered_at, self.offered))
        return max(asked, key=lambda one: one[0])[1] if asked else None
