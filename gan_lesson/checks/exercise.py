"""What makes a check of a function: hints that grow with each failure, and a pass that is remembered."""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable
from typing import NoReturn

import torch

from .. import progress
from ..randomness import seeded


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

#: What the learner's functions gave back last, by their names, in words.
came_back: dict[str, str] = {}


def exercise(*hints: str) -> Callable[[Callable], Callable]:
    """Make a check of an exercise of a function that raises `CheckFailed` where the answer is wrong.

    It belongs to the lesson in whose room it stands, ``gan_lesson/lessons/<name>/checks.py``.

    It computes with the same random numbers at every call. From the second failure in a row on the message brings a
    hint, each more explicit than the one before, and in the end points to the solution. A pass is noted as progress.
    """

    def wrap(check: Callable) -> Callable:
        name, lesson = check.__name__.removeprefix("check_"), check.__module__.split(".")[-2]

        @functools.wraps(check)
        def checked(*answers, **named) -> None:
            handed_in = _handed_in(check, answers, named)
            came_back.clear()
            try:
                with seeded(0), torch.enable_grad():
                    check(*handed_in)
            except NotWritten:
                raise
            except CheckFailed as wrong:
                message = str(wrong)
            except (Exception, SystemExit) as error:
                message = str(puzzled(error, check))
            else:
                del failures[name]
                progress.note(lesson, name)
                return
            failures[name] += 1
            raise CheckFailed(f"{message}{_hint(hints, failures[name])}")

        checked.hints = hints
        return checked

    return wrap


def puzzled(error: BaseException, check: Callable) -> CheckFailed:
    """What a learner reads where the code of ``check`` itself stops, over an answer that nobody thought of.

    In the tests another function stands here, which raises ``error``: there it is a fault of ours.
    """
    seen = "".join(f"{name} returned {what}. " for name, what in came_back.items())
    asked = check.__doc__.split(": ", 1)[1].replace("``", "")
    return CheckFailed(
        f"this check can't make sense of the answer. {seen}What is asked for: {' '.join(asked.split())} (The check "
        f"stopped with {type(error).__name__}: {textwrap.shorten(str(error), 200, placeholder=' ...')})"
    )


def _handed_in(check: Callable, answers: tuple, named: dict) -> list[Callable]:
    """The learner's functions, in the order in which ``check`` takes them."""
    try:
        given = list(inspect.signature(check).bind(*answers, **named).arguments.values())
    except TypeError:
        wanted = ", ".join(inspect.signature(check).parameters)
        wrong = CheckFailed(
            f"the check takes the names of your functions, without their brackets: {check.__name__}({wanted})."
        )
    else:
        other = [type(answer).__name__ for answer in given if not callable(answer)]
        if not other:
            return given
        wrong = CheckFailed(
            f"{check.__name__} takes the function itself, its name without brackets behind it; it was given something "
            f"of type {other[0]}."
        )
    raise wrong


def _hint(hints: tuple[str, ...], failed: int) -> str:
    """What follows a check's message when it fails for the ``failed``-th time in a row."""
    if failed < 2 or not hints:
        return ""
    if failed - 2 < len(hints):
        return f"\n  Hint {failed - 1} of {len(hints)}: {hints[failed - 2]}"
    return "\n  Open the solution under this cell, read why it works, close it, and write it once more yourself."


def passed(message: str) -> None:
    print(f"✓ {message}")


def fail(message: str) -> NoReturn:
    raise CheckFailed(message)
