"""What the database says of families: who waits for which call of a day, and what they want to hear."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from busline.ids import Phone, RunId, StopId, StudentId
from busline.outbound import Channel
from busline.people import Leg
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from notifier.ride import Wish
from notifier.watching.day import PhoneWish, RideRow

SQL = load_queries(__file__)

_AT_ONCE = 1_000
"""Rows read at a stretch: a few milliseconds."""
_KEPT = timedelta(days=7)
LOAD_SECONDS = 120.0
"""The longest that reading a day may take; a million students with two phones each take some ten."""
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Version:
    """Of the roster and of who joined: where it differs, families have changed."""

    newest: int
    changes: int


class Families:
    """Reads one database. Every method raises DatabaseUnavailableError while the server is away."""

    def __init__(self, pool: Pool, late_after: timedelta, *, sends_mail: bool = True) -> None:
        """`late_after`: the delay that is told of to whom chose no other. Without mail, who wants it is texted."""
        self._pool = pool
        self._sends_mail = sends_mail
        self._late_after = late_after

    @property
    def usual(self) -> PhoneWish:
        """Of a phone that said nothing."""
        return PhoneWish(Wish(self._late_after))

    async def version(self) -> Version:
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["version"])
        return Version(0, 0) if row is None else Version(row["newest"], row["changes"])

    async def forget_changes(self, now: datetime) -> None:
        """Note of old changes is kept no longer."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["forget_changes"], now - _KEPT)

    async def want_everything(self, phones: Sequence[Phone], now: datetime) -> None:
        """Let these phones hear of all there is, unless they chose otherwise: for a district that is played."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["want_everything"], list(phones), now)

    async def rides(self, service_date: date) -> AsyncIterator[list[RideRow]]:
        """Who rides on a day, whatever the plan says of it; in order of run and phone, some at a time."""
        async with transaction(self._pool) as connection:
            query = await connection.prepare(SQL["rides"], timeout=LOAD_SECONDS)
            rows = await query.cursor(service_date, service_date.weekday(), timeout=LOAD_SECONDS)
            while some := await rows.fetch(_AT_ONCE, timeout=LOAD_SECONDS):
                yield [_ride(*row) for row in some]

    async def wishes(self, since: datetime = ALWAYS) -> tuple[Mapping[Phone, PhoneWish], datetime]:
        """What phones said since a moment; and the newest moment that any of them did."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["wishes"], since)
        found = {
            Phone(row["phone"]): PhoneWish(
                Wish(
                    self._late_after if row["late_minutes"] is None else timedelta(minutes=row["late_minutes"]),
                    timedelta(minutes=row["minutes"]) if row["approaching"] else None,
                    row["arrivals"],
                ),
                row["alerts"],
                Channel(row["channel"]),
                row["email"] if self._sends_mail else None,
            )
            for row in rows
        }
        return found, max((row["changed_at"] for row in rows), default=since)


_LEGS = {leg.value: leg for leg in Leg}


def _ride(
    run_id: str, stop_id: str, stop_sequence: int | None, leg: str, student_id: str, phone: str, language: str
) -> RideRow:
    return RideRow(
        RunId(run_id), StopId(stop_id), stop_sequence, _LEGS[leg], StudentId(student_id), Phone(phone), language
    )
