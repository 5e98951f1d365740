"""Checks of the exercises: each runs the learner's code, knows the likely mistakes by name and says what to look at.

Most checks work by comparison. They compute what the right code and what each known mistake would lead to, and see
which of them the learner's code agrees with. The checks of a lesson stand in its room, ``gan_lesson/lessons/<name>``;
this is the door to all of them.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from .. import course
from .exercise import CheckFailed

__all__ = ["CheckFailed", "exercises"]


def exercises() -> dict[str, list[str]]:
    """The names of the exercises of each lesson, in their order: those of ``check_play`` in "the_game" hold "play"."""
    return {lesson.name: [name.removeprefix("check_") for name in _checks_in(lesson.name)] for lesson in course.LESSONS}


def __getattr__(name: str):
    if name.startswith("check_"):
        for lesson in course.LESSONS:
            if name in _checks_in(lesson.name):
                return getattr(_room(lesson.name), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *(name for lesson in course.LESSONS for name in _checks_in(lesson.name))])


def _room(lesson: str) -> ModuleType:
    return import_module(f"gan_lesson.lessons.{lesson}.checks")


def _checks_in(lesson: str) -> list[str]:
    # what a room imports for its checks may be called check_..., too
    return [
        name for name, value in vars(_room(lesson)).items() if name.startswith("check_") and hasattr(value, "hints")
    ]
