"""Each picture cuts nothing off, carries alt text, says what it cannot draw and touches no global state."""

import subprocess
import sys

import pytest
import torch

from gan_lesson import plots
from tests.plots.drawn import MAP, PICTURES, SPOTS, images


def test_every_function_that_makes_a_picture_is_tested_here():
    makers = {
        name for name, value in vars(plots).items() if getattr(value, "__annotations__", {}).get("return") == "Picture"
    }
    assert {name for name in makers if not name.startswith("_")} == {name.split()[0] for name in PICTURES}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_itself_with_alt_text_and_cuts_no_label_off(name, drawn_well):
    drawn_well(PICTURES[name]())


def test_importing_the_module_does_not_load_pyplot():
    code = "import sys, gan_lesson.plots, gan_lesson.diagrams; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("name", ["lines", "histogram", "points", "training on images", "training on points"])
def test_a_legend_covers_neither_curves_nor_title(name):
    picture = PICTURES[name]()
    picture.draw_without_rendering()
    found = [(axes, axes.get_legend().get_window_extent()) for axes in picture.axes if axes.get_legend()]
    assert found
    for axes, legend in found:
        assert not legend.overlaps(axes.get_window_extent().shrunk(0.99, 0.99))
        if axes.get_title():
            assert not legend.overlaps(axes.title.get_window_extent().padded(-1))


def test_images_and_points_may_still_carry_gradients():
    points, image = torch.ones(2, 2, requires_grad=True) * 2, torch.full((1, 1, 28, 28), 0.25, requires_grad=True) * 2
    (*_, fakes) = plots.points(SPOTS, points, score_map=MAP).axes[0].collections
    assert fakes.get_offsets().tolist() == [[2, 2], [2, 2]]
    assert (plots.image_grid(image).axes[0].images[0].get_array() == 0.5).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.points(torch.zeros(5, 3)), r"\(N, 2\), got \(5, 3\)"),
        (lambda: plots.points(SPOTS, torch.zeros(2)), r"\(N, 2\), got \(2,\)"),
        (lambda: plots.scores(images(3), torch.zeros(2, 1)), r"3 images.*\(2, 1\)"),
        (lambda: plots.image_grid(images(3), titles=["a"]), "3 images, 1 titles"),
        (lambda: plots.image_grid(images(3), columns=2, rows=["a"]), "2 rows, 1 names"),
        (lambda: plots.histogram({"real": torch.zeros(0)}, xlabel="x", alt="a"), "no values.*real"),
        (lambda: plots.histogram({}, xlabel="x", alt="a"), "no values"),
    ],
)
def test_what_cannot_be_drawn_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()
