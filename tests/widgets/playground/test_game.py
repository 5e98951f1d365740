"""A game trains the learner's own code, changes while it plays, says what went wrong, and goes back when asked."""

import copy
import dataclasses
import json
import math
import random
import signal
import subprocess
import sys

import pytest
import torch
from torch import nn

from gan_lesson import checkpoints, latent, losses, toy, training
from gan_lesson.interruption import Stopped
from gan_lesson.widgets.playground import game as module
from gan_lesson.widgets.playground.game import Game
from gan_lesson.widgets.playground.settings import PlaygroundError


def weights(network: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(network.parameters()).detach().clone()


def both(game: Game) -> list[torch.Tensor]:
    return [weights(game.loop.discriminator), weights(game.loop.generator)]


def moved(game: Game, before: list[torch.Tensor]) -> list[bool]:
    return [not torch.equal(now, then) for now, then in zip(both(game), before, strict=True)]


# ---- training


def test_it_is_the_loop_that_code_would_make():
    game = Game("moons", seed=3)
    game.advance(5)
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
    assert list(game.history) == [next(loop) for _ in range(5)]
    assert torch.equal(both(game)[1], weights(generator))


def test_reset_repeats_the_run():
    game = Game("spiral", noise="uniform", latent_dim=1, seed=7)
    game.advance(4)
    first, end = list(game.history), both(game)
    game.reset()
    assert not game.history and game.loop.number == 0
    game.advance(4)
    assert list(game.history) == first and moved(game, end) == [False, False]
    game.change(seed=8)
    game.advance(4)
    assert list(game.history) != first


@pytest.mark.parametrize(
    ("player", "moves"), [("discriminator", [True, False]), ("generator", [False, True]), ("both", [True, True])]
)
def test_a_step_moves_the_players_that_it_names(player, moves):
    game = Game()
    before = both(game)
    step = game.advance(1, player=player)
    assert moved(game, before) == moves
    assert (game.loop.updates_d, game.loop.updates_g) == (1, 1)
    assert step.number == 1 and list(game.history) == [step]


def test_a_player_of_another_name_is_refused():
    with pytest.raises(PlaygroundError, match="got 'critic'"):
        Game().advance(1, player="critic")


def test_a_loss_of_the_library_is_known_by_its_name():
    assert Game(loss=losses.HINGE).settings.loss == "hinge"


@pytest.mark.parametrize(("usable", "expected"), [(4, 3), (1, 1)])
def test_its_steps_leave_a_core_to_the_browser(monkeypatch, usable, expected):
    monkeypatch.setattr(module, "usable", lambda: usable)
    before, seen = torch.get_num_threads(), []
    game = Game(update_generator=lambda *_, **__: seen.append(torch.get_num_threads()) or torch.zeros(()))
    game.advance(2)
    assert seen == [expected] * 2 and torch.get_num_threads() == before


def test_the_history_is_thinned_evenly():
    game = Game(generator=toy.PointGenerator(hidden=2), discriminator=toy.PointDiscriminator(hidden=2))
    game.advance(700)
    numbers = [step.number for step in game.history]
    assert numbers == [*range(1, 700, 4), 700]  # the newest is always there


def test_it_learns_the_ring():
    game = Game()
    game.measure_divergences()
    game.advance(600)
    fakes = game.loop.sample(latent.sample(2000, 2, seed=1))
    assert toy.modes_covered(fakes, toy.ring_centres()) == 8
    game.measure_divergences()
    start, end = game.divergences.column("js")
    assert end < 0.5 * start


def test_uniform_noise_lies_in_its_range():
    seen = []

    def watch(generator, discriminator, optimizer, noise, loss):
        seen.append(noise)
        return training.update_generator(generator, discriminator, optimizer, noise, loss)

    Game(noise="uniform", latent_dim=1, update_generator=watch).advance(1)
    assert seen[0].shape == (256, 1)
    assert 0.9 < seen[0].abs().max() <= 1


# ---- what the learner passes


def test_the_learners_own_networks_are_trained_themselves_and_reset_puts_their_weights_back():
    generator = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    discriminator = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    first = [weights(discriminator), weights(generator)]
    game = Game(generator=generator, discriminator=discriminator, latent_dim=3)
    game.advance(2)
    assert game.loop.generator is generator and game.loop.discriminator is discriminator
    assert moved(game, first) == [True, True]
    game.reset()
    assert game.loop.generator is generator and moved(game, first) == [False, False]
    assert game.own == [True, True]
    assert game.choices()["latent_dim"] == [3]


def test_the_learners_own_updates_loss_and_data_are_the_ones_that_run():
    calls = []

    def my_discriminator_update(generator, discriminator, optimizer, real, noise, loss):
        calls.append(("d", loss, real))
        return training.update_discriminator(generator, discriminator, optimizer, real, noise, loss)

    def my_generator_update(generator, discriminator, optimizer, noise, loss):
        calls.append(("g", loss, noise))
        return training.update_generator(generator, discriminator, optimizer, noise, loss)

    mine = losses.GanLoss("mine", losses.HINGE.real, losses.HINGE.fake, losses.HINGE.generator)
    game = Game(
        lambda count, random: torch.full((count, 2), 0.25),
        loss=mine,
        update_discriminator=my_discriminator_update,
        update_generator=my_generator_update,
    )
    game.advance(1)
    assert [call[0] for call in calls] == ["d", "g"]
    assert calls[0][1] is calls[1][1] is mine
    assert (calls[0][2] == 0.25).all()
    assert game.loop.update_generator is my_generator_update
    game.reset()
    assert game.loop.loss is mine
    assert "own" in game.choices()["loss"] and game.settings.data == "own"


def test_points_drawn_by_hand_become_the_reals():
    game = Game()
    game.advance(3)
    game.use_points([[0.5, 0.5], [-1, 0]])
    assert game.settings.data == "drawn" and game.loop.number == 0
    distances = torch.cdist(next(game.loop.batches), torch.tensor([[0.5, 0.5], [-1, 0]])).min(dim=1).values
    assert distances.max() < 0.15
    game.change(data="line")
    game.change(data="drawn")
    assert torch.equal(Game(torch.tensor([[0.5, 0.5], [-1, 0]])).view.reals, game.view.reals)


@pytest.mark.parametrize("points", [[], [[1, 2, 3]], [[math.nan, 0]]])
def test_points_that_are_none_are_refused_and_the_game_stays(points):
    game = Game()
    game.advance(2)
    with pytest.raises(PlaygroundError, match="points"):
        game.use_points(points)
    assert game.loop.number == 2 and game.settings.data == "ring"


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
        Game(**wrong)


# ---- what goes wrong in the learner's code


def forgets(generator, discriminator, optimizer, noise, loss):
    optimizer.zero_grad()
    return loss.generator(discriminator(fake))  # noqa: F821 (the learner's slip)


def test_an_update_that_raises_is_named_with_its_line_and_the_game_goes_on():
    game = Game(update_generator=forgets)
    with pytest.raises(PlaygroundError, match=r"Line 3 of your function forgets stopped this step\.\nNameError"):
        game.advance(1)
    assert game.view.fakes().shape == (250, 2)
    game.loop.update_generator = training.update_generator
    game.advance(1)
    assert len(game.history) == 1


@pytest.mark.parametrize("returned", [None, 3, torch.zeros(2)])
def test_an_update_that_returns_nonsense_is_told_what_to_return(returned):
    for name in ("update_generator", "update_discriminator"):
        game = Game(**{name: lambda *_: returned})
        with pytest.raises(PlaygroundError, match="returns four scalar tensors"):
            game.advance(1)


def test_an_update_with_too_few_parameters_is_told_what_it_is_called_with():
    def update(generator, discriminator, optimizer, noise):
        return noise.mean()

    with pytest.raises(PlaygroundError, match=r"update\(\) takes 4 .*\n.*update_generator\(generator, .*noise, loss\)"):
        Game(update_generator=update).advance(1)


def test_a_training_that_blows_up_says_what_to_do_and_reset_cures_it():
    game = Game(loss="least_squares")
    game.change(optimizer_g="sgd", optimizer_d="sgd", rate_d=1e9, rate_g=1e9)
    with pytest.raises(PlaygroundError, match=r"has blown up\. Press Reset"):
        game.advance(20)
    game.change(rate_d=0.01, rate_g=0.01)
    game.reset()
    game.advance(2)
    assert game.view.fakes().isfinite().all()


# ---- settings


def test_changes_on_the_fly_keep_weights_and_steps():
    game = Game()
    game.advance(3)
    loop, before = game.loop, both(game)
    game.change(loss="hinge", optimizer_d="sgd", optimizer_g="rmsprop", rate_d=0.1, rate_g=0.05, updates_d=3)
    assert game.loop is loop and loop.number == 3 and moved(game, before) == [False, False]
    assert loop.loss is losses.HINGE and loop.rates() == (0.1, 0.05) and loop.updates_d == 3
    assert isinstance(loop.optimizer_d, torch.optim.SGD) and isinstance(loop.optimizer_g, torch.optim.RMSprop)
    assert [group["lr"] for group in loop.optimizer_d.param_groups] == [0.1]
    game.advance(1)
    assert moved(game, before) == [True, True]
    assert game.history[-1].images_seen == 256 * 6


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
    game = Game()
    game.change(loss="minimax", rate_d=0.01, updates_g=2, optimizer_g="sgd")
    game.advance(2)
    game.change(**change)
    assert game.loop.number == 0 and not game.history
    assert game.loop.loss is losses.MINIMAX and game.loop.updates_g == 2
    assert game.loop.rates() == (0.01, 0.001) and isinstance(game.loop.optimizer_g, torch.optim.SGD)
    game.advance(1)


def test_layers_and_neurons_are_those_asked_for():
    game = Game()
    game.change(depth_g=3, neurons_g=8, depth_d=1, neurons_d=16, latent_dim=1)
    widths = [
        [layer.out_features for layer in network.modules() if isinstance(layer, nn.Linear)]
        for network in (game.loop.generator, game.loop.discriminator)
    ]
    assert widths == [[8, 8, 8, 2], [16, 1]]


def test_changes_made_in_code_are_what_the_controls_show():
    game = Game()
    game.loop.set_rates(generator=0.5)
    game.loop.updates_d = 4
    game.change(loss="hinge")
    assert game.loop.rates() == (2e-3, 0.5) and game.loop.updates_d == 4
    assert game.settings.rate_g == 0.5


@pytest.mark.parametrize(
    "wrong",
    [{"rate_d": -1}, {"rate_g": math.nan}, {"updates_d": -1}, {"updates_g": 1.5}, {"depth_d": 9}, {"colour": 1}],
)
def test_a_setting_that_is_none_changes_nothing(wrong):
    game = Game()
    game.advance(1)
    before = game.settings
    with pytest.raises(PlaygroundError):
        game.change(loss="hinge", **wrong)
    assert game.settings == before and game.loop.number == 1


# ---- save and load


def test_a_loaded_game_goes_on_to_the_bit_as_if_it_had_never_stopped():
    first = Game(torch.rand(40, 2), noise="uniform", seed=4)
    first.change(optimizer_d="rmsprop", loss="hinge", rate_g=5e-4, updates_d=2, neurons_g=16, depth_d=1)
    first.advance(7)
    first.measure_divergences()
    file = first.save()
    second = Game("line")
    second.load(file)
    assert second.settings == first.settings and second.settings.data == "drawn"
    assert list(second.history) == list(first.history)
    assert second.divergences.rows().tolist() == first.divergences.rows().tolist() and len(second.divergences) == 1
    assert torch.equal(second.view.reals, first.view.reals)
    first.advance(3), second.advance(3)
    assert list(second.history) == list(first.history) and moved(second, both(first)) == [False, False]
    second.reset()
    assert second.loop.number == 0 and second.settings == first.settings


def test_the_learners_own_networks_are_loaded_into_themselves():
    generator = nn.Linear(2, 2)
    game = Game(generator=generator)
    game.advance(3)
    file, then = game.save(), both(game)
    game.advance(3)
    game.load(file)
    assert game.loop.generator is generator and moved(game, then) == [False, False]
    with pytest.raises(PlaygroundError, match="saved with other networks"):
        Game().load(file)


@pytest.mark.parametrize("what", ["text", "nothing", "another loop", "a broken file"])
def test_a_file_that_doesnt_fit_is_refused_and_nothing_changes(what, tmp_path):
    game = Game()
    game.advance(2)
    if what == "another loop":
        path = checkpoints.save(Game().loop, tmp_path / "other")
        content = path.read_bytes()
    elif what == "a broken file":
        content = game.save()[:-2000]
    else:
        content = b"a text" if what == "text" else b""
    before = both(game)
    with pytest.raises(ValueError, match="not saved by a Playground"):
        game.load(content)
    assert game.loop.number == 2 and moved(game, before) == [False, False]


def test_weights_of_another_size_are_refused_and_nothing_changes():
    small, large = (Game(generator=toy.PointGenerator(hidden=hidden)) for hidden in (4, 8))
    large.advance(2)
    before = both(large)
    with pytest.raises(ValueError, match="does not fit"):
        large.load(small.save())
    assert large.loop.number == 2 and moved(large, before) == [False, False]


def damaged(file: bytes, number: int) -> bytes:
    """A saved game with one thing changed in what it says of itself, or in one of its tensors."""
    chance = random.Random(number)
    size = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + size])
    about = json.loads(header["__metadata__"]["about"])
    junk = [
        None,
        "x",
        -1,
        0,
        3,
        0.5,
        -1e308,
        1e308,
        math.nan,
        math.inf,
        [],
        {},
        [[]],
        True,
        10**12,
        10**30,
        {"tensor": "y"},
    ]
    places = []

    def walk(value):
        inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in list(inside):
            places.append((value, key))
            walk(item)

    walk(about["state"] if number % 2 else about["extra"])
    holder, key = chance.choice(places)
    if isinstance(holder, dict) and number % 5 == 0:
        del holder[key]
    else:
        holder[key] = chance.choice(junk)
    if number % 7 == 0:
        one, other = chance.sample([name for name in header if name != "__metadata__"], 2)
        header[one], header[other] = header[other], header[one]
    header["__metadata__"]["about"] = json.dumps(about)
    head = json.dumps(header).encode()
    return len(head).to_bytes(8, "little") + head + file[8 + size :]


@pytest.mark.parametrize("own", [False, True], ids=["built-in networks", "own networks"])
@pytest.mark.parametrize("part", range(3))
def test_a_damaged_file_is_taken_whole_or_not_at_all(own, part, same):
    def networks():
        return {"generator": nn.Linear(2, 2), "discriminator": toy.PointDiscriminator(4, 1)} if own else {}

    torch.manual_seed(0)
    saved = Game(torch.rand(9, 2), **networks())
    if not own:
        saved.change(neurons_d=4, neurons_g=4, depth_d=1, depth_g=1)
    saved.advance(3)
    saved.measure_divergences()
    file = saved.save()
    refused = 0
    for number in range(25 * part, 25 * part + 25):
        game = Game("line", **networks())
        game.advance(1)
        before = game.loop, game.view, game.settings, game.drawn, game.history, game.divergences, game.changes
        then, seen = game.loop.state_dict(), list(game.history)
        then = copy.deepcopy(then)
        try:
            game.load(damaged(file, number))
        except ValueError as error:
            refused += 1
            assert len(str(error).splitlines()) == 1
            now = game.loop, game.view, game.settings, game.drawn, game.history, game.divergences, game.changes
            assert all(one is other or one == other for one, other in zip(before, now, strict=True))
            assert list(game.history) == seen
            assert same(without_nan(game.loop.state_dict()), without_nan(then))
            continue
        playable(game)
    assert refused > 5


def without_nan(state):
    return json.loads(json.dumps(state, default=lambda tensor: tensor.tolist()).replace("NaN", "null"))


def playable(game: Game) -> None:
    """What can be seen of the game can be drawn, and it goes on, or says in a sentence that it can't."""
    game.view.charts(game.history, game.divergences)
    json.dumps(dataclasses.asdict(game.settings))
    try:
        game.advance(1)
    except PlaygroundError as error:
        assert "no longer a number" in str(error)


@pytest.mark.parametrize("name", ["updates_d", "updates_g"])
@pytest.mark.parametrize("count", [101, 10**9, True, 1.5])
def test_a_step_has_a_hundred_updates_at_most(name, count):
    game = Game()
    with pytest.raises(PlaygroundError, match=f"{name} is a whole number from 0 to 100"):
        game.change(**{name: count})


def test_a_saved_game_that_would_hang_the_kernel_is_refused():
    game = Game()
    game.loop.updates_d = 10**9  # as code can set it, or somebody who writes such a file
    file = game.save()
    with pytest.raises(PlaygroundError, match="updates_d is a whole number from 0 to 100"):
        Game().load(file)


def test_saving_leaves_no_trace_in_the_loop_and_finishes_slow_motion():
    game, ordinary = Game(), Game()
    game.next_part()
    game.save()
    ordinary.advance(1)
    assert game.slow is None and list(game.history) == list(ordinary.history)
    assert game.loop.settings == {}


def test_a_step_of_one_player_leaves_the_loop_as_it_was_set():
    seen = []

    def watch(*about):
        seen.append((game.loop.updates_d, game.loop.updates_g))
        return training.update_discriminator(*about)

    game = Game(update_discriminator=watch)
    game.change(updates_d=2, updates_g=3)
    game.advance(1, player="discriminator")
    assert seen == [(2, 3), (2, 3)]


# ---- without a browser


def test_a_game_needs_no_anywidget():
    code = """
import sys
sys.modules["anywidget"] = sys.modules["ipywidgets"] = None  # whoever imports one of them fails
from gan_lesson import widgets
from gan_lesson.widgets.playground.game import Game
game = Game()
game.advance(1)
[game.next_part() for _ in range(10)]
game.view.picture(game.history)
game.load(game.save())
assert "Playground" in dir(widgets) and game.loop.number == 2
try:
    widgets.Playground
except ImportError:
    print("played")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "played\n", done.stderr


# ---- the stop button


@pytest.mark.parametrize("slowly", [False, True])
def test_the_stop_button_leaves_no_half_step(same, slowly):
    def press(*arguments):
        if game.loop.number == 1:
            signal.raise_signal(signal.SIGINT)
        return training.update_discriminator(*arguments)

    game, undisturbed = Game("line"), Game("line")
    game.pieces.updates["update_discriminator"] = press
    game.reset()
    if slowly:
        game.advance(1)
        game.next_part()
        with pytest.raises(Stopped, match="after part 5 of step 2"):
            game.finish_slow_motion()
        game.save()  # which finishes the step
    else:
        with pytest.raises(Stopped, match="after step 2, which is whole"):
            game.advance(5)
    undisturbed.advance(2)
    assert same(game.loop.state_dict(), undisturbed.loop.state_dict())
    assert game.history.number == 2


def test_points_that_are_no_numbers_are_told_as_such():
    with pytest.raises(PlaygroundError, match="one of them has a coordinate that is no number"):
        Game().use_points([[0.5, float("nan")]])
