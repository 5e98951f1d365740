"""What is said where there is no browser, and only there."""

from __future__ import annotations

import sys

import pytest

from course_build import chromium


def test_without_a_browser_the_message_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(chromium, "path", lambda: None)
    with pytest.raises(chromium.Missing, match="no Chromium found"), chromium.start():
        pass


@pytest.fixture
def a_browser(monkeypatch):
    monkeypatch.setattr(chromium, "path", lambda: "/usr/bin/chromium")


def test_without_playwright_the_message_says_how_to_get_it(a_browser, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "playwright"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Without("playwright"), *sys.meta_path])
    with pytest.raises(chromium.Missing, match="no Playwright"), chromium.start():
        pass


def test_another_module_that_is_missing_is_named(a_browser, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] in ("playwright", "greenlet")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Without("greenlet"), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match="greenlet"), chromium.start():
        pass


class Without:
    """A finder that makes a package missing."""

    def __init__(self, package: str):
        self.package = package

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
