"""More than one process around the same loop: each with its slice of the data, gradients averaged over all.

Every process (*rank*) holds both networks whole, takes its own slice of each batch of reals and draws its own noise.
One thing is added to an update: gradients are averaged over all ranks before the optimizer's step. So all ranks take
the same step, and the weights and their moving average stay the same to the bit. Hugging Face accelerate starts the
processes and lets them talk.

BatchNorm normalises each slice by itself. Its running statistics, which count when a trained generator draws, are those
of rank 0, which alone draws and writes; at the start of each step it hands them to the others. The losses of a step are
those of rank 0's slice, too; its images are those of all ranks.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import torch
from torch import distributed as dist

from . import checkpoints
from . import device as devices
from .errors import BadInput
from .interruption import StopButton, Stopped
from .recipes import noise_seed
from .training import AdversarialLoop, Step

T = TypeVar("T")

#: A rank that is silent for so long is given up. One that has ended is noticed at once.
PATIENCE = timedelta(minutes=5)


class RankLost(ConnectionError):
    """Another rank has ended, so this one can't go on; the message says what to do."""


class Team:
    """This process and those that train with it. In this class there are none; `team` makes the right one.

    Attributes:
        rank, ranks: which one this is, 0 first, and how many there are.
        device: where this rank computes; None leaves the choice to the loop.
    """

    rank, ranks = 0, 1

    def __init__(self, device: str | torch.device | None = None):
        self.device = device

    def all_or_none(self, do: Callable[[], T]) -> T:
        """What ``do()`` returns on this rank, once all have done it; if it fails on any, one says why and all end."""
        return do()

    def told_by_the_first(self, find_out: Callable[[], T]) -> T:
        """What ``find_out()`` returns on rank 0, on all ranks."""
        return find_out()

    def share(self, loop: AdversarialLoop, checkpoint: Path | None = None) -> None:
        """Let ``loop`` learn together with the loops of the other ranks, made alike but for their ``shard``.

        A ``checkpoint`` is where all go on. It holds the noise of rank 0 alone; on the others noise begins afresh.
        """

    def steps(self, loop: AdversarialLoop) -> Iterator[Step]:
        """The steps of a shared loop.

        Raises:
            Stopped: Ctrl-C or a polite end (SIGTERM) has reached this process or another rank; all end after the same
                step.
        """
        with StopButton(terminate=True) as stop:
            for step in loop:
                yield step
                if stop.pressed:
                    raise Stopped

    def follow(self, loop: AdversarialLoop, steps: int) -> None:
        """Train until ``loop`` has done ``steps`` steps and write nothing: the part of every rank but the first."""
        if loop.number >= steps:
            return
        for step in self.steps(loop):
            if step.number >= steps:
                break


class _Ranks(Team):
    """Several processes, tied together by accelerate."""

    stop: StopButton  # pressed by Ctrl-C or SIGTERM, from the start of the team to its end

    def __init__(self, device: str | None):
        on_gpus = _are_on_gpus(device)
        try:
            from accelerate import Accelerator
            from accelerate.utils import InitProcessGroupKwargs
        except ImportError:
            raise BadInput(
                'training with several processes needs accelerate: pip install "gan-lesson[distributed]"'
            ) from None
        how = InitProcessGroupKwargs(backend="nccl" if on_gpus else "gloo", timeout=PATIENCE)
        self._accelerator = Accelerator(cpu=not on_gpus, kwargs_handlers=[how])
        self.rank, self.ranks = self._accelerator.process_index, self._accelerator.num_processes
        super().__init__(self._accelerator.device)

    def all_or_none(self, do: Callable[[], T]) -> T:
        try:
            value, error = do(), None
        except Exception as raised:
            value, error = None, raised
        failed = self._from_all(error is not None)
        if not any(failed):
            return value
        if failed.index(True) != self.rank:
            raise SystemExit(2)
        raise error

    def told_by_the_first(self, find_out: Callable[[], T]) -> T:
        from accelerate.utils import broadcast_object_list

        value = self.all_or_none(lambda: find_out() if self.rank == 0 else None)
        return broadcast_object_list([value])[0]

    def share(self, loop: AdversarialLoop, checkpoint: Path | None = None) -> None:
        if checkpoint is not None:  # read by rank 0 for all: the others may be on machines that don't see its folder
            state = self.told_by_the_first(lambda: _pack(checkpoints.resume(checkpoint, loop).state_dict()))
            if self.rank > 0:
                loop.load_state_dict(_unpack(state))
                loop.reseed(noise_seed(loop.settings.get("seed", 0), self.rank, loop.number))
        networks = [loop.generator, loop.discriminator, loop.averaged]
        _take_from_the_first(value for network in networks if network for value in network.state_dict().values())
        for optimizer in (loop.optimizer_d, loop.optimizer_g):
            optimizer.register_step_pre_hook(self._average_gradients)

    def steps(self, loop: AdversarialLoop) -> Iterator[Step]:
        self._wait_until_all_are_ready()
        statistics = [value for value in loop.generator.buffers() if value.is_floating_point()]
        statistics += [value for value in loop.discriminator.buffers() if value.is_floating_point()]
        while True:
            _take_from_the_first(statistics)
            seen_before = loop.images_seen
            step = next(loop, None)
            if step is None:
                return
            loop.images_seen = seen_before + self.ranks * (step.images_seen - seen_before)
            yield replace(step, images_seen=loop.images_seen)
            if self.stop.pressed:
                self._accelerator.set_trigger()
            if self._accelerator.check_trigger():  # on any rank
                raise Stopped

    @torch.no_grad()
    def _average_gradients(self, optimizer: torch.optim.Optimizer, *_) -> None:
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        together = _in_one(gradients)  # one message for all layers: each costs time, however short it is
        dist.all_reduce(together)
        _put_back(together.div_(self.ranks), gradients)

    def wait_for_the_first(self) -> None:
        """Let rank 0 write what it has: `torchrun` ends all ranks as soon as one ends without having done its work."""
        with suppress(RuntimeError):  # it has ended: good as well
            self._accelerator.wait_for_everyone()

    def _wait_until_all_are_ready(self) -> None:
        try:
            self._accelerator.wait_for_everyone()
        except RuntimeError:
            if self.rank == 0:
                raise
            raise SystemExit(2) from None  # rank 0 couldn't make its folder, and has said why

    def _from_all(self, value: T) -> list[T]:
        from accelerate.utils import gather_object

        return gather_object([value])


@contextmanager
def team(device: str | None = None) -> Iterator[Team]:
    """The team of this process: of all those that `torchrun` started, or, without it, of this one alone.

    Gradients travel by gloo between CPUs and by NCCL between GPUs. Several processes ignore SIGTERM when they part.

    Raises:
        ValueError: accelerate isn't installed, or there are too few GPUs, or none.
        RankLost: another rank ended while they were training.
    """
    if int(os.environ.get("WORLD_SIZE", 1)) == 1:
        yield Team(device)
        return
    ranks = _Ranks(device)
    # When a rank ends, `torchrun` sends the others SIGTERM. From now on none of them ends by that before it has said
    # what it has to say. (After 30 seconds SIGKILL follows.)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with StopButton(terminate=True) as ranks.stop:
            yield ranks
    except Stopped:
        ranks.wait_for_the_first()
        raise
    except RuntimeError as error:
        if not _says_that_a_rank_is_gone(error):
            raise
        if ranks.rank > 0:
            print(file=sys.stderr)  # rank 0, if it is the one, has left its progress bar in the middle of a line
        raise RankLost(
            f"rank {ranks.rank}: another rank has ended, and training can't go on without it. What was saved is whole: "
            "start again with --resume, with as many ranks as you have."
        ) from error
    # only now: among ranks of which one is gone it may take for ever
    dist.destroy_process_group()


@torch.no_grad()
def _take_from_the_first(tensors: Iterable[torch.Tensor]) -> None:
    """Let floats be on all ranks what they are on rank 0."""
    tensors = [tensor for tensor in tensors if tensor.is_floating_point()]
    if tensors:
        together = _in_one(tensors)
        dist.broadcast(together, src=0)
        _put_back(together, tensors)


def _in_one(tensors: list[torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensor.flatten() for tensor in tensors])


def _put_back(together: torch.Tensor, tensors: list[torch.Tensor]) -> None:
    for tensor, values in zip(tensors, together.split([tensor.numel() for tensor in tensors]), strict=True):
        tensor.copy_(values.view_as(tensor))


def _are_on_gpus(device: str | None) -> bool:
    chosen = devices.choose(device).type
    if chosen == "mps" and device:
        raise BadInput("several processes train together on CPUs or on CUDA GPUs, not on 'mps': leave out --device")
    processes, gpus = int(os.environ.get("LOCAL_WORLD_SIZE", 1)), torch.cuda.device_count()
    if chosen == "cuda" and processes > gpus:
        raise BadInput(f"this machine has {gpus} GPUs for {processes} processes: start as many, or use --device cpu")
    return chosen == "cuda"


def _says_that_a_rank_is_gone(error: RuntimeError) -> bool:
    # gloo raises a bare RuntimeError, NCCL one of its own class
    return isinstance(error, dist.DistError) or "gloo" in str(error).lower()


def _pack(state: dict) -> bytes:
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def _unpack(packed: bytes) -> dict:
    return torch.load(io.BytesIO(packed), map_location="cpu", weights_only=True)
