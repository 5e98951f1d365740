"""The exercises of the lesson "The losses"."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F

from ...checks.answer import double, expect_gradient, expect_loss, name_of, number, run
from ...checks.comparison import Mistake, apart, compare, farthest
from ...checks.elsewhere import right_so_far
from ...checks.exercise import exercise, fail, passed
from ...losses import LOSSES, GanLoss


@exercise(
    "Take pencil and paper: put the score 0.9 and the label 1 into the formula of “A price for a wrong score”. Which "
    "of its two terms is left? And with the label 0?",
    "Both terms are built alike: a minus, a factor made of the label, and math.log of something made of the score.",
    "The first term is -label * math.log(score). For the second put 1 - label and 1 - score in their places, both in "
    "brackets.",
)
def check_price(price: Callable) -> None:
    """The losses: ``price(score, label)`` is the binary cross-entropy of one score, a number, with a label 1 or 0."""
    score, label, right, got = _prices(price, [0.2, 0.5, 0.9])
    at, wanted, yours = farthest(right, got)
    if_real, if_fake = -score.log(), -(1 - score).log()
    compare(
        got,
        right=right,
        mistakes=[
            (
                -right,
                "every price has the wrong sign: a logarithm of a score is negative, so a minus stands before it.",
            ),
            (
                (1 - label) * if_real + label * if_fake,
                "real and fake are swapped: a real (label 1) pays -log D, a fake (label 0) pays -log(1 - D).",
            ),
            (
                label * if_real - (1 - label) * if_fake,
                "reals pay the right price, but for fakes it is negative: the second term needs a minus, too.",
            ),
            (right / math.log(10), _OTHER_BASE.format("math.log10 counts in powers of ten")),
            (right / math.log(2), _OTHER_BASE.format("math.log2 counts in powers of two")),
            (if_real, "a fake pays the same as a real: the label isn't used. With a label of 0 it is -log(1 - D)."),
            (if_real + if_fake, "both terms count, whatever the label is: it must leave only one of them."),
            (label * (if_real + if_fake), "the second term has the wrong factor: label, where 1 - label should stand."),
            (label * if_real, "a fake costs nothing, whatever its score: the second term is missing."),
            ((1 - label) * if_fake, "a real costs nothing, whatever its score: the first term is missing."),
            (
                label * if_real - (1 - label) * (1 + if_real),
                "the second term has 1 - log D in place of log(1 - D): the 1 - belongs inside the logarithm.",
            ),
            (
                label * (if_real + if_fake) - 1,
                "brackets are missing: - 1 - label * ... takes away 1 first. Write - (1 - label) * ...",
            ),
            ((label - score).abs(), _NO_LOGARITHM.format("label - score")),
            ((label - score).square(), _NO_LOGARITHM.format("label - score, squared")),
            (right / 2, "every price is half of what it should be: both terms are added, and nothing divides them."),
            (2 * right, "every price is twice what it should be: each term stands in the formula once."),
            *((right.round(decimals=decimals), _ROUNDED) for decimals in range(5)),
        ],
        otherwise=f"a score of {score[at]:g} with a label of {label[at]:g} costs {wanted}, yours says "
        f"{yours}. Compare your line with the formula, term by term.",
    )
    score, label, right, got = _prices(price, [0.01, 0.37, 0.995])
    at, wanted, yours = farthest(right, got)
    compare(
        got,
        right=right,
        otherwise=f"for scores of 0.2, 0.5 and 0.9 it is right, but a score of {score[at]:g} with a label of "
        f"{label[at]:g} costs {wanted}, yours says {yours}: use the formula for any score between 0 and 1.",
    )
    passed("the price of a score: 0.693 for “can't tell”, little for being right, much for being sure and wrong.")


def _prices(price: Callable, scores: list[float]) -> tuple[torch.Tensor, ...]:
    """Of each score with either label: the score, the label, the right price and the learner's."""
    cases = [(score, label) for label in (1, 0) for score in scores]
    got = torch.stack([_priced(price, score, label) for score, label in cases])
    score, label = torch.tensor(cases, dtype=torch.float64).T
    return score, label, -label * score.log() - (1 - label) * (1 - score).log(), got


def _priced(price: Callable, score: float, label: int) -> torch.Tensor:
    value = run(price, score, label, advice=_PRICE_ADVICE)
    if isinstance(value, (float, torch.Tensor)) and not torch.as_tensor(value).isfinite().all():
        fail(_LOGARITHM_OF_ZERO)
    return number(value, "price")


_ROUNDED = "the right price, but rounded: leave round() out, a loss needs all of its digits."

_OTHER_BASE = "the right form, with another logarithm: {}. Take the natural one, math.log."

_NO_LOGARITHM = "that is how far the score is from the label ({}); the price is a logarithm, and grows without limit."

_LOGARITHM_OF_ZERO = (
    "a logarithm of 0, or of a number below 0, was asked for. Take it of the score and of 1 - score; the label stands "
    "before it, as a factor."
)

_PRICE_ADVICE = [
    ("math domain error|positive input", f"A{_LOGARITHM_OF_ZERO[1:]}"),
    ("must be Tensor, not", "Score and label are plain numbers: math.log takes those, torch.log takes tensors."),
]


@exercise(
    "Read the two wishes in “Two players, two wishes” once more: which labels does each player want for which images?",
    "Each line calls F.binary_cross_entropy_with_logits with two arguments of one shape: first the logits, then the "
    "labels. torch.ones_like and torch.zeros_like make the labels of the logits.",
    "real_loss takes real_logits and torch.ones_like(real_logits), fake_loss takes fake_logits and "
    "torch.zeros_like(fake_logits). The generator's labels are ones.",
)
def check_losses(discriminator_loss: Callable, generator_loss: Callable) -> None:
    """The losses: both losses of the article from logits (N, 1), with labels of ones and zeros."""
    real, fake = torch.randn(6, 1) + 2, torch.randn(6, 1) - 1
    of_d = _Asked(discriminator_loss, "the discriminator's loss", lambda real, fake: _bce(real, 1) + _bce(fake, 0))
    of_d.expect(
        [
            (_bce(real, 0) + _bce(fake, 1), "the labels are swapped: for D reals are ones and fakes are zeros."),
            (_bce(real, 1), "only the reals count: add the loss on the fakes, with labels of zeros."),
            (_bce(fake, 0), "only the fakes count: add the loss on the reals, with labels of ones."),
            (_bce(real, 1) + _bce(fake, 1), "fakes carry ones: that is the generator's wish. Here they carry zeros."),
            (_bce(real, 0) + _bce(fake, 0), "reals carry zeros, as fakes do: then nothing tells them apart."),
            ((_bce(real, 1) + _bce(fake, 0)) / 2, "the mean of both parts, not their sum: the article adds them."),
            (_bce(real, 1) - _bce(fake, 0), "the difference of the parts, not their sum."),
            (_bce(real, 0.9) + _bce(fake, 0), _SMOOTH.format("the reals")),
            (_bce(real.sigmoid(), 1) + _bce(fake.sigmoid(), 0), _TWICE),
            (_turned_round(real, 1) + _turned_round(fake, 0), _TURNED_ROUND),
        ],
        real=real,
        fake=fake,
    )
    of_g = _Asked(generator_loss, "the generator's loss", lambda fake: _bce(fake, 1))
    of_g.expect(
        [
            (_bce(fake, 0), "with labels of zeros the generator wants to be caught. It wants its fakes called ones."),
            (-_bce(fake, 0), "that is log(1 - D), minimax, which comes later. Here it is -log D: use labels of ones."),
            (_bce(fake, 0.9), _SMOOTH.format("the fakes")),
            (_bce(fake.sigmoid(), 1), _TWICE),
            (_turned_round(fake, 1), _TURNED_ROUND),
        ],
        fake=fake,
    )
    passed("both losses are the article's: the discriminator's sums its two parts, the generator asks for ones.")


def _bce(logits: torch.Tensor, label: float) -> torch.Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def _turned_round(logits: torch.Tensor, label: float) -> torch.Tensor:
    return F.binary_cross_entropy_with_logits(torch.full_like(logits, label), logits)


class _Asked:
    """A learner's loss, asked for its value at logits, beside the right one."""

    def __init__(self, loss: Callable, name: str, right: Callable[..., torch.Tensor]):
        self._loss, self._name, self._right = loss, name, right

    def expect(self, mistakes: list[Mistake], **logits: torch.Tensor) -> None:
        """The right value and gradient for these logits (6, 1), and then for others."""
        got, right = self._of(**logits)
        _, wanted, yours = farthest(right, got, 4)
        compare(
            got,
            right=right,
            mistakes=[*mistakes, (-right, _SIGN), (6 * right, _SUMMED.format(yours, wanted))],
            otherwise=f"for the test logits {self._name} should be {wanted}, yours is {yours}",
        )
        expect_gradient(got, self._logits, self._name)
        self._expect_of_any_logits()

    def _of(self, **logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The learner's loss of these logits (N, 1), and the right one."""
        self._logits = {which: values.clone().requires_grad_() for which, values in logits.items()}
        got = run(self._loss, *self._logits.values(), advice=_LOSSES_ADVICE)
        expect_loss(got, name_of(self._loss))
        return got, self._right(*logits.values())

    def _expect_of_any_logits(self) -> None:
        """What is right for the first logits is right for other counts and sizes, with its gradient."""
        for count in (1, 4):
            with right_so_far(f"with six logits it is right, but with {count}, of shape ({count}, 1): "):
                self._expect_like(
                    {which: 2 * torch.randn(count, 1) for which in self._logits},
                    "{} should be {}, yours is {}. Whatever their number, a loss is the mean over all of them.",
                )
        for size in (20.0, 100.0):
            logits = {which: torch.tensor([[-size], [size]]) for which in self._logits}
            self._expect_like(logits, f"with small logits it is right, but with -{size:g} and {size:g} {_UNSTABLE}")

    def _expect_like(self, logits: dict[str, torch.Tensor], otherwise: str) -> None:
        got, right = self._of(**logits)
        expect_gradient(got, self._logits, self._name)
        _expect_close(got.detach(), right, otherwise, "the loss")
        _expect_close(*(self._steepness(it, logits) for it in (self._loss, self._right)), otherwise, "its gradient")

    def _steepness(self, loss: Callable, logits: dict[str, torch.Tensor]) -> torch.Tensor:
        """The gradient of ``loss`` with respect to all the logits."""
        given = [values.clone().requires_grad_() for values in logits.values()]
        return torch.cat(torch.autograd.grad(run(loss, *given), given))


def _expect_close(got: torch.Tensor, right: torch.Tensor, otherwise: str, what: str) -> None:
    # not compare, which would speak of a division by 0 where there is an infinity
    got, right = got.double().flatten(), right.double().flatten()
    if torch.allclose(got, right, rtol=1e-4, atol=1e-5):
        return
    _, *numbers = farthest(right, got)
    fail(otherwise.format(what, *numbers))


_SMOOTH = "the labels of {} are 0.9: that is label smoothing. Here they are ones."

_TWICE = "the sigmoid is applied twice: binary_cross_entropy_with_logits has it inside. Give it the logits."

_TURNED_ROUND = "logits and labels are turned round: the logits come first, the labels second."

_SIGN = "the sign is turned round: whoever makes this small is rewarded for wrong scores. A price is positive."

_SUMMED = (
    "that is the sum over the batch, {}; it should be {}, the mean: with a sum the steps would grow with the batch. "
    'Leave reduction="sum" out.'
)

_UNSTABLE = (
    "{} should be {}, yours is {}. Numbers of 32 bits can't hold a score so near to 0 or 1, nor its logarithm: leave "
    "both to F.binary_cross_entropy_with_logits, which takes the logits and stays exact."
)

_LOSSES_ADVICE = [
    (r"'(int|float)'.*'size'|two bool tensors", "Labels are a tensor of floats: torch.ones_like(logits) makes them."),
]


@exercise(
    "torch.autograd.grad(value, t) asks how value changes with t. Here t is the logit, a tensor, and value is what the "
    "generator pays for it, loss.generator(t).",
    "Three lines are enough: make t, a tensor of shape (1, 1) with requires_grad=True; ask torch.autograd.grad for the "
    "gradient of loss.generator(t) with respect to t; return the first thing in the tuple, as a number.",
    "The second line is (gradient,) = torch.autograd.grad(loss.generator(t), t); the third returns gradient.item().",
)
def check_slope(slope: Callable) -> None:
    """The losses: ``slope(loss, logit)`` is the generator's gradient at one logit, a number, of any `GanLoss`."""
    got = torch.stack([_sloped(slope, loss, logit) for loss, logit in _PLACES])
    right = _slopes(lambda loss, t: loss.generator(t))
    values = torch.stack([loss.generator(double(logit)) for loss, logit in _PLACES])
    logits = torch.tensor([logit for _, logit in _PLACES], dtype=torch.float64)
    scores = logits.sigmoid()
    at = int(((got - right).abs() / (right.abs() + 0.01)).argmax())
    wanted, yours = apart(right[at], got[at], 4)
    by_score = scores * (1 - scores)
    compare(
        got,
        right=right,
        mistakes=[
            (values, "that is the value of the loss, how high the curve is. The slope is how steep it is there."),
            (-right, "the sign is turned round: a loss that falls when the logit grows has a negative slope."),
            (right.abs(), "that is the size of the slope. Leave the sign: it says to which side the loss falls."),
            (
                right / by_score,
                "that is the gradient with respect to the score. The curves stand over the logit: ask for that one.",
            ),
            (_slopes(lambda loss, t: loss.generator(t.sigmoid())), _SIGMOID),
            (_slopes(lambda loss, t: loss.generator(t.sigmoid())) / by_score, _SIGMOID),
            (
                _slopes(lambda loss, t: loss.fake(t)),
                "that is the slope of what the discriminator pays for fakes: take loss.generator.",
            ),
            (
                _slopes(lambda loss, t: loss.real(t)),
                "that is the slope of what the discriminator pays for reals: take loss.generator.",
            ),
            (_slopes(lambda loss, t: loss.discriminator(t, t)), "that is the discriminator's: take loss.generator."),
            (-scores, _ONE_FOR_ALL.format("minimax")),
            (scores - 1, _ONE_FOR_ALL.format("the non-saturating loss")),
            (values / logits, "the value divided by the logit is no slope: divide a difference by a distance."),
            (2 * right, "every slope is twice what it should be: from left to right it is two small steps, not one."),
            (right / 2, "every slope is half of what it should be: is the difference divided by the right distance?"),
        ],
        otherwise=f"at a logit of {logits[at]:g} the slope of {_PLACES[at][0].name} is {wanted}, yours says "
        f"{yours}. If you compare two places, let them lie about 0.01 apart, one on each side: farther apart you "
        "measure another slope, and much closer the difference drowns in rounding.",
        within=1e-2,
    )
    passed("the slope of any loss at any logit: all five losses came out right.")


#: Losses and logits for which the slope is asked. With logits of both signs no two mistakes look alike.
_PLACES = [(loss, logit) for loss in LOSSES.values() for logit in (-3.0, 0.7, 2.0)]


def _slopes(part: Callable[[GanLoss, torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """The gradient of ``part(loss, t)`` with respect to the logit t at each of the places."""
    found = []
    for loss, logit in _PLACES:
        t = double(logit).requires_grad_()
        found.append(torch.autograd.grad(part(loss, t), t)[0])
    return torch.stack(found)


def _sloped(slope: Callable, loss: GanLoss, logit: float) -> torch.Tensor:
    value = run(slope, loss, logit, advice=_SLOPE_ADVICE)
    if value is None:
        fail("slope returned None: its return is missing, or it is t.grad before any backward(), or backward() itself.")
    if isinstance(value, tuple):
        fail("torch.autograd.grad returns a tuple, one gradient for each tensor that was asked for: take the first.")
    return number(value, "slope")


_SIGMOID = "the loss was given a score: it takes the logit itself and has the sigmoid inside."

_ONE_FOR_ALL = "that is the slope of {}, whatever loss is given: use loss.generator, and the slope follows from it."


_SLOPE_ADVICE = [
    (
        "does not require grad",
        "Nothing was noted on the way: make the tensor with requires_grad=True, and don't detach or item it.",
    ),
    (
        "not have been used in the graph",
        "The loss was computed from another tensor than the one you ask for: make t once, and use it in both.",
    ),
    ("not callable", "A loss has several parts: the generator's is loss.generator(t)."),
    ("must be Tensor, not", "A loss takes a tensor of logits: torch.tensor([[logit]])."),
]
