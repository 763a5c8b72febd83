"""What the live service predicted and told on a day, kept; and all of it beside what became of it, for the scores."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np

from busline.accuracy.nightly import Day, Floats, PredictedRun, Window
from busline.accuracy.sampling import PlannedRun, Sample
from busline.ids import RunId, RunKey
from busline.store.days import DayPartitions
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)
ROWS_AT_ONCE = 1_000
"""So many rows take about 10 ms to encode, and nothing else runs meanwhile."""
RUNS_AT_ONCE = 10
"""So many runs hold some 5,000 predictions: a few milliseconds to decode."""
_COLUMNS = (
    "service_date", "run_id", "call_index", "made_at", "stop_sequence", "stop_id", "planned_at", "lateness_seconds",
    "p10", "p50", "p90", "published", "basis", "fix_age_seconds", "be_ready_by", "held_at",
)  # fmt: skip


class Predictions:
    """The predictions of one database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._days = DayPartitions(pool, "prediction")

    async def plan(self, runs: Sequence[PlannedRun]) -> None:
        """Keep which runs a day has and which are measured. What was kept of a run before stands."""
        async with transaction(self._pool) as connection:
            await connection.executemany(
                SQL["plan"], [(*run.key, run.route_name, list(run.stop_sequences), run.measured) for run in runs]
            )

    async def measured(self, service_date: date) -> list[RunKey]:
        """The runs of a day whose predictions are kept, by route."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["measured"], service_date)
        return [RunKey(service_date, RunId(row["run_id"])) for row in rows]

    async def keep(self, samples: Sequence[Sample]) -> None:
        """Write samples, in one transaction. Those of the same moment again change nothing."""
        await self._days.make({sample.made_at.astimezone(UTC).date() for sample in samples})
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["make_arrivals"])
            for first in range(0, len(samples), ROWS_AT_ONCE):
                rows = [_row(sample) for sample in samples[first : first + ROWS_AT_ONCE]]
                await connection.copy_records_to_table("arriving_prediction", columns=_COLUMNS, records=rows)
            await connection.execute(SQL["keep_arrivals"])

    async def day(self, service_date: date) -> Day:
        """Everything that the scores of a service day are made of.

        A day of a large district is millions of predictions. They are read some runs at a time, each time in a short
        transaction of its own: the day is over, so nothing changes between.
        """
        measured = [key.run_id for key in await self.measured(service_date)]
        runs: list[PredictedRun] = []
        for first in range(0, len(measured), RUNS_AT_ONCE):
            async with transaction(self._pool) as connection:
                runs += await _runs(connection, service_date, measured[first : first + RUNS_AT_ONCE])
        async with transaction(self._pool) as connection:
            windows = [_window(*row) for row in await connection.fetch(SQL["windows"], service_date)]
        return Day(service_date, runs, windows)

    async def unscored(self, before: date) -> list[date]:
        """The service days before a date that have predictions kept and no scores yet, oldest first."""
        async with transaction(self._pool) as connection:
            return [row["service_date"] for row in await connection.fetch(SQL["unscored"], before)]

    async def drop_before(self, day: date) -> list[date]:
        """Drop the predictions of every UTC day before `day`, and what was planned then; the days dropped."""
        dropped = await self._days.drop_before(day)
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["forget_plans"], day)
        return dropped

    async def rewind(self, to: datetime) -> None:
        """Forget everything predicted after a moment, so that it can happen again: for replays."""
        async with transaction(self._pool) as connection:
            await self._days.drop_after(connection, to)
            await connection.execute(SQL["forget_after"], to)


def _row(sample: Sample) -> tuple[object, ...]:
    told = sample.prediction
    return (
        sample.key.service_date,
        sample.key.run_id,
        sample.call_index,
        sample.made_at,
        sample.stop_sequence,
        sample.stop_id,
        sample.planned_at,
        sample.lateness_seconds,
        told.p10,
        told.p50,
        told.p90,
        told.published,
        told.basis.value,
        told.fix_age_seconds,
        told.be_ready_by,
        sample.held_at,
    )


async def _runs(connection: Connection, service_date: date, run_ids: Sequence[RunId]) -> list[PredictedRun]:
    arrived: dict[str, dict[int, float]] = {}
    for row in await connection.fetch(SQL["arrivals"], service_date, run_ids):
        arrived.setdefault(row["run_id"], {})[row["call_index"]] = row["arrived_at"]
    return [
        PredictedRun(
            key=RunKey(service_date, RunId(row["run_id"])),
            route_name=row["route_name"],
            followed_from=row["started_at"],
            next_call=row["next_call"],
            arrived_at=arrived.get(row["run_id"], {}),
            call=np.array(row["calls"], np.intp),
            made_at=_floats(row["made_at"]),
            planned_at=_floats(row["planned_at"]),
            lateness_seconds=_floats(row["lateness_seconds"]),
            held_at=_floats(row["held_at"]),
            p10=_floats(row["p10"]),
            p50=_floats(row["p50"]),
            p90=_floats(row["p90"]),
            published=_floats(row["published"]),
            be_ready_by=_floats(row["be_ready_by"]),
            before_start=np.array(row["before_start"], np.bool_),
        )
        for row in await connection.fetch(SQL["runs"], service_date, run_ids)
    ]


def _floats(column: Sequence[float | None]) -> Floats:
    return np.array(column, np.float64)


def _window(
    route_name: str, earliest: datetime, latest: datetime, arrived_at: datetime | None, has_passed: bool
) -> Window:
    return Window(route_name, earliest, latest, arrived_at, has_passed)
