"""The curves are the losses and derivatives of the textbook."""

import numpy as np
import torch

from gan_lesson import losses
from gan_lesson.widgets.loss_lab.curves import LOGITS, at_each, curves, flat_stretches, pull_on

T = LOGITS.numpy()
D = 1 / (1 + np.exp(-T))
TEXTBOOK = {
    "minimax": (np.log(1 - D), -D),
    "non_saturating": (-np.log(D), D - 1),
    "least_squares": (0.5 * (T - 1) ** 2, T - 1),
    "hinge": (-T, -np.ones_like(T)),
    "wasserstein": (-T, -np.ones_like(T)),
}


def test_the_logits_run_from_minus_ten_to_ten_in_steps_of_a_twentieth():
    assert np.allclose(T, np.linspace(-10, 10, 401))


def test_the_curves_are_those_of_the_textbook():
    drawn = {curve["name"]: curve for curve in curves()["losses"]}
    assert list(drawn) == list(losses.LOSSES) == list(TEXTBOOK)
    for name, (values, gradients) in TEXTBOOK.items():
        assert np.allclose(drawn[name]["values"], values, atol=1e-9), name
        assert np.allclose(drawn[name]["gradients"], gradients, atol=1e-9), name


def test_minimax_is_flat_on_obvious_fakes_non_saturating_on_fooled_ones_least_squares_at_its_goal_the_others_nowhere():
    flat = {
        curve["name"]: [(T[first].round(2), T[last].round(2)) for first, last in curve["flat"]]
        for curve in curves()["losses"]
    }
    # sigmoid(-2.94) = 0.0502
    assert flat == {
        "minimax": [(-10, -2.95)],
        "non_saturating": [(2.95, 10)],
        "least_squares": [(1, 1)],
        "hinge": [],
        "wasserstein": [],
    }


def test_flat_stretches_in_the_middle_and_at_both_ends_are_found():
    assert flat_stretches(torch.tensor([0.0, 0.01, 1, -1, 0.04, 0.05, -0.04])) == [(0, 1), (4, 4), (6, 6)]


def test_each_fake_counts_alone():
    gradients, values = at_each(losses.LEAST_SQUARES.generator, torch.tensor([-1.0, 1, 4]))
    assert gradients.tolist() == [-2, 0, 3]
    assert values.tolist() == [2, 0, 4.5]


def test_the_pull_on_fakes_is_the_mean_size_of_each_loss_gradient():
    logits = np.array([[0.0, 0], [-100, 1], [100, -3]], dtype=np.float32)
    pull, flat = pull_on(logits)
    by_name = dict(zip(losses.LOSSES, pull.numpy(), strict=True))
    score = 1 / (1 + np.exp(-logits.astype(float)))
    assert np.allclose(by_name["minimax"], score.mean(1))
    assert np.allclose(by_name["non_saturating"], (1 - score).mean(1))
    assert np.allclose(by_name["least_squares"], np.abs(logits - 1).mean(1))
    assert np.allclose(by_name["wasserstein"], 1)
    assert dict(zip(losses.LOSSES, flat.tolist(), strict=True)) == {
        "minimax": [0, 1, 1],  # -3 scores 0.047
        "non_saturating": [0, 0, 1],
        "least_squares": [0, 1, 0],
        "hinge": [0, 0, 0],
        "wasserstein": [0, 0, 0],
    }
