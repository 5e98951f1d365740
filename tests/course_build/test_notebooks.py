"""Executing, cleaning and storing notebooks, on made-up lessons."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_build import ROOT, notebooks
from course_build.editions import METADATA, BuildError, read_source
from gan_lesson import course, progress
from gan_lesson.widgets.shared.still import AGAIN, still

LESSON = """\
# %% [markdown]
# # A lesson

# %% tags=["nbval-check-output"]
print("hello")
print("again")

# %% tags=["exercise"]
def mean(numbers):
    ### BEGIN SOLUTION
    return sum(numbers) / len(numbers)
    ### END SOLUTION

# %% tags=["check"]
assert mean([1, 2, 3]) == 2
print("right")
"""


def test_outputs_are_cleaned():
    view = {notebooks.WIDGET_VIEW: {"model_id": "1"}}
    outputs = [
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stdout", text="b"),
        new_output("display_data", data={**view, "text/html": "<img>", "text/plain": "x"}),
        new_output("display_data", data={**view, "text/plain": "Slider()"}),
        new_output("display_data", data=view),
        new_output("display_data", data=still({"text/html": "<img>"}, "Dot()", "gl-1", stands_alone=True)),
        new_output("stream", name="stdout", text="c"),
        new_output("error", ename="E", evalue="e", traceback=[f"File {ROOT}/gan_lesson/checks.py:1"]),
    ]
    kept = notebooks.clean_outputs(outputs)
    assert [output.get("text") for output in kept if output.output_type == "stream"] == ["ab", "c"]
    assert [output.data for output in kept if "data" in output] == [
        {"text/html": "<img>", "text/plain": "x"},
        {"text/plain": "Slider()"},
        {"text/html": f'<div class="gl-still"><img>{AGAIN}</div>', "text/plain": "Dot()"},
    ]
    assert kept[-1].traceback == ["File gan_lesson/checks.py:1"]


def test_of_a_progress_bar_its_last_state_is_kept():
    bar = [
        new_output("stream", name="stdout", text=text) for text in ("before\n\r 0%", "\r 50%", "\r100%\n", "after\n")
    ]
    (kept,) = notebooks.clean_outputs(bar)
    assert kept.text == "before\n100%\nafter\n"


def test_metadata_is_cleaned(rooms):
    lesson = read_source(rooms(a_lesson=LESSON) / "a_lesson" / "lesson.py")
    lesson.metadata.widgets = {"state": {}}
    lesson.metadata.language_info.version = "3.11.7"
    lesson.cells[1].metadata.execution = {"iopub.status.busy": "2026-11-22T00:00:00Z"}
    cleaned = notebooks.clean(lesson)
    assert cleaned.metadata == METADATA
    assert cleaned.cells[1].metadata == {"tags": ["nbval-check-output"]}


def test_build_executes_both_editions(rooms, tmp_path, capsys):
    notebooks.make(lessons=rooms(a_lesson=LESSON), folder=tmp_path)
    lines = capsys.readouterr().out.splitlines()
    built = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert built == ["00_a_lesson.ipynb", "solutions/00_a_lesson.ipynb"]
    assert "promised" in lines[1]
    assert all(re.search(r"\d\.\d s$", line) for line in lines if not line.startswith(" "))
    learner = nbformat.read(tmp_path / "00_a_lesson.ipynb", as_version=4)
    solved = nbformat.read(tmp_path / "solutions" / "00_a_lesson.ipynb", as_version=4)
    for notebook in (learner, solved):
        assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
        assert "is ready" in notebook.cells[0].outputs[0].text
        assert [output.text for output in notebook.cells[2].outputs] == ["hello\nagain\n"]
        assert notebook.metadata == METADATA
    assert learner.cells[4].outputs[0].ename == "NotImplementedError"
    assert solved.cells[4].outputs[0].text == "right\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00_a_lesson.ipynb", "lessons", "solutions"]


def test_what_a_build_passes_is_not_noted_as_the_builders_progress(tmp_path):
    code = "from gan_lesson import progress\nprogress.note('a_lesson', 'quiz')\nprint(list(progress.passed()))"
    executed = notebooks.execute(new_notebook(cells=[new_code_cell(code)], metadata=METADATA), tmp_path)
    assert executed.cells[0].outputs[0].text == "['a_lesson']\n"
    assert progress.passed() == {}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys\nprint('oh', file=sys.stderr)", r"(?s)sample, cell a_lesson-01-code writes to stderr.*oh"),
        ("import warnings\nwarnings.warn('oh')", r"(?s)sample, cell a_lesson-01-code writes to stderr.*UserWarning"),
        ("1 / 0", r"(?s)sample, cell a_lesson-01-code: .*ZeroDivisionError"),
    ],
)
def test_cell_that_writes_to_stderr_or_fails_stops_the_build(rooms, tmp_path, code, message):
    lesson = read_source(rooms(a_lesson=f"# %%\n{code}\n") / "a_lesson" / "lesson.py")
    with pytest.raises(BuildError, match=message):
        notebooks.execute(lesson, tmp_path, "sample")


def test_failed_build_leaves_the_old_notebook_and_builds_the_others(rooms, tmp_path):
    folder = rooms(a_lesson="# %%\n1 / 0\n", other="# %%\n1\n")
    old = tmp_path / "00_a_lesson.ipynb"
    old.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, "old": true}')
    old_text = old.read_text()
    with pytest.raises(BuildError, match=r"00_a_lesson\.ipynb, cell a_lesson-01-code: "):
        notebooks.make(lessons=folder, folder=tmp_path)
    assert old.read_text() == old_text
    assert (tmp_path / "01_other.ipynb").exists()


def test_building_one_lesson_touches_no_other(rooms, tmp_path):
    folder = rooms(one="# %%\n1\n", other="# %%\n1\n")
    notebooks.make(["other"], "", run=False, lessons=folder, folder=tmp_path)
    built = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.ipynb")]
    assert sorted(built) == ["01_other.ipynb", "solutions/01_other.ipynb"]


def test_a_lesson_that_has_moved_leaves_no_notebook_with_its_old_number(rooms, tmp_path, monkeypatch):
    folder = rooms(one="# %%\n1\n", other="# %%\n1\n")
    notebooks.make((), "", run=False, lessons=folder, folder=tmp_path)
    monkeypatch.setattr(course, "LESSONS", course.LESSONS[::-1])
    notebooks.make(["other"], "", run=False, lessons=folder, folder=tmp_path)
    for where in (tmp_path, tmp_path / "solutions"):
        assert sorted(path.name for path in where.glob("*.ipynb")) == ["00_one.ipynb", "00_other.ipynb"]


def test_a_notebook_that_is_missing_is_asked_for(rooms, tmp_path):
    rooms(one="# %%\n1\n")
    with pytest.raises(BuildError, match=r"00_one\.ipynb is missing: run `python -m course_build notebooks one`"):
        notebooks.stored(course.get("one"), tmp_path)


ASKED = """\
# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

rain = Prediction("Rain?")
rain

# %%
print("a look outside")
rain.came_out("sun")
"""


def test_what_answers_a_prediction_is_not_stored_for_learners_and_told_in_the_solved_edition(rooms, tmp_path):
    notebooks.make((), "", lessons=rooms(one=ASKED), folder=tmp_path)
    learner, solved = (nbformat.read(path / "00_one.ipynb", 4).cells for path in (tmp_path, tmp_path / "solutions"))
    assert [cell.outputs for cell in learner[-2:]] == [[], []] and learner[-1].execution_count == 4
    assert "sun" not in str(learner[1].outputs)
    told = [output.get("text") or output.data["text/plain"] for output in solved[-1].outputs]
    assert told == ["a look outside\n", "What came out: sun."]
    answered = notebooks.answered(course.get("one"), tmp_path)
    assert answered.cells[-1].outputs == solved[-1].outputs
    assert answered.cells[1].source == learner[1].source


def test_a_learners_edition_and_its_solved_one_are_of_the_same_lesson(rooms, tmp_path):
    folder = rooms(one=ASKED)
    notebooks.make((), "", run=False, lessons=folder, folder=tmp_path)
    solved = tmp_path / "solutions" / "00_one.ipynb"
    told = nbformat.read(solved, 4)
    told.cells.pop()
    notebooks.write(told, solved)
    with pytest.raises(BuildError, match="run `python -m course_build notebooks one`"):
        notebooks.answered(course.get("one"), tmp_path)
