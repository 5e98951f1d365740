"""What the learner touches."""

from .interact import interact

__all__ = ["interact"]
