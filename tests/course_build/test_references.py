"""What a lesson says of lessons follows from the course."""

import pytest

from course_build import tables
from course_build.references import filled
from gan_lesson import course


@pytest.fixture
def swapped(monkeypatch):
    """The course with The data before The game."""
    first, game, data, *rest = course.LESSONS
    monkeypatch.setattr(course, "LESSONS", (first, data, game, *rest))


def test_a_lesson_is_linked_by_its_name_and_named_by_its_title():
    text = "See [The losses](lesson:the_losses), and [The\nlatent space](lesson:the_latent_space#walks)."
    assert filled(text, "the_game") == (
        "See [The losses](05_the_losses.ipynb), and [The\nlatent space](07_the_latent_space.ipynb#walks)."
    )


def test_a_lesson_says_its_own_number_title_and_minutes():
    head = "# {{TITLE}}\n\nAbout {{MINUTES}} minutes."
    assert filled(head, "the_losses") == f"# 5 · The losses\n\nAbout {course.get('the_losses').minutes} minutes."


def test_the_table_of_lessons_has_all_the_others():
    table = filled("{{LESSONS}}", "start_here").splitlines()
    assert len(table) == 2 + len(course.LESSONS) - 1
    assert table[2].startswith("| [1 The game](01_the_game.ipynb) | What is a generative model")


def test_the_table_of_paths_links_to_the_lessons_beside_it():
    assert filled("a\n\n{{PATHS}}", "start_here") == f"a\n\n{tables.of_paths()}"
    assert "](00_start_here.ipynb) to [" in tables.of_paths()


def test_all_of_it_follows_when_a_lesson_moves(swapped):
    assert filled("[The data](lesson:the_data)", "the_game") == "[The data](01_the_data.ipynb)"
    assert filled("# {{TITLE}}", "the_game") == "# 2 · The game"
    rows = filled("{{LESSONS}}", "start_here").splitlines()[2:4]
    assert [row.split("](")[0] for row in rows] == ["| [1 The data", "| [2 The game"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[The end](lesson:the_end)", "there is no lesson 'the_end'"),
        ("[The game](lesson:the_data)", "the lesson's title is 'The data'"),
        ("[The game](lesson:the-game)", "not a link to a lesson: .lesson:the-game"),
        ("{{TITLE}}", "there is no lesson 'made_up'"),
    ],
)
def test_a_reference_that_leads_nowhere_or_says_something_else_is_refused(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        filled(text, "made_up")


def test_a_text_without_references_stays_as_it_is_in_any_lesson():
    text = "A [link](https://example.org), `{{COLAB}}` and {braces}."
    assert filled(text, "made_up") == text
