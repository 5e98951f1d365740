"""A plugin for pytest, ``-p course_build.nbval_hook``: what we ask of notebooks beyond what nbval does.

Stderr is silent, and nobody waits for a lesson. The exercises that a test passes are not noted in the user's own record
of progress.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

CELL_SECONDS = 60
NOTEBOOK_SECONDS = 120


def pytest_configure():
    os.environ.setdefault("GAN_LESSON_PROGRESS", str(Path(tempfile.gettempdir(), "gan-lesson-nbval", "progress.json")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    start = time.perf_counter()
    result = yield  # what nbval itself finds wrong is raised here and goes on its way
    if not hasattr(item, "test_outputs"):  # not a cell of a notebook
        return result
    seconds = time.perf_counter() - start
    before = getattr(item.parent, "seconds", 0.0)
    item.parent.seconds = before + seconds
    may_fail = "raises-exception" in item.cell.metadata.get("tags", [])
    stderr = "".join(output.text for output in item.test_outputs or [] if output.get("name") == "stderr")
    if stderr and not may_fail:
        item.raise_cell_error("The cell writes to stderr", stderr)
    if seconds > CELL_SECONDS:
        item.raise_cell_error(f"The cell takes {seconds:.0f} s; the limit is {CELL_SECONDS} s a cell")
    if before <= NOTEBOOK_SECONDS < item.parent.seconds:  # said once, by the cell that crosses the limit
        item.raise_cell_error(f"Up to here the lesson takes {item.parent.seconds:.0f} s; limit {NOTEBOOK_SECONDS} s")
    return result
