"""The figures themselves: what describes one cloud of features, and what two clouds say of each other."""

from __future__ import annotations

from typing import NamedTuple

import torch

from .. import latent
from ..tensors import as_count, check_finite, common

#: k of the k-th nearest neighbour in `precision_recall`, as in the paper.
NEIGHBOURS = 3

#: Points that are computed with at a time; more would cost memory and gain nothing.
_BLOCK = 100


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
    parts = features.split(_BLOCK)
    mean = sum(part.double().sum(dim=0) for part in parts) / len(features)
    centred = (part.double() - mean for part in parts)
    return Gaussian(mean, sum(part.T @ part for part in centred) / (len(features) - 1))


def neighbour_radii(features: torch.Tensor, neighbours: int = NEIGHBOURS) -> torch.Tensor:
    """From each of features (N, d) the distance to its k-th nearest other one: (N,)."""
    _check_features(features, at_least=as_count(neighbours, "neighbours") + 1)
    (features,) = common(features)
    # the nearest of all is the point itself, hence k + 1
    radii = [torch.cdist(block, features).kthvalue(neighbours + 1, dim=1).values for block in features.split(_BLOCK)]
    return torch.cat(radii)


def nearest_training_distance(points: torch.Tensor, training: torch.Tensor) -> torch.Tensor:
    """From each of ``points`` (N, ...) the Euclidean distance to the nearest of ``training`` (M, ...): (N,).

    Training images may be bytes, as `latent.nearest_real` takes them.
    """
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
