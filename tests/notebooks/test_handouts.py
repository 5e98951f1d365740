"""Handouts without a browser: what stands on paper, what only on the last pages, and what is said without Chromium."""

from __future__ import annotations

import json
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import handouts

HEAD = (
    "# 8 · Trying\n\n**The question of this lesson:** what is x?\n\nAt the end you can\n- *say* a.\n\nAbout 5 minutes."
)
FOLD = "<details><summary>Solution</summary>\n\n```python\nx = 42 < 43\n```\n\nBecause.\n\n</details>"


def drawn(alt: str):
    image = f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,AAAA">'
    return new_output("display_data", data={"text/html": image, "text/plain": "<Picture>"})


@pytest.fixture
def sheets(tmp_path):
    """The two parts of a handout made of these cells: the lesson, and the answers."""

    def make(*cells):
        notebook = new_notebook(cells=[new_markdown_cell(HEAD), new_markdown_cell("## One · 3 minutes"), *cells])
        lesson, _, answers = handouts.body(handouts.outline.outline(notebook, tmp_path)).partition("<h2>Answers</h2>")
        return lesson, answers

    return make


def test_a_handout_begins_with_question_objectives_and_minutes(sheets):
    lesson, answers = sheets(new_markdown_cell("Prose. A **mode** is a cloud.\n\n> A box.\n\n$$x^2$$"))
    for expected in ("8 · Trying", "Name", "What is x?", "<em>say</em> a.", "About 5 minutes", "A box.", "<math"):
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
        new_code_cell("2", outputs=[drawn("a ring of dots"), new_output("stream", text="It came out: a ring.")]),
        new_markdown_cell("It is a **ring**, as everybody sees who looks at the picture that was drawn."),
        new_code_cell("3", outputs=[drawn("after")]),
    )
    assert re.findall(r"<li>(.*?)</li>", lesson)[-2:] == ["a lump", "a ring"]
    assert re.findall(r"<figcaption>(.*?)</figcaption>", lesson) == ["before", "after"]
    assert "<strong>ring</strong>" not in lesson
    assert "a ring of dots" in answers
    assert "It came out: a ring." in answers
    assert "<strong>ring</strong>" in answers


def test_predictions_in_a_row_share_what_came_out(sheets):
    first, second, third = (new_markdown_cell(f"**Predict:** {number}?") for number in range(3))
    lesson, answers = sheets(
        first, second, new_code_cell("x", outputs=[drawn("seen")]), third, new_code_cell("y", outputs=[drawn("more")])
    )
    assert lesson.count('class="line"') == 3
    assert re.findall(r"<b>(Predictions? [\d, ]+)</b>", answers) == ["Predictions 1, 2", "Prediction 3"]


def test_a_prediction_in_a_list_has_a_line_to_write_on():
    made = handouts.list_of("1. **Predict:** what?\n2. Look.\n3. **Predict:** who?")
    items = re.findall(r"<li>(.*?)</li>", made, re.DOTALL)
    assert [handouts.lines(1) in item for item in items] == [True, False, True]


def test_an_exercise_has_room_and_its_solution_is_an_answer(sheets):
    lesson, answers = sheets(
        new_markdown_cell("**Your turn.** Write `x`."),
        new_code_cell("x = ...", metadata={"tags": ["exercise"]}),
        new_code_cell("check(x)", metadata={"tags": ["check"]}),
        new_markdown_cell(FOLD),
    )
    assert "Write <code>x</code>." in lesson
    assert "<pre>x = ...</pre>" in lesson
    assert lesson.count('class="line"') >= 3
    assert "42" not in lesson
    assert "<pre>x = 42 &lt; 43</pre>" in answers
    assert "Because." in answers


def test_a_quiz_with_boxes_and_letters_and_its_answers_at_the_end(sheets, tmp_path):
    choices = [{"answer": name, "correct": name == "two", "feedback": f"about {name}"} for name in ("one", "two")]
    number = [{"type": "value", "value": 1200, "correct": True, "feedback": "twelve hundred"}]
    quiz = [
        {"question": "Which?", "type": "multiple_choice", "code": "x < loss", "answers": choices},
        {"question": "How many?", "type": "numeric", "answers": number},
    ]
    (tmp_path / "08_x.json").write_text(json.dumps(quiz))
    lesson, answers = sheets(new_code_cell('Quiz("08_x")', metadata={"tags": ["quiz"]}))
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
    asked = new_markdown_cell("**Predict:** what?")
    assert "line" not in sheets(asked, new_code_cell("x", outputs=[long]))[1]
    assert "line\nline\nline" in sheets(asked, new_code_cell("x", outputs=[short]))[1]


def test_the_recap_is_there_without_the_way_out(sheets):
    recap = "## Recap\n\nOne thing.\n\n**Next:** lesson 9.\n\n*Sources.* A book."
    lesson, _ = sheets(new_markdown_cell(recap))
    assert "One thing." in lesson
    assert "lesson 9" not in lesson
    assert "A book" not in lesson


def test_without_chromium_a_line_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(handouts.chromium, "path", lambda: None)
    assert handouts.main(["01_the_game"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"FAILED {handouts.chromium.MISSING}"


def test_an_unknown_lesson_is_named(capsys):
    with pytest.raises(SystemExit) as ended:
        handouts.main(["99_none"])
    assert ended.value.code == 2
    assert "no lesson called 99_none; there are: " in capsys.readouterr().err
