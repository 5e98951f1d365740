"""JupyterLab as a learner meets it: a server of its own on copies of notebooks, and a notebook driven in Chromium.

The server shares nothing with the user's own Jupyter: settings, workspaces and notebooks lie in a temporary folder.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import nbformat
from playwright.sync_api import Locator, Page, TimeoutError

from . import ROOT
from .chromium import PATIENCE

#: The settings that `make lesson` and the hub give JupyterLab, as a folder of Jupyter's configuration.
SETTINGS = ROOT / "deploy" / "jupyterlab"
# All cells are drawn, not only those in view, so that outputs can be found.
DRAWN = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
SECOND = 1000
RED = ("stderr", "error")  # the kinds of output; JupyterLab takes the first for tracebacks, too
START = 180 * SECOND
IDLE = re.compile(r"\| Idle$")
LESSON = 600 * SECOND  # most take ten seconds, the longest a minute; a busy machine may be ten times slower


class Lab:
    """A running JupyterLab: ``url``, and the ``folder`` that it shows."""

    def __init__(self, url: str, folder: Path):
        self.url = url
        self.folder = folder

    def add(self, path: Path, *cells: str) -> str:
        """Copy a notebook into the folder, with ``cells`` of code at its end.

        Its execution counts are left behind, so that those seen later are new.
        """
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.execution_count = None
        notebook.cells += map(nbformat.v4.new_code_cell, cells)
        nbformat.write(notebook, self.folder / path.name)
        return path.name

    def write(self, name: str, *cells: str) -> str:
        """Make a notebook of code cells."""
        notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.folder / name)
        return name

    def open(self, page: Page, name: str) -> Notebook:
        """Open a notebook in a workspace of its own and wait until its kernel is ready."""
        page.goto(f"{self.url}lab/workspaces/{uuid4().hex[:8]}/tree/{name}", timeout=START)
        notebook = Notebook(page, nbformat.read(self.folder / name, as_version=4))
        notebook.wait_until_idle(START)
        return notebook

    def kernels(self) -> list[dict]:
        """What the server says of its kernels."""
        with urllib.request.urlopen(f"{self.url}api/kernels", timeout=START / SECOND) as answer:
            return json.load(answer)

    def end_kernels(self) -> None:
        """End every session and its kernel: a notebook opened again would meet the old one."""
        with urllib.request.urlopen(f"{self.url}api/sessions", timeout=START / SECOND) as answer:
            sessions = json.load(answer)
        for session in sessions:
            request = urllib.request.Request(f"{self.url}api/sessions/{session['id']}", method="DELETE")
            urllib.request.urlopen(request, timeout=START / SECOND).close()


class Notebook:
    """A notebook open in JupyterLab on ``page``; ``cells`` are those of the file."""

    def __init__(self, page: Page, file: nbformat.NotebookNode):
        self.page = page
        self.cells = file.cells
        self.root = page.locator(".jp-NotebookPanel")

    def wait_until_idle(self, timeout: float = LESSON) -> None:
        # the status bar names the kernel; the circle above the notebook is idle even before there is one
        self.page.locator("#jp-main-statusbar").get_by_text(IDLE).wait_for(timeout=timeout)

    def run_all(self, timeout: float = LESSON) -> None:
        """Run All Cells in the menu, and wait until none waits any more."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(
            """() => {
                const nodes = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")];
                const prompts = nodes.map((node) => node.textContent);
                const status = document.querySelector("#jp-main-statusbar").textContent;
                const circle = document.querySelector(".jp-Notebook-ExecutionIndicator");
                const begun = prompts.some((prompt) => /\\d/.test(prompt));
                return begun && !prompts.includes("[*]:") &&
                    status.includes("| Idle") && circle.dataset.status === "idle";
            }""",
            timeout=timeout,
        )

    def save(self) -> None:
        """Save, and once more where a widget's picture came while that was done."""
        changed, end = self.page.locator(".jp-mod-dirty"), time.monotonic() + PATIENCE / SECOND
        while True:
            self.page.get_by_role("menuitem", name="File", exact=True).click()
            self.page.locator('.lm-Menu-item[data-command="docmanager:save"]').click()
            try:
                return changed.wait_for(state="detached", timeout=5 * SECOND)
            except TimeoutError:
                if time.monotonic() > end:
                    raise

    def reload(self) -> None:
        """Save, and open the page again; the kernel lives on."""
        self.save()
        self.page.reload(timeout=START)
        self.wait_until_idle(START)

    def run(self, index: int, source: str | None = None, timeout: float = LESSON) -> None:
        """Run a cell with the keyboard, after its text was replaced by ``source`` if given."""
        prompt = self.cell(index).locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.cell(index).locator(".cm-content").click()
        if source is not None:
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            "([prompt, before]) => ![before, '[*]:'].includes(prompt.textContent)",
            arg=[prompt.element_handle(), before],
            timeout=timeout,
        )
        self.wait_until_idle(timeout)

    def cell(self, index: int) -> Locator:
        """The cell number ``index`` of the file, the first is 0."""
        return self.root.locator(".jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """The output area of a cell; what its source says isn't in there."""
        return self.cell(index).locator(".jp-Cell-outputWrapper")

    def execution_counts(self) -> dict[int, int | None]:
        """The number beside each code cell whose source is shown, None where it hasn't run."""
        prompts = self.root.locator(".jp-Cell").evaluate_all(
            "cells => cells.map((cell) => cell.querySelector('.jp-InputPrompt')?.textContent ?? '')"
        )
        assert len(prompts) == len(self.cells), "JupyterLab shows another number of cells than the file has"
        counts = {}
        for index, (cell, prompt) in enumerate(zip(self.cells, prompts, strict=True)):
            if cell.cell_type == "code" and not cell.metadata.get("jupyter", {}).get("source_hidden"):
                found = re.search(r"\d+", prompt)
                counts[index] = int(found.group()) if found else None
        return counts

    def errors(self) -> dict[int, str]:
        """What stands in red under the cells: tracebacks, and what was written to stderr."""
        shown = self.root.locator(".jp-Cell").evaluate_all(
            "(cells, red) => cells.map((cell) => [...cell.querySelectorAll(red)].map((node) => node.innerText).join())",
            ", ".join(f'.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.{kind}"]' for kind in RED),
        )
        return {index: text for index, text in enumerate(shown) if text}


@contextmanager
def start(folder: Path, settings: Path | None = SETTINGS) -> Iterator[Lab]:
    """Start JupyterLab with the Python that runs this; ``folder`` is for everything that it writes.

    ``settings`` are the course's; without them JupyterLab is as it comes.
    """
    lessons, runtime, config = (folder / name for name in ("lessons", "runtime", "config"))
    for each in (lessons, runtime, config / "labconfig"):
        each.mkdir(parents=True)
    (config / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(DRAWN))
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_CONFIG_PATH": str(settings or ""),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "GAN_LESSON_PROGRESS": str(folder / "progress.json"),
    }
    options = ["--no-browser", "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
    options += ["--ServerApp.password=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={lessons}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    log = folder / "jupyterlab.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=environment, stdout=out, stderr=out, cwd=folder
        )
    try:
        yield Lab(_address(server, runtime, log), lessons)
    finally:
        server.terminate()  # it ends its kernels itself
        try:
            server.wait(START / SECOND)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _address(server: subprocess.Popen, runtime: Path, log: Path) -> str:
    """The address that the server took, once it answers there."""
    file = runtime / f"jpserver-{server.pid}.json"
    deadline = time.monotonic() + START / SECOND
    while time.monotonic() < deadline and server.poll() is None:
        try:
            url = json.loads(file.read_text())["url"]
            urllib.request.urlopen(f"{url}api", timeout=5).close()
            return url
        except (OSError, ValueError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab doesn't start:\n{log.read_text()[-2000:]}")
