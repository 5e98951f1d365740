"""Charts and grids of images: arrays in, `Picture` out. Nothing here shows or touches a global state of matplotlib."""

from ..picture import DISCRIMINATOR, FAKE, GENERATOR, INK, REAL, Picture
from .curves import bars, generator_losses, histogram, lines, quality
from .images import image_grid, moments, save_grid, scores, tile
from .plane import SCORE_COLOURS, balls, points, score_maps
from .run import training

__all__ = [
    "DISCRIMINATOR",
    "FAKE",
    "GENERATOR",
    "INK",
    "REAL",
    "SCORE_COLOURS",
    "Picture",
    "balls",
    "bars",
    "generator_losses",
    "histogram",
    "image_grid",
    "lines",
    "moments",
    "points",
    "quality",
    "save_grid",
    "score_maps",
    "scores",
    "tile",
    "training",
]
