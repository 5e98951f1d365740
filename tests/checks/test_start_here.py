"""The check of “Start here”: right answers pass, and each likely mistake is named."""

import pytest
import torch

from gan_lesson import checks
from tests.checks.answering import fails, not_written, passes, table


def with_annotations(score: float) -> float:
    fake: float = 1 - score
    print(fake)
    return fake


def overwritten(score):
    score *= -1
    score += 1
    return score


@pytest.mark.parametrize(
    "answer",
    [
        lambda score: 1 - score,
        lambda score: -score + 1,
        lambda score: torch.sub(1, score),
        lambda s: torch.ones_like(s) - s,
        lambda s: (1 - s).double(),
        lambda s: (1.0 - s).requires_grad_(),
        lambda s: torch.tensor([[1 - one.item()] for one in s]),
        lambda s: torch.from_numpy(1 - s.numpy()),
        with_annotations,
    ],
)
def test_a_right_probability_passes(capsys, answer):
    passes(capsys, checks.check_probability_fake, answer)


@table(
    {
        "turned over": (lambda score: score.flip(0), "a score of 0.4 leaves 0.60 for fake; yours gives 0.40"),
        "looked up": (lambda score: torch.tensor([[0.9], [0.6], [0.1]]), "should have shape (7, 1)"),
        "a verdict": (lambda score: (score < 0.5).float(), "a verdict"),
        "a percentage": (lambda score: 100 * (1 - score), "Leave the 100 out"),
        "of a hundred": (lambda score: 100 - score, "not from 100"),
        "overwritten": (overwritten, "writes into score, which it was given"),
        "halves": (lambda score: 1 - score.half(), "yours gives"),
        "score itself": (lambda score: score, "the score itself"),
        "turned round": (lambda score: score - 1, "the other way round"),
        "minus": (lambda score: -score, "minus the score is negative"),
        "divided": (lambda score: 1 / score, "1 divided by the score"),
        "constant": (lambda score: torch.full_like(score, 0.5), "use the argument"),
        "printed": (lambda score: print(1 - score), "print shows a value, return hands it over"),
        "a number": (lambda score: 0.1, "float, not a tensor"),
        "the mean": (lambda score: 1 - score.mean(), "should have shape (3, 1)"),
        "something else": (lambda score: score**2, "a score of 0.1 leaves 0.90 for fake; yours gives 0.01"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_probability_is_named(answer, phrase):
    assert phrase in fails(checks.check_probability_fake, answer)
