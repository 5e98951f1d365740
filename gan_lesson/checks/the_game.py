"""The exercises of lesson 01."""

from __future__ import annotations

from collections.abc import Callable

import torch

from .answers import exercise, expect_shape, expect_tensor, fail, passed, run

LESSON = "01_the_game"


@exercise(LESSON)
def check_points(draw: Callable[[int, torch.Generator], torch.Tensor]) -> None:
    """Lesson 01: ``draw(count, random)`` returns random points (count, 2) inside the square from -1.6 to 1.6."""
    random = torch.Generator().manual_seed(0)
    points = run(draw, 200, random)
    expect_tensor(points, "your data set")
    if points.shape == (2, 200):
        fail("x and y are the rows, they should be the columns: torch.stack([x, y], dim=1).")
    expect_shape(points, (200, 2), "the points")
    if not points.is_floating_point():
        fail(f"the points have type {points.dtype}; coordinates are floats.")
    if not points.isfinite().all():
        fail("some coordinates are NaN or infinite: look for a division by 0 or a root of a negative number.")
    if points.abs().max() > 1.6:
        fail(f"the points reach {points.abs().max():.1f}; the picture ends at 1.6. Make the shape smaller.")
    if torch.equal(points, run(draw, 200, random)):
        fail("two calls give the same points: draw them at random, with torch.rand(count, generator=random).")
    if not torch.equal(points, run(draw, 200, torch.Generator().manual_seed(0))):
        fail("with the same random it should draw the same points again: torch.rand(count, generator=random).")
    if len(points.unique(dim=0)) < 100:
        fail("many points are the same: a data set for a GAN is a shape with many different points.")
    passed("your data set gives fresh random points of shape (count, 2), all inside the picture.")
