"""The exercises of lesson 04."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import nn

from .answers import exercise, expect_network, expect_shape, fail, forward, is_linear, passed, run

LESSON = "04_the_discriminator"


@exercise(LESSON)
def check_discriminator(make_discriminator: Callable[[], nn.Module]) -> None:
    """Lesson 04: ``make_discriminator()`` returns images (N, 1, 28, 28) -> logits (N, 1)."""
    discriminator = run(make_discriminator)
    expect_network(discriminator, "make_discriminator")
    images = torch.rand(16, 1, 28, 28) * 2 - 1
    logits = forward(discriminator, images, "images of shape (16, 1, 28, 28)", hint=_flatten_hint)
    if logits.shape == (16,):
        fail("one number an image is right, but the shape is (N,): keep it (N, 1), or a loss may mix up the batch.")
    if logits.shape == (16, 1, 28, 1):
        fail("the first Linear saw the rows of the image, not the image: put nn.Flatten() before it.")
    if logits.shape == (16, 2):
        fail("two numbers an image: one is enough. The logit of 'fake' would be minus the logit of 'real'.")
    expect_shape(logits, (16, 1), "the logits")
    # A last layer a million times as strong, of either sign, drives free logits far beyond 1 both ways.
    extreme = torch.cat([forward(_with_last_layer_times(f, discriminator), images, "images") for f in (1e6, -1e6)])
    if extreme.min() >= 0 and extreme.max() <= 1:
        fail(
            "all outputs lie between 0 and 1: there is a Sigmoid at the end. Return logits; the sigmoid is in the loss."
        )
    if extreme.abs().max() <= 1:
        fail(
            "all outputs lie between -1 and 1: there is a Tanh at the end. A logit may be any number: end with "
            "the Linear layer."
        )
    if extreme.min() >= 0 or extreme.max() <= 0:
        fail(
            "no image gets a logit of the other sign: an activation at the end cuts it off. End with the Linear layer."
        )
    if is_linear(discriminator, images):
        fail(
            "there is no activation between the Linear layers: together they are one Linear layer. Put LeakyReLU "
            "between."
        )
    passed("a picture of 28 x 28 becomes one logit of any size; its sigmoid is the score.")


def _with_last_layer_times(factor: float, network: nn.Module) -> nn.Module:
    """A copy of ``network`` with its last layer's weights multiplied by ``factor``."""
    network = copy.deepcopy(network)
    layers = [layer for layer in network.modules() if list(layer.parameters(recurse=False))]
    with torch.no_grad():
        for weight in layers[-1].parameters():
            weight.mul_(factor)
    return network


def _flatten_hint(error: str) -> str:
    if "12544" in error:
        return "The batch was flattened too, to 16 x 784 = 12544 values: nn.Flatten() keeps it, nn.Flatten(0) doesn't."
    if "448x28" in error:
        return "A Linear layer wants images as (N, 784), they come as (N, 1, 28, 28): start with nn.Flatten()."
    return ""
