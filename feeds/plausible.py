"""The range checks every adapter shares: a raw number in, a value or the named reason against it out.

For whole messages the same checks are made of columns at once; what does not pass is asked about one by one.
"""

import math
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from busline.geo import Area, LatLon
from busline.position import Floats, RejectReason

EARLIEST_POSIX = 946_684_800
"""2000-01-01. A GPS unit that has lost its clock counts from 1970 or 1980."""
LATEST_POSIX = 4_102_444_800
"""2100-01-01. Milliseconds taken for seconds, or a corrupted number, lie far beyond it (year 58861, 2**63)."""
FASTEST_MPS = 40.0
"""No bus is faster (144 km/h). A speed above it is a wrong unit or a fault, and is dropped without the place."""
NULL_ISLAND_DEG = 0.001
"""Within about 100 m of (0, 0)."""

LONGEST_ID = 128
"""Real ones stay below 64 characters."""


def identifier_or_none(value: str | bytes) -> str | None:
    """A vehicle's or run's identifier, trimmed; None where it is empty, overlong or no plain text.

    protobuf hands out `bytes` for a string that is not UTF-8 and lets NUL pass, which no database column takes.
    """
    if isinstance(value, bytes):
        return None
    stripped = value.strip()
    return stripped if stripped.isprintable() and 0 < len(stripped) <= LONGEST_ID else None


def place_or_reason(lat: float, lon: float, area: Area | None) -> LatLon | RejectReason:
    """A place in WGS 84 degrees, inside `area` where one is given (already widened: garages lie outside the stops)."""
    if (area is None or (area.south <= lat <= area.north and area.west <= lon <= area.east)) and _on_earth(lat, lon):
        null_island = abs(lat) < NULL_ISLAND_DEG and abs(lon) < NULL_ISLAND_DEG
        return RejectReason.NULL_ISLAND if null_island else LatLon(lat, lon)
    return _why_nowhere(lat, lon, area)


def _why_nowhere(lat: float, lon: float, area: Area | None) -> RejectReason:
    """What is wrong with a place that is not on Earth or not in the area."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return RejectReason.NOT_A_NUMBER
    if abs(lat) < NULL_ISLAND_DEG and abs(lon) < NULL_ISLAND_DEG:
        return RejectReason.NULL_ISLAND
    # Before the range check: Austin's longitude, -97, is no latitude at all, and "swapped" tells more.
    if area is not None and area.holds(LatLon(lon, lat)):
        return RejectReason.SWAPPED
    return RejectReason.OUT_OF_AREA if _on_earth(lat, lon) else RejectReason.OUT_OF_RANGE


@lru_cache(maxsize=4_096)  # the fixes of a message are of the same few minutes
def fix_time_or_reason(posix_seconds: float) -> datetime | RejectReason:
    """Seconds since 1970 as an aware moment; guarded, because converting first raises on what feeds really send."""
    if not math.isfinite(posix_seconds):
        return RejectReason.NO_TIMESTAMP
    if posix_seconds < EARLIEST_POSIX:
        return RejectReason.ANCIENT
    if posix_seconds > LATEST_POSIX:
        return RejectReason.FUTURE
    return datetime.fromtimestamp(posix_seconds, UTC)


def bearing_or_none(degrees: float) -> float | None:
    """Degrees clockwise from north, 0 up to 360; None for what is no bearing. The place is good without it."""
    return degrees % 360.0 if 0.0 <= degrees <= 360.0 else None


def speed_or_none(mps: float) -> float | None:
    """Metres a second; None for what is no bus's speed. The place is good without it."""
    return mps if 0.0 <= mps <= FASTEST_MPS else None


def is_plain_fix(at: Floats, lat: Floats, lon: Floats, area: Area | None) -> NDArray[np.bool_]:
    """Which rows certainly are believable moments (epoch seconds) and places; of the others some may be, too."""
    ground = Area(-90.0, -180.0, 90.0, 180.0) if area is None else area
    plain: NDArray[np.bool_] = (at >= EARLIEST_POSIX) & (at <= LATEST_POSIX)
    plain &= (lat >= max(ground.south, -90.0)) & (lat <= min(ground.north, 90.0))
    plain &= (lon >= max(ground.west, -180.0)) & (lon <= min(ground.east, 180.0))
    plain &= (np.abs(lat) >= NULL_ISLAND_DEG) | (np.abs(lon) >= NULL_ISLAND_DEG)
    # A field that is absent reads as nought, too.
    plain &= (lat != 0.0) & (lon != 0.0)
    return plain


def bearings_or_nan(degrees: Floats) -> Floats:
    """`bearing_or_none` of a column."""
    return np.where((degrees >= 0.0) & (degrees < 360.0), degrees, np.where(degrees == 360.0, 0.0, np.nan))


def speeds_or_nan(mps: Floats) -> Floats:
    """`speed_or_none` of a column."""
    return np.where((mps >= 0.0) & (mps <= FASTEST_MPS), mps, np.nan)


def _on_earth(lat: float, lon: float) -> bool:
    return -90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0
