"""A step is a row of moves, which can be made one by one, and again."""

import copy
from itertools import islice, repeat

import pytest
import torch

from gan_lesson import losses, recipes, training
from gan_lesson.training import AdversarialLoop
from tests.training.players import points, sgd, weights


def passes_a_step(loop: AdversarialLoop) -> int:
    """How often the generator is called in a step."""
    next(loop)  # the first step also tries its shape
    calls = []
    hook = loop.generator.register_forward_hook(lambda *_: calls.append(1))
    list(islice(loop, 3))
    hook.remove()
    assert len(calls) % 3 == 0
    return len(calls) // 3


def test_fakes_that_serve_both_updates_take_one_pass_through_the_generator(small_loop):
    assert passes_a_step(small_loop()) == 2
    assert passes_a_step(small_loop(reuse_fakes=True)) == 1


def test_the_discriminators_update_is_the_same_whether_its_fakes_serve_again_or_not(small_loop):
    plain, reusing = small_loop(seed=3), small_loop(seed=3, reuse_fakes=True)
    step, other = next(plain), next(reusing)
    assert all(map(torch.equal, weights(plain.discriminator), weights(reusing.discriminator)))
    for column in ("real_loss", "fake_loss", "real_score", "fake_score", "images_seen"):
        assert getattr(step, column) == getattr(other, column)


@pytest.mark.parametrize("chosen", [losses.NON_SATURATING, losses.HINGE])
def test_fakes_that_serve_both_updates_make_the_step_that_both_updates_make_of_one_noise(pair, real_and_noise, chosen):
    real, noise = real_and_noise
    noise = torch.cat([noise, noise[:2]])  # as many fakes as reals
    generator, discriminator = (copy.deepcopy(network) for network in pair)
    by_hand = sgd(discriminator), sgd(generator)
    for _ in range(2):
        seen = training.update_discriminator(generator, discriminator, by_hand[0], real, noise, chosen)
        loss = training.update_generator(generator, discriminator, by_hand[1], noise, chosen)

    loop = AdversarialLoop(
        *pair,
        repeat(real),
        latent_dim=2,
        loss=chosen,
        optimizer_g=sgd(pair[0]),
        optimizer_d=sgd(pair[1]),
        draw_noise=lambda *_, device: noise,
        reuse_fakes=True,
    )
    loop.discriminator[2].p = 0.0  # the loop trains in training mode, where dropout would toss its coins
    step = list(islice(loop, 2))[-1]
    assert (step.real_loss, step.fake_loss) == pytest.approx((seen.real_loss.item(), seen.fake_loss.item()))
    assert step.generator_loss == pytest.approx(loss.item())
    torch.testing.assert_close(weights(*pair), weights(generator, discriminator))


def test_a_player_that_moves_more_often_gets_fresh_fakes_each_time(small_loop):
    drawn = []

    def draw(*shape, device):
        drawn.append(torch.randn(*shape, device=device))
        return drawn[-1]

    loop = small_loop(reuse_fakes=True, draw_noise=draw)
    next(loop)
    assert len(drawn) == 1
    loop.updates_d = 2
    next(loop)
    assert len(drawn) == 1 + 3
    assert len({noise.sum().item() for noise in drawn}) == 4


def step_by_hand(loop: AdversarialLoop) -> training.Step:
    """A step move by move, while somebody who looks on draws random numbers of their own."""
    torch.rand(5)
    move = loop.draw("discriminator")
    loop.sample(torch.randn(3, loop.latent_dim))
    seen = loop.play(move)
    torch.rand(5)
    answer = loop.draw("generator", reuse=move if loop.reuse_fakes else None)
    torch.rand(5)
    return loop.finish(seen, loop.play(answer))


OPTIONS = [
    {},
    {"reuse_fakes": True},
    {"average": 0.9, "schedule": lambda done: 1 / (1 + done)},
    {"penalty": losses.gradient_penalty, "penalty_every": 2},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_moves_made_one_by_one_are_the_step_of_the_loop_to_the_bit(small_loop, same, options):
    one, other = small_loop(**options), small_loop(**options)
    for _ in range(3):
        assert step_by_hand(one) == next(other)
    assert same(one.state_dict(), other.state_dict())


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_moves_made_one_by_one_are_the_step_of_a_recipe_to_the_bit(recipe, same):
    one, other = recipe.loop(seed=1), recipe.loop(seed=1)
    for _ in range(2):
        assert step_by_hand(one) == next(other)
    assert same(one.state_dict(), other.state_dict())


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_a_move_made_again_from_the_same_state_gives_the_same_to_the_bit(recipe, player, same):
    loop = recipe.loop(seed=1)
    next(loop)
    move = loop.draw("discriminator")
    if player == "generator":
        loop.play(move)
        move = loop.draw("generator", reuse=move if loop.reuse_fakes else None)
    before = loop.state_dict()
    results = [(loop.play(move), loop.state_dict())]
    for seed in (8, 9):
        loop.load_state_dict(before)
        loop.reseed(seed)  # a move brings its own random state
        results.append((loop.play(move), loop.state_dict()))
    assert same(results[0], results[1])
    assert same(results[0], results[2])
    assert not same(results[0][1][player], before[player])


def test_a_whole_step_is_replayed_to_the_bit(small_loop, same):
    loop = small_loop(average=0.9)
    next(loop)
    before = loop.state_dict()
    moves = [loop.draw("discriminator")]
    seen = [loop.play(moves[0])]
    moves.append(loop.draw("generator"))
    seen.append(loop.play(moves[1]))
    step, after = loop.finish(*seen), loop.state_dict()
    loop.load_state_dict(before)
    assert loop.finish(*map(loop.play, moves)) == step
    assert same(loop.state_dict(), after)


def test_a_move_holds_all_that_chance_decides(small_loop):
    seen = []

    def note(generator, discriminator, optimizer, *what):
        seen.append((*what[:-1], torch.rand(1)))  # what is drawn in the update goes on from the move's random state
        return torch.zeros(4) if len(what) == 3 else torch.zeros(())

    loop = small_loop(update_discriminator=note, update_generator=note)
    moves = loop.draw("discriminator"), loop.draw("generator")
    assert [move.player for move in moves] == ["discriminator", "generator"]
    assert moves[0].real is loop.real
    assert moves[1].real is None
    for move in (*moves, *moves):
        loop.play(move)
    (real, noise, draw), (noise_g, draw_g), again, again_g = seen
    assert (real is moves[0].real, noise is moves[0].noise, noise_g is moves[1].noise) == (True, True, True)
    assert torch.equal(draw, again[-1])
    assert torch.equal(draw_g, again_g[-1])
    assert not torch.equal(draw, draw_g)


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_a_move_without_learning_sees_what_the_update_would_see_and_changes_no_weight(small_loop, same, player):
    loop = small_loop()
    loop.discriminator[2].p = 0.0  # one toss of its coins for reals and fakes together is another than one for each
    move = loop.draw("discriminator")
    move = loop.draw("generator") if player == "generator" else move
    before = weights(loop.generator, loop.discriminator)
    watched = loop.play(move, learn=False)
    assert all(map(torch.equal, weights(loop.generator, loop.discriminator), before))
    torch.testing.assert_close(watched, loop.play(move))
    assert not all(map(torch.equal, weights(loop.generator, loop.discriminator), before))


def test_a_step_may_let_a_player_rest_whatever_the_loop_does_otherwise(small_loop):
    loop, resting = small_loop(), small_loop()
    resting.updates_d = 0
    assert loop.step(0, 1) == next(resting)
    assert (loop.updates_d, loop.updates_g) == (1, 1)
    assert all(map(torch.equal, weights(loop.generator), weights(resting.generator)))


def test_labels_travel_with_the_move_and_change_nothing(small_loop, same):
    images, labels = points().tensors
    labelled, bare = small_loop([(images, labels)], average=0.9), small_loop([images], average=0.9)
    assert torch.equal(labelled.draw("discriminator").labels, labels)
    assert bare.draw("discriminator").labels is None
    for loop in (labelled, bare):
        list(islice(loop, 3))
    assert same(labelled.state_dict(), bare.state_dict())


def test_a_player_of_another_name_and_a_generator_without_a_batch_are_errors(small_loop):
    with pytest.raises(ValueError, match="the players are"):
        small_loop().draw("referee")
    with pytest.raises(ValueError, match="the discriminator moves first"):
        small_loop().draw("generator")
