"""Running a learner's answer, and asking what kind of thing came back."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable
from contextlib import nullcontext

import torch

from .advice import Row, explained
from .exercise import CheckFailed, NotWritten, fail
from .patience import Endless, Patience


def run(function: Callable, *arguments, advice: Iterable[Row] = (), patience: Patience | None = None):
    """Call the learner's function; what it raises becomes a failed check that explains itself.

    Args:
        advice: what this check says of errors, before what is said of them everywhere.
        patience: for how long it may go on.
    """
    name = getattr(function, "__name__", "your function")
    try:
        with patience or nullcontext():
            return function(*arguments)
    except Endless as error:
        wrong = CheckFailed(f"{name} was stopped after {explained(error, advice)}")
    except Exception as error:
        # torch raises NotImplementedError as well, of what it can't do with whole numbers, say
        if isinstance(error, NotImplementedError) and str(error) in ("", "your turn"):
            wrong = NotWritten(
                f"{name} isn't written yet: replace the line with 'your turn', then run the cell and this check again."
            )
        else:
            wrong = CheckFailed(f"{name} stopped with {type(error).__name__}: {explained(error, advice)}")
    raise wrong


def double(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64)


def number(value, name: str) -> torch.Tensor:
    """The one number that the learner's function returned, a plain one or a tensor, in double precision."""
    if value is None:
        fail(f"{name} returned nothing: is there a return at its end?")
    if isinstance(value, numbers.Real):
        value = double(float(value))
    if not isinstance(value, torch.Tensor):
        fail(f"{name} returned {type(value).__name__}, not a number.")
    if value.numel() != 1:
        fail(f"{name} returned a tensor of shape {tuple(value.shape)}: it should be one number.")
    value = value.detach().double().reshape(())
    if not value.isfinite():
        fail(f"{name} returned {value:g}: look for a division by 0 or a root of a negative number.")
    return value


def expect_tensor(value, name: str) -> None:
    if value is None:
        fail(f"{name} returned nothing: is there a return at its end?")
    if not isinstance(value, torch.Tensor):
        fail(f"{name} returned {type(value).__name__}, not a tensor.")


def expect_shape(value: torch.Tensor, shape: tuple[int, ...], name: str) -> None:
    if value.shape != tuple(shape):
        fail(f"{name} should have shape {tuple(shape)}, yours have {tuple(value.shape)}.")


def expect_loss(value, name: str) -> None:
    if isinstance(value, float):
        fail(f"{name} returned a plain number, which has no gradient: return the tensor, without .item().")
    expect_tensor(value, name)
    if value.ndim:
        fail(f"{name} returned shape {tuple(value.shape)}: a loss is one number. Take the mean over the batch.")


def expect_gradient(value: torch.Tensor, logits: dict[str, torch.Tensor], name: str) -> None:
    reached = (
        torch.autograd.grad(value, list(logits.values()), allow_unused=True) if value.requires_grad else [None] * 2
    )
    for which, gradient in zip(logits, reached, strict=False):
        if gradient is None:
            fail(
                f"the number is right, but {name} gives no gradient to the {which} logits: don't detach, item or "
                f"no_grad them."
            )
