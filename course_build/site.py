"""Make the pages of ``make site``: ``python -m course_build site [NAME ...]`` writes ``site/``.

Each lesson's learner edition becomes a page that needs no kernel and no network, opened from a web server or straight
from disk. Text and outputs are those of the stored notebooks; what answers a prediction is folded.
"""

from __future__ import annotations

import base64
import html
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from gan_lesson import course

from . import NOTEBOOKS, ROOT, living
from .fragments import PICTURE, Page, code, inline, output, scripts, text, widget_name
from .notebooks import answered
from .outline import Prediction, prediction

SITE = ROOT / "site"
PARTS = Path(__file__).parent / "parts" / "site"


def heading(lesson: course.Lesson) -> str:
    """A lesson's title with its number."""
    return f"{lesson.number} · {lesson.title}"


def emblem(notebook: NotebookNode) -> tuple[str, bytes]:
    """Alt text and PNG that show what the lesson looks like: its first widget, else the richest of its pictures."""
    pictures = []
    for cell in notebook.cells:
        for shown in cell.get("outputs", []):
            data = shown.get("data", {})
            for alt, content in PICTURE.findall(data.get("text/html", "")):
                pictures.append((html.unescape(alt), base64.b64decode(content)))
                if widget_name(data) not in (None, "interact"):
                    return pictures[-1]
    return max(pictures, key=lambda picture: len(picture[1]), default=("", b""))


# ---- pages


def lesson(notebook: NotebookNode, states: dict) -> tuple[str, Page]:
    """The cells of a lesson as HTML, and what its page needs besides."""
    page, parts = Page(), []
    # the title comes first, on a page that nobody runs
    for cell in sorted(notebook.cells[:2], key=lambda cell: cell.cell_type == "code") + notebook.cells[2:]:
        if cell.cell_type == "markdown":
            parts.append(f'<section class="text">{text(cell.source)}</section>')
            continue
        tags = cell.metadata.get("tags", [])
        asked = prediction(cell.source) if "prediction" in tags else None
        if asked:
            parts.append(ask(asked, cell.id))
            continue
        outputs = [f'<div class="output">{output(one, states, page)}</div>' for one in cell.outputs]
        shown = after_a_prediction(outputs) if "answers" in tags else "".join(outputs)
        if "told" not in tags:  # its code says what came out
            shown = code(cell.source) + shown
        if "setup" in tags:
            shown = f"<details><summary>Set-up (the first cell of the notebook)</summary>{shown}</details>"
        parts.append(f'<section class="cell">{shown}</section>')
    return "\n".join(parts), page


def ask(asked: Prediction, name: str) -> str:
    """A question with its choices, to be answered before what came out is unfolded."""
    choices = "".join(f'<label><input type="radio" name="{name}">{inline(choice)}</label>' for choice in asked.choices)
    choices = choices or '<input type="text" aria-label="your prediction">'
    return f'<fieldset class="predict"><legend>Predict: {inline(asked.question)}</legend>{choices}</fieldset>'


def after_a_prediction(outputs: Sequence[str]) -> str:
    """Outputs that answer a prediction, folded; a living widget tells nothing by itself."""
    alive = "".join(one for one in outputs if 'class="gan-widget"' in one)
    still = "".join(one for one in outputs if 'class="gan-widget"' not in one)
    fold = f"<details><summary>What came out (predict first)</summary>{still}</details>" if still else ""
    return alive + fold


def document(title: str, body: str, *, page: Page | None = None) -> str:
    """A whole page: nothing in it asks another host for anything."""
    page = page or Page()
    style = "\n".join([_look(), *page.styles])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(title)}</title>
<link rel="icon" href="data:,">
<script>{_part("theme.js")}</script>
<style>
{style}
</style>
</head>
<body>
{body}
{scripts(page)}</body>
</html>
"""


def _part(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8")


def _look() -> str:
    light = HtmlFormatter(style="vs").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{_part('style.css')}"


def navigation(here: course.Lesson) -> str:
    """Links to the lesson before, to all lessons, and to the one after."""
    links, at = ['<a href="index.html">All lessons</a>'], here.number
    if at:
        before = course.LESSONS[at - 1]
        links.insert(0, f'<a href="{before.notebook}.html">← {html.escape(heading(before))}</a>')
    if at + 1 < len(course.LESSONS):
        after = course.LESSONS[at + 1]
        links.append(f'<a href="{after.notebook}.html">{html.escape(heading(after))} →</a>')
    return f"<nav>{''.join(links)}</nav>"


@dataclass(frozen=True)
class Card:
    """What the index says of a lesson beside what the course says: alt text of its picture, its living widgets."""

    lesson: course.Lesson
    alt: str
    alive: tuple[str, ...]


def index(cards: list[Card]) -> str:
    """The page that shows all lessons."""
    shown = []
    for card in cards:
        name = card.lesson.notebook
        picture = f'<img alt="{html.escape(card.alt)}" src="assets/{name}.png">' if card.alt else ""
        facts = [f"{card.lesson.minutes} minutes"]
        if card.alive:
            facts.append(f"alive on the page: {', '.join(card.alive)}")
        shown.append(
            f'<li><a href="{name}.html"><span class="frame">{picture}</span>'
            f"<h2>{html.escape(heading(card.lesson))}</h2></a>"
            f'{text(card.lesson.question)}<p class="still">{" · ".join(facts)}</p></li>'
        )
    body = f'<main>{_part("intro.html")}\n<ol class="cards">{"".join(shown)}</ol></main>'
    return document("How a GAN works: a course in notebooks", body)


# ---- writing


def make(names: Sequence[str] = (), *, notebooks: Path = NOTEBOOKS, site: Path = SITE) -> None:
    """Write the pages of the lessons called ``names`` into ``site``, printing a line a page.

    When none is given these are all, and the index; then what is left of lessons that are gone is deleted.

    Raises:
        BuildError: a lesson has no notebook, or can't be executed.
    """
    assets = site / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    if not names:
        for old in [*assets.iterdir(), *site.glob("*.html")]:
            old.unlink()
    cards = [write(one, notebooks, site) for one in course.LESSONS if not names or one.name in names]
    if not names:
        (site / "index.html").write_text(index(cards), encoding="utf-8")
        print(f"{'index.html':32} open {site / 'index.html'}", flush=True)


def write(one: course.Lesson, notebooks: Path, site: Path) -> Card:
    """Write a lesson's page and what it loads."""
    start, name = time.perf_counter(), one.notebook
    notebook, states = living.with_widgets(answered(one, notebooks), notebooks, name)
    body, page = lesson(notebook, states)
    around = navigation(one)
    whole = document(heading(one), f"{around}<main>{body}</main>{around}", page=page)
    (site / f"{name}.html").write_text(whole, encoding="utf-8")
    for file, content in page.assets.items():
        (site / "assets" / file).write_text(content, encoding="utf-8")
    alt, png = emblem(notebook)
    if png:
        (site / "assets" / f"{name}.png").write_bytes(png)
    alive = tuple(dict.fromkeys(page.names))
    said = f"alive: {', '.join(alive)}" if alive else ""
    print(f"{name + '.html':32} {len(whole) / 1e6:5.1f} MB {time.perf_counter() - start:6.1f} s  {said}", flush=True)
    return Card(one, alt, alive)
