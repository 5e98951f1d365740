"""A GAN in the plane, live: what moves on the screen is the PyTorch code of the notebook."""

from __future__ import annotations

import base64
import dataclasses
import functools
import time
from collections.abc import Iterable

import torch

from ... import losses, plots, toy
from ...history import History
from ...training import AdversarialLoop, Step
from ..shared.base import STYLE, Widget, asked, front_end, style
from .game import Game
from .settings import Settings
from .views import HALF_WIDTH, LAYERS

NOTHING_PRESSED = "In this playground nothing has been pressed yet."

#: How far the game of `Playground.preview` goes: so many steps, or as many as fit into the seconds.
PREVIEW_STEPS, PREVIEW_SECONDS = 500, 1.5


class Playground(Widget):
    """A GAN in two dimensions to play with: play, pause, step, slow motion, and all settings on the fly.

    Takes the arguments of `Game`, which is its attribute ``game``. Networks, updates, loss and data may be your own.
    """

    _esm = front_end("playground")
    _css = STYLE + style("playground")

    @functools.wraps(Game.__init__)
    def __init__(self, *arguments, **named):
        self.game = Game(*arguments, **named)
        super().__init__()

    @property
    def loop(self) -> AdversarialLoop:
        """The loop that plays; go on with it in code if you like. A restart makes a new one."""
        return self.game.loop

    @property
    def history(self) -> History:
        """The steps of the run so far, evenly thinned to a few hundred."""
        return self.game.history

    @property
    def settings(self) -> Settings:
        """What is chosen now, with what code has changed in `loop`."""
        return self.game.settings

    def advance(self, steps: int, *, player: str = "both") -> Step | None:
        """`Game.advance`: do so many steps now, of both players or of one; returns the last."""
        return self.game.advance(steps, player=player)

    def reset(self) -> None:
        """`Game.reset`: start afresh from the seed, with the first weights in the same networks."""
        self.game.reset()

    def change(self, **settings) -> None:
        """`Game.change`: change `Settings` by name, on the fly where the game allows it, else with a restart."""
        self.game.change(**settings)

    def picture(self) -> plots.Picture:
        """The plane with reals, fakes and the map of scores; once the game runs, losses and mean scores beside it."""
        return self.game.view.picture(self.game.history)

    def preview(self) -> plots.Picture | None:
        """Before the first step, a game of its own between the library's players, some hundred steps on."""
        settings = self.settings
        if self.history or settings.data not in toy.DATASETS or settings.loss not in losses.LOSSES:
            return None
        game = Game(settings.data, loss=settings.loss, noise=settings.noise, seed=settings.seed)
        end = time.perf_counter() + PREVIEW_SECONDS
        while game.loop.number < PREVIEW_STEPS and time.perf_counter() < end:
            game.advance(10)
        said = f"The library's pair after {game.loop.number} steps."
        return plots.points(
            game.view.reals,
            game.view.fakes(),
            score_map=toy.score_map(game.loop.discriminator, HALF_WIDTH),
            half_width=HALF_WIDTH,
            title=f"{said}\n{NOTHING_PRESSED}",
            alt=f"{said} {NOTHING_PRESSED} Reals, fakes and the map of scores in the plane.",
        )

    @asked
    def state(self) -> dict:
        """All that the controls show, and what stays the same from frame to frame."""
        game = self.game
        return {
            "settings": dataclasses.asdict(game.settings),
            "choices": game.choices(),
            "own": game.own,
            "half_width": HALF_WIDTH,
            "reals": game.view.reals,
            "part": game.slow.part if game.slow else 0,
            "changes": game.changes,
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
        """The next of the ten parts of a step in slow motion, as a frame with that step's reals and fakes."""
        numbers = self.game.next_part()
        slow = self.game.slow
        frame = self._frame(show, charts=slow.step is not None, fakes=slow.fakes())
        return {**frame, "number": slow.number, "reals": slow.reals, "part": slow.part, "numbers": numbers}

    @asked
    def leave_slow_motion(self, show: Iterable[str]) -> dict:
        """The step that slow motion began is finished; then a frame with the charts."""
        self.game.finish_slow_motion()
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
        self.game.use_points(points)
        return self.state()

    @asked
    def save(self) -> dict:
        """The bytes of a file that `load` goes back to."""
        return {"file": torch.frombuffer(bytearray(self.game.save()), dtype=torch.uint8)}

    @asked
    def load(self, file: str) -> dict:
        """Go back to what ``save`` wrote; ``file`` is its bytes in base64. If it doesn't fit, nothing changes."""
        self.game.load(base64.b64decode(file))
        return self.state()

    def _frame(self, show: Iterable[str], charts: bool, fakes: torch.Tensor | None = None) -> dict:
        game = self.game
        frame = {
            "number": game.loop.number,
            "last": dataclasses.asdict(game.history[-1]) if game.history else None,
            "changes": game.changes,
            **game.view.layers(show, fakes),
        }
        if charts:
            game.measure_divergences()
            frame["charts"] = game.view.charts(game.history, game.divergences)
        return frame
