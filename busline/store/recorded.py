"""What the ledger already holds of a stretch of time: a replay asks before it starts, and tells at its end."""

from datetime import datetime

from busline.store.pool import Pool
from busline.store.sql import load_queries

_SQL = load_queries(__file__)


async def newest_fix_at(pool: Pool) -> datetime | None:
    """When the newest position of all was taken; None where there is none."""
    newest: datetime | None = await pool.fetchval(_SQL["newest_fix_at"])
    return newest


async def visits_between(pool: Pool, start: datetime, end: datetime) -> tuple[int, int]:
    """How many stop visits were recorded between two moments, and on how many runs."""
    row = await pool.fetchrow(_SQL["visits_between"], start, end)
    assert row is not None  # noqa: S101 - an aggregate always gives a row
    return row["visits"], row["runs"]
