"""Runs that are due soon, or were a while ago: of those that no bus was seen on, too, something can be said."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from busline.eta import stage_unseen
from busline.fleet import Fleet
from busline.ids import RunKey
from busline.timetable import Timetable
from busline.travel_times.engine import Engine
from busline.travel_times.outlook import Stage

DUE_BEFORE, DUE_AFTER = timedelta(minutes=90), timedelta(minutes=15)
"""A run is due from so long before its planned start until so long after it."""


class DueRuns:
    """The runs of a plan by when they begin; a service day is sorted once."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._day: tuple[date, list[datetime], list[RunKey]] | None = None

    def at(self, now: datetime) -> list[RunKey]:
        """Those of today that are due, in order of their start."""
        today = now.astimezone(self._timetable.timezone).date()
        if self._day is None or self._day[0] != today:
            runs = self._timetable.runs_on(today)
            starts = [self._timetable.planned_start(today, run) for run in runs]
            self._day = (today, starts, [RunKey(today, run.run_id) for run in runs])
        _, starts, keys = self._day
        return keys[bisect_left(starts, now - DUE_AFTER) : bisect_right(starts, now + DUE_BEFORE)]


def is_due(timetable: Timetable, key: RunKey, now: datetime) -> bool:
    """Whether a run begins soon, or was to begin a while ago."""
    begins_in = timetable.planned_start(key.service_date, timetable.runs[key.run_id]) - now
    return -DUE_AFTER <= begins_in <= DUE_BEFORE


def unseen_runs(
    timetable: Timetable, engine: Engine, fleet: Fleet, keys: Iterable[RunKey], now: datetime
) -> dict[RunKey, Stage]:
    """Of some runs of the plan those that no bus was seen on, nor on an earlier run of their block."""
    found = {}
    for key in keys:
        stage = stage_unseen(timetable, engine, fleet, key, now)
        if stage is not None:
            found[key] = stage
    return found
