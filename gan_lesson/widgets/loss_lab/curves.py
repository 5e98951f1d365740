"""The generator's five losses along the discriminator's logit: values, gradients, and where they are flat."""

from __future__ import annotations

import numpy as np
import torch
from torch.func import grad_and_value, vmap

from ... import losses
from ...modes import learning

#: The logits for which the curves are computed: -10, -9.95, ..., 10.
LOGITS = torch.arange(-200, 201, dtype=torch.float64, device="cpu") / 20

#: A loss whose gradient is smaller than this teaches next to nothing.
FLAT = 0.05


def at_each(part: losses.Part, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradient and the value of a generator's loss at each of ``logits`` (N,) alone, by autograd: (N,) and (N,)."""
    with learning():
        return vmap(grad_and_value(lambda t: part(t.view(1, 1))))(logits)


def flat_stretches(gradients: torch.Tensor) -> list[tuple[int, int]]:
    """First and last index of each stretch of ``gradients`` (N,) that lie below `FLAT` in size."""
    outside = torch.zeros(1, dtype=torch.bool, device="cpu")
    flat = torch.cat([outside, gradients.abs() < FLAT, outside])
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
    logits = torch.as_tensor(fake_logits, dtype=torch.float64, device="cpu")
    sizes = torch.stack(
        [at_each(loss.generator, logits.flatten())[0].view(logits.shape).abs() for loss in losses.LOSSES.values()]
    )
    return sizes.mean(dim=2), (sizes < FLAT).sum(dim=2)
