"""One password for the class and one for its teacher, of any script, and no quick guessing.

For the hub on one machine (jupyterhub_config.py) and, by ``helm --set-file``, for the one in Kubernetes.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hmac import compare_digest
from unicodedata import normalize

from jupyterhub.auth import Authenticator
from tornado import web
from traitlets import Unicode

#: So many wrong attempts from one address within a minute are typing errors of a class; from then on it takes turns.
FORGIVEN = 20
MINUTE = 60

#: Seconds between two attempts of an address that takes turns, and how many may wait for theirs.
PAUSE = 1
WAITING = 60


class ClassPassword(Authenticator):
    """Lets in whoever knows the password of the class, under any name but the teacher's, which has its own."""

    class_password = Unicode(help="what learners type").tag(config=True)
    teacher = Unicode("teacher", help="the teacher's name").tag(config=True)
    teacher_password = Unicode(help="what the teacher types").tag(config=True)

    def __init__(self, **settings):
        super().__init__(**settings)
        self._guesses: dict[str, Guesses] = defaultdict(Guesses)

    async def authenticate(self, handler, data: dict[str, str]) -> dict | None:
        """Who came in, or None where name and password don't belong together."""
        name = self.normalize_username(data["username"])
        right = self.teacher_password if name == self.teacher else self.class_password
        for address in [one for one, guesses in self._guesses.items() if guesses.forgotten()]:
            del self._guesses[address]
        guesses = self._guesses[handler.request.remote_ip]
        async with guesses.turn():
            if right and compare_digest(_bytes(data["password"]), _bytes(right)):
                # nobody is admin: a page on a learner's server could do with the teacher's cookie what the teacher may
                return {"name": name, "admin": False, "groups": []}
            guesses.failed()
        return None


class Guesses:
    """The attempts from one address: those of a class pass at once, those of a program that guesses one by one."""

    def __init__(self):
        self._failures: deque[float] = deque(maxlen=FORGIVEN)
        self._lock = asyncio.Lock()
        self._here = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until it is one's turn."""
        if self._here >= WAITING:
            raise web.HTTPError(429, "Too many people log in from this address. Try again in a minute.")
        self._here += 1
        try:
            async with self._lock:
                if len(self._failures) == FORGIVEN and time.monotonic() - self._failures[0] < MINUTE:
                    await asyncio.sleep(PAUSE)
                yield
        finally:
            self._here -= 1

    def failed(self) -> None:
        self._failures.append(time.monotonic())

    def forgotten(self) -> bool:
        """Whether nobody is here and the last wrong attempt is a minute old."""
        return not self._here and not (self._failures and time.monotonic() - self._failures[-1] < MINUTE)


def _bytes(password: str) -> bytes:
    # one keyboard writes an accented letter as one character, another as two
    return normalize("NFC", password).encode()
