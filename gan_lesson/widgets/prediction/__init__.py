"""The room of the widget Prediction."""

from .shell import Prediction

__all__ = ["Prediction"]
