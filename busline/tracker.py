"""The one stateful step: positions in, run states out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from busline.fleet import Assignment, Fleet, RunProgress, StopVisit
from busline.position import Position


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch of positions changed. It is recorded in the ledger before `fleet` is published."""

    fleet: Fleet
    positions: tuple[Position, ...] = ()
    progress: tuple[RunProgress, ...] = ()
    """The runs that changed."""
    visits: tuple[StopVisit, ...] = ()
    """New visits, and known ones that are now complete."""
    assignments: tuple[Assignment, ...] = ()
    """New ones only."""
    unmatched: Mapping[str, int] = field(default_factory=dict)
    """Positions that could not be placed on a run, by reason."""
