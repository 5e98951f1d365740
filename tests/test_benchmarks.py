"""What the benchmarks leave where."""

import runpy
from pathlib import Path

from gan_lesson import files, measured

FOLDER = Path(__file__).parent.parent / "benchmarks"


def test_a_short_race_leaves_nothing_in_the_package(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    default_path = runpy.run_path(str(FOLDER / "time_to_quality.py"))["default_path"]
    assert default_path(short=False) == files.bundled("time_to_quality.json")
    assert default_path(short=True).parent == FOLDER.parent / "run"


def test_a_dozen_pictures_were_learned_by_heart_as_the_lesson_says():
    result = measured.load("dozen")
    assert result["steps"][-1] == 4000 and len(result["mean_scores"]) == 3
    for run in result["mean_scores"]:
        last = {kind: scores[-1] for kind, scores in run.items()}
        assert last["the twelve"] > 0.5
        assert max(last["new houses"], last["the twelve turned round"]) < 0.1


def test_a_new_handwriting_nearly_has_a_z_and_a_moved_one_hardly_as_the_lesson_says():
    result = measured.load("inversion")
    assert result["settings"]["digits"] == 40
    for as_it_is, upside_down, moved, copied in zip(*result["mean_distances"].values(), strict=True):
        assert as_it_is < upside_down < copied < moved
        assert as_it_is < 0.6 * copied
