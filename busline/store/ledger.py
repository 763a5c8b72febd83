"""What happened, kept: positions, stop visits, progress, assignments and notices; and the picture of a moment from it.

Every write is idempotent, so a step whose commit is in doubt (the server died under it) is simply written again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice, repeat

import numpy as np
import structlog

from busline.fleet import Assignment, AssignmentSource, Fleet, NoticeKind, RunNotice, RunProgress, StopVisit
from busline.geo import LatLon
from busline.ids import RunId, RunKey, StopId, VehicleId
from busline.position import Position
from busline.service_day import moment
from busline.store.days import DayPartitions
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries
from busline.timetable import Timetable
from busline.tracking.going import Changed, Heard, Joined
from busline.tracking.tracker import Step

log = structlog.get_logger(__name__)

SQL = load_queries(__file__)
POSITION_COLUMNS = (
    "source", "vehicle_id", "fix_at", "received_at", "lat", "lon", "bearing_deg", "speed_mps", "run_id", "service_date",
)  # fmt: skip
ROWS_AT_ONCE = 2_000
"""So many rows take about 10 ms to encode, and nothing else runs meanwhile."""


class Ledger:
    """The ledger of one database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._position_days = DayPartitions(pool, "vehicle_position")

    async def record(self, step: Step) -> None:
        """Write a step whole, in one transaction, and return once it is committed.

        Raises DatabaseUnavailableError when the server is away; record the same step again, before any later one.
        """
        if not (step.positions or step.assignments or step.visits or step.progress):
            return
        await self._position_days.make(_days(step.positions))
        async with transaction(self._pool) as connection:
            await _keep_positions(connection, step.positions)
            await _keep_assignments(connection, step.assignments)
            await _keep_visits(connection, step.visits)
            await _keep_progress(connection, step.progress)

    async def restore(self, timetable: Timetable, now: datetime) -> Fleet:
        """The picture as of `now`: the service days from yesterday's on, and nothing that happened after `now`.

        Runs that this version of the plan does not have, or has with fewer calls, are left out. How feeds are doing
        is not kept: the next poll tells.
        """
        yesterday = now.astimezone(timetable.timezone).date() - timedelta(days=1)
        async with transaction(self._pool) as connection:
            progress = [_progress(*row) for row in await connection.fetch(SQL["progress"], yesterday, now)]
            assignments = [_assignment(*row) for row in await connection.fetch(SQL["assignments"], yesterday, now)]
            visits = [_visit(*row) for row in await connection.fetch(SQL["visits"], yesterday, now)]
            notices = [_notice(*row) for row in await connection.fetch(SQL["notices_at"], yesterday, now)]
            since = moment(yesterday, 0, timetable.timezone)
            fixes = await connection.fetch(SQL["last_fixes"], since, now)

        def planned(key: RunKey, calls: int = 0) -> bool:
            run = timetable.runs.get(key.run_id)
            return run is not None and calls <= len(run)

        visits_of: dict[RunKey, list[StopVisit]] = {}
        for visit in visits:
            if planned(visit.key, visit.call_index + 1):
                visits_of.setdefault(visit.key, []).append(visit)
        return Fleet(
            at=now,
            progress={one.key: one for one in progress if planned(one.key, one.next_call)},
            assignments={one.key: one for one in assignments if planned(one.key)},
            notices={one.key: one for one in notices if planned(one.key)},
            last_fix_at={VehicleId(row["vehicle_id"]): row["fix_at"] for row in fixes},
            whereabouts={VehicleId(row["vehicle_id"]): LatLon(row["lat"], row["lon"]) for row in fixes},
            visits={key: tuple(of_run) for key, of_run in visits_of.items()},
        )

    async def rewind(self, to: datetime) -> None:
        """Forget everything that happened after a moment, so that it can happen again: for replays.

        Of a run that went on after `to` the progress is forgotten altogether, since only its newest is kept.
        """
        async with transaction(self._pool) as connection:
            await self._position_days.drop_after(connection, to)
            for query in (
                "forget_positions",
                "forget_assignments",
                "forget_visits",
                "forget_departures",
                "forget_progress",
                "forget_notices",
                "reopen_notices",
            ):
                await connection.execute(SQL[query], to)

    async def say(self, notice: RunNotice, said_by: str) -> None:
        """Keep what staff or a feed said about a run; the newest notice that stands is the one that counts."""
        async with transaction(self._pool) as connection:
            await connection.execute(
                SQL["say"],
                notice.key.service_date,
                notice.key.run_id,
                notice.kind.value,
                notice.cause,
                said_by,
                notice.at,
            )

    async def notices(self, service_dates: Collection[date]) -> dict[RunKey, RunNotice]:
        """The newest notice that stands, of every run of these days that has one."""
        async with transaction(self._pool) as connection:
            standing = [_notice(*row) for row in await connection.fetch(SQL["notices"], list(service_dates))]
        return {notice.key: notice for notice in standing}

    async def assign(self, assignment: Assignment, said_by: str) -> None:
        """Keep which bus staff say drives a run, from `assignment.since` on."""
        key = assignment.key
        async with transaction(self._pool) as connection:
            await connection.execute(
                SQL["assign"], key.service_date, key.run_id, assignment.since, assignment.vehicle_id, said_by
            )

    async def assigned_by_staff(self, service_dates: Collection[date]) -> list[Assignment]:
        """The newest bus that staff gave each run of these days."""
        async with transaction(self._pool) as connection:
            return [_assignment(*row) for row in await connection.fetch(SQL["assigned_by_staff"], list(service_dates))]

    async def clear(self, key: RunKey, cleared_by: str, at: datetime) -> int:
        """Clear every notice of a run that stands; how many there were."""
        async with transaction(self._pool) as connection:
            return len(await connection.fetch(SQL["clear"], key.service_date, key.run_id, cleared_by, at))

    async def drop_positions_before(self, day: date) -> list[date]:
        """Drop the positions of every UTC day before `day`; the days that were dropped, oldest first."""
        old = await self._position_days.drop_before(day)
        if old:
            log.info("old positions dropped", days=len(old), first=old[0].isoformat(), last=old[-1].isoformat())
        return old


def _days(positions: Sequence[Position]) -> set[date]:
    """The days in UTC on which the fixes were taken."""
    match positions:
        case Joined(parts=parts):
            return set().union(*map(_days, parts))
        case Heard(here=here):
            days = np.unique(positions.columns().at // 86_400)
            return {_moment(day * 86_400).date() for day in days.tolist()} | _days(here)
        case _:
            return {position.fix_at.astimezone(UTC).date() for position in positions}


async def _keep_positions(connection: Connection, positions: Sequence[Position]) -> None:
    if not positions:
        return
    await connection.execute(SQL["make_arrivals"])
    for rows in _batches(_position_rows(positions)):
        await connection.copy_records_to_table("arriving_position", columns=POSITION_COLUMNS, records=rows)
    await connection.execute(SQL["keep_arrivals"])


def _position_rows(positions: Sequence[Position]) -> Iterator[tuple[object, ...]]:
    """The columns of `POSITION_COLUMNS`."""
    match positions:
        case Joined(parts=parts):
            for part in parts:
                yield from _position_rows(part)
        case Heard(here=here):
            fixes = positions.columns()
            yield from zip(
                repeat(fixes.source),
                fixes.vehicle_id,
                map(_moment, fixes.at.tolist()),
                repeat(fixes.received_at),
                fixes.lat.tolist(),
                fixes.lon.tolist(),
                map(_or_none, fixes.bearing_deg.tolist()),
                map(_or_none, fixes.speed_mps.tolist()),
                (claim and claim.run_id for claim in fixes.claim),
                (claim and claim.service_date for claim in fixes.claim),
                strict=False,
            )
            yield from _position_rows(here)
        case _:
            for one in positions:
                yield (
                    one.source,
                    one.vehicle_id,
                    one.fix_at,
                    one.received_at,
                    one.place.lat,
                    one.place.lon,
                    one.bearing_deg,
                    one.speed_mps,
                    one.claim.run_id if one.claim else None,
                    one.claim.service_date if one.claim else None,
                )


async def _keep_assignments(connection: Connection, assignments: Sequence[Assignment]) -> None:
    # One statement may touch a row once: of two for the same key, here and below, the later one counts.
    latest = {(one.key, one.since): one for one in assignments}
    rows = [
        (one.key.service_date, one.key.run_id, one.since, one.vehicle_id, one.source.value) for one in latest.values()
    ]
    await _keep(connection, "keep_assignments", rows)


async def _keep_visits(connection: Connection, visits: Sequence[StopVisit]) -> None:
    latest = {(one.key, one.stop_sequence): one for one in visits}
    rows = [
        (
            one.key.service_date,
            one.key.run_id,
            one.stop_sequence,
            one.call_index,
            one.stop_id,
            one.vehicle_id,
            one.arrived_at,
            one.departed_at,
        )
        for one in latest.values()
    ]
    await _keep(connection, "keep_visits", rows)


async def _keep_progress(connection: Connection, progress: Sequence[RunProgress]) -> None:
    latest = {row[:2]: row for row in _progress_rows(progress)}
    await _keep(connection, "keep_progress", latest.values())


def _progress_rows(progress: Sequence[RunProgress]) -> Iterator[tuple[object, ...]]:
    """The columns of `keep_progress`; the first two name the run."""
    match progress:
        case Joined(parts=parts):
            for part in parts:
                yield from _progress_rows(part)
        case Changed(going=going, rows=rows, here=here):
            for row in rows:
                drive, at, since = going.drives[row], _moment(going.at.item(row)), going.still_since.item(row)
                yield (
                    *drive.key,
                    drive.vehicle_id,
                    AssignmentSource.FEED.value,
                    at,
                    at,
                    going.distance_m.item(row),
                    going.next_call.item(row),
                    going.lateness_seconds.item(row),
                    drive.started_at,
                    None if since != since else _moment(since),
                    None,
                    None,
                    going.still_lat.item(row),
                    going.still_lon.item(row),
                )
            yield from _progress_rows(here)
        case _:
            for one in progress:
                yield (
                    one.key.service_date,
                    one.key.run_id,
                    one.vehicle_id,
                    one.source.value,
                    one.fix_at,
                    one.matched_at,
                    one.distance_m,
                    one.next_call,
                    one.lateness_seconds,
                    one.started_at,
                    one.still_since,
                    one.off_route_since,
                    one.ended_at,
                    None if one.still_from is None else one.still_from.lat,
                    None if one.still_from is None else one.still_from.lon,
                )


async def _keep(connection: Connection, query: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Hands rows over as one array a column, for a query that unnests them."""
    for some in _batches(rows):
        columns = zip(*some, strict=True)
        await connection.execute(SQL[query], *map(list, columns))


def _batches(rows: Iterable[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    rest = iter(rows)
    while some := list(islice(rest, ROWS_AT_ONCE)):
        yield some


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _or_none(value: float) -> float | None:
    return None if value != value else value


# Each takes the columns of its query, in order.


def _progress(
    service_date: date,
    run_id: str,
    vehicle_id: str,
    source: str,
    fix_at: datetime,
    matched_at: datetime,
    distance_m: float,
    next_call: int,
    lateness_seconds: float,
    started_at: datetime | None,
    still_since: datetime | None,
    off_route_since: datetime | None,
    ended_at: datetime | None,
    still_lat: float | None,
    still_lon: float | None,
) -> RunProgress:
    return RunProgress(
        key=RunKey(service_date, RunId(run_id)),
        vehicle_id=VehicleId(vehicle_id),
        source=AssignmentSource(source),
        fix_at=fix_at,
        matched_at=matched_at,
        distance_m=distance_m,
        next_call=next_call,
        lateness_seconds=lateness_seconds,
        started_at=started_at,
        still_since=still_since,
        off_route_since=off_route_since,
        ended_at=ended_at,
        still_from=None if still_lat is None or still_lon is None else LatLon(still_lat, still_lon),
    )


def _assignment(service_date: date, run_id: str, since: datetime, vehicle_id: str, source: str) -> Assignment:
    return Assignment(RunKey(service_date, RunId(run_id)), VehicleId(vehicle_id), AssignmentSource(source), since)


def _visit(
    service_date: date,
    run_id: str,
    stop_sequence: int,
    call_index: int,
    stop_id: str,
    vehicle_id: str,
    arrived_at: datetime,
    departed_at: datetime | None,
) -> StopVisit:
    return StopVisit(
        key=RunKey(service_date, RunId(run_id)),
        call_index=call_index,
        stop_sequence=stop_sequence,
        stop_id=StopId(stop_id),
        vehicle_id=VehicleId(vehicle_id),
        arrived_at=arrived_at,
        departed_at=departed_at,
    )


def _notice(service_date: date, run_id: str, kind: str, cause: str, said_at: datetime) -> RunNotice:
    return RunNotice(RunKey(service_date, RunId(run_id)), NoticeKind(kind), cause, said_at)
