"""Comparing what an answer gives with what the right code and each known mistake would give."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from .exercise import fail

#: What a mistake leads to, and what to say of it.
Mistake = tuple[torch.Tensor, str]


def compare(
    got: torch.Tensor,
    *,
    right: torch.Tensor,
    mistakes: Iterable[Mistake],
    otherwise: str,
    within: float = 1e-5,
) -> None:
    """Pass if ``got`` is ``right``; else name the mistake that it agrees with. ``within`` is relative."""
    if torch.allclose(got, right, rtol=within, atol=1e-5):
        return
    for wrong, message in mistakes:
        if torch.allclose(got, wrong, rtol=within, atol=1e-5):
            fail(message)
    fail(otherwise)


def range_mistakes(pixels: torch.Tensor) -> list[Mistake]:
    """What ``pixels``, floats from 0 to 255, become where they should come to lie in [-1, 1]."""
    return [
        (
            pixels / 255,
            "the range is [0, 1]: 255 becomes 1, as it should, but 0 should become -1. Double the width, subtract 1.",
        ),
        (pixels / 127.5, "the range is [0, 2]: the width is right. Move it down by 1."),
        (pixels / 255 - 0.5, "the range is [-0.5, 0.5]: the centre is right. Make it twice as wide."),
        (1 - pixels / 127.5, "the picture is a negative: paper became 1 and ink -1."),
        (
            pixels / 128 - 1,
            "0 becomes -1, but 255 isn't quite 1: the highest pixel is 255, so half the range is 127.5.",
        ),
    ]
