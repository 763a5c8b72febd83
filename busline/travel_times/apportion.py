"""Where a bus was between two sightings: the time is shared out over the links as they usually take it.

A bus is seen every half minute, or only every few. In between it is not at one speed: it stands where buses stand. So
the time between two sightings goes to the links between them in the proportion of their expected seconds; the faster
links then come out fast and the slow ones slow, which a steady speed would blur over kilometres.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.travel_times.road import Road

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LAYOVER_M = 90.0
"""What a bus does this near the beginning of its path is waiting, not driving."""
STANDING = 1e-6
"""Sightings of a standing bus are set apart by so little, in expected seconds, that the place keeps its time."""


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """When a bus passed every edge between links of its road; times are on the clock of its sightings."""

    at: Floats
    """(edges,) NaN where it was not seen both before and after."""
    known_at: Floats
    """(edges,) when the sighting after it was made: no earlier did anybody know."""
    gap_seconds: Floats
    """(edges,) between the two sightings around it."""


def passed(road: Road, at: Floats, distance_m: Floats, expected_seconds: Floats) -> Passed:
    """The edges that a bus passed, from when it was where.

    `at` increases, `distance_m` never decreases, both (sightings,), two or more; `expected_seconds` is (links,).
    """
    until = np.concatenate([[0.0], np.cumsum(expected_seconds)])
    seen = np.interp(distance_m, road.edge_m, until)
    place = seen + np.arange(len(seen)) * STANDING
    after = np.clip(np.searchsorted(place, until), 1, len(place) - 1)
    begun = max(float(seen[0]), float(np.interp(LAYOVER_M, road.edge_m, until)))
    known = (until >= begun) & (until <= seen[-1])
    return Passed(
        at=np.where(known, np.interp(until, place, at), np.nan),
        known_at=np.where(known, at[after], np.nan),
        gap_seconds=at[after] - at[after - 1],
    )
