"""Pixels, bytes 0 to 255, and the floats in [-1, 1] that networks learn from: the way there and back."""

from __future__ import annotations

import torch

from .tensors import check_floats, check_tensor


def to_range(images: torch.Tensor) -> torch.Tensor:
    """Map uint8 pixels 0 to 255 to floats in [-1, 1], the range of the generator's Tanh.

    Raises:
        TypeError: the images are not uint8 (their range would be a guess).
    """
    check_tensor(images, "images")
    if images.dtype != torch.uint8:
        raise TypeError(f"expected uint8 images (0 to 255), got {images.dtype}; floats may be in [-1, 1] already")
    return images.to(torch.float32).div_(127.5).sub_(1)


def to_pixels(images: torch.Tensor) -> torch.Tensor:
    """The way back from `to_range`: floats in [-1, 1], of any shape, to uint8 pixels 0 to 255.

    Values below -1 become 0, those above 1 become 255, and NaN becomes 0.

    Raises:
        TypeError: the images are no floats.
    """
    check_floats(images, "images")
    return ((images.clamp(-1, 1) + 1) * 127.5).nan_to_num(0).round().to(torch.uint8)
