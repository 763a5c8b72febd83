"""The board as a browser without scripts, and the script itself, receive it."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from busline.picture import Picture
from busline.store.pool import Pool
from tests.morning import make_morning
from tests.web.desk import HTML, Desk, open_desk, words


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    async with open_desk(pool) as running:
        yield running


def keys(html: str, *, shown_only: bool = False) -> list[str]:
    rows = re.findall(r'<tr role="row" data-key="([^"]+)"[^>]*?(hidden)?>', html)
    return [key for key, hidden in rows if not (shown_only and hidden)]


async def test_the_page_has_every_run_before_any_script_has_run(desk: Desk) -> None:
    client = await desk.sign_in()
    async with client.get("/board", headers=HTML) as answer:
        page = await words(answer)
    assert len(keys(page)) == 60
    assert "not seen" in page
    assert "for 858" in page
    assert "no driver" in page


async def test_the_data_has_the_same_rows_as_the_page_and_the_counts(desk: Desk) -> None:
    client = await desk.sign_in()
    async with client.get("/board", headers=HTML) as answer:
        page = await words(answer)
    async with client.get("/board/rows") as answer:
        data = await answer.json()
    assert keys(data["rows"]) == keys(page)
    assert data["counts"]["uncovered"] == 2
    assert data["summary"].startswith("2 uncovered")
    assert abs(data["at"] / 1_000 - desk.morning.now.timestamp()) < 60


async def test_filters_work_without_a_script(desk: Desk) -> None:
    client = await desk.sign_in()
    async with client.get("/board?show=uncovered", headers=HTML) as answer:
        page = await words(answer)
    assert len(keys(page, shown_only=True)) == 2
    assert 'aria-pressed="true"' in page
    async with client.get("/board", params={"q": "ROUTE 107"}, headers=HTML) as answer:
        assert len(keys(await words(answer), shown_only=True)) == 1
    async with client.get("/board", params={"show": "nonsense", "q": "<b>"}, headers=HTML) as answer:
        page = await words(answer)
    assert "<b>" not in page


async def test_what_the_fleet_says_next_is_soon_on_the_board(desk: Desk) -> None:
    client = await desk.sign_in()
    async with client.get("/board/rows") as answer:
        assert (await answer.json())["counts"]["no_signal"] == 1
    assert desk.picture is not None
    desk.picture.fleet = replace(desk.picture.fleet, progress={}, last_fix_at={})
    async with asyncio.timeout(10):
        while True:
            async with client.get("/board/rows") as answer:
                counts = (await answer.json())["counts"]
            if (counts["no_signal"], counts["covered"]) == (0, 0):
                break


async def test_without_a_plan_the_page_says_how_to_load_one(desk: Desk) -> None:
    desk.picture = None
    client = await desk.sign_in()
    async with client.get("/board", headers=HTML) as answer:
        assert "No plan is loaded yet" in await words(answer)
    async with client.get("/board/rows") as answer:
        assert answer.status == 503


async def test_at_night_the_board_says_when_the_next_run_starts(pool: Pool) -> None:
    morning = make_morning()
    night = replace(morning, now=morning.now.replace(hour=4), fleet=replace(morning.fleet, progress={}, notices={}))
    async with open_desk(pool, morning=night) as desk:
        client = await desk.sign_in()
        async with client.get("/board", headers=HTML) as answer:
            assert "No run is due. The next one starts at 6:" in await words(answer)


async def test_a_feed_in_trouble_is_named_with_what_is_wrong(desk: Desk) -> None:
    client = await desk.sign_in()
    (feed,) = desk.morning.fleet.feeds.values()
    broken = replace(feed, ok=False, message="It answers 500 since 7:20; the last positions are kept.")
    desk.picture = Picture(desk.morning.timetable, replace(desk.morning.fleet, feeds={feed.source: broken}))
    async with client.get("/board", headers=HTML) as answer:
        assert "It answers 500 since 7:20" in await words(answer)


async def test_one_run_shows_every_call_with_its_plan_and_what_is_expected(desk: Desk) -> None:
    client = await desk.sign_in()
    run = desk.morning.timetable.runs[next(iter(desk.morning.timetable.runs))]
    async with client.get(f"/board/runs/2026-10-06/{run.run_id}", headers=HTML) as answer:
        page = await words(answer)
    assert "Uncovered" in page
    assert page.count("no live time") == len(run)
    async with client.get("/board/runs/2026-10-06/AM-108", headers=HTML) as answer:
        page = await words(answer)
    assert re.search(r"expected \d+:\d\d to \d+:\d\d", page)
    assert "passed; not seen standing there" in page


@pytest.mark.parametrize("path", ["2026-10-06/NONE", "2026-10-10/AM-101", "yesterday/AM-101", "2026-13-40/AM-101"])
async def test_a_run_that_is_not_in_the_plan_is_not_found(desk: Desk, path: str) -> None:
    client = await desk.sign_in()
    async with client.get(f"/board/runs/{path}", headers=HTML) as answer:
        assert answer.status == 404
        assert "no such run on that day" in await words(answer)
