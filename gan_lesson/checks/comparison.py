"""Comparing what an answer gives with what the right code and each known mistake would give."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable

import torch

from .answer import described, double
from .exercise import fail

#: What a mistake leads to, and what to say of it.
Mistake = tuple[torch.Tensor, str]

NOT_FINITE = (
    "some numbers are NaN or infinite: look for a division by 0, a logarithm of 0, or a root or a logarithm of a "
    "negative number."
)


def compare(
    got,
    *,
    right: torch.Tensor,
    mistakes: Iterable[Mistake] = (),
    otherwise: str,
    not_finite: str = NOT_FINITE,
    within: float = 1e-5,
) -> None:
    """Pass if ``got`` is ``right``; else name the mistake that it agrees with. ``within`` is relative.

    What matters is the values: whole or in double precision, with a gradient or without, they are the same.
    """
    got = _values(got, right)
    if _agree(got, right, within):
        return
    for wrong, message in mistakes:
        if _agree(got, wrong, within):
            fail(message)
    if right.isfinite().all() and not got.isfinite().all():
        fail(not_finite)
    fail(otherwise)


def apart(right: float, got: float, digits: int = 3) -> tuple[str, str]:
    """Both numbers with ``digits`` after the point, or with as many as it takes to see that they differ."""
    if not math.isclose(right, got, rel_tol=1e-6):
        while f"{right:.{digits}f}" == f"{got:.{digits}f}" and digits < 15:
            digits += 1
    return f"{right:.{digits}f}", f"{got:.{digits}f}"


def farthest(right: torch.Tensor, got: torch.Tensor, digits: int = 3) -> tuple[int, str, str]:
    """The place, of all in a row, where ``got`` is farthest from ``right``, and both numbers, as `apart` shows them."""
    right, got = right.detach().double().flatten(), got.detach().cpu().flatten().real.double()
    place = int((got - right).abs().nan_to_num(math.inf).argmax())
    return place, *apart(right[place].item(), got[place].item(), digits)


def _values(got, right: torch.Tensor) -> torch.Tensor:
    """The numbers of ``got``, in double precision and in the shape of ``right``."""
    expected = f"a tensor of shape {tuple(right.shape)}" if right.ndim else "one number"
    if got is None:
        fail(f"nothing came back, where {expected} should: is there a return at its end?")
    if isinstance(got, numbers.Real):
        got = double(got)
    if not isinstance(got, torch.Tensor) or got.is_complex():
        fail(f"{described(got)} came back, where {expected} should.")
    if got.shape != right.shape and not got.numel() == right.numel() == 1:
        fail(f"{described(got)} came back, where {expected} should.")
    return got.detach().cpu().double().reshape(right.shape)


def _agree(got: torch.Tensor, other: torch.Tensor, within: float) -> bool:
    """Whether the numbers are the same up to rounding; one number may stand for all."""
    other = other.detach().double()
    if other.ndim and other.shape != got.shape:
        return False
    return torch.allclose(got, other.expand_as(got), rtol=within, atol=1e-5)


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
