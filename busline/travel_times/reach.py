"""How soon a bus can be at the first stop of its next run, from where it was last seen. Pure."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from busline.fleet import Fleet
from busline.ids import RunKey, VehicleId
from busline.run_state import expected_bus
from busline.timetable import Timetable
from busline.travel_times.departure import DEADHEAD_MPS, DETOUR

Ready: TypeAlias = tuple[float, float]
"""When a bus is at its first stop at the soonest, epoch seconds, and the variance of that."""
AT_ONCE: Ready = -math.inf, 0.0
"""It is there already, or nobody knows where it is."""
AT_HAND_M = 1_000.0
"""A bus so near its first stop may be waiting for its time: layovers lie up to 600 m away (WMATA)."""
SPREAD = 0.25
"""Standard deviation of an empty drive as a share of it: a judgement, for nobody knows which streets it takes."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of the buses of a fleet that have not begun their runs; of none where there is no fleet to look at."""

    timetable: Timetable
    fleet: Fleet | None

    def ready(self, key: RunKey, vehicle_id: VehicleId | None) -> Ready:
        """When it is there if it drives on from where it was seen."""
        if vehicle_id is None or self.fleet is None or (place := self.fleet.whereabouts.get(vehicle_id)) is None:
            return AT_ONCE
        first_xy = self.timetable.runs[key.run_id].pattern.path_xy[0]
        metres = float(np.hypot(*(self.timetable.plane.to_xy(place.lat, place.lon) - first_xy)))
        if metres < AT_HAND_M:
            return AT_ONCE
        seconds = DETOUR * metres / DEADHEAD_MPS
        return self.fleet.last_fix_at[vehicle_id].timestamp() + seconds, (SPREAD * seconds) ** 2

    def ready_whoever(self, key: RunKey) -> Ready:
        """The same of the bus that is expected on a run."""
        if self.fleet is None:
            return AT_ONCE
        run = self.timetable.runs[key.run_id]
        return self.ready(key, expected_bus(self.timetable, run, key.service_date, self.fleet))
