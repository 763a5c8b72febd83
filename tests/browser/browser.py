"""Where Chromium is on this machine, and how it is started for a test."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
)
"""As root and in a small container, and without a word to the outside."""


def chromium_path() -> Path | None:
    """The browser to use: `BUSLINE_CHROMIUM`, one on the PATH, Playwright's own, or None."""
    named = os.environ.get("BUSLINE_CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    downloads = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser()
    own = sorted(downloads.glob("chromium-*/chrome-*/chrome")) + sorted(
        downloads.glob("chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    )
    return own[-1] if own else None


@asynccontextmanager
async def started_browser() -> AsyncIterator[Browser]:
    """A headless Chromium of its own, closed at the end."""
    path = chromium_path()
    if path is None:
        raise FileNotFoundError(
            "No Chromium was found for the browser tests. Run `make browser-ready`, or name one in BUSLINE_CHROMIUM."
        )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()
