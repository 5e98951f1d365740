"""How good is a generator, in numbers? Images -> features -> statistics -> metric, each stage a function of its own.

`evaluate` puts them together. All compare *fakes* with *reals* through the eyes of `DigitClassifier`; figures made by
another extractor, or from another number of samples, are not comparable with these.
"""

from __future__ import annotations

import warnings
from functools import cached_property, lru_cache
from typing import NamedTuple

import torch
from torch import nn

from . import classifier as classifiers
from . import data, fitting, latent
from .classifier import DigitClassifier
from .errors import BadInput
from .modes import copy_of, place_of
from .report import Figures, Report
from .shapes import check_images
from .tensors import as_count, check_finite, check_module, common
from .training import generate

#: Fakes that a report is made from unless told otherwise: as many as there are test images.
SAMPLES = 10_000

#: k of the k-th nearest neighbour in `precision_recall`, as in the paper.
NEIGHBOURS = 3

#: A report compares at most so many fakes pixel by pixel with all training images: its slowest part.
COMPARED_IN_PIXELS = 1_000

#: Fakes below which a figure says more of chance than of the generator (the lesson Measuring shows the curves).
ENOUGH = {"the Frechet distance": 5_000, "precision and recall": 2_000, "classes": 500, "copies": 500}

#: Points that are compared with all others at a time; more would cost memory and gain nothing.
_BLOCK = 250


# ---- statistics of features


class Gaussian(NamedTuple):
    """Mean (d,) and covariance (d, d) of features, in double precision."""

    mean: torch.Tensor
    covariance: torch.Tensor


def gaussian(features: torch.Tensor) -> Gaussian:
    """Mean and covariance of features (N, d): the normal distribution that fits their cloud.

    Raises:
        TypeError, ValueError: they are no floats, not finite, of another shape, or fewer than two.
    """
    _check_features(features, at_least=2)
    features = features.double()
    return Gaussian(features.mean(dim=0), features.T.cov())


def neighbour_radii(features: torch.Tensor, neighbours: int = NEIGHBOURS) -> torch.Tensor:
    """From each of features (N, d) the distance to its k-th nearest other one: (N,)."""
    _check_features(features, at_least=as_count(neighbours, "neighbours") + 1)
    (features,) = common(features)
    # the nearest of all is the point itself, hence k + 1
    radii = [torch.cdist(block, features).kthvalue(neighbours + 1, dim=1).values for block in features.split(_BLOCK)]
    return torch.cat(radii)


def nearest_training_distance(points: torch.Tensor, training: torch.Tensor) -> torch.Tensor:
    """From each of ``points`` (N, ...) the Euclidean distance to the nearest of ``training`` (M, ...): (N,)."""
    return latent.nearest_real(points, training)[0].flatten()


# ---- metrics


def frechet_distance(one: Gaussian, other: Gaussian) -> float:
    """The Frechet distance of two normal distributions, in squared units of the features: 0 where they are the same.

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)): Dowson and Landau 1982; of GANs Heusel et al. 2017, equation 6. The
    trace of the last root is the sum of the roots of the eigenvalues of C1^(1/2) C2 C1^(1/2), which is symmetric.
    """
    for fitted in (one, other):
        if not isinstance(fitted, Gaussian):
            raise TypeError(f"expected what gaussian(features) gives, got {type(fitted).__name__}")
        mean, covariance = fitted
        check_finite(mean, "mean")
        check_finite(covariance, "covariance")
        if mean.ndim != 1 or covariance.shape != 2 * mean.shape:
            raise ValueError(
                f"a mean has shape (d,), its covariance (d, d); got {tuple(mean.shape)} and {tuple(covariance.shape)}"
            )
    if one.mean.shape != other.mean.shape:
        raise ValueError(f"these features differ in length: {len(one.mean)} and {len(other.mean)}")
    one, other = (Gaussian(mean.double(), covariance.double()) for mean, covariance in (one, other))
    values, vectors = torch.linalg.eigh(one.covariance)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    shared = torch.linalg.eigvalsh(root @ other.covariance @ root).clamp(min=0).sqrt().sum()
    apart = (one.mean - other.mean).square().sum()
    distance = apart + one.covariance.trace() + other.covariance.trace() - 2 * shared
    return max(0.0, distance.item())  # rounding can leave a hair below zero


class PrecisionRecall(NamedTuple):
    """Precision: the share of fakes that lie among reals. Recall: the share of reals that lie among fakes. 0 to 1."""

    precision: float
    recall: float


def precision_recall(
    real: torch.Tensor, fake: torch.Tensor, neighbours: int = NEIGHBOURS, *, real_radii: torch.Tensor | None = None
) -> PrecisionRecall:
    """How much of the fakes is like reals, and how much of the reals is like fakes, from features (N, d) and (M, d).

    A point lies among the others if it is inside a ball around at least one of them; each ball reaches to its centre's
    k-th nearest neighbour of its own kind. Kynkaanniemi et al. 2019, equations 1 and 2. Take as many reals as fakes.

    Args:
        real_radii: ``neighbour_radii(real, neighbours)``, if you have it already.

    Raises:
        TypeError, ValueError: features are no floats, not finite, of another shape or length, or not more than
            ``neighbours``.
    """
    at_least = as_count(neighbours, "neighbours") + 1
    _check_features(real, at_least)
    _check_features(fake, at_least)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(f"these features differ in length: {real.shape[1]} and {fake.shape[1]}")
    if real_radii is not None and real_radii.shape != real.shape[:1]:
        raise ValueError(f"there must be a radius for each of {len(real)} reals, got {tuple(real_radii.shape)}")
    real, fake = common(real, fake)
    real_radii = neighbour_radii(real, neighbours) if real_radii is None else real_radii
    return PrecisionRecall(
        _share_inside(fake, real, real_radii), _share_inside(real, fake, neighbour_radii(fake, neighbours))
    )


def _share_inside(points: torch.Tensor, centres: torch.Tensor, radii: torch.Tensor) -> float:
    inside = [(torch.cdist(block, centres) <= radii).any(dim=1) for block in points.split(_BLOCK)]
    return torch.cat(inside).float().mean().item()


class ClassCoverage(NamedTuple):
    """Which digits there are among images.

    Attributes:
        classes: how many of the ten make up at least one image in a hundred.
        entropy: of the shares, in nats: 0 where there is only one digit, ln 10 = 2.303 where all ten are alike.
        shares: of each digit, 0 to 9; they sum to 1.
    """

    classes: int
    entropy: float
    shares: list[float]


def class_coverage(probabilities: torch.Tensor) -> ClassCoverage:
    """Which digits there are, from a classifier's probabilities (N, 10); an image counts as its likeliest digit."""
    _check_probabilities(probabilities)
    shares = probabilities.argmax(dim=1).bincount(minlength=10).double() / len(probabilities)
    entropy = torch.special.entr(shares).sum().item()
    return ClassCoverage(int((shares >= 0.01).sum()), entropy, shares.tolist())


def confidence(probabilities: torch.Tensor) -> float:
    """The mean probability of the likeliest digit, from probabilities (N, 10): 0.1 to 1, high for clear digits."""
    _check_probabilities(probabilities)
    return probabilities.max(dim=1).values.mean().item()


def copies(fake_distances: torch.Tensor, held_out_distances: torch.Tensor) -> float:
    """The share of fakes that lie nearer to a training image than 99 of 100 reals that were held out do, 0 to 1.

    Distances to the nearest training image, of fakes (N,) and of held-out reals (M,). Held-out reals themselves get
    0.01, all digits together (ones, which are near to each other, get several times as much); a generator that hands
    out its training images gets 1.

    Raises:
        TypeError, ValueError: they are no floats, not finite, none, or of another shape.
    """
    for name, distances in (("fake_distances", fake_distances), ("held_out_distances", held_out_distances)):
        check_finite(distances, name)
        if distances.ndim != 1 or not len(distances):
            raise ValueError(f"expected {name} of shape (N,), one or more, got {tuple(distances.shape)}")
    fake_distances, held_out_distances = common(fake_distances, held_out_distances)
    return (fake_distances < held_out_distances.quantile(0.01)).float().mean().item()


class Quality(NamedTuple):
    """The four figures that two generators are first compared by: see `frechet_distance` and the others."""

    frechet_distance: float
    precision: float
    recall: float
    classes: int


# ---- the reals, as a classifier sees them


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
        self.classifier = copy_of(classifier or classifiers.bundled()).requires_grad_(False)
        self._radii: dict[int, torch.Tensor] = {}
        self._floors: dict[int, Figures] = {}

    @cached_property
    def training_images(self) -> torch.Tensor:
        """The training images, uint8 (60000, 1, 28, 28), in an order of no meaning: any first N are a fair sample."""
        return _shuffled(train=True)

    @cached_property
    def training_features(self) -> torch.Tensor:
        """Features (60000, 128) of the training images, in the order of `training_images`."""
        parts = self.training_images.split(10_000)
        return torch.cat([self.classifier.extract(data.to_range(part))[0] for part in parts])

    @cached_property
    def training_gaussian(self) -> Gaussian:
        """Mean and covariance of `training_features`."""
        return gaussian(self.training_features)

    @cached_property
    def held_out(self) -> Seen:
        """What is seen in the 10,000 test images, in an order of no meaning."""
        return self.see(data.to_range(_shuffled(train=False)))

    def see(self, images: torch.Tensor) -> Seen:
        """What is seen in ``images`` (N, 1, 28, 28) in [-1, 1]."""
        features, probabilities = self.classifier.extract(images)
        return Seen(
            features,
            probabilities,
            nearest_training_distance(images[:COMPARED_IN_PIXELS], data.to_range(self.training_images)),
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


def _shuffled(train: bool) -> torch.Tensor:
    images = data.image_tensor(train)
    return images[torch.randperm(len(images), generator=torch.Generator().manual_seed(0))]


# ---- all of them


def evaluate(
    generator: nn.Module,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
    latent_dim: int | tuple[int, ...] | None = None,
    reference: Reference | None = None,
) -> Report:
    """Evaluate what ``generator`` makes of ``samples`` noise vectors drawn with ``seed``; see `Report`.

    About 17 seconds for 10,000 samples on two cores, two thirds of it for the reals, looked at once a process.

    Args:
        latent_dim: the length of a noise vector, or the shape of one; ``generator.latent_dim`` if not given.
        reference: what to compare with, if not with `bundled`.

    Raises:
        TypeError, ValueError: fewer than ten samples, or more than 60,000; a generator that doesn't take this noise, or
            doesn't make images (N, 1, 28, 28) in [-1, 1].
    """
    samples = _count(samples)
    check_module(generator, "generator")
    latent_dim = fitting.latent_dim_of(generator, latent_dim)
    fitting.try_generator(generator, latent.sample(2, latent_dim, seed=seed).to(**place_of(generator)))
    images = generate(generator, latent.sample(samples, latent_dim, seed=seed))
    return evaluate_images(images.cpu(), seed=seed, reference=reference)


def evaluate_images(images: torch.Tensor, *, seed: int | None = None, reference: Reference | None = None) -> Report:
    """Evaluate ``images`` (N, 1, 28, 28) in [-1, 1], wherever they come from, as if a generator had made them.

    Raises:
        TypeError, ValueError: fewer than ten images or more than 60,000, of another shape or type, or with values
            beyond [-1, 1].
    """
    check_images(images)
    _count(len(images))
    images, doubts = images.float(), _doubts(images)
    reference = reference or bundled()
    held_out = min(len(images), len(reference.held_out.features))
    warnings = doubts + [
        f"{len(images):,} images are few for {name}; take at least {enough:,}"
        for name, enough in ENOUGH.items()
        if len(images) < enough
    ]
    if held_out < len(images):
        warnings.append(f"the floor is that of {held_out:,} test images: there are no more")
    return Report(
        fake=reference.figures(reference.see(images)),
        real=reference.floor(held_out),
        samples=len(images),
        seed=seed,
        extractor=type(reference.classifier).__name__,
        extractor_sha256=classifiers.fingerprint(reference.classifier),
        warnings=warnings,
    )


def quality(images: torch.Tensor, reference: Reference | None = None) -> Quality:
    """`Quality` of ``images`` (N, 1, 28, 28) in [-1, 1]: the part of a report that takes three seconds.

    Raises:
        TypeError, ValueError: as `evaluate_images`.
    """
    check_images(images)
    _count(len(images))
    for doubt in _doubts(images):
        warnings.warn(doubt, stacklevel=2)
    reference = reference or bundled()
    return reference.quality(*reference.classifier.extract(images))


def _count(count: int) -> int:
    try:
        return as_count(count, "the number of images", least=10, most=60_000)
    except ValueError:
        raise BadInput(f"a report takes from 10 to 60,000 images, got {count}") from None


def _doubts(images: torch.Tensor) -> list[str]:
    """What is odd about the range of ``images``.

    Raises:
        TypeError, ValueError: they are no floats, not finite, or beyond [-1, 1].
    """
    check_finite(images, "images")
    least, most = images.min().item(), images.max().item()
    if least < -1 - 1e-4 or most > 1 + 1e-4:
        raise BadInput(
            f"images must lie in [-1, 1]; these go from {least:.4g} to {most:.4g}. Pixels of 0 to 255 get there by "
            "gan_lesson.data.to_range, as uint8."
        )
    if 0 <= least < most:
        return [
            f"no pixel is below 0 (they go from {least:.2g} to {most:.2g}): if these images lie in [0, 1], give "
            "2 * images - 1; a generator that ends in a Sigmoid makes such ones"
        ]
    return []


def _check_features(features: torch.Tensor, at_least: int) -> None:
    check_finite(features, "features")
    if features.ndim != 2 or len(features) < at_least:
        raise ValueError(f"expected features of shape (N, d) with N at least {at_least}, got {tuple(features.shape)}")


def _check_probabilities(probabilities: torch.Tensor) -> None:
    check_finite(probabilities, "probabilities")
    if probabilities.ndim != 2 or probabilities.shape[1] != 10 or not len(probabilities):
        raise ValueError(f"expected probabilities of shape (N, 10), got {tuple(probabilities.shape)}")
    if probabilities.min() < 0 or (probabilities.sum(dim=1) - 1).abs().max() > 1e-2:
        raise ValueError("probabilities are 0 or more and sum to 1 in each row; of logits take softmax(dim=1) first")
