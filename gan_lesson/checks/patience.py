"""How long a check waits for a learner's loop."""

from __future__ import annotations

import math
from collections import Counter

from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.overrides import TorchFunctionMode


class Endless(BaseException):
    """A learner's loop went on beyond all measure. It passes by an ``except Exception`` inside that loop."""


class Patience(TorchFunctionMode):
    """Within it, a loop that goes on and on raises `Endless`; it may be entered again, and then goes on counting.

    Args:
        calls: how many calls of torch it bears. A loop without any it doesn't see.
        others: how many of other things, by name: of "updates", steps of any optimizer, and of whatever is counted
            with `count`.
    """

    def __init__(self, calls: int, **others: int):
        super().__init__()
        self._at_most = {"calls of torch": calls, **others}
        self._counts: Counter[str] = Counter()

    def count(self, what: str) -> None:
        """Count one more of ``what``.

        Raises:
            Endless: it is one too many.
        """
        self._counts[what] += 1
        if self._counts[what] > self._at_most.get(what, math.inf):
            raise Endless(f"more than {self._at_most[what]:,} {what}: its loop doesn't come to an end")

    def __enter__(self) -> Patience:
        self._updates = register_optimizer_step_post_hook(lambda *_: self.count("updates"))
        return super().__enter__()

    def __exit__(self, *error) -> None:
        self._updates.remove()
        super().__exit__(*error)

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        self.count("calls of torch")
        return function(*arguments, **(keywords or {}))
