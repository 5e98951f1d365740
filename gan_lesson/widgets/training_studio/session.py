"""A loop in training, slice by slice, and what is seen of it meanwhile."""

from __future__ import annotations

import math
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from ... import data, fitting, losses
from ...history import History
from ...interruption import StopButton, Stopped
from ...threads import Threads
from ...training import AdversarialLoop, gradient_norm

#: What looking costs stays below this share of the time.
SHARE = 0.05


@dataclass
class _Seen:
    """What is remembered of a loop, whichever studio is around it."""

    history: History
    noise: torch.Tensor  # what the samples are made of
    own_loss: losses.GanLoss  # the one that the loop came with


#: A cell that is run again puts a new studio around the same loop and shows what the earlier one saw. The loop, which
#: knows of no studio, is all that the two have in common, and what was seen goes when the loop goes.
_SEEN: weakref.WeakKeyDictionary[AdversarialLoop, _Seen] = weakref.WeakKeyDictionary()


def _seen_of(loop: AdversarialLoop) -> _Seen:
    if loop not in _SEEN:
        noise = loop.same_noise(256)
        samples = fitting.try_to_show(loop.best_generator, noise[:2], "the studio")
        history = History(extra=("seconds", "norm_d", "norm_g"))
        _SEEN[loop] = _Seen(history, noise[:36] if samples.ndim == 4 else noise, loop.loss)
    return _SEEN[loop]


class Look:
    """Something to look at that takes time to make: due every so many seconds, or so seldom that it costs `SHARE`."""

    def __init__(self, every: float):
        self.every, self._made, self._took = every, -math.inf, 0.0

    def is_due(self) -> bool:
        return time.perf_counter() - self._made > max(self.every, self._took / SHARE)

    @contextmanager
    def being_made(self) -> Iterator[None]:
        """Inside the block it is made."""
        start = time.perf_counter()
        yield
        self._made = time.perf_counter()
        self._took = self._made - start


class Session:
    """A loop and what is seen of it. The next session of the same loop goes on where this one stands.

    Args:
        loop: on images (N, C, H, W), grey (C = 1) or in colour (C = 3), or on points (N, 2).

    Attributes:
        history: the steps so far, each with ``seconds`` of training and the norms of both players' gradients, and
            samples: uint8 (36, H, W) in grey or (36, 3, H, W) in colour, or points (256, 2).

    Raises:
        TypeError: it is no loop.
        BadInput: it is no such loop.
    """

    def __init__(self, loop: AdversarialLoop):
        if not isinstance(loop, AdversarialLoop):
            raise TypeError(
                f"the studio needs an AdversarialLoop, for example recipes.get('article').loop(); got {loop!r}"
            )
        self.loop = loop
        self._seen = _seen_of(loop)
        self._threads = Threads()
        self.history = self._seen.history

    @property
    def own_loss(self) -> losses.GanLoss:
        """The loss that the loop came with, or was last given in code."""
        return self._seen.own_loss

    def follow(self) -> None:
        """Take in that the learner may have put the loop back, or changed its loss, in another cell."""
        if self.history.number > self.loop.number:
            self.history.cut(self.loop.number)
        if self.loop.loss not in losses.LOSSES.values():
            self._seen.own_loss = self.loop.loss

    def train(self, until: float, at_least: int) -> None:
        """Do ``at_least`` so many steps, and more while they fit before ``until``, a time of `time.perf_counter`."""
        steps_a_second, _ = self.history.rates()
        longest = 1 / steps_a_second if steps_a_second else 0.0
        while at_least > 0 or time.perf_counter() + longest <= until:
            longest = max(longest, self.step())
            at_least -= 1

    def step(self) -> float:
        """One step; how many seconds it took.

        Raises:
            FloatingPointError: a loss is no longer a number.
            EOFError: there is no batch left.
            Stopped: the stop button was pressed meanwhile; the step is whole.
        """
        with StopButton() as stop:
            seconds = self._step()
        if stop.pressed:
            raise Stopped(f"after step {self.loop.number}, which is whole")
        return seconds

    def _step(self) -> float:
        with self._measured_gradients() as norms:
            start = time.perf_counter()
            try:
                with self._threads:
                    step = next(self.loop)
            except StopIteration:
                raise EOFError(
                    f"The batches ended after step {self.loop.number}. Make the loop with batches that can be gone "
                    "through again, such as a list or a DataLoader, instead of an iterator."
                ) from None
            seconds = time.perf_counter() - start
        self.history.append(step, seconds=self.history.last("seconds") + seconds, **norms)
        return seconds

    def samples(self) -> torch.Tensor:
        """What the generator makes now, always of the same noise: (36, C, H, W) or (256, 2)."""
        return self.loop.sample(self._seen.noise).cpu()

    def keep_samples(self) -> None:
        """Note the samples of now in the history."""
        samples = self.samples()
        self.history.add_samples(
            self.loop.number, (data.to_pixels(samples.squeeze(1)) if samples.ndim == 4 else samples.float()).numpy()
        )

    @contextmanager
    def _measured_gradients(self) -> Iterator[dict[str, float]]:
        """The norm of each player's gradient when its optimizer last used it; NaN where the player rests."""
        norms = {"norm_d": math.nan, "norm_g": math.nan}

        def measure(name: str, network: torch.nn.Module):
            return lambda *_: norms.update({name: gradient_norm(network)})

        hooks = [
            self.loop.optimizer_d.register_step_pre_hook(measure("norm_d", self.loop.discriminator)),
            self.loop.optimizer_g.register_step_pre_hook(measure("norm_g", self.loop.generator)),
        ]
        try:
            yield norms
        finally:
            for hook in hooks:
                hook.remove()
