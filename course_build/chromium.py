"""Where Chromium is, and how it is started."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PATIENCE = 90_000  # milliseconds; what takes half a second where nothing else runs must come true within it
WITHOUT_PLAYWRIGHT = "no Playwright found: run `make handouts`, which installs it, or `pip install playwright`"
MISSING = "no Chromium found: install it (`apt install chromium`, say), or set GAN_LESSON_CHROMIUM to its path"


class Missing(Exception):
    """What is needed isn't installed; the message says how to get it."""


def path() -> str | None:
    """Of GAN_LESSON_CHROMIUM, else of the first one installed; None where there is none."""
    found = os.environ.get("GAN_LESSON_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (MAC if os.path.exists(MAC) else None)


@contextmanager
def start() -> Iterator:
    """A Playwright browser.

    Raises:
        Missing: there is no Chromium, or no Playwright.
    """
    executable = path()
    if executable is None:
        raise Missing(MISSING)
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as error:
        if error.name != "playwright":
            raise
        raise Missing(WITHOUT_PLAYWRIGHT) from None

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS, timeout=PATIENCE)
        yield browser
        browser.close()
