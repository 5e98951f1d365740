"""Runs as a learner's server: hands out the lessons that the learner lacks, then becomes jupyterhub-singleuser.

JupyterHub starts it in the learner's name and home folder, on one machine as in Kubernetes. Whatever lies in that
folder, the server starts: only there can the learner put it right.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
GIGABYTE = 2**30
SHORT = Path("/tmp")


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


def runtime_folder(name: str) -> str:
    """A new folder for what Jupyter notes of a running server and its kernels; those that ``name`` left are gone.

    Its path is short, however long the name: it holds the sockets by which server and kernel talk, and Linux allows
    107 characters for the path of one.
    """
    prefix = f"lesson.{hashlib.sha256(name.encode()).hexdigest()[:16]}."
    for left in SHORT.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    return tempfile.mkdtemp(prefix=prefix, dir=SHORT)


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
    # outside of the home, too: JupyterLab doesn't start where it can't note that it runs, and a home may be full
    os.environ["JUPYTER_RUNTIME_DIR"] = runtime_folder(os.environ.get("JUPYTERHUB_USER", "learner"))
    if "GAN_LESSON_HUB_GIGABYTES" in os.environ:
        limit_memory(float(os.environ["GAN_LESSON_HUB_GIGABYTES"]))
    # -I: a learner's file random.py, or a package in their home, would stand in the way of the server's own
    server = [sys.executable, "-I", "-m", "jupyterhub.singleuser"]
    # Jupyter looks for free ports, and the kernel takes them a second later; in a class that opens a lesson together
    # another kernel has one of them by then, and the learner's kernel is dead. Sockets in a folder are nobody else's.
    os.execv(sys.executable, [*server, "--KernelManager.transport=ipc", *sys.argv[1:]])


if __name__ == "__main__":
    main()
