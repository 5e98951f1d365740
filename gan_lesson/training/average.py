"""A moving average of a network."""

from __future__ import annotations

import torch
from torch import nn

from ..modes import copy_of


class MovingAverage:
    """A moving average of a network: of its weights, and of what BatchNorm remembers of its batches.

    What BatchNorm remembers belongs to the weights that made it, so it is averaged with them.

    Attributes:
        network: the average, a network of the same kind.
        decay: how much of it stays in each update, from 0 to below 1.
    """

    def __init__(self, network: nn.Module, decay: float):
        if not (isinstance(decay, (int, float)) and 0 <= decay < 1):
            raise ValueError(f"average is the decay of a moving average, from 0 to below 1; got {decay}")
        self.network, self.decay = copy_of(network).requires_grad_(False), decay

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the average a little towards ``network``."""
        for mean, value in zip(self.network.parameters(), network.parameters(), strict=True):
            mean.lerp_(value, 1 - self.decay)
        buffers = zip(self.network.named_buffers(), network.buffers(), strict=True)
        for (name, mean), value in buffers:
            if name.endswith(("running_mean", "running_var")):
                mean.lerp_(value, 1 - self.decay)
            else:
                mean.copy_(value)
