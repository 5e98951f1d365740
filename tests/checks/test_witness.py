"""The witness of a game tells by which backward pass a step was led, and which picture a player was shown."""

import pytest
import torch
from torch import nn

from gan_lesson.checks.witness import FAKE, UNKNOWN, Move, Witness


@pytest.fixture
def pair():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Linear(8, 50), nn.Tanh()), nn.Sequential(nn.Linear(50, 1))


def optimizers(pair):
    return [torch.optim.SGD(network.parameters(), lr=0.1) for network in pair]


def followed(witness):
    """Of each step: whose it was, and the players whose results had a wish that it follows."""
    return [(*move.holds, {wish.player for wish in witness.behind(move)}) for move in witness.all(Move)]


def test_a_step_follows_the_backward_passes_that_no_step_has_used_yet(pair):
    (generator, discriminator), (opt_g, opt_d) = pair, optimizers(pair)
    with Witness(*pair) as witness:
        discriminator(generator(torch.randn(2, 3))).mean().backward()
        opt_d.step()
        opt_g.step()  # on the discriminator's loss, which was used already
        discriminator(generator(torch.randn(2, 3))).mean().backward()
        opt_g.step()
    assert followed(witness) == [
        ("discriminator", {"generator", "discriminator"}),
        ("generator", set()),
        ("generator", {"generator", "discriminator"}),
    ]


def test_what_was_cleared_leads_no_step(pair):
    (generator, discriminator), (opt_g, opt_d) = pair, optimizers(pair)
    with Witness(*pair) as witness:
        discriminator(generator(torch.randn(2, 3))).mean().backward()
        opt_d.zero_grad()
        discriminator(torch.randn(2, 50)).mean().backward()
        opt_d.step()
        opt_g.step()
    assert followed(witness) == [("discriminator", {"discriminator"}), ("generator", {"generator", "discriminator"})]


def test_gradients_may_be_taken_for_one_player_alone(pair):
    (generator, discriminator), (opt_g, opt_d) = pair, optimizers(pair)
    with Witness(*pair) as witness:
        logits = discriminator(generator(torch.randn(2, 3)))
        taken = [torch.autograd.grad(logits.mean(), list(net.parameters()), retain_graph=True) for net in pair]
        for network, gradients in zip(pair, taken, strict=True):
            for weight, gradient in zip(network.parameters(), gradients, strict=True):
                weight.grad = gradient
        opt_d.step()
        opt_g.step()
    assert followed(witness) == [("discriminator", {"discriminator"}), ("generator", {"generator", "discriminator"})]


def test_a_gradient_at_the_pictures_leads_no_step(pair):
    (_, discriminator), (_, opt_d) = pair, optimizers(pair)
    with Witness(*pair) as witness:
        images = torch.randn(2, 50, requires_grad=True)
        torch.autograd.grad(discriminator(images).sum(), images)
        opt_d.step()
    assert followed(witness) == [("discriminator", set())]


def test_spent_gradients_are_gone_and_those_of_another_pass_stay(pair):
    (generator, discriminator), (_, opt_d) = pair, optimizers(pair)
    with Witness(*pair, spent=True) as witness:
        discriminator(generator(torch.randn(2, 3))).mean().backward()
        opt_d.step()
        assert generator[0].weight.grad is None and discriminator[0].weight.grad is None
        generator(torch.randn(2, 3)).mean().backward()
        discriminator(torch.randn(2, 50)).mean().backward()
        opt_d.step()
        assert generator[0].weight.grad is not None and discriminator[0].weight.grad is None
    assert len(witness.all(Move)) == 2


def test_a_picture_is_known_under_noise_and_not_in_another_range(pair):
    generator, _ = pair
    with Witness(*pair) as witness:
        (real,) = witness.handed_out([torch.randn(4, 50).sign()])
        fakes = generator(torch.randn(3, 3)).detach()
    noise = 0.2 * torch.randn(4, 50)
    assert witness.shown_in(real).tolist() == [0, 1, 2, 3]
    assert witness.shown_in(real + noise).tolist() == [0, 1, 2, 3]
    assert witness.shown_in(fakes + noise[:3]).tolist() == [FAKE] * 3
    assert witness.shown_in(2 * real - 1).tolist() == [UNKNOWN] * 4
    assert witness.shown_in(torch.zeros(2, 7)).tolist() == [UNKNOWN] * 2
