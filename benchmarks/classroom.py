"""A class at the hub: JupyterHub as deploy/jupyterhub configures it, and learners who work there over HTTP.

For jupyterhub.py beside this file and for tests/deploy.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
import requests
import websocket

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py"
PROXY = CONFIG.parent / "node_modules" / "configurable-http-proxy"
PASSWORD, ADMIN, ADMIN_PASSWORD = "open sesame", "teacher", "a password for the teacher, and for nobody else"
REQUEST, START, CELL = 300, 600, 600  # seconds
MEGABYTE = 2**20


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
def start(folder: Path) -> Iterator[Hub]:
    """Start the hub on free ports; ``folder`` is for everything that it and its learners write."""
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
            command(*options), env=environment(folder), stdout=out, stderr=out, cwd=folder, start_new_session=True
        )
    hub = Hub(f"http://127.0.0.1:{public}", folder / "hub", process, log)
    try:
        hub.wait_until_it_answers()
        yield hub
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

        with _session() as session:
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
        return self.log.read_text()[-4000:]

    def processes(self, learner: str | None = None) -> list[psutil.Process]:
        """Those of one learner (the server and its kernels), or the hub, its proxy and its culler."""
        hub = psutil.Process(self._process.pid)
        found = []
        for process in [hub, *hub.children(recursive=True)]:
            try:
                if (process.environ().get("JUPYTERHUB_USER") or None) == learner:
                    found.append(process)
            except psutil.Error:
                continue  # it has ended
        return found

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


class Learner:
    """A learner's browser: logs in, has a server started, and works on notebooks there."""

    def __init__(self, hub: Hub, name: str):
        self.hub, self.name = hub, name
        self.url = f"{hub.url}/user/{name}"
        self._session = _session()

    def __enter__(self) -> Learner:
        return self

    def __exit__(self, *_) -> None:
        self._session.close()

    def log_in(self, password: str = PASSWORD) -> requests.Response:
        """Send the form of the login page; a success also asks for a server, as in a browser."""
        self._session.get(f"{self.hub.url}/hub/login", timeout=REQUEST).raise_for_status()
        form = {"username": self.name, "password": password, "_xsrf": self._xsrf("/hub/")}
        return self._session.post(f"{self.hub.url}/hub/login", data=form, timeout=REQUEST)

    def enter(self, password: str = PASSWORD) -> str:
        """Log in and wait for the server; the address at which the browser arrives."""
        self.log_in(password).raise_for_status()
        progress = f"{self.hub.url}/hub/api/users/{self.name}/server/progress"
        with self._session.get(progress, stream=True, timeout=START) as answer:
            answer.raise_for_status()
            events = [json.loads(line[5:]) for line in answer.iter_lines() if line.startswith(b"data:")]
        if not events or not events[-1].get("ready"):
            raise RuntimeError(f"{self.name} got no server: {events}\n{self.hub.said()}")
        return self._open()

    def look_over_the_shoulder_of(self, name: str) -> None:
        """Go to the server of another, if the hub lets us."""
        self.url = f"{self.hub.url}/user/{name}"
        page = self._open()
        if "/oauth2/authorize" in page:  # the hub asks whether we mean it
            form = {"_xsrf": self._xsrf("/hub/"), "scopes": f"access:servers!server={name}/"}
            self._session.post(page, data=form, headers={"Referer": page}, timeout=REQUEST).raise_for_status()

    def ask_the_hub(self, method: str, path: str, content: dict | None = None) -> requests.Response:
        """Ask the hub itself, as its own pages do."""
        headers = {"X-XSRFToken": self._xsrf("/hub/")}
        return self._session.request(
            method, f"{self.hub.url}/hub/api/{path}", json=content, headers=headers, timeout=REQUEST
        )

    def leave(self) -> None:
        """Have the server stopped, and wait until it is."""
        self.ask_the_hub("DELETE", f"users/{self.name}/server").raise_for_status()
        self.hub.wait(
            lambda: not self.ask_the_hub("GET", f"users/{self.name}").json()["servers"],
            f"the server of {self.name} doesn't stop",
        )

    def read(self, path: str) -> dict:
        """A notebook of the learner's folder."""
        return self._ask("GET", f"contents/{path}")["content"]

    def save(self, path: str, notebook: dict) -> None:
        self._ask("PUT", f"contents/{path}", {"type": "notebook", "format": "json", "content": notebook})

    @contextmanager
    def kernel(self, path: str) -> Iterator[Kernel]:
        """A kernel for the notebook at ``path``, in its folder."""
        asked = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        session = self._ask("POST", "sessions", asked)
        url = f"{self.url}/api/kernels/{session['kernel']['id']}/channels?session_id={uuid4().hex}"
        cookies = self._session.prepare_request(requests.Request("GET", f"{self.url}/")).headers["Cookie"]
        connection = websocket.create_connection(
            url.replace("http", "ws", 1), cookie=cookies, timeout=CELL, http_no_proxy=["127.0.0.1"]
        )
        try:
            yield Kernel(connection)
        finally:
            connection.close()
            self._ask("DELETE", f"sessions/{session['id']}")

    def _open(self) -> str:
        page = self._session.get(f"{self.url}/", timeout=REQUEST)
        page.raise_for_status()
        return page.url

    def _ask(self, method: str, path: str, content: dict | None = None):
        answer = self._session.request(
            method,
            f"{self.url}/api/{path}",
            json=content,
            headers={"X-XSRFToken": self._xsrf(f"{self.url.removeprefix(self.hub.url)}/")},
            timeout=REQUEST,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _xsrf(self, path: str) -> str:
        return next(it.value for it in self._session.cookies if it.name == "_xsrf" and it.path == path)


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy of the environment doesn't know this machine's ports
    return session


class Kernel:
    """The other end of a websocket on which Jupyter's messages come and go."""

    def __init__(self, connection: websocket.WebSocket):
        self._connection = connection

    def run(self, code: str) -> tuple[str, str]:
        """Run a cell and wait until it has ended: what it printed, and the traceback if it failed.

        Raises:
            TimeoutError: nothing came from the kernel for too long.
        """
        number = uuid4().hex
        self._connection.send(json.dumps(_execute_request(number, code)))
        printed, failed, waiting = "", "", {"execute_reply", "idle"}
        while waiting:
            try:
                frame = self._connection.recv()
            except websocket.WebSocketTimeoutException as error:
                raise TimeoutError(f"no word from the kernel for {CELL} seconds, in the cell\n{code}") from error
            if isinstance(frame, bytes):
                continue  # a message with binary buffers: it opens a widget
            message = json.loads(frame)
            if message["parent_header"].get("msg_id") != number:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream" and content["name"] == "stdout":
                printed += content["text"]
            elif kind == "error":
                failed = "\n".join(content["traceback"])
            elif kind == "status":
                waiting.discard(content["execution_state"])
            elif kind == "execute_reply":
                waiting.discard(kind)
                failed = failed or (content["status"] != "ok" and str(content)) or ""
        return printed, failed


def _execute_request(number: str, code: str) -> dict:
    header = {"msg_id": number, "msg_type": "execute_request", "username": "", "session": number, "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
    return {
        "channel": "shell",
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "buffers": [],
    }


# ---- a class at work


@dataclass
class Report:
    """What one learner met: times in seconds, memory in MB, errors as {cell: traceback}."""

    name: str
    arrived_at: str
    login_to_server: float
    lesson: float
    errors: dict[str, str]
    told: dict
    cpu_seconds: float = 0.0
    peak_rss_mb: float = 0.0
    peak_pss_mb: float = 0.0


ASK = """import json, sys
from pathlib import Path
import torch
from gan_lesson import data
print(json.dumps({
    "folder": str(Path.cwd()), "home": str(Path.home()), "python": sys.executable,
    "cache": str(data.cache_folder()), "threads": torch.get_num_threads(),
}))"""


def solve(notebook: dict, solved: dict) -> dict:
    """The learner's edition with the solved edition's exercises typed into it."""
    answers = {cell["id"]: cell["source"] for cell in solved["cells"]}
    cells = [
        {**cell, "source": answers[cell["id"]]} if "exercise" in cell["metadata"].get("tags", []) else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def attend(hub: Hub, name: str, lesson: str, meeting: threading.Barrier) -> Report:
    """Log in, solve a lesson, save it, and run all of its cells; the class begins each part together."""
    with Learner(hub, name) as learner:
        meeting.wait(START)
        start = time.perf_counter()
        arrived_at = learner.enter()
        entered = time.perf_counter() - start
        path = f"{lesson}.ipynb"
        notebook = solve(learner.read(path), learner.read(f"solutions/{path}"))
        learner.save(path, notebook)
        meeting.wait(START)
        start = time.perf_counter()
        with learner.kernel(path) as kernel:
            cells = {cell["id"]: cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"}
            errors = {number: failed for number, code in cells.items() if (failed := kernel.run(code)[1])}
            took = time.perf_counter() - start
            report = Report(name, arrived_at, entered, took, errors, json.loads(kernel.run(ASK)[0] or "{}"))
            processes = hub.processes(name)
            report.cpu_seconds = sum(sum(process.cpu_times()[:2]) for process in processes)
            report.peak_rss_mb = sum(map(_peak_rss, processes)) / MEGABYTE
        return report


def lesson_together(hub: Hub, names: list[str], lesson: str) -> list[Report]:
    """All of them do the lesson at once."""
    meeting = threading.Barrier(len(names))

    def one(name: str) -> Report:
        try:
            return attend(hub, name, lesson, meeting)
        except BaseException:
            meeting.abort()  # the others needn't wait for one who failed
            raise

    with _MemoryWatch(hub, names) as watch, ThreadPoolExecutor(len(names)) as pool:
        attending = [pool.submit(one, name) for name in names]
        failures = [error for it in attending if (error := it.exception())]
        for error in sorted(failures, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
            raise error
        reports = [it.result() for it in attending]
    for report in reports:
        report.peak_pss_mb = watch.peaks[report.name] / MEGABYTE
    return reports


class _MemoryWatch:
    """Looks once a second at the proportional set size of each learner: a page shared by five counts a fifth."""

    def __init__(self, hub: Hub, names: list[str]):
        self.peaks = dict.fromkeys(names, 0)
        self._hub = hub
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> _MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(1):
            for name in self.peaks:
                now = sum(map(_pss, self._hub.processes(name)))
                self.peaks[name] = max(self.peaks[name], now)


def _pss(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except psutil.Error:
        return 0  # it has ended


def _peak_rss(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:  # all are held until the last is found, so that no two are the same
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
