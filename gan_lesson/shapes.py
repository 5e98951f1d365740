"""The shapes that tensors have in this course, checked where they come in."""

from __future__ import annotations

import torch

from .errors import BadInput
from .tensors import check_floats


def check_noise(noise: torch.Tensor, latent_dim: int) -> None:
    """Raise ValueError unless ``noise`` holds floats (or TypeError) and has shape (N, latent_dim)."""
    check_floats(noise, "noise")
    if noise.ndim != 2 or noise.shape[1] != latent_dim:
        raise ValueError(f"expected noise of shape (N, {latent_dim}), got {tuple(noise.shape)}")


def check_images(images: torch.Tensor) -> None:
    """Raise ValueError unless ``images`` holds floats (or TypeError) and has shape (N, 1, 28, 28)."""
    check_floats(images, "images")
    if images.shape[1:] != (1, 28, 28):
        raise ValueError(f"expected images of shape (N, 1, 28, 28), got {tuple(images.shape)}")


def check_points(points: torch.Tensor) -> None:
    """Raise ValueError unless ``points`` holds floats (or TypeError) and has shape (N, 2)."""
    check_floats(points, "points")
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"expected points of shape (N, 2), got {tuple(points.shape)}")


def check_pictures(images: torch.Tensor) -> None:
    """Raise ValueError unless ``images`` can be drawn: at least one, of shape (N, 1, H, W) or (N, 3, H, W)."""
    if images.ndim != 4 or images.shape[1] not in (1, 3) or 0 in images.shape:
        raise ValueError(
            f"expected images of shape (N, 1, H, W) in grey or (N, 3, H, W) in colour, got {tuple(images.shape)}"
        )


def check_shown(samples: torch.Tensor, who: str) -> None:
    """Raise BadInput unless ``samples`` of a generator are what ``who`` can show: images, or points (N, 2)."""
    if samples.ndim == 2 and samples.shape[1] == 2:
        return
    try:
        check_pictures(samples)
    except ValueError:
        shape = ", ".join(map(str, ("N", *samples.shape[1:])))
        raise BadInput(
            f"{who} shows images (N, 1, H, W) in grey or (N, 3, H, W) in colour, or points (N, 2); this generator "
            f"makes ({shape}). Images as flat vectors become such by nn.Unflatten(1, (1, height, width)) at its end."
        ) from None
