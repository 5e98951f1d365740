"""Random numbers of one's own: what is drawn inside a block neither hangs on the program's stream nor moves it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple, SupportsIndex

import torch

from .errors import BadInput

#: Where seeds end.
SEEDS = 2**63

#: The state of a stream: one byte tensor for each type of device that it draws on.
States = dict[str, torch.Tensor]


def check_seed(seed: SupportsIndex) -> int:
    """``seed`` as Python's own whole number; it may also be NumPy's, or a tensor that holds a single one.

    Raises:
        BadInput: it is no whole number, or not one from 0 to 2^63 - 1.
    """
    try:
        number = operator.index(seed)
    except (TypeError, RuntimeError):
        number = -1
    if not 0 <= number < SEEDS or isinstance(seed, bool) or getattr(seed, "dtype", None) == torch.bool:
        raise BadInput(f"a seed is a whole number from 0 to 2^63 - 1, got {_shortened(seed)}")
    return number


def random_numbers(seed: SupportsIndex) -> torch.Generator:
    """What torch draws random numbers from, on the CPU; it starts at ``seed``; see `check_seed`."""
    return torch.Generator("cpu").manual_seed(check_seed(seed))


class _Source(NamedTuple):
    """Where torch keeps the random state of one device."""

    get: Callable[[], torch.Tensor]
    put: Callable[[torch.Tensor], None]


class RandomStream:
    """A random stream of one's own: inside a ``with`` block, torch draws from it instead of the program's.

    Each block goes on where the last one stopped.

    Args:
        seed: where the stream starts; see `check_seed`.
        device: what is drawn on, besides the CPU; of several GPUs this one alone.
    """

    def __init__(self, seed: int, device: torch.device | str = "cpu"):
        devices = {"cpu": torch.device("cpu"), torch.device(device).type: torch.device(device)}
        seed = check_seed(seed)
        self._sources = {kind: _source(one) for kind, one in devices.items()}
        self._states = {kind: torch.Generator(one).manual_seed(seed).get_state() for kind, one in devices.items()}

    def __enter__(self) -> None:
        self._outside = self._get()
        self._put(self._states)

    def __exit__(self, *_) -> None:
        self._states = self._get()
        self._put(self._outside)

    def _get(self) -> States:
        return {kind: source.get() for kind, source in self._sources.items()}

    def _put(self, states: States) -> None:
        for kind, source in self._sources.items():
            source.put(states[kind])

    def state_dict(self) -> States:
        """Where the stream stands, for `load_state_dict`."""
        return dict(self._states)

    def load_state_dict(self, states: States) -> None:
        """Go to where a stream stood, on those of its devices that this one draws on, too."""
        self._states.update({kind: states[kind].cpu() for kind in self._sources if kind in states})


def seeded(seed: int, device: torch.device | str = "cpu") -> AbstractContextManager[None]:
    """A block in which torch draws what it draws after ``torch.manual_seed(seed)``; the program's stream stays."""
    return RandomStream(seed, device)


def _source(device: torch.device) -> _Source:
    if device.type == "cpu":
        return _Source(torch.get_rng_state, torch.set_rng_state)
    module = getattr(torch, device.type)
    if device.type == "mps":  # there is but one
        return _Source(module.get_rng_state, module.set_rng_state)
    return _Source(lambda: module.get_rng_state(device), lambda state: module.set_rng_state(state, device))


def _shortened(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
