"""The adversarial loop: it alternates the two updates, and owns its randomness."""

from __future__ import annotations

import copy
import math
import numbers
from collections.abc import Callable, Iterator

import torch
from torch import nn

from .. import fitting, latent, reals, rules
from ..losses import NON_SATURATING, GanLoss
from ..modes import learning, place_of, plain
from ..randomness import RandomStream, seeded
from ..tensors import as_count
from .average import MovingAverage
from .drawing import generate
from .steps import Draw, Step
from .updates import DiscriminatorUpdate, Penalty, adam, update_discriminator, update_generator


class AdversarialLoop(Iterator[Step]):
    """The adversarial loop as an endless iterator: each ``next()`` updates the discriminator, then the generator.

    A step is a row of moves. Who wants to look between them, or to let one player rest, makes them one by one, as
    ``next()`` does::

        move = loop.draw("discriminator")
        seen = loop.play(move)
        generator_loss = loop.play(loop.draw("generator"))
        step = loop.finish(seen, generator_loss)

    The loop owns its randomness. Whatever is drawn inside a step (noise, dropout, a DataLoader's order) comes from a
    stream of its own that starts at ``seed``, so a run repeats whatever else the program draws, and ``state_dict`` /
    ``load_state_dict`` continue it to the bit on the same machine.

    Args:
        generator: noise (N, latent_dim) -> fakes of the shape of a batch.
        discriminator: a batch (N, ...) -> logits (N, 1), or of another shape with one logit for each.
        batches: an iterator of real batches, or any iterable such as a DataLoader, which is then gone through again
            and again. A batch is a tensor, or a tuple (images, labels), whose labels are kept in the `Draw` and change
            nothing here. An iterator with ``state_dict`` and ``load_state_dict`` (`gan_lesson.data.Batches`) is resumed
            where it stood; any other starts afresh.
        loss: see `gan_lesson.losses`.
        optimizer_g, optimizer_d: one optimizer a player; Adam at 2e-4 if not given.
        latent_dim: the length of a noise vector, or the shape of one, such as (100, 1, 1) for the generator of a
            DCGAN; ``generator.latent_dim`` if not given.
        draw_noise: what noise is drawn from, called as ``torch.randn(count, latent_dim, device=...)``, or with each
            number of the shape in latent_dim's place. What it returns may have any shape whose first axis is count.
        seed: where the loop's random stream starts.
        average: if given, the decay of a moving average of the generator, of its weights and of what BatchNorm
            remembers, kept in `averaged`.
        schedule: if given, maps the number of steps done to a factor on both learning rates.
        penalty: if given, added to the discriminator's loss in every ``penalty_every``-th step, times that number so
            that it weighs the same in the long run (Karras et al. 2020, section 3.1). It is no part of the losses of
            a `Step`.
        penalty_every: see ``penalty``.
        reuse_fakes: whether both updates of a step use the same fakes, made once, where each player moves once. Saves
            a pass through the generator.
        update_discriminator, update_generator: the two updates; pass your own to see what they do. When a penalty is
            due, the first is called with ``penalty=...``, a function of discriminator, reals and fakes. With
            ``reuse_fakes`` both are called with ``fake=...``.
        settings: what `gan_lesson.checkpoints` should note about how this loop was made (JSON values).

    Between two steps, `loss`, `set_rates` and the number of updates of each player in a step (`updates_d`, `updates_g`:
    1 at first; 0 lets a player rest, and its losses are measured all the same) may be changed.

    Before the first step both networks are tried on its batch, in evaluation mode. A discriminator that ends in a
    Sigmoid, and reals and fakes that differ in range, are told of by a warning.

    Raises:
        TypeError, ValueError: when a network, an optimizer or the first batch doesn't fit the others.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        batches,
        *,
        loss: GanLoss = NON_SATURATING,
        optimizer_g: torch.optim.Optimizer | None = None,
        optimizer_d: torch.optim.Optimizer | None = None,
        latent_dim: int | None = None,
        draw_noise: Callable[..., torch.Tensor] = torch.randn,
        seed: int = 0,
        average: float | None = None,
        schedule: Callable[[int], float] | None = None,
        penalty: Penalty | None = None,
        penalty_every: int = 1,
        reuse_fakes: bool = False,
        update_discriminator: Callable = update_discriminator,
        update_generator: Callable = update_generator,
        settings: dict | None = None,
    ):
        penalty_every = as_count(penalty_every, "penalty_every")
        if schedule is not None:
            rules.check_function(schedule, "schedule(steps_done)", "steps_done")
        if penalty is not None:
            rules.check_function(penalty, "penalty(discriminator, real, fake)", "discriminator", "real", "fake")
        fitting.check_networks(generator, discriminator)
        self.latent_dim = fitting.latent_dim_of(generator, latent_dim)
        self.generator, self.discriminator, self.batches = generator, discriminator, batches
        self._stream = reals.endless(batches)
        self.loss = loss
        self.optimizer_g = optimizer_g or adam(generator, 2e-4)
        self.optimizer_d = optimizer_d or adam(discriminator, 2e-4)
        fitting.check_optimizer(self.optimizer_g, generator, "optimizer_g", "generator")
        fitting.check_optimizer(self.optimizer_d, discriminator, "optimizer_d", "discriminator")
        shape = self.latent_dim if isinstance(self.latent_dim, tuple) else ("latent_dim",)
        rules.check_function(draw_noise, "draw_noise(count, *shape, device=...)", "count", *shape, device=True)
        self.draw_noise = draw_noise
        self._place = place_of(generator)
        self.device = self._place["device"]
        self.average, self.schedule, self.reuse_fakes = average, schedule, reuse_fakes
        self.penalty, self.penalty_every = penalty, penalty_every
        self._average = MovingAverage(generator, average) if average is not None else None
        self.update_discriminator, self.update_generator = update_discriminator, update_generator
        self.updates_d = self.updates_g = 1
        self.settings = dict(settings or {})
        self.number = 0
        self.images_seen = 0
        self.real: torch.Tensor | None = None  # the last batch of reals, for whoever watches
        self._rates = [[group["lr"] for group in o.param_groups] for o in (self.optimizer_d, self.optimizer_g)]
        self._random = RandomStream(seed, self.device)
        self._made: tuple[Draw, torch.Tensor] | None = None  # fakes that are to serve again, and for which move

    @property
    def loss(self) -> GanLoss:
        """What each player wants."""
        return self._loss

    @loss.setter
    def loss(self, loss: GanLoss) -> None:
        if not isinstance(loss, GanLoss):
            raise TypeError(
                "loss must be a GanLoss, such as gan_lesson.losses.get('hinge'), or one of your own, "
                f"GanLoss(name, real=..., fake=..., generator=...); got {loss!r}"
            )
        self._loss = loss

    @property
    def averaged(self) -> nn.Module | None:
        """The moving average of the generator, if one is kept."""
        return self._average.network if self._average is not None else None

    @property
    def best_generator(self) -> nn.Module:
        """The generator to take pictures from: the moving average where there is one, else the generator itself."""
        return self.averaged if self.averaged is not None else self.generator

    def __next__(self) -> Step:
        return self.step(self.updates_d, self.updates_g)

    def step(self, updates_d: int, updates_g: int) -> Step:
        """One step in which the players move so many times, whatever `updates_d` and `updates_g` are; 0 is a rest."""
        if updates_d:
            fitting.check_learns(self.discriminator, "discriminator")
        if updates_g:
            fitting.check_learns(self.generator, "generator")
        updates_d, updates_g = as_count(updates_d, "updates_d", least=0), as_count(updates_g, "updates_g", least=0)
        reuse = self.reuse_fakes and updates_d == updates_g == 1
        for _ in range(max(1, updates_d)):
            move = self.draw("discriminator")
            seen = self.play(move, learn=updates_d > 0)
        for _ in range(max(1, updates_g)):
            generator_loss = self.play(self.draw("generator", reuse=move if reuse else None), learn=updates_g > 0)
        return self.finish(seen, generator_loss)

    def draw(self, player: str, *, reuse: Draw | None = None) -> Draw:
        """Draw a move of ``player``, "discriminator" or "generator", without making it.

        For the discriminator a fresh batch of reals and as much noise; for the generator as much noise as there were
        reals in the last batch, or, with ``reuse``, the fakes of that move of the discriminator.

        Raises:
            ValueError, TypeError: there is no such player, or the batch doesn't fit; no weight was changed.
        """
        if player not in ("discriminator", "generator"):
            raise ValueError(f'the players are "discriminator" and "generator", got {player!r}')
        if player == "generator" and self.real is None:
            raise ValueError("the discriminator moves first: as many fakes are made as there are reals in its batch")
        real = labels = None
        with learning(), self._random:
            if player == "discriminator":
                real, labels = reals.unpack(next(self._stream), **self._place)
                self._check_shape(real)
            count = len(self.real if real is None else real)
            noise = reuse.noise if reuse else fitting.draw(self.draw_noise, count, self.latent_dim, self._place)
            if self.real is None:
                self._check_first_batch(real, noise)
        self.real = self.real if real is None else real
        return Draw(player, noise, self._random.state_dict(), real, labels, reuse)

    def play(self, move: Draw, *, learn: bool = True) -> DiscriminatorUpdate | torch.Tensor:
        """Make a move: the update of its player, once. Made again from the same state, it gives the same, to the bit.

        Where ``learn`` is False, the player rests: what the update would have seen is measured, and nobody learns.

        Returns:
            What the update saw: a `DiscriminatorUpdate`, or the generator's loss, a scalar tensor.
        """
        for network in (self.generator, self.discriminator):
            if not all(layer.training for layer in network.modules()):
                network.train()  # it sets an attribute of every layer: too much to do twice a step for nothing
        if self.schedule is not None:
            self._set_rates(rules.factor(self.schedule(self.number)))
        self._random.load_state_dict(move.random)
        with learning(), fitting.telling_of_single_reals(), self._random:
            if move.player == "generator":
                return rules.one_number(self._teach_generator(move)) if learn else self._measure_generator(move)
            seen = rules.four_numbers(self._teach_discriminator(move)) if learn else self._measure_discriminator(move)
        self.images_seen += len(move.real)
        return DiscriminatorUpdate(*seen)

    def finish(self, seen: DiscriminatorUpdate, generator_loss: torch.Tensor) -> Step:
        """End a step after its moves: average the generator, count the step, and note what the last moves saw.

        Raises:
            FloatingPointError: a loss is no longer a number.
        """
        if self._average is not None:
            self._average.update(self.generator)
        self.number += 1
        real_loss, fake_loss, real_score, fake_score, generator_loss = torch.stack([*seen, generator_loss]).tolist()
        if not math.isfinite(real_loss + fake_loss + generator_loss):
            raise FloatingPointError(
                f"step {self.number}: a loss is no longer a number (discriminator {real_loss + fake_loss:g}, generator "
                f"{generator_loss:g}). Training has blown up: go back to a checkpoint and try a lower learning rate."
            )
        losses = real_loss + fake_loss, real_loss, fake_loss, generator_loss
        return Step(self.number, *losses, real_score, fake_score, self.images_seen)

    def sample(self, noise: torch.Tensor) -> torch.Tensor:
        """What `best_generator` makes of ``noise`` (N, latent_dim) now, without touching the training."""
        return generate(self.best_generator, noise)

    def same_noise(self, count: int, seed: int = 0) -> torch.Tensor:
        """Noise (count, ...) as this loop draws it, for whoever watches: each time the same, and no stream moves."""
        if self.draw_noise is torch.randn:  # the same on every device, too
            return latent.sample(count, self.latent_dim, seed=seed)
        with seeded(seed, self.device):
            return fitting.draw(self.draw_noise, count, self.latent_dim, self._place)

    def rates(self) -> tuple[float, float]:
        """The learning rates of discriminator and generator, before the schedule's factor."""
        return self._rates[0][0], self._rates[1][0]

    def set_rates(self, discriminator: float | None = None, generator: float | None = None) -> None:
        """Change the learning rate of either player, or of both; a schedule's factor goes on multiplying it."""
        for player, rate in enumerate((discriminator, generator)):
            if rate is None:
                continue
            if not (isinstance(rate, numbers.Real) and 0 <= rate < math.inf):
                raise ValueError(f"a learning rate is a number from 0 up, got {rate!r}")
            self._rates[player] = [rate] * len(self._rates[player])
        self._set_rates(1.0)

    def reseed(self, seed: int) -> None:
        """Begin the loop's random stream afresh at ``seed``."""
        self._random = RandomStream(seed, self.device)

    def state_dict(self) -> dict:
        """A copy of all that the next step depends on: networks, optimizers, average, number, random state, batches."""
        state = {
            "generator": plain(self.generator).state_dict(),
            "discriminator": plain(self.discriminator).state_dict(),
            "averaged": self.averaged.state_dict() if self.averaged is not None else {},
            "optimizer_g": self.optimizer_g.state_dict(),
            "optimizer_d": self.optimizer_d.state_dict(),
            "rates": self._rates,
            "number": self.number,
            "images_seen": self.images_seen,
            "random": self._random.state_dict(),
            "batches": self.batches.state_dict() if hasattr(self.batches, "state_dict") else {},
        }
        return copy.deepcopy(state)  # PyTorch hands out the living tensors, which the next step would change

    def load_state_dict(self, state: dict) -> None:
        """Go back to the moment at which ``state_dict`` was called on a loop made in the same way."""
        if bool(state["averaged"]) != (self.averaged is not None):
            raise ValueError("one of the two loops keeps a moving average of the generator and the other does not")
        plain(self.generator).load_state_dict(state["generator"])
        plain(self.discriminator).load_state_dict(state["discriminator"])
        if self.averaged is not None:
            self.averaged.load_state_dict(state["averaged"])
        for name, optimizer in (("optimizer_g", self.optimizer_g), ("optimizer_d", self.optimizer_d)):
            optimizer.load_state_dict(copy.deepcopy(state[name]))  # or its next step would change what was saved
            if any(set(optimizer.defaults) - set(group) for group in optimizer.param_groups):  # PyTorch doesn't check
                raise ValueError(f"{name} was saved as another kind of optimizer than {type(optimizer).__name__}")
        self._rates = copy.deepcopy(state["rates"])
        self.number, self.images_seen = state["number"], state["images_seen"]
        self._random.load_state_dict(state["random"])
        self._made = None  # by other weights
        if state["batches"] and hasattr(self.batches, "load_state_dict"):
            self.batches.load_state_dict(state["batches"])

    def _check_shape(self, real: torch.Tensor) -> None:
        if self.real is None or self.update_discriminator is not update_discriminator:
            return
        if real.shape[1:] != self.real.shape[1:]:
            raise ValueError(
                f"a real of this batch has shape {tuple(real.shape[1:])}, those before "
                f"{tuple(self.real.shape[1:])}: bring all to one shape; no weight was changed"
            )

    def _check_first_batch(self, real: torch.Tensor, noise: torch.Tensor) -> None:
        # two updates of the user's own may call the discriminator as they like
        ours = self.update_discriminator is update_discriminator or self.update_generator is update_generator
        networks = self.generator, self.discriminator if ours else None
        together = self.update_discriminator is update_discriminator
        fitting.check_first_batch(*networks, real, noise, together=together)
        if ours:
            rules.try_loss(self.loss, fitting.try_discriminator(self.discriminator, real, warn=False))
        fitting.check_last_batch(self.batches, *networks, noise)

    def _teach_discriminator(self, move: Draw) -> DiscriminatorUpdate:
        due = self.penalty is not None and self.number % self.penalty_every == 0
        options = {"penalty": self._scaled_penalty} if due else {}
        if self.reuse_fakes:
            options["fake"] = self.generator(move.noise)
            self._made = move, options["fake"]
        return self.update_discriminator(
            self.generator, self.discriminator, self.optimizer_d, move.real, move.noise, self.loss, **options
        )

    def _scaled_penalty(self, *arguments) -> torch.Tensor:
        return self.penalty_every * rules.penalised(self.penalty(*arguments))

    def _teach_generator(self, move: Draw) -> torch.Tensor:
        options = {"fake": self._made_for(move.reuse)} if move.reuse is not None else {}
        self._made = None  # a way back to the generator can be gone once
        return self.update_generator(
            self.generator, self.discriminator, self.optimizer_g, move.noise, self.loss, **options
        )

    def _made_for(self, move: Draw) -> torch.Tensor:
        """The fakes of a move of the discriminator, with their way back to the generator."""
        if self._made is not None and self._made[0] is move:
            return self._made[1]
        # made once more, where only the generator's move is replayed: BatchNorm remembers them from the first time
        memory = {name: value.clone() for name, value in self.generator.named_buffers()}
        stream = RandomStream(0, self.device)
        stream.load_state_dict(move.random)
        with stream:
            return torch.func.functional_call(self.generator, memory, (move.noise,))

    @torch.no_grad()
    def _measure_discriminator(self, move: Draw) -> DiscriminatorUpdate:
        real_logits = self.discriminator(move.real)
        fake_logits = self.discriminator(self.generator(move.noise))
        return DiscriminatorUpdate(
            self.loss.real(real_logits),
            self.loss.fake(fake_logits),
            real_logits.sigmoid().mean(),
            fake_logits.sigmoid().mean(),
        )

    @torch.no_grad()
    def _measure_generator(self, move: Draw) -> torch.Tensor:
        return self.loss.generator(self.discriminator(self.generator(move.noise)))

    def _set_rates(self, factor: float) -> None:
        for optimizer, rates in zip((self.optimizer_d, self.optimizer_g), self._rates, strict=True):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * factor
