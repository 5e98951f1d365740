"""Grids of images."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from .. import files
from ..picture import Picture, usual_look
from ..shapes import check_pictures


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
    pixels = pixels_of(images)
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
        show_pixels(axes, tile(pixels, columns))
        for row, name in enumerate(rows or []):
            _name_row(axes, name, 1 - (row + 0.5) / count)
        return picture
    for index, (image, title) in enumerate(zip(pixels, titles, strict=True)):
        axes = picture.add_subplot(count, columns, index + 1)
        show_pixels(axes, image)
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
        show_pixels(axes, tile(pixels_of(images), math.ceil(math.sqrt(len(images)))))
        axes.set_title(title, fontsize=10)
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
    pixels = pixels_of(images)
    sheet = tile(pixels, math.ceil(math.sqrt(len(pixels))))
    light = ((1 + sheet if sheet.ndim == 3 else 1 - sheet) * 127.5).round().clip(0, 255).astype(np.uint8)
    picture = io.BytesIO()  # Pillow would hide the reason why a file can't be written
    Image.fromarray(light.repeat(scale, axis=0).repeat(scale, axis=1)).save(picture, format="PNG")
    files.write(path, picture.getvalue())


def pixels_of(images: torch.Tensor) -> np.ndarray:
    """Images as numpy and matplotlib have them: (N, H, W) in grey, (N, H, W, 3) in colour."""
    check_pictures(images)
    if not images.is_floating_point():
        raise TypeError(f"expected float images in [-1, 1], got {images.dtype}; data.to_range converts pixels 0 to 255")
    pixels = images.detach().cpu().float()
    return (pixels.squeeze(1) if pixels.shape[1] == 1 else pixels.permute(0, 2, 3, 1)).numpy()


def show_pixels(axes, pixels: np.ndarray) -> None:
    in_colour = pixels.ndim == 3
    shown = ((1 + pixels) / 2).clip(0, 1) if in_colour else pixels
    axes.imshow(shown, cmap="gray_r", vmin=-1, vmax=1, interpolation="nearest", origin="upper")
    axes.set_axis_off()
