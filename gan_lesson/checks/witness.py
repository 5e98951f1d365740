"""A witness of a whole game: what two networks of a learner's own see, make and are told, in its order."""

from __future__ import annotations

import functools
from typing import NamedTuple

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from .networks import flat

#: The networks of a game, by name.
PLAYERS = ("generator", "discriminator")


class Passage(NamedTuple):
    """A network at work: what it saw and made, and whether it was in training mode."""

    player: str
    seen: torch.Tensor
    made: torch.Tensor
    learning: bool


class Wish(NamedTuple):
    """What a backward pass brings to what a network made: which way each number should go, as a gradient."""

    player: str
    seen: torch.Tensor
    made: torch.Tensor
    gradient: torch.Tensor


class Move(NamedTuple):
    """A step of an optimizer: whose weights it holds, and those of both players after it."""

    optimizer: torch.optim.Optimizer
    holds: tuple[str, ...]
    weights: dict[str, torch.Tensor]


class Taken(NamedTuple):
    """A batch of reals was handed out."""

    real: torch.Tensor


class Witness:
    """Within it, all that happens to the two networks is noted in ``events``, and steps of any optimizer.

    Args:
        spent: whether gradients are wiped out as soon as a step was made with any of them, so that none is used twice.
    """

    def __init__(self, generator: nn.Module, discriminator: nn.Module, spent: bool = False):
        self.networks = dict(zip(PLAYERS, (generator, discriminator), strict=True))
        self.events: list[Passage | Wish | Move | Taken] = []
        self._spent = spent

    def __enter__(self) -> Witness:
        self._hooks = [register_optimizer_step_post_hook(self._note_move)]
        for player, network in self.networks.items():
            note = functools.partial(self._note_passage, player)
            self._hooks.append(network.register_forward_hook(note, with_kwargs=True))
        return self

    def __exit__(self, *_) -> None:
        for hook in self._hooks:
            hook.remove()

    def handed_out(self, batches):
        """The ``batches``, one by one; each is noted as it is taken."""
        for real in batches:
            self.events.append(Taken(real))
            yield real.clone()

    def wipe(self) -> None:
        """Take away the gradients of both networks."""
        for network in self.networks.values():
            network.zero_grad(set_to_none=True)

    def all(self, kind: type) -> list:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def before_each_move(self) -> list[tuple[Move, list]]:
        """The moves, each with what happened since the one before it."""
        found, since = [], []
        for event in self.events:
            if isinstance(event, Move):
                found.append((event, since))
                since = []
            else:
                since.append(event)
        return found

    def _note_passage(self, player: str, network: nn.Module, seen: tuple, by_name: dict, made) -> None:
        seen = (*seen, *by_name.values())
        if len(seen) != 1 or not all(isinstance(one, torch.Tensor) for one in (seen[0], made)):
            return
        rows = seen[0].detach().flatten(1) if seen[0].ndim > 1 else seen[0].detach()[None]
        event = Passage(player, rows.clone(), made.detach().clone(), network.training)
        self.events.append(event)
        if made.requires_grad:
            made.register_hook(lambda gradient: self.events.append(Wish(*event[:3], gradient.detach().clone())))

    def _note_move(self, optimizer: torch.optim.Optimizer, *_) -> None:
        held = {id(weight) for group in optimizer.param_groups for weight in group["params"]}
        holds = [name for name in PLAYERS if any(id(weight) in held for weight in self.networks[name].parameters())]
        weights = {name: flat(network) for name, network in self.networks.items()}
        self.events.append(Move(optimizer, tuple(holds), weights))
        if self._spent:
            self.wipe()


def among(rows: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Which of ``rows`` (N, values) are one of ``others`` (M, ...) as well: (N,) truth values."""
    others = others.flatten(1)
    if rows.shape[1:] != others.shape[1:]:
        return torch.zeros(len(rows), dtype=torch.bool)
    return (rows[:, None] == others).all(dim=-1).any(dim=1)
