"""Settings in, connections to an up-to-date database out: the configured one, or our own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from busline.migrate import MigrationError, migrate
from busline.settings import Settings
from busline.store.embedded import EmbeddedError, embedded_postgres
from busline.store.pool import UNAVAILABLE, DatabaseAddress, Pool, open_pool

CANNOT_BE_USED: tuple[type[Exception], ...] = (
    *UNAVAILABLE,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)
"""A server that is away, or does not let us in."""


class Refused(Exception):  # noqa: N818 - an outcome for the person, not a fault of the program
    """What was asked cannot be done. The message says why, what was kept, and what to do next."""


@asynccontextmanager
async def server(settings: Settings, *, beside: bool = False) -> AsyncIterator[DatabaseAddress]:
    """The configured server, or the embedded one. `beside`: a command that may run next to a running service."""
    if settings.database_url is not None:
        yield DatabaseAddress(url=settings.database_url.reveal())
        return
    try:
        async with embedded_postgres(settings.data_dir, join_running=beside) as address:
            yield address
    except EmbeddedError as fault:
        raise Refused(str(fault)) from fault


@asynccontextmanager
async def connections(address: DatabaseAddress) -> AsyncIterator[Pool]:
    """A pool on a database that has every migration. Raises `Refused` where there is no such database."""
    async with AsyncExitStack() as stack:
        try:
            pool = await stack.enter_async_context(open_pool(address))
            await migrate(pool)
        except MigrationError as fault:
            raise Refused(str(fault)) from fault
        except CANNOT_BE_USED as fault:
            raise Refused(
                f"The database ({address.shown}) cannot be used: {fault}. Nothing was changed. "
                "See that it runs and that BUSLINE_DATABASE_URL is right; `busline check` tries it."
            ) from fault
        # Outside the try: what goes wrong in the service later is not the database's fault.
        yield pool


@asynccontextmanager
async def store(settings: Settings, *, beside: bool = False) -> AsyncIterator[Pool]:
    """Both in one."""
    async with server(settings, beside=beside) as address, connections(address) as pool:
        yield pool


async def make_afresh(address: DatabaseAddress, name: str) -> DatabaseAddress:
    """An empty database of this name on the same server, in place of the one that was there."""
    connection = await asyncpg.connect(**address.connect_arguments())
    try:
        quoted = '"' + name.replace('"', '""') + '"'
        await connection.execute(f"drop database if exists {quoted} with (force)")
        await connection.execute(f"create database {quoted}")
    finally:
        await connection.close()
    return address.named(name)
