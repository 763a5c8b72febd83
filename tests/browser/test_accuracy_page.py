"""The accuracy page in a real browser: reached from the menu, readable in every size and light, and by everybody."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from busline.store.pool import Pool
from tests.browser.board import open_board
from tests.browser.test_board_page import faults_of
from tests.morning import DAY
from tests.web.desk import Desk, open_desk
from tests.web.scored_days import keep_days


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    async with open_desk(pool) as running:
        yield running


async def test_staff_find_it_in_the_boards_menu(desk: Desk, page: Page) -> None:
    await keep_days(desk.pool, DAY - timedelta(days=1))
    await open_board(desk, page)
    await page.locator("#menu summary").click()
    await page.get_by_role("link", name="How good the predictions are").click()
    await expect(page).to_have_url(f"{desk.base}/board/accuracy")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Accuracy")
    await page.get_by_role("link", name="← Board").click()
    await expect(page).to_have_url(f"{desk.base}/board")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_reads_well_in_every_size_and_light(
    desk: Desk, browser: Browser, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    await keep_days(desk.pool, DAY - timedelta(days=1))
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = await context.new_page()
    await open_board(desk, page)
    await page.goto(f"{desk.base}/board/accuracy")
    assert await faults_of(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    box = await page.locator(".wide .chart svg").bounding_box()
    assert box is not None
    assert box["width"] > 0.75 * size[0] - 60
    await context.close()


async def test_the_lines_show_what_the_table_says(desk: Desk, page: Page) -> None:
    days = await keep_days(desk.pool, DAY - timedelta(days=1))
    await open_board(desk, page)
    await page.goto(f"{desk.base}/board/accuracy")
    assert await page.locator("#days tbody tr").count() == len(days)
    traces = page.locator(".wide .chart .trace")
    assert await traces.count() == 3
    tops = {
        kind: await page.locator(f".wide .chart .dots.{kind}").evaluate("line => line.getBoundingClientRect().top")
        for kind in ("ours", "delay", "plan")
    }
    assert tops["ours"] < tops["delay"] < tops["plan"]


async def test_before_the_first_night_it_says_when_there_will_be_figures(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    await page.goto(f"{desk.base}/board/accuracy")
    await expect(page.get_by_text("No night has been scored yet.")).to_be_visible()
    assert await faults_of(page) == []
