"""The exercises of the lesson "The generator"."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from ...checks.answer import expect_float32, expect_shape, expect_tensor, run
from ...checks.chance import expect_bell
from ...checks.comparison import compare
from ...checks.exercise import exercise, fail, passed
from ...checks.networks import (
    expect_chain,
    expect_gradient_everywhere,
    forward,
    is_one_layer,
    made,
    passages,
    with_last_layer_times,
)
from ...randomness import seeded
from ...training import generate


@exercise(
    "Look at the first cell of the lesson: it draws noise for a hundred pictures, and its histogram is a bell.",
    "The cell calls torch.randn with two numbers: how many vectors, then how long each is. Here both are arguments of "
    "your function.",
    "One line is enough: return, torch.randn, and between the brackets count and latent_dim, in this order.",
)
def check_noise(make_noise: Callable[[int, int], torch.Tensor]) -> None:
    """The generator: ``make_noise(count, latent_dim)`` returns fresh normal noise (count, latent_dim)."""
    noise = run(make_noise, 400, 50)
    expect_tensor(noise, "make_noise")
    if noise.shape == (50, 400):
        fail("the shape is the wrong way round: a row for each picture, so count comes first, then latent_dim.")
    if noise.shape == (50,):
        fail("that is the noise of one picture: make a row for each of count pictures, shape (count, latent_dim).")
    if noise.shape in [(100, 100), (100, 50), (400, 100)]:
        fail(f"the shape is {tuple(noise.shape)} where (400, 50) was asked for: use count and latent_dim, not 100.")
    expect_shape(noise, (400, 50), "for count=400 and latent_dim=50 the noise")
    if not noise.is_floating_point():
        fail(f"the noise has type {noise.dtype}, whole numbers: the normal distribution has all those in between, too.")
    expect_float32(noise, "the numbers")
    if torch.equal(noise, run(make_noise, 400, 50)):
        fail("two calls gave the same noise, and would give the same pictures: draw anew each time, without a seed.")
    if torch.equal(noise, noise[:1].expand(400, 50)):
        fail("all 400 rows are the same, and so would be the pictures: draw count rows, don't repeat one.")
    if torch.equal(noise, noise[:, :1].expand(400, 50)):
        fail("within a row all numbers are the same: draw latent_dim numbers for each picture, don't repeat one.")
    expect_bell(noise, "your noise")
    if len(noise.unique()) < 0.9 * noise.numel():
        fail("many numbers come more than once: draw count times latent_dim of them, and repeat none.")
    if noise.norm(dim=1).std() < 0.3:
        fail("as vectors all rows are equally long: their numbers depend on each other. Take them as they are drawn.")
    few = run(make_noise, 3, 7)
    expect_tensor(few, "make_noise")
    expect_shape(few, (3, 7), "for count=3 and latent_dim=7 the noise")
    passed("fresh normal noise at each call, a row for each picture.")


@exercise(
    "Print your network, print(make_generator(100)): it lists its layers in their order. Compare them with the task: "
    "do the widths go 256, 512, 1024, 784, is the leak 0.2, and what comes after the last Linear layer?",
    "Every Linear layer begins with the width at which the one before it ended; between two of them comes "
    "nn.LeakyReLU(0.2), and after the last one nn.Tanh() instead.",
    "The last of the three lines is layers += [nn.Linear(1024, 784), nn.Tanh()]. The two before it look like the first "
    "line of the function, with other widths.",
)
def check_generator(make_generator: Callable[[int], nn.Module]) -> None:
    """The generator: ``make_generator(latent_dim)``: noise (N, latent_dim) -> images (N, 1, 28, 28)."""
    generator, noise = _expect_images(make_generator, "make_generator")
    with seeded(0):
        images = forward(generator, noise, "noise")
    with seeded(0):
        others = forward(generator, noise.flip(0), "noise")
    if (images - others).abs().max() < 1e-6:
        fail("two different noise vectors give the same image: the output doesn't depend on z.")
    wide = forward(generator, 100 * noise, "noise")
    if wide.abs().max() > 1:
        fail(f"pixels reach {wide.abs().max():.1f}: nothing keeps them in [-1, 1]. End with nn.Tanh().")
    if wide.min() >= 0:
        fail(_NO_PAPER)
    expect_chain(generator, noise, [100, 256, 512, 1024, 784])
    expect_gradient_everywhere(generator, noise, "images")
    last = passages(generator, noise)[-1].outputs
    compare(
        forward(generator, noise, "noise").flatten(1),
        right=last.tanh(),
        mistakes=[
            (
                F.leaky_relu(last, 0.2).tanh(),
                "a LeakyReLU stands between the last Linear layer and the Tanh: it would shrink what is negative, and "
                "paper, at -1, would be hard to reach. Tanh comes right after the last Linear layer.",
            ),
            (last.tanh().tanh(), "the Tanh stands there twice: pixels would end at 0.76. Once is enough."),
        ],
        otherwise="the chain is right, but after the last Linear layer stands something other than one Tanh",
    )
    passed("100 random numbers become a picture of 28 x 28 in [-1, 1], and another z gives another picture.")


def _expect_images(make: Callable[[int], nn.Module], name: str) -> tuple[nn.Module, torch.Tensor]:
    """The network that the learner's function makes, and noise for it: it gives images, with any latent_dim."""
    generator = made(make, 100, name=name)
    noise = torch.randn(16, 100)
    row = (
        "unflatten.*dim 0",
        "Dimension 0 counts the images, the 784 values lie in dimension 1: nn.Unflatten(1, (1, 28, 28)).",
    )
    images = forward(generator, noise, "noise of shape (16, 100)", advice=[row])
    if images.shape == (16, 784):
        fail("784 values per image is right, but they are still a row: end with nn.Unflatten(1, (1, 28, 28)).")
    expect_shape(images, (16, 1, 28, 28), "the images")
    expect_float32(images, "the images")
    if not images.isfinite().all():
        fail("some pixels are NaN or infinite: look for a division by 0, or a root or logarithm of a negative number.")
    few = forward(
        made(make, 7, name=name), torch.randn(2, 7), "noise of shape (2, 7), when it was made with latent_dim=7"
    )
    expect_shape(few, (2, 1, 28, 28), "with latent_dim=7 the images")
    return generator, noise


_NO_PAPER = (
    "no pixel is below 0: a Sigmoid at the end gives [0, 1], and a ReLU cuts off what is negative. Real digits lie in "
    "[-1, 1], with paper at -1: end with nn.Tanh() right after the last Linear layer."
)

#: A tenth of what the article's generator has.
BUDGET = 150_000


@exercise(
    "Print your network: is each layer that is listed also used, does an activation stand between two Linear layers, "
    "and Tanh after the last? A Linear layer has (inputs + 1) times outputs weights. The last one must end at 784: how "
    "many inputs can it have?",
    "One hidden layer of 100 to 160 values is enough: latent_dim to the hidden width, LeakyReLU, then to 784, Tanh, "
    "Unflatten.",
    "With a hidden width of 128 the two Linear layers are nn.Linear(latent_dim, 128) and nn.Linear(128, 784), together "
    "114,064 weights.",
)
def check_small_generator(make_small_generator: Callable[[int], nn.Module]) -> None:
    """The generator: ``make_small_generator(latent_dim)``: the same from few weights."""
    generator, noise = _expect_images(make_small_generator, "make_small_generator")
    count = _expect_within_budget(generator)
    _expect_same_picture_for_the_same_noise(generator, noise)
    _expect_range(generator, noise)
    if is_one_layer(generator, noise):
        fail(
            "up to its last activation the network is one weighted sum, as one Linear layer is: it needs two of them, "
            "with an activation such as nn.LeakyReLU(0.2) between them."
        )
    idle = int((expect_gradient_everywhere(generator, noise, "images") == 0).all(dim=0).sum())
    if idle:
        fail(f"{idle} of the 100 numbers of z change nothing: let the first Linear layer see the whole z.")
    passed(f"{count:,} weights do it, where the article takes 1,486,352, and every one of them can learn.")


def _expect_within_budget(generator: nn.Module) -> int:
    count = sum(weight.numel() for weight in generator.parameters())
    if count > BUDGET:
        counts = {layer: sum(map(torch.numel, layer.parameters(recurse=False))) for layer in generator.modules()}
        largest = max(counts, key=counts.get)
        fail(
            f"{count:,} weights are over the budget of {BUDGET:,}. Most of them, {counts[largest]:,}, are in "
            f"{largest}: make it narrower."
        )
    return count


def _expect_same_picture_for_the_same_noise(generator: nn.Module, noise: torch.Tensor) -> None:
    """Once trained, the picture depends on its z, and on nothing else."""
    images = generate(generator, noise)
    with seeded(0):
        one = generate(generator, noise)
    with seeded(0):
        others = generate(generator, noise.flip(0))
    if (one - others).abs().max() < 1e-6:
        fail("two different noise vectors give the same image: the output doesn't depend on z.")
    if not torch.allclose(images, generate(generator, noise), atol=1e-5):
        fail("the same z gave two different images: all chance is in z, so draw no random numbers in the network.")
    if not torch.allclose(images[:4], generate(generator, noise[:4]), atol=1e-4):
        fail(
            "the image of a z depends on what else is in its batch: something is computed over dim 0, which counts the "
            "images. Let every layer work on each image alone (dim=1)."
        )


def _expect_range(generator: nn.Module, noise: torch.Tensor) -> None:
    strong = torch.cat([forward(with_last_layer_times(f, generator, noise), noise, "noise") for f in (1.0, 1e4, -1e4)])
    if strong.min() >= 0:
        fail(_NO_PAPER if strong.max() <= 1 else f"no pixel is below 0, and some reach {strong.max():.1f}. {_END}")
    if strong.abs().max() <= 1:
        if strong.min() > -0.95 or strong.max() < 0.95:
            fail(
                f"pixels stay between {strong.min():.2f} and {strong.max():.2f}, however strong the weights are: paper "
                f"is -1 and ink 1. {_END}"
            )
        return
    if any(isinstance(layer, nn.Tanh) for layer in generator.modules()):
        fail(f"there is a Tanh, but not at the end: what comes after it leaves [-1, 1] as it learns. {_END}")
    fail(f"nothing keeps the pixels in [-1, 1]: with stronger weights they reach {strong.abs().max():.1f}. {_END}")


_END = "The last Linear layer, then nn.Tanh(), then the shape."
