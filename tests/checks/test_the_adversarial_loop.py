"""The checks of “The adversarial loop”: right answers pass, in several styles, and each likely mistake is named."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from gan_lesson import checks, losses, training
from tests.checks.answering import fails, not_written, passes, table

bce = F.binary_cross_entropy_with_logits


# ---------------------------------------------------------------- the discriminator's update


def d_update(
    generator,
    discriminator,
    optimizer,
    real,
    noise,
    loss,
    *,
    whole=lambda loss, real, fake: loss.real(real) + loss.fake(fake),
    fakes=lambda generator, noise: generator(noise).detach(),
    order=("zero", "backward", "step"),
    returned=lambda *seen: seen,
):
    """The discriminator's update with its parts open to mistakes."""
    fake = fakes(generator, noise)
    real_logits, fake_logits = discriminator(real), discriminator(fake)
    total = whole(loss, real_logits, fake_logits)
    do = {"zero": optimizer.zero_grad, "backward": total.backward, "step": optimizer.step}
    for action in order:
        do[action]()
    seen = loss.real(real_logits), loss.fake(fake_logits), real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()
    return returned(*(value.detach() for value in seen))


def d_with(**parts):
    return lambda *arguments: d_update(*arguments, **parts)


def d_bce(generator, discriminator, optimizer, real, noise, loss):
    return d_update(generator, discriminator, optimizer, real, noise, losses.NON_SATURATING)


def d_concatenated(generator, discriminator, optimizer, real, noise, loss):
    with torch.no_grad():
        fake = generator(noise)
    optimizer.zero_grad()
    real_logits, fake_logits = discriminator(torch.cat([real, fake])).chunk(2)
    real_loss, fake_loss = loss.real(real_logits), loss.fake(fake_logits)
    (real_loss + fake_loss).backward()
    optimizer.step()
    return real_loss, fake_loss, real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()


def d_two_backwards(generator, discriminator, optimizer, real, noise, loss):
    optimizer.zero_grad()
    real_logits = discriminator(real)
    real_loss = loss.real(real_logits)
    real_loss.backward()
    fake_logits = discriminator(generator(noise).detach())
    fake_loss = loss.fake(fake_logits)
    fake_loss.backward()
    optimizer.step()
    return real_loss, fake_loss, real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()


def d_one_graph_twice(generator, discriminator, optimizer, real, noise, loss, keep=False):
    optimizer.zero_grad()
    real_logits, fake_logits = discriminator(torch.cat([real, generator(noise).detach()])).chunk(2)
    real_loss, fake_loss = loss.real(real_logits), loss.fake(fake_logits)
    real_loss.backward(retain_graph=keep)
    fake_loss.backward()
    optimizer.step()
    return real_loss, fake_loss, real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()


def d_keeps_the_graph(*arguments):
    return d_one_graph_twice(*arguments, keep=True)


def d_frozen_for_a_while(generator, discriminator, optimizer, real, noise, loss):
    generator.requires_grad_(False)
    seen = d_update(generator, discriminator, optimizer, real, noise, loss, fakes=plain)
    generator.requires_grad_(True)
    return seen


def d_in_double(generator, discriminator, optimizer, real, noise, loss):
    return tuple(value.double() for value in d_update(generator, discriminator, optimizer, real, noise, loss))


def d_clears_by_hand(generator, discriminator, optimizer, real, noise, loss):
    for weight in discriminator.parameters():
        weight.grad = None
    return d_update(generator, discriminator, optimizer, real, noise, loss, order=("backward", "step"))


def d_clears_the_network_first(generator, discriminator, optimizer, real, noise, loss):
    discriminator.zero_grad(set_to_none=False)
    return d_update(generator, discriminator, optimizer, real, noise, loss, order=("backward", "step"))


def d_by_name(generator, discriminator, optimizer, real, noise, loss):
    fakes = lambda generator, noise: generator(input=noise).detach()  # noqa: E731
    return d_update(generator, discriminator, optimizer, real, noise, loss, fakes=fakes)


def plain(generator, noise):
    return generator(noise)


def d_with_generator_in_evaluation(generator, *given, back=True):
    generator.eval()
    seen = d_update(generator, *given)
    generator.train(back)
    return seen


@pytest.mark.parametrize(
    "answer",
    [
        training.update_discriminator,
        d_update,
        d_concatenated,
        d_two_backwards,
        d_keeps_the_graph,
        d_frozen_for_a_while,
        d_in_double,
        d_with_generator_in_evaluation,
        d_clears_by_hand,
        d_by_name,
        d_clears_the_network_first,
        d_with(fakes=lambda generator, noise: generator(noise).data),
        d_with(fakes=torch.no_grad()(plain)),
        d_with(whole=lambda loss, real, fake: loss.discriminator(real, fake)),
        d_with(order=("zero", "backward", "step", "zero")),
    ],
)
def test_a_right_update_of_the_discriminator_passes(capsys, answer):
    passes(capsys, checks.check_update_discriminator, answer)


def d_steps_both(generator, discriminator, optimizer, real, noise, loss):
    optimizer = torch.optim.SGD([*generator.parameters(), *discriminator.parameters()], lr=0.1)
    return d_update(
        generator, discriminator, optimizer, real, noise, loss, fakes=lambda generator, noise: generator(noise)
    )


def d_own_optimizer(generator, discriminator, optimizer, real, noise, loss):
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
    return d_update(generator, discriminator, optimizer, real, noise, loss)


def d_scores_after(generator, discriminator, optimizer, real, noise, loss):
    seen = d_update(generator, discriminator, optimizer, real, noise, loss)
    return *seen[:2], discriminator(real).sigmoid().mean(), discriminator(generator(noise)).sigmoid().mean()


def d_freezes_for_good(generator, discriminator, optimizer, real, noise, loss):
    generator.requires_grad_(False)
    return d_update(generator, discriminator, optimizer, real, noise, loss, fakes=plain)


def d_in_evaluation(generator, discriminator, *given, back=False):
    discriminator.eval()
    seen = d_update(generator, discriminator, *given)
    discriminator.train(back)
    return seen


def d_freezes_itself(generator, discriminator, *given):
    seen = d_update(generator, discriminator, *given)
    discriminator.requires_grad_(False)
    return seen


def d_halves_the_rate(generator, discriminator, optimizer, *given):
    seen = d_update(generator, discriminator, optimizer, *given)
    optimizer.param_groups[0]["lr"] /= 2
    return seen


def d_writes_into_the_reals(generator, discriminator, optimizer, real, noise, loss):
    seen = d_update(generator, discriminator, optimizer, real, noise, loss)
    real.clamp_(-1, 1)
    return seen


def d_bce_returned(generator, discriminator, optimizer, real, noise, loss):
    before = [
        losses.NON_SATURATING.real(discriminator(real)),
        losses.NON_SATURATING.fake(discriminator(generator(noise))),
    ]
    return *before, *d_update(generator, discriminator, optimizer, real, noise, loss)[2:]


def d_of_twelve(generator, discriminator, optimizer, real, noise, loss):
    return d_update(
        generator,
        discriminator,
        optimizer,
        real,
        noise,
        loss,
        whole=lambda loss, real, fake: (loss.real(real) + loss.fake(fake)) * len(real) / 12,
    )


@table(
    {
        "frozen for good": (d_freezes_for_good, "weights of the generator were left frozen"),
        "freezes itself": (d_freezes_itself, "weights of the discriminator were left frozen"),
        "learns in evaluation": (d_in_evaluation, "in evaluation mode while it learned"),
        "learns in evaluation for a while": (
            lambda *given: d_in_evaluation(*given, back=True),
            "in evaluation mode while it learned",
        ),
        "generator left in evaluation": (
            lambda *given: d_with_generator_in_evaluation(*given, back=False),
            "the generator was left in evaluation mode",
        ),
        "halves the rate": (d_halves_the_rate, "the learning rate of the discriminator's optimizer"),
        "writes into the reals": (d_writes_into_the_reals, "writes into real, which it was given"),
        "a formula of one's own returned": (d_bce_returned, "look at real_loss"),
        "zero_grad after the step": (d_with(order=("backward", "step", "zero")), "zero_grad() comes after step()"),
        "up": (d_with(whole=lambda loss, real, fake: -loss.real(real) - loss.fake(fake)), "up its loss"),
        "sum over the batch": (
            d_with(whole=lambda loss, real, fake: (loss.real(real) + loss.fake(fake)) * len(real)),
            "take the mean, so don't multiply",
        ),
        "twelve by heart": (d_of_twelve, "with 5 images of shape (1, 2, 3), of noise (5, 3), it isn't"),
        "one number each, in a list": (
            d_with(returned=lambda *seen: tuple(one[None] for one in seen)),
            "has shape (1,)",
        ),
        "a formula of one's own": (d_bce, "with least_squares it isn't"),
        "no zero_grad": (d_with(order=("backward", "step")), "old gradients were still there"),
        "zero_grad after backward": (d_with(order=("backward", "zero", "step")), "zero_grad() before backward()"),
        "no step": (d_with(order=("zero", "backward")), "call optimizer.step()"),
        "no zero_grad, no step": (d_with(order=("backward",)), "call optimizer.step()"),
        "no backward": (d_with(order=("zero", "step")), "call .backward()"),
        "only a step": (d_with(order=("step",)), "call .backward()"),
        "nothing": (d_with(order=()), "call .backward()"),
        "step before backward": (d_with(order=("zero", "step", "backward")), "optimizer.step() after backward()"),
        "step first": (d_with(order=("step", "zero", "backward")), "zero_grad(), backward(), step()"),
        "two steps": (d_with(order=("zero", "backward", "step", "step")), "not to where one step leads"),
        "own optimizer": (d_own_optimizer, "optimizer that your function is given"),
        "missing detach": (d_with(fakes=lambda generator, noise: generator(noise)), ".detach()"),
        "updates both": (d_steps_both, "the generator's weights moved"),
        "swapped": (d_with(whole=lambda loss, real, fake: loss.real(fake) + loss.fake(real)), "swapped"),
        "only reals": (d_with(whole=lambda loss, real, fake: loss.real(real)), "from the reals alone"),
        "only fakes": (d_with(whole=lambda loss, real, fake: loss.fake(fake)), "from the fakes alone"),
        "wish": (d_with(whole=lambda loss, real, fake: loss.real(real) + loss.generator(fake)), "the generator's wish"),
        "mean": (d_with(whole=lambda loss, real, fake: (loss.real(real) + loss.fake(fake)) / 2), "not their mean"),
        "one graph twice": (d_one_graph_twice, "backward() once"),
        "detached logits": (
            d_with(whole=lambda loss, real, fake: loss.real(real.detach()) + loss.fake(fake.detach())),
            "don't detach logits",
        ),
        "zeros for noise": (d_with(fakes=lambda g, noise: g(torch.zeros_like(noise)).detach()), "made of the noise"),
        "own noise": (d_with(fakes=lambda g, noise: g(torch.randn_like(noise)).detach()), "made of the noise"),
        "returns nothing": (d_with(returned=lambda *seen: None), "nothing came back: return (real_loss, fake_loss"),
        "returns the sum": (d_with(returned=lambda real, fake, *_: real + fake), "in this order"),
        "returns losses only": (d_with(returned=lambda *seen: seen[:2]), "in this order"),
        "returns scores first": (d_with(returned=lambda a, b, c, d: (c, d, a, b)), "look at real_loss"),
        "returns scores turned round": (d_with(returned=lambda a, b, c, d: (a, b, d, c)), "look at real_score"),
        "scores after the step": (d_scores_after, "look at real_score"),
        "returns complex numbers": (
            d_with(returned=lambda *seen: tuple(one + 0j for one in seen)),
            "look at real_loss",
        ),
        "returns numbers from nowhere": (
            d_with(returned=lambda *seen: tuple(one.to("meta") for one in seen)),
            "real_loss: a tensor without plain numbers in it",
        ),
        "returns a list": (d_with(returned=lambda *seen: list(seen)), "in this order"),
        "returns plain numbers": (d_with(returned=lambda *seen: tuple(map(float, seen))), "as tensors"),
        "not written": (not_written, "isn't written yet"),
        "a typing error": (lambda *_: undefined, "NameError: name 'undefined'"),  # noqa: F821
    }
)
def test_a_mistake_in_the_discriminators_update_is_named(answer, phrase):
    assert phrase in fails(checks.check_update_discriminator, answer)


# ---------------------------------------------------------------- the generator's update


def g_update(
    generator,
    discriminator,
    optimizer,
    noise,
    loss,
    *,
    wish=lambda loss, logits: loss.generator(logits),
    fakes=lambda generator, noise: generator(noise),
    order=("zero", "backward", "step"),
    returned=lambda value: value,
):
    """The generator's update with its parts open to mistakes."""
    logits = discriminator(fakes(generator, noise))
    total = wish(loss, logits)
    do = {"zero": optimizer.zero_grad, "backward": total.backward, "step": optimizer.step}
    for action in order:
        do[action]()
    return returned(loss.generator(logits).detach())


def g_with(**parts):
    return lambda *arguments: g_update(*arguments, **parts)


def g_zeroes_both(generator, discriminator, optimizer, noise, loss):
    generator.zero_grad()
    discriminator.zero_grad()
    generator_loss = loss.generator(discriminator(generator(noise)))
    generator_loss.backward()
    optimizer.step()
    return generator_loss


def g_bce(generator, discriminator, optimizer, noise, loss):
    return g_update(generator, discriminator, optimizer, noise, losses.NON_SATURATING)


def g_real(generator, discriminator, optimizer, noise, loss):
    return g_update(generator, discriminator, optimizer, noise, replace(loss, generator=loss.real))


def g_with_the_other_frozen(generator, discriminator, *given, back=True):
    discriminator.requires_grad_(False)
    seen = g_update(generator, discriminator, *given)
    discriminator.requires_grad_(back)
    return seen


def g_in_evaluation(generator, *given, back=True):
    generator.eval()
    seen = g_update(generator, *given)
    generator.train(back)
    return seen


@pytest.mark.parametrize(
    "answer",
    [
        training.update_generator,
        g_update,
        g_zeroes_both,
        g_with_the_other_frozen,
        g_with(order=("backward", "step", "zero")),
        g_with(order=("zero", "backward", "step", "zero")),
        lambda *given: g_update(*given).double(),
    ],
)
def test_a_right_update_of_the_generator_passes(capsys, answer):
    passes(capsys, checks.check_update_generator, answer)


@torch.no_grad()
def without_gradients(generator, noise):
    return generator(noise)


def g_all_in_no_grad(*arguments):
    with torch.no_grad():
        return g_update(*arguments)


def g_steps_the_discriminator(generator, discriminator, optimizer, noise, loss):
    return g_update(generator, discriminator, torch.optim.SGD(discriminator.parameters(), lr=0.1), noise, loss)


def g_backward_twice(generator, discriminator, optimizer, noise, loss):
    fake = generator(noise)
    optimizer.zero_grad()
    loss.fake(discriminator(fake)).backward()
    value = loss.generator(discriminator(fake))
    value.backward()
    optimizer.step()
    return value


#: Fakes that an earlier cell made and left behind.
STALE = torch.linspace(-1, 1, 12 * 6).view(12, 6)


def g_wants_the_first(generator, discriminator, optimizer, noise, loss):
    return g_update(
        generator, discriminator, optimizer, noise[:12], loss, wish=lambda loss, logits: loss.generator(logits[:5])
    )


def g_returns_the_article(generator, discriminator, optimizer, noise, loss):
    value = losses.NON_SATURATING.generator(discriminator(generator(noise))).detach()
    g_update(generator, discriminator, optimizer, noise, loss)
    return value


@table(
    {
        "the other frozen for good": (
            lambda *given: g_with_the_other_frozen(*given, back=False),
            "weights of the discriminator were left frozen",
        ),
        "learns in evaluation": (g_in_evaluation, "the generator was in evaluation mode while it learned"),
        "returns the article's": (g_returns_the_article, "look at the generator's loss"),
        "up": (g_with(wish=lambda loss, logits: -loss.generator(logits)), "up its loss"),
        "five of them": (g_wants_the_first, "not to where one step leads"),
        "a formula of one's own": (g_bce, "with minimax it isn't"),
        "loss.real": (g_real, "take what your function is given, loss.generator"),
        "no zero_grad": (g_with(order=("backward", "step")), "old gradients were still there"),
        "zero_grad after backward": (g_with(order=("backward", "zero", "step")), "zero_grad() before backward()"),
        "no step": (g_with(order=("zero", "backward")), "call optimizer.step()"),
        "no backward": (g_with(order=("zero", "step")), "call .backward()"),
        "only a step": (g_with(order=("step",)), "call .backward()"),
        "step before backward": (g_with(order=("zero", "step", "backward")), "optimizer.step() after backward()"),
        "step first": (g_with(order=("step", "zero", "backward")), "zero_grad(), backward(), step()"),
        "fakes detached": (g_with(fakes=lambda generator, noise: generator(noise).detach()), "don't detach"),
        "fakes without gradients": (g_with(fakes=without_gradients), "no gradient reached the generator"),
        "all without gradients": (g_all_in_no_grad, "no_grad"),
        "logits detached": (g_with(wish=lambda loss, logits: loss.generator(logits.detach())), "don't detach logits"),
        "labels of zeros": (g_with(wish=lambda loss, logits: loss.fake(logits)), "the wrong way"),
        "minimax": (g_with(wish=lambda loss, logits: -loss.fake(logits)), "minimax"),
        "the other's loss": (
            g_with(wish=lambda loss, logits: loss.discriminator(logits, logits)),
            "the other player's loss",
        ),
        "steps the discriminator": (g_steps_the_discriminator, "the discriminator's weights moved"),
        "stale fakes": (g_with(fakes=lambda generator, noise: STALE), "make its fakes here, from the noise"),
        "one graph twice": (g_backward_twice, "fresh fakes from the noise"),
        "own noise": (g_with(fakes=lambda generator, noise: generator(torch.randn_like(noise))), "of the noise"),
        "returns nothing": (g_with(returned=lambda value: None), "return the generator's loss"),
        "returns a number": (g_with(returned=float), "is float"),
        "returns the fakes' score": (g_with(returned=lambda value: (-value).exp()), "look at the generator's loss"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_generators_update_is_named(answer, phrase):
    assert phrase in fails(checks.check_update_generator, answer)
