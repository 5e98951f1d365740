"""The time machine's numbers are those of the run, its picture shows the run's samples, and closing frees it."""

import dataclasses
import gc
import weakref

import numpy as np
import pytest
from matplotlib.image import AxesImage
from traitlets import TraitError

from gan_lesson import runs
from gan_lesson.widgets import TimeMachine


def test_where_the_batch_doubles_so_that_epochs_differ_in_length_moments_are_steps(a_run):
    run = a_run([0, 1875, 4000], 4000, {"recipe": "quick", "seed": 0, "steps": 4000})
    content = TimeMachine(run).content
    assert content["stepsPerEpoch"] is None
    assert content["labels"] == ["step 0", "step 1,875", "step 4,000"]


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
    assert "step 400" in widget.stand_in()["text/html"]


def test_a_run_of_one_moment_has_a_picture(a_run):
    assert [axes.get_title() for axes in TimeMachine(a_run([0], steps=0)).picture().axes] == ["step 0"]


def test_a_run_in_colour_is_shown_in_colour(a_run):
    run = a_run([0, 4], steps=4)
    run = dataclasses.replace(run, samples=np.arange(2 * 64 * 3 * 4 * 5).astype(np.uint8).reshape(2, 64, 3, 4, 5))
    widget = TimeMachine(run)
    assert widget.content["samples"]["shape"] == [2, 64, 3, 4, 5]
    shown = images_of(widget.picture())[1][:4, :5]
    assert np.allclose(shown, run.samples[1, 0].transpose(1, 2, 0) / 255, atol=1e-6)


@pytest.mark.parametrize("name", ["moment", "other"])
def test_a_moment_that_the_run_does_not_have_is_refused(a_run, name):
    machine = TimeMachine(a_run([0, 4], steps=4))
    with pytest.raises(TraitError, match="are 0 to 1, got 2"):
        setattr(machine, name, 2)
    machine.picture()


def test_it_opens_a_bundled_run_a_folder_or_a_run(tmp_path, monkeypatch, a_run):
    opened = []
    run = a_run([0], steps=0)
    monkeypatch.setattr(runs, "load", lambda source: opened.append(source) or run)
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
