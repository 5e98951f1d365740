"""What makes a check of a function: hints that grow with each failure, and a pass that is remembered."""

from __future__ import annotations

import functools
import textwrap
from collections import Counter
from collections.abc import Callable
from typing import NoReturn

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
                with seeded(0):
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


def passed(message: str) -> None:
    print(f"✓ {message}")


def fail(message: str) -> NoReturn:
    raise CheckFailed(message)
