import copy
import gc
import weakref

import pytest
import torch
from torch import nn

from gan_lesson import models
from gan_lesson.training import adam, update_discriminator, update_generator
from gan_lesson.widgets.six_steps.shell import TITLES, SixSteps, SlowStep


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
def slow():
    return SlowStep(*sober(), [reals(), reals(seed=2)])


def run_to(slow, last):
    for number in range(1, last + 1):
        slow.run(number)
    return slow


def close(network, other):
    for mine, yours in zip(network.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine, yours)


def moved(slow, player):
    return [row["moved"] for row in slow.layers(player)]


@pytest.mark.parametrize("detach", [True, False])
@pytest.mark.parametrize("rounds", [1, 3])
def test_six_parts_make_the_step_that_the_two_updates_make(slow, detach, rounds):
    generator, discriminator = sober()
    optimizer_g, optimizer_d = adam(generator, 2e-4), adam(discriminator, 2e-4)
    slow.detach = detach
    for _ in range(rounds):
        run_to(slow, 6)
        made = slow.tensors()
        seen = update_discriminator(generator, discriminator, optimizer_d, made["real"], made["noise"])
        loss_g = update_generator(generator, discriminator, optimizer_g, made["fresh_noise"])
        torch.testing.assert_close(made["loss_d"], seen.real_loss + seen.fake_loss)
        torch.testing.assert_close(made["loss_g"], loss_g)
    close(slow.names["generator"], generator)
    close(slow.names["discriminator"], discriminator)
    assert slow.rounds == rounds


def test_each_part_makes_its_tensors_with_their_shapes(slow):
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
        slow.run(number)
        expected |= new[number]
        assert {name: tuple(one.shape) for name, one in slow.tensors().items()} == expected
    assert (slow.tensors()["ones"] == 1).all() and (slow.tensors()["zeros"] == 0).all()
    assert not torch.equal(slow.tensors()["noise"], slow.tensors()["fresh_noise"])


def test_each_player_moves_in_its_own_part_alone(slow):
    for number in TITLES:
        slow.run(number)
        assert all(one > 0 for one in moved(slow, "discriminator")) == (number == 4)
        assert any(one > 0 for one in moved(slow, "discriminator")) == (number == 4)
        assert all(one > 0 for one in moved(slow, "generator")) == (number == 6)
        assert any(one > 0 for one in moved(slow, "generator")) == (number == 6)


def test_movement_is_the_mean_change_of_a_layers_weights(slow):
    run_to(slow, 3)
    before = copy.deepcopy(slow.names["discriminator"])
    slow.run(4)
    after = slow.names["discriminator"].layers[1]
    weight, bias = after.weight - before.layers[1].weight, after.bias - before.layers[1].bias
    expected = torch.cat([weight.flatten(), bias]).abs().mean().item()
    row = slow.layers("discriminator")[0]
    assert row["name"] == "Linear (1024, 784)" and row["moved"] == pytest.approx(expected)
    gradient = torch.cat([after.weight.grad.flatten(), after.bias.grad]).norm().item()
    assert row["gradient"] == pytest.approx(gradient) and row["filled"]


def test_detached_fakes_leave_the_generator_without_gradients(slow):
    run_to(slow, 4)
    assert all(row["gradient"] is None and not row["filled"] for row in slow.layers("generator"))
    assert "fakes.detach()" in slow.lines(4)[0]
    assert slow.facts[1].startswith("With detach, gradients went into 0 of the generator's 4 layers")


def test_attached_fakes_fill_the_generators_gradients_and_move_nothing(slow):
    slow.detach = False
    run_to(slow, 4)
    assert all(row["gradient"] > 0 and row["filled"] and row["moved"] == 0 for row in slow.layers("generator"))
    assert "detach" not in slow.lines(4)[0]
    _, filled, still, time = slow.facts
    assert filled.startswith("Without detach, gradients went into 4 of the generator's 4 layers")
    assert "0 moved" in still
    assert "ms with detach" in time and "without it, as measured on this machine" in time


def test_measuring_leaves_no_trace(slow):
    run_to(slow, 3)
    outside = torch.get_rng_state()
    slow._measure_detach()
    assert torch.equal(torch.get_rng_state(), outside)
    assert all(row["gradient"] is None for player in ("generator", "discriminator") for row in slow.layers(player))


def test_gradients_of_the_last_round_are_told_from_fresh_ones(slow):
    run_to(slow, 6)
    assert all(row["filled"] for row in slow.layers("discriminator"))  # it lets the generator's gradient through
    run_to(slow, 4)
    assert all(row["gradient"] > 0 and not row["filled"] for row in slow.layers("generator"))


def test_the_discriminators_scores_answer_to_its_update(slow):
    run_to(slow, 3)
    real, fake = slow.scores("real").mean(), slow.scores("fakes").mean()
    slow.run(4)
    assert slow.scores_before == pytest.approx({"real": real.item(), "fakes": fake.item()})
    assert slow.scores("real").mean() - slow.scores("fakes").mean() > real - fake


@pytest.mark.parametrize(("done", "wanted", "words"), [(0, 2, "batch of step 1"), (1, 4, "Step 4 needs the reals")])
def test_a_part_out_of_order_says_what_it_needs(slow, done, wanted, words):
    run_to(slow, done)
    with pytest.raises(ValueError, match=words):
        slow.run(wanted)
    assert slow.done == done


def test_a_part_that_has_run_does_not_run_again(slow):
    run_to(slow, 4)
    with pytest.raises(ValueError, match=r"Step 2 has run.*turn of step 5"):
        slow.run(2)
    with pytest.raises(ValueError, match="numbered 1 to 6"):
        slow.run(7)


def test_after_the_sixth_comes_the_first_on_the_next_batch(slow):
    run_to(slow, 6)
    assert slow.next == 1
    slow.run(1)
    torch.testing.assert_close(slow.tensors()["real"], reals(seed=2))
    assert list(slow.tensors()) == ["real", "ones"]
    run_to_sixth = [slow.run(number) for number in range(2, 7)]
    slow.run(1)  # the batches begin again
    assert len(run_to_sixth) == 5 and slow.tensors()["real"].shape == (6, 1, 28, 28)


def test_starting_over_repeats_the_same_step(slow):
    first = run_to(slow, 6).tensors()
    slow.start_over()
    assert slow.done == 0 and not slow.tensors() and not slow.facts
    assert all(row["gradient"] is None for player in ("generator", "discriminator") for row in slow.layers(player))
    again = run_to(slow, 6).tensors()
    for name, tensor in first.items():
        torch.testing.assert_close(again[name], tensor)


def test_the_learners_networks_and_random_numbers_stay_as_they_are():
    generator, discriminator = sober()
    kept = copy.deepcopy(generator), copy.deepcopy(discriminator)
    outside = torch.get_rng_state()
    run_to(SlowStep(generator, discriminator, [reals()]), 6)
    close(generator, kept[0])
    close(discriminator, kept[1])
    assert all(weight.grad is None for network in (generator, discriminator) for weight in network.parameters())
    assert torch.equal(torch.get_rng_state(), outside)


def test_long_batches_are_cut_and_labels_of_a_loader_left_out():
    slow = SlowStep(*sober(), [(reals(40), torch.zeros(40))], batch_size=16)
    slow.run(1)
    assert slow.tensors()["real"].shape == (16, 1, 28, 28)


def test_the_conv_pair_works_too():
    slow = run_to(SlowStep(models.ConvGenerator(), models.ConvDiscriminator(), [reals()]), 6)
    assert slow.layers("generator")[1]["name"] == "BatchNorm2d (32)"
    assert all(one > 0 for one in moved(slow, "generator"))


def test_by_default_it_is_the_articles_pair_on_digits():
    slow = run_to(SlowStep(), 3)
    assert slow.tensors()["real"].shape == (16, 1, 28, 28) and slow.tensors()["noise"].shape == (16, 100)
    assert isinstance(slow.names["generator"], models.Generator)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((nn.Linear(2, 2), None, [reals()]), "no attribute latent_dim"),
        ((None, None, [torch.zeros(4, 2)]), r"the batches hold \(4, 2\)"),
        ((None, None, [torch.zeros(4, 1, 28, 28, dtype=torch.uint8)]), "float images"),
        ((None, nn.Sequential(nn.Flatten(), nn.Linear(784, 2)), [reals()]), r"one logit \(1, 1\), not \(1, 2\)"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, words):
    with pytest.raises(TypeError, match=words):
        SlowStep(*arguments)


def test_there_must_be_a_batch():
    with pytest.raises(ValueError, match="there are no batches"):
        SlowStep(batches=[])


def test_batches_are_gone_through_anew_in_a_new_order_and_none_is_kept():
    class Shuffled:
        """As a DataLoader that shuffles: each pass has an order of its own."""

        passes = 0

        def __iter__(self):
            self.passes += 1
            return iter([torch.full((2, 1, 28, 28), place / 10 + self.passes / 4) for place in range(2)])

    batches = Shuffled()
    slow = SlowStep(*sober(), batches)
    seen = []
    for _ in range(4):
        run_to(slow, 6)
        seen.append(slow.tensors()["real"].mean().item())
    assert batches.passes == 2 and len(set(seen)) == 4


def test_batches_that_end_are_told_each_time_it_is_tried():
    slow = run_to(SlowStep(*sober(), iter([reals()])), 6)
    for _ in range(2):
        with pytest.raises(TypeError, match="no batch of float images is left"):
            slow.run(1)


# ---- the widget


@pytest.fixture
def widget():
    return SixSteps(*sober(), [reals(20)])


def test_the_answer_to_a_button_holds_all_that_is_shown(widget):
    for number in range(1, 5):
        reply = widget.run(number)
    assert reply["done"] == 4 and reply["next"] == 5 and reply["missing"] == ""
    assert [name for name, _, _ in reply["tensors"]] == ["real", "ones", "noise", "fakes", "zeros", "loss_d"]
    assert reply["tensors"][0][1] == "[16, 1, 28, 28]"
    real, fakes = reply["images"]
    assert real["name"] == "reals, labels 1" and fakes["name"] == "fakes, labels 0"
    assert real["pixels"].shape == (16, 28, 28) and real["pixels"].dtype == torch.uint8
    assert real["scores"].shape == (16,) and real["before"] is not None
    assert [len(reply["networks"][player]) for player in ("generator", "discriminator")] == [4, 4]


def test_a_button_out_of_order_is_explained_and_changes_nothing(widget):
    reply = widget.run(3)
    assert "needs the noise of step 2" in reply["missing"] and reply["done"] == 0


def test_the_tick_reaches_step_four_and_says_when_it_is_too_late(widget):
    assert widget.set_detach(False) == {"detach": False, "missing": ""}
    for number in range(1, 5):
        reply = widget.run(number)
    assert "detach" not in reply["lines"][0]
    assert "Start over" in widget.set_detach(True)["missing"]
    assert widget.start_over()["done"] == 0


def test_the_lines_shown_after_step_four_are_those_that_ran(widget):
    for number in range(1, 5):
        widget.run(number)
    widget.set_detach(False)
    assert "fakes.detach()" in widget.state()["lines"][0]


def test_the_picture_shows_images_and_scores(widget):
    assert widget.picture().alt.startswith("Diagram")
    for number in range(1, 4):
        widget.run(number)
    alt = widget.picture().alt
    assert alt.startswith("After step 3 of 6") and "fakes, labels 0: mean score" in alt
    assert widget.picture().png().startswith(b"\x89PNG")


def test_a_hundred_created_and_closed_leave_none_alive():
    class Tiny(nn.Module):
        latent_dim = 2

        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(2, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))

        def forward(self, noise):
            return self.layers(noise)

    pair = Tiny(), nn.Sequential(nn.Flatten(), nn.Linear(784, 1))
    alive = weakref.WeakSet()
    for _ in range(100):
        widget = SixSteps(*pair, [reals(2)])
        alive.update([widget, widget.slow])
        widget.run(1)
        widget.close()
    del widget
    gc.collect()
    assert not alive
