"""Fetching a plan over HTTP, from a real server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from feeds.plan import fetch
from feeds.plan.gtfs import GtfsPlan, read_gtfs
from feeds.plan.problems import PlanRefusedError
from tests.plan_builder import small_plan, write_zip

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def read_plan(url: str) -> GtfsPlan:
    async with fetch.fetched(url) as path:
        return read_gtfs(path)


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/gtfs.zip", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/gtfs.zip"))


async def test_a_plan_is_fetched_and_read(tmp_path: Path) -> None:
    body = write_zip(tmp_path / "gtfs.zip", small_plan()).read_bytes()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body)

    async with serving(answer) as url:
        assert sorted((await read_plan(url)).timetable.runs) == ["T1", "T2"]


async def test_a_redirect_is_told_and_not_followed() -> None:
    async def answer(_: web.Request) -> web.Response:
        raise web.HTTPFound("https://elsewhere.example/gtfs.zip")

    async with serving(answer) as url:
        with pytest.raises(PlanRefusedError, match=r"points to https://elsewhere.example/gtfs.zip instead"):
            await read_plan(url)


async def test_an_error_answer_is_told() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=404, text="gone")

    async with serving(answer) as url:
        with pytest.raises(PlanRefusedError, match="answered 404 Not Found instead of sending the plan"):
            await read_plan(url)


async def test_a_page_in_place_of_the_plan_is_refused() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="<html>Please sign in</html>", content_type="text/html")

    async with serving(answer) as url:
        with pytest.raises(PlanRefusedError, match="is not a zip file"):
            await read_plan(url)


async def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MAX_DOWNLOAD_BYTES", 3 * 1024**2)

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"0" * 65_536)
        except ConnectionError:
            return response

    async with serving(answer) as url:
        with pytest.raises(PlanRefusedError, match="sent more than 3 MB"):
            await read_plan(url)


async def test_a_slow_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 0.2)
    given_up = asyncio.Event()

    async def answer(_: web.Request) -> web.StreamResponse:
        await given_up.wait()
        return web.Response()

    async with serving(answer) as url:
        with pytest.raises(PlanRefusedError, match=r"127.0.0.1 did not send the plan within"):
            await read_plan(url)
        given_up.set()


async def test_a_host_that_cannot_be_reached_is_named() -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response()

    async with serving(answer) as url:
        pass
    with pytest.raises(PlanRefusedError, match=r"could not be fetched from 127.0.0.1"):
        await read_plan(url)


@pytest.mark.parametrize("url", ["http://example.com/gtfs.zip", "ftp://example.com/gtfs.zip", "file:///etc/passwd"])
async def test_only_https_is_fetched_from_elsewhere(url: str) -> None:
    with pytest.raises(PlanRefusedError, match="A plan is fetched by https"):
        await read_plan(url)
