"""The game in the plane: a loop that plays, settings that change while it does, and its file. It needs no browser."""

from __future__ import annotations

import dataclasses
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from ... import checkpoints, losses
from ...history import History, Series
from ...interruption import StopButton, Stopped
from ...threads import Threads, usable
from ...training import AdversarialLoop, Step, update_discriminator, update_generator
from .pieces import Pieces, as_points
from .saved import NOT_OURS, check_curves, check_training
from .settings import ON_THE_FLY, OPTIMIZERS, PlaygroundError, Settings, check
from .slow_motion import SlowMotion
from .views import View

_CURVE_POINTS = 300


class Game:
    """A GAN in two dimensions that trains when it is told to.

    Attributes:
        loop: the `AdversarialLoop` that plays; a restart makes a new one.
        view: what is seen of it.
        history: the steps so far, evenly thinned to a few hundred.
        divergences: KL and JS by ``number``, the step after which they were measured; thinned in the same way.
        slow: the step in slow motion, from its first part until the game goes on at its usual pace.
        pieces: what it is played with, the learner's own and the library's.
        changes: how often settings have changed, or the game has begun afresh.
    """

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
        """Begin a game on ``data`` between ``generator`` and ``discriminator``.

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

        Raises:
            ValueError, TypeError: when something passed has no known name or doesn't fit the plane.
        """
        updates = {"update_discriminator": update_discriminator, "update_generator": update_generator}
        self.pieces = Pieces(data, (generator, discriminator), loss, updates)
        self.changes = 0
        self._threads = Threads(max(1, usable() - 1))  # a core is the browser's, which draws meanwhile
        self._start(
            Settings(
                data=self.pieces.data,
                noise=noise,
                latent_dim=getattr(generator, "latent_dim", latent_dim),
                loss=self.pieces.loss,
                seed=seed,
            )
        )

    # ---- training

    def advance(self, steps: int, *, player: str = "both") -> Step | None:
        """Do so many steps now, and note them in `history`; returns the last.

        ``player`` is "both", or "discriminator" or "generator" to let the other rest.

        Raises:
            PlaygroundError: a step failed; the message names the line of your function that raised, where one did.
            Stopped: the stop button was pressed meanwhile; the last step is whole.
        """
        self.finish_slow_motion()
        updates_d, updates_g = self.loop.updates_d, self.loop.updates_g
        moves = {
            "both": (updates_d, updates_g),
            "discriminator": (max(1, updates_d), 0),
            "generator": (0, max(1, updates_g)),
        }
        if player not in moves:
            raise PlaygroundError(f'player is "both", "discriminator" or "generator", got {player!r}')
        step = None
        for _ in range(steps):
            with StopButton() as stop:
                with self._explaining(), self._threads:
                    step = self.loop.step(*moves[player])
                self.history.append(step)
            if stop.pressed:
                raise Stopped(f"after step {step.number}, which is whole")
        return step

    def next_part(self) -> dict[str, dict[str, float]]:
        """The next of the ten parts of a step in slow motion; after the tenth, the first of the next step.

        Returns what `SlowMotion.go_on` does; what is to be seen is in `slow`.

        Raises:
            PlaygroundError: as for `advance`; the same part is then tried again.
        """
        if self.slow is None or self.slow.step is not None:
            self.slow = SlowMotion(self.loop)
        with StopButton() as stop:
            with self._explaining():
                numbers = self.slow.go_on()
            if self.slow.step is not None:
                self.history.append(self.slow.step)
        if stop.pressed:
            raise Stopped(f"after part {self.slow.part} of step {self.slow.number}")
        return numbers

    def finish_slow_motion(self) -> None:
        """Do what is left of a step in slow motion, and go on at the usual pace."""
        try:
            while self.slow is not None and self.slow.step is None:
                self.next_part()
        except Stopped:  # a half step isn't left behind: what is next goes on with this one
            raise
        except BaseException:
            self.slow = None
            raise
        self.slow = None

    def measure_divergences(self) -> None:
        """Note the divergences after the present step, once."""
        if not self.divergences or self.divergences.row(-1)[0] != self.loop.number:
            measured = self.view.divergences()
            if measured is not None:
                self.divergences.append(self.loop.number, *measured)

    # ---- settings

    def reset(self) -> None:
        """Start afresh from the seed, with all settings as they are and the first weights in the same networks."""
        self._start(self.settings)

    def use_points(self, points) -> None:
        """Points (N, 2), a tensor or a list, become the reals of a new game.

        Raises:
            PlaygroundError: they are none; nothing has changed.
        """
        self.pieces.drawn = as_points(points)
        self._start(dataclasses.replace(self.settings, data="drawn"))

    def change(self, **settings) -> None:
        """Change `Settings` by name: on the fly where the game allows it, else with a restart.

        Raises:
            PlaygroundError: there is no such setting or value; nothing has changed.
        """
        unknown = set(settings) - {field.name for field in dataclasses.fields(Settings)}
        if unknown:
            raise PlaygroundError(f"there is no setting {sorted(unknown)[0]!r}")
        now = self.settings
        wanted = self._checked(dataclasses.replace(now, **settings))
        changed = {name for name, value in settings.items() if value != getattr(now, name)}
        if changed - ON_THE_FLY:
            self._start(wanted)
            return
        self.finish_slow_motion()
        self._settings = wanted
        self.changes += 1
        loop = self.loop
        if "loss" in changed:
            loop.loss = self.pieces.loss_of(wanted)
        loop.updates_d, loop.updates_g = wanted.updates_d, wanted.updates_g
        if "optimizer_d" in changed:
            loop.optimizer_d = OPTIMIZERS[wanted.optimizer_d](loop.discriminator, wanted.rate_d)
        if "optimizer_g" in changed:
            loop.optimizer_g = OPTIMIZERS[wanted.optimizer_g](loop.generator, wanted.rate_g)
        loop.set_rates(wanted.rate_d, wanted.rate_g)

    @property
    def settings(self) -> Settings:
        """What is chosen now, with what code has changed in `loop`."""
        loop = self.loop
        rate_d, rate_g = loop.rates()
        return dataclasses.replace(
            self._settings, rate_d=rate_d, rate_g=rate_g, updates_d=loop.updates_d, updates_g=loop.updates_g
        )

    def choices(self) -> dict[str, list]:
        """What each setting can be, of those that are chosen from a list."""
        return self.pieces.choices(self.settings)

    @property
    def own(self) -> list[bool]:
        """Whether the generator, and whether the discriminator, was passed in."""
        return self.pieces.own

    @property
    def drawn(self) -> torch.Tensor | None:
        """Points (N, 2) that serve as reals, where some were given."""
        return self.pieces.drawn

    def _checked(self, settings: Settings) -> Settings:
        return check(settings, self.pieces.choices(settings))

    # ---- the file

    def save(self) -> bytes:
        """A checkpoint that holds networks, optimizers, random state, settings and curves."""
        self.finish_slow_motion()
        about = {
            "settings": dataclasses.asdict(self.settings),
            "own": self.own,
            "drawn": self.drawn,
            "history": self.history.state_dict(),
            "divergences": self.divergences.state_dict(),
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "playground.safetensors"
            return checkpoints.save(self.loop, path, extra={"playground": about}).read_bytes()

    def load(self, file: bytes) -> None:
        """Go back to what `save` gave.

        Raises:
            PlaygroundError: it is no such file, is damaged, or doesn't fit these networks; nothing has changed.
        """
        pieces = self.pieces
        drawn_before, weights_before = pieces.drawn, pieces.own_weights()
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "playground.safetensors"
                path.write_bytes(file)
                about = self._what_was_saved(path)
                pieces.drawn = drawn_before if about["drawn"] is None else as_points(about["drawn"])
                settings = self._checked(Settings(**about["settings"]))
                if settings.latent_dim != self.settings.latent_dim and self.own[0]:
                    raise PlaygroundError("That file was saved with noise of another length.")
                loop = checkpoints.resume(path, pieces.loop(settings))
            check_training(loop)
            history, divergences = self._empty_curves()
            history.load_state_dict(about["history"])
            divergences.load_state_dict(about["divergences"])
            check_curves(history, divergences)
            self._take_over(loop, settings)
        except BaseException as error:
            pieces.drawn = drawn_before
            pieces.put_own_weights(weights_before)
            if isinstance(error, checkpoints.CheckpointError):
                raise PlaygroundError("That file does not fit these networks, or it is damaged.") from error
            if isinstance(error, PlaygroundError) or not isinstance(error, Exception):
                raise
            raise PlaygroundError(NOT_OURS) from error
        self.history, self.divergences = history, divergences

    def _what_was_saved(self, path: Path) -> dict:
        try:
            about = checkpoints.read_extra(path)["playground"]
            own = list(about["own"])
        except Exception:
            raise PlaygroundError(NOT_OURS) from None
        if own != self.own:
            raise PlaygroundError("That file was saved with other networks: pass the same ones to Playground first.")
        return about

    # ---- a new game

    def _start(self, settings: Settings) -> None:
        settings = self._checked(settings)
        self.pieces.put_first_weights()
        self._take_over(self.pieces.loop(settings), settings)

    def _take_over(self, loop: AdversarialLoop, settings: Settings) -> None:
        self.view = View(loop, settings.noise, settings.seed)
        self.loop, self._settings = loop, settings
        self.history, self.divergences = self._empty_curves()
        self.slow: SlowMotion | None = None
        self.changes += 1

    @staticmethod
    def _empty_curves() -> tuple[History, Series]:
        return History(most=_CURVE_POINTS), Series(("number", "kl", "js"), most=_CURVE_POINTS)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Inside the block, what goes wrong in a step is told as a learner can use it."""
        try:
            yield
        except FloatingPointError:
            number = self.slow.number if self.slow else self.loop.number
            raise PlaygroundError(
                f"Step {number}: a loss is no longer a number. The training has blown up. "
                "Press Reset, and lower a learning rate or choose another loss."
            ) from None
        except Exception as error:
            raise PlaygroundError(_explained(error, self.pieces.updates.values())) from error


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
