"""The memory of a class: what each learner holds alone, and what lies in memory once for all of them.

A page that several processes map, such as the code of PyTorch, lies in memory once. The resident set size (RSS) counts
it whole for each of them, the proportional one (PSS) in equal shares, the unique one (USS) not at all. So the PSS of
all add up to the memory that they use; what is left of it without the USS of all is there once, however many come.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from .running_hub import Hub

MEGABYTE = 2**20
#: Between two looks a watch rests so many times as long as a look takes: a kernel takes 20 ms.
REST = 5


@dataclass(frozen=True)
class Memory:
    """What some processes hold, in MB."""

    uss: float = 0.0
    pss: float = 0.0
    rss: float = 0.0

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.uss + other.uss, self.pss + other.pss, self.rss + other.rss)

    def highest(self, other: Memory) -> Memory:
        """Each figure where it is higher."""
        return Memory(max(self.uss, other.uss), max(self.pss, other.pss), max(self.rss, other.rss))


@dataclass(frozen=True)
class Look:
    """The memory of a class, in MB.

    Attributes:
        hub: of the hub, its proxy and its culler.
        servers: of each learner's server.
        kernels: of each learner's kernels, with the processes that they have started.
        together: of all of them, a page that several hold counted once.
        shared: that part of it which more than one process holds.
    """

    hub: Memory = Memory()
    servers: dict[str, Memory] = field(default_factory=dict)
    kernels: dict[str, Memory] = field(default_factory=dict)
    together: float = 0.0
    shared: float = 0.0

    def learners(self) -> dict[str, Memory]:
        """Of each learner, server and kernels together."""
        return {name: server + self.kernels.get(name, Memory()) for name, server in self.servers.items()}

    def highest(self, other: Look) -> Look:
        """Each figure where it is higher."""
        return Look(
            self.hub.highest(other.hub),
            _highest(self.servers, other.servers),
            _highest(self.kernels, other.kernels),
            max(self.together, other.together),
            max(self.shared, other.shared),
        )


def of(process: psutil.Process) -> Memory:
    """What one process holds; nothing where it has ended.

    Raises:
        psutil.AccessDenied: it belongs to another account, and we aren't root.
    """
    try:
        found = process.memory_full_info()
    except psutil.NoSuchProcess:
        return Memory()
    return Memory(found.uss / MEGABYTE, found.pss / MEGABYTE, found.rss / MEGABYTE)


def most(process: psutil.Process) -> Memory:
    """The most that one process ever held; nothing where it has ended.

    The system notes the highest RSS, however short it was. What the process shared then it shares still, as code that
    was mapped stays; all the rest of that highest RSS was private.

    Raises:
        psutil.AccessDenied: it belongs to another account, and we aren't root.
    """
    now = of(process)
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return now
    highest = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), now.rss)
    gone = max(0.0, highest - now.rss)
    return Memory(now.uss + gone, now.pss + gone, now.rss + gone)


def look(hub: Hub, held_by: Callable[[psutil.Process], Memory] = of) -> Look:
    """Look at the hub and all its learners, once; ``held_by`` is `of` or `most`.

    Raises:
        psutil.AccessDenied: some of it belongs to another account, and we aren't root. Nothing is left out silently.
    """
    everything, own, servers, kernels = Memory(), Memory(), {}, {}
    for name, processes in hub.census().items():
        for process in processes:
            held = held_by(process)
            everything += held
            if name is None:
                own += held
            else:
                part = kernels if _of_a_kernel(process) else servers
                part[name] = part.get(name, Memory()) + held
    return Look(own, servers, kernels, everything.pss, everything.pss - everything.uss)


class Watch:
    """Looks at a class again and again in a block, until `stop`; ``highest`` has the highest of each figure so far."""

    def __init__(self, hub: Hub):
        self.highest = Look()
        self._hub = hub
        self._over, self._lock = threading.Event(), threading.Lock()

    def note_the_most(self) -> None:
        """Take into account what came and went between two looks, of the processes that still are there."""
        # each had its most at another moment, so these don't add up
        most_of_each = replace(look(self._hub, most), together=0.0, shared=0.0)
        with self._lock:
            self.highest = self.highest.highest(most_of_each)

    def __enter__(self) -> Watch:
        self._pool = ThreadPoolExecutor(1)
        self._watching = self._pool.submit(self._watch)
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        self._watching.result()  # raises what kept it from looking

    def stop(self) -> None:
        """Look no more. When the class goes home, what two kernels shared seems to be the last one's own."""
        self._over.set()
        self._pool.shutdown()

    def _watch(self) -> None:
        took = 0.0
        while not self._over.wait(REST * took):
            start = time.perf_counter()
            seen = look(self._hub)
            with self._lock:
                self.highest = self.highest.highest(seen)
            took = time.perf_counter() - start


def _of_a_kernel(process: psutil.Process) -> bool:
    """Whether it is a kernel or was started by one: Jupyter tells its kernels who their parent is."""
    try:
        return "JPY_PARENT_PID" in process.environ()
    except psutil.NoSuchProcess:
        return False  # it holds nothing any more


def _highest(one: dict[str, Memory], other: dict[str, Memory]) -> dict[str, Memory]:
    return {name: one.get(name, Memory()).highest(other.get(name, Memory())) for name in one | other}
