"""The modes of a network, for as long as a block lasts: evaluation instead of training, weights without gradients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def evaluating(network: nn.Module) -> Iterator[nn.Module]:
    """``network`` in evaluation mode inside the block; afterwards each of its layers is in its own mode again."""
    modes = [(layer, layer.training) for layer in network.modules()]
    network.eval()
    try:
        yield network
    finally:
        for layer, training in modes:
            layer.training = training


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Compute no gradients for the weights of ``network`` inside the block."""
    wanted = [weight for weight in network.parameters() if weight.requires_grad]
    for weight in wanted:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in wanted:
            weight.requires_grad_(True)


@torch.no_grad()
def in_evaluation(network: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """What ``network`` answers in evaluation mode, without gradients."""
    with evaluating(network):
        return network(inputs)
