"""The checks of “The adversarial loop”: right answers pass, in several styles, and each likely mistake is named."""

import itertools
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

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
        "writes into the reals": (d_writes_into_the_reals, "your function changed the reals that it was given"),
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


# ---------------------------------------------------------------- a GAN from an empty cell


def networks(last=nn.Tanh, answer=nn.Identity, width=128, shape=(1, 28, 28)):
    """The two networks with their ends open to mistakes."""
    generator = nn.Sequential(
        nn.Linear(100, width), nn.LeakyReLU(0.2), nn.Linear(width, 784), last(), nn.Unflatten(1, shape)
    )
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.LeakyReLU(0.2), nn.Linear(width, 1), answer())
    return generator, discriminator


def networks_with(**parts):
    return lambda: networks(**parts)


class OwnGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(100, 128), nn.BatchNorm1d(128), nn.Linear(128, 784)

    def forward(self, z):
        return torch.tanh(self.last(F.relu(self.norm(self.first(z))))).view(-1, 1, 28, 28)


class OwnDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(784, 128), nn.Linear(128, 1)

    def forward(self, images):
        hidden = F.dropout(F.leaky_relu(self.first(images.flatten(1)), 0.2), 0.3, self.training)
        return self.last(hidden).squeeze(1)


def classes():
    return OwnGenerator(), OwnDiscriminator()


def convolutions():
    generator = nn.Sequential(
        *(nn.Linear(100, 16 * 49), nn.Unflatten(1, (16, 7, 7)), nn.BatchNorm2d(16), nn.ReLU()),
        *(nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1)),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        *(nn.Conv2d(1, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(16 * 49, 1)),
    )
    return generator, discriminator


def own_bce(logits, label):
    return bce(logits, torch.full_like(logits, label))


def bce_of_scores(scores, label):
    return F.binary_cross_entropy(scores, torch.full_like(scores, label))


def hinge(logits, label):
    return F.relu(1 - logits).mean() if label else F.relu(1 + logits).mean()


def least_squares(logits, label):
    return ((logits - label) ** 2).mean()


def d_turn(discriminator, optimizer, real, fake, pay=own_bce, labels=(1.0, 0.0), parts="rf", order="zbs"):
    losses_of = {"r": lambda: pay(discriminator(real), labels[0]), "f": lambda: pay(discriminator(fake), labels[1])}
    loss = sum(losses_of[part]() for part in parts)
    for action in order:
        {"z": optimizer.zero_grad, "b": loss.backward, "s": optimizer.step}[action]()


def g_turn(discriminator, optimizer, fake, pay=own_bce, label=1.0, order="zbs", wish=None):
    loss = wish(discriminator(fake)) if wish else pay(discriminator(fake), label)
    for action in order:
        {"z": optimizer.zero_grad, "b": loss.backward, "s": optimizer.step}[action]()


def own_step(
    g,
    d,
    opt_g,
    opt_d,
    real,
    *,
    noise=torch.randn,
    cut=torch.Tensor.detach,
    cut_for_g=lambda fake: fake,
    of_d=None,
    **of_g,
):
    """A step with its parts open to mistakes."""
    pay = {"pay": of_g["pay"]} if "pay" in of_g else {}
    d_turn(d, opt_d, real, cut(g(noise(len(real), 100))), **pay, **(of_d or {}))
    g_turn(d, opt_g, cut_for_g(g(noise(len(real), 100))), **of_g)


def step_with(**parts):
    return lambda *arguments: own_step(*arguments, **parts)


def attached(fake):
    return fake


def same_fakes_for_both(g, d, opt_g, opt_d, real):
    fake = g(torch.randn(len(real), 100))
    d_turn(d, opt_d, real, fake.detach())
    g_turn(d, opt_g, fake)


def in_one_pass(g, d, opt_g, opt_d, real):
    with torch.no_grad():
        fake = g(torch.randn(len(real), 100))
    labels = torch.cat([torch.full((len(real), 1), 0.9), torch.zeros(len(real), 1)])
    logits = d(torch.cat([real, fake]))
    loss = bce(logits, labels.view_as(logits))
    d.zero_grad()
    loss.backward()
    opt_d.step()
    g.zero_grad()
    (-F.logsigmoid(d(g(torch.randn(len(real), 100)))).mean()).backward()
    opt_g.step()


def own_training(
    generator,
    discriminator,
    batches,
    *,
    step=own_step,
    make=lambda network: torch.optim.Adam(network.parameters(), lr=5e-4),
    returned=lambda generator, discriminator: generator,
):
    """The training run with its parts open to mistakes."""
    opt_g, opt_d = make(generator), make(discriminator)
    for real in batches:
        step(generator, discriminator, opt_g, opt_d, real)
    return returned(generator, discriminator)


def training_with(**parts):
    return lambda *arguments: own_training(*arguments, **parts)


def by_hand(generator, discriminator, batches):
    opt_g = torch.optim.RMSprop(generator.parameters(), lr=5e-4)
    opt_d = torch.optim.RMSprop(discriminator.parameters(), lr=5e-4)
    while True:
        try:
            real = next(batches)
        except StopIteration:
            return generator
        own_step(generator, discriminator, opt_g, opt_d, real)


@pytest.mark.parametrize(
    ("own_networks", "step", "run"),
    [
        (networks, own_step, own_training),
        (classes, same_fakes_for_both, own_training),
        (classes, in_one_pass, by_hand),
        (networks_with(answer=nn.Sigmoid), step_with(pay=bce_of_scores), own_training),
        (networks, step_with(pay=least_squares), own_training),
        (networks, step_with(pay=hinge, wish=lambda logits: -logits.mean()), own_training),
        (networks, step_with(cut=attached), own_training),
        (networks, step_with(order="bsz"), own_training),
        (convolutions, own_step, own_training),
    ],
    ids=["plain", "classes", "in one pass", "scores", "squares", "hinge", "attached", "zero behind", "convolutions"],
)
def test_a_right_gan_of_ones_own_passes(capsys, own_networks, step, run):
    def training(*given):
        return run(*given, step=step) if run is own_training else run(*given)

    with torch.random.fork_rng():
        before = torch.get_rng_state()
        checks.check_gan(own_networks, step, training)
        assert torch.equal(before, torch.get_rng_state())
    assert capsys.readouterr().out.count("✓") == 1


HELD = networks()


def seeded_networks():
    torch.manual_seed(0)
    return networks()


def sharing_networks():
    generator, discriminator = networks()
    discriminator[1].weight = nn.Parameter(torch.randn(128, 784))
    generator[2].weight = discriminator[3].weight = nn.Parameter(torch.randn(784, 128))
    return generator, discriminator


def deaf():
    generator, discriminator = networks()
    return nn.Sequential(_Zeros(), generator), discriminator


class _Zeros(nn.Module):
    def forward(self, noise):
        return noise * 0


@table(
    {
        "not written": (not_written, "isn't written yet"),
        "returns nothing": (lambda: None, "end it with return generator, discriminator"),
        "one network": (lambda: networks()[0], "it should be two networks"),
        "in the other order": (lambda: networks()[::-1], "in the other order"),
        "held outside": (lambda: HELD, "make the layers inside the function"),
        "a seed inside": (seeded_networks, "set no seed inside"),
        "shared weights": (sharing_networks, "share weights"),
        "no shape": (networks_with(shape=(784,)), "brings 784 numbers into shape"),
        "no activation at the end": (networks_with(last=nn.Identity), "end it with nn.Tanh()"),
        "a sigmoid at the end": (networks_with(last=nn.Sigmoid), "lie in [0, 1]"),
        "deaf": (deaf, "doesn't listen to its noise"),
        "noise of another length": (lambda: (nn.Linear(64, 784), networks()[1]), "the network stops on noise"),
        "a discriminator without a flatten": (lambda: (networks()[0], networks()[1][1:]), "stops on pictures"),
        "a score for each pixel": (
            lambda: (networks()[0], nn.Conv2d(1, 1, 3, padding=1)),
            "one number for each",
        ),
        "frozen": (lambda: [network.requires_grad_(False) for network in networks()], "frozen"),
    }
)
def test_a_mistake_in_ones_own_networks_is_named(answer, phrase):
    assert phrase in fails(checks.check_gan, answer, own_step, own_training)


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
        "no step of the discriminator": (step_with(of_d={"order": "zb"}), "optimizer_d, makes no step"),
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
        "optimizers swapped": (optimizers_swapped, "which optimizer is whose"),
        "optimizers of its own": (optimizers_of_its_own, "makes an optimizer of its own"),
        "reals in [0, 1]": (rescales, "they lie in [-1, 1] already"),
        "uniform noise": (step_with(noise=torch.rand), "not from torch.rand"),
        "noise half as wide": (step_with(noise=lambda *shape: torch.randn(shape) / 2), "its standard deviation"),
        "noise drawn once": (step_with(noise=lambda count, dim: NOISE[:count]), "the same noise comes again"),
        "no noise": (step_with(noise=torch.zeros), "the same noise comes again"),
        "a seed in the step": (step_with(noise=seeded_noise), "set no seed there"),
        "noise of another length": (step_with(noise=lambda count, dim: torch.randn(count, 64)), "(len(real), 100)"),
        "labels by heart": (fixed_labels, "torch.ones(len(real), 1)"),
        "one graph for both": (one_graph_for_both, "cut those of the discriminator's turn off"),
        "evaluation left on": (leaves_evaluation_on, "left in evaluation mode"),
        "frozen for good": (freezes, "Are they frozen since an earlier step"),
        "the generator frozen": (freezes_g, "left frozen"),
        "nothing": (lambda *_: None, "the generator never moves"),
    }
)
def test_a_mistake_in_ones_own_step_is_named(answer, phrase):
    assert phrase in fails(checks.check_gan, networks, answer, own_training)


def test_a_sigmoid_that_is_taken_twice_is_named():
    said = fails(checks.check_gan, networks_with(answer=nn.Sigmoid), own_step, own_training)
    assert "the sigmoid is taken twice" in said


def all_weights(generator, discriminator):
    return torch.optim.Adam([*generator.parameters(), *discriminator.parameters()], lr=2e-4)


def one_optimizer(generator, discriminator, batches):
    both = all_weights(generator, discriminator)
    for real in batches:
        own_step(generator, discriminator, both, both, real)
    return generator


def only(who):
    """Both optimizers hold the weights of one player."""

    def run(generator, discriminator, batches):
        network = {"g": generator, "d": discriminator}[who]
        opt_g, opt_d = (torch.optim.Adam(network.parameters(), lr=2e-4) for _ in range(2))
        for real in batches:
            own_step(generator, discriminator, opt_g, opt_d, real)
        return generator

    return run


def anew_each_time(generator, discriminator, batches):
    for real in batches:
        own_training(generator, discriminator, [real])
    return generator


def other_networks(generator, discriminator, batches):
    return own_training(*networks(), batches)


def returns_within(generator, discriminator, batches):
    for real in batches:
        own_training(generator, discriminator, [real])
        return generator


def first_batch_only(generator, discriminator, batches):
    batches = list(batches)
    return own_training(generator, discriminator, [batches[0]] * len(batches))


def once(generator, discriminator, batches):
    own_training(generator, discriminator, [next(batches)])


def while_true(generator, discriminator, batches):
    opt_g, opt_d = (torch.optim.Adam(network.parameters()) for network in (generator, discriminator))
    while True:
        own_step(generator, discriminator, opt_g, opt_d, next(batches))


def for_ever(generator, discriminator, batches):
    real = next(batches)
    return own_training(generator, discriminator, itertools.repeat(real))


def counts_them(generator, discriminator, batches):
    return len(batches)


def learns_in_evaluation(generator, discriminator, batches):
    discriminator.eval()
    return own_training(generator, discriminator, batches)


def seeded_in_the_loop(g, d, opt_g, opt_d, real):
    torch.manual_seed(0)
    own_step(g, d, opt_g, opt_d, real)


def d_only_at_first(generator, discriminator, batches):
    opt_g, opt_d = (torch.optim.Adam(network.parameters()) for network in (generator, discriminator))
    for number, real in enumerate(batches):
        d_turn(discriminator, opt_d, real, generator(torch.randn(len(real), 100)).detach())
        if number:
            g_turn(discriminator, opt_g, generator(torch.randn(len(real), 100)))
    return generator


def rate(value):
    return training_with(make=lambda network: torch.optim.SGD(network.parameters(), lr=value))


@table(
    {
        "not written": (not_written, "isn't written yet"),
        "nothing": (lambda *_: None, "no weight moves"),
        "returns nothing": (training_with(returned=lambda *_: None), "returned nothing: end it with return generator"),
        "returns both": (training_with(returned=lambda *both: both), "return the generator, and nothing else"),
        "returns the discriminator": (training_with(returned=lambda g, d: d), "it's the generator that draws"),
        "returns a new generator": (
            training_with(returned=lambda *_: networks()[0]),
            "it isn't the one that came back",
        ),
        "returns within the loop": (returns_within, "the return stands inside the loop"),
        "one optimizer for both": (one_optimizer, "one optimizer holds the weights of both"),
        "both of the discriminator": (only("d"), "the generator never moves"),
        "both of the generator": (only("g"), "the discriminator never moves"),
        "anew for each batch": (anew_each_time, "makes its optimizers anew"),
        "other networks": (other_networks, "trains other networks than the two that it is given"),
        "the first batch only": (first_batch_only, "nobody learned from it"),
        "one batch": (once, "of 3 batches once took 1"),
        "while True": (while_true, "If the batches have come to their end"),
        "for ever": (for_ever, "for real in batches ends when the batches do"),
        "counts them": (counts_them, "Batches come one by one"),
        "evaluation": (learns_in_evaluation, "in evaluation mode while it learns"),
        "a seed in the loop": (training_with(step=seeded_in_the_loop), "the same noise comes again"),
        "the generator misses one": (d_only_at_first, "the generator learned nothing while batch 1"),
        "a rate of 0": (rate(0.0), "is its learning rate 0?"),
        "far too slow": (rate(1e-5), "came no nearer"),
        "far too fast": (rate(1e30), "became NaN"),
    }
)
def test_a_mistake_in_ones_own_training_is_named(answer, phrase):
    assert phrase in fails(checks.check_gan, networks, own_step, answer)
