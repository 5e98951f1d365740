"""Widgets that go on living on pages and slides: which cells make them, and the state that git doesn't keep.

Lessons with widgets that stand alone are executed once more, as far down as needed; what came of it is remembered in
``build/site`` until the lesson or the library changes.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

import gan_lesson
from gan_lesson import widgets
from gan_lesson.widgets.shared.still import WIDGET_VIEW, without_rules

from . import ROOT, notebooks

REMEMBERED = ROOT / "build" / "site"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
#: A page has room for all that its widgets show: pages share it.
WHOLE = "import math\n\nfrom gan_lesson.widgets.shared import base\n\nbase.MOST_STORED = math.inf"


def standing_alone() -> list[str]:
    """The names of the widgets that live without a kernel."""
    kinds = [getattr(widgets, name) for name in widgets.__all__]
    kinds = [kind for kind in kinds if isinstance(kind, type)]
    return [kind.__name__ for kind in kinds if kind.class_traits()["stands_alone"].default_value]


def down_to_widgets(notebook: NotebookNode) -> NotebookNode | None:
    """The cells that have to run for the widgets that stand alone; None if there are no such widgets.

    These are the cells down to the last that makes one, but of those tagged "self-contained", which need no cell before
    them, the cell alone.
    """
    made = re.compile(rf"\b({'|'.join(standing_alone())})\(")
    found = [at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code" and made.search(cell.source)]
    alone = [at for at in found if "self-contained" in notebook.cells[at].metadata.get("tags", [])]
    last = max(set(found) - set(alone), default=-1)
    cells = [cell for at, cell in enumerate(notebook.cells) if at <= last or at in alone]
    return new_notebook(cells=cells, metadata=notebook.metadata) if cells else None


def with_widgets(stored: NotebookNode, cwd: Path, name: str) -> tuple[NotebookNode, dict]:
    """The stored notebook, in which cells that show a widget have fresh outputs; and the state of all widgets."""
    needed = down_to_widgets(stored)
    return merged(stored, executed(needed, cwd, name)) if needed else (stored, {})


def executed(notebook: NotebookNode, cwd: Path, name: str) -> NotebookNode:
    """The notebook with the state of its widgets, remembered from an earlier time if nothing has changed since."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        digest.update(cell.source.encode() + b"\0")
    for path in sorted(Path(gan_lesson.__file__).parent.rglob("*")):
        if path.suffix in (".py", ".js", ".css", ".json", ".npz", ".safetensors") and path.name != "lesson.py":
            digest.update(path.read_bytes())
    remembered = REMEMBERED / f"{name}-{digest.hexdigest()[:16]}.ipynb"
    if not remembered.exists():
        print(f"{name:32} is executed for its widgets ...", flush=True)
        result = notebooks.execute(_with_whole_states(notebook), cwd, name)
        for old in REMEMBERED.glob(f"{name}-*.ipynb"):
            old.unlink(missing_ok=True)
        notebooks.write(result, remembered)
    return nbformat.read(remembered, as_version=4)


def _with_whole_states(notebook: NotebookNode) -> NotebookNode:
    at = sum("setup" in cell.metadata.get("tags", []) for cell in notebook.cells)  # there the library is found
    cells = [*notebook.cells[:at], new_code_cell(WHOLE), *notebook.cells[at:]]
    return new_notebook(cells=cells, metadata=notebook.metadata)


def merged(stored: NotebookNode, fresh: NotebookNode) -> tuple[NotebookNode, dict]:
    """Take the outputs of cells that show a widget, and the state of all widgets, from a fresh execution."""
    states = fresh.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    again = {cell.id: cell for cell in fresh.cells if cell.cell_type == "code"}
    for cell in stored.cells:
        outputs = again[cell.id].outputs if cell.id in again else []
        if any(WIDGET_VIEW in output.get("data", {}) for output in outputs):
            cell.outputs = with_pictures(outputs)
    return stored, states


def with_pictures(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs of a cell, in which a widget and the picture that follows it are one."""
    kept, view = [], None
    for output in outputs:
        data = output.get("data", {})
        if list(data) == [WIDGET_VIEW]:
            view = data[WIDGET_VIEW]
            continue
        if view and "text/html" in data:
            data.update({WIDGET_VIEW: view, "text/html": without_rules(data["text/html"])})
            view = None
        kept.append(output)
    return kept
