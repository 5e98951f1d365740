"""What each part of the quick recipe is worth: the recipe with one part changed at a time, at the same number of steps.

    python benchmarks/quick_parts.py            about a quarter of an hour on two cores

This is also the record of what was tried. Quality is measured on the seeds on which the recipe was tuned; the time of a
step alternates with that of the whole recipe, and the ratio of the two medians is noted. Two runs are long, to show
what a thousand steps can't.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

import torch
from torch import nn
from tqdm import tqdm

from gan_lesson import classifier, data, files, latent, losses, measured, metrics, models, recipes, runs, training

SEEDS = (101, 102)
STEPS = 1_000
#: When a long run is evaluated, which shows what a short one can't.
LONG_RUN = (500, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000)


def two_convolutions() -> nn.Module:
    """The usual small discriminator: two convolutions of stride 2, and one linear layer on top."""
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(32 * 49, 1),
    )


class NoMiddle(models.ConvGenerator):
    """The generator without the convolution between its 7 x 7 maps."""

    def __init__(self):
        super().__init__(truncation=recipes.QUICK.generator().settings["truncation"])
        del self.layers[5:8]


def with_dropout() -> nn.Module:
    """The discriminator with PyTorch's own dropout behind each hidden linear layer, as in the article."""
    discriminator = models.ConvDiscriminator()
    discriminator.layers.insert(5, nn.Dropout(0.3))
    discriminator.layers.insert(8, nn.Dropout(0.3))
    return discriminator


class LatestStatistics(recipes.Recipe):
    """A recipe whose average takes over what BatchNorm remembers last, as averages of weights usually do."""

    def loop(self, **options) -> training.AdversarialLoop:
        loop = super().loop(**options)
        update_average = loop._update_average

        def update() -> None:
            update_average()
            for mean, value in zip(loop.averaged.buffers(), loop.generator.buffers(), strict=True):
                mean.copy_(value)

        loop._update_average = update
        return loop


def _variants() -> dict[str, recipes.Recipe]:
    quick = recipes.QUICK
    return {
        "the whole recipe": quick,
        "no truncation": replace(quick, generator=models.ConvGenerator),
        "no moving average": replace(quick, average=None),
        "BatchNorm's statistics not averaged": LatestStatistics(**vars(quick)),
        "no penalty": replace(quick, penalty=None),
        "penalty in every step": replace(quick, penalty_every=1),
        "reals labelled 1, not 0.9": replace(quick, loss=losses.NON_SATURATING),
        "hinge loss": replace(quick, loss=losses.HINGE),
        "least-squares loss": replace(quick, loss=losses.LEAST_SQUARES),
        "Adam with momentum 0.5": replace(quick, betas=(0.5, 0.99)),
        "Adam as in the article (0.9, 0.999)": replace(quick, betas=(0.9, 0.999)),
        "the article's learning rates": replace(quick, rate_g=2e-4, rate_d=2e-4),
        "equal rates of 0.001": replace(quick, rate_g=1e-3),
        "half the generator's rate": replace(quick, rate_g=quick.rate_g / 2),
        "fresh fakes for the generator": replace(quick, reuse_fakes=False),
        "noise of 64 numbers": replace(quick, generator=partial(quick.generator, latent_dim=64)),
        "generator without its middle convolution": replace(quick, generator=NoMiddle),
        "discriminator of two convolutions": replace(quick, discriminator=two_convolutions),
        "dropout in the discriminator": replace(quick, discriminator=with_dropout),
        "batch of 16": replace(quick, batch_size=16),
        "batch of 64": replace(quick, batch_size=64),
        "the article's pair of networks": replace(
            quick, generator=models.Generator, discriminator=models.Discriminator
        ),
    }


def measure(recipe: recipes.Recipe, bar: tqdm) -> list[dict]:
    """Quality after `STEPS` steps, for each of the seeds."""
    found = []
    for seed in SEEDS:
        loop = recipe.loop(seed=seed, device="cpu")
        try:
            for _ in islice(loop, STEPS):
                pass
            found.append({"seed": seed, **metrics.quality(images_of(loop))._asdict()})
        except FloatingPointError as error:
            found.append({"seed": seed, "blew_up": str(error)})
        bar.update()
    return found


def long_run(recipe: recipes.Recipe) -> list[dict]:
    """Quality on the way through a run of many steps."""
    loop, moments = recipe.loop(seed=SEEDS[0], device="cpu"), []
    for step in LONG_RUN:
        for _ in islice(loop, step - loop.number):
            pass
        images = images_of(loop)
        shares = metrics.class_coverage(classifier.bundled().extract(images)[1]).shares
        moments.append({"step": step, **metrics.quality(images)._asdict(), "shares": shares})
    return moments


def images_of(loop: training.AdversarialLoop) -> torch.Tensor:
    return training.generate(loop.best_generator, latent.sample(metrics.SAMPLES, loop.latent_dim, seed=0))


def relative_time(recipe: recipes.Recipe, rounds: int = 9, steps: int = 25) -> tuple[float, float]:
    """Milliseconds a step, and their ratio to the whole recipe's, in turns with it."""
    loops = [one.loop(seed=SEEDS[0], device="cpu") for one in (recipe, recipes.QUICK)]
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for loop, taken in zip(loops, times, strict=True):
            taken.append(_milliseconds_a_step(loop, steps))
    own, whole = (statistics.median(taken[1:]) for taken in times)
    return own, own / whole


def _milliseconds_a_step(loop: Iterator, steps: int) -> float:
    start = time.perf_counter()
    for _ in islice(loop, steps):
        pass
    return 1000 * (time.perf_counter() - start) / steps


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    os.environ.setdefault("GAN_LESSON_DEVICE", "cpu")
    path = measured.FOLDER / "quick_parts.json"
    result = {
        **runs.provenance({"seeds": SEEDS, "steps": STEPS}),
        "command": "python benchmarks/quick_parts.py",
        "samples": metrics.SAMPLES,
        "floor": metrics.quality(data.to_range(data.image_tensor(train=False)))._asdict(),
        "variants": {},
        "long_runs": {},
    }
    variants = _variants()
    with tqdm(total=len(variants) * len(SEEDS), unit="run") as bar:
        for name, recipe in variants.items():
            milliseconds, ratio = relative_time(recipe)
            result["variants"][name] = {
                "milliseconds_a_step": round(milliseconds, 2),
                "times_as_long": round(ratio, 3),
                "runs": measure(recipe, bar),
            }
            files.write(path, json.dumps(result, indent=1) + "\n")
    for name in ("the whole recipe", "no penalty"):
        result["long_runs"][name] = long_run(variants[name])
        files.write(path, json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
