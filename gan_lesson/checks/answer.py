"""Running a learner's answer, and asking what kind of thing came back."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext

import torch

from .advice import Row, explained
from .exercise import CheckFailed, NotWritten, came_back, fail
from .patience import Endless, Patience

#: The kinds of parameters that an argument can be handed to by its place.
_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def run(
    function: Callable,
    *arguments,
    advice: Iterable[Row] = (),
    patience: Patience | None = None,
    may_yield: bool = False,
):
    """Call the learner's function; what it raises becomes a failed check that explains itself.

    It is given copies of the tensors among its arguments, and leaves these, and torch's settings, as they are.

    Args:
        advice: what this check says of errors, before what is said of them everywhere.
        patience: for how long it may go on.
        may_yield: whether it may be a generator function, which goes on with what it is given: then it gets no copies.
    """
    name = name_of(function)
    _expect_to_take(function, arguments, name)
    given = [value.clone() if isinstance(value, torch.Tensor) and not may_yield else value for value in arguments]
    try:
        with _settings_kept(name), patience or nullcontext():
            value = function(*given)
    except CheckFailed:
        raise
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
    except SystemExit:
        wrong = CheckFailed(f"{name} ends the program with exit(): leave a function with return.")
    else:
        came_back[name] = described(value)
        _expect_to_have_run(value, name, may_yield)
        _expect_left_as_it_was(given, arguments, function)
        if isinstance(value, torch.Tensor):
            _expect_plain_numbers(value, name)
        return value
    raise wrong


def _expect_to_take(function: Callable, arguments: tuple, name: str) -> None:
    try:
        signature = inspect.signature(function, follow_wrapped=False)
    except (TypeError, ValueError):  # of what is written in C
        return
    try:
        signature.bind(*arguments)
    except TypeError:
        names = ", ".join(signature.parameters) or "nothing"
        wrong = CheckFailed(
            f"{name} takes {names}, but the exercise calls it with {len(arguments) or 'no'} "
            f"argument{'s' * (len(arguments) != 1)}: keep the first line as it was given."
        )
    else:
        return
    raise wrong


def name_of(function: Callable) -> str:
    """What the learner calls ``function``."""
    name = getattr(function, "__name__", "<lambda>")
    return "your function" if name == "<lambda>" else name


@contextmanager
def _settings_kept(name: str) -> Iterator[None]:
    """What holds for all of torch is afterwards as it was before; who ends otherwise is told."""
    gradients, numbers_are = torch.is_grad_enabled(), torch.get_default_dtype()
    try:
        yield
        if torch.is_grad_enabled() != gradients:
            fail(f"{name} leaves gradients switched off for all code after it: use a with torch.no_grad(): block.")
        if torch.get_default_dtype() != numbers_are:
            fail(f"{name} changes the type of all numbers made after it: leave set_default_dtype out.")
    finally:
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(numbers_are)


def _expect_to_have_run(value, name: str, may_yield: bool) -> None:
    """The call did what stands in the function, instead of promising it."""
    if inspect.iscoroutine(value):
        value.close()
    if inspect.isawaitable(value) or inspect.isasyncgen(value):
        fail(f"nothing in {name} ran, since it is written as async def: write def.")
    if inspect.isgenerator(value) and not may_yield:
        fail(f"nothing in {name} ran yet: with a yield in it, it waits until it is asked. Write return.")


def _expect_left_as_it_was(given: list, arguments: tuple, function: Callable) -> None:
    """Whoever calls ``function`` can go on with the tensors that are given to it."""
    for place, (value, then) in enumerate(zip(given, arguments, strict=True)):
        if isinstance(then, torch.Tensor) and not then.is_meta and not torch.equal(value, then):
            fail(
                f"{name_of(function)} writes into {_known_as(function, place)}: compute a new tensor, or begin with a "
                "copy, .clone(). Names that end in _ write into a tensor, and so do +=, -=, *= and /=."
            )


def _known_as(function: Callable, place: int) -> str:
    """What ``function`` calls the argument at this place."""
    try:
        parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):  # of what is written in C
        parameters = ()
    names = [parameter.name for parameter in parameters if parameter.kind in _BY_PLACE]
    return f"{names[place]}, which it was given" if place < len(names) else "what it was given"


def _expect_plain_numbers(value: torch.Tensor, name: str) -> None:
    if value.is_meta or value.layout != torch.strided:
        fail(f"{name}: a tensor without plain numbers in it. Make it without device= and layout=.")


def described(value) -> str:
    """What kind of thing ``value`` is, in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)} and type {str(value.dtype).removeprefix('torch.')}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if inspect.isroutine(value):
        return f"the function {name_of(value)}"
    if isinstance(value, (list, tuple, set, dict)):
        return f"a {type(value).__name__} of length {len(value)}"
    return f"something of type {type(value).__name__}"


def double(value: numbers.Real) -> torch.Tensor:
    try:
        return torch.tensor(float(value), dtype=torch.float64)
    except OverflowError:  # of a whole number beyond all floats
        return torch.tensor(math.inf, dtype=torch.float64)


def number(value, name: str) -> torch.Tensor:
    """The one number that the learner's function returned, a plain one or a tensor, in double precision."""
    if value is None:
        fail(f"{name} returned nothing: is there a return at its end?")
    if isinstance(value, numbers.Real):
        value = double(value)
    if not isinstance(value, torch.Tensor):
        fail(f"{name} returned {_kind(value)}, not a number.")
    if value.is_complex():
        fail(f"{name} returned a complex number: look for a root of a negative number.")
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
        fail(f"{name} returned {_kind(value)}, not a tensor.")
    _expect_plain_numbers(value, name)


def _kind(value) -> str:
    """What the learner reads of a thing of the wrong kind."""
    if isinstance(value, type) or inspect.isroutine(value):
        return f"{described(value)} itself (are brackets missing after it?)"
    return type(value).__name__


def tensor_of(function: Callable, *arguments, shape: tuple[int, ...], what: str, **how) -> torch.Tensor:
    """The tensor of ``shape`` that `run` gets from the learner's function, known to the learner as ``what``."""
    value = run(function, *arguments, **how)
    expect_tensor(value, name_of(function))
    expect_shape(value, shape, what)
    return value


def expect_shape(value: torch.Tensor, shape: tuple[int, ...], name: str) -> None:
    if value.shape != tuple(shape):
        fail(f"{name} should have shape {tuple(shape)}, not {tuple(value.shape)}.")


def expect_float32(value: torch.Tensor, name: str) -> None:
    """``value`` can go into a network."""
    if value.dtype != torch.float32:
        kind = str(value.dtype).removeprefix("torch.")
        fail(f"{name} have type {kind}, and networks compute with float32: convert them with .float().")


def expect_loss(value, name: str) -> None:
    if isinstance(value, numbers.Real):
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
