"""A folder of roster CSV files in, the roster in force out: all of it or nothing, and what it changed.

    files -> scanned -> staged as text -> compared with the roster in force -> differences checked -> merged

docs/roster.md describes the files. Whatever is wrong with them is gathered, with file and line, before anything is
said; then nothing of the roster in force is touched.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import phonenumbers
import structlog

from busline.store.pool import Connection, Pool
from busline.store.sql import load_queries
from feeds.problem import Problem
from feeds.roster.checks import check_roster
from feeds.roster.layout import LAYOUTS
from feeds.roster.phones import compare_contacts
from feeds.roster.report import FileDiff, RosterReport, unchanged
from feeds.roster.scan import Scanned, scan
from feeds.roster.staging import stage

log = structlog.get_logger(__name__)

MAX_SHRINK = 0.10
"""A file that would take away more than this share of what is in force is more likely cut short than true."""
STATEMENT_SECONDS = 600.0

_SQL = load_queries(__file__)

_COMPARE = (
    "compare_schools", "compare_students", "compare_links", "create_masks", "create_dates", "compare_rides",
    "analyze_deltas",
)  # fmt: skip
_MERGE = (
    "remove_rides", "remove_links", "remove_contacts", "change_schools", "add_schools", "change_students",
    "remove_students", "remove_schools", "add_students", "free_phones", "change_contacts", "add_contacts",
    "change_links", "add_links", "add_rides",
)  # fmt: skip


async def import_roster(
    pool: Pool,
    folder: Path,
    *,
    now: datetime,
    region: str = "US",
    dry_run: bool = False,
    allow_shrink: bool = False,
) -> RosterReport:
    """Replace the roster by that of a folder, in one transaction that never makes a reader wait.

    Students, contacts, links and rides that the files no longer have leave the roster. Where more than `MAX_SHRINK` of
    the students or contacts would leave, or the links or rides would shrink by as much, the roster is refused unless
    `allow_shrink`. Phones without a country code are read as dialled in `region` (ISO 3166). Rides that are not over by
    `now` must have their run and stop in the plan in force.
    """
    if not phonenumbers.country_code_for_region(region):
        raise ValueError(f"{region!r} is no region of phone numbers; give one like US or CA.")
    scanned = [await asyncio.to_thread(scan, layout, folder) for layout in LAYOUTS]
    unreadable = [problem for file in scanned if isinstance(file, list) for problem in file]
    if unreadable:
        return _logged(unchanged(unreadable, len(unreadable)))
    files = [file for file in scanned if isinstance(file, Scanned)]
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        report = None
        try:
            report = await _import(connection, files, now, region, dry_run, allow_shrink)
        finally:
            if report is not None and report.applied:
                await transaction.commit()
            else:
                await transaction.rollback()
    return _logged(report)


async def _import(
    connection: Connection, files: Sequence[Scanned], now: datetime, region: str, dry_run: bool, allow_shrink: bool
) -> RosterReport:
    await connection.execute(_SQL["prepare"])
    misshapen = [problem for file in files for problem in await stage(connection, file)]
    if misshapen:
        # Rows that could not be staged would be missed by all others that refer to them: those faults are not real.
        return unchanged(misshapen, len(misshapen))
    await connection.execute(_SQL["analyze_staged"], timeout=STATEMENT_SECONDS)
    await compare_contacts(connection, region)
    for name in _COMPARE:
        await connection.execute(_SQL[name], timeout=STATEMENT_SECONDS)
    counts = await connection.fetch(_SQL["count_changes"], timeout=STATEMENT_SECONDS)
    problems, count = await check_roster(connection, {row["name"] for row in counts if row["repeated"]}, now)
    if count:
        return unchanged(problems, count)
    diff = tuple(
        FileDiff(
            row["name"], row["added"], row["changed"], row["removed"], row["staged"] - row["added"] - row["changed"]
        )
        for row in counts
    )
    shrunk = [] if allow_shrink else _shrunk(diff)
    if shrunk or dry_run:
        return unchanged(shrunk, len(shrunk), diff)
    for name in _MERGE:
        await connection.execute(_SQL[name], timeout=STATEMENT_SECONDS)
    return RosterReport(diff, (), 0, applied=True)


def _shrunk(diff: Sequence[FileDiff]) -> list[Problem]:
    """One problem for each file that would take away too much."""
    problems = []
    for file in diff:
        # People who leave are counted one by one. Links and rides are replaced in numbers at the turn of a term, so
        # there only their total says that a file was cut short.
        lost = file.removed if file.name in ("students", "contacts") else file.before - file.after
        if lost > MAX_SHRINK * file.before and file.name != "schools":
            reason = (
                f"{lost:,} of {file.before:,} {file.name} ({lost / file.before:.0%}) would be gone. If this is meant, "
                "import again and allow the roster to shrink."
            )
            problems.append(Problem(f"{file.name}.csv", None, reason))
    return problems


def _logged(report: RosterReport) -> RosterReport:
    """Counts only: reasons may quote what stands in the files."""
    changes = {file.name: f"+{file.added} ~{file.changed} -{file.removed}" for file in report.diff}
    if report.problem_count:
        log.warning("roster refused; the one in force stays", problems=report.problem_count, **changes)
    elif report.applied:
        log.info("roster in force", **changes)
    return report
