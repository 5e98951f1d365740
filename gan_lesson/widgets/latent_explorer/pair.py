"""A generator and its discriminator as they are now: what they draw, how it scores, and which reals lie near it."""

from __future__ import annotations

import math

import torch
from torch import nn

from ... import fitting, latent, plots
from ...errors import BadInput
from ...modes import copy_of
from ...shapes import check_pictures
from ...tensors import as_count, check_module
from .layers import UnknownLayer, describe

_DIGIT = (1, 28, 28)
_PLACE = {"device": "cpu", "dtype": torch.float32}  # whatever the session's defaults
_ROWS, _COLUMNS = 4, 7


class Pair:
    """Copies of the two networks, in evaluation mode and on the CPU: training on doesn't move their pictures.

    Args:
        generator: noise (N, latent_dim) -> images (N, C, H, W) in [-1, 1], grey (C = 1) or in colour (C = 3), or flat
            ones (N, 784).
        discriminator: images -> logits (N, 1), or None.
        directions: how many principal directions are wanted.
        latent_dim: the length of a noise vector, or the shape that the generator takes one in; if not given, what the
            generator says of itself, else what its first linear layer takes.

    Attributes:
        latent_dim: the length of a noise vector; vectors are flat here, whatever shape the generator takes.
        shape: of an image, (C, H, W).
        directions: unit vectors (count, latent_dim), the strongest first: as many as there are, and none where no
            linear layer takes the noise.

    Raises:
        ValueError: the networks don't turn noise into images, and these into logits.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module | None = None,
        directions: int = 10,
        latent_dim: int | tuple[int, ...] | None = None,
    ):
        check_module(generator, "generator")
        if discriminator is not None:
            check_module(discriminator, "discriminator")
        directions = as_count(directions, "directions")
        self.generator = _still(generator)
        self.discriminator = None if discriminator is None else _still(discriminator)
        wanted = _latent_dim(self.generator, latent_dim)
        self._noise_shape = wanted if isinstance(wanted, tuple) else (wanted,)
        self.latent_dim = math.prod(self._noise_shape)
        self._check()
        first = latent.first_linear(self.generator)
        if first is None or first.in_features != self.latent_dim:
            self.directions = torch.zeros(0, self.latent_dim, **_PLACE)
        else:
            self.directions = latent.principal_directions(self.generator, directions)

    def point(self, noise: torch.Tensor | list[float]) -> torch.Tensor:
        """One noise vector (latent_dim,), on the CPU.

        Raises:
            ValueError: it has another shape, or a value that is not finite.
        """
        noise = torch.as_tensor(noise, **_PLACE).detach().clone()
        if noise.shape == self._noise_shape:
            noise = noise.flatten()
        if noise.shape != (self.latent_dim,) or not noise.isfinite().all():
            raise ValueError(f"expected finite noise of shape ({self.latent_dim},), got shape {tuple(noise.shape)}")
        return noise

    @torch.no_grad()
    def draw(self, noise: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Images (N, C, H, W) of ``noise`` (N, latent_dim), and their scores (N,); None without a discriminator."""
        images = self.generator(noise.reshape(-1, *self._noise_shape)).reshape(-1, *self.shape)
        if self.discriminator is None:
            return images, None
        return images, self.discriminator(images.reshape(-1, *self._judged_shape)).sigmoid().flatten()

    def picture(self, z: torch.Tensor, a: torch.Tensor | None = None, b: torch.Tensor | None = None) -> plots.Picture:
        """The picture of ``z``, changed along the first principal directions, and the walk from ``a`` to ``b``."""
        rows, words = {}, []
        if a is not None and b is not None:
            rows["A to B"] = latent.lerp(a, b, _COLUMNS)
            words.append("First row: the straight walk from pin A to pin B.")
        for number, direction in enumerate(self.directions[:_ROWS], start=1):
            rows[f"direction {number}"] = z + torch.linspace(-3, 3, _COLUMNS, **_PLACE)[:, None] * direction
        if len(self.directions):
            words.append("A row for each of the strongest principal directions: z moved by -3 to 3 along it.")
        images, scores = self.draw(torch.cat([z[None], *rows.values()]))
        score = "" if scores is None else f" The discriminator's score is {scores[0]:.2f}."
        alt = f"What the generator makes of z, whose norm is {z.norm():.1f}.{score} " + " ".join(words)
        if not rows:
            return plots.image_grid(images, alt=alt, size=1.4)
        return plots.image_grid(images[1:], columns=_COLUMNS, rows=list(rows), alt=alt)

    def for_browser(self) -> dict[str, list[dict] | None]:
        """The layers of both networks as `layers.describe` gives them; None for one that the browser can't compute."""
        return {
            "generator": _described(self.generator, self._noise_shape),
            "discriminator": _described(self.discriminator, self._judged_shape),
        }

    def _check(self) -> None:
        fakes = fitting.try_generator(self.generator, torch.zeros(2, *self._noise_shape, **_PLACE)).detach()
        images = fakes.reshape(2, *_DIGIT) if fakes[0].numel() == math.prod(_DIGIT) else fakes
        check_pictures(images)
        self.shape = self._judged_shape = tuple(images.shape[1:])
        if self.discriminator is None:
            return
        try:
            fitting.try_discriminator(self.discriminator, images)
        except BadInput:
            if fakes.shape == images.shape:
                raise
            fitting.try_discriminator(self.discriminator, fakes)  # it may know such flat images alone
            self._judged_shape = tuple(fakes.shape[1:])


def _still(network: nn.Module) -> nn.Module:
    return copy_of(network).to(**_PLACE).eval().requires_grad_(False)


def _latent_dim(generator: nn.Module, latent_dim: int | tuple[int, ...] | None) -> int | tuple[int, ...]:
    """What is given, or what the generator says of itself, else what its first linear layer takes."""
    if latent_dim is None and not hasattr(generator, "latent_dim"):
        first = latent.first_linear(generator)
        if first is None:
            raise BadInput("the generator has no linear layer that tells the length of z: pass latent_dim=...")
        return first.in_features
    return fitting.latent_dim_of(generator, latent_dim)


def _described(network: nn.Module | None, shape: tuple[int, ...]) -> list[dict] | None:
    try:
        return None if network is None else describe(network, shape)
    except UnknownLayer:
        return None
