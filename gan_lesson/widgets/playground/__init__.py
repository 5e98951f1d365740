"""The room of the widget Playground."""

from .shell import Playground

__all__ = ["Playground"]
