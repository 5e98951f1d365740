"""The end of a network: whether what its last layer gives comes out as it is."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from ..modes import in_evaluation
from .comparison import compare
from .exercise import fail
from .networks import copied, forward, passages, with_last_layer_times


def expect_free_logits(network: nn.Module, inputs: torch.Tensor) -> None:
    """Outputs may become any number: nothing at the end of ``network`` holds them within bounds."""
    # a last layer a million times as strong, of either sign, drives free logits far beyond 1 both ways
    outputs = torch.cat([forward(with_last_layer_times(f, network, inputs), inputs, "images") for f in (1e6, -1e6)])
    if outputs.min() >= 0 and outputs.max() <= 1:
        fail("all outputs lie between 0 and 1: there is a Sigmoid at the end. Return logits; the loss has the sigmoid.")
    end = "A logit may be any number: end with the Linear layer."
    if outputs.abs().max() <= 1:
        fail(f"all outputs lie between -1 and 1: there is a Tanh at the end. {end}")
    if outputs.abs().max() < 100:
        fail(
            f"however strong the last layer, no logit goes beyond {outputs.abs().max():.3g}: something at the end "
            f"cuts it off. {end}"
        )
    if outputs.min() >= 0 or outputs.max() <= 0:
        fail(f"all logits have the same sign: an activation at the end cuts the others off. {end}")


def expect_last_layers_logits(network: nn.Module, inputs: torch.Tensor) -> None:
    """In evaluation mode what the last linear layer gives comes out, and each time the same."""
    outputs = in_evaluation(network, inputs)
    if not torch.equal(outputs, in_evaluation(network, inputs)):
        fail(
            "even after eval() the same picture gets two different logits: dropout goes on. nn.Dropout knows of "
            "eval(); F.dropout must be told, with training=self.training."
        )
    last = passages(copied(network).eval(), inputs)[-1].outputs
    after = "a LeakyReLU stands after the last Linear layer: it would shrink every logit below 0. Take it out."
    compare(
        outputs,
        right=last,
        mistakes=[(F.leaky_relu(last, 0.2), after), (F.leaky_relu(last, 0.01), after)],
        otherwise="the chain is right, but what comes out isn't what the last Linear layer gives: something stands "
        "after it. Return the logits as they are.",
    )
