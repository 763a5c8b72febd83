"""Makes sure that the browser tests have a Chromium: finds one, or installs one, or says in one line how.

Run by `make browser-ready`; silent and quick where there is one already.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.browser.browser import chromium_path


def install_commands(*, is_root: bool, has_apt: bool) -> list[list[str]]:
    """What is tried, in this order. The system's own package needs root and brings its libraries with it."""
    by_playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    if is_root and has_apt:
        return [["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"], by_playwright]
    return [by_playwright]


def main() -> int:
    if chromium_path() is not None:
        return 0
    if os.environ.get("BUSLINE_CHROMIUM"):
        print(f"BUSLINE_CHROMIUM names {os.environ['BUSLINE_CHROMIUM']}, which is not a file. Correct or unset it.")
        return 1
    print("No Chromium was found for the browser tests; installing one.", flush=True)
    for command in install_commands(is_root=os.geteuid() == 0, has_apt=shutil.which("apt-get") is not None):
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # what counts is whether a browser is there
        if chromium_path() is not None:
            return 0
    print("The browser tests need Chromium: run `sudo apt-get install chromium`, or name one in BUSLINE_CHROMIUM.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
