"""What families are told without asking: a closed set of news about one ride, each a rendering of the same answer.

An alert holds what was true when it was decided. It is looked at again when it is sent: what is no longer true is not
said, and what has moved by minutes is said as it is then.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from busline.answer import Bus, Window
from busline.cause import Cause
from busline.ids import CallKey, Phone, StudentId
from busline.people import Leg


class AlertKind(StrEnum):
    """What happened."""

    LATE = "late"
    """More than this family's threshold behind the plan at its stop, with a probability of 0.8."""
    LATER_STILL = "later_still"
    BETTER_AGAIN = "better_again"
    """Still late, by ten minutes less than was told."""
    ON_TIME_AGAIN = "on_time_again"
    """The all-clear: told late, and not late any more."""
    APPROACHING = "approaching"
    """About as many minutes away as the family chose, by the lower bound of the window. Once a ride."""
    SUBSTITUTE = "substitute"
    """Another bus drives the run: a number to look for."""
    NOT_COVERED = "not_covered"
    """Staff say that there is no bus."""
    CANCELLED = "cancelled"
    COMING_AFTER_ALL = "coming_after_all"
    """The all-clear of the two above: told that no bus comes, and one does."""
    AT_SCHOOL = "at_school"
    DROPPED_OFF = "dropped_off"
    """The bus has left the stop near home."""
    OUTAGE = "outage"
    """The buses cannot be seen, so nothing can be said of any."""


class Priority(IntEnum):
    """What goes first where the carrier takes less than there is."""

    REPLY = 0
    NOT_COMING = 1
    """And whatever staff send as an emergency."""
    APPROACHING = 2
    LATE = 3
    BULK = 4


@dataclass(frozen=True, slots=True)
class Alert:
    """News about one ride for one phone: one message for all its students on that bus."""

    kind: AlertKind
    phone: Phone
    call: CallKey
    leg: Leg
    students: tuple[StudentId, ...]
    planned_at: datetime
    bus: Bus | None = None
    window: Window | None = None
    """None where no minutes can be given."""
    minutes_late: int = 0
    """Expected at this stop, rounded down; what was told is what later changes are held against."""
    cause: Cause | None = None
    since: datetime | None = None
    """When it happened (AT_SCHOOL, DROPPED_OFF), or since when the buses are out of sight (OUTAGE)."""
    turn: int = 1
    """The how-many-th of the late family (LATE, LATER_STILL, BETTER_AGAIN, ON_TIME_AGAIN) or of its kind, this ride."""


PRIORITY: dict[AlertKind, Priority] = {
    AlertKind.NOT_COVERED: Priority.NOT_COMING,
    AlertKind.CANCELLED: Priority.NOT_COMING,
    AlertKind.COMING_AFTER_ALL: Priority.NOT_COMING,
    AlertKind.ON_TIME_AGAIN: Priority.APPROACHING,
    AlertKind.APPROACHING: Priority.APPROACHING,
    AlertKind.SUBSTITUTE: Priority.APPROACHING,
    AlertKind.LATE: Priority.LATE,
    AlertKind.LATER_STILL: Priority.LATE,
    AlertKind.BETTER_AGAIN: Priority.APPROACHING,
    AlertKind.AT_SCHOOL: Priority.BULK,
    AlertKind.DROPPED_OFF: Priority.LATE,
    AlertKind.OUTAGE: Priority.LATE,
}
"""An all-clear and a bus that comes sooner than was told go before news of delay: without them a child misses it."""
