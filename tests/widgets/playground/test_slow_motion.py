"""A step in slow motion is an ordinary step, to the bit, whatever is looked at between its parts."""

import pytest
import torch
from torch import nn

from gan_lesson.widgets.playground.game import Game
from gan_lesson.widgets.playground.settings import PlaygroundError
from gan_lesson.widgets.playground.slow_motion import SlowMotion


def weights(game: Game) -> list[torch.Tensor]:
    networks = game.loop.discriminator, game.loop.generator
    return [nn.utils.parameters_to_vector(network.parameters()).detach().clone() for network in networks]


def moved(game: Game, before: list[torch.Tensor]) -> list[bool]:
    return [not torch.equal(now, then) for now, then in zip(weights(game), before, strict=True)]


def forgetful() -> nn.Sequential:
    """A discriminator in which chance has a word at each pass."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Linear(16, 1))


def remembering() -> nn.Sequential:
    """A generator that remembers the batches it saw."""
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))


@pytest.mark.parametrize("updates", [(1, 1), (3, 2), (0, 1), (2, 0)])
@pytest.mark.parametrize("own", [False, True], ids=["plain", "dropout"])
def test_a_step_in_slow_motion_has_the_bits_of_an_ordinary_one(own, updates):
    games = []
    for _ in range(2):
        networks = {"discriminator": forgetful(), "generator": remembering()} if own else {}
        game = Game(**networks)
        game.change(updates_d=updates[0], updates_g=updates[1])
        game.advance(2)
        games.append(game)
    slow, ordinary = games
    for _ in range(2):
        for _ in range(10):
            slow.next_part()
            slow.view.layers(["map", "fakes", "arrows", "manifold"])
        ordinary.advance(1)
    assert moved(slow, weights(ordinary)) == [False, False]
    slow.advance(2), ordinary.advance(2)
    assert list(slow.history) == list(ordinary.history) and len(slow.history) == 6
    assert moved(slow, weights(ordinary)) == [False, False]


def test_d_moves_at_part_five_and_g_at_part_ten():
    game = Game()
    for part in range(1, 11):
        before = weights(game)
        game.next_part()
        assert game.slow.part == part
        assert moved(game, before) == [part == 5, part == 10]
        assert len(game.slow.fakes()) == (0 if part in (1, 6) else 256)
        assert game.loop.number == (part == 10)


def test_a_player_that_rests_stays_as_it_is():
    game = Game()
    game.change(updates_d=0)
    before = weights(game)
    for _ in range(10):
        game.next_part()
    assert moved(game, before) == [False, True]


def test_each_update_is_called_once():
    calls = []

    def counted(name: str, update):
        return lambda *about: calls.append(name) or update(*about)

    game = Game()
    loop = game.loop
    loop.update_discriminator = counted("d", loop.update_discriminator)
    loop.update_generator = counted("g", loop.update_generator)
    for _ in range(10):
        game.next_part()
    assert calls == ["d", "g"]


def test_the_losses_that_are_shown_fall_by_the_update_and_are_those_of_the_step():
    game = Game()
    parts = [game.next_part() for _ in range(10)]
    d = [parts[4][when]["real_loss"] + parts[4][when]["fake_loss"] for when in ("before", "now")]
    g = [parts[9][when]["generator_loss"] for when in ("before", "now")]
    assert d[1] < d[0] and g[1] < g[0]
    assert d[0] == pytest.approx(game.history[-1].discriminator_loss, rel=1e-5)
    assert g[0] == pytest.approx(game.history[-1].generator_loss, rel=1e-5)
    assert parts[2]["now"]["real_score"] == pytest.approx(game.history[-1].real_score, rel=1e-5)


def test_it_says_that_a_number_is_none():
    game = Game(loss="least_squares")
    game.change(optimizer_d="sgd", rate_d=1e30)
    slow = SlowMotion(game.loop)
    with pytest.raises(FloatingPointError, match="in step 1"):
        for _ in range(10):
            slow.go_on()


@pytest.mark.parametrize("parts", [1, 5, 9, 10])
def test_a_step_left_in_slow_motion_is_finished_first(parts):
    slow, ordinary = Game(), Game()
    for _ in range(parts):
        slow.next_part()
    slow.advance(1)
    ordinary.advance(2)
    assert moved(slow, weights(ordinary)) == [False, False]
    assert slow.slow is None and [step.number for step in slow.history] == [1, 2]


def test_an_update_that_raises_is_tried_again_by_the_next_press():
    def forgets(generator, discriminator, optimizer, noise, loss):
        raise NameError("fake")

    game = Game(update_generator=forgets)
    for _ in range(9):
        game.next_part()
    for _ in range(2):
        with pytest.raises(PlaygroundError, match="Line 2 of your function forgets"):
            game.next_part()
    assert game.slow.part == 9
    with pytest.raises(PlaygroundError, match="Line 2 of your function forgets"):
        game.advance(1)
    assert game.slow is None and not game.history  # the step that can't be finished is given up
