"""A report ranks what anyone can rank by eye, says how it was made, and what is wrong with what it is given."""

import dataclasses
import json
import math
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from torch import nn
from torchvision.transforms.functional import gaussian_blur

from gan_lesson import checkpoints, classifier, data, latent, metrics
from gan_lesson.report import Figures
from gan_lesson.training import generate


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def every(step: int) -> torch.Tensor:
    """A fair sample of the test images, whose second half was written less neatly than the first."""
    return data.to_range(data.image_tensor(False)[::step])


# ---- what anyone can rank by eye


def blurred(images: torch.Tensor) -> torch.Tensor:
    """A blur of sigma 1.5 pixels, as wide as the stroke: soft shapes that nobody takes for MNIST, still legible."""
    return gaussian_blur(images, [13, 13], [1.5, 1.5])


def shuffled(images: torch.Tensor) -> torch.Tensor:
    """The pixels of each image in an order of its own: its grey levels without its shape."""
    orders = torch.rand(len(images), 784, generator=random()).argsort(dim=1)
    return images.flatten(1).gather(1, orders).view_as(images)


def noise(count: int) -> torch.Tensor:
    return torch.rand(count, 1, 28, 28, generator=random()) * 2 - 1


def test_every_metric_ranks_digits_fakes_and_garbage_as_the_eye_does():
    digits = every(5)
    article = generate(checkpoints.load_generator("article"), latent.sample(2000, 100, seed=0))
    ranked = [metrics.quality(images) for images in (digits, article, blurred(digits), shuffled(digits), noise(2000))]
    distances = [quality.frechet_distance for quality in ranked]
    assert all(2 * better < worse for better, worse in pairwise(distances[:3]))
    assert distances == sorted(distances)
    reals, fakes, *_, garbage = ranked
    assert reals.precision > 0.85 > fakes.precision > 0.1
    assert reals.recall > 0.85 > fakes.recall > 0.1
    assert garbage.precision == garbage.recall == 0
    assert reals.classes == 10 > garbage.classes


class Handing(nn.Module):
    """A generator that hands out given images, in their order, whatever the noise."""

    latent_dim = 2

    def __init__(self, images: torch.Tensor):
        super().__init__()
        self.images = images

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        return self.images[: len(noise)]


def test_a_generator_that_left_out_a_digit_has_nine():
    labels = data.load_mnist(train=False).targets[::20]
    without_sevens = every(20)[labels != 7][:400]
    report = metrics.evaluate(Handing(without_sevens), samples=400)
    assert report.fake.classes == 9
    assert report.fake.shares[7] < 0.01
    assert report.fake.entropy < report.real.entropy <= math.log(10)
    assert report.real.classes == 10


def test_a_generator_that_hands_out_training_images_is_caught_also_when_it_adds_faint_noise():
    """Faint: six of 255 grey levels. Test images, which nobody could have copied, are not suspected."""
    training = data.to_range(data.image_tensor()[30_000:30_200])
    faint = (training + 0.05 * torch.randn(training.shape, generator=random())).clamp(-1, 1)
    for images in (training, faint):
        report = metrics.evaluate(Handing(images), samples=200)
        assert report.fake.pixel_copies == 1
        assert report.fake.feature_copies > 0.9
    exact = metrics.evaluate_images(training).fake
    assert exact.pixel_distance == 0
    assert exact.feature_distance == pytest.approx(0, abs=1e-3)
    honest = metrics.evaluate(Handing(every(50)), samples=200)
    for figures in (honest.fake, honest.real):
        assert figures.pixel_copies < 0.05
        assert figures.feature_copies < 0.05


# ---- a report


def test_the_same_seed_gives_the_same_report_and_another_one_another(generator, report):
    torch.rand(5)
    assert metrics.evaluate(generator, samples=40, seed=3) == report
    assert metrics.evaluate(generator, samples=40, seed=4).fake != report.fake


def test_a_report_is_about_what_the_generator_makes_of_the_seeds_noise(generator, report):
    assert generator.training  # it was put back
    images = generate(generator, latent.sample(40, generator.latent_dim, seed=3))
    given = metrics.evaluate_images(images)
    assert given.seed is None
    assert dataclasses.replace(given, seed=3) == report


def test_a_reports_figures_are_those_of_the_metrics(generator, report):
    images = generate(generator, latent.sample(40, generator.latent_dim, seed=3))
    features, probabilities = classifier.bundled().extract(images)
    reals = metrics.bundled().training_features
    expected = metrics.frechet_distance(metrics.gaussian(features), metrics.gaussian(reals))
    assert report.fake.frechet_distance == pytest.approx(expected, rel=1e-6)
    precision, recall = metrics.precision_recall(reals[:40], features)
    assert (report.fake.precision, report.fake.recall) == (precision, recall)
    assert report.fake.confidence == metrics.confidence(probabilities)
    assert (report.fake.classes, report.fake.entropy, report.fake.shares) == metrics.class_coverage(probabilities)

    parts = data.to_range(data.image_tensor()).flatten(1).split(10_000)
    in_pixels = np.min([cdist(images.flatten(1), part).min(axis=1) for part in parts], axis=0)
    assert report.fake.pixel_distance == pytest.approx(np.sort(in_pixels)[19], rel=1e-4)  # the lower median of 40


def test_a_report_as_a_dictionary_goes_through_json_and_says_how_it_was_made(report):
    content = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert content == report.to_dict()
    assert (content["samples"], content["seed"], content["extractor"]) == (40, 3, "DigitClassifier")
    assert content["extractor_sha256"] == classifier.fingerprint(classifier.bundled())
    names = {field.name for field in dataclasses.fields(Figures)}
    assert content["fake"].keys() == content["real"].keys() == names
    assert len(content["real"]["shares"]) == 10


@pytest.fixture
def counted():
    """Warnings of reports on so many images: no figure is worked out."""

    class Blind:
        classifier = classifier.DigitClassifier()
        held_out = SimpleNamespace(features=range(10_000))
        see = figures = floor = lambda self, _: None

    return lambda count: (
        metrics.evaluate_images(torch.zeros(1, 1, 28, 28).expand(count, -1, -1, -1), reference=Blind()).warnings
    )


@pytest.mark.parametrize(
    ("samples", "doubtful"),
    [
        (10, ["the Frechet distance", "precision and recall", "classes", "copies"]),
        (499, ["the Frechet distance", "precision and recall", "classes", "copies"]),
        (500, ["the Frechet distance", "precision and recall"]),
        (2_000, ["the Frechet distance"]),
        (5_000, []),
        (10_000, []),
    ],
)
def test_figures_of_too_few_samples_carry_a_warning(counted, samples, doubtful):
    warnings = counted(samples)
    assert [warning.split(" are few for ")[1].split(";")[0] for warning in warnings] == doubtful
    assert all(warning.startswith(f"{samples:,} images") for warning in warnings)


def test_more_samples_than_test_images_carry_a_warning(counted):
    assert counted(10_001) == ["the floor is that of 10,000 test images: there are no more"]


def spoiled(value: float) -> torch.Tensor:
    images = torch.zeros(20, 1, 28, 28)
    images[13, 0, 5, 5] = value
    return images


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (spoiled(math.nan), "images must be finite; 1 of 15,680 values are NaN or infinite"),
        (spoiled(1.01), r"lie in \[-1, 1\]"),
        (spoiled(-255), r"lie in \[-1, 1\]"),
        (torch.zeros(9, 1, 28, 28), "from 10 to 60,000 images, got 9"),
        (torch.zeros(1, 1, 28, 28).expand(60_001, -1, -1, -1), "from 10 to 60,000 images, got 60001"),
        (torch.zeros(20, 28, 28), r"images of shape \(N, 1, 28, 28\), got \(20, 28, 28\)"),
    ],
)
def test_images_that_cannot_be_judged_are_an_error(images, message):
    with pytest.raises(ValueError, match=message):
        metrics.evaluate_images(images)


@pytest.mark.parametrize("samples", [0, 9, 60_001])
def test_a_report_needs_ten_samples_and_takes_no_more_than_there_are_reals(generator, samples):
    with pytest.raises(ValueError, match=f"from 10 to 60,000 images, got {samples}"):
        metrics.evaluate(generator, samples=samples)


# ---- what people bring


def test_images_in_0_to_1_carry_a_warning_that_says_what_to_do(monkeypatch):
    reals = every(50)
    assert metrics.evaluate_images(reals).warnings == metrics.evaluate_images(-reals).warnings
    halved = metrics.evaluate_images((reals + 1) / 2)
    assert halved.warnings[0].startswith(
        "no pixel is below 0 (they go from 0 to 1): if these images lie in [0, 1], give 2"
    )
    assert halved.fake.frechet_distance > 10 * metrics.evaluate_images(reals).fake.frechet_distance
    with pytest.warns(UserWarning, match="no pixel is below 0"):
        metrics.quality((reals + 1) / 2)


def test_pixels_are_refused_by_every_figure():
    pixels = (every(500) + 1) * 127.5
    for judge in (metrics.quality, metrics.evaluate_images):
        with pytest.raises(ValueError, match=r"must lie in \[-1, 1\]; these go from 0 to 255.*to_range"):
            judge(pixels)


def test_images_of_any_float_type_give_the_same_figures():
    images = every(500)
    assert metrics.quality(images.double()) == metrics.quality(images)


def test_a_generator_without_latent_dim_is_told_how_long_its_noise_is(generator):
    class Anonymous(nn.Module):
        def __init__(self, inner, shape):
            super().__init__()
            self.inner, self.shape = inner, shape

        def forward(self, noise):
            return self.inner(noise.reshape(len(noise), *self.shape))

    plain = Anonymous(generator, (generator.latent_dim,))
    with pytest.raises(TypeError, match=r"no attribute latent_dim: pass latent_dim="):
        metrics.evaluate(plain, samples=10)
    expected = metrics.evaluate(generator, samples=10).fake
    assert metrics.evaluate(plain, samples=10, latent_dim=generator.latent_dim).fake == expected
    assert metrics.evaluate(plain, samples=10, latent_dim=(generator.latent_dim, 1, 1)).fake == expected
    with pytest.raises(ValueError, match="the generator can't take noise of shape"):
        metrics.evaluate(plain, samples=10, latent_dim=7)
