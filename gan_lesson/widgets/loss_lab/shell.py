"""The generator's five losses under the finger: drag a fake's logit, see which loss teaches there and which is flat."""

from __future__ import annotations

import os

import traitlets

from ... import losses, plots, runs
from ..shared.base import STYLE, WithContent, front_end, style
from ..shared.moments import moment_names
from .curves import curves, pull_on


class LossLab(WithContent):
    """Drag the discriminator's logit for a fake along the curves of the generator's five losses.

    Below, the same for the 64 fakes that ``run`` noted at each of its moments.

    Args:
        run: the name of a bundled run, a run's folder, or a `gan_lesson.runs.Run`.

    Raises:
        FileNotFoundError: there is no such run.
    """

    _esm = front_end("loss_lab")
    _css = STYLE + style("loss_lab")

    logit = traitlets.Float(-4.0, min=-10, max=10, help="the logit under the finger").tag(sync=True)
    moment = traitlets.Int(1, min=0, help="which of the run's moments is shown").tag(sync=True)

    def __init__(self, run: str | os.PathLike | runs.Run = "article"):
        run = run if isinstance(run, runs.Run) else runs.load(run)
        pull, flat = pull_on(run.fake_logits)
        moments = {"labels": moment_names(run), "logits": run.fake_logits, "pull": pull, "flat": flat}
        self._last = len(run.sample_steps) - 1
        super().__init__({"curves": curves(), "moments": moments}, moment=min(1, self._last))

    @traitlets.validate("moment")
    def _is_a_moment(self, proposal: dict) -> int:
        if proposal["value"] > self._last:
            raise traitlets.TraitError(f"the moments of this run are 0 to {self._last}, got {proposal['value']}")
        return proposal["value"]

    def picture(self) -> plots.Picture:
        """The curves, with the gradients at the logit under the finger."""
        return plots.generator_losses({name: loss.generator for name, loss in losses.LOSSES.items()}, self.logit)
