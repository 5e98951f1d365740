"""A training run at one glance shows the numbers of its steps."""

import numpy as np
import pytest
import torch
from matplotlib.colors import same_color

from gan_lesson import plots
from tests.plots.drawn import EQUILIBRIUM, MAP, SPOTS, guides, images, labelled, steps


def test_training_shows_samples_losses_and_scores():
    history = steps(9)
    samples, players, scores = plots.training(history, samples=images(4), equilibrium=EQUILIBRIUM).axes
    assert samples.get_title() == "after 9 steps" and samples.images[0].get_array().shape == (58, 58)
    curves = labelled(players) | labelled(scores)
    wanted = {
        "discriminator": ("discriminator_loss", plots.DISCRIMINATOR),
        "generator": ("generator_loss", plots.GENERATOR),
        "D(x), reals": ("real_score", plots.REAL),
        "D(G(z)), fakes": ("fake_score", plots.FAKE),
    }
    assert list(curves) == list(wanted)
    for name, (field, colour) in wanted.items():
        assert curves[name].get_xydata().tolist() == [[step.number, getattr(step, field)] for step in history]
        assert same_color(curves[name].get_color(), colour)
    assert list(EQUILIBRIUM) == guides(players)[-2:] and 0.5 in guides(scores)


def test_the_alt_text_of_a_training_says_its_last_numbers():
    alt = plots.training(steps(2), samples=images(1), equilibrium=EQUILIBRIUM).alt
    for number in ("after 2 steps", "1.50", "D(x) 0.65", "D(G(z)) 0.35"):
        assert number in alt


def test_training_on_points_shows_reals_behind_fakes():
    axes = plots.training(steps(1), samples=SPOTS, equilibrium=EQUILIBRIUM, real=SPOTS / 2, score_map=MAP).axes[0]
    clouds = {cloud.get_label(): cloud.get_offsets().tolist() for cloud in axes.collections}
    assert list(clouds) == ["real", "fake"]
    assert np.allclose(clouds["real"], SPOTS / 2) and np.allclose(clouds["fake"], SPOTS)


def test_a_long_training_is_drawn_as_means_over_windows_of_a_fiftieth():
    history = steps(205)
    axes = plots.training(history, samples=torch.zeros(4, 1, 28, 28), equilibrium=EQUILIBRIUM).axes[1]
    drawn = labelled(axes)["generator"].get_xydata()
    values = [step.generator_loss for step in history]
    assert drawn[:, 0].tolist() == list(range(4, 205, 4))
    assert drawn[:, 1].tolist() == pytest.approx([sum(values[k : k + 4]) / 4 for k in range(0, 204, 4)])
