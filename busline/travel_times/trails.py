"""Where every bus was along its run and when, kept for the days to come: the history of the road is learned from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from busline.fleet import RunProgress
from busline.ids import RunKey
from busline.service_day import moment
from busline.timetable import Timetable
from busline.tracking.going import Changed
from busline.travel_times.dwell import Dwells
from busline.travel_times.road import RoadNetwork
from busline.travel_times.road_history import Drive

Floats = NDArray[np.float64]

FEWEST = 3
"""Sightings of a run that tell something of its road."""


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """A run as its bus was seen under way on it, or a piece of that."""

    key: RunKey
    at: Floats
    """(sightings,) epoch seconds, increasing."""
    distance_m: Floats
    """(sightings,) along its path."""


class Trails:
    """Collects sightings until they are drained."""

    def __init__(self) -> None:
        self._open: dict[RunKey, list[tuple[float, float]]] = {}

    def take(self, progress: Iterable[RunProgress]) -> None:
        """Note where buses under way are now."""
        if isinstance(progress, Changed):
            for drive, at, distance_m in progress.seen():
                self._note(drive.key, at, distance_m)
        for one in progress.here if isinstance(progress, Changed) else progress:
            if one.started_at is not None and one.matched_at == one.fix_at and one.off_route_since is None:
                self._note(one.key, one.matched_at.timestamp(), one.distance_m)

    def _note(self, key: RunKey, at: float, distance_m: float) -> None:
        trail = self._open.setdefault(key, [])
        if not trail or at > trail[-1][0]:
            trail.append((at, distance_m))

    def drain(self) -> list[Trail]:
        """Everything noted since the last time, a piece a run."""
        pieces = [Trail(key, *np.array(trail).T) for key, trail in self._open.items()]
        self._open.clear()
        return pieces


def drives(
    timetable: Timetable,
    network: RoadNetwork,
    trails: Iterable[Trail],
    dwells: Dwells | None = None,
    kind: Callable[[date], str] | None = None,
) -> list[Drive]:
    """Trails, whole or in pieces and in any order, as drives of the network's roads; without runs no longer planned.

    With `dwells` their clocks stop while buses stand, where that is set apart. `kind` tells the kinds of days apart;
    without it only weekends are.
    """
    pieces: dict[RunKey, list[Trail]] = {}
    for trail in trails:
        if trail.key.run_id in timetable.runs:
            pieces.setdefault(trail.key, []).append(trail)
    midnights: dict[date, float] = {}
    found = []
    for key, own in pieces.items():
        at = np.concatenate([one.at for one in own])
        order = np.argsort(at, kind="stable")
        at, distance_m = at[order], np.concatenate([one.distance_m for one in own])[order]
        # A bus that went back began again: what came before is no drive along its road.
        back = np.flatnonzero(np.diff(distance_m) < -1.0)
        begun = int(back[-1]) + 1 if len(back) else 0
        at, distance_m = at[begun:], np.maximum.accumulate(distance_m[begun:])
        newer = np.diff(at, prepend=-np.inf) > 0
        if newer.sum() < FEWEST:
            continue
        day = key.service_date
        if day not in midnights:
            midnights[day] = moment(day, 0, timetable.timezone).timestamp()
        pattern = timetable.runs[key.run_id].pattern
        at, distance_m = at[newer] - midnights[day], distance_m[newer]
        driven_at = at if dwells is None else dwells.driving(pattern, at, distance_m)
        found.append(Drive(network.roads[pattern], day, (kind or kind_of)(day), driven_at, distance_m))
    return found


def kind_of(day: date, special: Mapping[date, str] | None = None) -> str:
    """What kind of traffic a day has: a school day's, a weekend's, or what `special` names (snow, early release)."""
    if special and day in special:
        return special[day]
    return "weekend" if day.weekday() >= 5 else "school day"
