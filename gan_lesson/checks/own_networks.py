"""The two networks that a learner makes from an empty cell, and what all checks of such a GAN share.

Nothing is known of its layers, losses and optimizers. So each part is judged by what it does, in four steps: the
networks here, then `own_step`, `own_training`, and what comes of it in `likeness`.
"""

from __future__ import annotations

import torch
from torch import nn

from ..data import image_tensor, label_tensor, to_range
from .exercise import CheckFailed, fail
from .networks import expect_gradient_everywhere, forward

Networks = tuple[nn.Module, nn.Module]

LATENT_DIM = 100


def digits() -> torch.Tensor:
    """A thousand zeros and ones of MNIST, (1000, 1, 28, 28) in [-1, 1]."""
    labels = label_tensor()
    return to_range(image_tensor()[(labels == 0) | (labels == 1)][:1000])


def expect_networks(networks: Networks) -> None:
    """A generator of pictures in [-1, 1] that listens to its noise, and a discriminator with a number for each."""
    generator, discriminator = networks
    noise, images = torch.randn(5, LATENT_DIM), digits()[:5]
    try:
        fakes = forward(generator, noise, f"noise of shape {tuple(noise.shape)}")
    except CheckFailed:
        if _takes(discriminator, noise) and _takes(generator, images):
            fail("the two came in the other order: return generator, discriminator.")
        raise
    if fakes.shape != images.shape:
        fail(
            f"from noise (5, {LATENT_DIM}) the generator makes {tuple(fakes.shape)}, but five pictures are "
            f"{tuple(images.shape)}: nn.Unflatten(1, (1, 28, 28)) at its end turns 784 numbers into a picture."
        )
    _expect_range(forward(generator, 1000 * noise, "noise"))
    if torch.allclose(fakes[0], fakes[1]):
        fail("the generator makes the same picture from two different noise vectors: it doesn't listen to its noise.")
    logits = forward(discriminator, images, f"pictures of shape {tuple(images.shape)}")
    if logits.shape not in ((5, 1), (5,)):
        fail(
            f"from five pictures the discriminator makes {tuple(logits.shape)}: it should be (5, 1), one number for "
            "each picture."
        )
    expect_gradient_everywhere(generator, noise, "fakes")
    expect_gradient_everywhere(discriminator, images, "discriminator's answers")


def _takes(network: nn.Module, inputs: torch.Tensor) -> bool:
    try:
        forward(network, inputs, "")
    except CheckFailed:
        return False
    return True


def _expect_range(fakes: torch.Tensor) -> None:
    if fakes.abs().max() > 1:
        fail("the generator's pixels leave [-1, 1], the range of the reals: end it with nn.Tanh().")
    if fakes.min() >= 0:
        fail("the generator's pixels lie in [0, 1], and those of the reals in [-1, 1]: end it with nn.Tanh().")
