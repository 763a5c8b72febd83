"""Where the database is, and a pool of connections to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import SplitResult, quote, urlsplit

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

log = structlog.get_logger(__name__)

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:
    # The stubs know these as generic; the classes themselves are not.
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection | PoolConnectionProxy

CLOSE_SECONDS = 10.0
"""How long a closing pool waits for queries under way."""

UNAVAILABLE: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    # What asyncpg makes of a connection that the server ended while a statement was under way, at the next one.
    asyncpg.InternalClientError,
)
"""What a single statement raises while the server is away or coming back; a pool connects again by itself.

Repeat only what is idempotent: the statement may have taken effect. Of several statements in one transaction asyncpg
may raise a bare InterfaceError instead, which it also raises for wrong use; `transaction` tells the two apart.
"""
NOT_GIVEN_BACK: tuple[type[Exception], ...] = (*UNAVAILABLE, asyncpg.InterfaceError)


class DatabaseUnavailableError(ConnectionError):
    """The server went away, or is not there (yet). Whether the transaction took effect is not known."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the database is: a `url`, or the private socket directory (`host`) of the embedded one."""

    url: str | None = field(default=None, repr=False)
    """`postgresql://user:password@host:port/database`. Not shown, for it may hold a password."""
    host: str | None = None
    user: str | None = None
    database: str | None = None

    def __post_init__(self) -> None:
        if (self.url is None) == (self.host is None):
            raise ValueError("A database address is either a URL or a socket directory.")

    def named(self, database: str) -> "DatabaseAddress":
        """Another database of the same server."""
        if self.url is None:
            return DatabaseAddress(host=self.host, user=self.user, database=database)
        return DatabaseAddress(url=_joined(urlsplit(self.url)._replace(path="/" + quote(database))))

    @property
    def shown(self) -> str:
        """For people and logs: without the password."""
        if self.url is None:
            return f"embedded PostgreSQL at {self.host}, database {self.database}"
        parts = urlsplit(self.url)
        who, at, where = parts.netloc.rpartition("@")
        return _joined(parts._replace(netloc=who.partition(":")[0] + at + where, query=""))

    def connect_arguments(self) -> dict[str, Any]:
        """For `asyncpg.connect` and `asyncpg.create_pool`."""
        if self.url is not None:
            return {"dsn": self.url}
        return {"host": self.host, "user": self.user, "database": self.database}


def _joined(parts: SplitResult) -> str:
    # urlunsplit drops the slashes of an empty host, which a URL of a socket directory has.
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


@asynccontextmanager
async def open_pool(
    address: DatabaseAddress, *, size: int = 10, command_timeout_seconds: float = 60.0
) -> AsyncIterator[Pool]:
    """A pool of up to `size` connections, closed at the end.

    A connection that breaks is replaced at its next use, so the server may restart under the pool. One command may
    take `command_timeout_seconds`; longer work (a roster load) passes its own `timeout`. Raises one of `UNAVAILABLE`
    when the server cannot be reached.
    """
    pool = await asyncpg.create_pool(
        **address.connect_arguments(),
        # None is kept for its own sake: asyncpg would log a traceback each time a restart takes the last one away.
        min_size=0,
        max_size=size,
        command_timeout=command_timeout_seconds,
        # An abandoned transaction stops vacuum and slows every queue; sessions count days in UTC wherever they run.
        server_settings={
            "application_name": "busline",
            "timezone": "UTC",
            "idle_in_transaction_session_timeout": "60s",
        },
    )
    try:
        async with pool.acquire():
            pass
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:
            log.warning("queries were still running when the pool closed; they were cut off", seconds=CLOSE_SECONDS)
            pool.terminate()


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection inside one transaction, committed at the end of the block, rolled back when it raises.

    Raises DatabaseUnavailableError when the server cannot be reached or went away meanwhile.
    """
    try:
        connection = await pool.acquire()
    except UNAVAILABLE as problem:
        raise DatabaseUnavailableError(str(problem)) from problem
    try:
        async with connection.transaction():
            yield connection
    except Exception as problem:
        if isinstance(problem, UNAVAILABLE) or _is_gone(connection):
            raise DatabaseUnavailableError(str(problem)) from problem
        raise
    finally:
        await _give_back(pool, connection)


async def _give_back(pool: Pool, connection: "PoolConnectionProxy[asyncpg.Record]") -> None:
    try:
        await pool.release(connection)
    except NOT_GIVEN_BACK as problem:
        # What was done is done, committed or not; the pool has thrown the connection away and makes another.
        log.debug("a connection broke while it was given back", problem=str(problem))


def _is_gone(connection: Connection) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        # The pool took it back by itself, which it does with a connection that broke.
        return True
