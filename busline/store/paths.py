"""Paths that were learned for routes without a shape, and where buses were seen that they are learned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunId, StopId, VehicleId
from busline.service_day import moment
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from busline.timetable import Timetable
from busline.travel_times.drawn_paths import LearnedPath, LearnedPaths

SQL = load_queries(__file__)

BEFORE_START, AFTER_END = timedelta(minutes=10), timedelta(minutes=60)
"""A bus is looked for around its planned time; where it was seen beyond its first and last stop does not count."""


@dataclass(frozen=True, slots=True)
class Driven:
    """A vehicle that drove a run, or claimed to."""

    service_date: date
    run_id: RunId
    vehicle_id: VehicleId


class PathLedger:
    """The learned paths of one database. Every method raises DatabaseUnavailableError while the server is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def paths(self) -> LearnedPaths:
        """Every path that is kept, whenever it was in force."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["paths"])
        return LearnedPaths(
            LearnedPath(
                stop_ids=tuple(StopId(stop_id) for stop_id in row["stop_ids"]),
                from_at=row["from_at"],
                stop_degrees=np.stack([row["stop_lat"], row["stop_lon"]], axis=-1),
                stop_distance_m=np.array(row["stop_distance_m"], np.float64),
                path_degrees=np.stack([row["path_lat"], row["path_lon"]], axis=-1),
                tracks=row["tracks"],
            )
            for row in rows
        )

    async def keep(self, paths: Sequence[LearnedPath]) -> None:
        """Keep paths, in one transaction; each is in force from its own moment on."""
        async with transaction(self._pool) as connection:
            await connection.executemany(
                SQL["keep"],
                [
                    (
                        path.stop_ids,
                        path.from_at,
                        *path.stop_degrees.T.tolist(),
                        path.stop_distance_m.tolist(),
                        *path.path_degrees.T.tolist(),
                        path.tracks,
                    )
                    for path in paths
                ],
            )

    async def driven(self, run_ids: Sequence[RunId], first_day: date, before: date, most: int) -> list[Driven]:
        """Who drove any of these runs on the days from one until another, which is left out; the newest `most`."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["driven"], run_ids, first_day, before, most)
        return [Driven(day, RunId(run_id), VehicleId(vehicle_id)) for day, run_id, vehicle_id in rows]

    async def track(self, timetable: Timetable, one: Driven) -> NDArray[np.float64]:
        """(sightings, 2) metres on the timetable's plane: where the vehicle was seen, while it claimed no other run."""
        run = timetable.runs[one.run_id]
        first = moment(one.service_date, run.start_seconds, timetable.timezone) - BEFORE_START
        last = moment(one.service_date, run.end_seconds, timetable.timezone) + AFTER_END
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["track"], one.vehicle_id, first, last, one.run_id, one.service_date)
        return timetable.plane.to_xy([row["lat"] for row in rows], [row["lon"] for row in rows])

    async def forget(self, replaced_before: datetime) -> None:
        """Forget paths of stops that no kept version of the plan calls at, and those replaced before a moment."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["forget_unplanned"])
            await connection.execute(SQL["forget_replaced"], replaced_before)

    async def rewind(self, to: datetime) -> None:
        """Forget everything learned after a moment, so that it can happen again: for replays."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["rewind"], to)
