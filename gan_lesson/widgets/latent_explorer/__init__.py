"""The room of the widget LatentExplorer."""

from .shell import LatentExplorer

__all__ = ["LatentExplorer"]
