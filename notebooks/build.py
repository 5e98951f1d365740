"""Build the notebooks: ``python notebooks/build.py [NAME ...] [--no-execute] [--repository URL]``.

A lesson is written once, solved, as the percent script ``gan_lesson/lessons/<name>/lesson.py``. Two editions are
made from it and executed: the learner's, ``NN_name.ipynb``, and ``solutions/NN_name.ipynb``. The direction is always
from the script to the notebooks: what is changed in a notebook is lost with the next build.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
import tempfile
import time
from copy import deepcopy
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import minutes
from course_build import references
from gan_lesson import course

HERE = Path(__file__).resolve().parent
LESSONS = HERE.parent / "gan_lesson" / "lessons"
CELL_TIMEOUT = 120  # seconds
BRANCH = "main"
COLAB = "https://colab.research.google.com/"

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
#: A cell whose code is folded, in JupyterLab and in Colab.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class BuildError(Exception):
    """A lesson can't be built; the message names the lesson and the cell."""


# ---- from the script to the two editions: pure functions, a notebook in, a notebook out


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
        raise BuildError(f"{where}: {BEGIN!r} and {END!r} lines must take turns")
    numbers = [number for number, _ in marks]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def learner_edition(lesson: NotebookNode) -> NotebookNode:
    """Exercises become stubs, which are allowed to fail, as their checks are.

    The solution is folded under the check, and with it the discussion of why it is right (tag "why").
    """
    cells, fold = [], None
    for cell in deepcopy(lesson).cells:
        tags = cell.metadata.get("tags", [])
        if "why" in tags:
            if not fold:
                raise BuildError(f"{cell.id}: a cell tagged 'why' follows an exercise and its check")
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
        cells.append(cell)
    return new_notebook(cells=cells + ([fold] if fold else []), metadata=deepcopy(lesson.metadata))


def solved_edition(lesson: NotebookNode) -> NotebookNode:
    """The lesson as it was written, without the lines that mark the solutions."""
    solved = deepcopy(lesson)
    for cell in solved.cells:
        if "exercise" in cell.metadata.get("tags", []):
            cell.source = solved_source(cell.source)
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
    code = (HERE / "setup_cell.py").read_text(encoding="utf-8").rstrip()
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


def colab_address(path: str, repository: str) -> str:
    """Return where Colab opens the notebook at ``path`` in the repository; its front page if that isn't on GitHub."""
    on_github = re.fullmatch(r"https://github\.com/([^/]+/[^/]+)", repository)
    return f"{COLAB}github/{on_github[1]}/blob/{BRANCH}/{path}" if on_github else COLAB


def with_badges(readme: str, repository: str) -> str:
    """Point the Colab badge in each row of README's table to the notebook of that row."""
    row = re.compile(r"(\((notebooks/\w+\.ipynb)\).*\(images/colab\.svg\)\]\()[^)]*(?=\))")
    return row.sub(lambda match: match[1] + colab_address(match[2], repository), readme)


def editions(source: Path, repository: str) -> dict[str, NotebookNode]:
    """Build both editions without executing them: their paths inside ``notebooks/``, and the notebooks."""
    lesson, name = read_source(source), course.get(source.parent.name).notebook
    built = {f"{name}.ipynb": learner_edition(lesson), f"solutions/{name}.ipynb": solved_edition(lesson)}
    return {
        path: with_links(
            with_setup(with_folded_predictions(edition), source.parent.name, repository),
            f"notebooks/{path}",
            repository,
        )
        for path, edition in built.items()
    }


# ---- where Colab finds the library


def web_address(remote: str) -> str:
    """Turn what git calls a remote into the address of a web page; of a folder or a host at home into an empty string.

    No user name or token gets through: the address is published with the notebooks.
    """
    host = r"(?P<host>[\w.-]+\.[a-z]{2,}(?::\d+)?)"
    web = re.fullmatch(rf"https?://(?:[^@/]*@)?{host}/(?P<path>.+)", remote.strip())
    ssh = re.fullmatch(r"(?:ssh://)?[^@/]+@(?P<host>[\w.-]+\.[a-z]{2,})(?::\d+/|[:/])(?P<path>.+)", remote.strip())
    match = web or ssh
    return f"https://{match['host']}/{match['path'].rstrip('/').removesuffix('.git')}" if match else ""


def built_for(path: Path) -> str:
    """Return the REPOSITORY that a built notebook has in its set-up cell: the one place where it is stored."""
    source = nbformat.read(path, as_version=4).cells[0].source if path.exists() else ""
    found = re.search(r'^REPOSITORY = "(.*?)"', source, re.MULTILINE)
    return found[1] if found else ""


def find_repository(folder: Path, notebook: Path) -> str:
    """Ask the remote ``origin``; a copy that has none keeps what the notebook was built for before."""
    command = ["git", "-C", str(folder), "remote", "get-url", "origin"]
    try:
        origin = subprocess.run(command, capture_output=True, text=True).stdout
    except FileNotFoundError:  # a machine without git
        origin = ""
    return web_address(origin) or built_for(notebook)


# ---- executing and storing


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
    """Keep what a reader sees, and drop what changes from build to build or needs a kernel that is gone."""
    result = deepcopy(notebook)
    result.metadata = nbformat.from_dict(deepcopy(METADATA))
    for cell in result.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = clean_outputs(cell.outputs)
    return result


def clean_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    kept = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
            continue
        if "data" in output:
            # A page without a kernel prefers the widget to the picture beside it, and then says "model not found".
            output.data.pop(WIDGET_VIEW, None)
            if not output.data:
                continue
        if output.output_type == "error":  # where the builder's checkout lies is nobody's business
            output.traceback = [line.replace(f"{HERE.parent}{os.sep}", "") for line in output.traceback]
        kept.append(output)
    for output in kept:
        if output.output_type == "stream":  # of a progress bar only what the screen shows at the end
            output.text = re.sub(r"[^\n]*\r(?!\n)", "", output.text)
    return kept


def write(notebook: NotebookNode, path: Path) -> None:
    """Write whole or not at all: an interrupted build leaves the old notebook."""
    nbformat.validate(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".build-") as folder:
        new = Path(folder, path.name)
        new.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
        os.replace(new, path)


def build(source: Path, folder: Path, repository: str | None = None, run: bool = True) -> None:
    """Build the two editions of one lesson into ``folder``, printing a line for each."""
    if repository is None:
        repository = find_repository(folder, folder / f"{course.get(source.parent.name).notebook}.ipynb")
    for name, notebook in editions(source, repository).items():
        start, path = time.perf_counter(), folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        executed = execute(notebook, path.parent, name) if run else notebook
        write(clean(executed), path)
        print(f"{name:40} {time.perf_counter() - start:6.1f} s", flush=True)
        if run and path.parent == folder:
            print(minutes.table(executed), flush=True)


def main(arguments: list[str] | None = None, folder: Path = HERE) -> int:
    parser = argparse.ArgumentParser(description="Build the notebooks from gan_lesson/lessons.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="lessons, such as the_game; all when none is given")
    parser.add_argument("--no-execute", action="store_true", help="leave the cells without outputs")
    parser.add_argument("--repository", metavar="URL", help="where Colab gets the library; else the remote origin")
    options = parser.parse_args(arguments)
    sources = {lesson.name: LESSONS / lesson.name / "lesson.py" for lesson in course.LESSONS}
    wanted = options.names or list(sources)
    unknown = [name for name in wanted if name not in sources]
    if unknown:
        parser.error(f"no lesson called {', '.join(unknown)}; there are: {', '.join(sources) or 'none'}")
    # The debugger's remark about frozen modules would stand between the lines of this build.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    repository = options.repository
    if repository:  # a folder is looked for from wherever the notebook runs, hence its full path
        repository = web_address(repository) or Path(repository).resolve().as_posix()
        if "://" not in repository and not Path(repository).is_dir():
            parser.error(f"--repository {options.repository}: neither an https address nor a folder")
    readme = folder.parent / "README.md"
    if readme.exists():
        known = (
            find_repository(folder, folder / f"{course.get(wanted[0]).notebook}.ipynb")
            if repository is None
            else repository
        )
        readme.write_text(with_badges(readme.read_text(encoding="utf-8"), known), encoding="utf-8")
    failed = False
    for name in wanted:
        try:
            build(sources[name], folder, repository, run=not options.no_execute)
        except BuildError as error:
            print(f"FAILED {error}", file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
