"""What a vehicle said before decides what it may say now. Positions in; the believable new ones and the rest out."""

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import repeat

import numpy as np

from busline.geo import EARTH_RADIUS_M, LatLon, distance_m
from busline.ids import VehicleId
from busline.position import Position, Positions, Rejected, RejectReason
from feeds.plausible import FASTEST_MPS

AHEAD_SECONDS = 60.0
"""A clock may be this far ahead of ours (GTFS-realtime validator, E050); its fixes then count as taken on receipt."""
ANCIENT_SECONDS = 3600.0
"""Ten times the age at which a fix stops supporting minutes: it can still say where a silent bus was last seen."""
JUMP_ALLOWANCE_M = 100.0
"""GPS between tall buildings jumps this far within a second without anything being wrong."""
_ALLOWANCE_DEG = math.degrees(JUMP_ALLOWANCE_M / EARTH_RADIUS_M)
"""No arc of so many degrees, of latitude and longitude together, is longer than the allowance."""
FROZEN_SECONDS = 120.0
FROZEN_ABOVE_MPS = 1.0
"""A GPS that claims to move faster than this for so long, and repeats its place to the last digit, is frozen. Counted
from the first such claim: real feeds hold a departing bus at its stop for one fix that already has a speed."""
SILENCE_SECONDS = 150.0
SILENCE_VEHICLES = 10
"""So many buses that stop reporting together are no garage filling up in the evening: the feed has frozen."""
_ACTIVE_SECONDS = 300.0
_REMEMBERED_VEHICLES = 100_000
_NO_VEHICLES: frozenset[VehicleId] = frozenset()


@dataclass(frozen=True, slots=True)
class Screened:
    positions: Sequence[Position]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """A feed that repeats itself: since when nothing new has come, and from how many buses it was coming until then."""

    since: datetime
    vehicles: int


class Screen:
    """The memory of one feed's vehicles. Lost at a restart, it is whole again after one message."""

    def __init__(self) -> None:
        self._row: dict[VehicleId, int] = {}
        self._newest = np.empty((3, 1_000))
        """Of every vehicle, a column each: when and where it was by its newest believed fix."""
        self._doubtful = np.zeros(1_000, np.bool_)
        self._memory: dict[int, _Memory] = {}
        """Whatever more is to be remembered of a vehicle: of few, and always of the doubtful ones."""
        self._sweep_above = 1_000
        self._news_at: datetime | None = None

    def __len__(self) -> int:
        """How many vehicles are remembered."""
        return len(self._row)

    def take(
        self, positions: Iterable[Position], now: datetime, header_timed: Set[VehicleId] = _NO_VEHICLES
    ) -> Screened:
        """Judge reports at `now`. `header_timed` are vehicles whose fix time is only their message's.

        A message in columns, which has each vehicle at most once, is judged as columns, with the same outcome.
        """
        if isinstance(positions, Positions):
            screened = self._take_columns(positions, now, header_timed)
        else:
            screened = self._take_each(positions, now, header_timed)
        if len(screened.positions):
            self._news_at = now
        self._sweep(now.timestamp() - ANCIENT_SECONDS)
        return screened

    def _take_each(self, positions: Iterable[Position], now: datetime, header_timed: Set[VehicleId]) -> Screened:
        good: list[Position] = []
        rejected: list[Rejected] = []
        for position in positions:
            reason = self._judge(position, now.timestamp(), header_timed=position.vehicle_id in header_timed)
            if reason is not None:
                rejected.append(Rejected(position.source, position.vehicle_id, reason))
            elif position.fix_at > now:
                # Nobody hears of a fix before it is taken, and a fix of tomorrow would look live for too long.
                good.append(replace(position, fix_at=now))
            else:
                good.append(position)
        return Screened(tuple(good), tuple(rejected))

    def _take_columns(self, positions: Positions, now: datetime, header_timed: Set[VehicleId]) -> Screened:
        """What is plainly news, or plainly none, is seen from the columns; the rest is judged one by one."""
        at, now_at = positions.at, now.timestamp()
        row = np.fromiter(map(self._row.get, positions.vehicle_id, repeat(-1)), np.intp, len(positions))
        known = (row >= 0) & (at <= now_at + AHEAD_SECONDS) & (at >= now_at - ANCIENT_SECONDS)
        was_at, was_lat, was_lon = self._newest[:, row]
        moved_deg = np.abs(positions.lat - was_lat) + np.abs(positions.lon - was_lon)
        stays = moved_deg == 0.0
        surely_reached_deg = (1.0 + FASTEST_MPS / JUMP_ALLOWANCE_M * (at - was_at)) * _ALLOWANCE_DEG
        news = known & (at > was_at) & ~self._doubtful[row] & (moved_deg <= surely_reached_deg)
        news &= ~(stays & (positions.speed_mps > FROZEN_ABOVE_MPS))
        if header_timed:
            news &= ~(stays & [vehicle_id in header_timed for vehicle_id in positions.vehicle_id])
        self._newest[:, row[news]] = at[news], positions.lat[news], positions.lon[news]
        repeated = known & (at <= was_at)
        rejected = {
            index: RejectReason.DUPLICATE if is_same else RejectReason.OLDER_THAN_LAST
            for index, is_same in zip(np.flatnonzero(repeated).tolist(), (at == was_at)[repeated].tolist(), strict=True)
        }
        for index in np.flatnonzero(~(news | repeated)).tolist():
            position = positions[index]
            reason = self._judge(position, now_at, header_timed=position.vehicle_id in header_timed)
            if reason is None:
                news[index] = True
            else:
                rejected[index] = reason
        good = positions.where(news)
        if (good.at > now_at).any():
            good = replace(good, at=np.minimum(good.at, now_at))
        return Screened(
            good,
            tuple(
                Rejected(positions.source, positions.vehicle_id[index], rejected[index]) for index in sorted(rejected)
            ),
        )

    def _judge(self, position: Position, now_at: float, *, header_timed: bool) -> RejectReason | None:
        """None where the report is news, and is remembered; else why it is not."""
        at = position.fix_at.timestamp()
        if at > now_at + AHEAD_SECONDS:
            return RejectReason.FUTURE
        if at < now_at - ANCIENT_SECONDS:
            return RejectReason.ANCIENT
        row = self._row.get(position.vehicle_id)
        if row is None:
            self._remember(self._new_row(position.vehicle_id), at, position.place)
            return None
        memory = self._memory.get(row)
        if memory is None:
            was_at, lat, lon = self._newest[:, row].tolist()
            memory = _Memory(was_at, LatLon(lat, lon))
        reason = memory.take(position, at, header_timed=header_timed)
        self._remember(row, memory.at, memory.place)
        self._doubtful[row] = memory.doubt is not None or memory.moving_on_the_spot_since is not None
        if self._doubtful[row]:
            self._memory[row] = memory
        else:
            self._memory.pop(row, None)
        return reason

    def _new_row(self, vehicle_id: VehicleId) -> int:
        row = self._row[vehicle_id] = len(self._row)
        if row == self._newest.shape[1]:
            self._newest = np.concatenate([self._newest, np.empty_like(self._newest)], axis=1)
            self._doubtful = np.concatenate([self._doubtful, np.zeros_like(self._doubtful)])
        return row

    def _remember(self, row: int, at: float, place: LatLon) -> None:
        self._newest[:, row] = at, place.lat, place.lon

    def silence(self, now: datetime) -> Silence | None:
        """Whether many buses fell silent together, as when a producer sends an old picture over and over."""
        if self._news_at is None or (now - self._news_at).total_seconds() <= SILENCE_SECONDS:
            return None
        since = self._news_at.timestamp() - _ACTIVE_SECONDS
        active = int((self._newest[0, : len(self)] >= since).sum())
        return Silence(self._news_at, active) if active >= SILENCE_VEHICLES else None

    def _sweep(self, earliest: float) -> None:
        """Forget vehicles of which an hour brought nothing; made-up ids must not fill the memory either."""
        if len(self) <= self._sweep_above:
            return
        at = self._newest[0, : len(self)]
        kept = np.flatnonzero(at >= earliest)
        if len(kept) > _REMEMBERED_VEHICLES:
            kept = np.sort(kept[np.argsort(at[kept], kind="stable")[-_REMEMBERED_VEHICLES:]])
        new_row = dict(zip(kept.tolist(), range(len(kept)), strict=True))
        self._row = {vehicle_id: new_row[row] for vehicle_id, row in self._row.items() if row in new_row}
        self._memory = {new_row[row]: memory for row, memory in self._memory.items() if row in new_row}
        self._newest[:, : len(kept)] = self._newest[:, kept]
        self._doubtful[: len(kept)] = self._doubtful[kept]
        self._doubtful[len(kept) :] = False
        self._sweep_above = max(1_000, 2 * len(kept))


class _Memory:
    """One vehicle: its newest believed fix, and a fix that was too far off to be believed alone."""

    __slots__ = ("at", "doubt", "moving_on_the_spot_since", "place")

    def __init__(self, at: float, place: LatLon) -> None:
        self.at = at
        self.place = place
        self.moving_on_the_spot_since: float | None = None
        self.doubt: tuple[float, LatLon] | None = None

    def take(self, position: Position, at: float, *, header_timed: bool) -> RejectReason | None:
        """None where the report, made `at`, is news, and is remembered; else why it is not."""
        if at < self.at:
            return RejectReason.OLDER_THAN_LAST
        if at == self.at:
            return RejectReason.DUPLICATE
        stays = position.place == self.place
        if stays:
            moving = position.speed_mps is not None and position.speed_mps > FROZEN_ABOVE_MPS
            if header_timed and (moving or position.speed_mps is None):
                # Only the message is new. Taking its time as the fix's would keep a silent bus live for ever.
                return RejectReason.DUPLICATE
            self.moving_on_the_spot_since = (self.moving_on_the_spot_since or at) if moving else None
            since = self.moving_on_the_spot_since
            if since is not None and at - since > FROZEN_SECONDS:
                return RejectReason.FROZEN
        elif not _reachable(self.place, position.place, at - self.at):
            doubt, self.doubt = self.doubt, (at, position.place)
            # Two fixes in a row that agree on the new place: it was the old one that was wrong.
            if doubt is None or doubt[0] >= at or not _reachable(doubt[1], position.place, at - doubt[0]):
                return RejectReason.TELEPORT
        if not stays:
            self.moving_on_the_spot_since = None
        self.at = at
        self.place = position.place
        self.doubt = None
        return None


def _reachable(place: LatLon, there: LatLon, seconds: float) -> bool:
    # A bus within the allowance by its two coordinates alone, as nearly every one is, needs no trigonometry.
    if abs(there.lat - place.lat) + abs(there.lon - place.lon) <= _ALLOWANCE_DEG:
        return True
    return distance_m(place, there) <= JUMP_ALLOWANCE_M + FASTEST_MPS * seconds
