"""The answers to the buttons of SixSteps, and its picture."""

import gc
import inspect
import weakref

import pytest
import torch
from torch import nn

from gan_lesson import models
from gan_lesson.widgets import SixSteps
from gan_lesson.widgets.six_steps.debugger import Debugger


@pytest.fixture
def widget():
    torch.manual_seed(0)
    reals = torch.rand(20, 1, 28, 28, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return SixSteps(models.Generator(), models.Discriminator(), [reals])


def test_it_takes_what_a_debugger_takes_and_shift_tab_shows_it():
    assert inspect.signature(SixSteps.__init__) == inspect.signature(Debugger.__init__)


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
        widget = SixSteps(*pair, [torch.zeros(2, 1, 28, 28)])
        alive.update([widget, widget.debugger])
        widget.run(1)
        widget.close()
    del widget
    gc.collect()
    assert not alive
