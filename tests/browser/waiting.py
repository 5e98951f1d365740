"""Waiting for what a test expects: for the thing itself, as long as a busy machine may need for it."""

import time
from collections.abc import Callable
from typing import Any

from course_build.chromium import PATIENCE


def until(page, read: Callable[[], Any], wanted: Any = True) -> None:
    """Read again and again until it is what is wanted; meanwhile the page goes on, and Python answers what it asks."""
    end = time.monotonic() + PATIENCE / 1000
    while (seen := read()) != wanted and time.monotonic() < end:
        page.wait_for_timeout(20)  # only while this waits do the page's questions get through
    assert seen == wanted


def painted(page) -> None:
    """Wait until a frame is painted: whatever watches its own size has seen it, and nothing moves under the mouse."""
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")


def stop_the_clock(page) -> None:
    """From now on the time of the page goes on only by ``page.clock.run_for``."""
    page.clock.install(time=0)
    page.clock.pause_at(24 * 3600 * 1000)  # it can't be paused at a time that is over
