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
    page.evaluate("stage.model.set('outcome', 'two Adams')")
    expect(root.locator("[role=status]")).to_have_text("You predicted: images. It came out: two Adams.")
    expect(root.get_by_label("D", exact=True)).to_be_disabled()
    expect(root.get_by_label("images")).to_be_checked()


def test_without_choices_one_writes(page):
    root = stage.show(page, Prediction("Why?"))
    root.get_by_label("your prediction").fill(" because ")
    comes_to(page, "because")
    expect(root.get_by_label("your prediction")).to_have_value(" because ")


def test_the_outcome_alone_is_shown_to_who_predicted_nothing(page):
    root = stage.show(page, Prediction("Why?"))
    page.evaluate("stage.model.set('outcome', 'because')")
    expect(root.locator("[role=status]")).to_have_text("It came out: because.")


@pytest.mark.parametrize("width", [1000, 380])
def test_it_fits(page, width):
    stage.show(page, Prediction("Which part takes longest? " * 4, [*CHOICES, "a long choice " * 8]), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
