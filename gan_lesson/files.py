"""Files: written whole or not at all, and those that come with the package."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

#: What comes with the package beside its code: weights, runs and what the benchmarks measured.
BUNDLED = Path(str(resources.files(__package__) / "bundled"))


def bundled(name: str) -> Path:
    """Where the file called ``name`` that comes with the package lies, or would lie."""
    return BUNDLED / name


def write(path: str | os.PathLike, content: bytes | str | Callable[[Path], object]) -> Path:
    """Let the file at ``path`` hold ``content``: whole or, whatever goes wrong or interrupts it, as it was before.

    The new file grows beside the old one and takes its place in one move. Folders that are missing are made. All may
    read the file, its owner may write it (0644).

    Args:
        content: bytes, text (UTF-8), or a function that writes the file at the path that it is given.

    Raises:
        OSError: there is no room, or no right to write there.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # the name ends as the file's own does, for writers that go by it
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=path.suffix)
    os.close(handle)
    unfinished = Path(name)
    try:
        if callable(content):
            content(unfinished)
        elif isinstance(content, str):
            unfinished.write_text(content, encoding="utf-8")
        else:
            unfinished.write_bytes(content)
        unfinished.chmod(0o644)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)  # gone already, unless something went wrong or was interrupted
    return path
