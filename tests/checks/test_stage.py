"""The stage: players that note what they see, make and do."""

import pytest
import torch
from torch import nn

from gan_lesson.checks.exercise import CheckFailed
from gan_lesson.checks.stage import NOT_CLEARED, Event, Pair, Player


@pytest.fixture
def pair():
    return Pair(nn.Linear(2, 3), nn.Linear(3, 1))


def test_what_the_players_see_and_make_is_noted_as_it_was_in_its_order(pair):
    g, d = pair.generator, pair.discriminator
    noise = torch.ones(4, 2)
    fakes = g.network(noise)
    logits = d.network(fakes)
    g.optimizer.step()
    noise.zero_()
    assert torch.equal(g.seen[0], torch.ones(4, 2)) and torch.equal(g.made[0], fakes)
    assert torch.equal(d.seen[0], fakes) and torch.equal(d.made[0], logits)
    assert not any(value.requires_grad for value in (*g.made, *d.seen, *d.made))
    assert [event.player for event in pair.events] == ["generator", "discriminator", "generator"]
    assert pair.events[-1] == Event("generator") and pair.turns == "g"


def test_turns_are_the_steps_of_both_optimizers(pair):
    for player in (pair.discriminator, pair.generator, pair.generator):
        player.optimizer.step()
    assert pair.turns == "dgg"


def test_a_player_knows_whether_it_was_reached_and_moved(pair):
    g, d = pair.generator, pair.discriminator
    assert not any((g.reached, d.reached, g.moved, d.moved))
    d.network(g.network(torch.ones(4, 2)).detach()).sum().backward()
    assert d.reached and not g.reached
    d.optimizer.step()
    assert d.moved and not g.moved


def test_steps_go_down_the_slope_of_the_loss_and_of_what_was_not_cleared():
    def after(**how):
        player = Player("pupil", nn.Linear(2, 1, bias=False), [])
        nn.init.zeros_(player.network.weight)
        return player.after_step(lambda: player.network.weight.sum(), **how).tolist()

    assert after() == pytest.approx([-0.1, -0.1])
    assert after(steps=2) == pytest.approx([-0.2, -0.2])
    assert after(clear=False) == pytest.approx([-0.125, -0.125])


def test_gradients_of_before_are_there_to_be_cleared():
    player = Player("pupil", nn.Linear(2, 1), [])
    assert all(weight.grad.all() for weight in player.network.parameters())
    player.optimizer.step()
    assert player.moved


def taught(order: str, player: Player) -> Player:
    loss = player.network(torch.ones(4, 2)).sum()
    own = torch.optim.SGD(player.network.parameters(), lr=0.1)
    do = {"z": player.optimizer.zero_grad, "b": loss.backward, "s": player.optimizer.step, "o": own.step}
    for action in order:
        do[action]()
    return player


def test_a_step_that_moves_the_weights_is_a_step():
    taught("zbs", Player("pupil", nn.Linear(2, 1), [])).expect_step()


@pytest.mark.parametrize(
    ("order", "phrase"),
    [
        ("zb", "no weight moved: call optimizer.step()"),
        ("zbo", "but not by the optimizer that your function is given"),
        ("zsb", "the step came before there were gradients"),
        ("bzs", "call zero_grad\\(\\) before backward\\(\\)"),
    ],
)
def test_what_is_missing_for_a_step_is_named(order, phrase):
    with pytest.raises(CheckFailed, match=phrase):
        taught(order, Player("pupil", nn.Linear(2, 1), [])).expect_step()


def test_what_is_called_by_name_is_seen_too():
    player = Player("pupil", nn.Linear(2, 1), [])
    player.network(input=torch.ones(4, 2))
    assert torch.equal(player.seen[0], torch.ones(4, 2))


def test_gradients_that_are_cleared_behind_the_step_are_told_from_those_that_never_are():
    assert taught("bs", Player("pupil", nn.Linear(2, 1), [])).not_cleared == NOT_CLEARED
    assert "works" in taught("bsz", Player("pupil", nn.Linear(2, 1), [])).not_cleared


def slowed(player):
    player.optimizer.param_groups[0]["lr"] = 0.05


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        (lambda player: player.network.eval(), "evaluation mode"),
        (lambda player: player.network.requires_grad_(False), "left frozen"),
        (slowed, "learning rate"),
    ],
)
def test_what_is_left_behind_is_named(change, phrase):
    player = taught("zbs", Player("pupil", nn.Linear(2, 1), []))
    player.expect_left_as_it_was()
    change(player)
    with pytest.raises(CheckFailed, match=phrase):
        player.expect_left_as_it_was()
