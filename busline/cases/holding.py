"""Who of the staff writes with a family in our place. While somebody does, nothing is answered by itself."""

from dataclasses import dataclass
from datetime import datetime

from busline.cases.case import Assigned, EventKind, Holder, NotPossible
from busline.cases.handling import NoSuchCase, Outcome, case_after
from busline.cases.history import Entry, Recorded, hold_case, look_at_case, record
from busline.cases.ledger import HOLD, holder_of
from busline.cases.reference import Reference
from busline.cases.texts import STANDING, promise_case_text
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Somebody else writes with this family."""

    holder: Holder


class Conversations:
    """The conversations of one installation, taken over and handed back."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take_over(self, reference: Reference, by: str, now: datetime) -> Outcome | HeldBy:
        """Write with the family from the moment this returns. Of two who try at once, one is told who has it."""
        async with transaction(self._pool) as connection:
            seen = await look_at_case(connection, reference)
            if seen is None:
                return NoSuchCase()
            # In the order in which a text takes its locks: the phone, the case, the hold.
            await connection.execute(SQL["wait_for_turn"], seen.phone)
            case = await hold_case(connection, reference)
            if case is None:
                return NoSuchCase()
            if case.state.is_closed:
                return NotPossible.CLOSED
            before = await holder_of(connection, case.phone, now)
            while not await connection.fetchval(SQL["take_over"], case.phone, case.case_id, by, now, now + HOLD):
                holder = await holder_of(connection, case.phone, now)
                if holder is not None:
                    return HeldBy(holder)
                # It was handed back between our two looks.
            if before is not None and before.held_by == by and before.reference == reference:
                return case
            return case_after(
                await record(connection, case, Assigned(by), Entry(EventKind.TAKEN_OVER, by, about=by), now)
            )

    async def hand_back(
        self, reference: Reference, by: str, now: datetime, *, for_another: bool = False
    ) -> Outcome | HeldBy:
        """Let Busline answer this family again. `for_another` ends somebody else's hold, too."""
        async with transaction(self._pool) as connection:
            case = await hold_case(connection, reference)
            if case is None:
                return NoSuchCase()
            ended = await connection.fetchval(SQL["hand_back"], case.phone, now, None if for_another else by)
            if ended is None:
                holder = await holder_of(connection, case.phone, now)
                return case if holder is None else HeldBy(holder)
            return case_after(await record(connection, case, None, Entry(EventKind.HANDED_BACK, by, about=ended), now))

    async def end_forgotten(self, now: datetime) -> int:
        """Hand back what nobody has written in for half an hour; those families hear how their case stands."""
        ended = 0
        for row in await self._pool.fetch(SQL["forgotten_holds"], now):
            async with transaction(self._pool) as connection:
                case = await hold_case(connection, Reference(row["reference"]))
                if case is None or await connection.fetchval(SQL["end_hold"], row["phone"], now) is None:
                    continue
                entry = Entry(EventKind.HANDED_BACK, about=row["held_by"], words="after half an hour of silence")
                recorded = await record(connection, case, None, entry, now)
                if isinstance(recorded, Recorded):
                    await promise_case_text(connection, recorded, STANDING, "", now)
                ended += 1
        return ended
