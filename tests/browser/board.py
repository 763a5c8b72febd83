"""Opens the board in a browser page, signed in, refreshing several times a second instead of every few seconds."""

from playwright.async_api import ConsoleMessage, Page, expect

from tests.web.desk import PASSWORD, Desk


async def open_board(desk: Desk, page: Page) -> None:
    """Fails on anything the page complains about, such as its own security policy."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    page.on("console", heard)
    await page.goto(f"{desk.base}/board")
    await page.fill("#username", "viewer-person")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#rows tr").first).to_be_visible()
    await page.evaluate("document.getElementById('runs').dataset.refreshSeconds = '0.3'")
    await expect(page.locator("#pause")).to_be_visible()
    assert complaints == []
