"""Arabic on a phone's screen: from the right, with every number the right way round, as a browser lays it out."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from sms.catalogue import shipped_catalogue, shipped_sources
from sms.catalogue.budget import measures, shipped_budgets
from sms.catalogue.shape import read_source
from tests.web.twilio_world import ARABIC_FAMILY, FAMILY, Answer, World, message, twilio_world

ARABIC_PAGE = "/phone/16175550103"
TEXTS = [
    measure.text
    for measure in measures(shipped_catalogue(), "ar", read_source(shipped_sources()["ar"]), shipped_budgets())
]

LAID_OUT = """
words => {
  const text = words.firstChild;
  const box = index => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + 1);
    return range.getBoundingClientRect();
  };
  const runs = [...text.data.matchAll(/\\(617\\) 555-0100|4821-7|\\d{1,2}:\\d\\d/g)];
  return {
    text: text.data,
    direction: getComputedStyle(words).direction,
    numbers: runs.map(run => {
      const boxes = [...run[0]].map((_, offset) => box(run.index + offset));
      // A number may go on in the next line, and there it begins anew.
      const rises = boxes.slice(1).map((next, at) => next.top > boxes[at].top + 2 || next.left > boxes[at].left);
      return {number: run[0], left: boxes[0].left, top: boxes[0].top, reads: rises.every(rise => rise)};
    }),
  };
}
"""


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with twilio_world() as running:
        yield running


async def test_every_arabic_text_runs_from_the_right_and_its_numbers_read_as_they_are_dialled(
    world: World, page: Page
) -> None:
    for text in TEXTS:
        world.hotline.answer = Answer(message(text))
        await world.standin.text(ARABIC_FAMILY, "حافلة")
        await world.standin.settled()
    await page.goto(world.url + ARABIC_PAGE)
    await expect(page.locator(".busline .words")).to_have_count(len(TEXTS))
    seen = [await words.evaluate(LAID_OUT) for words in await page.locator(".busline .words").all()]
    assert [one["text"] for one in seen] == TEXTS
    for one in seen:
        assert one["direction"] == "rtl", one["text"]
        for number in one["numbers"]:
            assert number["reads"], f"{number['number']} is turned round in: {one['text']}"
    assert sum(len(one["numbers"]) for one in seen) > len(TEXTS)


async def test_without_its_mark_a_telephone_number_would_come_out_turned_round(world: World, page: Page) -> None:
    # What the marks in the catalogue are for, and the proof that the test above can fail.
    world.hotline.answer = Answer(message("اتصلوا على (617) 555-0100."))
    await world.standin.text(ARABIC_FAMILY, "حافلة")
    await world.standin.settled()
    await page.goto(world.url + ARABIC_PAGE)
    seen = await page.locator(".busline .words").evaluate(LAID_OUT)
    assert not seen["numbers"][0]["reads"]


async def test_the_first_time_of_a_window_stands_on_the_right(world: World, page: Page) -> None:
    world.hotline.answer = Answer(message("تصل بين 7:05 و7:12 ص."))
    await world.standin.text(ARABIC_FAMILY, "حافلة")
    await world.standin.settled()
    await page.goto(world.url + ARABIC_PAGE)
    first, second = (await page.locator(".busline .words").evaluate(LAID_OUT))["numbers"]
    assert first["top"] == second["top"]
    assert first["left"] > second["left"]


async def test_what_is_typed_and_suggested_runs_its_own_way_too(world: World, page: Page) -> None:
    await page.goto(world.url + ARABIC_PAGE)
    await expect(page.get_by_role("button", name="أين الحافلة؟")).to_have_css("direction", "rtl")
    await expect(page.get_by_role("button", name="bus", exact=True)).to_have_css("direction", "ltr")
    box = page.get_by_label("Text to Busline")
    await box.fill("أين الحافلة")
    await expect(box).to_have_css("direction", "rtl")
    await page.keyboard.press("Enter")
    await expect(page.locator(".family .words")).to_have_css("direction", "rtl")


@pytest.mark.parametrize("text", ["Bus 47 is on its way.", "47: 校车在路上。", "Autokaru 47 sta na kaminhu."])
async def test_every_other_language_runs_from_the_left(world: World, page: Page, text: str) -> None:
    world.hotline.answer = Answer(message(text))
    await world.standin.text(FAMILY, "bus")
    await world.standin.settled()
    await page.goto(world.url + "/phone/16175550101")
    await expect(page.locator(".busline .words")).to_have_css("direction", "ltr")
