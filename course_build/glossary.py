"""Make docs/glossary.md of the lessons: ``python -m course_build glossary``.

The words stand in glossary.yml, in English and Chinese. A word belongs to the lesson in which it stands in bold first.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from gan_lesson import course

from . import LESSONS, ROOT
from .editions import BuildError, read_source

WORDS = Path(__file__).with_name("glossary.yml")
PAGE = ROOT / "docs" / "glossary.md"
INTRODUCTION = """# Glossary · 词汇表

The words of the course, and the lesson that introduces each. The article that the course starts from is Chinese, so
each word is given in both languages. (Made by `python -m course_build glossary`.)

课程用语及其首次出现的课次。本课程所依据的文章是中文的，因此每个词都以中英两种语言给出。

| word · 词 | what it means · 含义 | where · 出处 |
| --- | --- | --- |
"""


class Term(NamedTuple):
    """A word and what it means, in both languages."""

    english: str
    chinese: str
    meaning: str
    meaning_chinese: str


def load_terms() -> list[Term]:
    """All words, in alphabetical order."""
    entries = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return sorted((Term(**entry) for entry in entries), key=lambda term: term.english.lower())


def read_prose(source: Path) -> str:
    """The text of a lesson on one line, its code left out."""
    prose = "\n".join(cell.source for cell in read_source(source).cells if cell.cell_type == "markdown")
    return " ".join(prose.split())


def find_lesson(term: Term, lessons: dict[course.Lesson, str]) -> course.Lesson:
    """The first lesson (lesson -> prose, in their order) in which the word stands in bold.

    Raises:
        BuildError: it does so in none.
    """
    for lesson, prose in lessons.items():
        if f"**{term.english}**".lower() in prose.lower():
            return lesson
    raise BuildError(f"no lesson introduces {term.english!r}: set it in bold where it is explained")


def page(terms: list[Term], lessons: dict[course.Lesson, str]) -> str:
    """The glossary as a page of Markdown."""
    rows = []
    for term in terms:
        lesson = find_lesson(term, lessons)
        link = f"[{lesson.title}](../notebooks/{lesson.notebook}.ipynb)"
        rows.append(f"| **{term.english}**<br>{term.chinese} | {term.meaning}<br>{term.meaning_chinese} | {link} |\n")
    return INTRODUCTION + "".join(rows)


def make() -> None:
    """Write the page.

    Raises:
        BuildError: no lesson introduces one of the words.
    """
    lessons = {lesson: read_prose(LESSONS / lesson.name / "lesson.py") for lesson in course.LESSONS}
    PAGE.write_text(page(load_terms(), lessons), encoding="utf-8")
