"""The generator's five losses under the finger: drag a fake's logit, see which loss teaches there and which is flat."""

from __future__ import annotations

import os

import numpy as np
import torch
import traitlets
from torch.func import grad_and_value, vmap

from ... import losses, plots, runs
from ..shared.base import STYLE, Widget, front_end, pack, style
from ..time_machine.shell import moment_names

#: The logits for which the curves are computed: -10, -9.95, ..., 10.
LOGITS = torch.arange(-200, 201, dtype=torch.float64) / 20

#: A loss whose gradient is smaller than this teaches next to nothing.
FLAT = 0.05


def at_each(part: losses.Part, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradient and the value of a generator's loss at each of ``logits`` (N,) alone, by autograd: (N,) and (N,)."""
    return vmap(grad_and_value(lambda t: part(t.view(1, 1))))(logits)


def flat_stretches(gradients: torch.Tensor) -> list[tuple[int, int]]:
    """First and last index of each stretch of ``gradients`` (N,) that lie below `FLAT` in size."""
    flat = torch.cat([torch.tensor([False]), gradients.abs() < FLAT, torch.tensor([False])])
    edges = (flat[1:] != flat[:-1]).nonzero().flatten().tolist()
    return [(first, end - 1) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def curves() -> dict:
    """What the browser draws: ``logits`` (401,), and for each loss its value and gradient, and where it is flat."""
    drawn = []
    for name, loss in losses.LOSSES.items():
        gradients, values = at_each(loss.generator, LOGITS)
        drawn.append({"name": name, "values": values, "gradients": gradients, "flat": flat_stretches(gradients)})
    return {"logits": LOGITS, "losses": drawn, "threshold": FLAT}


def pull_on(fake_logits: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """How hard each of the five losses pulls on fakes with logits (F, N).

    Returns:
        The mean size of the gradient over the N fakes, and for how many of them the loss is flat: both (5, F).
    """
    logits = torch.as_tensor(fake_logits, dtype=torch.float64)
    sizes = torch.stack(
        [at_each(loss.generator, logits.flatten())[0].view(logits.shape).abs() for loss in losses.LOSSES.values()]
    )
    return sizes.mean(dim=2), (sizes < FLAT).sum(dim=2)


class LossLab(Widget):
    """Drag the discriminator's logit for a fake along the curves of the generator's five losses.

    Below, the same for the 64 fakes that ``run`` noted at each of its moments.

    Args:
        run: the name of a bundled run, a run's folder, or a `gan_lesson.runs.Run`.

    Raises:
        FileNotFoundError: there is no such run.
    """

    _esm = front_end("loss_lab")
    _css = STYLE + style("loss_lab")

    stands_alone = traitlets.Bool(True).tag(sync=True)
    content = traitlets.Dict().tag(sync=True)
    logit = traitlets.Float(-4.0, min=-10, max=10, help="the logit under the finger").tag(sync=True)
    moment = traitlets.Int(1, min=0, help="which of the run's moments is shown").tag(sync=True)

    def __init__(self, run: str | os.PathLike | runs.Run = "article"):
        run = run if isinstance(run, runs.Run) else runs.load(run)
        pull, flat = pull_on(run.fake_logits)
        moments = {"labels": moment_names(run), "logits": run.fake_logits, "pull": pull, "flat": flat}
        super().__init__(
            content=pack({"curves": curves(), "moments": moments}), moment=min(1, len(run.sample_steps) - 1)
        )

    @traitlets.validate("moment")
    def _is_a_moment(self, proposal: dict) -> int:
        last = self.content["moments"]["logits"]["shape"][0] - 1
        if proposal["value"] > last:
            raise traitlets.TraitError(f"the moments of this run are 0 to {last}, got {proposal['value']}")
        return proposal["value"]

    def picture(self) -> plots.Picture:
        """The curves, with the gradients at the logit under the finger."""
        return plots.generator_losses({name: loss.generator for name, loss in losses.LOSSES.items()}, self.logit)
