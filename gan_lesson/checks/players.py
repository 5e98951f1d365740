"""The players of the exercises of "The adversarial loop", which note what is done with them and what is left behind."""

from __future__ import annotations

import functools

import torch
from torch import nn

from ..losses import NON_SATURATING, GanLoss
from ..randomness import seeded
from .exercise import fail
from .stage import Pair, Player


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
                fail(f"your function changed the {what} that it was given: work on a copy.")

    def _note_mode(self, name: str, network: nn.Module, _) -> None:
        if not network.training:
            self._in_evaluation.add(name)


def is_cleared(player: Player) -> bool:
    return not any(weight.grad is not None and weight.grad.any() for weight in player.network.parameters())
