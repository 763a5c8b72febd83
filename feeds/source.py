"""What everything that can say where a bus is has in common."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from busline.fleet import FeedHealth
from busline.ids import SourceId
from busline.position import Position, Rejected


@dataclass(frozen=True, slots=True)
class Batch:
    """One message's worth: the positions that are good, and every report that was not, with its reason."""

    source: SourceId
    positions: Sequence[Position]
    rejected: tuple[Rejected, ...]
    header_at: datetime | None
    """When the producer made the message."""


TakeBatch = Callable[[Batch], Awaitable[None]]
"""Handed to a source by the wiring; returns once the batch is recorded."""

ReportHealth = Callable[[FeedHealth], None]

PositionsAt = Callable[[datetime], Sequence[Position]]
"""The newest report of every vehicle as a feed would publish it at a moment: what a simulator or a recording offers."""


class PositionSource(Protocol):
    """A loop that brings positions until it is cancelled. It outlives any fault of the feed."""

    @property
    def source(self) -> SourceId: ...

    async def run(self, take: TakeBatch, report: ReportHealth) -> None: ...
