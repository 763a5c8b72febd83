"""Cases as staff and departments work them. Each change is written down with who made it, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from busline.cases import texts
from busline.cases.case import (
    Answered,
    Assigned,
    Case,
    CaseState,
    Change,
    DepartmentId,
    EventKind,
    NotPossible,
    ReachedDepartment,
    Reopened,
    Said,
    Transferred,
)
from busline.cases.history import Entry, KnownAlready, Recorded, hold_case, look_at_case, promise_of, record
from busline.cases.ledger import HOLD
from busline.cases.reference import Reference
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)

LONGEST_WORDS = 600
"""Of a text to a family: four segments with the reference, in the languages that fit 160 characters in one."""


class NoSuchCase:
    """There is no case of that reference."""


Outcome: TypeAlias = Case | NoSuchCase | NotPossible | KnownAlready
"""What came of a change: the case after it, or why there was none."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change."""

    name: str
    """A member of staff, or the system of a department."""
    source_key: str | None = None
    """The message that brings it, where it comes by one: the same one a second time changes nothing."""
    echo: bool = True
    """False for the department's own system, which need not hear it again."""

    def wrote(self, kind: EventKind, words: str = "", about: str = "") -> Entry:
        """The line that this change leaves in the history."""
        return Entry(kind, self.name, about, words, self.source_key, echo=self.echo)


class CaseDesk:
    """What can be done with the cases of one installation."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def assign(self, reference: Reference, to: str, by: Author, now: datetime) -> Outcome:
        """Give a case to a member of staff."""
        return await self._change(reference, Assigned(to), by.wrote(EventKind.ASSIGNED, about=to), now)

    async def transfer(self, reference: Reference, to: DepartmentId, words: str, by: Author, now: datetime) -> Outcome:
        """Pass a case on, with everything that happened in it. Raises UnknownDepartmentError."""
        async with transaction(self._pool) as connection:
            # Asked first, so that a department that there is not is named before anything is held.
            await promise_of(connection, to, now, urgent=False)
            entry = by.wrote(EventKind.TRANSFERRED, words, about=to)
            return await _changed(connection, reference, Transferred(to), entry, now)

    async def note(self, reference: Reference, words: str, by: Author, now: datetime) -> Outcome:
        """Words for staff only."""
        return await self._change(reference, None, by.wrote(EventKind.NOTE, words), now)

    async def not_texted(self, reference: Reference, why: str, by: Author, now: datetime) -> Outcome:
        """What a department wrote did not go to the family, and the department must hear that."""
        return await self._change(reference, None, Entry(EventKind.NOT_TEXTED, by.name, words=why), now)

    async def reached(self, reference: Reference, by: Author, now: datetime) -> Outcome:
        """The department has it in hand."""
        return await self._change(reference, ReachedDepartment(), by.wrote(EventKind.REACHED_DEPARTMENT), now)

    async def say(self, reference: Reference, words: str, by: Author, now: datetime) -> Outcome:
        """A text to the family while the matter is still worked on."""
        return await self._tell(reference, Said(), by.wrote(EventKind.SAID, words), texts.WORDS, now)

    async def answer(self, reference: Reference, words: str, by: Author, now: datetime) -> Outcome:
        """A text that should settle it, and the question whether it did. A conversation is handed back with it."""
        return await self._tell(
            reference, Answered(), by.wrote(EventKind.ANSWERED, words), texts.WORDS_AND_IS_IT_SOLVED, now
        )

    async def close(self, reference: Reference, by: Author, now: datetime) -> Outcome:
        """Ask the family whether it is solved: only they close a case, or time does. They are not asked twice."""
        return await self._tell(reference, Answered(), by.wrote(EventKind.ASKED_IF_SOLVED), texts.IS_IT_SOLVED, now)

    async def reopen(self, reference: Reference, words: str, by: Author, now: datetime) -> Outcome:
        """The same case again, with a new promise; one that waits stays as it is."""
        async with transaction(self._pool) as connection:
            case = await hold_case(connection, reference)
            if case is None:
                return NoSuchCase()
            promise = await promise_of(connection, case.department, now, urgent=case.urgent)
            entry = by.wrote(EventKind.REOPENED, words)
            return case_after(await record(connection, case, Reopened(promise), entry, now))

    async def try_again(self, reference: Reference, now: datetime) -> int | NoSuchCase:
        """Have what could not be handed over tried again; how many lines that is."""
        async with transaction(self._pool) as connection:
            case = await look_at_case(connection, reference)
            if case is None:
                return NoSuchCase()
            return len(await connection.fetch(SQL["try_again"], case.case_id, now))

    async def _change(self, reference: Reference, change: Change | None, entry: Entry, now: datetime) -> Outcome:
        async with transaction(self._pool) as connection:
            return await _changed(connection, reference, change, entry, now)

    async def _tell(
        self, reference: Reference, change: Said | Answered, entry: Entry, message: str, now: datetime
    ) -> Outcome:
        async with transaction(self._pool) as connection:
            case = await hold_case(connection, reference)
            if case is None:
                return NoSuchCase()
            if entry.kind is EventKind.ASKED_IF_SOLVED and case.state is CaseState.ANSWERED:
                return case
            recorded = await record(connection, case, change, entry, now)
            if isinstance(recorded, Recorded):
                await texts.promise_case_text(connection, recorded, message, entry.words, now)
                if isinstance(change, Answered):
                    # The family's yes or no is for Busline to hear.
                    await connection.execute(SQL["end_hold"], case.phone)
                else:
                    await connection.execute(SQL["put_off_hold"], case.phone, entry.by, now + HOLD)
            return case_after(recorded)


def case_after(recorded: Recorded | NotPossible | KnownAlready) -> Case | NotPossible | KnownAlready:
    """The case, where something was recorded."""
    return recorded.case if isinstance(recorded, Recorded) else recorded


async def _changed(
    connection: Connection, reference: Reference, change: Change | None, entry: Entry, now: datetime
) -> Outcome:
    case = await hold_case(connection, reference)
    return NoSuchCase() if case is None else case_after(await record(connection, case, change, entry, now))
