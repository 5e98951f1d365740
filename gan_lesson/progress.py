"""What a learner has passed so far: a small file in the home folder, which stays there.

Nobody is asked and nothing is sent. A machine on which it can't be written loses the record and nothing else.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from datetime import date
from itertools import chain, count
from pathlib import Path

from filelock import FileLock
from platformdirs import user_data_path

from . import files

WAIT = 5  # seconds, at most, for another kernel that writes its own entry


def path() -> Path | None:
    """Where the record is kept: ``$GAN_LESSON_PROGRESS``, a file or a folder, else where users' data are kept here.

    None for a user without a home.
    """
    return next(iter(_places()), None)


def passed() -> dict[str, dict[str, str]]:
    """For each lesson what was passed, and the day when it was passed first (ISO 8601)."""
    found: dict[str, dict[str, str]] = {}
    for lesson, items in _read()[0].items():
        if isinstance(items, dict):
            # records of before have the lesson's number of then
            days = found.setdefault(re.sub(r"^\d\d_", "", lesson), {})
            for item, day in items.items():
                if isinstance(day, str):
                    days[item] = min(day, days.get(item, day))
    return found


def note(lesson: str, item: str) -> None:
    """Remember that ``item``, an exercise or "quiz", of ``lesson`` was passed today, unless it was passed before.

    Passing in a solved edition counts for nothing: the answer there is the course's own. A record that is damaged is
    set aside under another name, and what can be read of it stays in the new one. A device in its place gets nothing.
    """
    if "solutions" in Path(os.environ.get("JPY_SESSION_NAME", "")).parts:
        return
    kept = path()
    if kept is None:
        return
    # the learner has passed all the same (filelock: some systems know no locks)
    with suppress(OSError, ValueError, NotImplementedError):
        if kept.exists() and not (kept.is_file() or kept.is_dir()):  # not to be replaced: it may be /dev/null
            return
        files.make_folder(kept.parent)
        # two lessons that are open at once read and write in turns, or one would write over the other's entry
        with FileLock(kept.with_suffix(".lock"), timeout=WAIT):
            record, (_, whole) = passed(), _read()
            if not whole:
                _set_aside(kept)
            if item not in record.setdefault(lesson, {}):
                record[lesson][item] = date.today().isoformat()
                files.write(kept, json.dumps(record, indent=1) + "\n")


def forget() -> None:
    """Start over: delete the record."""
    for place in _places():
        if place.is_file():  # nothing else in its place is ours
            place.unlink(missing_ok=True)


def _places() -> list[Path]:
    """Where the record may lie: first where it is kept, then where it was kept before."""
    chosen = os.environ.get("GAN_LESSON_PROGRESS")
    try:
        if chosen:
            place = Path(chosen).expanduser()
            return [place / "progress.json" if place.is_dir() else place]
        home = Path.home()
        # what is missing of it stays as "~", which would be a folder here
        kept = user_data_path("gan-lesson", appauthor=False).expanduser()
    except (RuntimeError, KeyError, OSError):
        return []
    return [kept / "progress.json", home / ".gan-lesson" / "progress.json"]


def _read() -> tuple[dict, bool]:
    """The record as it stands, and whether that is all of it, or something damaged or wrote over it."""
    for place in _places():
        try:
            record = files.read_json(place)  # in any of Unicode's encodings: somebody may have edited it
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return {}, False
        days = [items.values() if isinstance(items, dict) else [None] for items in record.values()]
        return record, all(isinstance(day, str) for day in chain.from_iterable(days))
    return {}, True


def _set_aside(record: Path) -> None:
    names = (record.with_stem(f"{record.stem}.damaged{number or ''}") for number in count())
    if record.exists():
        record.rename(next(name for name in names if not name.exists()))
