"""What staff said about whole service days, kept."""

from datetime import date, datetime, timedelta

from busline.school_days import DayKind, DeclaredDay
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)
AS_PLANNED = "as planned"


class DeclaredDays:
    """The declared days of one database. Every method raises DatabaseUnavailableError while the server is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def say(self, day: DeclaredDay, said_by: str) -> None:
        """Keep what staff say about a day; it stands until something newer is said."""
        await self._say(day.service_date, day.said_at, day.kind.value, day.shift, said_by)

    async def take_back(self, service_date: date, said_by: str, at: datetime) -> None:
        """The day goes as the plan has it, whatever was said before."""
        await self._say(service_date, at, AS_PLANNED, timedelta(), said_by)

    async def standing(self, first_day: date, at: datetime) -> dict[date, DeclaredDay]:
        """What stands at a moment about the days from one on."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["standing"], first_day, at)
        return {
            row["service_date"]: DeclaredDay(
                row["service_date"], DayKind(row["kind"]), timedelta(seconds=row["shift_seconds"]), row["said_at"]
            )
            for row in rows
            if row["kind"] != AS_PLANNED
        }

    async def _say(self, service_date: date, at: datetime, kind: str, shift: timedelta, said_by: str) -> None:
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["say"], service_date, at, kind, int(shift.total_seconds()), said_by)
