"""What may happen to a case, and what it is afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from busline.cases.case import (
    Answered,
    Assigned,
    Case,
    CaseId,
    CaseState,
    Change,
    DepartmentId,
    LeftUnanswered,
    NotPossible,
    ReachedDepartment,
    Reminded,
    Reopened,
    Said,
    Solved,
    Transferred,
    after,
)
from busline.cases.departments import COMPLAINTS, LOST_AND_FOUND
from busline.cases.reference import Reference
from busline.ids import Phone

NOW = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
PROMISE = NOW + timedelta(hours=8)


def make_case(state: CaseState = CaseState.RECEIVED) -> Case:
    return Case(
        case_id=CaseId(1),
        reference=Reference("57240"),
        phone=Phone("+16175550100"),
        contact_id=None,
        student_id=None,
        language="en",
        topic="lost_item",
        urgent=False,
        department=LOST_AND_FOUND,
        assigned_to=None,
        state=state,
        state_since=NOW,
        opened_at=NOW,
        promised_by=PROMISE,
        waiting_since=NOW if state.is_waiting else None,
    )


def changed(case: Case, change: Change, at: datetime = LATER) -> Case:
    outcome = after(case, change, at)
    assert isinstance(outcome, Case)
    return outcome


@pytest.mark.parametrize("change", [ReachedDepartment(), Said(), Assigned("ana")])
def test_a_case_is_with_the_department_once_its_system_or_a_person_has_it(change: Change) -> None:
    case = changed(make_case(), change)
    assert (case.state, case.state_since) == (CaseState.WITH_DEPARTMENT, LATER)
    assert case.waiting_since == NOW, "the family has waited since it wrote"
    assert changed(case, ReachedDepartment(), LATER + timedelta(hours=1)) == case


def test_an_answer_ends_the_waiting_and_the_familys_yes_closes_it() -> None:
    case = changed(replace(make_case(), reminders=2, reminded_at=NOW), Answered())
    assert (case.state, case.waiting_since, case.reminders, case.reminded_at) == (CaseState.ANSWERED, None, 0, None)
    closed = changed(case, Solved())
    assert closed.state is CaseState.CLOSED_BY_FAMILY
    assert changed(closed, Solved()) == closed


def test_a_family_may_say_that_it_is_solved_before_anybody_answered() -> None:
    closed = changed(make_case(), Solved())
    assert (closed.state, closed.waiting_since) == (CaseState.CLOSED_BY_FAMILY, None)


@pytest.mark.parametrize("state", [CaseState.ANSWERED, CaseState.CLOSED_BY_FAMILY, CaseState.CLOSED_AFTER_DAYS])
def test_reopening_keeps_the_number_and_promises_anew(state: CaseState) -> None:
    promise = LATER + timedelta(hours=8)
    case = changed(make_case(state), Reopened(promise))
    assert (case.case_id, case.reference) == (1, "57240")
    assert (case.state, case.waiting_since, case.promised_by) == (CaseState.WITH_DEPARTMENT, LATER, promise)
    assert case.times_reopened == 1
    assert changed(case, Reopened(promise + timedelta(days=9))) == case, "a case that waits keeps its earlier promise"


def test_a_transfer_moves_the_case_and_not_the_promise() -> None:
    case = changed(replace(make_case(), assigned_to="ana"), Transferred(COMPLAINTS))
    assert (case.department, case.assigned_to, case.state) == (COMPLAINTS, None, CaseState.WITH_DEPARTMENT)
    assert (case.promised_by, case.waiting_since) == (PROMISE, NOW)
    assert after(case, Transferred(COMPLAINTS), LATER) is NotPossible.SAME_DEPARTMENT


def test_an_answered_case_that_is_transferred_still_waits_for_the_family() -> None:
    case = changed(make_case(CaseState.ANSWERED), Transferred(COMPLAINTS))
    assert (case.department, case.state, case.waiting_since) == (COMPLAINTS, CaseState.ANSWERED, None)


@pytest.mark.parametrize("change", [Answered(), Assigned("ana"), Transferred(DepartmentId("safety"))])
@pytest.mark.parametrize("state", [CaseState.CLOSED_BY_FAMILY, CaseState.CLOSED_AFTER_DAYS])
def test_a_closed_case_must_be_opened_again_before_staff_work_on_it(change: Change, state: CaseState) -> None:
    assert after(make_case(state), change, LATER) is NotPossible.CLOSED


def test_only_an_answered_case_is_closed_for_want_of_a_word() -> None:
    assert changed(make_case(CaseState.ANSWERED), LeftUnanswered()).state is CaseState.CLOSED_AFTER_DAYS
    for state in set(CaseState) - {CaseState.ANSWERED}:
        assert after(make_case(state), LeftUnanswered(), LATER) is NotPossible.NOT_ANSWERED


def test_a_reminder_is_counted_and_moves_nothing() -> None:
    case = changed(make_case(), Reminded())
    assert (case.reminders, case.reminded_at) == (1, LATER)
    assert replace(case, reminders=0, reminded_at=None) == make_case()


@pytest.mark.parametrize("state", list(CaseState))
def test_a_family_waits_in_the_open_states_and_only_there(state: CaseState) -> None:
    changes: list[Change] = [
        ReachedDepartment(),
        Said(),
        Assigned("ana"),
        Transferred(COMPLAINTS),
        Answered(),
        Reopened(PROMISE),
        Solved(),
        LeftUnanswered(),
        Reminded(),
    ]
    for change in changes:
        case = after(make_case(state), change, LATER)
        if isinstance(case, Case):
            assert (case.waiting_since is not None) == case.state.is_waiting
