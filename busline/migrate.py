"""Applies the numbered SQL of `migrations` to a database: in order, once each, under a lock."""

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

import asyncpg
import structlog

from busline.store.pool import Connection, Pool
from busline.store.sql import load_queries

log = structlog.get_logger(__name__)

SQL = load_queries(__file__)
MIGRATION_SECONDS = 3600.0
"""The longest one migration may take, and the wait for another process that is migrating."""


class MigrationError(RuntimeError):
    """The database and this version of Busline do not fit. Nothing was changed."""


async def migrate(database: Pool | Connection, *, source: Traversable | None = None) -> list[str]:
    """Apply what is missing and return its names, oldest first; an empty list when nothing was.

    Each file is one transaction. Two processes may call this at once: the second waits, then finds nothing to do.
    Raises MigrationError when an applied file was edited since, or the database knows files that we do not.
    """
    scripts = _scripts(files("migrations") if source is None else source)
    if isinstance(database, asyncpg.Pool):
        async with database.acquire() as connection:
            return await _migrate(connection, scripts)
    return await _migrate(database, scripts)


async def _migrate(connection: Connection, scripts: Mapping[str, str]) -> list[str]:
    await connection.execute(SQL["lock"], timeout=MIGRATION_SECONDS)
    try:
        await connection.execute(SQL["make_table"])
        applied = {row["name"]: row["sha256"] for row in await connection.fetch(SQL["applied"])}
        _check(applied, scripts)
        missing = [name for name in scripts if name not in applied]
        for name in missing:
            async with connection.transaction():
                await connection.execute(scripts[name], timeout=MIGRATION_SECONDS)
                await connection.execute(SQL["record"], name, _sha256(scripts[name]))
            log.info("migration applied", migration=name)
        return missing
    finally:
        # A connection that broke has let go of its lock already.
        if not connection.is_closed():
            await connection.execute(SQL["unlock"])


def _scripts(source: Traversable) -> Mapping[str, str]:
    """By name, in order. Read as text, so that a checkout's line endings do not change what a file is."""
    named = {entry.name: entry.read_text(encoding="utf-8") for entry in source.iterdir() if entry.name.endswith(".sql")}
    numbers = [name.partition("_")[0] for name in named]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise MigrationError(f"Two migrations have the same number: {', '.join(twice)}. Give each its own.")
    return dict(sorted(named.items()))


def _check(applied: Mapping[str, str], scripts: Mapping[str, str]) -> None:
    unknown = [name for name in applied if name not in scripts]
    if unknown:
        raise MigrationError(
            f"The database was made by a newer Busline: it has {', '.join(unknown)}, unknown to this version. Nothing "
            "was changed. Start the newer version, or restore a backup from before it."
        )
    edited = [name for name, sha256 in applied.items() if _sha256(scripts[name]) != sha256]
    if edited:
        raise MigrationError(
            f"{', '.join(edited)} changed after it was applied to this database. Nothing was changed. Put the file "
            "back as it was, and make the change in a new migration."
        )


def _sha256(script: str) -> str:
    return hashlib.sha256(script.encode()).hexdigest()
