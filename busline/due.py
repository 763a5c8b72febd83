"""Runs that are due soon, or were a while ago: of those that no bus was seen on, too, something can be said."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from busline.eta import stage_unseen
from busline.fleet import Fleet
from busline.ids import RunKey
from busline.service_day import moment
from busline.timetable import Timetable
from busline.travel_times.engine import Engine
from busline.travel_times.outlook import Stage

DUE_BEFORE, DUE_AFTER = timedelta(minutes=90), timedelta(minutes=15)
"""A run is due from so long before its planned start until so long after it."""


class DueRuns:
    """The runs of a plan by when they begin. Some milliseconds for the first question of a day to a large plan."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._runs = sorted(timetable.runs.values(), key=lambda run: run.start_seconds)
        self._day: date | None = None
        self._starts: list[float] = []
        self._keys: list[RunKey] = []

    def at(self, now: datetime) -> list[RunKey]:
        """Those of today that are due, in order of their start."""
        today = now.astimezone(self._timetable.timezone).date()
        if self._day != today:
            services = {run.service_id for run in self._runs}
            going = {service for service in services if self._timetable.calendar.runs_on(service, today)}
            runs = [run for run in self._runs if run.service_id in going]
            midnight = moment(today, 0, self._timetable.timezone).timestamp()
            self._starts = [midnight + run.start_seconds for run in runs]
            self._keys = [RunKey(today, run.run_id) for run in runs]
            self._day = today
        first = bisect_left(self._starts, (now - DUE_AFTER).timestamp())
        return self._keys[first : bisect_right(self._starts, (now + DUE_BEFORE).timestamp())]


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
