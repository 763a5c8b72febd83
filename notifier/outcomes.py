"""What became of messages, kept: together where many come at once, and again and again while the database is away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import structlog

from busline.store.pool import NOT_GIVEN_BACK, DatabaseUnavailableError
from notifier.barring import Drop
from notifier.outbox import Claim, HandedOver, Outbox, PutBack

log = structlog.get_logger(__name__)

_AWAY: tuple[type[Exception], ...] = (DatabaseUnavailableError, *NOT_GIVEN_BACK)
_PAUSE_SECONDS = 0.5

_T = TypeVar("_T")


class Outcomes:
    """Each call returns when its outcome is kept. While one is written, those that come in wait and go together."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._sent: list[HandedOver] = []
        self._put_back: list[PutBack] = []
        self._turn = asyncio.Lock()
        self._away = False

    async def sent(self, claim: Claim, sid: str, now: datetime) -> None:
        """The carrier has it, by this id."""
        self._sent.append(HandedOver(claim.claimed.outbox_id, sid, now))
        await self._write()

    async def put_back(self, one: PutBack) -> None:
        """It is tried again."""
        self._put_back.append(one)
        await self._write()

    async def give_up(self, claim: Claim, drop: Drop, now: datetime, *, is_landline: bool) -> bool:
        """It is not tried any more. False where somebody else has settled it since."""
        return await self.until_kept(lambda: self._outbox.give_up(claim, drop, now, is_landline=is_landline))

    async def until_kept(self, keep: Callable[[], Awaitable[_T]]) -> _T:
        """Do what may be repeated, until it is done."""
        while True:
            try:
                kept = await keep()
            except _AWAY as fault:
                if not self._away:
                    self._away = True
                    log.error("what became of messages waits for the database", fault=repr(fault))
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                if self._away:
                    self._away = False
                    log.info("what became of messages is kept again")
                return kept

    async def _write(self) -> None:
        async with self._turn:
            sent, self._sent = self._sent, []
            put_back, self._put_back = self._put_back, []
            if sent:
                twice = await self.until_kept(lambda: self._outbox.sent(sent))
                if twice:
                    log.error("the carrier took messages twice", outbox_ids=twice)
            if put_back:
                await self.until_kept(lambda: self._outbox.put_back(put_back))
