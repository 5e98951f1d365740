"""The course as data: its lessons in their order, and the paths through them.

Titles, questions, minutes and places on the map stand only here. A lesson is called by its name, which is
that of its room, ``gan_lesson/lessons/<name>``. Its number follows from the order: to move a lesson, move its line.
"""

from __future__ import annotations

from typing import NamedTuple


class Lesson(NamedTuple):
    """A lesson.

    Attributes:
        name: of its room.
        title: as people say it.
        question: what it answers, in Markdown.
        aim: what the class can do afterwards, for teachers.
        minutes: for whoever does it alone.
        place: column and row on the map of the course; None where it isn't on it.
    """

    name: str
    title: str
    question: str
    aim: str
    minutes: int
    place: tuple[int, int] | None

    @property
    def number(self) -> int:
        """Where it comes in the order, from 0."""
        return LESSONS.index(self)

    @property
    def notebook(self) -> str:
        """The name of its notebook, without the ending."""
        return f"{self.number:02d}_{self.name}"


#: In the order in which they are taken; those of one column of the map may be taken in any order.
LESSONS = (
    Lesson(
        "start_here",
        "Start here",
        "What draws digits on your machine within seconds, and how does this course work?",
        "watch a first training run, predict, and read a check",
        15,
        None,
    ),
    Lesson(
        "the_game",
        "The game",
        "What is a generative model, and how can two networks teach each other?",
        "say what each player wants, and see a GAN in the plane learn, collapse and recover",
        60,
        (0, 0),
    ),
    Lesson(
        "the_data",
        "The data",
        "What does the generator have to imitate?",
        "say what the generator has to imitate, why pixels lie in [-1, 1], and cut batches from their own pictures",
        30,
        (1, 0),
    ),
    Lesson(
        "the_generator",
        "The generator",
        "How does a vector of 100 random numbers become a picture?",
        "build the network that turns noise into a picture",
        50,
        (2, 1),
    ),
    Lesson(
        "the_discriminator",
        "The discriminator",
        'How does a network say "real" or "fake", and what would the perfect one say?',
        "build the network that scores pictures, read logits, and say what the perfect one would answer",
        60,
        (2, -1),
    ),
    Lesson(
        "the_losses",
        "The losses",
        "What does each player want, and why does the obvious loss stall?",
        "write both losses, and say why the obvious one stalls",
        60,
        (3, 0),
    ),
    Lesson(
        "the_adversarial_loop",
        "The adversarial loop",
        "How do the two train each other, step by step?",
        "write both updates, train live, read the curves",
        80,
        (4, 0),
    ),
    Lesson(
        "the_latent_space",
        "The latent space",
        "What has the generator made of the space that its noise comes from?",
        "walk through the space of the noise and measure what is there",
        60,
        (5, 1),
    ),
    Lesson(
        "measuring",
        "Measuring",
        "How good is a generator, in numbers?",
        "say how good a generator is, in numbers, and what each number is blind to",
        80,
        (5, -1),
    ),
    Lesson(
        "faster_and_bigger",
        "Faster and bigger",
        "Which trick is worth what, and how fast could it be?",
        "measure what a part of a recipe is worth, and find where time goes",
        86,
        (6, 0),
    ),
)


class Path(NamedTuple):
    """A way through the course.

    Attributes:
        title: as people say it.
        promise: what it is for, in Markdown.
        names: of its lessons, in the order of the course.
    """

    title: str
    promise: str
    names: tuple[str, ...]

    @property
    def lessons(self) -> list[Lesson]:
        """Its lessons, in the order of the course."""
        return [get(name) for name in self.names]

    @property
    def minutes(self) -> int:
        """Of all its lessons, for whoever does them alone."""
        return sum(lesson.minutes for lesson in self.lessons)


#: From the shortest to the longest.
PATHS = (
    Path(
        "An evening",
        "The whole story, from the first game to digits of your own. A long evening, or two short ones.",
        ("start_here", "the_game", "the_generator", "the_discriminator", "the_adversarial_loop"),
    ),
    Path(
        "The article",
        "All that the article behind this course teaches, with the reasons; the data and the losses, too.",
        (
            "start_here",
            "the_game",
            "the_data",
            "the_generator",
            "the_discriminator",
            "the_losses",
            "the_adversarial_loop",
        ),
    ),
    Path(
        "Everything",
        "All that, then what the generator makes of its noise, how good it is in numbers, and how to get there sooner.",
        tuple(lesson.name for lesson in LESSONS),
    ),
)


def get(name: str) -> Lesson:
    """The lesson called ``name``.

    Raises:
        ValueError: there is none.
    """
    for lesson in LESSONS:
        if lesson.name == name:
            return lesson
    raise ValueError(f"there is no lesson {name!r}; there are: {', '.join(lesson.name for lesson in LESSONS)}")
