"""The exercises of the lesson "The latent space"."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from ...checks.answer import expect_shape, expect_tensor, run
from ...checks.comparison import apart, compare
from ...checks.elsewhere import right_so_far
from ...checks.exercise import exercise, fail, passed
from ...checks.patience import Patience


@exercise(
    "Print the angle inside my_slerp and call my_slerp(starts[0], ends[0], 0.5): two z drawn at random are nearly at "
    "right angles, so it should be near 1.6. The words under the formula in “Two ways to walk” say how it is found.",
    "Put the shares 0 and 1 into your two weights. At share 0 the weight of start should be 1 and that of end 0; at "
    "share 1, the other way round.",
    "The angle is torch.acos((start / start.norm()) @ (end / end.norm())). The weight of end is torch.sin(share * "
    "angle) / torch.sin(angle), and that of start has 1 - share in its place.",
)
def check_slerp(slerp: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor]) -> None:
    """The latent space: ``slerp(start, end, share)`` returns one point (latent_dim,) of the arc, share from 0 to 1."""
    # the first in double precision, or the mistake with degrees would drown in rounding
    _expect_arc(slerp, 0.25, dtype=torch.float64)
    for share in (0.0, 1.0, 0.6):
        with right_so_far(f"at share 0.25 it is right, but not at share {share:g}: "):
            _expect_arc(slerp, share)
    for norms, angle, dimensions in [((7, 7), 2.2, 100), ((7, 7), 0.5, 3), ((8, 11), 1.3, 100)]:
        where = f"of norm {norms[0]} and {norms[1]}, of {dimensions} numbers, {math.degrees(angle):.0f} degrees apart"
        with right_so_far(f"between two vectors of norm 10 it is right, but not between two {where}: "):
            _expect_arc(slerp, 0.25, norms, angle, dimensions)
    passed("equal shares are equal angles, and the norm stays at 10 all the way.")


def _expect_arc(
    slerp: Callable,
    share: float,
    norms: tuple[float, float] = (10, 10),
    angle: float = 1,
    dimensions: int = 100,
    dtype: torch.dtype = torch.float32,
) -> None:
    """Pass if the learner's point is right between two vectors of such norms, at such an angle in radians."""
    a, aside = torch.linalg.qr(torch.randn(dimensions, 2, dtype=torch.float64)).Q.T
    angle = torch.tensor(angle, dtype=torch.float64)
    b = angle.cos() * a + angle.sin() * aside
    start, end = norms[0] * a, norms[1] * b
    got = _point(slerp, start.to(dtype), end.to(dtype), share)
    right, line = _arc(start, end, share, angle), torch.lerp(start, end, share)
    even = (1 - share) * norms[0] + share * norms[1]
    if torch.allclose(got, _arc(even * a, even * b, share, angle), atol=1e-4):
        return  # as the library does: the norm, too, goes evenly from one to the other

    def with_angle(other: torch.Tensor) -> torch.Tensor:
        return _arc(start, end, share, other)

    wanted, yours = apart(_degrees(right, start), _degrees(got, start), 0)
    one_norm = "one of the norms was used for both. Divide start by start.norm(), and end by end.norm()."
    compare(
        got,
        right=right,
        within=1e-4,
        mistakes=[
            (_arc(start, end, 0.25, angle), "that is still the point at share 0.25: use share."),
            (line, "that is lerp, the straight line, and its norm dips. The weights are sines of shares of the angle."),
            (
                right.norm() * F.normalize(line, dim=0),
                "that is the straight line, stretched to the right norm: it doesn't turn evenly. Weigh with sines.",
            ),
            (
                _arc(end, start, share, angle),
                "the weights are swapped: share 0 should give start, so its weight is sin((1 - share) * angle).",
            ),
            (with_angle(torch.rad2deg(angle)), "the angle is in degrees: sin and acos work in radians."),
            (
                with_angle(torch.acos(a * b)),
                "that is an angle for each number: a * b multiplies number by number, a @ b adds these products up.",
            ),
            (
                with_angle(torch.pi / 2 - angle),
                "the angle is 90 degrees minus the right one: asin belongs to the sine, torch.acos to the cosine.",
            ),
            (with_angle(angle.cos()), "the angle is still the cosine: torch.acos turns one into the other."),
            (right * angle.sin(), "the division by sin(angle) is missing: the weights come out too small."),
            (
                _arc(a, b, share, angle),
                "the norm is 1, it should stay at 10: use the normed vectors for the angle, but weigh start and end.",
            ),
            (
                with_angle(torch.acos(start @ end / 100)),
                "the dot product was divided by 100. Divide by the norms that start and end have.",
            ),
            (with_angle(torch.acos(start @ end / norms[0] ** 2)), one_norm),
            (with_angle(torch.acos(start @ end / norms[1] ** 2)), one_norm),
            (
                with_angle(torch.pi - angle),
                "the angle is 180 degrees minus the right one: torch.acos of the cosine also gives angles beyond 90.",
            ),
        ],
        otherwise=f"at share {share:g} the point should have norm {right.norm():.1f} and lie {wanted} degrees from "
        f"start; yours has norm {got.norm():.1f} and lies {yours} degrees from it. From the right one it is "
        f"{(got - right).norm():.2g} away.",
    )


def _arc(start: torch.Tensor, end: torch.Tensor, share: float, angle: torch.Tensor) -> torch.Tensor:
    return (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)


def _degrees(one: torch.Tensor, other: torch.Tensor) -> float:
    return math.degrees(F.cosine_similarity(one, other, dim=0).clamp(-1, 1).acos())


def _point(slerp: Callable, start: torch.Tensor, end: torch.Tensor, share: float) -> torch.Tensor:
    """The learner's point on the way, in double precision."""
    got = run(slerp, start, end, share, advice=_ANGLE_ADVICE)
    expect_tensor(got, "slerp")
    if got.shape != start.shape:
        fail(f"slerp should return one point of shape {tuple(start.shape)}, yours has shape {tuple(got.shape)}.")
    if got.isnan().any():
        fail("the result is NaN: a cosine lies between -1 and 1. " + _NORMALISE)
    if got.is_complex():
        fail("slerp returned complex numbers: a point has plain ones.")
    return got.detach().double()


@exercise(
    "Read the first paragraph of “Calculating with digits” again: the direction is a difference of two means. Print "
    "its shape; a direction that z can be moved by has as many numbers as one z.",
    "The way from a place a to a place b is b - a. Here a belongs to source, the digit that goes, and b to target.",
    "Write it in one line: direction = target.mean(dim=0) - the same of source.",
)
def check_turn_into(turn_into: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
    """The latent space: ``turn_into(z, source, target)`` moves z (N, latent_dim) by the groups' difference of means."""
    z, source, target = torch.randn(5, 8), torch.randn(4, 8) + 1, torch.randn(3, 8) - 1
    from_, to = source.mean(dim=0), target.mean(dim=0)
    got = _moved(turn_into, z, source, target)
    if got.shape == (8,):
        fail("that is one vector, perhaps the direction by itself: add it to z, and each of the 5 rows moves.")
    expect_shape(got, (5, 8), "the moved z")
    compare(
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
                ".mean() without dim averages everything into one number: .mean(dim=0) gives one for each place of z.",
            ),
            (
                z + target.sum(dim=0) - source.sum(dim=0),
                "that is the sum over each group: a bigger group would pull more. Take the mean.",
            ),
            ((to - from_).expand(5, 8), "every row is the direction: z itself is missing. Add the direction to z."),
            (
                z + target.median(dim=0).values - source.median(dim=0).values,
                "these are the medians, the middle one of each column: take the means, .mean(dim=0).",
            ),
            (
                z + target[0] - source[0],
                "only the first of each group counts, and brings its slant and thickness along. Take the means.",
            ),
            (
                z + F.normalize(to - from_, dim=0),
                "the direction is right, but its norm became 1: don't divide, z goes all the way from mean to mean.",
            ),
        ],
        otherwise="each row of z should move by the mean of target minus the mean of source, both over rows (dim=0)",
    )
    for rows, of_source, of_target in [(1, 1, 6), (3, 3, 3)]:
        z, source, target = (torch.randn(count, 100) for count in (rows, of_source, of_target))
        shapes = f"z {tuple(z.shape)}, source {tuple(source.shape)} and target {tuple(target.shape)}"
        with right_so_far(f"with five z it is right, but with {shapes}: "):
            compare(
                _moved(turn_into, z, source, target),
                right=z + target.mean(dim=0) - source.mean(dim=0),
                otherwise="each row should move by the difference of the two means, whatever their numbers.",
            )
    passed("every z moves by the same direction, from the mean of one group to the mean of the other.")


def _moved(turn_into: Callable, z: torch.Tensor, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    got = run(turn_into, z, source, target, advice=_MEAN_ADVICE)
    expect_tensor(got, "turn_into")
    return got


@exercise(
    "Print the distance in each round: it should fall. Three lines make a step, as in the two updates of “The "
    "adversarial loop”: forget the old gradients, compute new ones, take the step.",
    "The distance is one number that gradients can come back from: the generator's pictures of z minus the picture, "
    "squared, summed up.",
    "In the loop: distance = (generator(z) - picture).square().sum(), then optimizer.zero_grad(), distance.backward() "
    "and optimizer.step().",
)
def check_find_z(find_z: Callable[[nn.Module, torch.Tensor, torch.Tensor, int], torch.Tensor]) -> None:
    """The latent space: ``find_z(generator, picture, start, steps)`` moves z (S, latent_dim) towards the picture."""
    _expect_descent(find_z, 4, 3, 60)
    for latent_dim, rows, steps in [(8, 1, 25), (2, 5, 12)]:
        where = f"with z of shape {(rows, latent_dim)} and {steps} steps"
        with right_so_far(f"with z of shape (3, 4) and 60 steps it is right, but not {where}: "):
            _expect_descent(find_z, latent_dim, rows, steps)
    passed("z moved, the weights stayed, and each row came nearer to the picture.")


def _expect_descent(find_z: Callable, latent_dim: int, rows: int, steps: int) -> None:
    generator, picture, start = _painting(latent_dim, rows)
    got = _found(find_z, generator, picture, start, steps)

    def descent(steps=steps, towards=picture, distance=lambda gap: gap.square().sum(), forgets=True) -> torch.Tensor:
        """Where z ends, after the right steps or after a likely mistake."""
        z = start.clone().requires_grad_()
        optimizer = torch.optim.Adam([z], lr=0.1)
        for _ in range(steps):
            if forgets:
                optimizer.zero_grad()
            distance(generator(z) - towards).backward()
            optimizer.step()
        return z.detach()

    compare(
        got,
        right=descent(),
        within=1e-4,
        mistakes=[
            (
                start,
                "z came back as it was. Does optimizer.step() stand in the loop, without a zero_grad() between "
                "backward() and it? And is z what you return?",
            ),
            (descent(steps=1), "z made one step and no more: the lines belong inside the loop."),
            (descent(steps=60), "it took 60 steps: take as many as steps says."),
            (
                descent(distance=lambda gap: -gap.square().sum()),
                "z runs away from the picture: step() goes downhill, so hand it the distance, not minus the distance.",
            ),
            (
                descent(forgets=False),
                "the gradients of all rounds add up: optimizer.zero_grad() belongs in each round.",
            ),
            (
                descent(towards=-picture),
                "z moves towards the negative of the picture: take generator(z) - picture, not their sum.",
            ),
            (
                descent(distance=torch.sum),
                "without a square, pixels that are too dark and pixels that are too light make up for each other.",
            ),
            (descent(distance=lambda gap: gap.abs().sum()), "that is the sum without signs: add up the squares."),
            (
                descent(towards=0 * picture),
                "the picture plays no part: the distance is that of generator(z) - picture.",
            ),
        ],
        otherwise=f"with Adam at rate 0.1, z should end elsewhere after {steps} steps. Leave the first two lines as "
        "they are; the distance is the sum of the squares of generator(z) - picture, over all rows of start.",
    )


@torch.no_grad()
def _painting(latent_dim: int, rows: int) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """A small generator, in evaluation mode and with a BatchNorm to tell; a picture (1, 1, 6, 6) of its own; z."""
    generator = nn.Sequential(
        nn.Linear(latent_dim, 24),
        nn.BatchNorm1d(24),
        nn.LeakyReLU(0.2),
        nn.Linear(24, 36),
        nn.Tanh(),
        nn.Unflatten(1, (1, 6, 6)),
    ).eval()
    return generator, generator(torch.randn(1, latent_dim)), torch.randn(rows, latent_dim)


def _found(
    find: Callable, generator: nn.Module, picture: torch.Tensor, start: torch.Tensor, steps: int
) -> torch.Tensor:
    """The learner's z; only z was moved."""
    weights = copy.deepcopy(generator.state_dict())
    got = run(find, generator, picture, start, steps, advice=_DESCENT_ADVICE, patience=Patience(1000 * steps))
    expect_tensor(got, "find_z")
    if got.shape == picture.shape or got.shape[1:] == picture.shape[1:]:
        fail("that is a picture: return the z that draws it.")
    if not got.ndim:
        fail("that is one number, perhaps the distance: return z.")
    expect_shape(got, tuple(start.shape), "the z that were found")
    if generator.training:
        fail("the generator is in training mode now, where BatchNorm looks at the whole batch: leave its mode alone.")
    if any(not torch.equal(value, weights[name]) for name, value in generator.state_dict().items()):
        fail("the weights of the generator moved: the optimizer gets [z] and nothing else.")
    if got.requires_grad:
        fail("z still carries its gradient along: return z.detach().")
    return got


_NORMALISE = "Divide both vectors by their norms before the dot product."


# the second is how Python 3.14 says it
_ANGLE_ADVICE = [
    ("math domain|in range from -1", f"A cosine lies between -1 and 1. {_NORMALISE}"),
    ("must be Tensor, not float", "torch.sin and torch.acos take tensors; math.sin and math.acos take numbers."),
]

_MEAN_ADVICE = [
    ("must match the size", "Take the means over the rows, .mean(dim=0): (count, latent_dim) becomes (latent_dim,).")
]

_DESCENT_ADVICE = [
    (
        "does not require grad",
        "No gradient comes back to z: call generator(z) itself. generate, draw and torch.no_grad compute without "
        "gradients, and detach cuts them off.",
    ),
    ("scalar outputs", "backward starts from one number: add the squares up, .sum()."),
    ("second time", "The distance was computed once, before the loop: compute it anew in each round."),
]
