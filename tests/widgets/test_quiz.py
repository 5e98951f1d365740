import json
from pathlib import Path

import pytest

import gan_lesson
from gan_lesson import course, progress
from gan_lesson.widgets import Quiz
from gan_lesson.widgets.quiz.questions import answer_text, questions

ROOMS = Path(gan_lesson.__file__).parent / "lessons"
LESSONS = [lesson.name for lesson in course.LESSONS if (ROOMS / lesson.name / "quiz.json").exists()]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_five_questions_or_more_and_each_answer_is_explained(lesson):
    asked = questions(lesson)
    assert len(asked) >= 5
    for one in asked:
        assert one["question"].strip()
        assert len(one["answers"]) >= 3
        if one["type"] == "numeric":
            assert one["answers"][-1]["type"] == "default" and not one["answers"][-1]["correct"]
            assert any(answer["correct"] for answer in one["answers"])
        else:
            assert one["type"] == "multiple_choice"
            assert [answer["correct"] for answer in one["answers"]].count(True) == 1
        assert len({answer_text(answer) for answer in one["answers"]}) == len(one["answers"])
        for answer in one["answers"]:
            assert len(answer["feedback"]) > 20, answer


def test_the_right_answer_stands_in_every_place():
    choices = [one for lesson in LESSONS for one in questions(lesson) if one["type"] == "multiple_choice"]
    places = [[answer["correct"] for answer in one["answers"]].index(True) for one in choices]
    for place in range(3):
        assert places.count(place) >= len(places) // 5


@pytest.mark.parametrize("lesson", ["start_here", "01_the_game", "../lessons/the_game"])
def test_a_lesson_without_a_quiz_is_answered_by_those_that_have_one(lesson):
    with pytest.raises(ValueError, match=f"no quiz for '{lesson}'; there are: faster_and_bigger, measuring, "):
        questions(lesson)


def right_answers(quiz):
    return [[[answer["correct"] for answer in one["answers"]].index(True)] for one in quiz.questions]


def test_it_is_passed_when_the_last_answer_to_every_question_is_right():
    quiz = Quiz("the_game")
    right = right_answers(quiz)
    wrong = [[(right[0][0] + 1) % 3], *right[1:]]
    for chosen, passed in [([[] for _ in right], False), (wrong, False), ([*right[:-1], []], False)]:
        quiz.chosen = chosen
        assert quiz.is_passed is passed
    assert progress.passed() == {}
    quiz.chosen = [[*wrong[0], *right[0]], *right[1:]]
    assert quiz.is_passed
    assert list(progress.passed()) == ["the_game"]
    assert list(progress.passed()["the_game"]) == ["quiz"]


def test_where_no_widget_can_live_the_questions_are_text_and_the_answers_are_folded():
    shown = Quiz("the_game").stand_in()["text/html"]
    assert shown.count("<details>") == len(questions("the_game"))
    assert shown.count("<li><b>right</b>") == len(questions("the_game"))
    assert "<b>wrong</b>: another number" in Quiz("the_data").stand_in()["text/html"]


def test_its_state_is_json():
    json.dumps(Quiz("the_game").get_state(["questions", "chosen"]))
