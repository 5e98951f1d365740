"""What can be chosen in the playground, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from ... import latent
from ...errors import BadInput
from ...randomness import check_seed
from ...training import adam

NOISES = {"gaussian": torch.randn, "uniform": latent.uniform}
OPTIMIZERS: dict[str, Callable] = {
    "adam": lambda network, rate: adam(network, rate, betas=(0.5, 0.99)),
    "sgd": lambda network, rate: torch.optim.SGD(network.parameters(), lr=rate),
    "rmsprop": lambda network, rate: torch.optim.RMSprop(network.parameters(), lr=rate),
}
NEURONS = (4, 8, 16, 32, 64, 128)
DEPTHS = (1, 2, 3, 4)
#: Whole numbers that are chosen freely: the lowest and the highest. A step of more updates would seem to hang.
RANGES = {"updates_d": (0, 100), "updates_g": (0, 100), "latent_dim": (1, 10_000)}

#: These change the running game; every other setting starts it afresh.
ON_THE_FLY = {"loss", "optimizer_d", "optimizer_g", "rate_d", "rate_g", "updates_d", "updates_g"}


class PlaygroundError(ValueError):
    """What was asked can't be done, or a step of the training failed; the message says why."""


@dataclass(frozen=True)
class Settings:
    """What can be chosen. ``data`` and ``loss`` are names, ``"own"`` (what was passed) or, for data, ``"drawn"``."""

    data: str = "ring"
    noise: str = "gaussian"
    latent_dim: int = 2
    loss: str = "non_saturating"
    optimizer_d: str = "adam"
    optimizer_g: str = "adam"
    rate_d: float = 2e-3
    rate_g: float = 1e-3
    updates_d: int = 1
    updates_g: int = 1
    depth_d: int = 2
    depth_g: int = 2
    neurons_d: int = 64
    neurons_g: int = 64
    seed: int = 0


def check(settings: Settings, choices: Mapping[str, Sequence]) -> Settings:
    """``settings``, if each is one of its ``choices``, by name, and each number in its range.

    Raises:
        PlaygroundError: one isn't.
    """
    for name, allowed in choices.items():
        value = getattr(settings, name)
        if value not in allowed:
            raise PlaygroundError(f"unknown {name} {value!r}; choose one of {', '.join(map(str, allowed))}")
    for name in ("rate_d", "rate_g"):
        value = getattr(settings, name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise PlaygroundError(f"a learning rate is a number from 0 up, got {value!r}")
    for name, (low, high) in RANGES.items():
        value = getattr(settings, name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise PlaygroundError(f"{name} is a whole number from {low:,} to {high:,}, got {value!r}")
    try:
        return replace(settings, seed=check_seed(settings.seed))
    except BadInput as error:
        raise PlaygroundError(str(error)) from None
