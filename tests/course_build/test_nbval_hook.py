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
# A clock that goes on by what the cells write, so that the test is as fast on any machine, and ends the same.
CLOCK = """
from pathlib import Path

def perf_counter():
    return sum(map(float, Path(__file__).with_name("seconds").read_text().split()))
"""
TAKES = "with open('seconds', 'a') as file: print({}, file=file)"


def run_nbval(folder, path, cells, timeout=600):
    hook = Path(nbval_hook.__file__).read_text(encoding="utf-8")
    assert "\nimport time\n" in hook
    (folder / "hook.py").write_text(hook.replace("\nimport time\n", "\nimport clock as time\n"), encoding="utf-8")
    (folder / "clock.py").write_text(CLOCK)
    (folder / "seconds").write_text("0")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (folder / path).parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), folder / path)
    options = ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={timeout}", "--color=no", "-rA"]
    options += ["-p", "no:xdist", "-p", "hook"]
    command = [sys.executable, "-m", "pytest", *options, path]
    output = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900).stdout
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
    assert (nbval_hook.CELL_SECONDS, nbval_hook.NOTEBOOK_SECONDS) == (60, 120)
    cells = [*[new_code_cell(TAKES.format(45)) for _ in range(4)], new_code_cell(TAKES.format(75), **FAILING)]
    verdicts, output = run_nbval(tmp_path, "a.ipynb", cells)
    assert sorted(verdicts) == ["FAILED", "FAILED", "PASSED", "PASSED", "PASSED"], output
    assert "Cell 2: Up to here the lesson takes 135 s; limit 120 s" in output
    assert "Cell 4: The cell takes 75 s; the limit is 60 s a cell" in output


def test_timeout_fails_even_a_cell_that_may_fail(tmp_path):
    cell = new_code_cell(f"{TAKES.format(75)}\nimport time; time.sleep(3600)", **FAILING)
    verdicts, output = run_nbval(tmp_path, "a.ipynb", [cell], timeout=6)
    assert verdicts == ["FAILED"], output
