"""Which of the staff read what about a family: written down before it is shown (603 CMR 23.07)."""

from datetime import datetime

from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)


async def note_access(pool: Pool, reader: str, what: str, about: str, now: datetime) -> None:
    """Keep that `reader` is about to see `what` about a case, a phone or an announcement.

    Raises DatabaseUnavailableError: then nothing is shown either.
    """
    async with transaction(pool) as connection:
        await connection.execute(SQL["note"], now, reader, what, about)
