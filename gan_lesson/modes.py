"""What is asked of any network, whoever wrote it: a mode for as long as a block lasts, an answer, a copy."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


@contextmanager
def learning() -> Iterator[None]:
    """Inside the block gradients are computed, even if the program has turned them off."""
    with torch.inference_mode(False), torch.enable_grad():
        yield


@torch.no_grad()
def in_evaluation(network: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """What ``network`` answers in evaluation mode, without gradients; the inputs go to its device and dtype."""
    with evaluating(network):
        return network(inputs.to(**place_of(network, inputs)))


def place_of(network: nn.Module, inputs: torch.Tensor | None = None) -> dict[str, Any]:
    """Device and dtype of the numbers that ``network`` computes with, as options of ``tensor.to`` and of factories.

    They are those of its first weight, or else buffer, of floats; float32 on the CPU where it has neither. For
    ``inputs`` that are no floats (labels, say) there is no dtype.
    """
    numbers = (*network.parameters(), *network.buffers())
    first = next((one for one in numbers if one.is_floating_point()), None)
    place = {"device": torch.device("cpu") if first is None else first.device}
    if inputs is None or inputs.is_floating_point():
        place["dtype"] = torch.float32 if first is None else first.dtype
    return place


def plain(network: nn.Module) -> nn.Module:
    """The network itself where ``torch.compile`` has wrapped it; its weights then have their own names again."""
    return getattr(network, "_orig_mod", network)


def copy_of(network: nn.Module) -> nn.Module:
    """A copy that shares nothing with ``network``; of a compiled one, of the network inside.

    ``copy.deepcopy`` alone refuses tensors that were computed, such as the weights that the older ``spectral_norm`` and
    ``weight_norm`` keep from the last forward pass. Here the copy gets their values, until its own next pass.
    """
    network = plain(network)
    with torch.inference_mode(False):  # where copies would never learn
        computed = [one for layer in network.modules() for one in _computed(vars(layer))]
        return copy.deepcopy(network, {id(one): one.detach().clone() for one in computed})


def _computed(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        if not value.is_leaf:
            yield value
    elif isinstance(value, (dict, list, tuple, set)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _computed(one)
