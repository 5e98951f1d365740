"""monitor(loop) is to a GAN what a progress bar is to a loop: it trains, and shows what is happening while it does."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time

from . import latent, plots, toy
from .training import AdversarialLoop, Step


class StopButton:
    """Lets Ctrl-C, or a notebook's stop button, end a loop between two steps instead of in the middle of one.

    Inside the ``with`` block the first press sets ``pressed``; a second Ctrl-C interrupts at once. With ``terminate`` a
    polite end of the process (SIGTERM, as `torchrun` sends to all ranks when one has died) presses it, too.
    """

    def __init__(self, terminate: bool = False):
        self.pressed = False
        self._signals = (signal.SIGINT, signal.SIGTERM) if terminate else (signal.SIGINT,)

    def __enter__(self) -> StopButton:
        # Python lets only the main thread listen to signals
        listening = threading.current_thread() is threading.main_thread()
        self._before = {one: signal.signal(one, self._press) for one in self._signals if listening}
        return self

    def __exit__(self, *_) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _press(self, number: int, _) -> None:
        if self.pressed and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.pressed = True


def monitor(
    loop: AdversarialLoop,
    steps: int | None = None,
    *,
    seconds: float | None = None,
    every: int | None = None,
    history: list[Step] | None = None,
) -> list[Step]:
    """Train ``loop`` and watch it: one picture that redraws in place, above it a progress bar.

    The picture holds samples from fixed noise, both losses with the values of equilibrium, and the mean scores D(x) and
    D(G(z)). The stop button ends the training between two steps; monitored again, the loop goes on from there.

    Args:
        steps, seconds: how far to go; with both, whichever comes first.
        every: redraw after so many steps; if not given, about once a second, and never more than a tenth of the time.
        history: steps of an earlier call, to which the new ones are added.

    Returns:
        The steps so far: ``history``, or a new list.
    """
    if steps is None and seconds is None:
        raise ValueError("say how far to go: monitor(loop, steps=1000) or monitor(loop, seconds=30)")
    for name, value in (("steps", steps), ("seconds", seconds), ("every", every)):
        if value is not None and value <= 0:
            raise ValueError(f"{name} must be above 0, got {value}")
    history = [] if history is None else history
    watch = _Watch(loop, history, steps, seconds)
    done = 0
    with StopButton() as stop:
        for step in loop:
            done += 1
            history.append(step)
            finished = done == steps or (seconds is not None and watch.elapsed() >= seconds)
            if finished or stop.pressed:
                break
            if (done % every == 0) if every else watch.is_due():
                watch.show(done)
    watch.show(done, stopped=stop.pressed and not finished)
    return history


class _Watch:
    """What `monitor` shows: a picture in a notebook, a line of text elsewhere."""

    def __init__(self, loop: AdversarialLoop, history: list[Step], steps: int | None, seconds: float | None):
        self.loop, self.history, self.steps, self.seconds = loop, history, steps, seconds
        self.noise = latent.sample(36, loop.latent_dim, seed=0)
        self.started = self.shown = time.perf_counter()
        self.cost = 0.0
        self.handle = None
        self.in_notebook = _in_notebook()

    def elapsed(self) -> float:
        return time.perf_counter() - self.started

    def is_due(self) -> bool:
        return time.perf_counter() - self.shown > max(1.0, 9 * self.cost)

    def show(self, done: int, stopped: bool = False) -> None:
        start = time.perf_counter()
        if self.in_notebook:
            self._display(f"{self._progress(done, stopped)}{self.picture()._repr_html_()}")
        else:
            print(re.sub("<[^>]*>", "", self._progress(done, stopped)), file=sys.stderr)
        self.shown = time.perf_counter()
        self.cost = self.shown - start

    def picture(self) -> plots.Picture:
        samples = self.loop.sample(self.noise if self.loop.real.ndim == 4 else self._many()).cpu()
        in_the_plane = samples.ndim == 2
        return plots.training(
            self.history,
            samples=samples,
            equilibrium=self.loop.loss.equilibrium(),
            real=self.loop.real.cpu() if in_the_plane else None,
            score_map=toy.score_map(self.loop.discriminator) if in_the_plane else None,
        )

    def _many(self):
        return latent.sample(256, self.loop.latent_dim, seed=0)

    def _progress(self, done: int, stopped: bool) -> str:
        share = max(done / self.steps if self.steps else 0, self.elapsed() / self.seconds if self.seconds else 0)
        rate = done / max(self.elapsed(), 1e-9)
        text = f"step {self.loop.number} · {rate:.0f} steps a second · {self.elapsed():.0f} s"
        if stopped:
            text += " · stopped. Nothing is lost: monitor the same loop again and it goes on from here."
        elif share < 1:
            text += f" · {self.elapsed() * (1 / share - 1):.0f} s to go"
        return f'<div><progress value="{min(share, 1):.3f}" aria-label="training"></progress> {text}</div>'

    def _display(self, content: str) -> None:
        from IPython.display import HTML, display

        if self.handle is None:
            self.handle = display(HTML(content), display_id=True)
        else:
            self.handle.update(HTML(content))


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and hasattr(shell, "kernel")
