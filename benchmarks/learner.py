"""A learner at a running hub, over HTTP: logs in, has a server, and runs the cells of a notebook in a kernel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import requests
import websocket

from .running_hub import PASSWORD, REQUEST, START, Hub, browser

CELL = 600  # seconds


class Learner:
    """A learner's browser: logs in, has a server started, and works on notebooks there."""

    def __init__(self, hub: Hub, name: str):
        self.hub, self.name = hub, name
        self.url = f"{hub.url}/user/{name}"
        self._session = browser()

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


class Kernel:
    """The other end of a websocket on which Jupyter's messages come and go."""

    def __init__(self, connection: websocket.WebSocket):
        self._connection = connection

    def listen(self, seconds: float) -> None:
        """Stay there for so long at most, as a browser does: the server hangs up on who answers none of its pings."""
        self._connection.settimeout(seconds)
        with suppress(websocket.WebSocketTimeoutException):
            self._connection.recv()
        self._connection.settimeout(CELL)

    def run(self, code: str) -> tuple[str, str]:
        """Run a cell and wait until it has ended: what it printed, and the traceback if it failed.

        Raises:
            TimeoutError: nothing came from the kernel for too long.
            ConnectionError: the server has hung up.
        """
        number = uuid4().hex
        self._connection.send(json.dumps(_execute_request(number, code)))
        printed, failed, waiting = "", "", {"execute_reply", "idle"}
        while waiting:
            try:
                frame = self._connection.recv()
            except websocket.WebSocketTimeoutException as error:
                raise TimeoutError(f"no word from the kernel for {CELL} seconds, in the cell\n{code}") from error
            if not frame:
                raise ConnectionError(f"the server has hung up, in the cell\n{code}")
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
