"""The glossary: each word has its lesson, and the page is what the words and the lessons make."""

from __future__ import annotations

import pytest

from course_build import LESSONS, glossary
from course_build.editions import BuildError
from gan_lesson import course


def test_the_page_is_what_the_lessons_make_of_it():
    lessons = {lesson: glossary.read_prose(LESSONS / lesson.name / "lesson.py") for lesson in course.LESSONS}
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page(glossary.load_terms(), lessons)


def test_a_word_belongs_to_the_first_lesson_in_which_it_stands_in_bold():
    term = glossary.Term("noise", "噪声", "z", "z")
    start, game, data = course.LESSONS[:3]
    lessons = {start: "noise", game: "noise, not in bold, then **noise**", data: "**Noise** again"}
    assert glossary.find_lesson(term, lessons) == game
    assert glossary.page([term], lessons).endswith(f"| [{game.title}](../notebooks/{game.notebook}.ipynb) |\n")


def test_a_word_that_no_lesson_introduces_is_an_error():
    with pytest.raises(BuildError, match="no lesson introduces 'noise'"):
        glossary.find_lesson(glossary.Term("noise", "噪声", "z", "z"), {course.LESSONS[0]: "noise"})


def test_every_word_stands_there_once_and_in_both_languages():
    terms = glossary.load_terms()
    assert len({term.english.lower() for term in terms}) == len(terms) > 40
    for term in terms:
        assert all(term), term
        assert any("\u4e00" <= letter <= "\u9fff" for letter in term.meaning_chinese), term
