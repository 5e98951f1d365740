"""The exercises of lesson 02."""

from __future__ import annotations

from collections.abc import Callable

import torch

from .. import data
from .answers import compare, exercise, expect_shape, expect_tensor, fail, passed, range_mistakes, run

LESSON = "02_the_data"


@exercise(LESSON)
def check_to_range(to_range: Callable) -> None:
    """Lesson 02: ``to_range`` maps uint8 pixels 0 to 255 to floats in [-1, 1]."""
    images = torch.tensor([0, 51, 127, 128, 204, 255], dtype=torch.uint8).view(6, 1, 1, 1).repeat(1, 1, 28, 28)
    got = run(to_range, images.clone())
    expect_tensor(got, "to_range")
    if not got.is_floating_point():
        fail(f"the result has type {got.dtype}: whole numbers can't lie between -1 and 1. Convert with .float() first.")
    expect_shape(got, images.shape, "the images")
    pixels = images.float()
    compare(
        got,
        right=data.to_range(images),
        mistakes=range_mistakes(pixels),
        otherwise=f"0 should become -1 and 255 should become 1; yours become {got.min():.3f} and {got.max():.3f}",
    )
    passed("to_range maps 0 to -1, 255 to 1, and keeps the shape.")
