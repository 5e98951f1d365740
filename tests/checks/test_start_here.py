"""The check of “Start here”: right answers pass, and each likely mistake is named."""

import pytest
import torch

from gan_lesson import checks
from tests.checks.answering import fails, not_written, passes, table


@pytest.mark.parametrize(
    "answer", [lambda score: 1 - score, lambda score: -score + 1, lambda score: torch.sub(1, score)]
)
def test_a_right_probability_passes(capsys, answer):
    passes(capsys, checks.check_probability_fake, answer)


@table(
    {
        "score itself": (lambda score: score, "the score itself"),
        "turned round": (lambda score: score - 1, "turned round"),
        "minus": (lambda score: -score, "minus the score is negative"),
        "divided": (lambda score: 1 / score, "one divided by the score"),
        "constant": (lambda score: torch.full_like(score, 0.5), "use the argument"),
        "printed": (lambda score: print(1 - score), "print shows a value, return hands it over"),
        "a number": (lambda score: 0.1, "float, not a tensor"),
        "the mean": (lambda score: 1 - score.mean(), "should have shape (3, 1)"),
        "something else": (lambda score: score**2, "a score of 0.9 leaves 0.1 for fake; yours gives 0.81"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_probability_is_named(answer, phrase):
    assert phrase in fails(checks.check_probability_fake, answer)
