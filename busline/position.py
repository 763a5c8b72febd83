"""One bus, one place, one moment, and how fresh it is; or the named reason why a report is not one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import overload

import numpy as np
from numpy.typing import NDArray

from busline.geo import LatLon
from busline.ids import RunId, RunKey, SourceId, VehicleId

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

LIVE_SECONDS = 90.0
"""Up to this age a fix is live (GTFS-realtime best practice: positions at most 90 s old)."""
LAST_SEEN_SECONDS = 360.0
"""Up to this age a fix still supports minutes, said with its time; an older one supports none (TransitClock: 6 min)."""


@dataclass(frozen=True, slots=True)
class RunClaim:
    """What the feed says the bus is driving. A claim, not a fact: tablets are signed on to the wrong run."""

    run_id: RunId
    service_date: date | None
    cancelled: bool = False

    def means(self, key: RunKey) -> bool:
        """Whether it says that the bus drives this run."""
        return key.run_id == self.run_id and self.service_date in (None, key.service_date) and not self.cancelled


@dataclass(frozen=True, slots=True)
class Position:
    """Where a bus was. `fix_at` is when its GPS took the fix, never when we heard of it."""

    source: SourceId
    vehicle_id: VehicleId
    fix_at: datetime
    received_at: datetime
    place: LatLon
    bearing_deg: float | None = None
    speed_mps: float | None = None
    claim: RunClaim | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Positions(Sequence[Position]):
    """What one message of one feed says of many buses, in columns: a row becomes a `Position` only when it is read.

    Each vehicle is in it once.

    A fleet of thousands is decoded, screened and tracked without an object for each bus. No column changes once it is
    here. Equal to any sequence of the same positions.
    """

    source: SourceId
    received_at: datetime
    vehicle_id: list[VehicleId]
    at: Floats
    """When each GPS took its fix: epoch seconds."""
    lat: Floats
    """Degrees, as `lon`."""
    lon: Floats
    bearing_deg: Floats
    """NaN where the feed gives none, as in `speed_mps`."""
    speed_mps: Floats
    claim: list[RunClaim | None]

    @overload
    def __getitem__(self, row: int) -> Position: ...
    @overload
    def __getitem__(self, row: slice) -> "Positions": ...
    def __getitem__(self, row: int | slice) -> "Position | Positions":
        if isinstance(row, slice):
            return Positions(
                self.source,
                self.received_at,
                self.vehicle_id[row],
                self.at[row],
                self.lat[row],
                self.lon[row],
                self.bearing_deg[row],
                self.speed_mps[row],
                self.claim[row],
            )
        return Position(
            source=self.source,
            vehicle_id=self.vehicle_id[row],
            fix_at=datetime.fromtimestamp(self.at.item(row), UTC),
            received_at=self.received_at,
            place=LatLon(self.lat.item(row), self.lon.item(row)),
            bearing_deg=None if (deg := self.bearing_deg.item(row)) != deg else deg,
            speed_mps=None if (mps := self.speed_mps.item(row)) != mps else mps,
            claim=self.claim[row],
        )

    def __len__(self) -> int:
        return len(self.vehicle_id)

    def __iter__(self) -> Iterator[Position]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def where(self, which: NDArray[np.bool_]) -> "Positions":
        """Some of the rows, in the same order; itself where that is all of them."""
        return self if which.all() else self.rows(np.flatnonzero(which))

    def in_order_of_time(self) -> "Positions":
        """The oldest first; those of one moment stay in order."""
        if (np.diff(self.at) >= 0).all():
            return self
        return self.rows(np.argsort(self.at, kind="stable"))

    def rows(self, which: Rows) -> "Positions":
        """These rows, in this order."""
        rows = which.tolist()
        return Positions(
            self.source,
            self.received_at,
            [self.vehicle_id[row] for row in rows],
            self.at[which],
            self.lat[which],
            self.lon[which],
            self.bearing_deg[which],
            self.speed_mps[which],
            [self.claim[row] for row in rows],
        )


class RejectReason(StrEnum):
    """Why a report was not taken as a position. Each is counted by name, per source."""

    NO_VEHICLE_ID = "no_vehicle_id"
    NO_TIMESTAMP = "no_timestamp"
    """Neither the report nor the message says when."""
    NO_POSITION = "no_position"
    NOT_A_NUMBER = "not_a_number"
    NULL_ISLAND = "null_island"
    """(0, 0): a GPS that has no fix yet."""
    OUT_OF_RANGE = "out_of_range"
    SWAPPED = "swapped"
    """Latitude and longitude changed places: the swapped point lies in the district, this one does not."""
    OUT_OF_AREA = "out_of_area"
    FUTURE = "future"
    ANCIENT = "ancient"
    OLDER_THAN_LAST = "older_than_last"
    DUPLICATE = "duplicate"
    """The same vehicle and fix time again: every poll repeats a bus that has not reported since."""
    DUPLICATE_ENTITY = "duplicate_entity"
    """The same vehicle twice in one message; the newer fix is kept."""
    TELEPORT = "teleport"
    """Too far from the last fix to have been driven; believed once the next fix agrees with it."""
    FROZEN = "frozen"
    """New times and a speed, but the very same place for minutes: a GPS that has stopped measuring."""
    BAD_TRIP = "bad_trip"
    """The trip descriptor cannot be read; the position is kept without a claim and this is counted."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A report that is not a position, and why. `vehicle_id` may be empty where the report names none."""

    source: SourceId
    vehicle_id: VehicleId | None
    reason: RejectReason
