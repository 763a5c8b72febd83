"""A street network laid out like a city: a seed in, junctions, street links and their names out.

Arterials radiate from a centre and ring it, cross the river on a few bridges, and cut through neighbourhood
grids that lie at different angles. The city is invented, and lies in open water off Massachusetts, so that no
simulated child ever stands in a real street.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from busline.geo import EARTH_RADIUS_M, LatLon, LocalPlane
from feeds.simulator.chance import chance
from feeds.simulator.names import StreetNames
from feeds.simulator.terrain import Neighbourhood, Terrain, make_terrain, ring

ORIGIN = LatLon(42.28, -70.48)
"""Massachusetts Bay: the light, the time zone and the metres of Boston, and nobody's address."""
_SHORTEST_LINK_M = 24.0
_SHORTEST_DEAD_END_M = 90.0


class Road(IntEnum):
    """Road classes, the widest first."""

    PARKWAY = 0
    ARTERIAL = 1
    COLLECTOR = 2
    LOCAL = 3


CRUISE_MPS: dict[Road, float] = {Road.PARKWAY: 17.0, Road.ARTERIAL: 12.5, Road.COLLECTOR: 10.0, Road.LOCAL: 7.8}
"""What a school bus holds between junctions on an empty street (limits of 45, 30, 25 and 20 mph)."""
_JUNCTION_SECONDS: dict[Road, float] = {Road.PARKWAY: 1.0, Road.ARTERIAL: 3.0, Road.COLLECTOR: 4.0, Road.LOCAL: 4.5}
"""What a planner allows for the junction at the end of a link: lights, stop signs, turns."""


@dataclass(frozen=True, slots=True)
class _Street:
    """A line on the drawing board, before the crossings are found."""

    line: LineString
    road: Road
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """Junctions and the two-way street links between them. Metres on `plane`."""

    plane: LocalPlane
    radius_m: float
    node_xy: NDArray[np.float64]
    """(nodes, 2)"""
    node_places: tuple[tuple[float, float], ...]
    """The same as plain numbers, for searches that touch a few at a time."""
    link_ends: NDArray[np.int64]
    """(links, 2) node indices."""
    link_m: NDArray[np.float64]
    link_road: NDArray[np.int64]
    """(links,) `Road` values."""
    link_street: tuple[str, ...]
    """(links,) street names."""
    signal: NDArray[np.bool_]
    """(nodes,) whether traffic lights stand there."""
    neighbours: tuple[tuple[tuple[int, int], ...], ...]
    """For each node, the (node, link) pairs one link away."""
    planned_seconds: tuple[float, ...]
    """(links,) what a planner takes a link to cost, its junction included."""

    def degrees(self, xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Latitudes and longitudes of places on the plane; the inverse of `plane.to_xy`."""
        metres_per_degree = math.pi * EARTH_RADIUS_M / 180
        origin = self.plane.origin
        lat = origin.lat + xy[..., 1] / metres_per_degree
        lon = origin.lon + xy[..., 0] / (metres_per_degree * math.cos(math.radians(origin.lat)))
        return lat, lon

    def link_between(self, a: int, b: int) -> int:
        """The link that joins two neighbouring nodes."""
        for node, link in self.neighbours[a]:
            if node == b:
                return link
        raise KeyError(f"No street joins junctions {a} and {b}.")

    def streets_at(self, node: int) -> tuple[str, ...]:
        """The names of the streets that meet at a junction, each once, the widest first."""
        links = sorted((int(self.link_road[link]), link) for _, link in self.neighbours[node])
        return tuple(dict.fromkeys(self.link_street[link] for _, link in links))


def _arterials(seed: int, terrain: Terrain) -> list[tuple[LineString, Road]]:
    """Radials, two rings and the drives along the river banks."""
    draw = chance(seed, "arterials")
    radius = terrain.radius_m
    lines: list[tuple[LineString, Road]] = []
    turn = draw.uniform(0, 2 * math.pi)
    for index in range(8):
        angle = turn + 2 * math.pi * (index + draw.uniform(-0.18, 0.18)) / 8
        # Two of them run on through the centre and so over the river, whichever bank they come from.
        out = np.linspace(-0.2 if index in (0, 3) else 0.03, 1.25, 40) * radius
        bend = draw.normal(0, 0.05) * radius * np.sin(out / radius * draw.uniform(2.0, 4.5))
        along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
        start = draw.normal(0, 0.02 * radius, 2)
        lines.append((LineString(start + out[:, None] * along + bend[:, None] * across), Road.ARTERIAL))
    lines.append((ring(seed, "inner", 0.27 * radius), Road.ARTERIAL))
    lines.append((ring(seed, "outer", 0.66 * radius), Road.PARKWAY))
    clipped = [(line.intersection(terrain.land), road) for line, road in lines]
    banks = [terrain.river.offset_curve(side * 190.0).intersection(terrain.dry) for side in (-1, 1)]
    clipped += [(bank, Road.COLLECTOR) for bank in banks]
    return [(part, road) for shape, road in clipped for part in _lines_of(shape) if part.length > 400]


def _lines_of(shape: BaseGeometry) -> list[LineString]:
    parts = shapely.get_parts(shapely.line_merge(shape)) if not shape.is_empty else []
    return [part for part in parts if isinstance(part, LineString)]


def _grid(seed: int, index: int, place: Neighbourhood) -> list[tuple[LineString, Road, tuple[int, int, int]]]:
    """The streets of one neighbourhood, with a key that is the same for every piece of one street."""
    draw = chance(seed, "grid", index)
    outline_xy = shapely.get_coordinates(place.outline) - place.middle_xy
    reach = float(np.hypot(*outline_xy.T).max()) + 1.5 * place.waviness_m
    cos, sin = math.cos(place.grid_angle_rad), math.sin(place.grid_angle_rad)
    swing, phase = draw.uniform(1_800, 3_200, 2), draw.uniform(0, 2 * math.pi, 2)
    steps = np.arange(-reach, reach, 60.0)
    streets = []
    for direction, gap in enumerate(place.block_m):
        offsets = np.arange(-reach, reach, gap)
        offsets += draw.normal(0, 0.10 * gap, len(offsets))
        along, across = np.broadcast_arrays(steps, offsets[:, None])
        u, v = (along, across) if direction == 0 else (across, along)
        # The same smooth displacement for both directions bends the streets and keeps the blocks whole.
        u, v = (
            u + place.waviness_m * np.sin(2 * math.pi * v / swing[0] + phase[0]),
            v + place.waviness_m * np.sin(2 * math.pi * u / swing[1] + phase[1]),
        )
        xy = np.stack([u * cos - v * sin, u * sin + v * cos], axis=-1) + place.middle_xy
        rows = shapely.intersection(shapely.simplify(shapely.linestrings(xy), 4.0), place.outline)
        for row, inside in enumerate(rows):
            road = Road.COLLECTOR if row % 6 == 3 else Road.LOCAL
            streets += [(part, road, (index, direction, row)) for part in _lines_of(inside) if part.length > 70]
    return streets


def _draw_streets(seed: int, terrain: Terrain) -> list[_Street]:
    names = StreetNames(seed)
    drawn = [_Street(line, road, names.avenue()) for line, road in _arterials(seed, terrain)]
    edges = [place.outline.exterior for place in terrain.neighbourhoods if place.outline.geom_type == "Polygon"]
    # The shared edge of two neighbourhoods would be drawn twice; noding makes it one street again.
    for edge in shapely.get_parts(shapely.unary_union(edges)):
        inner = edge.intersection(terrain.dry.buffer(-30))
        drawn += [_Street(part, Road.COLLECTOR, names.avenue()) for part in _lines_of(inner) if part.length > 150]
    known: dict[tuple[int, int, int], str] = {}
    for index, place in enumerate(terrain.neighbourhoods):
        for line, road, key in _grid(seed, index, place):
            drawn.append(_Street(line, road, known.setdefault(key, names.street())))
    return drawn


def _classified(drawn: Sequence[_Street], links: NDArray[np.object_]) -> NDArray[np.int64]:
    """For each noded link, the drawn street it is a piece of, the widest where several lie there."""
    widest_first = sorted(range(len(drawn)), key=lambda index: drawn[index].road)
    tree = shapely.STRtree([drawn[index].line for index in widest_first])
    middles = shapely.line_interpolate_point(links, 0.5, normalized=True)
    found, candidate = tree.query(middles, predicate="dwithin", distance=0.5)
    owner = np.full(len(links), len(drawn), np.int64)
    np.minimum.at(owner, found, candidate)
    if (owner == len(drawn)).any():
        raise AssertionError("A street link came out of no drawn street.")
    return np.array(widest_first, np.int64)[owner]


def _without_shadows(ends_xy: NDArray[np.float64], road: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which links to keep: a local street that runs along a wide one, a few metres beside it, goes."""
    wide = np.flatnonzero(road <= Road.ARTERIAL)
    tree = shapely.STRtree(shapely.linestrings(ends_xy[wide]))
    narrow = np.flatnonzero(road > Road.ARTERIAL)
    middles = shapely.points(ends_xy[narrow].mean(axis=1))
    found, near = tree.query(middles, predicate="dwithin", distance=38.0)
    heading = np.arctan2(*(ends_xy[:, 1] - ends_xy[:, 0]).T[::-1])
    apart = np.abs(np.sin(heading[narrow[found]] - heading[wide[near]]))
    keep = np.ones(len(road), np.bool_)
    keep[narrow[found[apart < math.sin(math.radians(30))]]] = False
    return keep


class _Network:
    """The street graph while it is being cleaned: nodes may be joined, links dropped."""

    def __init__(self, lines_xy: NDArray[np.float64], owner: NDArray[np.int64]) -> None:
        places, index = np.unique(np.round(lines_xy.reshape(-1, 2), 2), axis=0, return_inverse=True)
        self.xy = places
        self.links: dict[tuple[int, int], int] = {}
        for (a, b), street in zip(index.reshape(-1, 2).tolist(), owner.tolist(), strict=True):
            if a != b:
                self.links.setdefault((min(a, b), max(a, b)), street)

    def length_m(self, link: tuple[int, int]) -> float:
        return math.dist(self.xy[link[0]], self.xy[link[1]])

    def join_near_junctions(self) -> None:
        """Pull the two ends of every very short link together: crossings drawn twice become one."""
        into = list(range(len(self.xy)))

        def root(node: int) -> int:
            while into[node] != node:
                into[node] = into[into[node]]
                node = into[node]
            return node

        for a, b in self.links:
            if self.length_m((a, b)) < _SHORTEST_LINK_M:
                into[root(b)] = root(a)
        links: dict[tuple[int, int], int] = {}
        for (a, b), street in self.links.items():
            a, b = root(a), root(b)
            if a != b:
                links.setdefault((min(a, b), max(a, b)), street)
        self.links = links

    def neighbours(self) -> dict[int, set[int]]:
        near: dict[int, set[int]] = {}
        for a, b in self.links:
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
        return near

    def drop_stubs(self) -> None:
        """Take away dead ends too short to be a street, until none is left."""
        near = self.neighbours()
        ends = [node for node, others in near.items() if len(others) == 1]
        while ends:
            node = ends.pop()
            if len(near[node]) != 1:
                continue
            (other,) = near[node]
            if self.length_m((node, other)) < _SHORTEST_DEAD_END_M:
                del self.links[min(node, other), max(node, other)]
                near[node].clear()
                near[other].discard(node)
                ends.append(other)

    def keep_largest_part(self) -> None:
        near, seen, largest = self.neighbours(), set[int](), set[int]()
        for start in near:
            if start in seen:
                continue
            part, open_nodes = {start}, [start]
            while open_nodes:
                for other in near[open_nodes.pop()]:
                    if other not in part:
                        part.add(other)
                        open_nodes.append(other)
            seen |= part
            largest = max(largest, part, key=len)
        self.links = {link: street for link, street in self.links.items() if link[0] in largest}


def _signals(seed: int, xy: NDArray[np.float64], ends: NDArray[np.int64], road: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Lights where wide roads cross, and at many of the larger crossings near the centre."""
    degree = np.bincount(ends.ravel(), minlength=len(xy))
    wide = np.zeros(len(xy), np.int64)
    np.add.at(wide, ends[road <= Road.ARTERIAL].ravel(), 1)
    collecting = np.zeros(len(xy), np.int64)
    np.add.at(collecting, ends[road == Road.COLLECTOR].ravel(), 1)
    luck = chance(seed, "signals").random(len(xy))
    central = np.exp(-np.hypot(*xy.T) / 2_500.0)
    crossing = (degree >= 3) & (wide >= 2)
    chosen: NDArray[np.bool_] = crossing & ((wide >= 3) | ((collecting >= 1) & (luck < 0.7)) | (luck < central))
    return chosen


@lru_cache(maxsize=4)
def build_city(seed: int, radius_m: float = 5_200.0) -> City:
    """The city of a seed, `radius_m` from its centre to its limit, give or take; about half a second for 5 km."""
    drawn = _draw_streets(seed, make_terrain(seed, radius_m))
    noded = shapely.get_parts(shapely.node(shapely.multilinestrings([street.line for street in drawn])))
    points, line = shapely.get_coordinates(noded, return_index=True)
    same = line[1:] == line[:-1]
    segments = np.stack([points[:-1][same], points[1:][same]], axis=1)
    owner = _classified(drawn, noded)[line[:-1][same]]
    road = np.array([street.road for street in drawn], np.int64)
    # Gaps in the grid, more of them outwards: courts, dead ends and blocks that were never cut through.
    outness = np.hypot(*segments.mean(axis=1).T) / radius_m
    gap = chance(seed, "gaps").random(len(segments)) < 0.05 + 0.13 * outness**2
    keep = _without_shadows(segments, road[owner]) & ~(gap & (road[owner] == Road.LOCAL))
    network = _Network(segments[keep], owner[keep])
    network.join_near_junctions()
    network.drop_stubs()
    network.keep_largest_part()
    return _finished(seed, radius_m, network, drawn)


def _finished(seed: int, radius_m: float, network: _Network, drawn: Sequence[_Street]) -> City:
    ends = np.array(sorted(network.links), np.int64)
    streets = [drawn[network.links[a, b]] for a, b in ends.tolist()]
    used, ends = np.unique(ends, return_inverse=True)
    ends, xy = ends.reshape(-1, 2), network.xy[used]
    road = np.array([street.road for street in streets], np.int64)
    length = np.hypot(*(xy[ends[:, 1]] - xy[ends[:, 0]]).T)
    neighbours: list[list[tuple[int, int]]] = [[] for _ in xy]
    for link, (a, b) in enumerate(ends.tolist()):
        neighbours[a].append((b, link))
        neighbours[b].append((a, link))
    cruise = np.array([CRUISE_MPS[Road(value)] for value in road])
    junction = np.array([_JUNCTION_SECONDS[Road(value)] for value in road])
    return City(
        plane=LocalPlane(ORIGIN),
        radius_m=radius_m,
        node_xy=xy,
        node_places=tuple((x, y) for x, y in xy.tolist()),
        link_ends=ends,
        link_m=length,
        link_road=road,
        link_street=tuple(street.name for street in streets),
        signal=_signals(seed, xy, ends, road),
        neighbours=tuple(tuple(pairs) for pairs in neighbours),
        planned_seconds=tuple((length / cruise + junction).tolist()),
    )
