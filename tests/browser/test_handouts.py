"""A handout as Chromium prints it: sheets of A4 with numbers, headings that aren't left alone, and nothing cut off."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from course_build import NOTEBOOKS, handouts, notebooks, outline
from gan_lesson import course
from tests.course_build.made_up import entry

EXERCISE = [
    new_markdown_cell("Write it.", metadata={"tags": ["task"]}),
    new_code_cell("### BEGIN SOLUTION\nx = 42\n### END SOLUTION", metadata={"tags": ["exercise"]}),
    new_markdown_cell("Because.", metadata={"tags": ["why"]}),
]
QUOTES = "\n\n".join(f"> **Box {number}.** {'Some words in a box. ' * 8}" for number in range(30))
SQUARE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="


def pages_of(browser, cells, path):
    """The pages of the handout of a lesson that has these cells."""
    source = new_notebook(cells=[new_markdown_cell("# 0 · Trying\n\n- *say* it."), *cells])
    outputs = {cell.id: cell.outputs for cell in cells if cell.cell_type == "code"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "LESSONS", (entry("trying"),))
        handouts.pdf(browser, outline.outline(course.LESSONS[0], source, outputs), path)
    return PdfReader(path).pages


@pytest.fixture(scope="module")
def printed(browser, tmp_path_factory):
    """The pages of a small handout."""
    image = new_output("display_data", data={"text/html": f'<img alt="a dot" src="data:image/png;base64,{SQUARE}">'})
    cells = [
        new_markdown_cell("## First · 3 minutes\n\n$$x^2$$"),
        new_code_cell('Prediction("What is drawn?")', metadata={"tags": ["prediction"]}),
        new_code_cell("x", outputs=[image]),
        new_markdown_cell(f"It is a dot, said at some length, so that it counts as an answer.\n\n{QUOTES}"),
        *(new_markdown_cell(f"## Heading {number}\n\n{QUOTES[:2000]}") for number in range(6)),
        *EXERCISE,
        new_markdown_cell("## Recap\n\n==The end of it.=="),
    ]
    return pages_of(browser, cells, tmp_path_factory.mktemp("handouts") / "x.pdf")


def test_sheets_of_a4_with_title_and_number_at_the_foot(printed):
    assert len(printed) > 2
    for number, page in enumerate(printed, start=1):
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
        words = " ".join(page.extract_text().split())
        assert "0 · Trying" in words
        assert f"{number} / {len(printed)}" in words


def test_answers_stand_on_the_last_page_and_not_before(printed):
    *lesson, last = (" ".join(page.extract_text().split()) for page in printed)
    assert "What is" in lesson[0]
    assert "What is drawn?" in lesson[0]
    assert "The end of it." in " ".join(lesson)
    assert "42" not in " ".join(lesson)
    for expected in ("Answers", "a dot", "It is a dot", "x = 42", "Because."):
        assert expected in last


def test_answers_begin_a_page_of_their_own_however_much_room_is_left(browser, tmp_path):
    lesson, answers = pages_of(browser, [new_markdown_cell("## One · 3 minutes"), *EXERCISE], tmp_path / "x.pdf")
    assert "Because." in answers.extract_text() and "Because." not in lesson.extract_text()


def test_no_heading_is_left_alone_at_the_foot_of_a_page(browser, tmp_path):
    # boxes of many heights that can't be cut: somewhere there is room for a heading and not for the box under it
    box = "> **A box.** {}"
    texts = [f"## Heading {number}\n\n{box.format('Some words. ' * (20 + 37 * number % 90))}" for number in range(60)]
    pages = pages_of(browser, [*map(new_markdown_cell, texts)], tmp_path / "x.pdf")
    assert len(pages) > 5
    for page in pages:
        lines = [line.strip() for line in page.extract_text().splitlines() if line.strip()]
        body = [line for line in lines if line != "0 · Trying" and " / " not in line]
        assert not body[-1].startswith("Heading")


def test_nothing_is_wider_than_the_paper(page):
    """Each lesson, laid out as wide as a sheet without its margins."""
    page.set_viewport_size({"width": round(182 / 25.4 * 96), "height": 1000})
    page.emulate_media(media="print")
    for lesson in course.LESSONS:
        page.set_content(handouts.document(outline.read(lesson, notebooks.answered(lesson, NOTEBOOKS))))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), lesson.name
        assert page.locator("img:not([alt])").count() == 0
