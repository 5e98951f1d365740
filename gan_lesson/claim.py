"""A claim: a folder belongs to one writer at a time."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from .errors import BadInput


class Claim:
    """A folder that belongs to one writer at a time, from the making of this object until ``release``.

    The system takes the claim back when the process ends, however it ends.

    Args:
        folder: an existing one. While it is claimed, it holds a file ``.lock``.

    Raises:
        BadInput: it belongs to another writer.
        OSError: it can't be written to.
    """

    def __init__(self, folder: Path):
        self._folder, self._began_in = folder.absolute(), os.stat(folder)
        self._path = self._folder / ".lock"
        self._lock = FileLock(self._path, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
            while not self._path.exists():  # its last owner removed it while we took hold of it: it ties nobody
                self._lock.release()
                self._lock.acquire()
        except Timeout:
            raise BadInput(
                f"{folder} belongs to another training run that is still going on: "
                "wait for its end or stop it, or choose another folder"
            ) from None
        except NotImplementedError:
            pass  # a file system without locks: there is nothing to go by

    def check(self) -> None:
        """Raise BadInput if the claimed folder is no longer where it was: what is there now may be another's."""
        if not self._is_in_place():
            raise BadInput(
                f"{self._folder} was moved or removed while its run was going on: what was saved until then is in it, "
                "and no more is written"
            )

    def release(self) -> None:
        """Let others write there; without effect the second time."""
        if self._lock.is_locked:
            with suppress(OSError):  # Windows lets nobody remove it before its release
                if self._is_in_place():  # or the file there is another's
                    self._path.unlink(missing_ok=True)
            self._lock.release()

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(os.stat(self._folder), self._began_in)
        except (FileNotFoundError, NotADirectoryError):
            return False
