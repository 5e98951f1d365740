"""Draws the dozen houses of `gan_lesson.data.example_pictures`: ``python -m images.houses``.

A JSON beside their folder says where they come from. Each is drawn at eight times its size, and shrunk.
"""

from __future__ import annotations

import colorsys
import io
import json
import random
from pathlib import Path

import PIL
from PIL import Image, ImageDraw

from gan_lesson import data, files

COUNT, SIDE, SEED = 12, 32, 0
LARGE = 8 * SIDE


def draw(folder: Path) -> None:
    chance = random.Random(SEED)
    for number in range(1, COUNT + 1):
        picture = io.BytesIO()
        small_house(chance).save(picture, format="PNG")
        files.write(folder / f"house_{number:02d}.png", picture.getvalue())
    about = {
        "shows": f"{COUNT} made-up houses in colour, {SIDE} x {SIDE} pixels",
        "command": "python -m images.houses",
        "settings": {"seed": SEED},
        "versions": {"pillow": PIL.__version__},
        "licence": "CC BY 4.0",
    }
    files.write(folder.with_suffix(".json"), json.dumps(about, indent=1) + "\n")


def small_house(chance: random.Random) -> Image.Image:
    return house(chance).resize((SIDE, SIDE), Image.Resampling.BOX)


def house(chance: random.Random) -> Image.Image:
    """One house: the sky, a sun on one side, grass, a wall with a door and windows, and a roof."""
    picture = Image.new("RGB", (LARGE, LARGE), colour(chance, (0.53, 0.60), (0.2, 0.45), (0.85, 1)))
    draw = ImageDraw.Draw(picture)
    ground, width = chance.uniform(0.78, 0.88), chance.uniform(0.4, 0.62)
    left, wall, roof = chance.uniform(0.1, 0.9 - width), chance.uniform(0.28, 0.4), chance.uniform(0.16, 0.28)
    right, top = left + width, ground - wall
    sun = 0.13 if left + width / 2 > 0.5 else 0.87
    block(draw.ellipse, (sun - 0.09, 0.06, sun + 0.09, 0.24), "#ffd34d")
    block(draw.rectangle, (0, ground, 1, 1), colour(chance, (0.25, 0.36), (0.4, 0.65), (0.5, 0.75)))
    if chance.random() < 0.5:
        block(draw.rectangle, (left + 0.7 * width, top - roof, left + 0.82 * width, top), "#8a5a44")
    block(draw.rectangle, (left, top, right, ground), colour(chance, (0, 1), (0.15, 0.5), (0.75, 0.98)))
    peak = left + width * chance.choice([0.3, 0.5, 0.5, 0.7])
    draw.polygon(
        [*scaled(left - 0.05, top), *scaled(right + 0.05, top), *scaled(peak, top - roof)],
        fill=colour(chance, (0, 0.1), (0.5, 0.8), (0.45, 0.75)),
    )
    door = left + width * chance.choice([0.1, 0.38, 0.68])
    block(
        draw.rectangle,
        (door, ground - 0.6 * wall, door + 0.24 * width, ground),
        colour(chance, (0, 1), (0.5, 0.9), (0.3, 0.5)),
    )
    for place in (0.1, 0.39, 0.68):
        window = left + width * place
        if abs(window - door) > 0.2 * width:
            block(draw.rectangle, (window, top + 0.2 * wall, window + 0.22 * width, top + 0.55 * wall), "#fff6c9")
    return picture


def colour(chance: random.Random, hue, saturation, value) -> tuple[int, ...]:
    """A colour drawn evenly between the ends of each of its three ranges."""
    drawn = [chance.uniform(*ends) for ends in (hue, saturation, value)]
    return tuple(round(255 * part) for part in colorsys.hsv_to_rgb(*drawn))


def block(shape, corners: tuple[float, ...], fill) -> None:
    shape(scaled(*corners), fill=fill)


def scaled(*parts: float) -> list[float]:
    return [part * LARGE for part in parts]


if __name__ == "__main__":
    draw(data.example_pictures())
