"""The columns in which vehicles plainly under way are kept, a row each (`busline/tracking/under_way.py`)."""

from collections.abc import Sequence

import numpy as np

from busline.match import KEPT
from busline.timetable import Timetable
from busline.tracking.going import Drive, Floats, Going, Rows
from busline.tracking.plain_match import Hypotheses


class Seats:
    """Room for so many vehicles."""

    def __init__(self, count: int, calls: int) -> None:
        self.count = count
        self.run, self.pattern, self.next_call = np.zeros((3, count), np.intp)
        self.midnight, self.until_at, self.end_m = np.zeros((3, count))
        self.at, self.distance_m, self.lateness_seconds = np.zeros((3, count))
        self.still_since, self.still_lat, self.still_lon, self.standing_since = np.full((4, count), np.nan)
        self.arrived_at, self.departed_at = np.full((count, calls), np.nan), np.full((count, calls), np.nan)
        self._kept = np.zeros((4, KEPT, count))

    def hypotheses(self, rows: Rows) -> Hypotheses:
        return Hypotheses(*self._kept[:, :, rows])

    def keep(self, rows: Rows, now: Hypotheses) -> None:
        for column, values in zip(self._kept, (now.distance_m, now.at, now.cost, now.clock), strict=True):
            column[:, rows] = values

    def beliefs(self, rows: Rows) -> Floats:
        """(rows, 4, KEPT) as `busline/match.py` has them."""
        beliefs = np.zeros((len(rows), 4, KEPT))
        distance_m, at, cost, _ = self._kept[:, :, rows]
        used = np.isfinite(cost)
        beliefs[:, :3] = np.stack([np.where(used, distance_m, 0.0), np.where(used, at, 0.0), cost]).transpose(2, 0, 1)
        return beliefs

    def some(self, rows: Rows, count: int) -> "Seats":
        """A copy of some rows, with room for more."""
        seats = Seats(count, self.arrived_at.shape[1])
        for name, column in vars(self).items():
            if name == "_kept":
                seats._kept[:, :, : len(rows)] = column[:, :, rows]
            elif name != "count":
                getattr(seats, name)[: len(rows)] = column[rows]
        return seats

    def shown(self, timetable: Timetable, drives: Sequence[Drive]) -> Going:
        rows = len(drives)
        return Going(
            timetable=timetable,
            drives=drives,
            run=self.run,
            midnight=self.midnight,
            at=self.at[:rows].copy(),
            distance_m=self.distance_m[:rows].copy(),
            next_call=self.next_call[:rows].copy(),
            lateness_seconds=self.lateness_seconds[:rows].copy(),
            still_since=self.still_since[:rows].copy(),
            still_lat=self.still_lat[:rows].copy(),
            still_lon=self.still_lon[:rows].copy(),
            standing_since=self.standing_since[:rows].copy(),
            arrived_at=self.arrived_at,
            departed_at=self.departed_at,
        )
