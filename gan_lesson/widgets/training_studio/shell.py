"""Training in the learner's hands: play, pause, change rates and loss, save and go back, on any `AdversarialLoop`."""

from __future__ import annotations

import math
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from ... import checkpoints, data, losses, plots, toy
from ...history import History
from ...training import AdversarialLoop, RandomStream, gradient_norm
from ..shared.base import STYLE, Widget, asked, front_end, style

#: A slice of training takes at most so many seconds, unless a single step takes longer.
LIMIT = 0.075

#: Seconds between two looks at the samples, and between two drawings of the curves, if those are cheap.
SAMPLES_EVERY, CURVES_EVERY = 0.7, 0.5

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
        with RandomStream(0, loop.device):  # the program's random numbers, and the loop's, stay as they are
            noise = loop.draw_noise(256, loop.latent_dim, device=loop.device)
        shape = tuple(loop.sample(noise[:1]).shape[1:])
        if shape not in ((1, 28, 28), (2,)):
            raise TypeError(
                "the studio shows images of shape (N, 1, 28, 28) or points of shape (N, 2); "
                f"this loop's generator makes (N, {', '.join(map(str, shape))})"
            )
        history = History(extra=("seconds", "norm_d", "norm_g"))
        _SEEN[loop] = _Seen(history, noise[:36] if len(shape) == 3 else noise, loop.loss)
    return _SEEN[loop]


class TrainingStudio(Widget):
    """A studio around a loop of yours: it trains while you watch, and you change what you like while it does.

    The loop stays your variable. Pause, stop, close the tab or run the cell again: the loop stands where it stood, and
    a new studio around it shows all that the old one saw (`history`).

    Args:
        loop: any `AdversarialLoop` on images (N, 1, 28, 28), or on points (N, 2).
        checkpoint: the file that "Save" writes and "Go back" reads.

    Attributes:
        history: what any studio saw of this loop, a `gan_lesson.history.History`.

    Raises:
        TypeError: it is no such loop.
    """

    _esm = front_end("training_studio")
    _css = STYLE + style("training_studio")

    def __init__(self, loop: AdversarialLoop, *, checkpoint: str | Path = "studio.safetensors"):
        if not isinstance(loop, AdversarialLoop):
            raise TypeError(
                f"the studio needs an AdversarialLoop, for example recipes.get('article').loop(); got {loop!r}"
            )
        self.loop, self.checkpoint = loop, Path(checkpoint)
        self._seen = _seen_of(loop)
        self.history = self._seen.history
        self._sampled = self._drawn = -math.inf  # when samples and curves were last made
        self._sampling_takes = self._drawing_takes = 0.0
        self._norms = [math.nan, math.nan]
        super().__init__()

    def picture(self) -> plots.Picture:
        """Samples, losses and scores so far."""
        samples = self.loop.sample(self._seen.noise).cpu()
        in_the_plane = samples.ndim == 2
        return plots.training(
            self.history,
            samples=samples,
            equilibrium=self.loop.loss.equilibrium(),
            real=self.loop.real.cpu() if in_the_plane and self.loop.real is not None else None,
            score_map=toy.score_map(self.loop.discriminator) if in_the_plane else None,
        )

    @asked
    def state(self) -> dict:
        """All that the front end shows, as it is now."""
        self._follow_the_loop()
        self._look()
        return self._numbers() | self._settings() | self._curves() | self._latest_samples()

    @asked
    def train(self) -> dict:
        """Train for a slice: as many steps as fit. Samples and curves come with it when they are due."""
        start = time.perf_counter()
        self._follow_the_loop()
        reply = {}
        if start - self._sampled > max(SAMPLES_EVERY, self._sampling_takes / SHARE):
            self._look()
            reply = self._latest_samples()
        longest = self._pace()
        with self._measured_gradients():
            # one step at least, unless samples that are slow to make need the slice for themselves
            if not reply:
                longest = max(longest, self._step())
            while time.perf_counter() - start + longest <= LIMIT:
                longest = max(longest, self._step())
        if reply or time.perf_counter() - self._drawn > max(CURVES_EVERY, self._drawing_takes / SHARE):
            reply |= self._curves()
        return reply | self._numbers()

    @asked
    def step(self) -> dict:
        """One step, and a look at what it changed."""
        self._follow_the_loop()
        with self._measured_gradients():
            self._step()
        return self.state()

    @asked
    def set_rates(self, **rates: float) -> dict:
        """Change the learning rate of ``discriminator`` or ``generator``."""
        self.loop.set_rates(**rates)
        return self._settings()

    @asked
    def set_loss(self, name: str) -> dict:
        """Change the loss: a name in `losses.LOSSES`, or "own" for the one that the loop came with."""
        self.loop.loss = self._seen.own_loss if name == "own" else losses.get(name)
        return self._settings()

    @asked
    def save(self) -> dict:
        """Write a checkpoint."""
        path = checkpoints.save(self.loop, self.checkpoint)
        size = path.stat().st_size / 1e6
        return {"said": f"Saved step {self.loop.number:,} to {path} ({size:.1f} MB)."} | self._settings()

    @asked
    def go_back(self) -> dict:
        """Put the loop back to the last checkpoint."""
        if not self.checkpoint.is_file():
            return {"said": f"There is no checkpoint at {self.checkpoint} to go back to. Save one first."}
        came_from = self.loop.number
        checkpoints.resume(self.checkpoint, self.loop)
        said = f"Went from step {came_from:,} back to step {self.loop.number:,}, as saved in {self.checkpoint}."
        return {"said": said} | self.state()

    @asked
    def samples(self, place: int) -> dict:
        """One of the kept sets of samples."""
        number, samples = self.history.samples[place]
        return {"shown": {"number": number, "samples": samples}}

    def _step(self) -> float:
        """One step of the loop; how many seconds it took."""
        self._norms = [math.nan, math.nan]  # of a player that rests
        start = time.perf_counter()
        try:
            step = next(self.loop)
        except FloatingPointError as error:
            advice = "Go back to the checkpoint (the button above), lower a learning rate, and play on."
            if not self.checkpoint.is_file():
                advice = "No checkpoint was saved. Make the loop anew, with a lower learning rate."
            raise FloatingPointError(f"{error} {advice}") from error
        except StopIteration:
            raise EOFError(
                f"The batches ended after step {self.loop.number}. Make the loop with batches that can be gone through "
                "again, such as a list or a DataLoader, instead of an iterator."
            ) from None
        seconds = time.perf_counter() - start
        norm_d, norm_g = self._norms
        self.history.append(step, seconds=self.history.last("seconds") + seconds, norm_d=norm_d, norm_g=norm_g)
        return seconds

    @contextmanager
    def _measured_gradients(self) -> Iterator[None]:
        """Inside the block, note the norm of each player's gradient at the moment when its optimizer uses it."""

        def measure(player: int, network: torch.nn.Module):
            def hook(*_):
                self._norms[player] = gradient_norm(network)

            return hook

        hooks = [
            self.loop.optimizer_d.register_step_pre_hook(measure(0, self.loop.discriminator)),
            self.loop.optimizer_g.register_step_pre_hook(measure(1, self.loop.generator)),
        ]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _pace(self) -> float:
        steps_a_second, _ = self.history.rates()
        return 1 / steps_a_second if steps_a_second else 0.0

    def _follow_the_loop(self) -> None:
        """The learner may have put the loop back, or changed its loss, in another cell."""
        if self.history.number > self.loop.number:
            self.history.cut(self.loop.number)
        if self.loop.loss not in losses.LOSSES.values():
            self._seen.own_loss = self.loop.loss

    def _look(self) -> None:
        """Make samples, and note how long it takes."""
        start = time.perf_counter()
        samples = self.loop.sample(self._seen.noise).cpu()
        if samples.ndim == 4:
            samples = data.to_pixels(samples[:, 0])
        self.history.add_samples(self.loop.number, samples.numpy())
        self._sampled = time.perf_counter()
        self._sampling_takes = self._sampled - start

    def _latest_samples(self) -> dict:
        number, samples = self.history.samples[-1]
        real = self.loop.real.cpu() if samples.ndim == 2 and self.loop.real is not None else None
        kept = [number for number, _ in self.history.samples]
        return {"kept": kept, "latest": {"number": number, "samples": samples}, "real": real}

    def _curves(self) -> dict:
        start = time.perf_counter()
        curves = self.history.curves()
        self._drawn = time.perf_counter()
        self._drawing_takes = self._drawn - start
        return {"curves": curves, "equilibrium": self.loop.loss.equilibrium()}

    def _numbers(self) -> dict:
        steps_a_second, images_a_second = self.history.rates()
        now = {"number": self.loop.number, "seconds": self.history.last("seconds")}
        return {"now": now | {"steps_a_second": steps_a_second, "images_a_second": images_a_second}}

    def _settings(self) -> dict:
        loop = self.loop
        own = self._seen.own_loss
        name = next((name for name, loss in losses.LOSSES.items() if loss == loop.loss and loss != own), "own")
        rate_d, rate_g = loop.rates()
        return {
            "settings": {
                "rates": {"discriminator": rate_d, "generator": rate_g},
                "factor": loop.schedule(loop.number) if loop.schedule else None,
                "loss": name,
                "losses": list(losses.LOSSES),
                "own": [own.name, "recipe" in loop.settings],
                "checkpoint": str(self.checkpoint),
            },
            "equilibrium": loop.loss.equilibrium(),
        }
