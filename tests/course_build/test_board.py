"""A lesson on boards, without a browser: what comes onto which slide, and what is in the notes."""

from __future__ import annotations

import base64
import json
import re
import struct

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from course_build import board as boards
from course_build import fragments

VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "one"}}


def png(width: int, height: int) -> str:
    """The head of a picture of that size, which is all that is looked at."""
    return base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"rest").decode()


def drawn(width: int = 480, height: int = 400, alt: str = "a &lt;curve&gt;"):
    image = f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{png(width, height)}">'
    return new_output("display_data", data={"text/html": image, "text/plain": "<Picture>"})


@pytest.fixture
def board(taught):
    """The slides of one section made of these cells."""

    def make(*cells, states=None, page=None):
        lesson = taught(new_markdown_cell("## One · 3 minutes"), *cells)
        return boards.stacks(lesson, states or {}, page or fragments.Page())[1]

    return make


def shown(slide) -> str:
    return "".join(slide.parts)


def said(slide) -> str:
    return "".join(slide.notes)


def test_the_title_slide_has_the_question_and_the_objectives(taught):
    ((title,),) = boards.stacks(taught(), {}, fragments.Page())
    for expected in ("0 · Trying", "What is <math", "<em>say</em> a", "5 minutes"):
        assert expected in shown(title)
    assert "You need nothing." in said(title)


def test_prose_is_said_and_only_its_statements_are_shown(board):
    (slide,) = board(new_markdown_cell("Plain words. ==A **mode** is a cloud.== More **words**.\n\n> A box.\n\nLast."))
    assert "One" in shown(slide)
    assert "3 minutes" in shown(slide)
    assert "A <strong>mode</strong> is a cloud." in shown(slide)
    assert "A box." in shown(slide)
    assert "words" not in shown(slide)
    assert "Plain words." in said(slide)
    assert "Last." in said(slide)


def test_a_prediction_has_a_slide_before_the_one_that_answers_it(board):
    cell = new_code_cell('g = Prediction("What?", ["a lump", "a ring"])', metadata={"tags": ["prediction"]})
    section, asked, answer = board(
        new_markdown_cell("==Look at **this** first.=="), cell, new_code_cell("x = 1", outputs=[drawn()])
    )
    assert asked.label == "Predict"
    assert re.findall("<li>(.*?)</li>", shown(asked)) == ["a lump", "a ring"]
    assert "Prediction(" not in shown(asked)
    assert "Look at <strong>this</strong> first." in shown(asked)
    assert "this" not in shown(section)
    assert "<img" in shown(answer)


def test_of_a_cell_that_only_compares_what_it_says_is_shown(board):
    slides = board(new_code_cell('g.came_out("a ring")', outputs=[new_output("stream", text="What came out: a ring.")]))
    assert "What came out: a ring." in shown(slides[-1])
    assert "highlight" not in "".join(map(shown, slides))


def test_code_and_what_it_drew_share_a_slide_if_there_is_room(board):
    _, together = board(new_code_cell("x = 1", outputs=[new_output("stream", text="3\n"), drawn()]))
    assert shown(together).index("highlight") < shown(together).index(">3<") < shown(together).index("<img")
    assert 'alt="a &lt;curve&gt;"' in shown(together)
    _, code, picture = board(new_code_cell("x = 1\n" * 16, outputs=[drawn()]))
    assert "<img" not in shown(code)
    assert "highlight" not in shown(picture)


@pytest.mark.parametrize(("width", "height"), [(480, 400), (2000, 100), (100, 2000), (40, 20)])
def test_a_picture_fits_the_board_and_is_not_made_much_larger(width, height):
    image, taken = boards.picture("", png(width, height), width, height, 400)
    wide = int(re.search(r"--wide: (\d+)", image)[1])
    assert wide <= min(boards.WIDTH, boards.ENLARGE * width)
    assert taken <= 412
    assert wide / (taken - 12) == pytest.approx(width / height, rel=0.05)


def test_a_statement_about_a_picture_stands_under_it(board):
    _, slide = board(new_code_cell("x = 1", outputs=[drawn()]), new_markdown_cell("==It is a **mode**.== Words."))
    assert "It is a <strong>mode</strong>." in shown(slide)


@pytest.mark.parametrize(("rows", "length"), [(1, 10), (14, 60), (28, 100), (100, 30), (20, 300)])
def test_code_is_large_enough_to_be_read(rows, length):
    source = "\n".join(["x" * length] * rows)
    assert 15 <= boards.size_of_code(source) <= 22
    assert boards.height_of_code(source) <= boards.HEIGHT


def test_what_a_progress_bar_or_an_error_left_behind_is_not_shown(board):
    bar = new_output("stream", text="100%|█████| 60/60 [00:04<00:00]\n")
    _, slide = board(new_code_cell("x", outputs=[bar, new_output("error", ename="E", evalue="v", traceback=["t"])]))
    assert "printed" not in shown(slide)


def test_a_list_goes_on_on_the_next_slide_with_its_numbers(board):
    items = "\n".join(f"{number}. {'word ' * 60}" for number in range(1, 5))
    first, *rest = board(new_markdown_cell(items))
    assert rest
    assert all(slide.height <= 560 for slide in [first, *rest])
    assert '<ol start="4">' in shown(rest[-1])


def test_an_exercise_and_below_it_its_solution(board):
    _, task, solution = board(
        new_markdown_cell("**Your turn.** Write `x`.", metadata={"tags": ["task"]}),
        new_code_cell("### BEGIN SOLUTION\nx = 42\n### END SOLUTION", metadata={"tags": ["exercise"]}),
        new_code_cell("checks.check_x(x)", metadata={"tags": ["check"]}),
        new_markdown_cell("Because.", metadata={"tags": ["why"]}),
    )
    assert (task.label, solution.label) == ("Your turn", "Solution")
    assert shown(task).startswith("<p>Write <code>x</code>.")
    assert "checks.check_x(x)" in shown(task)
    assert "42" not in shown(task)
    assert "42" in shown(solution)
    assert "Because." in said(solution)


def test_a_question_a_slide_and_its_answer_comes_when_asked_for(board, tmp_path):
    answers = [{"answer": name, "correct": name == "two", "feedback": f"about {name}"} for name in ("one", "two")]
    quiz = [{"question": "Which?", "type": "multiple_choice", "code": "y = 2", "answers": answers}] * 2
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "quiz.json").write_text(json.dumps(quiz))
    _, first, second = board(new_code_cell('Quiz("x")', metadata={"tags": ["quiz"]}))
    assert (first.label, second.label) == ("Question 1 of 2", "Question 2 of 2")
    before, after = shown(first).split('<div class="fragment answer">')
    assert "about" not in before
    assert "highlight" in before
    assert "<b>B</b> about two" in after
    assert "A: about one" in said(first)


def test_the_recap_is_on_the_board_and_its_sources_are_not(board):
    (slide,) = board(
        new_markdown_cell("==One thing.== ==Another.=="),
        new_markdown_cell("==On.==\n\n*Sources.* A book.", metadata={"tags": ["way-out"]}),
    )
    assert re.findall(r"<p>(.*?)</p>", shown(slide)) == ["One thing.", "Another.", "On."]
    assert "A book." in said(slide)


def test_a_widget_lives_on_a_slide_of_its_own_and_others_say_where_they_live(board):
    page, output = fragments.Page(), drawn()
    output.data |= {**VIEW, "text/plain": "LossLab()"}
    states = {"one": {"state": {"_esm": "m", "_css": ".a {}", "stands_alone": True}}}
    _, alive = board(new_code_cell("LossLab()", outputs=[output]), states=states, page=page)
    assert 'class="gan-widget"' in shown(alive)
    assert "data-prevent-swipe" in shown(alive)
    assert "LossLab" in said(alive)
    assert len(page.alive) == 1
    _, still = board(new_code_cell("LossLab()", outputs=[output]))
    assert "It is alive in JupyterLab and Colab." in shown(still)
