"""A training run at one glance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.ticker import MaxNLocator

from ..picture import DISCRIMINATOR, FAKE, GENERATOR, GUIDE, REAL, Picture, usual_look
from .axes import line_style, name_above, open_axes
from .images import pixels_of, show_pixels, tile
from .plane import draw_points


@usual_look
def training(
    steps: Sequence,
    *,
    samples: torch.Tensor,
    equilibrium: tuple[float, float],
    real: torch.Tensor | None = None,
    score_map: torch.Tensor | None = None,
) -> Picture:
    """A training run at one glance: samples from fixed noise, both losses, and the mean scores D(x) and D(G(z)).

    Before the first step there are samples alone.

    Args:
        steps: the `gan_lesson.training.Step` records so far.
        samples: images (N, C, H, W) in [-1, 1], C 1 or 3, or points (N, 2).
        equilibrium: losses of D and G where D can't tell, drawn as guides.
        real: for points, reals to draw behind them.
        score_map: for points, the discriminator's score in the plane.
    """
    steps = list(steps)
    if not steps:
        picture = Picture("Training before its first step: samples.", 4, 3.6)
        _draw_samples(picture, picture.add_subplot(), samples, real, score_map)
        return picture
    last = steps[-1]
    picture = Picture(
        f"Training after {last.number} steps: samples, losses and scores. Discriminator's loss "
        f"{last.discriminator_loss:.2f}, generator's {last.generator_loss:.2f}; "
        f"D(x) {last.real_score:.2f}, D(G(z)) {last.fake_score:.2f}.",
        10,
        3.4,
    )
    columns = picture.add_gridspec(1, 3, width_ratios=[1, 1.25, 1.25])
    axes = picture.add_subplot(columns[0])
    _draw_samples(picture, axes, samples, real, score_map)
    axes.set_title(f"after {last.number} steps", fontsize=10)

    _draw_losses(open_axes(picture, columns[1]), steps, equilibrium)
    _draw_scores(open_axes(picture, columns[2]), steps)
    return picture


def _draw_samples(picture, axes, samples, real, score_map) -> None:
    if samples.ndim == 2:
        draw_points(picture, axes, real, samples, score_map, 1.6, legend=False)
    else:
        pixels = pixels_of(samples)
        show_pixels(axes, tile(pixels, math.ceil(math.sqrt(len(pixels)))))
    axes.set_title("before the first step", fontsize=10)


def _draw_losses(axes, steps: Sequence, equilibrium: tuple[float, float]) -> None:
    curves = {"discriminator": [s.discriminator_loss for s in steps], "generator": [s.generator_loss for s in steps]}
    colours = {"discriminator": DISCRIMINATOR, "generator": GENERATOR}
    axes.set_title("losses (dotted: equilibrium)", fontsize=10)
    _draw_smoothed(axes, [s.number for s in steps], curves, colours)
    for value, colour in zip(equilibrium, (DISCRIMINATOR, GENERATOR), strict=True):
        axes.axhline(value, color=colour, linewidth=1, linestyle=":")


def _draw_scores(axes, steps: Sequence) -> None:
    curves = {"D(x), reals": [s.real_score for s in steps], "D(G(z)), fakes": [s.fake_score for s in steps]}
    axes.set_title("mean score (dotted: can't tell)", fontsize=10)
    _draw_smoothed(axes, [s.number for s in steps], curves, {"D(x), reals": REAL, "D(G(z)), fakes": FAKE})
    axes.axhline(0.5, color=GUIDE, linewidth=1, linestyle=":")
    axes.set_ylim(0, 1)


def _draw_smoothed(axes, x: Sequence[int], curves: Mapping[str, Sequence[float]], colours: Mapping[str, str]) -> None:
    """Each curve pale, and in full colour its mean over windows of a fiftieth of its length."""
    for index, (name, values) in enumerate(curves.items()):
        window = max(1, len(values) // 50)
        if window > 1:
            axes.plot(
                x[:: max(1, len(x) // 1500)],
                values[:: max(1, len(x) // 1500)],
                color=colours[name],
                alpha=0.2,
                linewidth=0.6,
            )
        whole = len(values) // window * window
        mean = np.asarray(values[:whole]).reshape(-1, window).mean(axis=1)
        axes.plot(
            np.asarray(x[:whole])[window - 1 :: window],
            mean,
            linestyle=line_style(index),
            color=colours[name],
            label=name,
        )
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("step")
    name_above(axes)
