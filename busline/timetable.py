"""The plan in memory: runs, the paths they follow and the calls they make. One immutable snapshot a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from busline.geo import Area, LatLon, LocalPlane
from busline.ids import BlockId, PlanId, RouteId, RunId, ServiceId, StopId, VehicleId
from busline.service_day import ServiceCalendar, moment


@dataclass(frozen=True, slots=True)
class Stop:
    """A place where students are met. Its name is for staff; no reply to a family carries it."""

    stop_id: StopId
    name: str
    place: LatLon


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A path and the stops along it, shared by every run that makes the same journey.

    Distances are metres along `path_xy`, which lies on the timetable's `LocalPlane`.
    """

    stop_ids: tuple[StopId, ...]
    stop_distance_m: NDArray[np.float64]
    """(calls,) where each stop lies along the path; never decreasing."""
    path_xy: NDArray[np.float64]
    """(points, 2) the path, points at least two."""
    path_distance_m: NDArray[np.float64]
    """(points,) metres along the path at each point, from 0, increasing."""
    approximate: bool
    """True where the plan gave no shape and straight lines between stops stand in for the street."""


@dataclass(frozen=True, slots=True)
class Call:
    """A planned visit of a run to a stop."""

    index: int
    """Place among the run's calls, from 0."""
    stop_sequence: int
    """GTFS `stop_sequence`: what a stop visited twice is told apart by."""
    stop_id: StopId
    arrival_seconds: int
    departure_seconds: int
    distance_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One bus's planned, ordered journey: a GTFS trip. On a service day it is known by its `RunKey`."""

    run_id: RunId
    route_id: RouteId
    route_name: str
    service_id: ServiceId
    block_id: BlockId | None
    headsign: str
    direction_id: int | None
    planned_vehicle_id: VehicleId | None
    """The bus the plan means to drive this run; a different one that drives it is a substitute."""
    pattern: Pattern
    stop_sequences: NDArray[np.int32]
    arrival_seconds: NDArray[np.int32]
    """(calls,) planned arrival, seconds of the service day, never decreasing."""
    departure_seconds: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.stop_sequences)

    def call(self, index: int) -> Call:
        return Call(
            index=index,
            stop_sequence=int(self.stop_sequences[index]),
            stop_id=self.pattern.stop_ids[index],
            arrival_seconds=int(self.arrival_seconds[index]),
            departure_seconds=int(self.departure_seconds[index]),
            distance_m=float(self.pattern.stop_distance_m[index]),
        )

    def call_at(self, stop_id: StopId, stop_sequence: int | None) -> Call | None:
        """The call at a stop; the first one where the run visits it twice and no sequence is given."""
        for index, candidate in enumerate(self.pattern.stop_ids):
            if candidate == stop_id and stop_sequence in (None, int(self.stop_sequences[index])):
                return self.call(index)
        return None

    @property
    def start_seconds(self) -> int:
        return int(self.departure_seconds[0])

    @property
    def end_seconds(self) -> int:
        return int(self.arrival_seconds[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """Everything a version of the plan says."""

    plan_id: PlanId
    timezone: ZoneInfo
    plane: LocalPlane
    area: Area
    """The box around every stop and path; widen it before judging a position by it."""
    stops: Mapping[StopId, Stop]
    runs: Mapping[RunId, Run]
    calendar: ServiceCalendar
    blocks: Mapping[BlockId, tuple[RunId, ...]] = field(init=False)
    """The runs of each block in order of their start, over all services."""

    def __post_init__(self) -> None:
        blocks: dict[BlockId, list[Run]] = {}
        for run in self.runs.values():
            if run.block_id is not None:
                blocks.setdefault(run.block_id, []).append(run)
        ordered = {
            block_id: tuple(run.run_id for run in sorted(runs, key=lambda run: (run.start_seconds, run.run_id)))
            for block_id, runs in blocks.items()
        }
        object.__setattr__(self, "blocks", ordered)

    def runs_on(self, service_date: date) -> Sequence[Run]:
        """The runs of a service day, in order of their start."""
        going = [run for run in self.runs.values() if self.calendar.runs_on(run.service_id, service_date)]
        return sorted(going, key=lambda run: (run.start_seconds, run.run_id))

    def planned_arrival(self, service_date: date, run: Run, call_index: int) -> datetime:
        return moment(service_date, int(run.arrival_seconds[call_index]), self.timezone)

    def planned_start(self, service_date: date, run: Run) -> datetime:
        return moment(service_date, run.start_seconds, self.timezone)

    def planned_end(self, service_date: date, run: Run) -> datetime:
        return moment(service_date, run.end_seconds, self.timezone)
