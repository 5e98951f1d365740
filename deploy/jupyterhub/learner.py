"""Runs as a learner's server: hands out the lessons that the learner lacks, then becomes jupyterhub-singleuser.

JupyterHub starts it in the learner's name and home folder, on one machine as in Kubernetes.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def hand_out(notebooks: Path, folder: Path) -> None:
    """Copy both editions of each lesson that ``folder`` lacks; what is there already is the learner's, and stays."""
    for source in sorted([*notebooks.glob("*.ipynb"), *notebooks.glob("solutions/*.ipynb")]):
        target = folder / source.relative_to(notebooks)
        if os.path.lexists(target):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, unfinished)  # without its permissions: the learner may write
        os.replace(unfinished, target)  # a copy cut short would count as the learner's own, and never be mended


def main() -> None:
    folder = Path.home() / "gan-lesson"
    first = min(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    hand_out(NOTEBOOKS, folder)
    os.chdir(folder)
    os.environ.setdefault("JUPYTERHUB_DEFAULT_URL", f"/lab/tree/{first}")
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]])


if __name__ == "__main__":
    main()
