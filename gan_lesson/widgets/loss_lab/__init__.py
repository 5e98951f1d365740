"""The room of the widget LossLab."""

from .shell import LossLab

__all__ = ["LossLab"]
