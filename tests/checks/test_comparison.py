"""Comparing an answer with the right one and with known mistakes."""

import numpy as np
import pytest
import torch

from gan_lesson.checks.comparison import apart, compare, farthest, range_mistakes
from gan_lesson.checks.exercise import CheckFailed
from gan_lesson.data import to_range

RIGHT = torch.tensor([1.0, 2.0])
MISTAKES = [(-RIGHT, "the sign is wrong."), (2 * RIGHT, "twice too much.")]


def compared(got: torch.Tensor, **options) -> None:
    compare(got, right=RIGHT, mistakes=MISTAKES, otherwise="something else.", **options)


def test_the_right_answer_passes_up_to_rounding():
    compared(RIGHT + 1e-6)
    compared(1.005 * RIGHT, within=1e-2)


@pytest.mark.parametrize(
    ("got", "said"),
    [(-RIGHT, "the sign is wrong."), (2 * RIGHT, "twice too much."), (1.005 * RIGHT, "something else.")],
)
def test_a_wrong_answer_is_called_what_it_is(got, said):
    with pytest.raises(CheckFailed) as caught:
        compared(got)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "got", [RIGHT.double(), RIGHT.long(), RIGHT.clone().requires_grad_(), RIGHT.bfloat16()], ids=lambda got: got.dtype
)
def test_the_right_values_pass_whatever_their_type(got):
    compared(got)


@pytest.mark.parametrize("got", [2, 2.0, np.float32(2), torch.tensor(2), torch.tensor([[2.0]])])
def test_one_number_passes_in_many_forms(got):
    compare(got, right=torch.tensor(2.0), mistakes=[], otherwise="")


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (None, "nothing came back, where a tensor of shape (2,) should: is there a return at its end?"),
        ([1.0, 2.0], "a list of length 2 came back, where a tensor of shape (2,) should."),
        ((1.0, 2.0), "a tuple of length 2 came back"),
        ("1", "something of type str came back"),
        (np.ones(2), "something of type ndarray came back"),
        (torch.Tensor, "the class Tensor came back"),
        (torch.relu, "the function relu came back"),
        (1.0, "a tensor of shape () and type float64 came back, where a tensor of shape (2,) should."),
        (RIGHT[:, None], "a tensor of shape (2, 1) and type float32 came back"),
        (RIGHT[:0], "a tensor of shape (0,) and type float32 came back"),
        (RIGHT + 0j, "a tensor of shape (2,) and type complex64 came back"),
        (RIGHT / 0, "some numbers are NaN or infinite"),
        (RIGHT.sub(2).sqrt(), "some numbers are NaN or infinite"),
        (RIGHT.neg().long(), "the sign is wrong."),
        (RIGHT.neg().double(), "the sign is wrong."),
        (RIGHT > 0, "something else."),
    ],
)
def test_whatever_comes_is_said(got, said):
    with pytest.raises(CheckFailed) as caught:
        compared(got)
    assert str(caught.value).startswith(said)


def test_a_mistake_of_another_shape_is_none_and_one_number_stands_for_all():
    mistakes = [(torch.ones(3), "three."), (RIGHT[:, None], "a column."), (torch.tensor(0.0), "zeros.")]
    with pytest.raises(CheckFailed, match="zeros"):
        compare(torch.zeros(2), right=RIGHT, mistakes=mistakes, otherwise="something else.")


@pytest.mark.parametrize(
    ("right", "got", "shown"),
    [
        (0.1, 0.2, ("0.100", "0.200")),
        (1.609, 1.60901, ("1.60900", "1.60901")),
        (1.0, 1.0, ("1.000", "1.000")),
        (0.1, 0.1 + 1e-9, ("0.100", "0.100")),
        (1.0, float("nan"), ("1.000", "nan")),
    ],
)
def test_two_numbers_that_differ_are_shown_so(right, got, shown):
    assert apart(right, got) == shown


def test_the_farthest_place_is_shown():
    assert farthest(RIGHT, torch.tensor([1.1, 2.5])) == (1, "2.000", "2.500")
    assert farthest(RIGHT, torch.tensor([float("nan"), 5.0])) == (0, "1.000", "nan")


def test_every_mistake_with_the_range_is_wrong_and_none_like_another():
    pixels = torch.arange(256.0)
    ranges = [to_range(pixels.byte()), *(wrong for wrong, _ in range_mistakes(pixels))]
    assert all(not torch.allclose(one, other, atol=1e-3) for i, one in enumerate(ranges) for other in ranges[:i])
