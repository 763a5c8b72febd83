"""The whole web application on a real port, with a real database behind it and a morning that tests can change."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from argon2 import PasswordHasher

from busline.api.operation import Operation
from busline.clock import ScaledClock
from busline.masking import Masker
from busline.metrics import Metrics
from busline.picture import Picture
from busline.settings import Settings, read_settings
from busline.store.pool import Pool
from busline.store.staff import Role, Staff
from busline.web import build_web
from tests.morning import Morning, make_morning

PASSWORD = "correct horse battery"
HTML = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Mode": "navigate"}


@dataclass(slots=True)
class Desk:
    """A running Busline and what it is made of."""

    base: str
    pool: Pool
    staff: Staff
    metrics: Metrics
    morning: Morning
    picture: Picture | None
    app: web.Application
    sessions: list[ClientSession] = field(default_factory=list)

    def client(self) -> ClientSession:
        """A browser of its own: it keeps cookies, and follows no redirect unless told."""
        session = ClientSession(self.base, cookie_jar=CookieJar(unsafe=True))
        self.sessions.append(session)
        return session

    async def sign_in(self, role: Role = Role.VIEWER, **headers: str) -> ClientSession:
        """A browser in which somebody of that role is signed in."""
        client = self.client()
        async with self.post_sign_in(client, f"{role}-person", headers=headers) as answer:
            assert answer.status == 303, await answer.text()
        return client

    def post_sign_in(self, client: ClientSession, username: str, password: str = PASSWORD, **kwargs: Any) -> Any:
        return client.post(
            "/sign-in", data={"username": username, "password": password}, allow_redirects=False, **kwargs
        )


@asynccontextmanager
async def open_desk(
    pool: Pool,
    *,
    settings: Settings | None = None,
    morning: Morning | None = None,
    open_routes: tuple[web.RouteDef, ...] = (),
    staff_routes: dict[Role, list[web.RouteDef]] | None = None,
    open_operations: Sequence[Operation] = (),
) -> AsyncIterator[Desk]:
    """One account for each role, named `viewer-person` and so on, all with `PASSWORD`."""
    morning = morning or make_morning()
    staff = Staff(pool, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for role in Role:
        await staff.add(f"{role}-person", PASSWORD, role, datetime.now(UTC))
    desk = Desk("", pool, staff, Metrics(), morning, Picture(morning.timetable, morning.fleet), web.Application())
    desk.app = build_web(
        settings=settings or replace(read_settings({}), district_name="Anytown Public Schools"),
        pool=pool,
        staff=staff,
        picture=lambda: desk.picture,
        clock=ScaledClock(morning.now),
        metrics=desk.metrics,
        masker=Masker(b"k" * 32),
        open_routes=open_routes,
        staff_routes=staff_routes or {},
        open_operations=open_operations,
    )
    runner = web.AppRunner(desk.app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    desk.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield desk
    finally:
        for session in desk.sessions:
            await session.close()
        await runner.cleanup()


async def words(answer: ClientResponse) -> str:
    """What a person or a program reads in the answer."""
    return await answer.text()
