"""How many children the roster expects on a day, by run and stop: numbers only, and nobody's name."""

from datetime import date

from busline.ids import RunId, StopId
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from busline.travel_times.riders import Boarding

SQL = load_queries(__file__)


async def boardings_on(pool: Pool, day: date) -> list[Boarding]:
    """Riders of every run at every stop on a service day. Raises DatabaseUnavailableError while the server is away."""
    async with transaction(pool) as connection:
        rows = await connection.fetch(SQL["expected"], day, day.weekday())
    return [Boarding(RunId(row["run_id"]), StopId(row["stop_id"]), row["stop_sequence"], row["riders"]) for row in rows]
