"""What the benchmarks of this repository measured, so that lessons quote the files and not somebody's memory."""

from __future__ import annotations

from . import files

#: Where `benchmarks/` writes its results; each says by which command, and on what machine, it was made.
FOLDER = files.BUNDLED


def load(name: str) -> dict:
    """The result called ``name``, for instance "time_to_quality".

    Raises:
        FileNotFoundError: nothing of that name was measured.
        BadInput: the file is damaged.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        raise FileNotFoundError(f"nothing called {name!r} was measured: there is no {path.name}")
    return files.read_json(path)
