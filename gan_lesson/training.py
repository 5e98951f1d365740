"""The heart: two updates, each a sentence of the algorithm, and the adversarial loop that alternates them."""

from __future__ import annotations

import copy
import math
import numbers
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import nn

from . import fitting, latent, reals, rules
from .errors import BadInput
from .losses import NON_SATURATING, GanLoss
from .modes import copy_of, frozen, in_evaluation, learning, place_of, plain
from .randomness import RandomStream, States, seeded
from .tensors import as_count, check_tensor

#: A discriminator, reals and as many fakes -> a scalar that the discriminator should keep small.
Penalty = Callable[[nn.Module, torch.Tensor, torch.Tensor], torch.Tensor]


class DiscriminatorUpdate(NamedTuple):
    """What one update of the discriminator saw: scalar tensors."""

    real_loss: torch.Tensor
    fake_loss: torch.Tensor
    real_score: torch.Tensor
    fake_score: torch.Tensor


def update_discriminator(
    generator: nn.Module,
    discriminator: nn.Module,
    optimizer: torch.optim.Optimizer,
    real: torch.Tensor,
    noise: torch.Tensor,
    loss: GanLoss = NON_SATURATING,
    penalty: Penalty | None = None,
    *,
    fake: torch.Tensor | None = None,
) -> DiscriminatorUpdate:
    """Teach the discriminator, once, to tell ``real`` (N, ...) from the fakes made of ``noise`` (N, latent_dim).

    A ``penalty`` such as `gan_lesson.losses.r1_penalty` is added to the loss that it minimises. Where the fakes have
    been made of ``noise`` already, pass them as ``fake``.
    Returns the two parts of its loss and its mean scores D(x) and D(G(z)), as they were before the update.
    """
    fake = generator(noise) if fake is None else fake
    fake = fake.detach()  # no gradient goes into G: this is D's lesson, and stopping here saves the work
    logits = discriminator(torch.cat([real, fake]))
    real_logits, fake_logits = logits.split([len(real), len(fake)])

    real_loss, fake_loss = loss.real(real_logits), loss.fake(fake_logits)
    minimised = real_loss + fake_loss
    if penalty is not None:
        minimised = minimised + penalty(discriminator, real, fake)
    optimizer.zero_grad()
    minimised.backward()
    optimizer.step()
    return DiscriminatorUpdate(
        real_loss.detach(),
        fake_loss.detach(),
        real_logits.detach().sigmoid().mean(),
        fake_logits.detach().sigmoid().mean(),
    )


def update_generator(
    generator: nn.Module,
    discriminator: nn.Module,
    optimizer: torch.optim.Optimizer,
    noise: torch.Tensor,
    loss: GanLoss = NON_SATURATING,
    *,
    fake: torch.Tensor | None = None,
) -> torch.Tensor:
    """Teach the generator, once, to make fakes of ``noise`` (N, latent_dim) that the discriminator takes for real.

    Where the fakes have been made of ``noise`` already, pass them, with their way back to the generator, as ``fake``.
    Returns the generator's loss, a scalar tensor, as it was before the update.
    """
    with frozen(discriminator):  # the gradient flows through D to G; D's own weights need none
        fake = generator(noise) if fake is None else fake
        generator_loss = loss.generator(discriminator(fake))
        optimizer.zero_grad()
        generator_loss.backward()
        optimizer.step()
    return generator_loss.detach()


def adam(network: nn.Module, learning_rate: float, betas: tuple[float, float] = (0.9, 0.999)) -> torch.optim.Adam:
    """Adam for a network's weights, in its fused form where PyTorch has one (3 to 8 times as fast on a CPU)."""
    fused = all(weight.device.type in ("cpu", "cuda") for weight in network.parameters())
    return torch.optim.Adam(network.parameters(), lr=learning_rate, betas=betas, fused=fused)


@dataclass(frozen=True, eq=False)
class Draw:
    """One player's move before it is made: all of it that chance decides, so that it can be made again, to the bit.

    Attributes:
        player: "discriminator" or "generator".
        noise: what the fakes are made of, (N, latent_dim).
        random: the state of the loop's random stream from which dropout goes on.
        real: the reals (N, ...) that the discriminator sees; None for the generator, which never sees any.
        labels: what the batch said of these reals, where it was a tuple (images, labels).
        reuse: the discriminator's move whose very fakes serve again, if they do; see `AdversarialLoop`.
    """

    player: str
    noise: torch.Tensor
    random: States
    real: torch.Tensor | None = None
    labels: Any = None
    reuse: Draw | None = None


@dataclass(frozen=True)
class Step:
    """What one step of the loop saw: losses of both players, and mean scores before the discriminator's update.

    Attributes:
        number: steps done so far, this one included.
        discriminator_loss: the sum of the two parts.
        real_loss: the discriminator's loss on reals.
        fake_loss: the discriminator's loss on fakes.
        generator_loss: the generator's loss against the updated discriminator.
        real_score: mean of D(x) over the reals, 0 to 1.
        fake_score: mean of D(G(z)) over the fakes, 0 to 1.
        images_seen: real images seen so far.
    """

    number: int
    discriminator_loss: float
    real_loss: float
    fake_loss: float
    generator_loss: float
    real_score: float
    fake_score: float
    images_seen: int


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
        if average is not None and not (isinstance(average, (int, float)) and 0 <= average < 1):
            raise ValueError(f"average is the decay of a moving average, from 0 to below 1; got {average}")
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
        self.averaged = copy_of(generator).requires_grad_(False) if average is not None else None
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
        self.generator.train()
        self.discriminator.train()
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
        if self.averaged is not None:
            self._update_average()
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

    @torch.no_grad()
    def _update_average(self) -> None:
        # What BatchNorm remembers of its batches belongs to the weights that made them, so it is averaged with them.
        for mean, value in zip(self.averaged.parameters(), self.generator.parameters(), strict=True):
            mean.lerp_(value, 1 - self.average)
        buffers = zip(self.averaged.named_buffers(), self.generator.buffers(), strict=True)
        for (name, mean), value in buffers:
            if name.endswith(("running_mean", "running_var")):
                mean.lerp_(value, 1 - self.average)
            else:
                mean.copy_(value)


def generate(generator: nn.Module, noise: torch.Tensor) -> torch.Tensor:
    """What ``generator`` makes of ``noise`` (N, latent_dim), any number of them: its answer in evaluation mode.

    Raises:
        TypeError, BadInput: the noise is no tensor, or none that it takes.
    """
    check_tensor(noise, "noise")
    # in parts, or what lies between the layers would take gigabytes for some thousand images
    try:
        return torch.cat([in_evaluation(generator, part) for part in noise.split(500)])
    except RuntimeError as error:
        try:
            in_evaluation(generator, noise[:1])
        except RuntimeError:
            raise BadInput(
                f"the generator can't take noise of shape {tuple(noise.shape)} ({error}). It must take any number of "
                "noise vectors, also where it learned from batches of one size: .view(len(noise), ...) instead of "
                ".view(64, ...)"
            ) from error
        raise  # of one it makes something: what it lacks is memory, say


def gradient_norm(network: nn.Module) -> float:
    """The length of the gradient that the last ``backward()`` left in the weights of ``network``; 0 if none did."""
    lengths = [weight.grad.norm() for weight in network.parameters() if weight.grad is not None]
    return torch.stack(lengths).norm().item() if lengths else 0.0
