"""kill -9 of the embedded PostgreSQL under writers, again and again: is a row lost that was acknowledged, and how long
is the database away?

    python benchmarks/postgres_kills.py --cycles 60 [--json OUT]

Half the kills hit the postmaster alone, the others every backend, with and without the postmaster. A writer's row is
acknowledged once its commit returned; it is in doubt when the connection broke first, and may be there or not. The
database is back once a new backend has committed for a client of the same pool, which was never told anything.

Killing processes is not losing power: that the operating system's cache reaches the disk is left to fsync, which is on.
"""

import argparse
import asyncio
import itertools
import json
import logging
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import assert_never

import structlog

from busline.store.embedded import embedded_postgres
from busline.store.pool import DatabaseUnavailableError, Pool, open_pool, transaction

LONGEST_AWAY_SECONDS = 5.0
"""The bar: a longer absence fails."""
PROBE_SECONDS = 0.01


class Kill(StrEnum):
    """Which processes are killed."""

    POSTMASTER = "postmaster only"
    EVERYTHING = "postmaster and all backends"
    BACKENDS = "all backends"


ORDER = (Kill.POSTMASTER, Kill.EVERYTHING, Kill.POSTMASTER, Kill.BACKENDS)


@dataclass(frozen=True, slots=True)
class Absence:
    """One kill, and how long it was until a new backend committed."""

    kill: Kill
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """What the kills cost."""

    acknowledged_rows: int
    lost_rows: int
    """Acknowledged, and not there at the end: must be 0."""
    in_doubt_rows: int
    in_doubt_rows_present: int
    absences: tuple[Absence, ...]

    @property
    def longest_seconds(self) -> float:
        return max(one.seconds for one in self.absences)

    @property
    def passed(self) -> bool:
        return self.lost_rows == 0 and self.longest_seconds < LONGEST_AWAY_SECONDS


@dataclass(slots=True)
class _Book:
    """What the writers know of their rows."""

    acknowledged: set[tuple[int, int]] = field(default_factory=set)
    in_doubt: set[tuple[int, int]] = field(default_factory=set)


async def kill_cycles(data_dir: Path, cycles: int, *, writers: int = 4, seed: int = 1) -> Report:
    """Kill the embedded server of a new data directory `cycles` times under `writers`, and count afterwards."""
    chance = random.Random(seed)
    book = _Book()
    absences: list[Absence] = []
    async with embedded_postgres(data_dir) as address, open_pool(address, size=writers + 1) as pool:
        await pool.execute("create table probe (writer integer, number integer, primary key (writer, number))")
        await pool.execute("create table knock (at timestamptz not null default clock_timestamp())")
        async with asyncio.TaskGroup() as group:
            writing = [group.create_task(_write(pool, writer, book)) for writer in range(writers)]
            for kill in itertools.islice(itertools.cycle(ORDER), cycles):
                await asyncio.sleep(chance.uniform(0.1, 0.5))
                absences.append(Absence(kill, await _kill(kill, data_dir / "postgres", pool)))
            await asyncio.sleep(0.2)
            for task in writing:
                task.cancel()
        rows = {(row[0], row[1]) for row in await pool.fetch("select writer, number from probe")}
    return Report(
        acknowledged_rows=len(book.acknowledged),
        lost_rows=len(book.acknowledged - rows),
        in_doubt_rows=len(book.in_doubt),
        in_doubt_rows_present=len(book.in_doubt & rows),
        absences=tuple(absences),
    )


async def _write(pool: Pool, writer: int, book: _Book) -> None:
    for number in itertools.count():
        row = (writer, number)
        sent = False
        try:
            async with transaction(pool) as connection:
                sent = True
                await connection.execute("insert into probe (writer, number) values ($1, $2)", *row)
        except DatabaseUnavailableError:
            if sent:
                book.in_doubt.add(row)
            await asyncio.sleep(PROBE_SECONDS)
        else:
            book.acknowledged.add(row)


async def _kill(kill: Kill, files: Path, pool: Pool) -> float:
    """Seconds from the kill to the first commit of a backend that was not there before it."""
    postmaster = int((files / "postmaster.pid").read_text().splitlines()[0])
    backends = children(postmaster)
    match kill:
        case Kill.POSTMASTER:
            doomed = [postmaster]
        case Kill.EVERYTHING:
            doomed = [postmaster, *backends]
        case Kill.BACKENDS:
            doomed = backends
        case _:
            assert_never(kill)
    since = time.monotonic()
    for pid in doomed:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            # It ended by itself between being listed and being killed: its postmaster was killed first.
            continue
    while True:
        try:
            async with transaction(pool) as connection:
                backend = await connection.fetchval("insert into knock default values returning pg_backend_pid()")
            if backend not in backends:
                return time.monotonic() - since
        except DatabaseUnavailableError:
            await asyncio.sleep(PROBE_SECONDS)


def children(parent: int) -> list[int]:
    """From /proc/<pid>/stat: the parent is the second field after the name in parentheses."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(after_name[1]) == parent:
                found.append(int(entry.name))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="kill -9 of the embedded PostgreSQL under writers")
    parser.add_argument("--cycles", type=int, default=60)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    home = Path(tempfile.mkdtemp(prefix="busline-kills-"))
    home.chmod(0o711)
    try:
        report = asyncio.run(kill_cycles(home / "data", options.cycles, writers=options.writers))
    finally:
        shutil.rmtree(home)
    print(f"{options.cycles} kills under {options.writers} writers, fsync on")
    print(f"  acknowledged rows                {report.acknowledged_rows:>8}")
    print(f"  of these lost (must be 0)        {report.lost_rows:>8}")
    print(f"  rows in doubt, of these present  {report.in_doubt_rows:>8}, {report.in_doubt_rows_present}")
    print(f"  {'seconds until a new commit':<32} {'kills':>8} {'median':>8} {'longest':>8}")
    for kill in Kill:
        seconds = [one.seconds for one in report.absences if one.kill is kill]
        if seconds:
            print(f"    {kill:<30} {len(seconds):>8} {statistics.median(seconds):>8.2f} {max(seconds):>8.2f}")
    every = [one.seconds for one in report.absences]
    print(f"    {'all':<30} {len(every):>8} {statistics.median(every):>8.2f} {max(every):>8.2f}")
    print("passed" if report.passed else f"FAILED: a row was lost, or the database was away {LONGEST_AWAY_SECONDS} s")
    if options.json:
        figures = {**asdict(report), "median_seconds": statistics.median(every), "longest_seconds": max(every)}
        options.json.write_text(json.dumps(figures, indent=1))
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
