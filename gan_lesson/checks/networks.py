"""Looking into the networks that a learner builds: what they are made of, and what happens between their layers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from ..modes import in_evaluation
from .advice import Row, explained
from .answer import expect_tensor
from .comparison import compare
from .exercise import CheckFailed, fail


def flat(network: nn.Module) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in network.parameters()])


def is_linear(network: nn.Module, inputs: torch.Tensor, before: Callable = lambda outputs: outputs) -> bool:
    """Whether ``network``, up to an activation at its end that ``before`` takes back, is one linear (affine) map."""
    a, b = inputs[0::2], inputs[1::2]
    whole, first, second, nothing = (before(in_evaluation(network, x)) for x in (a + b, a, b, torch.zeros_like(a)))
    return bool((whole - first - second + nothing).abs().max() < 1e-3 * (whole - nothing).abs().max())


def forward(network: nn.Module, inputs: torch.Tensor, what: str, advice: Iterable[Row] = ()) -> torch.Tensor:
    """What ``network``, left as it is, makes of ``inputs``, which the learner knows as ``what``."""
    try:
        with torch.no_grad():
            output = copy.deepcopy(network)(inputs)
    except Exception as error:
        wrong = CheckFailed(f"the network stops on {what}: {explained(error, advice)}")
    else:
        expect_tensor(output, "the network")
        return output
    raise wrong


def with_last_layer_times(factor: float, network: nn.Module) -> nn.Module:
    """A copy of ``network`` with its last layer's weights multiplied by ``factor``."""
    network = copy.deepcopy(network)
    layers = [layer for layer in network.modules() if list(layer.parameters(recurse=False))]
    with torch.no_grad():
        for weight in layers[-1].parameters():
            weight.mul_(factor)
    return network


class Passage(NamedTuple):
    """A linear layer at work: the layer, what went in and what came out."""

    layer: nn.Linear
    inputs: torch.Tensor
    outputs: torch.Tensor


def passages(network: nn.Module, inputs: torch.Tensor) -> list[Passage]:
    """The linear layers of ``network`` in the order in which ``inputs`` go through them."""
    network, seen = copy.deepcopy(network), []
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            # copies, since an activation may work in place
            layer.register_forward_hook(
                lambda layer, given, out: seen.append(Passage(layer, given[0].clone(), out.clone()))
            )
    with torch.no_grad():
        network(inputs)
    return seen


def expect_chain(
    network: nn.Module,
    inputs: torch.Tensor,
    widths: list[int],
    dropout: float = 0.0,
    before: Callable = lambda outputs: outputs,
) -> None:
    """Linear layers of these widths come one after the other, with LeakyReLU(0.2), and dropout, between them.

    An activation at the end is taken back by ``before``, as in `is_linear`.
    """
    if is_linear(network, inputs, before):
        fail(
            "there is no activation between the Linear layers: together they are one Linear layer. Put LeakyReLU "
            "between."
        )
    chain = passages(network, inputs)
    found = [(passage.layer.in_features, passage.layer.out_features) for passage in chain]
    wanted = list(pairwise(widths))
    if found != wanted:
        _fail_on_widths(found, wanted)
    for number, (one, following) in enumerate(pairwise(chain), start=1):
        where = f"between Linear layers {number} and {number + 1}"
        _expect_dropout(dropout, one.outputs, following.inputs, where)
        if not following.inputs[one.outputs < 0].any():
            fail(f"{where} stands a plain ReLU, which sends what is negative to 0: use nn.LeakyReLU(0.2).")
        kept = following.inputs != 0 if dropout else slice(None)
        given = one.outputs[kept]
        compare(
            following.inputs[kept] * (1 - dropout),
            right=F.leaky_relu(given, 0.2),
            mistakes=[
                (given, f"there is no activation {where}: put nn.LeakyReLU(0.2) there."),
                (
                    F.leaky_relu(given, 0.01),
                    f"{where} the leak is 0.01: that is what nn.LeakyReLU() takes by itself. Write nn.LeakyReLU(0.2).",
                ),
                (F.leaky_relu(given, 0.8), f"{where} the leak is 0.8: the number is what is kept. Write 0.2."),
                (torch.tanh(given), f"{where} stands a Tanh. Here the exercise asks for nn.LeakyReLU(0.2)."),
                (torch.sigmoid(given), f"{where} stands a Sigmoid. Here the exercise asks for nn.LeakyReLU(0.2)."),
            ],
            otherwise=f"the widths are right, but {where} stands something else than the exercise asks for: "
            f"nn.LeakyReLU(0.2){f' and nn.Dropout({dropout})' if dropout else ''}.",
        )


def _fail_on_widths(found: list[tuple[int, int]], wanted: list[tuple[int, int]]) -> None:
    if not found:
        fail("no nn.Linear layer is in use: the exercise asks for a chain of them.")
    yours, asked = ("-".join(map(str, [pairs[0][0], *(out for _, out in pairs)])) for pairs in (found, wanted))
    message = f"the widths are {yours}, and the exercise asks for {asked}: "
    if len(found) != len(wanted):
        fail(f"{message}you have {len(found)} Linear layers, where it should be {len(wanted)}.")
    number = next(number for number, (one, other) in enumerate(zip(found, wanted, strict=True)) if one != other)
    (a, b), (c, d) = found[number], wanted[number]
    fail(f"{message}Linear layer {number + 1} goes from {a} to {b}, not from {c} to {d}.")


def _expect_dropout(wanted: float, outputs: torch.Tensor, following: torch.Tensor, where: str) -> None:
    """Of what ``outputs`` became, the share ``wanted`` is 0; no activation makes a zero of what is above 0."""
    share = (following[outputs > 0] == 0).float().mean().item()
    if abs(share - wanted) < 0.05 * (wanted > 0):
        return
    if not wanted and share:
        fail(f"{share:.0%} of the values {where} are set to 0: take the Dropout out, the exercise has none.")
    if wanted and not share:
        fail(f"no value {where} is dropped: nn.Dropout({wanted}) is missing there.")
    if abs(share - 1 + wanted) < 0.05:
        fail(f"{share:.0%} of the values {where} are dropped: the number is the share to drop, {wanted}.")
    if share != wanted:
        fail(f"{share:.0%} of the values {where} are dropped: nn.Dropout({wanted}) drops {wanted:.0%} of them.")


def expect_network(value, name: str) -> None:
    if not isinstance(value, nn.Module):
        fail(f"{name} returned {type(value).__name__}; it should return the network: return nn.Sequential(...)")
    if not list(value.parameters()):
        fail("the network has no weights: it needs nn.Linear layers to learn with.")
