"""From the script of a lesson to its two editions: pure functions, a notebook in, a notebook out.

A lesson is written once, solved, as the percent script ``gan_lesson/lessons/<name>/lesson.py``. Two editions are made
from it: the learner's, ``NN_name.ipynb``, and ``solutions/NN_name.ipynb``.
"""

from __future__ import annotations

import ast
import re
from copy import deepcopy
from pathlib import Path

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gan_lesson import course

from . import references
from .prose import unmarked
from .repository import colab_address

SETUP = Path(__file__).with_name("setup_cell.py")

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
HINT = re.compile(r"^(\s*)### HINT ", re.MULTILINE)
RAISE = 'raise NotImplementedError("your turn")'
COMMENT = "# ... your turn"
FOLD_END = "</details>"

# Comments stay comments: without this jupytext would turn a comment such as "# %timeit is a magic" into a magic.
PERCENT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # No version: it would change with every machine that builds.
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}
ASKED = re.compile(r"^(\w+) = (?:widgets\.)?Prediction\(", re.MULTILINE)
#: The first prediction of a lesson imports the class; after that line the solved edition says that it doesn't wait.
IMPORTED = re.compile(r"^from gan_lesson\.widgets import .*\bPrediction\b.*$", re.MULTILINE)
TELLS_AT_ONCE = "Prediction.asks_first = False  # in this edition what came out is told at once"
#: A statement that tells what came out of a prediction.
TOLD = re.compile(r"\w+\.came_out\(")
#: What goes where a cell is stored without outputs, and what is said anew of it.
UNSTORED = {"nbval-check-output", "answers"}
#: A cell whose code is folded, in JupyterLab and in Colab.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}


class BuildError(Exception):
    """A lesson can't be built; the message names the lesson and the cell."""


def read_source(path: Path) -> NotebookNode:
    """Read a percent script. The ids of the cells follow from name, position and kind: the same on each build."""
    cells = []
    for number, cell in enumerate(jupytext.reads(path.read_text(encoding="utf-8"), fmt=PERCENT).cells, start=1):
        if cell.cell_type == "markdown":
            cell.source = with_references(cell.source, path.parent.name, number)
        tags = list(cell.metadata.get("tags", []))
        kind = next((tag for tag in ("exercise", "check") if tag in tags), cell.cell_type)
        new_cell = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        cells.append(
            new_cell(
                cell.source,
                id=f"{id_stem(path.parent.name)}-{number:02d}-{kind}",
                metadata={"tags": tags} if tags else {},
            )
        )
        regions = solution_regions(cell.source.splitlines(), where=f"{path.parent.name}, cell {number}")
        if bool(regions) != (kind == "exercise"):
            raise BuildError(f"{path.parent.name}, cell {number}: exercise cells, and no others, have a {BEGIN!r} line")
    return new_notebook(cells=cells, metadata=deepcopy(METADATA))


def with_references(text: str, name: str, number: int) -> str:
    """What the text of a lesson says of lessons, filled in from the course."""
    try:
        return references.filled(text, name)
    except ValueError as error:
        raise BuildError(f"{name}, cell {number}: {error}") from None


def id_stem(name: str) -> str:
    """Return what nbformat allows in an id (letters, digits, - and _, 64 in all) of a lesson's name."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:40]


def solution_regions(lines: list[str], where: str) -> list[tuple[int, int]]:
    """Return the line numbers of each pair of BEGIN and END lines."""
    marks = [(number, line.strip()) for number, line in enumerate(lines) if line.strip() in (BEGIN, END)]
    if [mark for _, mark in marks] != [BEGIN, END] * (len(marks) // 2):
        raise BuildError(f"{where}: {BEGIN!r} and {END!r} lines must alternate")
    numbers = [number for number, _ in marks]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def answering(cells: list[NotebookNode]) -> set[str]:
    """The ids of the cells of code that answer a prediction: after its question, down to where its outcome is told.

    Others that show it, such as a picture further down, have the tag "answers" in the lesson.

    Raises:
        BuildError: no cell tells what came out of a prediction.
    """
    waiting: dict[str, list[str]] = {}
    found = {cell.id for cell in cells if "answers" in cell.metadata.get("tags", [])}
    for cell in cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or {"exercise", "check"} & set(tags):
            continue
        if "prediction" in tags:
            waiting |= {
                name: [] for name in re.findall(r"^(\w+) = (?:widgets\.)?Prediction\(", cell.source, re.MULTILINE)
            }
            continue
        for since in waiting.values():
            since.append(cell.id)
        for name in re.findall(r"\b(\w+)\.came_out\(", cell.source):
            found.update(waiting.pop(name, []))
    if waiting:
        raise BuildError(f"no cell tells what came out of {', '.join(waiting)}")
    return found


def learner_edition(lesson: NotebookNode) -> NotebookNode:
    """Exercises become stubs, which are allowed to fail, as their checks are.

    The solution is folded under the check, and with it the discussion of why it is right (tag "why"). What answers a
    prediction has the tag "answers": it is stored without outputs, so there are none to be checked. The words that tell
    what came out stand in a cell of their own (tag "told"), folded like the question.
    """
    cells, fold, answers = [], None, answering(lesson.cells)
    for cell in deepcopy(lesson).cells:
        tags = cell.metadata.get("tags", [])
        if cell.id in answers:
            tags = cell.metadata["tags"] = [*(tag for tag in tags if tag not in UNSTORED), "answers"]
        if "why" in tags:
            if not fold:
                raise BuildError(f"{cell.id}: a cell tagged 'why' must follow an exercise and its check")
            fold.source = fold.source.replace(FOLD_END, f"{cell.source}\n\n{FOLD_END}")
            continue
        if fold and "check" not in tags:
            cells.append(fold)
            fold = None
        if "exercise" in tags:
            text = f"<details><summary>Solution</summary>\n\n```python\n{solved_source(cell.source)}\n```\n\n{FOLD_END}"
            fold = new_markdown_cell(text, id=f"{cell.id}-solution")
            cell.source = stub_source(cell.source, where=cell.id)
        if {"exercise", "check"} & set(tags) and "raises-exception" not in tags:
            tags.append("raises-exception")
        cells += apart(cell) if cell.id in answers else [cell]
    return new_notebook(cells=cells + ([fold] if fold else []), metadata=deepcopy(lesson.metadata))


def apart(cell: NotebookNode) -> list[NotebookNode]:
    """A cell that answers predictions, and after it, in one of their own, the words that tell what came out of them.

    Raises:
        BuildError: something is done after it was told.
    """
    lines, told = cell.source.splitlines(), len(cell.source.splitlines())
    for statement in reversed(parse(cell.source, cell.id).body):
        if not TOLD.match(lines[statement.lineno - 1]):
            break
        told = statement.lineno - 1
    code, words = "\n".join(lines[:told]).rstrip(), "\n".join(lines[told:])
    if ".came_out(" in code:
        raise BuildError(f"{cell.id}: what came out is told by the last statements of a cell")
    if not words:
        return [cell]
    folded = {**deepcopy(FOLDED), "tags": [*cell.metadata["tags"], "told"]}
    own = new_code_cell(f"# @title What came out\n{words}", id=cell.id, metadata=folded)
    if not code:
        return [own]
    cell.source, own.id = code, f"{cell.id}-told"
    return [cell, own]


def solved_edition(lesson: NotebookNode) -> NotebookNode:
    """The lesson as it was written, without the lines that mark the solutions; predictions are answered at once."""
    solved, waits = deepcopy(lesson), True
    for cell in solved.cells:
        tags = cell.metadata.get("tags", [])
        if "answers" in tags:  # nothing waits here
            tags.remove("answers")
        if "exercise" in tags:
            cell.source = solved_source(cell.source)
        if "prediction" in tags and waits:
            cell.source, count = IMPORTED.subn(lambda found: f"{found[0]}\n\n{TELLS_AT_ONCE}", cell.source, count=1)
            if not count:
                raise BuildError(f"{cell.id}: the cell of a lesson's first prediction must import Prediction")
            waits = False
    return solved


def solved_source(source: str) -> str:
    lines = HINT.sub(r"\1# ", source).splitlines()
    return "\n".join(line for line in lines if line.strip() not in (BEGIN, END))


def stub_source(source: str, where: str) -> str:
    """Replace each solution region by one line: the first of a function by a raise, its further ones by a comment.

    Where a comment would leave a block empty it is a raise again. The stub is valid Python, and all of its other lines
    are lines of the solution in the same order.
    """
    lines, stub, rest, seen = source.splitlines(), [], 0, set()
    tree = parse(source, where)
    for begin, end in solution_regions(lines, where):
        stub += lines[rest:begin] + [line for line in lines[begin:end] if HINT.match(line)]
        rest = end + 1
        indent = lines[begin][: -len(lines[begin].lstrip())]
        function = function_around(tree, begin + 1)
        placeholder = indent + COMMENT
        if function not in seen or not parses([*stub, placeholder, *lines[rest:]]):
            placeholder = indent + RAISE
        seen.add(function)
        stub.append(placeholder)
    stub = solved_source("\n".join(stub + lines[rest:]))
    parse(stub, f"{where}, with its solution taken out,")
    return stub


def function_around(tree: ast.Module, line: int) -> int | None:
    """Return the line on which the innermost function around ``line`` starts, None outside of all functions."""
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return max((node.lineno for node in functions if node.lineno <= line <= node.end_lineno), default=None)


def parse(source: str, where: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise BuildError(f"{where} is not valid Python: {error}") from None


def parses(lines: list[str]) -> bool:
    try:
        return bool(ast.parse("\n".join(lines)))
    except SyntaxError:
        return False


def with_setup(edition: NotebookNode, name: str, repository: str) -> NotebookNode:
    """Put the set-up cell first; it is the same in every notebook."""
    code = SETUP.read_text(encoding="utf-8").rstrip()
    code = code.replace('"{{REPOSITORY}}"', f'"{repository}"')
    result = deepcopy(edition)
    metadata = {**FOLDED, "tags": ["setup"]}
    result.cells.insert(0, new_code_cell(code, id=f"{id_stem(name)}-setup", metadata=metadata))
    return result


def with_folded_predictions(edition: NotebookNode) -> NotebookNode:
    """Fold the code of predictions: what counts is the question under it."""
    result = deepcopy(edition)
    for cell in result.cells:
        if "prediction" in cell.metadata.get("tags", []):
            cell.metadata.update(deepcopy(FOLDED))
            cell.source = f"# @title Predict\n{cell.source}"
    return result


def without_marks(edition: NotebookNode) -> NotebookNode:
    """Take away what says which statements go on the board."""
    result = deepcopy(edition)
    for cell in result.cells:
        if cell.cell_type == "markdown":
            cell.source = unmarked(cell.source)
    return result


def with_links(edition: NotebookNode, path: str, repository: str) -> NotebookNode:
    """Fill in ``{{REPOSITORY}}`` and ``{{COLAB}}`` in the text of the notebook that lies at ``path`` in the repository.

    A copy that knows no repository links to its own README and to Colab's front page, rather than to nothing.
    """
    front_page, colab = repository or "../" * path.count("/") + "README.md", colab_address(path, repository)
    result = deepcopy(edition)
    for cell in result.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("{{REPOSITORY}}", front_page).replace("{{COLAB}}", colab)
    return result


def editions(source: Path, repository: str) -> dict[str, NotebookNode]:
    """Build both editions without executing them: their paths inside ``notebooks/``, and the notebooks."""
    lesson, name = read_source(source), course.get(source.parent.name).notebook
    built = {f"{name}.ipynb": learner_edition(lesson), f"solutions/{name}.ipynb": solved_edition(lesson)}
    return {
        path: with_links(
            with_setup(with_folded_predictions(without_marks(edition)), source.parent.name, repository),
            f"notebooks/{path}",
            repository,
        )
        for path, edition in built.items()
    }
