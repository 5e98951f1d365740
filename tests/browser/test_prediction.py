"""A prediction by mouse and keyboard, and what becomes of it when the outcome is known."""

import pytest

from course_build import stage
from gan_lesson.widgets import Prediction

CHOICES = ["images", "D", "two Adams"]


def test_a_choice_reaches_python_and_is_said(page):
    root = stage.show(page, Prediction("Which part takes longest?", CHOICES))
    assert root.locator("[role=status]").text_content() == ""
    root.get_by_label("images").check()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("stage.model.get('prediction')") == "D"
    assert root.locator("[role=status]").text_content() == "You predicted: D. Now run the next cell."


def test_the_outcome_stands_beside_the_prediction_which_can_no_longer_be_changed(page):
    root = stage.show(page, Prediction("Which part takes longest?", CHOICES))
    root.get_by_label("images").check()
    page.evaluate("stage.model.set('outcome', 'two Adams')")
    assert root.locator("[role=status]").text_content() == "You predicted: images. It came out: two Adams."
    assert root.get_by_label("D", exact=True).is_disabled()
    assert root.get_by_label("images").is_checked()


def test_without_choices_one_writes(page):
    root = stage.show(page, Prediction("Why?"))
    root.get_by_label("your prediction").fill(" because ")
    assert page.evaluate("stage.model.get('prediction')") == "because"
    assert root.get_by_label("your prediction").input_value() == " because "


def test_the_outcome_alone_is_shown_to_who_predicted_nothing(page):
    root = stage.show(page, Prediction("Why?"))
    page.evaluate("stage.model.set('outcome', 'because')")
    assert root.locator("[role=status]").text_content() == "It came out: because."


@pytest.mark.parametrize("width", [1000, 380])
def test_it_fits(page, width):
    stage.show(page, Prediction("Which part takes longest? " * 4, [*CHOICES, "a long choice " * 8]), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
