import asyncio
from importlib.resources import files
from pathlib import Path

import asyncpg
import pytest

from busline.migrate import MigrationError, migrate
from busline.store.pool import DatabaseAddress, Pool, open_pool


@pytest.fixture
async def empty(postgres: DatabaseAddress, database: DatabaseAddress) -> DatabaseAddress:
    """A database that nothing was applied to."""
    async with open_pool(database, size=1) as pool:
        await pool.execute("drop schema public cascade")
        await pool.execute("create schema public")
    return database


def write(folder: Path, **scripts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, script in scripts.items():
        (folder / f"{name[1:]}.sql").write_text(script)
    return folder


async def test_every_migration_of_the_package_applies_once_and_in_order(empty: DatabaseAddress) -> None:
    every = sorted(entry.name for entry in files("migrations").iterdir() if entry.name.endswith(".sql"))
    async with open_pool(empty) as pool:
        assert await migrate(pool) == every
        assert await migrate(pool) == []


async def test_a_plain_connection_is_as_good_as_a_pool(empty: DatabaseAddress, tmp_path: Path) -> None:
    source = write(tmp_path / "m", _0001_a="create table a (x integer)")
    connection = await asyncpg.connect(**empty.connect_arguments())
    try:
        assert await migrate(connection, source=source) == ["0001_a.sql"]
    finally:
        await connection.close()


async def test_two_processes_migrating_at_once_apply_everything_exactly_once(empty: DatabaseAddress) -> None:
    async with open_pool(empty) as one, open_pool(empty) as other:
        applied = await asyncio.gather(migrate(one), migrate(other), migrate(one))
    assert sorted(map(bool, applied)) == [False, False, True]


async def test_an_edited_migration_is_refused_by_name_and_nothing_changes(
    empty: DatabaseAddress, tmp_path: Path
) -> None:
    source = write(tmp_path / "m", _0001_a="create table a (x integer)")
    async with open_pool(empty) as pool:
        await migrate(pool, source=source)
        write(source, _0001_a="create table a (x bigint)", _0002_b="create table b (x integer)")
        with pytest.raises(MigrationError, match=r"0001_a\.sql changed after it was applied"):
            await migrate(pool, source=source)
        assert await pool.fetchval("select to_regclass('b')") is None


async def test_a_database_of_a_newer_busline_is_refused(empty: DatabaseAddress, tmp_path: Path) -> None:
    newer = write(tmp_path / "newer", _0001_a="create table a (x integer)", _0002_b="create table b (x integer)")
    older = write(tmp_path / "older", _0001_a="create table a (x integer)")
    async with open_pool(empty) as pool:
        await migrate(pool, source=newer)
        with pytest.raises(MigrationError, match=r"newer Busline: it has 0002_b\.sql"):
            await migrate(pool, source=older)


async def test_a_migration_that_fails_leaves_nothing_of_itself(empty: DatabaseAddress, tmp_path: Path) -> None:
    source = write(
        tmp_path / "m", _0001_a="create table a (x integer)", _0002_b="create table b (x integer); select 1 / 0"
    )
    async with open_pool(empty) as pool:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(pool, source=source)
        assert await pool.fetchval("select to_regclass('a')") is not None
        assert await pool.fetchval("select to_regclass('b')") is None
        write(source, _0002_b="create table b (x integer)")
        assert await migrate(pool, source=source) == ["0002_b.sql"]


async def test_two_files_with_one_number_are_refused(pool: Pool, tmp_path: Path) -> None:
    source = write(tmp_path / "m", _0001_a="select 1", _0001_b="select 2")
    with pytest.raises(MigrationError, match="same number: 0001"):
        await migrate(pool, source=source)
