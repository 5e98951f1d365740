"""What the benchmarks leave where."""

import runpy
from pathlib import Path

from gan_lesson import files

FOLDER = Path(__file__).parent.parent / "benchmarks"


def test_a_short_race_leaves_nothing_in_the_package(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    default_path = runpy.run_path(str(FOLDER / "time_to_quality.py"))["default_path"]
    assert default_path(short=False) == files.bundled("time_to_quality.json")
    assert default_path(short=True).parent == FOLDER.parent / "run"
