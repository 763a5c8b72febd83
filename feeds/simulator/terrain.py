"""The ground a simulated city lies on: a seed in, its limit, sea, river, park and neighbourhoods out."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from feeds.simulator.chance import chance

RIVER_HALF_WIDTH_M = 75.0


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A part of the city with a street grid of its own. Metres on the city's plane."""

    outline: BaseGeometry
    """Its dry ground, without river and park."""
    middle_xy: NDArray[np.float64]
    grid_angle_rad: float
    block_m: tuple[float, float]
    """Short and long side of its blocks."""
    waviness_m: float
    """How far its streets swing from the straight."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """Where streets can be. Metres on the city's plane, the centre at (0, 0)."""

    radius_m: float
    land: BaseGeometry
    """Inside the city limit and not under the sea."""
    dry: BaseGeometry
    """Land without the river: what only a bridge can leave."""
    river: LineString
    neighbourhoods: tuple[Neighbourhood, ...]


def _loop(seed: int, name: str, radius_m: float, wobble: float, points: int = 96) -> NDArray[np.float64]:
    """A closed, wavy ring around the centre; shape (points + 1, 2)."""
    draw = chance(seed, "loop", name)
    angles = np.linspace(0, 2 * math.pi, points + 1)
    factor = np.ones_like(angles)
    for waves in range(2, 7):
        factor += draw.normal(0, wobble / waves) * np.cos(waves * angles + draw.uniform(0, 2 * math.pi))
    return np.column_stack([np.cos(angles), np.sin(angles)]) * (radius_m * factor)[:, None]


def ring(seed: int, name: str, radius_m: float) -> LineString:
    """A ring road around the centre."""
    return LineString(_loop(seed, name, radius_m, 0.14))


def _river(seed: int, radius_m: float) -> LineString:
    """From the hills in the west, close by the centre, to the sea in the east."""
    draw = chance(seed, "river")
    x = np.linspace(-1.5 * radius_m, 1.2 * radius_m, 90)
    slope = draw.uniform(-0.35, -0.15)
    phase = draw.uniform(0, 2 * math.pi)
    y = slope * x + 0.10 * radius_m + 0.09 * radius_m * np.sin(2.6 * x / radius_m + phase)
    y += 0.03 * radius_m * np.sin(7.1 * x / radius_m + 2 * phase)
    return LineString(np.column_stack([x, y]))


def _sea(seed: int, radius_m: float) -> Polygon:
    """Everything east of a ragged coast."""
    draw = chance(seed, "coast")
    y = np.linspace(-2 * radius_m, 2 * radius_m, 80)
    x = 0.62 * radius_m + 0.10 * radius_m * np.sin(2.2 * y / radius_m + draw.uniform(0, 2 * math.pi))
    x += 0.04 * radius_m * np.sin(8 * y / radius_m + draw.uniform(0, 2 * math.pi))
    far = 4 * radius_m
    return Polygon([*zip(x, y, strict=True), (far, 2 * radius_m), (far, -2 * radius_m)])


def _neighbourhoods(seed: int, radius_m: float, ground: BaseGeometry) -> tuple[Neighbourhood, ...]:
    """Cells around scattered middles: one downtown, a ring of old quarters, a wider ring of outer ones."""
    draw = chance(seed, "neighbourhoods")
    middles = [(0.0, 0.0)]
    turn = draw.uniform(0, 2 * math.pi)
    for count, share in ((6, 0.42), (11, 0.86)):
        for index in range(count):
            angle = turn + 2 * math.pi * (index + draw.uniform(-0.22, 0.22)) / count
            reach = share * radius_m * draw.uniform(0.86, 1.14)
            middles.append((reach * math.cos(angle), reach * math.sin(angle)))
    cells = shapely.voronoi_polygons(MultiPoint(middles), extend_to=ground.buffer(radius_m))
    made = []
    for x, y in middles:
        outline = next(cell for cell in cells.geoms if cell.covers(Point(x, y))).intersection(ground)
        outness = min(1.0, math.hypot(x, y) / radius_m)
        short, long = 95 + 60 * outness, 170 + 90 * outness
        angle, wave = draw.uniform(-math.pi / 4, math.pi / 4), draw.uniform(0.6, 1.4)
        if outline.area < 4 * short * long:
            continue
        made.append(Neighbourhood(outline, np.array([x, y]), angle, (short, long), wave * (10 + 110 * outness**2)))
    return tuple(made)


def make_terrain(seed: int, radius_m: float) -> Terrain:
    """The ground of the city of a seed, about `radius_m` from its centre to its limit."""
    land = Polygon(_loop(seed, "limit", radius_m, 0.16)).difference(_sea(seed, radius_m))
    river = _river(seed, radius_m)
    dry = land.difference(river.buffer(RIVER_HALF_WIDTH_M))
    draw = chance(seed, "park")
    angle = draw.uniform(0, 2 * math.pi)
    middle = Point(0.34 * radius_m * math.cos(angle), 0.34 * radius_m * math.sin(angle))
    park = shapely.affinity.scale(middle.buffer(0.085 * radius_m), 1.5, 0.8)
    return Terrain(radius_m, land, dry, river, _neighbourhoods(seed, radius_m, dry.difference(park)))
