"""The course as a whole: its lessons, the map of them, and how far a learner has come."""

from __future__ import annotations

from typing import NamedTuple

from . import checks, plots, progress


class Lesson(NamedTuple):
    """A lesson: its name, its title, its minutes, and where it stands on the map."""

    name: str
    title: str
    minutes: int
    x: float
    y: float


#: In the order in which they are taken; those of one column may be taken in any order.
LESSONS = (
    Lesson("01_the_game", "The game", 65, 0, 0),
    Lesson("02_the_data", "The data", 50, 1, 0),
    Lesson("03_the_generator", "The generator", 55, 2, 1),
    Lesson("04_the_discriminator", "The discriminator", 55, 2, -1),
    Lesson("05_the_losses", "The losses", 55, 3, 0),
    Lesson("06_the_adversarial_loop", "The adversarial loop", 80, 4, 0),
    Lesson("07_the_latent_space", "The latent space", 70, 5, 1),
    Lesson("09_measuring", "Measuring", 80, 5, 0),
    Lesson("11_faster_and_bigger", "Faster and bigger", 90, 5, -1),
)


class Standing(NamedTuple):
    """How far a learner has come in a lesson: exercises passed, of how many, and whether the quiz is passed."""

    passed: int
    exercises: int
    quiz: bool

    @property
    def is_done(self) -> bool:
        """Whether every exercise and the quiz are passed."""
        return self.quiz and self.passed == self.exercises


def standing() -> dict[str, Standing]:
    """How far this learner has come in each lesson."""
    record = progress.passed()
    found = {}
    for lesson in LESSONS:
        done, exercises = record.get(lesson.name, {}), checks.EXERCISES[lesson.name]
        found[lesson.name] = Standing(sum(name in done for name in exercises), len(exercises), "quiz" in done)
    return found


def course_map() -> plots.Picture:
    """The lessons as stations on the way from the game to the fast GAN; filled, and with a tick, where passed."""
    marks = standing()
    return plots.course_map(
        [(lesson.x, lesson.y, f"{_number(lesson)} {lesson.title}", lesson.minutes) for lesson in LESSONS],
        [marks[lesson.name].is_done for lesson in LESSONS],
    )


def report() -> str:
    """How far this learner has come, a line for each lesson."""
    marks = standing()
    lines = []
    for lesson in LESSONS:
        mark = marks[lesson.name]
        exercises = f"{mark.passed} of {mark.exercises} exercises"
        tick = "✓" if mark.is_done else " "
        lines.append(f"{tick} {_number(lesson):>2}  {lesson.title:22} {exercises:20} quiz {'✓' if mark.quiz else '·'}")
    return "\n".join(lines)


def _number(lesson: Lesson) -> int:
    return int(lesson.name[:2])
