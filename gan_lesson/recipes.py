"""Named settings: everything that makes one training run, so that a name and a seed repeat it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise

import torch
from torch import nn

from . import data, losses, models
from . import device as devices
from .errors import BadInput
from .randomness import check_seed, seeded
from .tensors import check_module
from .threads import Threads
from .training import AdversarialLoop, Penalty, adam


@dataclass(frozen=True)
class Recipe:
    """Settings of a run on MNIST.

    Attributes:
        generator, discriminator: what makes each network.
        batch_size: real images (and fakes) in a step, at first.
        double_at: after so many steps the batch doubles; once for each number.
        loss: what each player wants.
        rate_g, rate_d: learning rate of each player's Adam.
        betas: Adam's decay rates.
        average: decay of the moving average of the generator's weights, if one is kept.
        warm_up: steps over which both learning rates rise from zero.
        penalty, penalty_every: what the discriminator's loss gets added, and in every how many-th step.
        reuse_fakes: whether both updates of a step use the same fakes.
    """

    name: str
    generator: Callable[[], nn.Module]
    discriminator: Callable[[], nn.Module]
    batch_size: int
    loss: losses.GanLoss
    rate_g: float
    rate_d: float
    betas: tuple[float, float]
    average: float | None = None
    warm_up: int = 0
    penalty: Penalty | None = None
    penalty_every: int = 1
    reuse_fakes: bool = False
    double_at: tuple[int, ...] = ()

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over the 60,000 training images, as long as the batch has its first size."""
        return 60_000 // self.batch_size

    def _phases(self) -> Iterator[tuple[int, float]]:
        """Batch size and number of steps of each stretch between two doublings; the last has no end."""
        ends = [*self.double_at, math.inf]
        for number, (start, end) in enumerate(pairwise([0, *ends])):
            yield self.batch_size * 2**number, end - start

    def steps_in_epochs(self, epochs: int) -> int:
        """Steps in so many passes over the 60,000 training images."""
        return self._steps_for(epochs * 60_000, lambda batch_size: batch_size)

    def _steps_for(self, budget: float, cost: Callable[[int], float]) -> int:
        """Steps until ``budget`` is used up, where a step costs ``cost(batch size)``."""
        steps = 0.0
        for batch_size, length in self._phases():
            price = cost(batch_size)
            here = min(length, budget / price)
            steps, budget = steps + here, budget - here * price
            if here < length:
                break
        return max(1, round(steps))

    def loop(
        self,
        *,
        seed: int = 0,
        device: str | torch.device | None = None,
        shard: tuple[int, int] = (0, 1),
    ) -> AdversarialLoop:
        """A fresh loop: first weights, order of the images and noise all follow from ``seed``.

        Args:
            device: see `gan_lesson.device.choose`.
            shard: which process this is, of how many that train together (`gan_lesson.distributed`). Each sees its own
                slice of every batch and draws its own noise.
        """
        seed, where = check_seed(seed), devices.choose(device)
        devices.give_back_freed_memory()  # what an earlier loop has left behind
        devices.keep_freed_memory()
        with devices.usual_defaults(), seeded(seed):
            generator = _made(self.generator, "generator").to(where)
            discriminator = _made(self.discriminator, "discriminator").to(where)
        return AdversarialLoop(
            generator,
            discriminator,
            data.mnist_batches(self.batch_size, seed=seed, device=where, double_at=self.double_at, shard=shard),
            loss=self.loss,
            optimizer_g=adam(generator, self.rate_g, self.betas),
            optimizer_d=adam(discriminator, self.rate_d, self.betas),
            seed=noise_seed(seed, shard[0]),
            average=self.average,
            schedule=self._warm_up_factor if self.warm_up else None,
            penalty=self.penalty,
            penalty_every=self.penalty_every,
            reuse_fakes=self.reuse_fakes,
            settings={"recipe": self.name, "seed": seed},
        )

    def steps_in(self, seconds: float, device: str | torch.device | None = None) -> int:
        """How many steps this machine does in about ``seconds``, from the median times of a few steps."""
        return self._steps_for(seconds, lambda batch_size: self._seconds_a_step(batch_size, device))

    def _seconds_a_step(self, batch_size: int, device: str | torch.device | None) -> float:
        loop = replace(self, batch_size=batch_size, double_at=()).loop(device=device)
        times, start = [], time.perf_counter()
        for _ in islice(Threads().steps(loop), 25):
            times.append(time.perf_counter() - start)
            start = time.perf_counter()
        return statistics.median(times[5:])

    def _warm_up_factor(self, done: int) -> float:
        return min(1.0, (done + 1) / self.warm_up)


#: The article: two fully connected networks, binary cross-entropy, Adam at 2e-4, batches of 100 (40 epochs there).
ARTICLE = Recipe(
    "article",
    generator=models.Generator,
    discriminator=models.Discriminator,
    batch_size=100,
    loss=losses.NON_SATURATING,
    rate_g=2e-4,
    rate_d=2e-4,
    betas=(0.9, 0.999),
)

#: Clean digits in seconds on two cores. benchmarks/quick_parts.py takes one part away at a time, and measures.
QUICK = Recipe(
    "quick",
    generator=partial(models.ConvGenerator, truncation=0.75),
    discriminator=models.ConvDiscriminator,
    batch_size=32,
    loss=losses.smooth_real_labels(losses.NON_SATURATING, 0.9),
    rate_g=12e-3,
    rate_d=1e-3,
    betas=(0.0, 0.99),
    average=0.99,
    warm_up=50,
    penalty=losses.r1_penalty,
    penalty_every=4,
    reuse_fakes=True,
    double_at=(2_000, 6_000),
)

RECIPES = {recipe.name: recipe for recipe in (ARTICLE, QUICK)}


def _made(make: Callable[[], nn.Module], player: str) -> nn.Module:
    if isinstance(make, nn.Module) or not callable(make):
        raise TypeError(
            f"a recipe's {player} is what makes a network, such as a class or a function without arguments; got a "
            f"{type(make).__name__}"
        )
    network = make()
    check_module(network, f"what the recipe's {player} makes")
    return network


def noise_seed(seed: int, rank: int, step: int = 0) -> int:
    """Where the noise of one of several processes starts: another stream for each rank, and for each ``step``."""
    return (seed + 1_000_003 * rank + 1_000_000_007 * step * (rank > 0)) % 2**63


def get(name: str) -> Recipe:
    """The recipe called ``name``.

    Raises:
        ValueError: there is none of that name; the message lists the names there are.
    """
    try:
        return RECIPES[name]
    except (KeyError, TypeError):
        raise BadInput(f"unknown recipe {name!r}; choose one of {', '.join(RECIPES)}") from None
