"""The board in a real browser: by keyboard, while it changes, and for people who see or move differently."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from busline.cases.case import NewCase
from busline.cases.departments import LOST_AND_FOUND
from busline.cases.ledger import open_case
from busline.fleet import NoticeKind, RunNotice
from busline.ids import Phone, RunId, RunKey, SourceId
from busline.store.pool import Pool, transaction
from tests.browser.board import open_board
from tests.morning import DAY
from tests.web.desk import PASSWORD, Desk, open_desk

CALM_RUN = "2026-10-06_AM-121"


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    async with open_desk(pool) as running:
        yield running


def uncover(desk: Desk, run_id: str) -> None:
    """Staff say that a run has no bus."""
    assert desk.picture is not None
    key = RunKey(DAY, RunId(run_id))
    notice = RunNotice(key, NoticeKind.UNCOVERED, "bus broke down", desk.morning.now)
    desk.picture.fleet = replace(desk.picture.fleet, notices={**desk.picture.fleet.notices, key: notice})


def finish(desk: Desk, run_id: str) -> None:
    """A run was done long enough ago to leave the board."""
    assert desk.picture is not None
    key = RunKey(DAY, RunId(run_id))
    progress = desk.picture.fleet.progress[key]
    over = replace(progress, ended_at=desk.morning.now - timedelta(minutes=30))
    desk.picture.fleet = replace(desk.picture.fleet, progress={**desk.picture.fleet.progress, key: over})


async def order(page: Page) -> list[str]:
    keys: list[str] = await page.eval_on_selector_all("#rows tr", "rows => rows.map(row => row.dataset.key)")
    return keys


async def faults_of(page: Page) -> list[str]:
    result = await Axe().run(page)
    return [
        f"{item['id']}: {[node['html'][:160] for node in item['nodes']][:3]}" for item in result.response["violations"]
    ]


async def test_staff_sign_in_by_keyboard_and_land_where_they_were_going(desk: Desk, page: Page) -> None:
    await page.goto(f"{desk.base}/board?show=late")
    await expect(page).to_have_title("Sign in · Busline")
    assert await faults_of(page) == []
    await page.keyboard.type("viewer-person")
    await page.keyboard.press("Tab")
    await page.keyboard.type("a wrong password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("do not go together")
    assert await faults_of(page) == []
    await page.keyboard.type(PASSWORD)  # the name was kept, so the focus is in the password
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{desk.base}/board?show=late")
    await expect(page.get_by_role("button", name="Late")).to_have_attribute("aria-pressed", "true")


async def test_the_page_refreshes_itself_and_its_ages_tick(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    age = page.locator(f'[data-key="{CALM_RUN}"] time')
    first = await age.inner_text()
    await expect(page.locator(".chip.uncovered .amount")).to_have_text("2")
    uncover(desk, "AM-140")
    await expect(page.locator(".chip.uncovered .amount")).to_have_text("3")
    await expect(page.locator("#rows tr:nth-child(-n + 3)", has_text="bus broke down")).to_have_count(1)
    await expect(page).to_have_title("(4) Board · Busline")
    await expect(age).not_to_have_text(first)


async def test_a_refresh_neither_takes_the_focus_nor_moves_the_rows_under_it(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    link = page.locator(f'[data-key="{CALM_RUN}"] a')
    await link.focus()
    await link.evaluate("element => { element.isMine = true }")
    before = await order(page)
    uncover(desk, "AM-121")
    await expect(page.locator(f'[data-key="{CALM_RUN}"] .word')).to_have_text("Uncovered")
    assert await order(page) == before
    assert await page.evaluate("document.activeElement.isMine") is True
    # Reordering is offered, and gives the focus back to the row it was in.
    await page.get_by_role("button", name="in order").press("Enter")
    assert (await order(page)).index(CALM_RUN) < 4
    assert await page.evaluate("document.activeElement.isMine") is True
    await expect(page.locator("#reorder")).to_be_hidden()


async def test_rows_move_by_themselves_once_nobody_is_in_them(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    await page.locator(f'[data-key="{CALM_RUN}"] a').focus()
    uncover(desk, "AM-121")
    await expect(page.locator("#reorder")).to_be_visible()
    await page.locator("#q").focus()
    await expect(page.locator("#reorder")).to_be_hidden()
    assert (await order(page)).index(CALM_RUN) < 4


async def test_a_row_in_use_that_is_over_stays_and_says_so_until_it_is_left(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    row = page.locator(f'[data-key="{CALM_RUN}"]')
    await row.locator("a").focus()
    finish(desk, "AM-121")
    await expect(row).to_have_class("row on_time calm gone")
    await page.locator("#q").focus()
    await expect(row).to_have_count(0)


async def test_counters_and_search_filter_and_the_slash_key_can_be_turned_off(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    shown = page.locator("#rows tr:visible")
    await page.get_by_role("button", name="Uncovered").click()
    await expect(shown).to_have_count(2)
    await expect(page).to_have_url(f"{desk.base}/board?show=uncovered")
    await page.get_by_role("button", name="Uncovered").click()
    await expect(shown).to_have_count(60)
    await page.keyboard.press("/")
    await page.keyboard.type("912")
    await expect(shown).to_have_count(2)  # the substitute, and the run it is planned for
    await page.keyboard.type("zzz")
    await expect(page.locator("#none")).to_have_text(
        "No run matches. Clear the search or the filter to see all of them."
    )
    await page.keyboard.press("Escape")
    await expect(shown).to_have_count(60)
    await page.locator("#menu summary").click()
    await page.locator("#slash").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    assert await page.evaluate("document.activeElement.id") != "q"


async def test_a_lost_connection_is_said_in_words_and_so_is_its_return(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    await expect(page.locator("#trouble")).to_be_hidden()
    await page.context.set_offline(True)
    await expect(page.locator("#trouble")).to_contain_text(
        "No connection to Busline. What you see is from 7:31", timeout=15_000
    )
    assert await faults_of(page) == []
    await page.context.set_offline(False)
    await expect(page.locator("#trouble")).to_be_hidden(timeout=15_000)
    await expect(page.locator("#link-words")).to_have_text("Live")


async def test_a_session_that_was_ended_elsewhere_is_said_with_the_way_back(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    await desk.pool.execute("update staff_session set revoked_at = now()")
    await expect(page.locator("#trouble")).to_contain_text("You have been signed out")
    await expect(page.get_by_role("link", name="Sign in again")).to_be_visible()


async def test_pause_stops_every_change_until_it_is_resumed(desk: Desk, page: Page) -> None:
    await open_board(desk, page)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator("#link-words")).to_contain_text("Paused at 7:31")
    still = await page.locator("main").inner_text()
    uncover(desk, "AM-140")
    await page.wait_for_timeout(1_500)
    assert await page.locator("main").inner_text() == still
    await page.get_by_role("button", name="Resume").click()
    await expect(page.locator(".chip.uncovered .amount")).to_have_text("3")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_axe_finds_nothing_on_the_board_and_on_a_run(
    desk: Desk, browser: Browser, width: int, scheme: str
) -> None:
    assert desk.picture is not None
    feed = desk.morning.fleet.feeds[SourceId("yards")]
    ill = replace(feed, source=SourceId("spare"), ok=False, message="It answers 500 since 7:20.")
    desk.picture.fleet = replace(desk.morning.fleet, feeds={feed.source: feed, ill.source: ill})
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = await context.new_page()
    await open_board(desk, page)
    assert await faults_of(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    heights = await page.eval_on_selector_all(
        "a:visible, button:visible, summary",
        "all => all.filter(one => !one.classList.contains('skip')).map(one => one.getBoundingClientRect().height)",
    )
    assert min(heights) >= 24
    await page.locator("#menu summary").click()
    assert await faults_of(page) == []
    await page.goto(f"{desk.base}/board/runs/2026-10-06/AM-108")
    assert await faults_of(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await context.close()


async def test_without_colours_every_state_still_has_its_shape_and_word(desk: Desk, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, forced_colors="active")
    page = await context.new_page()
    await open_board(desk, page)
    for row in await page.locator("#rows tr").all():
        assert (await row.locator(".word").inner_text()).strip()
        box = await row.locator(".state svg").bounding_box()
        assert box is not None
        assert box["width"] >= 12
    await context.close()


async def test_a_family_that_waits_for_a_person_is_on_the_board_without_a_reload(
    desk: Desk, pool: Pool, page: Page
) -> None:
    await open_board(desk, page)
    await expect(page.locator("#cases")).to_be_hidden()
    new = NewCase(Phone("+16175550100"), "en", LOST_AND_FOUND, "lost_item", "his backpack")
    async with transaction(pool) as connection:
        await open_case(connection, new, desk.morning.now)
    await expect(page.locator("#cases")).to_have_text("1 family waits for a person to answer.", timeout=15_000)
    assert await faults_of(page) == []
