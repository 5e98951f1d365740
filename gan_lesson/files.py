"""Files: written whole or not at all, read only where they are files of a sane size, and those of the package."""

from __future__ import annotations

import errno
import json
import os
import platform
import stat
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

from .errors import BadInput

#: What comes with the package beside its code: weights, runs and what the benchmarks measured.
BUNDLED = Path(str(resources.files(__package__) / "bundled"))

#: Seconds after which a file that is still unfinished belongs to nobody, wherever its writer was.
A_DAY = 24 * 60 * 60


def bundled(name: str) -> Path:
    """Where the file called ``name`` that comes with the package lies, or would lie."""
    return BUNDLED / name


def write(path: str | os.PathLike, content: bytes | str | Callable[[Path], object]) -> Path:
    """Let the file at ``path`` hold ``content``: whole or, whatever goes wrong or interrupts it, as it was before.

    The new file grows beside the old one and takes its place in one move. Folders that are missing are made. All may
    read the file, its owner may write it (0644). What an earlier writer of this file left unfinished when it was killed
    is removed, once it is sure that it is dead: its process on this machine has ended, or it has been silent for a day.
    A link stays a link: the file that it leads to is written.

    Args:
        content: bytes, text (UTF-8), or a function that writes the file at the path that it is given.

    Raises:
        OSError: there is no room, or no right to write there, or a device or a pipe is there; the error names ``path``.
    """
    path = Path(path)
    make_folder(path.parent)
    try:
        place = Path(os.path.realpath(path)) if path.is_symlink() else path
        _check_replaceable(place)
        _sweep(place)
        # the name ends as the file's own does, for writers that go by it
        prefix = f"{_left_by(place)}{os.getpid()}-"
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=prefix, suffix=place.suffix)
        os.close(handle)
        unfinished = Path(name)
        try:
            if callable(content):
                content(unfinished)
            else:
                unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
            unfinished.chmod(0o644)
            os.replace(unfinished, place)
        finally:
            unfinished.unlink(missing_ok=True)  # gone already, unless something went wrong or was interrupted
    except OSError as error:
        if error.errno is None:  # it comes from a library, in that library's words
            raise OSError(f"cannot write {path}: {error}") from error
        raise OSError(error.errno, error.strerror, str(path)) from error
    return path


def _check_replaceable(path: Path) -> None:
    # a superuser's move would put a file in the place of /dev/null; for folders the system says it
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, f"Not a regular file, but {_kind(path.stat().st_mode)}: not written to")


def make_folder(folder: Path) -> None:
    """Let there be a folder, with all folders above it.

    Raises:
        NotADirectoryError: a file is in its place, or in that of a folder above it.
        OSError: there is no right, or no room, to make it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        place = next(one for one in (folder, *folder.parents) if os.path.lexists(one) and not one.is_dir())
        reason = "Not a directory, so nothing can be put into it"
        raise NotADirectoryError(errno.ENOTDIR, reason, str(place)) from None


def _left_by(path: Path) -> str:
    """How the names of all unfinished files of ``path`` begin that are written on this machine; a number follows."""
    # not the name itself: with what is added to it, it could be too long for a file
    return f".unfinished-{zlib.crc32(os.fsencode(path.name)):08x}-{zlib.crc32(platform.node().encode()):08x}-"


def _sweep(path: Path) -> None:
    """Remove what dead writers of ``path`` left unfinished."""
    here = _left_by(path)
    anywhere = here[: len(".unfinished-00000000-")]
    try:
        left = [path.parent / name for name in os.listdir(path.parent) if name.startswith(anywhere)]
    except OSError:  # a folder that can be written and not read
        return
    for one in left:
        process = one.name.removeprefix(here).partition("-")[0]
        with suppress(OSError):  # another writer has swept it
            if time.time() - one.stat().st_mtime > A_DAY or (process.isdecimal() and _has_ended(int(process))):
                one.unlink()


def _has_ended(process: int) -> bool:
    if os.name != "nt":  # there, to ask for a sign of life is to end it
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        except (PermissionError, OverflowError):  # another user's, or none of ours
            pass
    return False


@contextmanager
def opened(path: str | os.PathLike, most: int) -> Iterator[tuple[BinaryIO, int]]:
    """The regular file at ``path``, open for reading, and its size in bytes.

    Args:
        most: so many bytes it may have.

    Raises:
        FileNotFoundError: there is none.
        BadInput: it is no regular file (a folder, a pipe, a device), is larger, or can't be read.
    """
    try:
        _check_regular(path, os.stat(path), most)  # before it is opened: to open a device may do something
        # a pipe that took its place in between must not make us wait
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            _check_regular(path, status, most)
            yield file, status.st_size
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(f"there is no file {path}") from None
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror or error}") from error


def read(path: str | os.PathLike, most: int) -> bytes:
    """What the regular file at ``path`` holds; see `opened`, which says what is raised, too."""
    with opened(path, most) as (file, size):
        return file.read(size)  # and not what somebody goes on writing to it


def read_json(path: str | os.PathLike, most: int = 2**20) -> dict[str, Any]:
    """The JSON object that the regular file at ``path`` holds.

    Raises:
        FileNotFoundError: there is no such file.
        BadInput: it is no regular file, is larger than ``most`` bytes, or holds no JSON object.
    """
    return json_object(read(path, most), path)


def json_object(content: bytes | str, whose: object) -> dict[str, Any]:
    """The JSON object that is written in ``content``, which came from ``whose``.

    Raises:
        BadInput: there is no such object.
    """
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:  # ValueError also for bytes that are no text
        raise BadInput(f"{whose} is damaged: it should hold JSON ({error})") from None
    if not isinstance(value, dict):
        raise BadInput(f"{whose} is damaged: it should hold a JSON object, and holds {type(value).__name__}")
    return value


def _check_regular(path: str | os.PathLike, status: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(f"{path} is no regular file, but {_kind(status.st_mode)}: not read")
    if status.st_size > most:
        raise BadInput(f"{path} has {status.st_size:,} bytes, and {most:,} are the most that it may have: not read")


def _kind(mode: int) -> str:
    kinds = {stat.S_ISDIR: "a folder", stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket"}
    return next((name for is_one, name in kinds.items() if is_one(mode)), "a device")
