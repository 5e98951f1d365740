"""The exercises of lesson 06."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from .. import training
from ..losses import NON_SATURATING
from .answers import compare, exercise, fail, flat, passed, run, seeded

LESSON = "06_the_adversarial_loop"


@exercise(LESSON)
def check_update_discriminator(update_discriminator: Callable) -> None:
    """Lesson 06: ``update_discriminator(generator, discriminator, optimizer, real, noise, loss)``."""
    players = _Players()
    seen = _run_update(update_discriminator, players, players.optimizer_d, players.real, players.noise)
    _expect_untouched(players, "generator", only="discriminator")
    if not players.reached("discriminator"):
        fail("the discriminator has no new gradients: call .backward() on its loss.")
    _expect_stepped(players, "discriminator", players.optimizer_d)

    loss, after = NON_SATURATING, _discriminator_after
    compare(
        flat(players.discriminator),
        right=after(loss.discriminator),
        mistakes=[
            (after(loss.discriminator, clear=False), _NOT_CLEARED),
            (
                after(lambda real, fake: loss.real(fake) + loss.fake(real)),
                "the labels are swapped: reals should be called real (loss.real), fakes fake (loss.fake).",
            ),
            (
                after(lambda real, fake: loss.real(real)),
                "the discriminator learned from the reals alone: add loss.fake(fake_logits).",
            ),
            (
                after(lambda real, fake: loss.fake(fake)),
                "the discriminator learned from the fakes alone: add loss.real(real_logits).",
            ),
            (
                after(lambda real, fake: loss.real(real) + loss.generator(fake)),
                "the discriminator was taught the generator's wish: its loss on fakes is loss.fake.",
            ),
            (
                after(lambda real, fake: loss.discriminator(real, fake) / 2),
                "the step is half as long as it should be: the loss is the sum of both parts, not their mean.",
            ),
        ],
        otherwise="the discriminator's weights moved, but not to where one step leads on the sum of both losses. Are "
        "the fakes made of the noise, and the reals those, that your function is given?",
    )
    if players.reached("generator"):
        fail(
            "the right weights moved, but gradients were also computed for the generator, for nothing: they cost time, "
            "and would be added to its next ones if it forgot zero_grad. Cut the graph with generator(noise).detach()."
        )
    fresh = _Players()
    right = training.update_discriminator(
        fresh.generator, fresh.discriminator, fresh.optimizer_d, fresh.real, fresh.noise, loss
    )
    _expect_report(seen, right._asdict())
    passed("one step of the discriminator: it learned from reals and fakes, and the generator was left alone.")


@exercise(LESSON)
def check_update_generator(update_generator: Callable) -> None:
    """Lesson 06: ``update_generator(generator, discriminator, optimizer, noise, loss)``."""
    players = _Players()
    seen = _run_update(update_generator, players, players.optimizer_g, players.noise)
    _expect_untouched(players, "discriminator", only="generator")
    if not players.reached("generator"):
        fail(
            "no gradient reached the generator: make its fakes here, from the noise, don't detach them (its gradient "
            "comes through the discriminator), and call .backward() on its loss."
        )
    _expect_stepped(players, "generator", players.optimizer_g)

    loss, after = NON_SATURATING, _generator_after
    compare(
        flat(players.generator),
        right=after(loss.generator),
        mistakes=[
            (after(loss.generator, clear=False), _NOT_CLEARED),
            (
                after(loss.fake),
                "the generator went the wrong way: loss.fake (labels of zeros) asks to be caught. Use loss.generator.",
            ),
            (
                after(lambda logits: -loss.fake(logits)),
                "that is the minimax loss, which is flat where fakes are obvious. Use loss.generator.",
            ),
            (
                after(lambda logits: loss.discriminator(logits, logits)),
                "loss.discriminator is the other player's loss. The generator's is loss.generator.",
            ),
        ],
        otherwise="the generator's weights moved, but not to where one step leads on loss.generator. Are the fakes "
        "made of the noise that your function is given?",
    )
    fresh = _Players()
    right = training.update_generator(fresh.generator, fresh.discriminator, fresh.optimizer_g, fresh.noise, loss)
    _expect_report(seen, {"the generator's loss": right})
    passed("one step of the generator: it learned through the discriminator, whose weights stayed as they were.")


_NOT_CLEARED = (
    "old gradients were still there and were added to the new ones: call optimizer.zero_grad() before backward()."
)

#: What an earlier backward pass left in every ``.grad`` before the learner's update starts.
_STALE = 0.25


class _Players:
    """A generator and a discriminator small enough to move fast, always the same, each with stale gradients.

    They note which weights a backward pass reached and which optimizers made a step.
    """

    def __init__(self):
        with seeded():
            self.generator = nn.Sequential(nn.Linear(4, 8), nn.LeakyReLU(0.2), nn.Linear(8, 6))
            self.discriminator = nn.Sequential(nn.Linear(6, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
            self.real, self.noise = torch.randn(12, 6) + 1, torch.randn(12, 4)
        self.optimizer_g = torch.optim.SGD(self.generator.parameters(), lr=0.1)
        self.optimizer_d = torch.optim.SGD(self.discriminator.parameters(), lr=0.1)
        self._reached, self.stepped = set(), []
        for weight in (*self.generator.parameters(), *self.discriminator.parameters()):
            weight.grad = torch.full_like(weight, _STALE)
            weight.register_post_accumulate_grad_hook(self._reached.add)
        for optimizer in (self.optimizer_g, self.optimizer_d):
            optimizer.register_step_post_hook(lambda done, *_: self.stepped.append(done))

    def reached(self, player: str) -> bool:
        """Whether a backward pass came to the weights of ``player``."""
        return any(weight in self._reached for weight in getattr(self, player).parameters())


def _run_update(update: Callable, players: _Players, *arguments):
    return run(update, players.generator, players.discriminator, *arguments, NON_SATURATING, hint=_update_hint)


def _expect_untouched(players: _Players, other: str, only: str) -> None:
    if _moved(players, other):
        fail(f"the {other}'s weights moved: in this update only the {only}'s optimizer takes a step.")


def _expect_stepped(players: _Players, player: str, optimizer: torch.optim.Optimizer) -> None:
    if optimizer not in players.stepped:
        if _moved(players, player):
            fail("the weights moved, but not by the optimizer that your function is given: call optimizer.step().")
        fail("the gradients are there, but no weight moved: call optimizer.step() after backward().")
    if not _moved(players, player):
        if any(weight.grad is not None and weight.grad.any() for weight in getattr(players, player).parameters()):
            fail("the step came before there were gradients: call optimizer.step() after backward().")
        fail(
            "the gradients were gone when the optimizer made its step: call zero_grad() before backward(), not "
            "after it."
        )


def _discriminator_after(loss: Callable, clear: bool = True) -> torch.Tensor:
    players = _Players()
    if clear:
        players.optimizer_d.zero_grad()
    fake = players.generator(players.noise).detach()
    loss(players.discriminator(players.real), players.discriminator(fake)).backward()
    players.optimizer_d.step()
    return flat(players.discriminator)


def _generator_after(loss: Callable, clear: bool = True) -> torch.Tensor:
    players = _Players()
    if clear:
        players.optimizer_g.zero_grad()
    loss(players.discriminator(players.generator(players.noise))).backward()
    players.optimizer_g.step()
    return flat(players.generator)


def _moved(players: _Players, player: str) -> bool:
    return not torch.equal(flat(getattr(_Players(), player)), flat(getattr(players, player)))


def _update_hint(error: str) -> str:
    if "second time" in error:
        return (
            "The first backward() used up the graph: make fresh fakes from the noise, and call backward() "
            "once, on the whole loss."
        )
    if "inplace operation" in error:
        return (
            "The weights moved between the forward pass and backward(): the order is zero_grad(), backward(), step()."
        )
    if "does not require grad" in error:
        return (
            "The loss has no way back to the weights: don't detach logits or losses before backward(), don't "
            "use no_grad."
        )
    return ""


def _expect_report(value, right: dict[str, torch.Tensor]) -> None:
    """The learner's update returned the scalar tensors that are listed in ``right``."""
    wanted = f"({', '.join(right)})" if len(right) > 1 else next(iter(right))
    if value is None:
        fail(f"all weights moved as they should, but nothing came back: return {wanted}.")
    values = (value,) if len(right) == 1 else value
    if not isinstance(values, tuple) or len(values) != len(right):
        fail(f"all weights moved as they should; now return {wanted}, in this order.")
    for (name, expected), seen in zip(right.items(), values, strict=True):
        if not isinstance(seen, torch.Tensor):
            fail(f"all weights moved as they should; now return {wanted} as tensors: {name} is {type(seen).__name__}.")
        if seen.shape != expected.shape or not torch.allclose(seen, expected, atol=1e-5):
            fail(
                f"all weights moved as they should, but what came back isn't {wanted} before the step: look at {name}."
            )
