"""The list of lessons agrees with the lessons, and shows how far a learner has come."""

import re
from pathlib import Path

import nbformat
import pytest

from gan_lesson import checks, course, progress


def pass_all(lesson):
    for name in [*checks.EXERCISES[lesson], "quiz"]:
        progress.note(lesson, name)


def test_every_lesson_is_on_the_map_with_its_title_and_minutes():
    found = []
    for path in sorted(Path("notebooks").glob("[0-9][0-9]_*.ipynb")):
        text = "\n\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        title = re.search(r"^# \d+ · (.+)", text, re.MULTILINE)[1]
        found.append((path.stem, title, int(re.search(r"^About (\d+) minutes", text, re.MULTILINE)[1])))
    assert [lesson[:3] for lesson in course.LESSONS] == found[1:]
    assert found[0][0] == "00_start_here"


@pytest.mark.parametrize("page", ["README.md", "docs/teaching/README.md"])
def test_the_tables_of_lessons_say_the_same_minutes(page):
    rows = re.findall(r"^\| \[(\d+) ([^\]]+)\].*?\| (\d+) \|", Path(page).read_text(encoding="utf-8"), re.MULTILINE)
    found = {int(number): (title, int(minutes)) for number, title, minutes in rows}
    found.pop(0, None)
    assert found == {int(lesson.name[:2]): (lesson.title, lesson.minutes) for lesson in course.LESSONS}


def test_a_lesson_is_done_when_all_exercises_and_the_quiz_are_passed():
    lesson, count = "06_the_adversarial_loop", len(checks.EXERCISES["06_the_adversarial_loop"])
    assert course.standing()[lesson] == (0, count, False)
    progress.note(lesson, "quiz")
    progress.note(lesson, "an exercise that there is no more")
    assert course.standing()[lesson] == (0, count, True)
    assert not course.standing()[lesson].is_done
    progress.forget()
    for name in checks.EXERCISES[lesson]:
        progress.note(lesson, name)
    assert not course.standing()[lesson].is_done
    pass_all(lesson)
    assert course.standing()[lesson] == (count, count, True)
    assert [name for name, mark in course.standing().items() if mark.is_done] == [lesson]


def test_the_map_says_in_words_what_it_shows():
    pass_all("01_the_game")
    picture = course.course_map()
    assert "from left to right: 1 The game, 2 The data" in picture.alt
    assert picture.alt.endswith("Passed: 1 The game.")
    drawn = [text.get_text() for text in picture.axes[0].texts]
    assert len(drawn) == len(course.LESSONS)
    assert sum("✓ passed" in text for text in drawn) == 1


def test_the_report_has_a_line_for_each_lesson():
    pass_all("02_the_data")
    lines = course.report().splitlines()
    assert len(lines) == len(course.LESSONS)
    assert [line.startswith("✓") for line in lines] == [lesson.name == "02_the_data" for lesson in course.LESSONS]
    count = len(checks.EXERCISES["02_the_data"])
    assert re.search(rf"2  The data +{count} of {count} exercises +quiz ✓", lines[1])
