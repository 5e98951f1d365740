"""The checks of “The game”: right answers pass, in more than one style, and each likely mistake is named."""

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from gan_lesson import checks, toy
from gan_lesson.training import update_discriminator, update_generator
from tests.checks.answering import fails, not_written, passes, table

# ---------------------------------------------------------------- playing by hand


def noise():
    return torch.randn(256, 2)


def play(g, d, optimizer_g, optimizer_d, draw_reals, steps):
    for _ in range(steps):
        update_discriminator(g, d, optimizer_d, draw_reals(256), noise())
        update_generator(g, d, optimizer_g, noise())


def the_same_noise_for_both(g, d, optimizer_g, optimizer_d, draw_reals, steps):
    for _ in range(steps):
        both = torch.randn(100, 2)
        update_discriminator(g, d, optimizer_d, draw_reals(100), both)
        update_generator(g, d, optimizer_g, both)


def by_hand(g, d, optimizer_g, optimizer_d, draw_reals, steps):
    ones, zeros = torch.ones(64, 1), torch.zeros(64, 1)
    for _ in range(steps):
        optimizer_d.zero_grad()
        (bce(d(draw_reals(64)), ones) + bce(d(g(torch.randn(64, 2)).detach()), zeros)).backward()
        optimizer_d.step()
        optimizer_g.zero_grad()
        bce(d(g(torch.randn(64, 2))), ones).backward()
        optimizer_g.step()


def one_batch_of_fakes_for_both(g, d, optimizer_g, optimizer_d, draw_reals, steps):
    """As the tutorial of PyTorch has it: two backward passes for D, and its fakes once more for G."""
    for _ in range(steps):
        optimizer_d.zero_grad()
        logits = d(draw_reals(100))
        bce(logits, torch.ones_like(logits)).backward()
        fakes = g(torch.randn(100, 2))
        logits = d(fakes.detach())
        bce(logits, torch.zeros_like(logits)).backward()
        optimizer_d.step()
        optimizer_g.zero_grad()
        logits = d(fakes)
        bce(logits, torch.ones_like(logits)).backward()
        optimizer_g.step()


def while_counting(g, d, optimizer_g, optimizer_d, draw_reals, steps):
    while steps:
        real, first, second = draw_reals(256), *torch.randn(2, 256, 2)
        update_discriminator(generator=g, discriminator=d, optimizer=optimizer_d, real=real, noise=first)
        update_generator(g, d, optimizer_g, noise=second)
        steps -= 1
        print(steps)


@pytest.mark.parametrize(
    "answer", [play, the_same_noise_for_both, by_hand, one_batch_of_fakes_for_both, while_counting]
)
def test_a_right_game_passes(capsys, answer):
    passes(capsys, checks.check_play, answer)


def playing(*lines):
    """A game whose body is ``lines``, as a learner would write them."""
    names = "generator, discriminator, optimizer_g, optimizer_d, draw_reals, steps"
    code = f"def my_play({names}):\n    for _ in range(steps):\n" + "".join(f"        {line}\n" for line in lines)
    space = {"torch": torch, "toy": toy, "update_discriminator": update_discriminator}
    exec(code, space | {"update_generator": update_generator}, space)
    return space["my_play"]


D = "update_discriminator(generator, discriminator, optimizer_d, draw_reals(256), torch.randn(256, 2))"
WIDE = "12**0.5 * (torch.rand(256, 2) - 0.5)"
G = "update_generator(generator, discriminator, optimizer_g, torch.randn(256, 2))"


def with_fixed(what):
    def my_play(g, d, optimizer_g, optimizer_d, draw_reals, steps):
        reals, once = draw_reals(256), noise()
        for _ in range(steps):
            update_discriminator(g, d, optimizer_d, reals if what == "reals" else draw_reals(256), noise())
            update_generator(g, d, optimizer_g, once if what == "noise" else noise())

    return my_play


def one_after_the_other(g, d, optimizer_g, optimizer_d, draw_reals, steps):
    for _ in range(steps):
        update_discriminator(g, d, optimizer_d, draw_reals(256), noise())
    for _ in range(steps):
        update_generator(g, d, optimizer_g, noise())


def behind_the_loop(g, d, optimizer_g, optimizer_d, draw_reals, steps):
    for _ in range(steps):
        update_discriminator(g, d, optimizer_d, draw_reals(256), noise())
    update_generator(g, d, optimizer_g, noise())


def with_players_of_its_own(_, __, optimizer_g, optimizer_d, draw_reals, steps):
    play(toy.PointGenerator(), toy.PointDiscriminator(), optimizer_g, optimizer_d, draw_reals, steps)


def with_labels(for_reals, for_fakes, for_g, clear=True):
    def my_play(g, d, optimizer_g, optimizer_d, draw_reals, steps):
        def price(logits, label):
            return bce(logits, torch.full_like(logits, label))

        for _ in range(steps):
            if clear:
                optimizer_d.zero_grad()
            fakes = g(torch.randn(100, 2)).detach()
            (price(d(draw_reals(100)), for_reals) + price(d(fakes), for_fakes)).backward()
            optimizer_d.step()
            if clear:
                optimizer_g.zero_grad()
            price(d(g(torch.randn(100, 2))), for_g).backward()
            optimizer_g.step()

    return my_play


def five_steps(g, d, optimizer_g, optimizer_d, draw_reals, steps):
    play(g, d, optimizer_g, optimizer_d, draw_reals, 5)


def left(change):
    def my_play(g, d, *others):
        play(g, d, *others)
        change(g, d)

    return my_play


@table(
    {
        "labels swapped": (with_labels(0.0, 1.0, 1.0), "the discriminator goes elsewhere"),
        "all real": (with_labels(1.0, 1.0, 1.0), "the discriminator goes elsewhere"),
        "G wants to be caught": (with_labels(1.0, 0.0, 0.0), "the generator goes elsewhere"),
        "never cleared": (with_labels(1.0, 0.0, 1.0, clear=False), "old gradients are cleared"),
        "five by heart": (five_steps, "with steps=3 there are 5"),
        "uniform noise, as wide": (
            playing(D.replace("torch.randn(256, 2)", WIDE), G.replace("torch.randn(256, 2)", WIDE)),
            "a box and not a bell",
        ),
        "D left frozen": (left(lambda g, d: d.requires_grad_(False)), "left frozen"),
        "G left in eval": (left(lambda g, d: g.eval()), "generator was left in evaluation mode"),
        "nothing": (playing("pass"), "no weights moved"),
        "only D": (playing(D), "only the discriminator learns"),
        "only G": (playing(G), "a map that stands still"),
        "G first": (playing(G, D), "the generator goes first"),
        "return inside": (playing(D, G, "return"), "no return there"),
        "one after the other": (one_after_the_other, "first D takes all its turns"),
        "G behind the loop": (behind_the_loop, "indent update_generator"),
        "a loop inside": (playing(f"for _ in range(steps): {D}", G), "yours are D, D, D, D, D, G ..."),
        "no end": (playing(f"while True: {D}"), "more than 100 updates"),
        "D's optimizer for both": (playing(D, G.replace("optimizer_g", "optimizer_d")), "pass optimizer_g"),
        "G's optimizer for both": (playing(D.replace("optimizer_d", "optimizer_g"), G), "pass optimizer_d"),
        "optimizers swapped": (
            playing(D.replace("optimizer_d", "optimizer_g"), G.replace("optimizer_g", "optimizer_d")),
            "the other's optimizer",
        ),
        "players of its own": (with_players_of_its_own, "D's optimizer makes its steps, but"),
        "toy.ring": (playing(D.replace("draw_reals", "toy.ring"), G), "no reals were drawn"),
        "reals for noise": (playing(D, G.replace("torch.randn(256, 2)", "draw_reals(256)")), "never sees an original"),
        "noise before reals": (
            playing(
                "x = draw_reals(256)", D.replace("draw_reals(256), torch.randn(256, 2)", "torch.randn(256, 2), x"), G
            ),
            "takes the reals first",
        ),
        "fakes for noise": (
            playing(D, G.replace("torch.randn(256, 2)", "generator(torch.randn(256, 2))")),
            "it makes them itself",
        ),
        "rand": (playing(D.replace("randn", "rand"), G.replace("randn", "rand")), "no number below 0"),
        "narrow noise": (playing(D, G.replace("torch.randn", "0.1 * torch.randn")), "standard deviation"),
        "reals drawn, not shown": (
            playing("draw_reals(256)", D.replace("draw_reals", "toy.ring"), G),
            "the discriminator never saw them",
        ),
        "reals drawn once": (with_fixed("reals"), "fresh reals came in 1 of 5 steps"),
        "noise drawn once": (with_fixed("noise"), "the same noise comes again"),
        "reals for G, too": (playing(D, G.replace("torch.randn", "draw_reals(256), torch.randn")), "is given no reals"),
        "no reals for D": (playing(D.replace("draw_reals(256), ", ""), G), "reals and noise, in this order"),
        "draw_reals not called": (playing(D.replace("(256), ", ", "), G), "draw_reals(256) draws 256"),
        "players swapped": (
            playing(D.replace("generator, discriminator", "discriminator, generator"), G),
            "the generator first",
        ),
        "noise of 100": (playing(D, G.replace("(256, 2)", "(256, 100)")), "torch.randn(256, 2)."),
        "a name misspelt": (playing(D, G.replace("_g,", "_G,")), "optimizer_G"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_game_is_named(answer, phrase):
    assert phrase in fails(checks.check_play, answer)


# ---------------------------------------------------------------- counting the clouds


def my_clouds(fakes, centres):
    distances = torch.cdist(fakes, centres)
    return ((distances < 0.15).sum(dim=0) >= 0.2 * len(fakes) / len(centres)).sum()


def in_a_loop(fakes, centres):
    found = 0
    for centre in centres:
        if ((fakes - centre).norm(dim=1) < 0.15).sum() >= len(fakes) / len(centres) / 5:
            found += 1
    return found


def with_norms(points, middles):
    near = (points[None] - middles[:, None]).norm(dim=-1).lt(0.15)
    return len([one for one in near if one.sum().item() * 5 * len(middles) >= len(points)])


def in_numpy(fakes, centres):
    distances = np.hypot(*(fakes.numpy()[:, None] - centres.numpy()).transpose(2, 0, 1))
    return ((distances < 0.15).mean(axis=0) >= 0.2 / len(centres)).sum()


@pytest.mark.parametrize(
    "answer",
    [
        my_clouds,
        in_a_loop,
        toy.modes_covered,
        lambda *it: my_clouds(*it).item(),
        lambda *it: my_clouds(*it).float(),
        lambda fakes, centres: my_clouds(fakes.double(), centres.double()),
        with_norms,
        in_numpy,
    ],
)
def test_a_right_count_of_clouds_passes(capsys, answer):
    passes(capsys, checks.check_clouds, answer)


def counting(count):
    """A count of clouds that is made of how many fakes are near each, and of the fair share."""
    return lambda fakes, centres: count(torch.cdist(fakes, centres) < 0.15, len(fakes) / len(centres))


def at_a_distance(of, below=0.15):
    return lambda fakes, centres: ((of(fakes, centres) < below).sum(dim=0) >= len(fakes) / len(centres) / 5).sum()


def squared(fakes, centres):
    return ((fakes[:, None] - centres) ** 2).sum(dim=2)


def overwritten(fakes, centres):
    found = my_clouds(fakes, centres)
    fakes.zero_()
    return found


@table(
    {
        "below 0.1": (at_a_distance(torch.cdist, 0.1), "not below 0.1."),
        "below 0.2": (at_a_distance(torch.cdist, 0.2), "not below 0.2."),
        "below a half": (at_a_distance(torch.cdist, 0.5), "far too much is near"),
        "squared": (at_a_distance(squared), "still squared"),
        "x and y added": (at_a_distance(lambda one, other: torch.cdist(one, other, p=1)), "along x and along y added"),
        "overwritten": (overwritten, "writes into fakes, which it was given"),
        "cut off": (lambda fakes, centres: my_clouds(fakes[:1000], centres), "not with 47 centres anywhere"),
        "always eight": (lambda fakes, centres: 8, "so 4 clouds count; you count 8"),
        "a square": (at_a_distance(lambda one, other: torch.cdist(one, other, p=torch.inf)), "the longer of those"),
        "four": (lambda fakes, centres: 4, "Of 1,000 fakes and 25 centres"),
        "a stray fake": (counting(lambda near, fair: near.any(dim=0).sum()), "a single stray fake"),
        "more than": (counting(lambda near, fair: (near.sum(dim=0) > fair / 5).sum()), ">= instead of >"),
        "the whole share": (counting(lambda near, fair: (near.sum(dim=0) >= fair).sum()), "a fifth of it"),
        "of all fakes": (
            lambda fakes, centres: counting(lambda near, _: (near.sum(0) >= len(fakes) / 5).sum())(fakes, centres),
            "a fifth of all fakes",
        ),
        "a share of the near ones": (
            counting(lambda near, fair: (near.sum(dim=0) >= near.sum() / near.shape[1] / 5).sum()),
            "one of all fakes, near a cloud or not",
        ),
        "50 by heart": (counting(lambda near, fair: (near.sum(dim=0) >= 50).sum()), "50 is a fifth"),
        "8 by heart": (counting(lambda near, fair: (near.sum(dim=0) >= len(near) / 40).sum()), "len(centres)"),
        "along the rows": (counting(lambda near, fair: (near.sum(dim=1) >= fair / 5).sum()), "dim=0"),
        "all clouds at once": (counting(lambda near, fair: (near.sum() >= fair / 5).sum()), "for all clouds together"),
        "fakes": (counting(lambda near, fair: near.sum()), "you count the fakes"),
        "fakes, by any": (counting(lambda near, fair: near.any(dim=1).sum()), "you count the fakes"),
        "all": (lambda fakes, centres: len(centres), "every cloud counts"),
        "the share": (counting(lambda near, fair: (near.sum(dim=0) >= fair / 5).float().mean()), ".sum() instead"),
        "the nearest, however far": (
            lambda fakes, centres: (
                torch.cdist(fakes, centres).argmin(dim=1).bincount(minlength=len(centres))
                >= 0.2 * len(fakes) / len(centres)
            ).sum(),
            "however far away",
        ),
        "eight answers": (counting(lambda near, fair: near.sum(dim=0) >= fair / 5), "shape (8,)"),
        "another radius": (
            lambda fakes, centres: ((torch.cdist(fakes, centres) < 0.001).sum(dim=0) >= 20).sum(),
            "a distance below 0.15",
        ),
        "a wide radius": (
            lambda fakes, centres: ((torch.cdist(fakes, centres) < 0.9).sum(dim=0) >= 30).sum(),
            "so 4 clouds count; you count",
        ),
        "no return": (lambda fakes, centres: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_count_is_named(answer, phrase):
    assert phrase in fails(checks.check_clouds, answer)


# ---------------------------------------------------------------- a data set of one's own


@pytest.mark.parametrize("name", toy.DATASETS)
def test_every_data_set_of_the_library_passes(capsys, name):
    passes(capsys, checks.check_points, toy.DATASETS[name])


def a_flower(count, random):
    angle = 2 * torch.pi * torch.rand(count, generator=random)
    radius = 0.7 + 0.3 * torch.cos(5 * angle)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def one_by_one(count, random):
    points = []
    for _ in range(count):
        x, y = torch.rand(2, generator=random).tolist()
        points.append((2 * x - 1, y / 2))
    return torch.tensor(points)


def in_numpy(count, random):
    angle = torch.rand(count, generator=random).numpy() * 2 * np.pi
    return torch.from_numpy(np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32))


@pytest.mark.parametrize("answer", [a_flower, one_by_one, in_numpy])
def test_right_points_pass(capsys, answer):
    passes(capsys, checks.check_points, answer)


@table(
    {
        "doubles": (
            lambda count, random: torch.rand(count, 2, generator=random).double(),
            "the points have type float64",
        ),
        "200 by heart": (lambda count, random: torch.rand(200, 2, generator=random), "with count=1 the points"),
        "a seed inside": (
            lambda count, random: torch.rand(count, 2, generator=random.manual_seed(1)),
            "set no seed inside",
        ),
        "half of it by chance of its own": (
            lambda count, random: torch.rand(count, 1, generator=random) * torch.rand(count, 2),
            "the same points again",
        ),
        "seldom too far": (
            lambda count, random: 0.42 * torch.randn(count, 2, generator=random).clamp(-4, 4),
            "ends at 1.6",
        ),
        "a pair": (lambda count, random: (torch.rand(count), torch.rand(count)), "tuple, not a tensor"),
        "rows": (lambda count, random: torch.rand(2, count, generator=random), "dim=1"),
        "not the count": (lambda count, random: torch.rand(100, 2, generator=random), "(200, 2), not (100, 2)"),
        "whole": (lambda count, random: torch.randint(2, (count, 2), generator=random), "coordinates are floats"),
        "nan": (lambda count, random: torch.rand(count, 2, generator=random).sub(0.5).sqrt(), "NaN"),
        "too big": (lambda count, random: 5 * torch.rand(count, 2, generator=random), "ends at 1.6"),
        "fixed": (lambda count, random: torch.linspace(0, 1, count)[:, None].repeat(1, 2), "at random"),
        "own randomness": (lambda count, random: torch.rand(count, 2), "generator=random"),
        "corners": (lambda count, random: torch.randint(2, (count, 2), generator=random).float(), "the same"),
        "drawn by the generator": (lambda count, random: random.rand(count, 2), "what torch.rand draws from"),
        "handed on without its name": (lambda count, random: torch.rand(count, random), "hand it on by its name"),
        "no return": (lambda count, random: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_points_is_named(answer, phrase):
    assert phrase in fails(checks.check_points, answer)
