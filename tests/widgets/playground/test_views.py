"""The numbers behind the layers of the playground's picture, and what a frame of it holds."""

import math

import pytest
import torch
from torch import nn

from gan_lesson import latent, losses, toy
from gan_lesson.widgets.playground.game import Game
from gan_lesson.widgets.playground.views import LAYERS, descent_directions, divergences, noise_grid


class Slope(nn.Module):
    """A discriminator whose logit rises by (2, 1) for each unit of x and y."""

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return points @ torch.tensor([[2.0], [1.0]])


@pytest.mark.parametrize(
    ("loss", "strength"),
    [
        (losses.NON_SATURATING, lambda t: 1 - t.sigmoid()),  # minus the derivative of -log D
        (losses.MINIMAX, lambda t: t.sigmoid()),  # of log(1 - D)
        (losses.LEAST_SQUARES, lambda t: 1 - t),
        (losses.HINGE, lambda t: torch.ones_like(t)),
        (losses.WASSERSTEIN, lambda t: torch.ones_like(t)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_arrows_are_the_descent_directions_of_the_generators_own_loss(loss, strength):
    fakes = torch.tensor([[0.0, 0.0], [1.0, 0.5], [-1.0, -2.0]])
    expected = strength(Slope()(fakes)) * torch.tensor([[2.0, 1.0]])
    assert descent_directions(Slope(), loss, fakes).allclose(expected, atol=1e-6)
    assert descent_directions(Slope(), loss, fakes[:1]).allclose(expected[:1], atol=1e-6)  # whatever their number


def test_a_small_step_along_the_arrows_lowers_the_loss_and_no_weight_gets_a_gradient():
    discriminator = nn.Sequential(toy.PointDiscriminator(), nn.Dropout(0.5))
    fakes = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    arrows = descent_directions(discriminator, losses.MINIMAX, fakes)
    assert torch.equal(arrows, descent_directions(discriminator, losses.MINIMAX, fakes))  # asked without dropout
    assert discriminator.training
    assert all(weight.grad is None and weight.requires_grad for weight in discriminator.parameters())
    discriminator.eval()
    with torch.no_grad():
        here, there = (losses.MINIMAX.generator(discriminator(at)) for at in (fakes, fakes + 0.01 * arrows))
    assert there < here


@pytest.mark.parametrize(("noise", "draw"), [("gaussian", torch.randn), ("uniform", latent.uniform)])
def test_each_cell_of_the_noise_grid_gets_as_much_noise(noise, draw):
    corners = noise_grid(noise, 2, cells=4)
    assert corners.shape == (25, 2)
    edges = corners[:5, 1].contiguous()
    assert torch.equal(edges, corners.view(5, 5, 2)[:, 0, 0]) and (edges.diff() > 0).all()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        cells = torch.bucketize(draw(40_000, 2), edges)
    inside = ((cells > 0) & (cells < 5)).all(dim=1)
    counts = torch.bincount((cells[inside] - 1) @ torch.tensor([4, 1]), minlength=16) / 40_000
    assert counts.allclose(torch.full((16,), 0.98**2 / 16), atol=0.005)


def test_the_noise_grid_of_one_number_is_a_line_and_of_many_a_slice():
    line = noise_grid("gaussian", 1)
    assert line.shape == (161, 1) and (line[:, 0].diff() > 0).all()
    assert noise_grid("uniform", 5).shape == (441, 5)
    assert (noise_grid("uniform", 5)[:, 2:] == 0).all()


def test_divergences_tell_good_fakes_from_bad_ones():
    def points(name: str, seed: int) -> torch.Tensor:
        return toy.DATASETS[name](20_000, torch.Generator().manual_seed(seed))

    density = toy.density_grid(points("ring", 0), 1.6, 20)
    good, other, apart = (
        divergences(density, fakes) for fakes in (points("ring", 1), points("moons", 1), torch.zeros(10, 2))
    )
    assert max(good) < 0.02
    assert good[0] < other[0] < apart[0] < math.inf
    assert good[1] < other[1] < apart[1] == pytest.approx(math.log(2))


@pytest.mark.parametrize("layer", LAYERS)
def test_only_the_layers_that_are_shown_are_made(layer):
    expected = {"arrows": {"arrows", "fakes"}, "reals": set()}
    assert set(Game().view.layers([layer])) == expected.get(layer, {layer})


def test_the_layers_are_what_the_networks_say():
    game = Game(latent_dim=2)
    game.advance(20)
    layers = game.view.layers(LAYERS)
    assert layers["map"].dtype == torch.uint8 and layers["map"].shape == (40, 40)
    scores = toy.score_map(game.loop.discriminator, 1.6, 40)
    assert (layers["map"] / 255 - scores).abs().max() < 0.003
    assert torch.equal(layers["manifold"], game.loop.sample(noise_grid("gaussian", 2)))
    expected = descent_directions(game.loop.discriminator, game.loop.loss, layers["fakes"])
    assert torch.equal(layers["arrows"], expected)


def test_fakes_can_be_given_and_without_any_there_are_no_arrows():
    view = Game().view
    given = torch.rand(7, 2)
    assert torch.equal(view.layers(["arrows"], given)["fakes"], given)
    assert set(view.layers(["arrows"], given[:0])) == {"fakes"}


def test_the_charts_are_the_history_and_the_divergences():
    game = Game()
    game.advance(20)
    game.measure_divergences()
    charts = game.view.charts(game.history, game.divergences)
    assert charts["equilibrium"] == pytest.approx((2 * math.log(2), math.log(2)))
    assert charts["steps"].tolist() == list(range(1, 21)) and charts["steps"].dtype.kind == "i"
    assert charts["loss_d"].tolist() == [step.discriminator_loss for step in game.history]
    assert charts["measured"].tolist() == [20] and 0 < charts["js"].item() <= math.log(2)
    assert 0 < charts["floor"][1] < charts["js"].item()


def test_looking_moves_neither_the_run_nor_the_programs_random_numbers():
    looked, plain = Game(), Game()
    state = torch.get_rng_state()
    for _ in range(6):
        looked.advance(1)
        looked.view.layers(LAYERS)
        looked.measure_divergences()
        looked.view.picture(looked.history)
    plain.advance(6)
    assert list(looked.history) == list(plain.history)
    assert torch.equal(torch.get_rng_state(), state)
