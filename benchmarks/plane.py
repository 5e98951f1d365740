"""What ten seeds say of the games in the plane: points learned by heart, and a collapse caused and undone.

    python -m benchmarks.plane           two minutes on one core

- ``experts``: a discriminator is trained on the same 24 points, or on new ones each time. Reals and fakes are drawn
  alike, so nobody can tell them apart. How does it score 2,000 reals that it has never seen?
- ``collapse``: new players, ten turns of G for one of D; then one turn each. How many clouds are found along the way?

Networks and rates are those of the lesson "The game". Writes gan_lesson/bundled/plane.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import torch
from torch import nn

from gan_lesson import files, latent, measured, runs, toy
from gan_lesson.training import AdversarialLoop, adam, update_discriminator

SEEDS = tuple(range(11, 21))
#: A discriminator is sure of a point whose score lies below the first or above the second.
SURE = 0.1, 0.9


def main() -> None:
    about = runs.provenance({"seeds": SEEDS, "data": "ring", "fakes_counted": 2000, "sure_beyond": SURE})
    parts = {"experts": experts, "collapse": collapse}
    found = {name: [] for name in parts}
    for seed in SEEDS:
        for name, part in parts.items():
            found[name].append(part(seed))
            print(f"seed {seed}, {name}: {found[name][-1]}", flush=True)
    result = {**about, "command": "python -m benchmarks.plane", **found}
    files.write(measured.FOLDER / "plane.json", json.dumps(result, indent=1) + "\n")


def experts(seed: int) -> dict[str, dict[str, float]]:
    """The mean score of unseen reals, and the share of which each expert is sure."""
    torch.manual_seed(seed)
    few = toy.ring(12), toy.ring(12)
    drawn = {"the same 24 points": lambda: few, "new points": lambda: (toy.ring(12), toy.ring(12))}
    return {name: _judged(_expert(draw)) for name, draw in drawn.items()}


def _expert(draw: Callable[[], tuple[torch.Tensor, torch.Tensor]]) -> nn.Module:
    expert = toy.PointDiscriminator()
    optimizer = adam(expert, 1e-2, betas=(0.5, 0.99))
    for _ in range(2000):
        update_discriminator(nn.Identity(), expert, optimizer, *draw())
    return expert


@torch.no_grad()
def _judged(expert: nn.Module) -> dict[str, float]:
    scores = expert(toy.ring(2000)).sigmoid()
    sure = (scores < SURE[0]) | (scores > SURE[1])
    return {"mean_score": round(scores.mean().item(), 3), "sure": round(sure.float().mean().item(), 3)}


def collapse(seed: int) -> dict[str, dict[int, int]]:
    """The clouds found after so many steps at ten turns for one, and after so many more at one turn each."""
    torch.manual_seed(seed)
    generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
    loop = AdversarialLoop(
        generator,
        discriminator,
        toy.Points("ring"),
        seed=seed,
        optimizer_g=adam(generator, 1e-3, betas=(0.5, 0.99)),
        optimizer_d=adam(discriminator, 2e-3, betas=(0.5, 0.99)),
    )
    loop.updates_g = 10
    found = {"ten turns for one": _clouds(loop, range(50, 201, 50))}
    loop.updates_g = 1
    return found | {"one turn each": _clouds(loop, range(250, 1001, 250))}


def _clouds(loop: AdversarialLoop, moments: Iterable[int]) -> dict[int, int]:
    """How many clouds are found after so many more steps."""
    begin, found = loop.number, {}
    for moment in moments:
        while loop.number < begin + moment:
            next(loop)
        fakes = loop.sample(latent.sample(2000, 2, seed=0))
        found[moment] = toy.modes_covered(fakes, toy.ring_centres())
    return found


if __name__ == "__main__":
    main()
