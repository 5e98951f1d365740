"""The notes for teachers: a page for each lesson, with plans whose clock runs from 0 to the end without a gap."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

import gan_lesson
from gan_lesson import course

ROOMS = Path(gan_lesson.__file__).parent / "lessons"
LESSONS = [lesson.name for lesson in course.LESSONS if (ROOMS / lesson.name / "teaching.md").exists()]
SECTIONS = [
    "Before class",
    "50 minutes",
    "90 minutes",
    "On the board",
    "Questions that will come",
    "Misconceptions",
    "When time is short",
    "A class without laptops",
    "Checking that they got it",
]


def sections(name: str) -> dict[str, str]:
    text = (ROOMS / name / "teaching.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", LESSONS)
def test_each_lesson_has_notes_with_all_their_parts(name):
    assert list(sections(name)) == SECTIONS


@pytest.mark.parametrize("minutes", [50, 90])
@pytest.mark.parametrize("name", LESSONS)
def test_the_clock_of_a_plan_runs_from_0_to_the_end_without_a_gap(name, minutes):
    plan = sections(name)[f"{minutes} minutes"]
    times = [(int(start), int(end)) for start, end in re.findall(r"^\| (\d+)-(\d+) \|", plan, re.MULTILINE)]
    assert times[0][0] == 0
    assert times[-1][1] == minutes
    assert all(end == start for (_, end), (start, _) in pairwise(times))
    assert all(start < end for start, end in times)
    assert plan.count("**break point**") + plan.count("**Break point**") == 1


@pytest.mark.parametrize("name", LESSONS)
def test_a_plan_names_only_sections_that_the_lesson_has(name):
    source = (ROOMS / name / "lesson.py").read_text(encoding="utf-8")
    headings = re.findall(r"^# ##+ (.+?)(?: · \d+ minutes?)?$", source, re.MULTILINE)
    for minutes in (50, 90):
        rows = re.findall(r"^\| \d+-\d+ \|.*\| ([^|]+) \|$", sections(name)[f"{minutes} minutes"], re.MULTILINE)
        named = {part.split(" (")[0].strip() for row in rows for part in row.split(";")}
        assert named - set(headings) <= {"Opening"}
