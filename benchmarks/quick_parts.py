"""What each part of the quick recipe is worth: the recipe with one part changed at a time, at the same number of steps.

    python benchmarks/quick_parts.py            about half an hour on two cores

This is also the record of what was tried. What the guidelines of DCGAN would have otherwise (Radford et al. 2016,
section 3), and what lets the generator bear its rate, stands apart. Quality is measured on the seeds on which the
recipe was tuned; the time of a step alternates with that of the whole recipe, and the ratio of the two medians is
noted. Two runs are long, to show what a thousand steps can't.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
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


def without_middle() -> nn.Module:
    """The generator without the convolution between its 7 x 7 maps."""
    generator = recipes.QUICK.generator()
    del generator.layers[5:8]
    return generator


def with_kernel_3() -> nn.Module:
    """The generator whose transposed convolutions double with kernel 3, which paints pixels unevenly."""
    generator, doubling = recipes.QUICK.generator(), {"stride": 2, "padding": 1, "output_padding": 1}
    generator.layers[8] = nn.ConvTranspose2d(32, 16, kernel_size=3, bias=False, **doubling)
    generator.layers[11] = nn.ConvTranspose2d(16, 1, kernel_size=3, **doubling)
    return generator


def with_upsampling() -> nn.Module:
    """The generator that repeats each value and then convolves, as Odena et al. 2016 would have it."""
    generator = recipes.QUICK.generator()
    for place, maps, more in ((8, (32, 16), {"bias": False}), (11, (16, 1), {})):
        convolution = nn.Conv2d(*maps, kernel_size=3, padding=1, **more)
        generator.layers[place] = nn.Sequential(nn.Upsample(scale_factor=2), convolution)
    return generator


def without_batch_norm() -> nn.Module:
    """The generator without BatchNorm; its layers get the biases that BatchNorm made needless."""
    generator = recipes.QUICK.generator()
    layers = [layer for layer in generator.layers if not isinstance(layer, nn.BatchNorm2d)]
    for layer in layers:
        if isinstance(layer, nn.Linear):
            layer.bias = nn.Parameter(torch.zeros(layer.out_features))
        elif isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            layer.bias = nn.Parameter(torch.zeros(layer.out_channels))
    generator.layers = nn.Sequential(*layers)
    return generator


def article_with_batch_norm() -> nn.Module:
    """The article's generator with BatchNorm behind each linear layer but the last."""
    generator = models.Generator()
    for place, width in ((5, 1024), (3, 512), (1, 256)):
        generator.layers.insert(place, nn.BatchNorm1d(width))
    return generator


def with_relu(make: Callable[[], nn.Module]) -> nn.Module:
    """A network of the quick pair with ReLU in place of LeakyReLU."""
    network = make()
    for place, layer in enumerate(network.layers):
        if isinstance(layer, nn.LeakyReLU):
            network.layers[place] = nn.ReLU()
    return network


def with_pooling() -> nn.Module:
    """The discriminator whose convolution goes on by one pixel, and is made smaller by max pooling."""
    discriminator = models.ConvDiscriminator()
    discriminator.layers[0] = nn.Conv2d(1, 32, kernel_size=7, padding=3)
    discriminator.layers.insert(2, nn.MaxPool2d(4))
    return discriminator


def judge_with_batch_norm() -> nn.Module:
    """The discriminator with BatchNorm behind each hidden layer but the first, as in DCGAN."""
    discriminator = models.ConvDiscriminator()
    discriminator.layers.insert(4, nn.BatchNorm1d(256))
    discriminator.layers.insert(7, nn.BatchNorm1d(128))
    return discriminator


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
        average = loop._average.update

        def update(generator: nn.Module) -> None:
            average(generator)
            for mean, value in zip(loop.averaged.buffers(), generator.buffers(), strict=True):
                mean.copy_(value)

        loop._average.update = update
        return loop


class Apart(recipes.Recipe):
    """A recipe whose discriminator is called twice in its update, with the reals and with the fakes."""

    def loop(self, **options) -> training.AdversarialLoop:
        loop = super().loop(**options)
        loop.update_discriminator = _update_apart
        return loop


def _update_apart(generator, discriminator, optimizer, real, *rest, **options) -> training.DiscriminatorUpdate:
    def judge(images: torch.Tensor) -> torch.Tensor:
        return torch.cat([discriminator(kind) for kind in images.split(len(real))])

    return training.update_discriminator(generator, judge, optimizer, real, *rest, **options)


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
        "generator without its middle convolution": replace(quick, generator=without_middle),
        "discriminator of two convolutions": replace(quick, discriminator=two_convolutions),
        "dropout in the discriminator": replace(quick, discriminator=with_dropout),
        "batch of 16": replace(quick, batch_size=16),
        "batch of 64": replace(quick, batch_size=64),
        "the article's pair of networks": replace(
            quick, generator=models.Generator, discriminator=models.Discriminator
        ),
    }


def _guidelines() -> dict[str, recipes.Recipe]:
    quick = recipes.QUICK
    return {
        "pooling in the discriminator": replace(quick, discriminator=with_pooling),
        "upsampling in the generator": replace(quick, generator=with_upsampling),
        "kernel 3 in the generator": replace(quick, generator=with_kernel_3),
        "BatchNorm in the discriminator": replace(quick, discriminator=judge_with_batch_norm),
        "BatchNorm in the discriminator, reals and fakes apart": Apart(
            **(vars(quick) | {"discriminator": judge_with_batch_norm})
        ),
        "no BatchNorm in the generator": replace(quick, generator=without_batch_norm),
        "ReLU in the generator": replace(quick, generator=partial(with_relu, quick.generator)),
        "ReLU in the discriminator": replace(quick, discriminator=partial(with_relu, quick.discriminator)),
        "the article's pair, BatchNorm in its generator": replace(
            quick, generator=article_with_batch_norm, discriminator=models.Discriminator
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
        "guidelines": {},
        "long_runs": {},
    }
    changes = {"variants": _variants(), "guidelines": _guidelines()}
    with tqdm(total=sum(map(len, changes.values())) * len(SEEDS), unit="run") as bar:
        for kind, changed in changes.items():
            for name, recipe in changed.items():
                milliseconds, ratio = relative_time(recipe)
                result[kind][name] = {
                    "milliseconds_a_step": round(milliseconds, 2),
                    "times_as_long": round(ratio, 3),
                    "runs": measure(recipe, bar),
                }
                files.write(path, json.dumps(result, indent=1) + "\n")
    for name in ("the whole recipe", "no penalty"):
        result["long_runs"][name] = long_run(changes["variants"][name])
        files.write(path, json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
