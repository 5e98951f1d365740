import copy

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import torch
from scipy.spatial.distance import cdist
from scipy.spatial.transform import Rotation, Slerp
from torch import nn

from gan_lesson import checkpoints, data, latent, models, training
from tests.memory import most_held


def vectors(*rows: list[float]) -> list[torch.Tensor]:
    return [torch.tensor(row, dtype=torch.float64) for row in rows]


def test_a_sample_is_standard_normal_noise():
    noise = latent.sample(500, 100, seed=0)
    assert noise.shape == (500, 100)
    assert noise.mean().item() == pytest.approx(0, abs=0.02)
    assert noise.std().item() == pytest.approx(1, abs=0.02)


def test_a_seed_repeats_the_noise_and_leaves_the_programs_own_stream_alone():
    state = torch.get_rng_state()
    assert torch.equal(latent.sample(3, 4, seed=1), latent.sample(3, 4, seed=1))
    assert not torch.equal(latent.sample(3, 4, seed=1), latent.sample(3, 4, seed=2))
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(latent.sample(3, 4), latent.sample(3, 4))


def test_uniform_noise_fills_its_range_evenly():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        noise = latent.uniform(5000, 2, device="cpu")
    assert noise.shape == (5000, 2)
    assert torch.histc(noise, 4, -1, 1).div(10_000).allclose(torch.full((4,), 0.25), atol=0.02)


def test_lerp_walks_the_straight_line_in_equal_steps():
    start, end = vectors([0, 4], [8, 0])
    assert latent.lerp(start, end, 5).tolist() == [[0, 4], [2, 3], [4, 2], [6, 1], [8, 0]]


def test_slerp_turns_like_a_rotation():
    """The oracle: SciPy's interpolation of rotations (quaternions), applied to the first of two unit vectors."""
    random = np.random.default_rng(0)
    a, b = (vector / np.linalg.norm(vector) for vector in random.normal(size=(2, 3)))
    axis = np.cross(a, b)
    turn = Rotation.from_rotvec(axis / np.linalg.norm(axis) * np.arccos(a @ b))
    between = Slerp([0, 1], Rotation.concatenate([Rotation.identity(), turn]))(np.linspace(0, 1, 7))
    ours = latent.slerp(torch.from_numpy(a), torch.from_numpy(b), 7)
    np.testing.assert_allclose(ours.numpy(), between.apply(a), atol=1e-12)


def test_slerp_starts_and_ends_where_it_should_and_its_norm_goes_evenly():
    start, end = latent.sample(2, 100, seed=0)
    end = 3 * end
    walk = latent.slerp(start, end, 9)
    torch.testing.assert_close(walk[[0, -1]], torch.stack([start, end]))
    torch.testing.assert_close(walk.norm(dim=1), torch.linspace(start.norm().item(), end.norm().item(), 9))


def test_slerp_keeps_the_shell_of_the_noise_where_lerp_cuts_through_it():
    start, end = vectors([2, 0], [0, 2])
    assert latent.slerp(start, end, 3)[1].tolist() == pytest.approx([2**0.5, 2**0.5])
    assert latent.lerp(start, end, 3)[1].tolist() == [1, 1]


@pytest.mark.parametrize("end", [[2.0, 4.0], [1.0, 2.0], [1.0, 2.0 + 1e-5]])
def test_slerp_joins_parallel_vectors_by_the_straight_line(end):
    start, end = vectors([1.0, 2.0], end)
    np.testing.assert_allclose(
        latent.slerp(start, end, 4).numpy(), np.linspace(start.numpy(), end.numpy(), 4), atol=1e-12
    )


def test_slerp_refuses_opposite_vectors_and_vectors_of_zeros():
    start, zero = vectors([1, 2], [0, 0])
    with pytest.raises(ValueError, match="opposite directions"):
        latent.slerp(start, -2 * start, 5)
    for pair in ((start, zero), (zero, start)):
        with pytest.raises(ValueError, match="zeros has no direction"):
            latent.slerp(*pair, 5)


@pytest.mark.parametrize("walk", [latent.lerp, latent.slerp])
@pytest.mark.parametrize("shapes", [((3,), (4,)), ((1, 3), (1, 3)), ((), ())])
def test_a_walk_needs_two_vectors_of_one_length(walk, shapes):
    start, end = (torch.ones(shape) for shape in shapes)
    with pytest.raises(ValueError, match="single noise vectors of one length"):
        walk(start, end, 5)


def test_noise_moves_by_the_difference_of_the_groups_means():
    noise, source, target = (torch.tensor(rows) for rows in ([[0.0, 0], [5, 5]], [[1.0, 1], [3, 5]], [[7.0, 1]]))
    assert latent.turn_into(noise, source, target).tolist() == [[5, -2], [10, 3]]
    assert noise.tolist() == [[0, 0], [5, 5]]


@pytest.mark.parametrize("shape", [(0, 3), (4, 2), (3,)])
def test_groups_that_have_no_mean_to_move_by_are_refused(shape):
    whole, other = torch.zeros(2, 3), torch.zeros(shape)
    for wrong, groups in (("target", (whole, other)), ("source", (other, whole))):
        with pytest.raises(ValueError, match=rf"expected {wrong} of shape \(count, 3\)"):
            latent.turn_into(torch.zeros(5, 3), *groups)


def test_truncated_noise_follows_the_truncated_normal_distribution():
    noise = latent.truncate(latent.sample(200, 100, seed=0), 0.8, seed=1).flatten().numpy()
    assert np.abs(noise).max() <= 0.8
    assert scipy.stats.kstest(noise, scipy.stats.truncnorm(-0.8, 0.8).cdf).pvalue > 0.01


def test_truncation_draws_only_what_lies_beyond_the_limit():
    noise = latent.sample(20, 100, seed=0)
    before = noise.clone()
    truncated = latent.truncate(noise, 1, seed=1)
    assert torch.equal(noise, before)
    assert torch.equal(truncated != noise, noise.abs() > 1)
    assert torch.equal(latent.truncate(noise, 9), noise)


def test_a_seed_repeats_what_truncation_draws_and_leaves_the_programs_own_stream_alone():
    noise, state = latent.sample(3, 100, seed=0), torch.get_rng_state()
    assert torch.equal(latent.truncate(noise, 0.5, seed=1), latent.truncate(noise, 0.5, seed=1))
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(latent.truncate(noise, 0.5), latent.truncate(noise, 0.5))


def test_truncation_keeps_the_type_of_the_noise():
    assert latent.truncate(latent.sample(3, 100, seed=0).double(), 0.5).dtype == torch.float64


@pytest.mark.parametrize("limit", [0, -1, 0.001, float("nan")])
def test_a_limit_that_leaves_nothing_is_refused(limit):
    with pytest.raises(ValueError, match=r"at least 0\.01"):
        latent.truncate(torch.zeros(1, 2), limit)


def test_principal_directions_are_orthonormal_and_strongest_first():
    torch.manual_seed(0)
    generator = models.Generator(latent_dim=20)
    directions = latent.principal_directions(generator)
    weight = generator.layers[0].weight.detach()
    torch.testing.assert_close(directions @ directions.T, torch.eye(20), rtol=0, atol=1e-5)
    answers = (weight @ directions.T).norm(dim=0).numpy()
    np.testing.assert_allclose(answers, scipy.linalg.svdvals(weight.numpy()), rtol=1e-5)


def test_of_a_direction_and_its_opposite_the_same_one_comes_on_all_machines():
    layer = nn.Linear(3, 3)
    for signs in ([1.0, 1, 1], [-1.0, 1, -1], [-1.0, -1, -1]):  # which one LAPACK gives depends on them
        layer.weight.data = torch.diag(torch.tensor([2.0, 3, 1]) * torch.tensor(signs)) @ torch.tensor(
            [[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]]
        )
        expected = torch.tensor([[0.8, 0.6, 0], [-0.6, 0.8, 0], [0, 0, 1]])
        torch.testing.assert_close(latent.principal_directions(layer), expected)
    assert latent.principal_directions(layer, 9).shape == (3, 3)


def test_principal_directions_are_scipys_singular_vectors_up_to_their_sign():
    torch.manual_seed(0)
    generator = models.ConvGenerator(latent_dim=10)
    directions = latent.principal_directions(generator, 3)
    linear = next(layer for layer in generator.layers if isinstance(layer, nn.Linear))
    expected = scipy.linalg.svd(linear.weight.detach().numpy())[2][:3]
    np.testing.assert_allclose(np.abs(np.sum(directions.numpy() * expected, axis=1)), np.ones(3), rtol=1e-4)


def test_the_first_linear_layer_is_found_wherever_it_stands():
    generator = models.ConvGenerator(latent_dim=10)
    assert latent.first_linear(generator) is generator.layers[1]
    assert latent.first_linear(nn.Sequential(nn.ReLU(), nn.Sequential(nn.Conv2d(1, 1, 3)))) is None


def test_a_generator_without_a_linear_layer_has_no_principal_directions():
    with pytest.raises(ValueError, match="no linear layer"):
        latent.principal_directions(nn.Sequential(nn.Conv2d(1, 1, 3)))


@pytest.fixture(scope="module")
def quick():
    return checkpoints.load_generator("quick")


def far(generator: nn.Module, noise: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    return (training.generate(generator, noise) - images).flatten(1).norm(dim=1)


def test_inversion_finds_pictures_of_known_noise_again(quick):
    pictures = training.generate(quick, latent.sample(3, 16, seed=5))
    found = latent.invert(quick, pictures, seed=0)
    assert found.shape == (3, 16) and not found.requires_grad
    assert far(quick, found, pictures).max() < 2.5  # two of these pictures are 15 or more apart
    assert torch.pdist(pictures.flatten(1)).min() > 10


def test_inversion_finds_the_noise_itself_where_the_generator_is_one_straight_rule():
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(3, 12), nn.Unflatten(1, (3, 2, 2)))
    noise = latent.sample(4, 3, seed=1)
    pictures = generator(noise).detach()
    torch.testing.assert_close(
        latent.invert(generator, pictures, starts=2, steps=400, seed=0), noise, atol=0.05, rtol=0
    )


def test_of_several_starts_the_one_that_ends_nearest_is_returned(quick):
    pictures = digits(0, 4)
    noise = latent.sample(12, 16, seed=0)  # what the search starts from
    with_one = [latent.invert(quick, pictures[[k // 3]], starts=1, steps=20, seed=0) for k in (0, 3, 6, 9)]
    found = latent.invert(quick, pictures, starts=3, steps=20, seed=0)
    started = far(quick, noise, pictures.repeat_interleave(3, dim=0)).view(4, 3)
    assert (far(quick, found, pictures) < started.min(dim=1).values).all()
    assert far(quick, found, pictures).mean() < far(quick, torch.cat(with_one), pictures).mean()


def test_each_of_many_images_is_searched_for_from_its_own_starts():
    """They go through the generator a few at a time."""
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Unflatten(1, (1, 2, 2)))
    images = generator(latent.sample(150, 3, seed=1)).detach()
    found = latent.invert(generator, images, starts=3, steps=5, seed=0)
    starts = latent.sample(450, 3, seed=0).view(150, 3, 3)
    way = (found[:, None] - starts).abs().amax(dim=2).amin(dim=1)
    assert way.max() < 0.51  # five steps of Adam, each of 0.1 at most
    started = torch.stack([far(generator, starts[:, k], images) for k in range(3)])
    assert (far(generator, found, images) < started.amin(dim=0)).float().mean() > 0.9


def test_inversion_repeats_by_its_seed_and_leaves_the_programs_own_stream_alone(quick):
    state = torch.get_rng_state()
    first, again, other = (latent.invert(quick, digits(0, 1), starts=2, steps=3, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


def test_inversion_leaves_the_generator_and_the_images_as_they_were():
    generator = models.ConvGenerator(latent_dim=4, channels=2).train()
    generator.layers[3].eval()
    generator.layers[1].weight.requires_grad_(False)
    flags = [weight.requires_grad for weight in generator.parameters()]
    before, modes = copy.deepcopy(generator.state_dict()), [layer.training for layer in generator.modules()]
    images = digits(0, 2)
    kept = images.clone()
    with torch.no_grad():
        latent.invert(generator, images, starts=2, steps=3)
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())
    assert [layer.training for layer in generator.modules()] == modes
    assert [weight.requires_grad for weight in generator.parameters()] == flags
    assert all(weight.grad is None for weight in generator.parameters())
    assert torch.equal(images, kept)


def test_inversion_takes_noise_that_has_a_shape_and_any_dtype():
    generator = nn.Sequential(nn.ConvTranspose2d(5, 3, 4)).double()
    generator.latent_dim = (5, 1, 1)
    assert latent.invert(generator, torch.zeros(2, 3, 4, 4), starts=2, steps=2).shape == (2, 5, 1, 1)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.zeros(1, 28, 28), r"shape \(N, C, H, W\), one or more, got \(1, 28, 28\)"),
        (torch.zeros(0, 1, 28, 28), "one or more"),
        (torch.zeros(1, 3, 28, 28), r"draws pictures of shape \(1, 28, 28\), not \(3, 28, 28\)"),
        (torch.full((1, 1, 28, 28), torch.nan), "images must be finite"),
    ],
)
def test_images_that_cannot_be_inverted_are_refused(images, message, quick):
    with pytest.raises(ValueError, match=message):
        latent.invert(quick, images)


def test_a_generator_that_does_not_say_how_long_its_noise_is_cannot_be_inverted():
    with pytest.raises(ValueError, match="neither an attribute latent_dim nor a linear layer"):
        latent.invert(nn.Sequential(nn.ConvTranspose2d(5, 1, 28)), torch.zeros(1, 1, 28, 28))


def digits(start: int, count: int) -> torch.Tensor:
    return data.to_range(data.image_tensor(False)[start : start + count])


def test_the_nearest_real_of_a_copy_is_its_original_at_distance_zero():
    real = digits(0, 200)
    distances, indices = latent.nearest_real(real[[17, 3]], real)
    assert indices.tolist() == [[17], [3]]
    assert distances.tolist() == [[0], [0]]


def test_the_nearest_reals_agree_with_scipys_distances():
    images, real = digits(0, 5), digits(100, 12_000)
    distances, indices = latent.nearest_real(images, real, 4)
    table = cdist(images.flatten(1).double(), real.flatten(1).double())
    order = np.argsort(table, axis=1)[:, :4]
    assert indices.tolist() == order.tolist()
    np.testing.assert_allclose(distances, np.take_along_axis(table, order, axis=1), rtol=1e-5)


@pytest.mark.parametrize("count", [1, 7, 400])
def test_the_nearest_reals_of_many_images_agree_with_scipys_distances(count):
    images, real = digits(0, 300), digits(1000, 400)
    distances, indices = latent.nearest_real(images, real, count)
    table = cdist(images.flatten(1).double(), real.flatten(1).double())
    assert distances.shape == indices.shape == (300, count)
    np.testing.assert_allclose(distances, np.sort(table, axis=1)[:, :count], rtol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(table, indices.numpy(), axis=1), distances, rtol=1e-5)


@pytest.mark.parametrize("change", [1e-2, 1e-4])
def test_a_near_copy_is_told_from_a_copy(change):
    """The quick way to a table of distances, by one matrix product, would take these for zero or for far more."""
    real = digits(0, 200)
    near = real[:60].clone()
    near[:, 0, 0, 0] += change
    expected = near[:, 0, 0, 0].double() - real[:60, 0, 0, 0].double()
    distances, indices = latent.nearest_real(near, real)
    assert indices.flatten().tolist() == list(range(60))
    np.testing.assert_allclose(distances.flatten(), expected, rtol=1e-5)
    assert latent.nearest_real(real[:60], real)[0].max() == 0


@pytest.mark.parametrize("block", [50, 2_000])
def test_of_equally_near_reals_the_first_comes_first(block, monkeypatch):
    monkeypatch.setattr(latent, "_BLOCK", block)
    real = digits(0, 200)
    for place in (150, 71, 33, 199):
        real[place] = real[5]
    images = torch.cat([real[[5, 5]], digits(500, 40)])
    distances, indices = latent.nearest_real(images, real, 6)
    assert indices[:2, :5].tolist() == [[5, 33, 71, 150, 199]] * 2
    assert distances[:2, :5].max() == 0 < distances[:2, 5].min()


def test_reals_that_are_compared_in_blocks_are_as_near_as_all_at_once(monkeypatch):
    images, real = digits(0, 20), digits(500, 600)
    at_once = latent.nearest_real(images, real, 30)
    monkeypatch.setattr(latent, "_BLOCK", 29)  # fewer than are asked for, and the last block has fewer still
    for one, other in zip(at_once, latent.nearest_real(images, real, 30), strict=True):
        assert torch.equal(one, other)


def test_reals_may_be_bytes():
    images, pixels = digits(0, 20), data.image_tensor(False)[500:1100]
    expected = latent.nearest_real(images, data.to_range(pixels), 3)
    for one, other in zip(expected, latent.nearest_real(images, pixels, 3), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_twice_as_many_reals_take_hardly_more_memory(dtype):
    real = torch.zeros(20_000, 784, dtype=dtype)
    half, whole = (most_held(lambda n=n: latent.nearest_real(torch.zeros(2, 784), real[:n])) for n in (10_000, 20_000))
    assert half <= whole < 1.01 * half


def test_the_nearest_real_can_lie_beyond_the_first_ten_thousand():
    real = torch.zeros(10_003, 1, 28, 28)
    real[10_001] = 1
    assert latent.nearest_real(torch.ones(1, 1, 28, 28), real)[1].item() == 10_001


@pytest.mark.parametrize("count", [0, 6])
def test_one_cannot_ask_for_more_neighbours_than_there_are_reals(count):
    with pytest.raises(ValueError, match=f"count must be from 1 to 5, got {count}"):
        latent.nearest_real(torch.zeros(2, 1, 28, 28), torch.zeros(5, 1, 28, 28), count)


def test_images_must_be_floats_and_reals_floats_or_bytes_of_one_shape():
    with pytest.raises(ValueError, match="differ in shape"):
        latent.nearest_real(torch.zeros(2, 784), torch.zeros(5, 1, 28, 28))
    bytes_, floats = torch.zeros(5, 1, 28, 28, dtype=torch.uint8), torch.zeros(5, 1, 28, 28)
    with pytest.raises(TypeError, match=r"images must hold floats, got torch\.uint8: gan_lesson\.data\.to_range"):
        latent.nearest_real(bytes_, floats)
    with pytest.raises(TypeError, match=r"reals must hold floats, got torch\.int64"):
        latent.nearest_real(floats, bytes_.long())


def test_images_and_reals_may_be_of_different_float_types():
    images, reals = torch.rand(3, 4).double(), torch.rand(9, 4)
    distances, indices = latent.nearest_real(images, reals, 2)
    expected, order = latent.nearest_real(images.float(), reals, 2)
    torch.testing.assert_close(distances.float(), expected)
    assert torch.equal(indices, order)


def test_vectors_of_two_dtypes_are_joined_in_the_wider_one():
    start, end = latent.sample(2, 6, seed=0)
    for join in (latent.lerp, latent.slerp):
        assert join(start, end.double(), 3).dtype == torch.float64


def test_directions_are_found_whatever_the_weights_dtype_and_nowhere_among_nan():
    layer = torch.nn.Linear(4, 6)
    exact = latent.principal_directions(layer)
    rough = latent.principal_directions(copy.deepcopy(layer).bfloat16())
    assert (exact * rough).sum(dim=1).abs().min() > 0.9
    torch.nn.init.constant_(layer.weight, float("nan"))
    with pytest.raises(ValueError, match="weights must be finite"):
        latent.principal_directions(layer)


def test_a_limit_may_be_numpys_number():
    assert latent.truncate(latent.sample(5, 6, seed=0), np.float32(1), seed=0).abs().max() <= 1
