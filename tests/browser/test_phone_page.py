"""A person plays a family's phone in a real browser: by mouse, by keyboard, on a small screen, without scripts."""

import re
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from sms.standin.orders import read_message_order
from tests.web.twilio_world import FAMILY, NUMBER, Answer, World, message, twilio_world

FAMILY_PAGE = "/phone/16175550101"
SPANISH_PAGE = "/phone/16175550102"
STRANGER_PAGE = "/phone/16175550198"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with twilio_world() as running:
        yield running


async def _violations(page: Page) -> list[str]:
    results = await Axe().run(page)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


async def _fill_thread(world: World) -> None:
    """One of everything a phone can show."""
    await world.standin.text(FAMILY, "bus")
    world.hotline.answers = [Answer(status=500), Answer("<Response><Say>Bus 47.</Say><Dial/></Response>")]
    await world.standin.text(FAMILY, "100234")
    await world.standin.call(FAMILY)
    await world.standin.text(FAMILY, "STOP")
    await world.standin.settled()


async def test_a_family_is_picked_texts_and_reads_the_reply_with_its_size(world: World, page: Page) -> None:
    await page.goto(world.url)
    await page.get_by_role("link", name="(617) 555-0101").click()
    box = page.get_by_label("Text to Busline from (617) 555-0101")
    await expect(box).to_be_focused()
    await box.fill("where is my bus")
    await page.keyboard.press("Enter")
    log = page.get_by_role("log")
    await expect(log.get_by_text("Bus 47 is on its way.")).to_be_visible()
    await expect(log.get_by_text("1 segment · GSM-7")).to_be_visible()
    await expect(log.get_by_text("Delivered")).to_be_visible()
    await expect(box).to_have_value("")
    await expect(box).to_be_focused()
    assert world.hotline.texts[0]["Body"] == "where is my bus"
    assert world.hotline.bad_signatures == 0


async def test_while_busline_thinks_the_phone_says_sending(world: World, page: Page) -> None:
    world.hotline.answer = Answer(delay_seconds=0.7)
    await page.goto(world.url + FAMILY_PAGE)
    await page.get_by_role("button", name="bus", exact=True).click()
    await expect(page.get_by_text("Sending…")).to_be_visible()
    await expect(page.locator(".typing")).to_be_visible()
    await expect(page.get_by_text("Bus 47 is on its way.")).to_be_visible()
    await expect(page.locator(".typing")).to_be_hidden()


async def test_quick_texts_speak_the_familys_language(world: World, page: Page) -> None:
    await page.goto(world.url + SPANISH_PAGE)
    await page.get_by_role("button", name="¿dónde está el autobús?").click()
    await expect(page.get_by_text("Bus 47 is on its way.")).to_be_visible()
    assert world.hotline.texts[0]["Body"] == "¿dónde está el autobús?"


async def test_everything_can_be_done_with_the_keyboard_alone(world: World, page: Page) -> None:
    await page.goto(world.url)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("100871")
    await expect(page.locator(".families li:visible")).to_have_count(1)
    for _ in range(3):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('.families a')"):
            break
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(FAMILY_PAGE))
    await page.keyboard.type("first line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Bus 47 is on its way.")).to_be_visible()
    assert world.hotline.texts[0]["Body"] == "first line\nsecond line"


async def test_a_failure_is_told_in_words_and_the_text_can_be_sent_again(world: World, page: Page) -> None:
    world.hotline.answers = [Answer(status=500)]
    await page.goto(world.url + FAMILY_PAGE)
    await page.get_by_role("button", name="100234").click()
    await expect(page.get_by_text("Busline answered 500 Internal Server Error")).to_be_visible()
    await expect(page.get_by_text("Your text was kept.")).to_be_visible()
    await page.get_by_role("button", name="Send again").click()
    await expect(page.get_by_text("Bus 47 is on its way.")).to_be_visible()
    assert [form["Body"] for form in world.hotline.texts] == ["100234", "100234"]


async def test_with_the_connection_gone_the_text_stays_in_the_box(world: World, page: Page) -> None:
    await page.goto(world.url + FAMILY_PAGE)
    await page.context.set_offline(True)
    box = page.get_by_label("Text to Busline")
    await box.fill("bus")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("did not leave this page")
    await expect(box).to_have_value("bus")
    await page.context.set_offline(False)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Bus 47 is on its way.")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_text("")


async def test_a_text_that_busline_sends_by_itself_appears_without_reloading(world: World, page: Page) -> None:
    await page.goto(world.url + FAMILY_PAGE)
    await expect(page.get_by_text("Nothing texted yet.")).to_be_visible()
    form = {"To": FAMILY, "From": NUMBER, "Body": "Bus 47 is now 20 min late."}
    world.standin.send(read_message_order(form.items(), world.standin.number))
    await expect(page.get_by_text("Bus 47 is now 20 min late.")).to_be_visible()
    await expect(page.get_by_text("Nothing texted yet.")).to_be_hidden()


async def test_a_call_shows_the_words_that_are_spoken(world: World, page: Page) -> None:
    world.hotline.answer = Answer('<Response><Say language="es-US">Autobús 47, a las 7:31.</Say></Response>')
    await page.goto(world.url + SPANISH_PAGE)
    await page.get_by_role("button", name="Call", exact=True).click()
    said = page.get_by_text("Autobús 47, a las 7:31.")
    await expect(said).to_be_visible()
    assert await said.get_attribute("lang") == "es-US"


async def test_what_is_texted_is_shown_as_text_and_never_run(world: World, page: Page) -> None:
    nasty = "<img src=x onerror=alert(1)><script>document.title='owned'</script> {{ 7*7 }}"
    world.hotline.answer = Answer(message(nasty))
    await page.goto(world.url + FAMILY_PAGE)
    await page.get_by_label("Text to Busline").fill(nasty)
    await page.keyboard.press("Enter")
    await expect(page.locator(".busline .body")).to_contain_text(nasty)
    await page.reload()
    await expect(page.locator(".family .body")).to_contain_text(nasty)
    assert "owned" not in await page.title()
    assert await page.locator(".log img").count() == 0


async def test_the_page_breaks_none_of_its_own_content_rules(world: World, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    await page.goto(world.url + FAMILY_PAGE)
    await page.get_by_role("button", name="bus", exact=True).click()
    await expect(page.get_by_text("Bus 47 is on its way.")).to_be_visible()
    assert complaints == []


async def test_without_scripts_the_forms_still_text_and_show_the_reply(world: World, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(world.url + FAMILY_PAGE)
    await page.get_by_label("Text to Busline").fill("bus")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".family .body")).to_contain_text("bus")
    await world.standin.settled()
    await page.reload()
    await expect(page.get_by_text("Bus 47 is on its way.")).to_be_visible()
    await context.close()


async def test_a_small_screen_shows_the_list_or_the_thread_and_goes_back(world: World, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = await context.new_page()
    await page.goto(world.url)
    await expect(page.get_by_role("log")).to_be_hidden()
    await page.get_by_role("link", name="(617) 555-0102").tap()
    await expect(page.get_by_role("log")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Phones")).to_be_hidden()
    await page.get_by_role("link", name="All phones").tap()
    await expect(page.get_by_role("navigation", name="Phones")).to_be_visible()
    await context.close()


async def test_at_320_pixels_nothing_has_to_be_scrolled_sideways(world: World, browser: Browser) -> None:
    await _fill_thread(world)
    context = await browser.new_context(viewport={"width": 320, "height": 640})
    page = await context.new_page()
    for path in ("/", FAMILY_PAGE):
        await page.goto(world.url + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    assert await page.evaluate("(log => log.scrollWidth <= log.clientWidth)(document.getElementById('log'))")
    await context.close()


@pytest.mark.parametrize("path", ["/", FAMILY_PAGE, STRANGER_PAGE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(world: World, browser: Browser, path: str, scheme: Literal["light", "dark"]) -> None:
    await _fill_thread(world)
    for width in (1280, 390):
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = await context.new_page()
        await page.goto(world.url + path)
        assert await _violations(page) == []
        await context.close()


async def test_with_forced_colours_bubbles_and_the_chosen_phone_keep_an_edge(world: World, browser: Browser) -> None:
    await _fill_thread(world)
    context = await browser.new_context(forced_colors="active", viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.goto(world.url + FAMILY_PAGE)
    border = await page.locator(".busline .body").first.evaluate("e => getComputedStyle(e).borderTopWidth")
    outline = await page.locator(".families [aria-current]").evaluate("e => getComputedStyle(e).outlineStyle")
    assert (border, outline) == ("1px", "solid")
    await context.close()
