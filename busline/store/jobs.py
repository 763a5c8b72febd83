"""Which timed chores were done: each is done once for every time it is due, by whichever process gets to it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum

from busline.store.pool import UNAVAILABLE, DatabaseUnavailableError, Pool
from busline.store.sql import load_queries

SQL = load_queries(__file__)


class Outcome(StrEnum):
    DONE = "done"
    ALREADY_DONE = "already_done"
    UNDER_WAY = "under_way"
    """Another process is at it. Look again later: it may not finish."""


class JobLedger:
    """The chores done, in one database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def once(
        self, job: str, due_at: datetime, do: Callable[[], Awaitable[None]], now: Callable[[], datetime]
    ) -> Outcome:
        """Do what is due, unless it was done, and note it when it is finished.

        The database's lock on the job is held meanwhile and falls with our connection, so another process takes over
        from one that died. What `do` raises is raised, with nothing noted; so is DatabaseUnavailableError. Where the
        connection is lost after the work, it will be done again: chores must bear that.
        """
        try:
            async with self._pool.acquire() as connection:
                if not await connection.fetchval(SQL["try_lock"], job):
                    return Outcome.UNDER_WAY
                try:
                    if await connection.fetchval(SQL["is_done"], job, due_at):
                        return Outcome.ALREADY_DONE
                    started_at = now()
                    await do()
                    await connection.execute(SQL["done"], job, due_at, started_at, now())
                    return Outcome.DONE
                finally:
                    if not connection.is_closed():
                        await connection.execute(SQL["unlock"], job)
        except UNAVAILABLE as fault:
            raise DatabaseUnavailableError(str(fault)) from fault
