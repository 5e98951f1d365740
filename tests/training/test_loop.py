"""The loop alternates the two updates, owns its randomness, and says what does not fit."""

import copy
import math
from itertools import islice, repeat

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from gan_lesson import data, device, latent, losses, recipes, toy, training
from gan_lesson.randomness import seeded
from gan_lesson.training import AdversarialLoop
from tests.training.players import points, sgd, weights


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


def test_a_sample_is_drawn_in_evaluation_mode_and_changes_nothing(same):
    loop = recipes.QUICK.loop()
    next(loop)
    before, noise = loop.state_dict(), latent.sample(3, loop.latent_dim, seed=0)
    together, alone = loop.sample(noise), loop.sample(noise[:1])
    torch.testing.assert_close(together[:1], alone)  # in training mode BatchNorm would mix the images
    assert not together.requires_grad
    assert same(loop.state_dict(), before)


def test_making_a_loop_touches_nothing_outside_it(small_pair, monkeypatch, same):
    monkeypatch.setattr(device, "keep_freed_memory", lambda: pytest.fail("the memory's settings were changed"))
    pair = small_pair()
    before = [copy.deepcopy(network.state_dict()) for network in pair], torch.get_rng_state()
    AdversarialLoop(*pair, repeat(torch.zeros(4, 2)), latent_dim=2)
    assert same(before, ([network.state_dict() for network in pair], torch.get_rng_state()))


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
