"""What a saved game must hold beyond what a checkpoint checks: numbers that a step, and a curve, can go on with."""

from __future__ import annotations

import math

import torch
from torch import nn

from ...history import History, Series
from ...training import AdversarialLoop
from .settings import PlaygroundError

NOT_OURS = "That file was not saved by a Playground, or it is damaged."
#: More steps than this nobody has played; floats count whole numbers exactly up to here.
_MOST = 2**53


def check_training(loop: AdversarialLoop) -> None:
    """Raise `PlaygroundError` unless ``loop``, as it was loaded, can go on: its optimizers know its weights."""
    for number in (loop.number, loop.images_seen):
        _demand(type(number) is int and 0 <= number <= _MOST)
    _demand(all(map(_is_rate, loop.rates())))
    for optimizer, network in ((loop.optimizer_d, loop.discriminator), (loop.optimizer_g, loop.generator)):
        (group,) = optimizer.param_groups
        known = _known_to(type(optimizer), {name: group[name] for name in optimizer.defaults})
        _demand(_is_rate(group["lr"]) and {id(weight) for weight in group["params"]} == _ids(network))
        for weight, state in optimizer.state.items():
            _demand(id(weight) in _ids(network) and set(state) == known)
            for value in state.values():
                _demand(isinstance(value, torch.Tensor) and value.shape in (weight.shape, ()))
                _demand(value.is_floating_point())


def check_curves(history: History, divergences: Series) -> None:
    """Raise `PlaygroundError` unless the curves hold steps that were played."""
    numbers = [step.number for step in history]
    _demand(numbers == sorted(set(numbers)) and all(0 < number <= _MOST for number in numbers))
    measured = divergences.column("number").tolist()
    _demand(measured == sorted(set(measured)) and all(0 <= number <= _MOST for number in measured))


def _known_to(kind: type[torch.optim.Optimizer], settings: dict) -> set[str]:
    """What an optimizer with these settings knows of each weight once it has made a step; it refuses wrong ones."""
    network = nn.Linear(1, 1)
    optimizer = kind(network.parameters(), **settings)
    for weight in network.parameters():
        weight.grad = torch.zeros_like(weight)
    optimizer.step()
    return set(optimizer.state[network.weight])


def _ids(network: nn.Module) -> set[int]:
    return {id(weight) for weight in network.parameters()}


def _is_rate(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value < math.inf


def _demand(holds: bool) -> None:
    if not holds:
        raise PlaygroundError(NOT_OURS)
