"""What a learner has passed so far: a small file in the home folder, which stays there.

Nobody is asked and nothing is sent. A machine on which it can't be written loses the record and nothing else.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from datetime import date
from pathlib import Path

from . import files


def path() -> Path:
    """Where the record is kept: ``$GAN_LESSON_PROGRESS``, else ``~/.gan-lesson/progress.json``."""
    return Path(os.environ.get("GAN_LESSON_PROGRESS") or Path.home() / ".gan-lesson" / "progress.json")


def passed() -> dict[str, dict[str, str]]:
    """For each lesson what was passed, and the day when it was passed first (ISO 8601)."""
    try:
        record = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or one that something else wrote over
        return {}
    if not isinstance(record, dict):
        return {}
    found: dict[str, dict[str, str]] = {}
    for lesson, items in record.items():
        if isinstance(items, dict):
            name = re.sub(r"^\d\d_", "", lesson)  # records of before have the lesson's number of then
            found[name] = items | found.get(name, {})
    return found


def note(lesson: str, item: str) -> None:
    """Remember that ``item``, an exercise or "quiz", of ``lesson`` was passed today, unless it was passed before.

    Passing in a solved edition counts for nothing: the answer there is the course's own.
    """
    if "solutions" in Path(os.environ.get("JPY_SESSION_NAME", "")).parts:
        return
    record = passed()
    if item in record.get(lesson, {}):
        return
    record.setdefault(lesson, {})[item] = date.today().isoformat()
    with suppress(OSError):  # the learner has passed all the same
        files.write(path(), json.dumps(record, indent=1) + "\n")


def forget() -> None:
    """Start over: delete the record."""
    path().unlink(missing_ok=True)
