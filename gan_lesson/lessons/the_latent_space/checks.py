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
from ...modes import frozen


@exercise(
    "Print the angle inside my_slerp and call my_slerp(starts[0], ends[0], 0.5): two z drawn at random are nearly at "
    "right angles, so it should be near 1.6. The words under the formula in “Two ways to walk” say how it is made.",
    "Put the shares 0 and 1 into your two weights. At share 0 start's should be 1 and end's 0, at share 1 the other "
    "way round.",
    "The angle is torch.acos((start / start.norm()) @ (end / end.norm())). The weight of end is torch.sin(share * "
    "angle) / torch.sin(angle), and that of start has 1 - share in its place.",
)
def check_slerp(slerp: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor]) -> None:
    """The latent space: ``slerp(start, end, share)`` returns one point (latent_dim,) of the arc, share from 0 to 1."""
    # in double precision, or the mistake with degrees would drown in rounding; the angle is about 57 degrees
    a, aside = torch.linalg.qr(torch.randn(100, 2, dtype=torch.float64)).Q.T
    b = math.cos(1) * a + math.sin(1) * aside
    start, end, angle = 10 * a, 10 * b, torch.tensor(1, dtype=torch.float64)

    def arc(share: float, angle: torch.Tensor = angle) -> torch.Tensor:
        return 10 * (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)

    line = torch.lerp(start, end, 0.25)
    of_each_number = torch.acos(a * b)
    got = _point(slerp, start, end, 0.25)
    wanted, yours = apart(torch.rad2deg(angle).item() / 4, _degrees(got, start), 0)
    compare(
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
            (
                arc(0.25, of_each_number),
                "there is an angle for each of the hundred numbers: a * b multiplies number by number, a @ b adds "
                "these products up.",
            ),
            (
                arc(0.25, torch.pi / 2 - angle),
                "the angle is what is missing to a right angle: torch.asin belongs to the sine, torch.acos to the "
                "cosine.",
            ),
            (arc(0.25, a @ b), "that is the cosine, not the angle: torch.acos turns one into the other."),
            (arc(0.25) * torch.sin(angle), "the division by sin(angle) is missing: the weights come out too small."),
            (
                arc(0.25) / 10,
                "the norm is 1, it should stay at 10: take the directions for the angle, but weigh start and end "
                "themselves.",
            ),
        ],
        otherwise="a quarter of the way from one vector of norm 10 to another should be a quarter of the angle at "
        f"norm 10; your point has norm {got.norm():.1f} and lies {yours} degrees from start, not {wanted}. From the "
        f"right one it is {(got - arc(0.25)).norm():.2g} away.",
    )
    for share, wanted, name in [(0.0, start, "start"), (1.0, end, "end"), (0.6, arc(0.6), "the arc")]:
        if not torch.allclose(_point(slerp, start, end, share), wanted, atol=1e-4):
            fail(f"at share 0.25 it is right, but at share {share:g} the point should be on {name}: use share.")
    for norms, angle, dimensions in [((7, 7), 2.2, 100), ((7, 7), 0.5, 3), ((8, 11), 1.3, 100)]:
        _expect_any_arc(slerp, norms, angle, dimensions)
    ends = start.clone(), end.clone()
    _point(slerp, *ends, 0.25, copy=False)
    if not (torch.equal(ends[0], start) and torch.equal(ends[1], end)):
        fail("right, but start and end are others afterwards: =, not /= or *=, which write into what is passed in.")
    passed("equal shares are equal angles, and the norm stays at 10 all the way.")


def _point(slerp: Callable, start: torch.Tensor, end: torch.Tensor, share: float, copy: bool = True) -> torch.Tensor:
    """The learner's point on the way, in double precision."""
    ends = (start.clone(), end.clone()) if copy else (start, end)
    got = run(slerp, *ends, share, advice=_ANGLE_ADVICE)
    expect_tensor(got, "slerp")
    if got.shape != start.shape:
        fail(f"slerp should return one point of shape {tuple(start.shape)}, yours has shape {tuple(got.shape)}.")
    if got.isnan().any():
        fail("the result is NaN: a cosine lies between -1 and 1. " + _NORMALISE)
    if got.is_complex():
        fail("slerp returned complex numbers: a point has plain ones.")
    return got.detach().double()


def _expect_any_arc(slerp: Callable, norms: tuple[float, float], angle: float, dimensions: int) -> None:
    """What is right between two vectors of norm 10 is right between others, in the precision that noise has."""
    a, aside = torch.linalg.qr(torch.randn(dimensions, 2, dtype=torch.float64)).Q.T
    b = math.cos(angle) * a + math.sin(angle) * aside
    start, end = norms[0] * a, norms[1] * b

    def arc(angle: float, start: torch.Tensor = start, end: torch.Tensor = end) -> torch.Tensor:
        return (math.sin(0.75 * angle) * start + math.sin(0.25 * angle) * end) / math.sin(angle)

    def divided_by(square: float) -> torch.Tensor:
        cosine = (start @ end / square).item()
        return arc(math.acos(cosine)) if abs(cosine) < 1 else torch.full_like(start, torch.nan)

    where = (
        f"between two vectors of {dimensions} numbers, of norm {norms[0]} and {norms[1]}, "
        f"{math.degrees(angle):.0f} degrees apart"
    )
    with right_so_far(f"between two vectors of norm 10 it is right, but {where}: "):
        got = _point(slerp, start.float(), end.float(), 0.25)
    between = 0.75 * norms[0] + 0.25 * norms[1]
    if torch.allclose(got, arc(angle, between * a, between * b), atol=1e-4):
        return  # as the library does: the norm, too, goes evenly from one to the other
    compare(
        got,
        right=arc(angle),
        mistakes=[
            (
                divided_by(100),
                f"it is right between vectors of norm 10, but not {where}: the dot product was divided by 100. Divide "
                "by the norms that start and end have.",
            ),
            *(
                (
                    divided_by(norm**2),
                    f"it is right between vectors of one norm, but not {where}: one of the norms was used for both. "
                    "Divide start by start.norm(), and end by end.norm().",
                )
                for norm in norms
            ),
            (
                arc(math.pi - angle),
                f"up to a right angle it is right, but not {where}: the angle comes out as what is missing to 180 "
                "degrees. torch.acos of the cosine gives it, also beyond 90.",
            ),
        ],
        within=1e-4,
        otherwise=f"between two vectors of norm 10 it is right, but not {where}: take the norms and the angle from "
        "start and end.",
    )


@exercise(
    "Read the first paragraph of “Calculating with digits” again: the direction is a difference of two means. Print "
    "its shape; a direction that z can be moved by has as many numbers as one z.",
    "The way from a place a to a place b is b - a. Here a belongs to source, the digit that should go, b to target.",
    "Write it in one line: direction = target.mean(dim=0) - the same of source.",
)
def check_turn_into(turn_into: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
    """The latent space: ``turn_into(z, source, target)`` moves z (N, latent_dim) by the groups' difference of means."""
    z, source, target = torch.randn(5, 8), torch.randn(4, 8) + 1, torch.randn(3, 8) - 1
    given = z.clone()
    got = run(turn_into, given, source.clone(), target.clone(), advice=_MEAN_ADVICE)
    expect_tensor(got, "turn_into")
    from_, to = source.mean(dim=0), target.mean(dim=0)
    shortened = F.normalize(to - from_, dim=0)
    if got.shape == (8,):
        fail("that is one vector, perhaps the direction alone: add it to z, and each of the 5 rows moves.")
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
                ".mean() without dim averages everything into one number: .mean(dim=0) gives one for each of z's "
                "places.",
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
                "only the first of each group counts: that carries its slant and thickness along. Take the means.",
            ),
            (
                z + shortened,
                "the direction is right, but its norm became 1: z should go all the way from mean to mean, so don't "
                "divide.",
            ),
        ],
        otherwise="each row of z should move by the mean of target minus the mean of source, both over rows (dim=0)",
    )
    if not torch.equal(given, z):
        fail("right, but the z that was passed in changed too: += writes into it. Use z + ... to make a new tensor.")
    for rows, of_source, of_target in [(1, 1, 6), (3, 3, 3)]:
        z, source, target = (torch.randn(count, 100) for count in (rows, of_source, of_target))
        groups = source.clone(), target.clone()
        shapes = f"z {tuple(z.shape)}, source {tuple(source.shape)} and target {tuple(target.shape)}"
        with right_so_far(f"with five z it is right, but with {shapes}: "):
            got = run(turn_into, z.clone(), *groups, advice=_MEAN_ADVICE)
            compare(
                got,
                right=z + target.mean(dim=0) - source.mean(dim=0),
                mistakes=[],
                otherwise="each row should move by the difference of the two means, whatever their numbers.",
            )
        if not (torch.equal(groups[0], source) and torch.equal(groups[1], target)):
            fail("right, but a group that was passed in changed too: make new tensors, without -= or +=.")
    passed("every z moves by the same direction, from the mean of one group to the mean of the other.")


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
    generator = _painter(4, 36)
    picture, start = _picture_and_start(generator, 3)
    got = _found(find_z, generator, picture, start, 60)
    before, after = _apart(generator, start, picture), _apart(generator, got, picture)
    compare(
        got,
        right=_descent(generator, picture, start, 60),
        within=1e-4,
        mistakes=[
            (start, "z came back as it was: does optimizer.step() stand in the loop, and is z what you return?"),
            (
                _descent(generator, picture, start, 1),
                "z made one step and no more: the lines belong inside the loop, so that there are as many as steps.",
            ),
            (
                _descent(generator, picture, start, 60, sign=-1),
                "z runs away from the picture: step() goes downhill, so hand it the distance, not minus the distance.",
            ),
            (
                _descent(generator, picture, start, 60, forgets=False),
                "the gradients of all rounds add up: optimizer.zero_grad() belongs into each round.",
            ),
            (
                _descent(generator, -picture, start, 60),
                "z moves towards the negative of the picture: take generator(z) - picture, not their sum.",
            ),
            (
                _descent(generator, picture, start, 60, distance=lambda gap: gap.sum()),
                "without a square, pixels that are too dark and pixels that are too light make up for each other.",
            ),
            (
                _descent(generator, 0 * picture, start, 60),
                "the picture plays no part: the distance is that of generator(z) - picture.",
            ),
        ],
        otherwise=f"with Adam at rate 0.1 and 60 steps z should end elsewhere. The distance was {before.mean():.2f}, "
        f"now it is {after.mean():.2f}. Leave the first two lines as they are; the distance is the sum of the squares "
        "of generator(z) - picture.",
    )
    for size, rows, steps in [(8, 1, 25), (2, 5, 12)]:
        generator = _painter(size, 16)
        picture, start = _picture_and_start(generator, rows)
        where = f"with 3 rows of 4 numbers and 60 steps it is right, but with {tuple(start.shape)} and {steps} steps: "
        with right_so_far(where):
            got = _found(find_z, generator, picture, start, steps)
            compare(
                got,
                right=_descent(generator, picture, start, steps),
                within=1e-4,
                mistakes=[
                    (_descent(generator, picture, start, 60), "it took 60 steps: take as many as steps says."),
                    (start, "z came back as it was."),
                ],
                otherwise="z should end elsewhere: take the shape from start, and as many rounds as steps says.",
            )
    passed("z moved, the weights stayed, and each row came nearer to the picture.")


def _painter(latent_dim: int, pixels: int) -> nn.Module:
    """A small trained generator, so to speak: in evaluation mode, and with a BatchNorm to tell."""
    side = math.isqrt(pixels)
    network = nn.Sequential(
        nn.Linear(latent_dim, 24),
        nn.BatchNorm1d(24),
        nn.LeakyReLU(0.2),
        nn.Linear(24, pixels),
        nn.Tanh(),
        nn.Unflatten(1, (1, side, side)),
    )
    return network.eval()


@torch.no_grad()
def _picture_and_start(generator: nn.Module, rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The picture (1, 1, h, w) of some z, and ``rows`` other z to begin with."""
    latent_dim = generator[0].in_features
    return generator(torch.randn(1, latent_dim)), torch.randn(rows, latent_dim)


def _descent(
    generator: nn.Module,
    picture: torch.Tensor,
    start: torch.Tensor,
    steps: int,
    *,
    sign: int = 1,
    forgets: bool = True,
    distance: Callable[[torch.Tensor], torch.Tensor] = lambda gap: gap.square().sum(),
) -> torch.Tensor:
    """Where z ends, after the right steps or after a likely mistake."""
    with frozen(generator):
        z = start.clone().requires_grad_()
        optimizer = torch.optim.Adam([z], lr=0.1)
        for _ in range(steps):
            if forgets:
                optimizer.zero_grad()
            (sign * distance(generator(z) - picture)).backward()
            optimizer.step()
    return z.detach()


def _found(
    find_z: Callable, generator: nn.Module, picture: torch.Tensor, start: torch.Tensor, steps: int
) -> torch.Tensor:
    """The learner's z; only z was moved."""
    weights = copy.deepcopy(generator.state_dict())
    given = picture.clone(), start.clone()
    patience = Patience(1000 * steps)
    got = run(find_z, generator, *given, steps, advice=_DESCENT_ADVICE, patience=patience)
    expect_tensor(got, "find_z")
    if got.shape == picture.shape or got.shape[1:] == picture.shape[1:]:
        fail("that is a picture: return the z that draws it.")
    if not got.ndim:
        fail("that is one number, perhaps the distance: return z.")
    expect_shape(got, tuple(start.shape), "the z that were found")
    if got.is_complex():
        fail("find_z returned complex numbers: a point has plain ones.")
    if generator.training:
        fail("the generator is in training mode now, where BatchNorm looks at the whole batch: leave its mode alone.")
    if any(not torch.equal(value, weights[name]) for name, value in generator.state_dict().items()):
        fail("the weights of the generator moved: the optimizer gets [z] and nothing else.")
    if not torch.equal(given[1], start):
        fail("start was written into: z = start.clone() keeps it as it was.")
    if not torch.equal(given[0], picture):
        fail("the picture was changed: z should move, not the picture.")
    if got.requires_grad:
        fail("z still carries its gradient along: return z.detach().")
    return got


@torch.no_grad()
def _apart(generator: nn.Module, z: torch.Tensor, picture: torch.Tensor) -> torch.Tensor:
    """How far each picture of ``z`` is from ``picture``."""
    return (generator(z.to(picture)) - picture).flatten(1).norm(dim=1)


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
    (
        "second time",
        "The distance was computed once, before the loop: compute it anew in each round.",
    ),
]


def _degrees(one: torch.Tensor, other: torch.Tensor) -> float:
    return torch.rad2deg(torch.acos(F.cosine_similarity(one, other, dim=0).clamp(-1, 1))).item()
