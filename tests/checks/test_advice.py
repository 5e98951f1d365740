"""What is said of an error: real ones of Python and torch find the row that fits them."""

import math
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gan_lesson.checks.advice import COMMON, explained

column, row = torch.zeros(4, 1), torch.zeros(4)


def needs(reals, noise):
    return reals, noise


def a_generator():
    yield 1


def set_in(things):
    things[0] = 3


def changed_before_backward():
    network = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    loss = network(torch.ones(4, 2)).sum()
    with torch.no_grad():
        network[1].weight.add_(1)
    loss.backward()


def for_ever():
    for_ever()


def raised(code) -> Exception:
    try:
        code()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


CASES = {
    "a width that doesn't fit": (lambda: nn.Linear(64, 1)(torch.zeros(2, 7)), "that expects 64 values got 7"),
    "labels (N,)": (lambda: F.binary_cross_entropy_with_logits(column, row), "the shape of the logits"),
    "labels (N,) of scores": (lambda: nn.BCELoss()(column, row), "the shape of the logits"),
    "other lengths": (lambda: torch.zeros(3) + torch.zeros(4), "Two tensors of different shapes"),
    "doubles into a layer": (lambda: nn.Linear(2, 1)(torch.zeros(1, 2).double()), "float32, with .float()"),
    "bytes into a layer": (lambda: nn.Linear(2, 1)(torch.zeros(1, 2).byte()), "float32, with .float()"),
    "doubles times floats": (lambda: torch.zeros(2, 2).double() @ torch.zeros(2, 2), "float32, with .float()"),
    "the mean of whole numbers": (lambda: row.long().mean(), "float32, with .float()"),
    "whole labels": (lambda: F.binary_cross_entropy(column, column.long()), "float32, with .float()"),
    "a number for torch": (lambda: torch.sin(0.5), "torch's sin takes a tensor"),
    "a tensor for math": (lambda: math.exp(row), "torch.exp takes a whole tensor"),
    "item of many": (lambda: row.item(), "torch.exp takes a whole tensor"),
    "a function in a sum": (lambda: row.float / 2, "call it, with brackets"),
    "a function for a tensor": (lambda: torch.cat([row, needs]), "call it, with brackets"),
    "a function for an argument": (lambda: torch.sin(needs), "call it, with brackets"),
    "a function with a shape": (lambda: needs.shape, "call it, with brackets"),
    "a missing argument": (lambda: needs(row), "the first line of that function"),
    "an argument too many": (lambda: needs(row, row, row), "the first line of that function"),
    "an argument misnamed": (lambda: needs(row, nose=row), "the first line of that function"),
    "a tuple changed": (lambda: set_in((1, 2)), "turn it into a list or a tensor"),
    "a generator changed": (lambda: set_in(a_generator()), "turn it into a list or a tensor"),
    "a tensor as a condition": (lambda: 1 if row > 0 else 0, ".any() asks"),
    "detached": (lambda: row.detach().sum().backward(), "no way back to the weights"),
    "a step before backward": (changed_before_backward, "zero_grad(), backward(), step()"),
    "backward on many": (lambda: row.clone().requires_grad_().backward(), "starts from one number"),
    "a name misspelt": (lambda: rael, "Nothing is called rael there"),  # noqa: F821
    "a function that calls itself": (for_ever, "calls itself again and again"),
    "scores beyond 1": (lambda: F.binary_cross_entropy(column + 2, column), "nn.BCELoss wants scores"),
}


@pytest.mark.parametrize(("code", "phrase"), CASES.values(), ids=CASES)
def test_an_error_is_explained(code, phrase):
    error = raised(code)
    assert phrase in explained(error).removeprefix(str(error))


def test_an_error_without_words_says_so():
    assert explained(AssertionError()) == "it says nothing else."


def test_of_a_long_error_the_beginning_is_shown_and_all_of_it_searched():
    said = explained(ValueError("It went wrong.\n\nA page of details.\nlr"), [("lr", "Look at lr.")])
    assert said == "It went wrong. Look at lr."
    assert len(explained(ValueError("word " * 1000))) < 310


def test_every_row_is_reached():
    said = [explained(raised(code)) for code, _ in CASES.values()]
    for pattern, advice in COMMON:
        end = re.split(r"\\\d", advice)[-1]
        assert any(one.endswith(end) for one in said), pattern


def test_a_check_knows_better_than_the_table():
    own = [("Boolean value", "Own words.")]
    assert explained(raised(lambda: 1 if row > 0 else 0), own).endswith("ambiguous. Own words.")


@pytest.mark.parametrize(
    "code", [lambda: row.flaot(), lambda: nn.Dropout(30), lambda: {}["a"]], ids=["a name", "a share", "a key"]
)
def test_where_nothing_fits_the_error_speaks_for_itself(code):
    error = raised(code)
    assert explained(error) == str(error).rstrip(".") + "."
