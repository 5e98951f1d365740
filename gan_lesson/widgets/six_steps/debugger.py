"""One training step taken apart into the article's six steps, each run when it is called for."""

from __future__ import annotations

import itertools
import statistics
import time

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from ... import data, fitting, models, reals
from ...device import usual_defaults
from ...modes import copy_of, in_evaluation, learning
from ...randomness import RandomStream, seeded
from ...shapes import check_pictures
from ...tensors import check_module
from ...training import adam, generate

TITLES = {
    1: "Reals, ones",
    2: "Noise",
    3: "Fakes, zeros",
    4: "D learns",
    5: "Fresh fakes, judged",
    6: "G learns",
}

SAID = {
    0: "Nothing has run yet. Begin with step 1.",
    1: "A batch of real images, and a label of one for each: ones stand for real.",
    2: "Noise: one vector of random numbers for each real image.",
    3: "The generator turns the noise into fakes. Each gets a label of zero: zeros stand for fake.",
    4: "The discriminator pays for what it got wrong, on the fakes and on the reals; its optimizer takes a step.",
    5: "Fresh noise, fresh fakes, and the discriminator, as it now is, judges them.",
    6: "The generator pays for every fake that was not taken for real (labels of ones); its optimizer takes a step.",
}

NEEDS = {
    2: "the batch of step 1, which says how many vectors to draw",
    3: "the noise of step 2",
    4: "the reals and ones of step 1, and the fakes and zeros of step 3",
    5: "the discriminator that step 4 updates",
    6: "the judgement of step 5",
}

WHAT = {
    "real": "real images",
    "ones": "labels: all 1",
    "noise": "input of the generator",
    "fakes": "its images",
    "zeros": "labels: all 0",
    "loss_d": "the discriminator's loss",
    "fresh_noise": "new input of the generator",
    "fresh_fakes": "its new images",
    "judgement": "logits of the new fakes",
    "loss_g": "the generator's loss",
}

#: Which images there are, by the name of their tensor, and what they are called.
IMAGES = {"real": "reals, labels 1", "fakes": "fakes, labels 0", "fresh_fakes": "fresh fakes"}


class Debugger:
    """One training step in six parts, each run when it is called for.

    It works on copies of the two networks, so that yours stay as they are, with an Adam at 2e-4 for each. The lines
    that `lines` shows are the lines that `run` executes.

    Attributes:
        done: the last part that ran, 0 to 6.
        rounds: how often all six have run.
        ran: the lines of the last part.
        facts: what is worth knowing of it.
        detach: whether part 4 cuts the fakes off from the generator.
        names: what the lines work on: both networks, both optimizers and the tensors made so far.
    """

    def __init__(
        self,
        generator: nn.Module | None = None,
        discriminator: nn.Module | None = None,
        batches=None,
        *,
        batch_size: int = 16,
        seed: int = 0,
    ):
        """Take a step of ``generator`` and ``discriminator`` on ``batches`` apart.

        Args:
            generator: noise (N, latent_dim) -> images (N, C, H, W), grey (C = 1) or in colour (C = 3); the
                article's, untrained, if not given.
            discriminator: images -> logits (N, 1); the article's, untrained, if not given.
            batches: an iterable of batches of reals, or of tuples that start with one; MNIST if not given.
            batch_size: images in a batch; longer batches are cut.
            seed: where noise, dropout, and the default networks and batches start.

        Raises:
            TypeError, ValueError: the networks or the batches are no match for images in [-1, 1].
        """
        with usual_defaults(), seeded(seed):
            generator = models.Generator() if generator is None else generator
            discriminator = models.Discriminator() if discriminator is None else discriminator
        check_module(generator, "generator")
        check_module(discriminator, "discriminator")
        if not hasattr(generator, "latent_dim"):
            raise TypeError("the generator has no attribute latent_dim: give it one, the length of a noise vector")
        latent_dim = fitting.latent_dim_of(generator, None)
        self._noise_shape = latent_dim if isinstance(latent_dim, tuple) else (latent_dim,)
        self._generator, self._discriminator = (copy_of(one).cpu().float() for one in (generator, discriminator))
        if batches is None:
            batches = data.mnist_batches(batch_size, seed=seed, device="cpu")
        self._batches = reals.endless(batches)
        self._first_batch = self._take(batch_size)
        check_pictures(self._first_batch)
        with seeded(seed):
            noise = self._noise(len(self._first_batch))
        fitting.check_first_batch(self._generator, self._discriminator, self._first_batch, noise)
        logits = in_evaluation(self._discriminator, self._first_batch)
        if logits.shape != (len(logits), 1):
            raise TypeError(f"the labels have shape (N, 1), and so must the logits have, not {tuple(logits.shape)}")
        self.detach = True
        self._batch_size, self._seed = batch_size, seed
        self.start_over()

    def start_over(self) -> None:
        """Back to before the first part: the first weights, no gradients, the first batch, the first noise."""
        generator, discriminator = copy_of(self._generator).train(), copy_of(self._discriminator).train()
        self.names = {
            "torch": torch,
            "bce": binary_cross_entropy_with_logits,
            "generator": generator,
            "discriminator": discriminator,
            "optimizer_g": adam(generator, 2e-4),
            "optimizer_d": adam(discriminator, 2e-4),
            # (no generator function: an exception would end that for good)
            "batches": itertools.chain([self._first_batch], map(self._take, itertools.repeat(self._batch_size))),
        }
        self.done = self.rounds = 0
        self._random = RandomStream(self._seed)
        self._remember()
        self.ran: list[str] = []
        self.facts: list[str] = []

    @property
    def next(self) -> int:
        """The part whose turn it is; after the sixth the first again, on the next batch."""
        return self.done % 6 + 1

    def lines(self, number: int) -> list[str]:
        """The PyTorch of part ``number``."""
        length = ", ".join(map(str, self._noise_shape))
        fakes = "fakes.detach()" if self.detach else "fakes"
        return {
            1: ["real = next(batches)", "ones = torch.ones(real.size(0), 1)"],
            2: [f"noise = torch.randn(real.size(0), {length})"],
            3: ["fakes = generator(noise)", "zeros = torch.zeros(fakes.size(0), 1)"],
            4: [
                f"loss_d = bce(discriminator({fakes}), zeros) + bce(discriminator(real), ones)",
                "optimizer_d.zero_grad(); loss_d.backward(); optimizer_d.step()",
            ],
            5: [
                f"fresh_noise = torch.randn(real.size(0), {length}); fresh_fakes = generator(fresh_noise)",
                "judgement = discriminator(fresh_fakes)",
            ],
            6: [
                "loss_g = bce(judgement, ones)",
                "optimizer_g.zero_grad(); loss_g.backward(); optimizer_g.step()",
            ],
        }[number]

    def missing(self, number: int) -> str:
        """Why part ``number`` can't run now; empty if it can."""
        if number == self.next:
            return ""
        now = f"It is the turn of step {self.next}, {TITLES[self.next]}."
        if number <= self.done:
            return f"Step {number} has run, and later steps have used what it made. {now} Or start over."
        return f"Step {number} needs {NEEDS[number]}. {now}"

    def run(self, number: int) -> None:
        """Run part ``number``, 1 to 6.

        Raises:
            ValueError: it is not its turn; the message says what it needs.
        """
        if number not in TITLES:
            raise ValueError(f"the steps are numbered 1 to 6, got {number}")
        if self.missing(number):
            raise ValueError(self.missing(number))
        if number == 1:
            for name in WHAT:
                self.names.pop(name, None)
        self._remember()
        seconds = self._measure_detach() if number == 4 else None
        with usual_defaults(), learning(), self._random:
            self.ran = self.lines(number)
            for line in self.ran:
                exec(line, self.names)  # what the learner reads is what runs
        self.done = number
        self.rounds += number == 6
        self.facts = self._facts(seconds)

    def tensors(self) -> dict[str, torch.Tensor]:
        """Every tensor made so far, by name, in the order in which they were made."""
        return {name: self.names[name].detach() for name in WHAT if name in self.names}

    def scores(self, name: str) -> torch.Tensor:
        """The scores (N,) that the discriminator, as it is now, gives the images called ``name``; without dropout."""
        return in_evaluation(self.names["discriminator"], self.names[name].detach()).sigmoid().flatten()

    def layers(self, player: str) -> list[dict]:
        """The layers of the "generator" or the "discriminator" that have weights.

        For each: its ``name``; ``gradient``, the norm of its ``.grad``, None where there is none; whether that
        ``filled`` in the last part; and ``moved``, by how much its weights changed in the last part, on average.
        """
        rows = []
        for place, (name, layer) in enumerate(_layers(self.names[player])):
            weights, norm = list(layer.parameters(recurse=False)), _gradient_norm(layer)
            before, norm_before = self._before[player][place]
            moved = torch.cat([(w.detach() - b).abs().flatten() for w, b in zip(weights, before, strict=True)])
            rows.append(
                {
                    "name": f"{name} {tuple(weights[0].shape)}".replace(",)", ")"),
                    "gradient": norm,
                    "filled": norm is not None and norm != norm_before,
                    "moved": moved.mean().item(),
                }
            )
        return rows

    def _remember(self) -> None:
        """Note weights, gradients and scores as they are before a part runs."""
        self._before = {"generator": [], "discriminator": []}
        for player, rows in self._before.items():
            for _, layer in _layers(self.names[player]):
                weights = [weight.detach().clone() for weight in layer.parameters(recurse=False)]
                rows.append((weights, _gradient_norm(layer)))
        self.scores_before = {name: self.scores(name).mean().item() for name in IMAGES if name in self.names}

    def _facts(self, seconds: tuple[float, float] | None) -> list[str]:
        """What is worth knowing of the part that ran."""
        if self.done == 4:
            said = f"The discriminator's loss was {self.names['loss_d'].item():.3f}."
            if not self.rounds:
                said += " Adam's first step moves a weight by about its learning rate, 0.0002."
            return [said, *self._facts_of_detach(seconds)]
        if self.done == 6:
            again = generate(self.names["generator"], self.names["fresh_noise"])
            after = in_evaluation(self.names["discriminator"], again).sigmoid().mean().item()
            before = self.scores("fresh_fakes").mean().item()
            return [
                f"The generator's loss was {self.names['loss_g'].item():.3f}.",
                f"Made again from the same noise, the fakes score {after:.4f} on average; before, {before:.4f}.",
                "The gradient went through the discriminator, so its .grad filled, too, on top of what step 4 left. "
                "Yet nothing in it moved: optimizer_g holds only the generator's weights.",
            ]
        return []

    def _facts_of_detach(self, seconds: tuple[float, float]) -> list[str]:
        rows = self.layers("generator")
        filled = sum(row["filled"] for row in rows)
        moved = sum(row["moved"] > 0 for row in rows)
        with_it, without = (f"{1000 * one:.1f} ms" for one in seconds)
        state = "With detach" if self.detach else "Without detach"
        return [
            f"{state}, gradients went into {filled} of the generator's {len(rows)} layers in this step.",
            f"{moved} of the generator's layers moved: optimizer_d holds only the discriminator's weights.",
            f"Loss and backward took {with_it} with detach and {without} without it, as measured on this machine.",
        ]

    def _measure_detach(self, repeats: int = 7) -> tuple[float, float]:
        """Seconds that loss and backward of part 4 take with detach and without it: medians, on copies."""
        generator, discriminator = (copy_of(self.names[name]) for name in ("generator", "discriminator"))
        real, noise, ones, zeros = (self.names[name] for name in ("real", "noise", "ones", "zeros"))
        times: dict[bool, list[float]] = {True: [], False: []}
        with learning(), seeded(0):  # dropout draws
            for _ in range(repeats + 1):
                for detach, taken in times.items():
                    fakes = generator(noise)
                    start = time.perf_counter()
                    seen = fakes.detach() if detach else fakes
                    bce = binary_cross_entropy_with_logits
                    (bce(discriminator(seen), zeros) + bce(discriminator(real), ones)).backward()
                    taken.append(time.perf_counter() - start)
        return statistics.median(times[True][1:]), statistics.median(times[False][1:])  # the first ones warm up

    def _take(self, batch_size: int) -> torch.Tensor:
        try:
            batch = next(self._batches)
        except StopIteration:
            raise TypeError("no batch is left: pass a list or a DataLoader, which can be gone through again") from None
        with learning():
            return reals.unpack(batch, torch.device("cpu"))[0][:batch_size]

    def _noise(self, count: int) -> torch.Tensor:
        return torch.randn(count, *self._noise_shape, device="cpu", dtype=torch.float32)


def _layers(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """The layers with weights of their own, by the name of their kind."""
    own = [layer for layer in network.modules() if next(layer.parameters(recurse=False), None) is not None]
    return [(type(layer).__name__, layer) for layer in own]


def _gradient_norm(layer: nn.Module) -> float | None:
    gradients = [weight.grad for weight in layer.parameters(recurse=False) if weight.grad is not None]
    return torch.stack([one.norm() for one in gradients]).norm().item() if gradients else None
