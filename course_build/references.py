"""What the text of a lesson says of lessons: numbers, file names and minutes are filled in from the course.

A text names a lesson by its title, and links to it by its name: ``[The losses](lesson:the_losses)``, with an anchor
behind where one is wanted. ``{{TITLE}}`` and ``{{MINUTES}}`` stand for the lesson's own, number included, and
``{{LESSONS}}`` for the table of all the others, ``{{PATHS}}`` for that of the paths.
"""

from __future__ import annotations

import re

from gan_lesson import course

from . import tables

LINK = re.compile(r"\[([^\]]*)\]\(lesson:(\w*)(#[^)\s]*)?\)")


def filled(text: str, name: str) -> str:
    """The text of the lesson called ``name``, its references filled in for the order in which lessons stand now.

    Raises:
        ValueError: it refers to a lesson that there is not, or by another title than the lesson has.
    """
    text = LINK.sub(_link, text)
    if "(lesson:" in text:
        raise ValueError(f"not a link to a lesson: {text[text.index('(lesson:') :].splitlines()[0]}")
    if "{{TITLE}}" in text:
        own = course.get(name)
        text = text.replace("{{TITLE}}", f"{own.number} · {own.title}")
    if "{{MINUTES}}" in text:
        text = text.replace("{{MINUTES}}", str(course.get(name).minutes))
    if "{{LESSONS}}" in text:
        text = text.replace("{{LESSONS}}", tables.for_the_learner(without=name))
    return text.replace("{{PATHS}}", tables.of_paths()) if "{{PATHS}}" in text else text


def _link(found: re.Match) -> str:
    label, name, anchor = found.groups()
    lesson = course.get(name)
    if " ".join(label.split()) != lesson.title:
        raise ValueError(f"a link to {name} says {label!r}; the lesson's title is {lesson.title!r}")
    return f"[{label}]({lesson.notebook}.ipynb{anchor or ''})"
