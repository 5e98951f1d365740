import copy
import gc
import math
import weakref

import numpy as np
import pytest
import torch

from gan_lesson import device, losses, recipes, toy
from gan_lesson.training import AdversarialLoop, update_generator
from gan_lesson.widgets import TrainingStudio
from gan_lesson.widgets.training_studio import session, shell
from tests.widgets.training_studio.small_loop import Painter, judge, make_loop


def make_points_loop():
    torch.manual_seed(0)
    return AdversarialLoop(Painter((2,)), judge(2), toy.Points("ring", 16), latent_dim=5)


@pytest.fixture
def studio(tmp_path, monkeypatch):
    monkeypatch.setattr(shell, "SLICE", 0.25)  # the numbers of these tests, whatever a measurement finds
    return TrainingStudio(make_loop(), checkpoint=tmp_path / "studio.safetensors")


def numbers_of(history):
    return [step.number for step in history]


def same_weights(one, other):
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return all(torch.equal(mine, yours) for mine, yours in pairs)


# ---- training


def test_a_slice_trains_and_says_how_far_it_came(studio):
    reply = studio.train()
    assert studio.loop.number >= 1
    assert reply["now"]["number"] == studio.loop.number == len(studio.history)
    assert reply["now"]["seconds"] > 0 and reply["now"]["steps_a_second"] > 0
    rates = reply["now"]
    assert rates["images_a_second"] == pytest.approx(8 * rates["steps_a_second"], rel=0.2)


def test_the_studio_trains_the_loop_to_the_bit_as_it_trains_by_itself():
    bare, loop = make_loop(), make_loop()
    before = torch.get_rng_state()
    studio = TrainingStudio(loop)
    studio.state()
    for _ in range(3):
        studio.train()
        studio.step()
    assert torch.equal(torch.get_rng_state(), before)
    for _ in range(studio.loop.number):
        next(bare)
    assert same_weights(studio.loop.generator, bare.generator)
    assert same_weights(studio.loop.discriminator, bare.discriminator)


class Clock:
    """A clock that stands still unless told otherwise."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(session.time, "perf_counter", lambda: self.now)

    def slow_down(self, monkeypatch, loop, step=0.0, sample=0.0):
        def taking(seconds, function):
            def slowed(*arguments):
                self.now += seconds
                return function(*arguments)

            return slowed

        monkeypatch.setattr(AdversarialLoop, "__next__", taking(step, AdversarialLoop.__next__))
        monkeypatch.setattr(loop, "sample", taking(sample, loop.sample))


@pytest.mark.parametrize(
    ("hands", "step", "expected"),
    [(False, 0.004, 62), (False, 0.03, 8), (False, 0.07, 3), (False, 0.5, 1), (True, 0.004, 12), (True, 0.07, 1)],
)
def test_a_slice_holds_the_steps_that_fit(studio, monkeypatch, hands, step, expected):
    clock = Clock(monkeypatch)
    clock.slow_down(monkeypatch, studio.loop, step=step)
    studio.train(hands)
    before, start = studio.loop.number, clock.now
    studio.train(hands)
    assert studio.loop.number - before in (expected, expected - 1 or 1)
    assert clock.now - start <= max(0.05 if hands else 0.25, step) + 1e-9


def test_samples_come_when_due_and_slow_ones_have_a_slice_of_their_own(studio, monkeypatch):
    clock = Clock(monkeypatch)
    clock.slow_down(monkeypatch, studio.loop, step=0.05, sample=0.22)
    assert "latest" in studio.train()
    assert studio.loop.number <= 1
    looks = [("latest" in studio.train()) for _ in range(50)]
    assert sum(looks) == 2  # 50 slices of 0.25 s at a twentieth of the time for looks of 0.22 s
    for _ in range(30):
        start = clock.now
        studio.train()
        assert clock.now - start <= 0.25 + 1e-9


def test_training_in_a_studio_keeps_the_memory_that_tensors_free(monkeypatch):
    called = []
    monkeypatch.setattr(device, "keep_freed_memory", lambda: called.append(True))
    TrainingStudio(make_loop())
    assert called


def test_between_two_looks_only_numbers_are_sent(studio, monkeypatch):
    clock = Clock(monkeypatch)
    clock.slow_down(monkeypatch, studio.loop, step=0.05, sample=0.06)
    studio.train()
    replies = [set(studio.train()) for _ in range(20)]
    assert replies.count({"now"}) >= 12
    assert {"now", "curves", "equilibrium"} in replies
    assert any("latest" in reply for reply in replies)


def test_a_single_step_shows_what_it_changed(studio):
    reply = studio.step()
    assert studio.loop.number == reply["now"]["number"] == reply["latest"]["number"] == 1
    assert len(reply["curves"]["number"]) == 1


def test_samples_come_from_the_same_noise_as_bytes(studio):
    first, second = studio.state()["latest"], studio.state()["latest"]
    assert first["samples"].shape == (36, 28, 28) and first["samples"].dtype == np.uint8
    np.testing.assert_array_equal(first["samples"], second["samples"])
    made = studio.session.samples()[:, 0]
    np.testing.assert_allclose(first["samples"] / 127.5 - 1, made.numpy(), atol=1 / 255 + 1e-6)


# ---- what is measured


def test_the_curves_show_every_number_of_each_step(studio):
    for _ in range(3):
        studio.step()
    curves = studio.state()["curves"]
    assert {"norm_d", "norm_g", "seconds", "images_seen"} < set(curves)
    assert curves["number"].tolist() == [1, 2, 3]
    assert curves["real_score"].tolist() == [step.real_score for step in studio.history]
    assert (np.diff(curves["seconds"]) > 0).all()


# ---- what is changed


def test_rates_change_one_player_at_a_time(studio):
    settings = studio.set_rates(generator=1e-3)["settings"]
    assert settings["rates"] == {"discriminator": 2e-4, "generator": 1e-3}
    assert studio.loop.rates() == (2e-4, 1e-3)


def test_the_loss_changes_and_goes_back_to_the_loops_own():
    own = losses.smooth_real_labels(losses.NON_SATURATING, 0.9)
    studio = TrainingStudio(make_loop(loss=own))
    assert studio.state()["settings"]["loss"] == "own"
    reply = studio.set_loss("hinge")
    assert studio.loop.loss is losses.HINGE and reply["settings"]["loss"] == "hinge"
    assert reply["equilibrium"] == losses.HINGE.equilibrium()
    again = TrainingStudio(studio.loop)  # the cell, run again
    assert again.set_loss("own")["settings"]["loss"] == "own"
    assert studio.loop.loss is own
    with pytest.raises(ValueError, match="unknown loss 'nonsense'"):
        studio.set_loss("nonsense")


def test_a_schedule_is_told():
    assert TrainingStudio(make_loop()).state()["settings"]["factor"] is None
    assert TrainingStudio(make_loop(schedule=lambda done: 0.25)).state()["settings"]["factor"] == 0.25


def test_the_learners_own_update_is_what_runs():
    calls = []

    def mine(*arguments):
        calls.append(1)
        return update_generator(*arguments)

    TrainingStudio(make_loop(update_generator=mine)).step()
    assert calls == [1]


# ---- checkpoints


def test_saving_says_what_was_written_and_going_back_restores_it(studio):
    studio.step()
    studio.step()
    saved, weights = studio.loop.number, copy.deepcopy(studio.loop.generator)
    said = studio.save()["said"]
    assert f"step {saved:,}" in said and str(studio.checkpoint) in said
    for _ in range(3):
        studio.step()
    ahead = studio.loop.number
    reply = studio.go_back()
    assert f"from step {ahead:,} back to step {saved:,}" in reply["said"]
    assert studio.loop.number == saved and same_weights(studio.loop.generator, weights)
    assert numbers_of(studio.history) == list(range(1, saved + 1))
    assert reply["now"]["number"] == saved and reply["curves"]["number"][-1] == saved
    assert reply["kept"][-1] == saved
    assert reply["now"]["seconds"] == studio.history.last("seconds")


def test_without_a_checkpoint_going_back_says_so_and_changes_nothing(studio):
    studio.train()
    before = studio.loop.number
    assert "no checkpoint" in studio.go_back()["said"]
    assert studio.loop.number == before


def test_training_that_blew_up_is_told_with_what_to_do(studio):
    studio.step()
    with torch.no_grad():
        studio.loop.generator.layers[0].weight.fill_(math.nan)
    with pytest.raises(FloatingPointError, match=r"blown up.*No checkpoint was saved"):
        studio.train()
    studio.state()  # its samples are no numbers, and yet there is something to show
    studio.checkpoint.touch()
    with pytest.raises(FloatingPointError, match=r"Go back to the checkpoint \(the button above\)"):
        studio.step()


# ---- nothing is lost


def test_images_a_second_count_no_step_of_another_cell(studio):
    for _ in range(20):
        next(studio.loop)
    for _ in range(2):
        studio.step()
        steps_a_second, images_a_second = studio.history.rates()
        assert images_a_second == pytest.approx(8 * steps_a_second)
        next(studio.loop)


def test_batches_that_end_are_told_with_what_to_do():
    torch.manual_seed(0)
    reals = torch.rand(3, 8, 1, 28, 28) * 2 - 1
    studio = TrainingStudio(AdversarialLoop(Painter(), judge(), iter(reals)))
    with pytest.raises(EOFError, match=r"ended after step 3\. .* a list or a DataLoader"):
        for _ in range(4):
            studio.step()


def test_a_studio_around_the_same_loop_shows_all_that_the_first_saw(studio):
    for _ in range(3):
        studio.step()
    seen = numbers_of(studio.history)
    number = studio.loop.number
    studio.close()
    again = TrainingStudio(studio.loop).state()
    assert again["now"]["number"] == number == seen[-1]
    assert list(again["curves"]["number"]) == seen
    assert again["latest"]["number"] == number


def test_a_loop_that_was_put_back_in_another_cell_takes_the_history_along(studio):
    state = studio.loop.state_dict()
    for _ in range(4):
        studio.step()
    studio.loop.load_state_dict(state)
    studio.step()
    assert numbers_of(studio.history) == [1]
    assert [number for number, _ in studio.history.samples] == [1]


def test_a_look_back_gives_the_kept_samples(studio):
    kept = studio.state()["kept"]
    for _ in range(3):
        kept = studio.step()["kept"]
    assert kept == [0, 1, 2, 3]
    shown = studio.samples(1)["shown"]
    assert shown["number"] == 1
    np.testing.assert_array_equal(shown["samples"], studio.history.samples[1][1])


def test_the_history_keeps_neither_loop_nor_studio_alive():
    studio = TrainingStudio(make_loop())
    studio.step()
    loop, history, self = (weakref.ref(one) for one in (studio.loop, studio.history, studio))
    studio.close()
    del studio
    gc.collect()
    assert loop() is None and history() is None and self() is None


def test_a_hundred_created_and_closed_leave_none_alive():
    loop = make_loop()
    alive = weakref.WeakSet()
    for _ in range(100):
        studio = TrainingStudio(loop)
        alive.add(studio)
        studio.step()
        studio.close()
    del studio
    gc.collect()
    assert not alive and loop.number == 100


# ---- what it accepts


def test_points_in_the_plane_are_shown_too():
    studio = TrainingStudio(make_points_loop())
    assert studio.state()["real"] is None
    reply = studio.step()
    assert reply["latest"]["samples"].shape == (256, 2) and reply["real"].shape == (16, 2)
    assert len(studio.picture().axes) == 3


def test_other_things_are_refused_with_what_would_be_right():
    with pytest.raises(TypeError, match="needs an AdversarialLoop"):
        TrainingStudio(Painter())
    torch.manual_seed(0)
    pairs = AdversarialLoop(Painter((2, 8, 8)), judge(128), [torch.zeros(4, 2, 8, 8)])
    with pytest.raises(ValueError, match=r"makes \(N, 2, 8, 8\)"):
        TrainingStudio(pairs)
    assert pairs not in session._SEEN


def test_images_in_colour_and_of_another_size_are_shown_too():
    torch.manual_seed(0)
    studio = TrainingStudio(AdversarialLoop(Painter((3, 8, 5)), judge(120), [torch.rand(4, 3, 8, 5) * 2 - 1]))
    assert studio.step()["latest"]["samples"].shape == (36, 3, 8, 5)
    assert len(studio.picture().axes) == 3


def test_the_picture_shows_the_training_so_far(studio):
    assert "before its first step" in studio.picture().alt
    studio.step()
    assert "after 1 steps" in studio.picture().alt
    assert studio.stand_in()["text/html"].startswith("<img alt=")


@pytest.mark.parametrize(("recipe", "step"), [("article", "24,000"), ("quick", "13,072")])
def test_where_nothing_has_been_pressed_the_bundled_run_of_the_same_networks_is_seen(recipe, step):
    studio = TrainingStudio(recipes.get(recipe).loop(device="cpu"))
    seen = studio.preview()
    assert f"bundled run of the {recipe} recipe after {step} steps" in seen.alt
    assert "nothing has been pressed yet" in seen.alt
    assert studio.loop.number == 0 and not studio.history
    studio.step()
    assert studio.preview() is None


def test_other_networks_have_no_bundled_run_to_show():
    assert TrainingStudio(make_points_loop()).preview() is None
