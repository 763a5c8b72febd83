"""A dispatcher confirms in a real browser which bus drives a run."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from busline.fleet import Proposal
from busline.ids import RunKey, VehicleId
from busline.store.ledger import Ledger
from busline.store.pool import Pool
from tests.morning import DAY
from tests.web.desk import PASSWORD, Desk, open_desk

BUS = VehicleId("4712")


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    async with open_desk(pool) as running:
        assert running.picture is not None
        run_id = next(iter(running.morning.timetable.runs))
        proposal = Proposal(RunKey(DAY, run_id), BUS, running.morning.now, 0.95, 1_240.0)
        fleet = running.morning.fleet
        running.picture.fleet = replace(
            fleet,
            proposals={proposal.key: proposal},
            last_fix_at={**fleet.last_fix_at, BUS: running.morning.now},
        )
        yield running


async def test_from_the_board_to_a_confirmed_bus_by_keyboard(desk: Desk, page: Page) -> None:
    await page.goto(f"{desk.base}/board")
    await page.fill("#username", "dispatcher-person")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    proposed = page.get_by_role("link", name="4712 seems to drive it")
    await expect(proposed).to_be_visible()
    assert not (await Axe().run(page)).response["violations"]
    await proposed.focus()
    await page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Confirm bus 4712")
    await expect(button).to_be_visible()
    assert not (await Axe().run(page)).response["violations"]
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    [kept] = await Ledger(desk.pool).assigned_by_staff([DAY])
    assert kept.vehicle_id == BUS
