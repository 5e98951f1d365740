"""What a game in the plane is played with: networks, updates, loss and data, some of them the learner's own."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import nn

from ... import device as devices
from ... import losses, toy
from ...randomness import seeded
from ...training import AdversarialLoop
from .settings import DEPTHS, NEURONS, NOISES, OPTIMIZERS, PlaygroundError, Settings

_BATCH_SIZE = 256


class Pieces:
    """What was passed to a game, and the library's own pieces for what wasn't; any `Settings` makes a loop of them.

    Args:
        data: a name in `toy.DATASETS`, a function like those there, or points (N, 2), which are then drawn from.
        networks: generator and discriminator, each None where the library's is to play.
        loss: a name in `losses.LOSSES`, or a `losses.GanLoss`.
        updates: ``update_discriminator`` and ``update_generator`` by name.

    Attributes:
        data, loss: the names under which the settings know what was passed.
        drawn: points (N, 2) that serve as reals, where some were given.
        updates: as passed.

    Raises:
        PlaygroundError: the points are none.
    """

    def __init__(
        self,
        data: str | Callable[..., torch.Tensor] | torch.Tensor,
        networks: tuple[nn.Module | None, nn.Module | None],
        loss: str | losses.GanLoss,
        updates: dict[str, Callable],
    ):
        self.updates = updates
        self._networks = networks
        self._first_weights = self.own_weights()
        if not isinstance(loss, str) and losses.LOSSES.get(loss.name) is loss:
            loss = loss.name
        self._own_loss = None if isinstance(loss, str) else loss
        self.loss = loss if isinstance(loss, str) else "own"
        self._own_data = data if callable(data) else None
        self.drawn: torch.Tensor | None = None
        self.data = data
        if callable(data):
            self.data = "own"
        elif not isinstance(data, str):
            self.drawn, self.data = as_points(data), "drawn"

    @property
    def own(self) -> list[bool]:
        """Whether the generator, and whether the discriminator, was passed in."""
        return [network is not None for network in self._networks]

    def choices(self, settings: Settings) -> dict[str, list]:
        """What each setting can be, of those that are chosen from a list."""
        return {
            "data": [*toy.DATASETS, *["own"] * (self._own_data is not None), *["drawn"] * (self.drawn is not None)],
            "noise": list(NOISES),
            "latent_dim": [settings.latent_dim] if self.own[0] else [1, 2],
            "loss": [*losses.LOSSES, *["own"] * (self._own_loss is not None)],
            **{name: list(OPTIMIZERS) for name in ("optimizer_d", "optimizer_g")},
            **{name: list(DEPTHS) for name in ("depth_d", "depth_g")},
            **{name: list(NEURONS) for name in ("neurons_d", "neurons_g")},
        }

    def own_weights(self) -> list[dict | None]:
        """Copies of the weights of both networks, where they were passed in."""
        return [network and copy.deepcopy(network.state_dict()) for network in self._networks]

    def put_own_weights(self, weights: list[dict | None]) -> None:
        """Give the networks that were passed in the weights that `own_weights` returned."""
        for network, one in zip(self._networks, weights, strict=True):
            if network is not None:
                network.load_state_dict(one)

    def put_first_weights(self) -> None:
        """Give the networks that were passed in the weights that they came with."""
        self.put_own_weights(self._first_weights)

    def loop(self, settings: Settings) -> AdversarialLoop:
        """A loop that begins as ``settings`` say; the networks that were passed in play with the weights they have."""
        generator, discriminator = self._networks
        with devices.usual_defaults(), seeded(settings.seed):
            if generator is None:
                generator = toy.PointGenerator(settings.latent_dim, settings.neurons_g, settings.depth_g)
            if discriminator is None:
                discriminator = toy.PointDiscriminator(settings.neurons_d, settings.depth_d)
        loop = AdversarialLoop(
            generator,
            discriminator,
            toy.Points(self._source(settings), _BATCH_SIZE, seed=settings.seed),
            loss=self.loss_of(settings),
            optimizer_d=OPTIMIZERS[settings.optimizer_d](discriminator, settings.rate_d),
            optimizer_g=OPTIMIZERS[settings.optimizer_g](generator, settings.rate_g),
            latent_dim=settings.latent_dim,
            draw_noise=NOISES[settings.noise],
            seed=settings.seed,
            **self.updates,
        )
        loop.updates_d, loop.updates_g = settings.updates_d, settings.updates_g
        return loop

    def loss_of(self, settings: Settings) -> losses.GanLoss:
        """The loss that ``settings`` name."""
        return self._own_loss if settings.loss == "own" else losses.get(settings.loss)

    def _source(self, settings: Settings) -> str | Callable[..., torch.Tensor]:
        if settings.data == "own":
            return self._own_data
        return _drawing_from(self.drawn) if settings.data == "drawn" else settings.data


def as_points(given) -> torch.Tensor:
    """Points (N, 2), from a tensor or a list.

    Raises:
        PlaygroundError: they are none.
    """
    given = torch.as_tensor(given, dtype=torch.float32, device="cpu").detach()
    if given.ndim != 2 or given.shape[1] != 2 or not len(given):
        raise PlaygroundError(f"the reals must be points (N, 2), at least one; got shape {tuple(given.shape)}")
    if not given.isfinite().all():
        raise PlaygroundError("the reals must be points, and one of them has a coordinate that is no number")
    return given


def _drawing_from(drawn: torch.Tensor) -> Callable[..., torch.Tensor]:
    def draw(count: int, random: torch.Generator | None = None) -> torch.Tensor:
        chosen = torch.randint(len(drawn), (count,), generator=random, device="cpu")
        return drawn[chosen] + 0.02 * torch.randn(count, 2, generator=random, device="cpu", dtype=torch.float32)

    return draw
