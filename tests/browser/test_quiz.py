"""A quiz by mouse and keyboard: what is chosen is explained, and counted."""

import re

import pytest
from playwright.sync_api import expect

from course_build import stage
from gan_lesson.widgets import Quiz
from tests.browser.waiting import until


@pytest.fixture
def quiz():
    quiz = Quiz("the_game")
    yield quiz
    quiz.close()


SAID = ".gl-said"
RIGHT, WRONG = "✓ Right.", "✗ Not that one."


def right(quiz, place):
    return [answer["correct"] for answer in quiz.questions[place]["answers"]].index(True)


def answer(root, place, index):
    root.locator("fieldset").nth(place).locator("input").nth(index).check()


def test_each_answer_is_explained_and_the_verdict_is_a_word_and_a_sign(page, quiz):
    root = stage.show(page, quiz)
    for index, one in enumerate(quiz.questions[1]["answers"]):
        answer(root, 1, index)
        expect(root.locator(SAID).nth(1)).to_have_text(f"{RIGHT if one['correct'] else WRONG} {one['feedback']}")
    expect(root.locator(SAID).nth(0)).to_have_text("")


def test_the_last_answers_count_and_the_first_ones_are_remembered(page, quiz):
    root = stage.show(page, quiz)
    count = len(quiz.questions)
    answer(root, 0, (right(quiz, 0) + 1) % 3)
    expect(root).to_contain_text(f"0 of {count} right")
    for place in range(count):
        answer(root, place, right(quiz, place))
    expect(root).to_contain_text(f"{count} of {count} right, {count - 1} of them at the first try.")
    quiz.chosen = page.evaluate("stage.model.get('chosen')")
    assert quiz.is_passed


def test_starting_over_clears_answers_and_explanations(page, quiz):
    root = stage.show(page, quiz)
    expect(root.get_by_role("button", name="Start over")).to_be_hidden()
    answer(root, 0, 0)
    root.get_by_role("button", name="Start over").click()
    expect(root.locator("input:checked")).to_have_count(0)
    expect(root.locator(SAID)).to_have_text([""] * len(quiz.questions))


def test_by_keyboard_alone_and_the_notebook_does_not_take_the_keys(page, quiz):
    root = stage.show(page, quiz)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    until(page, lambda: page.evaluate("stage.model.get('chosen')[0]"), [0, 1])
    assert root.locator("input:not([data-lm-suppress-shortcuts])").count() == 0


def test_a_screen_reader_hears_question_and_explanation(page, quiz):
    root = stage.show(page, quiz)
    question = quiz.questions[0]["question"]
    assert root.get_by_role("group", name=question).get_by_role("radio").count() == len(quiz.questions[0]["answers"])
    assert root.locator(f"{SAID}[role=status]").count() == len(quiz.questions)


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("12000", "✓ Right. Yes: 60,000 / 200"),
        (" 12,000 ", "✓ Right."),
        ("300", "✗ Not that one. That is one epoch."),
        ("-1", "✗ Not that one. Divide the 60,000 images"),
        ("many", ""),
    ],
)
def test_a_number_is_typed_in_and_known_mistakes_are_named(page, typed, begins):
    quiz = Quiz("the_data")
    place = [one["type"] for one in quiz.questions].index("numeric")
    root = stage.show(page, quiz)
    field = root.get_by_label("your number")
    field.fill(typed)
    field.press("Enter")
    expect(root.locator(SAID).nth(place)).to_have_text(re.compile(f"^{re.escape(begins)}" if begins else "^$"))
    if begins:
        root.get_by_role("button", name="Start over").click()
        expect(field).to_have_value("")


def test_it_needs_no_kernel(page, quiz):
    root = stage.show(page, quiz, kernel=False)
    answer(root, 0, right(quiz, 0))
    expect(root).to_contain_text(RIGHT)


@pytest.mark.parametrize("width", [1000, 380])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits(page, quiz, width, dark):
    root = stage.show(page, quiz, width=width, dark=dark)
    answer(root, 0, 0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_code_that_a_question_is_about_is_shown(page):
    quiz = Quiz("the_data")
    code = next(one["code"] for one in quiz.questions if "code" in one)
    expect(stage.show(page, quiz).locator("fieldset pre").first).to_have_text(code)
    assert code.splitlines()[0] in quiz.stand_in()["text/html"]
