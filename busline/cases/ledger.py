"""Cases as the conversation with families opens, asks and changes them, each inside the caller's transaction.

A phone reaches its own cases and no others: a reference that belongs to another phone is answered like one that does
not exist, after the same work.
"""

from datetime import datetime, timedelta

from busline.cases.case import (
    Case,
    CaseStanding,
    CaseState,
    DepartmentId,
    EventKind,
    Holder,
    NewCase,
    Reopened,
    Solved,
)
from busline.cases.history import Entry, Recorded, begin, case_of, make_urgent, promise_of, record
from busline.cases.reference import Reference
from busline.ids import Phone
from busline.store.pool import Connection
from busline.store.sql import load_queries

SQL = load_queries(__file__)

HOLD = timedelta(minutes=30)
"""Somebody who forgot to hand a conversation back keeps a family from answers no longer than this after their last
text. What the family writes does not prolong it: a family that goes on texting into silence must be answered."""
_SO_FAR = timedelta(hours=24)
_TEXTS_SO_FAR = 20
_CLOSED_OF_LATE = timedelta(days=30)


async def open_case(connection: Connection, new: NewCase, now: datetime) -> Case:
    """A case with the conversation so far, or the one that already waits about the same matter, with these words added.

    Whoever texts "PERSON" five times has one case and one reference. Raises UnknownDepartmentError.
    """
    waiting = await connection.fetchrow(SQL["open_case_like_it"], new.phone, new.department, new.topic, new.student_id)
    if waiting is not None:
        case = await _wrote(connection, case_of(waiting), EventKind.FAMILY_WROTE, new.words, now)
        if new.urgent and not case.urgent:
            promise = await promise_of(connection, case.department, now, urgent=True)
            case = await make_urgent(connection, case, promise)
        return case
    opened = (await begin(connection, new, now)).case
    await connection.execute(SQL["conversation_so_far"], opened.case_id, new.phone, now - _SO_FAR, now, _TEXTS_SO_FAR)
    return opened


async def cases_of(connection: Connection, phone: Phone, now: datetime) -> tuple[CaseStanding, ...]:
    """The cases that this phone may hear about, those under way first, then newest first; at most ten."""
    return tuple(
        CaseStanding(
            reference=Reference(row["reference"]),
            state=CaseState(row["state"]),
            department=DepartmentId(row["department_id"]),
            topic=row["topic"],
            urgent=row["urgent"],
            state_since=row["state_since"],
            opened_at=row["opened_at"],
            promised_by=row["promised_by"],
        )
        for row in await connection.fetch(SQL["cases_of"], phone, now - _CLOSED_OF_LATE)
    )


async def add_words(
    connection: Connection, phone: Phone, reference: Reference, words: str, now: datetime
) -> Case | None:
    """What the family adds to a case; one that waited for nobody is open again. None where it is not this phone's."""
    case = await _own(connection, phone, reference)
    if case is None:
        return None
    return await _wrote(connection, case, EventKind.FAMILY_WROTE, words, now)


async def reopen(connection: Connection, phone: Phone, reference: Reference, words: str, now: datetime) -> Case | None:
    """The same case under the same reference, open again; one that is open stays so. None where not this phone's."""
    case = await _own(connection, phone, reference)
    return None if case is None else await _wrote(connection, case, EventKind.REOPENED, words, now)


async def settle(
    connection: Connection, phone: Phone, reference: Reference, words: str, now: datetime, *, solved: bool
) -> Case | None:
    """The family's word on whether it is solved: yes closes it, no opens it again. None where not this phone's."""
    case = await _own(connection, phone, reference)
    if case is None:
        return None
    if not solved:
        return await _wrote(connection, case, EventKind.NOT_SOLVED, words, now)
    if case.state.is_closed:
        return case
    return _kept(await record(connection, case, Solved(), Entry(EventKind.SOLVED, words=words), now))


async def holder_of(connection: Connection, phone: Phone, now: datetime) -> Holder | None:
    """Who of the staff writes with this phone in our place: then nothing is answered by itself."""
    row = await connection.fetchrow(SQL["holder"], phone, now)
    return None if row is None else Holder(row["held_by"], Reference(row["reference"]), row["since"], row["until"])


async def _own(connection: Connection, phone: Phone, reference: Reference) -> Case | None:
    row = await connection.fetchrow(SQL["case_of_phone"], phone, reference)
    return None if row is None else case_of(row)


async def _wrote(connection: Connection, case: Case, kind: EventKind, words: str, now: datetime) -> Case:
    """The family's words, which wake a case that waited for nobody."""
    change = None
    if not case.state.is_waiting:
        change = Reopened(await promise_of(connection, case.department, now, urgent=case.urgent))
    return _kept(await record(connection, case, change, Entry(kind, words=words), now))


def _kept(recorded: object) -> Case:
    # A family's word is always possible, and its text comes here once: the inquiry it belongs to is unique.
    assert isinstance(recorded, Recorded)  # noqa: S101
    return recorded.case
