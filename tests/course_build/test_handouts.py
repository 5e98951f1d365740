"""Handouts without a browser: what stands on paper, what only on the last pages, and what is said without Chromium."""

from __future__ import annotations

import json
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from course_build import handouts


def drawn(alt: str):
    image = f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,AAAA">'
    return new_output("display_data", data={"text/html": image, "text/plain": "<Picture>"})


@pytest.fixture
def sheets(taught):
    """The two parts of a handout made of these cells: the lesson, and the answers."""

    def make(*cells):
        made = handouts.body(taught(new_markdown_cell("## One · 3 minutes"), *cells))
        lesson, _, answers = made.partition("<h2>Answers</h2>")
        return lesson, answers

    return make


def predict(question: str):
    return new_code_cell(f'g = Prediction("{question}")', metadata={"tags": ["prediction"]})


def test_a_handout_begins_with_question_objectives_and_minutes(sheets):
    lesson, answers = sheets(new_markdown_cell("Prose. ==A **mode** is a cloud.==\n\n> A box.\n\n$$x^2$$"))
    for expected in ("0 · Trying", "Name", "What is <math", "<em>say</em> a,", "About 5 minutes", "A box.", "<math"):
        assert expected in lesson
    assert "A <strong>mode</strong> is a cloud." in lesson
    assert "Prose." not in lesson
    assert answers == ""


def test_an_empty_section_has_no_heading(sheets):
    assert "One" not in sheets(new_markdown_cell("Prose."), new_markdown_cell("## Two\n\n- a"))[0]


def test_what_a_prediction_asks_is_answered_on_the_last_pages_only(sheets):
    asked = new_code_cell('g = Prediction("What?", ["a lump", "a ring"])', metadata={"tags": ["prediction"]})
    lesson, answers = sheets(
        new_code_cell("1", outputs=[drawn("before")]),
        asked,
        new_code_cell("2", outputs=[drawn("a ring of dots"), new_output("stream", text="What came out: a ring.")]),
        new_markdown_cell("==It is a **ring**,== as everybody sees who looks at the picture that was drawn."),
        new_code_cell("3", outputs=[drawn("after")]),
    )
    assert re.findall(r"<li>(.*?)</li>", lesson)[-2:] == ["a lump", "a ring"]
    assert re.findall(r"<figcaption>(.*?)</figcaption>", lesson) == ["before", "after"]
    assert "<strong>ring</strong>" not in lesson
    assert "a ring of dots" in answers
    assert "What came out: a ring." in answers
    assert "<strong>ring</strong>" in answers


def test_predictions_in_a_row_share_what_came_out(sheets):
    first, second, third = (predict(f"{number}?") for number in range(3))
    lesson, answers = sheets(
        first, second, new_code_cell("x", outputs=[drawn("seen")]), third, new_code_cell("y", outputs=[drawn("more")])
    )
    assert lesson.count('class="line"') == 3
    assert re.findall(r"<b>(Predictions? [\d, ]+)</b>", answers) == ["Predictions 1, 2", "Prediction 3"]


def test_an_exercise_has_room_and_its_solution_is_an_answer(sheets):
    lesson, answers = sheets(
        new_markdown_cell("**Your turn.** Write `x`.", metadata={"tags": ["task"]}),
        new_code_cell("x = 0\n### BEGIN SOLUTION\nx = 42 < 43\n### END SOLUTION", metadata={"tags": ["exercise"]}),
        new_code_cell("check(x)", metadata={"tags": ["check"]}),
        new_markdown_cell("Because.", metadata={"tags": ["why"]}),
    )
    assert "Write <code>x</code>." in lesson
    assert "<pre>x = 0\nraise NotImplementedError" in lesson
    assert lesson.count('class="line"') >= 3
    assert "42" not in lesson
    assert "<pre>x = 0\nx = 42 &lt; 43</pre>" in answers
    assert "Because." in answers


def test_a_quiz_with_boxes_and_letters_and_its_answers_at_the_end(sheets, tmp_path):
    choices = [{"answer": name, "correct": name == "two", "feedback": f"about {name}"} for name in ("one", "two")]
    number = [{"type": "value", "value": 1200, "correct": True, "feedback": "twelve hundred"}]
    quiz = [
        {"question": "Which?", "type": "multiple_choice", "code": "x < loss", "answers": choices},
        {"question": "How many?", "type": "numeric", "answers": number},
    ]
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "quiz.json").write_text(json.dumps(quiz))
    lesson, answers = sheets(new_code_cell('Quiz("x")', metadata={"tags": ["quiz"]}))
    assert re.findall(r"<li>(.*?)</li>", lesson)[-2:] == ["<b>A</b> one", "<b>B</b> two"]
    assert lesson.count('class="line"') == 1
    assert "about" not in lesson
    assert "loss" in lesson.partition("Question 1")[2].partition("Question 2")[0]
    assert "Question 1</b> · <b>B</b> about two" in answers
    assert "Question 2</b> · <b>1,200</b> twelve hundred" in answers


def test_only_key_pictures_and_short_outputs_are_printed(sheets):
    many = [new_code_cell(str(number), outputs=[drawn(f"picture {number}")]) for number in range(5)]
    assert re.findall(r"<figcaption>(.*?)<", sheets(*many)[0]) == ["picture 0", "picture 1"]
    long, short = (new_output("stream", text="line\n" * count) for count in (30, 3))
    asked = predict("What?")
    assert "line" not in sheets(asked, new_code_cell("x", outputs=[long]))[1]
    assert "line\nline\nline" in sheets(asked, new_code_cell("x", outputs=[short]))[1]


def test_the_recap_is_there_without_the_way_out(sheets):
    lesson, _ = sheets(
        new_markdown_cell("==One thing.=="),
        new_markdown_cell("==**Next:** another lesson.==\n\n*Sources.* A book.", metadata={"tags": ["way-out"]}),
    )
    assert "One thing." in lesson
    assert "another lesson" not in lesson
    assert "A book" not in lesson
