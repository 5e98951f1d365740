"""Save, load and resume. A file is safetensors with its settings in the metadata: it holds numbers, never code."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

from . import files, models, recipes, saved_state, tensorfile, weights
from .errors import BadInput
from .tensorfile import CheckpointError
from .tensors import check_path
from .training import AdversarialLoop

#: Generators that come with the package, by name; provenance in bundled/<name>.json.
BUNDLED = ("article", "quick")

#: The classes of network that a file can name.
GENERATORS = {"Generator": models.Generator, "ConvGenerator": models.ConvGenerator}
DISCRIMINATORS = {"Discriminator": models.Discriminator, "ConvDiscriminator": models.ConvDiscriminator}
_KNOWN = {"generator": GENERATORS, "discriminator": DISCRIMINATORS}
_OPTIMIZERS = ("optimizer_g", "optimizer_d")

#: Far more than the latent dimensions or channels of any network.
_LARGEST_SETTING = 1_000_000


def save(loop: AdversarialLoop, path: str | os.PathLike, extra: Any = None) -> Path:
    """Write all that ``loop`` needs to go on to ``path``; a file that was there is replaced whole or not at all.

    ``extra`` is what else shall lie in the file, for `read_extra`: values that JSON knows, in lists and dicts, and
    tensors among them.
    """
    about = {
        "settings": loop.settings,
        "generator": _describe(loop.generator, GENERATORS),
        "discriminator": _describe(loop.discriminator, DISCRIMINATORS),
        "optimizers": {name: type(getattr(loop, name)).__name__ for name in _OPTIMIZERS},
        "state": loop.state_dict(),
        "extra": extra,
    }
    return tensorfile.write(path, {}, about)


def read_extra(path: str | os.PathLike) -> Any:
    """What was given to `save` as ``extra``; None if nothing was. Keys of dicts come back as text, tuples as lists.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is not a checkpoint, or is damaged.
    """
    return tensorfile.read(_within(path))[0].get("extra")


def save_generator(generator: nn.Module, path: str | os.PathLike, settings: dict | None = None) -> Path:
    """Write a generator alone, for `load_generator`, which needs ``into`` where its class is your own."""
    tensors = {f"generator.{name}": value for name, value in generator.state_dict().items()}
    return tensorfile.write(path, tensors, {"settings": settings or {}, "generator": _describe(generator, GENERATORS)})


def save_networks(
    generator: nn.Module, discriminator: nn.Module, path: str | os.PathLike, settings: dict | None = None
) -> Path:
    """Write a trained pair for `load_generator` and `load_discriminator`, the discriminator in half precision.

    It only gives scores, for which three digits are plenty, and it takes half the room.
    """
    tensors = {f"generator.{name}": value for name, value in generator.state_dict().items()}
    tensors |= {f"discriminator.{name}": _halved(value) for name, value in discriminator.state_dict().items()}
    about = {
        "settings": settings or {},
        "generator": _describe(generator, GENERATORS),
        "discriminator": _describe(discriminator, DISCRIMINATORS),
    }
    return tensorfile.write(path, tensors, about)


def save_moments(generators: Mapping[int, nn.Module], path: str | os.PathLike, settings: dict | None = None) -> Path:
    """Write one generator at several moments of its training, by the number of the step, in half precision.

    Only pictures are made of them, for which three digits are plenty.
    """
    tensors = {
        f"{step}.{name}": _halved(value)
        for step, generator in generators.items()
        for name, value in generator.state_dict().items()
    }
    about = {
        "settings": settings or {},
        "generator": _describe(next(iter(generators.values())), GENERATORS),
        "moments": list(generators),
    }
    return tensorfile.write(path, tensors, about)


def load_moments(name: str) -> dict[int, nn.Module]:
    """The bundled generator called ``name`` as it was at several moments of its training: step -> generator.

    In evaluation mode, on the CPU.

    Raises:
        FileNotFoundError: no moments are bundled under that name.
    """
    path = files.bundled(f"{name}.moments.safetensors")
    about, tensors = tensorfile.read(path)
    moments = _entry(path, about, "moments", list)
    return {step: _build(path, about, "generator", _under(f"{step}.", tensors)) for step in moments}


def resume(path: str | os.PathLike, loop: AdversarialLoop | None = None) -> AdversarialLoop:
    """The loop saved at ``path``, a checkpoint or a run folder, ready to go on as if it had never stopped.

    A loop made by a recipe is built again from the settings in the file; for a loop of your own networks, build it as
    you did before and pass it as ``loop``. If the file doesn't fit, or is damaged, that loop stays as it is. The loop
    does not depend on the file any longer.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is not a checkpoint, is damaged, or belongs to another kind of loop.
    """
    path = _within(path)
    about, _ = tensorfile.read(path)
    if "state" not in about:
        raise CheckpointError(
            f"{path} holds a generator alone, with no training to resume: load_generator draws with it, "
            "or load_generator(path, into=generator) where its class is your own"
        )
    settings = _entry(path, about, "settings", dict)
    if loop is None:
        if "recipe" not in settings:
            raise CheckpointError(f"{path} comes from a loop of your own: build that loop and call resume(path, loop)")
        loop = _loop_of(path, settings)
    else:
        _check_same_run(path, settings, loop)
    _check_same_optimizers(path, about.get("optimizers"), loop)
    before = loop.state_dict()
    try:
        state = saved_state.check(about["state"], loop, before)
    except BadInput as error:
        raise CheckpointError(f"{path} does not fit this loop: {error}") from error
    try:
        loop.load_state_dict(state)
    except BaseException as error:  # of batches of one's own, or Ctrl-C: all or nothing
        loop.load_state_dict({**before, "batches": {}})
        with suppress(Exception):  # batches that can't even go back to where they were
            loop.load_state_dict(before)
        if not isinstance(error, Exception):
            raise
        raise CheckpointError(f"{path} does not fit this loop: {error}") from error
    return loop


def load_generator(source: str | os.PathLike, into: nn.Module | None = None) -> nn.Module:
    """The trained generator called ``source`` (see `BUNDLED`) or held by the checkpoint or run folder at that path.

    Comes in evaluation mode, on the CPU. Where the training kept a moving average, that is what is loaded.

    Args:
        into: a generator of a class of your own, which gets the weights and is returned, on the device where it is.
            Then the file may also come from elsewhere: plain safetensors, or what ``torch.save`` wrote of a state dict,
            of which numbers are read and no code is run. If the weights don't fit, ``into`` stays as it is.

    Raises:
        FileNotFoundError: neither a bundled name nor a file.
        CheckpointError: it is not a checkpoint, is damaged, its weights don't fit, or its generator is of a class of
            your own and there is no ``into``.
    """
    return _load(source, "generator", into)


def load_discriminator(source: str | os.PathLike, into: nn.Module | None = None) -> nn.Module:
    """The discriminator that was trained against ``source``, a name or path as for `load_generator`.

    Comes in evaluation mode, on the CPU; for ``into`` see `load_generator`.

    Raises:
        FileNotFoundError: neither a bundled name nor a file.
        CheckpointError: as for `load_generator`, or it holds no discriminator.
    """
    return _load(source, "discriminator", into)


def _load(source: str | os.PathLike, player: str, into: nn.Module | None) -> nn.Module:
    path = _find(source)
    try:
        about, tensors = tensorfile.read(path)
    except tensorfile.Foreign:
        if into is None:
            raise
        return _fill(path, into, weights.read_any(path))
    if player not in about:
        raise CheckpointError(f"{path} holds a generator alone" if player == "discriminator" else f"{path} is damaged")
    averaged = _under("averaged.", tensors) if player == "generator" else {}
    saved = averaged or _under(f"{player}.", tensors)
    return _build(path, about, player, saved) if into is None else _fill(path, into, {"": saved})


def _fill(path: Path, network: nn.Module, sets: dict[str, weights.Weights]) -> nn.Module:
    if not isinstance(network, nn.Module):
        raise TypeError(f"into is a network that you have built, such as into=MyNetwork(), not {network!r:.80}")
    try:
        weights.put_fitting(sets, network)
    except BadInput as error:
        raise CheckpointError(f"{path}: its weights don't fit a {type(network).__name__}: {error}") from error
    return network.eval()


def _find(source: str | os.PathLike) -> Path:
    check_path(source, "the source of networks")
    path = files.bundled(f"{source}.safetensors") if source in BUNDLED else _within(source)
    if not os.path.lexists(path):
        raise FileNotFoundError(f"no checkpoint at {source}; bundled names are: {', '.join(BUNDLED)}")
    return path


def _halved(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() else value


def _within(path: str | os.PathLike) -> Path:
    """The checkpoint at ``path``, or in the run folder there."""
    return Path(path, "checkpoint.safetensors") if os.path.isdir(path) else Path(path)


def _build(path: Path, about: dict[str, Any], player: str, saved: weights.Weights) -> nn.Module:
    settings = dict(_entry(path, about, player, dict))
    name = settings.pop("class", None)
    kind = _KNOWN[player].get(name) if isinstance(name, str) else None
    if kind is None:
        raise CheckpointError(
            f"{path} holds a {player} of the class {name!r:.80}, which gan_lesson doesn't know: "
            f"build one of that class and call load_{player}(path, into={player})"
        )
    problem = _misfit(kind, settings, saved)
    if problem:
        raise CheckpointError(f"{path}: the weights don't fit a {name}: {problem}")
    network = kind(**settings)
    network.load_state_dict(saved)
    return network.eval()


def _misfit(kind: type[nn.Module], settings: dict[str, Any], saved: weights.Weights) -> str | None:
    """Why ``saved`` are no weights of a network of these settings, found out without making room for it."""
    if not all(type(value) in (int, float) and 0 <= value <= _LARGEST_SETTING for value in settings.values()):
        return f"its settings {settings!r:.80} are none"
    try:
        with torch.device("meta"):
            network = kind(**settings)
    except (RuntimeError, TypeError, ValueError) as error:
        return f"its settings {settings!r:.80} are none ({str(error).splitlines()[0]:.100})"
    return weights.misfit(saved, network.state_dict())


def _under(prefix: str, tensors: weights.Weights) -> weights.Weights:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _entry(path: str | os.PathLike, about: dict[str, Any], name: str, kind: type) -> Any:
    """What a file says under ``name``, which must be of that kind."""
    if not isinstance(about.get(name), kind):
        raise CheckpointError(f"{path} is damaged: it should say its {name} as a {kind.__name__}")
    return about[name]


def _loop_of(path: str | os.PathLike, settings: dict[str, Any]) -> AdversarialLoop:
    recipe, seed = settings["recipe"], settings.get("seed")
    if recipe not in list(recipes.RECIPES) or type(seed) is not int or not 0 <= seed < 2**63:
        raise CheckpointError(f"{path} names no recipe and seed that there are: {recipe!r:.40}, {seed!r:.40}")
    return recipes.get(recipe).loop(seed=seed)


def _check_same_run(path: str | os.PathLike, settings: dict, loop: AdversarialLoop) -> None:
    if "recipe" not in settings or "recipe" not in loop.settings:
        return
    for name in ("recipe", "seed"):
        saved, wanted = settings.get(name), loop.settings.get(name)
        if saved != wanted:
            raise CheckpointError(f"{path} was trained with {name} {saved!s:.40}, not {wanted}")


def _check_same_optimizers(path: str | os.PathLike, saved: Any, loop: AdversarialLoop) -> None:
    for name in _OPTIMIZERS if isinstance(saved, dict) else ():  # files of earlier versions don't say it
        kind = type(getattr(loop, name)).__name__
        if saved.get(name) != kind:
            raise CheckpointError(
                f"{path} does not fit this loop: {name} was saved as another kind of optimizer "
                f"({saved.get(name)!s:.40}) than {kind}"
            )


def _describe(network: nn.Module, known: dict[str, type[nn.Module]]) -> dict[str, Any]:
    kind = type(network)
    if known.get(kind.__name__) is kind:  # a learner's class may be called Generator, too
        return {"class": kind.__name__, **getattr(network, "settings", {})}
    return {"class": f"{kind.__module__}.{kind.__qualname__}"}
