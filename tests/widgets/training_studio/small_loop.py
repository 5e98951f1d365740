"""A small loop on images for the tests of the studio, in its pure part, its shell and the browser."""

import math

import torch
from torch import nn

from gan_lesson.training import AdversarialLoop


class Painter(nn.Module):
    latent_dim = 5

    def __init__(self, shape=(1, 28, 28)):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(5, math.prod(shape)), nn.Tanh(), nn.Unflatten(1, shape))

    def forward(self, noise):
        return self.layers(noise)


def judge(values=784):
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(values, 1))


def make_loop(seed=0, **settings):
    torch.manual_seed(seed)
    reals = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return AdversarialLoop(Painter(), judge(), [reals], seed=seed, **settings)
