"""The rules of a game: its loss, penalty, schedule, noise and updates; is each of them what a loop can use?"""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from typing import Any

import torch

from .errors import BadInput
from .randomness import seeded


def check_function(value: Any, call: str, *arguments: str, device: bool = False) -> None:
    """Raise TypeError unless ``value`` can be called as ``call`` says, "penalty(real, fake)": with these arguments.

    Args:
        device: whether it is also given a ``device=...``.
    """
    what = call.partition("(")[0]
    if not callable(value):
        raise TypeError(f"{what} must be a function, called as {call}; got {_told(value)}")
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):  # of what is written in C
        return
    try:
        signature.bind(*arguments, **({"device": "cpu"} if device else {}))
    except TypeError as error:
        raise TypeError(f"{what} is called as {call}, and yours takes {signature} ({error})") from None


def factor(value: Any) -> float:
    """What a schedule returned, as a factor on the learning rates.

    Raises:
        BadInput: it is no number from 0 up.
    """
    try:
        number = float(value)
    except (TypeError, ValueError, RuntimeError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise BadInput(
            f"schedule must return a factor on both learning rates, a number from 0 up; yours returned {_told(value)}"
        )
    return number


def penalised(value: Any) -> torch.Tensor | float:
    """What a penalty returned, where the discriminator's loss can get it added.

    Raises:
        BadInput: it isn't one number, or a plain one, of which nobody learns.
    """
    if isinstance(value, (int, float)) and value:
        raise BadInput(
            f"the penalty returned the plain number {value:g}, which has no gradient, so that nobody learns of it: "
            "return the tensor, without .item()"
        )
    if not isinstance(value, (int, float)) and not (isinstance(value, torch.Tensor) and value.numel() == 1):
        raise BadInput(
            f"a penalty must return one number, as a tensor; yours returned {_told(value)}: take the .mean() of many"
        )
    return value


def four_numbers(seen: Any) -> tuple[torch.Tensor, ...]:
    """What an update of the discriminator returned.

    Raises:
        BadInput: it isn't four tensors of one number each.
    """
    numbers = tuple(seen) if isinstance(seen, (Sequence, torch.Tensor)) else ()
    if len(numbers) != 4 or not all(map(_is_one_number, numbers)):
        raise BadInput(
            "update_discriminator must return a DiscriminatorUpdate: real_loss, fake_loss, real_score and fake_score, "
            f"each a tensor of one number; yours returned {_told(seen)}"
        )
    return numbers


def one_number(seen: Any) -> torch.Tensor:
    """What an update of the generator returned.

    Raises:
        BadInput: it isn't a tensor of one number.
    """
    if not _is_one_number(seen):
        raise BadInput(
            f"update_generator must return the generator's loss, a tensor of one number; yours returned {_told(seen)}"
        )
    return seen


def _is_one_number(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.ndim == 0


def try_loss(loss: Any, logits: torch.Tensor) -> None:
    """Ask each part of a `gan_lesson.losses.GanLoss` for the loss of ``logits``.

    Raises:
        BadInput: it can't take them, or doesn't return one number that can be learned from; the message says which.
    """
    losses = {name: _part(loss, name, logits) for name in ("real", "fake", "generator")}
    if not (losses["real"] + losses["fake"]).requires_grad:
        _complain_of_gradient(loss, "parts real and fake have")
    if not losses["generator"].requires_grad:
        _complain_of_gradient(loss, "part generator has")


def _part(loss: Any, name: str, logits: torch.Tensor) -> torch.Tensor:
    asked = logits.detach().clone().requires_grad_()
    try:
        with seeded(0, logits.device):
            value = getattr(loss, name)(asked)
    except Exception as error:
        raise BadInput(
            f"the loss {loss.name!r} can't take logits of shape {tuple(logits.shape)} in its part {name} "
            f"({type(error).__name__}: {error}). Logits are any numbers, and labels need their shape."
        ) from error
    if not isinstance(value, torch.Tensor):
        raise BadInput(
            f"the loss {loss.name!r} must return a tensor; its part {name} returned {_told(value)}: leave out .item()"
        )
    if value.ndim:
        raise BadInput(
            f"the loss {loss.name!r} must return one number; its part {name} returned shape {tuple(value.shape)}: take "
            "the .mean() over the batch"
        )
    return value


def _complain_of_gradient(loss: Any, which: str) -> None:
    raise BadInput(
        f"nobody can learn of the loss {loss.name!r}: its {which} no gradient. Leave out detach(), item() and no_grad."
    )


def _told(value: Any) -> str:
    if isinstance(value, torch.Tensor) and value.ndim:
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, (int, float, torch.Tensor)):
        return f"{value:g}"
    return "nothing" if value is None else f"a {type(value).__name__}"
