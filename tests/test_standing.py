"""How far a learner has come: what counts as done, on the map and in words."""

import re

import pytest

from gan_lesson import checks, course, progress, standing


@pytest.fixture
def exercises():
    return checks.exercises()


def pass_all(lesson):
    for name in [*checks.exercises()[lesson], "quiz"]:
        progress.note(lesson, name)


def test_a_lesson_is_done_when_all_exercises_and_the_quiz_are_passed(exercises):
    lesson, count = "the_adversarial_loop", len(exercises["the_adversarial_loop"])
    assert standing.standing()[lesson] == (0, count, False)
    progress.note(lesson, "quiz")
    progress.note(lesson, "an exercise that there is no more")
    assert standing.standing()[lesson] == (0, count, True)
    assert not standing.standing()[lesson].is_done
    progress.forget()
    for name in exercises[lesson]:
        progress.note(lesson, name)
    assert not standing.standing()[lesson].is_done
    pass_all(lesson)
    assert standing.standing()[lesson] == (count, count, True)
    assert [name for name, mark in standing.standing().items() if mark.is_done] == [lesson]


def test_the_map_shows_every_lesson_but_the_one_that_shows_it():
    assert [lesson.name for lesson in standing.on_the_map()] == [lesson.name for lesson in course.LESSONS[1:]]


def test_the_map_says_in_words_what_it_shows():
    pass_all("the_game")
    picture = standing.course_map()
    assert "from left to right: 1 The game, 2 The data" in picture.alt
    assert picture.alt.endswith("Passed: 1 The game.")
    drawn = [text.get_text() for text in picture.axes[0].texts]
    assert len(drawn) == len(standing.on_the_map())
    assert sum("✓ passed" in text for text in drawn) == 1


def test_the_report_has_a_line_for_each_lesson(exercises):
    pass_all("the_data")
    lines = standing.report().splitlines()
    assert [line.startswith("✓") for line in lines] == [lesson.name == "the_data" for lesson in course.LESSONS]
    count = len(exercises["the_data"])
    assert re.search(rf"2  The data +{count} of {count} exercises +quiz ✓", lines[2])


def test_the_first_lesson_has_no_quiz_and_is_done_with_its_exercise():
    assert standing.report().startswith("   0  Start here             0 of 1 exercise\n")
    progress.note("start_here", "probability_fake")
    assert standing.report().startswith("✓  0  Start here             1 of 1 exercise\n")
