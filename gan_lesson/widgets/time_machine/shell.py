"""A whole training run on one slider: the same noise drawn at every moment, with losses and scores beside it."""

from __future__ import annotations

import os

import torch
import traitlets

from ... import data, plots, runs
from ..shared.base import STYLE, WithContent, front_end, style
from ..shared.moments import moment_names, recipe_of, steps_per_epoch
from .curves import by_moment


class TimeMachine(WithContent):
    """The moments of a training run on a slider: samples, scores and losses; plays by itself, compares two moments.

    Args:
        run: the name of a bundled run, a run's folder, or a `gan_lesson.runs.Run`.

    Raises:
        FileNotFoundError: there is no such run.
    """

    _esm = front_end("time_machine")
    _css = STYLE + style("time_machine")

    moment = traitlets.Int(0, min=0, help="which moment is shown").tag(sync=True)
    other = traitlets.Int(0, min=0, help="which moment it is compared with").tag(sync=True)
    comparing = traitlets.Bool(False, help="whether a second moment is shown").tag(sync=True)
    scoring = traitlets.Bool(False, help="whether each sample has its score").tag(sync=True)

    def __init__(self, run: str | os.PathLike | runs.Run = "article"):
        self._run = run if isinstance(run, runs.Run) else runs.load(run)
        recipe = recipe_of(self._run)
        content = {
            "samples": self._run.samples,
            "logits": self._run.fake_logits,
            "steps": self._run.sample_steps,
            "labels": moment_names(self._run),
            "curves": by_moment(self._run),
            "equilibrium": list(recipe.loss.equilibrium()) if recipe else None,
            "stepsPerEpoch": steps_per_epoch(self._run),
        }
        super().__init__(content, other=len(self._run.samples) - 1)

    @traitlets.validate("moment", "other")
    def _is_a_moment(self, proposal: dict) -> int:
        last = len(self._run.samples) - 1
        if proposal["value"] > last:
            raise traitlets.TraitError(f"the moments of this run are 0 to {last}, got {proposal['value']}")
        return proposal["value"]

    def picture(self) -> plots.Picture:
        """The samples of up to four moments, from the first to the last; while comparing, of the two."""
        last = len(self._run.samples) - 1
        evenly = sorted({round(last * share) for share in (0, 0.05, 0.25, 1)})
        wanted = [self.moment, self.other] if self.comparing else evenly
        names = moment_names(self._run)
        pixels = torch.from_numpy(self._run.samples[wanted])
        images = data.to_range(pixels if pixels.ndim == 5 else pixels.unsqueeze(2))  # in colour, or in grey
        return plots.moments(images, titles=[names[moment] for moment in wanted])
