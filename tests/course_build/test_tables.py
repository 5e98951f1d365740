"""The tables of lessons, and the links to notebooks, are those of the course as it is."""

import re

import pytest

from course_build import ROOT, tables
from gan_lesson import course


def nowhere(_):
    return "https://colab.research.google.com/"


def without_badges(page: str) -> str:
    """The page wherever its repository lies."""
    return re.sub(r"\(https://colab\.research\.google\.com/[^)]*\)", "()", page)


@pytest.mark.parametrize("path", tables.pages(), ids=lambda path: "-".join(path.relative_to(ROOT).parts))
def test_a_page_says_what_the_course_is_now(path):
    stale = "stale: run python -m course_build tables"
    assert without_badges(tables.current(path, nowhere)) == without_badges(path.read_text(encoding="utf-8")), stale


@pytest.mark.parametrize("path", [tables.README, tables.OVERVIEW], ids=["README", "overview"])
def test_a_page_with_tables_has_their_marks(path):
    page = path.read_text(encoding="utf-8")
    assert {kind: len(marked.findall(page)) for kind, marked in tables.MARKED.items()} == {"lessons": 1, "paths": 1}


def test_tables_and_links_follow_when_a_lesson_moves(monkeypatch):
    first, game, data, *rest = course.LESSONS
    monkeypatch.setattr(course, "LESSONS", (first, data, game, *rest))
    readme = tables.current(tables.README, nowhere)
    rows = re.findall(r"^\| \[(\d [^\]]+)\]\((notebooks/\w+\.ipynb)\)", readme, re.MULTILINE)
    assert rows[1:3] == [("1 The data", "notebooks/01_the_data.ipynb"), ("2 The game", "notebooks/02_the_game.ipynb")]
    assert "01_the_game" not in readme
    overview = tables.current(tables.OVERVIEW, nowhere)
    assert "[1 The data](../../gan_lesson/lessons/the_data/teaching.md)" in overview
    assert "[2 The game](../../gan_lesson/lessons/the_game/teaching.md)" in overview
    lesson = tables.current(ROOT / "gan_lesson" / "lessons" / "the_game" / "teaching.md", nowhere)
    assert "notebooks/02_the_game.ipynb" in lesson


def test_a_row_leads_to_the_notebook_in_colab():
    table = tables.for_readme(lambda path: f"https://colab.research.google.com/github/ada/gan/blob/main/{path}")
    assert "](https://colab.research.google.com/github/ada/gan/blob/main/notebooks/05_the_losses.ipynb) |" in table


def test_a_path_names_its_lessons_and_the_time_of_all():
    _, _, evening, article, everything = tables.of_paths("../").splitlines()
    assert "[1 The game](../01_the_game.ipynb), [3 The generator](../03_the_generator.ipynb)," in evening
    assert "| [0 Start here](../00_start_here.ipynb) to [6 The adversarial loop](../06_the_ad" in article
    last = course.LESSONS[-1]
    assert f"| [0 Start here](../00_start_here.ipynb) to [{last.number} {last.title}](../{last.notebook}." in everything
    minutes = sum(lesson.minutes for lesson in course.LESSONS)
    assert everything.endswith(f"| {minutes // 60} h {minutes % 60:02d} min |")


def test_the_paths_follow_when_a_lesson_gets_longer(monkeypatch):
    first, *rest = course.LESSONS
    minutes = course.PATHS[0].minutes
    monkeypatch.setattr(course, "LESSONS", (first._replace(minutes=first.minutes + 60), *rest))
    assert course.PATHS[0].minutes == minutes + 60
    page = tables.current(tables.OVERVIEW, nowhere)
    assert page.count(f"{minutes // 60 + 1} h {minutes % 60:02d} min |") == 1


def test_only_links_to_lessons_are_numbered_anew():
    others = "11_the_games.ipynb 11_the_game.md"
    page = f"notebooks/11_the_game.ipynb site/99_the_game.html {others}"
    assert tables.with_links(page) == f"notebooks/01_the_game.ipynb site/01_the_game.html {others}"


def test_nothing_else_of_a_page_changes(tmp_path, monkeypatch):
    page = tmp_path / "README.md"
    text = "a\n\n<!-- lessons -->\n\nold\n\n<!-- end of the lessons -->\n\nb\n"
    page.write_text(text)
    monkeypatch.setattr(tables, "pages", lambda: [page])
    monkeypatch.setattr(tables, "README", page)
    tables.make(nowhere)
    made = page.read_text()
    assert made.startswith("a\n\n<!-- lessons -->\n\n| lesson |")
    assert made.endswith("|\n\n<!-- end of the lessons -->\n\nb\n")
    tables.make(nowhere)
    assert page.read_text() == made
