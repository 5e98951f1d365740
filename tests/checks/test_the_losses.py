"""The checks of “The losses”: right answers pass, in more than one style, and each likely mistake is named."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan_lesson import checks, losses
from tests.checks.answering import fails, not_written, passes, table

bce = F.binary_cross_entropy_with_logits


# ---------------------------------------------------------------- the price of a score


def price(score, label):
    return -label * math.log(score) - (1 - label) * math.log(1 - score)


def priced_by_torch(score, label):
    return F.binary_cross_entropy(torch.tensor([score]), torch.tensor([float(label)]))


@pytest.mark.parametrize(
    "answer",
    [
        price,
        priced_by_torch,
        lambda score, label: -math.log(score if label == 1 else 1 - score),
        lambda score, label: math.log(1 / (score * label + (1 - score) * (1 - label))),
        lambda score, label: np.float32(-np.log(score) if label else -np.log1p(-score)),
        lambda score, label: -math.log(score + 1e-8) if label else -math.log(1 - score + 1e-8),
    ],
)
def test_a_right_price_passes(capsys, answer):
    passes(capsys, checks.check_price, answer)


@table(
    {
        "sign": (lambda d, y: -price(d, y), "wrong sign"),
        "swapped": (lambda d, y: price(d, 1 - y), "swapped"),
        "second sign": (lambda d, y: price(d, y) if y else -price(d, y), "the second term needs a minus"),
        "base 10": (lambda d, y: price(d, y) / math.log(10), "powers of ten"),
        "base 2": (lambda d, y: -y * math.log2(d) - (1 - y) * math.log2(1 - d), "powers of two"),
        "no label": (lambda d, y: -math.log(d), "the label isn't used"),
        "only reals": (lambda d, y: -y * math.log(d), "a fake costs nothing"),
        "only fakes": (lambda d, y: -(1 - y) * math.log(1 - d), "a real costs nothing"),
        "1 - log": (lambda d, y: -y * math.log(d) - (1 - y) * (1 - math.log(d)), "belongs inside the logarithm"),
        "no brackets": (lambda d, y: -y * math.log(d) - 1 - y * math.log(1 - d), "brackets are missing"),
        "distance": (lambda d, y: abs(y - d), "grows without limit"),
        "squared": (lambda d, y: (y - d) ** 2, "squared"),
        "label inside": (lambda d, y: -math.log(y * d) - math.log((1 - y) * (1 - d)), "was asked for. Take it of"),
        "label inside, in torch": (lambda d, y: -torch.log(torch.tensor(y * d)), "as a factor"),
        "turned round": (lambda d, y: price(y, d), "as a factor"),
        "torch.log": (lambda d, y: -y * torch.log(d), "math.log takes those"),
        "half": (lambda d, y: price(d, y) / 2, "half of what it should be"),
        "twice": (lambda d, y: 2 * price(d, y), "twice what it should be"),
        "rounded": (lambda d, y: round(price(d, y), 3), "leave round() out"),
        "rounded to the whole": (lambda d, y: round(price(d, y)), "leave round() out"),
        "both terms": (lambda d, y: -math.log(d) - math.log(1 - d), "it must leave only one of them"),
        "label twice": (lambda d, y: -y * math.log(d) - y * math.log(1 - d), "where 1 - label should stand"),
        "score - 1": (lambda d, y: -y * math.log(d) - (1 - y) * math.log(d - 1), "or of a number below 0"),
        "something small added": (lambda d, y: price(d, y) + 1e-4, "costs 2.3026, yours says 2.3027"),
        "never above 3": (
            lambda d, y: min(price(d, y), 3),
            "a label of 0 costs 5.298, yours says 3.000",
        ),
        "something else": (lambda d, y: d, "costs 1.609, yours says 0.200"),
        "no return": (lambda d, y: None, "is there a return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_price_is_named(answer, phrase):
    assert phrase in fails(checks.check_price, answer)


# ---------------------------------------------------------------- both losses


def d_loss(real, fake):
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


def g_loss(fake):
    return bce(fake, torch.ones_like(fake))


def by_hand(real, fake):
    return -(real.sigmoid().log() + (1 - fake.sigmoid()).log()).mean()


def with_scores(real, fake):
    scores = F.binary_cross_entropy(real.sigmoid(), torch.ones(len(real), 1))
    return scores + F.binary_cross_entropy(fake.sigmoid(), torch.zeros(len(fake), 1))


def by_modules(real, fake):
    price = torch.nn.BCEWithLogitsLoss()
    return price(real, torch.ones(len(real), 1)) + price(fake, torch.zeros(len(fake), 1))


@pytest.mark.parametrize(
    ("discriminator_loss", "generator_loss"),
    [
        (d_loss, g_loss),
        (losses.NON_SATURATING.discriminator, losses.NON_SATURATING.generator),
        (by_modules, lambda fake: torch.logaddexp(-fake, torch.zeros(())).mean()),
        (
            lambda real, fake: -(F.logsigmoid(real) + F.logsigmoid(-fake)).mean(),
            lambda fake: -F.logsigmoid(fake).mean(),
        ),
        (
            lambda real, fake: F.softplus(torch.cat([-real, fake])).sum() / len(real),
            lambda fake: g_loss(fake.squeeze(1)),
        ),
        (lambda real, fake: d_loss(real.double(), fake.double()), lambda fake: g_loss(fake.double())),
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
        "reals with zeros": (lambda r, f: bce(r, torch.zeros_like(r)) + g_loss(-f), "nothing tells them apart"),
        "a number for the labels": (lambda r, f: bce(r, 1) + bce(f, 0), "Labels are a tensor of floats"),
        "True for the labels": (lambda r, f: bce(r, r == r) + bce(f, f != f), "Labels are a tensor of floats"),
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
        "summed by hand": (lambda r, f: (F.softplus(-r) + F.softplus(f)).sum(), "the sum over the batch"),
        "a sixth of the sum": (lambda r, f: (F.softplus(-r) + F.softplus(f)).sum() / 6, "a loss is the mean over all"),
        "sign": (lambda r, f: -d_loss(r, f), "the sign is turned round"),
        "soft labels": (lambda r, f: bce(r, 0.9 * torch.ones_like(r)) + g_loss(-f), "label smoothing"),
        "hardly off": (lambda r, f: d_loss(r, f) * 1.00003, "should be 0.63636, yours is 0.63638"),
        "bce of the sigmoid": (with_scores, "20.000, yours is 60.000. Numbers of 32 bits can't hold a score"),
        "logarithm of the sigmoid": (by_hand, "20.000, yours is inf. Numbers of 32 bits can't hold a score"),
        "something small inside": (
            lambda r, f: -((r.sigmoid() + 1e-6).log() + (1 - f.sigmoid() + 1e-6).log()).mean(),
            "with -20 and 20 the loss should be 20.000, yours",
        ),
        "sigmoid of the turned logit": (
            lambda r, f: -(r.sigmoid().log() + (-f).sigmoid().log()).mean(),
            "with -100 and 100 the loss should be 100.000, yours is inf",
        ),
        "squeezed": (
            lambda r, f: bce(r.squeeze(), torch.ones(len(r))) + bce(f.squeeze(), torch.zeros(len(f))),
            "with 1, of shape (1, 1)",
        ),
        "written into": (lambda r, f: d_loss(r.data.mul_(2).requires_grad_(), f), "writes into r, which it"),
        "in place": (lambda r, f: d_loss(r.sigmoid_(), f), "writes into r, which it was given"),
        "half of the gradient": (
            lambda r, f: (d_loss(r, f) + d_loss(r.detach(), f.detach())) / 2,
            "its gradient should be",
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
        "soft labels": (lambda f: bce(f, 0.9 * torch.ones_like(f)), "label smoothing"),
        "sign": (lambda f: -g_loss(f), "the sign is turned round"),
        "summed": (lambda f: F.softplus(-f).sum(), "the sum over the batch"),
        "bce of the sigmoid": (
            lambda f: F.binary_cross_entropy(f.sigmoid(), torch.ones_like(f)),
            "with -100 and 100 its gradient should be -0.500, yours is -0.000",
        ),
        "exp": (lambda f: (f.exp().log1p() - f).mean(), "with -100 and 100 the loss should be 50.000, yours is inf"),
        "no reduction": (lambda f: F.softplus(-f), "one number"),
        "labels first": (lambda f: bce(torch.ones_like(f), f), "logits come first"),
        "no return": (lambda f: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_generators_loss_is_named(answer, phrase):
    message = fails(checks.check_losses, d_loss, answer)
    assert phrase in message


# ---------------------------------------------------------------- the slope at one place


def slope(loss, logit, *, value=lambda loss, t: loss.generator(t), returned=lambda gradient, t: gradient.item()):
    """The slope with its parts open to mistakes."""
    t = torch.tensor([[logit]], requires_grad=True)
    (gradient,) = torch.autograd.grad(value(loss, t), t)
    return returned(gradient, t)


def s_with(**parts):
    return lambda *arguments: slope(*arguments, **parts)


def s_backward(loss, logit, backward=True):
    t = torch.tensor(logit, requires_grad=True)
    value = loss.generator(t)
    if backward:
        value.backward()
    return t.grad


def s_looks(loss, logit, way=0.01, width=None, dtype=torch.float32):
    left, right = (loss.generator(torch.tensor([[logit + one]], dtype=dtype)) for one in (-way, way))
    return (right - left) / (width or 2 * way)


def s_to_the_right(loss, logit, way=0.001):
    here, right = (loss.generator(torch.tensor([[one]], dtype=torch.float64)) for one in (logit, logit + way))
    return float(right - here) / way


@pytest.mark.parametrize("answer", [slope, s_backward, s_looks, s_to_the_right])
def test_a_right_slope_passes(capsys, answer):
    passes(capsys, checks.check_slope, answer)


def s_by_score(loss, logit):
    score = torch.tensor([[logit]]).sigmoid().requires_grad_()
    return torch.autograd.grad(loss.generator(torch.logit(score)), score)[0]


def s_score_for_logit(loss, logit):
    return slope(loss, torch.tensor(logit).sigmoid().item())


def s_value(loss, logit):
    return loss.generator(torch.tensor([[logit]])).item()


def s_nothing_noted(loss, logit):
    t = torch.tensor([[logit]])
    return torch.autograd.grad(loss.generator(t), t)[0].item()


def s_another_tensor(loss, logit):
    t = torch.tensor([[logit]], requires_grad=True)
    return torch.autograd.grad(loss.generator(torch.tensor([[logit]], requires_grad=True)), t)[0].item()


def s_three_by_heart(loss, logit):
    score = torch.tensor(logit).sigmoid()
    return {"minimax": -score, "non_saturating": score - 1}.get(loss.name, logit - 1)


@table(
    {
        "value": (s_value, "how high the curve is"),
        "sign": (s_with(returned=lambda gradient, t: -gradient), "the sign is turned round"),
        "size": (s_with(returned=lambda gradient, t: gradient.abs()), "Leave the sign"),
        "by the score": (s_by_score, "with respect to the score"),
        "a score for the logit": (s_score_for_logit, "the loss was given a score"),
        "a sigmoid before the loss": (s_with(value=lambda loss, t: loss.generator(t.sigmoid())), "given a score"),
        "the discriminator's on fakes": (s_with(value=lambda loss, t: loss.fake(t)), "pays for fakes"),
        "the discriminator's on reals": (s_with(value=lambda loss, t: loss.real(t)), "pays for reals"),
        "the discriminator's": (s_with(value=lambda loss, t: loss.discriminator(t, t)), "that is the discriminator's"),
        "the loss itself": (s_with(value=lambda loss, t: loss(t)), "the generator's is loss.generator(t)"),
        "minimax for all": (lambda loss, logit: -torch.tensor(logit).sigmoid(), "the slope of minimax, whatever"),
        "non-saturating for all": (
            lambda loss, logit: torch.tensor(logit).sigmoid() - 1,
            "the slope of the non-saturating loss, whatever",
        ),
        "no requires_grad": (s_nothing_noted, "make the tensor with requires_grad=True"),
        "detached": (s_with(value=lambda loss, t: loss.generator(t.detach())), "make the tensor with requires_grad"),
        "another tensor": (s_another_tensor, "make t once"),
        "a plain number": (lambda loss, logit: loss.generator(logit), "takes a tensor of logits"),
        "three by heart": (s_three_by_heart, "the slope of hinge is -1.0000, yours says"),
        "tuple": (s_with(returned=lambda gradient, t: (gradient,)), "take the first"),
        "no backward": (lambda *arguments: s_backward(*arguments, backward=False), "before any backward()"),
        "backward for the gradient": (s_with(returned=lambda gradient, t: t.sum().backward()), "or backward() itself"),
        "one way for two": (lambda *arguments: s_looks(*arguments, width=0.01), "two small steps, not one"),
        "too wide": (lambda *arguments: s_looks(*arguments, width=0.04), "by the right distance"),
        "by the logit": (lambda loss, logit: s_value(loss, logit) / logit, "a difference by a distance"),
        "not divided": (lambda *arguments: s_looks(*arguments, width=1.0), "If you compare two places"),
        "too far away": (lambda *arguments: s_looks(*arguments, way=2.0), "If you compare two places"),
        "too close": (lambda *arguments: s_looks(*arguments, way=1e-7), "If you compare two places"),
        "no return": (lambda loss, logit: None, "its return is missing"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_slope_is_named(answer, phrase):
    assert phrase in fails(checks.check_slope, answer)
