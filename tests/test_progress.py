"""The record of what was passed: small, local, and never in the way."""

import json
import os
from datetime import date

import pytest

from gan_lesson import progress


def test_what_was_passed_is_remembered_with_its_first_day(monkeypatch):
    progress.note("01_the_game", "points")
    progress.note("01_the_game", "quiz")
    progress.note("02_the_data", "to_range")
    today = date.today().isoformat()
    first = {"01_the_game": {"points": today, "quiz": today}, "02_the_data": {"to_range": today}}
    assert progress.passed() == first
    record = json.loads(progress.path().read_text())
    record["01_the_game"]["points"] = "2020-01-01"
    progress.path().write_text(json.dumps(record))
    progress.note("01_the_game", "points")
    assert progress.passed()["01_the_game"]["points"] == "2020-01-01"


def test_it_lies_in_the_home_folder_unless_told_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("GAN_LESSON_PROGRESS")
    monkeypatch.setattr(progress.Path, "home", lambda: tmp_path)
    assert progress.path() == tmp_path / ".gan-lesson" / "progress.json"


def test_forgetting_starts_over_and_there_may_be_nothing_to_forget():
    progress.forget()
    progress.note("01_the_game", "points")
    progress.forget()
    assert progress.passed() == {}


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"01_the_game": 3}', "\x00"])
def test_a_record_that_something_wrote_over_counts_as_none_and_is_replaced(content):
    progress.path().write_text(content)
    assert progress.passed() == {}
    progress.note("01_the_game", "points")
    assert list(progress.passed()) == ["01_the_game"]


def test_a_home_that_cannot_be_written_loses_the_record_and_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GAN_LESSON_PROGRESS", str(tmp_path / "file" / "progress.json"))
    progress.note("01_the_game", "points")
    assert progress.passed() == {}


def test_an_interrupted_write_leaves_the_old_record(monkeypatch):
    progress.note("01_the_game", "points")

    def stopped(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", stopped)
    progress.note("01_the_game", "quiz")
    assert list(progress.passed()["01_the_game"]) == ["points"]


@pytest.mark.parametrize(("notebook", "counts"), [("solutions/01_the_game.ipynb", False), ("01_the_game.ipynb", True)])
def test_a_pass_in_the_solved_edition_is_no_pass(monkeypatch, notebook, counts):
    monkeypatch.setenv("JPY_SESSION_NAME", f"/home/ada/course/{notebook}")
    progress.note("01_the_game", "points")
    assert bool(progress.passed()) is counts
