"""What the loop does and what it has seen, as data: a player's move, and a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ..randomness import States


@dataclass(frozen=True, eq=False)
class Draw:
    """One player's move before it is made: all of it that chance decides, so that it can be made again, to the bit.

    Attributes:
        player: "discriminator" or "generator".
        noise: what the fakes are made of, (N, latent_dim).
        random: the state of the loop's random stream from which dropout goes on.
        real: the reals (N, ...) that the discriminator sees; None for the generator, which never sees any.
        labels: what the batch said of these reals, where it was a tuple (images, labels).
        reuse: the discriminator's move whose very fakes serve again, if they do; see `AdversarialLoop`.
    """

    player: str
    noise: torch.Tensor
    random: States
    real: torch.Tensor | None = None
    labels: Any = None
    reuse: Draw | None = None


@dataclass(frozen=True)
class Step:
    """What one step of the loop saw: losses of both players, and mean scores before the discriminator's update.

    Attributes:
        number: steps done so far, this one included.
        discriminator_loss: the sum of the two parts.
        real_loss: the discriminator's loss on reals.
        fake_loss: the discriminator's loss on fakes.
        generator_loss: the generator's loss against the updated discriminator.
        real_score: mean of D(x) over the reals, 0 to 1.
        fake_score: mean of D(G(z)) over the fakes, 0 to 1.
        images_seen: real images seen so far.
    """

    number: int
    discriminator_loss: float
    real_loss: float
    fake_loss: float
    generator_loss: float
    real_score: float
    fake_score: float
    images_seen: int
