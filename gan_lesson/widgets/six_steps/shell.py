"""The article's six steps on the screen, each with all that it made, filled and moved."""

from __future__ import annotations

import functools

import torch

from ... import data, diagrams, plots
from ..shared.base import STYLE, Widget, asked, front_end, style
from .debugger import IMAGES, SAID, TITLES, WHAT, Debugger


class SixSteps(Widget):
    """The article's six steps as a debugger: a button each, and after each all that it made, filled and moved.

    Takes the arguments of `Debugger`, which is its attribute ``debugger``.
    """

    _esm = front_end("six_steps")
    _css = STYLE + style("six_steps")

    @functools.wraps(Debugger.__init__)
    def __init__(self, *arguments, **named):
        self.debugger = Debugger(*arguments, **named)
        super().__init__()

    def close(self) -> None:
        """Leave the page, and free networks and tensors, even where the notebook's list of outputs keeps the widget."""
        super().close()
        vars(self).pop("debugger", None)

    def picture(self) -> plots.Picture:
        """The images made so far with their scores; before there are any, who makes what of what."""
        names = [name for name in IMAGES if name in self.debugger.names]
        if not names:
            return diagrams.gan_diagram()
        images = torch.cat([self.debugger.names[name].detach()[:8] for name in names])
        scores = torch.cat([self.debugger.scores(name)[:8] for name in names])
        means = ", ".join(f"{IMAGES[name]}: mean score {self.debugger.scores(name).mean():.3f}" for name in names)
        return plots.scores(images, scores, columns=8, alt=f"After step {self.debugger.done} of 6, row by row. {means}")

    @asked
    def state(self) -> dict:
        """All that the front end shows, as it is now."""
        debugger = self.debugger
        return {
            "done": debugger.done,
            "next": debugger.next,
            "detach": debugger.detach,
            "titles": list(TITLES.values()),
            "said": SAID[debugger.done],
            "lines": debugger.ran,
            "facts": debugger.facts,
            "tensors": [[name, str(list(one.shape)), _told(name, one)] for name, one in debugger.tensors().items()],
            "images": [self._images(name) for name in IMAGES if name in debugger.names],
            "networks": {player: debugger.layers(player) for player in ("generator", "discriminator")},
            "missing": "",
        }

    @asked
    def run(self, number: int) -> dict:
        """Run a part if it is its turn, else say what it needs."""
        missing = self.debugger.missing(number)
        if not missing:
            self.debugger.run(number)
        return self.state() | {"missing": missing}

    @asked
    def start_over(self) -> dict:
        """Back to before the first part."""
        self.debugger.start_over()
        return self.state()

    @asked
    def set_detach(self, detach: bool) -> dict:
        """Whether part 4 detaches the fakes."""
        self.debugger.detach = detach
        used = self.debugger.done >= 4
        said = "Step 4 has already run: the change shows when it runs again. Start over to see it now." if used else ""
        return {"detach": detach, "missing": said}

    def _images(self, name: str, most: int = 16) -> dict:
        images, scores = self.debugger.names[name].detach(), self.debugger.scores(name)
        return {
            "name": IMAGES[name],
            "pixels": data.to_pixels(images[:most].squeeze(1)),
            "scores": scores[:most],
            "mean": scores.mean().item(),
            "before": self.debugger.scores_before.get(name),
        }


def _told(name: str, tensor: torch.Tensor) -> str:
    return f"{WHAT[name]}: {tensor.item():.3f}" if tensor.ndim == 0 else WHAT[name]
