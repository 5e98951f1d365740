"""What belongs on the board: cells as what they are in class, and the answer to a prediction. No word decides."""

from __future__ import annotations

import html
import json
import re
from itertools import pairwise

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_build import LESSONS, fragments, outline
from course_build.editions import BuildError, read_source
from course_build.prose import Text
from gan_lesson import course

EXERCISE = "x = 0\n### BEGIN SOLUTION\n### HINT set it\nx = 1\n### END SOLUTION"
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
    assert html.unescape(fragments.text(outline.literal(said)).strip()) == f"<p>{said}</p>"


def test_the_head_of_a_lesson(taught):
    lesson = taught(new_markdown_cell("Said before the first section."))
    assert (lesson.title, lesson.question, lesson.minutes) == ("0 · Trying", "What is $x^2$?", "5")
    assert lesson.objectives == "- *say* a,\n- *do* b."
    assert lesson.words == "You need nothing.\n\nSaid before the first section."
    assert lesson.sections == []


def test_sections_and_their_parts_in_order(taught):
    printed = new_output("stream", text="3")
    lesson = taught(
        new_markdown_cell("## One · 3 minutes\n\nSaid.\n\n## Two\n\n- a"),
        new_code_cell("y", outputs=[printed, new_output("error", ename="E", evalue="", traceback=[])]),
        new_markdown_cell("### Inside\n\n## Three · 1 minute"),
    )
    assert [(one.heading, one.minutes) for one in lesson.sections] == [("One", "3"), ("Two", ""), ("Three", "1")]
    assert lesson.sections[0].parts == [Text("words", "Said.")]
    items, cell, inside = lesson.sections[1].parts
    assert (items.kind, cell, inside.source) == ("list", outline.Code("y", (printed,)), "### Inside")


def test_tags_say_what_is_shown_and_what_leads_out(taught):
    lesson = taught(
        new_markdown_cell("## One\n\nSaid, ==shown== in part."),
        new_markdown_cell("## Two\n\n==Shown.==\n\n- a"),
        new_markdown_cell("==On.==\n\nSources.", metadata={"tags": ["way-out"]}),
    )
    assert lesson.sections[0].parts == [Text("words", "Said, shown in part.", ("shown",))]
    assert lesson.sections[1].parts == [
        Text("statement", "Shown."),
        Text("list", "- a"),
        Text("statement", "On.", leads_out=True),
        Text("words", "Sources.", leads_out=True),
    ]


def test_an_exercise_has_its_task_its_check_and_its_solution(taught):
    lesson = taught(
        new_markdown_cell("## One\n\nEarlier words."),
        new_markdown_cell("**Do it.** This ==way==:\n- so\n- or so", metadata={"tags": ["task"]}),
        new_code_cell(EXERCISE, metadata={"tags": ["exercise"]}),
        new_code_cell("from gan_lesson import checks\n\nchecks.check_x(x)", metadata={"tags": ["check"]}),
        new_markdown_cell("Because `x`.", metadata={"tags": ["why"]}),
        new_markdown_cell("And y.", metadata={"tags": ["why"]}),
        new_markdown_cell("After."),
    )
    words, exercise, after = lesson.sections[0].parts
    assert (words.source, after.source) == ("Earlier words.", "After.")
    assert exercise.task == "**Do it.** This way:\n- so\n- or so"
    assert outline.without_label(exercise.task) == "This way:\n- so\n- or so"
    assert exercise.stub == 'x = 0\n# set it\nraise NotImplementedError("your turn")'
    assert exercise.check == "checks.check_x(x)"
    assert (exercise.solution, exercise.discussion) == ("x = 0\n# set it\nx = 1", "Because `x`.\n\nAnd y.")


def test_an_exercise_without_a_task_is_refused(taught):
    task = new_markdown_cell("Do it.", metadata={"tags": ["task"]})
    first, second = (new_code_cell(EXERCISE, id=name, metadata={"tags": ["exercise"]}) for name in ("one", "two"))
    with pytest.raises(BuildError, match="two: an exercise follows a cell that is tagged 'task'"):
        taught(task, first, second)


def test_a_notebook_that_is_older_than_its_source_is_refused(rooms):
    lessons = rooms(a_lesson="# %% [markdown]\n# # A\n\n# %%\n1\n")
    with pytest.raises(
        BuildError, match="a_lesson-02-code: no outputs; run `python -m course_build notebooks a_lesson`"
    ):
        outline.read(course.get("a_lesson"), new_notebook(), lessons)


def test_the_questions_of_a_quiz(taught, tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "quiz.json").write_text(json.dumps(QUIZ))
    cell = new_code_cell('from gan_lesson.widgets import Quiz\n\nQuiz("x")', metadata={"tags": ["quiz"]})
    (quiz,) = taught(new_markdown_cell("## Quiz"), cell).sections[0].parts
    one, two_right, number = quiz.questions
    assert (one.text, one.code) == (r"Is 2 \* 3 \* 4 = \$x?", "x = 24")
    assert [answer.text for answer in one.choices] == ["yes", "no"]
    assert one.right == (outline.Answer("yes", True, "It is."),)
    assert [answer.text for answer in two_right.right] == ["a", "c"]
    assert (number.choices, number.right) == ((), (outline.Answer("12,000", True, "40 times."),))


def test_what_answers_a_prediction():
    words, drawn, printed = (Text("words", text) for text in ("Long. " * 20, "Look:", "Run this. " * 9))
    one, two = (new_output("stream", text=text) for text in "12")
    asked = outline.Prediction("?")
    shows, compares = outline.Code("x", (one,)), outline.Code("g.came_out(1)", (two,))
    items = Text("list", "- a\n- b" * 10)
    assert outline.outcome([asked, outline.Code("y"), shows, words, shows], 0) == ([one], [words])
    assert outline.outcome([asked, asked, shows, words], 0) == ([one], [words])
    assert outline.outcome([asked, shows, drawn, items, words], 0) == ([one], [drawn, items])
    assert outline.outcome([asked, shows, printed, compares, words], 0) == ([one, two], [words])
    assert outline.outcome([asked, shows, asked, words], 0) == ([one], [])
    assert outline.outcome([asked, words, outline.Exercise("", ""), shows], 0) == ([], [])


# ---- the lessons of the course


each_lesson = pytest.mark.parametrize("lesson", course.LESSONS, ids=lambda lesson: lesson.name)


def without_outputs(lesson: course.Lesson, cells: list) -> outline.Lesson:
    return outline.outline(lesson, new_notebook(cells=cells), dict.fromkeys((cell.id for cell in cells), ()))


def shape(lesson: outline.Lesson) -> list:
    """What a lesson consists of, whatever its words."""
    made = [len(lesson.objectives.splitlines()), bool(lesson.words)]
    for section in lesson.sections:
        parts = [(type(one), getattr(one, "kind", ""), len(getattr(one, "statements", ()))) for one in section.parts]
        made.append((section.minutes, parts))
    return made


def in_another_alphabet(text: str) -> str:
    """Every letter another one; tags of HTML stay, as they do where somebody translates."""
    pieces = re.split(r"(</?[a-z]+>)", text)
    pieces[::2] = [re.sub("[A-Za-z]", lambda letter: chr(ord("一") + ord(letter[0])), words) for words in pieces[::2]]
    return "".join(pieces)


@each_lesson
def test_no_word_decides_what_belongs_on_the_board(lesson):
    cells = read_source(LESSONS / lesson.name / "lesson.py").cells
    before = shape(without_outputs(lesson, cells))
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = in_another_alphabet(cell.source)
    assert shape(without_outputs(lesson, cells)) == before


@each_lesson
def test_every_lesson_has_what_a_board_needs(lesson):
    made = without_outputs(lesson, read_source(LESSONS / lesson.name / "lesson.py").cells)
    assert made.objectives.count("\n- ") >= 2
    parts = [part for section in made.sections for part in section.parts]
    exercises = [part for part in parts if isinstance(part, outline.Exercise)]
    assert all(exercise.task and exercise.solution for exercise in exercises)
    for part, after in pairwise(parts):  # exercises in a row have one check, behind the last
        if isinstance(part, outline.Exercise) and not part.check:
            assert isinstance(after, outline.Exercise), part.task
    assert any(isinstance(part, outline.Prediction) for part in parts)
    texts = [part for part in parts if isinstance(part, Text)]
    recap = [part for part in made.sections[-1].parts if not part.leads_out]
    assert recap and all(part.kind in ("statement", "table") for part in recap), "a recap is shown, not said"
    assert any(part.leads_out for part in texts), "no cell is tagged 'way-out'"
    assert not any("$$" in part.source for part in texts if part.kind == "words"), "a formula is a paragraph of its own"
    assert not any("==" in part.source for part in texts), "a mark that opens and doesn't close"
