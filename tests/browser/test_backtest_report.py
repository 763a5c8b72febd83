"""The report of a backtest in a real browser: one file, readable in every size and light, and by everybody."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser

from busline.backtest.report import report_page
from busline.backtest.verdict import backtest
from busline.timetable import Run
from tests.browser.test_board_page import faults_of
from tests.tracking_builder import PACE_MPS, SEVEN, drive, make_run, make_timetable, steady, street


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two routes that go six times each, slower than planned."""
    runs: list[Run] = []
    positions = []
    for number in range(12):
        path = street((0, 0), (6_000, 0), (6_000, 700.0 * (1 + number % 2)))
        run = make_run(f"r{number % 2}-{number}", path, start=SEVEN + 600 * number, bus=f"{number}")
        runs.append(run)
        positions += drive(run, steady(run, pace_mps=0.6 * PACE_MPS), every=30.0, bus=f"{number}")
    timetable = make_timetable(*runs)
    page = tmp_path_factory.mktemp("report") / "index.html"
    page.write_text(report_page(timetable, backtest(timetable, positions), "A morning"), encoding="utf-8")
    return page


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_reads_well_in_every_size_and_light(
    report: Path, browser: Browser, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = await context.new_page()
    await page.goto(report.as_uri())
    assert await faults_of(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for caption in await page.locator("caption span").all():
        box = await caption.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= size[0], "what a table shows is said without scrolling"
    await context.close()


async def test_every_plot_is_there_and_draws_something(report: Path, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    await page.goto(report.as_uri())
    assert await page.locator("h2").all_inner_texts() == [
        "Scores",
        "Error by horizon",
        "Is the band true?",
        "By route and hour",
        "The 10 worst runs",
    ]
    figures = await page.locator("figure svg").all()
    assert len(figures) == 12
    for figure in figures:
        drawn = [await line.bounding_box() for line in await figure.locator("polyline.s0").all()]
        assert len(drawn) == 1
        assert drawn[0] is not None
        assert drawn[0]["width"] > 50
    await page.close()
