"""The glossary: each word has its lesson, and the page is what the words and the lessons make."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.fixture
def glossary(monkeypatch):
    monkeypatch.syspath_prepend(NOTEBOOKS)
    return importlib.import_module("glossary")


def test_the_page_is_what_the_lessons_make_of_it(glossary):
    lessons = {source.stem: glossary.read_prose(source) for source in (NOTEBOOKS / "source").glob("*.py")}
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page(glossary.load_terms(), lessons)


def test_a_word_belongs_to_the_first_lesson_in_which_it_stands_in_bold(glossary):
    term = glossary.Term("noise", "噪声", "z", "z")
    lessons = {"02_b": "**Noise** again", "01_a": "noise, not in bold, then **noise**", "00_x": "noise"}
    assert glossary.find_lesson(term, lessons) == "01_a"


def test_a_word_that_no_lesson_introduces_is_an_error(glossary):
    with pytest.raises(ValueError, match="no lesson introduces 'noise'"):
        glossary.find_lesson(glossary.Term("noise", "噪声", "z", "z"), {"01_a": "noise"})


def test_every_word_stands_there_once_and_in_both_languages(glossary):
    terms = glossary.load_terms()
    assert len({term.english.lower() for term in terms}) == len(terms) > 40
    for term in terms:
        assert all(term), term
        assert any("\u4e00" <= letter <= "\u9fff" for letter in term.meaning_chinese), term
