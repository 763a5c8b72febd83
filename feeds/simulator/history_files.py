"""Weeks of a simulated school year as files, as a district would hand them over, and the truth beside them.

    DIR/days.csv                              date, week, kind of day
    DIR/week-1/plan/*.txt                     the version of the plan, GTFS
    DIR/week-1/2026-09-08/positions.csv.gz    what the feed said (TIDES `vehicle_locations` names)
    DIR/week-1/2026-09-08/stop_visits.csv.gz  what was (TIDES `stop_visits` names)
    DIR/week-1/2026-09-08/trips_performed.csv who drove each run, and why it lost time

`positions.csv.gz` and `plan` are what `busline replay` and `busline backtest` read.
"""

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TextIO

from busline.position import Position
from busline.service_day import moment
from feeds.simulator.history import SchoolDay, SchoolWeek

_POSITIONS = (
    "vehicle_id", "event_timestamp", "latitude", "longitude", "heading", "speed", "trip_id_performed", "service_date",
)  # fmt: skip
_VISITS = (
    "service_date", "trip_id_performed", "trip_stop_sequence", "stop_id", "vehicle_id", "schedule_arrival_time",
    "actual_arrival_time", "actual_departure_time",
)  # fmt: skip
_TRIPS = (
    "service_date", "trip_id_performed", "route_id", "block_id", "scheduled_vehicle_id", "vehicle_id",
    "trip_id_claimed", "schedule_relationship", "cause",
)  # fmt: skip
_DAYS = ("service_date", "week", "kind")


def write_history(
    weeks: Iterable[SchoolWeek], folder: Path, said: Callable[[SchoolDay], None] = lambda day: None
) -> None:
    """Write weeks into a folder, made if need be; `said` is called after each day. About 2 MB a day for 50 buses."""
    folder.mkdir(parents=True, exist_ok=True)
    days: list[tuple[date, int, str]] = []
    for week in weeks:
        of_week = folder / f"week-{week.number}"
        week.write_plan(of_week / "plan")
        for day in week.school_days():
            service_date = day.term_day.service_date
            of_day = of_week / service_date.isoformat()
            of_day.mkdir(exist_ok=True)
            _write(of_day / "positions.csv.gz", _POSITIONS, map(_position, day.positions()))
            _write(of_day / "stop_visits.csv.gz", _VISITS, _visits(day))
            _write(of_day / "trips_performed.csv", _TRIPS, _trips(day))
            days.append((service_date, day.term_day.week, day.term_day.kind))
            _write(folder / "days.csv", _DAYS, days)
            said(day)


def _position(position: Position) -> Sequence[object]:
    claim = position.claim
    return (
        position.vehicle_id,
        int(position.fix_at.timestamp()),
        f"{position.place.lat:.6f}",
        f"{position.place.lon:.6f}",
        "" if position.bearing_deg is None else f"{position.bearing_deg:.0f}",
        position.speed_mps,
        "" if claim is None else claim.run_id,
        "" if claim is None else claim.service_date,
    )


def _visits(day: SchoolDay) -> Iterator[Sequence[object]]:
    truth, on = day.truth, day.term_day.service_date

    def clock(seconds: float) -> str:
        return moment(on, seconds, truth.timezone).isoformat(timespec="seconds")

    for run_id, visits in truth.visits.items():
        run = day.plan.runs[run_id]
        for index, visit in enumerate(visits):
            yield (
                on, run_id, index + 1, run.stop_ids[index], truth.vehicles[run_id], clock(run.seconds[index]),
                clock(visit.arrived_seconds), clock(visit.departed_seconds),
            )  # fmt: skip


def _trips(day: SchoolDay) -> Iterator[Sequence[object]]:
    truth, on = day.truth, day.term_day.service_date
    for block in day.plan.blocks:
        for run in block.runs:
            drove = truth.vehicles.get(run.run_id, "")
            yield (
                on, run.run_id, run.route_id, block.block_id, block.vehicle_id, drove,
                day.claims.get(run.run_id, "") if drove else "",
                "Scheduled" if drove else "Missing", truth.causes.get(run.run_id, ""),
            )  # fmt: skip


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with _opened(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    if path.suffix != ".gz":
        with path.open("w", newline="", encoding="utf-8") as file:
            yield file
        return
    # Without its name and the time of writing in it, the same history is the same file.
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        yield text
