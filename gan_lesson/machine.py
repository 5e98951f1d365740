"""Is this machine ready for the course? A first training run to watch, what it says of the speed, and advice."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import psutil
import torch

from . import __version__, measured, recipes
from . import device as devices
from .monitor import monitor

#: The heaviest lesson and its JupyterLab take no more (deploy/jupyterhub/measured.json).
NEEDED_GB = 2.0

#: How long the live training runs in the lesson The adversarial loop, and the first run at most.
LIVE_SECONDS = 25

#: After so many steps of the quick recipe digits are clean.
SPRINT = measured.load("time_to_quality")["settings"]["sprint_steps"]


@dataclass(frozen=True)
class Machine:
    """What was found.

    Attributes:
        system: operating system and processor.
        versions: of Python and of the packages that the lessons use; "missing" where one is not installed.
        device: where PyTorch computes: "cpu", "cuda" or "mps".
        cores: how many cores this process may use.
        threads: how many threads PyTorch uses.
        busy: how many cores other work keeps busy, on average over the last minute; 0 where the system doesn't tell.
        memory_gb, free_gb: memory in all and free now, in GB, as far as this process may use it.
        milliseconds_a_step: how long a step of the quick recipe took here, watched.
    """

    system: str
    versions: dict[str, str]
    device: str
    cores: int
    threads: int
    busy: float
    memory_gb: float
    free_gb: float
    milliseconds_a_step: float

    @property
    def seconds_to_digits(self) -> float:
        """How long `SPRINT` steps of the quick recipe take here."""
        return SPRINT * self.milliseconds_a_step / 1000

    def __str__(self) -> str:
        found = [
            f"system    {self.system}",
            f"versions  {', '.join(f'{name} {number}' for name, number in self.versions.items())}",
            f"device    {self.device}, {self.cores} core{'s' * (self.cores > 1)}, {self.threads} of them for PyTorch",
            f"memory    {self.memory_gb:.1f} GB, {self.free_gb:.1f} GB free",
            f"speed     {self.milliseconds_a_step:.0f} ms a step of the run above, {SPRINT:,} steps in "
            f"{self.seconds_to_digits:.0f} seconds",
        ]
        return "\n".join([*found, "", *advice(self)])


def look() -> Machine:
    """Train the quick recipe before the learner's eyes, and look at this machine meanwhile.

    The run ends after `SPRINT` steps or `LIVE_SECONDS`, whichever comes first, or when it is stopped.
    """
    busy = max(0.0, psutil.getloadavg()[0])
    memory, limit = psutil.virtual_memory(), devices.memory_limit()
    loop = recipes.get("quick").loop()
    start = time.perf_counter()
    monitor(loop, steps=SPRINT, seconds=LIVE_SECONDS, curves=False)
    seconds = time.perf_counter() - start
    return Machine(
        system=f"{platform.system()} {platform.release()}, {devices.processor()}",
        versions={"gan_lesson": __version__, "python": platform.python_version()}
        | {name: _version(name) for name in ("torch", "torchvision", "jupyterlab", "ipywidgets", "anywidget")},
        device=str(loop.device),
        cores=devices.cores(),
        threads=torch.get_num_threads(),
        busy=busy,
        memory_gb=min(memory.total, limit) / 1e9,
        free_gb=min(memory.available, limit) / 1e9,
        milliseconds_a_step=1000 * seconds / loop.number,
    )


def advice(machine: Machine) -> list[str]:
    """What to know about ``machine``, each a line that begins with ✓ where all is well and with ! where not."""
    said = []
    missing = [name for name, number in machine.versions.items() if number == "missing"]
    if missing:
        said.append(f'! {", ".join(missing)} missing: run `make install`, or pip install -e ".[lesson]".')
    if machine.device == "cpu":
        said.append("✓ There is no GPU, and none is needed: every lesson was made for two cores.")
    else:
        said.append(f"✓ The lessons compute on the GPU ({machine.device}) wherever that is faster.")
    if machine.threads > machine.cores:
        said.append(
            f"! PyTorch starts {machine.threads} threads on {machine.cores} core{'s' * (machine.cores > 1)}, and they "
            f"will wait for each other: set the environment variable OMP_NUM_THREADS to {machine.cores} before Jupyter "
            "starts."
        )
    if machine.busy > machine.cores:
        said.append(
            f"! Other work keeps about {machine.busy:.0f} cores busy, and this machine has {machine.cores}: close the "
            "programs you don't need, and shut down the kernels of other notebooks (in JupyterLab on the left, under "
            "Running Terminals and Kernels)."
        )
    if machine.free_gb < NEEDED_GB:
        said.append(
            f"! {machine.free_gb:.1f} GB of memory is free, and a lesson may need {NEEDED_GB:g}: close other notebooks "
            "and programs first."
        )
    else:
        said.append("✓ There is enough memory.")
    needed = machine.seconds_to_digits
    if needed <= LIVE_SECONDS:
        said.append(
            f"✓ Training is fast enough to watch: {SPRINT:,} steps, which make clean digits, take about {needed:.0f} "
            "seconds here."
        )
    else:
        said.append(
            f"! Clean digits need {SPRINT:,} steps, and here they take about {needed:.0f} seconds. In the live "
            f"training of The adversarial loop, where it says steps_in({LIVE_SECONDS}), write steps_in({needed:.0f})."
        )
    return said


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
