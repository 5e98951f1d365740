"""The tables of lessons and paths, and links to notebooks in the pages that people read: all follow from the course.

A page has a table between the lines ``<!-- lessons -->`` and ``<!-- end of the lessons -->``, or the same of ``paths``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from gan_lesson import course

from . import LESSONS, ROOT

README = ROOT / "README.md"
OVERVIEW = ROOT / "docs" / "teaching" / "README.md"
MARKED = {
    kind: re.compile(rf"(?<=<!-- {kind} -->\n).*?(?=<!-- end of the {kind} -->\n)", re.DOTALL)
    for kind in ("lessons", "paths")
}


def pages() -> list[Path]:
    """The pages that may link to notebooks; the glossary is made by itself."""
    docs = [path for path in (ROOT / "docs").rglob("*.md") if path.name != "glossary.md"]
    return [README, *sorted([*docs, *(ROOT / "deploy").glob("*/README.md"), *LESSONS.glob("*/teaching.md")])]


def for_the_learner(without: str) -> str:
    """What the lesson that shows the way says of all the others."""
    rows = [
        f"| [{lesson.number} {lesson.title}]({lesson.notebook}.ipynb) | {lesson.question} |"
        for lesson in course.LESSONS
        if lesson.name != without
    ]
    return "\n".join(["| lesson | the question it answers |", "| --- | --- |", *rows])


def for_readme(colab: Callable[[str], str]) -> str:
    """README's table; ``colab`` tells where Colab opens the notebook at a path in the repository."""
    rows = []
    for lesson in course.LESSONS:
        path = f"notebooks/{lesson.notebook}.ipynb"
        badge = f"[![Open in Colab](images/colab.svg)]({colab(path)})"
        rows.append(f"| [{lesson.number} {lesson.title}]({path}) | {lesson.question} | {lesson.minutes} | {badge} |")
    return "\n".join(["| lesson | the question it answers | minutes | |", "| --- | --- | --- | --- |", *rows])


def for_the_teacher() -> str:
    """The table of the teacher's overview: each lesson with a page for teachers leads to it."""
    rows = []
    for lesson in course.LESSONS:
        if (LESSONS / lesson.name / "teaching.md").exists():
            room = f"../../gan_lesson/lessons/{lesson.name}/teaching.md"
            rows.append(f"| [{lesson.number} {lesson.title}]({room}) | {lesson.aim} | {lesson.minutes} |")
    return "\n".join(["| lesson | what the class can do afterwards | minutes at home |", "| --- | --- | --- |", *rows])


def of_paths(folder: str = "") -> str:
    """The paths through the course; ``folder`` leads from the page to the notebooks, with a slash at its end."""

    def link(lesson: course.Lesson) -> str:
        return f"[{lesson.number} {lesson.title}]({folder}{lesson.notebook}.ipynb)"

    rows = []
    for path in course.PATHS:
        numbers = [lesson.number for lesson in path.lessons]
        links = [link(lesson) for lesson in path.lessons]
        in_a_row = numbers == list(range(numbers[0], numbers[-1] + 1))
        lessons = f"{links[0]} to {links[-1]}" if in_a_row else ", ".join(links)
        rows.append(f"| **{path.title}** | {path.promise} | {lessons} | {_hours(path.minutes)} |")
    return "\n".join(["| path | what for | lessons | time |", "| --- | --- | --- | --- |", *rows])


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02d} min"


def with_table(page: str, kind: str, table: str) -> str:
    """The page with ``table`` between its marks for ``kind``, "lessons" or "paths"."""
    return MARKED[kind].sub(lambda _: f"\n{table}\n\n", page)


def with_links(page: str) -> str:
    """The page with its links to notebooks as they are numbered now."""
    numbers = {lesson.name: lesson.notebook for lesson in course.LESSONS}
    return re.sub(rf"\b\d\d_({'|'.join(numbers)})(?=\.(?:ipynb|html)\b)", lambda found: numbers[found[1]], page)


def current(path: Path, colab: Callable[[str], str]) -> str:
    """What the page at ``path`` should say."""
    page = with_links(path.read_text(encoding="utf-8"))
    if path == README:
        return with_table(with_table(page, "lessons", for_readme(colab)), "paths", of_paths("notebooks/"))
    if path == OVERVIEW:
        return with_table(with_table(page, "lessons", for_the_teacher()), "paths", of_paths("../../notebooks/"))
    return page


def make(colab: Callable[[str], str]) -> None:
    """Write the tables and the links of all pages."""
    for path in pages():
        path.write_text(current(path, colab), encoding="utf-8")
