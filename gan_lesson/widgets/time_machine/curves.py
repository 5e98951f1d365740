"""The curves of a run, moment by moment."""

from __future__ import annotations

import numpy as np

from ... import runs

_COLUMNS = ("real_score", "fake_score", "discriminator_loss", "generator_loss")


def by_moment(run: runs.Run) -> dict[str, np.ndarray]:
    """Mean scores and losses over the steps that led to each moment of ``run``.

    Returns:
        ``moments``: the indices of the moments that steps led to, (M,); all but the start of the run.
        ``real_score``, ``fake_score``, ``discriminator_loss``, ``generator_loss``: the means, (M,) each.
    """
    starts = np.concatenate([[0], run.sample_steps[:-1]])
    numbers = run.steps["number"]
    spans = [(numbers > start) & (numbers <= end) for start, end in zip(starts, run.sample_steps, strict=True)]
    moments = [moment for moment, span in enumerate(spans) if span.any()]
    means = {name: np.array([run.steps[name][spans[moment]].mean() for moment in moments]) for name in _COLUMNS}
    return {"moments": np.array(moments, dtype=int), **means}
