"""What a check says of an answer that is right for one input and wrong for another."""

import pytest

from gan_lesson.checks.elsewhere import right_so_far
from gan_lesson.checks.exercise import CheckFailed, fail


def test_a_failure_comes_behind_what_was_right():
    with pytest.raises(CheckFailed) as caught, right_so_far("with 12 it is right, but with 1: "):
        fail("it is too small.")
    assert str(caught.value) == "with 12 it is right, but with 1: it is too small."


def test_where_nothing_fails_nothing_is_said():
    with right_so_far("with 12 it is right, but with 1: "):
        pass


def test_a_fault_of_the_check_itself_goes_through():
    with pytest.raises(ZeroDivisionError), right_so_far("with 12 it is right, but with 1: "):
        1 / 0  # noqa: B018
