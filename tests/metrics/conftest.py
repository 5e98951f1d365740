"""A generator that draws no digits yet, and the report on it."""

import pytest
import torch
from torch import nn

from gan_lesson import metrics, models
from gan_lesson.report import Report


@pytest.fixture(scope="module")
def generator() -> nn.Module:
    torch.manual_seed(0)
    return models.ConvGenerator()


@pytest.fixture(scope="module")
def report(generator) -> Report:
    return metrics.evaluate(generator, samples=40, seed=3)
