"""Named settings: everything that makes one training run, so that a name and a seed repeat it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from . import data, losses, models
from . import device as devices
from .training import AdversarialLoop, adam


@dataclass(frozen=True)
class Recipe:
    """Settings of a run on MNIST.

    Attributes:
        generator, discriminator: what makes each network.
        batch_size: real images (and fakes) in a step.
        loss: what each player wants.
        rate_g, rate_d: learning rate of each player's Adam.
        betas: Adam's decay rates.
        average: decay of the moving average of the generator's weights, if one is kept.
        warm_up: steps over which both learning rates rise from zero.
        run_down: whether both rates then fall to zero at the end of the run.
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
    run_down: bool = False

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over the 60,000 training images."""
        return 60_000 // self.batch_size

    def loop(
        self, *, seed: int = 0, steps: int | None = None, device: str | torch.device | None = None
    ) -> AdversarialLoop:
        """A fresh loop: first weights, order of the images and noise all follow from ``seed``.

        Args:
            steps: how long the run will be; a recipe that runs its learning rates down needs to know.
            device: see `gan_lesson.device.choose`.
        """
        if self.run_down and steps is None:
            raise ValueError(f"the recipe {self.name!r} runs its learning rates down over the run: say how many steps")
        if steps is not None and steps < 1:
            raise ValueError(f"a run takes at least one step, got steps={steps}")
        where = devices.choose(device)
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            generator, discriminator = self.generator().to(where), self.discriminator().to(where)
        return AdversarialLoop(
            generator,
            discriminator,
            data.mnist_batches(self.batch_size, seed=seed, device=where),
            loss=self.loss,
            optimizer_g=adam(generator, self.rate_g, self.betas),
            optimizer_d=adam(discriminator, self.rate_d, self.betas),
            seed=seed,
            average=self.average,
            schedule=self._schedule(steps) if self.warm_up or self.run_down else None,
            settings={"recipe": self.name, "seed": seed, "steps": steps},
        )

    def steps_in(self, seconds: float, device: str | torch.device | None = None) -> int:
        """How many steps this machine does in about ``seconds``, from the median time of 20 steps."""
        loop = self.loop(steps=1_000, device=device)
        times = []
        for _ in range(25):
            start = time.perf_counter()
            next(loop)
            times.append(time.perf_counter() - start)
        return max(1, round(seconds / statistics.median(times[5:])))

    def _schedule(self, steps: int | None) -> Callable[[int], float]:
        def factor(done: int) -> float:
            rising = min(1.0, (done + 1) / self.warm_up) if self.warm_up else 1.0
            return rising * max(0.0, 1 - done / steps) if self.run_down else rising

        return factor


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

#: Digits in half a minute on two cores: small convolutions, higher rates that run down, an average of the weights.
QUICK = Recipe(
    "quick",
    generator=models.ConvGenerator,
    discriminator=models.ConvDiscriminator,
    batch_size=32,
    loss=losses.smooth_real_labels(losses.NON_SATURATING, 0.9),
    rate_g=2e-3,
    rate_d=1e-3,
    betas=(0.5, 0.99),
    average=0.99,
    warm_up=50,
    run_down=True,
)

RECIPES = {recipe.name: recipe for recipe in (ARTICLE, QUICK)}


def get(name: str) -> Recipe:
    """The recipe called ``name``.

    Raises:
        ValueError: there is none of that name; the message lists the names there are.
    """
    try:
        return RECIPES[name]
    except KeyError:
        raise ValueError(f"unknown recipe {name!r}; choose one of {', '.join(RECIPES)}") from None
