"""Make the pages of ``make site``: ``python notebooks/pages.py [NAME ...]`` writes ``site/``.

Each lesson's learner edition becomes a page that needs no kernel and no network, opened from a web server or straight
from disk. Text and outputs are those of the stored notebooks. Lessons with widgets that stand alone are executed once
more, as far down as needed, for the state of these widgets, which git doesn't keep; what came of it is remembered in
``build/site`` until the lesson or the library changes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import json
import mimetypes
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import build
from gan_lesson import widgets

HERE = Path(__file__).resolve().parent

SITE = HERE.parent / "site"
REMEMBERED = HERE.parent / "build" / "site"
PACKAGE = Path(widgets.__file__).parent.parent
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

#: Bytes larger than this go into a file of their own, which all pages share.
LARGE = 100_000

QUESTION = re.compile(r"\*\*The question of this lesson:\*\*\s*(.+?)\n\s*\n", re.DOTALL)
MINUTES = re.compile(r"^About (\d+) minutes", re.MULTILINE)
PICTURE = re.compile(r'<img alt="([^"]*)"[^>]*src="data:image/png;base64,([^"]+)"')


@dataclass
class Page:
    """What a lesson's page is made of besides its text.

    Attributes:
        assets: the files in ``assets/`` that it loads.
        modules: the front end of each kind of widget on it, by hash.
        styles: their style sheets.
        alive: for each living widget its module's hash and its state.
        names: the classes of the living widgets.
    """

    assets: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    styles: list[str] = field(default_factory=list)
    alive: list[dict] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


# ---- text


class Renderer(IPythonRenderer):
    """Markdown as JupyterLab shows it, with formulas in MathML, which browsers draw by themselves."""

    def inline_math(self, body: str) -> str:
        return convert(body)

    def block_math(self, body: str) -> str:
        return f'<div class="formula">{convert(body, display="block")}</div>'

    multiline_math = block_math

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


def text(source: str, folder: Path = HERE) -> str:
    """Markdown as HTML: links between lessons lead to their pages, pictures are part of the page."""
    made = MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(source)
    made = re.sub(r'href="(\d\d_\w+)\.ipynb', r'href="\1.html', made)
    made = re.sub(r'href="(\.\./)+README\.md"', 'href="index.html"', made)
    return re.sub(r'(?<=src=")(?!\w+:)[^"]+', lambda found: _embedded(folder / found[0]), made)


def _embedded(path: Path) -> str:
    kind, content = mimetypes.guess_type(path)[0], base64.b64encode(path.read_bytes()).decode()
    return f"data:{kind};base64,{content}"


def code(source: str) -> str:
    return highlight(source, PythonLexer(), HtmlFormatter(cssclass="highlight code"))


def title(notebook: NotebookNode) -> str:
    """The lesson's first heading."""
    return re.search(r"^# (.+)", _prose(notebook), re.MULTILINE)[1]


def question(notebook: NotebookNode) -> str:
    """The question that the lesson answers, in one line."""
    found = QUESTION.search(_prose(notebook))
    line = " ".join(found[1].split()) if found else ""
    return line[:1].upper() + line[1:]


def emblem(notebook: NotebookNode) -> tuple[str, bytes]:
    """Alt text and PNG that show what the lesson looks like: its first widget, else the richest of its pictures."""
    pictures = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for alt, content in PICTURE.findall(data.get("text/html", "")):
                pictures.append((html.unescape(alt), base64.b64decode(content)))
                if widget_name(data) not in (None, "interact"):
                    return pictures[-1]
    return max(pictures, key=lambda picture: len(picture[1]), default=("", b""))


def _prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown") + "\n\n"


# ---- outputs and widgets


def output(shown: NotebookNode, states: dict, page: Page) -> str:
    """One output of a cell; a widget that stands alone goes on living, in place of its picture."""
    if shown.output_type == "stream":
        return f"<pre>{html.escape(strip_ansi(shown.text))}</pre>"
    if shown.output_type == "error":
        summary = html.escape(f"{shown.ename}: {shown.evalue}")
        trace = html.escape(strip_ansi("\n".join(shown.traceback)))
        return f"<details class=error><summary>{summary}</summary><pre>{trace}</pre></details>"
    picture = _still(shown.data)
    saved = states.get(shown.data.get(build.WIDGET_VIEW, {}).get("model_id"))
    if saved and saved["state"].get("stands_alone"):
        page.names.append(widget_name(shown.data))
        return f'<div class="gan-widget" data-number="{_settle(saved, page)}">{picture}</div>'
    if widget_name(shown.data) and "<img" in picture:
        return picture + '<p class="still">A picture of a widget. It is alive in JupyterLab and Colab.</p>'
    return picture


def widget_name(data: dict) -> str | None:
    """The class of the widget that an output shows, known by the text that stands for it."""
    found = re.match(r"(\w+)\(", data.get("text/plain", ""))
    return found[1] if found and found[1] in widgets.__all__ else None


def _still(data: dict) -> str:
    if "text/html" in data:
        return data["text/html"]
    if "image/png" in data:
        return f'<img alt="" src="data:image/png;base64,{data["image/png"].strip()}">'
    return f"<pre>{html.escape(data.get('text/plain', ''))}</pre>"


def _settle(saved: dict, page: Page) -> int:
    """Note on the page what a widget needs; returns its number there."""
    state = saved_state(saved, page.assets)
    module, css = state.pop("_esm"), state.pop("_css")
    key = _hash(module)
    page.modules[key] = module
    if css not in page.styles:
        page.styles.append(css)
    page.alive.append({"module": key, "state": state})
    return len(page.alive) - 1


def saved_state(saved: dict, assets: dict[str, str]) -> dict:
    """A widget's state as nbclient keeps it, in the form that ``page.js`` reads; large bytes go into ``assets``."""
    state = json.loads(json.dumps(saved["state"]))
    for buffer in saved.get("buffers", []):
        value = {"base64": buffer["data"].replace("\n", "")}
        if len(value["base64"]) > LARGE:
            key = _hash(value["base64"])
            assets[f"{key}.js"] = f'(globalThis.ganLessonBytes ??= {{}})["{key}"] = "{value["base64"]}";\n'
            value = {"asset": key}
        *path, last = buffer["path"]
        holder = state
        for name in path:
            holder = holder[name]
        holder[last] = value
    for name in list(state):
        # what Jupyter knows of a widget and the page doesn't need
        if name in ("layout", "tabbable", "tooltip") or (name.startswith("_") and name not in ("_esm", "_css")):
            del state[name]
    return state


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:16]


# ---- where the state of the widgets comes from


def standing_alone() -> list[str]:
    """The names of the widgets that live without a kernel."""
    kinds = [getattr(widgets, name) for name in widgets.__all__]
    kinds = [kind for kind in kinds if isinstance(kind, type)]
    return [kind.__name__ for kind in kinds if kind.class_traits()["stands_alone"].default_value]


def down_to_widgets(notebook: NotebookNode) -> NotebookNode | None:
    """The cells that have to run for the widgets that stand alone; None if there are no such widgets.

    These are the cells down to the last that makes one, but of those tagged "self-contained", which need no cell before
    them, the cell alone.
    """
    made = re.compile(rf"\b({'|'.join(standing_alone())})\(")
    found = [at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code" and made.search(cell.source)]
    alone = [at for at in found if "self-contained" in notebook.cells[at].metadata.get("tags", [])]
    last = max(set(found) - set(alone), default=-1)
    cells = [cell for at, cell in enumerate(notebook.cells) if at <= last or at in alone]
    return new_notebook(cells=cells, metadata=notebook.metadata) if cells else None


def executed(notebook: NotebookNode, cwd: Path, name: str) -> NotebookNode:
    """The notebook with the state of its widgets, remembered from an earlier time if nothing has changed since."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        digest.update(cell.source.encode() + b"\0")
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".py", ".js", ".css", ".npz", ".safetensors"):
            digest.update(path.read_bytes())
    remembered = REMEMBERED / f"{name}-{digest.hexdigest()[:16]}.ipynb"
    if not remembered.exists():
        print(f"{name:32} is executed for its widgets ...", flush=True)
        result = build.execute(notebook, cwd, name)
        for old in REMEMBERED.glob(f"{name}-*.ipynb"):
            old.unlink(missing_ok=True)
        build.write(result, remembered)
    return nbformat.read(remembered, as_version=4)


def with_widgets(stored: NotebookNode, fresh: NotebookNode) -> tuple[NotebookNode, dict]:
    """The stored notebook, in which cells that show a widget have their fresh outputs; and the state of all widgets."""
    states = fresh.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    again = {cell.id: cell for cell in fresh.cells if cell.cell_type == "code"}
    for cell in stored.cells:
        outputs = again[cell.id].outputs if cell.id in again else []
        if any(build.WIDGET_VIEW in output.get("data", {}) for output in outputs):
            cell.outputs = outputs
    return stored, states


# ---- pages


def lesson(notebook: NotebookNode, states: dict) -> tuple[str, Page]:
    """The cells of a lesson as HTML, and what its page needs besides."""
    page, parts = Page(), []
    # the title comes first, on a page that nobody runs
    for cell in sorted(notebook.cells[:2], key=lambda cell: cell.cell_type == "code") + notebook.cells[2:]:
        if cell.cell_type == "markdown":
            parts.append(f'<section class="text">{text(cell.source)}</section>')
            continue
        outputs = "".join(f'<div class="output">{output(one, states, page)}</div>' for one in cell.outputs)
        tags = cell.metadata.get("tags", [])
        shown = outputs if "prediction" in tags else code(cell.source) + outputs
        if "setup" in tags:
            shown = f"<details><summary>Set-up (the first cell of the notebook)</summary>{shown}</details>"
        parts.append(f'<section class="cell">{shown}</section>')
    return "\n".join(parts), page


def document(heading: str, body: str, *, page: Page | None = None) -> str:
    """A whole page: nothing in it asks another host for anything."""
    page = page or Page()
    style = "\n".join([_look(), *page.styles])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(heading)}</title>
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


def scripts(page: Page) -> str:
    """What brings the widgets of a page to life, for its end."""
    loaded = "".join(f'<script src="assets/{name}"></script>\n' for name in page.assets)
    if page.alive:
        about = json.dumps({"modules": page.modules, "widgets": page.alive}).replace("</", r"<\/")
        loaded += f'<script type="application/json" id="widgets">{about}</script>\n'
        front_end = (PACKAGE / "widgets" / "shared" / "page.js").read_text(encoding="utf-8")
        loaded += f'<script type="module">\n{front_end}\n{_part("mount.js")}</script>\n'
    return loaded


def _part(name: str) -> str:
    return (HERE / "pages" / name).read_text(encoding="utf-8")


def _look() -> str:
    light = HtmlFormatter(style="vs").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{_part('style.css')}"


def navigation(names: list[str], headings: dict[str, str], here: str) -> str:
    """Links to the lesson before, to all lessons, and to the one after."""
    at = names.index(here)
    links = ['<a href="index.html">All lessons</a>']
    if at:
        links.insert(0, f'<a href="{names[at - 1]}.html">← {html.escape(headings[names[at - 1]])}</a>')
    if at + 1 < len(names):
        links.append(f'<a href="{names[at + 1]}.html">{html.escape(headings[names[at + 1]])} →</a>')
    return f"<nav>{''.join(links)}</nav>"


@dataclass(frozen=True)
class Card:
    """What the index says of a lesson."""

    name: str
    heading: str
    question: str
    minutes: str
    alt: str
    alive: tuple[str, ...]


def index(cards: list[Card]) -> str:
    """The page that shows all lessons."""
    shown = []
    for card in cards:
        picture = f'<img alt="{html.escape(card.alt)}" src="assets/{card.name}.png">' if card.alt else ""
        facts = [f"{card.minutes} minutes"] if card.minutes else []
        if card.alive:
            facts.append(f"alive on the page: {', '.join(card.alive)}")
        shown.append(
            f'<li><a href="{card.name}.html"><span class="frame">{picture}</span>'
            f"<h2>{html.escape(card.heading)}</h2></a>"
            f'{text(card.question)}<p class="still">{" · ".join(facts)}</p></li>'
        )
    body = f'<main>{_part("intro.html")}\n<ol class="cards">{"".join(shown)}</ol></main>'
    return document("How a GAN works: a course in notebooks", body)


# ---- writing


def make(folder: Path = HERE, site: Path = SITE, names: list[str] | None = None) -> None:
    """Write the index and a page for each notebook in ``folder`` into ``site``, printing a line a page.

    Raises:
        BuildError: a lesson can't be executed.
    """
    stored = {path.stem: nbformat.read(path, as_version=4) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
    stored = {name: notebook for name, notebook in stored.items() if not names or name in names}
    headings = {name: title(notebook) for name, notebook in stored.items()}
    assets = site / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    for old in [*assets.iterdir(), *site.glob("*.html")]:
        old.unlink()
    cards = []
    for name, notebook in stored.items():
        start, states = time.perf_counter(), {}
        needed = down_to_widgets(notebook)
        if needed:
            notebook, states = with_widgets(notebook, executed(needed, folder, name))
        body, page = lesson(notebook, states)
        around = navigation(list(stored), headings, name)
        whole = document(headings[name], f"{around}<main>{body}</main>{around}", page=page)
        (site / f"{name}.html").write_text(whole, encoding="utf-8")
        for file, content in page.assets.items():
            (assets / file).write_text(content, encoding="utf-8")
        alt, png = emblem(notebook)
        if png:
            (assets / f"{name}.png").write_bytes(png)
        minutes = MINUTES.search(_prose(notebook))
        names_alive = tuple(dict.fromkeys(page.names))
        cards.append(Card(name, headings[name], question(notebook), minutes[1] if minutes else "", alt, names_alive))
        alive = f"alive: {', '.join(names_alive)}" if names_alive else ""
        print(
            f"{name + '.html':32} {len(whole) / 1e6:5.1f} MB {time.perf_counter() - start:6.1f} s  {alive}", flush=True
        )
    (site / "index.html").write_text(index(cards), encoding="utf-8")
    print(f"{'index.html':32} open {site / 'index.html'}", flush=True)


def asked_for(description: str, arguments: list[str] | None) -> list[str]:
    """The lessons that a command line names, none for all; one that there isn't ends the program."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", metavar="NAME", help="lessons, such as 01_the_game; all when none is given")
    names = parser.parse_args(arguments).names
    known = [path.stem for path in sorted(HERE.glob("[0-9][0-9]_*.ipynb"))]
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"no lesson called {', '.join(unknown)}; there are: {', '.join(known)}")
    return names


def main(arguments: list[str] | None = None) -> int:
    names = asked_for("Make site/: the lessons as pages that need no kernel.", arguments)
    try:
        make(names=names)
    except build.BuildError as error:
        print(f"FAILED {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
