"""What the box on a bus says of its day: a fix every ten seconds, a few metres off, some late, some never.

The truth of a day in; what a feed would publish at any of its moments out.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from busline.geo import LatLon
from busline.ids import BlockId, SourceId, VehicleId
from busline.position import Position, RunClaim
from busline.service_day import moment
from feeds.simulator.chance import chance
from feeds.simulator.city import City
from feeds.simulator.mishaps import BlockDay
from feeds.simulator.truth import DayTruth, DrivenBlock, speed_mps

SOURCE = SourceId("simulator")
EVERY_SECONDS = 10.0
_DROPPED_AFTER_SECONDS = 900.0
"""A feed stops listing a vehicle that has been silent for so long."""
_WANDER_M, _WANDER_SECONDS = 4.5, 45.0
"""GPS error that drifts, as between houses: standard deviation on each axis, and how fast it changes."""
_JITTER_M = 2.0
_CLOCK_OFF_SHARE = 0.06
_CLOCK_OFF_SECONDS = (-40.0, -25.0, -12.0, 8.0, 15.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Reports:
    """The reports of one vehicle, in the order in which the feed shows them. Seconds of the service day."""

    vehicle_id: VehicleId
    shown: list[float]
    fixed: list[float]
    """When the box says the fix was; its clock may be wrong."""
    lat: list[float]
    lon: list[float]
    bearing_deg: list[float | None]
    speed_mps: list[float]
    claims: list[RunClaim | None]


class DayReports:
    """A day's feed."""

    def __init__(
        self,
        city: City,
        seed: int,
        truth: DayTruth,
        haps: Mapping[BlockId, BlockDay],
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        # In UTC, where adding seconds is adding seconds on the days the clocks change, too.
        self._midnight = moment(truth.service_date, 0, truth.timezone).astimezone(UTC)
        by_vehicle: dict[VehicleId, list[DrivenBlock]] = {}
        for bus in sorted(truth.driven, key=lambda bus: float(bus.knot_seconds[0])):
            by_vehicle.setdefault(bus.vehicle_id, []).append(bus)
        self._vehicles = [
            _reports(city, seed, truth.service_date, buses, haps, every_seconds)
            for _, buses in sorted(by_vehicle.items())
        ]

    def newest(self, now: datetime) -> Sequence[Position]:
        """The newest report of every vehicle that the feed lists at a moment; microseconds a vehicle."""
        seconds = (now - self._midnight).total_seconds()
        newest = []
        for box in self._vehicles:
            index = bisect_right(box.shown, seconds) - 1
            if index >= 0 and seconds - box.shown[index] <= _DROPPED_AFTER_SECONDS:
                newest.append(self._position(box, index))
        return newest

    def heard(self) -> Iterator[Position]:
        """Every report of the day, in the order in which it was heard."""
        shown = np.concatenate([box.shown for box in self._vehicles] or [[]])
        of = np.repeat(np.arange(len(self._vehicles)), [len(box.shown) for box in self._vehicles])
        first = np.searchsorted(of, np.arange(len(self._vehicles)))
        for row in np.argsort(shown, kind="stable").tolist():
            yield self._position(self._vehicles[of[row]], row - int(first[of[row]]))

    def _position(self, box: _Reports, index: int) -> Position:
        return Position(
            source=SOURCE,
            vehicle_id=box.vehicle_id,
            fix_at=self._midnight + timedelta(seconds=box.fixed[index]),
            received_at=self._midnight + timedelta(seconds=box.shown[index]),
            place=LatLon(box.lat[index], box.lon[index]),
            bearing_deg=box.bearing_deg[index],
            speed_mps=box.speed_mps[index],
            claim=box.claims[index],
        )


def _reports(
    city: City,
    seed: int,
    day: date,
    buses: Sequence[DrivenBlock],
    haps: Mapping[BlockId, BlockDay],
    every_seconds: float,
) -> _Reports:
    vehicle_id = buses[0].vehicle_id
    box = _Reports(vehicle_id, [], [], [], [], [], [], [])
    clock = chance(seed, "clock", vehicle_id)
    clock_off = float(clock.choice(_CLOCK_OFF_SECONDS)) if clock.random() < _CLOCK_OFF_SHARE else 0.0
    for bus in buses:
        draw = chance(seed, day, "reports", bus.block_id)
        hap = haps[bus.block_id]
        at = np.arange(bus.knot_seconds[0] + draw.uniform(0, every_seconds), bus.knot_seconds[-1], every_seconds)
        at = np.round(at + draw.uniform(-0.4, 0.4, len(at)), 1)
        wander = _wander(draw, len(at), every_seconds)
        for silence in hap.silences:
            heard = (at < silence.starts) | (at >= silence.ends)
            at, wander = at[heard], wander[heard]
        xy = np.column_stack([np.interp(at, bus.knot_seconds, bus.knot_xy[:, axis]) for axis in (0, 1)])
        lat, lon = city.degrees(xy + wander + draw.normal(0, _JITTER_M, xy.shape))
        speed, bearing = _motion(bus, at)
        box.shown.extend(np.maximum.accumulate(at + 1.2 + draw.exponential(1.1, len(at))).tolist())
        # Feeds give whole seconds, and six decimals of a degree: a hand's breadth.
        box.fixed.extend(np.floor(at + clock_off).tolist())
        box.lat.extend(np.round(lat, 6).tolist())
        box.lon.extend(np.round(lon, 6).tolist())
        box.speed_mps.extend(np.round(speed, 1).tolist())
        box.bearing_deg.extend(None if np.isnan(degrees) else float(round(degrees) % 360) for degrees in bearing)
        box.claims.extend(_claims(bus, at, day) if hap.claims_runs else [None] * len(at))
    return box


def _wander(draw: Generator, count: int, every_seconds: float) -> NDArray[np.float64]:
    """(count, 2) metres: an error that remembers its last value."""
    keep = float(np.exp(-every_seconds / _WANDER_SECONDS))
    shocks = draw.normal(0, _WANDER_M * np.sqrt(1 - keep**2), (count, 2)).tolist()
    x, y = draw.normal(0, _WANDER_M, 2).tolist()
    drift = []
    for shock_x, shock_y in shocks:
        x, y = keep * x + shock_x, keep * y + shock_y
        drift.append((x, y))
    return np.array(drift).reshape(-1, 2)


def _motion(bus: DrivenBlock, at: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Speed in m/s and bearing in degrees; a standing bus keeps the bearing it came with, NaN before it ever moved."""
    speeds = speed_mps(bus)
    step = np.clip(np.searchsorted(bus.knot_seconds, at, "right") - 1, 0, len(speeds) - 1)
    moved = np.maximum.accumulate(np.where(speeds > 0, np.arange(len(speeds)), -1))[step]
    east, north = np.diff(bus.knot_xy, axis=0).T
    bearing = np.degrees(np.arctan2(east, north))[moved] % 360
    return speeds[step], np.where(moved >= 0, bearing, np.nan)


def _claims(bus: DrivenBlock, at: NDArray[np.float64], day: date) -> list[RunClaim | None]:
    since = [from_seconds for from_seconds, _ in bus.signed_on]
    claims = [None, *(None if run_id is None else RunClaim(run_id, day) for _, run_id in bus.signed_on)]
    return [claims[bisect_right(since, seconds)] for seconds in at.tolist()]
