"""A lesson is a room: its folder holds all of it, and the door of the checks finds what lies there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gan_lesson
from gan_lesson import checks, course

ROOMS = Path(gan_lesson.__file__).parent / "lessons"
NAMES = [lesson.name for lesson in course.LESSONS]
#: Done alone before the first class: nobody teaches it, and there is nothing to ask yet.
ALONE = "start_here"


def files_of(name: str) -> set[str]:
    return {path.name for path in (ROOMS / name).iterdir() if path.name != "__pycache__"}


def loaded_after(code: str) -> list[str]:
    """Which rooms' modules a fresh Python has imported after ``code``, and what the code made of ``found``."""
    asked = f"import json, sys\nfound = None\n{code}\n"
    asked += (
        "print(json.dumps([found, sorted(name for name in sys.modules if name.startswith('gan_lesson.lessons.'))]))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_a_room_holds_its_lesson_and_nothing_else(name):
    wanted = {"lesson.py", "checks.py"} if name == ALONE else {"lesson.py", "checks.py", "quiz.json", "teaching.md"}
    assert files_of(name) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_leaves_its_number_title_and_minutes_to_the_course(name):
    lesson = (ROOMS / name / "lesson.py").read_text(encoding="utf-8")
    assert lesson.startswith("# %% [markdown]\n# # {{TITLE}}\n")
    assert len(re.findall(r"^# About \{\{MINUTES\}\} minutes\.", lesson, re.MULTILINE)) == 1
    title = course.get(name).title
    assert name == ALONE or (ROOMS / name / "teaching.md").read_text().startswith(f"# {title}: teacher's notes\n")


def test_there_is_a_room_for_each_lesson_of_the_course_and_no_other():
    assert {path.name for path in ROOMS.iterdir() if path.name != "__pycache__"} == set(NAMES)


def test_the_door_opens_no_room_before_it_is_asked():
    assert loaded_after("from gan_lesson import checks") == [None, []]


def test_the_door_finds_every_check_and_never_runs_a_lesson():
    found, loaded = loaded_after(
        "from gan_lesson import checks\n"
        "found = {lesson: [f'check_{name}' for name in names] for lesson, names in checks.exercises().items()}\n"
        "assert all(callable(getattr(checks, name)) for names in found.values() for name in names)\n"
        "assert {name for names in found.values() for name in names} <= set(dir(checks))"
    )
    assert sorted(found) == sorted(NAMES)
    for lesson, names in found.items():
        lines = (ROOMS / lesson / "checks.py").read_text(encoding="utf-8").splitlines()
        written = [line.split("(")[0].removeprefix("def ") for line in lines if line.startswith("def check_")]
        assert names == written and names
    assert [name for name in loaded if not (name.endswith(".checks") or name.count(".") == 2)] == []


def test_no_two_rooms_have_a_check_of_the_same_name():
    names = [name for names in checks.exercises().values() for name in names]
    assert len(set(names)) == len(names)


def test_a_check_that_there_is_not_is_no_attribute():
    with pytest.raises(AttributeError, match="check_nothing"):
        _ = checks.check_nothing
