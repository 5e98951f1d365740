"""What a class needs of a machine, at the hub of deploy/jupyterhub: memory first of all.

    python -m benchmarks.jupyterhub [--learners 30]

Each lesson is done by two learners at once, so that what a class shares counts as shared. Then as many learners as this
machine's free memory holds, thirty at most, log in together and open one lesson; eight of them run the rest of it.
Writes deploy/jupyterhub/measured.json, and what the pages quote of it. Ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import tempfile
from importlib import metadata
from pathlib import Path

import psutil
from tqdm import tqdm

from gan_lesson import course

from . import capacity, classroom, memory, quote_hub, running_hub

LESSON = "the_game"
CLASS, AT_WORK = 30, 8  # learners
SIZES = (8, 24, 64)  # GB of a machine
#: What a kernel may hold alone, in MB: at the peak of a lesson, and idle with `LESSON` open.
BARS = {"a lesson": 700, "idle": 450}
PACKAGES = ("jupyterhub", "jupyterhub-idle-culler", "jupyterlab", "jupyter_server", "ipykernel", "torch", "torchvision")


def each_lesson(folder: Path) -> dict[str, classroom.Meeting]:
    """Two learners in each lesson, by name."""
    with running_hub.start(folder, GAN_LESSON_HUB_SERVERS="2") as hub:
        return {
            lesson.name: checked(classroom.lesson_together(hub, ["ada", "alan"], lesson.notebook))
            for lesson in tqdm(course.LESSONS, unit="lesson")
        }


def as_many_as_fit(lesson: classroom.Meeting, most: int) -> int:
    """How many learners the free memory of this machine bears while all of them run ``lesson``, from 2 to ``most``.

    Raises:
        SystemExit: not even two.
    """
    free = psutil.virtual_memory().available / memory.MEGABYTE
    fit = min(most, capacity.learners_in(free, **terms(lesson.highest, lesson.highest.hub.uss)))
    if fit < 2:
        raise SystemExit(f"{free:.0f} MB of memory is free, and a class of two needs more.")
    return fit


def one_class(folder: Path, learners: int) -> classroom.Meeting:
    with running_hub.start(folder, GAN_LESSON_HUB_SERVERS=str(learners)) as hub:
        names = [f"learner{number}" for number in range(learners)]
        return checked(classroom.lesson_together(hub, names, course.get(LESSON).notebook, AT_WORK))


def checked(meeting: classroom.Meeting) -> classroom.Meeting:
    for report in meeting.reports:
        if report.errors:
            raise SystemExit(f"{report.name} met errors: {report.errors}")
    return meeting


def terms(look: memory.Look, hub_mb: float) -> dict[str, float]:
    """What `capacity` adds up; alone each learner holds as much as the one of them who holds most."""
    private = max(held.uss for held in look.learners().values())
    return {"private_mb": round(private), "shared_mb": round(look.shared), "hub_mb": round(hub_mb)}


def held(look: memory.Look, hub_mb: float) -> dict:
    """What is stored of a look: of a kernel, of a learner (kernel and server), and the sum."""
    summed = terms(look, hub_mb)
    private, shared = summed["private_mb"], summed["shared_mb"]
    return {
        "kernel_uss_mb": round(max(kernel.uss for kernel in look.kernels.values())),
        "learner_uss_mb": private,
        "shared_mb": shared,
        f"learner_pss_mb_of_{CLASS}": round(private + shared / CLASS),
        f"gb_for_{CLASS}": round(capacity.needed_mb(CLASS, **summed) / 1024, 1),
        "learners_in_gb": {str(size): capacity.learners_in(1024 * size, **summed) for size in SIZES},
    }


def seen(look: memory.Look) -> dict:
    """What was seen of the class itself, to be held against the sum."""
    return {
        "kernel_pss_mb": spread([kernel.pss for kernel in look.kernels.values()]),
        "learner_pss_mb": spread([learner.pss for learner in look.learners().values()]),
        "together_mb": round(look.together),
    }


def spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 1), "max": round(max(values), 1)}


def result(meeting: classroom.Meeting, lessons: dict[str, classroom.Meeting], load: float) -> dict:
    """What measured.json holds; MB and GB are those of 1024 times 1024 bytes."""
    reports, hub = meeting.reports, meeting.highest.hub.uss
    at_work = [report for report in reports if report.lesson is not None]
    by_lesson = {
        name: {
            "cpu_seconds": round(max(report.cpu_seconds for report in each.reports), 1),
            "peak_rss_mb": round(max(learner.rss for learner in each.highest.learners().values())),
            "kernel_uss_mb_at_the_end": round(max(kernel.uss for kernel in each.done.kernels.values())),
            **held(each.highest, hub),
        }
        for name, each in lessons.items()
    }
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "command": f"python -m benchmarks.jupyterhub --learners {len(reports)}",
        "bars_mb": BARS,
        "system_mb": capacity.SYSTEM_MB,
        "class": {
            "learners": len(reports),
            "at_work": len(at_work),
            "lesson": LESSON,
            "seconds_from_login_to_server": spread([report.login_to_server for report in reports]),
            "seconds_for_the_lesson": spread([report.lesson for report in at_work]),
            "cpu_seconds": round(statistics.median(report.cpu_seconds for report in at_work), 1),
            "hub_mb": round(hub),
            "peak_rss_mb": round(max(learner.rss for learner in meeting.highest.learners().values())),
            "idle": {**held(meeting.idle, hub), **seen(meeting.idle)},
            "working": {**held(meeting.highest, hub), **seen(meeting.highest)},
        },
        "lessons": by_lesson,
        "heaviest": max(by_lesson, key=lambda name: by_lesson[name]["learner_uss_mb"]),
        "machine": {
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 2**30),
            "load_before": round(load, 1),
        },
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=CLASS, help=f"at most so many at once (default {CLASS})")
    options = parser.parse_args()
    if options.learners < 2:
        parser.error("two or more: of one learner alone nothing is shared")
    load = os.getloadavg()[0]  # what else the machine was doing
    try:
        with tempfile.TemporaryDirectory() as folder:
            lessons = each_lesson(Path(folder) / "lessons")
            learners = as_many_as_fit(lessons[LESSON], options.learners)
            meeting = one_class(Path(folder) / "class", learners)
    except psutil.AccessDenied as error:
        raise SystemExit(f"Not all of the class's memory may be read here, so nothing was measured: {error}") from error
    found = result(meeting, lessons, load)
    quote_hub.MEASURED.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    quote_hub.write(found)
    print(quote_hub.bars(found))


if __name__ == "__main__":
    main()
