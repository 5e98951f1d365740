"""The time machine's numbers are those of the run, its picture shows the run's samples, and closing frees it."""

import gc
import weakref

import numpy as np
import pytest
from matplotlib.image import AxesImage
from traitlets import TraitError

from gan_lesson.widgets.time_machine import shell
from gan_lesson.widgets.time_machine.shell import TimeMachine, by_moment, moment_names


def test_curves_are_means_over_the_steps_that_led_to_each_moment(a_run):
    curves = by_moment(a_run([0, 2, 6, 7], steps=7))
    assert curves["moments"].tolist() == [1, 2, 3]
    assert curves["discriminator_loss"].tolist() == [1.5, 4.5, 7]
    assert curves["real_score"].tolist() == [5.5, 8.5, 11]


@pytest.mark.parametrize(("sample_steps", "steps", "moments"), [([0], 0, []), ([5], 5, [0]), ([3, 6], 6, [0, 1])])
def test_a_run_of_any_number_of_moments_has_curves(sample_steps, steps, moments, a_run):
    curves = by_moment(a_run(sample_steps, steps))
    assert curves["moments"].tolist() == moments
    assert all(len(values) == len(moments) for values in curves.values())


def test_moments_are_epochs_where_the_recipe_says_how_long_one_is_and_steps_elsewhere(a_run):
    article = {"recipe": "article", "seed": 0, "steps": 24_000}
    assert moment_names(a_run([0, 300, 24_000], 1, article)) == ["epoch 0", "epoch 0.5", "epoch 40"]
    assert moment_names(a_run([0, 24_000], 1)) == ["step 0", "step 24,000"]
    assert moment_names(a_run([600], 1, {"recipe": "my own"})) == ["step 600"]


def test_where_the_batch_doubles_so_that_epochs_differ_in_length_moments_are_steps(a_run):
    run = a_run([0, 1875, 4000], 4000, {"recipe": "quick", "seed": 0, "steps": 4000})
    assert moment_names(run) == ["step 0", "step 1,875", "step 4,000"]
    content = TimeMachine(run).content
    assert content["stepsPerEpoch"] is None
    assert content["labels"] == moment_names(run)


def test_all_that_the_browser_needs_is_sent_once(a_run):
    run = a_run([0, 4], steps=4, settings={"recipe": "article"})
    content = TimeMachine(run).content
    assert content["samples"] == {"dtype": "uint8", "shape": [2, 64, 28, 28], "bytes": run.samples.tobytes()}
    assert np.frombuffer(content["logits"]["bytes"], np.float32).tolist() == run.fake_logits.flatten().tolist()
    assert content["labels"] == ["epoch 0", "epoch 0.00667"]
    assert content["stepsPerEpoch"] == 600
    assert content["equilibrium"] == pytest.approx([2 * np.log(2), np.log(2)])


def test_a_run_of_the_learners_own_has_no_guides(a_run):
    content = TimeMachine(a_run([0, 4], steps=4)).content
    assert content["equilibrium"] is None
    assert content["stepsPerEpoch"] is None


def images_of(picture) -> list[np.ndarray]:
    return [np.asarray(axes.findobj(AxesImage)[0].get_array()) for axes in picture.axes]


def test_the_picture_shows_four_moments_or_the_two_that_are_compared(a_run):
    run = a_run(range(0, 2001, 100), steps=2000)
    widget = TimeMachine(run)
    shown = widget.picture()
    assert [axes.get_title() for axes in shown.axes] == ["step 0", "step 100", "step 500", "step 2,000"]
    assert np.allclose(images_of(shown)[3][:28, :28], run.samples[20, 0] / 127.5 - 1, atol=1e-6)
    widget.comparing, widget.moment = True, 4
    assert [axes.get_title() for axes in widget.picture().axes] == ["step 400", "step 2,000"]
    assert "step 400" in widget._repr_mimebundle_()["text/html"]


def test_a_run_of_one_moment_has_a_picture(a_run):
    assert [axes.get_title() for axes in TimeMachine(a_run([0], steps=0)).picture().axes] == ["step 0"]


@pytest.mark.parametrize("name", ["moment", "other"])
def test_a_moment_that_the_run_does_not_have_is_refused(a_run, name):
    machine = TimeMachine(a_run([0, 4], steps=4))
    with pytest.raises(TraitError, match="are 0 to 1, got 2"):
        setattr(machine, name, 2)
    machine.picture()


def test_it_opens_a_bundled_run_a_folder_or_a_run(tmp_path, monkeypatch, a_run):
    opened = []
    run = a_run([0], steps=0)
    monkeypatch.setattr(shell.runs, "load", lambda source: opened.append(source) or run)
    TimeMachine()
    TimeMachine(tmp_path)
    TimeMachine(run)
    assert opened == ["article", tmp_path]


def test_a_folder_without_a_run_is_said_to_be_none(tmp_path, a_run):
    with pytest.raises(FileNotFoundError, match="there is no run"):
        TimeMachine(tmp_path)


def test_closing_frees_what_it_held(a_run):
    run, kept = a_run([0, 4], steps=4), []
    for _ in range(100):
        widget = TimeMachine(run)
        kept.append(weakref.ref(widget))
        widget.close()
    del widget
    gc.collect()
    assert not any(reference() for reference in kept)
