"""The players of the exercises of "The adversarial loop", which note what is done with them and what is left behind."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import nn

from ..losses import NON_SATURATING, GanLoss
from ..randomness import seeded
from .exercise import fail
from .networks import flat
from .patience import Patience
from .stage import Pair, Player


class Update(NamedTuple):
    """One step of an optimizer: whose it was, the number of the batch of reals that was seen, and the noise."""

    player: str
    real: int | None
    noise: torch.Tensor | None


class Players(Pair):
    """Two players small enough to move fast, always the same, with reals and noise for them."""

    def __init__(
        self,
        count: int = 12,
        latent_dim: int = 4,
        shape: tuple[int, ...] = (6,),
        old_gradients: bool = True,
    ):
        with seeded(0):
            generator = nn.Sequential(nn.Linear(latent_dim, 8), nn.LeakyReLU(0.2), nn.Linear(8, 6))
            discriminator = nn.Sequential(nn.Linear(6, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
            self.real, self.noise = torch.randn(count, *shape) + 1, torch.randn(count, latent_dim)
        if len(shape) > 1:
            generator, discriminator = (
                generator.append(nn.Unflatten(1, shape)),
                nn.Sequential(nn.Flatten(), *discriminator),
            )
        super().__init__(generator, discriminator)
        self._given = self.real.clone(), self.noise.clone()
        self._in_evaluation: set[str] = set()
        for player in (self.generator, self.discriminator):
            player.network.register_forward_pre_hook(functools.partial(self._note_mode, player.name))
            if not old_gradients:
                player.optimizer.zero_grad()

    def given(self, player: str, loss: GanLoss = NON_SATURATING) -> tuple:
        """What the update of this player is given."""
        what = (self.real, self.noise) if player == "discriminator" else (self.noise,)
        return *self.networks, getattr(self, player).optimizer, *what, loss

    def expect_left_alone(self, learner: str = "") -> None:
        """What was given is as it was, but for the weights; ``learner`` learned in training mode."""
        if learner in self._in_evaluation:
            fail(
                f"the {learner} was in evaluation mode while it learned: its dropout would drop nothing. Leave eval() "
                "out."
            )
        for player in (self.generator, self.discriminator):
            player.expect_left_as_it_was()
        for what, now, then in zip(("reals", "noise"), (self.real, self.noise), self._given, strict=True):
            if not torch.equal(now, then):
                fail(f"the {what} that your function was given have changed: work with a copy.")

    def _note_mode(self, name: str, network: nn.Module, _) -> None:
        if not network.training:
            self._in_evaluation.add(name)

    def updates(self, batches: list[torch.Tensor]) -> list[Update]:
        """What happened, cut after each step of an optimizer; reals are found by comparison with ``batches``."""
        found, real, noise = [], None, None
        for player, seen, _ in self.events:
            if seen is None:
                found.append(Update(player, real, noise))
                real = noise = None
            elif player == "generator":
                noise = seen
            else:
                real = next((number for number, one in enumerate(batches) if _holds(seen, one)), real)
        return found

    def weights(self) -> torch.Tensor:
        return torch.cat([flat(network) for network in self.networks])


def _holds(images: torch.Tensor, batch: torch.Tensor) -> bool:
    """Whether ``images`` are the batch, or begin or end with it."""
    return torch.equal(images[: len(batch)], batch) or torch.equal(images[-len(batch) :], batch)


class Batches(Iterator[torch.Tensor]):
    """Batches of reals (N, 6), each another one, without end; the ``counts`` N come in turn."""

    def __init__(self, patience: Patience, counts: list[int]):
        self.taken: list[torch.Tensor] = []
        # of its own, or a seed that an answer sets would bring the same reals again
        self._random = torch.Generator().manual_seed(0)
        self._patience, self._counts = patience, itertools.cycle(counts)

    def __next__(self) -> torch.Tensor:
        self._patience.count("batches")
        self.taken.append(torch.randn(next(self._counts), 6, generator=self._random) + 1)
        return self.taken[-1].clone()  # whatever becomes of it


def is_cleared(player: Player) -> bool:
    return not any(weight.grad is not None and weight.grad.any() for weight in player.network.parameters())
