"""Makes the pictures of this folder: ``python -m images.build``. Each gets a JSON that says where it comes from."""

import json
from pathlib import Path

import torch

from gan_lesson import data, diagrams, plots, runs

HERE = Path(__file__).parent


def main() -> None:
    article = runs.load("article")
    runs.animate(article, HERE / "forty_epochs.gif")
    _note("forty_epochs.gif", "64 samples from fixed noise before training and after each of 40 epochs", article)
    quick = runs.load("quick")
    digits = data.to_range(torch.from_numpy(quick.samples[-1]).unsqueeze(1))
    (HERE / "digits.png").write_bytes(plots.image_grid(digits, columns=16, alt="64 digits, none of them picked").png())
    _note("digits.png", "64 samples from fixed noise after the five minutes of the quick recipe", quick)
    (HERE / "gan.png").write_bytes(diagrams.gan_diagram().png())
    _note("gan.png", "the two players and their losses", None)


def _note(name: str, shows: str, run: runs.Run | None) -> None:
    about = {"shows": shows, "made_by": "python -m images.build"}
    if run:
        about["run"] = run.about
    (HERE / name).with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
