"""What a number or a tensor that comes from outside must be; whoever takes one says so in a sentence."""

from __future__ import annotations

import operator
import os
from typing import Any

import torch
from torch import nn


def check_module(value: Any, what: str) -> None:
    """Raise TypeError unless ``value``, called ``what`` in the message, is a network that was made."""
    if isinstance(value, type):
        raise TypeError(f"{what} is the class {value.__name__}: make one of it, {value.__name__}(...)")
    if not isinstance(value, nn.Module):
        raise TypeError(f"{what} must be a network (torch.nn.Module), got {type(value).__name__}")


def check_path(value: Any, what: str) -> None:
    """Raise TypeError unless ``value``, called ``what`` in the message, is a name or a path."""
    if not isinstance(value, (str, os.PathLike)):
        got = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        raise TypeError(f"{what} must be a name or a path, got {got}")


def check_tensor(value: Any, what: str) -> None:
    """Raise TypeError unless ``value``, called ``what`` in the message, is a tensor."""
    if not isinstance(value, torch.Tensor):
        hint = f": torch.as_tensor({what}) makes one of it" if hasattr(value, "__array__") else ""
        raise TypeError(f"{what} must be a tensor, got {type(value).__name__}{hint}")


def check_floats(value: Any, what: str) -> None:
    """Raise TypeError unless ``value`` is a tensor of floats."""
    check_tensor(value, what)
    if not value.is_floating_point():
        pixels = value.dtype == torch.uint8
        hint = "gan_lesson.data.to_range makes them of pixels 0 to 255" if pixels else f"{what}.float() makes them"
        raise TypeError(f"{what} must hold floats, got {value.dtype}: {hint}")


def check_finite(value: Any, what: str) -> None:
    """Raise TypeError unless ``value`` is a tensor of floats, and ValueError where one is NaN or infinite."""
    check_floats(value, what)
    # NaN counts as the least and the greatest of all; isfinite() of everything would make copies of it
    if value.numel() and not torch.stack([value.detach().min(), value.detach().max()]).isfinite().all():
        wrong = int((~value.isfinite()).sum())
        raise ValueError(f"{what} must be finite; {wrong:,} of {value.numel():,} values are NaN or infinite")


def common(*values: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The tensors of floats in the widest dtype among them, at least float32, in which any of them can be computed."""
    dtype = torch.float32
    for value in values:
        dtype = torch.promote_types(dtype, value.dtype)
    return tuple(value.to(dtype) for value in values)


def as_count(value: Any, what: str, least: int = 1, most: int | None = None) -> int:
    """``value`` as a whole number from ``least`` to ``most``.

    Raises:
        TypeError: it is none.
        ValueError: it lies outside.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{what} must be a whole number, got {value!r}") from None
    if count < least or (most is not None and count > most):
        wanted = f"at least {least:,}" if most is None else f"from {least:,} to {most:,}"
        raise ValueError(f"{what} must be {wanted}, got {count:,}")
    return count
