"""Images in, figures out: a whole `Report` of them, or the four by which two generators are first compared."""

from __future__ import annotations

import warnings

import torch
from torch import nn

from .. import classifier as classifiers
from .. import device as devices
from .. import fitting, latent
from ..errors import BadInput
from ..modes import place_of
from ..report import Report
from ..shapes import check_images
from ..tensors import as_count, check_finite, check_module
from ..training import generate
from .figures import Quality
from .reference import Reference, bundled

#: Fakes that a report is made from unless told otherwise: as many as there are test images.
SAMPLES = 10_000

#: Fakes below which a figure says more of chance than of the generator (the lesson Measuring shows the curves).
ENOUGH = {"the Frechet distance": 5_000, "precision and recall": 2_000, "classes": 500, "copies": 500}


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
    return evaluate_images(images, seed=seed, reference=reference)


def evaluate_images(images: torch.Tensor, *, seed: int | None = None, reference: Reference | None = None) -> Report:
    """Evaluate ``images`` (N, 1, 28, 28) in [-1, 1], wherever they come from, as if a generator had made them.

    Raises:
        TypeError, ValueError: fewer than ten images or more than 60,000, of another shape or type, or with values
            beyond [-1, 1].
    """
    check_images(images)
    _count(len(images))
    doubts = _doubts(images)
    doubts += [
        f"{len(images):,} images are few for {name}; take at least {enough:,}"
        for name, enough in ENOUGH.items()
        if len(images) < enough
    ]
    reference = reference or bundled()
    held_out = min(len(images), len(reference.held_out.features))
    if held_out < len(images):
        doubts.append(f"the floor is that of {held_out:,} test images: there are no more")
    report = Report(
        fake=reference.figures(reference.see(images.float().cpu())),
        real=reference.floor(held_out),
        samples=len(images),
        seed=seed,
        extractor=type(reference.classifier).__name__,
        extractor_sha256=classifiers.fingerprint(reference.classifier),
        warnings=doubts,
    )
    devices.give_back_freed_memory()
    return report


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
    found = reference.quality(*reference.classifier.extract(images))
    devices.give_back_freed_memory()
    return found


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
