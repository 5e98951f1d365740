"""The patience of the checks: a loop without end is ended, and a long one isn't."""

import pytest
import torch
from torch import nn

from gan_lesson.checks.patience import Endless, Patience


def test_a_loop_that_goes_on_calling_torch_is_ended():
    said = "more than 1,000 calls of torch: its loop doesn't come to an end"
    with pytest.raises(Endless, match=said), Patience(1_000):
        while True:
            torch.zeros(1).add_(1)


def test_a_loop_that_ends_in_time_is_left_alone():
    with Patience(10):
        for _ in range(10):
            torch.zeros(1)


def test_a_loop_that_takes_every_error_for_its_own_is_ended_too():
    with pytest.raises(Endless), Patience(10):
        while True:
            try:
                torch.zeros(1)
            except Exception:
                continue


def test_steps_of_any_optimizer_count_and_only_within():
    network = nn.Linear(1, 1)
    optimizer, patience = torch.optim.SGD(network.parameters()), Patience(10_000, updates=3)
    with patience:
        for _ in range(3):
            optimizer.step()
    for _ in range(3):
        optimizer.step()
    with pytest.raises(Endless, match="more than 3 updates"), patience:
        torch.optim.Adam(network.parameters()).step()


def test_what_is_handed_out_counts_and_what_nobody_limits_does_not():
    patience = Patience(0, batches=2)
    for _ in range(2):
        patience.count("batches")
        patience.count("sighs")
    with pytest.raises(Endless, match="more than 2 batches"):
        patience.count("batches")


def test_whoever_enters_again_goes_on_counting():
    patience = Patience(3)
    with pytest.raises(Endless):
        for _ in range(2):
            with patience:
                torch.zeros(1), torch.zeros(1)
