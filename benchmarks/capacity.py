"""How many learners fit into a machine's memory: one sum.

    system + hub + what lies there once for all + learners x what each holds alone

What each holds alone is what a learner's server and kernel hold privately at the same time: at the peak of the heaviest
lesson that the class does together, or idle where the notebook is open and nothing runs.
"""

from __future__ import annotations

#: Left to the system, in MB: its own processes, and the memory of the kernel that no process is charged for.
SYSTEM_MB = 1024


def needed_mb(learners: int, *, private_mb: float, shared_mb: float, hub_mb: float) -> float:
    """The memory in MB that a machine needs for so many learners.

    Args:
        learners: how many have a server and one kernel.
        private_mb: what each of them holds alone (USS).
        shared_mb: what the processes of the class hold together, once for all.
        hub_mb: what the hub, its proxy and its culler hold alone.
    """
    return SYSTEM_MB + hub_mb + shared_mb + learners * private_mb


def learners_in(memory_mb: float, *, private_mb: float, shared_mb: float, hub_mb: float) -> int:
    """How many learners a machine with so much memory bears; the other figures are those of `needed_mb`."""
    left = memory_mb - needed_mb(0, private_mb=private_mb, shared_mb=shared_mb, hub_mb=hub_mb)
    return max(0, int(left // private_mb))
