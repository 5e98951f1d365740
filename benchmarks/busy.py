"""Training beside other programs: steps a second with threads that follow the machine, and with fixed numbers of them.

    python -m benchmarks.busy            25 minutes, on two cores that nothing else uses

Four conditions, which it makes itself: nothing else; a program that is busy 30% of the time; one busy program; two. On
two cores, and on one (CPU affinity). In each the arms take turns, ten times, and what is compared are the medians.
Writes gan_lesson/bundled/busy.json, and what README and docs/limits.md quote of it.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from dataclasses import replace

import torch
from tqdm import tqdm

from benchmarks import quote
from gan_lesson import files, measured, programs, recipes, runs
from gan_lesson.threads import Threads
from gan_lesson.training import AdversarialLoop

#: For which share of the time each of the other programs is busy.
CONDITIONS = {
    "nothing else": [],
    "a program busy 30% of the time": [0.3],
    "one busy program": [1.0],
    "two busy programs": [1.0, 1.0],
}
PAIRS, SECONDS, SETTLING = 10, 2.0, 4.0
#: Other programs end by themselves then, whatever becomes of this benchmark.
LONGEST = 300


def main() -> None:
    everywhere = os.sched_getaffinity(0)
    about = runs.provenance({"pairs": PAIRS, "seconds": SECONDS, "settling_seconds": SETTLING})
    found = {}
    for count in (1, 2):
        os.sched_setaffinity(0, sorted(everywhere)[:count])
        torch.set_num_threads(count)
        cases = [(recipe, condition) for recipe in recipes.RECIPES for condition in CONDITIONS]
        for recipe, condition in tqdm(cases, desc=counted(count, "core")):
            of_cores = found.setdefault(counted(count, "core"), {})
            of_cores.setdefault(recipe, {})[condition] = compared(recipe, condition, count)
    os.sched_setaffinity(0, everywhere)
    result = {**about, "command": "python -m benchmarks.busy", "steps_a_second": found}
    files.write(measured.FOLDER / "busy.json", json.dumps(result, indent=1) + "\n")
    quote.write_pages()
    for cores, by_recipe in found.items():
        for recipe, by_condition in by_recipe.items():
            for condition, rates in by_condition.items():
                print(cores, recipe, condition, rates)


def compared(recipe: str, condition: str, cores: int) -> dict[str, float]:
    """The median steps a second of each arm, how near following comes to the best of them, and how soon it settles."""
    # a batch that doubles on the way would make the steps of one arm longer than those of another
    loop, following = replace(recipes.get(recipe), double_at=()).loop(device="cpu"), Threads(cores)
    arms = {"following": following}
    arms |= {counted(number, "thread"): Threads(number, follow=False) for number in range(1, cores + 1)}
    rate(loop, following, SETTLING)  # on the quiet machine, as a run begins
    with programs.busy(*CONDITIONS[condition], seconds=LONGEST):
        settled = seconds_to_settle(loop, following, 2 * SETTLING)
        rates = {name: [] for name in arms}
        for _ in range(PAIRS):
            for name, threads in arms.items():
                rates[name].append(rate(loop, threads, SECONDS))
    medians = {name: round(statistics.median(of_arm), 1) for name, of_arm in rates.items()}
    best = max(value for name, value in medians.items() if name != "following")
    return {**medians, "share_of_the_best": round(medians["following"] / best, 2), "settled_after_seconds": settled}


def counted(number: int, noun: str) -> str:
    """The number with its noun: "1 core", "2 cores"."""
    return f"{number} {noun}{'s' * (number > 1)}"


def rate(loop: AdversarialLoop, threads: Threads, seconds: float) -> float:
    """Steps a second, over so many seconds or at least one step."""
    start = time.perf_counter()
    for count, _ in enumerate(threads.steps(loop), start=1):  # noqa: B007 used after the loop
        if time.perf_counter() - start >= seconds:
            break
    return count / (time.perf_counter() - start)


def seconds_to_settle(loop: AdversarialLoop, threads: Threads, seconds: float) -> float:
    """When, in so many seconds, the number of threads changed for the first time; 0 where it never did."""
    start, number = time.perf_counter(), threads.number
    for _ in threads.steps(loop):
        passed = time.perf_counter() - start
        if threads.number != number or passed >= seconds:
            return round(passed, 1) if threads.number != number else 0.0
    raise AssertionError("a loop never ends")


if __name__ == "__main__":
    main()
