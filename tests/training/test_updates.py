"""Each update is a step down its player's loss, and touches nothing of the other."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gan_lesson import losses, training
from tests.training.players import sgd, weights


def test_the_discriminators_update_is_a_step_down_its_cross_entropy(pair, real_and_noise):
    generator, discriminator = pair
    real, noise = real_and_noise
    twin = copy.deepcopy(discriminator)
    scores = torch.sigmoid(twin(real)), torch.sigmoid(twin(generator(noise).detach()))
    parts = [
        F.binary_cross_entropy(score, torch.full_like(score, label))
        for score, label in zip(scores, (1, 0), strict=True)
    ]
    sum(parts).backward()

    seen = training.update_discriminator(generator, discriminator, sgd(discriminator), real, noise)
    torch.testing.assert_close(
        list(seen), [*(part.detach() for part in parts), *(score.mean().detach() for score in scores)]
    )
    expected = [weight.detach() - 0.1 * weight.grad for weight in twin.parameters()]
    torch.testing.assert_close(weights(discriminator), expected)


def test_the_generators_update_is_a_step_down_its_cross_entropy_against_ones(pair, real_and_noise):
    generator, discriminator = pair
    _, noise = real_and_noise
    twin = copy.deepcopy(generator)
    scores = torch.sigmoid(discriminator(twin(noise)))
    expected_loss = F.binary_cross_entropy(scores, torch.ones_like(scores))
    expected_loss.backward()

    loss = training.update_generator(generator, discriminator, sgd(generator), noise)
    torch.testing.assert_close(loss, expected_loss.detach())
    torch.testing.assert_close(weights(generator), [w.detach() - 0.1 * w.grad for w in twin.parameters()])


def test_each_update_changes_its_own_players_weights_and_nothing_of_the_others(pair, real_and_noise):
    generator, discriminator = pair
    before_g, before_d = weights(generator), weights(discriminator)

    training.update_discriminator(generator, discriminator, sgd(discriminator), *real_and_noise)
    assert all(map(torch.equal, weights(generator), before_g))
    assert all(weight.grad is None for weight in generator.parameters())
    assert not any(map(torch.equal, weights(discriminator), before_d))

    before_d = weights(discriminator)
    gradients = [weight.grad.clone() for weight in discriminator.parameters()]
    training.update_generator(generator, discriminator, sgd(generator), real_and_noise[1])
    assert all(map(torch.equal, weights(discriminator), before_d))
    assert all(torch.equal(w.grad, gradient) for w, gradient in zip(discriminator.parameters(), gradients, strict=True))
    assert not any(map(torch.equal, weights(generator), before_g))


def test_gradients_left_over_from_before_do_not_matter(pair, real_and_noise):
    generator, discriminator = pair
    real, noise = real_and_noise
    results = []
    for left_over in (None, 1e6):
        g, d = copy.deepcopy(generator), copy.deepcopy(discriminator)
        for weight in [*g.parameters(), *d.parameters()]:
            weight.grad = None if left_over is None else torch.full_like(weight, left_over)
        training.update_discriminator(g, d, sgd(d), real, noise)
        training.update_generator(g, d, sgd(g), noise)
        results.append(weights(g, d))
    assert all(map(torch.equal, *results))


def test_the_chosen_loss_reaches_both_updates(pair, real_and_noise):
    generator, discriminator = pair
    real, noise = real_and_noise
    logits = discriminator(generator(noise)).detach()
    seen = training.update_discriminator(generator, discriminator, sgd(discriminator, 0), real, noise, losses.HINGE)
    assert seen.fake_loss.item() == pytest.approx(np.maximum(0, 1 + logits.numpy()).mean())
    loss = training.update_generator(generator, discriminator, sgd(generator), noise, losses.WASSERSTEIN)
    assert loss.item() == pytest.approx(-logits.mean().item())


def test_a_penalty_is_minimised_too_and_reported_in_neither_part_of_the_loss(pair, real_and_noise):
    generator, discriminator = pair
    real, noise = real_and_noise
    twin = copy.deepcopy(discriminator)

    def penalty(network: nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        return 3 * network(real).square().mean() + network(fake).square().mean()

    fake = generator(noise).detach()
    slopes = torch.autograd.grad(penalty(discriminator, real, fake), list(discriminator.parameters()))
    seen = training.update_discriminator(generator, discriminator, sgd(discriminator), real, noise, penalty=penalty)
    without = training.update_discriminator(generator, twin, sgd(twin), real, noise)
    torch.testing.assert_close(list(seen), list(without))
    expected = [weight - 0.1 * slope for weight, slope in zip(weights(twin), slopes, strict=True)]
    torch.testing.assert_close(weights(discriminator), expected)


def test_the_gradients_length_is_that_of_all_weights_in_one_vector(pair, real_and_noise):
    generator, discriminator = pair
    assert training.gradient_norm(discriminator) == 0.0
    training.update_discriminator(generator, discriminator, sgd(discriminator), *real_and_noise)
    whole = np.concatenate([weight.grad.numpy().ravel() for weight in discriminator.parameters()])
    assert training.gradient_norm(discriminator) == pytest.approx(np.linalg.norm(whole), rel=1e-5)


def test_adam_takes_the_steps_of_pytorchs_plain_adam(small_pair):
    network, twin = small_pair()[0], small_pair()[0]
    ours, plain = training.adam(network, 0.01, (0.5, 0.9)), torch.optim.Adam(twin.parameters(), 0.01, (0.5, 0.9))
    for _ in range(3):
        for net, optimizer in ((network, ours), (twin, plain)):
            optimizer.zero_grad()
            net(torch.ones(4, 2)).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(weights(network), weights(twin))
