"""How far a learner has come: the map of the course with what is passed, and the same in words."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from . import checks, course, diagrams, progress
from .picture import Picture

_ROOMS = Path(__file__).parent / "lessons"


class Standing(NamedTuple):
    """How far a learner has come in a lesson: exercises passed, of how many, and whether the quiz is passed.

    ``quiz`` is None where the lesson has none.
    """

    passed: int
    exercises: int
    quiz: bool | None

    @property
    def is_done(self) -> bool:
        """Whether every exercise and the quiz are passed."""
        return self.quiz is not False and self.passed == self.exercises


def on_the_map() -> list[course.Lesson]:
    """The lessons of the way, without the one that shows it."""
    return [lesson for lesson in course.LESSONS if lesson.place is not None]


def standing() -> dict[str, Standing]:
    """How far this learner has come in each lesson, by name."""
    record, exercises = progress.passed(), checks.exercises()
    found = {}
    for lesson in course.LESSONS:
        done = record.get(lesson.name, {})
        names = exercises[lesson.name]
        quiz = "quiz" in done if (_ROOMS / lesson.name / "quiz.json").exists() else None
        found[lesson.name] = Standing(sum(name in done for name in names), len(names), quiz)
    return found


def course_map() -> Picture:
    """The lessons as stations on the way from the game to the fast GAN; filled, and with a tick, where passed."""
    marks = standing()
    return diagrams.course_map(
        [(*lesson.place, f"{lesson.number} {lesson.title}", lesson.minutes) for lesson in on_the_map()],
        [marks[lesson.name].is_done for lesson in on_the_map()],
    )


def report() -> str:
    """How far this learner has come, a line for each lesson."""
    marks = standing()
    lines = []
    for lesson in course.LESSONS:
        mark = marks[lesson.name]
        exercises = f"{mark.passed} of {mark.exercises} exercise{'s' * (mark.exercises != 1)}"
        quiz = "" if mark.quiz is None else f"quiz {'✓' if mark.quiz else '·'}"
        lines.append(
            f"{'✓' if mark.is_done else ' '} {lesson.number:>2}  {lesson.title:22} {exercises:20} {quiz}".rstrip()
        )
    return "\n".join(lines)
