"""The room of the widget TimeMachine."""

from .shell import TimeMachine

__all__ = ["TimeMachine"]
