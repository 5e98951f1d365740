"""Training in the learner's hands: play, pause, change rates and loss, save and go back, on any `AdversarialLoop`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from ... import checkpoints, data, losses, models, monitor, plots, runs
from ... import device as devices
from ...history import History
from ...training import AdversarialLoop
from ..shared.base import STYLE, Widget, asked, front_end, style
from .session import Look, Session

#: A slice of training takes at most so many seconds, and so many while hands are on the page, unless a single step
#: takes longer. Each costs the browser and Jupyter's server processor time, which the training lacks
#: (benchmarks/latency.py says how much of the bare loop is kept).
SLICE, SLICE_BESIDE_HANDS = 0.35, 0.05

#: Seconds between two looks at samples and curves. Samples that are slow to make come less often, the curves do not.
LOOK_EVERY = 0.7

#: Whose bundled run `TrainingStudio.preview` shows.
BUNDLED = {models.Generator: "article", models.ConvGenerator: "quick"}


class TrainingStudio(Widget):
    """A studio around a loop of yours: it trains while you watch, and you change what you like while it does.

    The loop stays your variable. Pause, stop, close the tab or run the cell again: the loop stands where it stood, and
    a new studio around it shows all that the old one saw (`history`).

    Args:
        loop: any `AdversarialLoop` on images (N, C, H, W), grey (C = 1) or in colour (C = 3), or on points (N, 2).
        checkpoint: the file that "Save" writes and "Go back" reads.

    Attributes:
        history: what any studio saw of this loop, a `gan_lesson.history.History`.

    Raises:
        TypeError: it is no loop.
        BadInput: it is no such loop.
    """

    _esm = front_end("training_studio")
    _css = STYLE + style("training_studio")

    def __init__(self, loop: AdversarialLoop, *, checkpoint: str | Path = "studio.safetensors"):
        self.session = Session(loop)
        devices.keep_freed_memory()
        self.loop, self.checkpoint = loop, Path(checkpoint)
        self._samples, self._drawing = Look(LOOK_EVERY), Look(LOOK_EVERY)
        super().__init__()

    @property
    def history(self) -> History:
        """What any studio saw of this loop."""
        return self.session.history

    def picture(self) -> plots.Picture:
        """Samples, losses and scores so far."""
        return monitor.picture(self.loop, self.history, self.session.samples())

    def preview(self) -> plots.Picture | None:
        """Before the first step of a pair that the course has trained: where its bundled run ended."""
        name = BUNDLED.get(type(self.loop.generator))
        if self.loop.number or name is None:
            return None
        run = runs.load(name)
        images = data.to_range(torch.from_numpy(run.samples[-1, :36]).unsqueeze(1))
        said = f"The bundled run of the {name} recipe after {run.sample_steps[-1]:,} steps."
        nothing = "In this studio nothing has been pressed yet."
        picture = plots.image_grid(images, columns=9, alt=f"{said} {nothing} 36 samples of its generator.")
        picture.suptitle(f"{said}\n{nothing}", fontsize=10)
        return picture

    @asked
    def state(self) -> dict:
        """All that the front end shows, as it is now."""
        self.session.follow()
        return self._numbers() | self._settings() | self._curves() | self._fresh_samples()

    @asked
    def train(self, hands: bool = False) -> dict:
        """Train for a slice: as many steps as fit, fewer while ``hands`` are on the page and want the kernel, too.

        Samples and curves come with it when they are due.
        """
        until = time.perf_counter() + (SLICE_BESIDE_HANDS if hands else SLICE)
        self.session.follow()
        reply = self._fresh_samples() if self._samples.is_due() else {}
        with self._advising():
            # one step at least, unless samples that are slow to make need the slice for themselves
            self.session.train(until, at_least=0 if reply else 1)
        if reply or self._drawing.is_due():
            reply |= self._curves()
        return reply | self._numbers()

    @asked
    def step(self) -> dict:
        """One step, and a look at what it changed."""
        self.session.follow()
        with self._advising():
            self.session.step()
        return self.state()

    @asked
    def set_rates(self, **rates: float) -> dict:
        """Change the learning rate of ``discriminator`` or ``generator``."""
        self.loop.set_rates(**rates)
        return self._settings()

    @asked
    def set_loss(self, name: str) -> dict:
        """Change the loss: a name in `losses.LOSSES`, or "own" for the one that the loop came with."""
        self.loop.loss = self.session.own_loss if name == "own" else losses.get(name)
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

    @contextmanager
    def _advising(self) -> Iterator[None]:
        """Inside the block, a training run that blew up is told with what to do."""
        try:
            yield
        except FloatingPointError as error:
            advice = "Go back to the checkpoint (the button above), lower a learning rate, and play on."
            if not self.checkpoint.is_file():
                advice = "No checkpoint was saved. Make a new loop with a lower learning rate."
            raise FloatingPointError(f"{error} {advice}") from error

    def _fresh_samples(self) -> dict:
        with self._samples.being_made():
            self.session.keep_samples()
        number, samples = self.history.samples[-1]
        real = self.loop.real.cpu() if samples.ndim == 2 and self.loop.real is not None else None
        kept = [number for number, _ in self.history.samples]
        return {"kept": kept, "latest": {"number": number, "samples": samples}, "real": real}

    def _curves(self) -> dict:
        with self._drawing.being_made():
            curves = self.history.curves()
        return {"curves": curves, "equilibrium": self.loop.loss.equilibrium()}

    def _numbers(self) -> dict:
        steps_a_second, images_a_second = self.history.rates()
        now = {"number": self.loop.number, "seconds": self.history.last("seconds")}
        return {"now": now | {"steps_a_second": steps_a_second, "images_a_second": images_a_second}}

    def _settings(self) -> dict:
        loop = self.loop
        own = self.session.own_loss
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
