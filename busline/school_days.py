"""What kind of day a service day is: by the plan's own calendar, or because staff said so.

The plan rarely names its days; it says which services run. So a day is held against the usual one: where the first
quarter of its runs begins much later, school opens late; where the last quarter does much sooner, it lets out early.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np

from busline.ids import ServiceId
from busline.service_day import ServiceCalendar
from busline.timetable import Run, Timetable

MUCH_SECONDS = 45 * 60.0
"""Runs of ordinary days begin at the same time to the minute; early releases and delays move them an hour or more."""
NOON_SECONDS = 12 * 3_600


class DayKind(StrEnum):
    """Days of one kind have one traffic: what was learned on them is told apart."""

    SCHOOL_DAY = "school day"
    WEEKEND = "weekend"
    EARLY_RELEASE = "early release"
    TWO_HOUR_DELAY = "two-hour delay"
    SNOW = "snow"
    """School as planned, on bad streets: nobody but staff knows."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DeclaredDay:
    """What staff said about a service day."""

    service_date: date
    kind: DayKind
    shift: timedelta
    """By how much the morning runs (delay) or the afternoon runs (early release) go at another time than planned."""
    said_at: datetime


Declared = Mapping[date, DeclaredDay]


class SchoolDays:
    """The kinds of a plan's days."""

    def __init__(self, timetable: Timetable, declared: Declared | None = None) -> None:
        self._declared = declared or {}
        self._calendar = timetable.calendar
        starts: dict[ServiceId, list[int]] = {}
        for run in timetable.runs.values():
            starts.setdefault(run.service_id, []).append(run.start_seconds)
        self._starts = starts
        weekdays = [day for day in self._calendar.dates() if day.weekday() < 5]
        counts = Counter(self._calendar.services_on(day) for day in weekdays)
        # Of services that run equally often, those of the earliest day: the same plan always has the same usual day.
        self._usual = counts.most_common(1)[0][0] if counts else frozenset[ServiceId]()
        self._quarters: dict[frozenset[ServiceId], tuple[float, float] | None] = {}
        self._kinds: dict[date, DayKind] = {}
        """Of the days asked about: history asks about one day for each of its thousands of runs."""

    def kind(self, day: date) -> DayKind:
        """What staff said about a day, or else what the plan shows."""
        declared = self._declared.get(day)
        return self.planned_kind(day) if declared is None else declared.kind

    def planned_kind(self, day: date) -> DayKind:
        """What the plan shows. A day that it has nothing on is taken for an ordinary one: its buses say otherwise."""
        if day not in self._kinds:
            self._kinds[day] = self._kind_of(day)
        return self._kinds[day]

    def _kind_of(self, day: date) -> DayKind:
        if day.weekday() >= 5:
            return DayKind.WEEKEND
        services = self._calendar.services_on(day)
        quarters, usual = self._starts_of(services), self._starts_of(self._usual)
        if services == self._usual or quarters is None or usual is None:
            return DayKind.SCHOOL_DAY
        if quarters[1] <= usual[1] - MUCH_SECONDS:
            return DayKind.EARLY_RELEASE
        return DayKind.TWO_HOUR_DELAY if quarters[0] >= usual[0] + MUCH_SECONDS else DayKind.SCHOOL_DAY

    def _starts_of(self, services: frozenset[ServiceId]) -> tuple[float, float] | None:
        """When the first and the last quarter of a day's runs begin; None where there are none."""
        if services not in self._quarters:
            starts = [start for service in services for start in self._starts.get(service, ())]
            early, late = np.quantile(starts, [0.25, 0.75]) if starts else (np.nan, np.nan)
            self._quarters[services] = (float(early), float(late)) if starts else None
        return self._quarters[services]


def with_closings(timetable: Timetable, declared: Declared) -> Timetable:
    """The plan without runs on the days that staff closed."""
    closed = frozenset(day for day, one in declared.items() if one.kind is DayKind.CLOSED)
    if not closed:
        return timetable
    services = timetable.calendar.services.items()
    calendar = {service_id: replace(one, removed=one.removed | closed) for service_id, one in services}
    return replace(timetable, calendar=ServiceCalendar(calendar))


def moved_on(timetable: Timetable, declared: Declared, day: date) -> Timetable:
    """The plan of one day, whose runs go when staff said; of no use for another day.

    A plan that has the special day in its own calendar is not moved a second time.
    """
    one = declared.get(day)
    if one is None or not one.shift or SchoolDays(timetable).planned_kind(day) is one.kind:
        return timetable
    shift_seconds = int(one.shift.total_seconds())
    runs = {
        run.run_id: _shifted(run, shift_seconds)
        for run in timetable.runs.values()
        if (run.start_seconds < NOON_SECONDS) == (one.kind is DayKind.TWO_HOUR_DELAY)
        and timetable.calendar.runs_on(run.service_id, day)
    }
    return replace(timetable, runs={**timetable.runs, **runs})


def _shifted(run: Run, seconds: int) -> Run:
    return replace(
        run,
        arrival_seconds=run.arrival_seconds + np.int32(seconds),
        departure_seconds=run.departure_seconds + np.int32(seconds),
    )
