"""Checks of the exercises: each runs the learner's code, knows the likely mistakes by name and says what to look at.

Most checks work by comparison. They compute what the right code and what each known mistake would lead to, and see
which of them the learner's code agrees with.
"""

from __future__ import annotations

import copy
import functools
import math
import numbers
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode

from . import data, metrics, training
from .losses import NON_SATURATING


class CheckFailed(AssertionError):
    """The learner's code isn't right yet; the message says what was seen and what to look at next."""

    def _render_traceback_(self) -> list[str]:
        # In a notebook the message is the lesson; the path to it through this module would bury it.
        return [f"✗ {self}"]


@contextmanager
def _seeded() -> Iterator[None]:
    """The same random numbers at every call, and the program's own stream untouched."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


@_seeded()
def check_points(draw: Callable[[int, torch.Generator], torch.Tensor]) -> None:
    """Lesson 01: ``draw(count, random)`` returns random points (count, 2) inside the square from -1.6 to 1.6."""
    random = torch.Generator().manual_seed(0)
    points = _run(draw, 200, random)
    _expect_tensor(points, "your data set")
    if points.shape == (2, 200):
        _fail("x and y are the rows, they should be the columns: torch.stack([x, y], dim=1).")
    _expect_shape(points, (200, 2), "the points")
    if not points.is_floating_point():
        _fail(f"the points have type {points.dtype}; coordinates are floats.")
    if not points.isfinite().all():
        _fail("some coordinates are NaN or infinite: look for a division by 0 or a root of a negative number.")
    if points.abs().max() > 1.6:
        _fail(f"the points reach {points.abs().max():.1f}; the picture ends at 1.6. Make the shape smaller.")
    if torch.equal(points, _run(draw, 200, random)):
        _fail("two calls give the same points: draw them at random, with torch.rand(count, generator=random).")
    if not torch.equal(points, _run(draw, 200, torch.Generator().manual_seed(0))):
        _fail("with the same random it should draw the same points again: torch.rand(count, generator=random).")
    if len(points.unique(dim=0)) < 100:
        _fail("many points are the same: a data set for a GAN is a shape with many different points.")
    _passed("your data set gives fresh random points of shape (count, 2), all inside the picture.")


@_seeded()
def check_to_range(to_range: Callable) -> None:
    """Lesson 02: ``to_range`` maps uint8 pixels 0 to 255 to floats in [-1, 1]."""
    images = torch.tensor([0, 51, 127, 128, 204, 255], dtype=torch.uint8).view(6, 1, 1, 1).repeat(1, 1, 28, 28)
    got = _run(to_range, images.clone())
    _expect_tensor(got, "to_range")
    if not got.is_floating_point():
        _fail(
            f"the result has type {got.dtype}: whole numbers can't lie between -1 and 1. Convert with .float() first."
        )
    _expect_shape(got, images.shape, "the images")
    pixels = images.float()
    _compare(
        got,
        right=data.to_range(images),
        mistakes=_range_mistakes(pixels),
        otherwise=f"0 should become -1 and 255 should become 1; yours become {got.min():.3f} and {got.max():.3f}",
    )
    _passed("to_range maps 0 to -1, 255 to 1, and keeps the shape.")


@_seeded()
def check_generator(make_generator: Callable[[int], nn.Module]) -> None:
    """Lesson 03: ``make_generator(latent_dim)`` returns noise (N, latent_dim) -> images (N, 1, 28, 28) in [-1, 1]."""
    generator = _run(make_generator, 100)
    _expect_network(generator, "make_generator")
    noise = torch.randn(16, 100)
    images = _forward(generator, noise, "noise of shape (16, 100)")
    if images.shape == (16, 784):
        _fail("784 values an image is right, but they are still a row: end with nn.Unflatten(1, (1, 28, 28)).")
    _expect_shape(images, (16, 1, 28, 28), "the images")
    with _seeded():
        images = _forward(generator, noise, "noise")
    with _seeded():
        others = _forward(generator, noise.flip(0), "noise")
    if (images - others).abs().max() < 1e-6:
        _fail("two different noise vectors give the same image: the output doesn't depend on z.")
    wide = _forward(generator, 100 * noise, "noise")
    if wide.abs().max() > 1:
        _fail(f"pixels reach {wide.abs().max():.1f}: nothing keeps them in [-1, 1]. End with nn.Tanh().")
    if wide.min() >= 0:
        _fail("no pixel is below 0: a Sigmoid at the end gives [0, 1]. Real digits lie in [-1, 1]: end with nn.Tanh().")
    if _is_linear(generator, noise, before=torch.atanh):
        _fail(
            "there is no activation between the Linear layers: together they are one Linear layer. Put LeakyReLU "
            "between."
        )
    few = _forward(
        _run(make_generator, 7), torch.randn(2, 7), "noise of shape (2, 7), when it was made with latent_dim=7"
    )
    _expect_shape(few, (2, 1, 28, 28), "with latent_dim=7 the images")
    _passed("100 random numbers become a picture of 28 x 28 in [-1, 1], another z another picture.")


@_seeded()
def check_discriminator(make_discriminator: Callable[[], nn.Module]) -> None:
    """Lesson 04: ``make_discriminator()`` returns images (N, 1, 28, 28) -> logits (N, 1)."""
    discriminator = _run(make_discriminator)
    _expect_network(discriminator, "make_discriminator")
    images = torch.rand(16, 1, 28, 28) * 2 - 1
    logits = _forward(discriminator, images, "images of shape (16, 1, 28, 28)", hint=_flatten_hint)
    if logits.shape == (16,):
        _fail("one number an image is right, but the shape is (N,): keep it (N, 1), or a loss may mix up the batch.")
    if logits.shape == (16, 1, 28, 1):
        _fail("the first Linear saw the rows of the image, not the image: put nn.Flatten() before it.")
    if logits.shape == (16, 2):
        _fail("two numbers an image: one is enough. The logit of 'fake' would be minus the logit of 'real'.")
    _expect_shape(logits, (16, 1), "the logits")
    # A last layer a million times as strong, of either sign, drives free logits far beyond 1 both ways.
    extreme = torch.cat([_forward(_with_last_layer_times(f, discriminator), images, "images") for f in (1e6, -1e6)])
    if extreme.min() >= 0 and extreme.max() <= 1:
        _fail(
            "all outputs lie between 0 and 1: there is a Sigmoid at the end. Return logits; the sigmoid is in the loss."
        )
    if extreme.abs().max() <= 1:
        _fail(
            "all outputs lie between -1 and 1: there is a Tanh at the end. A logit may be any number: end with "
            "the Linear layer."
        )
    if extreme.min() >= 0 or extreme.max() <= 0:
        _fail(
            "no image gets a logit of the other sign: an activation at the end cuts it off. End with the Linear layer."
        )
    if _is_linear(discriminator, images):
        _fail(
            "there is no activation between the Linear layers: together they are one Linear layer. Put LeakyReLU "
            "between."
        )
    _passed("a picture of 28 x 28 becomes one logit of any size; its sigmoid is the score.")


@_seeded()
def check_losses(discriminator_loss: Callable, generator_loss: Callable) -> None:
    """Lesson 05: both losses of the article from logits (N, 1), with labels of ones and zeros."""
    real, fake = torch.randn(6, 1) + 2, torch.randn(6, 1) - 1
    real.requires_grad_()
    fake.requires_grad_()
    ones, zeros = torch.ones(6, 1), torch.zeros(6, 1)
    bce = F.binary_cross_entropy_with_logits

    got = _run(discriminator_loss, real, fake, hint=_loss_hint)
    _expect_loss(got, "discriminator_loss")
    right = bce(real, ones) + bce(fake, zeros)
    _compare(
        got,
        right=right,
        mistakes=[
            (
                bce(real, zeros) + bce(fake, ones),
                "the labels are swapped: for the discriminator reals are ones, fakes zeros.",
            ),
            (bce(real, ones), "only the reals count: add the loss on the fakes, with labels of zeros."),
            (bce(fake, zeros), "only the fakes count: add the loss on the reals, with labels of ones."),
            (
                bce(real, ones) + bce(fake, ones),
                "fakes carry ones: that is the generator's wish. Here fakes are zeros.",
            ),
            (
                right / 2,
                "the mean of both parts, not their sum: the article adds them (equilibrium at 2 ln 2, not ln 2).",
            ),
            (bce(real, ones) - bce(fake, zeros), "the difference of the parts, not their sum."),
            (bce(real.sigmoid(), ones) + bce(fake.sigmoid(), zeros), _TWICE),
            (bce(ones, real) + bce(zeros, fake), _TURNED_ROUND),
        ],
        otherwise=f"for the test logits the discriminator's loss should be {right:.4f}, yours is {got:.4f}",
    )
    _expect_gradient(got, {"real": real, "fake": fake}, "discriminator_loss")

    got = _run(generator_loss, fake, hint=_loss_hint)
    _expect_loss(got, "generator_loss")
    right = bce(fake, ones)
    _compare(
        got,
        right=right,
        mistakes=[
            (
                bce(fake, zeros),
                "the generator's labels are zeros: then it wants to be caught. It wants fakes called ones.",
            ),
            (
                -bce(fake, zeros),
                "that is the minimax loss log(1 - D), flat where fakes are obvious. Use labels of ones.",
            ),
            (bce(fake.sigmoid(), ones), _TWICE),
            (bce(ones, fake), _TURNED_ROUND),
        ],
        otherwise=f"for the test logits the generator's loss should be {right:.4f}, yours is {got:.4f}",
    )
    _expect_gradient(got, {"fake": fake}, "generator_loss")
    _passed("both losses are the article's: the discriminator's sums its two parts, the generator asks for ones.")


_TWICE = "the sigmoid is applied twice: binary_cross_entropy_with_logits has it inside. Give it the logits."
_TURNED_ROUND = "logits and labels are turned round: the logits come first, the labels second."


@_seeded()
def check_update_discriminator(update_discriminator: Callable) -> None:
    """Lesson 06: ``update_discriminator(generator, discriminator, optimizer, real, noise, loss)``."""
    players = _Players()
    seen = _run_update(update_discriminator, players, players.optimizer_d, players.real, players.noise)
    _expect_untouched(players, "generator", only="discriminator")
    if not players.reached("discriminator"):
        _fail("the discriminator has no new gradients: call .backward() on its loss.")
    _expect_stepped(players, "discriminator", players.optimizer_d)

    loss, after = NON_SATURATING, _discriminator_after
    _compare(
        _flat(players.discriminator),
        right=after(loss.discriminator),
        mistakes=[
            (after(loss.discriminator, clear=False), _NOT_CLEARED),
            (
                after(lambda real, fake: loss.real(fake) + loss.fake(real)),
                "the labels are swapped: reals should be called real (loss.real), fakes fake (loss.fake).",
            ),
            (
                after(lambda real, fake: loss.real(real)),
                "the discriminator learned from the reals alone: add loss.fake(fake_logits).",
            ),
            (
                after(lambda real, fake: loss.fake(fake)),
                "the discriminator learned from the fakes alone: add loss.real(real_logits).",
            ),
            (
                after(lambda real, fake: loss.real(real) + loss.generator(fake)),
                "the discriminator was taught the generator's wish: its loss on fakes is loss.fake.",
            ),
            (
                after(lambda real, fake: loss.discriminator(real, fake) / 2),
                "the step is half as long as it should be: the loss is the sum of both parts, not their mean.",
            ),
        ],
        otherwise="the discriminator's weights moved, but not to where one step leads on the sum of both losses. Are "
        "the fakes made of the noise, and the reals those, that your function is given?",
    )
    if players.reached("generator"):
        _fail(
            "the right weights moved, but gradients were also computed for the generator, for nothing: they cost time, "
            "and would be added to its next ones if it forgot zero_grad. Cut the graph with generator(noise).detach()."
        )
    fresh = _Players()
    right = training.update_discriminator(
        fresh.generator, fresh.discriminator, fresh.optimizer_d, fresh.real, fresh.noise, loss
    )
    _expect_report(seen, right._asdict())
    _passed("one step of the discriminator: it learned from reals and fakes, and the generator was left alone.")


@_seeded()
def check_update_generator(update_generator: Callable) -> None:
    """Lesson 06: ``update_generator(generator, discriminator, optimizer, noise, loss)``."""
    players = _Players()
    seen = _run_update(update_generator, players, players.optimizer_g, players.noise)
    _expect_untouched(players, "discriminator", only="generator")
    if not players.reached("generator"):
        _fail(
            "no gradient reached the generator: make its fakes here, from the noise, don't detach them (its gradient "
            "comes through the discriminator), and call .backward() on its loss."
        )
    _expect_stepped(players, "generator", players.optimizer_g)

    loss, after = NON_SATURATING, _generator_after
    _compare(
        _flat(players.generator),
        right=after(loss.generator),
        mistakes=[
            (after(loss.generator, clear=False), _NOT_CLEARED),
            (
                after(loss.fake),
                "the generator went the wrong way: loss.fake (labels of zeros) asks to be caught. Use loss.generator.",
            ),
            (
                after(lambda logits: -loss.fake(logits)),
                "that is the minimax loss, which is flat where fakes are obvious. Use loss.generator.",
            ),
            (
                after(lambda logits: loss.discriminator(logits, logits)),
                "loss.discriminator is the other player's loss. The generator's is loss.generator.",
            ),
        ],
        otherwise="the generator's weights moved, but not to where one step leads on loss.generator. Are the fakes "
        "made of the noise that your function is given?",
    )
    fresh = _Players()
    right = training.update_generator(fresh.generator, fresh.discriminator, fresh.optimizer_g, fresh.noise, loss)
    _expect_report(seen, {"the generator's loss": right})
    _passed("one step of the generator: it learned through the discriminator, whose weights stayed as they were.")


@_seeded()
def check_slerp(slerp: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor]) -> None:
    """Lesson 07: ``slerp(start, end, share)`` returns one point (latent_dim,) on the arc, for a share from 0 to 1."""
    # in double precision, or the mistake with degrees would drown in rounding; the angle is about 57 degrees
    a, aside = torch.linalg.qr(torch.randn(100, 2, dtype=torch.float64)).Q.T
    b = math.cos(1) * a + math.sin(1) * aside
    start, end, angle = 10 * a, 10 * b, torch.tensor(1, dtype=torch.float64)

    def arc(share: float, angle: torch.Tensor = angle) -> torch.Tensor:
        return 10 * (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)

    line = torch.lerp(start, end, 0.25)
    got = _run(slerp, start.clone(), end.clone(), 0.25, hint=_angle_hint)
    _expect_tensor(got, "slerp")
    if got.shape != (100,):
        _fail(f"slerp should return one point of shape (100,), yours has shape {tuple(got.shape)}.")
    if got.isnan().any():
        _fail("the result is NaN: a cosine lies between -1 and 1. " + _NORMALISE)
    _compare(
        got,
        right=arc(0.25),
        mistakes=[
            (line, "that is lerp, the straight line: its norm dips. The weights are sines of shares of the angle."),
            (
                10 * F.normalize(line, dim=0),
                "the norm is right, but you stretched the straight line: a quarter of the way should be a quarter of "
                "the angle. Use the sines as weights.",
            ),
            (
                arc(0.75),
                "the weights are swapped: at share 0 the point should be start, so start's weight is sin((1 - share) "
                "* angle).",
            ),
            (arc(0.25, torch.rad2deg(angle)), "the angle is in degrees: sin and acos work in radians."),
            (arc(0.25, a @ b), "that is the cosine, not the angle: torch.acos turns one into the other."),
            (arc(0.25) * torch.sin(angle), "the division by sin(angle) is missing: the weights come out too small."),
            (
                arc(0.25) / 10,
                "the norm is 1, it should stay at 10: take the directions for the angle, but weigh start and end "
                "themselves.",
            ),
        ],
        otherwise=f"a quarter of the way from one vector of norm 10 to another should be a quarter of the angle at "
        f"norm 10; your point has norm {got.norm():.1f} and lies {_degrees(got, start):.0f} degrees from start, not "
        f"{torch.rad2deg(angle) / 4:.0f}.",
    )
    for share, wanted, name in [(0.0, start, "start"), (1.0, end, "end"), (0.6, arc(0.6), "the arc")]:
        got = _run(slerp, start.clone(), end.clone(), share, hint=_angle_hint)
        if not torch.allclose(got, wanted, atol=1e-4):
            _fail(f"at share 0.25 it is right, but at share {share:g} the point should be on {name}: use share.")
    _passed("equal shares are equal angles, and the norm stays at 10 all the way.")


@_seeded()
def check_turn_into(turn_into: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
    """Lesson 07: ``turn_into(z, source, target)`` moves z (N, latent_dim) by the difference of the groups' means."""
    z, source, target = torch.randn(5, 8), torch.randn(4, 8) + 1, torch.randn(3, 8) - 1
    given = z.clone()
    got = _run(turn_into, given, source.clone(), target.clone(), hint=_mean_hint)
    _expect_tensor(got, "turn_into")
    from_, to = source.mean(dim=0), target.mean(dim=0)
    if got.shape == (8,):
        _fail("that is one vector, perhaps the direction alone: add it to z, and each of the 5 rows moves.")
    _expect_shape(got, (5, 8), "the moved z")
    _compare(
        got,
        right=z + to - from_,
        mistakes=[
            (z, "z came back as it was: add the mean of target minus the mean of source."),
            (z - to + from_, "the direction points backwards: it goes from source to target, so target minus source."),
            (z - to - from_, "both means are taken away: add target's, take away source's."),
            (z + to + from_, "both means are added: take away the mean of source, the digit that should go."),
            (z + to, "the mean of source is still in it: take it away, so that the old digit goes."),
            (z - from_, "the old digit goes, but nothing new comes: add the mean of target."),
            (
                z + target.mean() - source.mean(),
                ".mean() without dim averages everything into one number: .mean(dim=0) gives one for each of z's "
                "places.",
            ),
            (
                z + target.sum(dim=0) - source.sum(dim=0),
                "that is the sum over each group: a bigger group would pull more. Take the mean.",
            ),
            ((to - from_).expand(5, 8), "every row is the direction: z itself is missing. Add the direction to z."),
            (
                z + target[0] - source[0],
                "only the first of each group counts: that carries its slant and thickness along. Take the means.",
            ),
        ],
        otherwise="each row of z should move by the mean of target minus the mean of source, both over rows (dim=0)",
    )
    if not torch.equal(given, z):
        _fail("right, but the z that was passed in changed too: += writes into it. Use z + ... to make a new tensor.")
    _passed("every z moves by the same direction, from the mean of one group to the mean of the other.")


@_seeded()
def check_truncate(truncate: Callable[[torch.Tensor, float], torch.Tensor]) -> None:
    """Lesson 07: ``truncate(noise, limit)`` draws each value beyond the limit again until none is left."""
    noise, limit = torch.randn(20, 100), 0.5
    given, beyond = noise.clone(), noise.abs() > limit
    with _AtMost(200_000):
        got = _run(truncate, given, limit, hint=_redraw_hint)
    _expect_tensor(got, "truncate")
    _expect_shape(got, (20, 100), "the truncated noise")
    for wrong, message in [
        (noise, "nothing changed: replace the values whose abs() is above the limit."),
        (
            noise.clamp(-limit, limit),
            "the values beyond the limit were moved onto it (clamp), and pile up there. Draw them again.",
        ),
        (limit * noise, "the noise was scaled, not truncated: values within the limit should stay as they are."),
        (noise.masked_fill(beyond, 0), "the values beyond the limit became 0: draw them again with torch.randn."),
    ]:
        if torch.allclose(got, wrong):
            _fail(message)
    outside = (got.abs() > limit).sum().item()
    if outside and not (got > limit).any():
        _fail(f"{outside} values lie below -{limit}: look at noise.abs(), for the limit holds on both sides.")
    if outside:
        _fail(
            f"{outside} values still lie beyond the limit: a new draw may be too large again. Repeat with while until "
            "none is."
        )
    if not torch.equal(got[~beyond], noise[~beyond]):
        _fail(
            "values that were within the limit changed: draw only the others again, noise[beyond] = torch.randn(...)."
        )
    if len(got[beyond].unique()) < beyond.sum() / 2:
        _fail("many of the new values are the same: draw one for each place, torch.randn(int(beyond.sum())).")
    if not torch.equal(given, noise):
        _fail("right, but the noise that was passed in changed too: start with noise = noise.clone().")
    if not (_run(truncate, noise.clone(), 2.0).abs() > limit).any():
        _fail(f"with limit 2 values should reach up to 2, yours stop at {limit}: use limit.")
    _passed("no value lies beyond the limit, those within it stayed, and the others were drawn again.")


@_seeded()
def check_frechet(frechet: Callable[[torch.Tensor, torch.Tensor], torch.Tensor | float]) -> None:
    """Lesson 09: ``frechet(one, other)`` of one feature's values (N,) and (M,): (m1 - m2)^2 + (s1 - s2)^2."""
    one, other = 1 + 2 * torch.randn(4000), 3.5 + 0.7 * torch.randn(3000)
    got = _number(_run(frechet, one.clone(), other.clone(), hint=_two_samples_hint), "frechet")
    m = one.double().mean() - other.double().mean()
    s1, s2 = one.double().std(), other.double().std()
    s, v = s1 - s2, s1**2 - s2**2
    _compare(
        got,
        right=m**2 + s**2,
        within=1e-3,  # whether a standard deviation divides by N or by N - 1 is a matter of taste
        mistakes=[
            (m + s**2, _MEANS_NOT_SQUARED),
            (m.abs() + s**2, _MEANS_NOT_SQUARED),
            (
                m**2 + s,
                "the difference of the means is squared, that of the standard deviations isn't yet: square it, too.",
            ),
            (m.abs() + s.abs(), "abs() stands where the squares should: (...) ** 2 makes both differences positive."),
            (m + s, _NOTHING_SQUARED),
            (-m - s, _NOTHING_SQUARED),
            ((m + s) ** 2, "the sum was squared, as a whole: square each of the two differences first, then add."),
            (m**2 + v**2, _VARIANCES),
            (m**2 + v.abs(), _VARIANCES),
            (m**2 + v, _VARIANCES),
            (m**2 + (s1 + s2) ** 2, "the standard deviations are added: take their difference, then its square."),
            (
                m**2 + s1**2 + s2**2,
                "each standard deviation was squared by itself: take their difference first, then its square.",
            ),
            (
                m**2,
                "only the means count: two hills of different width in one place would be 0 apart. Add (s1 - s2)^2.",
            ),
            (s**2, "only the standard deviations count: two hills of one width would be 0 apart. Add (m1 - m2)^2."),
            (m**2 - s**2, "the second square is taken away: add it. Both differences make the distance larger."),
            (
                (m**2 + s**2).sqrt(),
                "that is the root of it: this distance stays in squared units, so leave the root out.",
            ),
        ],
        otherwise=f"for the test samples (means {one.mean():.2f} and {other.mean():.2f}, standard deviations {s1:.2f} "
        f"and {s2:.2f}) the distance should be {m**2 + s**2:.2f}, yours is {got:.2f}",
    )
    turned = _number(_run(frechet, other.clone(), one.clone(), hint=_two_samples_hint), "frechet")
    if not torch.allclose(got, turned, rtol=1e-3):
        _fail(
            f"from one to other it is {got:.2f}, from other to one {turned:.2f}: a distance is the same both ways. "
            "Square each difference."
        )
    _passed("the squared difference of the means plus that of the standard deviations, the same both ways.")


_MEANS_NOT_SQUARED = "the difference of the means isn't squared: (m1 - m2) ** 2."
_NOTHING_SQUARED = "neither difference is squared: one may cancel the other, and the sum can fall below 0. Square both."
_VARIANCES = (
    "that compares the variances, s^2: take the difference of the standard deviations, .std(), then its square."
)


@_seeded()
def check_precision(precision: Callable[[torch.Tensor, torch.Tensor, int], torch.Tensor | float]) -> None:
    """Lesson 09: ``precision(real, fake, k)`` of features (N, d) and (M, d): the share of fakes among the reals."""
    # both are dense in the middle and sparse further out, so that it matters whose ball is how large; chosen so that
    # every mistake leads to another share
    real = torch.randn(200, 3) * torch.linspace(0.1, 1.5, 200)[:, None]
    fake = torch.randn(150, 3) * torch.linspace(0.1, 3.5, 150)[:, None] + 1
    k = 3
    got = _number(_run(precision, real.clone(), fake.clone(), k, hint=_balls_hint), "precision")
    among, across = torch.cdist(real, real), torch.cdist(fake, real)
    radii, fake_radii = metrics.neighbour_radii(real, k), metrics.neighbour_radii(fake, k)
    right, recall = metrics.precision_recall(real, fake, k)

    def share(inside: torch.Tensor) -> torch.Tensor:
        return inside.double().mean()

    def with_radii(radii: torch.Tensor) -> torch.Tensor:
        return share((across <= radii).any(dim=1))

    nearest, whose = across.min(dim=1)
    _compare(
        got,
        right=_double(right),
        mistakes=[
            (
                with_radii(among.kthvalue(k, dim=1).values),
                "the balls are too small: the nearest real to each real is itself, at distance 0. The k-th nearest "
                "other one is the (k + 1)-th smallest distance of its row.",
            ),
            (
                with_radii(among.kthvalue(k + 2, dim=1).values),
                "the balls are too large by one neighbour: the real itself was left out twice. It takes either "
                "k + 1, or the distances without those to itself, not both.",
            ),
            (_double(recall), _RECALL),
            (share((across <= fake_radii[:, None]).any(dim=1)), _RADII_OF_FAKES),
            (with_radii(across.T.kthvalue(k, dim=1).values), _RADII_OF_FAKES),
            # the same, but rounded otherwise: here some fakes lie on the very surface of a ball
            (with_radii(torch.cdist(real, fake).kthvalue(k, dim=1).values), _RADII_OF_FAKES),
            (
                share((across <= radii).any(dim=0)),
                "that is the share of reals whose ball holds a fake (any over the wrong dim): with the fakes as rows "
                "it is .any(dim=1).",
            ),
            (
                share((across <= radii).all(dim=1)),
                "that asks for fakes inside all of the balls: one ball is enough, so .any(dim=1) instead of all.",
            ),
            (
                share(across <= radii),
                "that is a share of pairs: first ask of each fake whether it is inside any ball, .any(dim=1), then "
                "take the mean.",
            ),
            (
                with_radii(radii.mean()),
                "all balls have the mean radius: each real has a ball of its own, small where reals are dense.",
            ),
            (
                share(nearest <= radii[whose]),
                "only the ball of the nearest real counts: a real further away may have a larger one. Ask all of them.",
            ),
            (
                share((across**2 <= radii).any(dim=1)),
                "squared distances are compared with radii: square both, or neither.",
            ),
            (
                with_radii(radii**2),
                "distances are compared with squared radii: square both, or neither.",
            ),
            (
                with_radii(among.topk(k + 1, dim=1).values[:, -1]),
                "the radii reach to the furthest reals: topk takes the largest unless you say largest=False.",
            ),
            (
                share((across > radii).all(dim=1)),
                "that is the share of fakes outside all balls: turn the comparison round.",
            ),
            (
                _double(right * len(fake)),
                f"{got:g} is the number of fakes inside: divide by how many there are, and it is a share.",
            ),
            (
                _double(right * len(fake) / len(real)),
                "the fakes inside are divided by the number of reals: it should be the number of fakes.",
            ),
            (_double(right * 100), "that is a percentage: a share lies between 0 and 1, so don't multiply by 100."),
        ],
        otherwise=f"for the test features and k = 3 the precision should be {right:.3f}, yours is {got:.3f}. Which "
        "balls, with what radii, and how many of the fakes are inside at least one?",
    )
    got = _number(_run(precision, real.clone(), fake.clone(), 1, hint=_balls_hint), "precision")
    right = metrics.precision_recall(real, fake, 1).precision
    if not torch.allclose(got, _double(right)):
        _fail(f"for k = 3 it is right, but for k = 1 it should be {right:.3f} and yours is {got:.3f}: use k.")
    _passed("the share of fakes inside the ball of at least one real, each ball as large as the reals there lie apart.")


_RADII_OF_FAKES = "the radii have to do with fakes: measure them among the reals alone, torch.cdist(real, real)."
_RECALL = (
    "that is recall, the share of reals among the fakes: swap the roles. Balls round the reals, and fakes in them."
)


#: What a cheat has to get for 2,000 images: far better than the article's generator.
_CHEAT = metrics.Quality(frechet_distance=50, precision=0.76, recall=0.3, classes=10)

#: Above this share of copies it is caught.
_CAUGHT = 0.5


@_seeded()
def check_cheat(cheat: Callable[[int], torch.Tensor]) -> None:
    """Lesson 09: ``cheat(count)`` returns images (count, 1, 28, 28) that all figures like, and one finds out."""
    count = 2_000
    torch.default_generator.manual_seed(1)  # with 0, randperm would draw those images that metrics compares yours with
    images = _run(cheat, count)
    _expect_tensor(images, "cheat")
    if not images.is_floating_point():
        _fail(
            f"your images have type {images.dtype}: they should be floats in [-1, 1], and data.to_range makes them so."
        )
    if images.shape in [(count, 784), (count, 28, 28)]:
        _fail(f"your images have shape {tuple(images.shape)}: .view(-1, 1, 28, 28) makes it the one that figures take.")
    if images.ndim == 4 and images.shape[1:] == (1, 28, 28) and len(images) != count:
        _fail(f"{count} images were asked for, you returned {len(images)}: use count.")
    _expect_shape(images, (count, 1, 28, 28), "the images")
    images = images.detach().float().cpu()
    if not images.isfinite().all():
        _fail("some pixels are NaN or infinite: a figure made from them would say nothing.")
    if images.min() >= 0:
        _fail(
            f"your pixels go from {images.min():g} to {images.max():g}: paper should be -1 and ink 1, as in all images "
            "of this lesson."
        )
    if images.abs().max() > 1 + 1e-4:
        _fail(
            f"your pixels go from {images.min():.2f} to {images.max():.2f}, beyond [-1, 1]. If you added something to "
            "the images, .clamp(-1, 1) keeps them inside."
        )

    seen = metrics.evaluate_images(images).fake
    if seen.classes < _CHEAT.classes:
        _fail(
            f"the classifier finds {seen.classes} of the ten digits among your images: take digits of every kind, from "
            "anywhere in the training set."
        )
    if seen.recall <= _CHEAT.recall:
        different = len(images.flatten(1).unique(dim=0))
        few = f" Only {different} of your {count} images are different." if different < count / 2 else ""
        _fail(
            f"recall is {seen.recall:.2f}, it should be above {_CHEAT.recall}.{few} It asks how much of the variety of "
            "real digits is there: a few images that come again and again can't have it, nor can digits that were "
            "moved. Take many different ones, and leave them where they stand."
        )
    if seen.precision <= _CHEAT.precision:
        _fail(
            f"precision is {seen.precision:.2f}, it should be above {_CHEAT.precision}: too many of your images don't "
            "look like digits to the classifier. If you changed them, with noise or by mixing two, change them less."
        )
    if seen.frechet_distance >= _CHEAT.frechet_distance:
        _fail(
            f"the Frechet distance is {seen.frechet_distance:.0f}, it should be below {_CHEAT.frechet_distance}: as a "
            "whole your images differ from real digits. Are all ten there in equal parts, as sharp as real ones, and "
            "in the same place? Moved by one pixel they count as others."
        )
    if seen.pixel_copies <= _CAUGHT:
        likes = (
            f"the figures like your images (Frechet distance {seen.frechet_distance:.1f}, precision "
            f"{seen.precision:.2f}, recall {seen.recall:.2f}), but the comparison with the training images, pixel by "
            f"pixel, calls only {seen.pixel_copies:.0%} of them copies"
        )
        if seen.feature_copies > _CAUGHT:
            _fail(
                f"{likes}. In features it is {seen.feature_copies:.0%}: these are copies in disguise. Well hidden! "
                "But here the cheat should be caught in pixels too: change the images less."
            )
        _fail(
            f"{likes}, and in features it is {seen.feature_copies:.0%}. Are these test images, or a "
            "generator's fakes? Those are new digits, not learned by heart: honest, no cheat. Hand out what generators "
            "are trained on."
        )
    _passed(
        f"Frechet distance {seen.frechet_distance:.1f}, precision {seen.precision:.2f}, recall {seen.recall:.2f}, "
        f"{seen.classes} digits: better than the article's generator, and no new digit among them. What gives you away "
        f"is the distance to the training images: {seen.pixel_copies:.0%} of yours are copies."
    )


@_seeded()
def check_batches(batches: Callable[[torch.Tensor, int], Iterator[torch.Tensor]]) -> None:
    """Lesson 11: ``batches(images, batch_size)`` yields shuffled float batches in [-1, 1] without end."""
    images = torch.randint(256, (44, 1, 28, 28), dtype=torch.uint8)
    # 40 images fill five batches of 8: an epoch is every image once
    epochs = torch.cat(_take(batches, images[:40], count=15)).view(3, 40)
    for epoch in epochs:
        if len(epoch.unique()) == 40:
            continue
        if len(epoch[:32].unique()) == 32:
            _fail(
                "an epoch ends one batch too early: 40 images are five batches of 8, and the fifth has images that "
                "came before. Look at where range stops: its end is left out."
            )
        _fail(
            f"of 40 images an epoch has only {len(epoch.unique())} different ones: some come twice, others not at all. "
            "Shuffle once an epoch, torch.randperm(len(images)), and cut the batches from that order."
        )
    if any(torch.equal(epoch, torch.arange(40)) for epoch in epochs):
        _fail(
            "the images come in the order in which they are stored: begin each epoch with "
            "torch.randperm(len(images)), and take images in that order."
        )
    first, *others = epochs
    if any(torch.equal(first, epoch) for epoch in others):
        _fail(
            "every epoch has the same order: it was drawn once. Draw a new one at the start of each epoch, inside "
            "while True."
        )
    if any(_companions(first) == _companions(epoch) for epoch in others):
        _fail(
            "the same images meet in one batch in every epoch: shuffle all images, not the batches, nor each batch by "
            "itself."
        )

    # 44 leave four over
    seen = _take(batches, images, count=20)
    if len(torch.cat(seen[:5]).unique()) < 40:
        _fail(
            "with 40 images it is right, but with 44, of which four are left over, images come twice in an epoch: use "
            "len(images)."
        )
    if torch.cat(seen).max() < 40:
        _fail(
            "44 images make five batches of 8, and four are left over: but with you it is always the last four that "
            "never come. Shuffle all, and leave out the end of the shuffled order."
        )
    _passed("batches in [-1, 1] without end, in a new order each epoch, and no image twice in one.")


_ENDED = object()


def _take(batches: Callable, images: torch.Tensor, count: int, size: int = 8) -> list[torch.Tensor]:
    """The first ``count`` of the learner's batches, each as the indices of its images."""
    given = images.clone()
    patience = _AtMost(5_000)
    with patience:
        iterator = _run(batches, given, size, hint=_endless_hint)
    if iterator is None:
        _fail("batches returned nothing: hand out each batch with yield.")
    if isinstance(iterator, torch.Tensor):
        _fail("batches returned one tensor: with yield instead of return it hands out one batch after another.")
    if not hasattr(iterator, "__next__"):
        _fail(
            f"batches returned {type(iterator).__name__}, of which next() can't take batches: they should be made one "
            "at a time, when they are asked for. Use yield."
        )

    @functools.wraps(batches)
    def one_more():
        return next(iterator, _ENDED)

    taken = []
    for number in range(count):
        with patience:
            batch = _run(one_more, hint=_endless_hint)
        if batch is _ENDED:
            _fail(
                f"the batches end after {number}, with {len(images)} images and batches of {size}: training asks for "
                "more. Put the epoch inside while True, and another one follows."
            )
        taken.append(_which(batch, images, size))
    if not torch.equal(given, images):
        _fail("the images that were passed in have changed: shuffle their numbers, not the images themselves.")
    return taken


def _which(batch, images: torch.Tensor, size: int) -> torch.Tensor:
    """Which of ``images`` the learner's batch holds."""
    if batch is None:
        _fail("a batch is None: write behind yield what should be handed out.")
    if not isinstance(batch, torch.Tensor):
        _fail(f"a batch is of type {type(batch).__name__}: yield the images alone, as one tensor.")
    if not batch.is_floating_point():
        _fail(f"a batch has type {batch.dtype}: map it to floats in [-1, 1] before you yield it (lesson 2).")
    if batch.shape in [(28, 28), (1, 28, 28)]:
        _fail("that is one image at a time: index with several numbers at once, images[order[start : start + size]].")
    if batch.shape[1:] == images.shape[1:] and len(batch) != size:
        if len(batch) == len(images):
            _fail(f"a batch holds all {len(images)} images: cut it into pieces of batch_size.")
        _fail(
            f"a batch has {len(batch)} images, it should have batch_size = {size}. If it is what is left over at the "
            "end of an epoch, leave it out."
        )
    _expect_shape(batch, (size, *images.shape[1:]), "the batches")
    pixels = images.flatten(1).float()
    points = batch.detach().flatten(1).float()
    for mapped, message in [
        (data.to_range(images).flatten(1), ""),
        *_range_mistakes(pixels),
        (pixels, "the pixels still go from 0 to 255: map them to [-1, 1] before you yield them (lesson 2)."),
    ]:
        which = torch.cdist(points, mapped).argmin(dim=1)
        if torch.allclose(points, mapped[which], atol=1e-4):
            if message:
                _fail(message)
            return which
    _fail("a batch holds images that aren't among those given: shuffle whole images, along the first dimension.")


def _companions(epoch: torch.Tensor, size: int = 8) -> set[frozenset[int]]:
    return {frozenset(batch.tolist()) for batch in epoch.split(size)}


@_seeded()
def check_update_average(update_average: Callable[[nn.Module, nn.Module, float], None]) -> None:
    """Lesson 11: ``update_average(averaged, generator, decay)`` moves averaged's weights towards the generator's."""
    decay = 0.9
    averaged, generator = _averaging_pair()
    weights = list(averaged.parameters())
    _run(update_average, averaged, generator, decay, hint=_average_hint)
    (a, g), (a_statistics, g_statistics) = (map(part, _averaging_pair()) for part in (_flat, _statistics))
    if not torch.equal(_flat(generator), g) or not torch.equal(_statistics(generator), g_statistics):
        _fail("the generator changed: it is averaged that follows, and the generator goes on training undisturbed.")
    if [weight.shape for weight in averaged.parameters()] != [weight.shape for weight in weights]:
        _fail(
            "averaged has other weights than before: write into those that it has, with lerp_, copy_ or mul_ and add_."
        )
    _compare(
        _flat(averaged),
        right=decay * a + (1 - decay) * g,
        mistakes=[
            (
                a,
                "nothing changed in averaged: a = ... makes a new tensor and leaves the weight as it was. Change it in "
                "place, with lerp_, copy_ or mul_ and add_.",
            ),
            (
                (1 - decay) * a + decay * g,
                "the shares are swapped: most of it, decay, should stay, and 1 - decay come from the generator (lerp_ "
                "takes the share of the new one).",
            ),
            (g, "averaged is a copy of the generator now: it should keep the share decay of what it was."),
            ((a + g) / 2, "that is the plain mean of both: the shares are decay and 1 - decay."),
            (decay * a, "averaged shrank, and nothing came from the generator: add (1 - decay) times its weight."),
            ((1 - decay) * g, "what averaged was is lost: keep the share decay of it."),
            (a + (1 - decay) * g, "the generator's share was added, but the old weights kept whole: decay times them."),
            (decay * a + g, "the generator's weights were added whole: their share is 1 - decay."),
            (decay * (a + g), "both got the share decay: the generator's is 1 - decay."),
            (
                a + (1 - decay) * (a - g),
                "it moved away from the generator: the difference is generator minus averaged.",
            ),
        ],
        otherwise="averaged's weights changed, but not all of them to decay * averaged + (1 - decay) * generator. Does "
        "the loop reach each weight, with that of the generator beside it (zip of both parameters())?",
    )
    if any(new is not old for new, old in zip(averaged.parameters(), weights, strict=True)):
        _fail(
            "the numbers are right, but averaged got new weights in place of its old ones: write into those that it "
            "has, with lerp_, copy_ or mul_ and add_."
        )
    if any(weight.requires_grad for weight in averaged.parameters()):
        _fail(
            "the numbers are right, but autograd noted down how they were made: at each step its graph would grow, and "
            "with it the memory. Work inside torch.no_grad()."
        )
    if not all(weight.requires_grad for weight in generator.parameters()):
        _fail(
            "the generator's weights don't require gradients any more, so it would stop learning: use no_grad instead."
        )
    statistics = _statistics(averaged)
    if torch.equal(statistics, a_statistics):
        _fail(
            "the weights are right; what BatchNorm remembers of its batches (running_mean, running_var) is still the "
            "old. These are buffers, not parameters: state_dict() holds both, buffers() them alone. Average them too."
        )
    if not any(
        torch.allclose(statistics, right) for right in (g_statistics, torch.lerp(g_statistics, a_statistics, decay))
    ):
        _fail(
            "the weights are right, but not BatchNorm's running_mean and running_var: average them as you do the "
            "weights (or copy those of the generator, as many do)."
        )
    averaged, generator = _averaging_pair()
    _run(update_average, averaged, generator, 0.5, hint=_average_hint)
    if not torch.allclose(_flat(averaged), (a + g) / 2, atol=1e-5):
        _fail(f"with decay {decay} it is right, but with 0.5 averaged should lie half-way to the generator: use decay.")
    _passed("averaged keeps the share decay of what it was, takes the rest from the generator, and leaves it alone.")


def _averaging_pair() -> tuple[nn.Module, nn.Module]:
    """A network that is an average and one that it follows, always the same, with all weights and statistics apart."""
    with _seeded():
        averaged, generator = (
            nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.LeakyReLU(0.2), nn.Linear(5, 2)) for _ in range(2)
        )
        with torch.no_grad():
            for network in (averaged, generator):
                for values in (*network.parameters(), network[1].running_mean):
                    values.normal_()
                network[1].running_var.uniform_(0.5, 2)
                network[1].num_batches_tracked.random_(1, 1000)
    return averaged.requires_grad_(False), generator


def _statistics(network: nn.Module) -> torch.Tensor:
    # how many batches were counted is left out: nothing that BatchNorm computes depends on it
    return torch.cat([buffer.clone() for buffer in network.buffers() if buffer.is_floating_point()])


@_seeded()
def check_seconds_a_step(seconds_a_step: Callable[[int, float, float, float], float]) -> None:
    """Lesson 11: ``seconds_a_step(ranks, compute, gradient_bytes, bandwidth)``: compute shared, plus the exchange."""
    # in the first setting computing takes longer, in the second sending: a rule may fit one of them by chance
    settings = [(4, 6.0, 7e8, 1e9), (3, 6.0, 2.5e9, 5e8)]
    got = torch.stack([_number(_run(seconds_a_step, *it, hint=_ranks_hint), "seconds_a_step") for it in settings])
    ranks, compute, size, bandwidth = torch.tensor(settings, dtype=torch.float64).T
    send = size / bandwidth
    right = compute / ranks + send
    _compare(
        got,
        right=right,
        mistakes=[
            (compute + send, "the computing isn't shared: each rank does its part of the batch, compute / ranks."),
            ((compute + send) / ranks, _SENDING_ISNT_SHARED),
            (compute + send / ranks, f"{_SENDING_ISNT_SHARED} It is compute that is divided."),
            (compute * ranks + send, "more ranks make the computing longer: divide compute by ranks, don't multiply."),
            (
                compute // ranks + send,
                "the quotient was rounded down to a whole number: that is what // does. Use /.",
            ),
            (compute / ranks, "the exchange is missing: add the seconds for sending, gradient_bytes / bandwidth."),
            (send, "the computing is missing: add compute / ranks."),
            (
                torch.maximum(compute / ranks, send),
                "the longer of both counts alone: here sending begins when computing has ended, so add them.",
            ),
            (compute / ranks - send, "the exchange is taken away: it costs time, so add it."),
            (
                compute / ranks + bandwidth / size,
                "the quotient is upside down: seconds are bytes divided by bytes a second, gradient_bytes / bandwidth.",
            ),
            (compute / ranks + size * bandwidth, "seconds are bytes divided by bytes a second: / instead of *."),
            (compute / ranks + 8 * send, _NO_BITS),
            (compute / ranks + send / 8, _NO_BITS),
            (
                compute / ranks + ranks * send,
                "the exchange is multiplied by ranks: all send at the same time, so it counts once.",
            ),
            (
                compute / ranks + (ranks - 1) * send,
                "the exchange is multiplied by ranks - 1: all send at the same time, so it counts once.",
            ),
            (
                compute / ranks + 2 * (ranks - 1) / ranks * send,
                "you count as a ring of ranks sends, 2 (ranks - 1) / ranks times the gradients: nearer to the truth "
                "than this lesson's rule. The check asks for the rule, so let them count once.",
            ),
        ],
        otherwise=f"with 4 ranks, 6 s of computing, 0.7 GB of gradients and 1 GB a second a step takes "
        f"{right[0]:.2f} s; with you it takes {got[0]:.2f} s",
    )
    alone = _number(_run(seconds_a_step, 1, 6.0, 7e8, 1e9, hint=_ranks_hint), "seconds_a_step")
    _compare(
        alone,
        right=_double(6.0),
        mistakes=[
            (
                _double(6.7),
                "with several ranks it is right, but one rank alone has nobody to send to: with ranks == 1 it is "
                "compute alone.",
            )
        ],
        otherwise=f"with several ranks it is right; one rank alone should take compute = 6.00 s, with you it takes "
        f"{alone:.2f} s",
    )
    _passed("computing is shared by the ranks, the exchange is not, and one rank alone has nothing to exchange.")


_SENDING_ISNT_SHARED = (
    "the exchange is divided by ranks: each rank has all of the gradients to send, however many ranks there are."
)
_NO_BITS = "the exchange is off by a factor of 8: bandwidth is in bytes a second here, so no bits come into it."


_NOT_CLEARED = (
    "old gradients were still there and were added to the new ones: call optimizer.zero_grad() before backward()."
)

#: What an earlier backward pass left in every ``.grad`` before the learner's update starts.
_STALE = 0.25


class _Players:
    """A generator and a discriminator small enough to move fast, always the same, each with stale gradients.

    They note which weights a backward pass reached and which optimizers made a step.
    """

    def __init__(self):
        with _seeded():
            self.generator = nn.Sequential(nn.Linear(4, 8), nn.LeakyReLU(0.2), nn.Linear(8, 6))
            self.discriminator = nn.Sequential(nn.Linear(6, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
            self.real, self.noise = torch.randn(12, 6) + 1, torch.randn(12, 4)
        self.optimizer_g = torch.optim.SGD(self.generator.parameters(), lr=0.1)
        self.optimizer_d = torch.optim.SGD(self.discriminator.parameters(), lr=0.1)
        self._reached, self.stepped = set(), []
        for weight in (*self.generator.parameters(), *self.discriminator.parameters()):
            weight.grad = torch.full_like(weight, _STALE)
            weight.register_post_accumulate_grad_hook(self._reached.add)
        for optimizer in (self.optimizer_g, self.optimizer_d):
            optimizer.register_step_post_hook(lambda done, *_: self.stepped.append(done))

    def reached(self, player: str) -> bool:
        """Whether a backward pass came to the weights of ``player``."""
        return any(weight in self._reached for weight in getattr(self, player).parameters())


def _run_update(update: Callable, players: _Players, *arguments):
    return _run(update, players.generator, players.discriminator, *arguments, NON_SATURATING, hint=_update_hint)


def _expect_untouched(players: _Players, other: str, only: str) -> None:
    if _moved(players, other):
        _fail(f"the {other}'s weights moved: in this update only the {only}'s optimizer takes a step.")


def _expect_stepped(players: _Players, player: str, optimizer: torch.optim.Optimizer) -> None:
    if optimizer not in players.stepped:
        if _moved(players, player):
            _fail("the weights moved, but not by the optimizer that your function is given: call optimizer.step().")
        _fail("the gradients are there, but no weight moved: call optimizer.step() after backward().")
    if not _moved(players, player):
        if any(weight.grad is not None and weight.grad.any() for weight in getattr(players, player).parameters()):
            _fail("the step came before there were gradients: call optimizer.step() after backward().")
        _fail(
            "the gradients were gone when the optimizer made its step: call zero_grad() before backward(), not "
            "after it."
        )


def _discriminator_after(loss: Callable, clear: bool = True) -> torch.Tensor:
    players = _Players()
    if clear:
        players.optimizer_d.zero_grad()
    fake = players.generator(players.noise).detach()
    loss(players.discriminator(players.real), players.discriminator(fake)).backward()
    players.optimizer_d.step()
    return _flat(players.discriminator)


def _generator_after(loss: Callable, clear: bool = True) -> torch.Tensor:
    players = _Players()
    if clear:
        players.optimizer_g.zero_grad()
    loss(players.discriminator(players.generator(players.noise))).backward()
    players.optimizer_g.step()
    return _flat(players.generator)


def _flat(network: nn.Module) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in network.parameters()])


def _moved(players: _Players, player: str) -> bool:
    return not torch.equal(_flat(getattr(_Players(), player)), _flat(getattr(players, player)))


def _is_linear(network: nn.Module, inputs: torch.Tensor, before: Callable = lambda outputs: outputs) -> bool:
    """Whether ``network``, up to an activation at its end that ``before`` takes back, is one linear (affine) map."""
    network = copy.deepcopy(network).eval()
    a, b = inputs[0::2], inputs[1::2]
    with torch.no_grad():
        whole, first, second, nothing = (before(network(x)) for x in (a + b, a, b, torch.zeros_like(a)))
    return bool((whole - first - second + nothing).abs().max() < 1e-3 * (whole - nothing).abs().max())


def _with_last_layer_times(factor: float, network: nn.Module) -> nn.Module:
    """A copy of ``network`` with its last layer's weights multiplied by ``factor``."""
    network = copy.deepcopy(network)
    layers = [layer for layer in network.modules() if list(layer.parameters(recurse=False))]
    with torch.no_grad():
        for weight in layers[-1].parameters():
            weight.mul_(factor)
    return network


def _forward(network: nn.Module, inputs: torch.Tensor, what: str, hint: Callable = lambda error: "") -> torch.Tensor:
    try:
        with torch.no_grad():
            output = copy.deepcopy(network)(inputs)
    except Exception as error:
        message = (
            f"the network stops on {what}: {_sentence(error)} {hint(str(error)) or _shape_hint(str(error))}".strip()
        )
    else:
        _expect_tensor(output, "the network")
        return output
    raise CheckFailed(message)


def _run(function: Callable, *arguments, hint: Callable = lambda error: ""):
    """Call the learner's function; what it raises becomes a failed check that explains itself."""
    name = getattr(function, "__name__", "your function")
    try:
        return function(*arguments)
    except Exception as error:
        # torch raises NotImplementedError as well, of what it can't do with whole numbers, say
        if isinstance(error, NotImplementedError) and str(error) in ("", "your turn"):
            message = (
                f"{name} isn't written yet: replace the line with 'your turn', then run the cell and this check again."
            )
        else:
            message = f"{name} stopped with {type(error).__name__}: {_sentence(error)} {hint(str(error))}".strip()
    raise CheckFailed(message)


def _sentence(error: Exception) -> str:
    return str(error).strip().rstrip(".") + "."


def _shape_hint(error: str) -> str:
    shapes = re.search(r"\(\d+x(\d+) and (\d+)x\d+\)", error)
    return f"A Linear layer that expects {shapes[2]} values got {shapes[1]}." if shapes else ""


def _flatten_hint(error: str) -> str:
    if "12544" in error:
        return "The batch was flattened too, to 16 x 784 = 12544 values: nn.Flatten() keeps it, nn.Flatten(0) doesn't."
    if "448x28" in error:
        return "A Linear layer wants images as (N, 784), they come as (N, 1, 28, 28): start with nn.Flatten()."
    return ""


def _loss_hint(error: str) -> str:
    if "Target size" in error:
        return "The labels need the shape of the logits, (N, 1): torch.ones_like(logits) has it."
    if "between 0 and 1" in error:
        return "binary_cross_entropy takes scores; for logits there is binary_cross_entropy_with_logits."
    return ""


def _update_hint(error: str) -> str:
    if "second time" in error:
        return (
            "The first backward() used up the graph: make fresh fakes from the noise, and call backward() "
            "once, on the whole loss."
        )
    if "inplace operation" in error:
        return (
            "The weights moved between the forward pass and backward(): the order is zero_grad(), backward(), step()."
        )
    if "does not require grad" in error:
        return (
            "The loss has no way back to the weights: don't detach logits or losses before backward(), don't "
            "use no_grad."
        )
    return ""


_NORMALISE = "Divide both vectors by their norms before the dot product."


def _angle_hint(error: str) -> str:
    if "math domain" in error or "in range from -1" in error:  # the second is how Python 3.14 says it
        return f"A cosine lies between -1 and 1. {_NORMALISE}"
    if "must be Tensor, not float" in error:
        return "torch.sin and torch.acos take tensors; math.sin and math.acos take numbers."
    return ""


def _mean_hint(error: str) -> str:
    if "must match the size" in error:
        return "Take the means over the rows, .mean(dim=0): (count, latent_dim) becomes (latent_dim,)."
    return ""


def _redraw_hint(error: str) -> str:
    if error == _AtMost.MESSAGE:
        return "Look again, in each round of the loop, at which values lie beyond the limit."
    if "shape mismatch" in error or "cannot be broadcast" in error:
        return "As many new values as there are places: torch.randn(int(beyond.sum()))."
    return ""


def _two_samples_hint(error: str) -> str:
    if "must match the size" in error:
        return "The samples may differ in length: take the mean of each first, and then the difference."
    return ""


def _balls_hint(error: str) -> str:
    if "must match the size" in error:
        return (
            "torch.cdist(fake, real) has a row for each fake and a column for each real: compare it with one radius "
            "for each real, (N,)."
        )
    return ""


def _endless_hint(error: str) -> str:
    if error == _AtMost.MESSAGE:
        return "Does each round of while come to a yield? Without one, all batches would have to be made at once."
    if "raised StopIteration" in error:
        return "An iterator inside came to its end: start a new one each epoch, with a for loop inside while True."
    return ""


def _average_hint(error: str) -> str:
    if "leaf Variable" in error:
        return "That is a weight of the generator: write into averaged's, inside torch.no_grad()."
    if "long" in error.lower():
        return "BatchNorm also counts its batches, in whole numbers: copy those, and average what is_floating_point()."
    return ""


def _ranks_hint(error: str) -> str:
    return "ranks may be 1: nothing is sent then." if "division by zero" in error else ""


class _AtMost(TorchFunctionMode):
    """Within it, code that goes on and on calling torch is stopped: a learner's loop may never end."""

    MESSAGE = "its loop doesn't come to an end"

    def __init__(self, calls: int):
        super().__init__()
        self._left = calls

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        self._left -= 1
        if self._left < 0:
            raise RuntimeError(self.MESSAGE)
        return function(*arguments, **(keywords or {}))


def _degrees(one: torch.Tensor, other: torch.Tensor) -> float:
    return torch.rad2deg(torch.acos(F.cosine_similarity(one, other, dim=0).clamp(-1, 1))).item()


def _compare(
    got: torch.Tensor,
    *,
    right: torch.Tensor,
    mistakes: list[tuple[torch.Tensor, str]],
    otherwise: str,
    within: float = 1e-5,
) -> None:
    """Pass if ``got`` is ``right``; else name the mistake that it agrees with. ``within`` is relative."""
    if torch.allclose(got, right, rtol=within, atol=1e-5):
        return
    for wrong, message in mistakes:
        if torch.allclose(got, wrong, rtol=within, atol=1e-5):
            _fail(message)
    _fail(otherwise)


def _range_mistakes(pixels: torch.Tensor) -> list[tuple[torch.Tensor, str]]:
    """What ``pixels``, floats from 0 to 255, become where they should come to lie in [-1, 1]."""
    return [
        (
            pixels / 255,
            "the range is [0, 1]: 255 becomes 1, as it should, but 0 should become -1. Double the width, subtract 1.",
        ),
        (pixels / 127.5, "the range is [0, 2]: the width is right. Move it down by 1."),
        (pixels / 255 - 0.5, "the range is [-0.5, 0.5]: the centre is right. Make it twice as wide."),
        (1 - pixels / 127.5, "the picture is a negative: paper became 1 and ink -1."),
        (
            pixels / 128 - 1,
            "0 becomes -1, but 255 isn't quite 1: the highest pixel is 255, so half the range is 127.5.",
        ),
    ]


def _double(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64)


def _number(value, name: str) -> torch.Tensor:
    """The one number that the learner's function returned, a plain one or a tensor, in double precision."""
    if value is None:
        _fail(f"{name} returned nothing: is there a return at its end?")
    if isinstance(value, numbers.Real):
        value = _double(float(value))
    if not isinstance(value, torch.Tensor):
        _fail(f"{name} returned {type(value).__name__}, not a number.")
    if value.numel() != 1:
        _fail(f"{name} returned a tensor of shape {tuple(value.shape)}: it should be one number.")
    value = value.detach().double().reshape(())
    if not value.isfinite():
        _fail(f"{name} returned {value:g}: look for a division by 0 or a root of a negative number.")
    return value


def _expect_tensor(value, name: str) -> None:
    if value is None:
        _fail(f"{name} returned nothing: is there a return at its end?")
    if not isinstance(value, torch.Tensor):
        _fail(f"{name} returned {type(value).__name__}, not a tensor.")


def _expect_shape(value: torch.Tensor, shape: tuple[int, ...], name: str) -> None:
    if value.shape != tuple(shape):
        _fail(f"{name} should have shape {tuple(shape)}, yours have {tuple(value.shape)}.")


def _expect_network(value, name: str) -> None:
    if not isinstance(value, nn.Module):
        _fail(f"{name} returned {type(value).__name__}; it should return the network: return nn.Sequential(...)")
    if not list(value.parameters()):
        _fail("the network has no weights: it needs nn.Linear layers to learn with.")


def _expect_loss(value, name: str) -> None:
    if isinstance(value, float):
        _fail(f"{name} returned a plain number, which has no gradient: return the tensor, without .item().")
    _expect_tensor(value, name)
    if value.ndim:
        _fail(f"{name} returned shape {tuple(value.shape)}: a loss is one number. Take the mean over the batch.")


def _expect_gradient(value: torch.Tensor, logits: dict[str, torch.Tensor], name: str) -> None:
    reached = (
        torch.autograd.grad(value, list(logits.values()), allow_unused=True) if value.requires_grad else [None] * 2
    )
    for which, gradient in zip(logits, reached, strict=False):
        if gradient is None:
            _fail(
                f"the number is right, but {name} gives no gradient to the {which} logits: don't detach, item or "
                f"no_grad them."
            )


def _expect_report(value, right: dict[str, torch.Tensor]) -> None:
    """The learner's update returned the scalar tensors that are listed in ``right``."""
    wanted = f"({', '.join(right)})" if len(right) > 1 else next(iter(right))
    if value is None:
        _fail(f"all weights moved as they should, but nothing came back: return {wanted}.")
    values = (value,) if len(right) == 1 else value
    if not isinstance(values, tuple) or len(values) != len(right):
        _fail(f"all weights moved as they should; now return {wanted}, in this order.")
    for (name, expected), seen in zip(right.items(), values, strict=True):
        if not isinstance(seen, torch.Tensor):
            _fail(f"all weights moved as they should; now return {wanted} as tensors: {name} is {type(seen).__name__}.")
        if seen.shape != expected.shape or not torch.allclose(seen, expected, atol=1e-5):
            _fail(
                f"all weights moved as they should, but what came back isn't {wanted} before the step: look at {name}."
            )


def _passed(message: str) -> None:
    print(f"✓ {message}")


def _fail(message: str) -> None:
    raise CheckFailed(message)
