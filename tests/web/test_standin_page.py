"""The phone page's own routes: what they refuse, and what they stream."""

import asyncio
import json

import aiohttp
import pytest

from tests.web.twilio_world import FAMILY, Answer, twilio_world

_PATH = "/phone/16175550101"


@pytest.mark.parametrize(
    ("body", "words"), [("", "nothing to send"), ("  \r\n ", "nothing to send"), ("x" * 1601, "1600 characters")]
)
async def test_a_text_that_no_phone_would_send_is_refused_in_words(body: str, words: str) -> None:
    async with twilio_world() as world, aiohttp.ClientSession() as session:
        async with session.post(f"{world.url}{_PATH}/texts", data={"body": body}) as response:
            said = await response.text()
        assert not world.hotline.texts
    assert response.status == 400
    assert words in said


@pytest.mark.parametrize("form", ["texts", "calls"])
async def test_a_form_from_another_site_is_refused(form: str) -> None:
    async with twilio_world() as world, aiohttp.ClientSession() as session:
        headers = {"Sec-Fetch-Site": "cross-site"}
        async with session.post(f"{world.url}{_PATH}/{form}", data={"body": "bus"}, headers=headers) as response:
            assert response.status == 403
        assert not world.hotline.texts
        assert not world.hotline.calls


@pytest.mark.parametrize("path", ["/phone/15550000000", "/static/../page.py", "/static/nothing.js", "/phone/x/events"])
async def test_what_is_not_there_is_not_found(path: str) -> None:
    async with twilio_world() as world, aiohttp.ClientSession() as session, session.get(world.url + path) as response:
        assert response.status == 404


async def test_the_page_forbids_everything_that_is_not_its_own() -> None:
    async with twilio_world() as world, aiohttp.ClientSession() as session, session.get(world.url) as response:
        policy = response.headers["Content-Security-Policy"]
        html = await response.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in html
    assert "<script>" not in html
    assert world.standin.auth_token not in html


async def test_a_page_that_outlived_the_server_is_told_to_reload() -> None:
    async with twilio_world() as world, aiohttp.ClientSession() as session:
        headers = {"Last-Event-ID": "feedbeef-7"}
        async with session.get(f"{world.url}{_PATH}/events", headers=headers) as response:
            assert (await response.text()).startswith("event: reload")


async def test_the_stream_carries_on_where_the_page_left_off_and_ends_with_the_server() -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(10):
        async with twilio_world() as world:
            async with session.get(world.url + _PATH) as page:
                after = (await page.text()).partition('data-after="')[2].partition('"')[0]
            world.hotline.answer = Answer("<Response/>")
            await world.standin.text(FAMILY, "<b>bus</b>")
            stream = await session.get(f"{world.url}{_PATH}/events?after={after}")
            lines = [(await stream.content.readline()).decode().strip() for _ in range(3)]
        rest = await stream.text()
    assert lines[0] == "event: bubble"
    assert lines[1] == f"id: {after.partition('-')[0]}-{world.standin.threads.version}"
    assert "&lt;b&gt;bus&lt;/b&gt;" in json.loads(lines[2].removeprefix("data: "))["html"]
    assert "event: clock" in rest
