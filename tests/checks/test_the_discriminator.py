"""The checks of lesson 04: right answers pass, in more than one style, and each likely mistake is named."""

import pytest
import torch.nn.functional as F
from torch import nn

from answering import fails, not_written, passes, table
from gan_lesson import checks, models


def judge(*end, start=nn.Flatten):
    return lambda: nn.Sequential(
        start(), nn.Linear(784, 64), nn.LeakyReLU(0.2), nn.Dropout(0.3), *(make() for make in end)
    )


def one():
    return nn.Linear(64, 1)


class WrittenJudge(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(784, 64), nn.Linear(64, 1)

    def forward(self, images):
        return self.last(F.leaky_relu(self.first(images.view(-1, 784)), 0.2))


def deep():
    layers = [nn.Flatten(), nn.Linear(784, 32)]
    for _ in range(6):
        layers += [nn.ReLU(), nn.Linear(32, 32)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Linear(32, 1))


@pytest.mark.parametrize("answer", [models.Discriminator, models.ConvDiscriminator, judge(one), WrittenJudge, deep])
def test_a_right_discriminator_passes(capsys, answer):
    passes(capsys, checks.check_discriminator, answer)


@table(
    {
        "sigmoid": (judge(one, nn.Sigmoid), "Sigmoid at the end"),
        "tanh": (judge(one, nn.Tanh), "Tanh at the end"),
        "relu end": (judge(one, nn.ReLU), "an activation at the end"),
        "no flatten": (judge(one, start=nn.Identity), "start with nn.Flatten()"),
        "no flatten, rows": (lambda: nn.Sequential(nn.Linear(28, 64), nn.ReLU(), nn.Linear(64, 1)), "saw the rows"),
        "Flatten(0)": (judge(one, start=lambda: nn.Flatten(0)), "nn.Flatten(0)"),
        "squeezed": (judge(one, lambda: nn.Flatten(0)), "(N,)"),
        "two outputs": (judge(lambda: nn.Linear(64, 2)), "one is enough"),
        "ten outputs": (judge(lambda: nn.Linear(64, 10)), "(16, 1), yours have (16, 10)"),
        "no activations": (
            lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.Dropout(0.3), nn.Linear(64, 1)),
            "no activation between",
        ),
        "layers that don't fit": (judge(lambda: nn.Linear(256, 1)), "expects 256 values got 64"),
        "the class, not the network": (lambda: WrittenJudge, "returned type"),
        "forgets return": (lambda: None, "NoneType"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_discriminator_is_named(answer, phrase):
    assert phrase in fails(checks.check_discriminator, answer)
