"""Curves, bars and histograms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.ticker import LogLocator, NullFormatter

from ..modes import learning
from ..picture import FAKE, GUIDE, INK, REAL, Picture, usual_look
from .axes import line_style, name_above, open_axes


@usual_look
def lines(
    x: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    colours: Mapping[str, str] | None = None,
    guides: Mapping[str, float] | None = None,
    ylim: tuple[float, float] | None = None,
    marker: float | None = None,
    logarithmic: str = "",
) -> Picture:
    """Curves over a common ``x``, named in a legend; ``guides`` are labelled horizontals, ``marker`` is a vertical.

    ``colours`` are those of curves and guides, by their names.
    ``logarithmic`` names the axes whose marks multiply instead of adding: "x", "y" or "xy".
    """
    picture = Picture(alt, 7, 3.2)
    axes = open_axes(picture)
    _draw_lines(axes, x, curves, colours or {}, guides or {})
    axes.set(xlabel=xlabel, ylabel=ylabel, ylim=ylim)
    _make_logarithmic(axes, logarithmic)
    if marker is not None:
        axes.axvline(marker, color=GUIDE, linewidth=1)
    return picture


def _draw_lines(axes, x, curves, colours, guides) -> None:
    for index, (name, values) in enumerate(curves.items()):
        axes.plot(
            x,
            values,
            label=name,
            color=colours.get(name, f"C{index}"),
            linestyle=line_style(index),
        )
    for name, value in guides.items():
        axes.axhline(value, color=colours.get(name, GUIDE), linewidth=1, linestyle=":")
        axes.annotate(
            name, (1, value), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=9, color=INK
        )
    if len(curves) > 1:
        name_above(axes)


@usual_look
def bars(
    names: Sequence, values: Sequence[float], *, xlabel: str, ylabel: str, alt: str, value_format: str = "{:,.0f}"
) -> Picture:
    """One bar a name, with its value above it."""
    picture = Picture(alt, 7, 2.8)
    axes = open_axes(picture)
    axes.bar_label(axes.bar([str(name) for name in names], values, color=REAL), fmt=value_format, fontsize=9)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    return picture


@usual_look
def histogram(
    values: Mapping[str, torch.Tensor],
    *,
    xlabel: str,
    alt: str,
    bins: int = 60,
    guides: Mapping[str, float] | None = None,
) -> Picture:
    """Histograms of one or more tensors over common bins, as shares of each tensor's values.

    ``guides`` are labelled verticals.
    """
    empty = [name for name, value in values.items() if not value.numel()]
    if empty or not values:
        raise ValueError(f"there are no values to show of {empty or 'anything'}")
    values = {name: value.detach().flatten().float().cpu() for name, value in values.items()}
    everything = torch.cat(list(values.values()))
    edges = np.linspace(everything.min().item(), everything.max().item() + 1e-6, bins + 1)
    picture = Picture(alt, 7, 2.8)
    axes = open_axes(picture)
    looks = {"real": (REAL, line_style(0)), "fake": (FAKE, line_style(1))}
    for index, (name, value) in enumerate(values.items()):
        data, (colour, style) = value.numpy(), looks.get(name, (f"C{index}", line_style(index)))
        axes.hist(
            data,
            edges,
            weights=np.full(len(data), 1 / len(data)),
            label=name,
            histtype="stepfilled",
            facecolor=(colour, 0.4),
            edgecolor=colour,
            linestyle=style,
            linewidth=1.5,
        )
    axes.set(xlabel=xlabel, ylabel="share of values")
    for name, value in (guides or {}).items():
        axes.axvline(value, color=GUIDE, linewidth=1, linestyle=":")
        axes.annotate(
            name, (value, 1), (3, -3), ("data", "axes fraction"), textcoords="offset points", va="top", fontsize=9
        )
    if len(values) > 1:
        name_above(axes)
    return picture


@usual_look
def generator_losses(parts: Mapping[str, Callable[[torch.Tensor], torch.Tensor]], logit: float = 0.0) -> Picture:
    """Generator's losses (name -> `GanLoss.generator`) and their gradients against a fake's logit.

    The legend reads the gradients off at ``logit``.
    """
    with learning():
        t = torch.linspace(-10, 10, 401, device="cpu", dtype=torch.float32).requires_grad_()
        curves = {name: torch.cat([part(one).view(1) for one in t.view(-1, 1, 1)]) for name, part in parts.items()}
        slopes = {name: torch.autograd.grad(curve.sum(), t)[0] for name, curve in curves.items()}
    here = int((t - logit).abs().argmin())
    read = {name: f"{name.replace('_', '-')} {slope[here]:+.3f}" for name, slope in slopes.items()}
    picture = Picture(
        f"Generator's losses and gradients; gradients at a logit of {logit}: {', '.join(read.values())}", 10, 3.2
    )
    panels = [open_axes(picture, 1, 2, 1), open_axes(picture, 1, 2, 2)]
    for index, name in enumerate(curves):
        panels[0].plot(t.detach(), curves[name].detach(), linestyle=line_style(index))
        panels[1].plot(t.detach(), slopes[name], linestyle=line_style(index), label=read[name])
    panels[0].set(title="loss of the generator", xlabel="logit of a fake (below 0: D says fake)", ylim=(-8, 8))
    panels[1].set(title=f"its gradient (at {logit:g}: see legend)", xlabel="logit of a fake", ylim=(-2, 1))
    for axes in panels:
        axes.axvline(logit, color=GUIDE, linewidth=1)
        axes.title.set_fontsize(10)
    # beside the curves: wherever it stood among them it would cover one
    picture.legend(loc="outside right center", frameon=False, fontsize=9)
    return picture


@usual_look
def quality(
    recipes: Mapping[str, Sequence[Sequence[Mapping[str, float]]]],
    *,
    x: str,
    xlabel: str,
    floor: Mapping[str, float],
    alt: str,
    logarithmic: str = "y",
) -> Picture:
    """Frechet distance, precision and recall of training runs as they go on, side by side.

    Args:
        recipes: name -> runs; each run is a list of moments with the key ``x`` and the fields of
            `gan_lesson.metrics.Quality`.
        floor: the same figures of real test images, drawn as guides: a yardstick and no bound.
        logarithmic: axes of the first panel with marks that multiply; the others take over its x.
    """
    picture = Picture(alt, 10, 3.2)
    for index, (figure, title) in enumerate(
        {"frechet_distance": "Frechet distance (less is better)", "precision": "precision", "recall": "recall"}.items()
    ):
        axes = open_axes(picture, 1, 3, index + 1)
        for place, (name, runs) in enumerate(recipes.items()):
            for number, moments in enumerate(runs):
                axes.plot(
                    [moment[x] for moment in moments],
                    [moment[figure] for moment in moments],
                    label=name if number == 0 else None,
                    color=f"C{place}",
                    linestyle=line_style(place),
                    marker="os^D"[place % 4],
                    markersize=3,
                    linewidth=1.2,
                )
        axes.axhline(floor[figure], color=GUIDE, linewidth=1, linestyle=":", label="real test images")
        axes.set(xlabel=xlabel)
        axes.set_title(title, fontsize=10)
        axes.xaxis.set_major_formatter(_with_thousands)
        own = logarithmic if figure == "frechet_distance" else logarithmic.replace("y", "")
        _make_logarithmic(axes, own, x_marks=(1,))  # three panels side by side have no room for more
        if figure != "frechet_distance":
            axes.set_ylim(-0.03, 1.03)  # at 0 and 1, where curves lie for long, their marks would be cut in half
    picture.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return picture


def _with_thousands(value: float, _: int) -> str:
    return f"{value:,g}"


def _make_logarithmic(axes, names: str, x_marks: tuple[int, ...] = (1, 2, 5)) -> None:
    for name in names:
        axis = getattr(axes, f"{name}axis")
        getattr(axes, f"set_{name}scale")("log")
        axis.set_major_locator(LogLocator(subs=x_marks if name == "x" else (1, 2, 5)))
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(_with_thousands)
