"""Comparing an answer with the right one and with known mistakes."""

import pytest
import torch

from gan_lesson.checks.comparison import compare, range_mistakes
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


def test_every_mistake_with_the_range_is_wrong_and_none_like_another():
    pixels = torch.arange(256.0)
    ranges = [to_range(pixels.byte()), *(wrong for wrong, _ in range_mistakes(pixels))]
    assert all(not torch.allclose(one, other, atol=1e-3) for i, one in enumerate(ranges) for other in ranges[:i])
