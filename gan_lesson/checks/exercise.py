"""What makes a check of a function: hints that grow with each failure, and a pass that is remembered."""

from __future__ import annotations

import functools
import inspect
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
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


#: What comes after the last hint.
SOLUTION = "Open the solution under this cell, read why it works, then close it and write it yourself."


@dataclass
class Failures:
    """Those of one check in a row: how many, what the last one said, and how many hints were given."""

    count: int = 0
    said: str = ""
    hinted: int = 0

    def add(self, message: str, hints: tuple[str, ...]) -> str:
        """Count one more; the message with the hint that is due, if one is.

        One is due when the same is wrong as the last time: where something new is wrong the message itself says what
        to look at, and a hint about all of the exercise would lead away from it. After many failures there is one at
        any rate.
        """
        diagnosis = re.sub(r"[-\d.,]+", "", message)  # whose numbers may differ
        again, self.said = diagnosis == self.said, diagnosis
        self.count += 1
        if not hints or not (again or self.count > len(hints) + 2):
            return message
        self.hinted += 1
        if self.hinted > len(hints):
            return f"{message}\n  {SOLUTION}"
        return f"{message}\n  Hint {self.hinted} of {len(hints)}: {hints[self.hinted - 1]}"


#: The failures of each check, in this kernel.
failures: defaultdict[str, Failures] = defaultdict(Failures)

#: What the learner's functions gave back last, by their names, in words.
came_back: dict[str, str] = {}


def exercise(*hints: str) -> Callable[[Callable], Callable]:
    """Make a check of an exercise of a function that raises `CheckFailed` where the answer is wrong.

    It belongs to the lesson in whose room it stands, ``gan_lesson/lessons/<name>/checks.py``.

    It computes with the same random numbers at every call. Where the same is wrong as the last time, the message brings
    a hint, each more explicit than the one before, and in the end points to the solution. A pass is noted as progress.
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
                failures.pop(name, None)
                progress.note(lesson, name)
                return
            raise CheckFailed(failures[name].add(message, hints))

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
            f"{check.__name__} takes the function itself, its name without brackets after it; it was given something "
            f"of type {other[0]}."
        )
    raise wrong


def passed(message: str) -> None:
    print(f"✓ {message}")


def fail(message: str) -> NoReturn:
    raise CheckFailed(message)
