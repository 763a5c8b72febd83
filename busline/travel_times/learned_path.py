"""The path of a route that came without a shape, learned from where its buses were seen.

Each sighting is a place and how far along the route it is. Places at about the same distance are one place, found by
their median, so that a bus off its route or a GPS error does not bend the path.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEP_M = 60.0
"""Sightings within so much of the route make one point of the path."""
FEWEST_SIGHTINGS = 15
FEWEST_POINTS = 3
CLOSEST_M = 5.0
SPIKE_RATIO, SPIKE_M = 1.15, 60.0
"""A point is a mistake if reaching it and leaving it again both take farther than the route has it."""
SPIKE_ROUNDS = 3


def learn_path(distance_m: Floats, xy: Floats) -> tuple[Floats, Floats] | None:
    """Path points (points, 2) and how far along the route each lies (points,), increasing.

    From sightings, `distance_m` (sightings,) and `xy` (sightings, 2), in any order; None if they are too few to tell.
    Between points the path is straight: over a stretch on which nobody was seen it cuts corners.
    """
    if len(distance_m) < FEWEST_SIGHTINGS:
        return None
    order = np.argsort(distance_m, kind="stable")
    distance, place = distance_m[order], xy[order]
    first = np.flatnonzero(np.diff(np.floor(distance / STEP_M), prepend=-np.inf))
    along = np.array([np.median(own) for own in np.split(distance, first[1:])])
    points = np.array([np.median(own, axis=0) for own in np.split(place, first[1:])])
    apart = np.concatenate([[True], np.diff(along) > CLOSEST_M])
    along, points = along[apart], points[apart]
    for _ in range(SPIKE_ROUNDS):
        spike = _spikes(along, points)
        if not spike.any():
            break
        along, points = along[~spike], points[~spike]
    return None if len(along) < FEWEST_POINTS else (points, along)


def _spikes(along: Floats, points: Floats) -> NDArray[np.bool_]:
    far = np.hypot(*np.diff(points, axis=0).T) > SPIKE_RATIO * np.diff(along) + SPIKE_M
    spike = np.zeros(len(along), np.bool_)
    spike[1:-1] = far[:-1] & far[1:]
    return spike
