"""How much memory the tensors of a computation take, counted by PyTorch's own allocator and not by the system."""

from collections.abc import Callable
from typing import Any

from torch.profiler import ProfilerActivity, profile


def most_held(compute: Callable[[], Any]) -> int:
    """The most bytes that tensors made by ``compute()`` on the CPU hold at a time, its result and what PyTorch makes
    on its way there included."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        compute()
    events = [event for event in profiled.profiler.kineto_results.events() if event.name() == "[memory]"]
    held = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        held += event.nbytes()
        most = max(most, held)
    return most
