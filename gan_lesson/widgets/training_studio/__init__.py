"""The room of the widget TrainingStudio."""

from .shell import TrainingStudio

__all__ = ["TrainingStudio"]
