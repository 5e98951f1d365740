"""The checks of lesson 03: right answers pass, in more than one style, and each likely mistake is named."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from answering import fails, not_written, passes, table
from gan_lesson import checks, models


def stack(*layers):
    return lambda latent_dim: nn.Sequential(nn.Linear(latent_dim, 64), nn.LeakyReLU(0.2), *(make() for make in layers))


def picture():
    return nn.Unflatten(1, (1, 28, 28))


class Written(nn.Module):
    """The same generator as a class, with activations as functions and without nn.Tanh."""

    def __init__(self, latent_dim):
        super().__init__()
        self.first, self.last = nn.Linear(latent_dim, 64), nn.Linear(64, 784)

    def forward(self, z):
        return torch.tanh(self.last(F.leaky_relu(self.first(z), 0.2))).view(-1, 1, 28, 28)


class Linear(Written):
    def forward(self, z):
        return torch.tanh(self.last(self.first(z))).view(-1, 1, 28, 28)


class Deaf(Written):
    def forward(self, z):
        return super().forward(torch.ones_like(z))


class OwnNoise(Written):
    def forward(self, z):
        return super().forward(torch.randn_like(z))


class Silent(Written):
    def forward(self, z):
        super().forward(z)


def forgets_to_return(latent_dim):
    nn.Sequential(nn.Linear(latent_dim, 784), nn.Tanh())


def with_batch_norm(latent_dim):
    return nn.Sequential(
        nn.Linear(latent_dim, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Dropout(0.1),
        nn.Linear(64, 784),
        nn.Tanh(),
        picture(),
    )


@pytest.mark.parametrize("answer", [models.Generator, models.ConvGenerator, Written, with_batch_norm])
def test_a_right_generator_passes(capsys, answer):
    passes(capsys, checks.check_generator, answer)


@table(
    {
        "no Unflatten": (stack(lambda: nn.Linear(64, 784), nn.Tanh), "nn.Unflatten"),
        "sigmoid end": (stack(lambda: nn.Linear(64, 784), nn.Sigmoid, picture), "no pixel is below 0"),
        "no tanh": (stack(lambda: nn.Linear(64, 784), picture), "nothing keeps them in [-1, 1]"),
        "relu end": (stack(lambda: nn.Linear(64, 784), nn.ReLU, picture), "End with nn.Tanh()"),
        "no activations": (
            lambda n: nn.Sequential(nn.Linear(n, 64), nn.Linear(64, 784), nn.Tanh(), picture()),
            "no activation between",
        ),
        "no activations, as a class": (Linear, "no activation between"),
        "ignores z": (Deaf, "doesn't depend on z"),
        "draws its own z": (OwnNoise, "doesn't depend on z"),
        "a list": (lambda n: [nn.Linear(n, 784), nn.Tanh()], "returned list"),
        "an empty network": (lambda n: nn.Sequential(nn.Tanh()), "no weights"),
        "ten wide": (
            lambda n: nn.Sequential(nn.Linear(10, 784), nn.Tanh(), picture()),
            "expects 10 values got 100",
        ),
        "always 100 wide": (
            lambda n: nn.Sequential(nn.Linear(100, 64), nn.ReLU(), nn.Linear(64, 784), nn.Tanh(), picture()),
            "made with latent_dim=7",
        ),
        "layers that don't fit": (stack(lambda: nn.Linear(128, 784), nn.Tanh, picture), "expects 128 values got 64"),
        "wrong output size": (stack(lambda: nn.Linear(64, 756), nn.Tanh, picture), "756"),
        "wrong picture": (
            stack(lambda: nn.Linear(64, 784), nn.Tanh, lambda: nn.Unflatten(1, (28, 28))),
            "(16, 1, 28, 28), yours have (16, 28, 28)",
        ),
        "forgets return": (forgets_to_return, "NoneType"),
        "forward forgets return": (Silent, "returned nothing"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_generator_is_named(answer, phrase):
    assert phrase in fails(checks.check_generator, answer)
