"""Runs as a learner's server: hands out the lessons that the learner lacks, then becomes jupyterhub-singleuser.

JupyterHub starts it in the learner's name and home folder, on one machine as in Kubernetes. Whatever lies in that
folder, the server starts: only there can the learner put it right.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
GIGABYTE = 2**30
ENOUGH = 2**16  # bytes, for what a running JupyterLab notes of itself


def hand_out(notebooks: Path, folder: Path) -> None:
    """Copy both editions of each lesson that ``folder`` lacks; what is there already is the learner's, and stays.

    A lesson that can't be copied (no room, a file where a folder belongs) is missing, and the hub's log says why.
    """
    for source in sorted([*notebooks.glob("*.ipynb"), *notebooks.glob("solutions/*.ipynb")]):
        target = folder / source.relative_to(notebooks)
        if os.path.lexists(target):
            continue
        unfinished = target.with_name(f".{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, unfinished)  # without its permissions: the learner may write
            os.replace(unfinished, target)  # a copy cut short would count as the learner's own, and never be mended
        except OSError as error:
            print(f"{target} is not handed out: {error}", file=sys.stderr)
            if unfinished.is_file():
                unfinished.unlink()


def has_room(folder: Path) -> bool:
    """Whether anything can be written there still."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ENOUGH))
    except OSError:
        return False
    return True


def limit_memory(gigabytes: float) -> None:
    """Let no process of this server hold more than so much: its kernel then says that memory is short, and lives."""
    most = int(gigabytes * GIGABYTE)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def main() -> None:
    home = Path.home()
    folder = home / "gan-lesson"
    hand_out(NOTEBOOKS, folder)
    first = min(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    os.chdir(folder if folder.is_dir() else home)
    os.environ.setdefault("JUPYTERHUB_DEFAULT_URL", f"/lab/tree/{first}" if Path(first).is_file() else "/lab")
    if not has_room(home):  # JupyterLab doesn't start where it can't note that it runs
        os.environ["JUPYTER_RUNTIME_DIR"] = tempfile.mkdtemp()
    if "GAN_LESSON_HUB_GIGABYTES" in os.environ:
        limit_memory(float(os.environ["GAN_LESSON_HUB_GIGABYTES"]))
    # -I: a learner's file random.py, or a package in their home, would stand in the way of the server's own
    os.execv(sys.executable, [sys.executable, "-I", "-m", "jupyterhub.singleuser", *sys.argv[1:]])


if __name__ == "__main__":
    main()
