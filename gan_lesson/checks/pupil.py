"""The pupil of the exercise `teach` of "The discriminator": a small network, with pictures and who of them is real."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from ..randomness import seeded
from .stage import Player


class Pupil(Player):
    """A small discriminator, always the same, with ``count`` pictures, of which ``is_real`` says who is real: a half.

    If ``surely_wrong``, it takes each real for a fake and the other way round, with logits beyond 100.
    """

    def __init__(self, count: int = 12, surely_wrong: bool = False):
        with seeded(0):
            network = nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
            self.images = torch.rand(count, 1, 28, 28) * 2 - 1
            self.is_real = torch.rand(count).argsort() < count // 2
        with torch.no_grad():
            # half of the logits above 0, half below
            network[3].bias -= network(self.images).quantile(0.5)
            if surely_wrong:
                logits = network(self.images)
                for weight in network[3].parameters():
                    weight *= 100 / logits.abs().min()
                self.is_real = logits.squeeze(1) < 0
        super().__init__("discriminator", network, events=[])

    @property
    def given(self) -> tuple:
        """What the learner's function is given."""
        return self.network, self.optimizer, self.images, self.is_real

    def taught(self, loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], **how) -> torch.Tensor:
        """Its weights after a step on ``loss(logits, labels)``, both (N, 1), as `after_step` takes it."""
        labels = self.is_real.float().unsqueeze(1)
        return self.after_step(lambda: loss(self.network(self.images), labels), **how)
