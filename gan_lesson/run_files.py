"""The files that a run left in its folder, read and held against each other before anybody uses them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from . import arrays, files
from .arrays import Kind
from .errors import BadInput
from .history import COLUMNS, StepsFile

#: What a run's samples are, where each of the moments has a place on the first axis.
_SIDE = range(1, 2**14)
_MOMENTS, _IMAGES, _LOGITS = (
    Kind(np.integer, (None,)),
    Kind(np.uint8, (None, 64, _SIDE, _SIDE), (None, 64, 3, _SIDE, _SIDE)),
    Kind(np.float32, (None, 64)),
)


def read(folder: Path) -> dict[str, Any]:
    """The fields of a `gan_lesson.runs.Run` from the files in ``folder``.

    Raises:
        FileNotFoundError: there is no run.
        BadInput: one of the files is missing or damaged, or doesn't go with the others.
    """
    if not (folder / "run.json").exists():
        if (folder / "checkpoint.safetensors").exists():
            raise BadInput(f"the run in {folder} is damaged: it has a checkpoint, and run.json is missing")
        raise FileNotFoundError(f"there is no run in {folder} (a folder that `gan-lesson train` wrote)")
    try:
        about = _read_about(folder / "run.json")
        steps = StepsFile(folder / "steps.csv").read()
        rows = len(steps["number"])
        if rows < about["done"]:
            raise BadInput(f"steps.csv holds {rows:,} steps, and run.json says that {about['done']:,} were done")
        kinds = {"steps": _MOMENTS, "images": _IMAGES, "fake_logits": _LOGITS}
        saved = arrays.read(folder / "samples.npz", kinds, longest=rows + 1)
        _check_moments(saved["steps"], saved)
    except (ValueError, FileNotFoundError) as error:
        raise BadInput(f"the run in {folder} is damaged: {error}") from error
    return {
        "about": about,
        "steps": steps,
        "sample_steps": saved["steps"],
        "samples": saved["images"],
        "fake_logits": saved["fake_logits"],
    }


def read_bundled(name: str) -> dict[str, Any]:
    """The fields of the `gan_lesson.runs.Run` that is bundled as ``name``.

    Raises:
        FileNotFoundError, BadInput: a file of the package is missing or damaged.
    """
    about = _read_about(files.bundled(f"{name}.json"))
    kinds = {"sample_steps": _MOMENTS, "samples": _IMAGES, "fake_logits": _LOGITS}
    columns = dict.fromkeys(COLUMNS, Kind(np.float32, (None,)))
    saved = arrays.read(files.bundled(f"{name}.npz"), kinds | columns, longest=arrays.MOST)
    steps = {column: saved.pop(column) for column in COLUMNS}
    return {"about": about, "steps": steps, **saved}


def _read_about(path: Path) -> dict[str, Any]:
    about = files.read_json(path)
    for name, least in (("steps", 1), ("done", 0)):
        value = about.get(name)
        if type(value) is not int or not least <= value < 2**63:
            raise BadInput(f"{path.name} should say {name!r} as a whole number from {least} up, not {value!r:.40}")
    if not isinstance(about.get("settings"), dict):
        raise BadInput(f"{path.name} should say the settings of the run")
    changes = about.get("threads", [])
    if not isinstance(changes, list) or not all(
        isinstance(change, list) and [type(value) for value in change] == [int, int] for change in changes
    ):
        raise BadInput(f"{path.name} should say 'threads' as pairs: from which step on there were how many")
    seconds = about.get("seconds", 0.0)
    if type(seconds) not in (int, float) or not 0 <= seconds < math.inf:
        raise BadInput(f"{path.name} should say 'seconds' as a number from 0 up, not {seconds!r:.40}")
    return about


def _check_moments(steps: np.ndarray, saved: dict[str, np.ndarray]) -> None:
    if len({len(values) for values in saved.values()}) > 1:
        raise BadInput("samples.npz holds arrays of different lengths")
    if len(steps) == 0 or steps[0] < 0 or (np.diff(steps) <= 0).any():
        raise BadInput("samples.npz should hold the moments of the run in their order")
