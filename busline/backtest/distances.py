"""Recorded days that came without a plan: buses by their distance along numbered paths, and what their agency promised.

The shape of such a recording, and what can be told from it alone: when each bus was where, and when it arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from busline.ids import BlockId, RouteId, RunKey, StopId, VehicleId

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

BEFORE_STOP_M = 15.24
"""A bus has arrived so far before the place of a stop (50 ft, measured on the recording of Madison)."""
RESTART_M = 900.0
"""A bus that is suddenly so much farther back begins again; what it did before was the way to its start."""
ONE_SIGHTING_SECONDS = 3.0
"""Sightings this close in time are one: their differences are noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One bus on one run of one day along one path."""

    key: RunKey
    vehicle_id: VehicleId
    route_id: RouteId
    block_id: BlockId | None
    path: str
    """The agency's number for the path."""
    start_seconds: float
    """The planned start of the run, seconds of the service day: all that is known of the plan."""
    at: Floats
    """(sightings,) epoch seconds, increasing."""
    distance_m: Floats
    """(sightings,) along the path, never decreasing."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where along one path buses were seen at which place, for learning the path: one row a sighting."""

    at: Floats
    """Epoch seconds."""
    distance_m: Floats
    lat: Floats
    lon: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """The agency's predictions of arrivals, one row each."""

    track: Rows
    """Which of the recording's tracks."""
    stop: Rows
    """Which of the recording's stops."""
    made_at: Floats
    """When the prediction was asked for, epoch seconds."""
    seen_at: Floats
    """Of what moment the position is that the agency had for it, ..."""
    distance_m: Floats
    """... and where that is along the path."""
    arrives_at: Floats

    def __len__(self) -> int:
        return len(self.track)

    def __getitem__(self, which: NDArray[np.bool_] | Rows) -> "Promises":
        return Promises(
            self.track[which],
            self.stop[which],
            self.made_at[which],
            self.seen_at[which],
            self.distance_m[which],
            self.arrives_at[which],
        )


@dataclass(frozen=True, slots=True, eq=False)
class DistanceRecording:
    """Everything a recording holds."""

    timezone: ZoneInfo
    tracks: tuple[Track, ...]
    stop_ids: tuple[StopId, ...]
    stop_m: Mapping[tuple[str, StopId], float]
    """Where a stop lies along a path."""
    places: Mapping[str, Places]
    """By path."""
    promises: Promises
    left_out: Mapping[str, int]
    """Rows that could not be used, by reason."""


def followed(at: Floats, distance_m: Floats) -> tuple[Floats, Floats]:
    """Sightings in any order as a track: in time, without repetitions, from the last beginning on, never going back."""
    order = np.lexsort((distance_m, at))
    at, distance_m = at[order], distance_m[order]
    begins = np.flatnonzero(np.diff(distance_m) < -RESTART_M)
    if len(begins):
        at, distance_m = at[begins[-1] + 1 :], distance_m[begins[-1] + 1 :]
    _, of, count = np.unique(np.round(at / ONE_SIGHTING_SECONDS), return_inverse=True, return_counts=True)
    return np.bincount(of, at) / count, np.maximum.accumulate(np.bincount(of, distance_m) / count)


def arrival(track: Track, stop_m: float) -> tuple[float, float]:
    """When the bus arrived at a place, between two sightings, and how far apart these are; NaN where unknown."""
    mark = stop_m - BEFORE_STOP_M
    after = int(np.searchsorted(track.distance_m, mark))
    if after == 0 or after == len(track.at):
        return float("nan"), float("nan")
    (from_at, to_at), (from_m, to_m) = track.at[after - 1 : after + 1], track.distance_m[after - 1 : after + 1]
    return float(from_at + (mark - from_m) / (to_m - from_m) * (to_at - from_at)), float(to_at - from_at)
