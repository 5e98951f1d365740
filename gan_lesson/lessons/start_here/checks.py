"""The exercises of the lesson "Start here"."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ...checks.answer import expect_shape, expect_tensor, run
from ...checks.comparison import compare, farthest
from ...checks.exercise import exercise, fail, passed


@exercise(
    "Take a score of 0.9. The image is real with probability 0.9; how much is left for fake?",
    "The line begins with return, and subtracts something from 1.",
)
def check_probability_fake(probability_fake: Callable) -> None:
    """Start here: ``probability_fake(score)`` maps scores, a number or a tensor (N, 1), to one minus each."""
    for scores in (torch.tensor([[0.1], [0.4], [0.9]]), torch.rand(7, 1), torch.rand(1, 1)):
        _expect_the_rest_of(scores, probability_fake)
    passed("a score of 0.9 leaves 0.1 for fake. This is what a check says when all is well.")


def _expect_the_rest_of(scores: torch.Tensor, probability_fake: Callable) -> None:
    got = run(probability_fake, scores)
    if got is None:
        fail("probability_fake returned nothing. print shows a value, return hands it over: end with return.")
    expect_tensor(got, "for a tensor of scores probability_fake")
    expect_shape(got, scores.shape, "the probabilities")
    place, right, yours = farthest(1 - scores, got, digits=2)
    compare(
        got,
        right=1 - scores,
        mistakes=[
            (scores, "that is the score itself, the probability of real. What is left of 1 is that of fake."),
            (scores - 1, "that is negative, and a probability never is: it is the other way round, 1 minus the score."),
            (-scores, "minus the score is negative, and a probability never is. Subtract the score from 1."),
            (1 / scores, "that is 1 divided by the score, which is above 1. Subtract instead."),
            (0.5 * torch.ones_like(scores), "that is one half for every score: use the argument score."),
            ((scores < 0.5).float(), "that is a verdict, 0 or 1: the probability is what the score leaves of 1."),
            (100 * (1 - scores), "that is a percentage: a probability lies between 0 and 1. Leave the 100 out."),
            (100 - scores, "a score is a number from 0 to 1, not a percentage: subtract it from 1, not from 100."),
        ],
        otherwise=f"a score of {scores[place].item():.3g} leaves {right} for fake; yours gives {yours}. Subtract each "
        "score from 1.",
    )
