"""A GAN small enough to see whole: data, noise and fakes are points in the plane.

What draws points takes its chance from ``random``, or, without it, from torch's global stream.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import torch
from torch import nn

from .modes import in_evaluation
from .randomness import random_numbers
from .shapes import check_noise, check_points
from .tensors import as_count, check_finite, check_module

#: Standard deviation of each Gaussian of `ring` and `grid`.
SPREAD = 0.05


def ring_centres() -> torch.Tensor:
    """The centres of `ring`: 8 points on the unit circle, (8, 2)."""
    angles = torch.arange(8, dtype=torch.float32, device="cpu") * (2 * math.pi / 8)
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def grid_centres() -> torch.Tensor:
    """The centres of `grid`: 5 x 5 points in [-1, 1], (25, 2)."""
    ticks = torch.linspace(-1, 1, 5, dtype=torch.float32, device="cpu")
    return torch.cartesian_prod(ticks, ticks)


def ring(count: int, random: torch.Generator | None = None) -> torch.Tensor:
    """Points from eight Gaussians on a circle, each of the standard deviation `SPREAD`: (count, 2).

    Metz et al. 2017 (Unrolled GANs), with another radius and spread.
    """
    return _gaussians(ring_centres(), count, random)


def grid(count: int, random: torch.Generator | None = None) -> torch.Tensor:
    """Points from 25 Gaussians on a grid, each of the standard deviation `SPREAD`: (count, 2)."""
    return _gaussians(grid_centres(), count, random)


def moons(count: int, random: torch.Generator | None = None) -> torch.Tensor:
    """Points on two interlocking half circles, (count, 2)."""
    angle = math.pi * _even(count, random)
    upper = _even(count, random) < 0.5
    x = torch.where(upper, angle.cos() - 0.5, 0.5 - angle.cos())
    y = torch.where(upper, angle.sin() - 0.25, 0.25 - angle.sin())
    return _blur(0.65 * torch.stack([x, y], dim=1), random)


def spiral(count: int, random: torch.Generator | None = None) -> torch.Tensor:
    """Points along a spiral of two turns, evenly spread over its length, (count, 2)."""
    radius = _even(count, random).sqrt()
    angle = 4 * math.pi * radius
    return _blur(torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), random, 0.02)


def line(count: int, random: torch.Generator | None = None) -> torch.Tensor:
    """Points along a slanted line, (count, 2)."""
    x = 2 * _even(count, random) - 1
    return _blur(torch.stack([x, 0.5 * x], dim=1), random)


DATASETS: dict[str, Callable[..., torch.Tensor]] = {f.__name__: f for f in (ring, grid, moons, spiral, line)}


class Points(Iterator[torch.Tensor]):
    """An endless iterator of fresh batches (batch_size, 2), repeatable from ``seed``.

    Args:
        source: a name in `DATASETS`, or a function like those in it: (count, random) -> points (count, 2).

    Raises:
        TypeError, ValueError: there is no such data set, or the batch size is no whole number above 0; on drawing, what
            the function returned are no points.
    """

    def __init__(self, source: str | Callable[..., torch.Tensor], batch_size: int = 256, seed: int = 0):
        if not (source in DATASETS if isinstance(source, str) else callable(source)):
            raise ValueError(f"unknown data set {source!r}; choose one of {', '.join(DATASETS)}")
        self.draw = DATASETS[source] if isinstance(source, str) else source
        self.batch_size = as_count(batch_size, "batch_size")
        self._random = random_numbers(seed)

    def __next__(self) -> torch.Tensor:
        points = self.draw(self.batch_size, self._random)
        check_points(points)
        return points

    def state_dict(self) -> dict[str, torch.Tensor]:
        """The random state."""
        return {"random": self._random.get_state()}

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        """Go back to where ``state_dict`` was called."""
        self._random.set_state(state["random"])


class PointGenerator(nn.Module):
    """Noise (N, latent_dim) -> points (N, 2), through ``depth`` hidden layers of ``hidden`` neurons each."""

    def __init__(self, latent_dim: int = 2, hidden: int = 64, depth: int = 2):
        super().__init__()
        self.latent_dim = latent_dim
        self.layers = _stack([latent_dim, *[hidden] * depth, 2], nn.ReLU())

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        check_noise(noise, self.latent_dim)
        return self.layers(noise)


class PointDiscriminator(nn.Module):
    """Points (N, 2) -> logits (N, 1), through ``depth`` hidden layers of ``hidden`` neurons each."""

    def __init__(self, hidden: int = 64, depth: int = 2):
        super().__init__()
        self.layers = _stack([2, *[hidden] * depth, 1], nn.LeakyReLU(0.2))

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        check_points(points)
        return self.layers(points)


def map_points(half_width: float = 1.6, resolution: int = 60) -> torch.Tensor:
    """The points at which `score_map` asks, row by row from the bottom, (resolution ** 2, 2).

    Raises:
        TypeError, ValueError: the resolution is no whole number above 0, or the width no number above 0.
    """
    resolution = as_count(resolution, "resolution")
    _check_width(half_width)
    ticks = torch.linspace(-half_width, half_width, resolution, dtype=torch.float32, device="cpu")
    y, x = torch.meshgrid(ticks, ticks, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


def score_map(discriminator: nn.Module, half_width: float = 1.6, resolution: int = 60) -> torch.Tensor:
    """The discriminator's score on a square around the origin: (resolution, resolution), row 0 at the bottom.

    It is asked in evaluation mode; its mode is put back afterwards.

    Raises:
        TypeError, ValueError: the resolution is no whole number above 0, or the discriminator takes no points.
    """
    check_module(discriminator, "discriminator")
    points = map_points(half_width, resolution)
    logits = in_evaluation(discriminator, points)
    if logits.numel() != len(points):
        raise ValueError(f"expected logits of shape (N, 1) for {len(points):,} points, got {tuple(logits.shape)}")
    return logits.sigmoid().view(resolution, resolution).cpu()


def density(points: torch.Tensor, centres: torch.Tensor, spread: float = SPREAD) -> torch.Tensor:
    """How frequent points are at ``points`` (N, 2) where equal Gaussians around ``centres`` (K, 2) make them, (N,).

    Of the standard deviation ``spread`` each, as in `ring` and `grid`. Over the whole plane the density adds up to 1.

    Raises:
        TypeError, ValueError: either is no floats, of another shape or not finite; there are no centres; or the spread
            is no number above 0.
    """
    _check_points_and_centres(points, centres)
    if not isinstance(spread, (int, float)) or not 0 < spread < math.inf:
        raise ValueError(f"spread must be a number above 0, got {spread!r}")
    # the differences themselves: cdist may go by matrix products, which round off what lies close together
    squares = (points[:, None] - centres).square().sum(dim=2)
    return (-squares / (2 * spread**2)).exp().mean(dim=1) / (2 * math.pi * spread**2)


def modes_covered(points: torch.Tensor, centres: torch.Tensor, *, share: float = 0.2) -> int:
    """How many of ``centres`` (K, 2) the generator reaches with ``points`` (N, 2).

    A centre counts when the points within three standard deviations of it are at least ``share`` of its fair N / K.
    (Srivastava et al. 2017, VEEGAN, count the same points and are content with one, which may be a stray.)

    Raises:
        TypeError, ValueError: either is no floats, of another shape or not finite; or there are no centres.
    """
    _check_points_and_centres(points, centres)
    points, centres = points.float(), centres.float()
    distances = torch.cdist(points, centres)
    near = distances.min(dim=1).values < 3 * SPREAD
    found = torch.bincount(distances.argmin(dim=1)[near], minlength=len(centres))
    return int((found >= max(1, share * len(points) / len(centres))).sum())


def density_grid(points: torch.Tensor, half_width: float = 1.6, cells: int = 20) -> torch.Tensor:
    """The share of ``points`` (N, 2) in each cell of a square around the origin: (cells, cells), row 0 at the bottom.

    The shares are float64 and sum to 1: a point outside the square counts in the nearest cell at its edge.

    Raises:
        TypeError, ValueError: the points are no floats or of another shape, there are none, or one is not a number; or
            the width is no number above 0, or ``cells`` no whole one.
    """
    check_points(points)
    if len(points) == 0 or points.isnan().any():
        raise ValueError("a density needs at least one point, and numbers only")
    cells = as_count(cells, "cells")
    _check_width(half_width)
    column, row = ((points.T + half_width) * (cells / (2 * half_width))).clamp(0, cells - 1).long()
    return torch.bincount(row * cells + column, minlength=cells * cells).view(cells, cells).double() / len(points)


def kl_divergence(p: torch.Tensor, q: torch.Tensor) -> float:
    """The Kullback-Leibler divergence KL(p || q) = sum of p ln(p / q), in nats (natural logarithm): 0 to infinity.

    ``p`` and ``q`` hold probabilities of the same cells, any shape, each summing to 1. A cell empty in ``p`` adds
    nothing; one empty in ``q`` alone makes it infinite.

    Raises:
        ValueError: the shapes differ, a value is negative, or the values of one don't sum to 1.
    """
    p, q = _probabilities(p, q)
    # xlogy is 0 where p is 0; rounding may leave the sum a hair below 0
    return (torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum().clamp(min=0).item()


def js_divergence(p: torch.Tensor, q: torch.Tensor) -> float:
    """The Jensen-Shannon divergence, the mean of KL(p || m) and KL(q || m) with m = (p + q) / 2: 0 to ln 2 = 0.693.

    In nats; ``p`` and ``q`` as for `kl_divergence`, with the same errors. Finite whichever cells are empty, and ln 2
    where none is shared.
    """
    p, q = _probabilities(p, q)
    middle = (p + q) / 2
    return (kl_divergence(p, middle) + kl_divergence(q, middle)) / 2


def _check_points_and_centres(points: torch.Tensor, centres: torch.Tensor) -> None:
    for name, value in (("points", points), ("centres", centres)):
        check_points(value)
        check_finite(value, name)
    if not len(centres):
        raise ValueError("there are no centres")


def _check_width(half_width: float) -> None:
    if not isinstance(half_width, (int, float)) or not 0 < half_width < math.inf:
        raise ValueError(f"half_width must be a number above 0, got {half_width!r}")


def _gaussians(centres: torch.Tensor, count: int, random: torch.Generator | None) -> torch.Tensor:
    chosen = torch.randint(len(centres), (as_count(count, "count", least=0),), generator=random, device="cpu")
    return _blur(centres[chosen], random)


def _blur(points: torch.Tensor, random: torch.Generator | None, spread: float = SPREAD) -> torch.Tensor:
    return points + spread * torch.randn(points.shape, generator=random, dtype=torch.float32, device="cpu")


def _even(count: int, random: torch.Generator | None) -> torch.Tensor:
    """Numbers (count,) evenly spread over [0, 1), of the same type and on the CPU whatever the session's defaults."""
    count = as_count(count, "count", least=0)
    return torch.rand(count, generator=random, dtype=torch.float32, device="cpu")


def _probabilities(*grids: torch.Tensor) -> list[torch.Tensor]:
    for grid in grids:
        check_finite(grid, "probabilities")
    grids = [grid.double() for grid in grids]
    if len({grid.shape for grid in grids}) > 1:
        raise ValueError(f"the two must cover the same cells, got shapes {[tuple(grid.shape) for grid in grids]}")
    for grid in grids:
        if not (grid >= 0).all() or abs(grid.sum().item() - 1) > 1e-6:
            raise ValueError(f"probabilities are 0 or more and sum to 1; these sum to {grid.sum().item():g}")
    return grids


def _stack(widths: list[int], activation: nn.Module) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(widths):
        layers += [nn.Linear(before, after), activation]
    return nn.Sequential(*layers[:-1])
