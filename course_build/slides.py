"""Make the slides of ``make slides``: ``python -m course_build slides [NAME ...]`` writes ``slides/``.

Each lesson becomes slides (reveal.js) that need no kernel and no network, opened straight from disk. What goes on the
board is chosen in outline.py; the prose is in the speaker's notes, key S. Widgets that stand alone live on the slides
as they do on the pages of ``make site``.
"""

from __future__ import annotations

import html
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from pygments.formatters import HtmlFormatter

from gan_lesson import course, plots

from . import LESSONS, NOTEBOOKS, ROOT, fragments, living, outline, site
from .board import Slide, stacks
from .fragments import inline
from .notebooks import answered

SLIDES = ROOT / "slides"
PARTS = Path(__file__).parent / "parts" / "slides"
REVEAL = ("reveal.js", "reveal.css", "notes.js", "LICENSE")


def slide_html(slide: Slide, where: str, title: str) -> str:
    head = "" if slide.kind in ("title", "section") else f'<p class="where">{inline(where)}</p>'
    kind = slide.kind or "text"
    label = f'<p class="label">{slide.label}</p>' if slide.label else ""
    notes = f'<aside class="notes">{"".join(slide.notes)}</aside>' if slide.notes else ""
    return (
        f'<section class="leaf {kind}">{head}{label}<div class="board">{"".join(slide.parts)}</div>'
        f'<p class="foot">{inline(title)}</p>{notes}</section>'
    )


def body(lesson: outline.Lesson, made: list[list[Slide]]) -> str:
    headings = ["", *(section.heading for section in lesson.sections)]
    groups = [
        "\n".join(slide_html(slide, heading, lesson.title) for slide in stack)
        for heading, stack in zip(headings, made, strict=True)
    ]
    return "\n".join(f"<section>\n{group}\n</section>" for group in groups)


def document(heading: str, content: str, page: fragments.Page) -> str:
    """A whole presentation: nothing in it asks another host for anything."""
    colours = {name: getattr(plots, name.upper()) for name in ("generator", "discriminator", "real", "fake")}
    palette = " ".join(f"--{name}: {colour};" for name, colour in colours.items())
    style = "\n".join(
        [
            f":root {{ {palette} }}",
            HtmlFormatter(style="vs").get_style_defs(".highlight"),
            (PARTS / "slides.css").read_text(encoding="utf-8"),
            *page.styles,
        ]
    )
    return f"""<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{html.escape(heading)}: slides</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/reveal.css">
<style>
{style}
</style>
</head>
<body>
<div class="reveal"><div class="slides">
{content}
</div></div>
<script src="assets/reveal.js"></script>
<script src="assets/notes.js"></script>
<script>
{(PARTS / "slides.js").read_text(encoding="utf-8")}</script>
{fragments.scripts(page)}</body>
</html>
"""


def index(cards: list[tuple[str, outline.Lesson, int]]) -> str:
    """The page that lists the slides of all lessons: the name of the file, the lesson, how many slides."""
    shown = "".join(
        f'<li><a href="{name}.html"><h2>{html.escape(lesson.title)}</h2></a>{fragments.text(lesson.question)}'
        f'<p class="still">{count} slides · <a href="{name}.html?view=print">print version</a></p></li>'
        for name, lesson, count in cards
    )
    intro = (PARTS / "intro.html").read_text(encoding="utf-8")
    return site.document("Slides: how a GAN works", f'<main>{intro}\n<ol class="cards">{shown}</ol></main>')


# ---- writing


def make(
    names: Sequence[str] = (),
    *,
    lessons: Path = LESSONS,
    notebooks: Path = NOTEBOOKS,
    slides: Path = SLIDES,
    alive: bool = True,
) -> dict[str, list[list[Slide]]]:
    """Write the slides of the lessons called ``names`` into ``slides``, printing a line a lesson.

    When none is given these are all, and an index; then what is left of lessons that are gone is deleted.

    Args:
        alive: otherwise nothing is executed, and widgets are pictures.

    Raises:
        BuildError: a lesson can't be executed, or its notebook is older than its source.
    """
    assets = slides / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    if not names:
        for old in [*assets.iterdir(), *slides.glob("*.html")]:
            old.unlink()
    for name in REVEAL:
        shutil.copy(PARTS / "reveal" / name, assets)
    cards, all_made = [], {}
    for one in course.LESSONS:
        if names and one.name not in names:
            continue
        start, name, states, page = time.perf_counter(), one.notebook, {}, fragments.Page()
        notebook = answered(one, notebooks)
        if alive:
            notebook, states = living.with_widgets(notebook, notebooks, name)
        lesson = outline.read(one, notebook, lessons)
        made = stacks(lesson, states, page)
        whole = document(lesson.title, body(lesson, made), page)
        (slides / f"{name}.html").write_text(whole, encoding="utf-8")
        for file, content in page.assets.items():
            (assets / file).write_text(content, encoding="utf-8")
        all_made[one.name] = made
        count = sum(map(len, made))
        cards.append((name, lesson, count))
        seconds = time.perf_counter() - start
        print(f"{name + '.html':32} {len(whole) / 1e6:5.1f} MB {seconds:6.1f} s  {count} slides", flush=True)
    if not names:
        (slides / "index.html").write_text(index(cards), encoding="utf-8")
        print(f"{'index.html':32} open {slides / 'index.html'}", flush=True)
    return all_made
