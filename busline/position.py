"""One bus, one place, one moment, and how fresh it is; or the named reason why a report is not one."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from busline.geo import LatLon
from busline.ids import RunId, SourceId, VehicleId

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
