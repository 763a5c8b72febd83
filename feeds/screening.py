"""What a vehicle said before decides what it may say now. Positions in; the believable new ones and the rest out."""

import math
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from busline.geo import EARTH_RADIUS_M, LatLon, distance_m
from busline.ids import VehicleId
from busline.position import Position, Rejected, RejectReason
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
    positions: tuple[Position, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """A feed that repeats itself: since when nothing new has come, and from how many buses it was coming until then."""

    since: datetime
    vehicles: int


class Screen:
    """The memory of one feed's vehicles. Lost at a restart, it is whole again after one message."""

    def __init__(self) -> None:
        self._vehicles: dict[VehicleId, _Memory] = {}
        self._sweep_above = 1_000
        self._news_at: datetime | None = None

    def __len__(self) -> int:
        """How many vehicles are remembered."""
        return len(self._vehicles)

    def take(
        self, positions: Iterable[Position], now: datetime, header_timed: Set[VehicleId] = _NO_VEHICLES
    ) -> Screened:
        """Judge reports at `now`. `header_timed` are vehicles whose fix time is only their message's."""
        good: list[Position] = []
        rejected: list[Rejected] = []
        latest, earliest = now + timedelta(seconds=AHEAD_SECONDS), now - timedelta(seconds=ANCIENT_SECONDS)
        for position in positions:
            reason: RejectReason | None
            if position.fix_at > latest:
                reason = RejectReason.FUTURE
            elif position.fix_at < earliest:
                reason = RejectReason.ANCIENT
            elif (memory := self._vehicles.get(position.vehicle_id)) is None:
                self._vehicles[position.vehicle_id] = _Memory(position)
                reason = None
            else:
                reason = memory.take(position, header_timed=position.vehicle_id in header_timed)
            if reason is not None:
                rejected.append(Rejected(position.source, position.vehicle_id, reason))
            elif position.fix_at > now:
                # Nobody hears of a fix before it is taken, and a fix of tomorrow would look live for too long.
                good.append(replace(position, fix_at=now))
            else:
                good.append(position)
        if good:
            self._news_at = now
        self._sweep(earliest)
        return Screened(tuple(good), tuple(rejected))

    def silence(self, now: datetime) -> Silence | None:
        """Whether many buses fell silent together, as when a producer sends an old picture over and over."""
        if self._news_at is None or (now - self._news_at).total_seconds() <= SILENCE_SECONDS:
            return None
        since = self._news_at - timedelta(seconds=_ACTIVE_SECONDS)
        active = sum(memory.fix_at >= since for memory in self._vehicles.values())
        return Silence(self._news_at, active) if active >= SILENCE_VEHICLES else None

    def _sweep(self, earliest: datetime) -> None:
        """Forget vehicles of which an hour brought nothing; made-up ids must not fill the memory either."""
        if len(self._vehicles) <= self._sweep_above:
            return
        kept = {key: memory for key, memory in self._vehicles.items() if memory.fix_at >= earliest}
        if len(kept) > _REMEMBERED_VEHICLES:
            kept = dict(sorted(kept.items(), key=lambda item: item[1].fix_at)[-_REMEMBERED_VEHICLES:])
        self._vehicles = kept
        self._sweep_above = max(1_000, 2 * len(kept))


class _Memory:
    """One vehicle: its newest believed fix, and a fix that was too far off to be believed alone."""

    __slots__ = ("doubt", "fix_at", "moving_on_the_spot_since", "place")

    def __init__(self, first: Position) -> None:
        self.fix_at = first.fix_at
        self.place = first.place
        self.moving_on_the_spot_since: datetime | None = None
        self.doubt: Position | None = None

    def take(self, position: Position, *, header_timed: bool) -> RejectReason | None:
        """None where the report is news, and is remembered; else why it is not."""
        if position.fix_at < self.fix_at:
            return RejectReason.OLDER_THAN_LAST
        if position.fix_at == self.fix_at:
            return RejectReason.DUPLICATE
        stays = position.place == self.place
        if stays:
            moving = position.speed_mps is not None and position.speed_mps > FROZEN_ABOVE_MPS
            if header_timed and (moving or position.speed_mps is None):
                # Only the message is new. Taking its time as the fix's would keep a silent bus live for ever.
                return RejectReason.DUPLICATE
            self.moving_on_the_spot_since = (self.moving_on_the_spot_since or position.fix_at) if moving else None
            since = self.moving_on_the_spot_since
            if since is not None and (position.fix_at - since).total_seconds() > FROZEN_SECONDS:
                return RejectReason.FROZEN
        elif not _reachable(self.place, self.fix_at, position):
            doubt, self.doubt = self.doubt, position
            # Two fixes in a row that agree on the new place: it was the old one that was wrong.
            if doubt is None or doubt.fix_at >= position.fix_at or not _reachable(doubt.place, doubt.fix_at, position):
                return RejectReason.TELEPORT
        if not stays:
            self.moving_on_the_spot_since = None
        self.fix_at = position.fix_at
        self.place = position.place
        self.doubt = None
        return None


def _reachable(place: LatLon, at: datetime, position: Position) -> bool:
    there = position.place
    # A bus within the allowance by its two coordinates alone, as nearly every one is, needs no trigonometry.
    if abs(there.lat - place.lat) + abs(there.lon - place.lon) <= _ALLOWANCE_DEG:
        return True
    seconds = (position.fix_at - at).total_seconds()
    return distance_m(place, position.place) <= JUMP_ALLOWANCE_M + FASTEST_MPS * seconds
