"""One embedded PostgreSQL for the whole run, and a fresh migrated database for every test that asks.

With BUSLINE_TEST_DATABASE_URL set the tests use that server instead: any PostgreSQL from 15 on must do.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import hypothesis
import pytest

from busline.migrate import migrate
from busline.store.embedded import embedded_postgres
from busline.store.pool import DatabaseAddress, Pool, open_pool

# The same examples every time, so that a red run is a change and not a draw; `make explore` draws new ones.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

TEMPLATE = f"busline_template_{os.getpid()}"
OWN_SERVER = os.environ.get("BUSLINE_TEST_DATABASE_URL")
MEMORY_NEEDED_BYTES = 3_000_000_000
NUMBERS = itertools.count(1)


async def _make_template(address: DatabaseAddress) -> None:
    admin = await asyncpg.connect(**address.connect_arguments())
    await admin.execute(f"create database {TEMPLATE}")
    await admin.close()
    # The pool is closed before anybody copies: a template must have no connections.
    async with open_pool(address.named(TEMPLATE), size=1) as pool:
        await migrate(pool)


def _quick_disk() -> Path | None:
    """Memory where there is plenty: fsync stays on, and hundreds of databases are copied without waiting for a disk."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MEMORY_NEEDED_BYTES:
        return memory
    return None


async def _drop_template(address: DatabaseAddress) -> None:
    admin = await asyncpg.connect(**address.connect_arguments())
    await admin.execute(f"drop database {TEMPLATE}")
    await admin.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[DatabaseAddress]:
    """The server, with the template made. Kept by a thread of its own: tests may use any event loop, or none."""
    if OWN_SERVER:
        address = DatabaseAddress(url=OWN_SERVER)
        asyncio.run(_make_template(address))
        yield address
        asyncio.run(_drop_template(address))
        return
    # Short, and a folder the unprivileged user can pass through, which pytest's own temporary folders are not.
    home = Path(tempfile.mkdtemp(prefix="busline-test-", dir=_quick_disk()))
    home.chmod(0o711)
    ready = threading.Event()
    found: list[DatabaseAddress] = []
    failed: list[BaseException] = []
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        done = asyncio.Event()
        loops.append((asyncio.get_running_loop(), done))
        async with embedded_postgres(home / "data") as address:
            await _make_template(address)
            found.append(address)
            ready.set()
            await done.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as problem:  # noqa: BLE001  handed to the test run below
            failed.append(problem)
        finally:
            ready.set()

    keeper = threading.Thread(target=run, name="postgres for tests")
    keeper.start()
    ready.wait()
    try:
        if not found:
            raise failed[0]
        yield found[0]
    finally:
        loop, done = loops[0]
        if not loop.is_closed():
            loop.call_soon_threadsafe(done.set)
        keeper.join()
        shutil.rmtree(home)
    if failed:
        raise failed[0]


@pytest.fixture
async def database(postgres: DatabaseAddress) -> AsyncIterator[DatabaseAddress]:
    """A database of its own for one test, copied from the migrated template."""
    name = f"test_{os.getpid()}_{next(NUMBERS)}"
    admin = await asyncpg.connect(**postgres.connect_arguments())
    try:
        await admin.execute(f"create database {name} template {TEMPLATE}")
        try:
            yield postgres.named(name)
        finally:
            await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()


@pytest.fixture
async def pool(database: DatabaseAddress) -> AsyncIterator[Pool]:
    """A pool on this test's own database."""
    async with open_pool(database, size=5) as pool:
        yield pool
