"""A walk through the latent space by hand: sliders move z, and the browser draws what the generator makes of it."""

from __future__ import annotations

import os

import torch
import traitlets
from torch import nn

from ... import checkpoints, data, latent, plots
from ...shapes import check_images
from ..shared.base import STYLE, WithContent, asked, front_end, pack, style
from .pair import Pair


class LatentExplorer(WithContent):
    """Sliders over what a generator can draw, with the discriminator's score beside each picture.

    The networks run in the browser when `layers` knows all their layers: their weights are sent once. Up to half a
    megabyte of them is stored with the notebook, and the widget lives without a kernel (``stands_alone``). Others are
    asked in the kernel. What is explored are copies of the networks as they are now, in evaluation
    mode: training on doesn't move the pictures.

    Attributes:
        z: the noise (latent_dim,) on the screen. It follows the sliders; set it, and the sliders follow.
        pins: the noise pinned as "a" and "b", each (latent_dim,) or None.
    """

    _esm = front_end("latent_explorer")
    _css = STYLE + style("latent_explorer")

    start = traitlets.Dict(help="the noise last set in Python, packed").tag(sync=True)

    def __init__(
        self,
        generator: str | os.PathLike | nn.Module = "article",
        *,
        discriminator: nn.Module | None = None,
        directions: int = 10,
        seed: int = 0,
        latent_dim: int | tuple[int, ...] | None = None,
    ):
        """Explore ``generator``: noise (N, latent_dim) -> images (N, C, H, W) in [-1, 1].

        Images of one channel are drawn in grey, of three in colour; the nearest real digits are for 28 x 28 in grey.

        Args:
            generator: a module, or a name or path as for `checkpoints.load_generator`; then the discriminator that was
                trained against it comes along where there is one.
            discriminator: images -> logits (N, 1). Without one no scores are shown.
            directions: how many principal directions get a slider.
            seed: of the first z, which is ``latent.sample(1, latent_dim, seed=seed)[0]``, and of the random button.
            latent_dim: the length of a noise vector, or the shape that the generator takes one in, such as (100, 1, 1);
                if not given, ``generator.latent_dim``, else what its first linear layer takes.

        Raises:
            FileNotFoundError, CheckpointError: as `checkpoints.load_generator` raises them.
            ValueError: the networks don't turn noise into images, and these into logits.
        """
        if not isinstance(generator, nn.Module):
            discriminator = _opponent(generator) if discriminator is None else discriminator
            generator = checkpoints.load_generator(generator)
        self.pair = Pair(generator, discriminator, directions, latent_dim)
        self._z = latent.sample(1, self.pair.latent_dim, seed=seed)[0]
        self.pins: dict[str, torch.Tensor | None] = {"a": None, "b": None}
        shape = self.pair.shape
        layers, scored = self.pair.for_browser(), self.pair.discriminator is not None
        super().__init__(
            {
                **layers,
                "scored": scored,
                "directions": self.pair.directions,
                "seed": seed,
                "shape": shape[1:] if shape[0] == 1 else shape,
                "digits": shape == (1, 28, 28),
            },
            stands_alone=layers["generator"] is not None and (layers["discriminator"] is not None or not scored),
            start=pack({"z": self._z, "number": 0}),
        )

    @property
    def z(self) -> torch.Tensor:
        return self._z.clone()

    @z.setter
    def z(self, noise: torch.Tensor) -> None:
        self._z = self.pair.point(noise)
        # numbered, so that the same z set twice goes out twice: the browser may have moved on between
        self.start = pack({"z": self._z, "number": self.start["number"] + 1})

    @asked
    def look(self, noise: list[list[float]]) -> dict:
        """The generator's images, flat, of ``noise`` (N, latent_dim), and their scores (N,) where there is a D."""
        images, scores = self.pair.draw(torch.stack([self.pair.point(z) for z in noise]))
        return {"images": images.flatten(1), "scores": scores}

    @asked
    def nearest(self, noise: list[float]) -> dict:
        """The training images nearest to the picture of ``noise``: pixels (5, 784), distances (5,), labels (5,)."""
        image, _ = self.pair.draw(self.pair.point(noise)[None])
        check_images(image)
        distances, indices = latent.nearest_real(image, data.image_tensor(), 5)
        pixels, labels = data.image_tensor()[indices[0]], data.label_tensor()[indices[0]]
        return {"pixels": pixels.flatten(1), "distances": distances[0], "labels": labels}

    @asked
    def moved(self, z: list[float], a: list[float] | None, b: list[float] | None) -> dict:
        """Take over where the browser is, so that the next cell can use it."""
        z, a, b = (None if noise is None else self.pair.point(noise) for noise in (z, a, b))
        self._z, self.pins = z, {"a": a, "b": b}
        return {}

    @asked
    def present(self) -> dict:
        """Where the explorer is, for a view that opens."""
        return {"z": self._z, **self.pins}

    def close(self) -> None:
        """Leave the page, and free the networks, even where the notebook's list of outputs keeps the widget."""
        super().close()
        vars(self).pop("pair", None)
        self.content = {}

    def picture(self) -> plots.Picture:
        """The picture of z, changed along the first principal directions, and the walk between the pins."""
        return self.pair.picture(self._z, **self.pins)


def _opponent(source: str | os.PathLike) -> nn.Module | None:
    try:
        return checkpoints.load_discriminator(source)
    except checkpoints.CheckpointError:  # a generator alone, or trained against a network of the learner's own
        return None
