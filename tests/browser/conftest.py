"""A real browser for each test: `browser` to open pages of any kind, `page` for one of ordinary size."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.browser import started_browser

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test, whether it says so or not."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with started_browser() as started:
        yield started


@pytest_asyncio.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """1280 by 800, still (reduced motion), and failing the test when the page's script fails."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened = await context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    yield opened
    await context.close()
    assert faults == []
