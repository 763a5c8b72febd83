"""Kinds of days, from the plan's own calendar or as staff declare them."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from busline.ids import ServiceId
from busline.school_days import DayKind, DeclaredDay, SchoolDays, moved_on, with_closings
from busline.service_day import Service, ServiceCalendar
from busline.timetable import Run, Timetable
from feeds.simulator.history import school_weeks
from feeds.simulator.plan import size_of
from feeds.simulator.term import DayKind as Simulated
from tests.builders import MONDAY, at, make_run, make_timetable

AM, PM, EARLY, DELAYED, FIELD_TRIP = map(ServiceId, ("AM", "PM", "PM-EARLY", "AM-DELAYED", "FIELD-TRIP"))
WEDNESDAY = MONDAY + timedelta(days=2)
THURSDAY = MONDAY + timedelta(days=3)
FRIDAY = MONDAY + timedelta(days=4)
SATURDAY = MONDAY + timedelta(days=5)
TERM = (date(2026, 9, 1), date(2027, 6, 30))
SCHOOL_WEEK = (True,) * 5 + (False,) * 2
NO_WEEK = (False,) * 7


def run(name: str, start: str, service: ServiceId) -> Run:
    return replace(make_run(name, start=start), service_id=service)


def plan() -> Timetable:
    """Mornings and afternoons; an early release on Wednesday, a delay on Thursday, and one bus more on Friday."""
    runs = [run(f"am-{minute}", f"7:{minute:02}", AM) for minute in range(0, 60, 10)]
    runs += [run(f"pm-{minute}", f"15:{minute:02}", PM) for minute in range(0, 60, 10)]
    runs += [run(f"early-{minute}", f"12:{minute:02}", EARLY) for minute in range(0, 60, 10)]
    runs += [run(f"late-{minute}", f"9:{minute:02}", DELAYED) for minute in range(0, 60, 10)]
    runs.append(run("museum", "10:00", FIELD_TRIP))
    services = [
        Service(AM, SCHOOL_WEEK, *TERM, removed=frozenset({THURSDAY})),
        Service(PM, SCHOOL_WEEK, *TERM, removed=frozenset({WEDNESDAY})),
        Service(EARLY, NO_WEEK, *TERM, added=frozenset({WEDNESDAY})),
        Service(DELAYED, NO_WEEK, *TERM, added=frozenset({THURSDAY})),
        Service(FIELD_TRIP, NO_WEEK, *TERM, added=frozenset({FRIDAY})),
    ]
    calendar = ServiceCalendar({service.service_id: service for service in services})
    return replace(make_timetable(runs), calendar=calendar)


def declared(day: date, kind: DayKind, shift_minutes: int = 0) -> dict[date, DeclaredDay]:
    return {day: DeclaredDay(day, kind, timedelta(minutes=shift_minutes), at("5:00"))}


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (MONDAY, DayKind.SCHOOL_DAY),
        (WEDNESDAY, DayKind.EARLY_RELEASE),
        (THURSDAY, DayKind.TWO_HOUR_DELAY),
        (FRIDAY, DayKind.SCHOOL_DAY),
        (SATURDAY, DayKind.WEEKEND),
        (date(2026, 7, 1), DayKind.SCHOOL_DAY),
    ],
)
def test_the_calendar_of_the_plan_shows_what_kind_of_day_it_is(day: date, kind: DayKind) -> None:
    assert SchoolDays(plan()).kind(day) is kind


def test_a_plan_without_a_calendar_tells_weekends_apart_and_no_more() -> None:
    days = SchoolDays(replace(plan(), calendar=ServiceCalendar()))
    assert days.kind(WEDNESDAY) is DayKind.SCHOOL_DAY
    assert days.kind(SATURDAY) is DayKind.WEEKEND


def test_what_staff_say_counts_for_more_than_the_plan() -> None:
    days = SchoolDays(plan(), declared(MONDAY, DayKind.SNOW))
    assert days.kind(MONDAY) is DayKind.SNOW
    assert days.planned_kind(MONDAY) is DayKind.SCHOOL_DAY
    assert days.kind(FRIDAY) is DayKind.SCHOOL_DAY


def test_on_a_closed_day_nothing_runs_and_the_next_day_goes_on() -> None:
    closed = with_closings(plan(), declared(FRIDAY, DayKind.CLOSED))
    assert closed.runs_on(FRIDAY) == []
    assert len(closed.runs_on(MONDAY)) == 12


def starts(timetable: Timetable, prefix: str) -> list[int]:
    return [run.start_seconds // 60 for run_id, run in timetable.runs.items() if run_id.startswith(prefix)]


def test_a_declared_delay_shifts_the_mornings_of_its_own_day_only() -> None:
    said = declared(MONDAY, DayKind.TWO_HOUR_DELAY, 120)
    before, on = plan(), moved_on(plan(), said, MONDAY)
    assert starts(on, "am") == [start + 120 for start in starts(before, "am")]
    assert starts(on, "pm") == starts(before, "pm")
    assert all(np.array_equal(run.arrival_seconds, run.departure_seconds) for run in on.runs.values())
    assert starts(moved_on(plan(), said, FRIDAY), "am") == starts(before, "am")


def test_a_declared_early_release_brings_the_afternoons_forward() -> None:
    on = moved_on(plan(), declared(MONDAY, DayKind.EARLY_RELEASE, -90), MONDAY)
    assert starts(on, "pm") == [start - 90 for start in starts(plan(), "pm")]
    assert starts(on, "am") == starts(plan(), "am")


def test_a_plan_that_has_the_day_in_its_calendar_is_not_shifted_again() -> None:
    planned = plan()
    assert moved_on(planned, declared(THURSDAY, DayKind.TWO_HOUR_DELAY, 120), THURSDAY) is planned


def test_the_special_days_of_a_simulated_september_are_seen_in_its_plans() -> None:
    seen: dict[date, tuple[Simulated, DayKind]] = {}
    for week in school_weeks(seed=5, days=20, size=size_of(6)):
        days = SchoolDays(week.timetable)
        seen |= {day.service_date: (day.kind, days.kind(day.service_date)) for day in week.days}
    assert {kind for kind, _ in seen.values()} == set(Simulated)
    of_kind = {Simulated.EARLY_RELEASE: DayKind.EARLY_RELEASE, Simulated.DELAYED_OPENING: DayKind.TWO_HOUR_DELAY}
    # Nobody knew of the storm: its plan is that of any day.
    assert all(found is of_kind.get(kind, DayKind.SCHOOL_DAY) for kind, found in seen.values())
