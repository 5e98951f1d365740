"""The room of the widget SixSteps."""

from .shell import SixSteps

__all__ = ["SixSteps"]
