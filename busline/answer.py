"""What Busline can say about a student's bus: a closed set of small values, and how one is chosen.

Text, speech, board line and alert are renderings of the same answer, so that no channel contradicts another.
"""

from dataclasses import dataclass
from datetime import date, datetime

from busline.ids import CallKey, VehicleId
from busline.people import Leg


@dataclass(frozen=True, slots=True)
class Bus:
    """The number to look for. `instead_of` is set while a substitute drives the run."""

    number: VehicleId
    instead_of: VehicleId | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """When the bus is expected at the student's stop, rounded outward to whole minutes.

    `earliest` is p10 and `latest` p90. `be_ready_by` is the time to be at the stop (morning) or for someone to be
    there (afternoon). `published` is the single number, about p12: an early bus costs the child the ride.
    """

    earliest: datetime
    latest: datetime
    be_ready_by: datetime
    published: datetime


@dataclass(frozen=True, slots=True)
class Arriving:
    """On its way with a live fix, within five minutes of its plan."""

    bus: Bus
    leg: Leg
    window: Window
    fix_at: datetime
    was: Window | None = None
    """What the same person was told before about this call, where that has changed enough to be said."""


@dataclass(frozen=True, slots=True)
class RunningLate:
    """On its way with a live fix, more than five minutes behind its plan."""

    bus: Bus
    leg: Leg
    window: Window
    minutes_late: int
    fix_at: datetime
    was: Window | None = None


@dataclass(frozen=True, slots=True)
class LastSeen:
    """Its newest fix is 90 s to six minutes old: minutes still, but never called live."""

    bus: Bus
    leg: Leg
    window: Window
    minutes_late: int
    fix_at: datetime
    was: Window | None = None


@dataclass(frozen=True, slots=True)
class AtStop:
    """Standing at the student's own stop now."""

    bus: Bus
    leg: Leg
    fix_at: datetime


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The run has not begun and is not yet due to have. The plan's time, said as the plan's."""

    bus: Bus | None
    leg: Leg
    planned_at: datetime
    be_ready_by: datetime | None = None
    """When to be at the stop, by how the run usually goes and what is heard of its bus; None where that is far off."""


@dataclass(frozen=True, slots=True)
class LateStart:
    """The run should have begun; its bus is known and has not moved off."""

    bus: Bus | None
    leg: Leg
    planned_at: datetime
    minutes_late: int
    """How late the start already is."""
    be_ready_by: datetime | None = None
    """When to be at the stop, should it leave now."""


@dataclass(frozen=True, slots=True)
class NoSignalSince:
    """Under way when last seen, silent for more than six minutes: no minutes can be given."""

    bus: Bus
    leg: Leg
    planned_at: datetime
    fix_at: datetime


@dataclass(frozen=True, slots=True)
class OffRoute:
    """Seen away from its route: it may be on a detour, and no minutes can be given."""

    bus: Bus
    leg: Leg
    planned_at: datetime
    fix_at: datetime


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Under way with a live fix, on a route whose streets nobody knows yet: no minutes can be given."""

    bus: Bus
    leg: Leg
    planned_at: datetime
    fix_at: datetime


@dataclass(frozen=True, slots=True)
class Uncovered:
    """The run is due and has no bus. `confirmed` once staff said so; else none is seen on it."""

    leg: Leg
    planned_at: datetime
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Staff or the feed called the run off."""

    leg: Leg
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Passed:
    """The bus has already been at the student's stop."""

    bus: Bus
    leg: Leg
    passed_at: datetime


@dataclass(frozen=True, slots=True)
class MayHavePassed:
    """The bus is seen beyond the student's stop, and was not seen standing at it."""

    bus: Bus
    leg: Leg
    fix_at: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is over."""

    bus: Bus
    leg: Leg
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class FeedOutage:
    """We cannot see the buses at all: one honest sentence for everyone, with the plan's time."""

    leg: Leg
    planned_at: datetime
    since: datetime | None


@dataclass(frozen=True, slots=True)
class NotRidingToday:
    """No ride today, or none any more. `next_date` is the next day with one, where it is near."""

    next_date: date | None


Answer = (
    Arriving
    | RunningLate
    | LastSeen
    | AtStop
    | NotStarted
    | LateStart
    | NoSignalSince
    | OffRoute
    | OnTheWay
    | Uncovered
    | Cancelled
    | Passed
    | MayHavePassed
    | Finished
    | FeedOutage
    | NotRidingToday
)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """An answer, and the call that it is about: what happens there shows later whether it was true."""

    answer: Answer
    call: CallKey | None
    """None where no ride is near enough to speak of."""
