"""The exercises of the lesson "The latent space"."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F

from ...checks.answer import expect_shape, expect_tensor, run
from ...checks.comparison import compare
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
    got = run(slerp, start.clone(), end.clone(), 0.25, advice=_ANGLE_ADVICE)
    expect_tensor(got, "slerp")
    if got.shape != (100,):
        fail(f"slerp should return one point of shape (100,), yours has shape {tuple(got.shape)}.")
    if got.isnan().any():
        fail("the result is NaN: a cosine lies between -1 and 1. " + _NORMALISE)
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
        otherwise=f"a quarter of the way from one vector of norm 10 to another should be a quarter of the angle at "
        f"norm 10; your point has norm {got.norm():.1f} and lies {_degrees(got, start):.0f} degrees from start, not "
        f"{torch.rad2deg(angle) / 4:.0f}.",
    )
    for share, wanted, name in [(0.0, start, "start"), (1.0, end, "end"), (0.6, arc(0.6), "the arc")]:
        got = run(slerp, start.clone(), end.clone(), share, advice=_ANGLE_ADVICE)
        if not torch.allclose(got, wanted, atol=1e-4):
            fail(f"at share 0.25 it is right, but at share {share:g} the point should be on {name}: use share.")
    passed("equal shares are equal angles, and the norm stays at 10 all the way.")


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
    got = run(truncate, given, limit, advice=_REDRAW_ADVICE, patience=Patience(200_000))
    expect_tensor(got, "truncate")
    expect_shape(got, (20, 100), "the truncated noise")
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
    if len(got[beyond].unique()) < beyond.sum() / 2:
        fail("many of the new values are the same: draw one for each place, torch.randn(int(beyond.sum())).")
    if not (got[beyond] < 0).any():
        fail("no new value is negative: torch.rand draws from 0 to 1, torch.randn from the normal distribution.")
    if not torch.equal(given, noise):
        fail("right, but the noise that was passed in changed too: start with noise = noise.clone().")
    if not (run(truncate, noise.clone(), 2.0).abs() > limit).any():
        fail(f"with limit 2 values should reach up to 2, yours stop at {limit}: use limit.")
    passed("no value lies beyond the limit, those within it stayed, and the others were drawn again.")


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
