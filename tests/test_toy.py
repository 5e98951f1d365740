"""The data sets lie where their docstrings say, and a GAN in the plane learns one."""

import math

import pytest
import scipy.spatial.distance
import scipy.stats
import torch
from torch import nn

from gan_lesson import latent, toy, training


def draw(name: str, count: int = 8000) -> torch.Tensor:
    return toy.DATASETS[name](count, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", toy.DATASETS)
def test_a_data_set_gives_float_points_inside_the_picture(name):
    points = draw(name, 500)
    assert points.shape == (500, 2) and points.dtype == torch.float32
    assert points.abs().max() < 1.6


@pytest.mark.parametrize("name", toy.DATASETS)
def test_the_same_random_state_draws_the_same_points_and_leaves_the_global_stream_alone(name):
    before = torch.get_rng_state()
    first = draw(name, 50)
    assert torch.equal(first, draw(name, 50))
    assert torch.equal(before, torch.get_rng_state())
    assert not torch.equal(first, toy.DATASETS[name](50, torch.Generator().manual_seed(1)))


def test_ring_has_equal_shares_at_eight_angles_on_the_unit_circle():
    points = draw("ring")
    eighths = torch.atan2(points[:, 1], points[:, 0]) / (math.pi / 4)
    # 0.05 across the circle is 0.064 of the angle between two neighbours
    assert (eighths - eighths.round()).std() == pytest.approx(0.05 / (math.pi / 4), rel=0.05)
    assert points.norm(dim=1).mean() == pytest.approx(1, abs=0.01)
    assert points.norm(dim=1).std() == pytest.approx(0.05, rel=0.05)
    shares = torch.bincount(eighths.round().long() % 8, minlength=8) / len(points)
    assert shares.allclose(torch.full((8,), 1 / 8), atol=0.015)


def test_grid_has_equal_shares_at_25_crossings():
    halves = draw("grid") * 2
    crossings, counts = halves.round().unique(dim=0, return_counts=True)
    assert {tuple(c) for c in crossings.tolist()} == {(x, y) for x in range(-2, 3) for y in range(-2, 3)}
    assert (counts / len(halves) - 1 / 25).abs().max() < 0.01
    assert (halves - halves.round()).std() == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(("name", "ours"), [("ring", toy.ring_centres()), ("grid", toy.grid_centres())])
def test_the_published_centres_are_where_the_points_gather(name, ours):
    distances = torch.cdist(draw(name), ours)
    owner = distances.argmin(dim=1)
    means = torch.stack([draw(name)[owner == k].mean(dim=0) for k in range(len(ours))])
    assert means.allclose(ours, atol=0.02)


def test_moons_are_two_half_circles_of_one_size_each_with_its_end_inside_the_other():
    points = draw("moons")
    angle = torch.linspace(0, math.pi, 500)
    arch = torch.stack([angle.cos(), angle.sin()], dim=1)
    centre = torch.tensor([0.5, 0.25])
    upper, lower = 0.65 * (arch - centre), 0.65 * (centre - arch)
    distances = torch.stack([torch.cdist(points, moon).min(dim=1).values for moon in (upper, lower)])
    assert distances.min(dim=0).values.max() < 5 * toy.SPREAD
    assert (distances[0] < distances[1]).float().mean() == pytest.approx(0.5, abs=0.03)
    assert torch.cdist(torch.cat([upper, lower]), points).min(dim=1).values.max() < toy.SPREAD  # no gaps


def test_spiral_makes_two_turns_and_is_even_over_its_length():
    points = draw("spiral")
    t = torch.linspace(0, 1, 4001)
    curve = torch.stack([t * (4 * math.pi * t).cos(), t * (4 * math.pi * t).sin()], dim=1)
    length = torch.cat([torch.zeros(1), curve.diff(dim=0).norm(dim=1).cumsum(0)])
    nearest = torch.cdist(points, curve).min(dim=1)
    assert nearest.values.max() < 0.1
    places = (length / length[-1])[nearest.indices]
    shares = torch.histc(places, bins=5, min=0, max=1) / len(points)
    assert shares.allclose(torch.full((5,), 0.2), atol=0.03)


def test_line_rises_by_one_half():
    points = draw("line")
    assert (points[:, 1] - 0.5 * points[:, 0]).std() == pytest.approx(0.05 * math.sqrt(1.25), rel=0.05)
    assert points[:, 0].quantile(torch.tensor([0.25, 0.5, 0.75])).allclose(torch.tensor([-0.5, 0, 0.5]), atol=0.05)


def test_points_repeat_from_their_seed_and_each_batch_is_fresh():
    one, two = toy.Points("ring", 32, seed=3), toy.Points("ring", 32, seed=3)
    first = next(one)
    assert first.shape == (32, 2)
    assert torch.equal(first, next(two))
    assert not torch.equal(first, next(one))
    assert not torch.equal(first, next(toy.Points("ring", 32, seed=4)))


def test_points_resume_where_their_state_was_taken():
    stream = toy.Points("moons", 16, seed=0)
    next(stream)
    state = stream.state_dict()
    expected = [next(stream) for _ in range(3)]
    other = toy.Points("moons", 16, seed=99)
    other.load_state_dict(state)
    assert all(torch.equal(next(other), batch) for batch in expected)


def test_points_take_a_function_of_ones_own():
    def dots(count, random):
        return torch.rand(count, 2, generator=random)

    assert torch.equal(next(toy.Points(dots, 4, seed=5)), dots(4, torch.Generator().manual_seed(5)))


def test_an_unknown_data_set_lists_those_there_are():
    with pytest.raises(ValueError, match=r"'rings'.*ring, grid, moons, spiral, line"):
        toy.Points("rings")


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        toy.Points("ring", 0)


@pytest.mark.parametrize(
    ("call", "seen"),
    [
        (lambda: next(toy.Points(lambda count, random: torch.zeros(2, count), 5)), r"\(2, 5\)"),
        (lambda: toy.PointGenerator()(torch.zeros(4, 3)), r"\(N, 2\).*\(4, 3\)"),
        (lambda: toy.PointGenerator()(torch.zeros(2)), r"\(N, 2\).*\(2,\)"),
        (lambda: toy.PointDiscriminator()(torch.zeros(4, 1, 28, 28)), r"\(N, 2\).*\(4, 1, 28, 28\)"),
        (lambda: toy.modes_covered(torch.zeros(4, 3), toy.ring_centres()), r"\(N, 2\).*\(4, 3\)"),
        (lambda: toy.modes_covered(torch.zeros(4, 2), torch.zeros(8, 3)), r"\(N, 2\).*\(8, 3\)"),
    ],
)
def test_a_wrong_shape_is_named_beside_the_right_one(call, seen):
    with pytest.raises(ValueError, match=seen):
        call()


def test_the_two_networks_fit_each_other():
    generator = toy.PointGenerator(latent_dim=5, hidden=8)
    assert generator.latent_dim == 5
    assert toy.PointDiscriminator(hidden=8)(generator(torch.zeros(3, 5))).shape == (3, 1)


def looks_at(x: float, y: float) -> nn.Linear:
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[x, y]]))
        layer.bias.zero_()
    return layer


def test_the_score_map_has_x_along_its_rows_and_y_up_its_columns():
    scores = torch.tensor([-1.6, 0, 1.6]).sigmoid()
    assert toy.score_map(looks_at(1, 0), 1.6, 3).allclose(scores.repeat(3, 1))
    assert toy.score_map(looks_at(0, 1), 1.6, 3).allclose(scores[:, None].repeat(1, 3))  # row 0 is the bottom


def test_the_points_of_a_map_run_from_the_lower_left_along_the_rows():
    assert toy.map_points(1.0, 2).tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    judge = looks_at(1, 2)
    scores = judge(toy.map_points()).sigmoid().detach().view(60, 60)
    assert scores.allclose(toy.score_map(judge))


@pytest.mark.parametrize(("centres", "spread"), [(toy.ring_centres(), 0.2), (toy.grid_centres(), toy.SPREAD)])
def test_a_density_is_that_of_the_mixture_of_gaussians(centres, spread):
    points = torch.cat([centres[:3], 1.6 * torch.rand(50, 2, generator=torch.Generator().manual_seed(0))])
    parts = [scipy.stats.multivariate_normal(centre.numpy(), spread**2).pdf(points.numpy()) for centre in centres]
    assert toy.density(points, centres, spread).double().allclose(torch.tensor(sum(parts) / len(centres)), rtol=1e-4)


def test_a_density_adds_up_to_1_and_says_where_a_data_set_lies():
    cells = toy.density(toy.map_points(2.0, 401), toy.ring_centres()) * 0.01**2
    assert cells.sum() == pytest.approx(1, abs=1e-4)
    inside = toy.density(toy.map_points(2.0, 401), toy.ring_centres()) > 1e-3
    assert (toy.density(draw("ring"), toy.ring_centres()) > 1e-3).float().mean() > 0.99
    assert inside.float().mean() < 0.1


@pytest.mark.parametrize("spread", [0, -1, math.inf, math.nan, "wide"])
def test_a_density_needs_a_spread_above_0(spread):
    with pytest.raises(ValueError, match="spread must be a number above 0"):
        toy.density(toy.ring_centres(), toy.ring_centres(), spread)


def test_a_density_needs_centres_and_points_of_the_plane():
    with pytest.raises(ValueError, match="no centres"):
        toy.density(toy.ring_centres(), torch.zeros(0, 2))
    with pytest.raises(ValueError, match=r"\(N, 2\)"):
        toy.density(torch.zeros(4, 3), toy.ring_centres())
    with pytest.raises(ValueError, match="centres"):
        toy.density(toy.ring_centres(), torch.full((1, 2), math.nan))


def test_the_score_map_asks_without_dropout_and_changes_nothing():
    discriminator = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in discriminator.state_dict().items()}
    assert torch.equal(toy.score_map(discriminator), toy.score_map(discriminator))
    assert discriminator.training
    assert all(torch.equal(value, before[name]) for name, value in discriminator.state_dict().items())


def test_depth_and_width_of_the_networks_can_be_chosen():
    def widths(network: nn.Module) -> list[tuple[int, int]]:
        return [(layer.in_features, layer.out_features) for layer in network.modules() if isinstance(layer, nn.Linear)]

    assert widths(toy.PointGenerator(1, hidden=8, depth=3)) == [(1, 8), (8, 8), (8, 8), (8, 2)]
    assert widths(toy.PointDiscriminator(hidden=4, depth=1)) == [(2, 4), (4, 1)]
    assert widths(toy.PointDiscriminator()) == [(2, 64), (64, 64), (64, 1)]


def test_a_density_has_x_along_its_rows_and_y_up_its_columns():
    points = torch.tensor([[-0.5, -0.5], [0.5, -0.5], [0.5, -0.5], [0.5, 0.5]])
    assert toy.density_grid(points, 1, 2).tolist() == [[0.25, 0.5], [0, 0.25]]


def test_a_point_outside_the_picture_counts_at_its_edge():
    points = torch.tensor([[-9.0, 0.5], [0.5, 9.0], [float("inf"), -0.5], [1.0, 1.0]])
    assert toy.density_grid(points, 1, 2).tolist() == [[0, 0.25], [0.25, 0.5]]


@pytest.mark.parametrize("points", [torch.zeros(0, 2), torch.tensor([[0.0, float("nan")]])])
def test_nothing_and_no_numbers_have_no_density(points):
    with pytest.raises(ValueError, match="at least one point, and numbers only"):
        toy.density_grid(points)


def test_the_density_of_the_ring_is_that_of_its_gaussians():
    """The oracle: the probability of each cell from the normal distribution's own function of areas."""
    edges = torch.linspace(-1.6, 1.6, 21).double()
    strips = [
        torch.from_numpy(scipy.stats.norm.cdf(edges, toy.ring_centres()[:, axis, None], toy.SPREAD)).diff(dim=1)
        for axis in (0, 1)
    ]
    exact = torch.einsum("kx,ky->yx", *strips) / 8
    assert exact.sum().item() == pytest.approx(1)
    drawn = toy.density_grid(draw("ring", 100_000), 1.6, 20)
    assert drawn.sum().item() == pytest.approx(1, abs=1e-12)
    assert (drawn - exact).abs().max() < 0.003
    assert toy.js_divergence(drawn, exact) < 0.001


def test_divergences_worked_out_by_hand():
    p, q = torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75])
    assert toy.kl_divergence(p, q) == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3))
    assert toy.kl_divergence(q, p) == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    # two even densities that share half of their area: half of each lies where the mean is half as dense
    half_shared = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    assert toy.js_divergence(*half_shared) == pytest.approx(0.5 * math.log(2))


def test_divergences_of_samples_on_a_grid_come_near_the_known_answer():
    random = torch.Generator().manual_seed(0)
    square = torch.rand(100_000, 2, generator=random) * 1.6
    left, middle = square - 1.6, square - torch.tensor([0.8, 1.6])  # they overlap in half of their area
    grids = [toy.density_grid(points, 1.6, 4) for points in (left, middle)]
    assert toy.js_divergence(*grids) == pytest.approx(0.5 * math.log(2), abs=0.005)


def test_divergences_agree_with_scipy():
    p, q = torch.rand(2, 20, 20, generator=torch.Generator().manual_seed(0)).double()
    q[:, :5] = 0
    p[:3], q[:3] = 0, 0
    p, q = p / p.sum(), q / q.sum()
    assert toy.kl_divergence(q, p) == pytest.approx(scipy.stats.entropy(q.flatten(), p.flatten()))
    js = scipy.spatial.distance.jensenshannon(p.flatten(), q.flatten()) ** 2
    assert toy.js_divergence(p, q) == pytest.approx(js)


def test_divergences_where_cells_are_empty():
    p, q = torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5])
    assert toy.kl_divergence(p, q) == pytest.approx(math.log(2))
    assert toy.kl_divergence(q, p) == math.inf
    assert toy.js_divergence(p, p.flip(0)) == pytest.approx(math.log(2))
    assert toy.kl_divergence(p, p) == toy.js_divergence(p, p) == 0


@pytest.mark.parametrize("wrong", [[0.5, 0.4], [1.5, -0.5], [0.5, 0.25, 0.25], [math.nan, 1.0]])
@pytest.mark.parametrize("divergence", [toy.kl_divergence, toy.js_divergence])
def test_what_are_no_probabilities_of_the_same_cells_is_refused(divergence, wrong):
    with pytest.raises(ValueError, match=r"same cells|sum to 1|must be finite"):
        divergence(torch.tensor([0.5, 0.5]), torch.tensor(wrong))


@pytest.mark.parametrize("present", [8, 7, 1])
def test_modes_are_counted_where_points_lie(present):
    points = toy.ring_centres()[:present].repeat(10, 1)
    assert toy.modes_covered(points, toy.ring_centres()) == present


def test_points_far_from_every_centre_cover_none():
    assert toy.modes_covered(torch.zeros(100, 2), toy.ring_centres()) == 0
    just_outside, just_inside = toy.ring_centres() * (1 + 0.16), toy.ring_centres() * (1 + 0.14)
    assert toy.modes_covered(just_outside, toy.ring_centres()) == 0
    assert toy.modes_covered(just_inside, toy.ring_centres()) == 8


def test_a_mode_counts_from_a_fifth_of_its_fair_share_on():
    first, second = torch.tensor([[0.0, 0.0], [1.0, 1.0]])

    def covered(few: int, **share) -> int:
        points = torch.cat([first.repeat(100 - few, 1), second.repeat(few, 1)])
        return toy.modes_covered(points, torch.stack([first, second]), **share)

    assert [covered(9), covered(10), covered(10, share=0.21)] == [1, 2, 1]


def test_no_points_cover_no_mode():
    assert toy.modes_covered(torch.zeros(0, 2), toy.ring_centres()) == 0


def test_a_gan_in_the_plane_learns_all_eight_modes_of_the_ring(one_thread):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
    loop = training.AdversarialLoop(
        generator,
        discriminator,
        toy.Points("ring", 256, seed=0),
        optimizer_g=training.adam(generator, 1e-3, (0.5, 0.99)),
        optimizer_d=training.adam(discriminator, 2e-3, (0.5, 0.99)),
    )
    noise = latent.sample(2000, 2, seed=1)
    assert toy.modes_covered(loop.sample(noise), toy.ring_centres()) < 8
    for _ in range(600):
        next(loop)
    assert toy.modes_covered(loop.sample(noise), toy.ring_centres()) == 8
