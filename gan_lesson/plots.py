"""Charts and grids of images: arrays in, `Picture` out. Nothing here shows or touches a global state of matplotlib."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from PIL import Image

from . import files
from .modes import learning
from .picture import DISCRIMINATOR, FAKE, GENERATOR, GUIDE, INK, REAL, Picture, usual_look
from .shapes import check_pictures, check_points

#: From "surely fake" (magenta) over "can't tell" (white) to "surely real" (teal).
SCORE_COLOURS = LinearSegmentedColormap.from_list("score", [FAKE, "#ffffff", REAL])

_LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def _line_style(index: int):
    return _LINE_STYLES[index % len(_LINE_STYLES)]


def _axes(picture: Picture, *position, **settings):
    axes = picture.add_subplot(*position, **settings)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _name_above(axes) -> None:
    """A legend above the axes and under their title: wherever it stood among the curves, it would cover one."""
    names = axes.get_legend_handles_labels()[1]
    columns = 1 if sum(map(len, names)) > 80 else len(names)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=columns, frameon=False, fontsize=9)
    if axes.get_title():
        axes.set_title(axes.get_title(), fontsize=axes.title.get_fontsize(), pad=26)


@usual_look
def image_grid(
    images: torch.Tensor,
    *,
    columns: int | None = None,
    titles: Sequence[str] | None = None,
    rows: Sequence[str] | None = None,
    alt: str = "",
    size: float = 0.7,
) -> Picture:
    """Images (N, C, H, W) in [-1, 1] side by side: for C = 1 ink dark on white, for C = 3 in colour.

    ``titles`` stand above each image, ``rows`` to the left of each row; ``size`` is the width of an image in inches.
    """
    pixels = _pixels(images)
    if titles and len(titles) != len(pixels):
        raise ValueError(f"expected one title an image: {len(pixels)} images, {len(titles)} titles")
    columns = min(columns or math.ceil(math.sqrt(len(pixels))), len(pixels))
    count = math.ceil(len(pixels) / columns)
    if rows and len(rows) != count:
        raise ValueError(f"expected one name a row: {count} rows, {len(rows)} names")
    height, width = pixels.shape[1:3]
    picture = Picture(
        alt or f"{len(pixels)} images of {height} x {width} pixels",
        columns * size + 0.11 * max(map(len, rows or [""])),
        count * (size * height / width + 0.22 * bool(titles)),
    )
    if not titles:
        axes = picture.add_subplot()
        _show(axes, tile(pixels, columns))
        for row, name in enumerate(rows or []):
            _name_row(axes, name, 1 - (row + 0.5) / count)
        return picture
    for index, (image, title) in enumerate(zip(pixels, titles, strict=True)):
        axes = picture.add_subplot(count, columns, index + 1)
        _show(axes, image)
        axes.set_title(title, fontsize=9, pad=2)
        if rows and index % columns == 0:
            _name_row(axes, rows[index // columns], 0.5)
    return picture


def _name_row(axes, name: str, height: float) -> None:
    axes.annotate(
        name, (0, height), (-6, 0), "axes fraction", textcoords="offset points", ha="right", va="center", fontsize=9
    )


@usual_look
def moments(samples: torch.Tensor, *, titles: Sequence[str], alt: str = "") -> Picture:
    """Samples (M, N, C, H, W) in [-1, 1], C 1 or 3, of M moments of a training run.

    One block of images a moment, each titled.
    """
    if len(titles) != len(samples):
        raise ValueError(f"expected one title a moment: {len(samples)} moments, {len(titles)} titles")
    alt = alt or f"{samples.shape[1]} samples from the same noise at {', '.join(titles)}"
    picture = Picture(alt, 2.5 * len(samples), 2.7)
    for index, (images, title) in enumerate(zip(samples, titles, strict=True)):
        axes = picture.add_subplot(1, len(samples), index + 1)
        _show(axes, tile(_pixels(images), math.ceil(math.sqrt(len(images)))))
        axes.set_title(title, fontsize=10)
    return picture


def tile(pixels: np.ndarray, columns: int, gap: int = 2) -> np.ndarray:
    """Images in grey (N, H, W) or colour (N, H, W, 3) as one array, ``columns`` a row, ``gap`` pixels apart.

    What lies between them, and spare places, look white: -1 in grey, where ink is dark, and 1 in colour.
    """
    count, height, width, *colours = pixels.shape
    rows = math.ceil(count / columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, *colours)
    sheet = np.full(shape, 1 if colours else -1, dtype=np.float32)
    for index, image in enumerate(pixels):
        row, column = divmod(index, columns)
        sheet[row * (height + gap) :, column * (width + gap) :][:height, :width] = image
    return sheet


def save_grid(images: torch.Tensor, path: str | os.PathLike, *, scale: int = 2) -> None:
    """Write images (N, C, H, W) in [-1, 1] as one PNG, each pixel ``scale`` pixels wide; looks as in `image_grid`."""
    pixels = _pixels(images)
    sheet = tile(pixels, math.ceil(math.sqrt(len(pixels))))
    light = ((1 + sheet if sheet.ndim == 3 else 1 - sheet) * 127.5).round().clip(0, 255).astype(np.uint8)
    picture = io.BytesIO()  # Pillow would hide the reason why a file can't be written
    Image.fromarray(light.repeat(scale, axis=0).repeat(scale, axis=1)).save(picture, format="PNG")
    files.write(path, picture.getvalue())


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

    ``logarithmic`` names the axes whose marks multiply instead of adding: "x", "y" or "xy".
    """
    picture = Picture(alt, 7, 3.2)
    axes = _axes(picture)
    _draw_lines(axes, x, curves, colours or {}, guides or {})
    axes.set(xlabel=xlabel, ylabel=ylabel, ylim=ylim)
    _make_logarithmic(axes, logarithmic)
    if marker is not None:
        axes.axvline(marker, color=GUIDE, linewidth=1)
    return picture


@usual_look
def bars(
    names: Sequence, values: Sequence[float], *, xlabel: str, ylabel: str, alt: str, value_format: str = "{:,.0f}"
) -> Picture:
    """One bar a name, with its value above it."""
    picture = Picture(alt, 7, 2.8)
    axes = _axes(picture)
    axes.bar_label(axes.bar([str(name) for name in names], values, color=REAL), fmt=value_format, fontsize=9)
    axes.set(xlabel=xlabel, ylabel=ylabel)
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
        axes = _axes(picture, 1, 3, index + 1)
        for place, (name, runs) in enumerate(recipes.items()):
            for number, moments in enumerate(runs):
                axes.plot(
                    [moment[x] for moment in moments],
                    [moment[figure] for moment in moments],
                    label=name if number == 0 else None,
                    color=f"C{place}",
                    linestyle=_line_style(place),
                    marker="os^D"[place % 4],
                    markersize=3,
                    linewidth=1.2,
                )
        axes.axhline(floor[figure], color=GUIDE, linewidth=1, linestyle=":", label="real test images")
        axes.set(xlabel=xlabel)
        axes.set_title(title, fontsize=10)
        own = logarithmic if figure == "frechet_distance" else logarithmic.replace("y", "")
        _make_logarithmic(axes, own, x_marks=(1,))  # three panels side by side have no room for more
        if figure != "frechet_distance":
            axes.set_ylim(0, 1)
    picture.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return picture


def _make_logarithmic(axes, names: str, x_marks: tuple[int, ...] = (1, 2, 5)) -> None:
    for name in names:
        axis = getattr(axes, f"{name}axis")
        getattr(axes, f"set_{name}scale")("log")
        axis.set_major_locator(LogLocator(subs=x_marks if name == "x" else (1, 2, 5)))
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


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
    panels = [_axes(picture, 1, 2, 1), _axes(picture, 1, 2, 2)]
    for index, name in enumerate(curves):
        panels[0].plot(t.detach(), curves[name].detach(), linestyle=_line_style(index))
        panels[1].plot(t.detach(), slopes[name], linestyle=_line_style(index), label=read[name])
    panels[0].set(title="loss of the generator", xlabel="logit of a fake (below 0: D says fake)", ylim=(-8, 8))
    panels[1].set(title=f"its gradient (at {logit:g}: see legend)", xlabel="logit of a fake", ylim=(-2, 1))
    for axes in panels:
        axes.axvline(logit, color=GUIDE, linewidth=1)
        axes.title.set_fontsize(10)
    # beside the curves: wherever it stood among them it would cover one
    picture.legend(loc="outside right center", frameon=False, fontsize=9)
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
    axes = _axes(picture)
    looks = {"real": (REAL, _line_style(0)), "fake": (FAKE, _line_style(1))}
    for index, (name, value) in enumerate(values.items()):
        data, (colour, style) = value.numpy(), looks.get(name, (f"C{index}", _line_style(index)))
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
        _name_above(axes)
    return picture


@usual_look
def scores(
    images: torch.Tensor,
    scores_: torch.Tensor,
    *,
    rows: Sequence[str] | None = None,
    alt: str = "",
    columns: int = 10,
) -> Picture:
    """Images (N, C, H, W) with the discriminator's score (N, 1) of each above it; ``rows`` as in `image_grid`."""
    if scores_.numel() != len(images):
        raise ValueError(f"expected one score an image: {len(images)} images, scores of shape {tuple(scores_.shape)}")
    titles = [f"{score:.2f}" for score in scores_.flatten().tolist()]
    alt = alt or f"{len(images)} images with scores {titles}"
    return image_grid(images, columns=columns, titles=titles, rows=rows, alt=alt)


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
    _draw_points(picture, axes, real, fake, score_map, half_width)
    return picture


@usual_look
def score_maps(maps: Mapping[str, torch.Tensor], *, half_width: float = 1.6, alt: str) -> Picture:
    """Maps of scores, each as `toy.score_map` gives one, side by side under their names."""
    picture = Picture(alt, 3.4 * len(maps) + 1, 3.6)
    axes = [picture.add_subplot(1, len(maps), 1 + index) for index in range(len(maps))]
    for place, (name, score_map) in zip(axes, maps.items(), strict=True):
        place.set_title(name, fontsize=11)
        _draw_points(picture, place, None, None, score_map, half_width, legend=False)
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

    _draw_losses(_axes(picture, columns[1]), steps, equilibrium)
    _draw_scores(_axes(picture, columns[2]), steps)
    return picture


def _draw_samples(picture, axes, samples, real, score_map) -> None:
    if samples.ndim == 2:
        _draw_points(picture, axes, real, samples, score_map, 1.6, legend=False)
    else:
        pixels = _pixels(samples)
        _show(axes, tile(pixels, math.ceil(math.sqrt(len(pixels)))))
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
            linestyle=_line_style(index),
            color=colours[name],
            label=name,
        )
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("step")
    _name_above(axes)


def _draw_lines(axes, x, curves, colours, guides) -> None:
    for index, (name, values) in enumerate(curves.items()):
        axes.plot(
            x,
            values,
            label=name,
            color=colours.get(name, f"C{index}"),
            linestyle=_line_style(index),
        )
    for name, value in guides.items():
        axes.axhline(value, color=GUIDE, linewidth=1, linestyle=":")
        axes.annotate(
            name, (1, value), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=9, color=INK
        )
    if len(curves) > 1:
        _name_above(axes)


def _draw_points(picture, axes, real, fake, score_map, half_width, legend=True) -> None:
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
        _name_above(axes)


def _pixels(images: torch.Tensor) -> np.ndarray:
    """Images as numpy and matplotlib have them: (N, H, W) in grey, (N, H, W, 3) in colour."""
    check_pictures(images)
    if not images.is_floating_point():
        raise TypeError(f"expected float images in [-1, 1], got {images.dtype}; data.to_range converts pixels 0 to 255")
    pixels = images.detach().cpu().float()
    return (pixels.squeeze(1) if pixels.shape[1] == 1 else pixels.permute(0, 2, 3, 1)).numpy()


def _coordinates(points: torch.Tensor) -> np.ndarray:
    check_points(points)
    return points.detach().cpu().T.numpy()


def _show(axes, pixels: np.ndarray) -> None:
    in_colour = pixels.ndim == 3
    shown = ((1 + pixels) / 2).clip(0, 1) if in_colour else pixels
    axes.imshow(shown, cmap="gray_r", vmin=-1, vmax=1, interpolation="nearest", origin="upper")
    axes.set_axis_off()
