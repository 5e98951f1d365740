"""The stage on which a learner's code plays: networks that note what they see and make, and whose optimizer steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from .exercise import fail
from .networks import flat

#: What to say where a step agrees with one on the gradients of before, added to the new ones.
NOT_CLEARED = (
    "old gradients were still there and were added to the new ones: call optimizer.zero_grad() before backward()."
)

_CLEARED_BEHIND = (
    "zero_grad() after step() clears for the next step, and in a loop of your own that works. But whoever calls your "
    "function may bring old gradients, as here: they were added to the new ones. Call it before backward()."
)


class Event(NamedTuple):
    """A player's network at work, with copies of what it saw and made; without them, a step of its optimizer."""

    player: str
    seen: torch.Tensor | None = None
    made: torch.Tensor | None = None


class Player:
    """A network with an optimizer, and with gradients that an earlier backward pass left behind.

    Args:
        name: "generator", say.
        network: how it begins.
        events: where it notes what it does, among what the others on the stage do.
    """

    def __init__(self, name: str, network: nn.Module, events: list[Event]):
        self.name, self.network = name, network
        self._rate = 0.1
        self.optimizer = torch.optim.SGD(network.parameters(), lr=self._rate)
        self.reached = False  # whether a backward pass came to its weights
        self._before, self._events = flat(network), events
        for weight in network.parameters():
            weight.grad = torch.full_like(weight, 0.25)
            weight.register_post_accumulate_grad_hook(self._note_gradient)
        network.register_forward_hook(self._note_passage, with_kwargs=True)
        self.optimizer.register_step_post_hook(self._note_step)

    @property
    def seen(self) -> list[torch.Tensor]:
        """What went into the network, each time."""
        return [event.seen for event in self._own_events() if event.seen is not None]

    @property
    def made(self) -> list[torch.Tensor]:
        """What came out of it, each time."""
        return [event.made for event in self._own_events() if event.made is not None]

    @property
    def moved(self) -> bool:
        """Whether the weights are others than in the beginning."""
        return not torch.equal(flat(self.network), self._before)

    @property
    def not_cleared(self) -> str:
        """What to say where the step was made with the gradients of before, too."""
        left = any(weight.grad is not None and weight.grad.any() for weight in self.network.parameters())
        return NOT_CLEARED if left else _CLEARED_BEHIND

    def after_step(self, loss: Callable[[], torch.Tensor], clear: bool = True, steps: int = 1) -> torch.Tensor:
        """The weights after steps of the optimizer on ``loss()``, with old gradients added to it unless ``clear``."""
        for _ in range(steps):
            if clear:
                self.optimizer.zero_grad()
            loss().backward()
            self.optimizer.step()
        return flat(self.network)

    def expect_left_as_it_was(self) -> None:
        """All that isn't the weights: what the next step needs is as it was before this one."""
        if not all(layer.training for layer in self.network.modules()):
            fail(
                f"the {self.name} was left in evaluation mode: from then on its dropout drops nothing. A step leaves "
                "the mode as it was."
            )
        if not all(weight.requires_grad for weight in self.network.parameters()):
            fail(f"weights of the {self.name} were left frozen, requires_grad=False: they would never learn again.")
        if any(group["lr"] != self._rate for group in self.optimizer.param_groups):
            fail(f"the learning rate of the {self.name}'s optimizer has changed: leave it as it was.")

    def expect_step(self) -> None:
        """Its optimizer made a step that moved the weights."""
        if all(event.seen is not None for event in self._own_events()):
            if self.moved:
                fail("the weights moved, but not by the optimizer that your function is given: call optimizer.step().")
            fail(
                "the gradients are there, but no weight moved: call optimizer.step() after backward(), with its "
                "brackets."
            )
        if not self.moved:
            if any(weight.grad is not None and weight.grad.any() for weight in self.network.parameters()):
                fail("the step came before there were gradients: call optimizer.step() after backward().")
            fail(
                "the gradients were gone when the optimizer made its step: call zero_grad() before backward(), not "
                "after it."
            )

    def _own_events(self) -> list[Event]:
        return [event for event in self._events if event.player == self.name]

    def _note_gradient(self, _: torch.Tensor) -> None:
        self.reached = True

    def _note_passage(self, _: nn.Module, seen: tuple, by_name: dict, made: torch.Tensor) -> None:
        (seen,) = (*seen, *by_name.values())
        self._events.append(Event(self.name, seen.detach().clone(), made.detach().clone()))

    def _note_step(self, *_) -> None:
        self._events.append(Event(self.name))


class Pair:
    """A generator and a discriminator on one stage, with what both do, in its order, as ``events``."""

    def __init__(self, generator: nn.Module, discriminator: nn.Module):
        self.events: list[Event] = []
        self.networks = generator, discriminator
        self.generator = Player("generator", generator, self.events)
        self.discriminator = Player("discriminator", discriminator, self.events)

    @property
    def turns(self) -> str:
        """Who took a step, in order: d for the discriminator, g for the generator."""
        return "".join(event.player[0] for event in self.events if event.seen is None)
