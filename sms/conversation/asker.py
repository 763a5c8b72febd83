"""What is known of a phone at the moment it asks: read in one look, before anything is decided.

Nothing that was typed decides what is read, but for the digest of a join code, which is looked up whether one was
typed or not. So every phone and every text takes the same work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from busline.cases.case import CaseStanding
from busline.cases.reference import Reference
from busline.ids import CallKey, Phone, StudentId
from busline.people import Contact, Ride
from busline.promise import ToldBefore
from sms.conversation.offers import Offer


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a phone wants to hear without asking."""

    alerts: bool = True
    minutes: int = 10
    """How long before the bus comes."""
    quiet: tuple[time, time] | None = None
    """From when until when nothing is to come, on the district's clock; it may pass midnight."""


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """A question that this phone was asked: may another phone ask about this student?"""

    request_id: int
    student_id: StudentId
    asking_phone: Phone


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
    offered: tuple[Offer, ...] = ()
    """What a bare 1, 2 or 3 means, while that holds."""
    last_topic: str | None = None
    """The prepared answer it was given a moment ago."""
    code_opens: StudentId | None = None
    """Whom the code in this text lets it ask about, if it is one that is still open."""
    consent: ConsentAsked | None = None
    cases: tuple[CaseStanding, ...] = ()
    """Its questions for a person, the newest first."""
    held_in: Reference | None = None
    """The case in which somebody of the staff writes with it; meanwhile nothing is answered by itself."""
