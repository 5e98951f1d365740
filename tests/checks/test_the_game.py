"""The checks of lesson 01: right answers pass, in more than one style, and each likely mistake is named."""

import pytest
import torch

from answering import fails, not_written, passes, table
from gan_lesson import checks, toy


@pytest.mark.parametrize("name", toy.DATASETS)
def test_every_data_set_of_the_library_passes(capsys, name):
    passes(capsys, checks.check_points, toy.DATASETS[name])


@table(
    {
        "rows": (lambda count, random: torch.rand(2, count, generator=random), "dim=1"),
        "not the count": (lambda count, random: torch.rand(100, 2, generator=random), "(200, 2), yours have (100, 2)"),
        "whole": (lambda count, random: torch.randint(2, (count, 2), generator=random), "coordinates are floats"),
        "nan": (lambda count, random: torch.rand(count, 2, generator=random).sub(0.5).sqrt(), "NaN"),
        "too big": (lambda count, random: 5 * torch.rand(count, 2, generator=random), "ends at 1.6"),
        "fixed": (lambda count, random: torch.linspace(0, 1, count)[:, None].repeat(1, 2), "at random"),
        "own randomness": (lambda count, random: torch.rand(count, 2), "generator=random"),
        "corners": (lambda count, random: torch.randint(2, (count, 2), generator=random).float(), "the same"),
        "no return": (lambda count, random: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_points_is_named(answer, phrase):
    assert phrase in fails(checks.check_points, answer)
