"""The build of the notebooks, tested on made-up lessons."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from gan_lesson import progress

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
spec = importlib.util.spec_from_file_location("notebooks_build", NOTEBOOKS / "build.py")
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)

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


@pytest.fixture
def source(tmp_path):
    return add_lesson(tmp_path, LESSON)


def add_lesson(folder, text, name="01_a_lesson"):
    path = folder / "source" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def kinds(notebook):
    return [cell.id.split("-", 1)[1] for cell in notebook.cells]


def tags(notebook):
    return [cell.metadata.get("tags", []) for cell in notebook.cells]


# ---- the editions


def test_source_is_read_literally(source):
    lesson = build.read_source(source)
    assert kinds(lesson) == ["01-markdown", "02-code", "03-exercise", "04-check", "05-markdown", "06-exercise"]
    assert lesson.cells[0].source.startswith("# A lesson\n\n[Course]")
    assert lesson.cells[1].source.startswith("# %timeit in a comment")
    assert tags(lesson) == [[], ["nbval-check-output"], ["exercise"], ["check"], ["discussion"], ["exercise"]]
    nbformat.validate(lesson)


def test_learner_gets_stub_check_and_folded_solution(source):
    learner = build.learner_edition(build.read_source(source))
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


def test_the_discussion_of_a_solution_is_folded_with_it_and_open_in_the_solved_edition(tmp_path):
    text = (
        '# %% tags=["exercise"]\ndef f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n'
        '# %% tags=["check"]\nf()\n\n# %% [markdown] tags=["why"]\n# One is right.\n\n# %% [markdown]\n# On.\n'
    )
    lesson = build.read_source(add_lesson(tmp_path, text))
    *_, fold, on = build.learner_edition(lesson).cells
    assert fold.source.startswith("<details>") and fold.source.endswith("```\n\nOne is right.\n\n</details>")
    assert on.source == "On."
    assert [cell.source for cell in build.solved_edition(lesson).cells[2:]] == ["One is right.", "On."]


def test_a_discussion_without_an_exercise_is_refused(tmp_path):
    lesson = build.read_source(add_lesson(tmp_path, '# %% [markdown] tags=["why"]\n# Why?\n'))
    with pytest.raises(build.BuildError, match="follows an exercise"):
        build.learner_edition(lesson)


def test_solution_comes_directly_under_an_exercise_without_check(tmp_path):
    text = "# %% tags=['exercise']\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n\n# %%\nx = 1\n"
    learner = build.learner_edition(build.read_source(add_lesson(tmp_path, text)))
    assert kinds(learner) == ["01-exercise", "01-exercise-solution", "02-code"]


def test_two_exercises_in_a_row_keep_their_own_solutions(tmp_path):
    cell = "# %% tags=['exercise']\n### BEGIN SOLUTION\nx = {}\n### END SOLUTION\n\n"
    learner = build.learner_edition(build.read_source(add_lesson(tmp_path, cell.format(1) + cell.format(2))))
    assert kinds(learner) == ["01-exercise", "01-exercise-solution", "02-exercise", "02-exercise-solution"]
    assert "x = 1" in learner.cells[1].source
    assert "x = 2" in learner.cells[3].source


def test_solved_edition_has_no_marks_folds_or_permissions(source):
    solved = build.solved_edition(build.read_source(source))
    assert kinds(solved) == ["01-markdown", "02-code", "03-exercise", "04-check", "05-markdown", "06-exercise"]
    assert solved.cells[2].source == SOLVED
    assert not any("###" in cell.source or "<details>" in cell.source for cell in solved.cells)
    assert not any("raises-exception" in cell for cell in tags(solved))


def test_editions_leave_their_input_alone(source):
    lesson = build.read_source(source)
    before = nbformat.writes(lesson)
    build.learner_edition(lesson)
    build.solved_edition(lesson)
    build.with_setup(lesson, "01_a_lesson", "")
    build.with_links(lesson, "notebooks/01_a_lesson.ipynb", "")
    assert nbformat.writes(lesson) == before


def test_author_may_let_a_cell_fail_in_both_editions(tmp_path):
    lesson = build.read_source(add_lesson(tmp_path, '# %% tags=["check", "raises-exception"]\n1 / 0\n'))
    assert tags(build.learner_edition(lesson)) == tags(build.solved_edition(lesson)) == [["check", "raises-exception"]]


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
    assert build.stub_source(solution, where="a test") == stub.replace("RAISE", build.RAISE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "exercise cells, and no others"),
        ("### BEGIN SOLUTION\nx = 1", "take turns"),
        ("### END SOLUTION\nx = 1\n### BEGIN SOLUTION", "take turns"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n### END SOLUTION", "take turns"),
    ],
)
def test_wrong_marks_are_refused_with_lesson_and_cell(tmp_path, text, message):
    path = add_lesson(tmp_path, f'# %%\n1\n\n# %% tags=["exercise"]\n{text}\n')
    with pytest.raises(build.BuildError, match=rf"01_a_lesson\.py, cell 2: .*{message}"):
        build.read_source(path)


def test_marks_outside_of_an_exercise_are_refused(tmp_path):
    path = add_lesson(tmp_path, "# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n")
    with pytest.raises(build.BuildError, match="cell 1: exercise cells, and no others"):
        build.read_source(path)


def test_stub_that_is_no_python_is_refused(tmp_path):
    text = '# %% tags=["exercise"]\nx = (\n    ### BEGIN SOLUTION\n    1\n    ### END SOLUTION\n)\n'
    lesson = build.read_source(add_lesson(tmp_path, text))
    with pytest.raises(build.BuildError, match="01_a_lesson-01-exercise, with its solution taken out, is not valid"):
        build.learner_edition(lesson)


# ---- ids, set-up cell, links


def test_ids_are_valid_unique_and_the_same_on_each_build(tmp_path):
    source = add_lesson(tmp_path, LESSON, name="07_a very long näme " + "x" * 80)
    first, second = build.editions(source, ""), build.editions(source, "")
    for path, notebook in first.items():
        ids = [cell.id for cell in notebook.cells]
        assert ids == [cell.id for cell in second[path].cells]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id) for cell_id in ids)
        nbformat.validate(notebook)


def test_the_code_of_a_prediction_is_folded_in_both_editions_and_for_colab(tmp_path):
    text = '# %% tags=["prediction"]\nrain = Prediction("Rain?")\nrain\n\n# %%\nrain.came_out("sun")\n'
    for edition in build.editions(add_lesson(tmp_path, text), "").values():
        _, asked, answered = edition.cells
        assert asked.source == '# @title Predict\nrain = Prediction("Rain?")\nrain'
        assert asked.metadata == {**build.FOLDED, "tags": ["prediction"]}
        assert answered.metadata == {}


def test_setup_cell_is_the_first_and_the_same_everywhere(source, tmp_path):
    other = add_lesson(tmp_path, "# %%\n1\n", name="02_other")
    address = "https://github.com/owner/name"
    built = [*build.editions(source, address).values(), *build.editions(other, address).values()]
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
    for path, notebook in build.editions(source, repository).items():
        up = "../../" if path.startswith("solutions") else "../"
        text = notebook.cells[1].source
        assert f"[Course]({course.format(up=up)}), [Colab]({colab.format(path)})" in text
        assert "{{" not in "".join(cell.source for cell in notebook.cells)


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:owner/name.git", "https://github.com/owner/name"),
        ("git@github.com:owner/name", "https://github.com/owner/name"),
        ("ssh://git@github.com/owner/name.git\n", "https://github.com/owner/name"),
        ("ssh://git@example.org:2222/owner/name.git", "https://example.org/owner/name"),
        ("https://github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://github.com/owner/name/", "https://github.com/owner/name"),
        ("https://user:secret@github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://example.org:8443/group/sub/name", "https://example.org:8443/group/sub/name"),
        # Only this machine knows them; they'd be published with the notebooks.
        ("http://user@127.0.0.1:3000/git/owner/name", ""),
        ("/home/me/name", ""),
        ("file:///home/me/name.git", ""),
        ("../name", ""),
        ("C:\\Users\\me\\name", ""),
        ("", ""),
    ],
)
def test_web_address(remote, address):
    assert build.web_address(remote) == address


def test_repository_comes_from_origin_else_from_the_notebook_built_before(source, tmp_path):
    def git(*arguments):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True, capture_output=True)

    notebook = tmp_path / "01_a_lesson.ipynb"
    git("init")
    assert build.find_repository(tmp_path, notebook) == ""
    build.build(source, tmp_path, "https://github.com/owner/name", run=False)
    assert build.built_for(notebook) == "https://github.com/owner/name"
    assert build.find_repository(tmp_path, notebook) == "https://github.com/owner/name"
    git("remote", "add", "origin", "git@github.com:fork/name.git")
    assert build.find_repository(tmp_path, notebook) == "https://github.com/fork/name"


# ---- cleaning, executing, writing


def test_outputs_are_cleaned():
    view = {build.WIDGET_VIEW: {"model_id": "1"}}
    outputs = [
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stdout", text="b"),
        new_output("display_data", data={**view, "text/html": "<img>", "text/plain": "x"}),
        new_output("display_data", data={**view, "text/plain": "Slider()"}),
        new_output("display_data", data=view),
        new_output("stream", name="stdout", text="c"),
        new_output("error", ename="E", evalue="e", traceback=[f"File {NOTEBOOKS.parent}/gan_lesson/checks.py:1"]),
    ]
    kept = build.clean_outputs(outputs)
    assert [output.get("text") for output in kept if output.output_type == "stream"] == ["ab", "c"]
    assert [output.data for output in kept if "data" in output] == [
        {"text/html": "<img>", "text/plain": "x"},
        {"text/plain": "Slider()"},
    ]
    assert kept[-1].traceback == ["File gan_lesson/checks.py:1"]


def test_of_a_progress_bar_its_last_state_is_kept():
    bar = [
        new_output("stream", name="stdout", text=text) for text in ("before\n\r 0%", "\r 50%", "\r100%\n", "after\n")
    ]
    (kept,) = build.clean_outputs(bar)
    assert kept.text == "before\n100%\nafter\n"


def test_metadata_is_cleaned(source):
    lesson = build.read_source(source)
    lesson.metadata.widgets = {"state": {}}
    lesson.metadata.language_info.version = "3.11.7"
    lesson.cells[1].metadata.execution = {"iopub.status.busy": "2026-11-22T00:00:00Z"}
    cleaned = build.clean(lesson)
    assert cleaned.metadata == build.METADATA
    assert cleaned.cells[1].metadata == {"tags": ["nbval-check-output"]}


def test_build_executes_both_editions(source, tmp_path, capsys):
    assert build.main([], folder=tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    built = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert built == ["01_a_lesson.ipynb", "solutions/01_a_lesson.ipynb"]
    assert "promised" in lines[1]
    assert all(re.search(r"\d\.\d s$", line) for line in lines if not line.startswith(" "))
    learner = nbformat.read(tmp_path / "01_a_lesson.ipynb", as_version=4)
    solved = nbformat.read(tmp_path / "solutions" / "01_a_lesson.ipynb", as_version=4)
    for notebook in (learner, solved):
        assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
        assert "is ready" in notebook.cells[0].outputs[0].text
        assert [output.text for output in notebook.cells[2].outputs] == ["hello\nagain\n"]
        assert notebook.metadata == build.METADATA
    assert learner.cells[4].outputs[0].ename == "NotImplementedError"
    assert solved.cells[4].outputs[0].text == "right\n"
    assert not list(tmp_path.rglob(".build-*"))


def test_what_a_build_passes_is_not_noted_as_the_builders_progress(tmp_path):
    code = "from gan_lesson import progress\nprogress.note('01_a_lesson', 'quiz')\nprint(list(progress.passed()))"
    executed = build.execute(new_notebook(cells=[new_code_cell(code)], metadata=build.METADATA), tmp_path)
    assert executed.cells[0].outputs[0].text == "['01_a_lesson']\n"
    assert progress.passed() == {}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys\nprint('oh', file=sys.stderr)", r"(?s)sample, cell 01_a_lesson-01-code writes to stderr.*oh"),
        ("import warnings\nwarnings.warn('oh')", r"(?s)sample, cell 01_a_lesson-01-code writes to stderr.*UserWarning"),
        ("1 / 0", r"(?s)sample, cell 01_a_lesson-01-code: .*ZeroDivisionError"),
    ],
)
def test_cell_that_writes_to_stderr_or_fails_stops_the_build(tmp_path, code, message):
    lesson = build.read_source(add_lesson(tmp_path, f"# %%\n{code}\n"))
    with pytest.raises(build.BuildError, match=message):
        build.execute(lesson, tmp_path, "sample")


def test_failed_build_leaves_the_old_notebook_and_says_so(tmp_path, capsys):
    source = add_lesson(tmp_path, "# %%\n1 / 0\n")
    old = tmp_path / "01_a_lesson.ipynb"
    old.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, "old": true}')
    old_text = old.read_text()
    assert build.main([source.stem, "--repository", ""], folder=tmp_path) == 1
    assert old.read_text() == old_text
    assert "FAILED 01_a_lesson.ipynb, cell 01_a_lesson-01-code: " in capsys.readouterr().err


def test_build_without_executing(source, tmp_path, capsys):
    remote = "git@github.com:owner/name.git"
    assert build.main(["source/01_a_lesson.py", "--no-execute", "--repository", remote], folder=tmp_path) == 0
    assert build.built_for(tmp_path / "solutions" / "01_a_lesson.ipynb") == "https://github.com/owner/name"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["02_missing"], "no lesson called 02_missing; there are: 01_a_lesson"),
        (["--repository", "nowhere/at/all"], "--repository nowhere/at/all: neither an https address nor a folder"),
    ],
)
def test_bad_arguments_are_explained(source, tmp_path, capsys, arguments, message):
    with pytest.raises(SystemExit) as stopped:
        build.main(arguments, folder=tmp_path)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
