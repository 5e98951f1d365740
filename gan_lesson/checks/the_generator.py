"""The exercises of lesson 03."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from .answers import exercise, expect_network, expect_shape, fail, forward, is_linear, passed, run, seeded

LESSON = "03_the_generator"


@exercise(LESSON)
def check_generator(make_generator: Callable[[int], nn.Module]) -> None:
    """Lesson 03: ``make_generator(latent_dim)`` returns noise (N, latent_dim) -> images (N, 1, 28, 28) in [-1, 1]."""
    generator = run(make_generator, 100)
    expect_network(generator, "make_generator")
    noise = torch.randn(16, 100)
    images = forward(generator, noise, "noise of shape (16, 100)")
    if images.shape == (16, 784):
        fail("784 values an image is right, but they are still a row: end with nn.Unflatten(1, (1, 28, 28)).")
    expect_shape(images, (16, 1, 28, 28), "the images")
    with seeded():
        images = forward(generator, noise, "noise")
    with seeded():
        others = forward(generator, noise.flip(0), "noise")
    if (images - others).abs().max() < 1e-6:
        fail("two different noise vectors give the same image: the output doesn't depend on z.")
    wide = forward(generator, 100 * noise, "noise")
    if wide.abs().max() > 1:
        fail(f"pixels reach {wide.abs().max():.1f}: nothing keeps them in [-1, 1]. End with nn.Tanh().")
    if wide.min() >= 0:
        fail("no pixel is below 0: a Sigmoid at the end gives [0, 1]. Real digits lie in [-1, 1]: end with nn.Tanh().")
    if is_linear(generator, noise, before=torch.atanh):
        fail(
            "there is no activation between the Linear layers: together they are one Linear layer. Put LeakyReLU "
            "between."
        )
    few = forward(
        run(make_generator, 7), torch.randn(2, 7), "noise of shape (2, 7), when it was made with latent_dim=7"
    )
    expect_shape(few, (2, 1, 28, 28), "with latent_dim=7 the images")
    passed("100 random numbers become a picture of 28 x 28 in [-1, 1], another z another picture.")
