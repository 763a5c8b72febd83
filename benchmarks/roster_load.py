"""How long a night's roster takes, as a ratio to PostgreSQL's own COPY of the same rows.

    python -m benchmarks.roster_load [--students 100000]

A made-up district (as many contacts as four fifths of its students, one ride each way for one student in seven) is
loaded into an empty database, then again unchanged, then with one row in a hundred changed. The floor is COPY of the
same files into unlogged tables without a key or a check. The bar is for a night's load: within three times the floor.
"""

import argparse
import asyncio
import csv
import logging
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from busline.migrate import migrate
from busline.store.embedded import embedded_postgres
from busline.store.plans import save_plan
from busline.store.pool import Pool, open_pool
from feeds.plan.gtfs import read_gtfs
from feeds.roster.csv_roster import import_roster
from feeds.roster.layout import LAYOUTS

BAR = 3.0
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
RUNS, STOPS = 600, 15
AREA_CODES = (617, 857, 212, 718, 917, 646, 347, 929)


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_plan(folder: Path) -> None:
    """600 runs of 15 stops, enough for rides to be looked up in."""
    folder.mkdir()
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    write(folder / "agency.txt", ["agency_timezone"], [["America/New_York"]])
    calendar = [["school", *"1111100", "20260901", "20270630"]]
    write(folder / "calendar.txt", ["service_id", *days, "start_date", "end_date"], calendar)
    write(folder / "routes.txt", ["route_id"], [["R"]])
    trips = ([f"T{run}", "R", "school"] for run in range(RUNS))
    write(folder / "trips.txt", ["trip_id", "route_id", "service_id"], trips)
    stops = ([f"P{stop}", 42.3 + stop % 90 / 500, -71.1 + stop // 90 / 500] for stop in range(RUNS * STOPS // 4))
    write(folder / "stops.txt", ["stop_id", "stop_lat", "stop_lon"], stops)
    calls = (
        [f"T{run}", f"07:{call * 3:02d}:00", f"07:{call * 3:02d}:00", stop_of(run, call), call]
        for run in range(RUNS)
        for call in range(STOPS)
    )
    header = ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]
    write(folder / "stop_times.txt", header, calls)


def stop_of(run: int, call: int) -> str:
    return f"P{(run * STOPS + call) % (RUNS * STOPS // 4)}"


def write_roster(folder: Path, students: int, changed_share: float) -> None:
    folder.mkdir()
    chance = random.Random(7)
    schools, contacts = max(20, students // 700), students * 4 // 5

    def changed() -> int:
        return int(chance.random() < changed_share)

    def phone(contact: int) -> str:
        return f"({AREA_CODES[contact % 8]}) {200 + contact // 10_000}-{contact % 10_000:04d}"

    def rides() -> Iterator[Sequence[object]]:
        for student in range(students // 7):
            for leg in ("to_school", "from_school"):
                run, call = chance.randrange(RUNS), chance.randrange(STOPS)
                yield [f"S{student}", f"T{run}", stop_of(run, call), leg, "MTWRF--", "2026-09-08", "2027-06-18"]

    write(
        folder / "schools.csv",
        ["school_id", "name", "phone"],
        ([f"K{school}", f"School {school}", "617-555-0100"] for school in range(schools)),
    )
    write(
        folder / "students.csv",
        ["student_id", "school_id", "given_name", "family_name", "grade"],
        (
            [f"S{n}", f"K{n % schools}", f"Given{n % 977}", f"Family{n % 5003}", n % 12 + changed()]
            for n in range(students)
        ),
    )
    write(
        folder / "contacts.csv",
        ["contact_id", "phone", "language"],
        ([f"C{n}", phone(n), ("en", "es", "zh", "ht")[(n + changed()) % 4]] for n in range(contacts)),
    )
    write(
        folder / "links.csv",
        ["contact_id", "student_id", "may_ask"],
        (
            [f"C{(n * 4 // 5 + shift) % contacts}", f"S{n}", "yes"]
            for n in range(students)
            for shift in ((0, contacts // 2) if n % 2 else (0,))
        ),
    )
    chance = random.Random(8)
    write(
        folder / "rides.csv",
        ["student_id", "run_id", "stop_id", "leg", "weekdays", "start_date", "end_date"],
        rides(),
    )


async def floor_seconds(pool: Pool, folder: Path) -> float:
    """COPY of the same files, by PostgreSQL alone."""
    seconds = 0.0
    async with pool.acquire() as connection:
        for layout in LAYOUTS:
            path = folder / layout.file
            columns = ", ".join(f"{name} text" for name in path.open(encoding="utf-8").readline().strip().split(","))
            await connection.execute(f"create unlogged table floor_{layout.name} ({columns})")
            began = time.perf_counter()
            await connection.copy_to_table(f"floor_{layout.name}", source=path, format="csv", header=True, timeout=600)
            seconds += time.perf_counter() - began
            await connection.execute(f"drop table floor_{layout.name}")
    return seconds


async def measure(students: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="busline-roster-") as name:
        home = Path(name)
        home.chmod(0o711)
        write_plan(home / "plan")
        write_roster(home / "tonight", students, 0.0)
        write_roster(home / "tomorrow", students, 0.01)
        async with embedded_postgres(home / "data") as address, open_pool(address) as pool:
            await migrate(pool)
            plan = read_gtfs(home / "plan")
            await save_plan(pool, plan.timetable, plan.sha256, "benchmark", NOW)
            floor = min([await floor_seconds(pool, home / "tonight") for _ in range(3)])
            print(f"{students:,} students; COPY alone {floor:.2f} s")
            ratios: list[float] = []
            for what, folder in (("first load", "tonight"), ("unchanged", "tonight"), ("1 % changed", "tomorrow")):
                began = time.perf_counter()
                report = await import_roster(pool, home / folder, now=NOW)
                seconds = time.perf_counter() - began
                assert report.applied, report.lines()
                ratios.append(seconds / floor)
                print(f"  {what:12} {seconds:7.2f} s  {ratios[-1]:6.1f} x COPY")
                await pool.execute("vacuum analyze", timeout=600)
    held = max(ratios[1:]) <= BAR
    print(f"{'held' if held else 'MISSED'}: a night's load within {BAR:.0f} x COPY")
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=100_000)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return 0 if asyncio.run(measure(options.students)) else 1


if __name__ == "__main__":
    sys.exit(main())
