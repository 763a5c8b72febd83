"""Keeps cases moving when nobody touches them: reminders, cases left unanswered, conversations left held."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from busline.cases import texts
from busline.cases.case import EventKind, LeftUnanswered, Reminded
from busline.cases.history import Entry, Recorded, hold_case, record
from busline.cases.holding import Conversations
from busline.cases.reference import Reference
from busline.cases.reminding import AGAIN, BEFORE_SHARE, MOST, due_reminder
from busline.clock import Clock
from busline.steady import keep_doing
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)

LOOK_EVERY_SECONDS = 30.0
_REPORTED_WITHIN = timedelta(days=3)
"""Carriers report within minutes, some within a day."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many cases one look moved."""

    reminded: int = 0
    closed: int = 0
    handed_back: int = 0
    undelivered: int = 0


class Upkeep:
    """Looks at all cases every half minute. Several processes may: each case is held while it is looked at."""

    def __init__(self, pool: Pool, close_after: timedelta) -> None:
        """`close_after`: how long a family is given to say whether it is solved."""
        self._pool = pool
        self._close_after = close_after
        self._conversations = Conversations(pool)

    async def run(self, clock: Clock) -> None:
        """Until cancelled."""

        async def look() -> bool:
            await self.once(clock.now())
            return False

        await keep_doing("looking after cases", look, pause_seconds=LOOK_EVERY_SECONDS)

    async def once(self, now: datetime) -> Moved:
        """Whatever is due now."""
        waiting = await self._pool.fetch(SQL["waiting_long"], now, MOST, BEFORE_SHARE, now - AGAIN)
        reminded = sum([await self._remind(Reference(row["reference"]), now) for row in waiting])
        answered = await self._pool.fetch(SQL["answered_long"], now - self._close_after)
        closed = sum([await self._close(Reference(row["reference"]), now) for row in answered])
        lost = await self._pool.fetch(SQL["undelivered"], now - _REPORTED_WITHIN)
        undelivered = sum([await self._note_undelivered(row, now) for row in lost])
        return Moved(reminded, closed, await self._conversations.end_forgotten(now), undelivered)

    async def _note_undelivered(self, row: "asyncpg.Record", now: datetime) -> bool:
        """Staff believe that the family knows, and it does not."""
        async with transaction(self._pool) as connection:
            case = await hold_case(connection, Reference(row["reference"]))
            code = f" (https://www.twilio.com/docs/api/errors/{row['error_code']})" if row["error_code"] else ""
            words = f"The carrier could not bring it to the phone{code}; a call may reach the family."
            if case is None or not await connection.fetchval(SQL["note_undelivered"], row["outbox_id"], words):
                return False
            entry = Entry(EventKind.NOT_TEXTED, by="carrier", about=row["message"], words=words)
            await record(connection, case, None, entry, now)
            return True

    async def _remind(self, reference: Reference, now: datetime) -> bool:
        async with transaction(self._pool) as connection:
            case = await hold_case(connection, reference)
            level = None if case is None else due_reminder(case, now)
            if case is None or level is None:
                return False
            entry = Entry(EventKind.REMINDED, about=level, to_person=level)
            await record(connection, case, Reminded(), entry, now)
            return True

    async def _close(self, reference: Reference, now: datetime) -> bool:
        async with transaction(self._pool) as connection:
            case = await hold_case(connection, reference)
            # Looked at again now that it is held: the family may have said in the meantime.
            if case is None or case.state_since > now - self._close_after:
                return False
            recorded = await record(connection, case, LeftUnanswered(), Entry(EventKind.CLOSED_AFTER_DAYS), now)
            if not isinstance(recorded, Recorded):
                return False
            await texts.promise_case_text(connection, recorded, texts.CLOSED, "", now)
            return True
