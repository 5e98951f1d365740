"""Points in the plane, real and fake, and what the discriminator makes of each place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle

from ..picture import FAKE, INK, REAL, Picture, usual_look
from ..shapes import check_points
from .axes import name_above

#: From "surely fake" (magenta) over "can't tell" (white) to "surely real" (teal).
SCORE_COLOURS = LinearSegmentedColormap.from_list("score", [FAKE, "#ffffff", REAL])


@usual_look
def points(
    real: torch.Tensor,
    fake: torch.Tensor | None = None,
    *,
    score_map: torch.Tensor | None = None,
    half_width: float = 1.6,
    title: str = "",
    alt: str = "",
) -> Picture:
    """Points (N, 2) of the data and the generator on the heat map of the discriminator's score (`toy.score_map`)."""
    picture = Picture(alt or "Real points, fakes and the discriminator's score in the plane", 5, 4.2)
    axes = picture.add_subplot()
    axes.set_title(title, fontsize=11)
    draw_points(picture, axes, real, fake, score_map, half_width)
    return picture


@usual_look
def score_maps(maps: Mapping[str, torch.Tensor], *, half_width: float = 1.6, alt: str) -> Picture:
    """Maps of scores, each as `toy.score_map` gives one, side by side under their names."""
    picture = Picture(alt, 3.4 * len(maps) + 1, 3.6)
    axes = [picture.add_subplot(1, len(maps), 1 + index) for index in range(len(maps))]
    for place, (name, score_map) in zip(axes, maps.items(), strict=True):
        place.set_title(name, fontsize=11)
        draw_points(picture, place, None, None, score_map, half_width, legend=False)
    picture.colorbar(axes[0].images[0], ax=axes, label="score: 0 fake, 1 real", shrink=0.8)
    return picture


@usual_look
def balls(
    real: torch.Tensor,
    fakes: Mapping[str, torch.Tensor],
    radii: Callable[[torch.Tensor], torch.Tensor],
    *,
    half_width: float = 1.6,
    alt: str,
) -> Picture:
    """Precision and recall in the plane, a column for each set of ``fakes`` (title -> points (M, 2)).

    Above, balls around the reals (N, 2), and which fakes lie in one: their share is precision. Below, balls around the
    fakes, and which reals lie in one: recall. ``radii`` gives points (N, 2) a radius each, (N,), as
    `gan_lesson.metrics.neighbour_radii` does.
    """
    picture = Picture(alt, 3 * len(fakes), 6.8)
    for column, (title, fake) in enumerate(fakes.items()):
        roles = [(real, REAL, "real", fake, FAKE, "fake"), (fake, FAKE, "fake", real, REAL, "real")]
        for row, (centres, colour, kind, others, other_colour, other_kind) in enumerate(roles):
            axes = picture.add_subplot(2, len(fakes), row * len(fakes) + column + 1)
            _draw_balls(axes, centres, radii(centres), colour)
            inside = (torch.cdist(others, centres) <= radii(centres)).any(dim=1)
            look = {"zorder": 3, "linewidths": 0.9}
            axes.scatter(*_coordinates(others[inside]), s=13, color=other_colour, label=f"{other_kind} inside", **look)
            axes.scatter(*_coordinates(others[~inside]), s=20, color=INK, marker="x", label="outside", **look)
            axes.set(
                xlim=(-half_width, half_width), ylim=(-half_width, half_width), aspect="equal", xticks=[], yticks=[]
            )
            if column == 0:
                axes.set_ylabel(f"balls around each {kind}")
                axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, frameon=False, fontsize=9)
            if row == 0:
                axes.set_title(title, fontsize=10)
    return picture


def _draw_balls(axes, centres: torch.Tensor, radii: torch.Tensor, colour: str) -> None:
    axes.scatter(*_coordinates(centres), s=3, color=colour, linewidths=0)
    for (x, y), radius in zip(centres.tolist(), radii.tolist(), strict=True):
        axes.add_patch(Circle((x, y), radius, facecolor=(colour, 0.1), edgecolor=(colour, 0.5), linewidth=0.5))


def draw_points(picture, axes, real, fake, score_map, half_width, legend=True) -> None:
    square = (-half_width, half_width)
    if score_map is not None:
        colours = axes.imshow(
            score_map.detach().cpu().numpy(),
            origin="lower",
            extent=square * 2,
            vmin=0,
            vmax=1,
            cmap=SCORE_COLOURS,
            alpha=0.6,
            interpolation="bilinear",
        )
        if legend:
            picture.colorbar(colours, ax=axes, label="score of D: 0 fake, 1 real", shrink=0.8)
    if real is not None:
        axes.scatter(*_coordinates(real), s=8, color=REAL, label="real", marker="o", linewidths=0)
    if fake is not None:
        axes.scatter(*_coordinates(fake), s=14, color=FAKE, label="fake", marker="x", linewidths=0.8)
    axes.set(xlim=square, ylim=square, aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    if legend and (real is not None or fake is not None):
        name_above(axes)


def _coordinates(points: torch.Tensor) -> np.ndarray:
    check_points(points)
    return points.detach().cpu().T.numpy()
