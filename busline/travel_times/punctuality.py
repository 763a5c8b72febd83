"""How long before or after its planned start each run's bus usually comes to its first stop, and leaves it.

Some drivers set out minutes early, every day; families at the first stops know it before the bus is under way only if
it was learned. What the days before showed of a run is drawn towards what they showed of its bus, which mostly is its
driver's, and that towards the fleet's: n / (n + kappa).
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from busline.fleet import StopVisit
from busline.ids import RunId, RunKey, VehicleId
from busline.service_day import moment
from busline.timetable import Timetable

HALF_LIFE_DAYS = 10.0
RUN_WEIGHT, BUS_WEIGHT, FLEET_WEIGHT = 2.0, 2.0, 10.0
"""What is known of the bus counts as much as so many days of the run itself, the fleet as so many of the bus, and what
is assumed before anything was seen as so many of the fleet."""
EARLIEST_SECONDS, LATEST_SECONDS = -900.0, 600.0
"""Earlier or later has a cause of its own, and says nothing about other days."""
LATE_COUNTS_SECONDS = 60.0
"""A bus that comes late counts as so late: how late is the day's matter, the usual is what happens on good ones."""
HOLD_SECONDS, HOLD_SD_SECONDS = 75.0, 90.0
"""Buses that are there in time leave so long after the plan says; to start with, until days of them are known."""
LEAST_SD_SECONDS = 15.0
"""GPS and the tracker's idea of "left" alone make so much."""


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """A bus at the first stop of its run, in seconds after the planned start; negative is early."""

    key: RunKey
    vehicle_id: VehicleId
    came_seconds: float
    left_seconds: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What to expect of a run's start, in seconds after the plan: mean and standard deviation."""

    came_seconds: float
    came_sd: float
    left_seconds: float
    left_sd: float
    """Of a bus that came in time."""


def first_visits(timetable: Timetable, visits: Iterable[StopVisit]) -> list[FirstVisit]:
    """The visits that are over at the first stops of runs. A run that is no longer planned is passed over."""
    midnights: dict[date, float] = {}
    found = []
    for visit in visits:
        run = timetable.runs.get(visit.key.run_id)
        if visit.call_index or visit.departed_at is None or run is None:
            continue
        day = visit.key.service_date
        if day not in midnights:
            midnights[day] = moment(day, 0, timetable.timezone).timestamp()
        planned = midnights[day] + run.start_seconds
        came, left = visit.arrived_at.timestamp() - planned, visit.departed_at.timestamp() - planned
        found.append(FirstVisit(visit.key, visit.vehicle_id, came, left))
    return found


class Punctuality:
    """The usual start of every run, learned from days before `on`."""

    def __init__(self, past: Iterable[FirstVisit] = (), on: date = date.max) -> None:
        """Of several visits of a run on one day the last counts: then it began."""
        self._came, self._left = _Pools(), _Pools()
        self._days: Counter[RunId] = Counter()
        self._usual: dict[tuple[RunId, VehicleId | None], Usual] = {}
        for key, visit in {visit.key: visit for visit in past if visit.key.service_date < on}.items():
            self._days[key.run_id] += 1
            weight = 0.5 ** ((on - key.service_date).days / HALF_LIFE_DAYS)
            came = min(max(visit.came_seconds, EARLIEST_SECONDS), LATE_COUNTS_SECONDS)
            self._came.add(key.run_id, visit.vehicle_id, weight, came)
            if visit.came_seconds < min(visit.left_seconds, 0.0):
                # It could have left in time: when it did is the driver's choice.
                left = min(max(visit.left_seconds, EARLIEST_SECONDS), LATEST_SECONDS)
                self._left.add(key.run_id, visit.vehicle_id, weight, left)

    def days(self, run_id: RunId) -> int:
        """On how many days the run was seen to begin."""
        return self._days[run_id]

    def usual(self, run_id: RunId, vehicle_id: VehicleId | None) -> Usual:
        """What to expect of a run that is driven by this bus, or by whichever drives it."""
        known = self._usual.get((run_id, vehicle_id))
        if known is None:
            left, left_sd = self._left.expected(run_id, vehicle_id)
            came, came_sd = self._came.expected(run_id, vehicle_id)
            known = self._usual[run_id, vehicle_id] = Usual(min(came, left), came_sd, left, left_sd)
        return known


class _Sums:
    """Weighted sums of one quantity over days."""

    def __init__(self) -> None:
        self.weight = self.total = self.squares = 0.0

    def add(self, weight: float, value: float) -> None:
        self.weight += weight
        self.total += weight * value
        self.squares += weight * value**2

    def drawn(self, mean: float, variance: float, kappa: float) -> tuple[float, float]:
        """Its mean and variance, where the wider pool's count as much as `kappa` days."""
        own = self.total / self.weight if self.weight else mean
        # The wider pool draws the mean, and what days of one run differ by is theirs alone.
        about_own = max(self.squares - self.weight * own**2, 0.0)
        weight = self.weight + kappa
        return (self.total + kappa * mean) / weight, (about_own + kappa * variance) / weight


class _Pools:
    """One quantity of every run, bus and the fleet."""

    def __init__(self) -> None:
        self._fleet = _Sums()
        self._of_bus: dict[VehicleId, _Sums] = {}
        self._of_run: dict[RunId, _Sums] = {}

    def add(self, run_id: RunId, vehicle_id: VehicleId, weight: float, value: float) -> None:
        self._fleet.add(weight, value)
        self._of_bus.setdefault(vehicle_id, _Sums()).add(weight, value)
        self._of_run.setdefault(run_id, _Sums()).add(weight, value)

    def expected(self, run_id: RunId, vehicle_id: VehicleId | None) -> tuple[float, float]:
        """Mean and standard deviation."""
        known = self._fleet.drawn(HOLD_SECONDS, HOLD_SD_SECONDS**2, FLEET_WEIGHT)
        if vehicle_id in self._of_bus:
            known = self._of_bus[vehicle_id].drawn(*known, BUS_WEIGHT)
        if run_id in self._of_run:
            known = self._of_run[run_id].drawn(*known, RUN_WEIGHT)
        return known[0], max(math.sqrt(known[1]), LEAST_SD_SECONDS)
