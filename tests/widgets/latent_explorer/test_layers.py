"""What the browser is told of a network, and which networks it is not told of."""

import pytest
import torch
from torch import nn

from gan_lesson import models
from gan_lesson.widgets.latent_explorer.layers import UnknownLayer, describe


def small_generator() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(6, 16), nn.LeakyReLU(0.2), nn.Linear(16, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))
    )


class Doubling(nn.Module):
    """Its forward does more than run its layers."""

    def __init__(self):
        super().__init__()
        self.layers = small_generator()

    def forward(self, noise):
        return 0.5 * self.layers(noise)


def test_both_architectures_and_both_players_are_described():
    kinds = {
        models.Generator(): ["linear", "leaky relu"] * 3 + ["linear", "tanh"],
        models.Discriminator(): ["linear", "leaky relu"] * 3 + ["linear"],
        models.ConvGenerator(): [
            *["scale and shift", "linear"],
            *["scale and shift", "leaky relu", "convolution"],
            *["scale and shift", "leaky relu", "transposed convolution"] * 2,
            "tanh",
        ],
        models.ConvDiscriminator(): ["convolution", *["leaky relu", "linear"] * 3],
    }
    for network, expected in kinds.items():
        shape = (getattr(network, "latent_dim", 0),) if hasattr(network, "latent_dim") else (1, 28, 28)
        assert [layer["kind"] for layer in describe(network.eval(), shape)] == expected


def test_batch_norm_becomes_a_scale_and_a_shift():
    norm = nn.BatchNorm1d(5)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    norm(torch.randn(64, 5) * 3 + 2)
    (layer,) = describe(nn.Sequential(norm).eval(), (5,))
    values = torch.randn(8, 5)
    assert torch.allclose((values * layer["scale"] + layer["shift"]).float(), norm.eval()(values), atol=1e-6)


def test_truncation_becomes_a_scale():
    truncation = models.Truncation(0.7).eval()
    (layer,) = describe(nn.Sequential(truncation), (5,))
    values = torch.randn(8, 5)
    assert layer["kind"] == "scale and shift"
    assert torch.allclose(values * layer["scale"] + layer["shift"], truncation(values))


def test_a_convolution_carries_the_shapes_before_and_after():
    layer = describe(nn.Sequential(nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1, output_padding=1)), (3, 7, 5))[0]
    assert (layer["before"], layer["after"]) == ((3, 7, 5), (2, 14, 10))


class Bounding(Doubling):
    """Cuts off noise further out than 3, which is rare."""

    def forward(self, noise):
        return self.layers(noise.clamp(-3, 3))


@pytest.mark.parametrize(
    ("network", "shape", "says"),
    [
        (nn.Sequential(nn.Linear(4, 4), nn.Softplus()), (4,), "doesn't know the layer Softplus"),
        (nn.Sequential(nn.Conv2d(2, 2, 3, dilation=2)), (2, 9, 9), "this kind of convolution"),
        (nn.Sequential(nn.Conv2d(2, 2, 3, padding="same")), (2, 9, 9), "this kind of convolution"),
        (nn.Sequential(nn.Conv2d(2, 2, 3, groups=2)), (2, 9, 9), "this kind of convolution"),
        (nn.Sequential(nn.BatchNorm1d(4, track_running_stats=False)), (4,), "running statistics"),
        (nn.Sequential(nn.Linear(9, 4)), (2, 9), "flat values alone"),
        (nn.Sequential(nn.Linear(3, 4)), (4,), "alone doesn't fit its input"),
        (nn.Linear(4, 4), (4,), "no nn.Sequential"),
        (Doubling(), (6,), "more than run its layers"),
        (Bounding(), (6,), "more than run its layers"),
    ],
)
def test_a_network_that_the_browser_cannot_compute_is_refused_with_the_reason(network, shape, says):
    with pytest.raises(UnknownLayer, match=says):
        describe(network.eval(), shape)
