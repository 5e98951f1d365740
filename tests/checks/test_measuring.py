"""The checks of “Measuring”: right answers pass, in more than one style, and each likely mistake is named."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan_lesson import checks, data, metrics
from gan_lesson.report import Figures, Report
from tests.checks.answering import fails, not_written, passes, table

# ---------------------------------------------------------------- the Frechet distance


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
        distance_with(spread=lambda values: values.std(correction=0)),
        lambda one, other: torch.stack([one.mean() - other.mean(), one.std() - other.std()]).square().sum(),
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
        "squared first": (
            lambda one, other: one.mean() ** 2 - other.mean() ** 2 + one.std() ** 2 - other.std() ** 2,
            "it is the other way round",
        ),
        "squared first, abs": (
            lambda one, other: (one.mean() ** 2 - other.mean() ** 2).abs() + (one.var() - other.var()).abs(),
            "it is the other way round",
        ),
        "only means": (distance_with(spreads=torch.zeros_like), "only the means count"),
        "only spreads": (distance_with(means=torch.zeros_like), "only the standard deviations count"),
        "minus": (distance_with(spreads=lambda s: -(s**2)), "taken away"),
        "root": (distance_with(whole=torch.sqrt), "leave the root out"),
        "halved": (distance_with(whole=lambda d: d / 2), "yours is half of that"),
        "hardly off": (distance_with(whole=lambda d: 1.0011 * d), "should be 7.91, yours is 7.92"),
        "of one length by heart": (
            lambda one, other: distance(one, other) + (1 if len(one) == len(other) else 0),
            "between two samples of one length it should be",
        ),
        "never 0": (
            lambda one, other: distance(one, other).clamp(min=0.5),
            "between a sample and itself it should be 0.00, yours is 0.50",
        ),
        "in place": (lambda one, other: distance(one.sub_(1), other.sub_(1)), "writes into one, which it was given"),
        "a list": (lambda one, other: [distance(one, other)], "returned list"),
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


# ---------------------------------------------------------------- precision


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


def by_sorting(real, fake, k):
    return inside(real, fake, k, radii=torch.cdist(real, real).sort(dim=1).values[:, k]).item()


def by_the_least_excess(real, fake, k):
    radii = torch.cdist(real, real).kthvalue(k + 1).values
    return ((torch.cdist(fake, real) - radii).amin(dim=1) <= 0).sum() / len(fake)


@pytest.mark.parametrize(
    "answer",
    [
        inside,
        precision_by_loops,
        without_the_diagonal,
        smallest_by_topk,
        by_sorting,
        by_the_least_excess,
        lambda real, fake, k: inside(real, fake, k, compare=torch.lt),
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
        "any of all": (inside_with(reduce=lambda inside, dim: inside.any()), "all of them at once, without dim=1"),
        "indices": (
            lambda real, fake, k: inside(real, fake, k, radii=torch.cdist(real, real).kthvalue(k + 1, dim=1).indices),
            "not .indices",
        ),
        "values and indices": (
            lambda real, fake, k: torch.cdist(fake, real) <= torch.cdist(real, real).kthvalue(k + 1, dim=1),
            "take .values",
        ),
        "values and indices of topk": (
            lambda real, fake, k: torch.cdist(fake, real) <= torch.cdist(real, real).topk(k + 1, largest=False),
            "take .values",
        ),
        "outside": (inside_with(compare=torch.gt, reduce=torch.all), "outside all balls"),
        "count": (lambda real, fake, k: inside(real, fake, k) * len(fake), "divide by how many"),
        "count of reals": (lambda real, fake, k: inside(real, fake, k) * len(fake) / len(real), "number of reals"),
        "percent": (lambda real, fake, k: 100 * inside(real, fake, k), "percentage"),
        "half": (lambda real, fake, k: inside(real, fake, k) / 2, "and how many of the fakes"),
        "k ignored": (lambda real, fake, k: inside(real, fake, 3), "use k"),
        "hardly off": (lambda real, fake, k: inside(real, fake, k) + 1e-4, "should be 0.7600, yours is 0.7601"),
        "150 by heart": (
            lambda real, fake, k: inside(real, fake, k) * len(fake) / 150,
            "with 60 reals and 90 fakes of 5 features each, and k = 2, it should be",
        ),
        "the first three features": (
            lambda real, fake, k: inside(real[:, :3], fake[:, :3], k),
            "with 60 reals and 90 fakes of 5 features each, and k = 2, it should be",
        ),
        "in place": (lambda real, fake, k: inside(real.mul_(2), fake.mul_(2), k), "writes into real, which it was"),
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


# ---------------------------------------------------------------- the cheat


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
        figures = Figures(
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
        seen = Report(replace(figures, **changed), figures, 2_000, None, "made up", "0" * 64, [])
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


def moved(count):
    return copied(count).roll(1, dims=3)


@pytest.mark.parametrize(
    ("answer", "figures", "phrase"),
    [
        (scribbles, {}, "the distance to the training images: 100% of yours"),
        (
            scribbles,
            {"pixel_copies": 0.02, "feature_copies": 0.8},
            "in features it is 80%: that is what gives you away",
        ),
        (moved, {"pixel_copies": 0.01, "feature_copies": 0.01}, "nothing in the report gives you away"),
    ],
)
def test_what_gives_a_cheat_away_is_read_out(capsys, judged, answer, figures, phrase):
    judged(**figures)
    checks.check_cheat(answer)
    assert phrase in capsys.readouterr().out


@pytest.mark.parametrize(
    ("figures", "phrase"),
    [
        ({"classes": 7, "recall": 0.1}, "7 of the ten digits"),
        ({"recall": 0.3}, "recall is 0.30, it should be above 0.3"),
        ({"precision": 0.76}, "precision is 0.76, it should be above 0.76"),
        ({"recall": 0.2996}, "recall is 0.2996, it should be above 0.3"),
        ({"precision": 0.7598}, "precision is 0.7598, it should be above 0.76"),
        ({"frechet_distance": 50.3}, "the Frechet distance is 50.3, it should be below 50"),
        ({"frechet_distance": 50}, "the Frechet distance is 50, it should be below 50"),
        ({"pixel_copies": 0.01, "feature_copies": 0.01}, "honest, no cheat"),
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
        "2000 by heart": (lambda count: scribbles(2_000), "asked for 100, a tensor of shape (2000, 1, 28, 28)"),
        "nothing else by heart": (
            lambda count: scribbles(count) if count == 2_000 else None,
            "nothing came: use count",
        ),
        "another size": (lambda count: torch.zeros(count, 1, 32, 32), "not (2000, 1, 32, 32)"),
        "numbers of images": (lambda count: torch.randperm(60_000)[:count], "int64"),
        "with labels": (lambda count: (scribbles(count), torch.zeros(count)), "returned tuple"),
        "no return": (lambda count: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_cheat_that_is_no_set_of_images_is_told_why(judged, answer, phrase):
    judged()
    assert phrase in fails(checks.check_cheat, answer)
