"""What a critic with a gradient penalty buys in the plane: four games on the ring, from ten starts each.

    OMP_NUM_THREADS=1 python -m benchmarks.critic           about ten minutes on one core

The games are those of the lesson "The losses" and their neighbours: a critic with its penalty weighed by 1 and by 10,
and the usual game with one and with three updates of the discriminator a step. The weight of 1 was found on seeds 1 to
5, so none of them is here. Writes gan_lesson/bundled/critic.json.
"""

from __future__ import annotations

import json
import statistics
from functools import partial

import torch

from gan_lesson import files, losses, measured, runs, toy
from gan_lesson.training import AdversarialLoop, adam

SEEDS = tuple(range(11, 21))
STEPS = 600
#: The critic's estimate of the distance, minus its loss, varies from batch to batch: its end is a mean over so many.
LAST_STEPS = 50


def weighed(weight: float, discriminator: torch.nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """The gradient penalty times ``weight``."""
    return weight * losses.gradient_penalty(discriminator, real, fake)


#: The loss, the updates of the discriminator a step and the penalty of each game.
GAMES = {
    "critic, weight 1": (losses.WASSERSTEIN, 3, partial(weighed, 1)),
    "critic, weight 10": (losses.WASSERSTEIN, 3, partial(weighed, 10)),
    "usual game": (losses.NON_SATURATING, 1, None),
    "usual game, three updates": (losses.NON_SATURATING, 3, None),
}


def main() -> None:
    about = runs.provenance({"seeds": SEEDS, "steps": STEPS, "batch_size": 256, "points": 10_000})
    games = {}
    for name, rules in GAMES.items():
        outcomes = [played(seed, *rules) for seed in SEEDS]
        games[name] = {what: [outcome[what] for outcome in outcomes] for what in outcomes[0]}
    result = {**about, "command": "python -m benchmarks.critic", "games": games}
    files.write(measured.FOLDER / "critic.json", json.dumps(result, indent=1) + "\n")


def played(seed: int, loss: losses.GanLoss, updates_d: int, penalty: partial | None) -> dict[str, float]:
    """What came of one game: clouds found, the share of fakes in a cloud, and the discriminator's loss on the way."""
    torch.manual_seed(seed)
    generator, discriminator = toy.PointGenerator(), toy.PointDiscriminator()
    loop = AdversarialLoop(
        generator,
        discriminator,
        toy.Points("ring", seed=seed),
        loss=loss,
        penalty=penalty,
        optimizer_g=adam(generator, 1e-3, betas=(0.5, 0.9)),
        optimizer_d=adam(discriminator, 2e-3, betas=(0.5, 0.9)),
        seed=seed,
    )
    loop.updates_d = updates_d
    losses_of_d = [next(loop).discriminator_loss for _ in range(STEPS)]
    fakes, centres = loop.sample(loop.same_noise(10_000)), toy.ring_centres()
    outcome = {
        "clouds": toy.modes_covered(fakes, centres),
        "share_in_clouds": in_clouds(fakes, centres),
        "lowest_loss": round(min(losses_of_d), 3),
        "last_loss": round(statistics.mean(losses_of_d[-LAST_STEPS:]), 3),
    }
    print(f"{loss.name}, {updates_d} updates, seed {seed}: {outcome}", flush=True)
    return outcome


def in_clouds(points: torch.Tensor, centres: torch.Tensor) -> float:
    """The share of ``points`` (N, 2) within three standard deviations of a centre (K, 2), as in `toy.modes_covered`."""
    return round((torch.cdist(points, centres).min(dim=1).values < 3 * toy.SPREAD).float().mean().item(), 3)


if __name__ == "__main__":
    main()
