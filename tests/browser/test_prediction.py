"""A prediction by mouse and keyboard, and what becomes of it when the outcome is known."""

import pytest
from playwright.sync_api import expect

from course_build import stage
from gan_lesson.widgets import Prediction
from tests.browser.waiting import until

CHOICES = ["images", "D", "two Adams"]


def comes_to(page, prediction: str) -> None:
    """Wait until Python would be told of this prediction."""
    until(page, lambda: page.evaluate("stage.model.get('prediction')"), prediction)


def test_a_choice_reaches_python_and_is_said(page):
    root = stage.show(page, Prediction("Which part takes longest?", CHOICES))
    expect(root.locator("[role=status]")).to_have_text("")
    root.get_by_label("images").check()
    page.keyboard.press("ArrowDown")
    comes_to(page, "D")
    expect(root.locator("[role=status]")).to_have_text("You predicted: D. Now run the next cell.")


def test_the_outcome_stands_beside_the_prediction_which_can_no_longer_be_changed(page):
    root = stage.show(page, Prediction("Which part takes longest?", CHOICES))
    root.get_by_label("images").check()
    page.evaluate("stage.model.set('outcome', 'two Adams'); stage.model.set('told', true)")
    expect(root.locator("[role=status]")).to_have_text("You predicted: images. What came out: two Adams.")
    expect(root.get_by_label("D", exact=True)).to_be_disabled()
    expect(root.get_by_label("images")).to_be_checked()


def test_without_choices_one_writes(page):
    root = stage.show(page, Prediction("Why?"))
    root.get_by_label("your prediction").fill(" because ")
    comes_to(page, "because")
    expect(root.get_by_label("your prediction")).to_have_value(" because ")


def comes_out(page, outcome: str) -> None:
    page.evaluate("outcome => stage.model.set('outcome', outcome)", outcome)


def test_who_predicts_nothing_is_told_nothing_unless_asking(page):
    root = stage.show(page, Prediction("Why?"))
    show = root.get_by_role("button", name="Show what came out")
    expect(show).to_be_hidden()
    comes_out(page, "because")
    expect(root.locator("[role=status]")).to_have_text("Predict, and you read here what came out.")
    show.click()
    expect(root.locator("[role=status]")).to_have_text("What came out: because.")
    expect(show).to_be_hidden()
    until(page, lambda: page.evaluate("stage.model.get('told')"), True)


def test_a_choice_with_the_pointer_is_answered_where_the_outcome_is_known(page):
    root = stage.show(page, Prediction("Which part takes longest?", CHOICES))
    comes_out(page, "two Adams")
    root.get_by_label("D", exact=True).click()
    expect(root.locator("[role=status]")).to_have_text("You predicted: D. What came out: two Adams.")


def test_by_keyboard_every_choice_can_be_reached_before_the_outcome_is_told(page):
    root = stage.show(page, Prediction("Which part takes longest?", CHOICES))
    comes_out(page, "two Adams")
    root.get_by_label("images").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    comes_to(page, "two Adams")
    expect(root.locator("[role=status]")).to_have_text("You predicted: two Adams.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(root.locator("[role=status]")).to_have_text("You predicted: two Adams. What came out: two Adams.")


@pytest.mark.parametrize("width", [1000, 380])
def test_it_fits(page, width):
    stage.show(page, Prediction("Which part takes longest? " * 4, [*CHOICES, "a long choice " * 8]), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
