"""Still copies of two networks, and the training images that lie near a picture."""

import pytest
import torch
from torch import nn

from gan_lesson import latent
from gan_lesson.widgets.latent_explorer.pair import Pair


def small_generator() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(6, 16), nn.LeakyReLU(0.2), nn.Linear(16, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))
    )


def test_training_on_moves_nothing_and_the_networks_keep_their_modes():
    generator = small_generator().train()
    still = Pair(generator)
    noise = torch.ones(1, 6)
    before, scores = still.draw(noise)
    nn.init.zeros_(generator[0].weight)
    assert torch.equal(still.draw(noise)[0], before) and scores is None
    assert generator.training


def test_there_are_as_many_directions_as_the_noise_has_numbers():
    assert torch.equal(
        Pair(small_generator(), directions=2).directions, latent.principal_directions(small_generator(), 2)
    )
    assert Pair(small_generator(), directions=99).directions.shape == (6, 6)


@pytest.mark.parametrize(
    ("generator", "discriminator", "says"),
    [
        (nn.Sequential(nn.Linear(4, 9)), None, r"images of shape \(N, 1, H, W\)"),
        (small_generator(), nn.Sequential(nn.Flatten(), nn.Linear(784, 3)), r"one logit each, of shape \(N, 1\)"),
    ],
)
def test_networks_of_another_game_are_refused(generator, discriminator, says):
    with pytest.raises(ValueError, match=says):
        Pair(generator, discriminator)
