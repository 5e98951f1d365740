"""The checks of lesson 05: right answers pass, in more than one style, and each likely mistake is named."""

import pytest
import torch
import torch.nn.functional as F

from answering import fails, not_written, passes, table
from gan_lesson import checks, losses

bce = F.binary_cross_entropy_with_logits


def d_loss(real, fake):
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


def g_loss(fake):
    return bce(fake, torch.ones_like(fake))


def by_hand(real, fake):
    return -(real.sigmoid().log() + (1 - fake.sigmoid()).log()).mean()


def with_scores(real, fake):
    scores = F.binary_cross_entropy(real.sigmoid(), torch.ones(len(real), 1))
    return scores + F.binary_cross_entropy(fake.sigmoid(), torch.zeros(len(fake), 1))


@pytest.mark.parametrize(
    ("discriminator_loss", "generator_loss"),
    [
        (d_loss, g_loss),
        (by_hand, lambda fake: F.softplus(-fake).mean()),
        (with_scores, g_loss),
        (losses.NON_SATURATING.discriminator, losses.NON_SATURATING.generator),
    ],
)
def test_right_losses_pass(capsys, discriminator_loss, generator_loss):
    passes(capsys, checks.check_losses, discriminator_loss, generator_loss)


@table(
    {
        "swapped": (lambda r, f: bce(r, torch.zeros_like(r)) + bce(f, torch.ones_like(f)), "swapped"),
        "labels (N,)": (lambda r, f: bce(r, torch.ones(len(r))) + bce(f, torch.zeros(len(f))), "shape of the logits"),
        "sigmoid twice": (lambda r, f: d_loss(r.sigmoid(), f.sigmoid()), "applied twice"),
        "mean": (lambda r, f: d_loss(r, f) / 2, "not their sum: the article adds"),
        "only reals": (lambda r, f: bce(r, torch.ones_like(r)), "only the reals count"),
        "only fakes": (lambda r, f: bce(f, torch.zeros_like(f)), "only the fakes count"),
        "fakes with ones": (lambda r, f: bce(r, torch.ones_like(r)) + bce(f, torch.ones_like(f)), "generator's wish"),
        "difference": (lambda r, f: bce(r, torch.ones_like(r)) - bce(f, torch.zeros_like(f)), "the difference"),
        "labels first": (lambda r, f: bce(torch.ones_like(r), r) + bce(torch.zeros_like(f), f), "logits come first"),
        "no reduction": (
            lambda r, f: bce(r, torch.ones_like(r), reduction="none") + bce(f, torch.zeros_like(f), reduction="none"),
            "one number",
        ),
        "summed": (
            lambda r, f: bce(r, torch.ones_like(r), reduction="sum") + bce(f, torch.zeros_like(f), reduction="sum"),
            "should be 0.",
        ),
        "item": (lambda r, f: d_loss(r, f).item(), "without .item()"),
        "bce on logits": (
            lambda r, f: F.binary_cross_entropy(r, torch.ones_like(r)) + F.binary_cross_entropy(f, torch.zeros_like(f)),
            "binary_cross_entropy_with_logits",
        ),
        "all detached": (lambda r, f: d_loss(r.detach(), f.detach()), "no gradient to the real logits"),
        "fake logits detached": (lambda r, f: d_loss(r, f.detach()), "no gradient to the fake logits"),
        "no return": (lambda r, f: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_discriminators_loss_is_named(answer, phrase):
    assert phrase in fails(checks.check_losses, answer, g_loss)


@table(
    {
        "zeros": (lambda f: bce(f, torch.zeros_like(f)), "wants to be caught"),
        "minimax": (lambda f: -bce(f, torch.zeros_like(f)), "minimax"),
        "minimax by hand": (lambda f: (1 - f.sigmoid()).log().mean(), "minimax"),
        "labels (N,)": (lambda f: bce(f, torch.ones(len(f))), "shape of the logits"),
        "sigmoid twice": (lambda f: g_loss(f.sigmoid()), "applied twice"),
        "detached": (lambda f: g_loss(f.detach()), "no gradient to the fake logits"),
        "item": (lambda f: g_loss(f).item(), "without .item()"),
        "no reduction": (lambda f: F.softplus(-f), "one number"),
        "labels first": (lambda f: bce(torch.ones_like(f), f), "logits come first"),
        "no return": (lambda f: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_generators_loss_is_named(answer, phrase):
    message = fails(checks.check_losses, d_loss, answer)
    assert phrase in message
