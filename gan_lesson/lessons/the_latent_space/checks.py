"""The exercises of the lesson "The latent space"."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F

from ...checks.answer import expect_shape, expect_tensor, run
from ...checks.comparison import apart, compare
from ...checks.elsewhere import right_so_far
from ...checks.exercise import exercise, fail, passed
from ...checks.patience import Patience


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
    "Print beyond.sum() after your first new draw: is it 0? The first paragraph of “Less variety, better pictures?” "
    "says when to stop.",
    "Two things belong into the loop: draw new numbers for the places in beyond, then find out anew which places are "
    "beyond the limit.",
    "Begin with beyond = noise.abs() > limit. Then write while beyond.any(): with two lines in it, noise[beyond] = "
    "torch.randn(int(beyond.sum())) and the line you began with.",
)
def check_truncate(truncate: Callable[[torch.Tensor, float], torch.Tensor]) -> None:
    """The latent space: ``truncate(noise, limit)`` draws each value beyond the limit again until none is left."""
    noise, limit = torch.randn(20, 100), 0.5
    given, beyond = noise.clone(), noise.abs() > limit
    got = _truncated(truncate, given, limit)
    for wrong, message in [
        (noise, "nothing changed: replace the values whose abs() is above the limit."),
        (
            noise.clamp(-limit, limit),
            "the values beyond the limit were moved onto it (clamp), and pile up there. Draw them again.",
        ),
        (limit * noise, "the noise was scaled, not truncated: values within the limit should stay as they are."),
        (noise.masked_fill(beyond, 0), "the values beyond the limit became 0: draw them again with torch.randn."),
        (noise.fmod(limit), _LEFT_OVER),
        (torch.where(beyond, noise.remainder(limit), noise), _LEFT_OVER),
    ]:
        if torch.allclose(got, wrong):
            fail(message)
    outside = (got.abs() > limit).sum().item()
    if outside and not (got > limit).any():
        fail(f"{outside} values lie below -{limit}: look at noise.abs(), for the limit holds on both sides.")
    if outside:
        fail(
            f"{outside} values still lie beyond the limit: a new draw may be too large again. Repeat with while until "
            "none is."
        )
    if not torch.equal(got[~beyond], noise[~beyond]):
        fail("values that were within the limit changed: draw only the others again, noise[beyond] = torch.randn(...).")
    if (got.abs() == limit).sum() > 10:
        fail("many of the new values lie on the limit itself: clamp moved them there. Draw again instead.")
    if torch.isin(got[beyond], noise[~beyond]).double().mean() > 0.5:
        fail("the new values are copies of others in the noise: draw new ones, with torch.randn.")
    if len(got[beyond].unique()) < beyond.sum() / 2:
        fail("many of the new values are the same: draw one for each place, torch.randn(int(beyond.sum())).")
    if not (got[beyond] < 0).any():
        fail("no new value is negative: torch.rand draws from 0 to 1, torch.randn from the normal distribution.")
    if not torch.equal(given, noise):
        fail("right, but the noise that was passed in changed too: start with noise = noise.clone().")
    if not (_truncated(truncate, noise.clone(), 2.0).abs() > limit).any():
        fail(f"with limit 2 values should reach up to 2, yours stop at {limit}: use limit.")
    _expect_fresh_draws(got, _truncated(truncate, noise.clone(), limit), noise, beyond)
    _expect_cut_bell(truncate, torch.randn(150, 200), 1.0)
    with right_so_far("with 20 rows it is right, but with one row of which all values are within the limit: "):
        noise = torch.randn(1, 30)
        if not torch.equal(_truncated(truncate, noise.clone(), 10.0), noise):
            fail("there is nothing to draw again, and the noise should come back as it is.")
    passed("no value lies beyond the limit, those within it stayed, and the others were drawn again.")


def _truncated(truncate: Callable, noise: torch.Tensor, limit: float) -> torch.Tensor:
    # so many that a loop over all numbers, one by one, comes to its end
    got = run(truncate, noise, limit, advice=_REDRAW_ADVICE, patience=Patience(max(200_000, 20 * noise.numel())))
    expect_tensor(got, "truncate")
    expect_shape(got, tuple(noise.shape), "the truncated noise")
    if not got.isfinite().all():
        fail("some values of the truncated noise are NaN or infinite: draw with torch.randn, and do nothing else.")
    if got.is_complex():
        fail("truncate returned complex numbers: noise has plain ones.")
    return got.detach().to(noise)


def _expect_fresh_draws(got: torch.Tensor, again: torch.Tensor, noise: torch.Tensor, beyond: torch.Tensor) -> None:
    """Two calls with the same noise drew different numbers where it lay beyond the limit."""
    if (got == again)[beyond].double().mean() < 0.5:
        return
    ratio = noise[beyond] / got[beyond]
    if torch.allclose(ratio, ratio[:1], rtol=1e-3):
        fail(f"the values beyond the limit were divided by {ratio[0]:.3g}. {_DRAW}")
    fail(
        f"called twice with the same noise, it gives the same new values: they are computed, not drawn. {_DRAW} (Or is "
        "a seed set inside? Then every call draws the same.)"
    )


def _expect_cut_bell(truncate: Callable, noise: torch.Tensor, limit: float) -> None:
    """The new values come from the normal distribution, cut off at the limit."""
    beyond = noise.abs() > limit
    got = _truncated(truncate, noise.clone(), limit)
    if not torch.equal(got[~beyond], noise[~beyond]) or (got.abs() > limit).any():
        fail(f"with limit 0.5 it is right, but not with limit {limit:g}: use limit.")
    new = got[beyond].double()
    # by Kolmogorov and Smirnov: of a million right answers one has a point where the shares are as far apart
    sizes = new.abs().sort().values
    wanted = torch.erf(sizes / math.sqrt(2)) / math.erf(limit / math.sqrt(2))
    found = (torch.arange(len(sizes)) + 0.5).double() / len(sizes)
    tolerance = 2.7 / math.sqrt(len(sizes))
    if (found - wanted).abs().max() < tolerance and (new > 0).double().mean().sub(0.5).abs() < tolerance:
        return
    if (found - sizes / limit).abs().max() < tolerance:
        fail(
            "the new values are spread evenly, as torch.rand draws them: a bell has more of them in the middle. Draw "
            "with torch.randn, and again where that is too large."
        )
    inside = (sizes < limit / 2).double().mean()
    fail(
        f"the new values aren't those of a bell that is cut off at the limit: with limit {limit:g} "
        f"{math.erf(limit / 2 / math.sqrt(2)) / math.erf(limit / math.sqrt(2)):.0%} should lie within {limit / 2:g}, "
        f"half of them on either side of 0; with you it is {inside:.0%}, and {(new > 0).double().mean():.0%} are above "
        f"0. Let torch.randn draw, and don't bend, fold or scale what it drew. {_DRAW}"
    )


_DRAW = "What lies beyond the limit is thrown away, and drawn again until it fits."

_LEFT_OVER = f"what lay beyond the limit became what is left over after a division by it (fmod or %). {_DRAW}"

_NORMALISE = "Divide both vectors by their norms before the dot product."


# the second is how Python 3.14 says it
_ANGLE_ADVICE = [
    ("math domain|in range from -1", f"A cosine lies between -1 and 1. {_NORMALISE}"),
    ("must be Tensor, not float", "torch.sin and torch.acos take tensors; math.sin and math.acos take numbers."),
]

_MEAN_ADVICE = [
    ("must match the size", "Take the means over the rows, .mean(dim=0): (count, latent_dim) becomes (latent_dim,).")
]

_REDRAW_ADVICE = [
    ("Boolean value", "A tensor of many values is neither true nor false: beyond.any() asks whether one of them is."),
    ("come to an end", "Look again, in each round of the loop, at which values lie beyond the limit."),
    ("shape mismatch|cannot be broadcast", "As many new values as there are places: torch.randn(int(beyond.sum()))."),
]


def _degrees(one: torch.Tensor, other: torch.Tensor) -> float:
    return torch.rad2deg(torch.acos(F.cosine_similarity(one, other, dim=0).clamp(-1, 1))).item()
