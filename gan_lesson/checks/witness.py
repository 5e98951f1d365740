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
#: What `Witness.shown_in` says of a row that shows a fake, and of one that shows nothing known.
FAKE, UNKNOWN = -1, -2


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
    backward: int


class Move(NamedTuple):
    """A step of an optimizer: whose weights it holds, and those of both players after it.

    ``backwards`` are the backward passes that brought the gradients it follows, without those of earlier moves.
    """

    optimizer: torch.optim.Optimizer
    holds: tuple[str, ...]
    weights: dict[str, torch.Tensor]
    backwards: frozenset[int]


class Taken(NamedTuple):
    """A batch of reals was handed out."""

    real: torch.Tensor


class Witness:
    """Within it, all that happens to the two networks is noted in ``events``, and steps of any optimizer.

    Args:
        spent: whether gradients are wiped out as soon as a step was made with any of their backward pass, so that none
            is used twice, and none by the other player.
    """

    def __init__(self, generator: nn.Module, discriminator: nn.Module, spent: bool = False):
        self.networks = dict(zip(PLAYERS, (generator, discriminator), strict=True))
        self.events: list[Passage | Wish | Move | Taken] = []
        self._spent = spent
        self._used: set[int] = set()
        self._brought: dict[str, set[int]] = {player: set() for player in PLAYERS}  # to the gradients as they are now

    def __enter__(self) -> Witness:
        self._hooks = [register_optimizer_step_post_hook(self._note_move)]
        for player, network in self.networks.items():
            note = functools.partial(self._note_passage, player)
            self._hooks.append(network.register_forward_hook(note, with_kwargs=True))
            for weight in network.parameters():
                self._hooks.append(weight.register_hook(functools.partial(self._note_arrival, player, weight)))
        return self

    def __exit__(self, *_) -> None:
        for hook in self._hooks:
            hook.remove()

    def handed_out(self, batches):
        """The ``batches``, one by one; each is noted as it is taken."""
        for real in batches:
            self.events.append(Taken(real))
            yield real.clone()

    def wipe(self, *players: str) -> None:
        """Take away the gradients of these players."""
        for player in players:
            self.networks[player].zero_grad(set_to_none=True)
            self._brought[player].clear()

    def all(self, kind: type) -> list:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def behind(self, move: Move) -> list[Wish]:
        """The wishes that ``move`` follows."""
        return [wish for wish in self.all(Wish) if wish.backward in move.backwards]

    def before(self, move: Move) -> list:
        """The events before ``move``."""
        return self.events[: next(number for number, event in enumerate(self.events) if event is move)]

    def since_the_last(self, move: Move) -> list[Wish]:
        """The wishes between ``move`` and the one before it, whether it follows them or not."""
        found: list[Wish] = []
        for event in self.before(move):
            if isinstance(event, Move):
                found = []
            elif isinstance(event, Wish):
                found.append(event)
        return found

    def shown_in(self, rows: torch.Tensor) -> torch.Tensor:
        """Which picture each of ``rows`` (N, values) shows: the number of a real as handed out, `FAKE` or `UNKNOWN`.

        It is the nearest, since noise may lie over it. A real in another range, half as bright say, is none.
        """
        reals = torch.cat([taken.real.flatten(1) for taken in self.all(Taken)])
        fakes = [event.made.flatten(1) for event in self.all(Passage) if event.player == "generator"]
        pictures = torch.cat([reals, *(fake[fake.isfinite().all(dim=1)] for fake in fakes)])
        if rows.shape[1:] != pictures.shape[1:]:
            return torch.full((len(rows),), UNKNOWN)
        numbers = torch.cdist(rows, pictures).argmin(dim=1)
        nearest = pictures[numbers]
        brightness = (rows * nearest).sum(dim=1) / nearest.square().sum(dim=1)
        numbers[(numbers < len(reals)) & ((brightness - 1).abs() > 0.4)] = UNKNOWN
        numbers[numbers >= len(reals)] = FAKE
        return numbers

    def _note_passage(self, player: str, network: nn.Module, seen: tuple, by_name: dict, made) -> None:
        seen = (*seen, *by_name.values())
        if len(seen) != 1 or not all(isinstance(one, torch.Tensor) for one in (seen[0], made)):
            return
        rows = seen[0].detach().flatten(1) if seen[0].ndim > 1 else seen[0].detach()[None]
        event = Passage(player, rows.clone(), made.detach().clone(), network.training)
        self.events.append(event)
        if made.requires_grad:
            made.register_hook(
                lambda gradient: self.events.append(Wish(*event[:3], gradient.detach().clone(), _backward()))
            )

    def _note_arrival(self, player: str, weight: nn.Parameter, _: torch.Tensor) -> None:
        brought = self._brought[player]
        if _backward() in brought:
            return
        if weight.grad is None or not weight.grad.any():  # cleared: what was brought before is gone
            brought.clear()
        brought.add(_backward())

    def _note_move(self, optimizer: torch.optim.Optimizer, *_) -> None:
        held = {id(weight) for group in optimizer.param_groups for weight in group["params"]}
        holds = [name for name in PLAYERS if any(id(weight) in held for weight in self.networks[name].parameters())]
        weights = {name: flat(network) for name, network in self.networks.items()}
        backwards = frozenset().union(*(self._brought[name] for name in holds)) - self._used
        self.events.append(Move(optimizer, tuple(holds), weights, backwards))
        self._used |= backwards
        if self._spent:
            self.wipe(*(name for name in PLAYERS if name in holds or self._brought[name] & backwards))


def _backward() -> int:
    """The number of the backward pass that goes on now, also within `torch.autograd.grad`."""
    return torch._C._current_graph_task_id()  # as torch.autograd.graph asks for it; there is no public name
