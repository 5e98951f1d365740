"""Save, load and resume. A file is safetensors with its settings in the metadata: it holds numbers, never code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from . import __version__, files, models, recipes
from .errors import BadInput
from .training import AdversarialLoop

#: Generators that come with the package, by name; provenance in bundled/<name>.json.
BUNDLED = ("article", "quick")

#: The classes of network that a file can name.
GENERATORS = {"Generator": models.Generator, "ConvGenerator": models.ConvGenerator}
DISCRIMINATORS = {"Discriminator": models.Discriminator, "ConvDiscriminator": models.ConvDiscriminator}

FORMAT = "gan_lesson"


class CheckpointError(BadInput):
    """The file is not a checkpoint that can be used here; the message says why."""


def save(loop: AdversarialLoop, path: str | os.PathLike, extra: Any = None) -> Path:
    """Write all that ``loop`` needs to go on to ``path``; a file that was there is replaced whole or not at all.

    ``extra`` is what else shall lie in the file, for `read_extra`: values that JSON knows, in lists and dicts, and
    tensors among them.
    """
    tensors: dict[str, torch.Tensor] = {}
    state = _take_out_tensors(loop.state_dict(), "", tensors)
    about = {
        "settings": loop.settings,
        "generator": _describe(loop.generator, GENERATORS),
        "discriminator": _describe(loop.discriminator, DISCRIMINATORS),
        "state": state,
        "extra": _take_out_tensors(extra, "extra", tensors),
    }
    return _write(path, tensors, about)


def read_extra(path: str | os.PathLike) -> Any:
    """What was given to `save` as ``extra``; None if nothing was. Keys of dicts come back as text, tuples as lists.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is not a checkpoint, or is damaged.
    """
    about, tensors = _read(path)
    return _put_back_tensors(about.get("extra"), tensors, path)


def save_generator(generator: nn.Module, path: str | os.PathLike, settings: dict | None = None) -> Path:
    """Write a generator alone, in the form that `load_generator` reads."""
    tensors = {f"generator.{name}": value for name, value in generator.state_dict().items()}
    return _write(path, tensors, {"settings": settings or {}, "generator": _describe(generator, GENERATORS)})


def save_networks(
    generator: nn.Module, discriminator: nn.Module, path: str | os.PathLike, settings: dict | None = None
) -> Path:
    """Write a trained pair for `load_generator` and `load_discriminator`, the discriminator in half precision.

    It only gives scores, for which three digits are plenty, and it takes half the room.
    """
    tensors = {f"generator.{name}": value for name, value in generator.state_dict().items()}
    tensors |= {f"discriminator.{name}": value.half() for name, value in discriminator.state_dict().items()}
    about = {
        "settings": settings or {},
        "generator": _describe(generator, GENERATORS),
        "discriminator": _describe(discriminator, DISCRIMINATORS),
    }
    return _write(path, tensors, about)


def save_moments(generators: Mapping[int, nn.Module], path: str | os.PathLike, settings: dict | None = None) -> Path:
    """Write one generator at several moments of its training, by the number of the step, in half precision.

    Only pictures are made of them, for which three digits are plenty.
    """
    tensors = {
        f"{step}.{name}": value.half() if value.is_floating_point() else value
        for step, generator in generators.items()
        for name, value in generator.state_dict().items()
    }
    about = {
        "settings": settings or {},
        "generator": _describe(next(iter(generators.values())), GENERATORS),
        "moments": list(generators),
    }
    return _write(path, tensors, about)


def load_moments(name: str) -> dict[int, nn.Module]:
    """The bundled generator called ``name`` as it was at several moments of its training: step -> generator.

    In evaluation mode, on the CPU.

    Raises:
        FileNotFoundError: no moments are bundled under that name.
    """
    path = files.bundled(f"{name}.moments.safetensors")
    about, tensors = _read(path)
    return {
        step: _build(path, "generator", about["generator"], GENERATORS, tensors, f"{step}.")
        for step in about["moments"]
    }


def resume(path: str | os.PathLike, loop: AdversarialLoop | None = None) -> AdversarialLoop:
    """The loop saved at ``path``, ready to go on as if it had never stopped.

    A loop made by a recipe is built again from the settings in the file; for a loop of your own networks, build it as
    you did before and pass it as ``loop``. If the file doesn't fit, that loop stays as it is.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is not a checkpoint, is damaged, or belongs to another kind of loop.
    """
    about, tensors = _read(path)
    if "state" not in about:
        raise CheckpointError(f"{path} holds a generator alone: it can draw, but there is no training to resume")
    settings = about["settings"]
    if loop is None:
        if "recipe" not in settings:
            raise CheckpointError(f"{path} comes from a loop of your own: build that loop and call resume(path, loop)")
        loop = recipes.get(settings["recipe"]).loop(seed=settings["seed"])
    else:
        _check_same_run(path, settings, loop)
    state = _put_back_tensors(about["state"], tensors, path)
    for optimizer in ("optimizer_g", "optimizer_d"):  # JSON turns the numbers of the weights into text
        state[optimizer]["state"] = {int(number): value for number, value in state[optimizer]["state"].items()}
    before = loop.state_dict()
    try:
        loop.load_state_dict(state)
    except (RuntimeError, ValueError, KeyError) as error:
        loop.load_state_dict(before)
        raise CheckpointError(f"{path} does not fit this loop: {error}") from error
    return loop


def load_generator(source: str | os.PathLike) -> nn.Module:
    """The trained generator called ``source`` (see `BUNDLED`) or held by the checkpoint or run folder at that path.

    Comes in evaluation mode, on the CPU. Where the training kept a moving average, that is what is loaded.

    Raises:
        FileNotFoundError: neither a bundled name nor a file.
        CheckpointError: it is not a checkpoint, is damaged, or its generator is of a class of your own.
    """
    path = _find(source)
    about, tensors = _read(path)
    prefix = "averaged." if any(key.startswith("averaged.") for key in tensors) else "generator."
    return _build(path, "generator", about["generator"], GENERATORS, tensors, prefix)


def load_discriminator(source: str | os.PathLike) -> nn.Module:
    """The discriminator that was trained against ``source``, a name or path as for `load_generator`.

    Comes in evaluation mode, on the CPU.

    Raises:
        FileNotFoundError: neither a bundled name nor a file.
        CheckpointError: it is not a checkpoint, is damaged, holds no discriminator, or one of a class of your own.
    """
    path = _find(source)
    about, tensors = _read(path)
    if "discriminator" not in about:
        raise CheckpointError(f"{path} holds a generator alone")
    return _build(path, "discriminator", about["discriminator"], DISCRIMINATORS, tensors, "discriminator.")


def _find(source: str | os.PathLike) -> Path:
    path = files.bundled(f"{source}.safetensors") if source in BUNDLED else Path(source)
    if path.is_dir():
        path = path / "checkpoint.safetensors"
    if not path.exists():
        raise FileNotFoundError(f"no checkpoint at {source}; bundled names are: {', '.join(BUNDLED)}")
    return path


def _build(
    path: Path,
    player: str,
    description: dict[str, Any],
    known: dict[str, type[nn.Module]],
    tensors: dict[str, torch.Tensor],
    prefix: str,
) -> nn.Module:
    settings = dict(description)
    name = settings.pop("class", None)
    if name not in known:
        raise CheckpointError(
            f"{path} holds a {player} of the class {name!r}, which gan_lesson doesn't know: "
            "build its loop and call resume(path, loop)"
        )
    weights = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
    try:
        network = known[name](**settings)
        network.load_state_dict(weights)
    except (RuntimeError, TypeError) as error:
        raise CheckpointError(f"{path}: the weights don't fit a {name}: {error}") from error
    return network.eval()


def _check_same_run(path: str | os.PathLike, settings: dict, loop: AdversarialLoop) -> None:
    if "recipe" not in settings or "recipe" not in loop.settings:
        return
    for name in ("recipe", "seed"):
        saved, wanted = settings.get(name), loop.settings.get(name)
        if saved != wanted:
            raise CheckpointError(f"{path} was trained with {name} {saved}, not {wanted}")


def _describe(network: nn.Module, known: dict[str, type[nn.Module]]) -> dict[str, Any]:
    kind = type(network)
    ours = known.get(kind.__name__) is kind  # a learner's class may be called Generator, too
    return {
        "class": kind.__name__ if ours else f"{kind.__module__}.{kind.__qualname__}",
        **getattr(network, "settings", {}),
    }


def _write(path: str | os.PathLike, tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> Path:
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    metadata = {"format": FORMAT, "version": __version__, "about": json.dumps(about)}
    try:
        return files.write(path, lambda unfinished: save_file(tensors, unfinished, metadata))
    except SafetensorError as error:
        raise OSError(f"cannot write {path}: {error}") from error


def _read(path: str | os.PathLike) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint at {path}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise CheckpointError(f"{path} is a safetensors file, but not one that gan_lesson wrote")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        return json.loads(metadata["about"]), tensors
    except SafetensorError as error:
        with path.open("rb") as file:
            start = file.read(2)
        if start == b"PK" or start.startswith(b"\x80"):
            raise CheckpointError(
                f"{path} is a pickle (as torch.save writes), which can run code when it is opened: not read"
            ) from None
        raise CheckpointError(f"{path} is not a checkpoint, or is damaged or half-written ({error})") from error


def _take_out_tensors(value: Any, path: str, tensors: dict[str, torch.Tensor]) -> Any:
    """A copy of a nested state for JSON, its tensors moved to ``tensors`` under dotted paths."""
    if isinstance(value, torch.Tensor):
        tensors[path] = value
        return {"tensor": path}
    if isinstance(value, dict):
        return {str(key): _take_out_tensors(item, f"{path}.{key}".lstrip("."), tensors) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_take_out_tensors(item, f"{path}.{index}", tensors) for index, item in enumerate(value)]
    return value


def _put_back_tensors(value: Any, tensors: dict[str, torch.Tensor], path: str | os.PathLike) -> Any:
    if isinstance(value, dict):
        if list(value) == ["tensor"]:
            if value["tensor"] not in tensors:
                raise CheckpointError(f"{path} is damaged: it lacks the tensor {value['tensor']!r}")
            return tensors[value["tensor"]]
        return {key: _put_back_tensors(item, tensors, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_put_back_tensors(item, tensors, path) for item in value]
    return value
