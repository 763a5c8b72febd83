"""What staff do while `benchmarks/kills.py` kills: call runs off, announce, answer; each again until it is done."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp

from benchmarks.kill_service import Service
from benchmarks.kill_town import FAMILIES_A_RUN, LANGUAGES, Town
from busline.ids import Phone
from busline.store.outbox import TextPromise, promise_text
from busline.store.pool import NOT_GIVEN_BACK, DatabaseUnavailableError, Pool, transaction
from busline.store.staff import Role, Staff

AWAY: tuple[type[Exception], ...] = (DatabaseUnavailableError, *NOT_GIVEN_BACK)
LOOK_SECONDS = 0.5
REPLY_EVERY, ANNOUNCE_EVERY = 4, 20
"""Looks from one to the next."""
USER, PASSWORD = "kills", "correct horse battery"


@dataclass(slots=True)
class Book:
    """What staff did, so what families must hear of it."""

    announced: dict[str, frozenset[str]] = field(default_factory=dict)
    """By the words of an announcement, the phones that must get it."""
    replied: dict[str, str] = field(default_factory=dict)
    """By the key of a promised reply, its phone."""
    called_off: set[int] = field(default_factory=set)
    """The runs."""


class StaffAtWork:
    """Calls off by `busline notice`, announces through the interface, and promises replies as a case's answer is."""

    def __init__(
        self,
        pool: Pool,
        service: Service,
        session: aiohttp.ClientSession,
        base: str,
        streets: Town,
        draw: random.Random,
    ) -> None:
        """`session` keeps cookies; `base` is where the service listens."""
        self.book = Book()
        self.closing = False
        """Set it, and `run` returns once all that was begun is done."""
        self._pool = pool
        self._service = service
        self._session = session
        self._base = base
        self._streets = streets
        self._draw = draw

    async def run(self) -> None:
        """Until it is closing time."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_calling_off())
            tasks.create_task(self._keep_talking())

    async def _keep_calling_off(self) -> None:
        streets = self._streets
        for run in filter(streets.is_called_off, range(streets.runs)):
            while datetime.now(UTC).timestamp() < streets.sets_out(run):
                if self.closing:
                    return
                await asyncio.sleep(LOOK_SECONDS)
            key = streets.key(run)
            told = ("notice", key.run_id, "cancelled", "--date", key.service_date.isoformat(), "--cause", "breakdown")
            while not await self._service.command(*told):
                pass  # it was killed with the database, or came while it was away; and it takes its time
            self.book.called_off.add(run)

    async def _keep_talking(self) -> None:
        number, families = 0, list(self._streets.households())
        while not self.closing:
            await asyncio.sleep(LOOK_SECONDS)
            number += 1
            run = self._draw.randrange(self._streets.runs)
            if number % ANNOUNCE_EVERY == 0:
                words = f"Word {number} of the day."
                await self._announce(run, words)
                self.book.announced[words] = frozenset(one.phone for one in families if one.run == run)
            elif number % REPLY_EVERY == 0:
                key, phone = f"reply/{number}", families[run * FAMILIES_A_RUN].phone
                await _insist(partial(self._reply, key, phone))
                self.book.replied[key] = phone

    async def _reply(self, key: str, phone: str) -> None:
        text = TextPromise(key, Phone(phone), "en", "linked", {"students": "100234"})
        async with transaction(self._pool) as connection:
            await promise_text(connection, text, datetime.now(UTC))

    async def _announce(self, run: int, words: str) -> None:
        key = self._streets.key(run)
        draft = {"to": "run", "of": key.run_id, "date": key.service_date.isoformat()}
        # A draft that is made twice goes out once: only one of them is confirmed.
        _, preview = await self._post("", draft | dict.fromkeys(LANGUAGES, words), {200})
        announcement = preview["announcement"]
        if announcement["recipients"] != FAMILIES_A_RUN or preview["missing"]:
            raise SystemExit(f"An announcement would not reach the families of its run: {preview}")
        # 409: confirmed at an earlier attempt whose answer was not heard.
        confirm = f"/{announcement['id']}/confirm"
        await self._post(confirm, {"recipients": str(FAMILIES_A_RUN)}, {200, 409})

    async def _post(self, path: str, body: Mapping[str, str], good: set[int]) -> tuple[int, Any]:
        """Ask the interface until it answers so. Raises SystemExit where it refuses."""
        while True:
            try:
                async with self._session.post(f"{self._base}/api/v1/announcements{path}", json=body) as answer:
                    if answer.status in good:
                        return answer.status, await answer.json()
                    if answer.status in (401, 303):
                        await self._sign_in()
                    elif answer.status < 500:
                        raise SystemExit(f"The interface refused {path or 'a draft'}: {await answer.text()}")
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass  # it is being started again
            await asyncio.sleep(LOOK_SECONDS)

    async def _sign_in(self) -> None:
        form = {"username": USER, "password": PASSWORD}
        async with self._session.post(f"{self._base}/sign-in", data=form, allow_redirects=False) as answer:
            if answer.status not in (303, 500, 503):
                raise SystemExit(f"Nobody can sign in: {await answer.text()}")


async def add_user(pool: Pool) -> None:
    """The account that announces."""
    await Staff(pool).add(USER, PASSWORD, Role.DISPATCHER, datetime.now(UTC))


async def _insist(do: Callable[[], Awaitable[None]]) -> None:
    """Do what bears being done twice, again and again while the database is away."""
    while True:
        try:
            await do()
        except AWAY:
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return
