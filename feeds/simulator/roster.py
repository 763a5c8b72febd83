"""Made-up rosters in the documented CSV set: a simulated district's, or one for the stops of any imported plan."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.random import Generator

from busline.ids import ContactId, Phone, RunId, ServiceId, StudentId
from busline.people import Contact, Leg
from busline.timetable import Run, Timetable
from feeds.simulator.chance import chance
from feeds.simulator.names import family_name, fictional_phone, given_name, school_names
from feeds.simulator.plan import SchoolPlan
from feeds.simulator.riders import LANGUAGES, People
from feeds.simulator.school_year import SchoolYear

_WEEKDAY_LETTERS = "MTWRFSU"
_RIDES_BEFORE_AND_AFTER = timedelta(days=60)
_NOON_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Family:
    """A phone that may ask, and the students it may ask about."""

    phone: Phone
    language: str
    students: tuple[StudentId, ...]
    note: str = ""
    """What is worth seeing about it, in a few words for people."""


@dataclass(frozen=True, slots=True)
class RosterSummary:
    """What was written."""

    students: int
    contacts: int
    rides: int
    runs: int
    """How many runs carry somebody."""
    families: tuple[Family, ...]


@dataclass(slots=True)
class _Rows:
    """The five files while they fill."""

    schools: list[tuple[str, str, str]] = field(default_factory=list)
    students: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    contacts: list[tuple[str, str, str]] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    rides: list[tuple[str, str, str, str, str, str, str, str]] = field(default_factory=list)

    def contact(self, contact: Contact, students: Iterable[StudentId], *, may_ask: bool) -> None:
        self.contacts.append((contact.contact_id, contact.phone, contact.language))
        self.links += [(contact.contact_id, student_id, "yes" if may_ask else "no") for student_id in students]

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        files: tuple[tuple[str, str, Sequence[Sequence[str]]], ...] = (
            ("schools.csv", "school_id,name,phone", self.schools),
            ("students.csv", "student_id,school_id,given_name,family_name,grade", self.students),
            ("contacts.csv", "contact_id,phone,language", self.contacts),
            ("links.csv", "contact_id,student_id,may_ask", self.links),
            ("rides.csv", "student_id,run_id,stop_id,stop_sequence,leg,weekdays,start_date,end_date", self.rides),
        )
        for name, header, rows in files:
            with (folder / name).open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(header.split(","))
                writer.writerows(rows)


def write_roster(plan: SchoolPlan, people: People, year: SchoolYear, folder: Path) -> None:
    """The roster of a simulated district, valid for one school year."""
    rows = _Rows(schools=[(school.school_id, school.name, school.phone) for school in plan.schools])
    first, last = year.first.isoformat(), year.last.isoformat()
    for household in people.households:
        for student in household.students:
            seat = student.seat
            rows.students.append(
                (student.student_id, student.school_id, student.given_name, student.family_name, student.grade)
            )
            for leg in student.legs:
                run_id = seat.morning if leg is Leg.TO_SCHOOL else seat.afternoon
                rows.rides.append((student.student_id, run_id, seat.stop_id, "", leg, student.weekdays, first, last))
        student_ids = [student.student_id for student in household.students]
        for contact in household.may_ask:
            rows.contact(contact, student_ids, may_ask=True)
        for contact in household.barred:
            rows.contact(contact, student_ids, may_ask=False)
    rows.write(folder)


def write_roster_for_plan(
    timetable: Timetable,
    folder: Path,
    *,
    service_date: date | None = None,
    students: int = 600,
    families: int = 400,
    seed: int = 1,
) -> RosterSummary:
    """Places made-up students at the stops of any plan, on runs of `service_date`: mornings to school, afternoons home.

    Without a date everybody has rides on every kind of day the plan knows, from its first to its last: whichever day
    of it was recorded can then be asked about as if its city buses were school buses. Raises ValueError where no run
    goes on the date, or on any, or where there are more families than students.
    """
    if not 0 < families <= students:
        raise ValueError(f"Every family needs a student: {students} students cannot make {families} families.")
    days = _kinds_of_day(timetable) if service_date is None else [_around(timetable, service_date)]
    if not any(day.running for day in days):
        when = "any day" if service_date is None else service_date
        raise ValueError(f"The plan has no run on {when}, so nobody can be placed; choose another date.")
    draw = chance(seed, "roster for plan", service_date)
    schools = school_names(seed, max(1, students // 100))
    rows = _Rows(
        schools=[(f"S{index + 1:02d}", f"{name} School", fictional_phone(index)) for index, name in enumerate(schools)]
    )
    made = []
    used: set[RunId] = set()
    sizes = _family_sizes(students, families, draw)
    next_id = 100_001
    for index, size in enumerate(sizes):
        language = str(draw.choice(list(LANGUAGES), p=list(LANGUAGES.values())))
        contact = Contact(ContactId(f"K{index:05d}"), fictional_phone(len(schools) + index), language)
        name = family_name(draw)
        ids = []
        for _ in range(size):
            student_id = StudentId(str(next_id))
            next_id += 1
            ids.append(student_id)
            school = int(draw.integers(len(schools)))
            rows.students.append((student_id, rows.schools[school][0], given_name(draw), name, "3"))
            for ride in _rides_of(student_id, days, draw):
                rows.rides.append(ride)
                used.add(RunId(ride[1]))
        rows.contact(contact, ids, may_ask=True)
        made.append(Family(contact.phone, language, tuple(ids)))
    rows.write(folder)
    return RosterSummary(students, families, len(rows.rides), len(used), tuple(made))


def _family_sizes(students: int, families: int, draw: Generator) -> list[int]:
    """One student each, and the rest among them at random."""
    extra = np.bincount(draw.integers(families, size=students - families), minlength=families)
    return [1 + int(more) for more in extra]


@dataclass(frozen=True, slots=True)
class _Day:
    """The runs of one kind of day, and between which dates, on which weekdays, somebody may ride them."""

    running: tuple[Run, ...]
    first: date
    last: date
    weekdays: str

    def runs(self, leg: Leg) -> list[Run]:
        if leg is Leg.TO_SCHOOL:
            return [run for run in self.running if run.start_seconds < _NOON_SECONDS]
        return [run for run in self.running if run.start_seconds >= _NOON_SECONDS]


def _around(timetable: Timetable, service_date: date) -> _Day:
    """School days around one date, and its own weekday."""
    weekdays = "".join(
        letter if day < 5 or day == service_date.weekday() else "-" for day, letter in enumerate(_WEEKDAY_LETTERS)
    )
    return _Day(
        _worth_riding(timetable, service_date),
        service_date - _RIDES_BEFORE_AND_AFTER,
        service_date + _RIDES_BEFORE_AND_AFTER,
        weekdays,
    )


def _kinds_of_day(timetable: Timetable) -> list[_Day]:
    """One for each set of services that some day of the calendar has; the calendar keeps each to its own dates."""
    dates = timetable.calendar.dates()
    kinds: dict[frozenset[ServiceId], date] = {}
    for on in dates:
        kinds.setdefault(timetable.calendar.services_on(on), on)
    return [
        _Day(_worth_riding(timetable, on), dates[0], dates[-1], _WEEKDAY_LETTERS)
        for services, on in kinds.items()
        if services
    ]


def _worth_riding(timetable: Timetable, service_date: date) -> tuple[Run, ...]:
    # A child rides from a stop that is not the last, and home to one that is not the first.
    return tuple(run for run in timetable.runs_on(service_date) if len(run) > 1)


def _rides_of(
    student_id: StudentId, days: Sequence[_Day], draw: Generator
) -> Iterator[tuple[str, str, str, str, str, str, str, str]]:
    """A ride each way on every kind of day; one that serves several kinds is not joined by a second."""
    for leg in (Leg.TO_SCHOOL, Leg.FROM_SCHOOL):
        ridden: set[RunId] = set()
        for day in days:
            runs = day.runs(leg)
            if runs and not any(run.run_id in ridden for run in runs):
                run = runs[int(draw.integers(len(runs)))]
                ridden.add(run.run_id)
                yield _ride(student_id, run, leg, day, draw)


def _ride(
    student_id: StudentId, run: Run, leg: Leg, day: _Day, draw: Generator
) -> tuple[str, str, str, str, str, str, str, str]:
    index = int(draw.integers(len(run) - 1)) + (leg is Leg.FROM_SCHOOL)
    call = run.call(index)
    twice = run.pattern.stop_ids.count(call.stop_id) > 1
    return (
        student_id,
        run.run_id,
        call.stop_id,
        str(call.stop_sequence) if twice else "",
        leg,
        day.weekdays,
        day.first.isoformat(),
        day.last.isoformat(),
    )
