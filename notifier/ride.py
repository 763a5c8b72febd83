"""One phone waiting for one run, what it wants to hear, and what is true of that at a moment: what the rules go by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist

from busline.answer import Bus, Window
from busline.cause import Cause
from busline.fleet import AssignmentSource, RunNotice
from busline.ids import CallKey, Phone, StudentId
from busline.people import Leg

TELL_FROM, CLEAR_BELOW = 0.8, 0.3
"""A bus is told late from this probability that it is later than the threshold, and not late any more below that."""
SURELY, PERHAPS = (NormalDist().inv_cdf(1 - share) for share in (TELL_FROM, CLEAR_BELOW))
"""Normal scores of the moments that a bus comes later than with these probabilities."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a phone wants to hear without asking; late buses and missing ones always."""

    late_after: timedelta
    approaching: timedelta | None = None
    """So long before the bus comes; None for not at all."""
    arrivals: bool = False


@dataclass(frozen=True, slots=True)
class WatchedRide:
    """One phone waiting for one run: the earliest call of its students counts for all of them."""

    phone: Phone
    call: CallKey
    leg: Leg
    students: tuple[StudentId, ...]
    planned_at: datetime
    wish: Wish


@dataclass(frozen=True, slots=True)
class Expected:
    """When the bus comes to the call, by its newest fix."""

    fix_at: datetime
    """By this one sample is told from another."""
    is_live: bool
    """Under way, with a fix of at most 90 s."""
    surely_after: datetime
    """It comes later than this with a probability of `TELL_FROM`, ..."""
    perhaps_after: datetime
    """... and later than this with one of `CLEAR_BELOW`."""
    p10: datetime
    p50: datetime
    p90: datetime
    window: Window


@dataclass(frozen=True, slots=True)
class Seen:
    """What is true of a ride at a moment."""

    expected: Expected | None = None
    """None where no minutes can be given."""
    bus: Bus | None = None
    bus_by: AssignmentSource | None = None
    """Who says that this bus drives this very run; None where it is only the one to expect."""
    bus_fix_at: datetime | None = None
    """Its newest fix, whatever it drives."""
    notice: RunNotice | None = None
    """Of staff or the feed, and in force."""
    driven_since: datetime | None = None
    """Staff said that there is no bus, and one has begun to drive the run since: its newest fix."""
    arrived_at: datetime | None = None
    """The bus came to this very call."""
    departed_at: datetime | None = None
    is_past: bool = False
    """It has been there, may have passed, or the run is over: there is nothing to wait for."""
    at_school_at: datetime | None = None
    """It came to the last call of the run."""
    outage_since: datetime | None = None
    """Since when the buses cannot be seen, ..."""
    blind_from: datetime | None = None
    """... and since when we ourselves have found it so: after a restart it looks so for a moment."""
    cause: Cause | None = None
