"""The exercises of the lesson "The adversarial loop"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

import torch
from torch import nn

from ... import training
from ...checks.engine import AtMost, compare, exercise, fail, flat, passed, run, seeded
from ...losses import LEAST_SQUARES, MINIMAX, NON_SATURATING, GanLoss


@exercise(
    "The cell of step 4 in “The six steps, one by one” has all you need, with other names: images are real here, "
    "optimizer_d is optimizer, and the fakes are still to be made.",
    "First gap: fake = generator(noise).detach(), then discriminator(...) of real and of fake. Second gap: three "
    "calls, optimizer.zero_grad(), backward() and optimizer.step().",
    "In the second gap backward() belongs to the sum: (real_loss + fake_loss).backward(). It stands between "
    "zero_grad() and step().",
)
def check_update_discriminator(update_discriminator: Callable) -> None:
    """The adversarial loop: ``update_discriminator(generator, discriminator, optimizer, real, noise, loss)``."""
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
        "the fakes made of the noise, and the reals those, that your function is given? Are both logits without a "
        "sigmoid?",
    )
    if players.reached("generator"):
        fail(
            "the right weights moved, but gradients were also computed for the generator, for nothing: they cost time, "
            "and would be added to its next ones if it forgot zero_grad. Cut the graph with generator(noise).detach()."
        )
    _expect_given_loss(
        update_discriminator, "discriminator", _discriminator_after(LEAST_SQUARES.discriminator), LEAST_SQUARES
    )
    fresh = _Players()
    right = training.update_discriminator(
        fresh.generator, fresh.discriminator, fresh.optimizer_d, fresh.real, fresh.noise, loss
    )
    _expect_report(seen, right._asdict())
    passed("one step of the discriminator: it learned from reals and fakes, and the generator was left alone.")


@exercise(
    "Look at the cell of steps 5 and 6 in “The six steps, one by one”. There the price is bce with ones; here "
    "loss.generator is that price.",
    "Noise goes into the generator, its fakes go into the discriminator, the logits go into loss.generator. Nothing is "
    "detached. Call the result generator_loss.",
    "generator_loss = loss.generator(discriminator(generator(noise))), then optimizer.zero_grad(), "
    "generator_loss.backward() and optimizer.step().",
)
def check_update_generator(update_generator: Callable) -> None:
    """The adversarial loop: ``update_generator(generator, discriminator, optimizer, noise, loss)``."""
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
    _expect_given_loss(update_generator, "generator", _generator_after(MINIMAX.generator), MINIMAX)
    fresh = _Players()
    right = training.update_generator(fresh.generator, fresh.discriminator, fresh.optimizer_g, fresh.noise, loss)
    _expect_report(seen, {"the generator's loss": right})
    passed("one step of the generator: it learned through the discriminator, whose weights stayed as they were.")


@exercise(
    "Print the shape of next(batches) and the signatures of the two updates: which of their arguments do you have "
    "already, and which must be made anew in each step?",
    "Begin with for _ in range(steps). Inside, take one batch with next(batches), draw noise with "
    "torch.randn(len(real), latent_dim), and call update_discriminator; then draw again, and call update_generator.",
    "The two calls are update_discriminator(generator, discriminator, optimizer_d, real, noise, loss) and "
    "update_generator(generator, discriminator, optimizer_g, noise, loss), with a new noise between them.",
)
def check_train(train: Callable) -> None:
    """The adversarial loop: ``train`` gets both networks, both optimizers, batches, latent_dim, loss and steps."""
    players, batches = _WatchedPlayers(), _EndlessBatches()
    with AtMost(50_000):
        run(
            train,
            players.generator,
            players.discriminator,
            players.optimizer_d,
            players.optimizer_g,
            batches,
            4,
            LEAST_SQUARES,
            _STEPS,
            hint=_train_hint,
        )
    updates = players.updates(batches.taken)
    _expect_turns(updates)
    taught = [update for update in updates if update.real is not None]
    _expect_each_batch([update.real for update in taught], batches.taken)
    _expect_fresh_noise([update.noise for update in updates], len(batches.taken[0]))

    got = torch.cat([flat(players.generator), flat(players.discriminator)])
    compare(
        got,
        right=_trained(updates, batches.taken, LEAST_SQUARES, LEAST_SQUARES),
        mistakes=[
            (_trained(updates, batches.taken, *others), f"{who} another loss than the one that is given: pass loss on.")
            for who, others in [
                ("both updates use", (NON_SATURATING, NON_SATURATING)),
                ("the discriminator's update uses", (NON_SATURATING, LEAST_SQUARES)),
                ("the generator's update uses", (LEAST_SQUARES, NON_SATURATING)),
            ]
        ],
        otherwise="the order, the batches and the noise are right, but the weights aren't where these steps lead. Does "
        "your train call both updates as they are, with the loss that it is given?",
    )
    passed(f"{_STEPS} steps: a new batch in each, the players in turn, and fresh noise for both.")


#: How many steps the learner's ``train`` is asked for.
_STEPS = 4


class _Update(NamedTuple):
    """One step of an optimizer: whose it was, the number of the batch of reals that was seen, and the noise."""

    player: str
    real: int | None
    noise: torch.Tensor | None


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


class _WatchedPlayers(_Players):
    """Players that also note what went into each of them before each step of an optimizer."""

    def __init__(self):
        super().__init__()
        self._seen: list[tuple[str, torch.Tensor | None]] = []
        for player in ("generator", "discriminator"):
            getattr(self, player).register_forward_pre_hook(
                lambda _, inputs, player=player: self._seen.append((f"into {player}", inputs[0].detach().clone()))
            )
        for player, optimizer in (("generator", self.optimizer_g), ("discriminator", self.optimizer_d)):
            optimizer.register_step_post_hook(lambda *_, player=player: self._seen.append((player, None)))

    def updates(self, batches: list[torch.Tensor]) -> list[_Update]:
        """What happened, cut after each step of an optimizer; reals are found by comparison with ``batches``."""
        found, real, noise = [], None, None
        for what, value in self._seen:
            if what == "into generator":
                noise = value
            elif what == "into discriminator":
                real = next((number for number, one in enumerate(batches) if _holds(value, one)), real)
            else:
                found.append(_Update(what, real, noise))
                real = noise = None
        return found


def _holds(images: torch.Tensor, batch: torch.Tensor) -> bool:
    """Whether ``images`` are the batch, or begin or end with it."""
    return torch.equal(images[: len(batch)], batch) or torch.equal(images[-len(batch) :], batch)


class _EndlessBatches(Iterator[torch.Tensor]):
    """Batches of reals (12, 6), each another one. Whoever takes far too many is stopped."""

    MESSAGE = "batches have no end"

    def __init__(self):
        self.taken: list[torch.Tensor] = []

    def __next__(self) -> torch.Tensor:
        if len(self.taken) > 10 * _STEPS:
            raise RuntimeError(f"{self.MESSAGE}, and {len(self.taken)} were taken for {_STEPS} steps")
        self.taken.append(torch.randn(12, 6) + 1)
        return self.taken[-1]


def _expect_turns(updates: list[_Update]) -> None:
    """The discriminator's update and the generator's took turns, as often as they should, each with its optimizer."""
    for update in updates:
        if update.real is not None and update.player == "generator":
            fail(
                "optimizer_g made a step where the discriminator had seen reals: the discriminator's update takes "
                "optimizer_d, which holds its weights."
            )
        if update.real is None and update.player == "discriminator":
            fail(
                "optimizer_d made a step in which the discriminator had seen no reals of batches. The generator's "
                "update takes optimizer_g; the discriminator's takes a batch of reals."
            )
    turns = "".join(update.player[0] for update in updates)
    if turns == "dg" * _STEPS:
        return
    if not turns:
        fail("no optimizer made a step: call update_discriminator and update_generator in a loop.")
    if "g" not in turns:
        fail("the generator never learned: call update_generator after update_discriminator, in each step.")
    if "d" not in turns:
        fail("the discriminator never learned: call update_discriminator before update_generator, in each step.")
    if turns == "gd" * _STEPS:
        fail("the generator goes first: the discriminator's update comes before it, so that it judges as it is then.")
    if turns == "d" * _STEPS + "g" * _STEPS:
        fail(
            "the discriminator made all its updates, and then the generator all of its own: that is no game. Put both "
            "calls into one loop."
        )
    if turns == "dg":
        fail(f"one step was done instead of {_STEPS}: repeat both updates, for _ in range(steps).")
    if turns == "dg" * (len(turns) // 2):
        fail(f"{len(turns) // 2} steps were done instead of {_STEPS}: look at what your loop counts.")
    fail(
        f"asked for {_STEPS} steps, your train made these updates (d for the discriminator, g for the generator): "
        f"{' '.join(turns[:16])}. A step is d, then g."
    )


def _expect_each_batch(used: list[int], taken: list[torch.Tensor]) -> None:
    if used == list(range(_STEPS)):
        return
    if len(set(used)) == 1:
        fail(
            "every step used the same batch: next(batches) belongs inside the loop, so that each step takes a new one."
        )
    fail(
        f"{len(taken)} batches were taken for {_STEPS} steps, and some of them were never shown: call next(batches) "
        "once in each step, and nowhere else."
    )


def _expect_fresh_noise(noises: list[torch.Tensor | None], count: int) -> None:
    """``noises`` are those of all updates, the discriminator's and the generator's in turn."""
    if any(noise is None for noise in noises):
        fail("in some update the generator made no fakes: give both updates noise, and let them make the fakes of it.")
    for noise in noises:
        if len(noise) != count:
            fail(f"noise has {len(noise)} vectors for a batch of {count} reals: draw one for each, len(real).")
    for_d, for_g = noises[0::2], noises[1::2]
    for whose, same in [("both players", noises), ("the discriminator", for_d), ("the generator", for_g)]:
        if all(torch.equal(same[0], noise) for noise in same):
            fail(f"{whose} got the same noise in all steps: it was drawn once. Draw it inside the loop.")
    if any(torch.equal(one, other) for one, other in zip(for_d, for_g, strict=True)):
        fail(
            "both updates of a step got the same noise: in the article's step 5 the generator draws afresh. Draw once "
            "more before update_generator."
        )
    if any(torch.equal(one, other) for one, other in combinations(noises, 2)):
        fail("some noise was used in two steps: draw it anew before each of the two updates.")
    if torch.cat(noises).min() >= 0:
        fail("no number of the noise is negative: it comes from torch.randn, not from torch.rand.")


def _trained(updates: list[_Update], batches: list[torch.Tensor], loss_d: GanLoss, loss_g: GanLoss) -> torch.Tensor:
    """All weights after the same updates, with the same batches and noise, made by the library."""
    players = _Players()
    for player, real, noise in updates:
        pair = players.generator, players.discriminator
        if player == "discriminator":
            training.update_discriminator(*pair, players.optimizer_d, batches[real], noise, loss_d)
        else:
            training.update_generator(*pair, players.optimizer_g, noise, loss_g)
    return torch.cat([flat(players.generator), flat(players.discriminator)])


def _train_hint(error: str) -> str:
    if _EndlessBatches.MESSAGE in error:
        return "A loop over batches alone goes on for ever: loop over range(steps), and take one with next(batches)."
    if AtMost.MESSAGE in error:
        return "Count the steps: for _ in range(steps)."
    if "has no len()" in error or "not subscriptable" in error:
        return "batches are handed out one at a time and never end: next(batches) gives the next one."
    if "_EndlessBatches" in error:
        return "An update takes one batch of reals: real = next(batches)."
    if "positional argument" in error or "attribute 'generator'" in error:
        return "update_discriminator takes real and noise, update_generator only noise: compare with their first lines."
    if "shapes cannot be multiplied" in error:
        return (
            "Something of the wrong shape went into a network: noise is (len(real), latent_dim), and the arguments "
            "begin with generator, discriminator."
        )
    return ""


def _run_update(update: Callable, players: _Players, *arguments, loss: GanLoss = NON_SATURATING):
    return run(update, players.generator, players.discriminator, *arguments, loss, hint=_update_hint)


def _expect_given_loss(update: Callable, player: str, right: torch.Tensor, loss: GanLoss) -> None:
    """The update is right with another loss, too. (Parts of the non-saturating one equal each other.)"""
    players = _Players()
    if player == "generator":
        _run_update(update, players, players.optimizer_g, players.noise, loss=loss)
    else:
        _run_update(update, players, players.optimizer_d, players.real, players.noise, loss=loss)
    part = "loss.generator" if player == "generator" else "loss.real and loss.fake"
    compare(
        flat(getattr(players, player)),
        right=right,
        mistakes=[],
        otherwise=f"with the non-saturating loss the step is right, but with {loss.name} it isn't: take what your "
        f"function is given, {part}, and no other part or formula",
    )


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
