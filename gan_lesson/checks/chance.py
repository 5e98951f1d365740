"""What a learner's answer draws by chance: whether it is a bell, and whether an order is shuffled."""

from __future__ import annotations

import torch

from .exercise import fail


def expect_bell(noise: torch.Tensor, what: str) -> None:
    """The numbers of ``noise``, some thousand of them, could come from the normal distribution.

    By their mean and deviation, and by the largest distance of their distribution function from the normal one
    (Kolmogorov and Smirnov): by chance it is beyond 2.5 / sqrt(N) once in a hundred thousand times.
    """
    numbers = noise.detach().cpu().double().flatten().sort().values
    if not numbers.isfinite().all():
        fail(f"{what} has numbers that are NaN or infinite: take them as torch.randn gives them.")
    mean, deviation = numbers.mean().item(), numbers.std().item()
    # of a bell 68 % lie within a standard deviation, of an even spread 58 %; where there are few, chance blurs both
    if ((numbers - mean).abs() < deviation).double().mean() < 0.683 - max(0.053, 1.9 / len(numbers) ** 0.5):
        low, high = (f"{end:.1f}".removesuffix(".0") for end in (numbers[0], numbers[-1]))
        fail(
            f"the numbers are spread evenly from {low} to {high}: that is torch.rand, a box and not a bell. "
            "The normal distribution comes from torch.randn."
        )
    room = max(0.1, 5 / len(numbers) ** 0.5)
    if abs(mean) > room:
        fail(f"the mean of {what} is {mean:.2f}: the bell should be centred on 0, with both signs.")
    if abs(deviation - 1) > room:
        fail(
            f"the width of the bell, its standard deviation, is {deviation:.2f}. It should be 1: take the "
            "numbers as torch.randn gives them."
        )
    below = torch.special.ndtr(numbers)
    steps = torch.arange(len(numbers) + 1) / len(numbers)
    distance = torch.maximum((steps[1:] - below).abs(), (steps[:-1] - below).abs()).max()
    if distance > 2.5 / len(numbers) ** 0.5:
        fail(f"{what} has the mean and the width of the normal bell, but not its shape: take torch.randn as it is.")


def neighbours_kept(order: torch.Tensor, before: torch.Tensor) -> float:
    """The share of neighbours in ``order`` that were neighbours ``before``, too: near 0 if it was shuffled."""
    pairs, pairs_before = (
        {frozenset(pair) for pair in zip(one.tolist(), one.roll(-1).tolist(), strict=True)} for one in (order, before)
    )
    return len(pairs & pairs_before) / len(pairs)
