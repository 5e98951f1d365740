"""Execute both editions of a lesson and store them in ``notebooks/``: ``python -m course_build notebooks [NAME ...]``.

The direction is always from the script to the notebooks: what is changed in a notebook is lost with the next build.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from gan_lesson import course, files
from gan_lesson.widgets.shared.still import WIDGET_VIEW, without_rules

from . import LESSONS, NOTEBOOKS, ROOT, minutes
from .editions import METADATA, BuildError, editions
from .repository import find_repository

CELL_TIMEOUT = 120  # seconds


def execute(notebook: NotebookNode, cwd: Path, name: str = "") -> NotebookNode:
    """Run all cells in ``cwd``. Only cells tagged raises-exception may fail or write to stderr.

    No learner has passed what a build passes: the record of progress is left alone.
    """
    result, started = deepcopy(notebook), []
    client = NotebookClient(
        result,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(cwd)}},
        record_timing=True,
        on_cell_start=lambda cell, cell_index: started.append(cell.id),
    )
    try:
        with tempfile.TemporaryDirectory() as elsewhere:
            client.execute(env={**os.environ, "GAN_LESSON_PROGRESS": f"{elsewhere}/progress.json"})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise BuildError(f"{name}, cell {started[-1] if started else '(none yet)'}: {error}") from None
    for cell in result.cells:
        for output in cell.get("outputs", []):
            is_trouble = output.output_type == "error" or output.get("name") == "stderr"
            if is_trouble and "raises-exception" not in cell.metadata.get("tags", []):
                text = output.get("text") or "\n".join(output.get("traceback", []))
                raise BuildError(f"{name}, cell {cell.id} writes to stderr:\n{text}")
    return result


def clean(notebook: NotebookNode) -> NotebookNode:
    """Keep what a reader sees, and drop what changes from build to build or needs a kernel that is gone.

    Of what answers a prediction a learner sees nothing before the cell is run.
    """
    result = deepcopy(notebook)
    result.metadata = nbformat.from_dict(deepcopy(METADATA))
    for cell in result.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            answers = "answers" in cell.metadata.get("tags", [])
            cell.outputs = [] if answers else clean_outputs(cell.outputs)
    return result


def clean_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    kept = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
            continue
        if "data" in output:
            # nothing of a widget is stored but its picture
            output.data.pop(WIDGET_VIEW, None)
            if not output.data:
                continue
            if "text/html" in output.data:
                output.data["text/html"] = without_rules(output.data["text/html"])
        if output.output_type == "error":  # where the builder's checkout lies is nobody's business
            output.traceback = [line.replace(f"{ROOT}{os.sep}", "") for line in output.traceback]
        kept.append(output)
    for output in kept:
        if output.output_type == "stream":  # of a progress bar only what the screen shows at the end
            output.text = re.sub(r"[^\n]*\r(?!\n)", "", output.text)
    return kept


def write(notebook: NotebookNode, path: Path) -> None:
    """Write whole or not at all: an interrupted build leaves the old notebook."""
    nbformat.validate(notebook)
    files.write(path, nbformat.writes(notebook) + "\n")


def stored(lesson: course.Lesson, folder: Path) -> NotebookNode:
    """The learner's edition of a lesson as it lies in ``folder``.

    Raises:
        BuildError: there is none.
    """
    path = folder / f"{lesson.notebook}.ipynb"
    if not path.exists():
        raise BuildError(f"{path.name} is missing: run `python -m course_build notebooks {lesson.name}`")
    return nbformat.read(path, as_version=4)


def answered(lesson: course.Lesson, folder: Path) -> NotebookNode:
    """The learner's edition as it lies in ``folder``; what answers its predictions is told as the solved edition does.

    Raises:
        BuildError: one of the two is missing, or they were not built of the same lesson.
    """
    notebook = stored(lesson, folder)
    # the solved edition tells in the cell itself what the learner's edition sets apart
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-told")]
    waiting = [cell for cell in notebook.cells if "answers" in cell.metadata.get("tags", [])]
    told = stored(lesson, folder / "solutions").cells if waiting else []
    outputs = {cell.id: cell.outputs for cell in told if cell.cell_type == "code"}
    for cell in waiting:
        if cell.id not in outputs:
            raise BuildError(
                f"{cell.id}: not in the solved edition; run `python -m course_build notebooks {lesson.name}`"
            )
        cell.outputs = outputs[cell.id]
    return notebook


def build(source: Path, folder: Path, repository: str | None = None, *, run: bool = True) -> None:
    """Build the two editions of one lesson into ``folder``, printing a line for each.

    Where the lesson has been moved in the order, the notebooks with its old number go.
    """
    lesson = course.get(source.parent.name)
    if repository is None:
        repository = find_repository(folder, folder / f"{lesson.notebook}.ipynb")
    for name, notebook in editions(source, repository).items():
        start, path = time.perf_counter(), folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        executed = execute(notebook, path.parent, name) if run else notebook
        write(clean(executed), path)
        for old in path.parent.glob(f"[0-9][0-9]_{lesson.name}.ipynb"):
            if old != path:
                old.unlink()
        print(f"{name:40} {time.perf_counter() - start:6.1f} s", flush=True)
        if run and path.parent == folder:
            print(minutes.table(executed), flush=True)


def make(
    names: Sequence[str] = (),
    repository: str | None = None,
    *,
    run: bool = True,
    lessons: Path = LESSONS,
    folder: Path = NOTEBOOKS,
) -> None:
    """Build the lessons called ``names``, all when none is given.

    Args:
        repository: where Colab gets the library from, an address or a folder; None asks the remote ``origin``.

    Raises:
        BuildError: lessons can't be built; all others are.
    """
    failures = []
    for lesson in course.LESSONS:
        if names and lesson.name not in names:
            continue
        try:
            build(lessons / lesson.name / "lesson.py", folder, repository, run=run)
        except BuildError as error:
            failures.append(str(error))
    if failures:
        raise BuildError("\nFAILED ".join(failures))
