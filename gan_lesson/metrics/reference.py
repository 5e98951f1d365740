"""The reals as one classifier sees them: what the figures of fakes are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import torch

from .. import classifier as classifiers
from .. import data
from ..classifier import DigitClassifier
from ..modes import copy_of
from ..report import Figures
from .figures import (
    Gaussian,
    Quality,
    class_coverage,
    confidence,
    copies,
    frechet_distance,
    gaussian,
    nearest_training_distance,
    neighbour_radii,
    precision_recall,
)

#: A report compares at most so many fakes pixel by pixel with all training images: its slowest part.
COMPARED_IN_PIXELS = 1_000


class Seen(NamedTuple):
    """What a classifier sees in N images, and how far they lie from the nearest training image.

    ``in_pixels`` is measured only for the first `COMPARED_IN_PIXELS` of them.
    """

    features: torch.Tensor
    probabilities: torch.Tensor
    in_pixels: torch.Tensor
    in_features: torch.Tensor


class Reference:
    """What fakes are compared with: all reals, as one classifier sees them.

    It sees through a copy of the classifier. When that one is trained on, this reference stays what it was, and a new
    one sees what the classifier sees then. Each part of the reals is looked at when it is first needed, and once.

    Args:
        classifier: whose features are compared; if not given, those of the one that comes with the package.

    Attributes:
        classifier: the copy.
    """

    def __init__(self, classifier: DigitClassifier | None = None):
        judge = classifiers.bundled() if classifier is None else classifier
        self.classifier = copy_of(judge).requires_grad_(False)
        self._radii: dict[int, torch.Tensor] = {}
        self._floors: dict[int, Figures] = {}

    @cached_property
    def training_features(self) -> torch.Tensor:
        """Features (60000, 128) of the training images, in an order of no meaning: any first N are a fair sample."""
        return torch.cat([self.classifier.extract(part)[0] for part in _shuffled(train=True)])

    @cached_property
    def training_gaussian(self) -> Gaussian:
        """Mean and covariance of `training_features`."""
        return gaussian(self.training_features)

    @cached_property
    def held_out(self) -> Seen:
        """What is seen in the 10,000 test images, in an order of no meaning."""
        return self.see(torch.cat(list(_shuffled(train=False))))

    def see(self, images: torch.Tensor) -> Seen:
        """What is seen in ``images`` (N, 1, 28, 28) in [-1, 1]."""
        features, probabilities = self.classifier.extract(images)
        return Seen(
            features,
            probabilities,
            nearest_training_distance(images[:COMPARED_IN_PIXELS], data.image_tensor()),
            nearest_training_distance(features, self.training_features),
        )

    def quality(self, features: torch.Tensor, probabilities: torch.Tensor) -> Quality:
        """`Quality` of N images that the classifier has looked at, against as many training images."""
        count = len(features)
        reals = self.training_features[:count]
        if count not in self._radii:
            self._radii[count] = neighbour_radii(reals)
        return Quality(
            frechet_distance(gaussian(features), self.training_gaussian),
            *precision_recall(reals, features, real_radii=self._radii[count]),
            class_coverage(probabilities).classes,
        )

    def figures(self, seen: Seen) -> Figures:
        """Every figure of the images in which that was ``seen``."""
        return Figures(
            **self.quality(seen.features, seen.probabilities)._asdict() | class_coverage(seen.probabilities)._asdict(),
            confidence=confidence(seen.probabilities),
            pixel_distance=seen.in_pixels.median().item(),
            feature_distance=seen.in_features.median().item(),
            pixel_copies=copies(seen.in_pixels, self.held_out.in_pixels),
            feature_copies=copies(seen.in_features, self.held_out.in_features),
        )

    def floor(self, count: int) -> Figures:
        """The same figures of ``count`` test images, which no generator has seen: a yardstick and no bound."""
        if count not in self._floors:
            self._floors[count] = self.figures(Seen(*(values[:count] for values in self.held_out)))
        return self._floors[count]


@lru_cache(maxsize=1)
def bundled() -> Reference:
    """The reference of the classifier that comes with the package, made once a process."""
    return Reference()


def _shuffled(train: bool) -> Iterator[torch.Tensor]:
    """The images as floats (up to 1000, 1, 28, 28) in [-1, 1], part by part, in an order of no meaning."""
    images = data.image_tensor(train)
    for part in torch.randperm(len(images), generator=torch.Generator().manual_seed(0)).split(1_000):
        yield data.to_range(images[part])
