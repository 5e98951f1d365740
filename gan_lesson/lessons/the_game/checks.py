"""The exercises of the lesson "The game"."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ... import toy
from ...checks.answer import double, expect_float32, expect_shape, expect_tensor, number, run
from ...checks.chance import expect_bell
from ...checks.comparison import compare
from ...checks.exercise import exercise, fail, passed
from ...checks.networks import flat
from ...checks.patience import Patience
from ...checks.stage import Pair, Player
from ...randomness import seeded
from ...training import update_discriminator, update_generator


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
    stage, reals = _played(play, steps, toy.moons)
    g, d = stage.generator, stage.discriminator
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
    _expect_both_to_learn(stage, reals)
    d.expect_left_as_it_was()
    g.expect_left_as_it_was()
    fewer, _ = _played(play, 3, toy.ring)
    if fewer.turns != "dg" * 3:
        fail(f"with steps=5 it is right, but with steps=3 there are {len(fewer.turns) / 2:g}: loop over range(steps).")
    passed("each step is a turn of the discriminator, then one of the generator, each on fresh points.")


def _stage() -> Pair:
    with seeded(0):
        return Pair(toy.PointGenerator(hidden=8), toy.PointDiscriminator(hidden=8))


def _played(play: Callable, steps: int, data_set: Callable[[int], torch.Tensor]) -> tuple[Pair, list[torch.Tensor]]:
    """The stage after the learner's game, and the reals that were drawn for it."""
    stage, reals = _stage(), []

    def draw_reals(count: int) -> torch.Tensor:
        drawn = data_set(count)
        reals.append(drawn.clone())
        return drawn

    given = *stage.networks, stage.generator.optimizer, stage.discriminator.optimizer, draw_reals, steps
    run(play, *given, advice=_ADVICE, patience=Patience(50_000, updates=100))
    return stage, reals


def _expect_both_to_learn(stage: Pair, reals: list[torch.Tensor]) -> None:
    """Both moved in the direction in which the library's updates, with the same noise and reals, would move them."""
    again, noise, real = _stage(), None, None
    for player, seen, _ in stage.events:
        if seen is not None and player == "generator":
            noise = seen
        elif seen is not None:
            real = next((one for one in reals if torch.isin(one, seen).all()), real)
        elif noise is None or real is None:
            fail(
                "D took a turn without reals, or before G had made a fake: update_discriminator takes reals and noise."
            )
        elif player == "generator":
            update_generator(*again.networks, again.generator.optimizer, noise)
        else:
            update_discriminator(*again.networks, again.discriminator.optimizer, real, noise)
    begin = _stage()
    for name, asked in (
        ("discriminator", "its reals count as 1 and G's fakes as 0, both in one turn"),
        ("generator", "its fakes should count as 1, for it wants to be taken for real"),
    ):
        there, yours, theirs = (flat(getattr(one, name).network) for one in (begin, stage, again))
        if torch.cosine_similarity(yours - there, theirs - there, dim=0) < 0.9:
            fail(
                f"the turns are right, but the {name} goes elsewhere than update_{name} leads it: {asked}, and old "
                "gradients are cleared first. Call the two updates as they are."
            )


_ADVICE = [
    ("attribute 'generator'", "update_generator is given no reals: (generator, discriminator, optimizer_g, noise)."),
    (
        "missing 1 required positional argument: 'noise'",
        "update_discriminator is given reals and noise, in this order; update_generator only noise.",
    ),
    ("but got function|'function' object", "draw_reals is a function: draw_reals(256) draws 256 reals."),
    ("expected noise of shape", "Noise for this generator is torch.randn(256, 2)."),
    ("Sizes of tensors must match", "Are the players in their places? Both updates take the generator first."),
    ("100 updates", "A step has one update of D and one of G, and no loop of its own."),
]


def _expect_turns(turns: str, steps: int) -> None:
    right = "DG" * steps
    known = {
        "": "no weights moved: call update_discriminator and update_generator inside the loop.",
        "D" * steps: "only the discriminator learns: let update_generator follow, with optimizer_g.",
        "G" * steps: "only the generator learns, on a map that stands still: let update_discriminator go first.",
        "GD" * steps: "the generator goes first: in the game D learns first, then G, on the map that D has mended.",
        "DG": "there is one turn of each and then it ends: both lines belong inside the loop, with no return there.",
        "D" * steps + "G" * steps: "first D takes all its turns and then G: both updates belong in each round.",
        "D" * steps + "G": "G has a single turn at the end: indent update_generator as far as update_discriminator.",
        "DD" * steps: "optimizer_d makes both steps: for update_generator pass optimizer_g.",
        "GG" * steps: "optimizer_g makes both steps: for update_discriminator pass optimizer_d.",
    }
    if turns != right:
        seen = ", ".join(turns[:6]) + (" ..." if len(turns) > 6 else "")
        fail(known.get(turns, f"in {steps} steps the turns should be D, G, D, G ...; yours are {seen}."))


def _expect_noise(generator: Player, reals: list[torch.Tensor], steps: int) -> None:
    noises = generator.seen
    if sum(map(len, noises)) < 10:
        fail("the generator is given hardly any noise: both updates take torch.randn(256, 2).")
    for noise in noises:
        if any(torch.equal(noise, real) for real in reals):
            fail(
                "the generator was given reals for noise, but the forger never sees an original: update_discriminator "
                "takes the reals first, then the noise, and update_generator only noise."
            )
        if any(torch.equal(noise, fake) for fake in generator.made):
            fail("the generator was given fakes for noise: it makes them itself. Pass torch.randn(256, 2).")
    together = torch.cat(noises)
    if together.min() >= 0:
        fail("the noise has no number below 0: draw it with torch.randn (n as in normal), not with torch.rand.")
    expect_bell(together, "the noise")
    by_player = (noises[0::2], noises[1::2]) if len(noises) == 2 * steps else (noises,)
    if any(len({tuple(noise.flatten().tolist()) for noise in one}) < steps for one in by_player):
        fail("the same noise comes again and again: draw it inside the loop, torch.randn(256, 2) in each call.")


@exercise(
    "Print it piece by piece, for the fakes above: who is near, with a row for each fake and a column for each cloud; "
    "how many are near each cloud; which of these numbers are large enough. Which piece surprises you?",
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
    # farther than 0.3 from each other: no fake is near two of them
    apart = 0.6 * torch.cartesian_prod(torch.arange(-3, 4), torch.arange(-3, 4))[:47]
    settings += [(4 * torch.rand(1500, 2) - 2, apart + 0.24 * torch.rand(47, 2) - 0.12)]
    got = torch.stack([_counted(clouds, *setting) for setting in settings])

    def each(count: Callable[[_Tally], float], radius: float = 0.15, power: float = 2.0) -> torch.Tensor:
        """What ``count`` gives in each setting."""
        return torch.stack([double(float(count(_Tally(*setting, radius, power)))) for setting in settings])

    compare(
        got,
        right=each(_enough),
        mistakes=[
            *((each(count), message) for count, message in _MISCOUNTS),
            (
                each(_enough, 0.15**0.5),
                "far too much is near in your count: are the distances still squared? Ask for 0.15 of their root.",
            ),
            (each(_enough, power=1.0), _DISTANCE.format("those along x and along y added")),
            (each(_enough, power=torch.inf), _DISTANCE.format("the longer of those along x and along y")),
            *((each(_enough, radius), _RADIUS.format(f"{radius:g}")) for radius in (0.05, 0.1, 0.2)),
        ],
        otherwise=_EIGHT.format(got[0]) if got[0] != 4 else _MANY.format(got[1]) if got[1] != 8 else _ANYWHERE,
    )
    passed("a cloud counts when at least a fifth of its fair share of the fakes lies near its centre.")


class _Tally:
    """Which of N fakes are near which of K centres: ``near`` (N, K), ``counts`` (K,) and the ``fair`` share of each."""

    def __init__(self, fakes: torch.Tensor, centres: torch.Tensor, radius: float, power: float):
        self.distances = torch.cdist(fakes, centres, p=power)
        self.near = self.distances < radius
        self.counts = self.near.sum(dim=0)
        self.total, self.fair = len(fakes), len(fakes) / len(centres)


def _enough(it: _Tally) -> torch.Tensor:
    return (it.counts >= it.fair / 5).sum()


_FAKES = "you count the fakes near a cloud: near.sum(dim=0) has those of each cloud. How many clouds have enough?"
_MISCOUNTS = [
    (
        lambda it: (it.counts > 0).sum(),
        "a single stray fake is enough for you to count a cloud: ask for a fifth of the fair share.",
    ),
    (
        lambda it: (it.counts > it.fair / 5).sum(),
        "a cloud with a fifth of its fair share, not one fake more, counts as well: >= instead of >.",
    ),
    (lambda it: (it.counts >= it.fair).sum(), "you ask for the whole fair share; a fifth of it is enough."),
    (
        lambda it: (it.counts >= it.total / 5).sum(),
        "you ask for a fifth of all fakes: the fair share of one cloud is len(fakes) / len(centres).",
    ),
    (
        lambda it: (it.counts >= it.counts.sum() / len(it.counts) / 5).sum(),
        "the fair share is one of all fakes, near a cloud or not: len(fakes) / len(centres).",
    ),
    (
        lambda it: (it.counts >= 50).sum(),
        "50 is a fifth of the fair share of 2,000 fakes and 8 clouds. For others it is len(fakes) / len(centres) / 5.",
    ),
    (
        lambda it: (it.counts >= it.total / 8 / 5).sum(),
        "with eight clouds it is right. Other data has other numbers of clouds: len(centres).",
    ),
    (
        lambda it: (it.near.sum(dim=1) >= it.fair / 5).sum(),
        "no cloud has enough in your count. Is near a distance below 0.15, and do you sum along dim=0? That counts the "
        "fakes near each cloud; dim=1 would count the clouds near each fake.",
    ),
    (
        lambda it: it.near.sum() >= it.fair / 5,
        "you ask once, for all clouds together: near.sum(dim=0) has the fakes near each cloud.",
    ),
    (lambda it: it.near.sum(), _FAKES),
    (lambda it: it.near.any(dim=1).sum(), _FAKES),
    (lambda it: len(it.counts), "every cloud counts for you, even those that no fake is near."),
    (
        lambda it: (it.counts >= it.fair / 5).double().mean(),
        "that is the share of the clouds; the check asks for their number: .sum() instead of .mean().",
    ),
    (
        lambda it: (it.distances.argmin(dim=1).bincount(minlength=len(it.counts)) >= it.fair / 5).sum(),
        "each fake counts for its nearest cloud, however far away that is: only a distance below 0.15 is near.",
    ),
]

_EIGHT = (
    "of 800 fakes 170, 100, 60, 20, 19 and 3 lie in six of eight clouds, the others in none. A fifth of the fair share "
    "is 20, so 4 clouds count; you count {:g}."
)
_MANY = (
    "with eight clouds it is right. Of 1,000 fakes and 25 centres a fifth of the fair share is 8, so 8 clouds count; "
    "you count {:g}."
)
_ANYWHERE = (
    "with clouds in a ring or in a grid it is right, but not with 47 centres anywhere: near is a distance below 0.15 "
    "in any direction, and enough is len(fakes) / len(centres) / 5."
)
_RADIUS = "near is a distance below 0.15, not below {}."
_DISTANCE = "your distances are {}: torch.cdist gives those as the crow flies."


def _counted(clouds: Callable, fakes: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    return number(run(clouds, fakes, centres), "your function")


def _scattered(centres: torch.Tensor, counts: list[int], total: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``total`` fakes: ``counts`` of them near each of ``centres``, some only a little nearer than 0.15.

    Of the others a tenth lies a little farther than 0.15 from the last but one, and the rest nearest to the last.
    """
    near = centres.repeat_interleave(torch.tensor(counts), dim=0)
    near = near + _around(torch.linspace(0.02, 0.145, 7).repeat(len(near))[: len(near)])
    beside = centres[-2] + _around(torch.full((total // 10,), 0.17))
    far = 0.8 * centres[-1:].repeat(total - len(near) - len(beside), 1)
    return torch.cat([near, beside, far])[torch.randperm(total)], centres


def _around(distances: torch.Tensor) -> torch.Tensor:
    """A point in any direction at each of these distances."""
    angles = 2 * torch.pi * torch.rand(len(distances))
    return distances[:, None] * torch.stack([angles.cos(), angles.sin()], dim=1)


@exercise(
    "Draw your points before you check them: plots.points(my_data(500, torch.Generator())) shows whether they make the "
    "shape that you mean, inside the picture.",
    "Begin as the text says, with angle = 2 * torch.pi * torch.rand(count, generator=random), one number for each "
    "point. Then x and y are made from it.",
    "A circle is x, y = 0.8 * angle.cos(), 0.8 * angle.sin(). Let that pass first, then put a radius in the place of "
    "0.8 that depends on the angle.",
)
def check_points(draw: Callable[[int, torch.Generator], torch.Tensor]) -> None:
    """The game: ``draw(count, random)`` returns random points (count, 2) inside the square from -1.6 to 1.6."""
    random = torch.Generator().manual_seed(0)
    points = _drawn(draw, 200, random)
    if torch.equal(points, run(draw, 200, random)):
        fail(
            "two calls give the same points: draw them at random, with torch.rand(count, generator=random), and set no "
            "seed inside."
        )
    if not torch.equal(points, run(draw, 200, torch.Generator().manual_seed(0))):
        fail("with the same random it should draw the same points again: torch.rand(count, generator=random).")
    if len(points.unique(dim=0)) < 100:
        fail("many points are the same: a data set for a GAN is a shape with many different points.")
    for count in (1, 2000):
        _drawn(draw, count, torch.Generator().manual_seed(count))
    passed("your data set gives fresh random points of shape (count, 2), all inside the picture.")


def _drawn(draw: Callable, count: int, random: torch.Generator) -> torch.Tensor:
    """The learner's points, of the right shape and type and inside the picture."""
    points = run(draw, count, random, advice=_POINTS_ADVICE)
    expect_tensor(points, "your data set")
    if points.shape == (2, count) != (count, 2):
        fail("x and y are the rows; they should be the columns: torch.stack([x, y], dim=1).")
    expect_shape(points, (count, 2), f"with count={count} the points")
    if not points.is_floating_point():
        fail(f"the points have type {points.dtype}; coordinates are floats.")
    expect_float32(points, "the points")
    if not points.isfinite().all():
        fail("some coordinates are NaN or infinite: look for a division by 0 or a root of a negative number.")
    if points.abs().max() > 1.6:
        fail(f"the points reach {points.abs().max():.1f}; the picture ends at 1.6. Make the shape smaller.")
    return points


_POINTS_ADVICE = [
    (
        r"torch\._C\.Generator",
        "random is what torch.rand draws from; hand it on by its name: torch.rand(count, generator=random).",
    ),
]
