"""The stop button: Ctrl-C, or a notebook's square, ends a training run between two steps, and never in one."""

from __future__ import annotations

import signal
import threading


class Stopped(KeyboardInterrupt):
    """Someone asked a training run to end, and it has, after a whole step."""


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
            signal.signal(one, signal.SIG_DFL if handler is None else handler)  # None: it wasn't Python's

    def _press(self, number: int, _) -> None:
        if self.pressed and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.pressed = True
