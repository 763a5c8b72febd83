"""The people of a simulated district: who rides from which corner, and which phones may ask about them.

A plan in; students, households and contacts out, none of whom exists. Brothers and sisters wait at the same corner,
often for buses to different schools.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from numpy.random import Generator

from busline.ids import ContactId, Phone, RunId, SchoolId, StopId, StudentId
from busline.people import Contact, Leg
from feeds.simulator.chance import chance
from feeds.simulator.names import family_name, fictional_phone, given_name
from feeds.simulator.plan import SchoolPlan

LANGUAGES: Mapping[str, float] = {
    "en": 0.55,
    "es": 0.25,
    "ht": 0.05,
    "kea": 0.04,
    "zh": 0.03,
    "vi": 0.03,
    "pt": 0.02,
    "so": 0.01,
    "ar": 0.01,
    "fr": 0.01,
}
"""The ten languages Boston publishes in; the shares are only roughly those of its families."""
_HOUSEHOLDS = (0.58, 0.32, 0.10)
"""Shares of families with one, two and three riders."""
_SECOND_PHONE_SHARE, _BARRED_PARENT_SHARE = 0.25, 0.05
_FIRST_ID = 100_001
_FIRST_CONTACT_PHONE = 100
"""Numbers before it are the schools' and the hotline's."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place on a route: one corner, out in the morning and back in the afternoon."""

    school_id: SchoolId
    stop_id: StopId
    morning: RunId
    afternoon: RunId


@dataclass(frozen=True, slots=True)
class Student:
    student_id: StudentId
    school_id: SchoolId
    given_name: str
    family_name: str
    grade: str
    seat: Seat
    legs: tuple[Leg, ...]
    """Most ride both ways."""
    weekdays: str
    """Which days, as the roster file writes them: `MTWRF--`."""


@dataclass(frozen=True, slots=True)
class Household:
    """Students of one family and the phones around them."""

    students: tuple[Student, ...]
    may_ask: tuple[Contact, ...]
    barred: tuple[Contact, ...]
    """A parent on file without the right to ask."""


@dataclass(frozen=True, slots=True)
class People:
    households: tuple[Household, ...]
    stranger_phone: Phone
    """A good number that nobody in the district has."""


@lru_cache(maxsize=4)
def people_of(plan: SchoolPlan) -> People:
    """The same people for the same plan."""
    households = []
    next_phone = max(_FIRST_CONTACT_PHONE, len(plan.schools) + 1)
    next_id = _FIRST_ID
    for stop_id, seats in sorted(_seats(plan).items()):
        draw = chance(plan.seed, "household", stop_id)
        order = draw.permutation(len(seats)).tolist()
        while order:
            size = min(1 + int(draw.choice(len(_HOUSEHOLDS), p=_HOUSEHOLDS)), len(order))
            name = family_name(draw)
            students = []
            for _ in range(size):
                students.append(_student(plan, StudentId(str(next_id)), name, seats[order.pop()], draw))
                # Real lists have holes: children who moved away.
                next_id += 1 + int(draw.random() < 0.15)
            phones = 1 + int(draw.random() < _SECOND_PHONE_SHARE)
            barred = int(draw.random() < _BARRED_PARENT_SHARE)
            language = str(draw.choice(list(LANGUAGES), p=list(LANGUAGES.values())))
            contacts = [
                Contact(ContactId(f"K{number:05d}"), fictional_phone(number), language)
                for number in range(next_phone, next_phone + phones + barred)
            ]
            next_phone += len(contacts)
            households.append(Household(tuple(students), tuple(contacts[:phones]), tuple(contacts[phones:])))
    return People(tuple(households), fictional_phone(next_phone))


def renumbered(people: People, ids: Mapping[StudentId, StudentId]) -> People:
    """The same people, some of them with another student ID."""
    households = tuple(
        replace(
            home,
            students=tuple(
                replace(student, student_id=ids.get(student.student_id, student.student_id))
                for student in home.students
            ),
        )
        for home in people.households
    )
    return replace(people, households=households)


def _seats(plan: SchoolPlan) -> dict[StopId, list[Seat]]:
    """One seat for every student the plan counts on, by corner."""
    seats: dict[StopId, list[Seat]] = {}
    for run in plan.runs.values():
        if run.leg is Leg.TO_SCHOOL:
            back = RunId(f"{run.route_id}-PM")
            for stop_id, riders in zip(run.stop_ids[:-1], run.riders, strict=False):
                seat = Seat(run.school.school_id, stop_id, run.run_id, back)
                seats.setdefault(stop_id, []).extend([seat] * riders)
    return seats


def _student(plan: SchoolPlan, student_id: StudentId, family: str, seat: Seat, draw: Generator) -> Student:
    grades = {0: ("9", "10", "11", "12"), 1: ("6", "7", "8"), 2: ("K", "1", "2", "3", "4", "5")}
    tier = plan.runs[seat.morning].school.tier
    legs: tuple[Leg, ...] = (Leg.TO_SCHOOL, Leg.FROM_SCHOOL)
    luck = draw.random()
    if luck < 0.06:
        legs = (Leg.TO_SCHOOL,) if luck < 0.03 else (Leg.FROM_SCHOOL,)
    weekdays = str(draw.choice(["MTW-F--", "M-W-F--", "MTWR---"])) if draw.random() < 0.03 else "MTWRF--"
    grade = str(draw.choice(grades[tier]))
    return Student(student_id, seat.school_id, given_name(draw), family, grade, seat, legs, weekdays)
