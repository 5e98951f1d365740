"""What the quick generator can't draw: how near `latent.invert` comes to test digits, to the same turned, and moved.

    python -m benchmarks.inversion           six minutes on one core

Nobody chose the digits: each seed draws its own from the test images. Left out is one in six, whose ink lies so far to
the right that a move would cut it off. Writes gan_lesson/bundled/inversion.json.
"""

from __future__ import annotations

import json

import torch

from gan_lesson import checkpoints, data, files, latent, measured, runs, training
from gan_lesson.randomness import random_numbers

SEEDS = (11, 12, 13)
COUNT = 40
PIXELS = 4


def main() -> None:
    about = runs.provenance(
        {"generator": "quick", "seeds": SEEDS, "digits": COUNT, "moved_by": PIXELS, "starts": 8, "steps": 200}
    )
    found = [mean_distances(seed) for seed in SEEDS]
    result = {
        **about,
        "command": "python -m benchmarks.inversion",
        "mean_distances": {kind: [distances[kind] for distances in found] for kind in found[0]},
    }
    files.write(measured.FOLDER / "inversion.json", json.dumps(result, indent=1) + "\n")


def mean_distances(seed: int) -> dict[str, float]:
    """How far the pictures that were found are from those that were wanted, in pixels; and a yardstick."""
    generator, digits = checkpoints.load_generator("quick"), test_digits(seed)
    distances = {}
    for kind, wanted in [
        ("test digits", digits),
        ("upside down", digits.flip(2, 3)),
        ("moved", digits.roll(PIXELS, dims=3)),
    ]:
        z = latent.invert(generator, wanted, seed=seed)
        distances[kind] = (training.generate(generator, z) - wanted).flatten(1).norm(dim=1)
        print(f"seed {seed}, {kind}: {distances[kind].mean():.2f}; norm of z {z.norm(dim=1).mean():.2f}", flush=True)
    distances["nearest training image"] = latent.nearest_real(digits, data.to_range(data.image_tensor()))[0]
    return {kind: round(values.mean().item(), 2) for kind, values in distances.items()}


def test_digits(seed: int) -> torch.Tensor:
    """``COUNT`` test digits (COUNT, 1, 28, 28) in [-1, 1] whose last columns are blank."""
    images = data.image_tensor(False)
    images = images[(images[..., -PIXELS:] == 0).flatten(1).all(dim=1)]
    chosen = torch.randperm(len(images), generator=random_numbers(seed))[:COUNT]
    return data.to_range(images[chosen])


if __name__ == "__main__":
    main()
