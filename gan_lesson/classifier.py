"""A small network that reads digits: the eye through which `gan_lesson.metrics` looks at pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import nn

from . import files, tensorfile, weights
from .errors import BadInput
from .modes import in_evaluation, place_of
from .randomness import random_numbers
from .shapes import check_images
from .tensors import as_count, check_finite, check_tensor
from .training import adam

#: Images that go through the network at a time.
_BATCH = 100


class DigitClassifier(nn.Module):
    """Images (N, 1, 28, 28) in [-1, 1] -> logits (N, 10), one for each digit.

    Two convolutions with BatchNorm, ReLU and pooling (1 x 28 x 28 -> 16 x 14 x 14 -> 32 x 7 x 7), then 128 features,
    then ten logits. `features` are what the metrics compare pictures by.
    """

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=5, padding=2, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, kernel_size=5, padding=2, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * 49, 128),
            nn.ReLU(),
        )
        self.head = nn.Linear(128, 10)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """The last layer before the ten logits: images (N, 1, 28, 28) in [-1, 1] -> features (N, 128), none below 0."""
        check_images(images)
        return self.body(images.to(self.head.weight.dtype))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(images))

    def extract(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Features (N, 128) and class probabilities (N, 10) of any number of images, in evaluation mode.

        Raises:
            TypeError, ValueError: the images are no floats, not finite or of another shape.
        """
        check_images(images)
        check_finite(images, "images")
        # into one tensor made first: a list of small ones would lie in the heap between the large ones of each part
        features = torch.empty(len(images), self.head.in_features, **place_of(self))
        for rows, part in zip(features.split(_BATCH), images.split(_BATCH), strict=True):
            rows.copy_(in_evaluation(self.body, part))
        return features, in_evaluation(self.head, features).softmax(dim=1)


@lru_cache(maxsize=1)
def bundled() -> DigitClassifier:
    """The classifier that comes with the package, in evaluation mode; provenance in bundled/classifier.json.

    Raises:
        BadInput: its file is missing or damaged.
    """
    classifier = DigitClassifier()
    path = files.bundled("classifier.safetensors")
    try:
        weights.put(tensorfile.read_plain(path), classifier)
        if fingerprint(classifier) != files.read_json(path.with_suffix(".json")).get("sha256"):
            raise BadInput("its weights are not those that its JSON speaks of")
    except (FileNotFoundError, BadInput) as error:
        raise BadInput(f"the bundled classifier is damaged ({error}); install gan_lesson again") from error
    return classifier.eval().requires_grad_(False)


def fingerprint(classifier: DigitClassifier) -> str:
    """SHA-256 over the weights: two classifiers with the same one see the same."""
    digest = hashlib.sha256()
    for name, value in sorted(classifier.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def train(
    classifier: DigitClassifier, images: torch.Tensor, labels: torch.Tensor, *, epochs: int = 8, seed: int = 0
) -> Iterator[float]:
    """Train on ``images`` (N, 1, 28, 28) in [-1, 1] and ``labels`` (N,), 0 to 9; yields the mean loss of each epoch.

    Cross-entropy with Adam, the rate rising and falling once (Smith and Topin 2018); every batch is shifted by up to
    two pixels either way, so that the place of a digit on its paper doesn't matter.

    Raises:
        TypeError, ValueError: images or labels are of another type or shape, not in their range, or fewer than 100.
    """
    check_images(images)
    check_finite(images, "images")
    labels = _checked(labels, len(images))
    epochs = as_count(epochs, "epochs")
    random = random_numbers(seed)
    batch = 100
    steps = as_count(len(images) // batch, f"the number of batches of {batch} in {len(images)} images")
    optimizer = adam(classifier, 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=epochs * steps)
    for _ in range(epochs):
        classifier.train()
        total = 0.0
        for chosen in torch.randperm(len(images), generator=random)[: steps * batch].split(batch):
            right, down = torch.randint(-2, 3, (2,), generator=random).tolist()
            moved = F.pad(images[chosen], (2, 2, 2, 2), value=-1.0)[:, :, 2 + down : 30 + down, 2 + right : 30 + right]
            loss = F.cross_entropy(classifier(moved), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        classifier.eval()
        yield total / steps


def accuracy(classifier: DigitClassifier, images: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of ``images`` (N, 1, 28, 28) whose most probable digit is the one in ``labels`` (N,), 0 to 1.

    Raises:
        TypeError, ValueError: images or labels are of another type or shape, or the labels aren't 0 to 9.
    """
    if not isinstance(classifier, DigitClassifier):
        raise TypeError(f"expected a DigitClassifier, got {type(classifier).__name__}")
    check_images(images)
    labels = _checked(labels, len(images))
    return (classifier.extract(images)[1].argmax(dim=1) == labels).float().mean().item()


def _checked(labels: torch.Tensor, count: int) -> torch.Tensor:
    """``labels`` as int64 (count,).

    Raises:
        TypeError, ValueError: they are no whole numbers, of another shape, or not 0 to 9.
    """
    check_tensor(labels, "labels")
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise TypeError(f"labels must be whole numbers, got {labels.dtype}")
    if labels.shape != (count,) or not count:
        raise ValueError(f"expected a label for each of {count} images, one or more, got {tuple(labels.shape)}")
    if labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"labels are digits, 0 to 9; these go from {labels.min()} to {labels.max()}")
    return labels.long()
