"""More than one process: PyTorch's distributed data parallel, by Hugging Face accelerate, around the same loop.

Every process (*rank*) holds both networks whole, takes its own slice of each batch of reals and draws its own noise.
One thing is added to an update: gradients are averaged over all ranks before the optimizer's step. So all ranks take
the same step, and their weights stay the same to the bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import torch

from . import checkpoints
from .monitor import StopButton
from .recipes import noise_seed
from .training import AdversarialLoop

T = TypeVar("T")


class RankLost(ConnectionError):
    """Another rank has ended, so this one can't go on; the message says what to do."""


class Team:
    """This process among the others that train with it; one alone is a team as well.

    Attributes:
        rank, ranks: which one this is, 0 first, and how many there are.
        device: where this rank computes; with several GPUs each rank has its own. None leaves the choice to the loop.
    """

    def __init__(self, device: str | None, accelerator=None):
        self._accelerator = accelerator
        self.rank, self.ranks = (accelerator.process_index, accelerator.num_processes) if accelerator else (0, 1)
        self.device = accelerator.device if accelerator else device

    def told_by_the_first(self, find_out: Callable[[], T]) -> T:
        """What ``find_out()`` returns on rank 0, on all ranks."""
        value = find_out() if self.rank == 0 else None
        if self._accelerator is None:
            return value
        from accelerate.utils import broadcast_object_list

        return broadcast_object_list([value])[0]

    def share(self, loop: AdversarialLoop) -> None:
        """Let ``loop`` learn together with the loops of the other ranks, made alike but for their ``shard``."""
        if self._accelerator is None:
            return
        # Distributed data parallel exchanges gradients in the backward pass that it expects after each forward pass. So
        # only the player that learns is called in that form; the other one, which looks on, is called bare.
        loop.trained_d = self._accelerator.prepare_model(loop.discriminator)
        loop.trained_g = self._accelerator.prepare_model(loop.generator)
        loop.ranks = self.ranks

    def follow(self, loop: AdversarialLoop, steps: int, *, seed: int, checkpoint: Path | None = None) -> None:
        """Train until ``loop`` has done ``steps`` steps and write nothing: the part of every rank but the first.

        A ``checkpoint`` is where all ranks go on. It holds the noise of rank 0 alone, so here noise begins afresh.
        """
        if checkpoint is not None:
            checkpoints.resume(checkpoint, loop)
            loop.reseed(noise_seed(seed, self.rank, loop.number))
        if loop.number >= steps:
            return
        with StopButton(terminate=True) as stop:
            for step in loop:
                if step.number >= steps:
                    break
                if stop.pressed:
                    raise KeyboardInterrupt


@contextmanager
def team(device: str | None = None) -> Iterator[Team]:
    """The team of this process: of all those that `torchrun` started, or, without it, of this one alone.

    Gradients travel by gloo between CPUs and by NCCL between GPUs.

    Raises:
        ValueError: accelerate isn't installed.
        RankLost: another rank ended while they were training.
    """
    if int(os.environ.get("WORLD_SIZE", 1)) == 1:
        yield Team(device)
        return
    try:
        from accelerate import Accelerator
    except ImportError:
        raise ValueError(
            'training on several processes needs accelerate: pip install "gan-lesson[distributed]"'
        ) from None
    accelerator = Accelerator(cpu=device == "cpu" or not torch.cuda.is_available())
    try:
        yield Team(device, accelerator)
    except RuntimeError as error:
        if not _says_that_a_rank_is_gone(error):
            raise
        raise RankLost(
            f"rank {accelerator.process_index}: another rank has ended, and training can't go on without it. The last "
            "checkpoint is whole: start again with --resume, with as many ranks as you have."
        ) from error
    finally:
        torch.distributed.destroy_process_group()


def _says_that_a_rank_is_gone(error: RuntimeError) -> bool:
    # gloo raises a bare RuntimeError, NCCL one of its own class
    return isinstance(error, torch.distributed.DistError) or "gloo" in str(error).lower()
