"""Is this machine ready for the course? What it is, how fast it trains, and advice in plain words."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import psutil
import torch

from . import __version__, measured, recipes
from . import device as devices

#: The heaviest lesson and its JupyterLab took 1.9 GB (deploy/jupyterhub/measured.json).
NEEDED_GB = 2.0

#: How long the live training runs in the lesson The adversarial loop.
LIVE_SECONDS = 25


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
        milliseconds_a_step: how long a step of the quick recipe takes here, at first.
        live_steps: how many steps of it fit into `LIVE_SECONDS`.
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
    live_steps: int

    def __str__(self) -> str:
        found = [
            f"system    {self.system}",
            f"versions  {', '.join(f'{name} {number}' for name, number in self.versions.items())}",
            f"device    {self.device}, {self.cores} core{'s' * (self.cores > 1)}, {self.threads} of them for PyTorch",
            f"memory    {self.memory_gb:.1f} GB, {self.free_gb:.1f} GB free",
            f"speed     {self.milliseconds_a_step:.0f} ms a step of the quick recipe: {self.live_steps:,} steps in the "
            f"{LIVE_SECONDS} seconds of the live training",
        ]
        return "\n".join([*found, "", *advice(self)])


def look() -> Machine:
    """Look at this machine; trains for a second or two to see how fast it is."""
    quick, device = recipes.get("quick"), devices.choose()
    live_steps = quick.steps_in(LIVE_SECONDS)
    memory, limit = psutil.virtual_memory(), devices.memory_limit()
    return Machine(
        system=f"{platform.system()} {platform.release()}, {devices.processor()}",
        versions={"gan_lesson": __version__, "python": platform.python_version()}
        | {name: _version(name) for name in ("torch", "torchvision", "jupyterlab", "ipywidgets", "anywidget")},
        device=str(device),
        cores=devices.cores(),
        threads=torch.get_num_threads(),
        busy=max(0.0, psutil.getloadavg()[0]),
        memory_gb=min(memory.total, limit) / 1e9,
        free_gb=min(memory.available, limit) / 1e9,
        milliseconds_a_step=1000 * LIVE_SECONDS / live_steps,
        live_steps=live_steps,
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
            f"! Other work keeps about {machine.busy:.0f} cores busy, and this machine has {machine.cores}: close what "
            "you don't need, and kernels of other notebooks (menu Kernel, Shut Down All Kernels)."
        )
    if machine.free_gb < NEEDED_GB:
        said.append(
            f"! {machine.free_gb:.1f} GB of memory are free and a lesson may need {NEEDED_GB:g}: close other notebooks "
            "and programs first."
        )
    else:
        said.append("✓ There is memory enough.")
    sprint = measured.load("time_to_quality")["settings"]["sprint_steps"]
    needed = LIVE_SECONDS * sprint / machine.live_steps
    if machine.live_steps >= sprint:
        said.append(
            f"✓ The live training of The adversarial loop draws clean digits while you watch: the {sprint:,} steps "
            f"that it needs take about {needed:.0f} seconds here."
        )
    else:
        said.append(
            f"! The live training of The adversarial loop needs {sprint:,} steps for clean digits, and here they take "
            f"about {needed:.0f} seconds: where it says steps_in({LIVE_SECONDS}), write steps_in({needed:.0f})."
        )
    return said


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
