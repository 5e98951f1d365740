"""What a dozen pictures can teach: a discriminator's scores of the twelve it trains on and of new ones like them.

    python -m benchmarks.dozen           four minutes on one core

A small convolutional pair trains on the houses of `data.example_pictures`. Along the way its discriminator is asked
about those twelve, about their mirror images, about 100 more that the same program drew, and about fakes. Writes
gan_lesson/bundled/dozen.json.
"""

from __future__ import annotations

import json
import random

import torch
from torch import nn

from gan_lesson import data, files, measured, runs, sources, training
from gan_lesson.modes import in_evaluation
from images import houses

SEEDS = (11, 12, 13)
MOMENTS = (100, 500, 1000, 2000, 4000)
LATENT_DIM = 32


def main() -> None:
    about = runs.provenance({"seeds": SEEDS, "batch_size": 12, "new_houses": 100, "seed_of_new_houses": 1})
    found = [scores_along_the_way(seed) for seed in SEEDS]
    result = {**about, "command": "python -m benchmarks.dozen", "steps": MOMENTS, "mean_scores": found}
    files.write(measured.FOLDER / "dozen.json", json.dumps(result, indent=1) + "\n")


def scores_along_the_way(seed: int) -> dict[str, list[float]]:
    """The discriminator's mean score of each kind of picture, after so many steps."""
    generator, discriminator = pair(seed)
    loop = training.AdversarialLoop(
        generator,
        discriminator,
        data.batches_of(data.example_pictures(), 12, seed=seed, device="cpu"),
        latent_dim=LATENT_DIM,
        seed=seed,
        optimizer_g=torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999)),
        optimizer_d=torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999)),
    )
    twelve, new = data.to_range(sources.gathered(data.example_pictures())), new_houses(100)
    scores: dict[str, list[float]] = {"the twelve": [], "the twelve mirrored": [], "new houses": [], "fakes": []}
    for moment in MOMENTS:
        while loop.number < moment:
            next(loop)
        asked = twelve, twelve.flip(-1), new, loop.sample(loop.same_noise(100))
        for kind, images in zip(scores, asked, strict=True):
            scores[kind].append(round(in_evaluation(discriminator, images).sigmoid().mean().item(), 4))
        print(f"seed {seed}, {moment} steps:", {kind: values[-1] for kind, values in scores.items()}, flush=True)
    return scores


def pair(seed: int) -> tuple[nn.Module, nn.Module]:
    """A generator and a discriminator of two convolutions each, for images (N, 3, 32, 32)."""
    torch.manual_seed(seed)
    generator = nn.Sequential(
        nn.Linear(LATENT_DIM, 64 * 8 * 8),
        nn.Unflatten(1, (64, 8, 8)),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 3, 4, stride=2, padding=1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(3, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, 1),
    )
    return generator, discriminator


def new_houses(count: int) -> torch.Tensor:
    """Houses (count, 3, 32, 32) in [-1, 1] from the program that drew the twelve."""
    chance = random.Random(1)
    return data.to_range(sources.gathered([houses.small_house(chance) for _ in range(count)]))


if __name__ == "__main__":
    main()
