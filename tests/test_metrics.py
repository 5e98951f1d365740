"""The metrics against SciPy and NumPy and cases solved by hand; and they rank what anyone can rank by eye."""

import dataclasses
import json
import math
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import torch
from scipy.spatial.distance import cdist
from torch import nn
from torchvision.transforms.functional import gaussian_blur

from gan_lesson import checkpoints, classifier, data, latent, metrics, models
from gan_lesson.metrics import Gaussian
from gan_lesson.report import Figures, Report
from gan_lesson.training import generate


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def cloud(count: int, dimensions: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, dimensions, generator=random(seed))


def every(step: int) -> torch.Tensor:
    """A fair sample of the test images, whose second half was written less neatly than the first."""
    return data.to_range(data.image_tensor(False)[::step])


# ---- statistics of features


def test_the_gaussian_of_features_has_numpys_mean_and_covariance():
    features = cloud(40, 5) * torch.arange(1, 6) + 100
    fitted = metrics.gaussian(features)
    assert fitted.mean.dtype == fitted.covariance.dtype == torch.float64
    np.testing.assert_allclose(fitted.mean, features.double().numpy().mean(axis=0))
    np.testing.assert_allclose(fitted.covariance, np.cov(features.double().numpy(), rowvar=False))


@pytest.mark.parametrize("shape", [(1, 3), (4,), (2, 3, 4)])
def test_a_cloud_of_one_point_or_of_no_vectors_has_no_gaussian(shape):
    with pytest.raises(ValueError, match=r"shape \(N, d\) with N at least 2"):
        metrics.gaussian(torch.zeros(shape))


@pytest.mark.parametrize("neighbours", [1, 3])
def test_neighbour_radii_are_those_of_the_table_of_all_distances(neighbours):
    features = cloud(600, 4)
    expected = np.sort(cdist(features.double(), features.double()), axis=1)[:, neighbours]  # column 0: the point itself
    np.testing.assert_allclose(metrics.neighbour_radii(features, neighbours), expected, rtol=1e-3)


def test_a_point_needs_as_many_others_as_neighbours_are_asked_for():
    metrics.neighbour_radii(torch.eye(4), 3)
    with pytest.raises(ValueError, match=r"N at least 4, got \(3, 3\)"):
        metrics.neighbour_radii(torch.eye(3), 3)


def test_the_nearest_training_distance_is_the_least_of_scipys():
    points, training = cloud(300, 8, seed=1), cloud(500, 8, seed=2)
    expected = cdist(points.double(), training.double()).min(axis=1)
    np.testing.assert_allclose(metrics.nearest_training_distance(points, training), expected, rtol=1e-5)


# ---- Frechet distance


def normal(factor: np.ndarray, mean: np.ndarray) -> Gaussian:
    """The normal distribution with covariance F F^T."""
    return Gaussian(torch.from_numpy(mean), torch.from_numpy(factor @ factor.T))


@pytest.mark.parametrize("ranks", [(6, 6), (3, 6), (6, 3), (2, 3)])  # below 6 the covariance is singular
def test_the_frechet_distance_agrees_with_scipys_matrix_root(ranks):
    source = np.random.default_rng(0)
    (one, other), means = (source.normal(size=(6, rank)) for rank in ranks), source.normal(size=(2, 6))
    covariances = one @ one.T, other @ other.T
    distance = metrics.frechet_distance(normal(one, means[0]), normal(other, means[1]))

    apart = np.sum((means[0] - means[1]) ** 2)
    # the trace of the root in two ways: by SciPy's root, and as the sum of the singular values of A^T B
    root = np.trace(scipy.linalg.sqrtm(covariances[0] @ covariances[1])).real
    assert distance == pytest.approx(apart + np.trace(sum(covariances)) - 2 * root, rel=1e-5)
    values = scipy.linalg.svdvals(one.T @ other).sum()
    assert distance == pytest.approx(apart + np.trace(sum(covariances)) - 2 * values, rel=1e-6)


def test_the_frechet_distance_of_a_distribution_to_itself_is_zero():
    one = metrics.gaussian(cloud(50, 6))
    assert metrics.frechet_distance(one, one) == pytest.approx(0, abs=1e-6)
    nothing = Gaussian(torch.zeros(3).double(), torch.zeros(3, 3).double())
    assert metrics.frechet_distance(nothing, nothing) == 0


def test_in_one_dimension_the_frechet_distance_has_a_closed_form():
    """Two normal distributions on a line: (m1 - m2)^2 + (s1 - s2)^2."""
    one, other = (Gaussian(torch.tensor([m]).double(), torch.tensor([[s**2]]).double()) for m, s in ((1, 2), (4, 7)))
    assert metrics.frechet_distance(one, other) == pytest.approx(3**2 + 5**2)
    assert metrics.frechet_distance(other, one) == pytest.approx(3**2 + 5**2)


def test_features_of_different_lengths_have_no_distance():
    with pytest.raises(ValueError, match="differ in length: 3 and 4"):
        metrics.frechet_distance(metrics.gaussian(cloud(9, 3)), metrics.gaussian(cloud(9, 4)))


# ---- precision and recall


def plane(*points: tuple[float, float]) -> torch.Tensor:
    return torch.tensor(points, dtype=torch.float32)


def test_precision_and_recall_of_four_points_against_four_are_those_worked_out_by_hand():
    """With k = 1: balls of radius 5, 5, 2, 2 around the reals and of 11, 11, 2, 2 around the fakes."""
    real = plane((0, 0), (3, 4), (100, 0), (100, -2))
    # the first lies on the edge of a ball, the second beyond all, the third inside one, the fourth beyond all
    fake = plane((-5, 0), (0, -10), (100, 1), (102, 1))
    # the fourth real is 3 away from the nearer of two fakes whose balls have radius 2
    assert metrics.precision_recall(real, fake, 1) == (2 / 4, 3 / 4)


def test_precision_and_recall_agree_with_the_table_of_all_distances():
    real, fake = cloud(600, 3, seed=1), 0.7 * cloud(300, 3, seed=2) + 0.5

    def share_inside(points, centres) -> float:
        radii = np.sort(cdist(centres, centres), axis=1)[:, 3]
        return (cdist(points, centres) <= radii).any(axis=1).mean()

    expected = share_inside(fake.double(), real.double()), share_inside(real.double(), fake.double())
    assert 0.1 < expected[1] < expected[0] < 0.99
    assert metrics.precision_recall(real, fake) == pytest.approx(expected, abs=0.004)


def test_fakes_in_one_corner_of_the_reals_have_precision_without_recall():
    """Which of the two is real: swapped, they would have recall without precision."""
    ticks = torch.linspace(0, 1, 32)
    everywhere = torch.cartesian_prod(ticks, ticks)  # a lattice, whose balls leave no gap
    corner = 0.1 * torch.rand(1024, 2, generator=random())
    good = metrics.precision_recall(real=everywhere, fake=corner)
    assert good.precision == 1
    assert good.recall < 0.05
    varied = metrics.precision_recall(real=corner, fake=everywhere)
    assert varied.precision < 0.05
    assert varied.recall == 1


def test_radii_of_the_reals_that_are_given_are_used():
    real, fake = cloud(50, 2, seed=1), cloud(50, 2, seed=2)
    radii = metrics.neighbour_radii(real)
    plain = metrics.precision_recall(real, fake)
    assert metrics.precision_recall(real, fake, real_radii=radii) == plain
    assert metrics.precision_recall(real, fake, real_radii=0 * radii) == (0, plain.recall)


@pytest.mark.parametrize("counts", [(3, 9), (9, 3)])
def test_precision_and_recall_need_more_points_than_neighbours(counts):
    with pytest.raises(ValueError, match="N at least 4"):
        metrics.precision_recall(*(torch.zeros(count, 2) for count in counts))


# ---- classes, confidence, copies


def read_as(*counts: int, certainty: float = 0.91) -> torch.Tensor:
    """Probabilities of a classifier that takes so many images for a 0, a 1, ..."""
    digits = torch.repeat_interleave(torch.arange(10), torch.tensor(counts))
    return torch.full((len(digits), 10), (1 - certainty) / 9).scatter(1, digits[:, None], certainty)


def test_even_shares_of_all_ten_digits_have_the_highest_entropy():
    coverage = metrics.class_coverage(read_as(*[20] * 10))
    assert coverage.classes == 10
    assert coverage.entropy == pytest.approx(math.log(10))
    assert coverage.shares == pytest.approx([0.1] * 10)


def test_nine_digits_are_nine_and_one_digit_alone_has_no_entropy():
    assert metrics.class_coverage(read_as(*[20] * 7, 0, 20, 20)).classes == 9
    assert metrics.class_coverage(read_as(0, 0, 0, 7, *[0] * 6)) == (1, 0, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize(("ones", "classes"), [(9, 9), (10, 10)])
def test_a_digit_below_one_image_in_a_hundred_does_not_count(ones, classes):
    counts = [100 - ones, ones, 200, *[100] * 7]
    coverage = metrics.class_coverage(read_as(*counts))
    assert coverage.classes == classes
    assert coverage.shares == pytest.approx([count / 1000 for count in counts])
    assert coverage.entropy == pytest.approx(scipy.stats.entropy(counts))


def test_confidence_is_the_mean_probability_of_the_likeliest_digit():
    sure, unsure = read_as(1, *[0] * 9, certainty=0.9), read_as(*[0] * 9, 1, certainty=0.4)
    assert metrics.confidence(torch.cat([sure, unsure])) == pytest.approx(0.65)


@pytest.mark.parametrize("measure", [metrics.class_coverage, metrics.confidence])
@pytest.mark.parametrize("shape", [(0, 10), (5, 9), (10,)])
def test_what_are_no_probabilities_of_ten_digits_is_an_error(measure, shape):
    with pytest.raises(ValueError, match=r"probabilities of shape \(N, 10\)"):
        measure(torch.zeros(shape))


def test_held_out_reals_count_as_copies_once_in_a_hundred_and_copies_always():
    held_out = torch.rand(2000, generator=random()) + 1
    assert metrics.copies(held_out, held_out) == pytest.approx(0.01)
    assert metrics.copies(torch.zeros(500), held_out) == 1
    assert metrics.copies(torch.full((500,), 2.0), held_out) == 0
    assert metrics.copies(torch.tensor([0.0, 0.5, 1.5, 1.5]), held_out) == 0.5


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


@pytest.fixture(scope="module")
def generator() -> nn.Module:
    torch.manual_seed(0)
    return models.ConvGenerator()


@pytest.fixture(scope="module")
def report(generator) -> Report:
    return metrics.evaluate(generator, samples=40, seed=3)


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
    features, probabilities = metrics.classifiers.bundled().extract(images)
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


def test_the_reals_are_all_training_images_in_a_shuffled_order():
    reference, images = metrics.bundled(), data.image_tensor()
    assert reference.training_features.shape == (60_000, 128)
    sums, expected = (x.flatten(1).double().sum(dim=1) for x in (reference.training_images, images))
    np.testing.assert_allclose(sums.sort().values, expected.sort().values, atol=0.1)
    assert not torch.allclose(sums[:100], expected[:100])


def test_the_reals_are_looked_at_once_a_process(generator, report, monkeypatch):
    def forbidden(*_):
        raise AssertionError("the reals were looked at again")

    monkeypatch.setattr(metrics.data, "image_tensor", forbidden)
    assert metrics.evaluate(generator, samples=40, seed=3) == report


@pytest.fixture
def few_reals(monkeypatch):
    """A thousand training images and five hundred test images, which are soon looked at."""
    few = {True: data.image_tensor(True)[:1000], False: data.image_tensor(False)[:500]}
    monkeypatch.setattr(metrics.data, "image_tensor", lambda train=True: few[train])


def test_a_classifier_that_is_trained_on_gives_fresh_features_and_the_old_reference_stays_true(few_reals):
    images, labels = data.to_range(data.image_tensor()), data.load_mnist().targets[:1000]
    judge = metrics.DigitClassifier()
    before = metrics.Reference(judge)
    first = metrics.evaluate_images(images[:100], reference=before)
    list(classifier.train(judge, images, labels, epochs=1))
    after = metrics.Reference(judge)
    fresh = metrics.evaluate_images(images[:100], reference=after)

    assert fresh.extractor_sha256 == classifier.fingerprint(judge) != first.extractor_sha256
    shuffled_images = data.to_range(after.training_images)
    torch.testing.assert_close(after.training_features, judge.extract(shuffled_images)[0])
    assert not torch.allclose(after.training_features, before.training_features)
    assert fresh.fake.feature_distance == fresh.fake.pixel_distance == 0  # they are training images, seen afresh
    assert metrics.evaluate_images(images[:100], reference=before) == first


def test_a_report_as_a_dictionary_goes_through_json_and_says_how_it_was_made(report):
    content = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert content == report.to_dict()
    assert (content["samples"], content["seed"], content["extractor"]) == (40, 3, "DigitClassifier")
    assert content["extractor_sha256"] == metrics.classifiers.fingerprint(metrics.classifiers.bundled())
    names = {field.name for field in dataclasses.fields(Figures)}
    assert content["fake"].keys() == content["real"].keys() == names
    assert len(content["real"]["shares"]) == 10


@pytest.fixture
def counted():
    """Warnings of reports on so many images: no figure is worked out."""

    class Blind:
        classifier = metrics.DigitClassifier()
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
