"""Where runs are looked ahead from, in columns: the buses under way as they are tracked, and the starts to come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunId, RunKey, VehicleId
from busline.service_day import moment
from busline.timetable import Run, Timetable
from busline.tracking.going import Going
from busline.travel_times.departure import Blocks

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Small = NDArray[np.int8]

NOON_SECONDS = 12 * 3_600
UNDER_WAY = 0
"""`Stage.UNDER_WAY`."""


class Driven(Protocol):
    """A run and its bus."""

    @property
    def key(self) -> RunKey: ...
    @property
    def run(self) -> Run: ...
    @property
    def vehicle_id(self) -> VehicleId | None: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """A run to look ahead on, and from where."""

    key: RunKey
    run: Run
    vehicle_id: VehicleId | None
    distance_m: float
    next_call: int
    at: float
    """When the bus was there, or is expected to leave."""
    variance: float
    comes_at: float
    """When it was there, or is expected to come there."""
    comes_variance: float
    lateness_seconds: float
    stage: int


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """The same of many runs, a row each; what they mean is said there."""

    who: Sequence[Driven]
    run: Rows
    """Of the timetable, in its order."""
    midnight: Floats
    """Epoch seconds that planned times count from."""
    distance_m: Floats
    next_call: Rows
    at: Floats
    variance: Floats
    comes_at: Floats
    comes_variance: Floats
    lateness_seconds: Floats
    stage: Small

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True, slots=True, eq=False)
class _Day:
    """A service day, by row of the timetable."""

    midnight: float
    following: Rows
    tier: Rows


class Runs:
    """What is asked of every run of a timetable again and again, by row."""

    def __init__(self, timetable: Timetable, blocks: Blocks) -> None:
        runs = list(timetable.runs.values())
        self._blocks = blocks
        self._timezone = timetable.timezone
        self._days: dict[date, _Day] = {}
        self.ids: list[RunId] = [run.run_id for run in runs]
        self.row_of: Mapping[RunId, int] = {run_id: row for row, run_id in enumerate(self.ids)}
        self.start_seconds = np.array([run.start_seconds for run in runs], np.float64)
        self.first_m = np.array([run.pattern.stop_distance_m[0] for run in runs], np.float64)
        self.afternoon: Small = (self.start_seconds >= NOON_SECONDS).astype(np.int8)

    def midnight(self, day: date) -> float:
        """Epoch seconds that a service day's planned times count from."""
        return self._day(day).midnight

    def planned_start(self, key: RunKey) -> float:
        return self.midnight(key.service_date) + self.start_seconds.item(self.row_of[key.run_id])

    def following(self, origins: Origins) -> Rows:
        """The row of the next run of each one's block on its day; -1 where there is none."""
        return self._by_day(origins, lambda day: day.following)

    def tier(self, origins: Origins) -> Small:
        """Which run of its block each is."""
        return self._by_day(origins, lambda day: day.tier).astype(np.int8)

    def _by_day(self, origins: Origins, column: Callable[[_Day], Rows]) -> Rows:
        midnights = origins.midnight
        if len(origins) and midnights.min() == midnights.max():  # as nearly always
            return column(self._day(origins.who[0].key.service_date))[origins.run]
        result: Rows = np.zeros(len(origins), np.intp)
        for midnight in np.unique(midnights).tolist():
            own = np.flatnonzero(midnights == midnight)
            result[own] = column(self._day(origins.who[own[0]].key.service_date))[origins.run[own]]
        return result

    def _day(self, day: date) -> _Day:
        known = self._days.get(day)
        if known is None:
            if len(self._days) > 7:
                self._days.clear()
            known = self._days[day] = self._read(day)
        return known

    def _read(self, day: date) -> _Day:
        keys = [RunKey(day, run_id) for run_id in self.ids]
        following = [self._blocks.next_of(key) for key in keys]
        rows = [-1 if key is None else self.row_of[key.run_id] for key in following]
        tiers = [self._blocks.tier_of(key) for key in keys]
        return _Day(moment(day, 0, self._timezone).timestamp(), np.array(rows, np.intp), np.array(tiers, np.intp))

    def origins(self, some: Sequence[Origin]) -> Origins:
        """In columns."""

        def column(name: str) -> Floats:
            return np.array([getattr(one, name) for one in some], np.float64)

        return Origins(
            who=some,
            run=np.array([self.row_of[one.key.run_id] for one in some], np.intp),
            midnight=np.array([self.midnight(one.key.service_date) for one in some], np.float64),
            distance_m=column("distance_m"),
            next_call=np.array([one.next_call for one in some], np.intp),
            at=column("at"),
            variance=column("variance"),
            comes_at=column("comes_at"),
            comes_variance=column("comes_variance"),
            lateness_seconds=column("lateness_seconds"),
            stage=np.array([one.stage for one in some], np.int8),
        )


def under_way(going: Going, rows: Sequence[int], others: Origins) -> Origins:
    """Buses that are tracked together, from where they are, and others behind them."""
    which, drives = np.array(rows, np.intp), going.drives
    at, none = going.at[which], np.zeros(len(which))

    def joined(mine: Floats, theirs: Floats) -> Floats:
        return np.concatenate([mine, theirs]) if len(theirs) else mine

    return Origins(
        who=[*map(drives.__getitem__, rows), *others.who],
        run=np.concatenate([going.run[which], others.run]),
        midnight=joined(going.midnight[which], others.midnight),
        distance_m=joined(going.distance_m[which], others.distance_m),
        next_call=np.concatenate([going.next_call[which], others.next_call]),
        at=joined(at, others.at),
        variance=joined(none, others.variance),
        comes_at=joined(at, others.comes_at),
        comes_variance=joined(none, others.comes_variance),
        lateness_seconds=joined(going.lateness_seconds[which], others.lateness_seconds),
        stage=np.concatenate([np.full(len(which), UNDER_WAY, np.int8), others.stage]),
    )
