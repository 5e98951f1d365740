"""Threads that follow the machine: fewer while other programs need its cores, all again as soon as they are free.

PyTorch's threads meet at the end of every operation, and wait for each other there by spinning. When another program
takes the core of one of them, all wait: beside two busy programs a step with two threads on two cores takes ten times
as long, and with one thread not twice as long (benchmarks/busy.py).
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

import psutil
import torch

from . import device as devices

T = TypeVar("T")

#: In cores: what other programs may take while the machine still counts as quiet, and how much of one they take before
#: it counts as theirs.
QUIET, TAKEN = 0.1, 0.5

#: How many times as long as before a step takes when it is slower, and when something is in its way.
SLOWER, SEVERAL = 1.1, 4.0

#: In seconds: how long steps are watched before they are judged, and how old a comparison may be.
WINDOW, COMPARED = 0.5, 10.0

#: In seconds: how long the machine is quiet before there are more threads, at first and at most, and how soon it shows
#: that they came too early.
PATIENCE, LONGEST_PATIENCE, EARLY = 1.0, 30.0, 2.0


class Clocks(NamedTuple):
    """The time, and how long this process and all programs have kept cores busy that it may use, in seconds."""

    time: float
    own: float
    all: float
    cores: int


def clocks() -> Clocks:
    """The clocks of now."""
    cores = psutil.cpu_times(percpu=True)
    if hasattr(os, "sched_getaffinity"):
        cores = [core for number, core in enumerate(cores) if number in os.sched_getaffinity(0)]
    return Clocks(time.perf_counter(), time.process_time(), sum(map(_busy, cores)), len(cores))


def _busy(core) -> float:
    return sum(getattr(core, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq", "steal"))


def usable() -> int:
    """How many threads this process may use: as many as PyTorch was given, and no more than there are cores for it."""
    return min(torch.get_num_threads(), devices.cores())


class Threads:
    """How many threads PyTorch has for the steps of a training run that someone goes through::

        for step in Threads().steps(loop):
            ...

    While a step is made there are `number` of them, at all other times as many as before. The number starts at ``most``
    and changes between two steps, on evidence alone: cores that other programs take, and steps that take several times
    as long as before. Where others take a part of a core, half as many are tried, and what is faster stays.

    Args:
        most: the most there may be; if not given, `usable`.
        follow: False keeps the number, so that a training run repeats to the bit.
    """

    def __init__(self, most: int | None = None, *, follow: bool = True):
        self.most = self.number = most or usable()
        self._follows = follow and self.most > 1
        self._usual: dict[int, float] = {}  # seconds a step on the quiet machine, by number of threads
        self._beside_others: dict[int, _Pace] = {}
        self._quiet_since = math.inf
        self._patience = PATIENCE
        self._grown, self._grown_from = -math.inf, self.number
        self._ended = -math.inf

    def steps(self, loop: Iterable[T]) -> Iterator[T]:
        """The same steps, each made with `number` threads."""
        loop = iter(loop)
        while True:
            with self:
                try:
                    step = next(loop)
                except StopIteration:
                    return
            yield step

    def __enter__(self) -> Threads:
        self._before = torch.get_num_threads()
        torch.set_num_threads(self.number)
        self._started = time.perf_counter()
        if self._follows and self._started - self._ended > WINDOW:  # what happened in a pause says nothing of now
            self._begin_window()
        return self

    def __exit__(self, *_) -> None:
        self._ended = time.perf_counter()
        torch.set_num_threads(self._before)
        if self._follows:
            self._note(self._ended - self._started)

    def _begin_window(self) -> None:
        self._steps: list[float] = []
        self._from = clocks()

    def _note(self, seconds: float) -> None:
        self._steps.append(seconds)
        if sum(self._steps) >= WINDOW:
            self._judge(statistics.fmean(self._steps), clocks())
            self._begin_window()

    def _judge(self, seconds: float, now: Clocks) -> None:
        """Choose the number after a window whose steps took so many ``seconds`` on average."""
        others = _taken_by_others(self._from, now)
        allowed = min(self.most, max(1, math.floor(now.cores - others + TAKEN)))
        usual = self._usual.get(self.number, math.inf)
        if seconds > SEVERAL * usual or self._grew_too_early(seconds, now.time):
            self._give_up(min(allowed, max(1, self.number // 2)), now.time)
        elif self.number > allowed and not seconds < SLOWER * usual < math.inf:
            self._give_up(allowed, now.time)
        elif others < QUIET:
            self._usual[self.number] = seconds
            self._quiet_since = min(self._quiet_since, self._from.time)
            if self.number < self.most and now.time - self._quiet_since >= self._patience:
                self._grown, self._grown_from, self.number = now.time, self.number, self.most
        else:
            self._quiet_since = math.inf
            self._beside_others[self.number] = _Pace(seconds, now.time)
            if self.number < self.most or not seconds < SLOWER * usual < math.inf:
                self.number = self._faster_of(max(1, allowed // 2), allowed, now.time)

    def _grew_too_early(self, seconds: float, now: float) -> bool:
        return now - self._grown < EARLY and seconds > SLOWER * self._usual.get(self._grown_from, math.inf)

    def _give_up(self, number: int, now: float) -> None:
        if number < self.number:
            self._patience = min(2 * self._patience, LONGEST_PATIENCE) if now - self._grown < EARLY else PATIENCE
            self._usual.pop(self.number, None)  # if it is the steps that have changed, what was usual is no more
        self.number, self._quiet_since = number, math.inf

    def _faster_of(self, few: int, many: int, now: float) -> int:
        """Which number gives faster steps beside others; what was not tried for long is tried again."""
        for number in (few, many):
            if number not in self._beside_others or now - self._beside_others[number].measured > COMPARED:
                return number
        return min(few, many, key=lambda number: self._beside_others[number].seconds)


class _Pace(NamedTuple):
    seconds: float
    measured: float


def _taken_by_others(start: Clocks, end: Clocks) -> float:
    """How many cores other programs kept busy between two readings."""
    worked, own, passed = end.all - start.all, end.own - start.own, end.time - start.time
    return max(0.0, (worked - own) / passed)
