"""Curves, bars and histograms hold the numbers they are given."""

import numpy as np
import torch
from matplotlib.colors import same_color

from gan_lesson import losses, plots
from tests.plots.drawn import MOMENTS, PICTURES, guides, labelled


def test_lines_hold_the_data_in_the_colours_asked_for():
    picture = plots.lines(
        [0, 1, 2],
        {"up": [1, 2, 3], "down": torch.tensor([3.0, 2, 0])},
        xlabel="x",
        ylabel="y",
        alt="a",
        colours={"up": plots.REAL, "half": plots.FAKE},
        guides={"half": 0.5, "none": 0.0},
        ylim=(-1, 4),
        marker=1.5,
    )
    (axes,) = picture.axes
    curves = labelled(axes)
    assert list(curves) == ["up", "down"]
    assert curves["up"].get_xydata().tolist() == [[0, 1], [1, 2], [2, 3]]
    assert curves["down"].get_xydata().tolist() == [[0, 3], [1, 2], [2, 0]]
    assert same_color(curves["up"].get_color(), plots.REAL)
    assert curves["up"].get_linestyle() != curves["down"].get_linestyle()  # not by colour alone
    assert guides(axes)[:2] == [0.5, 0.0] and [text.get_text() for text in axes.texts] == ["half", "none"]
    tints = [line.get_color() for line in axes.lines if len(set(line.get_ydata())) == 1]
    assert same_color(tints[0], plots.FAKE) and not same_color(tints[1], plots.FAKE)
    assert any(list(line.get_xdata()) == [1.5, 1.5] for line in axes.lines)
    assert axes.get_ylim() == (-1, 4)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")


def test_generator_losses_and_their_gradients_are_the_ones_of_the_textbook():
    parts = {"minimax": losses.MINIMAX.generator, "non_saturating": losses.NON_SATURATING.generator}
    values, slopes = plots.generator_losses(parts, logit=-4.0).axes
    t = np.linspace(-10, 10, 401)
    score = 1 / (1 + np.exp(-t))
    for drawn, expected in zip(values.lines, (np.log(1 - score), -np.log(score)), strict=False):
        assert np.allclose(drawn.get_xydata(), np.stack([t, expected], axis=1), atol=1e-4)
    for drawn, expected in zip(slopes.lines, (-score, score - 1), strict=False):
        assert np.allclose(drawn.get_xydata(), np.stack([t, expected], axis=1), atol=1e-5)
    assert list(labelled(slopes)) == ["minimax -0.018", "non-saturating -0.982"]


def test_of_more_losses_than_line_styles_none_is_left_out():
    parts = {f"loss {number}": losses.HINGE.generator for number in range(7)}
    for axes in plots.generator_losses(parts).axes:
        looks = [(line.get_color(), line.get_linestyle()) for line in axes.lines[:7]]
        assert len(set(looks)) == 7, "a loss is missing, or two look alike"


def test_one_curve_needs_no_legend():
    assert plots.lines([0, 1], {"only": [0, 1]}, xlabel="x", ylabel="y", alt="a").axes[0].get_legend() is None


def test_bars_carry_their_names_and_values():
    (axes,) = plots.bars([3, 8], [6131, 5851], xlabel="digit", ylabel="images", alt="a").axes
    axes.figure.draw_without_rendering()
    assert [bar.get_height() for bar in axes.containers[0]] == [6131, 5851]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["3", "8"]
    assert [label.get_text() for label in axes.texts] == ["6,131", "5,851"]


def test_bars_write_their_values_as_asked():
    (axes,) = plots.bars(["a"], [2.25], xlabel="x", ylabel="y", alt="a", value_format="{:.1f}").axes
    assert [label.get_text() for label in axes.texts] == ["2.2"]


def test_lines_are_logarithmic_along_the_axes_that_are_named():
    (axes,) = plots.lines([1, 10], {"one": [1, 100]}, xlabel="x", ylabel="y", alt="a", logarithmic="y").axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")


def test_quality_draws_each_run_in_each_panel_with_its_floor():
    picture = PICTURES["quality"]()
    panels = picture.axes
    for axes, figure in zip(panels, ("frechet_distance", "precision", "recall"), strict=True):
        *runs, floor = axes.lines
        assert [list(run.get_ydata()) for run in runs] == [
            [moment[figure] for moment in moments] for moments in (MOMENTS, MOMENTS[1:], MOMENTS[:2])
        ]
        assert set(floor.get_ydata()) == {MOMENTS[-1][figure]}
        assert axes.get_xscale() == "log"
    assert [axes.get_yscale() for axes in panels] == ["log", "linear", "linear"]
    for low, high in (axes.get_ylim() for axes in panels[1:]):
        assert low < 0 < 1 < high  # the marks of curves at 0 and 1 are whole
    (legend,) = picture.legends
    assert [text.get_text() for text in legend.get_texts()] == ["article", "quick", "real test images"]


def test_a_histogram_shows_shares_of_each_tensor():
    values = {"real": torch.tensor([0.0, 0, 0, 1]), "fake": torch.tensor([1, 1], dtype=torch.uint8)}
    (axes,) = plots.histogram(values, xlabel="value", alt="a", bins=2).axes
    real, fake = axes.patches
    # the outline of two bars: up, along the first, to the height of the second, along it, down
    assert [corner[1] for corner in real.get_xy()][1:5] == [0.75, 0.75, 0.25, 0.25]
    assert [corner[1] for corner in fake.get_xy()][1:5] == [0, 0, 1, 1]
    assert same_color(real.get_facecolor()[:3], plots.REAL) and same_color(fake.get_facecolor()[:3], plots.FAKE)
    assert real.get_linestyle() != fake.get_linestyle(), "colour is never the only carrier"


def test_a_histogram_may_show_more_tensors_than_there_are_line_styles():
    (axes,) = plots.histogram({str(n): torch.full((3,), float(n)) for n in range(7)}, xlabel="value", alt="a").axes
    assert len({(*patch.get_edgecolor(), patch.get_linestyle()) for patch in axes.patches}) == 7


def test_a_histogram_takes_what_comes_out_of_a_network():
    assert plots.histogram({"logits": torch.zeros(4, requires_grad=True) + 1}, xlabel="logit", alt="a").axes


def test_a_histogram_names_its_guides():
    (axes,) = plots.histogram({"real": torch.arange(5.0)}, xlabel="value", alt="a", guides={"the first": 1.5}).axes
    (line,), (name,) = axes.lines, axes.texts
    assert list(line.get_xdata()) == [1.5, 1.5] and name.get_text() == "the first" and name.xy[0] == 1.5
