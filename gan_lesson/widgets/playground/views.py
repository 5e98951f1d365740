"""What is seen of a game in the plane: the layers of its picture, its curves, how far the fakes are from the reals."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from ... import losses, plots, toy
from ...history import History, Series
from ...modes import evaluating, frozen, in_evaluation, learning
from ...randomness import SEEDS
from ...training import AdversarialLoop, generate
from .settings import PlaygroundError

HALF_WIDTH = 1.6  # of the picture of the plane
LAYERS = ("map", "reals", "fakes", "arrows", "manifold")
_CELLS = 20  # of the manifold, and of the grid of the divergences


class View:
    """What is looked at while a loop trains, always with the same reals and noise, so that what moves is the networks.

    Args:
        loop: its fakes and reals are points in the plane.
        noise: what the loop's noise is, "gaussian" or "uniform".
        seed: of the reals and the noise.

    Attributes:
        reals: (300, 2).
        floor: the two `divergences` of fresh reals: a yardstick, for so few points get more than 0.

    Raises:
        PlaygroundError: the networks don't fit the plane.
    """

    def __init__(self, loop: AdversarialLoop, noise: str, seed: int):
        self.loop = loop
        many = next(toy.Points(loop.batches.draw, 10_000, seed=(seed + 1) % SEEDS))
        fresh = next(toy.Points(loop.batches.draw, 2000, seed=(seed + 2) % SEEDS))
        self.reals = many[:300]
        self._density = toy.density_grid(many, HALF_WIDTH, _CELLS)
        self.floor = divergences(self._density, fresh)
        self._noise = loop.same_noise(2000, seed)
        self._noise_grid = noise_grid(noise, loop.latent_dim)
        _check_networks(loop, self._noise[:2])

    def fakes(self, count: int = 250) -> torch.Tensor:
        """What the generator makes of the first ``count`` vectors of the noise: (count, 2), at most 2000."""
        return generate(self.loop.generator, self._noise[:count].to(self.loop.device)).cpu()

    def divergences(self) -> tuple[float, float] | None:
        """`divergences` of the fakes as they are now; None where one is no number."""
        fakes = self.fakes(2000)
        return None if fakes.isnan().any() else divergences(self._density, fakes)

    def layers(self, show: Iterable[str], fakes: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """Those of `LAYERS` that are named in ``show``, as they are now; but for the reals, which stay the same.

        Args:
            fakes: (N, 2), to be shown in place of those of the view's own noise.

        Returns:
            ``map``: the scores, uint8 (40, 40) from 0 to 255; ``fakes`` (N, 2) and ``arrows``, their
            `descent_directions` (N, 2); ``manifold``: the `noise_grid` as the generator warps it, (corners, 2).
        """
        loop, show, layers = self.loop, set(show), {}
        if fakes is None and show & {"fakes", "arrows"}:
            fakes = self.fakes()
        if fakes is not None:
            layers["fakes"] = fakes
        if "map" in show:
            scores = toy.score_map(loop.discriminator, HALF_WIDTH, 40)
            layers["map"] = (scores.nan_to_num(0.5) * 255).round().to(torch.uint8)
        if "arrows" in show and len(fakes):
            layers["arrows"] = descent_directions(loop.discriminator, loop.loss, fakes.to(loop.device))
        if "manifold" in show:
            layers["manifold"] = generate(loop.generator, self._noise_grid.to(loop.device))
        return layers

    def charts(self, history: History, measured: Series) -> dict:
        """The curves: losses and mean scores by ``steps``, the divergences by the steps at which they were measured."""
        return {
            "steps": history.column("number").astype(int),
            "loss_d": history.column("discriminator_loss"),
            "loss_g": history.column("generator_loss"),
            "real_score": history.column("real_score"),
            "fake_score": history.column("fake_score"),
            "equilibrium": self.loop.loss.equilibrium(),
            "measured": measured.column("number").astype(int),
            "kl": measured.column("kl"),
            "js": measured.column("js"),
            "floor": self.floor,
        }

    def picture(self, history: History) -> plots.Picture:
        """The plane with reals, fakes and the map of scores; once the game runs, losses and mean scores beside it."""
        return plots.training(
            history,
            samples=self.fakes(),
            equilibrium=self.loop.loss.equilibrium(),
            real=self.reals,
            score_map=toy.score_map(self.loop.discriminator, HALF_WIDTH),
        )


def descent_directions(discriminator: nn.Module, loss: losses.GanLoss, fakes: torch.Tensor) -> torch.Tensor:
    """Where the generator's own loss pulls each of its fakes (N, 2): minus the gradient at that fake, (N, 2).

    The loss is a mean over the fakes, so that its gradient shrinks with their number; this is per fake, whatever N.
    """
    with learning(), evaluating(discriminator), frozen(discriminator):
        fakes = fakes.detach().clone().requires_grad_()
        whole = loss.generator(discriminator(fakes)) * len(fakes)
        (gradient,) = torch.autograd.grad(whole, fakes)
    return -gradient


def noise_grid(noise: str, latent_dim: int, cells: int = _CELLS) -> torch.Tensor:
    """Corners of cells that noise falls into equally often: ((cells + 1)^2, latent_dim), row by row.

    For one number of noise they are points on a line, (8 * cells + 1, 1); beyond two, the others stay 0. The outermost
    2 % of noise in each direction are left out: those of Gaussian noise reach to infinity.
    """
    count = (8 * cells if latent_dim == 1 else cells) + 1
    share = torch.linspace(0.01, 0.99, count, device="cpu", dtype=torch.float32)
    ticks = torch.special.ndtri(share) if noise == "gaussian" else 2 * share - 1
    if latent_dim == 1:
        return ticks[:, None]
    corners = ticks.new_zeros(len(ticks) ** 2, latent_dim)
    corners[:, :2] = torch.cartesian_prod(ticks, ticks)
    return corners


def divergences(real_density: torch.Tensor, fakes: torch.Tensor) -> tuple[float, float]:
    """KL(reals || fakes) and the JS divergence on a grid, in nats, from `toy.density_grid` of reals and fakes (N, 2).

    For KL, one part in a hundred of the fakes' density is spread evenly over the cells, or one cell that no fake
    reaches would make it infinite.
    """
    fake_density = toy.density_grid(fakes, HALF_WIDTH, len(real_density))
    spread = 0.99 * fake_density + 0.01 / fake_density.numel()
    return toy.kl_divergence(real_density, spread), toy.js_divergence(real_density, fake_density)


def _check_networks(loop: AdversarialLoop, noise: torch.Tensor) -> None:
    fakes = generate(loop.generator, noise.to(loop.device))
    if fakes.shape != (len(noise), 2):
        raise PlaygroundError(
            f"the generator must make points (N, 2) of noise (N, {noise.shape[1]}); "
            f"its answer to {len(noise)} of them has shape {tuple(fakes.shape)}"
        )
    logits = in_evaluation(loop.discriminator, fakes)
    if logits.shape != (len(noise), 1):
        raise PlaygroundError(
            f"the discriminator must answer points (N, 2) with logits (N, 1); "
            f"its answer to {len(noise)} of them has shape {tuple(logits.shape)}"
        )
