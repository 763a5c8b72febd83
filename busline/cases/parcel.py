"""What a department is handed where it works, and what can come of handing it over. Pure."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from busline.cases.case import Case, Event
from busline.cases.departments import Department, Person


@dataclass(frozen=True, slots=True)
class Parcel:
    """One line of a case's history on its way, with what goes along."""

    key: str
    """The same for every attempt: who gets the key a second time has the parcel already."""
    case: Case
    department: Department
    event: Event
    history: tuple[Event, ...]
    """All of it, up to and with the event; what a system that knows nothing of the case must be given."""
    remote_id: str | None
    """What the case is over there; None where nothing of it has arrived yet."""
    to: Person | None
    """Somebody of the department by name: a reminder is for a person."""
    maybe_sent: bool
    """An attempt ended without an answer: see whether it is there before sending it again."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is there."""

    remote_id: str | None
    """What the case is over there from now on; None changes nothing."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """It is certainly not there; another time it may be."""

    words: str
    after_seconds: float | None = None
    """How long the other side asks us to wait."""


@dataclass(frozen=True, slots=True)
class Never:
    """It is not there, and trying again would change nothing until a person changes something."""

    words: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may be there or not: the answer did not come."""

    words: str


Attempt: TypeAlias = Delivered | NotNow | Never | Unknown


class Connector(Protocol):
    """A way to where a department works."""

    def deliver(self, parcel: Parcel) -> Awaitable[Attempt]:
        """Hand a parcel over. Raises nothing for what can go wrong on the way: that is what an `Attempt` says."""
        ...
