"""What README beside deploy/jupyterhub/measured.json and the teacher's page on running the course say of it."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from gan_lesson import course

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "deploy" / "jupyterhub" / "measured.json"
README, RUNNING = MEASURED.with_name("README.md"), ROOT / "docs" / "teaching" / "running.md"
END = "<!-- end of the quotation -->"


def the_class(found: dict) -> str:
    """How long a class waited and how much it held, and the table of lessons."""
    group, machine = found["class"], found["machine"]
    login, lesson, idle, working = (
        group[name] for name in ("seconds_from_login_to_server", "seconds_for_the_lesson", "idle", "working")
    )
    title = course.get(group["lesson"]).title
    said = (
        f"Measured with {group['learners']} learners at once on {machine['cores']} cores ({found['date']}): from the "
        f"log-in to JupyterLab {login['median']:.0f} seconds (at most {login['max']:.0f}). Then {group['at_work']} of "
        f"them ran all cells of *{title}* at once, which took {lesson['median']:.0f} seconds (at most "
        f"{lesson['max']:.0f}), and each of them used {group['cpu_seconds']:.0f} seconds of one core for both."
    )
    memory = (
        f"With *{title}* open and nothing running, each of the {group['learners']} held up to "
        f"{idle['learner_uss_mb']} MB alone, of which {idle['kernel_uss_mb']} MB were the kernel's. Another "
        f"{idle['shared_mb']} MB lay in memory once for all, so that the share of each (PSS) was "
        f"{idle['learner_pss_mb']['median']:.0f} MB. Who ran all cells held up to "
        f"{working['learner_uss_mb']} MB alone. The hub, its proxy and its culler held {group['hub_mb']} MB. "
        f"Everything together was {idle['together_mb'] / 1024:.1f} GB idle and "
        f"{working['together_mb'] / 1024:.1f} GB at the most."
    )
    rule = (
        f"A machine needs {found['system_mb'] / 1024:.0f} GB for the system, plus what the hub holds, plus what lies "
        "in memory once for all, plus for each learner what kernel and server hold alone. The last four columns "
        "are that sum: what thirty learners need, and how many so much memory holds. For each of them it takes the one "
        "who held most, and all of them at the peak of the lesson at the same moment; only the first row is idle."
    )
    rows = {f"{title}, open and idle": idle}
    rows |= {course.get(name).title: each for name, each in found["lessons"].items()}
    sizes = list(idle["learners_in_gb"])
    table = [
        "| lesson | seconds of one core | kernel, MB alone | with its server | PSS, of 30 | shared once | 30 need | "
        + " | ".join(f"{size} GB hold" for size in sizes)
        + " |",
        "| --- |" + " ---: |" * (6 + len(sizes)),
    ]
    for name, each in rows.items():
        cells = [
            name,
            f"{each['cpu_seconds']:.0f}" if "cpu_seconds" in each else "",
            str(each["kernel_uss_mb"]),
            str(each["learner_uss_mb"]),
            str(each["learner_pss_mb_of_30"]),
            str(each["shared_mb"]),
            f"{each['gb_for_30']:.1f} GB",
            *(str(each["learners_in_gb"][size]) for size in sizes),
        ]
        table.append(f"| {' | '.join(cells)} |")
    return "\n\n".join([*map(_filled, (said, memory, rule)), "\n".join(table)])


def a_laptop(found: dict) -> str:
    """What one learner needs who shares nothing."""
    peaks = [each["peak_rss_mb"] / 1024 for each in found["lessons"].values()]
    return _filled(
        f"A lesson and its JupyterLab take {min(peaks):.1f} to {max(peaks):.1f} GB of memory "
        "([measured](../../deploy/jupyterhub/measured.json), lesson by lesson), and the browser comes on top."
    )


def a_machine(found: dict) -> str:
    """How many learners fit into machines of some sizes."""
    heaviest = found["lessons"][found["heaviest"]]
    sizes = list(heaviest["learners_in_gb"])
    return _filled(
        f"Machines with {_listed(sizes)} GB of memory hold "
        f"{_listed([str(heaviest['learners_in_gb'][size]) for size in sizes])} learners in the heaviest lesson, "
        f"*{course.get(found['heaviest']).title}*; a class of thirty needs {heaviest['gb_for_30']:.0f} GB there "
        "([every lesson, and the sum](../../deploy/jupyterhub/README.md#how-large-a-machine))."
    )


PAGES = {
    README: {"a class": the_class},
    RUNNING: {"a laptop": a_laptop, "a machine": a_machine},
}


def quoted(page: Path, found: dict) -> str:
    """The page with what it quotes between its marks."""
    text = page.read_text(encoding="utf-8")
    for name, words in PAGES[page].items():
        start = f"<!-- quoted: measured.json, {name} -->"
        text, count = re.subn(f"(?s){start}.*?{END}", lambda _: f"{start}\n{words(found)}\n{END}", text)  # noqa: B023
        if count != 1:
            raise ValueError(f"{page} has {count} places for {name}; it needs one.")
    return text


def write(found: dict) -> None:
    for page in PAGES:
        page.write_text(quoted(page, found), encoding="utf-8")


def bars(found: dict) -> str:
    """What each lesson's kernel held alone, beside what it may hold."""
    idle, most = found["class"]["idle"]["kernel_uss_mb"], found["bars_mb"]
    lines = [_against(f"{course.get(found['class']['lesson']).title}, idle", idle, most["idle"])]
    for name, each in found["lessons"].items():
        lines.append(_against(course.get(name).title, each["kernel_uss_mb"], most["a lesson"]))
    return "\n".join(["What a kernel holds alone, in MB:", *lines])


def _against(name: str, value: int, bar: int) -> str:
    verdict = "under" if value < bar else "OVER"
    return f"  {name:24} {value:5}   {verdict} {bar}"


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _filled(text: str) -> str:
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)
