"""Which device to compute on, a GPU when there is one, else the CPU; and what of this machine may be used."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from .errors import BadInput


def choose(name: str | torch.device | None = None) -> torch.device:
    """Return the device called ``name``, or the best one of this machine.

    Without a name the environment variable ``GAN_LESSON_DEVICE`` decides, then CUDA, then Apple's MPS, then the CPU.

    Raises:
        ValueError: the name is unknown, or this machine has no such device.
    """
    wanted = name or os.environ.get("GAN_LESSON_DEVICE") or _best()
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise BadInput(f"unknown device {wanted!r}; try 'cpu', 'cuda' or 'mps'") from None
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    if not available.get(device.type, False) or 0 < count <= (device.index or 0):
        raise BadInput(f"this machine has no {wanted!r} device for PyTorch; 'cpu' always works")
    return device


def _best() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@contextmanager
def usual_defaults() -> Iterator[None]:
    """Inside the block new tensors are float32 on the CPU and may learn, whatever the session's own defaults are."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        with torch.inference_mode(False), torch.device("cpu"):
            yield
    finally:
        torch.set_default_dtype(before)


def processor() -> str:
    """The name of this machine's processor, as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def cores() -> int:
    """The cores that this process may use: a container or a hub often gives fewer than the machine has."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _control_group("cpu.max").partition(" ")
    return max(1, min(allowed, round(int(quota) / int(period)))) if quota.isdigit() else allowed


def memory_limit() -> float:
    """The bytes of memory that a container or a hub allows; infinite where there is no limit."""
    limit = _control_group("memory.max")
    return int(limit) if limit.isdigit() else float("inf")


def _control_group(name: str) -> str:
    """A setting of this process's control group (Linux, version 2); empty where there is none."""
    try:
        return Path("/sys/fs/cgroup", name).read_text().strip()
    except OSError:
        return ""


def keep_freed_memory() -> bool:
    """Let this process keep the memory that tensors free, for the next tensors; say whether that is possible here.

    A training step makes and frees the same tensors again and again. Under Linux the C library hands large ones back to
    the system each time, and the system must fill fresh pages with zeros. Two settings of glibc (mallopt:
    M_TRIM_THRESHOLD, M_MMAP_THRESHOLD) end that. Elsewhere nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another C library
        return False
    trim_threshold, mmap_threshold, largest_allowed = -1, -3, 32 * 2**20
    return bool(mallopt(trim_threshold, 2**30) and mallopt(mmap_threshold, largest_allowed))


def give_back_freed_memory() -> None:
    """Hand the memory that tensors have freed back to the system, as far as that is possible here.

    Who looks at thousands of images leaves holes between what stays, tens of MB in all, and the C library keeps them.
    Under Linux glibc's malloc_trim gives them back, in milliseconds; elsewhere nothing happens.
    """
    with suppress(OSError, AttributeError):  # another system, another C library
        ctypes.CDLL("libc.so.6").malloc_trim(0)
