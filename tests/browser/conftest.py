"""Chromium for the tests of this folder: one browser a session, a page of its own for each test."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from course_build import chromium
from course_build import lab as jupyter

pytest.register_assert_rewrite("tests.browser.waiting")
expect.set_options(timeout=chromium.PATIENCE)


@pytest.fixture(scope="session")
def browser():
    if chromium.path() is None:
        if os.environ.get("CI"):
            pytest.fail(chromium.MISSING)
        pytest.skip(chromium.MISSING)
    with chromium.start() as browser:
        yield browser


@pytest.fixture
def page(browser):
    """A fresh page; the test fails if the browser's console shows an error."""
    context = browser.new_context()
    context.set_default_timeout(chromium.PATIENCE)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not errors, f"errors in the browser's console: {errors}"


@pytest.fixture(scope="session")
def jupyterlab(browser, tmp_path_factory):
    """JupyterLab on a folder of its own, once a session; without a browser it isn't started."""
    with jupyter.start(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


@pytest.fixture
def lab(jupyterlab):
    """JupyterLab with no kernel left over from another test."""
    yield jupyterlab
    jupyterlab.end_kernels()
