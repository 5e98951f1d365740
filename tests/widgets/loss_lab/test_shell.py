"""The loss lab sends the curves and what each loss does to a run's fakes, and closing frees it."""

import gc
import weakref

import numpy as np
import pytest
from traitlets import TraitError

from gan_lesson import runs
from gan_lesson.widgets import LossLab


def test_the_fakes_of_the_run_are_sent_with_what_each_loss_does_to_them(a_run):
    run = a_run([0, 4, 8], steps=8)
    moments = LossLab(run).content["moments"]
    assert moments["labels"] == ["step 0", "step 4", "step 8"]
    assert np.frombuffer(moments["logits"]["bytes"], np.float32).tolist() == run.fake_logits.flatten().tolist()
    assert moments["pull"]["shape"] == moments["flat"]["shape"] == [5, 3]


def test_the_picture_is_of_the_logit_under_the_finger(a_run):
    widget = LossLab(a_run([0], steps=0))
    widget.logit = -10.0
    assert "minimax -0.000" in widget.picture().alt
    assert widget.stand_in()["text/html"].startswith("<img alt=")
    assert widget.moment == 0


def test_a_name_or_folder_is_opened_as_a_run(tmp_path, monkeypatch, a_run):
    opened = []
    monkeypatch.setattr(runs, "load", lambda source: opened.append(source) or a_run([0], steps=0))
    LossLab()
    LossLab(tmp_path)
    assert opened == ["article", tmp_path]


def test_a_folder_without_a_run_is_said_to_be_none(tmp_path, a_run):
    with pytest.raises(FileNotFoundError, match="there is no run"):
        LossLab(tmp_path)


def test_closing_frees_what_it_held(a_run):
    run, kept = a_run([0], steps=0), []
    for _ in range(100):
        widget = LossLab(run)
        kept.append(weakref.ref(widget))
        widget.close()
    del widget
    gc.collect()
    assert not any(reference() for reference in kept)


def test_a_moment_that_the_run_does_not_have_is_refused():
    with pytest.raises(TraitError, match="are 0 to 40, got 41"):
        LossLab().moment = 41
