"""One file of tensors, and of what is to be known about them: safetensors with a checksum, read whole or refused.

What is known ("about") is a JSON object in the header's metadata. Nothing in such a file is ever run, and nothing that
was read depends on the file any longer: all tensors are copies in memory.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file

from . import __version__, files
from .errors import BadInput

FORMAT = "gan_lesson"

#: The largest file that is read: what training this course's networks leaves has some 30 MB.
MOST = 2 * 2**30

#: The longest header of a safetensors file, as the format has it.
_LONGEST_HEADER = 100_000_000

#: Where tensors may stand in what is known, and how the names of these tensors begin.
_NESTED = {"state": "", "extra": "extra"}

#: How a dict is written that itself looks like one of the two forms that stand for something else.
_AS_IT_IS = "as it is"


class CheckpointError(BadInput):
    """The file is not a checkpoint that can be used here; the message says why."""


class Foreign(CheckpointError):
    """The file may hold weights, but gan_lesson did not write it."""

    def __init__(self, path: str | os.PathLike, what: str):
        super().__init__(
            f"{path} is {what}. For its weights alone build the generator that they belong to and call "
            "load_generator(path, into=generator)"
        )


class Pickled(Foreign):
    """The file is what torch.save writes."""

    def __init__(self, path: str | os.PathLike):
        super().__init__(path, "a pickle (as torch.save writes), which can run code when it is opened: not read")


def write(path: str | os.PathLike, tensors: Mapping[str, torch.Tensor], about: dict[str, Any]) -> Path:
    """Write ``tensors`` and ``about``; a file that was there is replaced whole or not at all.

    In what stands under "state" and "extra" there may be more tensors.

    Raises:
        TypeError, ValueError: something in ``about`` is neither a tensor nor known to JSON, or is much too long.
        OSError: there is no room, or no right to write there.
    """
    tensors = dict(tensors)
    taken_out = {key: _take_out_tensors(about[key], start, tensors) for key, start in _NESTED.items() if key in about}
    about = {**about, **taken_out}
    if other := [name for name, value in tensors.items() if not isinstance(value, torch.Tensor)]:
        raise TypeError(f"a file of weights holds tensors, and {other[0]!r:.80} is none")
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    metadata = {"format": FORMAT, "version": __version__, "about": json.dumps(about)}
    metadata["checksum"] = checksum(tensors, metadata)
    if len(json.dumps(metadata)) > 0.9 * _LONGEST_HEADER:  # or it could never be read again
        raise ValueError(f"{path} can't hold so much besides tensors: put long lists of numbers into a tensor")
    try:
        return files.write(path, lambda unfinished: save_file(tensors, unfinished, metadata))
    except SafetensorError as error:
        raise OSError(f"cannot write {path}: {error}") from error


def read(path: str | os.PathLike) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """What was given to `write`: about, with its tensors in it, and all tensors by name.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is no such file, or is damaged.
    """
    metadata, tensors = _contents(path)
    if metadata.get("format") != FORMAT:
        raise Foreign(path, "a safetensors file, but not one that gan_lesson wrote")
    try:
        about = files.json_object(metadata.get("about", "null"), path)
        about |= {key: _put_back_tensors(about[key], tensors, path) for key in _NESTED if key in about}
    except RecursionError:
        raise CheckpointError(f"{path} is damaged: what it says of itself is nested too deeply") from None
    except BadInput as error:
        raise CheckpointError(str(error)) from None
    # files of earlier versions have none
    if "checksum" in metadata and metadata.pop("checksum") != checksum(tensors, metadata):
        raise CheckpointError(f"{path} is damaged: its checksum is not that of its contents; go back to an earlier one")
    return about, tensors


def read_plain(path: str | os.PathLike) -> dict[str, torch.Tensor]:
    """The tensors of any safetensors file, by name.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is no such file, or is damaged.
    """
    return _contents(path)[1]


def checksum(tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str]) -> str:
    """SHA-256 over names, types, shapes and bytes of all tensors on the CPU, and over the metadata."""
    digest = hashlib.sha256(json.dumps(sorted(metadata.items())).encode())
    for name, value in sorted(tensors.items()):
        digest.update(json.dumps([name, str(value.dtype), list(value.shape)]).encode())
        digest.update(value.contiguous().reshape(-1).view(torch.uint8).numpy())
    return f"sha256:{digest.hexdigest()}"


def _contents(path: str | os.PathLike) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    """Metadata and tensors of a safetensors file; all that is said in it was checked against its size."""
    try:
        with files.opened(path, MOST) as (file, size):
            start = file.read(8)
            length = int.from_bytes(start, "little")
            header = file.read(length) if length <= min(size, _LONGEST_HEADER) else b""
            if header.startswith(b"{"):  # or it can't be one: why read gigabytes
                # from memory: what is mapped from the file would change with it
                tensors = load(start + header + file.read(size))
                return json.loads(header).get("__metadata__") or {}, tensors
            problem = "it has no header"
    except BadInput as error:
        raise CheckpointError(str(error)) from None
    except FileNotFoundError:
        raise FileNotFoundError(f"no checkpoint at {path}") from None
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError, AssertionError) as error:
        problem = str(error)
    if start.startswith((b"PK", b"\x80")):
        raise Pickled(path)
    raise CheckpointError(f"{path} is not a checkpoint, or is damaged or half-written ({problem})")


def _take_out_tensors(value: Any, path: str, tensors: dict[str, torch.Tensor]) -> Any:
    """A copy of a nested value for JSON, its tensors moved to ``tensors`` under dotted paths."""
    if isinstance(value, torch.Tensor):
        while path in tensors:  # "a.b" in one dict, and "b" in "a" in another
            path += "'"
        tensors[path] = value
        return {"tensor": path}
    if isinstance(value, dict):
        copy = {str(key): _take_out_tensors(item, f"{path}.{key}".lstrip("."), tensors) for key, item in value.items()}
        return {_AS_IT_IS: copy} if list(copy) in (["tensor"], [_AS_IT_IS]) else copy
    if isinstance(value, (list, tuple)):
        return [_take_out_tensors(item, f"{path}.{index}", tensors) for index, item in enumerate(value)]
    return value


def _put_back_tensors(value: Any, tensors: dict[str, torch.Tensor], path: str | os.PathLike) -> Any:
    if isinstance(value, dict):
        if list(value) == ["tensor"]:
            name = value["tensor"]
            if not isinstance(name, str) or name not in tensors:
                raise CheckpointError(f"{path} is damaged: it lacks the tensor {name!r:.80}")
            return tensors[name]
        if list(value) == [_AS_IT_IS] and isinstance(value[_AS_IT_IS], dict):
            value = value[_AS_IT_IS]
        return {key: _put_back_tensors(item, tensors, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_put_back_tensors(item, tensors, path) for item in value]
    return value
