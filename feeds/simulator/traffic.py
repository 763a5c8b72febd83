"""How fast the streets of a city flow on one day: a link and a time in, a share of its empty-street speed out.

Rush hours by road class, streets that are always worse than they look, a day of its own for every quarter of the
city, weather, jams with a place and an end, and traffic lights that are red or green by the clock, so that two
buses at the same lights see the same light. None of it is the model by which Busline predicts.
"""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from feeds.simulator.chance import chance
from feeds.simulator.city import City, Road
from feeds.simulator.conditions import USUAL, Conditions
from feeds.simulator.mishaps import Cause, reported_delay_seconds

_STEP_SECONDS = 300
_STEPS = 86_400 // _STEP_SECONDS
_RUSH = ((8.0, 0.85, 1.0), (16.9, 1.35, 0.9))
"""Hour of the worst, hours either side of it, how bad: the morning is short and sharp, the evening long."""
_RUSH_DEPTH = {Road.PARKWAY: 0.40, Road.ARTERIAL: 0.38, Road.COLLECTOR: 0.26, Road.LOCAL: 0.10}
"""Share of speed lost at the worst of the rush hour."""
_JAMS_A_DAY_PER_KM2 = 0.12
_MOOD_SD = 0.10
"""How much a quarter's own day differs, as a standard deviation of the logarithm of its flow."""
_TURN_RAD = math.radians(40)


@dataclass(frozen=True, slots=True)
class Jam:
    """A stretch of streets that crawls for a while."""

    cause: Cause
    middle_xy: tuple[float, float]
    radius_m: float
    starts: float
    ends: float
    factor: float
    """Share of the speed that is left."""


class Traffic:
    """One day on the streets of one city."""

    def __init__(self, city: City, seed: int, day: date, conditions: Conditions = USUAL) -> None:
        self._city = city
        middles = city.node_xy[city.link_ends].mean(axis=1)
        usual = np.exp(chance(seed, "usual flow").normal(0, 0.10, len(middles)))
        today = np.exp(chance(seed, day, "flow").normal(0, 0.06, len(middles)))
        self._of_link: list[float] = (usual * today * _weather(seed, day, conditions)).tolist()
        self._road: list[int] = city.link_road.tolist()
        central = np.exp(-np.hypot(*middles.T) / (0.45 * city.radius_m))
        self._rush_share: list[float] = (0.75 + 0.5 * central).tolist()
        self._rush = _rush_hours()
        angle = np.arctan2(middles[:, 1], middles[:, 0])
        quarter = (angle + math.pi) / (2 * math.pi) * 6
        outer = np.hypot(*middles.T) > 0.5 * city.radius_m
        self._quarter: list[int] = (quarter.astype(int) % 6 + 6 * outer).tolist()
        self._mood = _moods(seed, day, conditions.unrest)
        self.jams = _jams(city, seed, day, conditions.jams)
        self._jammed: dict[int, list[Jam]] = {}
        for jam in self.jams:
            for link in np.flatnonzero(np.hypot(*(middles - jam.middle_xy).T) < jam.radius_m).tolist():
                self._jammed.setdefault(link, []).append(jam)
        lights = chance(seed, "lights")
        self._cycle: list[float] = lights.uniform(60, 105, len(city.signal)).tolist()
        self._offset: list[float] = lights.uniform(0, 105, len(city.signal)).tolist()
        self._signal: list[bool] = city.signal.tolist()

    def flow(self, link: int, at: float) -> float:
        """The share of its empty-street speed that a link allows at a time (seconds of the service day)."""
        step = int(at) // _STEP_SECONDS % _STEPS
        lost = self._rush[self._road[link]][step] * self._rush_share[link]
        share = self._of_link[link] * self._mood[self._quarter[link]][step] * (1 - lost)
        for jam in self._jammed.get(link, ()):
            if jam.starts <= at < jam.ends:
                share *= jam.factor
        return min(max(share, 0.12), 1.15)

    def junction_seconds(self, before: int, node: int, after: int, at: float) -> float:
        """What getting from one link to the next costs: a red light, a stop sign, a turn."""
        road_in, road_out = self._road[before], self._road[after]
        turning = 3.5 if self._turns(before, node, after) else 0.0
        if self._signal[node]:
            return turning + self._red_seconds(node, road_in, at)
        crossing = min(self._road[link] for _, link in self._city.neighbours[node])
        if len(self._city.neighbours[node]) < 3 or road_in == road_out == crossing < Road.COLLECTOR:
            return turning / 2
        return turning + (4.0 if road_in > crossing else 2.0)

    def _red_seconds(self, node: int, road_in: int, at: float) -> float:
        cycle = self._cycle[node]
        widest = min(self._road[link] for _, link in self._city.neighbours[node])
        phase = (at + self._offset[node]) % cycle
        if road_in == widest:
            green_from, green_to = 0.0, 0.58 * cycle
        else:
            green_from, green_to = 0.62 * cycle, 0.95 * cycle
        if green_from <= phase < green_to:
            return 0.0
        # Two seconds to move off, and a little more for whoever waits in front.
        return (green_from - phase) % cycle + 2.0 + 3.0 * self._rush[road_in][int(at) // _STEP_SECONDS % _STEPS]

    def _turns(self, before: int, node: int, after: int) -> bool:
        places, ends = self._city.node_places, self._city.link_ends
        (a, b), (c, d) = ends[before].tolist(), ends[after].tolist()
        x, y = places[node]
        x_in, y_in = places[a if b == node else b]
        x_out, y_out = places[d if c == node else c]
        change = math.atan2(y_out - y, x_out - x) - math.atan2(y - y_in, x - x_in)
        return abs((change + math.pi) % (2 * math.pi) - math.pi) > _TURN_RAD


def _rush_hours() -> list[list[float]]:
    """Share of speed lost, by road class and step of the day."""
    hours = (np.arange(_STEPS) + 0.5) * _STEP_SECONDS / 3600
    shape: NDArray[np.float64] = np.zeros(_STEPS)
    for worst, width, depth in _RUSH:
        shape += depth * np.exp(-0.5 * ((hours - worst) / width) ** 2)
    return [(_RUSH_DEPTH[road] * shape).tolist() for road in Road]


def _weather(seed: int, day: date, conditions: Conditions) -> float:
    if conditions.flow is not None:
        return conditions.flow
    luck = float(chance(seed, day, "weather").random())
    snow, rain = (0.06, 0.14) if day.month in (12, 1, 2, 3) else (0.0, 0.12)
    return 0.72 if luck < snow else 0.90 if luck < snow + rain else 1.0


def _moods(seed: int, day: date, unrest: float) -> list[list[float]]:
    """Each quarter's own day: a factor that drifts, remembering about half an hour."""
    draw = chance(seed, day, "moods")
    spread = unrest * _MOOD_SD
    level = draw.normal(0, spread, 12)
    moods = []
    for _ in range(_STEPS):
        moods.append(np.exp(level))
        level = 0.85 * level + draw.normal(0, spread * math.sqrt(1 - 0.85**2), 12)
    columns: list[list[float]] = np.array(moods).T.tolist()
    return columns


def _jams(city: City, seed: int, day: date, times: float) -> tuple[Jam, ...]:
    """Accidents and road works of a day, on streets that matter, most of them when streets are full."""
    draw = chance(seed, day, "jams")
    area_km2 = math.pi * (city.radius_m / 1_000) ** 2
    wide = np.flatnonzero(city.link_road <= Road.COLLECTOR)
    jams = []
    for _ in range(int(draw.poisson(times * _JAMS_A_DAY_PER_KM2 * area_km2))):
        link = int(draw.choice(wide))
        cause = Cause.ACCIDENT if draw.random() < 0.35 else Cause.HEAVY_TRAFFIC
        x, y = city.node_xy[city.link_ends[link]].mean(axis=0).tolist()
        hour = float(draw.normal(8.0, 1.0) if draw.random() < 0.5 else draw.normal(15.8, 1.4))
        lasts = reported_delay_seconds(cause, draw) * float(draw.uniform(0.8, 1.8))
        radius, factor = float(draw.uniform(180, 450)), float(draw.uniform(0.25, 0.6))
        jams.append(Jam(cause, (x, y), radius, hour * 3600, hour * 3600 + lasts, factor))
    return tuple(jams)
