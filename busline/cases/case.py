"""What a case is, and what may happen to it: a case and a change in, the case after it out. Pure.

    received -> with_department -> answered -> closed_by_family | closed_after_days
                      ^               |                |
                      +---------------+----------------+   reopened: the same reference, the whole history

A family waits for us in the first two states, and only there; in `answered` we wait for the family.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias, assert_never

from busline.cases.reference import Reference
from busline.ids import ContactId, Phone, StudentId

CaseId = NewType("CaseId", int)
DepartmentId = NewType("DepartmentId", str)
"""`special_education`; its words for families are in the catalogues."""


class CaseState(StrEnum):
    """Where a case stands, as it is stored and as families and departments are told."""

    RECEIVED = "received"
    """Kept by us; nobody of the department has it yet."""
    WITH_DEPARTMENT = "with_department"
    ANSWERED = "answered"
    """The family was asked whether that solved it."""
    CLOSED_BY_FAMILY = "closed_by_family"
    CLOSED_AFTER_DAYS = "closed_after_days"
    """The family did not say, and was told that it is closed."""

    @property
    def is_waiting(self) -> bool:
        """The family waits for us."""
        return self in (CaseState.RECEIVED, CaseState.WITH_DEPARTMENT)

    @property
    def is_closed(self) -> bool:
        """Nobody waits for anybody; it can be opened again."""
        return self in (CaseState.CLOSED_BY_FAMILY, CaseState.CLOSED_AFTER_DAYS)


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a case is opened with. The conversation so far is added by whoever keeps it."""

    phone: Phone
    language: str
    department: DepartmentId
    topic: str
    """What it is about: the id of a prepared answer (`lost_item`), or a word of ours (`person`, `not_home`)."""
    words: str
    """What the family wrote, as it wrote it."""
    urgent: bool = False
    student_id: StudentId | None = None
    """Only one that this phone is linked to."""
    contact_id: ContactId | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case, as it stands."""

    case_id: CaseId
    reference: Reference
    phone: Phone
    contact_id: ContactId | None
    student_id: StudentId | None
    language: str
    topic: str
    urgent: bool
    department: DepartmentId
    assigned_to: str | None
    """The member of staff who took it; None leaves it to the department's owner."""
    state: CaseState
    state_since: datetime
    opened_at: datetime
    promised_by: datetime
    """When the family was told to expect an answer. Passing the case on inside the district does not move it."""
    waiting_since: datetime | None
    """Since when the family waits for us; None while we wait for the family, and once closed."""
    reminders: int = 0
    """Sent since the family began to wait."""
    reminded_at: datetime | None = None
    times_reopened: int = 0


class EventKind(StrEnum):
    """What stands in a case's history."""

    ASKED = "asked"
    """The conversation before the case: what the family texted."""
    TOLD = "told"
    """The conversation before the case: what it was answered."""
    OPENED = "opened"
    FAMILY_WROTE = "family_wrote"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    NOTE = "note"
    """For staff only."""
    SAID = "said"
    """Words to the family while the matter is still worked on."""
    ANSWERED = "answered"
    ASKED_IF_SOLVED = "asked_if_solved"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    REOPENED = "reopened"
    CLOSED_AFTER_DAYS = "closed_after_days"
    REMINDED = "reminded"
    REACHED_DEPARTMENT = "reached_department"
    NOT_HANDED_OVER = "not_handed_over"
    """The department's system could not be reached, again and again; the case is still here."""
    TAKEN_OVER = "taken_over"
    HANDED_BACK = "handed_back"
    NOT_TEXTED = "not_texted"
    """A text to the family did not go out."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's history."""

    event_id: int
    at: datetime
    kind: EventKind
    by: str = ""
    """A member of staff, or the system of a department; empty for the family and for us."""
    about: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ReachedDepartment:
    """The department's own system has it, or a person of it does."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody of the staff is to see to it."""

    to: str
    """The user name."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """Another department has it from now on, with its whole history."""

    to: DepartmentId


@dataclass(frozen=True, slots=True)
class Said:
    """Staff wrote to the family, and are not done."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Staff think that it is settled; the family is asked."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """The family says that it is not solved, or has more to say; or staff open it again."""

    promised_by: datetime


@dataclass(frozen=True, slots=True)
class Solved:
    """The family says so, at any time."""


@dataclass(frozen=True, slots=True)
class LeftUnanswered:
    """The family did not say whether it was solved, for days."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """The department was reminded that the family waits."""


Change: TypeAlias = (
    ReachedDepartment | Assigned | Transferred | Said | Answered | Reopened | Solved | LeftUnanswered | Reminded
)


class NotPossible(StrEnum):
    """Why a change cannot be made to a case as it stands."""

    CLOSED = "closed"
    """Open it again first."""
    SAME_DEPARTMENT = "same_department"
    NOT_ANSWERED = "not_answered"
    """Only a case that was answered is closed for want of a word from the family."""


def after(case: Case, change: Change, at: datetime) -> Case | NotPossible:
    """The case after a change. A change that it has gone through already leaves it as it is."""
    match change:
        case ReachedDepartment() | Said():
            return _moved(case, CaseState.WITH_DEPARTMENT, at) if case.state is CaseState.RECEIVED else case
        case Assigned(to):
            if case.state.is_closed:
                return NotPossible.CLOSED
            if case.state is CaseState.RECEIVED:
                case = _moved(case, CaseState.WITH_DEPARTMENT, at)
            return replace(case, assigned_to=to)
        case Transferred(to):
            return _transferred(case, to, at)
        case Answered():
            if case.state.is_closed:
                return NotPossible.CLOSED
            # Also where it was answered before: the family is asked about the newer answer.
            return _moved(case, CaseState.ANSWERED, at)
        case Reopened(promised_by):
            if case.state.is_waiting:
                return case
            case = _moved(case, CaseState.WITH_DEPARTMENT, at)
            return replace(case, promised_by=promised_by, times_reopened=case.times_reopened + 1)
        case Solved():
            return case if case.state.is_closed else _moved(case, CaseState.CLOSED_BY_FAMILY, at)
        case LeftUnanswered():
            if case.state is not CaseState.ANSWERED:
                return NotPossible.NOT_ANSWERED
            return _moved(case, CaseState.CLOSED_AFTER_DAYS, at)
        case Reminded():
            return replace(case, reminders=case.reminders + 1, reminded_at=at)
        case _:
            assert_never(change)


def _transferred(case: Case, to: DepartmentId, at: datetime) -> Case | NotPossible:
    if case.state.is_closed:
        return NotPossible.CLOSED
    if case.department == to:
        return NotPossible.SAME_DEPARTMENT
    if case.state is CaseState.ANSWERED:
        return replace(case, department=to, assigned_to=None)
    # The promise stays: the family did not choose the wrong door.
    return replace(_moved(case, CaseState.WITH_DEPARTMENT, at), department=to, assigned_to=None)


def _moved(case: Case, state: CaseState, at: datetime) -> Case:
    waiting_since = (case.waiting_since or at) if state.is_waiting else None
    begins_to_wait = state.is_waiting and case.waiting_since is None
    return replace(
        case,
        state=state,
        state_since=at,
        waiting_since=waiting_since,
        reminders=0 if begins_to_wait or not state.is_waiting else case.reminders,
        reminded_at=None if begins_to_wait or not state.is_waiting else case.reminded_at,
    )


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What a family is told of a case, and what the conversation must know of it."""

    reference: Reference
    state: CaseState
    department: DepartmentId
    topic: str
    urgent: bool
    state_since: datetime
    opened_at: datetime
    promised_by: datetime

    @property
    def asks_if_solved(self) -> bool:
        """A bare yes or no from this phone is about this case."""
        return self.state is CaseState.ANSWERED

    def is_overdue(self, now: datetime) -> bool:
        """The family was promised an answer by now, and has none."""
        return self.state.is_waiting and now > self.promised_by


@dataclass(frozen=True, slots=True)
class Holder:
    """Who of the staff writes with a phone in our place, in which case."""

    held_by: str
    reference: Reference
    since: datetime
    until: datetime
