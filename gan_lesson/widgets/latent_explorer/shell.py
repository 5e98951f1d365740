"""A walk through the latent space by hand: sliders move z, and the browser draws what the generator makes of it."""

from __future__ import annotations

import copy
import math
import os
from itertools import count

import torch
import traitlets
from torch import nn

from ... import checkpoints, data, latent, plots
from ..shared.base import STYLE, Widget, asked, front_end, pack, style
from .layers import UnknownLayer, describe

_IMAGE = (1, 28, 28)
_NEAREST = 5
_BLOCK = 5_000  # training images that are compared at a time
_ROWS, _COLUMNS = 4, 7


class LatentExplorer(Widget):
    """Sliders over what a generator can draw, with the discriminator's score beside each picture.

    The networks run in the browser when `layers` knows all their layers: their weights are sent
    once, and the widget lives without a kernel (``stands_alone``). Other networks are asked in the kernel. What is
    explored are copies of the networks as they are now, in evaluation mode: training on doesn't move the pictures.

    Attributes:
        z: the noise (latent_dim,) on the screen. It follows the sliders; set it, and the sliders follow.
        pins: the noise pinned as "a" and "b", each (latent_dim,) or None.
    """

    _esm = front_end("latent_explorer")
    _css = STYLE + style("latent_explorer")

    # the default: `make site` executes the lessons that make such a widget; some networks turn out to need the kernel
    stands_alone = traitlets.Bool(True).tag(sync=True)
    content = traitlets.Dict(help="the networks, the directions and the settings, packed").tag(sync=True)
    start = traitlets.Dict(help="the noise last set in Python, packed").tag(sync=True)

    def __init__(
        self,
        generator: str | os.PathLike | nn.Module = "article",
        *,
        discriminator: nn.Module | None = None,
        directions: int = 10,
        seed: int = 0,
    ):
        """Explore ``generator``: noise (N, latent_dim) -> images (N, 1, 28, 28) in [-1, 1].

        Args:
            generator: a module, or a name or path as for `checkpoints.load_generator`; then the discriminator that was
                trained against it comes along where there is one.
            discriminator: images -> logits (N, 1). Without one no scores are shown.
            directions: how many principal directions get a slider.
            seed: of the first z, which is ``latent.sample(1, latent_dim, seed=seed)[0]``, and of the random button.

        Raises:
            FileNotFoundError, CheckpointError: as `checkpoints.load_generator` raises them.
            ValueError: the networks don't turn noise into images, and these into logits.
        """
        if not isinstance(generator, nn.Module):
            discriminator = _opponent(generator) if discriminator is None else discriminator
            generator = checkpoints.load_generator(generator)
        self.generator = _still(generator)
        self.discriminator = None if discriminator is None else _still(discriminator)
        self.latent_dim = _latent_dim(self.generator)
        _check(self.generator, self.discriminator, self.latent_dim)
        self.directions = _directions(self.generator, directions)
        self._z = latent.sample(1, self.latent_dim, seed=seed)[0]
        self.pins: dict[str, torch.Tensor | None] = {"a": None, "b": None}

        layers_g = _for_browser(self.generator, (self.latent_dim,))
        layers_d = None if self.discriminator is None else _for_browser(self.discriminator, _IMAGE)
        super().__init__(
            stands_alone=layers_g is not None and (layers_d is not None or self.discriminator is None),
            content=pack(
                {
                    "generator": layers_g,
                    "discriminator": layers_d,
                    "scored": self.discriminator is not None,
                    "directions": self.directions,
                    "seed": seed,
                }
            ),
            start=pack({"z": self._z, "number": 0}),
        )

    @property
    def z(self) -> torch.Tensor:
        return self._z.clone()

    @z.setter
    def z(self, noise: torch.Tensor) -> None:
        self._z = self._point(noise)
        # numbered, so that the same z set twice goes out twice: the browser may have moved on between
        self.start = pack({"z": self._z, "number": self.start["number"] + 1})

    @asked
    def look(self, noise: list[list[float]]) -> dict:
        """The generator's images (N, 784) of ``noise`` (N, latent_dim), and their scores (N,) where there is a D."""
        images, scores = self._draw(torch.stack([self._point(z) for z in noise]))
        return {"images": images.flatten(1), "scores": scores}

    @asked
    def nearest(self, noise: list[float]) -> dict:
        """The training images nearest to the picture of ``noise``: pixels (5, 784), distances (5,), labels (5,)."""
        image, _ = self._draw(self._point(noise)[None])
        distances, indices = _nearest_reals(image)
        pixels, labels = data.image_tensor()[indices], data.label_tensor()[indices]
        return {"pixels": pixels.flatten(1), "distances": distances, "labels": labels}

    @asked
    def moved(self, z: list[float], a: list[float] | None, b: list[float] | None) -> dict:
        """Take over where the browser is, so that the next cell can use it."""
        z, a, b = (None if noise is None else self._point(noise) for noise in (z, a, b))
        self._z, self.pins = z, {"a": a, "b": b}
        return {}

    @asked
    def present(self) -> dict:
        """Where the explorer is, for a view that opens."""
        return {"z": self._z, **self.pins}

    def picture(self) -> plots.Picture:
        """The picture of z, changed along the first principal directions, and the walk between the pins."""
        rows, words = [], []
        if all(noise is not None for noise in self.pins.values()):
            rows.append(latent.lerp(self.pins["a"], self.pins["b"], _COLUMNS))
            words.append("First row: the straight walk from pin A to pin B.")
        for direction in self.directions[:_ROWS]:
            rows.append(self._z + torch.linspace(-3, 3, _COLUMNS)[:, None] * direction)
        if len(self.directions):
            words.append("A row for each of the strongest principal directions: z moved by -3 to 3 along it.")
        images, scores = self._draw(torch.cat([self._z[None], *rows]))
        score = "" if scores is None else f" The discriminator's score is {scores[0]:.2f}."
        alt = f"What the generator makes of z, whose norm is {self._z.norm():.1f}.{score} " + " ".join(words)
        if not rows:
            return plots.image_grid(images, alt=alt, size=1.4)
        return plots.image_grid(images[1:], columns=_COLUMNS, alt=alt)

    @torch.no_grad()
    def _draw(self, noise: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        images = self.generator(noise).view(-1, *_IMAGE)
        return images, None if self.discriminator is None else torch.sigmoid(self.discriminator(images)).flatten()

    def _point(self, noise: torch.Tensor | list[float]) -> torch.Tensor:
        noise = torch.as_tensor(noise, dtype=torch.float32).detach().cpu().clone()
        if noise.shape != (self.latent_dim,) or not noise.isfinite().all():
            raise ValueError(f"expected finite noise of shape ({self.latent_dim},), got shape {tuple(noise.shape)}")
        return noise


def _nearest_reals(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Distances and indices of the training images nearest to one (1, 1, 28, 28): (5,) and (5,), nearest first."""
    found = []
    # as floats all training images would take 188 MB at each click
    for start, part in zip(count(step=_BLOCK), data.image_tensor().split(_BLOCK)):
        distances, indices = latent.nearest_real(image, data.to_range(part), min(_NEAREST, len(part)))
        found.append((distances[0], indices[0] + start))
    distances, indices = map(torch.cat, zip(*found, strict=True))
    nearest = distances.argsort(stable=True)[:_NEAREST]
    return distances[nearest], indices[nearest]


def _opponent(source: str | os.PathLike) -> nn.Module | None:
    try:
        return checkpoints.load_discriminator(source)
    except checkpoints.CheckpointError:  # a generator alone, or trained against a network of the learner's own
        return None


def _still(network: nn.Module) -> nn.Module:
    return copy.deepcopy(network).cpu().float().eval().requires_grad_(False)


def _latent_dim(generator: nn.Module) -> int:
    """What the generator says of itself, else what its first linear layer takes."""
    if hasattr(generator, "latent_dim"):
        return generator.latent_dim
    first = next((layer for layer in generator.modules() if isinstance(layer, nn.Linear)), None)
    if first is None:
        raise ValueError("the generator has no linear layer that tells the length of z: set its attribute latent_dim")
    return first.in_features


@torch.no_grad()
def _check(generator: nn.Module, discriminator: nn.Module | None, latent_dim: int) -> None:
    images = generator(torch.zeros(2, latent_dim))
    if images.numel() != 2 * math.prod(_IMAGE):
        raise ValueError(f"expected a generator of images (N, 1, 28, 28), got shape {tuple(images.shape)} for N = 2")
    if discriminator is not None and (logits := discriminator(images.view(-1, *_IMAGE))).numel() != 2:
        raise ValueError(f"expected a discriminator of logits (N, 1), got shape {tuple(logits.shape)} for N = 2")


def _directions(generator: nn.Module, count: int) -> torch.Tensor:
    """As many principal directions as there are, up to ``count``; none where no linear layer takes z."""
    first = next((layer for layer in generator.modules() if isinstance(layer, nn.Linear)), None)
    latent_dim = _latent_dim(generator)
    if first is None or first.in_features != latent_dim:
        return torch.empty(0, latent_dim)
    return latent.principal_directions(generator, count)


def _for_browser(network: nn.Module, shape: tuple[int, ...]) -> list[dict] | None:
    try:
        return describe(network, shape)
    except UnknownLayer:
        return None
