"""What the engine learned from, kept: trails of buses along their runs, and how predictions turned out."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from busline.fleet import StopVisit
from busline.ids import PlanId, RunId, RunKey, StopId, VehicleId
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from busline.travel_times.calibration import Cells
from busline.travel_times.dwell import LONGEST_SECONDS, ROLLING_SECONDS
from busline.travel_times.reckoning import Lessons
from busline.travel_times.trails import Trail

SQL = load_queries(__file__)


class LessonLedger:
    """The lessons of one database. Every method raises DatabaseUnavailableError while the server is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(
        self, plan_id: PlanId, trails: Sequence[Trail], lessons: Lessons | None, day: date, now: datetime
    ) -> None:
        """Write down, in one transaction, what was learned since the last time. Again, it changes nothing."""
        async with transaction(self._pool) as connection:
            await connection.executemany(
                SQL["keep_trail"],
                [
                    (
                        plan_id,
                        *trail.key,
                        datetime.fromtimestamp(float(trail.at[0]), UTC),
                        (trail.at - trail.at[0]).tolist(),
                        trail.distance_m.tolist(),
                    )
                    for trail in trails
                ],
            )
            if lessons is not None:
                cells = lessons.cells
                columns = (cells.stage, cells.horizon, cells.afternoon, cells.tier)
                await connection.execute(
                    SQL["keep_reckoning"],
                    day,
                    now,
                    *(column.tolist() for column in columns),
                    lessons.score.tolist(),
                    lessons.run.tolist(),
                    lessons.arrival.tolist(),
                )

    async def trails(self, first_day: date, until: datetime) -> dict[PlanId, list[Trail]]:
        """Every piece since a service day and until a moment, by the version of the plan it was driven by."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["trails"], first_day, until)
        found: dict[PlanId, list[Trail]] = {}
        for plan_id, service_date, run_id, from_at, seconds, distance_m in rows:
            trail = Trail(
                RunKey(service_date, RunId(run_id)),
                from_at.timestamp() + np.array(seconds, np.float64),
                np.array(distance_m, np.float64),
            )
            found.setdefault(PlanId(plan_id), []).append(trail)
        return found

    async def lessons(self, first_day: date, before: date) -> Lessons | None:
        """How predictions turned out on the days from one until another, which is left out; None if nothing is kept."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["reckonings"], first_day, before)
        if not rows:
            return None
        columns = [[np.array(row[index]) for row in rows] for index in range(7)]
        stage, horizon, afternoon, tier, score = (np.concatenate(column) for column in columns[:5])
        cells = Cells(*(column.astype(np.intp) for column in (stage, horizon, afternoon, tier)))
        # Numbers tell runs and arrivals apart within one row only.
        run, arrival = (
            np.concatenate([part + offset for part, offset in zip(column, _offsets(column), strict=True)]).astype(
                np.intp
            )
            for column in columns[5:]
        )
        return Lessons(cells, score.astype(np.float64), run, arrival)

    async def stood(self, first_day: date, until: datetime) -> dict[StopId, tuple[float, int]]:
        """Mean standing seconds at every stop, and of how many visits, since a service day and until a moment."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["stood"], first_day, until, ROLLING_SECONDS, LONGEST_SECONDS)
        return {StopId(row["stop_id"]): (row["seconds"], row["visits"]) for row in rows}

    async def began(self, first_day: date, before: date) -> list[StopVisit]:
        """The visits to first stops on the days from one until another, which is left out."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["began"], first_day, before)
        return [
            StopVisit(
                key=RunKey(row["service_date"], RunId(row["run_id"])),
                call_index=0,
                stop_sequence=row["stop_sequence"],
                stop_id=StopId(row["stop_id"]),
                vehicle_id=VehicleId(row["vehicle_id"]),
                arrived_at=row["arrived_at"],
                departed_at=row["departed_at"],
            )
            for row in rows
        ]

    async def forget_before(self, day: date) -> None:
        """Forget service days that are past their time."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["forget_trails"], day)
            await connection.execute(SQL["forget_reckonings"], day)

    async def rewind(self, to: datetime) -> None:
        """Forget everything after a moment, so that it can happen again: for replays."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["rewind_trails"], to)
            await connection.execute(SQL["rewind_reckonings"], to)


def _offsets(parts: Sequence[NDArray[np.intp]]) -> list[int]:
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + int(part.max(initial=-1)) + 1)
    return offsets[:-1]
