"""The course as data: every lesson once, and its number follows from the order."""

import pytest

from gan_lesson import course


def test_a_lesson_is_numbered_by_its_place_in_the_order(monkeypatch):
    assert [lesson.number for lesson in course.LESSONS] == list(range(len(course.LESSONS)))
    assert course.get("the_data").notebook == "02_the_data"
    first, game, data, *rest = course.LESSONS
    monkeypatch.setattr(course, "LESSONS", (first, data, game, *rest))
    assert course.get("the_data").number == 1
    assert course.get("the_data").notebook == "01_the_data"


def test_no_two_lessons_share_a_name_a_title_or_a_place_on_the_map():
    for taken in ("name", "title", "question", "place"):
        values = [getattr(lesson, taken) for lesson in course.LESSONS]
        assert len(set(values)) == len(values), taken


def test_a_lesson_that_there_is_not_is_answered_by_those_that_there_are():
    with pytest.raises(ValueError, match="no lesson 'the_end'; there are: start_here, the_game, "):
        course.get("the_end")


@pytest.mark.parametrize("path", course.PATHS, ids=lambda path: path.title)
def test_a_path_keeps_the_order_of_the_course_and_begins_where_it_begins(path):
    numbers = [lesson.number for lesson in path.lessons]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 0
    assert path.minutes == sum(course.LESSONS[number].minutes for number in numbers)


def test_each_path_goes_further_than_the_one_before_and_the_last_leaves_nothing_out():
    evening, article, everything = (set(path.names) for path in course.PATHS)
    assert evening < article < everything
    assert everything == {lesson.name for lesson in course.LESSONS}
