"""Weights for a network: do they fit it, in names, shapes and kinds of numbers, and if so, put there all or none."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import UninitializedTensorMixin

from . import files, tensorfile
from .errors import BadInput
from .tensorfile import CheckpointError

#: What DataParallel and torch.compile put into the names of a network's weights.
WRAPPERS = {"module", "_orig_mod"}

Weights = Mapping[str, torch.Tensor]


def misfit(weights: Weights, own: Weights) -> str | None:
    """In words, where ``weights`` differ from a network's ``own`` in names, shapes or kinds of numbers; else None."""
    absent, foreign = own.keys() - weights.keys(), weights.keys() - own.keys()
    if absent or foreign:
        lacks = f"{_some(absent)} of the network are not in it" if absent else ""
        has = f"the network has no {_some(foreign)}" if foreign else ""
        return ", and ".join(filter(None, [lacks, has]))
    for name, expected in own.items():
        value = weights[name]
        if not isinstance(expected, torch.Tensor):  # what a module notes besides (get_extra_state)
            continue
        if (
            not isinstance(value, torch.Tensor)
            or value.layout != torch.strided
            or value.is_quantized
            or (value.is_meta and not expected.is_meta)
        ):
            return f"its {name} is no plain tensor"
        if value.shape != expected.shape:
            return f"its {name} has the shape {tuple(value.shape)}, the network's {tuple(expected.shape)}"
        if (value.is_floating_point(), value.is_complex()) != (expected.is_floating_point(), expected.is_complex()):
            return f"its {name} is of type {value.dtype}, the network's of {expected.dtype}"
    return None


def put(weights: Weights, network: nn.Module) -> None:
    """Put ``weights`` into ``network``, all of them or, if they don't fit, none.

    What DataParallel and torch.compile add to the names of weights, on either side, makes no difference.

    Raises:
        BadInput: they don't fit; the message says where.
    """
    own = _ready(network)
    weights = _renamed(weights, own)
    if problem := misfit(weights, own):
        raise BadInput(problem)
    before = {name: value.clone() if isinstance(value, torch.Tensor) else value for name, value in own.items()}
    try:
        network.load_state_dict(weights)
    except Exception as error:  # of a network with ideas of its own
        network.load_state_dict(before)
        raise BadInput(str(error)) from error


def read_any(path: str | os.PathLike) -> dict[str, Weights]:
    """The sets of weights in a file that gan_lesson did not write: plain safetensors, or what torch.save wrote.

    Of a file made by torch.save numbers are read and nothing else: no code in it is run.

    Returns:
        Each set under the name that it has in the file; "" where it is all of the file.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is neither, is damaged, or holds more than weights.
    """
    try:
        return {"": tensorfile.read_plain(path)}
    except tensorfile.Pickled:
        return dict(_sets(_unpickled(path)))


def put_fitting(sets: Mapping[str, Weights], network: nn.Module) -> None:
    """Put those of ``sets`` into ``network`` that fit it: a set, or the part of one under a name such as ``netG``.

    Raises:
        BadInput: none fits, or more than one; nothing has changed.
    """
    own = _ready(network)
    parts = {}
    for name, weights in sets.items():
        parts |= {".".join(filter(None, [name, place])): part for place, part in _parts(weights, own)}
    fitting = [name for name, part in parts.items() if misfit(part, own) is None]
    if len(fitting) > 1:
        raise BadInput(
            f"more than one set of weights in it fits: {_some(fitting)}; save the one that you want by itself"
        )
    if not parts:
        raise BadInput("there are no weights in it")
    nearest = max(parts, key=lambda name: len(parts[name].keys() & own.keys()))
    put(parts[fitting[0] if fitting else nearest], network)


def _ready(network: nn.Module) -> Weights:
    """The weights of a network, all of which have a shape and room."""
    own = network.state_dict()
    if any(isinstance(value, UninitializedTensorMixin) for value in own.values()):
        raise BadInput("its lazy layers know no shapes before their first forward pass: make one with some noise first")
    if any(isinstance(value, torch.Tensor) and value.is_meta for value in own.values()):
        raise BadInput("it has no room for weights, being on the device meta: build it on the CPU")
    return own


def _parts(weights: Weights, own: Collection[str]) -> Iterator[tuple[str, Weights]]:
    """``weights`` under a network's names, and each part of them that may be this network as a part of a larger one."""
    yield "", _renamed(weights, own)
    bare = {_bare(name): value for name, value in weights.items()}
    first = _bare(next(iter(own), ""))
    for name in bare:
        place = name.removesuffix(first)
        if place != name and place.endswith("."):
            part = {name.removeprefix(place): value for name, value in bare.items() if name.startswith(place)}
            yield place.rstrip("."), _renamed(part, own)


def _renamed(weights: Weights, own: Collection[str]) -> Weights:
    """``weights`` under a network's ``own`` names, where only wrappers make the difference."""
    if weights.keys() == set(own):
        return weights
    ours = {_bare(name): name for name in own}
    return {ours.get(_bare(name), name): value for name, value in weights.items()}


def _bare(name: str) -> str:
    return ".".join(part for part in name.split(".") if part not in WRAPPERS)


def _sets(content: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Weights]]:
    """The sets of weights in nested dicts and lists, each under the dotted name of its place."""
    if isinstance(content, (list, tuple)):
        content = dict(enumerate(content))
    if not isinstance(content, Mapping) or depth > 5:
        return
    weights = {str(key): value for key, value in content.items() if isinstance(value, torch.Tensor)}
    if weights:
        yield name, weights
    for key, value in content.items():
        yield from _sets(value, f"{name}.{key}".strip("."), depth + 1)


def _some(names: Collection[str], most: int = 3) -> str:
    """The first few of ``names``, and how many there are besides."""
    first = [f"{name!r:.80}" for name in sorted(names)[:most]]
    return ", ".join(first) + (f" and {len(names) - most} more" if len(names) > most else "")


def _unpickled(path: str | os.PathLike) -> Any:
    content = files.read(path, tensorfile.MOST)
    if content.startswith(b"PK"):
        _check_archive(path, content)
    try:
        # from memory: PyTorch before 2.6 ran code in a tar file, which it looks for in files alone
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever PyTorch meets in it
        reason = _reason(error)
        raise CheckpointError(
            f"{path} holds more than weights, or is damaged; nothing in it was run ({reason}). Where it was made, save "
            "the weights alone: torch.save(generator.state_dict(), path)"
        ) from None


def _reason(error: Exception) -> str:
    """What PyTorch stumbled over, which it says in the midst of advice on how to run the code all the same."""
    named = re.search(r"GLOBAL ([\w.]+) was not|Unsupported class ([\w.]+)", str(error))
    return f"it holds {named[1] or named[2]}" if named else str(error).split("\n")[0][:200]


def _check_archive(path: str | os.PathLike, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise CheckpointError(f"{path} is damaged or half-written ({error})") from None
    if any(entry.filename.endswith("constants.pkl") for entry in entries):
        raise CheckpointError(
            f"{path} is a TorchScript archive, which holds code: not read. Where it was made, save the weights alone: "
            "torch.save(generator.state_dict(), path)"
        )
    # torch.save neither packs nor locks anything; what unpacks to more than it is could fill the memory
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
        raise CheckpointError(f"{path} is no file of torch.save: its contents are packed or encrypted")
