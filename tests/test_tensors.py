import math

import numpy as np
import pytest
import torch
from torch import nn

from gan_lesson import checkpoints, metrics, runs, tensors
from gan_lesson.widgets.latent_explorer.pair import Pair
from gan_lesson.widgets.six_steps.debugger import Debugger
from tests.memory import most_held


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "noise must be a tensor, got NoneType"),
        ([1.0], "noise must be a tensor, got list"),
        (np.zeros(3), r"noise must be a tensor, got ndarray: torch\.as_tensor\(noise\) makes one of it"),
        (torch.ones(3, dtype=torch.long), r"noise must hold floats, got torch\.int64: noise\.float\(\) makes them"),
        (torch.ones(3, dtype=torch.uint8), r"got torch\.uint8: gan_lesson\.data\.to_range makes them of pixels"),
    ],
)
def test_what_holds_no_floats_is_told_how_to_become_some(value, message):
    with pytest.raises(TypeError, match=message):
        tensors.check_finite(value, "noise")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_numbers_of_any_float_type_are_finite_or_not(dtype):
    values = torch.tensor([0.0, 1.0, -1.0], dtype=dtype)
    tensors.check_finite(values, "noise")
    values[1] = math.nan
    values[2] = math.inf
    with pytest.raises(ValueError, match="noise must be finite; 2 of 3 values are NaN or infinite"):
        tensors.check_finite(values, "noise")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_one_value_that_is_not_finite_is_found_among_many(value):
    values = torch.zeros(2, 5)
    tensors.check_finite(values[:0], "noise")
    values[1, 3] = value
    with pytest.raises(ValueError, match="1 of 10 values"):
        tensors.check_finite(values, "noise")


def test_to_find_millions_of_values_finite_takes_no_memory():
    values = torch.zeros(1_000_000)
    assert 0 < most_held(lambda: tensors.check_finite(values, "noise")) < 1_000


def test_a_class_is_not_taken_for_a_network():
    tensors.check_module(nn.Linear(1, 1), "generator")
    with pytest.raises(TypeError, match=r"generator is the class Linear: make one of it, Linear\(\.\.\.\)"):
        tensors.check_module(nn.Linear, "generator")
    with pytest.raises(TypeError, match=r"generator must be a network .*, got function"):
        tensors.check_module(lambda noise: noise, "generator")


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        ([torch.float16, torch.float16], torch.float32),
        ([torch.float32, torch.float64], torch.float64),
        ([torch.bfloat16, torch.float32], torch.float32),
    ],
)
def test_the_common_type_holds_all_of_them_and_computes_everything(dtypes, expected):
    ones = [torch.ones(2, dtype=dtype) for dtype in dtypes]
    assert [one.dtype for one in tensors.common(*ones)] == [expected] * len(ones)
    assert all(torch.equal(one, torch.ones(2, dtype=expected)) for one in tensors.common(*ones))


@pytest.mark.parametrize("value", [3, np.int64(3), torch.tensor(3)])
def test_a_count_is_any_whole_number(value):
    assert tensors.as_count(value, "steps") == 3
    assert type(tensors.as_count(value, "steps")) is int


@pytest.mark.parametrize("value", [2.0, "3", None, True, [3]])
def test_a_count_that_is_no_whole_number_is_an_error(value):
    with pytest.raises(TypeError, match="steps must be a whole number, got"):
        tensors.as_count(value, "steps")


def test_a_count_lies_in_its_range():
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        tensors.as_count(0, "steps")
    with pytest.raises(ValueError, match="samples must be from 10 to 60,000, got 60,001"):
        tensors.as_count(60_001, "samples", least=10, most=60_000)
    assert tensors.as_count(0, "steps", least=0) == 0


@pytest.mark.parametrize("wrong", [None, 3, torch.nn.Linear])
@pytest.mark.parametrize("load", [checkpoints.load_generator, runs.load])
def test_a_source_that_is_no_name_and_no_path_is_told_in_a_sentence(load, wrong):
    with pytest.raises(TypeError, match=r"the source of .* must be a name or a path, got"):
        load(wrong)


@pytest.mark.parametrize("take", [metrics.evaluate, Debugger, Pair])
@pytest.mark.parametrize("wrong", [torch.nn.Linear, "quick"])
def test_a_network_that_is_none_is_told_in_a_sentence(take, wrong):
    with pytest.raises(TypeError, match=r"generator (is the class Linear|must be a network)"):
        take(wrong)
