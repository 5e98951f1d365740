"""Other programs that keep cores busy, to see and to measure how training goes beside them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import BadInput

#: Says that it has begun, works for a share of each tenth of a second, and ends by itself.
PROGRAM = """
import sys, time
share, seconds = map(float, sys.argv[1:])
end = time.monotonic() + seconds
print("begun", flush=True)
while time.monotonic() < end:
    until = time.monotonic() + 0.1 * share
    while time.monotonic() < until:
        pass
    time.sleep(0.1 * (1 - share))
"""


@contextmanager
def busy(*shares: float, seconds: float) -> Iterator[None]:
    """Inside the block other programs run, each busy for its share of the time::

        with programs.busy(1.0, seconds=20):
            ...

    They have begun when the block begins, and end with it, however it ends. They have the cores that this process has.

    Args:
        shares: for each program, for which share of the time it keeps a core busy, in (0, 1].
        seconds: after so many each ends by itself, even where this process is gone.

    Raises:
        BadInput: a share lies outside of (0, 1], or ``seconds`` isn't positive.
        RuntimeError: a program doesn't begin.
    """
    if not all(0 < share <= 1 for share in shares):
        raise BadInput(f"a program is busy for a share of the time, above 0 and at most 1; got {shares}")
    if not seconds > 0:
        raise BadInput(f"programs need a number of seconds above 0; got {seconds}")
    programs: list[subprocess.Popen] = []
    try:
        for share in shares:
            programs.append(_started(share, seconds))
        for program in programs:
            if program.stdout.readline().strip() != b"begun":
                raise RuntimeError("a program that was to keep a core busy did not begin")
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()
            program.stdout.close()


def _started(share: float, seconds: float) -> subprocess.Popen:
    # a notebook's stop button interrupts these, too, and what they would say of it belongs into no cell
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(share), str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
