"""When a bus that waits, or is still on an earlier run of its block, will begin its next run."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from busline.ids import RunId, RunKey
from busline.timetable import Run, Timetable
from busline.travel_times.punctuality import EARLIEST_SECONDS, LATEST_SECONDS

HOLD_WEIGHT = 5.0
"""That today is like other days counts as much as so many departures seen just now."""
HOLD_DECAY_SECONDS = 3 * 3_600.0
SOONEST_SECONDS = 20.0
"""A bus that should have left does so no sooner."""

TURNAROUND_SECONDS = 60.0
"""To unload at the last stop."""
SHORT_DEADHEAD_M = 1_000.0
SHORT_DEADHEAD_MPS = 4.0
DEADHEAD_MPS = 10.0
"""How fast a bus goes from its last stop to its next first one: below and above 1 km (TransitClock)."""
BREAK_SECONDS = 3_600.0
LAST_TIER = 2
"""A run after so long a break is the first of its tiers again; from the third on they count as one."""
DETOUR = 1.3
"""Streets are this much longer than straight lines."""


class Holds:
    """How much later than usual buses leave today that could have left in time, learned as the day goes."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._weight = 0.0
        self._at = 0.0

    def take(self, late_seconds: float, usual_seconds: float, at: float) -> None:
        """A bus that was there in time left so late, and usually leaves so late; negative is early."""
        fade = self._fade(at)
        late = min(max(late_seconds, EARLIEST_SECONDS), LATEST_SECONDS)
        self._seconds = self._seconds * fade + late - usual_seconds
        self._weight = self._weight * fade + 1.0
        self._at = max(at, self._at)

    def more_seconds(self, now: float) -> float:
        """What is to be expected of the next one, on top of its usual."""
        fade = self._fade(now)
        return self._seconds * fade / (self._weight * fade + HOLD_WEIGHT)

    def _fade(self, now: float) -> float:
        return math.exp(min(0.0, self._at - now) / HOLD_DECAY_SECONDS)


class Blocks:
    """Which run follows which on a service day."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._days: dict[date, _Order] = {}

    def next_of(self, key: RunKey) -> RunKey | None:
        """The next run of the block that goes on the same day."""
        run_id = self._day(key.service_date).following.get(key.run_id)
        return None if run_id is None else RunKey(key.service_date, run_id)

    def before(self, key: RunKey) -> list[RunKey]:
        """The earlier runs of its block on the same day, the newest first."""
        preceding = self._day(key.service_date).preceding
        found, run_id = [], preceding.get(key.run_id)
        while run_id is not None:
            found.append(RunKey(key.service_date, run_id))
            run_id = preceding.get(run_id)
        return found

    def tier_of(self, key: RunKey) -> int:
        """Which run of its block this is, from 0, counted from the last long break; no more than `LAST_TIER`."""
        return self._day(key.service_date).tiers.get(key.run_id, 0)

    def _day(self, day: date) -> "_Order":
        known = self._days.get(day)
        if known is None:
            if len(self._days) > 7:
                self._days.clear()
            known = self._days[day] = self._read(day)
        return known

    def _read(self, day: date) -> "_Order":
        runs, calendar = self._timetable.runs, self._timetable.calendar
        following: dict[RunId, RunId] = {}
        tiers: dict[RunId, int] = {}
        for block in self._timetable.blocks.values():
            going = [run_id for run_id in block if calendar.runs_on(runs[run_id].service_id, day)]
            for before, after in pairwise(going):
                following[before] = after
                broken = runs[after].start_seconds - runs[before].end_seconds >= BREAK_SECONDS
                tiers[after] = 0 if broken else min(tiers.get(before, 0) + 1, LAST_TIER)
        return _Order(following, {after: before for before, after in following.items()}, tiers)


@dataclass(frozen=True, slots=True)
class _Order:
    """The runs of one service day."""

    following: Mapping[RunId, RunId]
    preceding: Mapping[RunId, RunId]
    tiers: Mapping[RunId, int]


def turnaround_seconds(run: Run, following: Run) -> float:
    """From the last stop of one run to the first of the next, on its way and ready to leave."""
    from_xy, to_xy = run.pattern.path_xy[-1], following.pattern.path_xy[0]
    metres = DETOUR * float(np.hypot(*(to_xy - from_xy)))
    return TURNAROUND_SECONDS + metres / (SHORT_DEADHEAD_MPS if metres < SHORT_DEADHEAD_M else DEADHEAD_MPS)


def later_of(planned: float, ready: float, ready_variance: float) -> tuple[float, float]:
    """Mean and variance of the later of a planned moment and an uncertain one (Clark 1961)."""
    sd = math.sqrt(max(ready_variance, 1.0))
    gap = ready - planned
    density = math.exp(-((gap / sd) ** 2) / 2) / math.sqrt(2 * math.pi)
    share = (1 + math.erf(gap / sd / math.sqrt(2))) / 2
    over = gap * share + sd * density
    return planned + over, max((gap**2 + sd**2) * share + gap * sd * density - over**2, 0.0)
