"""A step in slow motion: ten parts, of which two are the players' moves and the others a look at what lies between."""

from __future__ import annotations

import math

import torch

from ...modes import in_evaluation
from ...training import AdversarialLoop, Step, generate

#: Parts of a step, five for each player.
PARTS = 10


class SlowMotion:
    """One step of a loop, part by part. It makes the moves that ``next(loop)`` would make, to the bit.

    At part 1 the discriminator's move is drawn, at part 5 it is played; at part 6 the generator's is drawn, and at
    part 10 it is played and the step is done. A player that moves more than once a step makes its other moves at part 5
    or 10, too; one that rests is looked at all the same. What the other parts look at changes nothing.

    Attributes:
        number: of the step.
        part: the last part that was done, 0 to 10.
        reals: those of the step, (N, 2), from part 1 on.
        step: what the step saw, once it is done.
    """

    def __init__(self, loop: AdversarialLoop):
        self.loop, self.number, self.part = loop, loop.number + 1, 0
        self.step: Step | None = None

    def go_on(self) -> dict[str, dict[str, float]]:
        """Do the next part.

        Returns:
            Losses and mean scores on this step's reals and noise, as they were ``before`` the part and are ``now``.

        Raises:
            FloatingPointError: one of them is no longer a number.
        """
        loop, part = self.loop, self.part + 1
        if part == 1:
            self._move = loop.draw("discriminator")
            self.reals = self._move.real
        if part == 6:
            self._move = loop.draw("generator")
        before = self._measure()
        if part == 5:
            self._seen = self._play(loop.updates_d)
        if part == PARTS:
            self.step = loop.finish(self._seen, self._play(loop.updates_g))
        self.part = part
        return {"before": before, "now": self._measure()}

    def fakes(self) -> torch.Tensor:
        """The fakes (N, 2) of the present part; none before they are made."""
        if self.part in (1, 6):
            return torch.zeros(0, 2, device="cpu", dtype=torch.float32)
        return generate(self.loop.generator, self._move.noise).cpu()

    def _play(self, updates: int):
        """What the last of so many moves of this player saw; the first of them is the one that is looked at."""
        seen = self.loop.play(self._move, learn=updates > 0)
        for _ in range(updates - 1):
            seen = self.loop.play(self.loop.draw(self._move.player))
        return seen

    @torch.no_grad()
    def _measure(self) -> dict[str, float]:
        loop = self.loop
        real_logits = in_evaluation(loop.discriminator, self.reals)
        fake_logits = in_evaluation(loop.discriminator, generate(loop.generator, self._move.noise))
        measured = {
            "real_loss": loop.loss.real(real_logits).item(),
            "fake_loss": loop.loss.fake(fake_logits).item(),
            "generator_loss": loop.loss.generator(fake_logits).item(),
            "real_score": real_logits.sigmoid().mean().item(),
            "fake_score": fake_logits.sigmoid().mean().item(),
        }
        if not all(map(math.isfinite, measured.values())):
            raise FloatingPointError(f"in step {self.number}: {measured}")
        return measured
