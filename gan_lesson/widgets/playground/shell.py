"""A GAN in the plane, live: what moves on the screen is the PyTorch code of the notebook."""

from __future__ import annotations

import base64
import copy
import dataclasses
import json
import math
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from ... import checkpoints, latent, losses, plots, toy
from ...training import (
    AdversarialLoop,
    DiscriminatorUpdate,
    Step,
    adam,
    frozen,
    generate,
    in_evaluation,
    update_discriminator,
    update_generator,
)
from ..shared.base import STYLE, Widget, asked, front_end, style

HALF_WIDTH = 1.6  # of the picture of the plane
NOISES = {"gaussian": torch.randn, "uniform": latent.uniform}
OPTIMIZERS: dict[str, Callable] = {
    "adam": lambda network, rate: adam(network, rate, betas=(0.5, 0.99)),
    "sgd": lambda network, rate: torch.optim.SGD(network.parameters(), lr=rate),
    "rmsprop": lambda network, rate: torch.optim.RMSprop(network.parameters(), lr=rate),
}
LAYERS = ("map", "reals", "fakes", "arrows", "manifold")
NEURONS = (4, 8, 16, 32, 64, 128)
DEPTHS = (1, 2, 3, 4)

_BATCH_SIZE = 256
_CURVE_POINTS = 300
_CELLS = 20  # of the manifold, and of the grid of the divergences


class PlaygroundError(ValueError):
    """What was asked can't be done, or a step of the training failed; the message says why."""


@dataclass(frozen=True)
class Settings:
    """What can be chosen. ``data`` and ``loss`` are names, ``"own"`` (what was passed) or, for data, ``"drawn"``."""

    data: str = "ring"
    noise: str = "gaussian"
    latent_dim: int = 2
    loss: str = "non_saturating"
    optimizer_d: str = "adam"
    optimizer_g: str = "adam"
    rate_d: float = 2e-3
    rate_g: float = 1e-3
    updates_d: int = 1
    updates_g: int = 1
    depth_d: int = 2
    depth_g: int = 2
    neurons_d: int = 64
    neurons_g: int = 64
    seed: int = 0


#: These change the running game; every other setting starts it afresh.
_ON_THE_FLY = {"loss", "optimizer_d", "optimizer_g", "rate_d", "rate_g", "updates_d", "updates_g"}


class Playground(Widget):
    """A GAN in two dimensions to play with: play, pause, step, slow motion, and all settings on the fly.

    Args:
        data: a name in `toy.DATASETS`, a function like those there, or points (N, 2), which are then drawn from.
        generator: noise (N, latent_dim) -> points (N, 2); a `toy.PointGenerator` if not given. Your own is trained
            itself, not a copy, and Reset puts the weights back that it comes with.
        discriminator: points (N, 2) -> logits (N, 1); a `toy.PointDiscriminator` if not given. As above.
        loss: a name in `losses.LOSSES`, or a `losses.GanLoss` of your own.
        update_discriminator, update_generator: the two updates of the loop, yours or the library's.
        noise: "gaussian" or "uniform" (in [-1, 1]).
        latent_dim: the length of a noise vector, if the generator has no attribute of that name.
        seed: repeats a run exactly, as long as the same things are done at the same steps.

    Attributes:
        loop: the `AdversarialLoop` that plays; go on with it in code if you like. A restart makes a new one.
        history: `Step` records of the run, evenly thinned to a few hundred.

    Raises:
        ValueError, TypeError: when something passed has no known name or doesn't fit the plane.
    """

    _esm = front_end("playground")
    _css = STYLE + style("playground")

    def __init__(
        self,
        data: str | Callable[..., torch.Tensor] | torch.Tensor = "ring",
        *,
        generator: nn.Module | None = None,
        discriminator: nn.Module | None = None,
        loss: str | losses.GanLoss = "non_saturating",
        update_discriminator: Callable = update_discriminator,
        update_generator: Callable = update_generator,
        noise: str = "gaussian",
        latent_dim: int = 2,
        seed: int = 0,
    ):
        self._updates = {"update_discriminator": update_discriminator, "update_generator": update_generator}
        self._changes = 0  # a view that knows of fewer asks for the state
        self._own_networks = (generator, discriminator)
        self._first_weights = [network and copy.deepcopy(network.state_dict()) for network in self._own_networks]
        if not isinstance(loss, str) and losses.LOSSES.get(loss.name) is loss:
            loss = loss.name
        self._own_loss = None if isinstance(loss, str) else loss
        self._own_data = data if callable(data) else None
        self._drawn: torch.Tensor | None = None
        name = data
        if callable(data):
            name = "own"
        elif not isinstance(data, str):
            self._drawn, name = _points(data), "drawn"
        self._start(
            Settings(
                data=name,
                noise=noise,
                latent_dim=getattr(generator, "latent_dim", latent_dim),
                loss=loss if isinstance(loss, str) else "own",
                seed=seed,
            )
        )
        super().__init__()

    # ---- training

    def advance(self, steps: int, *, player: str = "both") -> Step | None:
        """Do so many steps now, and note them in `history`; returns the last.

        ``player`` is "both", or "discriminator" or "generator" to let the other rest.

        Raises:
            PlaygroundError: a step failed; the message names the line of your function that raised, where one did.
        """
        if player not in ("both", "discriminator", "generator"):
            raise PlaygroundError(f'player is "both", "discriminator" or "generator", got {player!r}')
        self._finish_slow_step()
        updates = self.loop.updates_d, self.loop.updates_g
        if player != "both":
            self.loop.updates_d = max(1, updates[0]) if player == "discriminator" else 0
            self.loop.updates_g = max(1, updates[1]) if player == "generator" else 0
        step = None
        try:
            for _ in range(steps):
                step = self._checked(lambda: next(self.loop))
                self._note(step)
        finally:
            self.loop.updates_d, self.loop.updates_g = updates
        return step

    def reset(self) -> None:
        """Start afresh from the seed, with all settings as they are and the first weights in the same networks."""
        self._start(self.settings)

    def change(self, **settings) -> None:
        """Change `Settings` by name: on the fly where the game allows it, else with a restart.

        Raises:
            PlaygroundError: there is no such setting or value; nothing has changed.
        """
        wanted = self._valid(self.settings, settings)
        changed = {name for name, value in settings.items() if value != getattr(self.settings, name)}
        if changed - _ON_THE_FLY:
            self._start(wanted)
            return
        self._finish_slow_step()
        self._settings = wanted
        self._changes += 1
        if "loss" in changed:
            self.loop.loss = self._loss(wanted)
        self.loop.updates_d, self.loop.updates_g = wanted.updates_d, wanted.updates_g
        for player, network in (("d", self.loop.discriminator), ("g", self.loop.generator)):
            if f"optimizer_{player}" in changed:
                optimizer = OPTIMIZERS[getattr(wanted, f"optimizer_{player}")](network, 1.0)
                setattr(self.loop, f"optimizer_{player}", optimizer)
        self.loop.set_rates(wanted.rate_d, wanted.rate_g)

    @property
    def settings(self) -> Settings:
        """What is chosen now, with what code has changed in `loop`."""
        rate_d, rate_g = self.loop.rates()
        loop = self.loop
        return dataclasses.replace(
            self._settings, rate_d=rate_d, rate_g=rate_g, updates_d=loop.updates_d, updates_g=loop.updates_g
        )

    def _start(self, settings: Settings) -> None:
        settings = self._valid(settings, {})
        for network, weights in zip(self._own_networks, self._first_weights, strict=True):
            if network is not None:
                network.load_state_dict(weights)
        self._take_over(self._new_loop(settings), settings)

    def _take_over(self, loop: AdversarialLoop, settings: Settings) -> None:
        look = _Look(loop, settings)
        self.loop, self._settings, self._look = loop, settings, look
        self._changes += 1
        self.history: list[Step] = _Thinned()
        self._last: Step | None = None
        self._divergences: list[tuple[int, float, float]] = _Thinned()
        self._slow: _SlowStep | None = None

    def _new_loop(self, settings: Settings) -> AdversarialLoop:
        generator, discriminator = self._own_networks
        with torch.random.fork_rng():
            torch.manual_seed(settings.seed)
            if generator is None:
                generator = toy.PointGenerator(settings.latent_dim, settings.neurons_g, settings.depth_g)
            if discriminator is None:
                discriminator = toy.PointDiscriminator(settings.neurons_d, settings.depth_d)
        loop = AdversarialLoop(
            generator,
            discriminator,
            toy.Points(self._source(settings), _BATCH_SIZE, seed=settings.seed),
            loss=self._loss(settings),
            optimizer_d=OPTIMIZERS[settings.optimizer_d](discriminator, settings.rate_d),
            optimizer_g=OPTIMIZERS[settings.optimizer_g](generator, settings.rate_g),
            latent_dim=settings.latent_dim,
            draw_noise=NOISES[settings.noise],
            seed=settings.seed,
            **self._updates,
        )
        loop.updates_d, loop.updates_g = settings.updates_d, settings.updates_g
        return loop

    def _source(self, settings: Settings) -> str | Callable[..., torch.Tensor]:
        if settings.data == "own":
            return self._own_data
        return _drawing_from(self._drawn) if settings.data == "drawn" else settings.data

    def _loss(self, settings: Settings) -> losses.GanLoss:
        return self._own_loss if settings.loss == "own" else losses.get(settings.loss)

    def _choices(self, settings: Settings) -> dict[str, list]:
        latent_dim = settings.latent_dim  # fixed for a generator of the learner's
        return {
            "data": [*toy.DATASETS, *["own"] * (self._own_data is not None), *["drawn"] * (self._drawn is not None)],
            "noise": list(NOISES),
            "latent_dim": [1, 2] if self._own_networks[0] is None else [latent_dim],
            "loss": [*losses.LOSSES, *["own"] * (self._own_loss is not None)],
            **{name: list(OPTIMIZERS) for name in ("optimizer_d", "optimizer_g")},
            **{name: list(DEPTHS) for name in ("depth_d", "depth_g")},
            **{name: list(NEURONS) for name in ("neurons_d", "neurons_g")},
        }

    def _valid(self, settings: Settings, changes: dict) -> Settings:
        unknown = set(changes) - {field.name for field in dataclasses.fields(Settings)}
        if unknown:
            raise PlaygroundError(f"there is no setting {sorted(unknown)[0]!r}")
        settings = dataclasses.replace(settings, **changes)
        return _check_settings(settings, self._choices(settings))

    def _checked(self, part: Callable):
        try:
            return part()
        except FloatingPointError:
            raise PlaygroundError(
                f"Step {self.loop.number}: a loss is no longer a number. The training has blown up. "
                "Press Reset, and lower a learning rate or choose another loss."
            ) from None
        except Exception as error:
            raise PlaygroundError(_explained(error, self._updates.values())) from error

    def _note(self, step: Step) -> None:
        self._last = step
        self.history.offer(step)

    def _finish_slow_step(self) -> None:
        slow, self._slow = self._slow, None
        while slow is not None and slow.part < 10:
            self._checked(slow.go_on)
            if slow.step is not None:
                self._note(slow.step)

    # ---- what the browser asks

    @asked
    def state(self) -> dict:
        """All that the controls show, and what stays the same from frame to frame."""
        return {
            "settings": dataclasses.asdict(self.settings),
            "choices": self._choices(self.settings),
            "own": [network is not None for network in self._own_networks],
            "half_width": HALF_WIDTH,
            "reals": self._look.reals,
            "part": self._slow.part if self._slow else 0,
            "changes": self._changes,
        }

    @asked
    def look(self, show: Iterable[str] = LAYERS) -> dict:
        """The present state as a frame, with the charts; trains nothing."""
        return self._frame(show, charts=True)

    @asked
    def slice(self, steps: int, milliseconds: float, show: Iterable[str], charts: bool) -> dict:
        """So many steps, or as many as fit into the time but at least one; then a frame."""
        end = time.perf_counter() + milliseconds / 1000
        for _ in range(steps):
            self.advance(1)
            if time.perf_counter() >= end:
                break
        return self._frame(show, charts)

    @asked
    def step(self, player: str, show: Iterable[str]) -> dict:
        """One step of "both", or of "discriminator" or "generator" alone; then a frame with the charts."""
        self.advance(1, player=player)
        return self._frame(show, charts=True)

    @asked
    def next_part(self, show: Iterable[str]) -> dict:
        """The next of the ten parts of a step in slow motion; after the tenth, the first of the next step."""
        if self._slow is None or self._slow.part == 10:
            self._slow = self._checked(lambda: _SlowStep(self.loop, self._settings.seed))
        slow = self._slow
        numbers = self._checked(slow.go_on)
        if slow.step is not None:
            self._note(slow.step)
        points = {"reals": slow.reals, "fakes": slow.fakes()}
        return {"part": slow.part, "numbers": numbers, **self._frame(show, charts=slow.part == 10, points=points)}

    @asked
    def leave_slow_motion(self, show: Iterable[str]) -> dict:
        """The step that slow motion began is finished; then a frame with the charts."""
        self._finish_slow_step()
        return self._frame(show, charts=True)

    @asked
    def change_settings(self, **settings) -> dict:
        """`change`, then the new `state`."""
        self.change(**settings)
        return self.state()

    @asked
    def restart(self) -> dict:
        """`reset`, then the new `state`."""
        self.reset()
        return self.state()

    @asked
    def use_points(self, points: list) -> dict:
        """Points [[x, y], ...] become the reals of a new game."""
        self._drawn = _points(points)
        self._start(dataclasses.replace(self.settings, data="drawn"))
        return self.state()

    @asked
    def save(self) -> dict:
        """The bytes of a checkpoint that holds networks, optimizers, random state, settings and curves."""
        self._finish_slow_step()
        about = {
            **dataclasses.asdict(self.settings),
            "own_networks": [network is not None for network in self._own_networks],
            "drawn": None if self._drawn is None else self._drawn.tolist(),
            "history": {**vars(self.history), "entries": [dataclasses.astuple(step) for step in self.history]},
            "last": None if self._last is None else dataclasses.astuple(self._last),
            "divergences": {**vars(self._divergences), "entries": self._divergences},
        }
        self.loop.settings["playground"] = about
        with tempfile.TemporaryDirectory() as folder:
            path = checkpoints.save(self.loop, Path(folder) / "playground.safetensors")
            return {"file": torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8)}

    @asked
    def load(self, file: str) -> dict:
        """Go back to what ``save`` wrote; ``file`` is its bytes in base64. If it doesn't fit, nothing changes."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "the file"
            path.write_bytes(base64.b64decode(file))
            self._load(path)
        return self.state()

    def _load(self, path: Path) -> None:
        about = _what_was_saved(path)
        names = [field.name for field in dataclasses.fields(Settings)]
        if about["own_networks"] != [network is not None for network in self._own_networks]:
            raise PlaygroundError("That file was saved with other networks: pass the same ones to Playground first.")
        drawn_before = self._drawn
        self._drawn = drawn_before if about["drawn"] is None else _points(about["drawn"])
        try:
            settings = self._valid(Settings(**{name: about[name] for name in names}), {})
            loop = checkpoints.resume(path, self._new_loop(settings))
        except Exception:
            self._drawn = drawn_before
            raise
        self._take_over(loop, settings)
        self.history = _Thinned(**about["history"], kind=lambda entry: Step(*entry))
        self._last = about["last"] and Step(*about["last"])
        self._divergences = _Thinned(**about["divergences"], kind=tuple)

    # ---- what is shown

    def picture(self) -> plots.Picture:
        """The plane with reals, fakes and the map of scores; once the game runs, losses and mean scores beside it."""
        return plots.training(
            self.history,
            samples=self._look.fakes(),
            equilibrium=self.loop.loss.equilibrium(),
            real=self._look.reals,
            score_map=toy.score_map(self.loop.discriminator, HALF_WIDTH),
        )

    def _frame(self, show: Iterable[str], charts: bool, points: dict | None = None) -> dict:
        show, look = set(show), self._look
        frame = {
            "number": self.loop.number,
            "last": _numbers_of(self._last),
            "changes": self._changes,
            **(points or {}),
        }
        fakes = frame.get("fakes")
        if fakes is None and show & {"fakes", "arrows"}:
            fakes = frame["fakes"] = look.fakes()
        if "map" in show:
            scores = toy.score_map(self.loop.discriminator, HALF_WIDTH, 40)
            frame["map"] = (scores.nan_to_num(0.5) * 255).round().to(torch.uint8)
        if "arrows" in show and len(fakes):
            frame["arrows"] = descent_directions(self.loop.discriminator, self.loop.loss, fakes.to(self.loop.device))
        if "manifold" in show:
            frame["manifold"] = generate(self.loop.generator, look.noise_grid.to(self.loop.device))
        if charts:
            self._measure_divergences()
            frame["charts"] = self._charts()
        return frame

    def _measure_divergences(self) -> None:
        if self._divergences and self._divergences[-1][0] == self.loop.number:
            return
        measured = self._look.divergences()
        if measured is not None:
            self._divergences.offer((self.loop.number, *measured))

    def _charts(self) -> dict:
        steps, divergences = self.history, self._divergences
        return {
            "steps": torch.tensor([step.number for step in steps]),
            "loss_d": torch.tensor([step.discriminator_loss for step in steps]),
            "loss_g": torch.tensor([step.generator_loss for step in steps]),
            "real_score": torch.tensor([step.real_score for step in steps]),
            "fake_score": torch.tensor([step.fake_score for step in steps]),
            "equilibrium": self.loop.loss.equilibrium(),
            "measured": torch.tensor([entry[0] for entry in divergences]),
            "kl": torch.tensor([entry[1] for entry in divergences]),
            "js": torch.tensor([entry[2] for entry in divergences]),
            "floor": self._look.floor,
        }


class _Look:
    """What is looked at while a loop trains: reals, noise and a grid in noise space that stay the same."""

    def __init__(self, loop: AdversarialLoop, settings: Settings):
        self.loop = loop
        many = next(toy.Points(loop.batches.draw, 10_000, seed=settings.seed + 1))
        fresh = next(toy.Points(loop.batches.draw, 2000, seed=settings.seed + 2))
        self.reals = many[:300]
        self.density = toy.density_grid(many, HALF_WIDTH, _CELLS)
        self.floor = divergences(self.density, fresh)
        with torch.random.fork_rng():
            torch.manual_seed(settings.seed)
            self.noise = NOISES[settings.noise](2000, settings.latent_dim)
        self.noise_grid = noise_grid(settings.noise, settings.latent_dim)
        _check_networks(loop, self.noise[:2])

    def fakes(self, count: int = 250) -> torch.Tensor:
        return generate(self.loop.generator, self.noise[:count].to(self.loop.device)).cpu()

    def divergences(self) -> tuple[float, float] | None:
        fakes = self.fakes(2000)
        return None if fakes.isnan().any() else divergences(self.density, fakes)


class _SlowStep:
    """One step of a loop in ten parts, five for D and five for G; each update happens once, at part 5 and at part 10.

    What chance decides is drawn beforehand, by a step of the loop whose updates only note what they are given.
    """

    def __init__(self, loop: AdversarialLoop, seed: int):
        self.loop, self.part, self.step = loop, 0, None
        self.for_d: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.for_g: list[torch.Tensor] = []
        self._seed = seed + loop.number  # for what an update of the learner's draws by itself
        nothing = torch.zeros(())

        def note_d(generator, discriminator, optimizer, real, noise, loss):
            self.for_d.append((real, noise))
            return DiscriminatorUpdate(*[nothing] * 4)

        def note_g(generator, discriminator, optimizer, noise, loss):
            self.for_g.append(noise)
            return nothing

        updates = loop.update_discriminator, loop.update_generator
        loop.update_discriminator, loop.update_generator = note_d, note_g
        try:
            self._drawn_step = next(loop)
        finally:
            loop.update_discriminator, loop.update_generator = updates
        with torch.random.fork_rng():
            torch.manual_seed(self._seed)
            spare = loop.draw_noise(len(loop.real), loop.latent_dim, device=loop.device)
        self.reals = loop.real
        self._noise_d = self.for_d[-1][1] if self.for_d else spare  # a player that rests is looked at all the same
        self._noise_g = self.for_g[-1] if self.for_g else spare

    def go_on(self) -> dict:
        """Do the next part. Returns losses and mean scores as they are ``now``, and ``before`` where they changed."""
        part = self.part + 1
        before = self._measure(part)
        if part in (5, 10):
            with torch.random.fork_rng():
                torch.manual_seed(self._seed + part)
                self._update_discriminator() if part == 5 else self._update_generator()
        self.part = part
        if part == 4:
            self._seen_d = before
        if part == 9:
            self._seen_g = before
        if part == 10:
            d = self._seen_d
            self.step = dataclasses.replace(
                self._drawn_step,
                discriminator_loss=d["real_loss"] + d["fake_loss"],
                real_loss=d["real_loss"],
                fake_loss=d["fake_loss"],
                generator_loss=self._seen_g["generator_loss"],
                real_score=d["real_score"],
                fake_score=d["fake_score"],
            )
        return {"before": before, "now": self._measure(part)}

    def fakes(self) -> torch.Tensor:
        """The fakes (N, 2) of the present part; none before they are made."""
        if self.part in (1, 6):
            return torch.zeros(0, 2)
        noise = self._noise_d if self.part <= 5 else self._noise_g
        return generate(self.loop.generator, noise).cpu()

    def _update_discriminator(self) -> None:
        loop = self.loop
        for real, noise in self.for_d:
            seen = loop.update_discriminator(
                loop.generator, loop.discriminator, loop.optimizer_d, real, noise, loop.loss
            )
            torch.stack([*DiscriminatorUpdate(*seen)])  # what the loop asks of it, too

    def _update_generator(self) -> None:
        loop = self.loop
        for noise in self.for_g:
            seen = loop.update_generator(loop.generator, loop.discriminator, loop.optimizer_g, noise, loop.loss)
            torch.stack([seen])

    @torch.no_grad()
    def _measure(self, part: int) -> dict[str, float]:
        loop = self.loop
        fakes = generate(loop.generator, self._noise_d if part <= 5 else self._noise_g)
        real_logits = in_evaluation(loop.discriminator, self.reals)
        fake_logits = in_evaluation(loop.discriminator, fakes)
        measured = {
            "real_loss": loop.loss.real(real_logits).item(),
            "fake_loss": loop.loss.fake(fake_logits).item(),
            "generator_loss": loop.loss.generator(fake_logits).item(),
            "real_score": real_logits.sigmoid().mean().item(),
            "fake_score": fake_logits.sigmoid().mean().item(),
        }
        if not all(map(math.isfinite, measured.values())):
            raise FloatingPointError(f"step {loop.number}: {measured}")
        return measured


def descent_directions(discriminator: nn.Module, loss: losses.GanLoss, fakes: torch.Tensor) -> torch.Tensor:
    """Where the generator's own loss pulls each of its fakes (N, 2): minus the gradient at that fake, (N, 2).

    The loss is a mean over the fakes, so that its gradient shrinks with their number; this is per fake, whatever N.
    """
    fakes = fakes.detach().requires_grad_()
    was_training = discriminator.training
    discriminator.eval()
    try:
        with frozen(discriminator):
            whole = loss.generator(discriminator(fakes)) * len(fakes)
            (gradient,) = torch.autograd.grad(whole, fakes)
    finally:
        discriminator.train(was_training)
    return -gradient


def noise_grid(noise: str, latent_dim: int, cells: int = _CELLS) -> torch.Tensor:
    """Corners of cells that noise falls into equally often: ((cells + 1)^2, latent_dim), row by row.

    For one number of noise they are points on a line, (8 * cells + 1, 1); beyond two, the others stay 0. The outermost
    2 % of noise in each direction are left out: those of Gaussian noise reach to infinity.
    """
    share = torch.linspace(0.01, 0.99, (8 * cells if latent_dim == 1 else cells) + 1)
    ticks = torch.special.ndtri(share) if noise == "gaussian" else 2 * share - 1
    if latent_dim == 1:
        return ticks[:, None]
    corners = torch.zeros(len(ticks) ** 2, latent_dim)
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


class _Thinned(list):
    """Keeps every entry that it is offered; each time it is full it drops every second one, and goes on like that."""

    def __init__(self, entries: Iterable = (), offered: int = 0, every: int = 1, kind: Callable = lambda entry: entry):
        super().__init__(map(kind, entries))
        self.offered, self.every = offered, every

    def offer(self, entry) -> None:
        if self.offered % self.every == 0:
            self.append(entry)
        self.offered += 1
        if len(self) >= _CURVE_POINTS:
            self[:] = self[::2]
            self.every *= 2


def _numbers_of(step: Step | None) -> dict | None:
    return None if step is None else dataclasses.asdict(step)


def _points(points) -> torch.Tensor:
    points = torch.as_tensor(points, dtype=torch.float32).detach().cpu()
    if points.ndim != 2 or points.shape[1] != 2 or not len(points) or not points.isfinite().all():
        raise PlaygroundError(f"the reals must be points (N, 2), at least one; got shape {tuple(points.shape)}")
    return points


def _drawing_from(points: torch.Tensor) -> Callable[..., torch.Tensor]:
    def draw(count: int, random: torch.Generator | None = None) -> torch.Tensor:
        chosen = torch.randint(len(points), (count,), generator=random)
        return points[chosen] + 0.02 * torch.randn(count, 2, generator=random)

    return draw


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


def _check_settings(settings: Settings, choices: dict[str, list]) -> Settings:
    for name, allowed in choices.items():
        value = getattr(settings, name)
        if value not in allowed:
            raise PlaygroundError(f"unknown {name} {value!r}; choose one of {', '.join(map(str, allowed))}")
    for name in ("rate_d", "rate_g"):
        value = getattr(settings, name)
        if not (isinstance(value, (int, float)) and math.isfinite(value) and value >= 0):
            raise PlaygroundError(f"a learning rate is a number from 0 up, got {value!r}")
    for name, low in (("updates_d", 0), ("updates_g", 0), ("seed", 0), ("latent_dim", 1)):
        value = getattr(settings, name)
        if not isinstance(value, int) or value < low:
            raise PlaygroundError(f"{name} is a whole number from {low} up, got {value!r}")
    return settings


def _what_was_saved(path: Path) -> dict:
    try:
        with safe_open(path, framework="pt") as file:
            return json.loads((file.metadata() or {})["about"])["settings"]["playground"]
    except (SafetensorError, KeyError, ValueError):
        raise PlaygroundError("That file was not saved by a Playground, or it is damaged.") from None


def _explained(error: Exception, updates: Iterable[Callable]) -> str:
    """What went wrong in a step, with the learner's own line where it happened there."""
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    own = {update.__code__: update for update in updates if hasattr(update, "__code__")}
    for frame, line in traceback.walk_tb(error.__traceback__):
        update = own.get(frame.f_code)
        if update is not None and update.__module__ != AdversarialLoop.__module__:
            number = line - frame.f_code.co_firstlineno + 1
            return f"Line {number} of your function {update.__name__} stopped this step.\n{what}"
    if any(getattr(update, "__module__", "") != AdversarialLoop.__module__ for update in updates):
        return (
            f"This step stopped: {what}\nIs it what your update takes and returns? "
            "update_discriminator(generator, discriminator, optimizer, real, noise, loss) returns four scalar tensors "
            "(real_loss, fake_loss, real_score, fake_score); "
            "update_generator(generator, discriminator, optimizer, noise, loss) returns one, its loss."
        )
    return f"This step stopped: {what}"
