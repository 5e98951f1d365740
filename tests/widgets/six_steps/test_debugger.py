"""The six parts make the step that the two updates make, and what is told of them is true."""

import copy

import pytest
import torch
from torch import nn

from gan_lesson import models
from gan_lesson.training import adam, update_discriminator, update_generator
from gan_lesson.widgets.six_steps.debugger import TITLES, Debugger


def sober():
    """The article's pair, untrained; without dropout, whose coins fall differently in one pass or two."""
    torch.manual_seed(0)
    generator, discriminator = models.Generator(), models.Discriminator()
    for module in discriminator.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return generator, discriminator


def reals(count=6, seed=1):
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(seed)) * 2 - 1


@pytest.fixture
def debugger():
    return Debugger(*sober(), [reals(), reals(seed=2)])


def run_to(debugger, last):
    for number in range(1, last + 1):
        debugger.run(number)
    return debugger


def close(network, other):
    for mine, yours in zip(network.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine, yours)


def moved(debugger, player):
    return [row["moved"] for row in debugger.layers(player)]


@pytest.mark.parametrize("detach", [True, False])
@pytest.mark.parametrize("rounds", [1, 3])
def test_six_parts_make_the_step_that_the_two_updates_make(debugger, detach, rounds):
    generator, discriminator = sober()
    optimizer_g, optimizer_d = adam(generator, 2e-4), adam(discriminator, 2e-4)
    debugger.detach = detach
    for _ in range(rounds):
        run_to(debugger, 6)
        made = debugger.tensors()
        seen = update_discriminator(generator, discriminator, optimizer_d, made["real"], made["noise"])
        loss_g = update_generator(generator, discriminator, optimizer_g, made["fresh_noise"])
        torch.testing.assert_close(made["loss_d"], seen.real_loss + seen.fake_loss)
        torch.testing.assert_close(made["loss_g"], loss_g)
    close(debugger.names["generator"], generator)
    close(debugger.names["discriminator"], discriminator)
    assert debugger.rounds == rounds


def test_each_part_makes_its_tensors_with_their_shapes(debugger):
    new = {
        1: {"real": (6, 1, 28, 28), "ones": (6, 1)},
        2: {"noise": (6, 100)},
        3: {"fakes": (6, 1, 28, 28), "zeros": (6, 1)},
        4: {"loss_d": ()},
        5: {"fresh_noise": (6, 100), "fresh_fakes": (6, 1, 28, 28), "judgement": (6, 1)},
        6: {"loss_g": ()},
    }
    expected = {}
    for number in TITLES:
        debugger.run(number)
        expected |= new[number]
        assert {name: tuple(one.shape) for name, one in debugger.tensors().items()} == expected
    assert (debugger.tensors()["ones"] == 1).all() and (debugger.tensors()["zeros"] == 0).all()
    assert not torch.equal(debugger.tensors()["noise"], debugger.tensors()["fresh_noise"])


def test_each_player_moves_in_its_own_part_alone(debugger):
    for number in TITLES:
        debugger.run(number)
        assert all(one > 0 for one in moved(debugger, "discriminator")) == (number == 4)
        assert any(one > 0 for one in moved(debugger, "discriminator")) == (number == 4)
        assert all(one > 0 for one in moved(debugger, "generator")) == (number == 6)
        assert any(one > 0 for one in moved(debugger, "generator")) == (number == 6)


def test_movement_is_the_mean_change_of_a_layers_weights(debugger):
    run_to(debugger, 3)
    before = copy.deepcopy(debugger.names["discriminator"])
    debugger.run(4)
    after = debugger.names["discriminator"].layers[1]
    weight, bias = after.weight - before.layers[1].weight, after.bias - before.layers[1].bias
    expected = torch.cat([weight.flatten(), bias]).abs().mean().item()
    row = debugger.layers("discriminator")[0]
    assert row["name"] == "Linear (1024, 784)" and row["moved"] == pytest.approx(expected)
    gradient = torch.cat([after.weight.grad.flatten(), after.bias.grad]).norm().item()
    assert row["gradient"] == pytest.approx(gradient) and row["filled"]


def test_detached_fakes_leave_the_generator_without_gradients(debugger):
    run_to(debugger, 4)
    assert all(row["gradient"] is None and not row["filled"] for row in debugger.layers("generator"))
    assert "fakes.detach()" in debugger.lines(4)[0]
    assert debugger.facts[1].startswith("With detach, gradients went into 0 of the generator's 4 layers")


def test_attached_fakes_fill_the_generators_gradients_and_move_nothing(debugger):
    debugger.detach = False
    run_to(debugger, 4)
    assert all(row["gradient"] > 0 and row["filled"] and row["moved"] == 0 for row in debugger.layers("generator"))
    assert "detach" not in debugger.lines(4)[0]
    _, filled, still, time = debugger.facts
    assert filled.startswith("Without detach, gradients went into 4 of the generator's 4 layers")
    assert "0 of the generator's layers moved" in still
    assert "ms with detach" in time and "without it, as measured on this machine" in time


def test_measuring_leaves_no_trace(debugger):
    run_to(debugger, 3)
    outside = torch.get_rng_state()
    debugger._measure_detach()
    assert torch.equal(torch.get_rng_state(), outside)
    assert all(row["gradient"] is None for player in ("generator", "discriminator") for row in debugger.layers(player))


def test_gradients_of_the_last_round_are_told_from_fresh_ones(debugger):
    run_to(debugger, 6)
    assert all(row["filled"] for row in debugger.layers("discriminator"))  # it lets the generator's gradient through
    run_to(debugger, 4)
    assert all(row["gradient"] > 0 and not row["filled"] for row in debugger.layers("generator"))


def test_the_discriminators_scores_answer_to_its_update(debugger):
    run_to(debugger, 3)
    real, fake = debugger.scores("real").mean(), debugger.scores("fakes").mean()
    debugger.run(4)
    assert debugger.scores_before == pytest.approx({"real": real.item(), "fakes": fake.item()})
    assert debugger.scores("real").mean() - debugger.scores("fakes").mean() > real - fake


@pytest.mark.parametrize(("done", "wanted", "words"), [(0, 2, "batch of step 1"), (1, 4, "Step 4 needs the reals")])
def test_a_part_out_of_order_says_what_it_needs(debugger, done, wanted, words):
    run_to(debugger, done)
    with pytest.raises(ValueError, match=words):
        debugger.run(wanted)
    assert debugger.done == done


def test_a_part_that_has_run_does_not_run_again(debugger):
    run_to(debugger, 4)
    with pytest.raises(ValueError, match=r"Step 2 has run.*turn of step 5"):
        debugger.run(2)
    with pytest.raises(ValueError, match="numbered 1 to 6"):
        debugger.run(7)


def test_after_the_sixth_comes_the_first_on_the_next_batch(debugger):
    run_to(debugger, 6)
    assert debugger.next == 1
    debugger.run(1)
    torch.testing.assert_close(debugger.tensors()["real"], reals(seed=2))
    assert list(debugger.tensors()) == ["real", "ones"]
    run_to_sixth = [debugger.run(number) for number in range(2, 7)]
    debugger.run(1)  # the batches begin again
    assert len(run_to_sixth) == 5 and debugger.tensors()["real"].shape == (6, 1, 28, 28)


class Shuffled:
    """Batches that come in another order, or here with another content, each time they are gone through."""

    passes = 0

    def __iter__(self):
        self.passes += 1
        yield torch.full((6, 1, 28, 28), self.passes / 10)


def test_each_time_the_batches_begin_again_they_are_shuffled_again():
    debugger = Debugger(*sober(), Shuffled())
    seen = [run_to(debugger, 6).tensors()["real"][0, 0, 0, 0].item() for _ in range(3)]
    assert seen == pytest.approx([0.1, 0.2, 0.3])


def test_starting_over_repeats_the_same_step(debugger):
    first = run_to(debugger, 6).tensors()
    debugger.start_over()
    assert debugger.done == 0 and not debugger.tensors() and not debugger.facts
    assert all(row["gradient"] is None for player in ("generator", "discriminator") for row in debugger.layers(player))
    again = run_to(debugger, 6).tensors()
    for name, tensor in first.items():
        torch.testing.assert_close(again[name], tensor)


def test_the_learners_networks_and_random_numbers_stay_as_they_are():
    generator, discriminator = sober()
    kept = copy.deepcopy(generator), copy.deepcopy(discriminator)
    outside = torch.get_rng_state()
    run_to(Debugger(generator, discriminator, [reals()]), 6)
    close(generator, kept[0])
    close(discriminator, kept[1])
    assert all(weight.grad is None for network in (generator, discriminator) for weight in network.parameters())
    assert torch.equal(torch.get_rng_state(), outside)


def test_long_batches_are_cut_and_labels_of_a_loader_left_out():
    debugger = Debugger(*sober(), [(reals(40), torch.zeros(40))], batch_size=16)
    debugger.run(1)
    assert debugger.tensors()["real"].shape == (16, 1, 28, 28)


def test_the_conv_pair_works_too():
    debugger = run_to(Debugger(models.ConvGenerator(), models.ConvDiscriminator(), [reals()]), 6)
    assert debugger.layers("generator")[1]["name"] == "BatchNorm2d (32)"
    assert all(one > 0 for one in moved(debugger, "generator"))


def test_by_default_it_is_the_articles_pair_on_digits():
    debugger = run_to(Debugger(), 3)
    assert debugger.tensors()["real"].shape == (16, 1, 28, 28) and debugger.tensors()["noise"].shape == (16, 100)
    assert isinstance(debugger.names["generator"], models.Generator)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((nn.Linear(2, 2), None, [reals()]), "no attribute latent_dim"),
        ((None, None, [torch.zeros(4, 2)]), r"expected images.*got \(4, 2\)"),
        ((None, None, [torch.zeros(4, 1, 28, 28, dtype=torch.uint8)]), "must hold floats"),
        ((None, None, [torch.zeros(4, 1, 28, 28) + 255]), r"must lie in \[-1, 1\]"),
        ((None, None, []), "there are no batches"),
        (
            (None, nn.Sequential(nn.Flatten(), nn.Linear(784, 2)), [reals()]),
            r"one logit each, of shape \(N, 1\), not shape \(6, 2\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(arguments, words):
    with pytest.raises((TypeError, ValueError), match=words):
        Debugger(*arguments)


def test_batches_that_end_are_told_each_time_it_is_tried():
    debugger = run_to(Debugger(*sober(), iter([reals()])), 6)
    for _ in range(2):
        with pytest.raises(TypeError, match="no batch is left"):
            debugger.run(1)
