"""The minutes that a lesson promises are enough to read it, and add up."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_build import NOTEBOOKS, minutes, notebooks
from gan_lesson import course


def test_reading_cells_and_promises_are_counted_by_section():
    times = {"iopub.execute_input": "2026-01-01T00:00:00.5Z", "shell.execute_reply": "2026-01-01T00:01:30.5Z"}
    cells = [
        new_code_cell("setup\n" * 99, metadata={"tags": ["setup"]}),
        new_markdown_cell("# Title\n\nAbout 9 minutes."),
        new_markdown_cell(f"words here\n\n## One · 5 minutes\n\n{'word ' * 298}"),
        new_code_cell("\n".join("ab"), metadata={"execution": times}),
        new_markdown_cell("<details><summary>Solution</summary>\n" + "word " * 600 + "</details>"),
        new_markdown_cell("## Recap\n\nwords"),
    ]
    start, one, recap = minutes.sections(new_notebook(cells=cells))
    assert (start.title, start.promised, recap.title, recap.promised) == ("Start", 0, "Recap", 0)
    assert start.reading == pytest.approx(6 / minutes.WORDS)
    assert (one.title, one.promised, one.cells) == ("One", 5, 1.5)
    assert one.reading == pytest.approx(301 / minutes.WORDS + 2 * minutes.LINE / 60)
    assert one.left == pytest.approx(5 - 1.5 - one.reading)
    assert "One" in minutes.table(new_notebook(cells=cells)) and "SHORT" not in minutes.table(new_notebook(cells=cells))


def test_a_promise_that_reading_alone_breaks_is_pointed_out():
    cells = [new_markdown_cell(f"## One · 1 minute\n\n{'word ' * 400}")]
    assert "TOO SHORT" in minutes.table(new_notebook(cells=cells))


@pytest.mark.parametrize("lesson", course.LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_keeps_its_promise(lesson):
    found = minutes.sections(notebooks.stored(lesson, NOTEBOOKS))
    for section in found:
        assert section.promised or section.title in ("Start", "Recap"), f"{section.title}: how many minutes?"
        if section.promised:
            assert section.left >= 0, f"{section.title}: reading alone takes {section.reading:.1f} minutes"
    promised = sum(section.promised for section in found)
    assert promised <= lesson.minutes <= promised + 8, f"the sections promise {promised} minutes"
