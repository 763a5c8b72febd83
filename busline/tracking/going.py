"""Runs plainly under way, as columns: what is published of them, read as the usual values only where somebody looks.

A picture that has been published never changes. What moves with every fix is copied for each picture, a few numbers a
run; what happened at stops is written once and shared by all of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from busline.fleet import AssignmentSource, RunProgress, StopVisit
from busline.geo import LatLon
from busline.ids import RunKey, VehicleId
from busline.position import Position, Positions
from busline.timetable import Run, Timetable

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Drive:
    """A vehicle on a run that the feed says it drives: what of a row never changes."""

    key: RunKey
    run: Run
    vehicle_id: VehicleId
    started_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Going:
    """Runs under way as of one step, a row each: their newest fix lay on the path. Moments are epoch seconds.

    Rows of runs that are no longer here may lie between them.
    """

    timetable: Timetable
    drives: Sequence[Drive]
    """At least as many as there are rows."""
    run: Rows
    """Of the timetable, in its order."""
    midnight: Floats
    """That planned times count from."""
    at: Floats
    """The newest fix."""
    distance_m: Floats
    next_call: Rows
    lateness_seconds: Floats
    still_since: Floats
    """NaN while it moves."""
    still_lat: Floats
    still_lon: Floats
    standing_since: Floats
    """When it arrived at its next call; NaN where it does not stand there."""
    arrived_at: Floats
    """(rows, calls) of calls before the next one; NaN where the bus was not seen to call."""
    departed_at: Floats

    def progress(self, row: int) -> RunProgress:
        drive, at = self.drives[row], _moment(self.at.item(row))
        since = self.still_since.item(row)
        return RunProgress(
            key=drive.key,
            vehicle_id=drive.vehicle_id,
            source=AssignmentSource.FEED,
            fix_at=at,
            matched_at=at,
            distance_m=self.distance_m.item(row),
            next_call=self.next_call.item(row),
            lateness_seconds=self.lateness_seconds.item(row),
            started_at=drive.started_at,
            still_since=None if since != since else _moment(since),
            off_route_since=None,
            ended_at=None,
            still_from=LatLon(self.still_lat.item(row), self.still_lon.item(row)),
        )

    def visits(self, row: int) -> tuple[StopVisit, ...]:
        """Every visit of the run so far, in order."""
        drive, next_call = self.drives[row], self.next_call.item(row)
        calls = np.flatnonzero(~np.isnan(self.arrived_at[row, :next_call])).tolist()
        visits = [
            visit_of(drive, call, self.arrived_at.item(row, call), self.departed_at.item(row, call)) for call in calls
        ]
        since = self.standing_since.item(row)
        if since == since:
            visits.append(visit_of(drive, next_call, since, float("nan")))
        return tuple(visits)

    def fix_at(self, row: int) -> datetime:
        return _moment(self.at.item(row))


def visit_of(drive: Drive, call: int, arrived_at: float, departed_at: float) -> StopVisit:
    """A visit from epoch seconds; NaN where the bus has not departed."""
    return StopVisit(
        key=drive.key,
        call_index=call,
        stop_sequence=int(drive.run.stop_sequences[call]),
        stop_id=drive.run.pattern.stop_ids[call],
        vehicle_id=drive.vehicle_id,
        arrived_at=_moment(arrived_at),
        departed_at=None if departed_at != departed_at else _moment(departed_at),
    )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


class Layered(Mapping[K, V]):
    """Values that are here, and values made from rows when they are asked for. Neither layer changes."""

    __slots__ = ("_made", "_of_row", "_row", "here")

    def __init__(self, here: Mapping[K, V], row: Mapping[K, int], of_row: Callable[[int], V]) -> None:
        self.here = here
        self._row = row
        self._of_row = of_row
        self._made: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        if key in self.here:
            return self.here[key]
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._of_row(self._row[key])
        return made

    def __contains__(self, key: object) -> bool:
        return key in self.here or key in self._row

    def __iter__(self) -> Iterator[K]:
        return chain(self.here, self._row)

    def __len__(self) -> int:
        return len(self.here) + len(self._row)


class Progresses(Layered[RunKey, RunProgress]):
    """How far every run has got."""

    __slots__ = ("_going",)

    def __init__(self, here: Mapping[RunKey, RunProgress], row: Mapping[RunKey, int], going: Going) -> None:
        super().__init__(here, row, going.progress)
        self._going = going

    def rows(self) -> tuple[Going, Rows]:
        """What is made of rows."""
        return self._going, np.fromiter(self._row.values(), np.intp, len(self._row))

    def of_rows(self) -> tuple[Sequence[RunKey], Floats]:
        """The runs that are made of rows, all of them under way, and their newest fixes in epoch seconds."""
        return list(self._row), self._going.at[np.fromiter(self._row.values(), np.intp, len(self._row))]


def not_ended(progress: Mapping[RunKey, RunProgress]) -> tuple[list[RunKey], Floats]:
    """The runs that have not, and their newest fixes in epoch seconds. Nothing is made of rows for it."""
    keys: list[RunKey] = []
    fixes: list[float] = []
    for key, one in (progress.here if isinstance(progress, Progresses) else progress).items():
        if one.ended_at is None:
            keys.append(key)
            fixes.append(one.fix_at.timestamp())
    if not isinstance(progress, Progresses):
        return keys, np.array(fixes, np.float64)
    of_rows, fixes_of_rows = progress.of_rows()
    return [*keys, *of_rows], np.concatenate([fixes, fixes_of_rows])


class Visits(Layered[RunKey, tuple[StopVisit, ...]]):
    """The visits of every run that has any."""

    __slots__ = ("_all",)

    def __init__(self, here: Mapping[RunKey, tuple[StopVisit, ...]], row: Mapping[RunKey, int], going: Going) -> None:
        super().__init__(here, row, going.visits)
        self._all: dict[RunKey, tuple[StopVisit, ...]] | None = None

    def __getitem__(self, key: RunKey) -> tuple[StopVisit, ...]:
        visits = super().__getitem__(key)
        if not visits and key not in self.here:
            raise KeyError(key)
        return visits

    def __contains__(self, key: object) -> bool:
        return key in self._whole()

    def __iter__(self) -> Iterator[RunKey]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def _whole(self) -> Mapping[RunKey, tuple[StopVisit, ...]]:
        if self._all is None:
            of_rows = {key: visits for key, row in self._row.items() if (visits := self._of_row(row))}
            self._all = {**self.here, **of_rows}
        return self._all


class Mixed(Sequence[V]):
    """Values made from rows when they are read, and values that are here, in this order."""

    __slots__ = ("here", "of_row", "rows")

    def __init__(self, of_row: Callable[[int], V], rows: Sequence[int], here: Sequence[V]) -> None:
        self.of_row = of_row
        self.rows = rows
        self.here = here

    @overload
    def __getitem__(self, index: int) -> V: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[V]: ...
    def __getitem__(self, index: int | slice) -> V | Sequence[V]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self.of_row(self.rows[place]) if place < len(self.rows) else self.here[place - len(self.rows)]

    def __iter__(self) -> Iterator[V]:
        return chain(map(self.of_row, self.rows), self.here)

    def __len__(self) -> int:
        return len(self.rows) + len(self.here)


class Heard(Mixed[Position]):
    """The positions that a step took: rows of a batch, and others."""

    __slots__ = ("_batch", "_which")

    def __init__(self, batch: Positions, which: Rows, here: Sequence[Position]) -> None:
        super().__init__(batch.__getitem__, which.tolist(), here)
        self._batch = batch
        self._which = which

    def columns(self) -> Positions:
        """Without the others."""
        return self._batch.rows(self._which)


class Changed(Mixed[RunProgress]):
    """The progress that a step changed: rows of what is going, and others."""

    __slots__ = ("going",)

    def __init__(self, going: Going, rows: Rows, here: Sequence[RunProgress]) -> None:
        super().__init__(going.progress, rows.tolist(), here)
        self.going = going

    def seen(self) -> Iterator[tuple[Drive, float, float]]:
        """Who was seen when, epoch seconds, and how far along the path, without the others: all are under way."""
        rows = np.array(self.rows, np.intp)
        at, distance_m = self.going.at[rows].tolist(), self.going.distance_m[rows].tolist()
        return zip(map(self.going.drives.__getitem__, self.rows), at, distance_m, strict=True)


def in_portions(progress: Mapping[RunKey, RunProgress], size: int) -> Iterator[Sequence[RunProgress]]:
    """How far every run has got, so many at a time: what is made of rows stays rows, for who looks ahead from them."""
    if not isinstance(progress, Progresses):
        every = list(progress.values())
        yield from (every[start : start + size] for start in range(0, len(every), size))
        return
    here = list(progress.here.values())
    yield from (here[start : start + size] for start in range(0, len(here), size))
    going, rows = progress.rows()
    for start in range(0, len(rows), size):
        yield Changed(going, rows[start : start + size], ())


class Joined(Sequence[V]):
    """Sequences one after the other, as one."""

    __slots__ = ("parts",)

    def __init__(self, *parts: Sequence[V]) -> None:
        self.parts = parts

    @overload
    def __getitem__(self, index: int) -> V: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[V]: ...
    def __getitem__(self, index: int | slice) -> V | Sequence[V]:
        if isinstance(index, slice):
            return list(self)[index]
        place = range(len(self))[index]
        for part in self.parts:
            if place < len(part):
                return part[place]
            place -= len(part)
        raise IndexError(index)

    def __iter__(self) -> Iterator[V]:
        return chain.from_iterable(self.parts)

    def __len__(self) -> int:
        return sum(map(len, self.parts))
