"""Where the course lies on the web: what Colab installs the library from, and where badges lead."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import nbformat
from nbformat import NotebookNode

BRANCH = "main"
COLAB = "https://colab.research.google.com/"


def web_address(remote: str) -> str:
    """Turn what git calls a remote into the address of a web page; of a folder or a host at home into an empty string.

    No user name or token gets through: the address is published with the notebooks.
    """
    host = r"(?P<host>[\w.-]+\.[a-z]{2,}(?::\d+)?)"
    web = re.fullmatch(rf"https?://(?:[^@/]*@)?{host}/(?P<path>.+)", remote.strip())
    ssh = re.fullmatch(r"(?:ssh://)?[^@/]+@(?P<host>[\w.-]+\.[a-z]{2,})(?::\d+/|[:/])(?P<path>.+)", remote.strip())
    match = web or ssh
    return f"https://{match['host']}/{match['path'].rstrip('/').removesuffix('.git')}" if match else ""


def built_for(notebook: NotebookNode) -> str:
    """Return the REPOSITORY that a built notebook has in its set-up cell: the one place where it is stored."""
    found = re.search(r'^REPOSITORY = "(.*?)"', notebook.cells[0].source if notebook.cells else "", re.MULTILINE)
    return found[1] if found else ""


def find_repository(folder: Path, notebook: Path) -> str:
    """Ask the remote ``origin``; a copy that has none keeps what the notebook was built for before."""
    command = ["git", "-C", str(folder), "remote", "get-url", "origin"]
    try:
        origin = subprocess.run(command, capture_output=True, text=True).stdout
    except FileNotFoundError:  # a machine without git
        origin = ""
    address = web_address(origin)
    if address or not notebook.exists():
        return address
    return built_for(nbformat.read(notebook, as_version=4))


def colab_address(path: str, repository: str) -> str:
    """Return where Colab opens the notebook at ``path`` in the repository; its front page if that isn't on GitHub."""
    on_github = re.fullmatch(r"https://github\.com/([^/]+/[^/]+)", repository)
    return f"{COLAB}github/{on_github[1]}/blob/{BRANCH}/{path}" if on_github else COLAB
