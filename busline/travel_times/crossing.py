"""Progress in, traversals out: how long each bus took over each link it has just driven."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.fleet import RunProgress
from busline.ids import RunKey, VehicleId
from busline.timetable import Pattern, Timetable
from busline.tracking.going import Changed
from busline.travel_times.apportion import passed
from busline.travel_times.dwell import Dwells, driving_seconds
from busline.travel_times.road import Road, RoadNetwork
from busline.travel_times.road_history import FIRST_MPS, LONGEST_GAP_SECONDS, SLOWEST_MORE_SECONDS, SLOWEST_RATIO

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

STEADY_SECONDS = 130.0
"""Between sightings this near a bus is taken to have gone at one speed. Over a longer silence, up to
`LONGEST_GAP_SECONDS`, the time is shared out over the links as they usually take it: a feed that reports every three
minutes teaches, too."""


@dataclass(frozen=True, slots=True, eq=False)
class Traversals:
    """Links that were driven from end to end, one row each."""

    link: Rows
    entered_at: Floats
    """Epoch seconds."""
    seconds: Floats
    """From entering to leaving it, without what buses usually stand at the stops on it."""

    def __len__(self) -> int:
        return len(self.link)


@dataclass(slots=True)
class _Trace:
    """Where a bus was last seen on its run, and when it passed the last edge between links."""

    vehicle_id: VehicleId
    at: float
    distance_m: float
    edge: int
    """The next edge ahead."""
    entered_at: float | None
    """When it passed the edge before that; None where nobody saw it."""
    driven: float = 0.0
    """Seconds of driving since it was first seen."""
    standing: float = 0.0
    """Expected seconds at stops that it has passed, not yet taken off."""
    driven_then: float = 0.0
    """The same when it entered the link it is on."""


class Crossings:
    """Follows every run under way from link to link."""

    def __init__(
        self,
        timetable: Timetable,
        network: RoadNetwork,
        dwells: Dwells | None = None,
        usual_seconds: Floats | None = None,
    ) -> None:
        """Without `dwells`, standing at stops is part of what a link takes. `usual_seconds` are (links,)."""
        self._usual_seconds = network.length_m / FIRST_MPS if usual_seconds is None else usual_seconds
        self._timetable = timetable
        self._dwells = dwells
        self._network = network
        self._edges: dict[Road, list[float]] = {}
        self._traces: dict[RunKey, _Trace] = {}

    def take(self, progress: Iterable[RunProgress]) -> Traversals:
        """The links driven between the last progress of each run and this one. Work is constant a link."""
        found: list[tuple[int, float, float]] = []
        if isinstance(progress, Changed):
            for drive, at, distance_m in progress.seen():
                self._follow(drive.key, drive.vehicle_id, at, distance_m, found)
        for one in progress.here if isinstance(progress, Changed) else progress:
            if one.ended_at is not None or one.started_at is None or one.off_route_since is not None:
                self._traces.pop(one.key, None)
            elif one.matched_at == one.fix_at:
                self._follow(one.key, one.vehicle_id, one.matched_at.timestamp(), one.distance_m, found)
        if not found:
            return Traversals(np.empty(0, np.intp), np.empty(0), np.empty(0))
        link, entered_at, seconds = zip(*found, strict=True)
        return Traversals(np.array(link, np.intp), np.array(entered_at), np.array(seconds))

    def _follow(
        self, key: RunKey, vehicle_id: VehicleId, at: float, distance_m: float, found: list[tuple[int, float, float]]
    ) -> None:
        """A vehicle was seen on its run: add the links that it has driven since it was seen last."""
        run = self._timetable.runs.get(key.run_id)
        if run is None:
            return
        trace = self._traces.get(key)
        if (
            trace is None
            or trace.vehicle_id != vehicle_id
            or not 0 <= at - trace.at < LONGEST_GAP_SECONDS
            or distance_m < trace.distance_m
        ):
            ahead = int(np.searchsorted(self._network.roads[run.pattern].edge_m, distance_m, side="right"))
            self._traces[key] = _Trace(vehicle_id, at, distance_m, ahead, None)
            return
        road = self._network.roads[run.pattern]
        edges = self._edges.get(road)
        if edges is None:
            edges = self._edges[road] = road.edge_m.tolist()
        elapsed = at - trace.at
        driving = elapsed
        if self._dwells is not None:
            trace.standing += self._standing(run.pattern, trace.distance_m, distance_m)
            driving, trace.standing = driving_seconds(elapsed, trace.standing)
        sparse = None if elapsed <= STEADY_SECONDS else self._shares(road, trace.distance_m, distance_m)
        while trace.edge < len(edges) and edges[trace.edge] <= distance_m:
            if sparse is None:
                share = (edges[trace.edge] - trace.distance_m) / (distance_m - trace.distance_m)
            else:
                share = sparse[trace.edge]
            passed_at, driven = trace.at + share * elapsed, trace.driven + share * driving
            is_known = share == share  # Near the beginning of its path a bus may have waited for any part of a silence.
            if trace.entered_at is not None and is_known:
                link, seconds = int(road.link[trace.edge - 1]), driven - trace.driven_then
                found.append((link, trace.entered_at, seconds if sparse is None else self._cut_short(link, seconds)))
            trace.entered_at = passed_at if is_known else None
            trace.driven_then = driven
            trace.edge += 1
        trace.at, trace.distance_m = at, distance_m
        trace.driven += driving

    def _shares(self, road: Road, from_m: float, to_m: float) -> list[float]:
        """(edges,) which share of a silence had gone by when a bus passed each edge; NaN where that is not known."""
        two = np.array([0.0, 1.0])
        shares: list[float] = passed(road, two, np.array([from_m, to_m]), self._usual_seconds[road.link]).at.tolist()
        return shares

    def _cut_short(self, link: int, seconds: float) -> float:
        return min(seconds, SLOWEST_RATIO * float(self._usual_seconds[link]) + SLOWEST_MORE_SECONDS)

    def _standing(self, pattern: Pattern, from_m: float, to_m: float) -> float:
        """Expected seconds at the stops between two sightings, as far as standing is set apart."""
        if self._dwells is None or not self._dwells.sets_apart(pattern):
            return 0.0
        first, last = np.searchsorted(pattern.stop_distance_m, (from_m, to_m), side="right")
        return 0.0 if first == last else float(self._dwells.stands(pattern)[first:last].sum())
