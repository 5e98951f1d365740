"""Running an answer, and asking what kind of thing came back."""

import pytest
import torch

from gan_lesson import checks
from gan_lesson.checks import answer
from gan_lesson.checks.exercise import CheckFailed, NotWritten
from gan_lesson.checks.patience import Patience
from tests.checks.answering import not_written


def test_what_stops_the_learners_code_does_not_hang_a_second_traceback_on_the_message():
    with pytest.raises(checks.CheckFailed) as caught:
        checks.check_to_range(lambda images: images.flaot())
    assert "'flaot'" in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_the_stop_button_is_not_taken_for_a_mistake():
    def pressed(images):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checks.check_to_range(pressed)


def test_an_answer_not_written_is_told_from_what_torch_has_not_implemented():
    with pytest.raises(NotWritten, match="not_written isn't written yet"):
        answer.run(not_written)
    with pytest.raises(CheckFailed, match="stopped with NotImplementedError") as caught:
        answer.run(lambda: torch.tensor([True]) - torch.tensor([True]))
    assert not isinstance(caught.value, NotWritten)


def test_an_answer_without_end_is_stopped_and_told_so():
    def my_loop():
        while True:
            torch.zeros(1)

    with pytest.raises(CheckFailed) as caught:
        answer.run(my_loop, advice=[("come to an end", "Count the steps.")], patience=Patience(30))
    assert str(caught.value) == (
        "my_loop was stopped after more than 30 calls of torch: its loop doesn't come to an end. Count the steps."
    )
    assert caught.value.__cause__ is None and caught.value.__context__ is None


@pytest.mark.parametrize("value", [2, 2.0, True + 1, torch.tensor(2), torch.tensor([[2.0]], requires_grad=True)])
def test_one_number_may_come_in_many_forms(value):
    assert torch.equal(answer.number(value, "it"), answer.double(2.0))


@pytest.mark.parametrize(
    ("value", "phrase"),
    [(None, "a return"), ("2", "str, not a number"), (torch.zeros(2), "one number"), (float("nan"), "division by 0")],
)
def test_what_is_no_number_is_named(value, phrase):
    with pytest.raises(CheckFailed, match=phrase):
        answer.number(value, "it")


@pytest.mark.parametrize(
    ("value", "phrase"), [(None, "a return"), (0.5, "without .item()"), (torch.zeros(3, 1), "Take the mean")]
)
def test_what_is_no_loss_is_named(value, phrase):
    with pytest.raises(CheckFailed, match=phrase):
        answer.expect_loss(value, "it")
