"""One rank against two: seconds a step of both recipes, the way of the gradients, and what a simple model says.

    python benchmarks/ranks.py [--rounds 11] [--steps 25]            under three minutes on two cores

`torchrun` starts two processes of one thread each, which talk by gloo. In each round rank 0 trains alone on whole
batches while rank 1 waits; then both train alone, at the same time, on their slices; then both train together, as
`gan-lesson train` does; and then they average as many bytes as the gradients of both players have, and nothing else.
Medians go into gan_lesson/bundled/ranks.json (or --out) with what the model says of two ranks, and what the
lesson assumes of eight GPUs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import torch
from torch import distributed as dist
from tqdm import tqdm

from gan_lesson import distributed, files, measured, recipes, runs
from gan_lesson.training import AdversarialLoop

RANKS = 2
WARM_UP = 3

#: What the lesson asks the model about; nothing of this is measured.
EIGHT_GPUS = {
    "ranks": 8,
    "compute_seconds_a_step_on_one_gpu": 0.002,
    "bytes_a_second": {"nvlink": 300e9, "ethernet_10_gigabit": 1.25e9},
}
LEFT_OUT = [
    "the optimizer's pass over all weights and the start of each operation, which more ranks don't share",
    "the time a message takes however short it is",
]


def seconds_a_step(ranks: int, compute: float, gradient_bytes: int, bandwidth: float) -> float:
    """The model: computing is shared by the ranks, and then all gradients travel, if there is somewhere to go."""
    return compute / ranks + (gradient_bytes / bandwidth if ranks > 1 else 0)


class Measurement:
    """The loops of one recipe on this rank, and the seconds they took in each round."""

    def __init__(self, team: distributed.Team, recipe: recipes.Recipe, steps: int):
        def loop(shard: tuple[int, int]) -> AdversarialLoop:
            return recipe.loop(seed=0, device="cpu", shard=shard)

        shard = (team.rank, team.ranks)
        whole, part, together = loop((0, 1)), loop(shard), loop(shard)
        team.share(together)
        self.recipe, self.steps = recipe, steps
        networks = (together.generator, together.discriminator)
        self.parameters = sum(weight.numel() for network in networks for weight in network.parameters())
        self.gradients = torch.ones(self.parameters)
        self._ways: dict[str, Callable[[], float]] = {
            "one_rank": lambda: self._seconds(whole) if team.rank == 0 else 0.0,
            "slice_alone": lambda: self._seconds(part),
            "two_ranks": lambda: self._seconds(team.steps(together)),
            "exchange": self._exchange,
        }
        self.seconds: dict[str, list[float]] = {way: [] for way in self._ways}

    def take(self) -> None:
        """Measure each way once."""
        for way, measure in self._ways.items():
            dist.barrier()
            self.seconds[way].append(measure())

    def forget(self) -> None:
        """Begin anew: what was measured was to warm up."""
        for seconds in self.seconds.values():
            seconds.clear()

    def _seconds(self, stream: Iterator) -> float:
        start = time.perf_counter()
        for _ in islice(stream, self.steps):
            pass
        return (time.perf_counter() - start) / self.steps

    def _exchange(self) -> float:
        start = time.perf_counter()
        for _ in range(self.steps):
            dist.all_reduce(self.gradients)
            self.gradients /= RANKS
        return (time.perf_counter() - start) / self.steps

    def report(self) -> dict:
        """Medians, and what the model makes of them."""
        median = {way: statistics.median(seconds) for way, seconds in self.seconds.items()}
        pairs = zip(self.seconds["one_rank"], self.seconds["two_ranks"], strict=True)
        ratios = sorted(one / two for one, two in pairs)
        gradient_bytes = 4 * self.parameters
        bandwidth = gradient_bytes / median["exchange"]
        predicted = seconds_a_step(RANKS, median["one_rank"], gradient_bytes, bandwidth)
        return {
            "batch_size": self.recipe.batch_size,
            "parameters": self.parameters,
            "gradient_bytes": gradient_bytes,
            "seconds_a_step_one_rank": _rounded(median["one_rank"]),
            "seconds_a_step_two_ranks": _rounded(median["two_ranks"]),
            "seconds_a_step_two_ranks_predicted": _rounded(predicted),
            "measured_over_predicted": round(median["two_ranks"] / predicted, 2),
            "times_as_fast": round(statistics.median(ratios), 2),
            "times_as_fast_min_max": [round(ratios[0], 2), round(ratios[-1], 2)],
            "times_as_fast_predicted": round(median["one_rank"] / predicted, 2),
            "seconds_a_step_on_a_slice_without_exchange": _rounded(median["slice_alone"]),
            "seconds_of_exchange": _rounded(median["exchange"]),
            "all_reduce_bytes_a_second": _rounded(bandwidth),
        }


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def measure(rounds: int, steps: int) -> dict | None:
    """Rank 0's result; None on the others."""
    with distributed.team("cpu") as team:
        measurements = [Measurement(team, recipe, WARM_UP) for recipe in recipes.RECIPES.values()]
        for it in measurements:
            it.take()
            it.forget()
            it.steps = steps
        for _ in tqdm(range(rounds), unit="round", disable=team.rank > 0):
            for it in measurements:
                it.take()
    if team.rank > 0:
        return None
    result = {it.recipe.name: it.report() for it in measurements}
    return {
        **runs.provenance({"seed": 0, "rounds": rounds, "steps_a_round": steps}),
        "command": "python benchmarks/ranks.py",
        "ranks": RANKS,
        "threads_a_rank": torch.get_num_threads(),
        "backend": "gloo",
        "model": "compute / N + gradient bytes / bandwidth",
        "left_out_of_the_model": LEFT_OUT,
        "recipes": result,
        "eight_gpus_assumed": EIGHT_GPUS,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11, help="turns of each way (default 11)")
    parser.add_argument("--steps", type=int, default=25, help="steps a turn (default 25)")
    parser.add_argument("--out", type=Path, default=measured.FOLDER / "ranks.json")
    options = parser.parse_args()

    if "RANK" not in os.environ:
        job = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={RANKS}"]
        one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        return subprocess.run([*job, __file__, *sys.argv[1:]], env={**os.environ, **one_thread}).returncode
    result = measure(options.rounds, options.steps)
    if result is not None:
        text = json.dumps(result, indent=1)
        files.write(options.out, text + "\n")
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
