r"""What each player wants, written as losses of logits t of shape (N, 1).

Every loss has three parts: the discriminator's on reals, the discriminator's on fakes (their *sum* is what it
minimises) and the generator's on fakes. With D = sigmoid(t), log D(x) = -softplus(-t) and log(1 - D(x)) = -softplus(t),
which never overflow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from .tensors import check_floats

Part = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class GanLoss:
    """One GAN loss: a scalar for each player from logits of shape (N, 1).

    Attributes:
        name: what messages call it; those in `LOSSES` are found by it.
        real: the discriminator's loss on the logits of real images.
        fake: the discriminator's loss on the logits of fakes.
        generator: the generator's loss on the logits of its fakes.
        equilibrium_logit: the logit of a discriminator that can't tell reals from fakes.
    """

    name: str
    real: Part
    fake: Part
    generator: Part
    equilibrium_logit: float = 0.0

    def discriminator(self, real_logits: torch.Tensor, fake_logits: torch.Tensor) -> torch.Tensor:
        """The discriminator's whole loss, a scalar: the part on reals plus the part on fakes, each a mean.

        Raises:
            ValueError: real and fake logits differ in shape by more than their number.
        """
        if real_logits.shape[1:] != fake_logits.shape[1:]:
            raise ValueError(
                f"real logits {tuple(real_logits.shape)} and fake logits {tuple(fake_logits.shape)} "
                "must both have shape (N, 1)"
            )
        return self.real(real_logits) + self.fake(fake_logits)

    def equilibrium(self) -> tuple[float, float]:
        """Losses of discriminator and generator where the discriminator can't tell reals from fakes."""
        logit = torch.tensor([[self.equilibrium_logit]], device="cpu")
        return self.discriminator(logit, logit).item(), self.generator(logit).item()


def _log_real(t: torch.Tensor) -> torch.Tensor:
    return F.softplus(-t).mean()  # -log D


def _log_fake(t: torch.Tensor) -> torch.Tensor:
    return F.softplus(t).mean()  # -log(1 - D)


#: Goodfellow et al. 2014, equation 1: the generator minimises log(1 - D(G(z))), which is flat where D(G(z)) is near 0.
MINIMAX = GanLoss("minimax", real=_log_real, fake=_log_fake, generator=lambda t: -_log_fake(t))

#: Goodfellow et al. 2014, section 3: the generator minimises -log D(G(z)) instead. The article's loss (BCE with ones).
NON_SATURATING = GanLoss("non_saturating", real=_log_real, fake=_log_fake, generator=_log_real)

#: Mao et al. 2017 (LSGAN), equation 9: squared distance of the raw logit to 1 for reals and 0 for fakes.
LEAST_SQUARES = GanLoss(
    "least_squares",
    real=lambda t: 0.5 * (t - 1).square().mean(),
    fake=lambda t: 0.5 * t.square().mean(),
    generator=lambda t: 0.5 * (t - 1).square().mean(),
    equilibrium_logit=0.5,
)

#: Lim and Ye 2017 (Geometric GAN): a real above a margin of 1 or a fake below -1 costs the discriminator nothing more.
HINGE = GanLoss(
    "hinge", real=lambda t: F.relu(1 - t).mean(), fake=lambda t: F.relu(1 + t).mean(), generator=lambda t: -t.mean()
)

#: Arjovsky et al. 2017: the difference of the mean logits. Under a Lipschitz bound of 1 (see `gradient_penalty`) minus
#: the discriminator's loss estimates the Wasserstein distance; without a bound it means nothing.
WASSERSTEIN = GanLoss("wasserstein", real=lambda t: -t.mean(), fake=lambda t: t.mean(), generator=lambda t: -t.mean())

LOSSES = {loss.name: loss for loss in (MINIMAX, NON_SATURATING, LEAST_SQUARES, HINGE, WASSERSTEIN)}


def get(name: str) -> GanLoss:
    """The loss called ``name``.

    Raises:
        ValueError: there is none of that name; the message lists the names there are.
    """
    try:
        return LOSSES[name]
    except (KeyError, TypeError):
        raise ValueError(f"unknown loss {name!r}; choose one of {', '.join(LOSSES)}") from None


def smooth_real_labels(loss: GanLoss, label: float) -> GanLoss:
    """``loss`` with reals labelled ``label`` (say 0.9) instead of 1 in the discriminator's part, never the fakes.

    Salimans et al. 2016, section 3.4. For the losses that are cross-entropies of a label, `MINIMAX` and
    `NON_SATURATING`.

    Raises:
        TypeError: ``loss`` is no `GanLoss`.
        ValueError: the loss has no labels, or smoothed ones already; or the label is not above 0.5 and at most 1.
    """
    if not isinstance(loss, GanLoss):
        raise TypeError(f"expected a GanLoss, such as those of gan_lesson.losses.LOSSES; got {loss!r}")
    if loss.real is not _log_real:
        raise ValueError(f"the loss {loss.name!r} has no labels to smooth, or they are smoothed already")
    if not isinstance(label, (int, float)) or not 0.5 < label <= 1:
        raise ValueError(f"a smoothed label lies above 0.5 and at most at 1, got {label}")
    return replace(
        loss,
        real=lambda t: label * _log_real(t) + (1 - label) * _log_fake(t),
        # the best blind guess is a score of label / 2
        equilibrium_logit=math.log(label / (2 - label)),
    )


def gradient_penalty(discriminator: torch.nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Mean of (|gradient of the logit| - 1)^2 at one random point between each real (N, ...) and its fake: a scalar.

    Gulrajani et al. 2017 (WGAN-GP), equation 3, where it weighs ten times as much as the loss: give a loop
    ``penalty=lambda *seen: 10 * gradient_penalty(*seen)``. The norm is taken per sample, over all its pixels. No
    gradient reaches the fakes.

    D must judge each sample by itself: with BatchNorm a sample changes the logits of the others too, and the norm with
    them.

    Raises:
        TypeError, ValueError: reals and fakes are no floats or differ in shape, or D's logits have no gradient.
    """
    _check_reals(real)
    check_floats(fake, "fakes")
    if real.shape != fake.shape:
        raise ValueError(f"reals {tuple(real.shape)} and fakes {tuple(fake.shape)} must have the same shape")
    share = torch.rand([len(real)] + [1] * (real.ndim - 1), dtype=real.dtype, device=real.device)
    between = torch.lerp(real.detach(), fake.detach().to(real), share).requires_grad_()
    with _ConstantSlopes():
        logits = _differentiable(discriminator(between))
    (gradient,) = torch.autograd.grad(logits.sum(), between, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def r1_penalty(discriminator: torch.nn.Module, real: torch.Tensor, fake: torch.Tensor | None = None) -> torch.Tensor:
    """Half the mean of |gradient of the logit|^2 at reals (N, ...): a scalar, 0 where the discriminator is flat.

    It takes ``fake`` as every penalty of a loop does, and doesn't look at it.

    Mescheder et al. 2018, equation 9 (R1), without its weight. At the equilibrium a discriminator has nothing to say;
    this keeps it from saying more than it must, so that the game comes to rest. As in `gradient_penalty`, D must judge
    each sample by itself.

    Raises:
        TypeError, ValueError: the reals are no floats, or D's logits have no gradient.
    """
    _check_reals(real)
    real = real.detach().requires_grad_()
    with _ConstantSlopes():
        logits = _differentiable(discriminator(real))
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return gradient.flatten(1).square().sum(dim=1).mean() / 2


class _ConstantSlopes(TorchFunctionMode):
    """Inside the block the slopes of LeakyReLU are constants, which they are but at 0.

    PyTorch doesn't know: where a gradient is differentiated, it sends zeros from there back through the whole network,
    which takes as long as a backward pass.
    """

    def __torch_function__(self, function, types, arguments=(), options=None):
        if function is F.leaky_relu:
            return _leaky_relu(*arguments, **(options or {}))
        return function(*arguments, **(options or {}))


def _leaky_relu(t: torch.Tensor, negative_slope: float = 0.01, inplace: bool = False) -> torch.Tensor:
    return _LeakyReLU.apply(t, negative_slope)


class _LeakyReLU(torch.autograd.Function):
    @staticmethod
    def forward(context, t: torch.Tensor, slope: float) -> torch.Tensor:
        context.save_for_backward(t)
        context.slope = slope
        return F.leaky_relu(t, slope)

    @staticmethod
    def backward(context, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        (t,) = context.saved_tensors
        return torch.ops.aten.leaky_relu_backward(gradient, t.detach(), context.slope, False), None


def _check_reals(real: torch.Tensor) -> None:
    check_floats(real, "reals")
    if real.ndim < 2 or not real.numel():
        raise ValueError(f"expected reals of shape (N, ...), one or more, got {tuple(real.shape)}")


def _differentiable(logits: torch.Tensor) -> torch.Tensor:
    """The logits, whose gradient is needed; without one, ValueError says where it may have been lost."""
    check_floats(logits, "the discriminator's answer")
    if not logits.requires_grad:
        raise ValueError(
            "a penalty needs the gradient of the discriminator's logits, and these have none: look for "
            "torch.no_grad() around it, or for detach() inside the discriminator"
        )
    return logits
