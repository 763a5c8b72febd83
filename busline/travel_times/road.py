"""The streets that runs share, as directed links: a new route inherits what was learned on the streets it uses.

There is no map. A fixed grid of lines, 100 m apart and turned 20 degrees against north, is laid over the district, and
every path is cut where it crosses the lines that lie most nearly across its way. Two paths that follow one street are
so cut at the same places, whatever else they do; a link is the stretch between two cuts that follow each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.timetable import Pattern, Timetable

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

LINE_EVERY_M = 100.0
TURNED_RAD = np.radians(20.0)
"""Streets mostly run north or east, and then meet the lines at a steady angle, far from the 45 degrees where the one
family of lines gives over to the other."""
STEP_M = 10.0
"""A path is followed in such steps; a corner is cut by a few metres, the same for every path round it."""
HEADING_OVER_M = 30.0
"""The way a path heads is taken over this stretch, so that a kink in a drawn line does not count."""
SAME_M = 12.0
"""Crossings of a line in one direction are one place where each is this near the next: drawn lines and lanes differ."""
END_M = 40.0
"""Ends of paths in one square of this size are one place."""


@dataclass(frozen=True, slots=True, eq=False)
class Road:
    """The path of a pattern as links, in order."""

    edge_m: Floats
    """(links + 1,) where they begin and end along the path, from 0 to its length, increasing."""
    link: Rows
    """(links,) numbers of the network."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadNetwork:
    """Every link of a plan's patterns."""

    roads: Mapping[Pattern, Road]
    centre_xy: Floats
    """(links, 2) the middle of each, metres on the timetable's plane."""
    length_m: Floats
    """(links,)"""
    heading: Floats
    """(links, 2) unit vectors from where it begins to where it ends; zero where these are the same."""

    def __len__(self) -> int:
        return len(self.length_m)


def road_network(timetable: Timetable) -> RoadNetwork:
    """The network of a timetable. About a millisecond a pattern: call it in a thread for a large plan."""
    return network_of(list({id(run.pattern): run.pattern for run in timetable.runs.values()}.values()))


def network_of(patterns: Sequence[Pattern]) -> RoadNetwork:
    """The network of patterns that lie on one plane. It does not depend on their order, but for the numbers."""
    if not patterns:
        return RoadNetwork({}, _NOWHERE, np.empty(0), _NOWHERE)
    cuts = [_cuts(pattern) for pattern in patterns]
    nodes = _places([place for place, _ in cuts], [_ends(pattern) for pattern in patterns])
    edges = [np.r_[0.0, where, pattern.path_distance_m[-1]] for (_, where), pattern in zip(cuts, patterns, strict=True)]
    count = 1 + max(int(own.max()) for own in nodes)
    pairs = np.concatenate([own[:-1] * count + own[1:] for own in nodes])
    _, first, link = np.unique(pairs, return_index=True, return_inverse=True)
    ends = np.cumsum([len(edge) - 1 for edge in edges])[:-1]
    roads = {pattern: Road(edge, own) for pattern, edge, own in zip(patterns, edges, np.split(link, ends), strict=True)}
    from_xy = np.concatenate([_at(one, edge[:-1]) for one, edge in zip(patterns, edges, strict=True)])
    to_xy = np.concatenate([_at(one, edge[1:]) for one, edge in zip(patterns, edges, strict=True)])
    length = np.concatenate([np.diff(edge) for edge in edges])
    way = to_xy[first] - from_xy[first]
    return RoadNetwork(
        roads=roads,
        centre_xy=(from_xy[first] + to_xy[first]) / 2,
        length_m=length[first],
        heading=way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None],
    )


_NOWHERE = np.empty((0, 2))


def _at(pattern: Pattern, distance_m: Floats) -> Floats:
    path, along = pattern.path_xy, pattern.path_distance_m
    return np.stack([np.interp(distance_m, along, path[:, axis]) for axis in (0, 1)], axis=-1)


def _cuts(pattern: Pattern) -> tuple[Floats, Floats]:
    """Crossings of a path, in order: (cuts, 4) family of lines, line, direction, place along the line; and where."""
    length = float(pattern.path_distance_m[-1])
    where = np.linspace(0.0, length, max(2, int(length / STEP_M) + 2))
    ahead = _at(pattern, np.minimum(where + HEADING_OVER_M / 2, length))
    behind = _at(pattern, np.maximum(where - HEADING_OVER_M / 2, 0.0))
    cos, sin = np.cos(TURNED_RAD), np.sin(TURNED_RAD)
    turn = np.array([[cos, -sin], [sin, cos]])
    # Each family is the lines of equal first or second coordinate on the turned plane.
    place = _at(pattern, where) @ turn
    heading = np.abs((ahead - behind) @ turn)
    across_first = heading[:, 0] >= heading[:, 1]
    found = []
    for family, counts in ((0, across_first), (1, ~across_first)):
        line = np.floor(place[:, family] / LINE_EVERY_M)
        step = np.flatnonzero((np.abs(np.diff(line)) == 1) & counts[:-1])
        up = line[step + 1] > line[step]
        crossed = np.where(up, line[step + 1], line[step])
        gap = place[step + 1, family] - place[step, family]
        share = (crossed * LINE_EVERY_M - place[step, family]) / gap
        beside = place[step, 1 - family] + share * (place[step + 1, 1 - family] - place[step, 1 - family])
        at = where[step] + share * (where[step + 1] - where[step])
        found.append(np.stack([np.full(len(step), family), crossed, up, beside, at], axis=1))
    crossings = np.concatenate(found)
    crossings = crossings[np.argsort(crossings[:, 4], kind="stable")]
    # A path lays its end on no cut: a link always has a length.
    inner = (crossings[:, 4] > 1e-3) & (crossings[:, 4] < length - 1e-3)
    inner[1:] &= np.diff(crossings[:, 4]) > 1e-3
    crossings = crossings[inner]
    return crossings[:, :4], crossings[:, 4]


def _ends(pattern: Pattern) -> Floats:
    """(2, 4) a path's own first and last place, told apart from crossings by their family."""
    squares = np.floor(pattern.path_xy[[0, -1]] / END_M)
    return np.stack([[2.0, 3.0], squares[:, 0], squares[:, 1], [0.0, 0.0]], axis=1)


def _places(crossings: list[Floats], ends: list[Floats]) -> list[Rows]:
    """Every crossing and end as the number of a place, by path: first end, crossings, last end."""
    rows = [np.concatenate([end[:1], own, end[1:]]) for own, end in zip(crossings, ends, strict=True)]
    every = np.concatenate(rows)
    order = np.lexsort((every[:, 3], every[:, 2], every[:, 1], every[:, 0]))
    step = np.diff(every[order], axis=0)
    new = (step[:, :3] != 0).any(axis=1) | (step[:, 3] > SAME_M)
    number = np.empty(len(every), np.intp)
    number[order] = np.concatenate([[0], np.cumsum(new)])
    return np.split(number, np.cumsum([len(own) for own in rows])[:-1])
