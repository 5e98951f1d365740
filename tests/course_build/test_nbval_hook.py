"""The plugin makes nbval fail for what it lets pass by itself: stderr, and cells that take too long."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from course_build import nbval_hook

FAILING = {"metadata": {"tags": ["raises-exception"]}}
# Limits short enough for a test.
LIMITS = {"CELL_SECONDS = 60": "CELL_SECONDS = 1", "NOTEBOOK_SECONDS = 120": "NOTEBOOK_SECONDS = 2"}


def run_nbval(folder, path, cells):
    hook = Path(nbval_hook.__file__).read_text(encoding="utf-8")
    for limit, short in LIMITS.items():
        assert limit in hook
        hook = hook.replace(limit, short)
    (folder / "hook.py").write_text(hook, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (folder / path).parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), folder / path)
    options = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "6", "--color=no", "-rA", "-p", "no:xdist"]
    options += ["-p", "hook"]
    command = [sys.executable, "-m", "pytest", *options, path]
    output = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120).stdout
    verdicts = re.findall(r"^(PASSED|FAILED|XPASS|XFAIL|ERROR) .*?::Cell \d+", output, re.MULTILINE)
    return verdicts, output


def test_stderr_fails_a_cell_unless_it_may_fail(tmp_path):
    cells = [
        new_code_cell("print('hello')"),
        new_code_cell("import warnings; warnings.warn('oh')"),
        new_code_cell("import warnings; warnings.warn('oh'); 1 / 0", **FAILING),
        new_code_cell("import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()"),
    ]
    verdicts, output = run_nbval(tmp_path, "solutions/a.ipynb", cells)
    assert sorted(verdicts) == ["FAILED", "FAILED", "PASSED", "PASSED"], output
    assert "Cell 1: The cell writes to stderr" in output
    assert "Cell 3: The cell writes to stderr" in output


def test_slow_cell_and_slow_lesson_fail(tmp_path):
    pause = "import time; time.sleep({})"
    cells = [*[new_code_cell(pause.format(0.7)) for _ in range(4)], new_code_cell(pause.format(1.2), **FAILING)]
    verdicts, output = run_nbval(tmp_path, "a.ipynb", cells)
    assert sorted(verdicts) == ["FAILED", "FAILED", "PASSED", "PASSED", "PASSED"], output
    assert re.search(r"Cell 2: Up to here the lesson takes \d s; limit 2 s", output)
    assert re.search(r"Cell 4: The cell takes \d s; the limit is 1 s a cell", output)


def test_timeout_fails_even_a_cell_that_may_fail(tmp_path):
    verdicts, output = run_nbval(tmp_path, "a.ipynb", [new_code_cell("import time; time.sleep(60)", **FAILING)])
    assert verdicts == ["FAILED"], output
