"""Progress in, traversals out: how long each bus took over each link it has just driven."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.fleet import RunProgress
from busline.ids import RunKey, VehicleId
from busline.road import Road, RoadNetwork
from busline.timetable import Timetable

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

GAP_SECONDS = 130.0
"""Over a longer silence nobody knows how the time was spent: nothing is learned from it."""


@dataclass(frozen=True, slots=True, eq=False)
class Traversals:
    """Links that were driven from end to end, one row each."""

    link: Rows
    entered_at: Floats
    """Epoch seconds."""
    seconds: Floats
    """From entering to leaving it, standing at stops included."""

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


class Crossings:
    """Follows every run under way from link to link."""

    def __init__(self, timetable: Timetable, network: RoadNetwork) -> None:
        self._timetable = timetable
        self._network = network
        self._edges: dict[Road, list[float]] = {}
        self._traces: dict[RunKey, _Trace] = {}

    def take(self, progress: Iterable[RunProgress]) -> Traversals:
        """The links driven between the last progress of each run and this one. Work is constant a link."""
        found: list[tuple[int, float, float]] = []
        for one in progress:
            if one.ended_at is not None or one.started_at is None or one.off_route_since is not None:
                self._traces.pop(one.key, None)
            elif one.matched_at == one.fix_at and (run := self._timetable.runs.get(one.key.run_id)) is not None:
                self._follow(one, self._network.roads[run.pattern], found)
        if not found:
            return Traversals(np.empty(0, np.intp), np.empty(0), np.empty(0))
        link, entered_at, seconds = zip(*found, strict=True)
        return Traversals(np.array(link, np.intp), np.array(entered_at), np.array(seconds))

    def _follow(self, progress: RunProgress, road: Road, found: list[tuple[int, float, float]]) -> None:
        at, distance_m = progress.matched_at.timestamp(), progress.distance_m
        trace = self._traces.get(progress.key)
        if (
            trace is None
            or trace.vehicle_id != progress.vehicle_id
            or not 0 <= at - trace.at <= GAP_SECONDS
            or distance_m < trace.distance_m
        ):
            ahead = int(np.searchsorted(road.edge_m, distance_m, side="right"))
            self._traces[progress.key] = _Trace(progress.vehicle_id, at, distance_m, ahead, None)
            return
        edges = self._edges.get(road)
        if edges is None:
            edges = self._edges[road] = road.edge_m.tolist()
        while trace.edge < len(edges) and edges[trace.edge] <= distance_m:
            share = (edges[trace.edge] - trace.distance_m) / (distance_m - trace.distance_m)
            passed_at = trace.at + share * (at - trace.at)
            if trace.entered_at is not None:
                found.append((int(road.link[trace.edge - 1]), trace.entered_at, passed_at - trace.entered_at))
            trace.entered_at = passed_at
            trace.edge += 1
        trace.at, trace.distance_m = at, distance_m
