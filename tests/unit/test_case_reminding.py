"""Who is reminded of a case, and when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from busline.cases.case import Answered, Case, CaseState, Reminded, after
from busline.cases.reminding import AGAIN, MOST, Level, due_reminder
from tests.unit.test_case import NOW, make_case

PROMISE = NOW + timedelta(hours=8)


def reminded(case: Case, hours: float) -> Case:
    changed = after(case, Reminded(), NOW + timedelta(hours=hours))
    assert isinstance(changed, Case)
    return changed


@pytest.mark.parametrize(
    ("hours", "level"), [(0, None), (5.9, None), (6, Level.OWNER), (7.9, Level.OWNER), (8, Level.NEXT_UP)]
)
def test_the_owner_is_reminded_while_the_promise_can_be_kept_and_then_the_next_one_up(
    hours: float, level: Level | None
) -> None:
    assert due_reminder(make_case(), NOW + timedelta(hours=hours)) is level


def test_nobody_is_reminded_twice_of_the_same_thing() -> None:
    case = reminded(make_case(), 6)
    assert due_reminder(case, NOW + timedelta(hours=7)) is None
    assert due_reminder(case, PROMISE) is Level.NEXT_UP
    case = reminded(case, 8)
    assert due_reminder(case, PROMISE + timedelta(minutes=1)) is None
    assert due_reminder(case, PROMISE + AGAIN) is Level.NEXT_UP


def test_a_promise_that_passed_unseen_goes_to_the_next_one_up_once() -> None:
    case = reminded(make_case(), 9)
    assert due_reminder(case, NOW + timedelta(hours=9, minutes=1)) is None


def test_reminders_end_before_they_are_noise() -> None:
    assert due_reminder(replace(make_case(), reminders=MOST), NOW + timedelta(days=30)) is None


def test_a_case_that_waits_for_the_family_reminds_nobody() -> None:
    answered = after(make_case(), Answered(), NOW)
    assert isinstance(answered, Case)
    for state in (answered, make_case(CaseState.CLOSED_BY_FAMILY)):
        assert due_reminder(state, NOW + timedelta(days=30)) is None
