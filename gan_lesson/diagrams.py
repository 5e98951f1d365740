"""Diagrams: a network's layers, who makes what of what in a GAN, and the map of the course."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.patheffects import Normal, Stroke

from .picture import DISCRIMINATOR, FAKE, GENERATOR, GUIDE, INK, REAL, Picture, usual_look


@usual_look
def layer_widths(widths: Sequence[int], *, names: Sequence[str], colour: str, alt: str) -> Picture:
    """The layers of a fully connected network as bars whose height is their number of values, wired to the next."""
    picture = Picture(alt, 7, 2.6)
    axes = picture.add_subplot()
    axes.set_axis_off()
    tallest = max(widths)
    for index, (width, name) in enumerate(zip(widths, names, strict=True)):
        height = max(width / tallest, 0.012)
        axes.add_patch(
            FancyBboxPatch((index - 0.06, -height / 2), 0.12, height, boxstyle="round,pad=0.01", color=colour)
        )
        axes.text(index, -0.62, f"{width}", ha="center", va="top", fontsize=11, weight="bold", color=INK)
        axes.text(index, -0.75, name, ha="center", va="top", fontsize=9, color=INK)
        if index:
            before = max(widths[index - 1] / tallest, 0.012)
            axes.fill(
                [index - 0.93, index - 0.07, index - 0.07, index - 0.93],
                [before / 2, height / 2, -height / 2, -before / 2],
                color=colour,
                alpha=0.15,
                linewidth=0,
            )
    axes.set(xlim=(-0.5, len(widths) - 0.5), ylim=(-0.95, 0.55))
    return picture


@usual_look
def gan_diagram(highlight: str | None = None, *, noise: str = "(N, 100)", data: str = "(N, 1, 28, 28)") -> Picture:
    """Who makes what of what, and who learns from whose loss; ``highlight`` is None, "generator" or "discriminator".

    ``noise`` and ``data`` are the shapes that its boxes name, those of the digits if not given.
    """
    words = {
        None: "Both players.",
        "generator": "The generator's update is lit.",
        "discriminator": "The discriminator's update is lit.",
    }
    if highlight not in words:
        raise ValueError(f"highlight must be one of {list(words)}, got {highlight!r}")
    picture = Picture(
        "Diagram. Noise z goes into the generator, which makes fakes. Fakes and reals go into the discriminator, which "
        "gives a score. The score makes two losses: the discriminator's flows back into the discriminator, the "
        "generator's flows back through the discriminator and the fakes into the generator. " + words[highlight],
        8,
        3.4,
    )
    axes = picture.add_subplot()
    axes.set_axis_off()
    axes.set(xlim=(-0.2, 10.6), ylim=(-2.35, 2.35))
    lit_g, lit_d = highlight in (None, "generator"), highlight in (None, "discriminator")
    _box(axes, 0.7, 1, f"noise z\n{noise}", INK, filled=False)
    _box(axes, 2.9, 1, "Generator\nG", GENERATOR)
    _box(axes, 5.1, 1, f"fakes G(z)\n{data}", FAKE, filled=False)
    _box(axes, 5.1, -1, f"reals x\n{data}", REAL, filled=False)
    _box(axes, 7.4, 0, "Discriminator\nD", DISCRIMINATOR)
    _box(axes, 9.6, 0, "score\n0 fake, 1 real", INK, filled=False)
    for start, end in [
        ((1.5, 1), (2.05, 1)),
        ((3.75, 1), (4.2, 1)),
        ((6.0, 0.65), (6.6, 0.1)),
        ((6.0, -0.65), (6.6, -0.1)),
        ((8.25, 0), (8.8, 0)),
    ]:
        _arrow(axes, start, end, INK)
    _arrow(axes, (9.5, -0.55), (7.4, -0.6), DISCRIMINATOR, bend=-0.45, alpha=1 if lit_d else 0.15)
    axes.text(
        8.5,
        -1.62,
        "loss of D:\ncall reals 1, fakes 0",
        ha="center",
        va="center",
        fontsize=9,
        color=DISCRIMINATOR,
        alpha=1 if lit_d else 0.15,
    )
    alpha = 1 if lit_g else 0.15
    way = [(8.75, 0.36), (7.1, 0.36), (6.5, 0.36), (6.5, 1.36), (5.8, 1.36), (3.72, 1.36)]
    codes = [Path.MOVETO, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO]
    _way(axes, Path(way, codes), GENERATOR, alpha=alpha)
    axes.text(
        8.9,
        1.2,
        "loss of G:\nhave fakes called 1",
        ha="center",
        va="center",
        fontsize=9,
        color=GENERATOR,
        alpha=alpha,
    )
    return picture


@usual_look
def course_map(stations: Sequence[tuple[float, float, str, int]], passed: Sequence[bool]) -> Picture:
    """Lessons as stations (x, y, name, minutes) in columns x = 0, 1, ..., each column leading to the next."""
    names = [name for _, _, name, _ in stations]
    done = [name for name, is_passed in zip(names, passed, strict=True) if is_passed]
    picture = Picture(
        f"Map of the course, from left to right: {', '.join(names)}. Passed: {', '.join(done) or 'none yet'}.", 10, 3.6
    )
    axes = picture.add_subplot()
    axes.set_axis_off()
    wide, high = 2.1, 1.3  # from column to column, and from row to row
    axes.set(xlim=(-0.9, wide * max(x for x, *_ in stations) + 0.9), ylim=(-1.9, 1.9))
    for x, y, *_ in stations:
        for to_x, to_y, *_ in stations:
            if to_x == x + 1:
                _arrow(axes, (wide * x + 0.84, high * y), (wide * to_x - 0.84, high * to_y), GUIDE)
    for (x, y, name, minutes), is_passed in zip(stations, passed, strict=True):
        text = f"{textwrap.fill(name, 13)}\n{'✓ passed' if is_passed else f'{minutes} minutes'}"
        _box(axes, wide * x, high * y, text, REAL, filled=is_passed)
    return picture


def _box(axes, x: float, y: float, text: str, colour: str, filled: bool = True) -> None:
    box = FancyBboxPatch(
        (x - 0.72, y - 0.42),
        1.44,
        0.84,
        boxstyle="round,pad=0.08",
        linewidth=2,
        edgecolor=colour,
        facecolor=colour if filled else "white",
    )
    axes.add_patch(box)
    axes.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=9,
        color="white" if filled else INK,
        weight="bold" if filled else "normal",
    )


def _arrow(axes, start, end, colour: str, bend: float = 0.0, alpha: float = 1.0) -> None:
    style = f"arc3,rad={bend}"
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=style,
            arrowstyle="-|>",
            mutation_scale=14,
            linewidth=2,
            color=colour,
            alpha=alpha,
        )
    )


def _way(axes, path: Path, colour: str, alpha: float = 1.0) -> None:
    """An arrow along ``path``, in front of the boxes that it leads through, with a white rim to stand out from them."""
    rim = [Stroke(linewidth=5, foreground="white", alpha=alpha), Normal()]
    axes.add_patch(
        FancyArrowPatch(
            path=path,
            arrowstyle="-|>",
            mutation_scale=14,
            linewidth=2,
            color=colour,
            alpha=alpha,
            zorder=3,
            path_effects=rim,
        )
    )
