"""The end of a network: what holds its logits within bounds is found, and what stands after its last layer."""

import pytest
import torch
from torch import nn

from gan_lesson.checks.ends import expect_free_logits, expect_last_layers_logits
from gan_lesson.checks.exercise import CheckFailed


def judge(*end):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(8, 1), *end)


INPUTS = torch.linspace(-1, 1, 24).view(8, 3)


def test_the_logits_of_a_last_linear_layer_are_free_in_either_mode():
    for network in (judge(), judge().eval()):
        mode = network.training
        expect_free_logits(network, INPUTS)
        expect_last_layers_logits(network, INPUTS)
        assert network.training == mode


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (nn.Sigmoid(), "Sigmoid at the end"),
        (nn.Tanh(), "Tanh at the end"),
        (nn.Hardtanh(-3, 3), "no logit goes beyond 3:"),
        (nn.ReLU(), "all logits have the same sign"),
    ],
)
def test_what_holds_logits_within_bounds_is_found(end, said):
    with pytest.raises(CheckFailed, match=said):
        expect_free_logits(judge(end), INPUTS)


def test_what_bends_them_and_leaves_them_free_is_found_too():
    for end, said in ((nn.LeakyReLU(0.2), "a LeakyReLU stands after"), (nn.Tanhshrink(), "something stands after it")):
        expect_free_logits(judge(end), INPUTS)
        with pytest.raises(CheckFailed, match=said):
            expect_last_layers_logits(judge(end), INPUTS)


def test_chance_that_goes_on_in_evaluation_mode_is_found():
    class Drops(nn.Module):
        def forward(self, values):
            return nn.functional.dropout(values, 0.5)

    with pytest.raises(CheckFailed, match=r"even after eval\(\) the same picture gets two"):
        expect_last_layers_logits(judge(Drops()), INPUTS)
