"""The questions of a lesson, as its room holds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent.parent.parent / "lessons"


def questions(lesson: str) -> list[dict[str, Any]]:
    """The questions of a lesson, such as ``"the_game"``, in the format of the library jupyterquiz.

    Each has a ``question``, its ``type``, perhaps ``code``, and its ``answers``; each answer is ``correct`` or not, and
    its ``feedback`` says why. With "multiple_choice" an ``answer`` is one to choose. With "numeric" it is what a number
    that was typed in may be: a ``value``, a ``range``, or (of ``type`` "default") any other number.

    Raises:
        ValueError: there are none for such a lesson.
    """
    known = {path.parent.name: path for path in sorted(_FOLDER.glob("*/quiz.json"))}
    if not isinstance(lesson, str) or lesson not in known:
        raise ValueError(f"there is no quiz for {lesson!r:.80}; there are: {', '.join(known)}")
    return json.loads(known[lesson].read_text(encoding="utf-8"))


def answer_text(answer: dict) -> str:
    """An answer as it is written: what is chosen, or which numbers are meant."""
    if "answer" in answer:
        return answer["answer"]
    if answer["type"] == "range":
        return "{:g} to {:g}".format(*answer["range"])
    return f"{answer['value']:,}" if answer["type"] == "value" else "another number"
