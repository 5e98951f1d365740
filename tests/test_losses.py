"""Every loss against an oracle that doesn't share its formula: cross-entropies of sigmoids, squared errors, NumPy."""

import contextlib
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gan_lesson import losses

LOGITS = torch.tensor([[-6.0], [-1.5], [-1.0], [-0.2], [0.0], [0.7], [1.0], [2.5], [5.0]], dtype=torch.float64)


def cross_entropy(logits: torch.Tensor, label: float) -> torch.Tensor:
    return F.binary_cross_entropy(torch.sigmoid(logits), torch.full_like(logits, label))


def half_squared_error(logits: torch.Tensor, target: float) -> torch.Tensor:
    return F.mse_loss(logits, torch.full_like(logits, target)) / 2


def hinge(logits: torch.Tensor, sign: float) -> torch.Tensor:
    return torch.stack([max(1 - sign * logit, torch.zeros(())) for logit in logits.flatten()]).mean()


ORACLES = {
    "minimax": (lambda t: cross_entropy(t, 1), lambda t: cross_entropy(t, 0), lambda t: -cross_entropy(t, 0)),
    "non_saturating": (lambda t: cross_entropy(t, 1), lambda t: cross_entropy(t, 0), lambda t: cross_entropy(t, 1)),
    "least_squares": (
        lambda t: half_squared_error(t, 1),
        lambda t: half_squared_error(t, 0),
        lambda t: half_squared_error(t, 1),
    ),
    "hinge": (lambda t: hinge(t, 1), lambda t: hinge(t, -1), lambda t: -t.sum() / len(t)),
    "wasserstein": (lambda t: -t.sum() / len(t), lambda t: t.sum() / len(t), lambda t: -t.sum() / len(t)),
}


def value_and_gradient(part, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    logits = logits.clone().requires_grad_()
    value = part(logits)
    return value.detach(), torch.autograd.grad(value, logits)[0]


def test_there_are_five_losses_and_each_is_found_by_its_name():
    assert list(losses.LOSSES) == list(ORACLES)
    assert all(losses.get(name).name == name for name in ORACLES)


@pytest.mark.parametrize("part", [0, 1, 2], ids=["real", "fake", "generator"])
@pytest.mark.parametrize("name", ORACLES)
def test_each_part_of_each_loss_and_its_gradient_agree_with_the_oracle(name, part):
    # a hinge has no gradient of its own at its corner: step off it
    logits = LOGITS + 0.01 if name == "hinge" else LOGITS
    loss = losses.get(name)
    ours = value_and_gradient((loss.real, loss.fake, loss.generator)[part], logits)
    torch.testing.assert_close(ours, value_and_gradient(ORACLES[name][part], logits))


@pytest.mark.parametrize("name", ORACLES)
def test_the_discriminators_loss_is_the_sum_of_its_two_parts_each_a_mean(name):
    real, fake = LOGITS[:4], LOGITS[4:]
    expected = ORACLES[name][0](real) + ORACLES[name][1](fake)
    torch.testing.assert_close(losses.get(name).discriminator(real, fake), expected)


@pytest.mark.parametrize("logit", [-1e3, 1e3])
@pytest.mark.parametrize("name", ORACLES)
def test_extreme_logits_give_finite_losses_and_gradients(name, logit):
    loss = losses.get(name)
    for part in (loss.real, loss.fake, loss.generator):
        value, gradient = value_and_gradient(part, torch.full((3, 1), logit))
        assert value.isfinite()
        assert gradient.isfinite().all()


def test_a_cross_entropy_grows_like_the_logit_where_the_sigmoid_has_run_out_of_digits():
    assert losses.NON_SATURATING.generator(torch.tensor([[-1000.0]])).item() == 1000
    assert losses.NON_SATURATING.fake(torch.tensor([[1000.0]])).item() == 1000


def test_where_fakes_are_obvious_minimax_stalls_and_non_saturating_does_not():
    obvious = torch.full((4, 1), -30.0)
    _, stalled = value_and_gradient(losses.MINIMAX.generator, obvious)
    _, pushing = value_and_gradient(losses.NON_SATURATING.generator, obvious)
    assert stalled.abs().max() < 1e-12
    torch.testing.assert_close(pushing, torch.full((4, 1), -1 / 4))


def test_where_fakes_pass_for_real_it_is_the_other_way_round():
    passing = torch.full((4, 1), 30.0)
    _, minimax = value_and_gradient(losses.MINIMAX.generator, passing)
    _, non_saturating = value_and_gradient(losses.NON_SATURATING.generator, passing)
    torch.testing.assert_close(minimax, torch.full((4, 1), -1 / 4))
    assert non_saturating.abs().max() < 1e-12


@pytest.mark.parametrize("name", ORACLES)
def test_every_generator_wants_the_logit_to_rise(name):
    _, gradient = value_and_gradient(losses.get(name).generator, torch.tensor([[-2.0], [0.0], [0.5]]))
    assert (gradient < 0).all()


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        ("minimax", 2 * math.log(2), -math.log(2)),
        ("non_saturating", 2 * math.log(2), math.log(2)),
        ("least_squares", 0.25, 0.125),
        ("hinge", 2, 0),
        ("wasserstein", 0, 0),
    ],
)
def test_the_values_at_equilibrium_are_the_ones_worked_out_by_hand(name, discriminator, generator):
    assert losses.get(name).equilibrium() == pytest.approx((discriminator, generator))


@pytest.mark.parametrize("loss", [*losses.LOSSES.values(), losses.smooth_real_labels(losses.MINIMAX, 0.9)])
def test_no_blind_discriminator_does_better_than_at_the_equilibrium_logit(loss):
    blind = [loss.discriminator(t, t).item() for t in torch.linspace(-4, 4, 161, dtype=torch.float64).view(-1, 1, 1)]
    assert min(blind) >= loss.equilibrium()[0] - 1e-6


@pytest.mark.parametrize("loss", [losses.MINIMAX, losses.NON_SATURATING])
def test_smoothing_relabels_the_reals_and_nothing_else(loss):
    smooth = losses.smooth_real_labels(loss, 0.9)
    ours = value_and_gradient(smooth.real, LOGITS)
    torch.testing.assert_close(ours, value_and_gradient(lambda t: cross_entropy(t, 0.9), LOGITS))
    assert torch.equal(smooth.fake(LOGITS), loss.fake(LOGITS))
    assert torch.equal(smooth.generator(LOGITS), loss.generator(LOGITS))


@pytest.mark.parametrize("loss", [losses.LEAST_SQUARES, losses.HINGE, losses.WASSERSTEIN])
def test_a_loss_without_labels_cannot_be_smoothed(loss):
    with pytest.raises(ValueError, match="has no labels to smooth"):
        losses.smooth_real_labels(loss, 0.9)


def test_labels_are_smoothed_once():
    with pytest.raises(ValueError, match="smoothed already"):
        losses.smooth_real_labels(losses.smooth_real_labels(losses.MINIMAX, 0.9), 0.9)


@pytest.mark.parametrize("label", [0.5, 1.1, 0, math.nan])
def test_a_label_that_would_not_mean_real_is_an_error(label):
    with pytest.raises(ValueError, match=r"above 0\.5 and at most at 1"):
        losses.smooth_real_labels(losses.MINIMAX, label)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown loss 'bce'.*minimax, non_saturating, least_squares, hinge, wass"):
        losses.get("bce")


def test_logits_of_two_shapes_are_an_error():
    with pytest.raises(ValueError, match=r"must both have shape \(N, 1\)"):
        losses.MINIMAX.discriminator(torch.zeros(3, 1), torch.zeros(3))


# The gradient penalty


def linear_discriminator(*weights: float) -> nn.Linear:
    network = nn.Linear(len(weights), 1)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([weights]))
    return network


class Bowl(nn.Module):
    """D(x) = |x|^2 / 2, whose gradient at x is x itself; remembers where it was asked."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.asked = x.detach()
        return x.flatten(1).square().sum(dim=1, keepdim=True) / 2


def test_the_penalty_of_a_linear_discriminator_is_its_squared_excess_slope():
    network = linear_discriminator(3.0, 4.0)  # slope 5 everywhere
    penalty = losses.gradient_penalty(network, torch.randn(6, 2), torch.randn(6, 2))
    assert penalty.item() == pytest.approx((5 - 1) ** 2)
    penalty.backward()  # d/dw (|w| - 1)^2 = 2 (|w| - 1) w / |w|
    torch.testing.assert_close(network.weight.grad, torch.tensor([[2 * 4 * 3 / 5, 2 * 4 * 4 / 5]]))


def test_the_penalty_takes_one_norm_per_sample_over_all_its_pixels():
    images = torch.zeros(3, 1, 2, 2, dtype=torch.float64)
    images[0, 0] = 0.5  # norms 1, 3 and 0
    images[1, 0, 0, 0] = 3
    penalty = losses.gradient_penalty(Bowl(), images, images)
    assert penalty.item() == pytest.approx(np.mean([0, 4, 1]))


def test_the_penalty_asks_at_one_random_point_between_each_real_and_its_fake():
    bowl = Bowl()
    losses.gradient_penalty(bowl, torch.zeros(50, 1, 2, 2), torch.ones(50, 1, 2, 2))
    shares = bowl.asked.flatten(1)
    assert (shares == shares[:, :1]).all()  # on the straight line
    assert shares.min() >= 0
    assert shares.max() <= 1
    assert len(shares[:, 0].unique()) == 50


def test_the_penalty_sends_no_gradient_to_the_fakes():
    fake = torch.randn(4, 2, requires_grad=True)
    losses.gradient_penalty(Bowl(), torch.randn(4, 2), fake).backward()
    assert fake.grad is None


def test_the_penalty_needs_a_fake_for_each_real():
    with pytest.raises(ValueError, match="same shape"):
        losses.gradient_penalty(linear_discriminator(1.0, 2.0), torch.zeros(4, 2), torch.zeros(1, 2))


def test_the_r1_penalty_of_a_linear_discriminator_is_half_its_squared_slope():
    network = linear_discriminator(3.0, 4.0)  # slope 5 everywhere
    penalty = losses.r1_penalty(network, torch.randn(6, 2))
    assert penalty.item() == pytest.approx(25 / 2)
    penalty.backward()  # d/dw |w|^2 / 2 = w
    torch.testing.assert_close(network.weight.grad, torch.tensor([[3.0, 4.0]]))


def test_the_r1_penalty_is_taken_at_the_reals_over_all_pixels_of_each():
    images = torch.zeros(3, 1, 2, 2, dtype=torch.float64)
    images[0, 0] = 0.5  # norms 1, 3 and 0
    images[1, 0, 0, 0] = 3
    bowl = Bowl()  # its gradient is the image itself
    assert losses.r1_penalty(bowl, images).item() == pytest.approx(np.mean([1, 9, 0]) / 2)
    assert torch.equal(bowl.asked, images)
    assert not images.requires_grad
    assert losses.r1_penalty(bowl, images, images + 1).item() == pytest.approx(np.mean([1, 9, 0]) / 2)
    assert torch.equal(bowl.asked, images)


@pytest.mark.parametrize("slope", [0.2, 0.01, 0.0])
@pytest.mark.parametrize("penalty", [losses.r1_penalty, losses.gradient_penalty])
def test_a_penalty_of_straight_pieces_is_that_of_pytorch_without_its_zeros(penalty, slope, monkeypatch):
    """PyTorch sends zeros through the network; they reach the first bias, which no slope depends on."""
    real, fake = torch.randn(6, 5), torch.randn(6, 5)
    network = nn.Sequential(
        nn.Linear(5, 7), nn.LeakyReLU(slope), nn.Linear(7, 4), nn.LeakyReLU(slope, inplace=True), nn.Linear(4, 1)
    )

    def gradients() -> list[torch.Tensor | None]:
        network.zero_grad()
        torch.manual_seed(0)
        penalty(network, real, fake).backward()
        return [weight.grad for weight in network.parameters()]

    ours = gradients()
    monkeypatch.setattr(losses, "_ConstantSlopes", contextlib.nullcontext)
    pytorchs = gradients()
    assert [gradient is None for gradient in ours] == [False, True, False, True, False, True]
    assert pytorchs[1] is not None and not pytorchs[1].any()
    for mine, theirs in zip(ours[::2], pytorchs[::2], strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=0)
