"""How far a learner has come: the map of the course with what is passed, and the same in words."""

from __future__ import annotations

from typing import NamedTuple

from . import checks, course, diagrams, progress
from .picture import Picture


class Standing(NamedTuple):
    """How far a learner has come in a lesson: exercises passed, of how many, and whether the quiz is passed."""

    passed: int
    exercises: int
    quiz: bool

    @property
    def is_done(self) -> bool:
        """Whether every exercise and the quiz are passed."""
        return self.quiz and self.passed == self.exercises


def on_the_map() -> list[course.Lesson]:
    """The lessons of the way, without the one that shows it."""
    return [lesson for lesson in course.LESSONS if lesson.place is not None]


def standing() -> dict[str, Standing]:
    """How far this learner has come in each lesson on the map, by name."""
    record, exercises = progress.passed(), checks.exercises()
    found = {}
    for lesson in on_the_map():
        done = record.get(lesson.name, {})
        names = exercises[lesson.name]
        found[lesson.name] = Standing(sum(name in done for name in names), len(names), "quiz" in done)
    return found


def course_map() -> Picture:
    """The lessons as stations on the way from the game to the fast GAN; filled, and with a tick, where passed."""
    marks = standing()
    return diagrams.course_map(
        [(*lesson.place, f"{lesson.number} {lesson.title}", lesson.minutes) for lesson in on_the_map()],
        [mark.is_done for mark in marks.values()],
    )


def report() -> str:
    """How far this learner has come, a line for each lesson."""
    marks = standing()
    lines = []
    for lesson in on_the_map():
        mark = marks[lesson.name]
        exercises = f"{mark.passed} of {mark.exercises} exercises"
        tick = "✓" if mark.is_done else " "
        lines.append(f"{tick} {lesson.number:>2}  {lesson.title:22} {exercises:20} quiz {'✓' if mark.quiz else '·'}")
    return "\n".join(lines)
