import math

import pytest
import torch
from torch import nn

from gan_lesson import models

GENERATORS = [models.Generator, models.ConvGenerator]
DISCRIMINATORS = [models.Discriminator, models.ConvDiscriminator]


def widths(network: nn.Module) -> list[tuple[int, int]]:
    return [(layer.in_features, layer.out_features) for layer in network.modules() if isinstance(layer, nn.Linear)]


def test_the_generator_has_the_articles_layers():
    network = models.Generator()
    assert widths(network) == [(100, 256), (256, 512), (512, 1024), (1024, 784)]
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds == ["Linear", "LeakyReLU"] * 3 + ["Linear", "Tanh"]
    assert {layer.negative_slope for layer in network.modules() if isinstance(layer, nn.LeakyReLU)} == {0.2}


def test_the_discriminator_has_the_articles_layers():
    network = models.Discriminator()
    assert widths(network) == [(784, 1024), (1024, 512), (512, 256), (256, 1)]
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds == ["Flatten"] + ["Linear", "LeakyReLU", "Dropout"] * 3 + ["Linear"]
    assert {layer.negative_slope for layer in network.modules() if isinstance(layer, nn.LeakyReLU)} == {0.2}
    assert {layer.p for layer in network.modules() if isinstance(layer, nn.Dropout)} == {0.3}


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (models.Generator, 100 * 256 + 256 + 256 * 512 + 512 + 512 * 1024 + 1024 + 1024 * 784 + 784),
        (models.Discriminator, 784 * 1024 + 1024 + 1024 * 512 + 512 + 512 * 256 + 256 + 256 + 1),
        (
            models.ConvGenerator,
            16 * 32 * 49 + 2 * 32 + 32 * 32 * 9 + 2 * 32 + 32 * 16 * 16 + 2 * 16 + 16 * 16 + 1,
        ),
        (models.ConvDiscriminator, 64 * 32 + 32 + 32 * 49 * 256 + 256 + 256 * 128 + 128 + 128 + 1),
    ],
)
def test_the_number_of_weights_is_the_one_worked_out_by_hand(network, count):
    assert sum(weight.numel() for weight in network().parameters()) == count


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("count", [1, 5])
def test_a_generator_makes_images_from_minus_one_to_one(kind, count):
    network = kind()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(20)  # so that Tanh has something to hold back
    images = network(torch.randn(count, network.latent_dim, generator=torch.Generator().manual_seed(0)))
    assert images.shape == (count, 1, 28, 28)
    assert images.abs().max() <= 1
    assert images.min() < 0 < images.max()


@pytest.mark.parametrize("kind", GENERATORS)
def test_a_generator_takes_noise_of_the_length_it_was_made_for(kind):
    network = kind(latent_dim=7)
    assert network.latent_dim == network.settings["latent_dim"] == 7
    assert network(torch.zeros(2, 7)).shape == (2, 1, 28, 28)


@pytest.mark.parametrize("kind", DISCRIMINATORS)
@pytest.mark.parametrize("count", [1, 5])
def test_a_discriminator_gives_one_logit_an_image_not_a_probability(kind, count):
    network = kind()
    with torch.no_grad():
        last = [layer for layer in network.modules() if isinstance(layer, nn.Linear)][-1]
        last.bias.fill_(-30)
    logits = network(torch.rand(count, 1, 28, 28) * 2 - 1)
    assert logits.shape == (count, 1)
    assert logits.max() < 0


@pytest.mark.parametrize("kind", [*GENERATORS, *DISCRIMINATORS])
def test_gradients_reach_every_weight(kind):
    network = kind()
    x = torch.randn(8, network.latent_dim) if kind in GENERATORS else torch.rand(8, 1, 28, 28) * 2 - 1
    network(x).square().mean().backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in network.parameters())


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("shape", [(100, 4), (100,), (4, 1, 100), (4, 100, 1, 1)])
def test_noise_of_a_wrong_shape_is_an_error_that_names_the_right_one(kind, shape):
    network = kind(latent_dim=100)
    with pytest.raises(ValueError, match=r"expected noise of shape \(N, 100\), got \(") as caught:
        network(torch.zeros(shape))
    assert str(shape) in str(caught.value)


@pytest.mark.parametrize("kind", DISCRIMINATORS)
@pytest.mark.parametrize("shape", [(4, 784), (4, 28, 28), (4, 3, 28, 28), (4, 1, 32, 32), (1, 28, 28), (784,)])
def test_images_of_a_wrong_shape_are_an_error_that_names_the_right_one(kind, shape):
    with pytest.raises(ValueError, match=r"expected images of shape \(N, 1, 28, 28\), got \(") as caught:
        kind()(torch.zeros(shape))
    assert str(shape) in str(caught.value)


# The convolutional pair


def test_the_small_generator_paints_maps_of_7_by_7_lets_them_agree_and_doubles_them_twice():
    network, seen = models.ConvGenerator(), []
    for layer in network.layers:
        layer.register_forward_hook(lambda layer, _, output: seen.append((type(layer).__name__, tuple(output.shape))))
    network(torch.randn(3, 16))
    assert [(kind, shape) for kind, shape in seen if kind not in ("BatchNorm2d", "LeakyReLU", "Unflatten")] == [
        ("Truncation", (3, 16)),
        ("Linear", (3, 32 * 49)),
        ("Conv2d", (3, 32, 7, 7)),
        ("ConvTranspose2d", (3, 16, 14, 14)),
        ("PaintingConv", (3, 1, 28, 28)),
        ("Tanh", (3, 1, 28, 28)),
    ]


def test_the_small_discriminator_judges_each_image_by_itself():
    network = models.ConvDiscriminator().train()
    images = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
    together = network(images)
    alone = torch.cat([network(image[None]) for image in images])
    torch.testing.assert_close(together, alone)
    assert together.std() > 0


def test_truncation_leaves_noise_alone_while_it_learns_and_draws_it_in_afterwards():
    truncation, noise = models.Truncation(0.7), torch.tensor([[1.0, -2.0], [0.0, 3.0]])
    assert torch.equal(truncation(noise), noise)
    torch.testing.assert_close(truncation.eval()(noise), torch.tensor([[0.7, -1.4], [0.0, 2.1]]))
    assert noise.tolist() == [[1, -2], [0, 3]]


def test_a_truncated_generator_draws_what_the_plain_one_makes_of_smaller_noise():
    plain, truncated = models.ConvGenerator(), models.ConvGenerator(truncation=0.5)
    truncated.load_state_dict(plain.state_dict())
    noise = torch.randn(8, 16, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(truncated(noise), plain(noise))  # in training mode; both move their statistics alike
    plain.eval()
    truncated.eval()
    torch.testing.assert_close(truncated(noise), plain(0.5 * noise))
    assert not torch.allclose(truncated(noise), plain(noise))


# Dropout. A fair test of chance: bounds of six standard deviations, from a seed.


def drop(x: torch.Tensor, p: float = 0.3, seed: int = 0) -> torch.Tensor:
    torch.manual_seed(seed)
    return models.Dropout(p)(x)


@pytest.mark.parametrize("p", [0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("kind", [models.Dropout, nn.Dropout])  # PyTorch's own must pass the same test
def test_dropout_drops_a_share_of_p_and_keeps_the_mean(p, kind):
    torch.manual_seed(0)
    count = 200_000
    y = kind(p)(torch.ones(count))
    deviation = math.sqrt(p * (1 - p) / count)
    assert (y == 0).double().mean().item() == pytest.approx(p, abs=6 * deviation)
    assert y.double().mean().item() == pytest.approx(1, abs=6 * deviation / (1 - p))
    assert y[y > 0].unique().item() == pytest.approx(1 / (1 - p), rel=2e-4)


@pytest.mark.parametrize("distance", [1, 2, 3, 4, 28])
@pytest.mark.parametrize("kind", [models.Dropout, nn.Dropout])
def test_dropout_tosses_an_independent_coin_for_each_activation(distance, kind):
    torch.manual_seed(0)
    kept = (kind(0.3)(torch.ones(200_000)) > 0).double()
    pairs = torch.stack([kept[:-distance], kept[distance:]])
    assert abs(torch.corrcoef(pairs)[0, 1].item()) < 6 / math.sqrt(200_000)


def test_dropout_changes_nothing_in_evaluation_mode_or_for_p_zero():
    x = torch.randn(5, 7)
    assert torch.equal(models.Dropout(0.3).eval()(x), x)
    assert torch.equal(models.Dropout(0)(x), x)


@pytest.mark.parametrize("p", [1.0, 1 - 1e-9])
def test_dropout_of_everything_leaves_zeros(p):
    assert torch.equal(drop(torch.ones(50), p), torch.zeros(50))


def test_the_gradient_of_dropout_is_its_mask():
    x = torch.ones(6, 11, requires_grad=True)
    y = drop(x)
    y.sum().backward()
    assert 0 < (y == 0).sum() < y.numel()
    assert torch.equal(x.grad, y.detach())


@pytest.mark.parametrize("shape", [(1,), (3,), (5, 1), (3, 7), (2, 3, 5), (0, 4)])
def test_dropout_keeps_shape_type_and_values_for_any_number_of_elements(shape):
    x = torch.arange(1, 1 + math.prod(shape), dtype=torch.float64).view(shape)
    y = drop(x, 0.5)
    assert y.shape == x.shape
    assert y.dtype == torch.float64
    assert torch.equal(y, torch.where(y == 0, 0, 2 * x))


def test_dropout_repeats_with_the_seed_and_only_with_it():
    x = torch.ones(100)
    assert torch.equal(drop(x, seed=1), drop(x, seed=1))
    assert not torch.equal(drop(x, seed=1), drop(x, seed=2))


def derivatives(layer: nn.Module, inputs: torch.Tensor) -> list[torch.Tensor]:
    """What a layer makes of the inputs, the gradients of a sum of its squares, and those of their own squares."""
    inputs = inputs.clone().requires_grad_()
    made = layer(inputs)
    first = torch.autograd.grad(made.square().sum(), [inputs, *layer.parameters()], create_graph=True)
    second = torch.autograd.grad(first[0].square().sum(), [inputs, layer.weight])
    return [made, *first, *second]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("fast", "usual", "inputs"),
    [
        (
            models.PatchConv(1, 5, stride=4, padding=2),
            nn.Conv2d(1, 5, kernel_size=8, stride=4, padding=2),
            (1, 28, 28),
        ),
        (
            models.PatchConv(3, 2, stride=2, padding=1),
            nn.Conv2d(3, 2, kernel_size=4, stride=2, padding=1),
            (3, 12, 8),
        ),
        (
            models.PaintingConv(6, 1, kernel_size=4, stride=2, padding=1),
            nn.ConvTranspose2d(6, 1, kernel_size=4, stride=2, padding=1),
            (6, 14, 10),
        ),
    ],
)
def test_the_faster_convolutions_make_what_pytorchs_own_make_also_of_gradients(fast, usual, inputs, count):
    usual.load_state_dict(fast.state_dict())
    inputs = torch.randn(count, *inputs, generator=torch.Generator().manual_seed(0))
    for ours, pytorchs in zip(derivatives(fast, inputs), derivatives(usual, inputs), strict=True):
        assert torch.allclose(ours, pytorchs, rtol=1e-4, atol=1e-4 * pytorchs.abs().max().item())
    with torch.no_grad():
        assert torch.allclose(fast(inputs), usual(inputs), atol=1e-5)
