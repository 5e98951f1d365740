"""What the tests of charts draw, and how they read it off again."""

import torch

from gan_lesson import losses, plots
from gan_lesson.training import Step


def steps(count: int) -> list[Step]:
    return [
        Step(n, 1 + 1 / n, 0.5, 0.5 + 1 / n, 2 - 1 / n, 0.6 + 0.1 / n, 0.4 - 0.1 / n, 64 * n)
        for n in range(1, count + 1)
    ]


def images(count: int) -> torch.Tensor:
    return torch.linspace(-1, 1, count * 784).view(count, 1, 28, 28)


SPOTS = torch.linspace(-1, 1, 40).view(20, 2)
MAP = torch.linspace(0, 1, 100).view(10, 10)
EQUILIBRIUM = (1.386, 0.693)

MOMENTS = [
    {"seconds": 10**n, "frechet_distance": 1000 / 10**n, "precision": 0.2 * n, "recall": 0.1 * n} for n in range(4)
]


def in_colour(count: int) -> torch.Tensor:
    return torch.linspace(-1, 1, count * 60).view(count, 3, 4, 5)


def radius_of_one(points: torch.Tensor) -> torch.Tensor:
    return torch.ones(len(points))


PICTURES = {
    "image_grid": lambda: plots.image_grid(images(7)),
    "image_grid of one": lambda: plots.image_grid(images(1)),
    "image_grid with titles": lambda: plots.image_grid(
        images(5), columns=5, titles=["zero", "one", "two", "three", "4"]
    ),
    "image_grid with rows": lambda: plots.image_grid(images(6), columns=3, rows=["reals", "the fakes of a long name"]),
    "image_grid in colour": lambda: plots.image_grid(in_colour(5), titles=list("abcde")),
    "moments in colour": lambda: plots.moments(in_colour(8).view(2, 4, 3, 4, 5), titles=["epoch 0", "epoch 40"]),
    "training on images in colour": lambda: plots.training(steps(9), samples=in_colour(4), equilibrium=EQUILIBRIUM),
    "moments": lambda: plots.moments(images(18).view(2, 9, 1, 28, 28), titles=["epoch 0", "epoch 40"]),
    "lines": lambda: plots.lines(
        [0, 1, 2],
        {"minimax": [3, 2, 1], "non-saturating": [1, 2, 3]},
        xlabel="score D(G(z))",
        ylabel="generator's loss",
        alt="Two curves",
        guides={"equilibrium": 3.0, "a blind discriminator": 1.0},
        marker=1,
    ),
    "bars": lambda: plots.bars(range(10), [5923, 6742] * 5, xlabel="digit", ylabel="images", alt="Ten bars"),
    "quality": lambda: plots.quality(
        {"article": [MOMENTS], "quick": [MOMENTS[1:], MOMENTS[:2]]},
        x="seconds",
        xlabel="seconds of training",
        floor=MOMENTS[-1],
        alt="Three panels",
        logarithmic="xy",
    ),
    "generator_losses": lambda: plots.generator_losses(
        {name: loss.generator for name, loss in losses.LOSSES.items()}, logit=-4.0
    ),
    "histogram": lambda: plots.histogram(
        {"real": images(2), "fake": images(3)}, xlabel="value of a pixel", alt="Two histograms", guides={"grey": 0.0}
    ),
    "scores": lambda: plots.scores(images(12), torch.linspace(0, 1, 12).view(12, 1)),
    "points": lambda: plots.points(SPOTS, SPOTS / 2, score_map=MAP, title="after 1000 steps"),
    "points of the data alone": lambda: plots.points(SPOTS),
    "score_maps": lambda: plots.score_maps(
        {"the best scores": MAP, "the trained one's": MAP}, alt="Two maps of scores"
    ),
    "balls": lambda: plots.balls(
        SPOTS, {"near\nby": SPOTS + 0.1, "far": SPOTS + 3}, radius_of_one, alt="Balls in four panels"
    ),
    "balls of one set": lambda: plots.balls(SPOTS, {"near by": SPOTS}, radius_of_one, alt="Balls in two panels"),
    "training on images": lambda: plots.training(steps(120), samples=images(36), equilibrium=EQUILIBRIUM),
    "training on points": lambda: plots.training(
        steps(120), samples=SPOTS, equilibrium=EQUILIBRIUM, real=SPOTS, score_map=MAP
    ),
    "training before its first step": lambda: plots.training([], samples=images(4), equilibrium=EQUILIBRIUM),
}


def labelled(axes) -> dict[str, object]:
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def guides(axes) -> list[float]:
    return [
        line.get_ydata()[0]
        for line in axes.lines
        if line.get_label().startswith("_child") and len(set(line.get_ydata())) == 1
    ]
