"""Loops that do something again and again, and outlive a database that goes away."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from busline.store.pool import NOT_GIVEN_BACK, DatabaseUnavailableError

log = structlog.get_logger(__name__)

_AWAY: tuple[type[Exception], ...] = (DatabaseUnavailableError, *NOT_GIVEN_BACK)


async def keep_doing(what: str, once: Callable[[], Awaitable[bool]], *, pause_seconds: float) -> None:
    """`once` for ever, with a pause after each that says False: nothing was left to do. Never returns.

    A database that is away is waited for: it is logged once, and so is its return. Whatever else `once` raises ends it.
    """
    away = False
    while True:
        goes_on = False
        try:
            goes_on = await once()
            if away:
                log.info("work goes on: the database is back", work=what)
                away = False
        except _AWAY as fault:
            if not away:
                log.error("work waits: database not reachable", work=what, fault=repr(fault))
                away = True
        if not goes_on:
            # In real time: what is waited for knows no faster clock.
            await asyncio.sleep(pause_seconds)
