"""From a script to its two editions, on made-up lessons."""

from __future__ import annotations

import re

import nbformat
import pytest

from course_build import editions
from course_build.editions import BuildError, read_source

LESSON = '''\
# %% [markdown]
# # A lesson
#
# [Course]({{REPOSITORY}}), [Colab]({{COLAB}})

# %% tags=["nbval-check-output"]
# %timeit in a comment stays a comment
print("hello")
print("again")

# %% tags=["exercise"]
def mean(numbers):
    """The mean."""
    total = 0
    for number in numbers:
        ### BEGIN SOLUTION
        ### HINT add it up
        total += number
        ### END SOLUTION
    ### BEGIN SOLUTION
    total = total / len(numbers)
    ### END SOLUTION
    return total

# %% tags=["check"]
assert mean([1, 2, 3]) == 2
print("right")

# %% [markdown] tags=["discussion"]
# Why does it work?

# %% tags=["exercise"]
### BEGIN SOLUTION
answer = 42
### END SOLUTION
'''

STUB = '''\
def mean(numbers):
    """The mean."""
    total = 0
    for number in numbers:
        # add it up
        raise NotImplementedError("your turn")
    # ... your turn
    return total'''

SOLVED = '''\
def mean(numbers):
    """The mean."""
    total = 0
    for number in numbers:
        # add it up
        total += number
    total = total / len(numbers)
    return total'''


def kinds(notebook):
    return [cell.id.split("-", 1)[1] for cell in notebook.cells]


def tags(notebook):
    return [cell.metadata.get("tags", []) for cell in notebook.cells]


@pytest.fixture
def add_lesson(rooms):
    """Write a lesson's script; returns its path."""

    def add(text: str = LESSON, name: str = "a_lesson"):
        return rooms(**{name: text}) / name / "lesson.py"

    return add


@pytest.fixture
def source(add_lesson):
    return add_lesson()


# ---- the editions


def test_source_is_read_literally(source):
    lesson = read_source(source)
    assert kinds(lesson) == ["01-markdown", "02-code", "03-exercise", "04-check", "05-markdown", "06-exercise"]
    assert lesson.cells[0].source.startswith("# A lesson\n\n[Course]")
    assert lesson.cells[1].source.startswith("# %timeit in a comment")
    assert tags(lesson) == [[], ["nbval-check-output"], ["exercise"], ["check"], ["discussion"], ["exercise"]]
    nbformat.validate(lesson)


def test_learner_gets_stub_check_and_folded_solution(source):
    learner = editions.learner_edition(read_source(source))
    assert kinds(learner) == [
        "01-markdown", "02-code", "03-exercise", "04-check", "03-exercise-solution", "05-markdown", "06-exercise",
        "06-exercise-solution",
    ]  # fmt: skip
    assert learner.cells[2].source == STUB
    assert learner.cells[4].source == f"<details><summary>Solution</summary>\n\n```python\n{SOLVED}\n```\n\n</details>"
    assert learner.cells[6].source == 'raise NotImplementedError("your turn")'
    may_fail = [
        cell.id.split("-", 1)[1] for cell in learner.cells if "raises-exception" in cell.metadata.get("tags", [])
    ]
    assert may_fail == ["03-exercise", "04-check", "06-exercise"]


def test_the_discussion_of_a_solution_is_folded_with_it_and_open_in_the_solved_edition(add_lesson):
    text = (
        '# %% tags=["exercise"]\ndef f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n'
        '# %% tags=["check"]\nf()\n\n# %% [markdown] tags=["why"]\n# One is right.\n\n# %% [markdown]\n# On.\n'
    )
    lesson = read_source(add_lesson(text))
    *_, fold, on = editions.learner_edition(lesson).cells
    assert fold.source.startswith("<details>") and fold.source.endswith("```\n\nOne is right.\n\n</details>")
    assert on.source == "On."
    assert [cell.source for cell in editions.solved_edition(lesson).cells[2:]] == ["One is right.", "On."]


def test_a_discussion_without_an_exercise_is_refused(add_lesson):
    lesson = read_source(add_lesson('# %% [markdown] tags=["why"]\n# Why?\n'))
    with pytest.raises(BuildError, match="must follow an exercise"):
        editions.learner_edition(lesson)


def test_solution_comes_directly_under_an_exercise_without_check(add_lesson):
    text = "# %% tags=['exercise']\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n\n# %%\nx = 1\n"
    learner = editions.learner_edition(read_source(add_lesson(text)))
    assert kinds(learner) == ["01-exercise", "01-exercise-solution", "02-code"]


def test_two_exercises_in_a_row_keep_their_own_solutions(add_lesson):
    cell = "# %% tags=['exercise']\n### BEGIN SOLUTION\nx = {}\n### END SOLUTION\n\n"
    learner = editions.learner_edition(read_source(add_lesson(cell.format(1) + cell.format(2))))
    assert kinds(learner) == ["01-exercise", "01-exercise-solution", "02-exercise", "02-exercise-solution"]
    assert "x = 1" in learner.cells[1].source
    assert "x = 2" in learner.cells[3].source


def test_solved_edition_has_no_marks_folds_or_permissions(source):
    solved = editions.solved_edition(read_source(source))
    assert kinds(solved) == ["01-markdown", "02-code", "03-exercise", "04-check", "05-markdown", "06-exercise"]
    assert solved.cells[2].source == SOLVED
    assert not any("###" in cell.source or "<details>" in cell.source for cell in solved.cells)
    assert not any("raises-exception" in cell for cell in tags(solved))


def test_editions_leave_their_input_alone(source):
    lesson = read_source(source)
    before = nbformat.writes(lesson)
    editions.learner_edition(lesson)
    editions.solved_edition(lesson)
    editions.with_setup(lesson, "a_lesson", "")
    editions.with_links(lesson, "notebooks/00_a_lesson.ipynb", "")
    assert nbformat.writes(lesson) == before


def test_author_may_let_a_cell_fail_in_both_editions(add_lesson):
    lesson = read_source(add_lesson('# %% tags=["check", "raises-exception"]\n1 / 0\n'))
    assert (
        tags(editions.learner_edition(lesson))
        == tags(editions.solved_edition(lesson))
        == [["check", "raises-exception"]]
    )


def test_no_edition_shows_what_goes_on_the_board(add_lesson):
    path = add_lesson("# %% [markdown]\n# Said. ==A **mode** is\n# a cloud.== `a == b` and\n# c == d.\n")
    for edition in editions.editions(path, "").values():
        assert edition.cells[1].source == "Said. A **mode** is\na cloud. `a == b` and\nc == d."


# ---- stubs


@pytest.mark.parametrize(
    ("solution", "stub"),
    [
        # Two functions: a raise in each. The indent is the region's.
        (
            "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n\n"
            "def g():\n    ### BEGIN SOLUTION\n    return 2\n    ### END SOLUTION",
            "def f():\n    RAISE\n\n\ndef g():\n    RAISE",
        ),
        # A method with a signature over several lines, and two regions: one raise.
        (
            "class A:\n    def f(\n        self,\n    ):\n"
            "        ### BEGIN SOLUTION\n        x = 1\n        ### END SOLUTION\n"
            "        y = 2\n        ### BEGIN SOLUTION\n        return x + y\n        ### END SOLUTION",
            "class A:\n    def f(\n        self,\n    ):\n        RAISE\n        y = 2\n        # ... your turn",
        ),
        # A second region that is the whole body of a block: a comment alone would be a syntax error.
        (
            "def f(x):\n    ### BEGIN SOLUTION\n    y = x\n    ### END SOLUTION\n    if y:\n"
            "        ### BEGIN SOLUTION\n        y = 0\n        ### END SOLUTION\n    return y",
            "def f(x):\n    RAISE\n    if y:\n        RAISE\n    return y",
        ),
        # A function inside a function counts as its own.
        (
            "def f():\n    ### BEGIN SOLUTION\n    a = 1\n    ### END SOLUTION\n    def g():\n"
            "        ### BEGIN SOLUTION\n        return a\n        ### END SOLUTION\n    return g",
            "def f():\n    RAISE\n    def g():\n        RAISE\n    return g",
        ),
        # Outside of all functions: the first region raises, the next ones are comments.
        (
            "### BEGIN SOLUTION\na = 1\n### END SOLUTION\nb = 2\n### BEGIN SOLUTION\nc = 3\n### END SOLUTION",
            "RAISE\nb = 2\n# ... your turn",
        ),
    ],
)
def test_stub(solution, stub):
    assert editions.stub_source(solution, where="a test") == stub.replace("RAISE", editions.RAISE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "exercise cells, and no others"),
        ("### BEGIN SOLUTION\nx = 1", "must alternate"),
        ("### END SOLUTION\nx = 1\n### BEGIN SOLUTION", "must alternate"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n### END SOLUTION", "must alternate"),
    ],
)
def test_wrong_marks_are_refused_with_lesson_and_cell(add_lesson, text, message):
    path = add_lesson(f'# %%\n1\n\n# %% tags=["exercise"]\n{text}\n')
    with pytest.raises(BuildError, match=rf"a_lesson, cell 2: .*{message}"):
        read_source(path)


def test_marks_outside_of_an_exercise_are_refused(add_lesson):
    path = add_lesson("# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n")
    with pytest.raises(BuildError, match="cell 1: exercise cells, and no others"):
        read_source(path)


def test_stub_that_is_no_python_is_refused(add_lesson):
    text = '# %% tags=["exercise"]\nx = (\n    ### BEGIN SOLUTION\n    1\n    ### END SOLUTION\n)\n'
    lesson = read_source(add_lesson(text))
    with pytest.raises(BuildError, match="a_lesson-01-exercise, with its solution taken out, is not valid"):
        editions.learner_edition(lesson)


# ---- ids, set-up cell, links


def test_ids_are_valid_unique_and_the_same_on_each_build(add_lesson):
    source = add_lesson(LESSON, name="a very long näme " + "x" * 80)
    first, second = editions.editions(source, ""), editions.editions(source, "")
    for path, notebook in first.items():
        ids = [cell.id for cell in notebook.cells]
        assert ids == [cell.id for cell in second[path].cells]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id) for cell_id in ids)
        nbformat.validate(notebook)


ASKED = """\
# %% tags=["prediction"]
from gan_lesson.widgets import Prediction

rain = Prediction("Rain?")
rain

# %% tags=["nbval-check-output"]
look()

# %% [markdown]
# Look.

# %% tags=["prediction"]
snow = Prediction("Snow?")
snow

# %% tags=["exercise"]
def mine():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %%
rain.came_out("sun")

# %%
ice = look()
rain.came_out(
    f"the second time: {ice}"
)
snow.came_out(ice)

# %%
look()

# %% tags=["answers", "nbval-check-output"]
look("at a picture of it")
"""


def test_the_code_of_a_prediction_is_folded_in_both_editions_and_for_colab(add_lesson):
    for edition in editions.editions(add_lesson(ASKED), "").values():
        first, second = (cell for cell in edition.cells if "prediction" in cell.metadata.get("tags", []))
        assert second.source == '# @title Predict\nsnow = Prediction("Snow?")\nsnow'
        assert first.source.startswith("# @title Predict\nfrom gan_lesson.widgets import Prediction\n")
        assert first.metadata == second.metadata == {**editions.FOLDED, "tags": ["prediction"]}


def test_what_answers_a_prediction_is_marked_in_the_learners_edition(add_lesson):
    learner, solved = editions.editions(add_lesson(ASKED), "").values()
    marked = [cell.source for cell in learner.cells if cell.metadata.get("tags") == ["answers"]]
    assert marked == ["look()", "ice = look()", 'look("at a picture of it")']
    tags = [tag for cell in solved.cells for tag in cell.metadata.get("tags", [])]
    assert not {"told", "answers"} & set(tags) and tags.count("nbval-check-output") == 2
    assert not any("nbval-check-output" in cell.metadata.get("tags", []) for cell in learner.cells)


def test_the_words_that_tell_what_came_out_are_folded_away_in_a_cell_of_their_own(add_lesson):
    learner, solved = editions.editions(add_lesson(ASKED), "").values()
    told = [cell for cell in learner.cells if "told" in cell.metadata.get("tags", [])]
    assert [cell.source for cell in told] == [
        '# @title What came out\nrain.came_out("sun")',
        '# @title What came out\nrain.came_out(\n    f"the second time: {ice}"\n)\nsnow.came_out(ice)',
    ]
    assert all(cell.metadata == {**editions.FOLDED, "tags": ["answers", "told"]} for cell in told)
    ids = [cell.id for cell in learner.cells]
    assert told[0].id in {cell.id for cell in solved.cells} and ids.count(told[1].id.removesuffix("-told")) == 1


def test_only_in_the_solved_edition_predictions_are_answered_at_once(add_lesson):
    learner, solved = editions.editions(add_lesson(ASKED), "").values()
    told = [cell.source for cell in solved.cells if editions.TELLS_AT_ONCE in cell.source]
    assert len(told) == 1 and told[0].index("import Prediction") < told[0].index(editions.TELLS_AT_ONCE)
    assert not any("asks_first" in cell.source for cell in learner.cells)


@pytest.mark.parametrize(
    ("lesson", "told"),
    [
        (ASKED.replace("snow.came_out", "print"), "no cell tells what came out of snow"),
        (ASKED.replace("snow.came_out(ice)", "snow.came_out(ice)\nlook()"), "by the last statements of a cell"),
        (ASKED.replace("snow.came_out(ice)", "if ice:\n    snow.came_out(ice)"), "by the last statements of a cell"),
        (ASKED.replace("from gan_lesson.widgets import Prediction", ""), "must import Prediction"),
    ],
)
def test_a_prediction_that_can_not_be_answered_is_told_of(add_lesson, lesson, told):
    with pytest.raises(editions.BuildError, match=told):
        editions.editions(add_lesson(lesson), "")


def test_setup_cell_is_the_first_and_the_same_everywhere(source, add_lesson):
    other = add_lesson("# %%\n1\n", name="other")
    address = "https://github.com/owner/name"
    built = [*editions.editions(source, address).values(), *editions.editions(other, address).values()]
    assert len({notebook.cells[0].source for notebook in built}) == 1
    for cell in (notebook.cells[0] for notebook in built):
        assert cell.source.startswith("# @title Set-up: run this first\n")
        assert f'REPOSITORY = "{address}"' in cell.source
        assert cell.metadata == {"jupyter": {"source_hidden": True}, "cellView": "form", "tags": ["setup"]}


@pytest.mark.parametrize(
    ("repository", "course", "colab"),
    [
        (
            "https://github.com/owner/name",
            "https://github.com/owner/name",
            "https://colab.research.google.com/github/owner/name/blob/main/notebooks/{}",
        ),
        ("https://example.org/owner/name", "https://example.org/owner/name", "https://colab.research.google.com/"),
        ("", "{up}README.md", "https://colab.research.google.com/"),
    ],
)
def test_links(source, repository, course, colab):
    for path, notebook in editions.editions(source, repository).items():
        up = "../../" if path.startswith("solutions") else "../"
        text = notebook.cells[1].source
        assert f"[Course]({course.format(up=up)}), [Colab]({colab.format(path)})" in text
        assert "{{" not in "".join(cell.source for cell in notebook.cells)
