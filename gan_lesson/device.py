"""Which device to compute on: a GPU when there is one, else the CPU."""

from __future__ import annotations

import os

import torch


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
        raise ValueError(f"unknown device {wanted!r}; try 'cpu', 'cuda' or 'mps'") from None
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not available.get(device.type, False):
        raise ValueError(f"this machine has no {wanted!r} device for PyTorch; 'cpu' always works")
    return device


def _best() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
