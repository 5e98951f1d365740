"""The latent space: where noise lives, ways to walk through it, and which real digits lie near a fake."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn


def sample(count: int, latent_dim: int | Sequence[int], *, seed: int | None = None) -> torch.Tensor:
    """Gaussian noise of shape (count, latent_dim), float32 on the CPU; the same for the same seed on every machine.

    Where ``latent_dim`` is a shape, such as (100, 1, 1), the noise has the shape (count, 100, 1, 1).
    """
    shape = latent_dim if isinstance(latent_dim, Sequence) else [latent_dim]
    return torch.randn(count, *shape, generator=_seeded(seed), device="cpu", dtype=torch.float32)


def uniform(count: int, *latent_dim: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """Noise of shape (count, latent_dim), evenly spread over [-1, 1]; for ``AdversarialLoop(draw_noise=uniform)``."""
    return 2 * torch.rand(count, *latent_dim, device=device, dtype=torch.float32) - 1


def _seeded(seed: int | None) -> torch.Generator | None:
    return None if seed is None else torch.Generator("cpu").manual_seed(seed)


def lerp(start: torch.Tensor, end: torch.Tensor, steps: int) -> torch.Tensor:
    """``steps`` points on the straight line from ``start`` to ``end`` (both (latent_dim,)): (steps, latent_dim)."""
    _check_pair(start, end)
    return torch.lerp(start, end, torch.linspace(0, 1, steps, dtype=start.dtype, device=start.device)[:, None])


def slerp(start: torch.Tensor, end: torch.Tensor, steps: int) -> torch.Tensor:
    """``steps`` points on the arc from ``start`` to ``end`` (both (latent_dim,)): (steps, latent_dim).

    Shoemake 1985. The direction turns evenly and the norm goes evenly from one to the other, so that the walk stays in
    the shell in which Gaussian noise lives. Parallel vectors are joined by the straight line.

    Raises:
        ValueError: the two point in opposite directions (there is no one arc), or one of them is zero.
    """
    _check_pair(start, end)
    share = torch.linspace(0, 1, steps, dtype=start.dtype, device=start.device)[:, None]
    norms = torch.lerp(start.norm(), end.norm(), share)
    if not start.norm() * end.norm() > 0:
        raise ValueError("a vector of zeros has no direction to turn from")
    a, b = start / start.norm(), end / end.norm()
    angle = torch.acos((a @ b).clamp(-1, 1))
    if angle > torch.pi - 1e-3:
        raise ValueError("start and end point in opposite directions: every arc between them is as short as the others")
    if angle < 1e-3:
        return torch.lerp(start, end, share)
    return norms * (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)


def turn_into(noise: torch.Tensor, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """``noise`` (N, latent_dim) moved by the mean of ``target`` minus the mean of ``source``.

    Both groups are noise (their count, latent_dim) whose pictures share a property. Radford et al. 2016.

    Raises:
        ValueError: a group is empty, or the three differ in latent_dim.
    """
    for group in (source, target):
        if group.ndim != 2 or len(group) == 0 or group.shape[1:] != noise.shape[-1:]:
            raise ValueError(f"expected groups of shape (count, {noise.shape[-1]}), got {tuple(group.shape)}")
    return noise + target.mean(dim=0) - source.mean(dim=0)


def truncate(noise: torch.Tensor, limit: float, *, seed: int | None = None) -> torch.Tensor:
    """A copy of Gaussian ``noise`` in which each value beyond ``limit`` is drawn again, until none is left.

    Values within the limit stay as they are (`gan_lesson.models.Truncation`, which a generator may hold, makes all of
    them smaller instead). Marchesi 2017; Brock et al. 2019 (BigGAN, truncation trick).

    Raises:
        ValueError: the limit is below 0.01, where nearly every draw would be thrown away.
    """
    if not limit >= 0.01:
        raise ValueError(f"limit must be at least 0.01, got {limit}")
    random = _seeded(seed)
    noise = noise.clone()
    while (beyond := noise.abs() > limit).any():
        drawn = torch.randn(int(beyond.sum()), generator=random, device="cpu", dtype=torch.float32)
        noise[beyond] = drawn.to(noise)
    return noise


def first_linear(network: nn.Module) -> nn.Linear | None:
    """The first linear layer of ``network``, which in a generator takes the noise; None where it has none."""
    return next((layer for layer in network.modules() if isinstance(layer, nn.Linear)), None)


def principal_directions(generator: nn.Module, count: int | None = None) -> torch.Tensor:
    """Unit directions (count, latent_dim) of noise that the generator's first linear layer answers to, strongest first.

    They are the right singular vectors of the layer's weights: Harkonen et al. 2020 (GANSpace) look for directions in
    activations, Shen and Zhou 2021 (SeFa) in the weights, as here.

    Raises:
        ValueError: the generator has no linear layer.
    """
    first = first_linear(generator)
    if first is None:
        raise ValueError("this generator has no linear layer to take directions from")
    return torch.linalg.svd(first.weight.detach(), full_matrices=False).Vh[:count]


def nearest_real(images: torch.Tensor, real: torch.Tensor, count: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """The ``count`` nearest of ``real`` (M, 1, 28, 28) to each of ``images`` (N, 1, 28, 28), in pixels.

    Both float in [-1, 1]. Returns Euclidean distances and indices into ``real``, both (N, count), nearest first. Points
    and features (N, ...) and (M, ...) are compared in the same way.
    """
    if images.shape[1:] != real.shape[1:]:
        raise ValueError(f"images {tuple(images.shape)} and reals {tuple(real.shape)} differ in shape")
    if not (images.is_floating_point() and real.is_floating_point()):
        raise TypeError(f"expected floats in [-1, 1], got {images.dtype} images and {real.dtype} reals")
    if not 1 <= count <= len(real):
        raise ValueError(f"count must be between 1 and {len(real)}, the number of reals; got {count}")
    # Matrix multiplication finds candidates fast, but loses the digits that tell a copy from a near copy: these few are
    # then measured exactly.
    points, reals = images.flatten(1), real.flatten(1)
    distances, indices = [], []
    for part in points.split(250):
        near = torch.cdist(part, reals).topk(min(count + 8, len(reals)), largest=False).indices.sort(dim=1).values
        exact, order = (part[:, None] - reals[near]).norm(dim=2).sort(dim=1, stable=True)
        distances.append(exact[:, :count])
        indices.append(near.gather(1, order)[:, :count])
    return torch.cat(distances), torch.cat(indices)


def _check_pair(start: torch.Tensor, end: torch.Tensor) -> None:
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(
            f"start and end must be single noise vectors of one length, got {tuple(start.shape)} and {tuple(end.shape)}"
        )
