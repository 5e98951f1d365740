"""The exercises of the lesson "The game"."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ... import toy
from ...checks.answer import double, expect_shape, expect_tensor, number, run
from ...checks.comparison import compare
from ...checks.exercise import exercise, fail, passed
from ...checks.patience import Patience
from ...checks.stage import Pair, Player
from ...randomness import seeded


@exercise(
    "Both calls stand in “The same in code”: one in the cell where only D learns, one where only G learns. Which of "
    "their arguments are names of your function, and which must be drawn anew?",
    "You need two lines: update_discriminator(...) with draw_reals(256) and torch.randn(256, 2), then "
    "update_generator(...) with fresh noise and without any reals.",
    "The second line is update_generator(generator, discriminator, optimizer_g, torch.randn(256, 2)); the first has "
    "optimizer_d in the same place, and draw_reals(256) before the noise.",
)
def check_play(play: Callable) -> None:
    """The game: ``play(generator, discriminator, optimizer_g, optimizer_d, draw_reals, steps)``: D's turn, then G's.

    ``draw_reals(count)`` gives reals (count, 2); the generator takes noise (N, 2).
    """
    steps = 5
    with seeded(0):
        stage = Pair(toy.PointGenerator(hidden=8), toy.PointDiscriminator(hidden=8))
    g, d, reals = stage.generator, stage.discriminator, []

    def draw_reals(count: int) -> torch.Tensor:
        drawn = toy.moons(count)
        reals.append(drawn.clone())
        return drawn

    given = *stage.networks, g.optimizer, d.optimizer, draw_reals, steps
    run(play, *given, advice=_ADVICE, patience=Patience(50_000, updates=100))
    if stage.turns == "gd" * steps and not (g.moved or d.moved):
        fail("each player has the other's optimizer: optimizer_d for update_discriminator, optimizer_g for the other.")
    _expect_turns(stage.turns.upper(), steps)
    for player, letter in ((d, "D"), (g, "G")):
        if not player.moved:
            fail(
                f"{letter}'s optimizer makes its steps, but the weights of {letter} stay as they are: pass the "
                f"{player.name} that your function is given, and its own optimizer."
            )
    if not reals:
        fail("no reals were drawn: they come from draw_reals(256), whichever data set that is (not from toy.ring).")
    _expect_noise(g, reals, steps)
    if not all(any(torch.isin(real, seen).all() for seen in d.seen) for real in reals):
        fail("reals were drawn, but the discriminator never saw them: pass draw_reals(256) to update_discriminator.")
    if len(reals) < steps:
        fail(f"fresh reals came in {len(reals)} of {steps} steps: call draw_reals(256) inside the loop.")
    passed("each step is a turn of the discriminator, then one of the generator, each on fresh points.")


_ADVICE = [
    ("attribute 'generator'", "update_generator is given no reals: (generator, discriminator, optimizer_g, noise)."),
    (
        "missing 1 required positional argument: 'noise'",
        "update_discriminator is given reals and noise, in this order; update_generator noise alone.",
    ),
    ("but got function|'function' object", "draw_reals is a function: draw_reals(256) draws 256 reals."),
    ("expected noise of shape", "Noise for this generator is torch.randn(256, 2)."),
    ("100 updates", "A step has one update of D and one of G, and no loop of its own."),
]


def _expect_turns(turns: str, steps: int) -> None:
    right = "DG" * steps
    known = {
        "": "no weights moved: call update_discriminator and update_generator inside the loop.",
        "D" * steps: "only the discriminator learns: let update_generator follow, with optimizer_g.",
        "G" * steps: "only the generator learns, on a map that stands still: let update_discriminator go first.",
        "GD" * steps: "the generator goes first: in the game D learns first, then G, on the map that D has mended.",
        "DG": "there is one turn of each and then it ends: both lines belong inside the loop, and no return there.",
        "D" * steps + "G" * steps: "first D takes all its turns and then G: both updates belong into each round.",
        "D" * steps + "G": "G has a single turn at the end: indent update_generator as deep as update_discriminator.",
        "DD" * steps: "optimizer_d makes both steps: for update_generator pass optimizer_g.",
        "GG" * steps: "optimizer_g makes both steps: for update_discriminator pass optimizer_d.",
    }
    if turns != right:
        seen = ", ".join(turns[:6]) + (" ..." if len(turns) > 6 else "")
        fail(known.get(turns, f"in {steps} steps the turns should be D, G, D, G ...; yours are {seen}."))


def _expect_noise(generator: Player, reals: list[torch.Tensor], steps: int) -> None:
    noises = generator.seen
    for noise in noises:
        if any(torch.equal(noise, real) for real in reals):
            fail(
                "the generator was given reals for noise, but the forger never sees an original: update_discriminator "
                "takes the reals first, then the noise, and update_generator noise alone."
            )
        if any(torch.equal(noise, fake) for fake in generator.made):
            fail("the generator was given fakes for noise: it makes them itself. Pass torch.randn(256, 2).")
    together = torch.cat(noises)
    if together.min() >= 0:
        fail("the noise has no number below 0: draw it with torch.randn (n as in normal), not with torch.rand.")
    if abs(together.std() - 1) > 0.2:
        fail(f"the noise has a standard deviation of {together.std():.2f}, it should be 1: draw it with torch.randn.")
    by_player = (noises[0::2], noises[1::2]) if len(noises) == 2 * steps else (noises,)
    if any(len({tuple(noise[0].tolist()) for noise in one}) < steps for one in by_player):
        fail("the same noise comes again and again: draw it inside the loop, torch.randn(256, 2) in each call.")


@exercise(
    "Print distances.shape and (distances < 0.15).shape: a row for each fake, a column for each cloud. Along which of "
    "the two do you count?",
    "A sum over True and False counts the True: (distances < 0.15).sum(dim=0) gives eight numbers, the fakes in each "
    "cloud.",
    "Compare these eight numbers with a fifth of the fair share, 0.2 * len(fakes) / len(centres): what >= gives has a "
    "sum once more.",
)
def check_clouds(clouds: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
    """The game: ``clouds(fakes, centres)``: how many centres (K, 2) have a fifth of their share of fakes (N, 2) near.

    Near is a distance below 0.15; the fair share is N / K.
    """
    settings = [_scattered(toy.ring_centres(), [170, 100, 60, 20, 19, 3, 0, 0], 800)]
    settings += [_scattered(toy.grid_centres(), [300, 60, 45, 30, 26, 12, 10, 8, 7, 5, 1] + 14 * [0], 1000)]
    got = torch.stack([number(run(clouds, fakes.clone(), centres), "your function") for fakes, centres in settings])

    def each(count: Callable) -> torch.Tensor:
        seen = []
        for fakes, centres in settings:
            distances = torch.cdist(fakes, centres)
            near = distances < 0.15
            seen.append(double(float(count(distances, near, near.sum(dim=0), len(fakes) / len(centres)))))
        return torch.stack(seen)

    compare(
        got,
        right=each(lambda distances, near, counts, fair: (counts >= fair / 5).sum()),
        mistakes=[
            (
                each(lambda distances, near, counts, fair: (counts > 0).sum()),
                "a single stray fake is enough for you to count a cloud: ask for a fifth of the fair share.",
            ),
            (
                each(lambda distances, near, counts, fair: (counts > fair / 5).sum()),
                "a cloud with a fifth of its fair share, not one fake more, counts as well: >= instead of >.",
            ),
            (
                each(lambda distances, near, counts, fair: (counts >= fair).sum()),
                "you ask for the whole fair share; a fifth of it is enough.",
            ),
            (
                each(lambda distances, near, counts, fair: (counts >= 0.2 * len(near)).sum()),
                "you ask for a fifth of all fakes: the fair share of one cloud is len(fakes) / len(centres).",
            ),
            (
                each(lambda distances, near, counts, fair: (counts >= 50).sum()),
                "50 is a fifth of the fair share of 2,000 fakes and eight clouds. For other numbers compute it, from "
                "len(fakes) and len(centres).",
            ),
            (
                each(lambda distances, near, counts, fair: (counts >= 0.2 * len(near) / 8).sum()),
                "with eight clouds it is right. Other data has other numbers of clouds: len(centres).",
            ),
            (
                each(lambda distances, near, counts, fair: (near.sum(dim=1) >= fair / 5).sum()),
                "no cloud has enough with you. Is near a distance below 0.15, and do you sum along dim=0? That counts "
                "the fakes near each cloud; dim=1 would count the clouds near each fake.",
            ),
            (
                each(lambda distances, near, counts, fair: near.sum()),
                "you count the fakes that are near a cloud. Count them for each cloud, near.sum(dim=0), and then the "
                "clouds that have enough.",
            ),
            (
                each(lambda distances, near, counts, fair: len(counts)),
                "every cloud counts for you, also those that no fake is near.",
            ),
            (
                each(lambda distances, near, counts, fair: (counts >= fair / 5).double().mean()),
                "that is the share of the clouds; the check asks for their number: .sum() instead of .mean().",
            ),
            (
                each(
                    lambda distances, near, counts, fair: (
                        distances.argmin(dim=1).bincount(minlength=len(counts)) >= fair / 5
                    ).sum()
                ),
                "each fake counts for its nearest cloud, however far away that is: only a distance below 0.15 is near.",
            ),
        ],
        otherwise="of 800 fakes 170, 100, 60, 20, 19 and 3 lie in six of eight clouds, the others in none. A fifth of "
        f"the fair share is 20, so 4 clouds count; you count {got[0]:g}.",
    )
    passed("a cloud counts when at least a fifth of its fair share of the fakes lies near its centre.")


def _scattered(centres: torch.Tensor, counts: list[int], total: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``total`` fakes, ``counts`` of them near each of ``centres``, the others nearest to the last, but not near it."""
    near = centres.repeat_interleave(torch.tensor(counts), dim=0)
    far = 0.8 * centres[-1:].repeat(total - len(near), 1)
    fakes = torch.cat([near, far])
    return fakes[torch.randperm(total)] + 0.01 * torch.randn(total, 2).clamp(-2, 2), centres


@exercise(
    "Draw your points before you check them: plots.points(my_data(500, torch.Generator())) shows whether they make the "
    "shape that you mean, inside the picture.",
    "Begin as the text says, with angle = 2 * torch.pi * torch.rand(count, generator=random), one number for each "
    "point. Then x and y are made of it.",
    "A circle is x, y = 0.8 * angle.cos(), 0.8 * angle.sin(). Let that pass first, then put a radius in the place of "
    "0.8 that depends on the angle.",
)
def check_points(draw: Callable[[int, torch.Generator], torch.Tensor]) -> None:
    """The game: ``draw(count, random)`` returns random points (count, 2) inside the square from -1.6 to 1.6."""
    random = torch.Generator().manual_seed(0)
    points = run(draw, 200, random)
    expect_tensor(points, "your data set")
    if points.shape == (2, 200):
        fail("x and y are the rows, they should be the columns: torch.stack([x, y], dim=1).")
    expect_shape(points, (200, 2), "the points")
    if not points.is_floating_point():
        fail(f"the points have type {points.dtype}; coordinates are floats.")
    if not points.isfinite().all():
        fail("some coordinates are NaN or infinite: look for a division by 0 or a root of a negative number.")
    if points.abs().max() > 1.6:
        fail(f"the points reach {points.abs().max():.1f}; the picture ends at 1.6. Make the shape smaller.")
    if torch.equal(points, run(draw, 200, random)):
        fail("two calls give the same points: draw them at random, with torch.rand(count, generator=random).")
    if not torch.equal(points, run(draw, 200, torch.Generator().manual_seed(0))):
        fail("with the same random it should draw the same points again: torch.rand(count, generator=random).")
    if len(points.unique(dim=0)) < 100:
        fail("many points are the same: a data set for a GAN is a shape with many different points.")
    passed("your data set gives fresh random points of shape (count, 2), all inside the picture.")
