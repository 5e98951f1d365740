"""How long until a generator is as good as the article's? The article's own loop against the quick recipe.

    python benchmarks/time_to_quality.py            everything: about an hour on two cores
    python benchmarks/time_to_quality.py --short    under 8 minutes; the article's time is extrapolated

Each loop runs in a process of its own, as it would if nobody measured. They take turns of a few seconds, so that
whatever else the machine does hits both. While a generator is evaluated, both stand still and no clock runs.

The article (seed 0) does its 24,000 steps, evaluated after each of its 40 epochs. The quick recipe does, for each of
five seeds that were never used to tune it, a run of five minutes, evaluated again and again on the way; its first
1,000 steps are called its sprint. Everything measured goes into one JSON file, written anew after each evaluation. At
the end `quote.py` makes README's figure and sentences of it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import quote
import torch
from step_time import article_loop, peak_gflops
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from gan_lesson import checkpoints, classifier, data, files, latent, measured, metrics, recipes, runs, training

ARTICLE_STEPS, ARTICLE_EPOCHS = 24_000, 40
SEEDS = (11, 12, 13, 14, 15)  # tuned on 101 and 102; 1 to 3 were looked at on the way
#: Steps, then seconds, at which a run of the quick recipe is evaluated.
STEPS = (500, 625, 750, 875, 1000)
SECONDS = (30, 60, 120, 200, 300)
TURN_SECONDS = 4.0


# ---- one loop, in a process of its own


class Player:
    """A training loop in another process, which runs only while it is told to."""

    def __init__(self, kind: str, seed: int = 0):
        spawn = multiprocessing.get_context("spawn")
        self._connection, there = spawn.Pipe()
        self._process = spawn.Process(target=_play, args=(there, kind, seed), daemon=True)
        self._process.start()
        self._connection.recv()  # it is ready
        self.steps, self.seconds = 0, 0.0

    def run(self, steps: int, seconds: float = float("inf")) -> tuple[int, float]:
        """Do up to ``steps`` steps, for about ``seconds`` at most; how many were done, and in how many seconds."""
        done, took = self._ask(("run", steps, seconds))
        self.steps, self.seconds = self.steps + done, self.seconds + took
        return done, took

    def images(self) -> torch.Tensor:
        """10,000 images (N, 1, 28, 28) of its generator as it is now."""
        return torch.from_numpy(self._ask(("images",)))

    def peak_megabytes(self) -> float:
        return self._ask(("memory",))

    def close(self) -> None:
        self._connection.send(("end",))
        self._process.join()

    def _ask(self, order: tuple):
        self._connection.send(order)
        return self._connection.recv()


def _play(connection, kind: str, seed: int) -> None:
    loop, generate = _article(seed) if kind == "article" else _quick(seed)
    connection.send("ready")
    while True:
        order, *numbers = connection.recv()
        if order == "run":
            connection.send(_run(loop, *numbers))
        elif order == "images":
            connection.send(generate().numpy())
        elif order == "memory":
            connection.send(_peak_megabytes())
        else:
            return


def _peak_megabytes() -> float:
    try:  # not getrusage: under Linux that remembers the process that this one was forked from
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _run(loop: Iterator, steps: int, seconds: float) -> tuple[int, float]:
    start = time.perf_counter()
    done = 0
    for _ in islice(loop, steps):
        done += 1
        if time.perf_counter() - start >= seconds:
            break
    return done, time.perf_counter() - start


def _article(seed: int) -> tuple[Iterator, Callable[[], torch.Tensor]]:
    torch.manual_seed(seed)
    latest: list[nn.Module] = []

    def loop() -> Iterator[None]:
        for generator in article_loop():
            latest[:] = [generator]
            yield

    return loop(), lambda: _images(latest[0], 100)


def _quick(seed: int) -> tuple[Iterator, Callable[[], torch.Tensor]]:
    loop = recipes.QUICK.loop(seed=seed, device="cpu")
    return loop, lambda: _images(loop.best_generator, loop.latent_dim)


def _images(generator: nn.Module, latent_dim: int) -> torch.Tensor:
    return training.generate(generator, latent.sample(metrics.SAMPLES, latent_dim, seed=0)).view(-1, 1, 28, 28)


# ---- the race


class Race:
    """The article against the quick recipe, and what has been measured so far."""

    def __init__(self, path: Path, short: bool):
        self.path, self.short = path, short
        self.article = Player("article")
        self.article.run(20)
        self.article.steps, self.article.seconds = 0, 0.0  # the first steps only warmed it up
        memory = self.article.peak_megabytes()
        self.bar = tqdm(total=None, unit="turn", mininterval=5, maxinterval=10)
        self.result = {
            "mode": "short" if short else "full",
            **runs.provenance({"article_seed": 0, "quick_seeds": SEEDS, "sprint_steps": STEPS[-1]}),
            "command": "python benchmarks/time_to_quality.py" + " --short" * short,
            "samples": metrics.SAMPLES,
            "classifier_sha256": classifier.fingerprint(classifier.bundled()),
            "floor": _quality(data.to_range(data.image_tensor(train=False))),
            "article": {"moments": [], "peak_memory_mb": memory},
            "quick": [],
            "peak_gflop_per_second": [],
        }

    def sprint(self, seed: int) -> tuple[Player, dict]:
        """Start a run of the quick recipe in turns with the article, and evaluate it at `STEPS`."""
        player = Player("quick", seed)
        player.run(5)
        player.steps, player.seconds = 5, 0.0  # the first steps only warmed it up
        run = {"seed": seed, "moments": [], "peak_memory_mb": player.peak_megabytes()}
        steps, seconds = self.article.steps, self.article.seconds
        for step in STEPS:
            while player.steps < step:
                self.turn(player, step - player.steps, TURN_SECONDS)
            run["moments"].append(_moment(player))
        run["milliseconds_a_step"] = 1000 * player.seconds / player.steps
        run["article_milliseconds_a_step"] = 1000 * (self.article.seconds - seconds) / (self.article.steps - steps)
        self.result["peak_gflop_per_second"].append(peak_gflops())
        return player, run

    def go_on(self, player: Player, run: dict) -> None:
        """Let that run go on for five minutes in all, and evaluate it at `SECONDS`."""
        for second in SECONDS:
            while player.seconds < second - 0.1:  # the last turn ends with a whole step
                self.turn(player, 10**9, min(TURN_SECONDS, second - player.seconds))
            run["moments"].append(_moment(player))
            self.save()

    def turn(self, player: Player, steps: int, seconds: float) -> None:
        """Let ``player`` run, and then the article for as long."""
        _, took = player.run(steps, seconds)
        self.turn_of_the_article(took)

    def turn_of_the_article(self, seconds: float) -> None:
        """Let the article run for about ``seconds``, and evaluate it at the end of each of its epochs."""
        end = self.article.seconds + seconds
        while self.article.seconds < end and (self.article.steps < ARTICLE_STEPS or self.short):
            epoch = ARTICLE_STEPS // ARTICLE_EPOCHS
            self.article.run(epoch - self.article.steps % epoch, end - self.article.seconds)
            if self.article.steps % epoch == 0 and not self.short:
                self.result["article"]["moments"].append(_moment(self.article))
                self.save()
        self.bar.set_postfix_str(f"article {self.article.steps} steps", refresh=False)
        self.bar.update()

    def save(self) -> None:
        article = self.result["article"]
        article["milliseconds_a_step"] = 1000 * self.article.seconds / max(1, self.article.steps)
        article["measured_steps"] = self.article.steps
        article["seconds_for_40_epochs"] = ARTICLE_STEPS * article["milliseconds_a_step"] / 1000
        article["extrapolated"] = self.article.steps < ARTICLE_STEPS
        files.write(self.path, json.dumps(_rounded(self.result), indent=1) + "\n")

    def run(self) -> dict:
        """The whole of it."""
        players = []
        for seed in SEEDS:  # all sprints first, as long as the article runs beside them
            player, run = self.sprint(seed)
            players.append(player)
            self.result["quick"].append(run)
            self.save()
        for player, run in zip(players, self.result["quick"], strict=True):
            if not self.short:
                self.go_on(player, run)
            player.close()
        while self.article.steps < ARTICLE_STEPS and not self.short:
            self.turn_of_the_article(TURN_SECONDS)
        article = self.result["article"]
        if self.short:
            article["quality"] = _quality(_images(checkpoints.load_generator("article"), 100))
            article["quality_of"] = "the bundled generator of the article's recipe"
        else:
            article["quality"] = {name: article["moments"][-1][name] for name in metrics.Quality._fields}
            article["quality_of"] = "this run, after its 40 epochs"
        self.result["summary"] = summary(self.result)
        self.save()
        self.article.close()
        return self.result


def _quality(images: torch.Tensor) -> dict:
    return metrics.quality(images)._asdict()


def _moment(player: Player) -> dict:
    return {"step": player.steps, "seconds": player.seconds, **_quality(player.images())}


def _rounded(value):
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, (list, tuple)) else value


# ---- what it comes to


def is_as_good(quick: dict, article: dict, share: float = 1.0) -> bool:
    """All ten digits, precision and recall at least the article's, and the distance at most that share of its?"""
    return (
        quick["classes"] == 10
        and quick["frechet_distance"] <= share * article["frechet_distance"]
        and quick["precision"] >= article["precision"]
        and quick["recall"] >= article["recall"]
    )


def summary(result: dict) -> dict:
    """What it comes to: ratios of times with their spread, and whether every seed met every condition."""
    article = result["article"]
    ends, ratios, reached, reached_ratios = [], [], [], []
    for run in result["quick"]:
        whole = ARTICLE_STEPS * run["article_milliseconds_a_step"] / 1000  # at the pace of the same turns
        ends.append(_at_step(run, STEPS[-1]))
        ratios.append(whole / ends[-1]["seconds"])
        good = [moment for moment in run["moments"] if is_as_good(moment, article["quality"])]
        if good:
            reached.append(good[0]["seconds"])
            reached_ratios.append(whole / good[0]["seconds"])
    all_reached = len(reached) == len(result["quick"])
    peak = statistics.median(result["peak_gflop_per_second"])
    quick_ms = statistics.median(run["milliseconds_a_step"] for run in result["quick"])
    figures = {
        "article_seconds": article["seconds_for_40_epochs"],
        "sprint_seconds": _spread([end["seconds"] for end in ends]),
        "times_sooner_at_the_end_of_a_sprint": _spread(ratios),
        "every_sprint_as_good_as_the_article": all(is_as_good(end, article["quality"]) for end in ends),
        "seconds_until_as_good": _spread(reached) if all_reached else None,
        "times_sooner_until_as_good": _spread(reached_ratios) if all_reached else None,
        "quick_steps_a_second": 1000 / quick_ms,
        "article_steps_a_second": 1000 / article["milliseconds_a_step"],
        "peak_gflop_per_second": peak,
        "quick_share_of_peak": quick_gflop_a_step() / peak / (quick_ms / 1000),
        "quick_peak_memory_mb": max(run["peak_memory_mb"] for run in result["quick"]),
        "article_peak_memory_mb": article["peak_memory_mb"],
    }
    if result["mode"] == "full":
        for name, share, seconds in (("a_minute", 0.6, 60), ("five_minutes", 1 / 3, 300)):
            moments = [_at_second(run, seconds) for run in result["quick"]]
            shares = [moment["frechet_distance"] / article["quality"]["frechet_distance"] for moment in moments]
            figures |= {
                f"share_of_the_articles_distance_after_{name}": _spread(shares),
                f"every_run_good_enough_after_{name}": all(is_as_good(m, article["quality"], share) for m in moments),
            }
    return figures


def _at_step(run: dict, step: int) -> dict:
    return next(moment for moment in run["moments"] if moment["step"] >= step)


def _at_second(run: dict, second: float) -> dict:
    return min(run["moments"], key=lambda moment: abs(moment["seconds"] - second))


def _spread(values: list[float]) -> dict:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def quick_gflop_a_step() -> float:
    """Multiplications and additions in a step of the quick recipe, those for its penalty left out, in GFLOP."""
    loop = recipes.QUICK.loop(device="cpu")
    next(loop)  # this one has a penalty, and PyTorch can't count inside a gradient of a gradient
    with FlopCounterMode(display=False) as counter:
        next(loop)
    return counter.get_total_flops() / 1e9


def default_path(short: bool) -> Path:
    """Where the JSON goes: only what lessons quote belongs into the package."""
    if short:
        return Path(__file__).resolve().parent.parent / "run" / "time_to_quality_short.json"
    return measured.FOLDER / "time_to_quality.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="extrapolate the article's time; no long runs")
    parser.add_argument("--out", type=Path, help="the JSON file (default: in gan_lesson/bundled; in run/ if --short)")
    options = parser.parse_args()
    path = options.out or default_path(options.short)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("GAN_LESSON_DEVICE", "cpu")
    result = Race(path, options.short).run()
    print(json.dumps(_rounded(result["summary"]), indent=1))
    if result["article"]["extrapolated"]:
        print("The article's time is extrapolated from", result["article"]["measured_steps"], "measured steps.")
    elif options.out is None:
        quote.main()


if __name__ == "__main__":
    main()
