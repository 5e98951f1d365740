"""The figures against SciPy and NumPy and cases solved by hand."""

import math

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import torch
from scipy.spatial.distance import cdist

from gan_lesson import metrics
from gan_lesson.metrics import Gaussian
from tests.memory import most_held


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def cloud(count: int, dimensions: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, dimensions, generator=random(seed))


# ---- statistics of features


def test_the_gaussian_of_features_has_numpys_mean_and_covariance():
    features = cloud(600, 5) * torch.arange(1, 6) + 100  # more than are computed with at a time
    fitted = metrics.gaussian(features)
    assert fitted.mean.dtype == fitted.covariance.dtype == torch.float64
    np.testing.assert_allclose(fitted.mean, features.double().numpy().mean(axis=0))
    np.testing.assert_allclose(fitted.covariance, np.cov(features.double().numpy(), rowvar=False))


def test_the_gaussian_of_twice_as_many_features_takes_no_more_memory():
    features = torch.zeros(20_000, 50)
    half, whole = (most_held(lambda n=n: metrics.gaussian(features[:n])) for n in (10_000, 20_000))
    assert 0 < half == whole


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


def test_no_table_of_all_distances_is_made():
    real, fake = cloud(6000, 4, seed=1), cloud(6000, 4, seed=2)
    assert most_held(lambda: metrics.precision_recall(real, fake)) < 6000 * 6000 * 4 / 4


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


def test_scores_before_the_softmax_are_no_probabilities():
    for figure in (metrics.class_coverage, metrics.confidence):
        with pytest.raises(ValueError, match=r"of logits take softmax\(dim=1\) first"):
            figure(cloud(20, 10))


def test_held_out_reals_count_as_copies_once_in_a_hundred_and_copies_always():
    held_out = torch.rand(2000, generator=random()) + 1
    assert metrics.copies(held_out, held_out) == pytest.approx(0.01)
    assert metrics.copies(torch.zeros(500), held_out) == 1
    assert metrics.copies(torch.full((500,), 2.0), held_out) == 0
    assert metrics.copies(torch.tensor([0.0, 0.5, 1.5, 1.5]), held_out) == 0.5


def test_numbers_of_any_float_type_give_the_same_figures():
    features, others = cloud(60, 5), cloud(70, 5, seed=1)
    expected = metrics.precision_recall(features, others)
    assert metrics.precision_recall(features.double(), others) == expected
    assert metrics.precision_recall(features, others.double()) == expected
    assert metrics.confidence(torch.full((3, 10), 0.1).double()) == pytest.approx(0.1)
