"""The moving average of the generator."""

import math
from itertools import repeat

import pytest
import torch
from torch import nn

from gan_lesson.training import AdversarialLoop
from tests.training.players import weights


def test_the_moving_average_is_the_one_made_by_hand(small_loop):
    loop = small_loop(average=0.9)
    by_hand = weights(loop.generator)
    for _ in range(3):
        next(loop)
        by_hand = [0.9 * mean + 0.1 * weight for mean, weight in zip(by_hand, weights(loop.generator), strict=True)]
    torch.testing.assert_close(weights(loop.averaged), by_hand)
    assert loop.best_generator is loop.averaged


def test_an_average_averages_the_statistics_of_batch_normalisation():
    normalised = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    loop = AdversarialLoop(normalised, nn.Linear(2, 1), repeat(torch.randn(8, 2)), latent_dim=2, average=0.9)
    next(loop)
    assert loop.generator[1].running_mean.abs().sum() > 0
    torch.testing.assert_close(loop.averaged[1].running_mean, 0.1 * loop.generator[1].running_mean)
    torch.testing.assert_close(loop.averaged[1].running_var, 0.9 + 0.1 * loop.generator[1].running_var)
    assert loop.averaged[1].num_batches_tracked == loop.generator[1].num_batches_tracked > 0


def test_without_an_average_the_best_generator_is_the_generator(small_loop):
    loop = small_loop()
    assert loop.best_generator is loop.generator


@pytest.mark.parametrize("average", [1, -0.1, math.nan])
def test_a_decay_that_averages_nothing_is_an_error(small_loop, average):
    with pytest.raises(ValueError, match="from 0 to below 1"):
        small_loop(average=average)
