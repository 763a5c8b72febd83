"""A case in the database: read, changed and written down inside the caller's transaction, always all three together."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg

from busline.cases.case import (
    Case,
    CaseId,
    CaseState,
    Change,
    DepartmentId,
    Event,
    EventKind,
    NewCase,
    NotPossible,
    after,
)
from busline.cases.departments import ConnectorKind, Department, Person, WorkingTime, promised_by
from busline.cases.reference import FEWEST_DIGITS, MOST_DIGITS, Reference, new_reference
from busline.ids import ContactId, Phone, StudentId
from busline.store.pool import Connection
from busline.store.sql import load_queries

SQL = load_queries(__file__)

_TRIES_PER_LENGTH = 3
_HANDED_OVER = frozenset(
    {
        EventKind.OPENED,
        EventKind.FAMILY_WROTE,
        EventKind.TRANSFERRED,
        EventKind.NOTE,
        EventKind.SAID,
        EventKind.ANSWERED,
        EventKind.ASKED_IF_SOLVED,
        EventKind.SOLVED,
        EventKind.NOT_SOLVED,
        EventKind.REOPENED,
        EventKind.CLOSED_AFTER_DAYS,
        EventKind.REMINDED,
        EventKind.NOT_TEXTED,
    }
)
"""What a department must read where it works. The conversation before the case goes with the first of them."""


class UnknownDepartmentError(LookupError):
    """There is no such department; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line to be written into a history."""

    kind: EventKind
    by: str = ""
    about: str = ""
    words: str = ""
    source_key: str | None = None
    """The message that brings it: the same one a second time is no second line."""
    to_person: str = ""
    """Whom a reminder is for."""
    echo: bool = True
    """False for what came from the department's own system, which need not hear it again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was kept: the case after it, and the line's number."""

    case: Case
    event_id: int


class KnownAlready:
    """The message that brings this has been here before; nothing was changed."""


async def begin(connection: Connection, new: NewCase, now: datetime) -> Recorded:
    """A new case with its first line. Raises UnknownDepartmentError."""
    promise = await promise_of(connection, new.department, now, urgent=new.urgent)
    for attempt in range(_TRIES_PER_LENGTH * (MOST_DIGITS - FEWEST_DIGITS + 1)):
        row = await connection.fetchrow(
            SQL["insert_case"],
            new_reference(FEWEST_DIGITS + attempt // _TRIES_PER_LENGTH),
            new.phone,
            new.contact_id,
            new.student_id,
            new.language,
            new.topic,
            new.urgent,
            new.department,
            now,
            promise,
        )
        if row is not None:
            return await _written(connection, case_of(row), Entry(EventKind.OPENED, words=new.words), now)
    raise RuntimeError("Every reference that was drawn is taken; there cannot be so many cases.")


async def record(
    connection: Connection, case: Case, change: Change | None, entry: Entry, now: datetime
) -> Recorded | NotPossible | KnownAlready:
    """Make a change to a case that is held, and write it down. `None` only writes.

    The line goes to the department, too, where that works elsewhere; at a transfer to both of them.
    """
    # First of all: a message that comes again may find a case that its first coming has changed.
    if entry.source_key is not None and await connection.fetchval(SQL["is_known"], entry.source_key):
        return KnownAlready()
    changed = case if change is None else after(case, change, now)
    if isinstance(changed, NotPossible):
        return changed
    event_id = await _note(connection, case, entry, now)
    if event_id is None:
        return KnownAlready()
    if changed != case:
        await _keep(connection, changed)
    if entry.kind in _HANDED_OVER:
        # Where it goes to first: of two departments that share a ticket, the new one moves it.
        for department in dict.fromkeys((changed.department, case.department)):
            if entry.echo or department != case.department:
                await _promise_delivery(connection, case, event_id, department, entry, now)
    return Recorded(changed, event_id)


async def make_urgent(connection: Connection, case: Case, promise: datetime) -> Case:
    """The same case, from now on among those that cannot wait."""
    changed = replace(case, urgent=True, promised_by=min(case.promised_by, promise))
    await _keep(connection, changed)
    return changed


async def hold_case(connection: Connection, reference: Reference) -> Case | None:
    """The case, held until the end of the transaction."""
    row = await connection.fetchrow(SQL["case_to_change"], reference)
    return None if row is None else case_of(row)


async def look_at_case(connection: Connection, reference: Reference) -> Case | None:
    """The case as it stands now; somebody else may change it at any moment."""
    row = await connection.fetchrow(SQL["case_as_it_stands"], reference)
    return None if row is None else case_of(row)


async def history_of(connection: Connection, case_id: CaseId) -> tuple[Event, ...]:
    """Every line, oldest first."""
    return tuple(
        Event(row["event_id"], row["at"], EventKind(row["kind"]), row["by_whom"], row["about"], row["words"])
        for row in await connection.fetch(SQL["history"], case_id)
    )


async def promise_of(connection: Connection, department_id: DepartmentId, now: datetime, *, urgent: bool) -> datetime:
    """By when a department that is asked now will have answered. Raises UnknownDepartmentError."""
    row = await connection.fetchrow(SQL["department"], department_id)
    if row is None:
        raise UnknownDepartmentError(f"There is no department {department_id!r}, so nothing was changed.")
    return promised_by(now, department_of(row).hours, ZoneInfo(row["timezone"]), urgent=urgent)


def department_of(row: "asyncpg.Record") -> Department:
    """A whole row of `department`."""
    return Department(
        DepartmentId(row["department_id"]),
        Person(row["owner"], row["owner_address"]),
        Person(row["next_up"], row["next_up_address"]),
        ConnectorKind(row["connector"]),
        row["target"],
        WorkingTime(
            row["opens_minute"],
            row["closes_minute"],
            row["weekdays"],
            row["expected_minutes"],
            row["urgent_minutes"],
            frozenset(row["closed_on"]),
        ),
    )


def case_of(row: "asyncpg.Record") -> Case:
    """A whole row of `family_case`."""
    return Case(
        case_id=CaseId(row["case_id"]),
        reference=Reference(row["reference"]),
        phone=Phone(row["phone"]),
        contact_id=None if row["contact_id"] is None else ContactId(row["contact_id"]),
        student_id=None if row["student_id"] is None else StudentId(row["student_id"]),
        language=row["language"],
        topic=row["topic"],
        urgent=row["urgent"],
        department=DepartmentId(row["department_id"]),
        assigned_to=row["assigned_to"],
        state=CaseState(row["state"]),
        state_since=row["state_since"],
        opened_at=row["opened_at"],
        promised_by=row["promised_by"],
        waiting_since=row["waiting_since"],
        reminders=row["reminders"],
        reminded_at=row["reminded_at"],
        times_reopened=row["times_reopened"],
    )


async def _written(connection: Connection, case: Case, entry: Entry, now: datetime) -> Recorded:
    event_id = await _note(connection, case, entry, now)
    assert event_id is not None  # noqa: S101 - a line without a source is always written
    await _promise_delivery(connection, case, event_id, case.department, entry, now)
    return Recorded(case, event_id)


async def _note(connection: Connection, case: Case, entry: Entry, now: datetime) -> int | None:
    event_id: int | None = await connection.fetchval(
        SQL["note_event"], case.case_id, now, entry.kind, entry.by, entry.about, entry.words, entry.source_key
    )
    return event_id


async def _promise_delivery(
    connection: Connection, case: Case, event_id: int, department: DepartmentId, entry: Entry, now: datetime
) -> None:
    if entry.to_person:
        await connection.execute(SQL["promise_reminder"], case.case_id, event_id, department, entry.to_person, now)
    else:
        await connection.execute(SQL["promise_delivery"], case.case_id, event_id, department, now)


async def _keep(connection: Connection, case: Case) -> None:
    await connection.execute(
        SQL["keep_case"],
        case.case_id,
        case.urgent,
        case.department,
        case.assigned_to,
        case.state,
        case.state_since,
        case.promised_by,
        case.waiting_since,
        case.reminders,
        case.reminded_at,
        case.times_reopened,
    )
