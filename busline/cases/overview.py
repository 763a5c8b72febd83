"""Cases as staff list and read them; nothing here changes one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg

from busline.cases.case import Case, DepartmentId, Event, Holder
from busline.cases.history import case_of, history_of, look_at_case
from busline.cases.ledger import holder_of
from busline.cases.reference import Reference
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from busline.store.staff_access import note_access

SQL = load_queries(__file__)


class Show(StrEnum):
    """Which cases a list is of."""

    OPEN = "open"
    WAITING = "waiting"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    CLOSED = "closed"
    NOT_HANDED_OVER = "not_handed_over"


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list."""

    case: Case
    held_by: str | None
    """Who writes with the family now."""
    not_handed_over: bool
    """Something of it could not be brought to its department."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a line of the history has got on its way to a department."""

    department: DepartmentId
    connector: str
    to_person: str
    """`owner` or `next_up` for a reminder."""
    state: str
    attempts: int
    next_at: datetime
    trouble: str
    remote_id: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class SentText:
    """How far a text to the family has got."""

    message: str
    state: str
    carrier_status: str | None
    """`delivered`, `undelivered` and so on, as the carrier reported last."""
    trouble: str
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all that belongs to it."""

    case: Case
    history: tuple[Event, ...]
    holder: Holder | None
    deliveries: tuple[Delivery, ...]
    texts: tuple[SentText, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many cases wait for us, and how many lines could not be handed over."""

    waiting: int
    overdue: int
    urgent: int
    not_handed_over: int


class Overview:
    """The cases of one installation, to look at."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(
        self,
        show: Show,
        now: datetime,
        *,
        department: DepartmentId | None = None,
        assigned_to: str | None = None,
        most: int = 200,
    ) -> tuple[Listed, ...]:
        """The most pressing first."""
        rows = await self._pool.fetch(SQL["cases"], now, department, assigned_to, show, most)
        return tuple(Listed(case_of(row), row["held_by"], row["not_handed_over"]) for row in rows)

    async def file(self, reference: Reference, now: datetime) -> CaseFile | None:
        """One case, or None where there is none of that reference."""
        async with transaction(self._pool) as connection:
            case = await look_at_case(connection, reference)
            if case is None:
                return None
            return CaseFile(
                case=case,
                history=await history_of(connection, case.case_id),
                holder=await holder_of(connection, case.phone, now),
                deliveries=tuple(_delivery(row) for row in await connection.fetch(SQL["deliveries"], case.case_id)),
                texts=tuple(_text(row) for row in await connection.fetch(SQL["texts"], case.case_id)),
            )

    async def file_for(self, reader: str, reference: Reference, now: datetime) -> CaseFile | None:
        """The same for a member of staff: that they read it is kept first."""
        await note_access(self._pool, reader, "case", str(reference), now)
        return await self.file(reference, now)

    async def figures(self, now: datetime) -> Figures:
        """The counts of this moment."""
        row = await self._pool.fetchrow(SQL["figures"], now)
        assert row is not None  # noqa: S101 - an aggregate without GROUP BY always gives a row
        return Figures(row["waiting"], row["overdue"], row["urgent"], row["not_handed_over"])


def _delivery(row: "asyncpg.Record") -> Delivery:
    return Delivery(
        department=DepartmentId(row["department_id"]),
        connector=row["connector"],
        to_person=row["to_person"],
        state=row["state"],
        attempts=row["attempts"],
        next_at=row["next_at"],
        trouble=row["trouble"],
        remote_id=row["remote_id"],
        created_at=row["created_at"],
        settled_at=row["settled_at"],
    )


def _text(row: "asyncpg.Record") -> SentText:
    return SentText(
        message=row["message"],
        state=row["state"],
        carrier_status=row["carrier_status"],
        trouble=row["trouble"],
        created_at=row["created_at"],
        settled_at=row["settled_at"],
    )
