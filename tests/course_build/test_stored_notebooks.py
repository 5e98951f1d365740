"""The notebooks in this repository: in sync with their sources, executed, readable, silent."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from course_build import LESSONS, NOTEBOOKS, ROOT, editions
from course_build.repository import built_for
from gan_lesson import course

SOURCES = {lesson.notebook: LESSONS / lesson.name / "lesson.py" for lesson in course.LESSONS}
EDITIONS = [path for name in SOURCES for path in (f"{name}.ipynb", f"solutions/{name}.ipynb")]
MAX_LINES = 25

each_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
each_edition = pytest.mark.parametrize("name", EDITIONS)


def read(name):
    path = NOTEBOOKS / name
    assert path.exists(), f"{name} is missing: run `python -m course_build notebooks {path.stem[3:]}`"
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def may_fail(cell):
    return "raises-exception" in cell.metadata.get("tags", [])


def text_of(output):
    """The text a reader sees, without the bytes of pictures."""
    parts = [output.get("text", ""), *output.get("traceback", [])]
    parts += [data for mime, data in output.get("data", {}).items() if mime.startswith("text/")]
    return re.sub(r'data:image/[^"\')]*', "", "\n".join(parts))


# ---- in sync with the sources


def test_each_lesson_has_both_editions_and_each_edition_its_source():
    built = {path.relative_to(NOTEBOOKS).as_posix() for path in NOTEBOOKS.glob("*.ipynb")}
    built |= {path.relative_to(NOTEBOOKS).as_posix() for path in (NOTEBOOKS / "solutions").glob("*.ipynb")}
    assert built == set(EDITIONS)


@each_edition
def test_notebook_is_what_its_source_builds(name):
    notebook = read(name)
    # A fork has another origin, a copy has none: the notebook itself says which repository it was built for.
    repository = built_for(notebook)
    stem = name.removeprefix("solutions/").removesuffix(".ipynb")
    fresh = editions.editions(SOURCES[stem], repository)[name]
    rebuild = f"run `python -m course_build notebooks {stem[3:]}`"
    assert [cell.id for cell in notebook.cells] == [cell.id for cell in fresh.cells], rebuild
    for stored, built in zip(notebook.cells, fresh.cells, strict=True):
        assert stored.cell_type == built.cell_type, f"{stored.id}: {rebuild}"
        assert stored.source == built.source, f"{stored.id}: {rebuild}"
        assert stored.metadata == built.metadata, f"{stored.id}: {rebuild}"
    assert notebook.metadata == fresh.metadata, rebuild


def test_all_notebooks_are_built_for_the_same_repository():
    assert len({built_for(read(name)) for name in EDITIONS}) <= 1


@each_edition
def test_every_code_cell_was_executed_in_order(name):
    counts = [cell.execution_count for cell in code_cells(read(name))]
    assert counts == list(range(1, len(counts) + 1))


@each_edition
def test_no_widget_state_is_stored(name):
    assert "widgets" not in read(name).metadata
    assert "widget-view" not in (NOTEBOOKS / name).read_text(encoding="utf-8")


@each_edition
def test_nothing_of_the_builders_machine_is_stored(name):
    assert json.dumps(str(ROOT))[1:-1] + "/" not in (NOTEBOOKS / name).read_text(encoding="utf-8")


# ---- exercises


@each_source
def test_stub_is_the_solution_with_lines_taken_out(source):
    lesson = editions.read_source(source)
    learner = {cell.id: cell for cell in editions.learner_edition(lesson).cells}
    for solved in editions.solved_edition(lesson).cells:
        if "exercise" not in solved.metadata.get("tags", []):
            continue
        stub = learner[solved.id].source
        compile(stub, solved.id, "exec")
        placeholders = (editions.RAISE, editions.COMMENT)
        kept = [line for line in stub.splitlines() if line.strip() not in placeholders]
        solution = iter(solved.source.splitlines())
        assert all(line in solution for line in kept), (
            f"{solved.id}: a line of the stub isn't in the solution, in order"
        )
        assert editions.RAISE in stub
        assert solved.source not in stub
        assert solved.source in learner[f"{solved.id}-solution"].source


@each_edition
def test_code_compiles(name):
    for cell in code_cells(read(name)):
        compile(cell.source, cell.id, "exec")


# ---- readable


@each_edition
def test_no_code_cell_is_longer_than_a_reader_can_hold(name):
    lengths = {cell.id: sum(bool(line.strip()) for line in cell.source.splitlines()) for cell in code_cells(read(name))}
    assert {cell: length for cell, length in lengths.items() if length > MAX_LINES} == {}


@each_edition
def test_no_placeholder_is_left(name):
    for cell in read(name).cells:
        assert not re.search(r"\{\{(REPOSITORY|COLAB)\}\}|### (BEGIN|END) SOLUTION|### HINT", cell.source), cell.id


# ---- silent


@each_edition
def test_no_output_is_an_error_or_a_warning(name):
    for cell in code_cells(read(name)):
        if may_fail(cell):
            continue
        for output in cell.outputs:
            assert output.output_type != "error", f"{cell.id}: {output.evalue}"
            assert output.get("name") != "stderr", f"{cell.id}: {output.text}"
            found = re.search(r".*\b\w*(Warning|Traceback)\b.*", text_of(output))
            assert not found, f"{cell.id}: {found[0]}"


@each_edition
def test_exercises_and_checks_fail_because_it_is_the_learners_turn(name):
    """A stub, or the check that ran it, says "your turn": no other mistake may hide behind raises-exception."""
    for cell in code_cells(read(name)):
        exercise = {"exercise", "check"} & set(cell.metadata.get("tags", []))
        for output in cell.outputs:
            if output.output_type == "error" and exercise:
                assert "your turn" in output.evalue, f"{cell.id}: {output.ename}: {output.evalue}"
