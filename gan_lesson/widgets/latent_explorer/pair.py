"""A generator and its discriminator as they are now: what they draw, how it scores, and which reals lie near it."""

from __future__ import annotations

import copy
import math

import torch
from torch import nn

from ... import data, latent, plots
from .layers import UnknownLayer, describe

_IMAGE = (1, 28, 28)
_ROWS, _COLUMNS = 4, 7


class Pair:
    """Copies of the two networks, in evaluation mode and on the CPU: training on doesn't move their pictures.

    Args:
        generator: noise (N, latent_dim) -> images (N, 1, 28, 28) in [-1, 1].
        discriminator: images -> logits (N, 1), or None.
        directions: how many principal directions are wanted.

    Attributes:
        latent_dim: the length of a noise vector.
        directions: unit vectors (count, latent_dim), the strongest first: as many as there are, and none where no
            linear layer takes the noise.

    Raises:
        ValueError: the networks don't turn noise into images, and these into logits.
    """

    def __init__(self, generator: nn.Module, discriminator: nn.Module | None = None, directions: int = 10):
        self.generator = _still(generator)
        self.discriminator = None if discriminator is None else _still(discriminator)
        self.latent_dim = _latent_dim(self.generator)
        self._check()
        first = latent.first_linear(self.generator)
        if first is None or first.in_features != self.latent_dim:
            self.directions = torch.empty(0, self.latent_dim)
        else:
            self.directions = latent.principal_directions(self.generator, directions)

    def point(self, noise: torch.Tensor | list[float]) -> torch.Tensor:
        """One noise vector (latent_dim,), on the CPU.

        Raises:
            ValueError: it has another shape, or a value that is not finite.
        """
        noise = torch.as_tensor(noise, dtype=torch.float32).detach().cpu().clone()
        if noise.shape != (self.latent_dim,) or not noise.isfinite().all():
            raise ValueError(f"expected finite noise of shape ({self.latent_dim},), got shape {tuple(noise.shape)}")
        return noise

    @torch.no_grad()
    def draw(self, noise: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Images (N, 1, 28, 28) of ``noise`` (N, latent_dim), and their scores (N,); None without a discriminator."""
        images = self.generator(noise).view(-1, *_IMAGE)
        return images, None if self.discriminator is None else torch.sigmoid(self.discriminator(images)).flatten()

    def picture(self, z: torch.Tensor, a: torch.Tensor | None = None, b: torch.Tensor | None = None) -> plots.Picture:
        """The picture of ``z``, changed along the first principal directions, and the walk from ``a`` to ``b``."""
        rows, words = [], []
        if a is not None and b is not None:
            rows.append(latent.lerp(a, b, _COLUMNS))
            words.append("First row: the straight walk from pin A to pin B.")
        for direction in self.directions[:_ROWS]:
            rows.append(z + torch.linspace(-3, 3, _COLUMNS)[:, None] * direction)
        if len(self.directions):
            words.append("A row for each of the strongest principal directions: z moved by -3 to 3 along it.")
        images, scores = self.draw(torch.cat([z[None], *rows]))
        score = "" if scores is None else f" The discriminator's score is {scores[0]:.2f}."
        alt = f"What the generator makes of z, whose norm is {z.norm():.1f}.{score} " + " ".join(words)
        if not rows:
            return plots.image_grid(images, alt=alt, size=1.4)
        return plots.image_grid(images[1:], columns=_COLUMNS, alt=alt)

    def for_browser(self) -> dict[str, list[dict] | None]:
        """The layers of both networks as `layers.describe` gives them; None for one that the browser can't compute."""
        return {
            "generator": _described(self.generator, (self.latent_dim,)),
            "discriminator": _described(self.discriminator, _IMAGE),
        }

    @torch.no_grad()
    def _check(self) -> None:
        images = self.generator(torch.zeros(2, self.latent_dim))
        if images.numel() != 2 * math.prod(_IMAGE):
            raise ValueError(f"expected a generator of images (N, 1, 28, 28), got {tuple(images.shape)} for N = 2")
        if self.discriminator is None:
            return
        logits = self.discriminator(images.view(-1, *_IMAGE))
        if logits.numel() != 2:
            raise ValueError(f"expected a discriminator of logits (N, 1), got shape {tuple(logits.shape)} for N = 2")


def nearest_digits(images: torch.Tensor, count: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """The ``count`` training images nearest to each of ``images`` (N, 1, 28, 28): distances and indices, (N, count).

    As `latent.nearest_real` measures it, but part by part: as floats all of them would take 188 MB.
    """
    size = 5000
    found = [latent.nearest_real(images, data.to_range(part), count) for part in data.image_tensor().split(size)]
    distances = torch.cat([near for near, _ in found], dim=1)
    indices = torch.cat([place + size * number for number, (_, place) in enumerate(found)], dim=1)
    order = distances.argsort(dim=1, stable=True)[:, :count]
    return distances.gather(1, order), indices.gather(1, order)


def _still(network: nn.Module) -> nn.Module:
    return copy.deepcopy(network).cpu().float().eval().requires_grad_(False)


def _latent_dim(generator: nn.Module) -> int:
    """What the generator says of itself, else what its first linear layer takes."""
    if hasattr(generator, "latent_dim"):
        return generator.latent_dim
    first = latent.first_linear(generator)
    if first is None:
        raise ValueError("the generator has no linear layer that tells the length of z: set its attribute latent_dim")
    return first.in_features


def _described(network: nn.Module | None, shape: tuple[int, ...]) -> list[dict] | None:
    try:
        return None if network is None else describe(network, shape)
    except UnknownLayer:
        return None
