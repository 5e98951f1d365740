"""Looking into the networks that a learner builds: what they are made of, and what happens between their layers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from .advice import Row, explained
from .answer import described, expect_tensor, name_of, run
from .comparison import compare
from .exercise import CheckFailed, fail


def flat(network: nn.Module) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in network.parameters()])


def made(make: Callable, *arguments, name: str) -> nn.Module:
    """The network that the learner's function makes, on the CPU: a new one at each call, ready to learn."""
    _expect_maker(make)
    network, other = (_network(run(make, *arguments), name) for _ in range(2))
    _expect_new(network, other, name)
    return network


def made_pair(make: Callable) -> tuple[nn.Module, nn.Module]:
    """The two networks that the learner's function makes, as `made` gives one."""
    _expect_maker(make)
    name = name_of(make)
    pair, others = (_two_networks(run(make), name) for _ in range(2))
    for network, other in zip(pair, others, strict=True):
        _expect_new(network, other, name)
    return pair


def _expect_maker(make: Callable) -> None:
    if isinstance(make, nn.Module):
        fail("that is a network: pass the function that makes it, since the check needs several.")


def _two_networks(value, name: str) -> tuple[nn.Module, nn.Module]:
    if value is None:
        fail(f"{name} returned nothing: end it with return generator, discriminator.")
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        fail(f"{name} returned {described(value)}; it should be two networks: return generator, discriminator.")
    one, other = (_network(network, name) for network in value)
    if {id(weight) for weight in one.parameters()} & {id(weight) for weight in other.parameters()}:
        fail(f"the two networks of {name} share weights: give each its own layers.")
    return one, other


def _expect_new(network: nn.Module, other: nn.Module, name: str) -> None:
    """Two calls made two networks: neither the same weights to hold nor the same numbers in them."""
    if {id(weight) for weight in network.parameters()} & {id(weight) for weight in other.parameters()}:
        fail(f"two calls of {name} return networks that share their weights: make the layers inside the function.")
    weights = flat(network)
    if torch.equal(weights, flat(other)) and weights.any():
        fail(
            f"two calls of {name} make networks that begin with the same weights: set no seed inside. It would also "
            "repeat all noise that is drawn afterwards."
        )


def _network(value, name: str) -> nn.Module:
    if isinstance(value, type):
        fail(f"{name} returned type {value.__name__}, the class and not a network: call it, with brackets.")
    if not isinstance(value, nn.Module):
        fail(f"{name} returned {type(value).__name__}; it should return the network: return nn.Sequential(...)")
    if not list(value.parameters()):
        fail("the network has no weights: it needs nn.Linear layers to learn with.")
    if any(isinstance(weight, nn.UninitializedParameter) for weight in value.parameters()):
        fail("a lazy layer has no weights before something has gone through it: write how many inputs it has.")
    if any(weight.is_meta for weight in value.parameters()):
        fail("the weights lie on the device meta, where there are no numbers: make the layers without device=.")
    if not all(layer.training for layer in value.modules()):
        fail("the network comes in evaluation mode: a new network is there to be trained. Leave eval() out.")
    return value.cpu()


def copied(network: nn.Module) -> nn.Module:
    """A copy of ``network``; what a layer holds that was computed of its weights is copied as values."""
    held = [value for layer in network.modules() for value in vars(layer).values()]
    computed = {id(value): value.detach().clone() for value in held if _is_computed(value)}
    return copy.deepcopy(network, computed)


def _is_computed(value) -> bool:
    return isinstance(value, torch.Tensor) and not value.is_leaf


def is_one_layer(network: nn.Module, inputs: torch.Tensor) -> bool:
    """Whether each output is made of one weighted sum of the inputs, however that sum is bent.

    Then an output's gradient has the same direction everywhere; in a network of several layers it turns.
    """
    inputs = (3 * inputs).requires_grad_()
    outputs = copied(network).eval()(inputs).flatten(1)
    found = False
    for output in outputs.T[:: max(1, outputs.shape[1] // 8)]:
        gradient = _gradient(output.sum(), inputs)
        directions = F.normalize(gradient[gradient.flatten(1).any(dim=1)].flatten(1), dim=1)
        if (directions @ directions.T).abs().lt(1 - 1e-3).any():
            return False
        found = found or len(directions) > 1
    return found


def _gradient(value: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
    """The gradient of ``value`` with respect to ``inputs``; where none comes back it is 0."""
    if not value.requires_grad:
        return torch.zeros_like(inputs)
    return torch.autograd.grad(value, inputs, retain_graph=True, materialize_grads=True)[0]


def forward(network: nn.Module, inputs: torch.Tensor, what: str, advice: Iterable[Row] = ()) -> torch.Tensor:
    """What ``network``, left as it is, makes of ``inputs``, which the learner knows as ``what``."""
    given = inputs.clone()
    try:
        with torch.no_grad():
            output = copied(network)(given)
    except Exception as error:
        wrong = CheckFailed(f"the network stops on {what}: {explained(error, advice)}")
    except SystemExit:
        wrong = CheckFailed("the network ends the program with exit(): leave forward with return.")
    else:
        expect_tensor(output, "the network")
        if not torch.equal(given, inputs):
            fail("the network changes its input in place: let it compute a new tensor instead.")
        return output
    raise wrong


def expect_gradient_everywhere(network: nn.Module, inputs: torch.Tensor, what: str) -> torch.Tensor:
    """A gradient at the outputs, known to the learner as ``what``, reaches every weight; gives that of the inputs."""
    network, inputs = copied(network).eval(), inputs.clone().requires_grad_()
    for name, weight in network.named_parameters():
        if not weight.requires_grad:
            fail(f"the weights {name} are frozen (requires_grad is False): they would never learn.")
    outputs = network(inputs)
    if not outputs.requires_grad:
        fail(f"no gradient comes back from the {what} to the weights: leave .detach() and no_grad out of the network.")
    (outputs * torch.randn_like(outputs)).sum().backward()
    for name, weight in network.named_parameters():
        layer = network.get_submodule(name.rpartition(".")[0])
        if weight.grad is None:
            fail(f"no gradient reaches {name}, the weights of {layer}: the layer isn't used. Use it or take it out.")
        if not weight.grad.any():
            fail(
                f"the gradient of {name}, the weights of {layer}, is 0 everywhere: the layer is dead, since what comes "
                "after it lets nothing through. Look at the activations after it, and at how the weights begin."
            )
    return torch.zeros_like(inputs) if inputs.grad is None else inputs.grad


def with_last_layer_times(factor: float, network: nn.Module, inputs: torch.Tensor) -> nn.Module:
    """A copy of ``network`` in which the weights of the layer that ``inputs`` come to last are times ``factor``."""
    network, used = copied(network), []
    for layer in network.modules():
        if list(layer.parameters(recurse=False)):
            layer.register_forward_hook(lambda layer, given, out: used.append(layer))
    with torch.no_grad():
        network(inputs)
        for weight in used[-1].parameters(recurse=False) if used else ():
            weight.mul_(factor)
    return network


class Passage(NamedTuple):
    """A linear layer at work: the layer, what went in and what came out."""

    layer: nn.Linear
    inputs: torch.Tensor
    outputs: torch.Tensor


def passages(network: nn.Module, inputs: torch.Tensor) -> list[Passage]:
    """The linear layers of ``network`` in the order in which ``inputs`` go through them."""
    network, seen = copied(network), []
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
) -> None:
    """Linear layers of these widths come one after the other, with LeakyReLU(0.2), and dropout, between them."""
    if is_one_layer(network, inputs):
        fail(
            "there is no activation between the Linear layers: together they are one Linear layer. Put "
            "nn.LeakyReLU(0.2) between them."
        )
    chain = passages(network, inputs)
    found = [(passage.layer.in_features, passage.layer.out_features) for passage in chain]
    wanted = list(pairwise(widths))
    if found != wanted:
        _fail_on_widths(found, wanted)
    for number, passage in enumerate(chain, start=1):
        if passage.layer.bias is None:
            fail(f"Linear layer {number} has no bias, a number added to each of its sums: leave bias=False out.")
    if not torch.equal(chain[0].inputs.flatten(1), inputs.flatten(1)):
        fail("the first Linear layer should be given the numbers as they come: here something changes them first.")
    for number, (one, following) in enumerate(pairwise(chain), start=1):
        where = f"between Linear layers {number} and {number + 1}"
        _expect_bend(one.outputs, following.inputs.reshape(one.outputs.shape), where, dropout)


def _expect_bend(given: torch.Tensor, following: torch.Tensor, where: str, dropout: float) -> None:
    """``following`` is what LeakyReLU(0.2), and dropout, make of ``given``."""
    _expect_dropout(dropout, given, following, where)
    if not following[given < 0].any():
        fail(f"{where} stands a plain ReLU, which sends what is negative to 0: use nn.LeakyReLU(0.2).")
    kept = following != 0 if dropout else slice(None)
    given = given[kept]
    compare(
        following[kept] * (1 - dropout),
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
        otherwise=f"the widths are right, but {where} stands something other than the exercise asks for, "
        f"nn.LeakyReLU(0.2){f' and nn.Dropout({dropout})' if dropout else ''}.",
    )


def _fail_on_widths(found: list[tuple[int, int]], wanted: list[tuple[int, int]]) -> None:
    if not found:
        fail("no nn.Linear layer is in use: the exercise asks for a chain of them.")
    yours, asked = ("-".join(map(str, [pairs[0][0], *(out for _, out in pairs)])) for pairs in (found, wanted))
    message = f"the widths are {yours}, and the exercise asks for {asked}: "
    if len(found) != len(wanted):
        fail(f"{message}you have {len(found)} Linear layers instead of {len(wanted)}.")
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
