import copy
import math
from itertools import islice, repeat

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.spatial.distance import cdist
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from gan_lesson import data, device, latent, losses, recipes, toy, training
from gan_lesson.randomness import seeded
from gan_lesson.training import AdversarialLoop


def weights(*networks: nn.Module) -> list[torch.Tensor]:
    return [weight.detach().clone() for network in networks for weight in network.parameters()]


def sgd(network: nn.Module, rate: float = 0.1) -> torch.optim.SGD:
    return torch.optim.SGD(network.parameters(), lr=rate)


@pytest.fixture
def pair(small_pair):
    """A small pair without chance: dropout is off."""
    generator, discriminator = small_pair()
    return generator, discriminator.eval()


@pytest.fixture
def real_and_noise():
    random = torch.Generator().manual_seed(0)
    return torch.randn(6, 2, generator=random), torch.randn(4, 2, generator=random)


# The two updates


def test_the_discriminators_update_is_a_step_down_its_cross_entropy(pair, real_and_noise):
    generator, discriminator = pair
    real, noise = real_and_noise
    twin = copy.deepcopy(discriminator)
    scores = torch.sigmoid(twin(real)), torch.sigmoid(twin(generator(noise).detach()))
    parts = [
        F.binary_cross_entropy(score, torch.full_like(score, label))
        for score, label in zip(scores, (1, 0), strict=True)
    ]
    sum(parts).backward()

    seen = training.update_discriminator(generator, discriminator, sgd(discriminator), real, noise)
    torch.testing.assert_close(
        list(seen), [*(part.detach() for part in parts), *(score.mean().detach() for score in scores)]
    )
    expected = [weight.detach() - 0.1 * weight.grad for weight in twin.parameters()]
    torch.testing.assert_close(weights(discriminator), expected)


def test_the_generators_update_is_a_step_down_its_cross_entropy_against_ones(pair, real_and_noise):
    generator, discriminator = pair
    _, noise = real_and_noise
    twin = copy.deepcopy(generator)
    scores = torch.sigmoid(discriminator(twin(noise)))
    expected_loss = F.binary_cross_entropy(scores, torch.ones_like(scores))
    expected_loss.backward()

    loss = training.update_generator(generator, discriminator, sgd(generator), noise)
    torch.testing.assert_close(loss, expected_loss.detach())
    torch.testing.assert_close(weights(generator), [w.detach() - 0.1 * w.grad for w in twin.parameters()])


def test_each_update_changes_its_own_players_weights_and_nothing_of_the_others(pair, real_and_noise):
    generator, discriminator = pair
    before_g, before_d = weights(generator), weights(discriminator)

    training.update_discriminator(generator, discriminator, sgd(discriminator), *real_and_noise)
    assert all(map(torch.equal, weights(generator), before_g))
    assert all(weight.grad is None for weight in generator.parameters())
    assert not any(map(torch.equal, weights(discriminator), before_d))

    before_d = weights(discriminator)
    gradients = [weight.grad.clone() for weight in discriminator.parameters()]
    training.update_generator(generator, discriminator, sgd(generator), real_and_noise[1])
    assert all(map(torch.equal, weights(discriminator), before_d))
    assert all(torch.equal(w.grad, gradient) for w, gradient in zip(discriminator.parameters(), gradients, strict=True))
    assert not any(map(torch.equal, weights(generator), before_g))


def test_gradients_left_over_from_before_do_not_matter(pair, real_and_noise):
    generator, discriminator = pair
    real, noise = real_and_noise
    results = []
    for left_over in (None, 1e6):
        g, d = copy.deepcopy(generator), copy.deepcopy(discriminator)
        for weight in [*g.parameters(), *d.parameters()]:
            weight.grad = None if left_over is None else torch.full_like(weight, left_over)
        training.update_discriminator(g, d, sgd(d), real, noise)
        training.update_generator(g, d, sgd(g), noise)
        results.append(weights(g, d))
    assert all(map(torch.equal, *results))


def test_the_chosen_loss_reaches_both_updates(pair, real_and_noise):
    generator, discriminator = pair
    real, noise = real_and_noise
    logits = discriminator(generator(noise)).detach()
    seen = training.update_discriminator(generator, discriminator, sgd(discriminator, 0), real, noise, losses.HINGE)
    assert seen.fake_loss.item() == pytest.approx(np.maximum(0, 1 + logits.numpy()).mean())
    loss = training.update_generator(generator, discriminator, sgd(generator), noise, losses.WASSERSTEIN)
    assert loss.item() == pytest.approx(-logits.mean().item())


def test_a_penalty_is_minimised_too_and_reported_in_neither_part_of_the_loss(pair, real_and_noise):
    generator, discriminator = pair
    real, noise = real_and_noise
    twin = copy.deepcopy(discriminator)

    def penalty(network: nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        return 3 * network(real).square().mean() + network(fake).square().mean()

    fake = generator(noise).detach()
    slopes = torch.autograd.grad(penalty(discriminator, real, fake), list(discriminator.parameters()))
    seen = training.update_discriminator(generator, discriminator, sgd(discriminator), real, noise, penalty=penalty)
    without = training.update_discriminator(generator, twin, sgd(twin), real, noise)
    torch.testing.assert_close(list(seen), list(without))
    expected = [weight - 0.1 * slope for weight, slope in zip(weights(twin), slopes, strict=True)]
    torch.testing.assert_close(weights(discriminator), expected)


# The loop


def test_the_loop_alternates_the_two_updates_with_fresh_noise_for_each(small_loop):
    calls = []

    def own_discriminator_update(generator, discriminator, optimizer, real, noise, loss):
        assert (generator, discriminator, optimizer) == (loop.generator, loop.discriminator, loop.optimizer_d)
        assert real.shape == (16, 2)
        assert loss is losses.HINGE
        calls.append(("discriminator", noise))
        return torch.tensor(1.0), torch.tensor(2.0), torch.tensor(0.75), torch.tensor(0.25)

    def own_generator_update(generator, discriminator, optimizer, noise, loss):
        assert (generator, discriminator, optimizer) == (loop.generator, loop.discriminator, loop.optimizer_g)
        assert loss is losses.HINGE
        calls.append(("generator", noise))
        return torch.tensor(4.0)

    loop = small_loop(
        loss=losses.HINGE, update_discriminator=own_discriminator_update, update_generator=own_generator_update
    )
    steps = list(islice(loop, 2))
    assert steps == [training.Step(1, 3, 1, 2, 4, 0.75, 0.25, 16), training.Step(2, 3, 1, 2, 4, 0.75, 0.25, 32)]
    assert [player for player, _ in calls] == ["discriminator", "generator"] * 2
    assert all(noise.shape == (16, 2) for _, noise in calls)
    assert len({noise.sum().item() for _, noise in calls}) == 4


def test_a_step_is_consistent_in_itself(small_loop):
    loop = small_loop()
    for number, step in enumerate(islice(loop, 5), start=1):
        assert step.number == number == loop.number
        assert step.images_seen == 16 * number
        assert step.discriminator_loss == step.real_loss + step.fake_loss
        assert 0 < step.real_score < 1
        assert 0 < step.fake_score < 1
        assert step.real_loss >= -math.log(step.real_score) - 1e-6  # Jensen's inequality
        assert step.fake_loss >= -math.log(1 - step.fake_score) - 1e-6


def test_both_networks_train_in_training_mode(small_loop):
    loop = small_loop()
    loop.generator.eval()
    loop.discriminator.eval()
    next(loop)
    assert loop.generator.training
    assert loop.discriminator.training


def test_the_seed_repeats_a_run_whatever_else_is_drawn(small_loop):
    first = list(islice(small_loop(seed=1), 4))
    loop, again = small_loop(seed=1), []
    for _ in range(4):
        torch.rand(7)
        again.append(next(loop))
    assert again == first
    assert list(islice(small_loop(seed=2), 4)) != first


def points(count: int = 12) -> TensorDataset:
    return TensorDataset(torch.linspace(-1, 1, 2 * count).view(count, 2), torch.arange(count))


@pytest.mark.parametrize("shuffled_loader", [False, True])
def test_the_loop_does_not_disturb_the_programs_own_random_stream(small_loop, shuffled_loader):
    loop = small_loop(DataLoader(points(), batch_size=4, shuffle=True) if shuffled_loader else None)
    state = torch.get_rng_state()
    next(loop)
    loop.sample(latent.sample(3, 2, seed=0))
    assert torch.equal(torch.get_rng_state(), state)


def test_a_data_loader_is_gone_through_again_and_again_and_its_labels_are_left_out(small_loop):
    seen = []

    def note(generator, discriminator, optimizer, real, noise, loss):
        seen.extend(real[:, 0].tolist())
        return training.update_discriminator(generator, discriminator, optimizer, real, noise, loss)

    loop = small_loop(DataLoader(points(), batch_size=5, shuffle=True), update_discriminator=note)
    assert [step.images_seen for step in islice(loop, 6)] == [5, 10, 12, 17, 22, 24]  # the last of an epoch is smaller
    assert sorted(seen[:12]) == sorted(seen[12:]) == points().tensors[0][:, 0].tolist()
    assert seen[:12] != seen[12:]


def test_a_data_loaders_order_follows_from_the_loops_seed(small_loop):
    runs = []
    for seed in (1, 1, 2):
        torch.rand(3)
        runs.append(list(islice(small_loop(DataLoader(points(), batch_size=4, shuffle=True), seed=seed), 4)))
    assert runs[0] == runs[1] != runs[2]


def test_the_images_seen_are_those_of_all_batches_whatever_their_size(small_loop):
    loop = small_loop([torch.zeros(8, 2), torch.zeros(2, 2)])
    loop.updates_d = 2
    assert [step.images_seen for step in islice(loop, 2)] == [10, 20]
    loop.updates_d = 0  # a discriminator that rests looks at a batch all the same
    assert next(loop).images_seen == 28


def test_a_stream_that_ends_ends_the_loop(small_loop):
    assert len(list(small_loop(iter([torch.zeros(4, 2)] * 3)))) == 3


def test_the_moving_average_is_the_one_made_by_hand(small_loop):
    loop = small_loop(average=0.9)
    by_hand = weights(loop.generator)
    for _ in range(3):
        next(loop)
        by_hand = [0.9 * mean + 0.1 * weight for mean, weight in zip(by_hand, weights(loop.generator), strict=True)]
    torch.testing.assert_close(weights(loop.averaged), by_hand)
    assert loop.best_generator is loop.averaged


def test_an_average_averages_the_statistics_of_batch_normalisation():
    normalised = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    loop = AdversarialLoop(normalised, nn.Linear(2, 1), repeat(torch.randn(8, 2)), latent_dim=2, average=0.9)
    next(loop)
    assert loop.generator[1].running_mean.abs().sum() > 0
    torch.testing.assert_close(loop.averaged[1].running_mean, 0.1 * loop.generator[1].running_mean)
    torch.testing.assert_close(loop.averaged[1].running_var, 0.9 + 0.1 * loop.generator[1].running_var)
    assert loop.averaged[1].num_batches_tracked == loop.generator[1].num_batches_tracked > 0


def test_without_an_average_the_best_generator_is_the_generator(small_loop):
    loop = small_loop()
    assert loop.best_generator is loop.generator


def test_the_schedule_sets_both_learning_rates_before_each_step(small_loop, small_pair):
    generator, discriminator = small_pair()
    loop = AdversarialLoop(
        generator,
        discriminator,
        repeat(torch.ones(4, 2)),
        latent_dim=2,
        optimizer_g=sgd(generator, 0.2),
        optimizer_d=sgd(discriminator, 0.1),
        schedule=lambda done: [0.5, 1, 0][done],
    )
    rates = []
    for _ in range(3):
        before = weights(generator, discriminator)
        next(loop)
        rates.append((loop.optimizer_d.param_groups[0]["lr"], loop.optimizer_g.param_groups[0]["lr"]))
    assert rates == [(0.05, 0.1), (0.1, 0.2), (0, 0)]
    assert all(map(torch.equal, weights(generator, discriminator), before))  # at a rate of zero nothing moves


def test_rates_changed_between_steps_hold_and_the_schedule_goes_on_multiplying(small_loop):
    loop = small_loop(schedule=lambda done: 0.5)
    assert loop.rates() == (2e-4, 2e-4)
    loop.set_rates(discriminator=0.1)
    assert loop.rates() == (0.1, 2e-4)
    next(loop)
    assert loop.optimizer_d.param_groups[0]["lr"] == 0.05
    assert loop.optimizer_g.param_groups[0]["lr"] == 1e-4
    loop.set_rates(generator=0)
    before = weights(loop.generator)
    next(loop)
    assert all(map(torch.equal, weights(loop.generator), before))


def test_a_rate_changed_without_a_schedule_counts_at_the_next_step(small_loop):
    loop = small_loop()
    loop.set_rates(discriminator=0, generator=0)
    before = weights(loop.generator, loop.discriminator)
    next(loop)
    assert all(map(torch.equal, weights(loop.generator, loop.discriminator), before))


@pytest.mark.parametrize("rate", [-1e-3, math.nan, math.inf])
def test_a_learning_rate_that_is_none_is_an_error_and_changes_nothing(small_loop, rate):
    loop = small_loop()
    with pytest.raises(ValueError, match="a learning rate is a number from 0 up"):
        loop.set_rates(generator=rate)
    assert loop.rates() == (2e-4, 2e-4)


def test_a_loaded_state_brings_its_rates(small_loop):
    loop, other = small_loop(), small_loop()
    loop.set_rates(discriminator=0.3)
    other.load_state_dict(loop.state_dict())
    assert other.rates() == (0.3, 2e-4)


@pytest.mark.parametrize(("resting", "moving"), [("discriminator", "generator"), ("generator", "discriminator")])
def test_a_player_that_rests_stays_as_it_is_and_its_losses_are_measured_all_the_same(small_loop, resting, moving):
    loop, both = small_loop(), small_loop()
    setattr(loop, f"updates_{resting[0]}", 0)
    before = {player: weights(getattr(loop, player)) for player in (resting, moving)}
    step = next(loop)
    assert all(map(torch.equal, weights(getattr(loop, resting)), before[resting]))
    assert not any(map(torch.equal, weights(getattr(loop, moving)), before[moving]))
    assert step.images_seen == 16
    # measured before either player moves, the discriminator's numbers are those of a step of both
    assert step.real_loss == pytest.approx(next(both).real_loss, rel=0.2)
    assert 0 < step.real_score < 1
    assert step.generator_loss > 0


def test_a_player_may_move_several_times_a_step(small_loop):
    calls = []

    def counted(name, update):
        def call(*arguments):
            calls.append(name)
            return update(*arguments)

        return call

    loop = small_loop(
        update_discriminator=counted("D", training.update_discriminator),
        update_generator=counted("G", training.update_generator),
    )
    loop.updates_d, loop.updates_g = 3, 2
    assert next(loop).images_seen == 48
    assert calls == ["D", "D", "D", "G", "G"]


@pytest.mark.parametrize("reuse_fakes", [False, True])
def test_a_penalty_is_due_in_every_so_many_steps_and_weighs_as_much_as_if_it_were_in_each(small_loop, reuse_fakes):
    asked = []

    def update(generator, discriminator, optimizer, real, noise, loss, penalty=None, fake=None):
        assert (fake is not None) == reuse_fakes
        asked.append(penalty and penalty(discriminator, real, fake).item())
        return [torch.zeros(())] * 4

    loop = small_loop(
        update_discriminator=update, penalty=lambda *_: torch.tensor(2.0), penalty_every=3, reuse_fakes=reuse_fakes
    )
    list(islice(loop, 5))
    assert asked == [6, None, None, 6, None]


def test_the_noise_is_drawn_from_what_the_loop_was_given(small_loop):
    seen = []

    def ones(*shape, device):
        seen.append(shape)
        return torch.ones(*shape, device=device)

    next(small_loop(draw_noise=ones))
    assert seen == [(16, 2), (16, 2)]


def test_the_gradients_length_is_that_of_all_weights_in_one_vector(pair, real_and_noise):
    generator, discriminator = pair
    assert training.gradient_norm(discriminator) == 0.0
    training.update_discriminator(generator, discriminator, sgd(discriminator), *real_and_noise)
    whole = np.concatenate([weight.grad.numpy().ravel() for weight in discriminator.parameters()])
    assert training.gradient_norm(discriminator) == pytest.approx(np.linalg.norm(whole), rel=1e-5)


def test_a_sample_is_drawn_in_evaluation_mode_and_changes_nothing(same):
    loop = recipes.QUICK.loop()
    next(loop)
    before, noise = loop.state_dict(), latent.sample(3, loop.latent_dim, seed=0)
    together, alone = loop.sample(noise), loop.sample(noise[:1])
    torch.testing.assert_close(together[:1], alone)  # in training mode BatchNorm would mix the images
    assert not together.requires_grad
    assert same(loop.state_dict(), before)


def test_adam_takes_the_steps_of_pytorchs_plain_adam(small_pair):
    network, twin = small_pair()[0], small_pair()[0]
    ours, plain = training.adam(network, 0.01, (0.5, 0.9)), torch.optim.Adam(twin.parameters(), 0.01, (0.5, 0.9))
    for _ in range(3):
        for net, optimizer in ((network, ours), (twin, plain)):
            optimizer.zero_grad()
            net(torch.ones(4, 2)).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(weights(network), weights(twin))


# Fakes that serve both updates


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


# A step as a row of moves


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


def test_making_a_loop_touches_nothing_outside_it(small_pair, monkeypatch, same):
    monkeypatch.setattr(device, "keep_freed_memory", lambda: pytest.fail("the memory's settings were changed"))
    pair = small_pair()
    before = [copy.deepcopy(network.state_dict()) for network in pair], torch.get_rng_state()
    AdversarialLoop(*pair, repeat(torch.zeros(4, 2)), latent_dim=2)
    assert same(before, ([network.state_dict() for network in pair], torch.get_rng_state()))


# Going back and going on


@pytest.mark.parametrize("reuse_fakes", [False, True])
def test_a_loaded_state_continues_to_the_bit(small_loop, same, reuse_fakes):
    options = {"average": 0.9, "schedule": lambda done: 1 / (1 + done), "reuse_fakes": reuse_fakes}
    loop = small_loop(**options)
    list(islice(loop, 3))
    state = loop.state_dict()
    expected = list(islice(loop, 3))

    other = small_loop(seed=5, **options)
    list(islice(other, 7))
    other.load_state_dict(state)
    assert list(islice(other, 3)) == expected
    assert same(other.state_dict(), loop.state_dict())


def test_a_state_stays_as_it_was_while_the_loop_goes_on(small_loop, same):
    loop = small_loop(average=0.9)
    next(loop)
    state = loop.state_dict()
    kept = copy.deepcopy(state)
    first = list(islice(loop, 3))
    assert same(state, kept)
    assert not same(loop.state_dict(), kept)
    for _ in range(2):
        loop.load_state_dict(state)
        assert list(islice(loop, 3)) == first
        assert same(state, kept)


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_a_recipe_continues_to_the_bit_in_the_middle_of_an_epoch(recipe, same):
    loop = recipe.loop(seed=1)
    list(islice(loop, 3))
    state = loop.state_dict()
    expected = list(islice(loop, 3))
    other = recipe.loop(seed=2)
    other.load_state_dict(state)
    assert list(islice(other, 3)) == expected
    assert same(other.state_dict(), loop.state_dict())


def test_a_loop_that_is_seeded_anew_draws_what_a_fresh_one_of_that_seed_draws(small_loop):
    def own_update(generator, discriminator, optimizer, real, noise, loss):
        seen.append(noise)
        return [torch.zeros(())] * 4

    seen = []
    options = {"update_discriminator": own_update, "update_generator": lambda *_: torch.zeros(())}
    loop, fresh = small_loop(seed=1, **options), small_loop(seed=5, **options)
    next(loop)
    loop.reseed(5)
    list(islice(loop, 2))
    list(islice(fresh, 2))
    assert not torch.equal(seen[0], seen[1])
    assert torch.equal(torch.stack(seen[1:3]), torch.stack(seen[3:]))


def test_a_state_with_an_average_does_not_fit_a_loop_without_one(small_loop):
    with pytest.raises(ValueError, match="moving average"):
        small_loop().load_state_dict(small_loop(average=0.9).state_dict())


# Bad input


NAN = torch.tensor([[math.nan, 0.0]])


@pytest.mark.parametrize(
    ("batch", "error", "message"),
    [
        (torch.cat([torch.zeros(3, 2), NAN]), ValueError, "NaN or infinite"),
        (torch.tensor([[math.inf, 0.0]]), ValueError, "NaN or infinite"),
        (torch.zeros(4, 2, dtype=torch.uint8), TypeError, r"floats, got torch.uint8"),
        (torch.zeros(0, 2), ValueError, "batch of reals is empty"),
        (torch.full((4, 1, 28, 28), 255.0), ValueError, r"\[-1, 1\].*spans 255 to 255"),
        (np.zeros((4, 2)), TypeError, "must be a tensor"),
        ({"images": torch.zeros(4, 2)}, TypeError, "must be a tensor"),
        (torch.zeros(4, 3), ValueError, r"a real has shape \(3,\), a fake \(2,\)"),
    ],
)
def test_a_batch_that_does_not_fit_is_an_error_that_loses_nothing(small_loop, same, batch, error, message):
    loop = small_loop([batch])
    before, outside = loop.state_dict(), torch.get_rng_state()
    with pytest.raises(error, match=message):
        next(loop)
    after = loop.state_dict()
    del before["random"], after["random"]  # noise may have been drawn
    assert same(after, before)
    assert torch.equal(torch.get_rng_state(), outside)


def test_a_batch_of_one_is_enough(small_loop):
    assert next(small_loop([torch.zeros(1, 2)])).images_seen == 1


def test_a_data_set_without_batches_is_an_error(small_loop):
    with pytest.raises(ValueError, match="the data set is empty"):
        next(small_loop([]))


def test_an_optimizer_of_the_other_players_weights_is_an_error(small_pair):
    generator, discriminator = small_pair()
    batches = repeat(torch.zeros(4, 2))
    with pytest.raises(ValueError, match="optimizer_g must hold the generator's weights"):
        AdversarialLoop(generator, discriminator, batches, latent_dim=2, optimizer_g=sgd(discriminator))
    both = torch.optim.SGD([*generator.parameters(), *discriminator.parameters()], lr=0.1)
    with pytest.raises(
        ValueError, match="optimizer_d must hold the discriminator's weights, all of them and no others"
    ):
        AdversarialLoop(generator, discriminator, batches, latent_dim=2, optimizer_d=both)


def test_a_generator_that_does_not_tell_its_latent_dim_needs_to_be_told(small_pair):
    with pytest.raises(TypeError, match=r"pass latent_dim=\.\.\."):
        AdversarialLoop(*small_pair(), repeat(torch.zeros(4, 2)))


@pytest.mark.parametrize("average", [1, -0.1, math.nan])
def test_a_decay_that_averages_nothing_is_an_error(small_loop, average):
    with pytest.raises(ValueError, match="from 0 to below 1"):
        small_loop(average=average)


def test_a_penalty_that_is_never_due_is_an_error(small_loop):
    with pytest.raises(ValueError, match="penalty_every must be at least 1, got 0"):
        small_loop(penalty=losses.r1_penalty, penalty_every=0)


def test_training_that_blows_up_says_so(small_pair):
    generator, discriminator = small_pair()
    loop = AdversarialLoop(
        generator,
        discriminator,
        repeat(torch.ones(4, 2)),
        latent_dim=2,
        loss=losses.LEAST_SQUARES,
        optimizer_g=sgd(generator, 1e20),
        optimizer_d=sgd(discriminator, 1e20),
    )
    with pytest.raises(FloatingPointError, match=r"step \d+: .*lower learning rate"):
        list(islice(loop, 10))


def test_an_interruption_inside_an_update_leaves_the_loop_usable(small_loop):
    def interrupted(*arguments):
        if presses:
            raise presses.pop()
        return training.update_generator(*arguments)

    presses = [KeyboardInterrupt()]
    loop = small_loop(update_generator=interrupted)
    outside = torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt):
        next(loop)
    assert torch.equal(torch.get_rng_state(), outside)
    assert loop.number == 0
    assert [step.number for step in islice(loop, 2)] == [1, 2]


def test_an_interruption_while_a_batch_is_loaded_leaves_the_loop_usable(small_loop):
    class Slow(TensorDataset):
        def __getitem__(self, index):
            if presses:
                raise presses.pop()
            return super().__getitem__(index)

    presses = [KeyboardInterrupt()]
    loop = small_loop(DataLoader(Slow(*points().tensors), batch_size=4))
    with pytest.raises(KeyboardInterrupt):
        next(loop)
    assert [step.number for step in islice(loop, 4)] == [1, 2, 3, 4]


# Does it learn?


def steepest(discriminator: nn.Module) -> float:
    """The largest slope of the logit anywhere on a grid over the plane."""
    ticks = torch.linspace(-1.5, 1.5, 31)
    plane = torch.cartesian_prod(ticks, ticks).requires_grad_()
    (slopes,) = torch.autograd.grad(discriminator.eval()(plane).sum(), plane)
    return slopes.norm(dim=1).max().item()


def test_a_wasserstein_loop_with_a_gradient_penalty_learns_under_a_bound_on_the_slope():
    loops = {}
    for weight in (0, 10):
        with seeded(0):
            pair = toy.PointGenerator(), toy.PointDiscriminator()
        loops[weight] = AdversarialLoop(
            *pair,
            toy.Points("ring", 64, seed=0),
            loss=losses.WASSERSTEIN,
            average=0.98,
            optimizer_g=training.adam(pair[0], 2e-3, (0.5, 0.9)),
            optimizer_d=training.adam(pair[1], 4e-3, (0.5, 0.9)),
            penalty=lambda *seen, weight=weight: weight * losses.gradient_penalty(*seen),
        )
    bounded, free = loops[10], loops[0]
    noise, real = latent.sample(500, 2, seed=1), toy.ring(500, torch.Generator().manual_seed(2)).numpy()
    before = energy_distance(bounded.sample(noise).numpy(), real)
    for loop in loops.values():
        loop.updates_d = 3
        list(islice(loop, 200))
    assert steepest(bounded.discriminator) < 2
    assert steepest(free.discriminator) > 5 * steepest(bounded.discriminator)
    assert energy_distance(bounded.sample(noise).numpy(), real) < before / 2


def energy_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Szekely and Rizzo 2013: 0 where the distributions are equal, and above 0 otherwise."""
    return 2 * cdist(one, other).mean() - cdist(one, one).mean() - cdist(other, other).mean()


def test_three_hundred_steps_of_the_article_recipe_come_nearer_to_the_digits():
    loop = recipes.ARTICLE.loop(seed=0)
    noise = latent.sample(500, 100, seed=1)
    real = data.to_range(data.image_tensor(False)[:1000]).flatten(1).double().numpy()

    def distance() -> float:
        return energy_distance(loop.sample(noise).flatten(1).double().numpy(), real[:500])

    before = distance()
    list(islice(loop, 300))
    assert energy_distance(real[500:], real[:500]) < distance() < before / 2


def test_any_number_of_images_is_generated_in_parts_small_enough_for_the_memory(small_pair):
    generator, _ = small_pair()
    seen = []
    generator.register_forward_hook(lambda module, inputs, output: seen.append(len(output)))
    noise = torch.randn(1_201, 2)
    images = training.generate(generator, noise)
    assert seen == [500, 500, 201]
    with torch.no_grad():
        assert torch.allclose(images, generator.eval()(noise), atol=1e-6)
    assert training.generate(generator, noise[:0]).shape == (0, 2)


def test_memory_that_is_short_is_not_blamed_on_the_noise():
    class Greedy(nn.Module):
        def forward(self, noise):
            if len(noise) > 100:
                raise RuntimeError("DefaultCPUAllocator: not enough memory")
            return noise

    with pytest.raises(RuntimeError, match="not enough memory") as raised:
        training.generate(Greedy(), torch.zeros(200, 2))
    assert not isinstance(raised.value, ValueError)
