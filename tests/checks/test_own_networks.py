"""Networks from an empty cell: each likely mistake is named."""

import torch
from torch import nn

from gan_lesson import checks
from tests.checks.answering import fails, not_written, table
from tests.checks.own_gans import networks, networks_with, own_step, own_training

HELD = networks()


def seeded_networks():
    torch.manual_seed(0)
    return networks()


def sharing_networks():
    generator, discriminator = networks()
    discriminator[1].weight = nn.Parameter(torch.randn(128, 784))
    generator[2].weight = discriminator[3].weight = nn.Parameter(torch.randn(784, 128))
    return generator, discriminator


def deaf():
    generator, discriminator = networks()
    return nn.Sequential(_Zeros(), generator), discriminator


class _Zeros(nn.Module):
    def forward(self, noise):
        return noise * 0


@table(
    {
        "not written": (not_written, "isn't written yet"),
        "returns nothing": (lambda: None, "end it with return generator, discriminator"),
        "one network": (lambda: networks()[0], "it should be two networks"),
        "in the other order": (lambda: networks()[::-1], "in the other order"),
        "held outside": (lambda: HELD, "make the layers inside the function"),
        "a seed inside": (seeded_networks, "set no seed inside"),
        "shared weights": (sharing_networks, "share weights"),
        "no shape": (networks_with(shape=(784,)), "turns 784 numbers into a picture"),
        "no activation at the end": (networks_with(last=nn.Identity), "end it with nn.Tanh()"),
        "a sigmoid at the end": (networks_with(last=nn.Sigmoid), "lie in [0, 1]"),
        "deaf": (deaf, "doesn't listen to its noise"),
        "noise of another length": (lambda: (nn.Linear(64, 784), networks()[1]), "the network stops on noise"),
        "a discriminator without a flatten": (lambda: (networks()[0], networks()[1][1:]), "stops on pictures"),
        "a score for each pixel": (
            lambda: (networks()[0], nn.Conv2d(1, 1, 3, padding=1)),
            "one number for each picture",
        ),
        "frozen": (lambda: [network.requires_grad_(False) for network in networks()], "frozen"),
    }
)
def test_a_mistake_in_ones_own_networks_is_named(answer, phrase):
    assert phrase in fails(checks.check_gan, answer, own_step, own_training)
