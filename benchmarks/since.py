"""How much faster a step of each recipe has become: an earlier commit of the library and this one, in turns.

    python -m benchmarks.since [COMMIT]        six minutes on two cores that nothing else uses

Each version runs in a process of its own and does 24 steps at a time, while the other stands still. What is compared
are medians, in milliseconds a step. Writes since.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tqdm import tqdm

from gan_lesson import files, recipes, runs

ROOT = Path(__file__).resolve().parent.parent
#: The commit before the threads followed the machine and the convolutions went another way.
BEFORE = "5a0599f"
THREADS, STEPS, TURNS = (1, 2), 24, 20

WORKER = """
import sys, time, torch
from gan_lesson import recipes
torch.set_num_threads(int(sys.argv[2]))
loop = recipes.get(sys.argv[1]).loop(device="cpu")
for count in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(count)):
        next(loop)
    print(1000 * (time.perf_counter() - start) / int(count), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commit", nargs="?", default=BEFORE, help=f"what is compared with this one (default {BEFORE})")
    commit = parser.parse_args().commit
    about = runs.provenance({"before": commit, "turns": TURNS, "steps": STEPS})
    cases = [(recipe, threads) for recipe in recipes.RECIPES for threads in THREADS]
    with tempfile.TemporaryDirectory() as folder, checked_out(commit, Path(folder) / "before") as before:
        found = [compared(recipe, threads, before) for recipe, threads in tqdm(cases)]
    result = {**about, "command": f"python -m benchmarks.since {commit}", "milliseconds_a_step": found}
    files.write(Path(__file__).with_suffix(".json"), json.dumps(result, indent=1) + "\n")
    for case in found:
        print(case)


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """Inside the block the files of ``commit`` lie in ``folder``."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, commit], cwd=ROOT, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=ROOT, check=True)


def compared(recipe: str, threads: int, before: Path) -> dict:
    """Median milliseconds a step of both versions, and how many times as many steps a second the present one does."""
    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker(tree, recipe, threads)) for name, tree in
                   (("before", before), ("now", ROOT))}  # fmt: skip
        times = {name: [] for name in workers}
        for turn in range(TURNS + 1):
            for name, process in workers.items():
                print(STEPS, file=process.stdin, flush=True)
                taken = float(process.stdout.readline())
                if turn:  # the first warms up
                    times[name].append(taken)
    medians = {name: statistics.median(of_version) for name, of_version in times.items()}
    rounded = {name: round(median, 2) for name, median in medians.items()}
    return {"recipe": recipe, "threads": threads, **rounded, "times": round(medians["before"] / medians["now"], 2)}


@contextmanager
def worker(tree: Path, recipe: str, threads: int) -> Iterator[subprocess.Popen]:
    """A process that trains by the library in ``tree``: it reads how many steps, and writes how long one took."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, recipe, str(threads)],
        env={**os.environ, "PYTHONPATH": str(tree)},
        cwd=tree,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
