"""One network of links for several versions of the plan: what was learned under an old one holds under the next.

Versions lie on planes of their own, for each is centred on its own stops. Their paths are brought onto the plane of
the newest; one that did not change is one path again, so that its buses' passes stay its own.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from busline.geo import LocalPlane
from busline.timetable import Pattern, Timetable
from busline.travel_times.road import Road, RoadNetwork, network_of

Floats = NDArray[np.float64]

SAME_M = 1.0
"""Paths whose every point lies in the same square of this size are one; versions round coordinates alike."""


def network_across(versions: Sequence[Timetable]) -> RoadNetwork:
    """The network of all runs of some versions, the newest last; one at least. Its numbers hold for it alone.

    About a millisecond for each path that differs: call it in a thread for large plans.
    """
    newest = versions[-1].plane
    of: dict[Pattern, Pattern] = {}
    same: dict[tuple[object, ...], Pattern] = {}
    # The newest first: what is the same in an older version is then known by its exact path.
    for version in reversed(versions):
        for pattern in {id(run.pattern): run.pattern for run in version.runs.values()}.values():
            path_xy = _moved(pattern.path_xy, version.plane, newest)
            key = (pattern.stop_ids, len(path_xy), np.round(path_xy / SAME_M).tobytes())
            of[pattern] = same.setdefault(key, replace(pattern, path_xy=path_xy))
    network = network_of(list(same.values()))
    roads: dict[Pattern, Road] = {pattern: network.roads[moved] for pattern, moved in of.items()}
    return replace(network, roads=roads)


def _moved(path_xy: Floats, from_plane: LocalPlane, to_plane: LocalPlane) -> Floats:
    """Metres on one plane as metres on another."""
    if from_plane == to_plane:
        return path_xy
    lat, lon = from_plane.to_degrees(path_xy)
    return to_plane.to_xy(lat, lon)
