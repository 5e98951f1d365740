"""The playground trains the learner's own code, one step at a time or ten parts at a time, and goes back when asked."""

import base64
import gc
import json
import math
import weakref

import pytest
import torch
from torch import nn

from gan_lesson import checkpoints, latent, losses, toy, training
from gan_lesson.widgets.playground.shell import (
    LAYERS,
    Playground,
    PlaygroundError,
    descent_directions,
    divergences,
    noise_grid,
)


@pytest.fixture(autouse=True)
def one_thread():
    """For networks this small a second thread costs more than it brings, most of all beside other work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def weights(network: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(network.parameters()).detach().clone()


def both(playground: Playground) -> list[torch.Tensor]:
    return [weights(playground.loop.discriminator), weights(playground.loop.generator)]


def moved(playground: Playground, before: list[torch.Tensor]) -> list[bool]:
    return [not torch.equal(now, then) for now, then in zip(both(playground), before, strict=True)]


# ---- the numbers behind the layers


class Slope(nn.Module):
    """A discriminator whose logit rises by (2, 1) for each unit of x and y."""

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return points @ torch.tensor([[2.0], [1.0]])


@pytest.mark.parametrize(
    ("loss", "strength"),
    [
        (losses.NON_SATURATING, lambda t: 1 - t.sigmoid()),  # minus the derivative of -log D
        (losses.MINIMAX, lambda t: t.sigmoid()),  # of log(1 - D)
        (losses.LEAST_SQUARES, lambda t: 1 - t),
        (losses.HINGE, lambda t: torch.ones_like(t)),
        (losses.WASSERSTEIN, lambda t: torch.ones_like(t)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_arrows_are_the_descent_directions_of_the_generators_own_loss(loss, strength):
    fakes = torch.tensor([[0.0, 0.0], [1.0, 0.5], [-1.0, -2.0]])
    expected = strength(Slope()(fakes)) * torch.tensor([[2.0, 1.0]])
    assert descent_directions(Slope(), loss, fakes).allclose(expected, atol=1e-6)
    assert descent_directions(Slope(), loss, fakes[:1]).allclose(expected[:1], atol=1e-6)  # whatever their number


def test_a_small_step_along_the_arrows_lowers_the_loss_and_no_weight_gets_a_gradient():
    discriminator = nn.Sequential(toy.PointDiscriminator(), nn.Dropout(0.5))
    fakes = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    arrows = descent_directions(discriminator, losses.MINIMAX, fakes)
    assert torch.equal(arrows, descent_directions(discriminator, losses.MINIMAX, fakes))  # asked without dropout
    assert discriminator.training
    assert all(weight.grad is None and weight.requires_grad for weight in discriminator.parameters())
    discriminator.eval()
    with torch.no_grad():
        here, there = (losses.MINIMAX.generator(discriminator(at)) for at in (fakes, fakes + 0.01 * arrows))
    assert there < here


@pytest.mark.parametrize(("noise", "draw"), [("gaussian", torch.randn), ("uniform", latent.uniform)])
def test_each_cell_of_the_noise_grid_gets_as_much_noise(noise, draw):
    corners = noise_grid(noise, 2, cells=4)
    assert corners.shape == (25, 2)
    edges = corners[:5, 1].contiguous()
    assert torch.equal(edges, corners.view(5, 5, 2)[:, 0, 0]) and (edges.diff() > 0).all()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        cells = torch.bucketize(draw(40_000, 2), edges)
    inside = ((cells > 0) & (cells < 5)).all(dim=1)
    counts = torch.bincount((cells[inside] - 1) @ torch.tensor([4, 1]), minlength=16) / 40_000
    assert counts.allclose(torch.full((16,), 0.98**2 / 16), atol=0.005)


def test_the_noise_grid_of_one_number_is_a_line_and_of_many_a_slice():
    line = noise_grid("gaussian", 1)
    assert line.shape == (161, 1) and (line[:, 0].diff() > 0).all()
    assert noise_grid("uniform", 5).shape == (441, 5)
    assert (noise_grid("uniform", 5)[:, 2:] == 0).all()


def test_divergences_tell_good_fakes_from_bad_ones():
    def points(name: str, seed: int) -> torch.Tensor:
        return toy.DATASETS[name](20_000, torch.Generator().manual_seed(seed))

    density = toy.density_grid(points("ring", 0), 1.6, 20)
    good, other, apart = (
        divergences(density, fakes) for fakes in (points("ring", 1), points("moons", 1), torch.zeros(10, 2))
    )
    assert max(good) < 0.02
    assert good[0] < other[0] < apart[0] < math.inf
    assert good[1] < other[1] < apart[1] == pytest.approx(math.log(2))


# ---- training


def test_it_is_the_loop_that_code_would_make():
    playground = Playground("moons", seed=3)
    playground.advance(5)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
    loop = training.AdversarialLoop(
        generator,
        discriminator,
        toy.Points("moons", 256, seed=3),
        optimizer_g=training.adam(generator, 1e-3, (0.5, 0.99)),
        optimizer_d=training.adam(discriminator, 2e-3, (0.5, 0.99)),
        seed=3,
    )
    assert playground.history == [next(loop) for _ in range(5)]
    assert torch.equal(both(playground)[1], weights(generator))


def test_looking_and_slicing_differently_change_nothing_in_the_run():
    looked, plain = Playground(), Playground()
    state = torch.get_rng_state()
    for steps in (1, 3, 2):
        looked.slice(steps=steps, milliseconds=1e6, show=LAYERS, charts=True)
    looked.picture()
    plain.advance(6)
    assert looked.history == plain.history
    assert torch.equal(torch.get_rng_state(), state)


def test_a_slice_ends_with_its_time_but_does_one_step_at_least():
    playground = Playground()
    assert playground.slice(steps=1000, milliseconds=0, show=[], charts=False)["number"] == 1


def test_reset_repeats_the_run():
    playground = Playground("spiral", noise="uniform", latent_dim=1, seed=7)
    playground.advance(4)
    first, end = list(playground.history), both(playground)
    playground.reset()
    assert playground.history == [] and playground.loop.number == 0
    playground.advance(4)
    assert playground.history == first and moved(playground, end) == [False, False]
    playground.change(seed=8)
    playground.advance(4)
    assert playground.history != first


@pytest.mark.parametrize(
    ("player", "moves"), [("discriminator", [True, False]), ("generator", [False, True]), ("both", [True, True])]
)
def test_a_step_moves_the_players_that_it_names(player, moves):
    playground = Playground()
    before = both(playground)
    frame = playground.step(player=player, show=[])
    assert moved(playground, before) == moves
    assert (playground.loop.updates_d, playground.loop.updates_g) == (1, 1)
    assert frame["number"] == 1 and frame["last"]["number"] == 1


def test_a_player_of_another_name_is_refused():
    with pytest.raises(PlaygroundError, match="got 'critic'"):
        Playground().advance(1, player="critic")


def test_a_loss_of_the_library_is_known_by_its_name():
    assert Playground(loss=losses.HINGE).settings.loss == "hinge"


def test_the_history_is_thinned_evenly():
    playground = Playground(generator=toy.PointGenerator(hidden=2), discriminator=toy.PointDiscriminator(hidden=2))
    playground.advance(700)
    numbers = [step.number for step in playground.history]
    assert numbers == list(range(1, 701, 4))


def test_it_learns_the_ring():
    playground = Playground()
    start = playground.look()["charts"]["js"].item()
    playground.advance(600)
    fakes = playground.loop.sample(latent.sample(2000, 2, seed=1))
    assert toy.modes_covered(fakes, toy.ring_centres()) == 8
    assert playground.look()["charts"]["js"][-1] < 0.5 * start


def test_uniform_noise_lies_in_its_range():
    seen = []

    def watch(generator, discriminator, optimizer, noise, loss):
        seen.append(noise)
        return training.update_generator(generator, discriminator, optimizer, noise, loss)

    Playground(noise="uniform", latent_dim=1, update_generator=watch).advance(1)
    assert seen[0].shape == (256, 1)
    assert 0.9 < seen[0].abs().max() <= 1


# ---- what the learner passes


def test_the_learners_own_networks_are_trained_themselves_and_reset_puts_their_weights_back():
    generator = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    discriminator = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    first = [weights(discriminator), weights(generator)]
    playground = Playground(generator=generator, discriminator=discriminator, latent_dim=3)
    playground.advance(2)
    assert playground.loop.generator is generator and playground.loop.discriminator is discriminator
    assert moved(playground, first) == [True, True]
    playground.reset()
    assert playground.loop.generator is generator and moved(playground, first) == [False, False]
    assert playground.state()["own"] == [True, True]
    assert playground.state()["choices"]["latent_dim"] == [3]


def test_the_learners_own_updates_loss_and_data_are_the_ones_that_run():
    calls = []

    def my_discriminator_update(generator, discriminator, optimizer, real, noise, loss):
        calls.append(("d", loss, real))
        return training.update_discriminator(generator, discriminator, optimizer, real, noise, loss)

    def my_generator_update(generator, discriminator, optimizer, noise, loss):
        calls.append(("g", loss, noise))
        return training.update_generator(generator, discriminator, optimizer, noise, loss)

    mine = losses.GanLoss("mine", losses.HINGE.real, losses.HINGE.fake, losses.HINGE.generator)
    playground = Playground(
        lambda count, random: torch.full((count, 2), 0.25),
        loss=mine,
        update_discriminator=my_discriminator_update,
        update_generator=my_generator_update,
    )
    playground.advance(1)
    assert [call[0] for call in calls] == ["d", "g"]
    assert calls[0][1] is calls[1][1] is mine
    assert (calls[0][2] == 0.25).all()
    assert playground.loop.update_generator is my_generator_update
    playground.reset()
    assert playground.loop.loss is mine
    assert "own" in playground.state()["choices"]["loss"] and playground.settings.data == "own"


def test_points_drawn_by_hand_become_the_reals():
    playground = Playground()
    playground.advance(3)
    state = playground.use_points(points=[[0.5, 0.5], [-1, 0]])
    assert state["settings"]["data"] == "drawn" and playground.loop.number == 0
    distances = torch.cdist(next(playground.loop.batches), torch.tensor([[0.5, 0.5], [-1, 0]])).min(dim=1).values
    assert distances.max() < 0.15
    playground.change(data="line")
    playground.change(data="drawn")
    assert torch.equal(Playground(torch.tensor([[0.5, 0.5], [-1, 0]]))._look.reals, playground._look.reals)


@pytest.mark.parametrize("points", [[], [[1, 2, 3]], [[math.nan, 0]]])
def test_points_that_are_none_are_refused_and_the_game_stays(points):
    playground = Playground()
    playground.advance(2)
    with pytest.raises(PlaygroundError, match="points"):
        playground.use_points(points=points)
    assert playground.loop.number == 2 and playground.settings.data == "ring"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"data": "square"}, "unknown data 'square'; choose one of ring, grid"),
        ({"loss": "best"}, "unknown loss 'best'; choose one of minimax"),
        ({"noise": "pink"}, "unknown noise 'pink'; choose one of gaussian, uniform"),
        ({"latent_dim": 0}, "unknown latent_dim 0|from 1 up"),
        (
            {"generator": nn.Linear(2, 3)},
            r"points \(N, 2\) of noise \(N, 2\); its answer to 2 of them has shape \(2, 3\)",
        ),
        ({"discriminator": nn.Linear(2, 2)}, r"logits \(N, 1\); its answer to 2 of them has shape \(2, 2\)"),
        ({"data": lambda count, random: torch.zeros(count, 3)}, r"points of shape \(N, 2\)"),
    ],
)
def test_what_doesnt_fit_is_refused_at_once(wrong, message):
    with pytest.raises(ValueError, match=message):
        Playground(**wrong)


# ---- what goes wrong in the learner's code


def forgets(generator, discriminator, optimizer, noise, loss):
    optimizer.zero_grad()
    return loss.generator(discriminator(fake))  # noqa: F821 (the learner's slip)


def test_an_update_that_raises_is_named_with_its_line_and_the_game_goes_on():
    playground = Playground(update_generator=forgets)
    with pytest.raises(PlaygroundError, match=r"Line 3 of your function forgets stopped this step\.\nNameError"):
        playground.slice(steps=1, milliseconds=10, show=[], charts=False)
    assert playground.look()["fakes"].shape == (250, 2)
    playground.loop.update_generator = training.update_generator
    playground.advance(1)
    assert len(playground.history) == 1


@pytest.mark.parametrize("returned", [None, 3, torch.zeros(2)])
def test_an_update_that_returns_nonsense_is_told_what_to_return(returned):
    for name in ("update_generator", "update_discriminator"):
        playground = Playground(**{name: lambda *_: returned})
        with pytest.raises(PlaygroundError, match="returns four scalar tensors"):
            playground.advance(1)


def test_an_update_with_too_few_parameters_is_told_what_it_is_called_with():
    def update(generator, discriminator, optimizer, noise):
        return noise.mean()

    with pytest.raises(PlaygroundError, match=r"update\(\) takes 4 .*\n.*update_generator\(generator, .*noise, loss\)"):
        Playground(update_generator=update).advance(1)


def test_a_training_that_blows_up_says_what_to_do_and_reset_cures_it():
    playground = Playground(loss="least_squares")
    playground.change(optimizer_g="sgd", optimizer_d="sgd", rate_d=1e9, rate_g=1e9)
    with pytest.raises(PlaygroundError, match=r"has blown up\. Press Reset"):
        playground.advance(20)
    frame = playground.look()
    json.dumps(frame["last"], allow_nan=False)
    playground.change(rate_d=0.01, rate_g=0.01)
    playground.reset()
    playground.advance(2)
    assert playground.look()["fakes"].isfinite().all()


# ---- settings


def test_changes_on_the_fly_keep_weights_and_steps():
    playground = Playground()
    playground.advance(3)
    loop, before = playground.loop, both(playground)
    playground.change(loss="hinge", optimizer_d="sgd", optimizer_g="rmsprop", rate_d=0.1, rate_g=0.05, updates_d=3)
    assert playground.loop is loop and loop.number == 3 and moved(playground, before) == [False, False]
    assert loop.loss is losses.HINGE and loop.rates() == (0.1, 0.05) and loop.updates_d == 3
    assert isinstance(loop.optimizer_d, torch.optim.SGD) and isinstance(loop.optimizer_g, torch.optim.RMSprop)
    assert [group["lr"] for group in loop.optimizer_d.param_groups] == [0.1]
    playground.advance(1)
    assert moved(playground, before) == [True, True]
    assert playground.history[-1].images_seen == 256 * 6


@pytest.mark.parametrize(
    "change",
    [
        {"depth_d": 3},
        {"depth_g": 1},
        {"neurons_d": 8},
        {"neurons_g": 16},
        {"latent_dim": 1},
        {"noise": "uniform"},
        {"data": "grid"},
        {"seed": 5},
    ],
    ids=str,
)
def test_other_changes_start_afresh_and_keep_the_other_settings(change):
    playground = Playground()
    playground.change(loss="minimax", rate_d=0.01, updates_g=2, optimizer_g="sgd")
    playground.advance(2)
    playground.change(**change)
    assert playground.loop.number == 0 and playground.history == []
    assert playground.loop.loss is losses.MINIMAX and playground.loop.updates_g == 2
    assert playground.loop.rates() == (0.01, 0.001) and isinstance(playground.loop.optimizer_g, torch.optim.SGD)
    playground.advance(1)


def test_layers_and_neurons_are_those_asked_for():
    playground = Playground()
    playground.change(depth_g=3, neurons_g=8, depth_d=1, neurons_d=16, latent_dim=1)
    widths = [
        [layer.out_features for layer in network.modules() if isinstance(layer, nn.Linear)]
        for network in (playground.loop.generator, playground.loop.discriminator)
    ]
    assert widths == [[8, 8, 8, 2], [16, 1]]


def test_changes_made_in_code_are_what_the_controls_show():
    playground = Playground()
    playground.loop.set_rates(generator=0.5)
    playground.loop.updates_d = 4
    playground.change(loss="hinge")
    assert playground.loop.rates() == (2e-3, 0.5) and playground.loop.updates_d == 4
    assert playground.state()["settings"]["rate_g"] == 0.5


@pytest.mark.parametrize(
    "wrong",
    [{"rate_d": -1}, {"rate_g": math.nan}, {"updates_d": -1}, {"updates_g": 1.5}, {"depth_d": 9}, {"colour": 1}],
)
def test_a_setting_that_is_none_changes_nothing(wrong):
    playground = Playground()
    playground.advance(1)
    before = playground.settings
    with pytest.raises(PlaygroundError):
        playground.change(loss="hinge", **wrong)
    assert playground.settings == before and playground.loop.number == 1


# ---- slow motion


def test_slow_motion_moves_d_at_part_five_and_g_at_part_ten_and_makes_an_ordinary_step():
    slow, ordinary = Playground(), Playground()
    for playground in (slow, ordinary):
        playground.change(updates_d=2)
        playground.advance(3)
    for part in range(1, 11):
        before = both(slow)
        answer = slow.next_part(show=["map", "fakes", "arrows"])
        assert answer["part"] == part
        assert moved(slow, before) == [part == 5, part == 10]
        assert len(answer["fakes"]) == (0 if part in (1, 6) else 256)
    ordinary.advance(1)
    assert moved(slow, both(ordinary)) == [False, False]
    assert slow.loop.number == ordinary.loop.number == 4
    assert slow.history[-1].number == 4 and slow.history[-1].images_seen == ordinary.history[-1].images_seen
    slow.advance(1), ordinary.advance(1)
    assert slow.history[-1] == ordinary.history[-1]


def test_the_losses_that_slow_motion_shows_fall_by_the_update_and_are_those_of_the_step():
    slow, ordinary = Playground(), Playground()
    parts = [slow.next_part(show=[])["numbers"] for _ in range(10)]
    ordinary.advance(1)
    for name, value in vars(slow.history[-1]).items():
        assert value == pytest.approx(getattr(ordinary.history[-1], name), rel=1e-5), name
    d = [parts[4][when]["real_loss"] + parts[4][when]["fake_loss"] for when in ("before", "now")]
    g = [parts[9][when]["generator_loss"] for when in ("before", "now")]
    assert d[1] < d[0] and g[1] < g[0]
    assert d[0] == pytest.approx(ordinary.history[-1].discriminator_loss, rel=1e-5)


def test_a_game_that_blew_up_says_so_in_slow_motion():
    playground = Playground(loss="least_squares")
    playground.change(optimizer_d="sgd", rate_d=1e30)
    with pytest.raises(PlaygroundError, match="has blown up"):
        for _ in range(10):
            playground.next_part(show=LAYERS)


@pytest.mark.parametrize("parts", [1, 5, 9, 10])
def test_a_step_left_in_slow_motion_is_finished_first(parts):
    slow, ordinary = Playground(), Playground()
    for _ in range(parts):
        slow.next_part(show=[])
    slow.advance(1)
    ordinary.advance(2)
    assert moved(slow, both(ordinary)) == [False, False]
    assert slow.state()["part"] == 0 and [step.number for step in slow.history] == [1, 2]


def test_a_player_that_rests_rests_in_slow_motion_too():
    playground = Playground()
    playground.change(updates_d=0)
    before = both(playground)
    for _ in range(10):
        playground.next_part(show=LAYERS)
    assert moved(playground, before) == [False, True]


def test_an_update_that_raises_in_slow_motion_is_tried_again_by_the_next_press():
    playground = Playground(update_generator=forgets)
    for _ in range(9):
        playground.next_part(show=[])
    for _ in range(2):
        with pytest.raises(PlaygroundError, match="Line 3 of your function forgets"):
            playground.next_part(show=[])
    assert playground.state()["part"] == 9
    playground.reset()
    assert playground.state()["part"] == 0


# ---- frames


@pytest.mark.parametrize("layer", LAYERS)
def test_a_frame_holds_only_the_layers_that_are_shown(layer):
    frame = Playground().slice(steps=1, milliseconds=10, show=[layer], charts=False)
    expected = {
        "map": {"map"},
        "fakes": {"fakes"},
        "arrows": {"arrows", "fakes"},
        "manifold": {"manifold"},
        "reals": set(),
    }
    assert set(frame) == {"number", "last", "changes"} | expected[layer]


def test_a_frame_is_what_the_networks_say():
    playground = Playground(latent_dim=2)
    playground.advance(20)
    frame = playground.look()
    assert frame["map"].dtype == torch.uint8 and frame["map"].shape == (40, 40)
    scores = toy.score_map(playground.loop.discriminator, 1.6, 40)
    assert (frame["map"] / 255 - scores).abs().max() < 0.003
    assert torch.equal(frame["manifold"], playground.loop.sample(noise_grid("gaussian", 2)))
    expected = descent_directions(playground.loop.discriminator, playground.loop.loss, frame["fakes"])
    assert torch.equal(frame["arrows"], expected)
    charts = frame["charts"]
    assert charts["equilibrium"] == pytest.approx((2 * math.log(2), math.log(2)))
    assert charts["loss_d"].tolist() == pytest.approx([step.discriminator_loss for step in playground.history])
    assert charts["measured"].tolist() == [20] and 0 < charts["js"].item() <= math.log(2)


def test_the_picture_shows_the_present_state():
    playground = Playground()
    assert playground.picture().alt == "Training before its first step: samples."
    playground.advance(3)
    assert "after 3 steps" in playground.picture().alt
    assert "text/html" in playground._repr_mimebundle_()


# ---- save and load


def file_of(playground: Playground) -> str:
    return base64.b64encode(playground.save()["file"].numpy().tobytes()).decode()


def test_a_loaded_game_goes_on_to_the_bit_as_if_it_had_never_stopped():
    first = Playground(torch.rand(40, 2), noise="uniform", seed=4)
    first.change(optimizer_d="rmsprop", loss="hinge", rate_g=5e-4, updates_d=2, neurons_g=16, depth_d=1)
    first.advance(7)
    first.look()
    file, curves = file_of(first), list(first._divergences)
    second = Playground("line")
    state = second.load(file=file)
    assert second.settings == first.settings and state["settings"]["data"] == "drawn"
    assert second.history == first.history and second._divergences == curves
    assert torch.equal(second._look.reals, first._look.reals)
    first.advance(3), second.advance(3)
    assert second.history == first.history and moved(second, both(first)) == [False, False]
    second.reset()
    assert second.loop.number == 0 and second.settings == first.settings


def test_the_learners_own_networks_are_loaded_into_themselves():
    generator = nn.Linear(2, 2)
    playground = Playground(generator=generator)
    playground.advance(3)
    file, then = file_of(playground), both(playground)
    playground.advance(3)
    playground.load(file=file)
    assert playground.loop.generator is generator and moved(playground, then) == [False, False]
    with pytest.raises(PlaygroundError, match="saved with other networks"):
        Playground().load(file=file)


@pytest.mark.parametrize("what", ["text", "nothing", "another loop", "a broken file"])
def test_a_file_that_doesnt_fit_is_refused_and_nothing_changes(what, tmp_path):
    playground = Playground()
    playground.advance(2)
    if what == "another loop":
        path = checkpoints.save(Playground().loop, tmp_path / "other")
        content = path.read_bytes()
    elif what == "a broken file":
        content = base64.b64decode(file_of(playground))[:-2000]
    else:
        content = b"a text" if what == "text" else b""
    before = both(playground)
    with pytest.raises(ValueError, match="not saved by a Playground"):
        playground.load(file=base64.b64encode(content).decode())
    assert playground.loop.number == 2 and moved(playground, before) == [False, False]


def test_weights_of_another_size_are_refused_and_nothing_changes():
    small, large = (Playground(generator=toy.PointGenerator(hidden=hidden)) for hidden in (4, 8))
    large.advance(2)
    before = both(large)
    with pytest.raises(ValueError, match="does not fit"):
        large.load(file=file_of(small))
    assert large.loop.number == 2 and moved(large, before) == [False, False]


# ---- the end


def test_a_hundred_closed_ones_leave_nothing_behind():
    def play_and_close() -> weakref.ref:
        playground = Playground(generator=nn.Linear(2, 2), discriminator=nn.Linear(2, 1))
        playground.next_part(show=LAYERS)
        playground.close()
        return weakref.ref(playground)

    left = [play_and_close() for _ in range(100)]
    gc.collect()
    assert [reference for reference in left if reference() is not None] == []
