"""Tables kept in one partition a UTC day, so that old days are dropped whole and no row is deleted one by one."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)


class DayPartitions:
    """The partitions of one table, made before rows of their day come and dropped when they have had their time.

    `table` is partitioned by range of a moment; its partitions are named after it and the day.
    """

    def __init__(self, pool: Pool, table: str) -> None:
        self._pool = pool
        self._table = table
        self._known: set[date] = set()

    async def make(self, days: Collection[date]) -> None:
        """Make those of these UTC days that are missing.

        In a transaction of its own, so that a lock on the table is held for a moment only.
        """
        if self._known.issuperset(days):
            return
        async with transaction(self._pool) as connection:
            existing = await self._existing(connection)
            for day in sorted(set(days) - existing):
                named = {"table": self._table, "partition": self._partition(day)}
                await connection.execute(SQL["make"].format(**named, day=day, next_day=day + timedelta(days=1)))
        self._known |= set(days)

    async def drop_before(self, day: date) -> list[date]:
        """Drop every UTC day before `day`; the days that were dropped, oldest first."""
        async with transaction(self._pool) as connection:
            old = sorted(known for known in await self._existing(connection) if known < day)
            for known in old:
                await self._drop(connection, known)
        return old

    async def drop_after(self, connection: Connection, moment: datetime) -> None:
        """Within a transaction of the caller's: drop every UTC day that begins after a moment."""
        for day in await self._existing(connection):
            if datetime.combine(day, time(), UTC) > moment:
                await self._drop(connection, day)

    async def _existing(self, connection: Connection) -> set[date]:
        """The days that have a partition; nobody else makes or drops one until the transaction ends."""
        await connection.execute(SQL["lock"])
        names = [row["relname"] for row in await connection.fetch(SQL["partitions"], self._table)]
        return {
            datetime.strptime(name.removeprefix(f"{self._table}_"), "%Y_%m_%d").replace(tzinfo=UTC).date()
            for name in names
        }

    async def _drop(self, connection: Connection, day: date) -> None:
        self._known.discard(day)
        await connection.execute(SQL["drop"].format(partition=self._partition(day)))

    def _partition(self, day: date) -> str:
        return f"{self._table}_{day:%Y_%m_%d}"
