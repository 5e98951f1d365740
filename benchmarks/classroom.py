"""A class at the hub: learners who open a lesson together, wait, and run the rest of it together.

For jupyterhub.py beside this file and for tests/deploy.
"""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from . import memory
from .learner import Kernel, Learner
from .running_hub import START, Hub

#: A lesson is open and idle when so many of its code cells have run: the set-up, which loads PyTorch, and the next.
OPENING = 2


#: So often a class waits for each other: at first, before the lesson is opened, before the rest of it, and at its end.
WAITS = 4


@dataclass(frozen=True)
class Report:
    """What one learner met: times in seconds, errors as {cell: traceback}; no time where the lesson was only opened."""

    name: str
    arrived_at: str
    login_to_server: float
    lesson: float | None
    cpu_seconds: float
    errors: dict[str, str]
    told: dict


@dataclass(frozen=True)
class Meeting:
    """What a class met, and its memory: idle after the opening, at the highest, and when all cells have run."""

    reports: list[Report]
    idle: memory.Look
    highest: memory.Look
    done: memory.Look


ASK = """import json, sys
from pathlib import Path
import torch
from ipykernel import get_connection_info
from gan_lesson import data
print(json.dumps({
    "folder": str(Path.cwd()), "home": str(Path.home()), "python": sys.executable,
    "cache": str(data.cache_folder()), "threads": torch.get_num_threads(),
    "transport": get_connection_info(unpack=True)["transport"],
}))"""


def solve(notebook: dict, solved: dict) -> dict:
    """The learner's edition with the solved edition's exercises typed into it."""
    answers = {cell["id"]: cell["source"] for cell in solved["cells"]}
    cells = [
        {**cell, "source": answers[cell["id"]]} if "exercise" in cell["metadata"].get("tags", []) else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def attend(hub: Hub, name: str, lesson: str, works: bool, together: threading.Barrier) -> Report:
    """Log in, solve a lesson, save it, open it, and run the rest of its cells where the learner ``works``.

    The class waits for each other before every part, and before it goes home.
    """
    with Learner(hub, name) as learner:
        together.wait(START)
        worked = cpu_seconds(hub, name)
        start = time.perf_counter()
        arrived_at = learner.enter()
        entered = time.perf_counter() - start
        path = f"{lesson}.ipynb"
        notebook = solve(learner.read(path), learner.read(f"solutions/{path}"))
        learner.save(path, notebook)
        together.wait(START)
        start = time.perf_counter()
        with learner.kernel(path) as kernel:
            cells = [(cell["id"], cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
            errors = run(kernel, cells[:OPENING])
            took = time.perf_counter() - start
            meet(together, kernel)
            start = time.perf_counter()
            if works:
                errors |= run(kernel, cells[OPENING:])
            took += time.perf_counter() - start
            worked = cpu_seconds(hub, name) - worked
            meet(together, kernel)
            told = json.loads(kernel.run(ASK)[0] or "{}")
        return Report(name, arrived_at, entered, took if works else None, worked, errors, told)


def meet(together: threading.Barrier, kernel: Kernel) -> None:
    """Wait for the class with the lesson open."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(together.wait, START)
        try:
            while not waiting.done():
                kernel.listen(0.1)
        except BaseException:
            together.abort()
            raise
        waiting.result()


def run(kernel: Kernel, cells: list[tuple[str, str]]) -> dict[str, str]:
    """Run the cells, each an id and its code; the tracebacks of those that failed."""
    return {number: failed for number, code in cells if (failed := kernel.run(code)[1])}


def cpu_seconds(hub: Hub, name: str) -> float:
    """What the processes that the learner has now have computed."""
    return sum(sum(process.cpu_times()[:2]) for process in hub.processes(name))


def lesson_together(hub: Hub, names: list[str], lesson: str, at_work: int | None = None) -> Meeting:
    """All of them open the lesson at once; then the first ``at_work`` of them, or all, do the rest of it at once."""
    workers = names[:at_work]
    looks, watch = [], memory.Watch(hub)

    def look() -> None:
        looks.append(memory.look(hub))
        watch.note_the_most()
        if len(looks) == WAITS:
            watch.stop()

    together = threading.Barrier(len(names), action=look)  # whoever comes last looks at all while they wait

    def one(name: str) -> Report:
        try:
            return attend(hub, name, lesson, name in workers, together)
        except BaseException:
            together.abort()  # the others needn't wait for one who failed
            raise

    with watch, ThreadPoolExecutor(len(names)) as pool:
        attending = [pool.submit(one, name) for name in names]
        failures = [error for it in attending if (error := it.exception())]
        for error in sorted(failures, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
            raise error
        reports = [it.result() for it in attending]
    _, _, idle, done = looks
    return Meeting(reports, idle, watch.highest, done)
