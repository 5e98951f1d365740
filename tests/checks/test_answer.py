"""Running an answer, and asking what kind of thing came back."""

import sys

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


def test_whoever_ends_the_program_is_told_so():
    with pytest.raises(CheckFailed, match="ends the program") as caught:
        answer.run(sys.exit)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def overwrites(images, noise):
    noise.mul_(2)
    return images


def test_whoever_writes_into_what_was_given_is_told_so_by_its_name_and_nothing_outside_changes():
    images, noise = torch.ones(2), torch.ones(3)
    with pytest.raises(CheckFailed, match="overwrites writes into noise, which it was given: compute a new tensor"):
        answer.run(overwrites, images, noise)
    with pytest.raises(CheckFailed, match="your function writes into what it was given: "):
        answer.run(lambda *given: overwrites(*given), images, noise)
    assert torch.equal(images, torch.ones(2)) and torch.equal(noise, torch.ones(3))


def test_gradients_come_back_through_what_was_given():
    logits = torch.ones(2, requires_grad=True)
    answer.run(lambda given: 3 * given.sum(), logits).backward()
    assert logits.grad.tolist() == [3, 3]


def test_a_generator_goes_on_with_the_very_tensor_that_it_was_given():
    def batches(images):
        images.zero_()
        yield images

    images = torch.ones(2)
    assert next(answer.run(batches, images, may_yield=True)) is images and not images.any()


def test_a_tensor_of_another_shape_is_refused_and_one_of_the_right_shape_comes_back():
    assert answer.tensor_of(torch.zeros, 2, shape=(2,), what="the zeros").tolist() == [0, 0]
    with pytest.raises(CheckFailed, match=r"the zeros should have shape \(3,\), not \(2,\)"):
        answer.tensor_of(torch.zeros, 2, shape=(3,), what="the zeros")
    with pytest.raises(CheckFailed, match="not_a_tensor returned list, not a tensor"):
        answer.tensor_of(not_a_tensor, shape=(1,), what="the zeros")


def not_a_tensor():
    return [0]


def of_two(one, other):
    return one + other


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        (of_two, (1,), "of_two takes one, other, but the exercise calls it with 1 argument: keep the first line"),
        (of_two, (1, 2, 3), "of_two takes one, other, but the exercise calls it with 3 arguments"),
        (lambda: 1, (1,), "your function takes nothing, but the exercise calls it with 1 argument"),
        (of_two, (), "calls it with no arguments"),
        (lambda one, *, other: one, (1,), "takes one, other"),
    ],
)
def test_who_takes_other_arguments_is_told_which(function, arguments, said):
    with pytest.raises(CheckFailed) as caught:
        answer.run(function, *arguments)
    assert said in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_arguments_of_ones_own_may_follow_if_they_have_a_value():
    assert answer.run(lambda one, other=2, *rest, **named: one + other, 1) == 3
    assert answer.run(max, 1, 2) == 2


async def later():
    return 1


async def piece_by_piece():
    yield 1


def one_by_one():
    yield 1


@pytest.mark.parametrize(("function", "phrase"), [(later, "async"), (piece_by_piece, "async"), (one_by_one, "yield")])
def test_a_function_that_only_promises_is_told_so(function, phrase):
    with pytest.raises(CheckFailed, match=f"nothing in {function.__name__} ran.*{phrase}"):
        answer.run(function)


def test_where_a_yield_may_stand_it_passes():
    assert list(answer.run(one_by_one, may_yield=True)) == [1]


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        (lambda: torch.set_grad_enabled(False), "gradients switched off"),
        (lambda: torch.set_default_dtype(torch.float64), "the type of all numbers"),
    ],
)
def test_what_holds_for_all_of_torch_stays_and_who_changes_it_is_told(change, phrase):
    with pytest.raises(CheckFailed, match=phrase):
        answer.run(change)
    assert torch.is_grad_enabled() and torch.get_default_dtype() == torch.float32


def test_a_function_without_a_name_is_called_yours():
    with pytest.raises(CheckFailed, match="your function stopped with AssertionError: it says nothing else"):
        answer.run(lambda: exec("assert False"))


@pytest.mark.parametrize("value", [2, 2.0, True + 1, torch.tensor(2), torch.tensor([[2.0]], requires_grad=True)])
def test_one_number_may_come_in_many_forms(value):
    assert torch.equal(answer.number(value, "it"), answer.double(2.0))


@pytest.mark.parametrize(
    ("value", "phrase"),
    [
        (None, "a return"),
        ("2", "str, not a number"),
        (torch.zeros(2), "one number"),
        (float("nan"), "division by 0"),
        (torch.tensor(1j), "complex"),
        (torch.relu, "the function relu itself .are brackets missing"),
    ],
)
def test_what_is_no_number_is_named(value, phrase):
    with pytest.raises(CheckFailed, match=phrase):
        answer.number(value, "it")


@pytest.mark.parametrize(
    ("value", "phrase"),
    [(None, "a return"), (0.5, "without .item()"), (1, "without .item()"), (torch.zeros(3, 1), "Take the mean")],
)
def test_what_is_no_loss_is_named(value, phrase):
    with pytest.raises(CheckFailed, match=phrase):
        answer.expect_loss(value, "it")
