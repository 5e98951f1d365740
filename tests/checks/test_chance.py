"""What is drawn by chance: a bell is told from other noise, and a shuffled order from one that is only turned."""

import pytest
import torch

from gan_lesson.checks.chance import expect_bell, neighbours_kept
from gan_lesson.checks.exercise import CheckFailed
from gan_lesson.randomness import seeded


@pytest.mark.parametrize("count", [1_000, 20_000])
def test_normal_noise_is_a_bell(count):
    for seed in range(50):
        with seeded(seed):
            expect_bell(torch.randn(count), "it")
            expect_bell(torch.randn(count // 2, 2, dtype=torch.float64), "it")


@pytest.mark.parametrize(
    ("noise", "phrase"),
    [
        (torch.rand, "spread evenly from 0 to 1"),
        (lambda n: 2 * torch.rand(n) - 1, "spread evenly from -1 to 1"),
        (lambda n: 12**0.5 * (torch.rand(n) - 0.5), "spread evenly from -1.7 to 1.7"),
        (lambda n: torch.randn(n) + 0.3, "the mean of it is"),
        (lambda n: 1.2 * torch.randn(n), "is 1.2"),
        (lambda n: 0.0 * torch.randn(n) / 0.0, "NaN"),
        (lambda n: torch.randn(n) * torch.randn(n), "not its shape"),
        (lambda n: torch.randn(n).exp() - 1.6, "form|width"),
        (lambda n: 1.03 * torch.randn(n).clamp(-2, 2), "not its shape"),
    ],
)
def test_other_noise_is_none(noise, phrase):
    with seeded(0), pytest.raises(CheckFailed, match=phrase):
        expect_bell(noise(20_000), "it")


def test_a_shuffled_order_keeps_few_neighbours_and_one_that_is_turned_all_of_them():
    stored = torch.arange(40)
    for seed in range(50):
        with seeded(seed):
            assert neighbours_kept(torch.randperm(40), stored) < 0.3
    assert neighbours_kept(stored.roll(7), stored) == neighbours_kept(stored.flip(0), stored) == 1
