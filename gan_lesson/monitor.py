"""monitor(loop) is to a GAN what a progress bar is to a loop: it trains, and shows what is happening while it does."""

from __future__ import annotations

import numbers
import re
import sys
import time
import weakref
from collections.abc import Sequence

import torch

from . import device as devices
from . import fitting, plots, toy
from .history import History
from .interruption import StopButton
from .tensors import as_count
from .threads import Threads
from .training import AdversarialLoop, Step

_STOPPED = "stopped. Nothing is lost: monitor the same loop again and it goes on from here."
_NO_MORE_BATCHES = (
    "the batches have ended. Make the loop with batches that can be gone through again, such as a DataLoader."
)
_FAILED = "an error ended the training. The steps before it are in gan_lesson.monitor.history_of(loop)"

#: What the last call saw of each loop, for as long as the loop is there.
_SEEN: weakref.WeakKeyDictionary[AdversarialLoop, History] = weakref.WeakKeyDictionary()


def monitor(
    loop: AdversarialLoop,
    steps: int | None = None,
    *,
    seconds: float | None = None,
    every: int | None = None,
    history: History | None = None,
    curves: bool = True,
) -> History:
    """Train ``loop`` and watch it: one picture that redraws in place, above it a progress bar.

    The picture holds samples from fixed noise, both losses with the values of equilibrium, and the mean scores D(x) and
    D(G(z)). The stop button ends the training between two steps; monitored again, the loop goes on from there.

    PyTorch's threads follow what other programs leave of the machine (`gan_lesson.threads`).

    Args:
        steps, seconds: how far to go; with both, whichever comes first.
        every: redraw after so many steps; if not given, about once a second, and never more than a tenth of the time.
        history: steps of an earlier call, to which the new ones are added.
        curves: whether losses and scores are shown beside the samples.

    Returns:
        The steps so far: ``history``, or a new one. Where a step fails, its error is raised, and `history_of` has them.

    Raises:
        BadInput: in a notebook, before the first step, when the generator makes what no picture can show.
    """
    if not isinstance(loop, AdversarialLoop):
        raise TypeError(f"monitor watches an AdversarialLoop, got {loop!r}")
    if steps is None and seconds is None:
        raise ValueError("say how far to go: monitor(loop, steps=1000) or monitor(loop, seconds=30)")
    steps = None if steps is None else as_count(steps, "steps")
    every = None if every is None else as_count(every, "every")
    if seconds is not None and not (isinstance(seconds, numbers.Real) and seconds > 0):
        raise ValueError(f"seconds must be above 0, got {seconds!r}")
    if history is not None and not hasattr(history, "append"):
        raise TypeError(f"history must be what an earlier call returned, a History; got {history!r}")
    devices.keep_freed_memory()
    history = _SEEN[loop] = History() if history is None else history
    watch = _Watch(loop, history, steps, seconds, curves)
    done, ending = 0, _NO_MORE_BATCHES
    try:
        with StopButton() as stop:
            for step in Threads().steps(loop):
                done += 1
                history.append(step)
                if done == steps or (seconds is not None and watch.elapsed() >= seconds):
                    ending = ""
                    break
                if stop.pressed:
                    ending = _STOPPED
                    break
                if (done % every == 0) if every else watch.is_due():
                    watch.show(done)
    except Exception:
        if done:
            watch.show(done, _FAILED)
        raise
    watch.show(done, ending)
    devices.give_back_freed_memory()
    return history


def history_of(loop: AdversarialLoop) -> History:
    """What the last `monitor` of ``loop`` saw, also where an error ended it; empty if nobody has watched it."""
    return _SEEN.get(loop, History())


def picture(
    loop: AdversarialLoop, history: Sequence[Step], samples: torch.Tensor, curves: bool = True
) -> plots.Picture:
    """How the training of ``loop`` stands: ``samples`` of its generator, with ``curves`` losses and mean scores, too.

    Where the samples are points (N, 2), the last reals and the map of scores are with them.
    """
    in_the_plane = samples.ndim == 2
    real = loop.real.cpu() if in_the_plane and loop.real is not None else None
    score_map = toy.score_map(loop.discriminator) if in_the_plane else None
    if curves:
        return plots.training(
            history, samples=samples, equilibrium=loop.loss.equilibrium(), real=real, score_map=score_map
        )
    alt = f"Samples of the generator after {loop.number} steps."
    if in_the_plane:
        return plots.points(real, samples, score_map=score_map, alt=alt)
    return plots.image_grid(samples, alt=alt)


class _Watch:
    """What `monitor` shows: a picture in a notebook, a line of text elsewhere."""

    def __init__(self, loop: AdversarialLoop, history: History, steps: int | None, seconds: float | None, curves: bool):
        self.loop, self.history, self.steps, self.seconds, self.curves = loop, history, steps, seconds, curves
        self.in_notebook = _in_notebook()
        self.noise = loop.same_noise(36)
        if self.in_notebook:
            fitting.try_to_show(loop.best_generator, self.noise, "the monitor")
        self.started = self.shown = time.perf_counter()
        self.cost = 0.0
        self.handle = None

    def elapsed(self) -> float:
        return time.perf_counter() - self.started

    def is_due(self) -> bool:
        return time.perf_counter() - self.shown > max(1.0, 9 * self.cost)

    def show(self, done: int, ending: str = "") -> None:
        start = time.perf_counter()
        if self.in_notebook:
            shown = self.picture()._repr_mimebundle_()
            words = self._progress(done, ending)
            self._display({**shown, "text/html": words + shown["text/html"], "text/plain": _without_tags(words)})
        else:
            print(_without_tags(self._progress(done, ending)), file=sys.stderr)
        self.shown = time.perf_counter()
        self.cost = self.shown - start

    def picture(self) -> plots.Picture:
        samples = self.loop.sample(self.noise)
        if samples.ndim == 2 and len(self.noise) < 256:  # points take more than images to be seen
            self.noise = self.loop.same_noise(256)
            samples = self.loop.sample(self.noise)
        return picture(self.loop, self.history, samples.cpu(), self.curves)

    def _progress(self, done: int, ending: str) -> str:
        share = max(done / self.steps if self.steps else 0, self.elapsed() / self.seconds if self.seconds else 0)
        rate = done / max(self.elapsed(), 1e-9)
        text = f"step {self.loop.number} · {rate:.0f} steps a second · {self.elapsed():.0f} s"
        if ending:
            text += f" · {ending}"
        elif share < 1:
            text += f" · {self.elapsed() * (1 / share - 1):.0f} s to go"
        return f'<div><progress value="{min(share, 1):.3f}" aria-label="training"></progress> {text}</div>'

    def _display(self, content: dict[str, str]) -> None:
        from IPython.display import display

        if self.handle is None:
            self.handle = display(content, raw=True, display_id=True)
        else:
            self.handle.update(content, raw=True)


def _without_tags(page: str) -> str:
    return re.sub("<[^>]*>", "", page)


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and hasattr(shell, "kernel")
