"""Pieces of pages, slides and handouts as HTML: text, code, and the outputs of cells, widgets among them."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import mimetypes
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

from latex2mathml.converter import convert
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from gan_lesson import widgets
from gan_lesson.widgets.shared.still import AGAIN, NOT_YET, WIDGET_VIEW

from . import NOTEBOOKS

MOUNT = Path(__file__).parent / "parts" / "mount.js"

#: Bytes larger than this go into a file of their own, which all pages share.
LARGE = 100_000

PICTURE = re.compile(r'<img alt="([^"]*)"[^>]*src="data:image/png;base64,([^"]+)"')
#: What a progress bar left behind.
BAR = re.compile(r"^.*\d+%\|.*\|.*\n?", re.MULTILINE)
LETTERS = "ABCDEFGHIJ"


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


def text(source: str, folder: Path = NOTEBOOKS) -> str:
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


def inline(source: str) -> str:
    """A paragraph of Markdown without the tags around it."""
    return re.sub(r"^<p>(.*)</p>$", r"\1", text(source).strip(), flags=re.DOTALL)


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
    saved = states.get(shown.data.get(WIDGET_VIEW, {}).get("model_id"))
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
        return data["text/html"].replace(AGAIN, "").replace(NOT_YET, "")  # here no cell can be run
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


def pictures(output: NotebookNode) -> list[tuple[str, str, int, int]]:
    """Alt text, base64, width and height of the pictures in an output."""
    data = output.get("data", {})
    found = [(html.unescape(alt), content) for alt, content in PICTURE.findall(data.get("text/html", ""))]
    if not found and "image/png" in data:
        found = [("", data["image/png"].replace("\n", ""))]
    return [(alt, content, *size_of_png(content)) for alt, content in found]


def size_of_png(content: str) -> tuple[int, int]:
    """Width and height as the head of the file has them."""
    head = base64.b64decode(content[:64])
    return struct.unpack(">II", head[16:24]) if head[1:4] == b"PNG" and len(head) >= 24 else (600, 300)


def in_a_script(content: str) -> str:
    """JSON as it may stand between script tags: no ``<`` in it, which could end the script, or let it never end."""
    return content.replace("<", r"\u003c")


def scripts(page: Page) -> str:
    """What brings the widgets of a page to life, for its end."""
    loaded = "".join(f'<script src="assets/{name}"></script>\n' for name in page.assets)
    if page.alive:
        about = in_a_script(json.dumps({"modules": page.modules, "widgets": page.alive}))
        loaded += f'<script type="application/json" id="widgets">{about}</script>\n'
        front_end = (Path(widgets.__file__).parent / "shared" / "page.js").read_text(encoding="utf-8")
        loaded += f'<script type="module">\n{front_end}\n{MOUNT.read_text(encoding="utf-8")}</script>\n'
    return loaded
