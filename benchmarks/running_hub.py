"""JupyterHub as deploy/jupyterhub configures it, started for a benchmark or a test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py"
PROXY = CONFIG.parent / "node_modules" / "configurable-http-proxy"
PASSWORD, ADMIN, ADMIN_PASSWORD = "open sesame", "teacher", "a password for the teacher, and for nobody else"
REQUEST, START = 300, 600  # seconds


def environment(state: Path, **changes: str | None) -> dict[str, str]:
    """What the hub is started with; a change to None takes a variable away."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GAN_LESSON", "JUPYTER"))}
    set_here = {
        "HOME": str(state / "home"),
        "GAN_LESSON_HUB": str(state / "hub"),
        "GAN_LESSON_HUB_PASSWORD": PASSWORD,
        "GAN_LESSON_HUB_ADMIN": ADMIN,
        "GAN_LESSON_HUB_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "GAN_LESSON_HUB_ALLOW_ROOT": "1",  # CI is root
    }
    return {name: value for name, value in {**kept, **set_here, **changes}.items() if value is not None}


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG), *options]


@contextmanager
def start(folder: Path, **changes: str | None) -> Iterator[Hub]:
    """Start the hub on free ports; ``folder`` is for everything that it and its learners write.

    ``changes`` are those of `environment`.
    """
    (folder / "home").mkdir(parents=True)
    public, private, routes = _free_ports(3)
    options = [
        f"--JupyterHub.bind_url=http://127.0.0.1:{public}",
        f"--JupyterHub.hub_bind_url=http://127.0.0.1:{private}",
        f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{routes}",
    ]
    log = folder / "jupyterhub.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command(*options),
            env=environment(folder, **changes),
            stdout=out,
            stderr=out,
            cwd=folder,
            start_new_session=True,
        )
    hub = Hub(f"http://127.0.0.1:{public}", folder / "hub", process, log)
    try:
        hub.wait_until_it_answers()
        yield hub
    except Exception:
        print(hub.said(), file=sys.stderr)  # the folder, and the log in it, may be gone when the failure is looked at
        raise
    finally:
        hub.end()


class Hub:
    """A running hub: where it answers, its state folder, and what it says."""

    def __init__(self, url: str, state: Path, process: subprocess.Popen, log: Path):
        self.url, self.state, self.log = url, state, log
        self._process = process

    def wait_until_it_answers(self) -> None:
        def answers() -> bool:
            if self._process.poll() is not None:
                raise RuntimeError(f"the hub ended:\n{self.said()}")
            try:
                return session.get(f"{self.url}/hub/health", timeout=REQUEST).ok
            except requests.ConnectionError:
                return False

        with browser() as session:
            self.wait(answers, "the hub doesn't answer")

    def wait(self, condition: Callable[[], bool], complaint: str, seconds: float = START) -> None:
        """Wait until ``condition()`` holds.

        Raises:
            TimeoutError: it doesn't hold in time; the message is the complaint and the end of the hub's log.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{complaint} after {seconds:.0f} seconds:\n{self.said()}")
            time.sleep(0.1)

    def said(self) -> str:
        return self.log.read_text()[-20_000:]

    def census(self) -> dict[str | None, list[psutil.Process]]:
        """The processes of each learner (the server and its kernels); under None the hub, its proxy and its culler.

        Raises:
            psutil.AccessDenied: a process belongs to another account, and we aren't root.
        """
        hub, found = psutil.Process(self._process.pid), defaultdict(list)
        for process in [hub, *hub.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # it has ended
                if not _is_being_started(process):
                    found[process.environ().get("JUPYTERHUB_USER") or None].append(process)
        return found

    def processes(self, learner: str | None = None) -> list[psutil.Process]:
        """Those of one learner, or the hub's own."""
        return self.census()[learner]

    def end(self) -> None:
        """End the hub, which ends its learners' servers, and whatever is left of them."""
        try:
            family = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        self._process.terminate()
        try:
            self._process.wait(START)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _, left = psutil.wait_procs(family, timeout=10)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=10)


def _is_being_started(process: psutil.Process) -> bool:
    """Whether it still is its parent's double: for a moment it seems to hold all that the parent holds.

    A fork that stays one would be taken for such a process; no lesson makes any.
    """
    parent = process.parent()
    return parent is not None and process.cmdline() == parent.cmdline()


def browser() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy of the environment doesn't know this machine's ports
    return session


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:  # all are held until the last is found, so that no two are the same
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
