"""The reals that a loop trains on: batches without end, each checked before a network sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch


def endless(batches: Iterable) -> Iterator:
    """``batches`` itself where it is an iterator; anything else, such as a DataLoader, is gone through without end.

    Raises:
        TypeError: there is nothing to go through.
        ValueError: at the first batch, when there is none.
    """
    if isinstance(batches, (str, type)) or not (hasattr(batches, "__iter__") or hasattr(batches, "__getitem__")):
        raise TypeError(
            "batches must be something to go through, such as a torch.utils.data.DataLoader or a list of tensors; got "
            f"{batches if isinstance(batches, (str, type)) else type(batches).__name__}"
        )
    return iter(batches) if isinstance(batches, Iterator) else _AgainAndAgain(batches)


class _AgainAndAgain(Iterator):
    """Passes through ``batches`` without end. (Not a generator function: an interruption would end that for good.)"""

    def __init__(self, batches: Iterable):
        self.batches, self._pass = batches, iter(())

    def __next__(self):
        try:
            return next(self._pass)
        except StopIteration:
            self._pass = iter(self.batches)
        try:
            return next(self._pass)
        except StopIteration:
            raise ValueError("there are no batches: the data set is empty") from None


def unpack(batch: Any, device: torch.device, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, Any]:
    """The reals (N, ...) of a batch, as floats of ``dtype``, and their labels, both on ``device``.

    The labels are None where the batch has none. A batch is a tensor of reals, or a tuple (reals, labels).

    Raises:
        TypeError, ValueError: the reals are no floats, none at all, not finite, or images beyond [-1, 1].
    """
    real, *rest = batch if isinstance(batch, (tuple, list)) else [batch]
    if not isinstance(real, torch.Tensor):
        raise TypeError(
            f"a batch of reals must be a tensor, or a tuple that starts with one; got a {type(real).__name__}"
            f"{_made_a_tensor(real)}"
        )
    if real.is_meta or real.is_nested or real.layout != torch.strided:
        raise TypeError(
            "a batch of reals must hold plain numbers: no sparse (.to_dense() helps), nested or meta tensor"
        )
    if real.is_inference():
        real = real.clone()  # which may be learned from
    if real.ndim == 0 or len(real) == 0:
        raise ValueError("this batch of reals is empty")
    if not real.is_floating_point():
        raise TypeError(f"a batch of reals must hold floats, got {real.dtype}; images belong in [-1, 1]")
    real = real.to(device, dtype)
    if not real.sum().isfinite():
        raise ValueError("this batch of reals holds NaN or infinite values; no weight was changed")
    if real.ndim == 4 and real.abs().max() > 1 + 1e-4:
        low, high = real.min().item(), real.max().item()
        raise ValueError(f"images must lie in [-1, 1], like the generator's; this batch spans {low:g} to {high:g}")
    labels = rest[0] if rest else None
    return real, labels.to(device) if isinstance(labels, torch.Tensor) else labels


def _made_a_tensor(real: Any) -> str:
    """How a batch of a known kind becomes a tensor."""
    if isinstance(real, Mapping):
        keys = ", ".join(map(repr, real))
        return (
            f" of {keys}: let the DataLoader take the reals out, with "
            "collate_fn=lambda items: torch.stack([item[key] for item in items])"
        )
    if isinstance(real, list) or hasattr(real, "__array__"):
        return ": torch.as_tensor makes one of it, torchvision's pil_to_tensor of a picture"
    return ""
