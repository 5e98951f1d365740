"""What a trained generator draws."""

from __future__ import annotations

import torch
from torch import nn

from ..errors import BadInput
from ..modes import in_evaluation
from ..tensors import check_tensor


def generate(generator: nn.Module, noise: torch.Tensor) -> torch.Tensor:
    """What ``generator`` makes of ``noise`` (N, latent_dim), any number of them: its answer in evaluation mode.

    Raises:
        TypeError, BadInput: the noise is no tensor, or none that it takes.
    """
    check_tensor(noise, "noise")
    # in parts, or what lies between the layers would take gigabytes for some thousand images
    try:
        return torch.cat([in_evaluation(generator, part) for part in noise.split(100)])
    except RuntimeError as error:
        try:
            in_evaluation(generator, noise[:1])
        except RuntimeError:
            raise BadInput(
                f"the generator can't take noise of shape {tuple(noise.shape)} ({error}). It must take any number of "
                "noise vectors, also where it learned from batches of one size: .view(len(noise), ...) instead of "
                ".view(64, ...)"
            ) from error
        raise  # of one it makes something: what it lacks is memory, say
