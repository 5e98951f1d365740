"""What comes of a learner's own GAN: whether its fakes come near to reals, and how long one waits for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import nn

from ..randomness import random_numbers
from ..training import generate
from .answer import expect_tensor, name_of, run
from .exercise import fail
from .networks import copied, forward
from .own_networks import LATENT_DIM, Networks, digits
from .own_training import TRAINING_ADVICE, expect_generator

#: Batches that a training run is given at most, and how many go by before the fakes are looked at once more.
MOST, LOOK = 1500, 25
#: A GAN is given up when in so many batches its fakes never came nearer than this; not before the earliest batch.
PATIENCE, FAR, EARLIEST = 300, 0.95, 500
#: After how many batches whoever waits reads how far it is.
REPORT = 250
#: The fakes are near when their distance from the reals is this share of what it was before training. How soon right
#: answers of many kinds get there, and how near hopeless ones come: benchmarks/own_gans.json.
NEAR = 0.6


class Practice(Iterator[torch.Tensor]):
    """Batches of zeros and ones that end when the generator's fakes are near to them, or won't come near any more.

    Args:
        generator: it is looked at every `LOOK` batches.
        give_up: whether fakes at these distances won't; see `is_hopeless`.
    """

    def __init__(self, generator: nn.Module, give_up: Callable[[Sequence[float]], bool] | None = None):
        self.steps = 0
        self._give_up = give_up or is_hopeless
        self._reals, self._generator, self._random = digits(), generator, random_numbers(0)
        self._noise = torch.randn(250, LATENT_DIM, generator=self._random)
        self.start = self.distance(generator)
        #: At each look the distance from the reals, as a share of what it was before training.
        self.shares = [1.0]

    def __next__(self) -> torch.Tensor:
        if self.steps and self.steps % LOOK == 0:
            self._look()
        if self.steps == MOST:
            raise StopIteration
        self.steps += 1
        return self._reals[torch.randint(len(self._reals), (32,), generator=self._random)]

    def _look(self) -> None:
        self.shares.append(self.distance(self._generator) / self.start)
        if self.is_near or self._give_up(self.shares):
            raise StopIteration
        if self.steps % REPORT == 0:
            print(f"... after {self.steps} steps the distance from the reals is {self.shares[-1]:.0%} of the first one")

    @property
    def is_near(self) -> bool:
        return self.shares[-1] < NEAR

    def distance(self, generator: nn.Module) -> float:
        """The energy distance between fakes and reals, which is 0 where they are spread alike (Szekely, 2003)."""
        return _energy_distance(self.fakes(generator), self._reals[:250])

    def fakes(self, generator: nn.Module) -> torch.Tensor:
        return generate(generator, self._noise)


def is_hopeless(shares: Sequence[float]) -> bool:
    """Whether fakes at these distances, as in `Practice`, one a look, won't come near before the batches end.

    A right GAN's fakes may go away from the reals at first, but not for long.
    """
    lately = shares[-PATIENCE // LOOK :]
    return not shares[-1] < torch.inf or (len(shares) > EARLIEST // LOOK and min(lately) > FAR)


def expect_likeness(training: Callable, networks: Networks) -> tuple[int, float]:
    """The fakes come nearer to reals, zeros and ones: after how many steps, and by which share of the distance."""
    name = name_of(training)
    generator, discriminator = (copied(network) for network in networks)
    practice = Practice(generator)
    value = run(training, generator, discriminator, practice, advice=TRAINING_ADVICE)
    expect_generator(value, discriminator, name)
    made = forward(value, torch.randn(2, LATENT_DIM), "noise")
    expect_tensor(made, "the generator's picture")
    if not made.isfinite().all():
        fail("the generator's pixels became NaN: a learning rate is far too high. The article's is 0.0002.")
    if not practice.is_near:
        fail(
            f"your GAN runs, but its fakes don't come near the reals: after {practice.steps} steps on zeros and ones "
            f"their distance is {practice.shares[-1]:.0%} of what it was before training. Look first at the learning "
            "rates (the article's are 0.0002), then at the widths of the layers."
        )
    if practice.distance(value) > (1 + NEAR) / 2 * practice.start:
        fail(f"{name} trains a generator, but it isn't the one that came back: return the one that learned.")
    if practice.fakes(value).std(dim=0).mean() < 1e-3:
        fail("the trained generator draws the same picture from every z: it has collapsed, or ignores its noise.")
    return practice.steps, 1 - practice.shares[-1]


def _energy_distance(one: torch.Tensor, other: torch.Tensor) -> float:
    one, other = one.flatten(1), other.flatten(1)
    within = sum(torch.cdist(part, part).sum() / (len(part) * (len(part) - 1)) for part in (one, other))
    return (2 * torch.cdist(one, other).mean() - within).item()
