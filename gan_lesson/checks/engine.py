"""What the checks share: running a learner's answer, comparing what it gives, and saying what to look at next."""

from __future__ import annotations

import copy
import functools
import numbers
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode

from .. import progress


class CheckFailed(AssertionError):
    """The learner's code isn't right yet; the message says what was seen and what to look at next."""

    def _render_traceback_(self) -> list[str]:
        # In a notebook the message is the lesson; the path to it through this module would bury it. JupyterLab breaks
        # long lines inside words.
        return [part for line in f"✗ {self}".splitlines() for part in textwrap.wrap(line, 80, subsequent_indent="  ")]


class NotWritten(CheckFailed):
    """There is no answer yet, so there is nothing to say of it."""


#: How often each check has failed in a row, in this kernel.
failures: Counter[str] = Counter()


def exercise(*hints: str) -> Callable[[Callable], Callable]:
    """Make a check of an exercise of a function that raises `CheckFailed` where the answer is wrong.

    It belongs to the lesson in whose room it stands, ``gan_lesson/lessons/<name>/checks.py``.

    It computes with the same random numbers at every call. From the second failure in a row on the message brings a
    hint, each more explicit than the one before, and in the end points to the solution. A pass is noted as progress.
    """

    def wrap(check: Callable) -> Callable:
        name, lesson = check.__name__.removeprefix("check_"), check.__module__.split(".")[-2]

        @functools.wraps(check)
        def checked(*answers) -> None:
            try:
                with seeded():
                    check(*answers)
            except NotWritten:
                raise
            except CheckFailed as wrong:
                failures[name] += 1
                message = f"{wrong}{_hint(hints, failures[name])}"
            else:
                del failures[name]
                progress.note(lesson, name)
                return
            raise CheckFailed(message)

        checked.hints = hints
        return checked

    return wrap


def _hint(hints: tuple[str, ...], failed: int) -> str:
    """What follows a check's message when it fails for the ``failed``-th time in a row."""
    if failed < 2 or not hints:
        return ""
    if failed - 2 < len(hints):
        return f"\n  Hint {failed - 1} of {len(hints)}: {hints[failed - 2]}"
    return "\n  Open the solution under this cell, read why it works, close it, and write it once more yourself."


@contextmanager
def seeded() -> Iterator[None]:
    """The same random numbers at every call, and the program's own stream untouched."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


def flat(network: nn.Module) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in network.parameters()])


def is_linear(network: nn.Module, inputs: torch.Tensor, before: Callable = lambda outputs: outputs) -> bool:
    """Whether ``network``, up to an activation at its end that ``before`` takes back, is one linear (affine) map."""
    network = copy.deepcopy(network).eval()
    a, b = inputs[0::2], inputs[1::2]
    with torch.no_grad():
        whole, first, second, nothing = (before(network(x)) for x in (a + b, a, b, torch.zeros_like(a)))
    return bool((whole - first - second + nothing).abs().max() < 1e-3 * (whole - nothing).abs().max())


def forward(network: nn.Module, inputs: torch.Tensor, what: str, hint: Callable = lambda error: "") -> torch.Tensor:
    try:
        with torch.no_grad():
            output = copy.deepcopy(network)(inputs)
    except Exception as error:
        message = f"the network stops on {what}: {sentence(error)} {hint(str(error)) or shape_hint(str(error))}".strip()
    else:
        expect_tensor(output, "the network")
        return output
    raise CheckFailed(message)


def with_last_layer_times(factor: float, network: nn.Module) -> nn.Module:
    """A copy of ``network`` with its last layer's weights multiplied by ``factor``."""
    network = copy.deepcopy(network)
    layers = [layer for layer in network.modules() if list(layer.parameters(recurse=False))]
    with torch.no_grad():
        for weight in layers[-1].parameters():
            weight.mul_(factor)
    return network


class Passage(NamedTuple):
    """A linear layer at work: the layer, what went in and what came out."""

    layer: nn.Linear
    inputs: torch.Tensor
    outputs: torch.Tensor


def passages(network: nn.Module, inputs: torch.Tensor) -> list[Passage]:
    """The linear layers of ``network`` in the order in which ``inputs`` go through them."""
    network, seen = copy.deepcopy(network), []
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            # copies, since an activation may work in place
            layer.register_forward_hook(
                lambda layer, given, out: seen.append(Passage(layer, given[0].clone(), out.clone()))
            )
    with torch.no_grad():
        network(inputs)
    return seen


def expect_chain(network: nn.Module, inputs: torch.Tensor, widths: list[int], dropout: float = 0.0) -> None:
    """Linear layers of these widths come one after the other, with LeakyReLU(0.2), and dropout, between them."""
    chain = passages(network, inputs)
    found = [(passage.layer.in_features, passage.layer.out_features) for passage in chain]
    wanted = list(pairwise(widths))
    if found != wanted:
        _fail_on_widths(found, wanted)
    for number, (one, following) in enumerate(pairwise(chain), start=1):
        where = f"between Linear layers {number} and {number + 1}"
        _expect_dropout(dropout, one.outputs, following.inputs, where)
        if not following.inputs[one.outputs < 0].any():
            fail(f"{where} stands a plain ReLU, which sends what is negative to 0: use nn.LeakyReLU(0.2).")
        kept = following.inputs != 0 if dropout else slice(None)
        given = one.outputs[kept]
        compare(
            following.inputs[kept] * (1 - dropout),
            right=F.leaky_relu(given, 0.2),
            mistakes=[
                (given, f"there is no activation {where}: put nn.LeakyReLU(0.2) there."),
                (
                    F.leaky_relu(given, 0.01),
                    f"{where} the leak is 0.01: that is what nn.LeakyReLU() takes by itself. Write nn.LeakyReLU(0.2).",
                ),
                (F.leaky_relu(given, 0.8), f"{where} the leak is 0.8: the number is what is kept. Write 0.2."),
                (torch.tanh(given), f"{where} stands a Tanh. Here the exercise asks for nn.LeakyReLU(0.2)."),
                (torch.sigmoid(given), f"{where} stands a Sigmoid. Here the exercise asks for nn.LeakyReLU(0.2)."),
            ],
            otherwise=f"the widths are right, but {where} stands something else than the exercise asks for: "
            f"nn.LeakyReLU(0.2){f' and nn.Dropout({dropout})' if dropout else ''}.",
        )


def _fail_on_widths(found: list[tuple[int, int]], wanted: list[tuple[int, int]]) -> None:
    if not found:
        fail("no nn.Linear layer is in use: the exercise asks for a chain of them.")
    yours, asked = ("-".join(map(str, [pairs[0][0], *(out for _, out in pairs)])) for pairs in (found, wanted))
    message = f"the widths are {yours}, and the exercise asks for {asked}: "
    if len(found) != len(wanted):
        fail(f"{message}you have {len(found)} Linear layers, where it should be {len(wanted)}.")
    number = next(number for number, (one, other) in enumerate(zip(found, wanted, strict=True)) if one != other)
    (a, b), (c, d) = found[number], wanted[number]
    fail(f"{message}Linear layer {number + 1} goes from {a} to {b}, not from {c} to {d}.")


def _expect_dropout(wanted: float, outputs: torch.Tensor, following: torch.Tensor, where: str) -> None:
    """Of what ``outputs`` became, the share ``wanted`` is 0; no activation makes a zero of what is above 0."""
    share = (following[outputs > 0] == 0).float().mean().item()
    if abs(share - wanted) < 0.05 * (wanted > 0):
        return
    if not wanted and share:
        fail(f"{share:.0%} of the values {where} are set to 0: take the Dropout out, the exercise has none.")
    if wanted and not share:
        fail(f"no value {where} is dropped: nn.Dropout({wanted}) is missing there.")
    if abs(share - 1 + wanted) < 0.05:
        fail(f"{share:.0%} of the values {where} are dropped: the number is the share to drop, {wanted}.")
    if share != wanted:
        fail(f"{share:.0%} of the values {where} are dropped: nn.Dropout({wanted}) drops {wanted:.0%} of them.")


def run(function: Callable, *arguments, hint: Callable = lambda error: ""):
    """Call the learner's function; what it raises becomes a failed check that explains itself."""
    name = getattr(function, "__name__", "your function")
    try:
        return function(*arguments)
    except Exception as error:
        # torch raises NotImplementedError as well, of what it can't do with whole numbers, say
        if isinstance(error, NotImplementedError) and str(error) in ("", "your turn"):
            wrong = NotWritten(
                f"{name} isn't written yet: replace the line with 'your turn', then run the cell and this check again."
            )
        else:
            wrong = CheckFailed(
                f"{name} stopped with {type(error).__name__}: {sentence(error)} {hint(str(error))}".strip()
            )
    raise wrong


def sentence(error: Exception) -> str:
    return str(error).strip().rstrip(".") + "."


def shape_hint(error: str) -> str:
    shapes = re.search(r"\(\d+x(\d+) and (\d+)x\d+\)", error)
    return f"A Linear layer that expects {shapes[2]} values got {shapes[1]}." if shapes else ""


class AtMost(TorchFunctionMode):
    """Within it, code that goes on and on calling torch is stopped: a learner's loop may never end."""

    MESSAGE = "its loop doesn't come to an end"

    def __init__(self, calls: int):
        super().__init__()
        self._left = calls

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        self._left -= 1
        if self._left < 0:
            raise RuntimeError(self.MESSAGE)
        return function(*arguments, **(keywords or {}))


def compare(
    got: torch.Tensor,
    *,
    right: torch.Tensor,
    mistakes: list[tuple[torch.Tensor, str]],
    otherwise: str,
    within: float = 1e-5,
) -> None:
    """Pass if ``got`` is ``right``; else name the mistake that it agrees with. ``within`` is relative."""
    if torch.allclose(got, right, rtol=within, atol=1e-5):
        return
    for wrong, message in mistakes:
        if torch.allclose(got, wrong, rtol=within, atol=1e-5):
            fail(message)
    fail(otherwise)


def range_mistakes(pixels: torch.Tensor) -> list[tuple[torch.Tensor, str]]:
    """What ``pixels``, floats from 0 to 255, become where they should come to lie in [-1, 1]."""
    return [
        (
            pixels / 255,
            "the range is [0, 1]: 255 becomes 1, as it should, but 0 should become -1. Double the width, subtract 1.",
        ),
        (pixels / 127.5, "the range is [0, 2]: the width is right. Move it down by 1."),
        (pixels / 255 - 0.5, "the range is [-0.5, 0.5]: the centre is right. Make it twice as wide."),
        (1 - pixels / 127.5, "the picture is a negative: paper became 1 and ink -1."),
        (
            pixels / 128 - 1,
            "0 becomes -1, but 255 isn't quite 1: the highest pixel is 255, so half the range is 127.5.",
        ),
    ]


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


def expect_network(value, name: str) -> None:
    if not isinstance(value, nn.Module):
        fail(f"{name} returned {type(value).__name__}; it should return the network: return nn.Sequential(...)")
    if not list(value.parameters()):
        fail("the network has no weights: it needs nn.Linear layers to learn with.")


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


def passed(message: str) -> None:
    print(f"✓ {message}")


def fail(message: str) -> None:
    raise CheckFailed(message)
