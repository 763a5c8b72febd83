"""What a simulated district means to do: its schools, stops, runs and the blocks of its buses, as values.

Times are seconds of the service day, in whole minutes, as routing offices publish them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from busline.ids import BlockId, Phone, RouteId, RunId, SchoolId, StopId, VehicleId
from busline.people import Leg
from feeds.simulator.city import City

BELLS = (7 * 3600 + 1800, 8 * 3600 + 1800, 9 * 3600 + 1800)
"""Three bell times, an hour apart, so that one bus serves three schools (Boston's are of this kind)."""
PLAN_PACE = 1.14
"""What a planner allows on top of empty streets, at any hour."""
EARLY_SECONDS = 240
"""A bus means to be at its first stop this long before time."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a district is."""

    buses: int = 48
    schools: int = 24
    students: int = 2_000

    @property
    def radius_m(self) -> float:
        """The city grows with its buses: the same number to the square kilometre, in a town of some size."""
        return max(2_400.0, 5_200.0 * math.sqrt(self.buses / 48))


DEMO = Size()


def size_of(buses: int) -> Size:
    """A district with so many buses, and with as many schools and students to a bus as the demonstration has."""
    return Size(buses, max(6, 3 * round(buses / 6)), round(buses * DEMO.students / DEMO.buses))


@dataclass(frozen=True, slots=True)
class School:
    school_id: SchoolId
    name: str
    phone: Phone
    tier: int
    """0, 1 or 2: which bell it keeps."""
    node: int
    stop_id: StopId

    @property
    def bell_seconds(self) -> int:
        return BELLS[self.tier]


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A corner where students are met, or the kerb of a school."""

    stop_id: StopId
    name: str
    node: int
    place_xy: tuple[float, float]
    """On the kerb, a few metres beside the middle of the junction."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One journey of a bus: in the morning stops then school, in the afternoon school then stops."""

    run_id: RunId
    route_id: RouteId
    route_name: str
    headsign: str
    school: School
    leg: Leg
    nodes: tuple[int, ...]
    """The junctions driven through, first call to last."""
    call_at: tuple[int, ...]
    """For each call, its index in `nodes`."""
    stop_ids: tuple[StopId, ...]
    riders: tuple[int, ...]
    """How many students are on the list of each call; everybody at the school."""
    seconds: tuple[int, ...]
    """Planned time of each call."""

    @property
    def starts(self) -> int:
        return self.seconds[0]

    @property
    def ends(self) -> int:
        return self.seconds[-1]


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """What one bus does in a row, out of the yard and back."""

    block_id: BlockId
    vehicle_id: VehicleId
    yard: int
    runs: tuple[PlannedRun, ...]
    hops: tuple[tuple[int, ...], ...]
    """Empty drives as nodes: yard to the first run, run to run, last run to the yard."""
    pull_out_seconds: int


@dataclass(frozen=True, slots=True, eq=False)
class SchoolPlan:
    """Everything the district means to do on any school day."""

    seed: int
    size: Size
    city: City
    schools: tuple[School, ...]
    stops: Mapping[StopId, PlannedStop]
    runs: Mapping[RunId, PlannedRun]
    blocks: tuple[PlannedBlock, ...]
    """Mornings then afternoons, by bus."""
    spares: tuple[VehicleId, ...]
    """Buses that stand in the yard for the day another breaks down."""


def planned_drive_seconds(city: City, nodes: Sequence[int]) -> float:
    """What the plan allows for driving along junctions, without stopping for anybody."""
    links = (city.planned_seconds[city.link_between(a, b)] for a, b in pairwise(nodes))
    return PLAN_PACE * sum(links)


def planned_dwell_seconds(riders: int, leg: Leg, *, at_school: bool) -> float:
    """What the plan allows for standing at a call."""
    if at_school:
        return 0.0
    return 20.0 + (3.0 if leg is Leg.TO_SCHOOL else 2.0) * riders
