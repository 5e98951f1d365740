"""The widget answers the browser with what its game does and shows."""

import base64
import gc
import inspect
import json
import weakref

import pytest
import torch
from torch import nn

from gan_lesson.widgets import Playground
from gan_lesson.widgets.playground import shell
from gan_lesson.widgets.playground.game import Game
from gan_lesson.widgets.playground.settings import PlaygroundError
from gan_lesson.widgets.playground.views import LAYERS


def both(playground: Playground) -> list[torch.Tensor]:
    networks = playground.loop.discriminator, playground.loop.generator
    return [nn.utils.parameters_to_vector(network.parameters()).detach().clone() for network in networks]


def moved(playground: Playground, before: list[torch.Tensor]) -> list[bool]:
    return [not torch.equal(now, then) for now, then in zip(both(playground), before, strict=True)]


def test_it_takes_what_a_game_takes_and_shift_tab_shows_it():
    assert inspect.signature(Playground.__init__) == inspect.signature(Game.__init__)
    playground = Playground("moons", seed=3)
    assert playground.settings.data == "moons" and playground.settings.seed == 3
    with pytest.raises(TypeError, match="colour"):
        Playground(colour="red")


def test_what_it_is_asked_in_code_is_done_by_its_game():
    playground = Playground()
    assert playground.loop is playground.game.loop and playground.history is playground.game.history
    assert playground.advance(2, player="generator").number == 2
    playground.change(rate_g=0.5)
    assert playground.settings.rate_g == 0.5
    playground.reset()
    assert playground.loop.number == 0 and list(playground.history) == []


def test_slices_of_different_lengths_change_nothing_in_the_run():
    sliced, plain = Playground(), Playground()
    state = torch.get_rng_state()
    for steps in (1, 3, 2):
        sliced.slice(steps=steps, milliseconds=1e6, show=LAYERS, charts=True)
    plain.advance(6)
    assert list(sliced.history) == list(plain.history)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_slice_ends_with_its_time_but_does_one_step_at_least():
    playground = Playground()
    assert playground.slice(steps=1000, milliseconds=0, show=[], charts=False)["number"] == 1


@pytest.mark.parametrize(
    ("player", "moves"), [("discriminator", [True, False]), ("generator", [False, True]), ("both", [True, True])]
)
def test_a_step_moves_the_players_that_it_names(player, moves):
    playground = Playground()
    before = both(playground)
    frame = playground.step(player=player, show=[])
    assert moved(playground, before) == moves
    assert frame["number"] == 1 and frame["last"]["number"] == 1


def test_a_frame_has_the_layers_that_are_shown_and_charts_where_they_are_wanted():
    playground = Playground()
    frame = playground.slice(steps=1, milliseconds=10, show=["map"], charts=False)
    assert set(frame) == {"number", "last", "changes", "map"}
    assert set(playground.look(show=[])) == {"number", "last", "changes", "charts"}
    assert set(playground.look()) == {*LAYERS, "number", "last", "changes", "charts"} - {"reals"}


def test_divergences_are_measured_once_a_step():
    playground = Playground()
    playground.advance(2)
    playground.look(), playground.look()
    playground.advance(1)
    assert playground.look()["charts"]["measured"].tolist() == [2, 3]


def test_before_the_first_step_there_is_no_last_one_and_a_loss_that_is_no_number_is_none():
    playground = Playground(loss="least_squares")
    assert playground.look()["last"] is None
    playground.change(optimizer_g="sgd", optimizer_d="sgd", rate_d=1e9, rate_g=1e9)
    with pytest.raises(PlaygroundError, match=r"has blown up\. Press Reset"):
        playground.advance(20)
    json.dumps(playground.look()["last"], allow_nan=False)


def test_a_part_in_slow_motion_comes_with_its_own_reals_and_fakes():
    playground = Playground()
    for part in range(1, 11):
        answer = playground.next_part(show=["map", "fakes", "arrows"])
        assert answer["part"] == part == playground.state()["part"] and answer["number"] == 1
        assert torch.equal(answer["reals"], playground.loop.real)
        assert torch.equal(answer["fakes"], playground.game.slow.fakes())
        assert set(answer["numbers"]) == {"before", "now"}
        assert ("charts" in answer) == (part == 10)
    again = playground.next_part(show=[])
    assert (again["part"], again["number"]) == (1, 2)
    assert playground.leave_slow_motion(show=[])["number"] == 2
    assert playground.state()["part"] == 0


def test_the_state_is_what_the_controls_show():
    generator = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    playground = Playground(generator=generator, latent_dim=3)
    state = playground.state()
    assert state["own"] == [True, False] and state["choices"]["latent_dim"] == [3]
    assert state["settings"]["latent_dim"] == 3 and state["reals"].shape == (300, 2)
    changes = state["changes"]
    assert playground.change_settings(rate_d=0.5)["settings"]["rate_d"] == 0.5
    assert playground.restart()["changes"] == changes + 2
    assert playground.use_points(points=[[0.5, 0.5]])["settings"]["data"] == "drawn"
    json.dumps(playground.state()["settings"] | playground.state()["choices"])


def test_the_picture_shows_the_present_state():
    playground = Playground()
    assert playground.picture().alt == "Training before its first step: samples."
    playground.advance(3)
    assert "after 3 steps" in playground.picture().alt
    assert "text/html" in playground.stand_in()


def test_where_nothing_has_been_pressed_a_trained_pair_is_seen_and_the_game_stays_as_it_was():
    pressed, other = Playground("line", seed=3), Playground("line", seed=3)
    random = torch.get_rng_state()
    seen = pressed.preview()
    assert torch.equal(torch.get_rng_state(), random)
    assert "The library's pair after" in seen.alt and "nothing has been pressed yet" in seen.alt
    assert "nothing has been pressed yet" in seen.axes[0].get_title()
    assert pressed.loop.number == 0 and not pressed.history
    assert pressed.advance(3) == other.advance(3)
    assert pressed.preview() is None  # from the first step on it shows its own state


def test_the_preview_has_a_limit_in_time(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(shell.time, "perf_counter", lambda: next(clock))
    assert "after 10 steps" in Playground().preview().alt


def test_what_the_learner_wrote_is_not_run_for_a_preview():
    def never(*_):
        raise AssertionError("run without having been asked for")

    assert Playground(update_discriminator=never, update_generator=never).preview()
    assert Playground(torch.rand(9, 2)).preview() is None
    assert Playground(lambda count, random: torch.rand(count, 2, generator=random)).preview() is None


def test_what_was_saved_is_loaded():
    first, second = Playground(seed=4), Playground("line")
    first.advance(3)
    file = base64.b64encode(first.save()["file"].numpy().tobytes()).decode()
    assert second.load(file=file)["settings"]["seed"] == 4
    assert moved(second, both(first)) == [False, False] and list(second.history) == list(first.history)


def test_a_hundred_closed_ones_leave_nothing_behind():
    def play_and_close() -> weakref.ref:
        playground = Playground(generator=nn.Linear(2, 2), discriminator=nn.Linear(2, 1))
        playground.next_part(show=LAYERS)
        playground.close()
        return weakref.ref(playground)

    left = [play_and_close() for _ in range(100)]
    gc.collect()
    assert [reference for reference in left if reference() is not None] == []
