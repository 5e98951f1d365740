"""The latent space: where noise lives, ways to walk through it, the noise of a given picture, and reals near a fake."""

from __future__ import annotations

import numbers
from collections.abc import Sequence

import torch
from torch import nn

from .modes import evaluating, frozen, learning, place_of
from .pixels import to_range
from .randomness import random_numbers
from .tensors import as_count, check_finite, check_module, check_tensor, common

#: Reals that are compared at a time.
_BLOCK = 2_000


def sample(count: int, latent_dim: int | Sequence[int], *, seed: int | None = None) -> torch.Tensor:
    """Gaussian noise of shape (count, latent_dim), float32 on the CPU; the same for the same seed on every machine.

    Where ``latent_dim`` is a shape, such as (100, 1, 1), the noise has the shape (count, 100, 1, 1).
    """
    shape = latent_dim if isinstance(latent_dim, Sequence) else [latent_dim]
    shape = [as_count(one, "latent_dim") for one in shape]
    count = as_count(count, "count", least=0)
    random = None if seed is None else random_numbers(seed)
    return torch.randn(count, *shape, generator=random, device="cpu", dtype=torch.float32)


def uniform(count: int, *latent_dim: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """Noise of shape (count, latent_dim), evenly spread over [-1, 1]; for ``AdversarialLoop(draw_noise=uniform)``."""
    return 2 * torch.rand(count, *latent_dim, device=device, dtype=torch.float32) - 1


def lerp(start: torch.Tensor, end: torch.Tensor, steps: int) -> torch.Tensor:
    """``steps`` points on the straight line from ``start`` to ``end`` (both (latent_dim,)): (steps, latent_dim).

    Raises:
        TypeError, ValueError: the two are no floats, not finite or of two lengths; or there are no steps.
    """
    start, end = _pair(start, end)
    steps = as_count(steps, "steps")
    return torch.lerp(start, end, torch.linspace(0, 1, steps, dtype=start.dtype, device=start.device)[:, None])


def slerp(start: torch.Tensor, end: torch.Tensor, steps: int) -> torch.Tensor:
    """``steps`` points on the arc from ``start`` to ``end`` (both (latent_dim,)): (steps, latent_dim).

    Shoemake 1985. The direction turns evenly and the norm goes evenly from one to the other, so that the walk stays in
    the shell in which Gaussian noise lives. Parallel vectors are joined by the straight line.

    Raises:
        ValueError: the two point in opposite directions (there is no one arc), or one of them is zero.
    """
    start, end = _pair(start, end)
    steps = as_count(steps, "steps")
    if not (start.norm() > 0 and end.norm() > 0):
        raise ValueError("a vector of zeros has no direction to turn from")
    a, b = start / start.norm(), end / end.norm()
    angle = torch.acos((a @ b).clamp(-1, 1))
    if angle > torch.pi - 1e-3:
        raise ValueError("start and end point in opposite directions: every arc between them is as short as the others")
    share = torch.linspace(0, 1, steps, dtype=start.dtype, device=start.device)[:, None]
    if angle < 1e-3:
        return torch.lerp(start, end, share)
    norms = torch.lerp(start.norm(), end.norm(), share)
    return norms * (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)


def turn_into(noise: torch.Tensor, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """``noise`` (N, latent_dim) moved by the mean of ``target`` minus the mean of ``source``.

    Both groups are noise (their count, latent_dim) whose pictures share a property. Radford et al. 2016.

    Raises:
        ValueError: a group is empty, or the three differ in latent_dim.
    """
    check_finite(noise, "noise")
    if noise.ndim != 2:
        raise ValueError(f"expected noise of shape (N, latent_dim), got {tuple(noise.shape)}")
    for name, group in (("source", source), ("target", target)):
        check_finite(group, name)
        if group.ndim != 2 or len(group) == 0 or group.shape[1:] != noise.shape[-1:]:
            raise ValueError(f"expected {name} of shape (count, {noise.shape[-1]}), got {tuple(group.shape)}")
    return noise + target.mean(dim=0) - source.mean(dim=0)


def truncate(noise: torch.Tensor, limit: float, *, seed: int | None = None) -> torch.Tensor:
    """A copy of Gaussian ``noise`` in which each value beyond ``limit`` is drawn again, until none is left.

    Values within the limit stay as they are (`gan_lesson.models.Truncation`, which a generator may hold, makes all of
    them smaller instead). Marchesi 2017; Brock et al. 2019 (BigGAN, truncation trick).

    Raises:
        ValueError: the limit is below 0.01, where nearly every draw would be thrown away.
    """
    check_finite(noise, "noise")
    if not isinstance(limit, numbers.Real) or not limit >= 0.01:
        raise ValueError(f"limit must be at least 0.01, got {limit}")
    random = None if seed is None else random_numbers(seed)
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
    activations, Shen and Zhou 2021 (SeFa) in the weights, as here. A direction and its opposite are equally strong; of
    the two, the one whose largest number is positive is returned, so that all machines agree.

    Args:
        count: how many; if not given, or more than there are, all of them.

    Raises:
        TypeError: it is no network.
        ValueError: it has no linear layer.
    """
    check_module(generator, "generator")
    count = None if count is None else as_count(count, "count")
    first = first_linear(generator)
    if first is None:
        raise ValueError("this generator has no linear layer to take directions from")
    check_finite(first.weight, "the first linear layer's weights")
    (weight,) = common(first.weight.detach())
    directions = torch.linalg.svd(weight, full_matrices=False).Vh[:count]
    largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
    return directions * largest.sign()


def invert(
    generator: nn.Module, images: torch.Tensor, *, starts: int = 8, steps: int = 200, seed: int | None = None
) -> torch.Tensor:
    """Noise (N, latent_dim) of which ``generator`` draws pictures near to ``images`` (N, C, H, W), float in [-1, 1].

    Gradient descent (Adam at rate 0.1, ``steps`` times) moves the noise and leaves the weights alone. Each image is
    searched for from ``starts`` places, drawn from the normal distribution; the one whose picture ends nearest, in
    pixels, is returned. Nothing keeps the noise in the shell. Zhu et al. 2016; Creswell and Bharath 2018.

    Raises:
        TypeError: generator or images are of another kind.
        ValueError: the images are not finite, or of another shape than the generator's; nothing says how long its noise
            is, neither an attribute ``latent_dim`` nor a linear layer.
    """
    check_module(generator, "generator")
    check_finite(images, "images")
    if images.ndim != 4 or not len(images):
        raise ValueError(f"expected images of shape (N, C, H, W), one or more, got {tuple(images.shape)}")
    starts, steps = as_count(starts, "starts"), as_count(steps, "steps")
    with evaluating(generator), frozen(generator), learning():
        place = place_of(generator)
        noise = sample(len(images) * starts, _latent_dim_of(generator), seed=seed).to(**place)
        wanted = images.detach().to(**place)
        drawn = generator(noise[:1]).shape[1:]
        if drawn != wanted.shape[1:]:
            raise ValueError(f"the generator draws pictures of shape {tuple(drawn)}, not {tuple(wanted.shape[1:])}")
        # a few images at a time: memory holds no gradients of thousands
        parts = zip(wanted.split(64), noise.split(64 * starts), strict=True)
        return torch.cat([_nearest_found(generator, some, begun, steps) for some, begun in parts])


def _nearest_found(generator: nn.Module, images: torch.Tensor, noise: torch.Tensor, steps: int) -> torch.Tensor:
    """Of the searches that begin at ``noise`` (N * starts, ...), where the best for each of N images ends (N, ...)."""
    starts = len(noise) // len(images)
    noise, wanted = noise.clone().requires_grad_(), images.repeat_interleave(starts, dim=0)
    optimizer = torch.optim.Adam([noise], lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        (generator(noise) - wanted).square().sum().backward()
        optimizer.step()
    noise = noise.detach()
    distances = (generator(noise) - wanted).flatten(1).norm(dim=1).view(-1, starts)
    first_of_each = starts * torch.arange(len(images), device=noise.device)
    return noise[first_of_each + distances.argmin(dim=1)]


def _latent_dim_of(generator: nn.Module) -> int | Sequence[int]:
    """What ``generator`` says of itself, else what its first linear layer takes."""
    if hasattr(generator, "latent_dim"):
        return generator.latent_dim
    first = first_linear(generator)
    if first is None:
        raise ValueError("the generator has neither an attribute latent_dim nor a linear layer: how long is its noise?")
    return first.in_features


def nearest_real(images: torch.Tensor, real: torch.Tensor, count: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """The ``count`` nearest of ``real`` (M, 1, 28, 28) to each of ``images`` (N, 1, 28, 28), in pixels.

    Images are floats in [-1, 1], reals are such floats or bytes 0 to 255. Returns Euclidean distances and indices into
    ``real``, both (N, count), nearest first. Points and features (N, ...) and (M, ...) are compared in the same way.
    Bytes become floats block by block; as floats all of MNIST would take 188 MB.

    Raises:
        TypeError, ValueError: either is of another type, not finite, or empty; they differ in shape; there are not
            ``count``.
    """
    check_finite(images, "images")
    check_tensor(real, "reals")
    if real.dtype != torch.uint8:
        check_finite(real, "reals")
    for name, value in (("images", images), ("reals", real)):
        if value.ndim < 2 or not value[:1].numel():
            raise ValueError(f"expected {name} of shape (N, ...), one or more, got {tuple(value.shape)}")
    if images.shape[1:] != real.shape[1:]:
        raise ValueError(f"images {tuple(images.shape)} and reals {tuple(real.shape)} differ in shape")
    count = as_count(count, "count", most=len(real))
    found = [_nearest_of(images, block, count) for block in real.split(_BLOCK)]
    distances = torch.cat([near for near, _ in found], dim=1)
    indices = torch.cat([places + number * _BLOCK for number, (_, places) in enumerate(found)], dim=1)
    order = distances.argsort(dim=1, stable=True)[:, :count]
    return distances.gather(1, order), indices.gather(1, order)


def _nearest_of(images: torch.Tensor, real: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Distances and indices of the ``count`` nearest of ``real`` to each of ``images``, or of all where they are fewer.

    Matrix multiplication finds candidates fast, but loses the digits that tell a copy from a near copy: these few are
    then measured exactly.
    """
    images, real = common(images, to_range(real) if real.dtype == torch.uint8 else real)
    points, reals = images.flatten(1), real.flatten(1)
    distances, indices = [], []
    for part in points.split(250):
        near = torch.cdist(part, reals).topk(min(count + 8, len(reals)), largest=False).indices.sort(dim=1).values
        exact, order = (part[:, None] - reals[near]).norm(dim=2).sort(dim=1, stable=True)
        distances.append(exact[:, :count])
        indices.append(near.gather(1, order)[:, :count])
    return torch.cat(distances), torch.cat(indices)


def _pair(start: torch.Tensor, end: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Both in one dtype, once they are found to be noise vectors of one length."""
    check_finite(start, "start")
    check_finite(end, "end")
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(
            f"start and end must be single noise vectors of one length, got {tuple(start.shape)} and {tuple(end.shape)}"
        )
    dtype = torch.promote_types(start.dtype, end.dtype)
    return start.to(dtype), end.to(dtype)
