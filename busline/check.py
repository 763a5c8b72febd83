"""`busline check`: reads the settings, tries everything they point to, and says of each how it is and what to do.

The feeds and the text carrier are tried by probes that the wiring hands in; what belongs to this package is tried here.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib.resources import files

import asyncpg

from busline.settings import Settings, SettingsError, read_settings
from busline.store.embedded import EmbeddedError
from busline.store.pool import UNAVAILABLE, Connection, DatabaseAddress
from busline.store.sql import load_queries

_SQL = load_queries(__file__)
_PATIENCE_SECONDS = 15.0
_OLDEST_SERVER = 150_000
OVERDUE = timedelta(minutes=10)
"""A message that waits so long is held up by more than others before it."""
_UNUSABLE: tuple[type[Exception], ...] = (
    *UNAVAILABLE,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    EmbeddedError,
    TimeoutError,
)


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """Works, and somebody should know."""
    PROBLEM = "problem"
    """Families would notice."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is. `remedy` is what to do, and empty where nothing needs doing. Neither quotes a secret."""

    item: str
    verdict: Verdict
    says: str
    remedy: str = ""


Probe = Callable[[Settings], Awaitable[Sequence[Finding]]]
"""Tries something outside and never raises for what it finds there."""
ReachDatabase = Callable[[Settings], AbstractAsyncContextManager[DatabaseAddress]]


async def check(environ: Mapping[str, str], reach_database: ReachDatabase, probes: Sequence[Probe]) -> list[Finding]:
    """Everything that can be found out now. Nothing is changed by looking."""
    try:
        settings = read_settings(environ)
    except SettingsError as fault:
        return [_sentences("Settings", problem) for problem in fault.problems]
    found = [Finding("Settings", Verdict.OK, "All can be used."), _data_folder(settings), *_address(settings)]
    found += await _database(settings, reach_database)
    for findings in await asyncio.gather(*(probe(settings) for probe in probes)):
        found += findings
    return found


def report(findings: Sequence[Finding]) -> str:
    """For a person at a terminal: a line each, what to do below it, and a last line that sums up."""
    width = max(len(finding.item) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.verdict:<8} {finding.item:<{width}}  {finding.says}")
        if finding.remedy:
            lines.append(f"{'':<8} {'':<{width}}  -> {finding.remedy}")
    problems = sum(finding.verdict is Verdict.PROBLEM for finding in findings)
    warnings = sum(finding.verdict is Verdict.WARNING for finding in findings)
    lines.append("")
    if problems:
        lines.append(
            f"{problems} {'problem' if problems == 1 else 'problems'} to solve before families can rely on it."
        )
    elif warnings:
        lines.append(f"It works. {warnings} {'thing' if warnings == 1 else 'things'} to know above.")
    else:
        lines.append("Everything works.")
    return "\n".join(lines)


def exit_code(findings: Sequence[Finding]) -> int:
    """1 where there is a problem, else 0."""
    return int(any(finding.verdict is Verdict.PROBLEM for finding in findings))


def _sentences(item: str, problem: str) -> Finding:
    """A problem of the settings is already 'what it is. What to do.'"""
    says, separator, remedy = problem.partition(". ")
    return Finding(item, Verdict.PROBLEM, says + separator.strip(), remedy)


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Finding(
            "Data folder",
            Verdict.PROBLEM,
            f"{folder} cannot be written by this user.",
            "Let the service's user write there, or choose another folder by BUSLINE_DATA_DIR.",
        )
    return Finding("Data folder", Verdict.OK, f"{folder}{'' if folder.exists() else ' (made at the first start)'}.")


def _address(settings: Settings) -> list[Finding]:
    if settings.is_https:
        return [Finding("Public address", Verdict.OK, f"{settings.public_base_url}.")]
    if settings.twilio_number is None or settings.twilio_base_url is not None:
        return [Finding("Public address", Verdict.OK, f"{settings.public_base_url}, without https: for a trial.")]
    return [
        Finding(
            "Public address",
            Verdict.WARNING,
            f"{settings.public_base_url} has no https, so texts and passwords can be read on the way.",
            "Put a proxy with a certificate in front and set BUSLINE_PUBLIC_BASE_URL to its https address.",
        )
    ]


async def _database(settings: Settings, reach_database: ReachDatabase) -> list[Finding]:
    if settings.database_url is None and not (settings.data_dir / "postgres").exists():
        return [Finding("Database", Verdict.OK, "Busline makes its own PostgreSQL at the first start.")]
    try:
        async with reach_database(settings) as address, asyncio.timeout(_PATIENCE_SECONDS):
            connection = await asyncpg.connect(**address.connect_arguments())
            try:
                return await _look_into(connection)
            finally:
                await connection.close()
    except _UNUSABLE as fault:
        if isinstance(fault, TimeoutError):
            what = f"It did not answer within {_PATIENCE_SECONDS:.0f} s."
        else:
            what = f"It cannot be used: {str(fault).rstrip('.')}."
        return [
            Finding(
                "Database",
                Verdict.PROBLEM,
                what,
                "See that the server runs, that BUSLINE_DATABASE_URL names it, and that its user may connect."
                if settings.database_url
                else f"Its log is {settings.data_dir / 'postgres.log'}.",
            )
        ]


async def _look_into(connection: Connection) -> list[Finding]:
    server = await connection.fetchrow(_SQL["server"])
    assert server is not None  # noqa: S101 - a select without FROM always gives a row
    if server["number"] < _OLDEST_SERVER:
        says = f"PostgreSQL {server['version']} is too old."
        return [Finding("Database", Verdict.PROBLEM, says, "Use PostgreSQL 15 or later.")]
    if server["encoding"] != "UTF8":
        says = f"Its encoding is {server['encoding']}, which cannot hold every name."
        return [
            Finding("Database", Verdict.PROBLEM, says, "Create the database with: create database ... encoding 'UTF8'")
        ]
    names = {entry.name for entry in files("migrations").iterdir() if entry.name.endswith(".sql")}
    applied: set[str] = set()
    if await connection.fetchval(_SQL["has_migrations"]):
        applied = {row["name"] for row in await connection.fetch(_SQL["applied"])}
    if unknown := sorted(applied - names):
        says = f"It was made by a newer Busline: {', '.join(unknown)} is not known here."
        return [Finding("Database", Verdict.PROBLEM, says, "Start the newer version.")]
    if missing := sorted(names - applied):
        says = f"PostgreSQL {server['version']}; {len(missing)} of {len(names)} migrations are not applied yet."
        remedy = "They are applied when the service starts, or now with: busline migrate"
        return [Finding("Database", Verdict.WARNING, says, remedy)]
    found = [Finding("Database", Verdict.OK, f"PostgreSQL {server['version']}, all {len(names)} migrations applied.")]
    contents = await connection.fetchrow(_SQL["contents"])
    assert contents is not None  # noqa: S101 - the same
    for item, count, word, remedy in (
        ("Plan", contents["runs"], "runs", "Load one with: busline import plan SOURCE"),
        ("Roster", contents["contacts"], "phones of families", "Load one with: busline import roster DIR"),
        ("Staff", contents["staff"], "accounts", "Make one with: busline user add NAME --role admin"),
    ):
        if count:
            found.append(Finding(item, Verdict.OK, f"{word.capitalize()}: {count:,}."))
        else:
            found.append(Finding(item, Verdict.PROBLEM, f"There are no {word} yet.", remedy))
    found += [_alarm(row) for row in await connection.fetch(_SQL["alarms"])]
    overdue = await connection.fetchrow(_SQL["overdue"], OVERDUE)
    if overdue is not None and overdue["messages"]:
        found.append(_overdue(overdue))
    return found


def _overdue(row: "asyncpg.Record") -> Finding:
    count, since = row["messages"], f"{row['since']:%Y-%m-%d %H:%M} UTC"
    says = f"{count:,} {'waits' if count == 1 else 'wait'} to be sent, the oldest since {since}."
    remedy = (
        "See that the service runs and reaches the carrier; a large announcement also takes long where "
        "BUSLINE_TWILIO_SEGMENTS_PER_SECOND is low."
    )
    return Finding("Messages", Verdict.WARNING, says, remedy)


def _alarm(row: "asyncpg.Record") -> Finding:
    since = f"{row['since']:%Y-%m-%d %H:%M} UTC"
    says = f"The carrier has refused them with error {row['code']}, {row['times']} times since {since}."
    remedy = f"See https://www.twilio.com/docs/api/errors/{row['code']}; the next message that arrives ends this."
    return Finding("Messages", Verdict.PROBLEM, says, remedy)
