"""The shapes that tensors have in this course, checked where they come in."""

from __future__ import annotations

import torch


def check_noise(noise: torch.Tensor, latent_dim: int) -> None:
    """Raise ValueError unless ``noise`` has shape (N, latent_dim)."""
    if noise.ndim != 2 or noise.shape[1] != latent_dim:
        raise ValueError(f"expected noise of shape (N, {latent_dim}), got {tuple(noise.shape)}")


def check_images(images: torch.Tensor) -> None:
    """Raise ValueError unless ``images`` has shape (N, 1, 28, 28)."""
    if images.shape[1:] != (1, 28, 28):
        raise ValueError(f"expected images of shape (N, 1, 28, 28), got {tuple(images.shape)}")


def check_points(points: torch.Tensor) -> None:
    """Raise ValueError unless ``points`` has shape (N, 2)."""
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"expected points of shape (N, 2), got {tuple(points.shape)}")
