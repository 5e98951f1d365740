"""The exercises of lesson 05."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F

from .answers import compare, exercise, expect_gradient, expect_loss, passed, run

LESSON = "05_the_losses"


@exercise(LESSON)
def check_losses(discriminator_loss: Callable, generator_loss: Callable) -> None:
    """Lesson 05: both losses of the article from logits (N, 1), with labels of ones and zeros."""
    real, fake = torch.randn(6, 1) + 2, torch.randn(6, 1) - 1
    real.requires_grad_()
    fake.requires_grad_()
    ones, zeros = torch.ones(6, 1), torch.zeros(6, 1)
    bce = F.binary_cross_entropy_with_logits

    got = run(discriminator_loss, real, fake, hint=_loss_hint)
    expect_loss(got, "discriminator_loss")
    right = bce(real, ones) + bce(fake, zeros)
    compare(
        got,
        right=right,
        mistakes=[
            (
                bce(real, zeros) + bce(fake, ones),
                "the labels are swapped: for the discriminator reals are ones, fakes zeros.",
            ),
            (bce(real, ones), "only the reals count: add the loss on the fakes, with labels of zeros."),
            (bce(fake, zeros), "only the fakes count: add the loss on the reals, with labels of ones."),
            (
                bce(real, ones) + bce(fake, ones),
                "fakes carry ones: that is the generator's wish. Here fakes are zeros.",
            ),
            (
                right / 2,
                "the mean of both parts, not their sum: the article adds them (equilibrium at 2 ln 2, not ln 2).",
            ),
            (bce(real, ones) - bce(fake, zeros), "the difference of the parts, not their sum."),
            (bce(real.sigmoid(), ones) + bce(fake.sigmoid(), zeros), _TWICE),
            (bce(ones, real) + bce(zeros, fake), _TURNED_ROUND),
        ],
        otherwise=f"for the test logits the discriminator's loss should be {right:.4f}, yours is {got:.4f}",
    )
    expect_gradient(got, {"real": real, "fake": fake}, "discriminator_loss")

    got = run(generator_loss, fake, hint=_loss_hint)
    expect_loss(got, "generator_loss")
    right = bce(fake, ones)
    compare(
        got,
        right=right,
        mistakes=[
            (
                bce(fake, zeros),
                "the generator's labels are zeros: then it wants to be caught. It wants fakes called ones.",
            ),
            (
                -bce(fake, zeros),
                "that is the minimax loss log(1 - D), flat where fakes are obvious. Use labels of ones.",
            ),
            (bce(fake.sigmoid(), ones), _TWICE),
            (bce(ones, fake), _TURNED_ROUND),
        ],
        otherwise=f"for the test logits the generator's loss should be {right:.4f}, yours is {got:.4f}",
    )
    expect_gradient(got, {"fake": fake}, "generator_loss")
    passed("both losses are the article's: the discriminator's sums its two parts, the generator asks for ones.")


_TWICE = "the sigmoid is applied twice: binary_cross_entropy_with_logits has it inside. Give it the logits."

_TURNED_ROUND = "logits and labels are turned round: the logits come first, the labels second."


def _loss_hint(error: str) -> str:
    if "Target size" in error:
        return "The labels need the shape of the logits, (N, 1): torch.ones_like(logits) has it."
    if "between 0 and 1" in error:
        return "binary_cross_entropy takes scores; for logits there is binary_cross_entropy_with_logits."
    return ""
