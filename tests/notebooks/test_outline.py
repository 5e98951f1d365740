"""What belongs on the board: Markdown in pieces, cells as what they are in class, and the answer to a prediction."""

from __future__ import annotations

import html
import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import outline

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
HEAD = """# 8 · Trying

[Open this lesson in Colab](x) · [all lessons](y)

**The question of this lesson:** what
is x?

At the end you can
- *say* a,
- *do* b.

About 5 minutes. You need nothing."""
SOLUTION = (
    "<details><summary>Solution</summary>\n\n```python\nx = 1\n\ny = 2\n```\n\nBecause `x`.\n\nAnd y.\n\n</details>"
)
QUIZ = [
    {
        "question": "Is 2 * 3 * 4 = $x?",
        "type": "multiple_choice",
        "code": "x = 24",
        "answers": [
            {"answer": "yes", "correct": True, "feedback": "It is."},
            {"answer": "no", "correct": False, "feedback": "Look."},
        ],
    },
    {
        "question": "Which?",
        "type": "multiple_choice",
        "answers": [{"answer": letter, "correct": letter != "b", "feedback": letter} for letter in "abc"],
    },
    {
        "question": "How many?",
        "type": "numeric",
        "answers": [
            {"type": "value", "value": 12000, "correct": True, "feedback": "40 times."},
            {"type": "range", "range": [11, 12], "correct": True, "feedback": "About."},
            {"type": "value", "value": 3, "correct": False, "feedback": "No."},
            {"type": "default", "feedback": "Divide."},
        ],
    },
]


@pytest.fixture
def read(tmp_path):
    """The outline of a lesson that has these cells under its head; quizzes lie in ``tmp_path``."""

    def make(*cells):
        notebook = new_notebook(cells=[new_markdown_cell(HEAD), *cells])
        return outline.outline(notebook, tmp_path)

    return make


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
        ("You can\n- a\n- b\n  more\n\n- c\n\nend", ["You can", "- a\n- b\n  more\n\n- c", "end"]),
        ("has numbers 0 to\n255. There is one\n\n1. a\n2. b", ["has numbers 0 to\n255. There is one", "1. a\n2. b"]),
        ("## Head\ntext\n| a |\n| - |\n> said\n> more", ["## Head", "text", "| a |\n| - |", "> said\n> more"]),
        ("```python\n- x\n\n# y\n```\nend", ["```python\n- x\n\n# y\n```\nend"]),
        ("<details>\n\na\n\n</details>\n\nb", ["<details>\n\na\n\n</details>", "b"]),
    ],
)
def test_markdown_is_cut_where_its_pieces_end(source, expected):
    assert outline.blocks(source) == expected


def test_items_of_a_list_keep_their_numbers():
    assert outline.items("1. a\n   more\n\n2. b") == ["1. a\n   more", "2. b"]


def test_key_sentences_have_a_word_in_bold_and_press_no_button():
    source = (
        "Nothing here. I. Goodfellow calls it a **mode**, see\nthere. Press **Play** now. **This matters.** That not, "
        "e.g. never."
    )
    assert outline.key_sentences(source) == ["I. Goodfellow calls it a **mode**, see there.", "**This matters.**"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain **words**", [("words", "plain **words**")]),
        ("**Step 1.** Take.", [("statement", "**Step 1.** Take.")]),
        ("- a", [("list", "- a")]),
        ("> a", [("quote", "> a")]),
        ("![alt](a.svg)", [("picture", "![alt](a.svg)")]),
        ("before\n$$x$$\nafter", [("words", "before"), ("formula", "$$x$$"), ("words", "after")]),
    ],
)
def test_kinds_of_text(source, expected):
    assert [(part.kind, part.source) for part in outline.parts_of_text(source)] == expected


@pytest.mark.parametrize(
    ("source", "question"),
    [
        ("**Predict:** what will\ncome?", "What will\ncome?"),
        ("**Predict,** before you press **D**: who?", "Before you press **D**: who?"),
        ("**Predict** both.", "Both."),
    ],
)
def test_a_paragraph_that_asks_is_a_prediction_without_its_label(source, question):
    assert outline.parts_of_text(source) == [outline.Prediction(question)]
    before, asked = outline.parts_of_text(f"Look. {source}")
    assert (before.source, asked.question) == ("Look.", question)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('guess = Prediction("What?", ["a *b*", "c"])', ("What?", (r"a \*b\*", "c"))),
        ('import x\ng = widgets.Prediction("A" " b?")\ng', ("A b?", ())),
        ('Prediction(question="Q", choices=("- 3", "1."))', ("Q", (r"\- 3", r"1\."))),
        ("Prediction(question)", None),
        ("guess.came_out(3)", None),
        ("%magic Prediction(", None),
    ],
)
def test_a_cell_that_calls_for_a_prediction(source, expected):
    made = outline.prediction(source)
    assert (made and (made.question, made.choices)) == expected


@pytest.mark.parametrize("said", ["a $5 and $6 *b* _c_ `d` <b> \\e [f](g) # h", "- a", "1. b", "+ c", "2)", "-6"])
def test_strings_are_shown_as_they_are(said):
    assert html.unescape(outline.pages.text(outline.literal(said)).strip()) == f"<p>{said}</p>"


def test_the_head_of_a_lesson(read):
    lesson = read()
    assert (lesson.title, lesson.question, lesson.minutes) == ("8 · Trying", "What is x?", "5")
    assert lesson.objectives == "- *say* a,\n- *do* b."
    assert lesson.words == "About 5 minutes. You need nothing."
    assert lesson.sections == []


def test_sections_and_their_parts_in_order(read):
    setup = new_code_cell("import x", metadata={"tags": ["setup"]})
    printed = new_output("stream", text="3")
    lesson = read(
        setup,
        new_markdown_cell("## One · 3 minutes\n\nSaid.\n\n## Two\n\n- a"),
        new_code_cell("y", outputs=[printed, new_output("error", ename="E", evalue="", traceback=[])]),
        new_markdown_cell("### Inside\n\n## Three · 1 minute"),
    )
    assert [(one.heading, one.minutes) for one in lesson.sections] == [("One", "3"), ("Two", ""), ("Three", "1")]
    assert lesson.sections[0].parts == [outline.Text("words", "Said.")]
    items, cell, inside = lesson.sections[1].parts
    assert (items.kind, cell, inside.source) == ("list", outline.Code("y", (printed,)), "### Inside")


@pytest.mark.parametrize(
    ("before", "left", "task"),
    [
        ("Said.\n\n**Your turn.** Do it:\n- so\n- or so", ["Said."], "**Your turn.** Do it:\n\n- so\n- or so"),
        ("Said.\n\nNow the other one.", ["Said."], "Now the other one."),
        ("## Your turn: more\n\nWrite it.", [], "Write it."),
    ],
)
def test_an_exercise_has_its_task_its_check_and_its_solution(read, before, left, task):
    lesson = read(
        new_markdown_cell("## Zero\n\nEarlier words."),
        new_markdown_cell(before),
        new_code_cell("x = ...", metadata={"tags": ["exercise"]}),
        new_code_cell("from gan_lesson import checks\n\nchecks.check_x(x)", metadata={"tags": ["check"]}),
        new_markdown_cell(SOLUTION),
        new_markdown_cell("After."),
    )
    *words, exercise, after = lesson.sections[-1].parts
    assert [word.source for word in words if word.source != "Earlier words."] == left
    assert (exercise.task, exercise.stub, exercise.check) == (task, "x = ...", "checks.check_x(x)")
    assert (exercise.solution, exercise.discussion) == ("x = 1\n\ny = 2", "Because `x`.\n\nAnd y.")
    assert after.source == "After."


def test_each_solution_belongs_to_the_exercise_above_it(read):
    first, second = (new_code_cell("pass", metadata={"tags": ["exercise"]}) for _ in range(2))
    lesson = read(new_markdown_cell("## A\n\nOne."), first, new_markdown_cell("Two."), second)
    assert [part.task for part in lesson.sections[0].parts] == ["One.", "Two."]
    lesson = read(new_markdown_cell("## A"), first, second, new_markdown_cell(SOLUTION))
    assert [bool(part.solution) for part in lesson.sections[0].parts] == [False, True]


def test_the_questions_of_a_quiz(read, tmp_path):
    (tmp_path / "08_x.json").write_text(json.dumps(QUIZ))
    cell = new_code_cell('from gan_lesson.widgets import Quiz\n\nQuiz("08_x")', metadata={"tags": ["quiz"]})
    (quiz,) = read(new_markdown_cell("## Quiz"), cell).sections[0].parts
    one, two_right, number = quiz.questions
    assert (one.text, one.code) == (r"Is 2 \* 3 \* 4 = \$x?", "x = 24")
    assert [answer.text for answer in one.choices] == ["yes", "no"]
    assert one.right == (outline.Answer("yes", True, "It is."),)
    assert [answer.text for answer in two_right.right] == ["a", "c"]
    assert (number.choices, number.right) == ((), (outline.Answer("12,000", True, "40 times."),))
    (missing,) = read(new_markdown_cell("## Quiz"), new_code_cell('Quiz("09_y")')).sections[0].parts
    assert missing == outline.Quiz("09_y")


def test_what_answers_a_prediction():
    words, drawn, printed = (outline.Text("words", text) for text in ("Long. " * 20, "Look:", "Run this. " * 9))
    one, two = (new_output("stream", text=text) for text in "12")
    asked = outline.Prediction("?")
    shows, compares = outline.Code("x", (one,)), outline.Code("g.came_out(1)", (two,))
    items = outline.Text("list", "- a\n- b" * 10)
    assert outline.outcome([asked, outline.Code("y"), shows, words, shows], 0) == ([one], [words])
    assert outline.outcome([asked, asked, shows, words], 0) == ([one], [words])
    assert outline.outcome([asked, shows, drawn, items, words], 0) == ([one], [drawn, items])
    assert outline.outcome([asked, shows, printed, compares, words], 0) == ([one, two], [words])
    assert outline.outcome([asked, shows, asked, words], 0) == ([one], [])
    assert outline.outcome([asked, words, outline.Exercise("", ""), shows], 0) == ([], [])


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")), ids=lambda path: path.stem)
def test_every_lesson_has_what_a_board_needs(path):
    notebook = nbformat.read(path, as_version=4)
    lesson = outline.outline(notebook)
    assert lesson.title
    assert lesson.question
    assert lesson.minutes
    assert lesson.objectives.count("\n- ") >= 2
    parts = [part for section in lesson.sections for part in section.parts]
    exercises = [part for part in parts if isinstance(part, outline.Exercise)]
    tagged = [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    assert [exercise.stub for exercise in exercises] == [cell.source for cell in tagged]
    assert all(exercise.task and exercise.check and exercise.solution for exercise in exercises)
    assert any(isinstance(part, outline.Prediction) for part in parts)
    assert not any("<details>" in part.source for part in parts if isinstance(part, outline.Text))
    assert all(part.questions for part in parts if isinstance(part, outline.Quiz))
