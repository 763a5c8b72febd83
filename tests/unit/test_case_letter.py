"""What a department reads of a case."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from busline.cases.case import DepartmentId, Event, EventKind
from busline.cases.departments import COMPLAINTS, LOST_AND_FOUND, SAFETY, ConnectorKind, Department, Person, WorkingTime
from busline.cases.letter import body, line, subject, unheard
from busline.cases.parcel import Parcel
from tests.unit.test_case import NOW, make_case

BOSTON = ZoneInfo("America/New_York")
NOBODY = Person("", "")
HOURS = WorkingTime(480, 1020, 31, 480, 60)


def department(department_id: DepartmentId) -> Department:
    return Department(department_id, NOBODY, NOBODY, ConnectorKind.EMAIL, "x@y.org", HOURS)


def events(*said: tuple[EventKind, str, str]) -> tuple[Event, ...]:
    """Kind, what it is about, words: a minute apart."""
    return tuple(
        Event(number, NOW + timedelta(minutes=number), kind, "ana", about, words)
        for number, (kind, about, words) in enumerate(said)
    )


def parcel(history: tuple[Event, ...], to: DepartmentId, remote_id: str | None = "T1") -> Parcel:
    case = replace(make_case(), department=to)
    return Parcel("k", case, department(to), history[-1], history, remote_id, to=None, maybe_sent=False)


OPENED = (EventKind.OPENED, "", "a hat")
NOTE = (EventKind.NOTE, "", "red")


def moved(to: DepartmentId) -> tuple[EventKind, str, str]:
    return (EventKind.TRANSFERRED, to, "yours")


def test_a_case_that_is_new_to_a_department_comes_with_everything() -> None:
    history = events(OPENED, NOTE, moved(COMPLAINTS))
    assert unheard(parcel(history, COMPLAINTS, remote_id=None)) == history[:2]


def test_a_line_more_comes_alone() -> None:
    assert unheard(parcel(events(OPENED, NOTE), LOST_AND_FOUND)) == ()


def test_a_case_that_comes_back_brings_what_was_written_elsewhere() -> None:
    said = (EventKind.ANSWERED, "", "we called")
    history = events(OPENED, NOTE, moved(COMPLAINTS), said, moved(SAFETY), NOTE, moved(LOST_AND_FOUND))
    assert unheard(parcel(history, LOST_AND_FOUND)) == history[3:6]
    again = (*history, *events(NOTE, moved(SAFETY), said, moved(LOST_AND_FOUND)))
    assert unheard(parcel(again, LOST_AND_FOUND)) == again[9:10], "and only of this time away"


def test_whoever_it_leaves_is_told_of_that_alone() -> None:
    history = events(OPENED, NOTE, moved(COMPLAINTS))
    assert unheard(parcel(history, LOST_AND_FOUND)) == ()


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_line_can_be_read(kind: EventKind) -> None:
    said = line(Event(1, NOW, kind, "ana", "special_education", "words"), BOSTON)
    assert said.startswith("Tue Oct 6, 08:00: ")
    assert said.endswith(": words")
    assert "{" not in said
    assert "_" not in said


def test_the_subject_begins_with_the_reference_and_says_what_is_urgent() -> None:
    assert subject(make_case()) == "[5724-0] lost item"
    assert subject(replace(make_case(), urgent=True, topic="not_home")) == "[5724-0] Urgent: not home"


def test_the_body_says_who_waits_until_when() -> None:
    words = body(parcel(events(OPENED), LOST_AND_FOUND, remote_id=None), BOSTON)
    assert "The family wrote: a hat" in words
    assert "Phone +16175550100; the family reads 'en'." in words
    assert "promised an answer by Tue Oct 6, 16:00." in words
