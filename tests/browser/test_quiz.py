"""A quiz by mouse and keyboard: what is chosen is explained, and counted."""

import pytest

from course_build import stage
from gan_lesson.widgets import Quiz


@pytest.fixture
def quiz():
    quiz = Quiz("the_game")
    yield quiz
    quiz.close()


def right(quiz, place):
    return [answer["correct"] for answer in quiz.questions[place]["answers"]].index(True)


def answer(root, place, index):
    root.locator("fieldset").nth(place).locator("input").nth(index).check()


def test_each_answer_is_explained_and_the_verdict_is_a_word_and_a_sign(page, quiz):
    root = stage.show(page, quiz)
    for index, one in enumerate(quiz.questions[1]["answers"]):
        answer(root, 1, index)
        said = root.locator(".gl-said").nth(1).text_content()
        assert said.startswith("✓ Right." if one["correct"] else "✗ Not that one.")
        assert one["feedback"] in said
    assert root.locator(".gl-said").nth(0).text_content() == ""


def test_the_last_answers_count_and_the_first_ones_are_remembered(page, quiz):
    root = stage.show(page, quiz)
    count = len(quiz.questions)
    answer(root, 0, (right(quiz, 0) + 1) % 3)
    assert f"0 of {count} right" in root.inner_text()
    for place in range(count):
        answer(root, place, right(quiz, place))
    assert f"{count} of {count} right, {count - 1} of them at the first try." in root.inner_text()
    quiz.chosen = page.evaluate("stage.model.get('chosen')")
    assert quiz.is_passed


def test_starting_over_clears_answers_and_explanations(page, quiz):
    root = stage.show(page, quiz)
    assert root.get_by_role("button", name="Start over").is_hidden()
    answer(root, 0, 0)
    root.get_by_role("button", name="Start over").click()
    assert root.locator("input:checked").count() == 0
    assert "".join(root.locator(".gl-said").all_text_contents()) == ""


def test_by_keyboard_alone_and_the_notebook_does_not_take_the_keys(page, quiz):
    root = stage.show(page, quiz)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("stage.model.get('chosen')[0]") == [0, 1]
    assert root.locator("input:not([data-lm-suppress-shortcuts])").count() == 0


def test_a_screen_reader_hears_question_and_explanation(page, quiz):
    root = stage.show(page, quiz)
    question = quiz.questions[0]["question"]
    assert root.get_by_role("group", name=question).get_by_role("radio").count() == len(quiz.questions[0]["answers"])
    assert root.locator(".gl-said[role=status]").count() == len(quiz.questions)


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
    said = root.locator(".gl-said").nth(place).text_content().replace("  ", " ")
    assert said.startswith(begins) if begins else said == ""
    if begins:
        root.get_by_role("button", name="Start over").click()
        assert field.input_value() == ""


def test_it_needs_no_kernel(page, quiz):
    root = stage.show(page, quiz, kernel=False)
    answer(root, 0, right(quiz, 0))
    assert "✓ Right." in root.inner_text()


@pytest.mark.parametrize("width", [1000, 380])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits(page, quiz, width, dark):
    root = stage.show(page, quiz, width=width, dark=dark)
    answer(root, 0, 0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_code_that_a_question_is_about_is_shown(page):
    quiz = Quiz("the_data")
    code = next(one["code"] for one in quiz.questions if "code" in one)
    assert stage.show(page, quiz).locator("fieldset pre").first.text_content() == code
    assert code.splitlines()[0] in quiz.stand_in()["text/html"]
