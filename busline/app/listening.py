"""A web application and a port in, a server that is listening out; it stops by itself at the end of the block."""

import asyncio
import errno
import os
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from busline.app.database import Refused

QUIET_PORTS = range(20_000, 32_000, 4)
"""Below those that outgoing connections are given, one of which might be taken between our look and our listening."""
GRACE_SECONDS = 5.0
"""How long requests under way may take to finish once we are told to stop."""


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Serve `app` until the end of the block. Raises `Refused` where the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as fault:
            if fault.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
                raise
            raise _cannot_listen(host, port, fault.errno) from fault
        yield
    finally:
        # Shielded by its own time limit: what was accepted is answered even while we are being cancelled.
        await asyncio.shield(runner.cleanup())


def free_ports(host: str, first: int | None, count: int, usual: int = 8080) -> list[int]:
    """`count` ports in a row: from `first` where one is named (0: any), else the first free row from `usual` on."""
    if first is not None and first > 0:
        named = list(range(first, first + count))
        # Said before a database is started or anything is loaded, not after.
        for port in named:
            if (trouble := _trouble_with(host, port)) is not None:
                raise _cannot_listen(host, port, trouble)
        return named
    starts = range(usual, usual + 200, 10) if first is None else random.sample(QUIET_PORTS, 50)
    for start in starts:
        row = list(range(start, start + count))
        if all(_trouble_with(host, port) is None for port in row):
            return row
    raise Refused(f"No {count} free ports in a row were found from {usual} on. Name one with --port.")


def _trouble_with(host: str, port: int) -> int | None:
    """Why nobody can listen there just now, as an `errno`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            return fault.errno or errno.EADDRINUSE
    return None


def _cannot_listen(host: str, port: int, trouble: int) -> Refused:
    return Refused(
        f"Busline cannot listen on {host}:{port}: {os.strerror(trouble).lower()}. Nothing was changed. "
        "Stop what uses that port, or choose another one with --port or BUSLINE_PORT."
    )
