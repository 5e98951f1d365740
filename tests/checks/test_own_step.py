"""A step from an empty cell: each likely mistake is named."""

import torch
from torch import nn

from gan_lesson import checks
from tests.checks.answering import fails, not_written, table
from tests.checks.own_gans import (
    at_the_same_time,
    attached,
    bce,
    classes,
    d_turn,
    g_turn,
    networks,
    networks_with,
    own_bce,
    own_step,
    own_training,
    step_with,
    with_instance_noise,
)

NOISE = torch.randn(64, 100, generator=torch.Generator().manual_seed(0))


def seeded_noise(count, dim):
    torch.manual_seed(3)
    return torch.randn(count, dim)


def zeroes_both_first(g, d, opt_g, opt_d, real):
    """All gradients are cleared at the beginning, and the discriminator's loss reaches the generator."""
    opt_g.zero_grad(), opt_d.zero_grad()
    d_turn(d, opt_d, real, g(torch.randn(len(real), 100)), order="bs")
    g_turn(d, opt_g, g(torch.randn(len(real), 100)), order="bs")


def both_backwards_first(g, d, opt_g, opt_d, real):
    opt_g.zero_grad(), opt_d.zero_grad()
    d_turn(d, opt_d, real, g(torch.randn(len(real), 100)).detach(), order="b")
    g_turn(d, opt_g, g(torch.randn(len(real), 100)), order="b")
    opt_d.step(), opt_g.step()


def optimizers_swapped(g, d, opt_g, opt_d, real):
    own_step(g, d, opt_d, opt_g, real)


def rescales(g, d, opt_g, opt_d, real):
    own_step(g, d, opt_g, opt_d, (real + 1) / 2)


def optimizers_of_its_own(g, d, opt_g, opt_d, real):
    own_step(g, d, *(torch.optim.Adam(network.parameters()) for network in (g, d)), real)


def leaves_evaluation_on(g, d, opt_g, opt_d, real):
    own_step(g, d, opt_g, opt_d, real)
    d.eval()


def freezes(g, d, opt_g, opt_d, real):
    own_step(g, d, opt_g, opt_d, real)
    d.requires_grad_(False)


def freezes_g(g, d, opt_g, opt_d, real):
    """Frozen behind the second step, when nobody stumbles over it any more."""
    own_step(g, d, opt_g, opt_d, real)
    g.requires_grad_(len(real) == 16)


def unpaid_reals(g, d, opt_g, opt_d, real):
    d(real)
    own_step(g, d, opt_g, opt_d, real, of_d={"parts": "f"})


def one_graph_for_both(g, d, opt_g, opt_d, real):
    fake = g(torch.randn(len(real), 100))
    d_turn(d, opt_d, real, fake)
    g_turn(d, opt_g, fake)


def at_the_same_time_with(**parts):
    return lambda *arguments: at_the_same_time(*arguments, **parts)


def noise_on_rescaled(g, d, opt_g, opt_d, real):
    with_instance_noise(g, d, opt_g, opt_d, (real + 1) / 2)


def random_pictures(g, d, opt_g, opt_d, real):
    d_turn(d, opt_d, real, torch.randn_like(real))
    g_turn(d, opt_g, g(torch.randn(len(real), 100)))


def generators_backward_first(g, d, opt_g, opt_d, real):
    """The generator's wish is among the discriminator's gradients."""
    opt_g.zero_grad(), opt_d.zero_grad()
    g_turn(d, opt_g, g(torch.randn(len(real), 100)), order="b")
    d_turn(d, opt_d, real, g(torch.randn(len(real), 100)).detach(), order="b")
    opt_d.step(), opt_g.step()


def one_loss_for_both(g, d, opt_g, opt_d, real):
    """The sum of both losses, in one backward pass."""
    fake = g(torch.randn(len(real), 100))
    loss = own_bce(d(real), 1.0) + own_bce(d(fake.detach()), 0.0) + own_bce(d(fake), 1.0)
    opt_g.zero_grad(), opt_d.zero_grad()
    loss.backward()
    opt_d.step(), opt_g.step()


def fixed_labels(g, d, opt_g, opt_d, real):
    own_step(g, d, opt_g, opt_d, real, pay=lambda logits, label: bce(logits, torch.full((16, 1), label)))


@table(
    {
        "not written": (not_written, "isn't written yet"),
        "labels swapped": (step_with(of_d={"labels": (0.0, 1.0)}), "the labels are swapped"),
        "all called real": (step_with(of_d={"labels": (1.0, 1.0)}), "learns to call fakes real"),
        "all called fake": (step_with(of_d={"labels": (0.0, 0.0)}), "learns to call reals fake"),
        "only reals": (step_with(of_d={"parts": "r"}), "from the reals alone"),
        "only fakes": (step_with(of_d={"parts": "f"}), "never sees the reals"),
        "reals unpaid": (unpaid_reals, "from the fakes alone"),
        "the generator with zeros": (step_with(label=0.0), "learns to be caught"),
        "the generator detached": (step_with(cut_for_g=torch.Tensor.detach), "no gradient comes back to it"),
        "no step of the discriminator": (step_with(of_d={"order": "zb"}), "optimizer_d, takes no step"),
        "no step of the generator": (step_with(order="zb"), "the generator never moves: its optimizer, optimizer_g"),
        "no zero_grad for the discriminator": (step_with(of_d={"order": "bs"}), "optimizer_d.zero_grad() before"),
        "no zero_grad for the generator": (step_with(order="bs"), "optimizer_g.zero_grad() before"),
        "no zero_grad at all": (step_with(of_d={"order": "bs"}, order="bs"), "optimizer_d.zero_grad() before"),
        "cleared behind the step": (step_with(of_d={"order": "bsz"}), "optimizer_d.zero_grad() before"),
        "zero_grad too late": (step_with(of_d={"order": "bzs"}), "but the discriminator doesn't move"),
        "the generator's too late": (step_with(order="bzs"), "but the generator doesn't move"),
        "step before backward": (step_with(of_d={"order": "zsb"}), "before any gradient has come to the discriminator"),
        "no backward for the generator": (step_with(order="zs"), "call backward() on the generator's loss"),
        "attached, cleared too early": (zeroes_both_first, "the generator's step follows the discriminator's loss"),
        "both backward first": (both_backwards_first, "both calls of backward() come before the first step()"),
        "the generator's backward first": (generators_backward_first, "both calls of backward() come before"),
        "one loss for both": (one_loss_for_both, "both calls of backward() come before"),
        "at the same time, swapped": (at_the_same_time_with(labels=(0.0, 1.0)), "the labels are swapped"),
        "at the same time, caught": (at_the_same_time_with(label=0.0), "learns to be caught"),
        "noise on reals in [0, 1]": (noise_on_rescaled, "they lie in [-1, 1] already"),
        "random pictures for fakes": (random_pictures, "from the reals alone"),
        "attached, no generator's backward": (step_with(cut=attached, order="zs"), "call backward() on the generator"),
        "attached, the generator never cleared": (
            step_with(cut=attached, order="bs"),
            "the generator's step follows the discriminator's loss",
        ),
        "optimizers swapped": (optimizers_swapped, "which optimizer is whose"),
        "optimizers of its own": (optimizers_of_its_own, "makes an optimizer of its own"),
        "reals in [0, 1]": (rescales, "they lie in [-1, 1] already"),
        "uniform noise": (step_with(noise=torch.rand), "not with torch.rand"),
        "noise half as wide": (step_with(noise=lambda *shape: torch.randn(shape) / 2), "its standard deviation"),
        "noise drawn once": (step_with(noise=lambda count, dim: NOISE[:count]), "the same noise comes again"),
        "no noise": (step_with(noise=torch.zeros), "the same noise comes again"),
        "a seed in the step": (step_with(noise=seeded_noise), "set no seed there"),
        "noise of another length": (step_with(noise=lambda count, dim: torch.randn(count, 64)), "(len(real), 100)"),
        "labels by heart": (fixed_labels, "in batches of every length"),
        "one graph for both": (one_graph_for_both, "cut off those of the discriminator's turn"),
        "evaluation left on": (leaves_evaluation_on, "left in evaluation mode"),
        "frozen for good": (freezes, "Have they been frozen since an earlier step"),
        "the generator frozen": (freezes_g, "left frozen"),
        "nothing": (lambda *_: None, "the generator never moves"),
    }
)
def test_a_mistake_in_ones_own_step_is_named(answer, phrase):
    assert phrase in fails(checks.check_gan, networks, answer, own_training)


def test_labels_of_another_shape_than_the_answers_are_named():
    def step(*given):
        own_step(*given, pay=lambda logits, label: bce(logits, torch.full((len(logits), 1), label)))

    assert "Labels have the shape of the discriminator's answers" in fails(
        checks.check_gan, classes, step, own_training
    )


def test_a_sigmoid_that_is_taken_twice_is_named():
    said = fails(checks.check_gan, networks_with(answer=nn.Sigmoid), own_step, own_training)
    assert "the sigmoid is taken twice" in said
