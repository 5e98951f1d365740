"""What a class needs of a machine: five learners at once at the hub of deploy/jupyterhub, and one in each lesson.

    python benchmarks/jupyterhub.py [--rounds 3]

The five log in together and do one lesson together, each in a kernel of their own. Then one learner does each lesson
alone. Writes deploy/jupyterhub/measured.json, and into README.md beside it the sentences that quote it.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import statistics
import sys
import tempfile
import textwrap
from importlib import metadata
from pathlib import Path

import psutil
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))  # for who runs this file as a script
from benchmarks import classroom  # noqa: E402
from gan_lesson import course  # noqa: E402

FOLDER = ROOT / "deploy" / "jupyterhub"
NAMES = ["ada", "alan", "grace", "ian", "yann"]
LESSON = "the_generator"
PACKAGES = ("jupyterhub", "jupyterhub-idle-culler", "jupyterlab", "jupyter_server", "ipykernel", "torch", "torchvision")
START, END = "<!-- quoted: measured.json -->", "<!-- end of the quotation -->"


def one_class(folder: Path) -> tuple[list[classroom.Report], float]:
    """Five learners at a fresh hub; and the memory of the hub, its proxy and its culler in MB."""
    with classroom.start(folder) as hub:
        reports = classroom.lesson_together(hub, NAMES, course.get(LESSON).notebook)
        own = sum(process.memory_info().rss for process in hub.processes()) / classroom.MEGABYTE
    return reports, own


def each_lesson(folder: Path) -> dict[str, classroom.Report]:
    """One learner in each lesson, by name, with a fresh server for each."""
    found = {}
    with classroom.start(folder) as hub:
        for lesson in tqdm(course.LESSONS, unit="lesson"):
            found[lesson.name] = classroom.lesson_together(hub, ["ada"], lesson.notebook)[0]
            with classroom.Learner(hub, "ada") as learner:
                learner.log_in()
                learner.leave()
    return found


def checked(reports: list[classroom.Report]) -> list[classroom.Report]:
    for report in reports:
        if report.errors:
            raise SystemExit(f"{report.name} met errors: {report.errors}")
    return reports


def spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 1), "max": round(max(values), 1)}


def result(
    rounds: list[tuple[list[classroom.Report], float]], lessons: dict[str, classroom.Report], load: float
) -> dict:
    reports = [report for one, _ in rounds for report in one]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "command": "python benchmarks/jupyterhub.py",
        "class": {
            "learners": len(NAMES),
            "lesson": LESSON,
            "rounds": len(rounds),
            "seconds_from_login_to_server": spread([report.login_to_server for report in reports]),
            "seconds_for_the_lesson": spread([report.lesson for report in reports]),
            "cpu_seconds": round(statistics.median(report.cpu_seconds for report in reports), 1),
            "peak_pss_mb": round(max(report.peak_pss_mb for report in reports)),
            "peak_rss_mb": round(max(report.peak_rss_mb for report in reports)),
            "hub_rss_mb": round(max(own for _, own in rounds)),
        },
        "lessons": {
            name: {
                "seconds": round(report.lesson, 1),
                "cpu_seconds": round(report.cpu_seconds, 1),
                "peak_rss_mb": round(report.peak_rss_mb),
            }
            for name, report in lessons.items()
        },
        "machine": {
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 2**30),
            "load_before": round(load, 1),
        },
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}},
    }


def a_learners_megabytes(lesson: dict, group: dict) -> int:
    """One learner's peak in a lesson, with the pages that five learners share counted once for all five."""
    return lesson["peak_rss_mb"] - (group["peak_rss_mb"] - group["peak_pss_mb"])


def learners_in(gigabytes: int, megabytes: int, group: dict) -> int:
    """How many such learners a machine's memory holds, with 1 GB left to the system, and the hub beside it."""
    return int((1024 * (gigabytes - 1) - group["hub_rss_mb"]) / megabytes)


def sentences(found: dict) -> str:
    """What README says of it."""
    group, machine = found["class"], found["machine"]
    login, lesson = group["seconds_from_login_to_server"], group["seconds_for_the_lesson"]
    said = (
        f"Measured with {group['learners']} learners at once on {machine['cores']} cores ({found['date']}): "
        f"from the log-in to JupyterLab {login['median']:.0f} seconds (at most {login['max']:.0f}); all cells of "
        f"*{course.get(group['lesson']).title}* in a row {lesson['median']:.0f} seconds (at most {lesson['max']:.0f}). "
        f"Each of them used {group['cpu_seconds']:.0f} seconds of one core for both. Each held up to "
        f"{group['peak_pss_mb']} MB, server and kernel together, when a page that five share counts a fifth for each, "
        f"and {group['peak_rss_mb']} MB when it counts whole. The hub, its proxy and its culler held "
        f"{group['hub_rss_mb']} MB."
    )
    table = (
        "One learner who runs all cells of a lesson uses this much. The last columns are computed from the memory: how "
        "many learners a machine of that size holds, who all have run the whole lesson."
    )
    sizes = (8, 16, 32, 64)
    rows = [
        "| lesson | seconds of one core | MB | " + " | ".join(f"{size} GB" for size in sizes) + " |",
        "| --- |" + " ---: |" * (2 + len(sizes)),
    ]
    for name, each in found["lessons"].items():
        megabytes = a_learners_megabytes(each, group)
        held = [str(learners_in(size, megabytes, group)) for size in sizes]
        cells = [course.get(name).title, str(round(each["cpu_seconds"])), str(megabytes), *held]
        rows.append(f"| {' | '.join(cells)} |")
    paragraphs = [textwrap.fill(it, 118, break_long_words=False, break_on_hyphens=False) for it in (said, table)]
    return "\n\n".join([*paragraphs, "\n".join(rows)])


def quoted(readme: str, found: dict) -> str:
    """README with the sentences between the two marks."""
    return re.sub(f"(?s){START}.*{END}", lambda _: f"{START}\n{sentences(found)}\n{END}", readme)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how many times the class of five meets (default 3)")
    options = parser.parse_args()
    load = os.getloadavg()[0]  # what else the machine was doing
    with tempfile.TemporaryDirectory() as folder:
        rounds = []
        for number in tqdm(range(options.rounds), unit="round"):
            reports, own = one_class(Path(folder) / str(number))
            rounds.append((checked(reports), own))
        alone = each_lesson(Path(folder) / "alone")
        checked(list(alone.values()))
    found = result(rounds, alone, load)
    (FOLDER / "measured.json").write_text(json.dumps(found, indent=2) + "\n")
    readme = FOLDER / "README.md"
    readme.write_text(quoted(readme.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(sentences(found))


if __name__ == "__main__":
    main()
