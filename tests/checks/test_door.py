"""The door to the rooms' checks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gan_lesson import checks, course, lessons
from gan_lesson.lessons.the_game.checks import check_play


def test_a_check_is_found_in_its_room_and_shown_in_a_list():
    assert checks.check_play is check_play
    assert {"check_play", "check_seconds_a_step", "CheckFailed", "exercises"} <= set(dir(checks))
    with pytest.raises(AttributeError, match="'check_nothing'"):
        _ = checks.check_nothing


def test_the_door_opens_no_room_before_it_is_asked_and_never_a_lesson():
    code = (
        "import sys\nfrom gan_lesson import checks\n"
        "rooms = lambda: [name for name in sys.modules if name.startswith('gan_lesson.lessons.')]\n"
        "assert not rooms(), rooms()\nchecks.exercises()\nassert rooms()\n"
        "assert not [name for name in rooms() if name.endswith('.lesson')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_exercise_of_the_lessons_has_a_check_with_two_hints_or_more():
    called = {}
    for lesson in course.LESSONS:
        source = Path(lessons.__path__[0], lesson.name, "lesson.py").read_text(encoding="utf-8")
        called[lesson.name] = re.findall(r"checks\.check_(\w+)\(", source)
    exercises = checks.exercises()
    assert {name: sorted(names) for name, names in called.items()} == {
        name: sorted(names) for name, names in exercises.items()
    }
    for lesson in course.LESSONS:
        names = exercises[lesson.name]
        assert len(names) == 1 if lesson.name == "start_here" else 2 <= len(names) <= 4, lesson.name
        for name in names:
            check = getattr(checks, f"check_{name}")
            assert len(check.hints) >= 2, f"{lesson.name}: {name}"
            assert check.__doc__.startswith(f"{lesson.title}: ")
