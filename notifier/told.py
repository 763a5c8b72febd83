"""What a phone was told of one ride so far: the memory by which nothing is said twice. Pure; kept in the outbox."""

from dataclasses import dataclass, replace
from datetime import datetime

from busline.alert import AlertKind
from busline.ids import VehicleId
from busline.outbound import State

LATE_FAMILY = (AlertKind.LATE, AlertKind.LATER_STILL, AlertKind.BETTER_AGAIN, AlertKind.ON_TIME_AGAIN)
COVERED_FAMILY = (AlertKind.NOT_COVERED, AlertKind.CANCELLED, AlertKind.COMING_AFTER_ALL)
NEVER_SAID = (State.SUPERSEDED, State.EXPIRED, State.UNTRUE)
"""Nobody has read it. What was barred or cannot be sent stays told: saying it again would meet the same end."""


def group_of(kind: AlertKind) -> str:
    """What counts its turns together: news of one thing that takes the place of earlier news of it."""
    if kind in LATE_FAMILY:
        return "late"
    if kind in COVERED_FAMILY:
        return "covered"
    return "arrival" if kind in (AlertKind.AT_SCHOOL, AlertKind.DROPPED_OFF) else kind.value


@dataclass(frozen=True, slots=True)
class Said:
    """One message that was promised."""

    kind: AlertKind
    turn: int
    at: datetime
    minutes_late: int = 0
    bus: VehicleId | None = None
    was_dropped: bool = False
    """It went to nobody, so it may be said again, as another turn, where it is true again."""


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was promised to one phone about one ride, oldest first."""

    messages: tuple[Said, ...] = ()

    def of(self, group: str) -> tuple[Said, ...]:
        """What was said of one thing."""
        return tuple(one for one in self.messages if group_of(one.kind) == group and not one.was_dropped)

    def last(self, group: str) -> Said | None:
        said = self.of(group)
        return said[-1] if said else None

    def ever(self, group: str) -> bool:
        """Whether it was promised at all, also where nobody read it."""
        return any(group_of(one.kind) == group for one in self.messages)

    def next_turn(self, kind: AlertKind, bus: VehicleId | None = None) -> int:
        """The how-many-th of its group this will be; a substitute's turns are counted by the number of the bus."""
        own = [
            one.turn
            for one in self.messages
            if group_of(one.kind) == group_of(kind) and (kind is not AlertKind.SUBSTITUTE or one.bus == bus)
        ]
        return max(own, default=0) + 1

    def and_said(self, said: Said) -> "Told":
        return Told((*self.messages, said))

    def dropped(self, kind: AlertKind, turn: int, bus: VehicleId | None) -> "Told":
        """One of them went to nobody."""

        def is_it(one: Said) -> bool:
            same_bus = kind is not AlertKind.SUBSTITUTE or one.bus == bus
            return group_of(one.kind) == group_of(kind) and one.turn == turn and same_bus

        return Told(tuple(replace(one, was_dropped=True) if is_it(one) else one for one in self.messages))
