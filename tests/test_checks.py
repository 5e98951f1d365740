"""Every check lets right answers pass, in more than one style, and names each likely mistake.

The answers below are written as a learner would write them; each wrong one stands beside a phrase of the message that
helps with it.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from IPython.core.interactiveshell import InteractiveShell
from torch import nn

from gan_lesson import checks, data, latent, losses, metrics, models, toy, training

bce = F.binary_cross_entropy_with_logits


def not_written(*_):
    raise NotImplementedError("your turn")


def fails(check, *answers) -> str:
    with pytest.raises(checks.CheckFailed) as caught:
        check(*answers)
    return str(caught.value)


def passes(capsys, check, *answers) -> None:
    check(*answers)
    assert capsys.readouterr().out.count("✓") == 1


def table(rows: dict):
    """Rows of name: (answer, phrase), as parameters."""
    return pytest.mark.parametrize(("answer", "phrase"), [pytest.param(*row, id=name) for name, row in rows.items()])


# ---------------------------------------------------------------- lesson 01: points


@pytest.mark.parametrize("name", toy.DATASETS)
def test_every_data_set_of_the_library_passes(capsys, name):
    passes(capsys, checks.check_points, toy.DATASETS[name])


@table(
    {
        "rows": (lambda count, random: torch.rand(2, count, generator=random), "dim=1"),
        "not the count": (lambda count, random: torch.rand(100, 2, generator=random), "(200, 2), yours have (100, 2)"),
        "whole": (lambda count, random: torch.randint(2, (count, 2), generator=random), "coordinates are floats"),
        "nan": (lambda count, random: torch.rand(count, 2, generator=random).sub(0.5).sqrt(), "NaN"),
        "too big": (lambda count, random: 5 * torch.rand(count, 2, generator=random), "ends at 1.6"),
        "fixed": (lambda count, random: torch.linspace(0, 1, count)[:, None].repeat(1, 2), "at random"),
        "own randomness": (lambda count, random: torch.rand(count, 2), "generator=random"),
        "corners": (lambda count, random: torch.randint(2, (count, 2), generator=random).float(), "the same"),
        "no return": (lambda count, random: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_points_is_named(answer, phrase):
    assert phrase in fails(checks.check_points, answer)


# ---------------------------------------------------------------- lesson 02: to_range


def in_place(images):
    images = images.float()
    images /= 127.5
    images -= 1
    return images


@pytest.mark.parametrize(
    "answer",
    [data.to_range, in_place, lambda images: images / 127.5 - 1, lambda images: (images.float() / 255) * 2 - 1],
)
def test_a_right_to_range_passes(capsys, answer):
    passes(capsys, checks.check_to_range, answer)


@table(
    {
        "only /255": (lambda images: images.float() / 255, "[0, 1]"),
        "no minus one": (lambda images: images.float() / 127.5, "[0, 2]"),
        "half": (lambda images: images.float() / 255 - 0.5, "[-0.5, 0.5]"),
        "negative": (lambda images: 1 - images.float() / 127.5, "negative"),
        "128": (lambda images: images.float() / 128 - 1, "127.5"),
        "uint8 left": (lambda images: images * 2 - 255, ".float()"),
        "whole division": (lambda images: images // 127 - 1, ".float()"),
        "unchanged floats": (lambda images: images.float(), "yours become 0.000 and 255.000"),
        "flattened": (lambda images: images.float().flatten(1) / 127.5 - 1, "(6, 784)"),
        "an array": (lambda images: images.numpy() / 127.5 - 1, "ndarray, not a tensor"),
        "no return": (lambda images: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_to_range_is_named(answer, phrase):
    assert phrase in fails(checks.check_to_range, answer)


# ---------------------------------------------------------------- lesson 03: the generator


def stack(*layers):
    return lambda latent_dim: nn.Sequential(nn.Linear(latent_dim, 64), nn.LeakyReLU(0.2), *(make() for make in layers))


def picture():
    return nn.Unflatten(1, (1, 28, 28))


class Written(nn.Module):
    """The same generator as a class, with activations as functions and without nn.Tanh."""

    def __init__(self, latent_dim):
        super().__init__()
        self.first, self.last = nn.Linear(latent_dim, 64), nn.Linear(64, 784)

    def forward(self, z):
        return torch.tanh(self.last(F.leaky_relu(self.first(z), 0.2))).view(-1, 1, 28, 28)


class Linear(Written):
    def forward(self, z):
        return torch.tanh(self.last(self.first(z))).view(-1, 1, 28, 28)


class Deaf(Written):
    def forward(self, z):
        return super().forward(torch.ones_like(z))


class OwnNoise(Written):
    def forward(self, z):
        return super().forward(torch.randn_like(z))


class Silent(Written):
    def forward(self, z):
        super().forward(z)


def forgets_to_return(latent_dim):
    nn.Sequential(nn.Linear(latent_dim, 784), nn.Tanh())


def with_batch_norm(latent_dim):
    return nn.Sequential(
        nn.Linear(latent_dim, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Dropout(0.1),
        nn.Linear(64, 784),
        nn.Tanh(),
        picture(),
    )


@pytest.mark.parametrize("answer", [models.Generator, models.ConvGenerator, Written, with_batch_norm])
def test_a_right_generator_passes(capsys, answer):
    passes(capsys, checks.check_generator, answer)


@table(
    {
        "no Unflatten": (stack(lambda: nn.Linear(64, 784), nn.Tanh), "nn.Unflatten"),
        "sigmoid end": (stack(lambda: nn.Linear(64, 784), nn.Sigmoid, picture), "no pixel is below 0"),
        "no tanh": (stack(lambda: nn.Linear(64, 784), picture), "nothing keeps them in [-1, 1]"),
        "relu end": (stack(lambda: nn.Linear(64, 784), nn.ReLU, picture), "End with nn.Tanh()"),
        "no activations": (
            lambda n: nn.Sequential(nn.Linear(n, 64), nn.Linear(64, 784), nn.Tanh(), picture()),
            "no activation between",
        ),
        "no activations, as a class": (Linear, "no activation between"),
        "ignores z": (Deaf, "doesn't depend on z"),
        "draws its own z": (OwnNoise, "doesn't depend on z"),
        "a list": (lambda n: [nn.Linear(n, 784), nn.Tanh()], "returned list"),
        "an empty network": (lambda n: nn.Sequential(nn.Tanh()), "no weights"),
        "ten wide": (
            lambda n: nn.Sequential(nn.Linear(10, 784), nn.Tanh(), picture()),
            "expects 10 values got 100",
        ),
        "always 100 wide": (
            lambda n: nn.Sequential(nn.Linear(100, 64), nn.ReLU(), nn.Linear(64, 784), nn.Tanh(), picture()),
            "made with latent_dim=7",
        ),
        "layers that don't fit": (stack(lambda: nn.Linear(128, 784), nn.Tanh, picture), "expects 128 values got 64"),
        "wrong output size": (stack(lambda: nn.Linear(64, 756), nn.Tanh, picture), "756"),
        "wrong picture": (
            stack(lambda: nn.Linear(64, 784), nn.Tanh, lambda: nn.Unflatten(1, (28, 28))),
            "(16, 1, 28, 28), yours have (16, 28, 28)",
        ),
        "forgets return": (forgets_to_return, "NoneType"),
        "forward forgets return": (Silent, "returned nothing"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_generator_is_named(answer, phrase):
    assert phrase in fails(checks.check_generator, answer)


# ---------------------------------------------------------------- lesson 04: the discriminator


def judge(*end, start=nn.Flatten):
    return lambda: nn.Sequential(
        start(), nn.Linear(784, 64), nn.LeakyReLU(0.2), nn.Dropout(0.3), *(make() for make in end)
    )


def one():
    return nn.Linear(64, 1)


class WrittenJudge(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(784, 64), nn.Linear(64, 1)

    def forward(self, images):
        return self.last(F.leaky_relu(self.first(images.view(-1, 784)), 0.2))


def deep():
    layers = [nn.Flatten(), nn.Linear(784, 32)]
    for _ in range(6):
        layers += [nn.ReLU(), nn.Linear(32, 32)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Linear(32, 1))


@pytest.mark.parametrize("answer", [models.Discriminator, models.ConvDiscriminator, judge(one), WrittenJudge, deep])
def test_a_right_discriminator_passes(capsys, answer):
    passes(capsys, checks.check_discriminator, answer)


@table(
    {
        "sigmoid": (judge(one, nn.Sigmoid), "Sigmoid at the end"),
        "tanh": (judge(one, nn.Tanh), "Tanh at the end"),
        "relu end": (judge(one, nn.ReLU), "an activation at the end"),
        "no flatten": (judge(one, start=nn.Identity), "start with nn.Flatten()"),
        "no flatten, rows": (lambda: nn.Sequential(nn.Linear(28, 64), nn.ReLU(), nn.Linear(64, 1)), "saw the rows"),
        "Flatten(0)": (judge(one, start=lambda: nn.Flatten(0)), "nn.Flatten(0)"),
        "squeezed": (judge(one, lambda: nn.Flatten(0)), "(N,)"),
        "two outputs": (judge(lambda: nn.Linear(64, 2)), "one is enough"),
        "ten outputs": (judge(lambda: nn.Linear(64, 10)), "(16, 1), yours have (16, 10)"),
        "no activations": (
            lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.Dropout(0.3), nn.Linear(64, 1)),
            "no activation between",
        ),
        "layers that don't fit": (judge(lambda: nn.Linear(256, 1)), "expects 256 values got 64"),
        "the class, not the network": (lambda: WrittenJudge, "returned type"),
        "forgets return": (lambda: None, "NoneType"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_discriminator_is_named(answer, phrase):
    assert phrase in fails(checks.check_discriminator, answer)


# ---------------------------------------------------------------- lesson 05: the losses


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


# ---------------------------------------------------------------- lesson 06: the discriminator's update


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


@pytest.mark.parametrize(
    "answer", [training.update_discriminator, d_update, d_concatenated, d_two_backwards, d_keeps_the_graph]
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


@table(
    {
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
        "returns plain numbers": (d_with(returned=lambda *seen: tuple(map(float, seen))), "as tensors"),
        "not written": (not_written, "isn't written yet"),
        "a typing error": (lambda *_: undefined, "NameError: name 'undefined'"),  # noqa: F821
    }
)
def test_a_mistake_in_the_discriminators_update_is_named(answer, phrase):
    assert phrase in fails(checks.check_update_discriminator, answer)


# ---------------------------------------------------------------- lesson 06: the generator's update


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
    generator_loss = bce(discriminator(generator(noise)), torch.ones(len(noise), 1))
    generator_loss.backward()
    optimizer.step()
    return generator_loss


@pytest.mark.parametrize("answer", [training.update_generator, g_update, g_zeroes_both])
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


@table(
    {
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


# ---------------------------------------------------------------- lesson 07: slerp


def angle_between(start, end):
    return torch.acos((start / start.norm()) @ (end / end.norm()))


def arc(start, end, share):
    angle = angle_between(start, end)
    return (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)


def arc_by_numbers(start, end, share):
    angle = math.acos(F.cosine_similarity(start, end, dim=0).item())
    return math.sin((1 - share) * angle) / math.sin(angle) * start + math.sin(share * angle) / math.sin(angle) * end


def arc_of_the_library(start, end, share):
    return latent.slerp(start, end, 101)[round(100 * share)]


def arc_with_angle(change):
    def answer(start, end, share):
        angle = change(start, end)
        return (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)

    return answer


@pytest.mark.parametrize("answer", [arc, arc_by_numbers, arc_of_the_library])
def test_a_right_slerp_passes(capsys, answer):
    passes(capsys, checks.check_slerp, answer)


@table(
    {
        "lerp": (torch.lerp, "that is lerp"),
        "stretched lerp": (lambda a, b, share: 10 * F.normalize(torch.lerp(a, b, share), dim=0), "stretched"),
        "swapped weights": (lambda a, b, share: arc(b, a, share), "swapped"),
        "degrees": (arc_with_angle(lambda a, b: torch.rad2deg(angle_between(a, b))), "radians"),
        "cosine as angle": (arc_with_angle(lambda a, b: angle_between(a, b).cos()), "torch.acos"),
        "not normalised": (arc_with_angle(lambda a, b: torch.acos(a @ b)), "by their norms"),
        "math, not normalised": (arc_with_angle(lambda a, b: torch.tensor(math.acos(a @ b))), "by their norms"),
        "a number in torch.sin": (
            arc_with_angle(lambda a, b: angle_between(a, b).item()),
            "math.sin and math.acos take numbers",
        ),
        "no division": (
            lambda a, b, share: arc(a, b, share) * torch.sin(angle_between(a, b)),
            "division by sin(angle)",
        ),
        "norm lost": (lambda a, b, share: arc(F.normalize(a, dim=0), F.normalize(b, dim=0), share), "norm is 1"),
        "one norm missing": (arc_with_angle(lambda a, b: torch.acos(a @ b / a.norm() ** 3)), "degrees from start"),
        "always a quarter": (lambda a, b, share: arc(a, b, 0.25), "use share"),
        "a walk": (lambda a, b, share: latent.slerp(a, b, 5), "one point"),
        "no return": (lambda a, b, share: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_slerp_is_named(answer, phrase):
    assert phrase in fails(checks.check_slerp, answer)


# ---------------------------------------------------------------- lesson 07: arithmetic


def moved(z, source, target):
    return z + target.mean(dim=0) - source.mean(dim=0)


def moved_row_by_row(z, source, target):
    direction = sum(target) / len(target) - sum(source) / len(source)
    return torch.stack([row + direction for row in z])


def moved_in_place(z, source, target):
    z += target.mean(dim=0) - source.mean(dim=0)
    return z


@pytest.mark.parametrize("answer", [moved, moved_row_by_row])
def test_a_right_direction_passes(capsys, answer):
    passes(capsys, checks.check_turn_into, answer)


@table(
    {
        "unchanged": (lambda z, a, b: z, "as it was"),
        "backwards": (lambda z, a, b: moved(z, b, a), "backwards"),
        "both away": (lambda z, a, b: z - b.mean(dim=0) - a.mean(dim=0), "both means are taken away"),
        "both added": (lambda z, a, b: z + b.mean(dim=0) + a.mean(dim=0), "both means are added"),
        "source stays": (lambda z, a, b: z + b.mean(dim=0), "the mean of source is still in it"),
        "no target": (lambda z, a, b: z - a.mean(dim=0), "add the mean of target"),
        "no dim": (lambda z, a, b: z + b.mean() - a.mean(), ".mean(dim=0)"),
        "other dim": (lambda z, a, b: z + b.mean(dim=1) - a.mean(dim=1), ".mean(dim=0)"),
        "groups, not means": (lambda z, a, b: z + b - a, ".mean(dim=0)"),
        "sums": (lambda z, a, b: z + b.sum(dim=0) - a.sum(dim=0), "Take the mean"),
        "direction alone": (lambda z, a, b: b.mean(dim=0) - a.mean(dim=0), "add it to z"),
        "direction in every row": (lambda z, a, b: moved(torch.zeros_like(z), a, b), "z itself is missing"),
        "first alone": (lambda z, a, b: z + b[0] - a[0], "only the first"),
        "half": (lambda z, a, b: (z + moved(z, a, b)) / 2, "over rows (dim=0)"),
        "in place": (moved_in_place, "changed too"),
        "no return": (lambda z, a, b: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_direction_is_named(answer, phrase):
    assert phrase in fails(checks.check_turn_into, answer)


# ---------------------------------------------------------------- lesson 07: truncation


def one_by_one(noise, limit):
    noise = noise.clone()
    for row, column in (noise.abs() > limit).nonzero().tolist():
        while abs(noise[row, column]) > limit:
            noise[row, column] = torch.randn(())
    return noise


def everywhere_but_used_where_needed(noise, limit):
    while (noise.abs() > limit).any():
        noise = torch.where(noise.abs() > limit, torch.randn_like(noise), noise)
    return noise


def redrawn(noise, limit, where=torch.abs, copy=True, fresh=torch.randn, rounds=100):
    noise = noise.clone() if copy else noise
    for _ in range(rounds):
        beyond = where(noise) > limit
        noise[beyond] = fresh(int(beyond.sum()))
    return noise


def forgets_to_look_again(noise, limit):
    noise = noise.clone()
    beyond = noise.abs() > limit
    while beyond.any():
        noise[beyond] = torch.randn(int(beyond.sum()))
    return noise


def whole_rows_again(noise, limit):
    while (noise.abs() > limit).any():
        noise = torch.randn_like(noise)
    return noise


@pytest.mark.parametrize("answer", [latent.truncate, one_by_one, everywhere_but_used_where_needed, redrawn])
def test_a_right_truncation_passes(capsys, answer):
    passes(capsys, checks.check_truncate, answer)


@table(
    {
        "unchanged": (lambda noise, limit: noise, "nothing changed"),
        "clamp": (lambda noise, limit: noise.clamp(-limit, limit), "clamp"),
        "scaled": (lambda noise, limit: limit * noise, "scaled"),
        "zeros": (lambda noise, limit: noise.masked_fill(noise.abs() > limit, 0), "became 0"),
        "one side": (lambda noise, limit: redrawn(noise, limit, where=lambda it: it), "both sides"),
        "once": (lambda noise, limit: redrawn(noise, limit, rounds=1), "Repeat with while"),
        "all drawn again": (lambda noise, limit: latent.truncate(torch.randn_like(noise), limit), "within the limit"),
        "one draw for all": (
            lambda noise, limit: redrawn(noise, limit, fresh=lambda count: torch.randn(())),
            "one for each place",
        ),
        "shape of all": (
            lambda noise, limit: redrawn(noise, limit, fresh=lambda count: torch.randn(noise.shape)),
            "As many new values",
        ),
        "in place": (lambda noise, limit: redrawn(noise, limit, copy=False), "noise.clone()"),
        "limit ignored": (lambda noise, limit: redrawn(noise, 0.5), "use limit"),
        "never looks again": (forgets_to_look_again, "in each round"),
        "waits for luck": (whole_rows_again, "in each round"),
        "fewer rows": (lambda noise, limit: noise[(noise.abs() <= limit).all(dim=1)], "(20, 100)"),
        "no return": (lambda noise, limit: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_truncation_is_named(answer, phrase):
    assert phrase in fails(checks.check_truncate, answer)


# ---------------------------------------------------------------- lesson 09: the Frechet distance


def distance(one, other):
    return (one.mean() - other.mean()) ** 2 + (one.std() - other.std()) ** 2


def distance_in_numbers(one, other):
    one, other = one.numpy(), other.numpy()
    return float((one.mean() - other.mean()) ** 2 + (one.std() - other.std()) ** 2)


def distance_of_the_library(one, other):
    return metrics.frechet_distance(*(metrics.Gaussian(it.mean()[None], it.var()[None, None]) for it in (one, other)))


def distance_with(means=torch.square, spreads=torch.square, whole=lambda d: d, spread=torch.std):
    """The distance with its parts open to mistakes."""
    return lambda one, other: whole(means(one.mean() - other.mean()) + spreads(spread(one) - spread(other)))


@pytest.mark.parametrize(
    "answer",
    [
        distance,
        distance_in_numbers,
        distance_of_the_library,
        lambda one, other: np.float32(distance_in_numbers(one, other)),
        lambda one, other: distance(one, other)[None],
        lambda one, other: (
            (one.mean() - other.mean()) ** 2 + one.var() + other.var() - 2 * (one.var() * other.var()).sqrt()
        ),
    ],
)
def test_a_right_distance_passes(capsys, answer):
    passes(capsys, checks.check_frechet, answer)


def as_it_is(value):
    return value


@table(
    {
        "means not squared": (distance_with(means=as_it_is), "the difference of the means isn't squared"),
        "abs of the means": (distance_with(means=torch.abs), "the difference of the means isn't squared"),
        "spreads not squared": (distance_with(spreads=as_it_is), "the standard deviations isn't yet"),
        "abs of both": (distance_with(torch.abs, torch.abs), "abs() stands where"),
        "signed": (distance_with(as_it_is, as_it_is), "neither difference is squared"),
        "signed the other way": (lambda one, other: distance_with(as_it_is, as_it_is)(other, one), "neither"),
        "square of the sum": (distance_with(as_it_is, as_it_is, torch.square), "as a whole"),
        "variances": (distance_with(spread=torch.var), "that compares the variances"),
        "abs of variances": (distance_with(spread=torch.var, spreads=torch.abs), "that compares the variances"),
        "signed variances": (distance_with(spread=torch.var, spreads=as_it_is), "that compares the variances"),
        "sum of spreads": (
            lambda one, other: (one.mean() - other.mean()) ** 2 + (one.std() + other.std()) ** 2,
            "the standard deviations are added",
        ),
        "squares of spreads": (
            lambda one, other: (one.mean() - other.mean()) ** 2 + one.std() ** 2 + other.std() ** 2,
            "squared by itself",
        ),
        "only means": (distance_with(spreads=torch.zeros_like), "only the means count"),
        "only spreads": (distance_with(means=torch.zeros_like), "only the standard deviations count"),
        "minus": (distance_with(spreads=lambda s: -(s**2)), "taken away"),
        "root": (distance_with(whole=torch.sqrt), "leave the root out"),
        "doubled": (distance_with(whole=lambda d: 2 * d), "the distance should be 7."),
        "one way": (
            lambda one, other: distance(one, other) * (1 if one.mean() < other.mean() else -1),
            "the same both ways",
        ),
        "sample by sample": (lambda one, other: ((one - other) ** 2).mean(), "of each first"),
        "one for each value": (lambda one, other: (one - other.mean()) ** 2, "(4000,): it should be one number"),
        "nan": (lambda one, other: (other.std() - one.std()).sqrt(), "root of a negative number"),
        "both apart": (lambda one, other: (one.mean(), one.std()), "returned tuple"),
        "no return": (lambda one, other: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_distance_is_named(answer, phrase):
    assert phrase in fails(checks.check_frechet, answer)


# ---------------------------------------------------------------- lesson 09: precision


def inside(real, fake, k, *, radii=None, other=1, dim=1, reduce=torch.any, compare=torch.le):
    """Precision with its parts open to mistakes."""
    radii = torch.cdist(real, real).kthvalue(k + other, dim=1).values if radii is None else radii
    return reduce(compare(torch.cdist(fake, real), radii), dim=dim).float().mean()


def precision_by_loops(real, fake, k):
    count = 0
    for image in fake:
        for index, centre in enumerate(real):
            others = torch.cat([real[:index], real[index + 1 :]])
            radius = (others - centre).norm(dim=1).sort().values[k - 1]
            if (image - centre).norm() <= radius:
                count += 1
                break
    return count / len(fake)


def without_the_diagonal(real, fake, k, other=0):
    distances = torch.cdist(real, real)
    distances.fill_diagonal_(torch.inf)
    return inside(real, fake, k, radii=distances.kthvalue(k + other, dim=1).values)


def smallest_by_topk(real, fake, k):
    return inside(real, fake, k, radii=torch.cdist(real, real).topk(k + 1, largest=False).values[:, -1])


@pytest.mark.parametrize(
    "answer",
    [
        inside,
        precision_by_loops,
        without_the_diagonal,
        smallest_by_topk,
        lambda real, fake, k: metrics.precision_recall(real, fake, k).precision,
    ],
)
def test_a_right_precision_passes(capsys, answer):
    passes(capsys, checks.check_precision, answer)


def inside_with(**parts):
    return lambda real, fake, k: inside(real, fake, k, **parts)


def round_the_fakes(real, fake, k):
    radii = torch.cdist(fake, fake).kthvalue(k + 1, dim=1).values
    return (torch.cdist(fake, real) <= radii[:, None]).any(dim=1).float().mean()


def in_the_nearest_ball(real, fake, k):
    nearest, whose = torch.cdist(fake, real).min(dim=1)
    return (nearest <= metrics.neighbour_radii(real, k)[whose]).float().mean()


@table(
    {
        "itself counted": (inside_with(other=0), "the balls are too small"),
        "left out twice": (lambda real, fake, k: without_the_diagonal(real, fake, k, other=1), "left out twice"),
        "recall": (lambda real, fake, k: inside(fake, real, k), "that is recall"),
        "the fakes' balls": (round_the_fakes, "the radii have to do with fakes"),
        "up to fakes": (
            lambda real, fake, k: inside(real, fake, k, radii=torch.cdist(real, fake).kthvalue(k, dim=1).values),
            "the radii have to do with fakes",
        ),
        "up to fakes, transposed": (
            lambda real, fake, k: inside(real, fake, k, radii=torch.cdist(fake, real).kthvalue(k, dim=0).values),
            "the radii have to do with fakes",
        ),
        "the other dim": (inside_with(dim=0), "any over the wrong dim"),
        "all": (inside_with(reduce=torch.all), "one ball is enough"),
        "pairs": (inside_with(reduce=lambda inside, dim: inside), "a share of pairs"),
        "mean radius": (
            lambda real, fake, k: inside(real, fake, k, radii=metrics.neighbour_radii(real, k).mean()),
            "a ball of its own",
        ),
        "only the nearest": (in_the_nearest_ball, "only the ball of the nearest real"),
        "squared distances": (inside_with(compare=lambda d, r: d**2 <= r), "squared distances are compared"),
        "squared radii": (inside_with(compare=lambda d, r: d <= r**2), "with squared radii"),
        "furthest": (
            lambda real, fake, k: inside(real, fake, k, radii=torch.cdist(real, real).topk(k + 1).values[:, -1]),
            "largest=False",
        ),
        "outside": (inside_with(compare=torch.gt, reduce=torch.all), "outside all balls"),
        "count": (lambda real, fake, k: inside(real, fake, k) * len(fake), "divide by how many"),
        "count of reals": (lambda real, fake, k: inside(real, fake, k) * len(fake) / len(real), "number of reals"),
        "percent": (lambda real, fake, k: 100 * inside(real, fake, k), "percentage"),
        "half": (lambda real, fake, k: inside(real, fake, k) / 2, "and how many of the fakes"),
        "k ignored": (lambda real, fake, k: inside(real, fake, 3), "use k"),
        "turned round": (
            lambda real, fake, k: (
                (torch.cdist(real, fake) <= metrics.neighbour_radii(real, k)).any(dim=0).float().mean()
            ),
            "compare it with one radius for each real",
        ),
        "no mean": (lambda real, fake, k: (torch.cdist(fake, real) <= 1).any(dim=1), "(150,): it should be one number"),
        "both": (metrics.precision_recall, "returned PrecisionRecall"),
        "no return": (lambda real, fake, k: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_precision_is_named(answer, phrase):
    assert phrase in fails(checks.check_precision, answer)


# ---------------------------------------------------------------- lesson 09: the cheat


def copied(count):
    images = data.image_tensor()
    return data.to_range(images[torch.randperm(len(images))[:count]])


def test_a_photocopier_is_the_cheat_asked_for_and_its_figures_are_read_out(capsys):
    # the one test here that evaluates images: up to a minute
    checks.check_cheat(copied)
    said = capsys.readouterr().out
    assert said.count("✓") == 1 and "10 digits" in said and "100% of yours are copies" in said
    assert float(said.split("Frechet distance ")[1].split(",")[0]) < 10  # far below the bar of 50


@pytest.fixture
def judged(monkeypatch):
    """Let the check see made-up figures: those of a photocopier, but for what is given."""

    def let(**changed):
        figures = metrics.Figures(
            frechet_distance=2.5,
            precision=0.9,
            recall=0.9,
            classes=10,
            entropy=2.3,
            shares=[0.1] * 10,
            confidence=0.99,
            pixel_distance=0.0,
            feature_distance=0.0,
            pixel_copies=1.0,
            feature_copies=1.0,
        )
        seen = metrics.Report(replace(figures, **changed), figures, 2_000, None, "made up", "0" * 64, [])
        monkeypatch.setattr(metrics, "evaluate_images", lambda images: seen)

    return let


def scribbles(count):
    return 2 * torch.rand(count, 1, 28, 28) - 1


@pytest.mark.parametrize(
    "answer", [scribbles, lambda count: scribbles(count).double(), lambda count: scribbles(count).requires_grad_()]
)
def test_images_that_reach_every_bar_pass(capsys, judged, answer):
    judged(frechet_distance=49, precision=0.77, recall=0.31, pixel_copies=0.51, feature_copies=0.1)
    passes(capsys, checks.check_cheat, answer)


@pytest.mark.parametrize(
    ("figures", "phrase"),
    [
        ({"classes": 7, "recall": 0.1}, "7 of the ten digits"),
        ({"recall": 0.3}, "recall is 0.30, it should be above 0.3"),
        ({"precision": 0.76}, "precision is 0.76, it should be above 0.76"),
        ({"frechet_distance": 50}, "the Frechet distance is 50, it should be below 50"),
        ({"pixel_copies": 0.01, "feature_copies": 0.01}, "honest, no cheat"),
        ({"pixel_copies": 0.02, "feature_copies": 0.8}, "copies in disguise"),
        ({"pixel_copies": 0.5, "feature_copies": 0.5}, "only 50% of them copies"),
    ],
)
def test_a_figure_that_misses_its_bar_is_named(judged, figures, phrase):
    judged(**figures)
    message = fails(checks.check_cheat, scribbles)
    assert phrase in message and "are different" not in message


def test_a_few_images_again_and_again_are_counted(judged):
    judged(recall=0.01)
    message = fails(checks.check_cheat, lambda count: scribbles(20).repeat(count // 20, 1, 1, 1))
    assert "Only 20 of your 2000 images are different" in message


def test_the_check_of_the_cheat_leaves_the_global_random_stream_alone(judged):
    judged()
    before = torch.get_rng_state()
    checks.check_cheat(scribbles)
    assert torch.equal(before, torch.get_rng_state())


@table(
    {
        "bytes": (lambda count: data.image_tensor(False)[:count], "data.to_range"),
        "from 0": (lambda count: data.image_tensor(False)[:count] / 255, "from 0 to 1: paper should be -1"),
        "whole range": (lambda count: data.image_tensor(False)[:count].float(), "from 0 to 255"),
        "noise on top": (lambda count: scribbles(count) + 0.1 * torch.randn(count, 1, 28, 28), ".clamp(-1, 1)"),
        "nan": (lambda count: scribbles(count) / 0 * 0, "NaN"),
        "rows": (lambda count: scribbles(count).flatten(1), ".view(-1, 1, 28, 28)"),
        "no channel": (lambda count: scribbles(count).squeeze(1), ".view(-1, 1, 28, 28)"),
        "all there are": (lambda count: scribbles(3_000), "2000 images were asked for, you returned 3000: use count"),
        "another size": (lambda count: torch.zeros(count, 1, 32, 32), "yours have (2000, 1, 32, 32)"),
        "numbers of images": (lambda count: torch.randperm(60_000)[:count], "int64"),
        "with labels": (lambda count: (scribbles(count), torch.zeros(count)), "returned tuple"),
        "no return": (lambda count: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_cheat_that_is_no_set_of_images_is_told_why(judged, answer, phrase):
    judged()
    assert phrase in fails(checks.check_cheat, answer)


# ---------------------------------------------------------------- lesson 11: batches


def cut(
    images,
    batch_size,
    *,
    order=lambda images: torch.randperm(len(images)),
    end=lambda images, batch_size: len(images) - batch_size + 1,
    epochs=10**9,
    ready=data.to_range,
):
    """Batches with their parts open to mistakes."""
    for _ in range(epochs):
        now = order(images)
        for start in range(0, end(images, batch_size), batch_size):
            yield ready(images[now[start : start + batch_size]])


def cut_with(**parts):
    return lambda images, batch_size: cut(images, batch_size, **parts)


def one_stream(images, batch_size):
    """What is left over at the end of an epoch comes first in the next one."""
    waiting = []
    while True:
        while len(waiting) < batch_size:
            waiting += torch.randperm(len(images)).tolist()
        now, waiting = waiting[:batch_size], waiting[batch_size:]
        yield torch.stack([data.to_range(images[index]) for index in now])


def by_a_loader(images, batch_size):
    while True:
        yield from map(data.to_range, torch.utils.data.DataLoader(images, batch_size, shuffle=True, drop_last=True))


def all_floats_at_once(images, batch_size):
    images = images / 127.5 - 1
    while True:
        for chosen in torch.randperm(len(images)).split(batch_size):
            if len(chosen) == batch_size:
                yield images[chosen]


@pytest.mark.parametrize("answer", [data.Batches, cut, one_stream, by_a_loader, all_floats_at_once])
def test_right_batches_pass(capsys, answer):
    passes(capsys, checks.check_batches, answer)


def ordered_once(images, batch_size):
    order = torch.randperm(len(images))
    return cut(images, batch_size, order=lambda images: order)


def anew_for_each_batch(images, batch_size):
    while True:
        yield data.to_range(images[torch.randperm(len(images))[:batch_size]])


def drawn_with_replacement(images, batch_size):
    while True:
        yield data.to_range(images[torch.randint(len(images), (batch_size,))])


def in_the_same_company(images):
    return torch.cat([batch[torch.randperm(len(batch))] for batch in torch.arange(len(images)).split(8)])


def whole_batches_shuffled(images):
    return torch.cat([torch.arange(len(images)).split(8)[at] for at in torch.randperm(len(images) // 8)])


def shuffled_in_place(images, batch_size):
    while True:
        images[:] = images[torch.randperm(len(images))]
        yield from cut(images, batch_size, order=lambda images: torch.arange(len(images)), epochs=1)


def all_in_a_list(images, batch_size):
    return list(cut(images, batch_size, epochs=1))


def an_endless_list(images, batch_size):
    return list(cut(images, batch_size))


def never_comes_to_yield(images, batch_size):
    while True:
        for start in range(len(images), batch_size, batch_size):
            yield images[start:]
        torch.randperm(len(images))


def a_loader_that_runs_out(images, batch_size):
    batches = iter(cut(images, batch_size, epochs=1))
    while True:
        yield next(batches)


def with_a_bare_yield(images, batch_size):
    while True:
        yield


def unwritten_behind_a_yield(images, batch_size):
    raise NotImplementedError("your turn")
    yield


def the_last_dropped_first(images, batch_size):
    return cut(images[: len(images) // batch_size * batch_size], batch_size)


@table(
    {
        "not shuffled": (cut_with(order=lambda images: torch.arange(len(images))), "in which they are stored"),
        "shuffled once": (ordered_once, "every epoch has the same order"),
        "one epoch": (cut_with(epochs=1), "the batches end after 5, with 40 images"),
        "no epoch": (cut_with(epochs=0), "the batches end after 0"),
        "bytes": (cut_with(ready=lambda images: images), "torch.uint8"),
        "from 0 to 1": (cut_with(ready=lambda images: images / 255), "the range is [0, 1]"),
        "negative": (cut_with(ready=lambda images: 1 - images / 127.5), "a negative"),
        "from 0 to 255": (cut_with(ready=torch.Tensor.float), "still go from 0 to 255"),
        "anew for each batch": (anew_for_each_batch, "some come twice"),
        "with replacement": (drawn_with_replacement, "some come twice"),
        "stops too early": (cut_with(end=lambda images, size: len(images) - size), "one batch too early"),
        "what is left over": (cut_with(end=lambda images, size: len(images)), "a batch has 4 images"),
        "the same company": (cut_with(order=in_the_same_company), "the same images meet"),
        "only batches shuffled": (cut_with(order=whole_batches_shuffled), "the same images meet"),
        "always the last left out": (the_last_dropped_first, "the last four that never come"),
        "40 by heart": (
            cut_with(order=lambda images: torch.randperm(40) % 39 if len(images) > 40 else torch.randperm(40)),
            "with 44",
        ),
        "one image at a time": (
            lambda images, size: (data.to_range(image) for _ in range(99) for image in images),
            "one image at a time",
        ),
        "all at once": (
            cut_with(end=lambda images, size: 1, ready=lambda images: torch.zeros(40, 1, 28, 28)),
            "all 40",
        ),
        "flattened": (
            cut_with(ready=lambda images: data.to_range(images).flatten(1)),
            "(8, 1, 28, 28), yours have (8, 784)",
        ),
        "mixed pixels": (
            cut_with(ready=lambda images: data.to_range(images)[..., torch.randperm(28)]),
            "shuffle whole images",
        ),
        "in place": (shuffled_in_place, "have changed"),
        "with labels": (cut_with(ready=lambda images: (data.to_range(images), 0)), "of type tuple"),
        "a bare yield": (with_a_bare_yield, "a batch is None"),
        "a list": (all_in_a_list, "returned list"),
        "a loader": (lambda images, size: torch.utils.data.DataLoader(images, size), "returned DataLoader"),
        "an endless list": (an_endless_list, "doesn't come to an end. Does each round"),
        "never yields": (never_comes_to_yield, "doesn't come to an end. Does each round"),
        "return for yield": (lambda images, size: next(cut(images, size)), "yield instead of return"),
        "runs out inside": (a_loader_that_runs_out, "start a new one each epoch"),
        "no yield": (lambda images, size: None, "with yield"),
        "an error in the loop": (cut_with(ready=lambda images: images.flaot()), "'flaot'"),
        "not written": (not_written, "isn't written yet"),
        "not written, behind a yield": (unwritten_behind_a_yield, "unwritten_behind_a_yield isn't written yet"),
    }
)
def test_a_mistake_in_the_batches_is_named(answer, phrase):
    assert phrase in fails(checks.check_batches, answer)


# ---------------------------------------------------------------- lesson 11: the moving average


def both(averaged, generator, which="parameters"):
    return zip(getattr(averaged, which)(), getattr(generator, which)(), strict=True)


@torch.no_grad()
def averaged_with(averaged, generator, decay, *, mix, buffers=lambda mean, value: mean.copy_(value)):
    """The moving average with its parts open to mistakes."""
    for mean, weight in both(averaged, generator):
        mean.copy_(mix(mean, weight, decay))
    for mean, value in both(averaged, generator, "buffers"):
        buffers(mean, value)


def mixing(mix, **parts):
    return lambda averaged, generator, decay: averaged_with(averaged, generator, decay, mix=mix, **parts)


def right_mix(mean, weight, decay):
    return decay * mean + (1 - decay) * weight


def by_lerp(averaged, generator, decay):
    with torch.no_grad():
        for mean, weight in both(averaged, generator):
            mean.lerp_(weight, 1 - decay)
        averaged[1].running_mean.copy_(generator[1].running_mean)
        averaged[1].running_var = generator[1].running_var.clone()


def by_data(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        mean.data = decay * mean.data + (1 - decay) * weight.data
    for mean, value in both(averaged, generator, "buffers"):
        mean.data.copy_(value)


def by_state_dict(averaged, generator, decay):
    new = generator.state_dict()
    averaged.load_state_dict({name: right_mix(mean, new[name], decay) for name, mean in averaged.state_dict().items()})


@pytest.mark.parametrize("answer", [mixing(right_mix), by_lerp, by_data, by_state_dict])
def test_a_right_average_passes(capsys, answer):
    passes(capsys, checks.check_update_average, answer)


@torch.no_grad()
def names_alone(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        mean = decay * mean + (1 - decay) * weight


@torch.no_grad()
def generator_follows(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        weight.copy_(right_mix(mean, weight, decay))


def generator_follows_with_gradients(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        weight.lerp_(mean, decay)


@torch.no_grad()
def statistics_the_wrong_way(averaged, generator, decay):
    averaged_with(averaged, generator, decay, mix=right_mix, buffers=lambda mean, value: value.copy_(mean))


def with_gradients(averaged, generator, decay):
    for mean, weight in both(averaged, generator):
        mean.lerp_(weight, 1 - decay)
    for mean, value in both(averaged, generator, "buffers"):
        mean.copy_(value)


def generator_frozen(averaged, generator, decay):
    generator.requires_grad_(False)
    with_gradients(averaged, generator, decay)


@torch.no_grad()
def new_weights(averaged, generator, decay):
    for index in (0, 1, 3):
        for name in ("weight", "bias"):
            mean, weight = getattr(averaged[index], name), getattr(generator[index], name)
            setattr(averaged[index], name, nn.Parameter(right_mix(mean, weight, decay)))


def a_weight_of_its_own(averaged, generator, decay):
    averaged.weight = nn.Parameter(right_mix(averaged[0].weight, generator[0].weight, decay))


@torch.no_grad()
def linear_layers_alone(averaged, generator, decay):
    for index in (0, 3):
        for mean, weight in both(averaged[index], generator[index]):
            mean.lerp_(weight, 1 - decay)


@torch.no_grad()
def every_entry(averaged, generator, decay):
    for mean, value in zip(averaged.state_dict().values(), generator.state_dict().values(), strict=True):
        mean.mul_(decay).add_(value, alpha=1 - decay)


@torch.no_grad()
def every_entry_by_lerp(averaged, generator, decay):
    for mean, value in zip(averaged.state_dict().values(), generator.state_dict().values(), strict=True):
        mean.lerp_(value, 1 - decay)


@table(
    {
        "nothing": (names_alone, "nothing changed in averaged"),
        "no body": (lambda *_: None, "nothing changed in averaged"),
        "swapped": (mixing(lambda mean, weight, decay: torch.lerp(mean, weight, decay)), "the shares are swapped"),
        "a copy": (lambda averaged, generator, _: averaged.load_state_dict(generator.state_dict()), "is a copy"),
        "plain mean": (mixing(lambda mean, weight, decay: (mean + weight) / 2), "the plain mean"),
        "shrunk": (mixing(lambda mean, weight, decay: decay * mean), "averaged shrank"),
        "generator's share alone": (mixing(lambda mean, weight, decay: (1 - decay) * weight), "is lost"),
        "old kept whole": (mixing(lambda mean, weight, decay: mean + (1 - decay) * weight), "kept whole"),
        "new taken whole": (mixing(lambda mean, weight, decay: decay * mean + weight), "added whole"),
        "decay for both": (mixing(lambda mean, weight, decay: decay * (mean + weight)), "both got the share decay"),
        "away": (mixing(lambda mean, weight, decay: torch.lerp(mean, weight, decay - 1)), "moved away"),
        "some": (linear_layers_alone, "each weight"),
        "the generator instead": (generator_follows, "the generator changed"),
        "its statistics": (statistics_the_wrong_way, "the generator changed"),
        "the generator, with gradients": (generator_follows_with_gradients, "write into averaged's"),
        "gradients tracked": (with_gradients, "autograd noted down"),
        "generator frozen": (generator_frozen, "it would stop learning"),
        "new weights": (new_weights, "new weights in place of its old ones"),
        "a weight of its own": (a_weight_of_its_own, "other weights than before"),
        "no buffers": (mixing(right_mix, buffers=lambda mean, value: None), "is still the old"),
        "buffers of zeros": (mixing(right_mix, buffers=lambda mean, value: mean.zero_()), "but not BatchNorm's"),
        "counter by mul_": (every_entry, "counts its batches, in whole numbers"),
        "counter by lerp_": (every_entry_by_lerp, "counts its batches, in whole numbers"),
        "decay ignored": (mixing(lambda mean, weight, decay: right_mix(mean, weight, 0.9)), "use decay"),
        "an error": (lambda averaged, generator, decay: averaged.weights, "'weights'"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_average_is_named(answer, phrase):
    assert phrase in fails(checks.check_update_average, answer)


# ---------------------------------------------------------------- lesson 11: seconds a step


def seconds(ranks, compute, gradient_bytes, bandwidth):
    return compute / ranks + (gradient_bytes / bandwidth if ranks > 1 else 0)


def as_tensor(*arguments):
    return torch.tensor(seconds(*arguments))


@pytest.mark.parametrize("answer", [seconds, as_tensor, lambda n, c, g, b: c / n + (n > 1) * g / b])
def test_right_seconds_pass(capsys, answer):
    passes(capsys, checks.check_seconds_a_step, answer)


def except_alone(rule):
    return lambda n, c, g, b: c if n == 1 else rule(n, c, g, b)


@table(
    {
        "sends alone": (lambda n, c, g, b: c / n + g / b, "nobody to send to"),
        "alone wrong": (
            lambda n, c, g, b: c / n + g / b if n > 1 else 0,
            "should take compute = 6.00 s, with you it takes 0.00",
        ),
        "not shared": (except_alone(lambda n, c, g, b: c + g / b), "the computing isn't shared"),
        "all shared": (except_alone(lambda n, c, g, b: (c + g / b) / n), "the exchange is divided by ranks"),
        "the other shared": (except_alone(lambda n, c, g, b: c + g / b / n), "It is compute that is divided"),
        "multiplied": (except_alone(lambda n, c, g, b: c * n + g / b), "don't multiply"),
        "rounded": (except_alone(lambda n, c, g, b: c // n + g / b), "//"),
        "no exchange": (lambda n, c, g, b: c / n, "the exchange is missing"),
        "no computing": (except_alone(lambda n, c, g, b: g / b), "the computing is missing"),
        "the longer": (except_alone(lambda n, c, g, b: max(c / n, g / b)), "the longer of both"),
        "minus": (except_alone(lambda n, c, g, b: c / n - g / b), "taken away"),
        "upside down": (except_alone(lambda n, c, g, b: c / n + b / g), "upside down"),
        "bytes times bandwidth": (except_alone(lambda n, c, g, b: c / n + b * g), "/ instead of *"),
        "bits": (except_alone(lambda n, c, g, b: c / n + 8 * g / b), "a factor of 8"),
        "bits the other way": (except_alone(lambda n, c, g, b: c / n + g / b / 8), "a factor of 8"),
        "times ranks": (except_alone(lambda n, c, g, b: c / n + n * g / b), "multiplied by ranks:"),
        "times the others": (lambda n, c, g, b: c / n + (n - 1) * g / b, "multiplied by ranks - 1"),
        "a ring": (lambda n, c, g, b: c / n + 2 * (n - 1) / n * g / b, "as a ring of ranks sends"),
        "something else": (lambda n, c, g, b: c / n + g / b + 1, "takes 2.20 s; with you it takes 3.20 s"),
        "divides by the others": (lambda n, c, g, b: c / n + g / b * (n - 1) / (n - 1), "ranks may be 1"),
        "infinite": (lambda n, c, g, b: math.inf, "division by 0"),
        "both apart": (lambda n, c, g, b: (c / n, g / b), "returned tuple"),
        "for each rank": (lambda n, c, g, b: torch.full((n,), c / n), "(4,): it should be one number"),
        "no return": (lambda *_: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_seconds_is_named(answer, phrase):
    assert phrase in fails(checks.check_seconds_a_step, answer)


# ---------------------------------------------------------------- all of them

RIGHT = [
    (checks.check_points, toy.ring),
    (checks.check_to_range, data.to_range),
    (checks.check_generator, Written),
    (checks.check_discriminator, judge(one)),
    (checks.check_losses, d_loss, g_loss),
    (checks.check_update_discriminator, d_update),
    (checks.check_update_generator, g_update),
    (checks.check_slerp, arc),
    (checks.check_turn_into, moved),
    (checks.check_truncate, latent.truncate),
    (checks.check_frechet, distance),
    (checks.check_precision, inside),
    (checks.check_batches, cut),
    (checks.check_update_average, by_lerp),
    (checks.check_seconds_a_step, seconds),
]


@pytest.mark.parametrize("call", RIGHT, ids=lambda call: call[0].__name__)
def test_a_check_leaves_the_global_random_stream_alone_even_if_the_answer_draws_from_it(call):
    def greedy(answer):
        return lambda *arguments: (torch.rand(3), answer(*arguments))[1]

    check, *answers = call
    before = torch.get_rng_state()
    check(*map(greedy, answers))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("seed", range(3))
def test_whether_an_answer_passes_does_not_depend_on_the_random_stream_outside(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for check, *answers in RIGHT:
            check(*answers)


def test_in_a_notebook_a_failed_check_is_one_line(capsys):
    shell = InteractiveShell.instance()
    try:
        result = shell.run_cell("from gan_lesson import checks\nchecks.check_to_range(lambda images: images / 255)")
    finally:
        InteractiveShell.clear_instance()
    assert isinstance(result.error_in_exec, checks.CheckFailed)
    shown = "".join(capsys.readouterr()).strip().splitlines()
    assert len(shown) == 1 and shown[0].startswith("✗ the range is [0, 1]")


def test_what_stops_the_learners_code_does_not_hang_a_second_traceback_on_the_message():
    with pytest.raises(checks.CheckFailed) as caught:
        checks.check_to_range(lambda images: images.flaot())
    assert "'flaot'" in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_the_stop_button_is_not_taken_for_a_mistake():
    def pressed(images):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checks.check_to_range(pressed)
