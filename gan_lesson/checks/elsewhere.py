"""What is right for one input has to be right for others: what a check says where it isn't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .exercise import CheckFailed


@contextmanager
def right_so_far(but: str) -> Iterator[None]:
    """What fails within is put behind ``but``, which says for what the answer was right, and for what it isn't."""
    try:
        yield
    except CheckFailed as wrong:
        raise CheckFailed(f"{but}{wrong}") from None
