"""Made-up lessons: small courses to build, and small lessons to put on boards and paper."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from course_build import outline
from gan_lesson import course
from tests.course_build.made_up import entry

HEAD = "# 8 · Trying\n\n[Open this](x) · [all](y)\n\nWhat is $x$?\n\nGoals\n- *say* a,\n- *do* b.\n\nYou need nothing."


@pytest.fixture
def rooms(tmp_path, monkeypatch):
    """Make the course consist of these lessons, name=script; returns the folder in which their rooms are."""
    folder = tmp_path / "lessons"
    monkeypatch.setattr(course, "LESSONS", ())

    def add(**scripts: str):
        for name, script in scripts.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / "lesson.py").write_text(script, encoding="utf-8")
            monkeypatch.setattr(course, "LESSONS", (*course.LESSONS, entry(name)))
        return folder

    return add


@pytest.fixture
def taught(tmp_path, monkeypatch):
    """The outline of a lesson of these cells, outputs and all, under a head; quizzes lie in rooms in ``tmp_path``."""

    def make(*cells):
        lesson = entry("trying")
        monkeypatch.setattr(course, "LESSONS", (lesson,))
        source = new_notebook(cells=[new_markdown_cell(HEAD), *cells])
        outputs = {cell.id: cell.outputs for cell in cells if cell.cell_type == "code"}
        return outline.outline(lesson, source, outputs, tmp_path)

    return make
