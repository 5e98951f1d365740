"""How soon a GAN from an empty cell comes near to zeros and ones, and how a hopeless one is told from a slow one.

    python -m benchmarks.own_gans        ten minutes on one core

GANs of many kinds train as in `checks.check_gan`: those that should pass, some of them slow, and those with which
something is badly wrong. Each goes on until its fakes are near, or to the last batch. Writes benchmarks/own_gans.json,
to which the limits in `gan_lesson/checks/likeness.py` are held by a test.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from gan_lesson import files, losses, runs
from gan_lesson.checks import likeness
from gan_lesson.randomness import seeded

SEEDS = {"right": (11, 12), "hopeless": (11,)}
RESULT = Path(__file__).parent / "own_gans.json"


def main() -> None:
    about = runs.provenance({"seeds": SEEDS, "look": likeness.LOOK, "most": likeness.MOST})
    found: dict[str, dict[str, list]] = {"right": {}, "hopeless": {}}
    for kind, gans in (("right", RIGHT), ("hopeless", HOPELESS)):
        for name, gan in gans.items():
            found[kind][name] = [shares_along_the_way(gan, seed) for seed in SEEDS[kind]]
            print(f"{kind}: {name}: {found[kind][name]}", flush=True)
    files.write(RESULT, json.dumps({**about, "command": "python -m benchmarks.own_gans", **found}) + "\n")


class Gan(NamedTuple):
    """One that a learner might write: the networks, the loss, and an optimizer for each player."""

    networks: Callable[[], tuple[nn.Module, nn.Module]]
    optimizer_g: Callable
    optimizer_d: Callable
    loss: losses.GanLoss = losses.NON_SATURATING
    noise_on_pictures: float = 0.0
    at_once: bool = False


def shares_along_the_way(gan: Gan, seed: int) -> list[float]:
    """At each look the distance of the fakes from the reals, as a share of what it was before training."""
    with seeded(seed):
        generator, discriminator = gan.networks()
        optimizer_g, optimizer_d = gan.optimizer_g(generator.parameters()), gan.optimizer_d(discriminator.parameters())
        practice = likeness.Practice(generator, give_up=lambda shares: not shares[-1] < torch.inf)
        for real in practice:
            step(gan, generator, discriminator, optimizer_g, optimizer_d, real)
    return [round(share, 3) for share in practice.shares]


def step(gan: Gan, generator, discriminator, optimizer_g, optimizer_d, real: torch.Tensor) -> None:
    def noisy(images: torch.Tensor) -> torch.Tensor:
        return images + gan.noise_on_pictures * torch.randn_like(images)

    noise = torch.randn(len(real), 100)
    if gan.at_once:
        logits = discriminator(noisy(generator(noise)))
        pay_d = gan.loss.discriminator(discriminator(noisy(real)), logits)
        gradients = torch.autograd.grad(gan.loss.generator(logits), list(generator.parameters()), retain_graph=True)
        optimizer_d.zero_grad()
        pay_d.backward(inputs=list(discriminator.parameters()))
        for weight, gradient in zip(generator.parameters(), gradients, strict=True):
            weight.grad = gradient
        optimizer_d.step()
        optimizer_g.step()
        return
    pay = gan.loss.discriminator(discriminator(noisy(real)), discriminator(noisy(generator(noise).detach())))
    optimizer_d.zero_grad()
    pay.backward()
    optimizer_d.step()
    wish = gan.loss.generator(discriminator(noisy(generator(torch.randn(len(real), 100)))))
    optimizer_g.zero_grad()
    wish.backward()
    optimizer_g.step()


def linear(width: int = 128, normalised: bool = False):
    norm = [nn.BatchNorm1d(width)] if normalised else []
    generator = [nn.Linear(100, width), *norm, nn.ReLU(), nn.Linear(width, 784), nn.Tanh()]
    discriminator = [nn.Flatten(), nn.Linear(784, width), nn.LeakyReLU(0.2), nn.Linear(width, 1)]
    return nn.Sequential(*generator, nn.Unflatten(1, (1, 28, 28))), nn.Sequential(*discriminator)


def deep():
    generator = [nn.Linear(100, 256), nn.LeakyReLU(0.2), nn.Linear(256, 512), nn.LeakyReLU(0.2), nn.Linear(512, 1024)]
    generator += [nn.LeakyReLU(0.2), nn.Linear(1024, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))]
    discriminator = [nn.Flatten(), nn.Linear(784, 512), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(512, 256)]
    discriminator += [nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(256, 1)]
    return nn.Sequential(*generator), nn.Sequential(*discriminator)


def convolutions():
    generator = [nn.Linear(100, 16 * 49), nn.Unflatten(1, (16, 7, 7)), nn.BatchNorm2d(16), nn.ReLU()]
    generator += [nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1)]
    discriminator = [nn.Conv2d(1, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 4, 2, 1), nn.LeakyReLU(0.2)]
    discriminator += [nn.Flatten(), nn.Linear(16 * 49, 1)]
    return nn.Sequential(*generator, nn.Tanh()), nn.Sequential(*discriminator)


def adam(rate: float, momentum: float = 0.9) -> Callable:
    return partial(torch.optim.Adam, lr=rate, betas=(momentum, 0.999))


def rmsprop(rate: float) -> Callable:
    return partial(torch.optim.RMSprop, lr=rate)


def sgd(rate: float) -> Callable:
    return partial(torch.optim.SGD, lr=rate)


def alike(networks: Callable, optimizer: Callable, **others) -> Gan:
    """Both players learn at the same rate."""
    return Gan(networks, optimizer, optimizer, **others)


ARTICLE, LIVELY, CLIPPED = adam(2e-4), adam(1e-3, 0.5), rmsprop(5e-4)
NORMALISED = partial(linear, 256, normalised=True)

RIGHT = {
    "linear": alike(linear, ARTICLE),
    "linear, Adam 1e-3": alike(linear, adam(1e-3)),
    "linear, slower": alike(linear, adam(1e-4)),
    "linear, very slow": alike(linear, adam(5e-5)),
    "linear, narrow": alike(partial(linear, 32), ARTICLE),
    "linear, wide": alike(partial(linear, 512), ARTICLE),
    "normalised": alike(NORMALISED, LIVELY),
    "normalised, slow": alike(NORMALISED, adam(2e-4, 0.5)),
    "deep": alike(deep, ARTICLE),
    "convolutions": alike(convolutions, adam(5e-4)),
    "convolutions, slow": alike(convolutions, adam(2e-4, 0.5)),
    "RMSprop": alike(linear, CLIPPED),
    "RMSprop, slow": alike(linear, rmsprop(1e-4)),
    "SGD": alike(linear, sgd(0.1)),
    "minimax": alike(linear, adam(5e-4), loss=losses.MINIMAX),
    "least squares": alike(linear, adam(5e-4), loss=losses.LEAST_SQUARES),
    "hinge": alike(linear, adam(5e-4), loss=losses.HINGE),
    "instance noise": alike(linear, ARTICLE, noise_on_pictures=0.3),
    "at once": alike(linear, ARTICLE, at_once=True),
    "generator faster": Gan(linear, adam(2e-3), ARTICLE),
    "discriminator faster": Gan(linear, ARTICLE, adam(1e-3)),
}
HOPELESS = {
    "a hundredth of the rate": alike(linear, adam(2e-6)),
    "SGD, far too slow": alike(linear, sgd(1e-5)),
    "SGD, too slow": alike(linear, sgd(1e-3)),
    "the generator hardly learns": Gan(linear, adam(1e-7), ARTICLE),
    "the discriminator hardly learns": Gan(linear, ARTICLE, adam(1e-8)),
}


if __name__ == "__main__":
    main()
