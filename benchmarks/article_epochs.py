"""How good is the article's generator after each of its 40 epochs? From a run that kept its weights.

    gan-lesson train --recipe article --epochs 40 --seed 0 --keep-weights --out run/article
    python benchmarks/article_epochs.py run/article

Each generator draws 10,000 images from the same noise. Writes bundled/article_epochs.json, which the
lesson Measuring shows.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from tqdm import tqdm

from gan_lesson import checkpoints, classifier, data, files, latent, measured, metrics, recipes, runs, training


def quality(generator: torch.nn.Module, seed: int = 0) -> dict:
    """`metrics.Quality` of 10,000 images, as a dictionary."""
    noise = latent.sample(metrics.SAMPLES, generator.latent_dim, seed=seed)
    found = metrics.quality(training.generate(generator, noise))
    return {name: round(value, 5) for name, value in found._asdict().items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a run of the article's recipe with --keep-weights")
    options = parser.parse_args()
    run = runs.load(options.run)
    steps = run.sample_steps.tolist()
    generators = [checkpoints.load_generator(options.run / "weights" / f"{step}.safetensors") for step in steps]
    real = metrics.quality(data.to_range(data.image_tensor(train=False)))
    result = {
        **runs.provenance({"samples": metrics.SAMPLES, "seed_of_the_noise": 0}),
        "command": "python benchmarks/article_epochs.py run/article",
        "run": run.about,
        "classifier_sha256": classifier.fingerprint(classifier.bundled()),
        "floor": real._asdict(),
        "moments": [
            {"epoch": step // recipes.ARTICLE.steps_per_epoch, "step": step, **quality(generator)}
            for step, generator in zip(tqdm(steps, unit="epoch"), generators, strict=True)
        ],
    }
    files.write(measured.FOLDER / "article_epochs.json", json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
