"""Make the slides of ``make slides``: ``python notebooks/slides.py [NAME ...]`` writes ``slides/``.

Each lesson's learner edition becomes slides (reveal.js) that need no kernel and no network, opened straight from disk.
What goes on the board is chosen in outline.py; the prose is in the speaker's notes, key S. Widgets that stand alone
live on the slides as they do on the pages of ``make site``.
"""

from __future__ import annotations

import base64
import html
import re
import shutil
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

import outline
import pages
from gan_lesson import plots

HERE = Path(__file__).resolve().parent
SLIDES = HERE.parent / "slides"
PARTS = HERE / "slides"
REVEAL = ("reveal.js", "reveal.css", "notes.js", "LICENSE")

#: A board, in pixels: what a slide of 1280 x 720 has under its heading.
WIDTH, HEIGHT = 1168, 560
#: Lines of text on it: their height, and how many characters fit into one.
LINE, CHARACTERS = 37, 84
#: Smaller than this a picture is better off on the next slide.
LOW = 260
#: Longer lines of code are wrapped, rather than set in letters that nobody can read.
LONG = 104
#: A picture is made larger than it is by at most this factor.
ENLARGE = 1.6
#: What a progress bar left behind.
BAR = re.compile(r"^.*\d+%\|.*\|.*\n?", re.MULTILINE)
LETTERS = "ABCDEFGHIJ"


@dataclass
class Slide:
    """What the class sees, piece by piece, and what the teacher says.

    Attributes:
        height: how much of the board is taken, about.
        spare: how much of that its pictures can give back.
        full: whether nothing else may come onto it.
    """

    kind: str = ""
    label: str = ""
    parts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    height: float = 0
    spare: float = 0
    full: bool = False


# ---- how high things are, about: slides.js sets smaller what doesn't fit after all


def height_of_text(source: str) -> float:
    """The height of Markdown on a board."""
    rows = source.splitlines()
    if source.startswith("|"):
        columns = max(1, rows[0].count("|") - 1)
        share = CHARACTERS / columns
        tall = (max(1, *(-(-len(cell) // share) for cell in row.split("|"))) for row in rows if "---" not in row)
        return sum(LINE * lines + 16 for lines in tall)
    if source.startswith("$$"):
        return 2.5 * LINE
    if source.startswith("#"):
        return 1.6 * LINE
    return (-(-len(" ".join(rows)) // CHARACTERS)) * LINE + 14


def size_of_code(source: str) -> float:
    """The size of letters, in pixels, in which a cell, or what it printed, fits the board."""
    rows = source.splitlines() or [""]
    longest = min(LONG, max(map(len, rows)))
    return max(15.0, min(22.0, (WIDTH - 36) / (0.605 * max(1, longest)), (HEIGHT - 30) / (1.4 * _lines(rows))))


def height_of_code(source: str) -> float:
    """The height of a cell, or of what it printed; more than a board holds is scrolled."""
    return min(HEIGHT, 1.4 * size_of_code(source) * _lines(source.splitlines()) + 30)


def _lines(rows: list[str]) -> int:
    return sum(max(1, -(-len(row) // LONG)) for row in rows) or 1


# ---- parts of a slide


def code(source: str) -> str:
    return f'<div class="code" style="--size: {size_of_code(source):.1f}">{pages.code(source)}</div>'


def printed(said: str) -> str:
    return f'<pre class="printed" tabindex="0" style="--size: {size_of_code(said):.1f}">{html.escape(said)}</pre>'


def pictures(output: NotebookNode) -> list[tuple[str, str, int, int]]:
    """Alt text, base64, width and height of the pictures in an output."""
    data = output.get("data", {})
    found = [(html.unescape(alt), content) for alt, content in pages.PICTURE.findall(data.get("text/html", ""))]
    if not found and "image/png" in data:
        found = [("", data["image/png"].replace("\n", ""))]
    return [(alt, content, *size_of_png(content)) for alt, content in found]


def size_of_png(content: str) -> tuple[int, int]:
    """Width and height as the head of the file has them."""
    head = base64.b64decode(content[:64])
    return struct.unpack(">II", head[16:24]) if head[1:4] == b"PNG" and len(head) >= 24 else (600, 300)


def picture(alt: str, content: str, width: int, height: int, room: float) -> tuple[str, float]:
    """A picture as large as fits into ``room``, and the height that it takes."""
    scale = min(ENLARGE, WIDTH / width, room / height)
    image = (
        f'<img class="picture" alt="{html.escape(alt)}" style="--wide: {scale * width:.0f}" '
        f'src="data:image/png;base64,{content}">'
    )
    return image, scale * height + 12


def choices(answers: Sequence[str]) -> str:
    """Lettered answers to choose from."""
    made = "".join(f"<li>{inline(answer)}</li>" for answer in answers)
    return f'<ol class="choices">{made}</ol>' if made else ""


def inline(source: str) -> str:
    """A paragraph of Markdown without the tags around it."""
    return re.sub(r"^<p>(.*)</p>$", r"\1", pages.text(source).strip(), flags=re.DOTALL)


# ---- from a section to its slides


class Stack:
    """The slides of a section, one below the other, while they are being filled."""

    def __init__(self, section: outline.Section, states: dict, page: pages.Page):
        self.states, self.page, self.held = states, page, []
        minutes = f'<p class="minutes">{section.minutes} minutes</p>' if section.minutes else ""
        self.section = section
        self.slides = [Slide("section", "", [f"<h2>{inline(section.heading)}</h2>{minutes}"], height=120)]

    def open(self, kind: str = "", label: str = "", *, full: bool = False) -> Slide:
        self.slides.append(Slide(kind, label, full=full))
        return self.slides[-1]

    def place(self, shown: str, height: float) -> None:
        """Put something on the last slide, or on a new one if there is no room left."""
        last = self.slides[-1]
        if last.full or last.height + height > HEIGHT:
            last = self.open("cell" if last.kind == "cell" and not last.full else "")
        last.parts.append(shown)
        last.height += height

    def place_sentence(self, sentence: str, kind: str = "statement") -> None:
        """Put a sentence where there is room for it, if need be in place of a part of a picture."""
        last, height = self.slides[-1], height_of_text(sentence)
        if last.spare and last.height - last.spare + height <= HEIGHT:
            last.full, last.height, last.spare = False, last.height - height, last.spare - height
        self.place(f'<div class="{kind}">{pages.text(sentence)}</div>', height)
        last.full = last.full or last.kind == "cell"

    def say(self, source: str) -> None:
        self.slides[-1].notes.append(pages.text(source))

    def add(self, part: outline.Part) -> None:
        if isinstance(part, outline.Text):
            self.add_text(part)
        elif isinstance(part, outline.Prediction):
            slide = self.open("predict", "Predict", full=True)
            slide.parts += [f'<div class="statement">{pages.text(one)}</div>' for one in self.held]
            self.held = []
            slide.parts += [f'<div class="question">{pages.text(part.question)}</div>', choices(part.choices)]
        elif isinstance(part, outline.Code):
            self.add_code(part)
        elif isinstance(part, outline.Exercise):
            self.add_exercise(part)
        else:
            for number, question in enumerate(part.questions, start=1):
                self.add_question(question, f"Question {number} of {len(part.questions)}")

    def add_text(self, part: outline.Text) -> None:
        if part.kind == "list":
            for item in outline.items(part.source):
                self.place(pages.text(item), height_of_text(item))
        elif part.kind in outline.BOARD:
            if part.kind == "statement":
                self.place_sentence(part.source)
                return
            if part.kind == "heading":
                self.open()
            self.place(f'<div class="{part.kind}">{pages.text(part.source)}</div>', height_of_text(part.source))
        elif outline.is_recap(self.section) and not outline.is_way_out(part):
            for sentence in outline.sentences(part.source):
                self.place_sentence(sentence, "said")
        else:
            for sentence in outline.key_sentences(part.source):
                self.place_sentence(sentence)
            self.say(part.source)

    def hold(self, part: outline.Text) -> None:
        """Keep what leads to a prediction for the slide of that prediction."""
        self.held = [part.source] if part.kind == "statement" else outline.key_sentences(part.source)
        if part.kind == outline.WORDS:
            self.say(part.source)

    def add_code(self, part: outline.Code) -> None:
        widget = next((one for one in part.outputs if pages.widget_name(one.get("data", {}))), None)
        if widget is not None:
            self.add_widget(part, widget)
            return
        texts, images = [], []
        for one in part.outputs:
            if found := pictures(one):
                images += found
            elif one.output_type == "stream" or "text/html" not in one.data:
                said = one.text if one.output_type == "stream" else one.data.get("text/plain", "")
                said = BAR.sub("", strip_ansi(said)).strip("\n")
                if said.strip():
                    texts.append((printed(said), height_of_code(said)))
            else:
                rows = one.data["text/html"].count("<tr") or 4
                texts.append((f'<div class="shown">{one.data["text/html"]}</div>', rows * (LINE + 4)))
        if _only_compares(part.source):
            for shown, height in texts:
                self.place(shown, height)
            return
        self.open("cell")
        self.place(code(part.source), height_of_code(part.source))
        for shown, height in texts:
            self.place(shown, height)
        for alt, content, width, height in images:
            room = HEIGHT - self.slides[-1].height
            if room < min(LOW, ENLARGE * height, height * WIDTH / width) + 12:
                self.open("cell")
                room = HEIGHT
            shown, height = picture(alt, content, width, height, room - 12)
            self.place(shown, height)
            self.slides[-1].spare += max(0.0, height - LOW)
        self.slides[-1].full = True

    def add_widget(self, part: outline.Code, widget: NotebookNode) -> None:
        """A slide for a widget alone; its code is in the notes."""
        slide = self.open("widget", full=True)
        shown = pages.output(widget, self.states, self.page)
        if 'class="gan-widget"' in shown:
            slide.parts.append(f'<div class="live" data-prevent-swipe>{shown}</div>')
        else:
            slide.parts += [picture(*one, HEIGHT - 60)[0] for one in pictures(widget)]
            slide.parts.append('<p class="still">A picture of a widget. It is alive in JupyterLab and Colab.</p>')
        slide.notes.append(pages.code(part.source))

    def add_exercise(self, part: outline.Exercise) -> None:
        task = self.open("task", "Your turn", full=True)
        task.parts.append(pages.text(re.sub(r"^\*\*Your turn\.\*\*\s*", "", part.task)))
        if height_of_text(part.task) + height_of_code(part.stub) > 1.5 * HEIGHT:
            task = self.open("task", "Your turn", full=True)
        task.parts.append(code(part.stub))
        if part.check:
            task.parts.append(f'<p class="still">The check: <code>{html.escape(part.check)}</code></p>')
        if part.solution:
            solved = self.open("solution", "Solution", full=True)
            solved.parts.append(code(part.solution))
            if part.discussion:
                solved.notes.append(pages.text(part.discussion))

    def add_question(self, question: outline.Question, label: str) -> None:
        slide = self.open("quiz", label, full=True)
        slide.parts.append(f'<div class="question">{pages.text(question.text)}</div>')
        if question.code:
            slide.parts.append(code(question.code))
        slide.parts.append(choices([answer.text for answer in question.choices]))
        right = [
            f"<p><b>{LETTERS[question.choices.index(one)] if question.choices else one.text}</b> "
            f"{inline(one.feedback)}</p>"
            for one in question.right
        ]
        slide.parts.append(f'<div class="fragment answer">{"".join(right)}</div>')
        slide.notes += [
            f"<p>{LETTERS[at]}: {inline(one.feedback)}</p>"
            for at, one in enumerate(question.choices)
            if not one.correct
        ]


def _only_compares(source: str) -> bool:
    """Whether a cell does no more than say what came out beside what was predicted."""
    return all(".came_out(" in line for line in source.splitlines() if line.strip())


def title_slide(lesson: outline.Lesson) -> Slide:
    minutes = f'<p class="minutes">{lesson.minutes} minutes</p>' if lesson.minutes else ""
    goals = f'<p class="lead">At the end you can</p>{pages.text(lesson.objectives)}' if lesson.objectives else ""
    shown = f'<h1>{inline(lesson.title)}</h1><p class="asked">{inline(lesson.question)}</p>{goals}{minutes}'
    return Slide("title", parts=[shown], notes=[pages.text(lesson.words)] if lesson.words else [])


def stacks(lesson: outline.Lesson, states: dict, page: pages.Page) -> list[list[Slide]]:
    """All slides of a lesson, a list for each section."""
    made = [[title_slide(lesson)]]
    for section in lesson.sections:
        stack = Stack(section, states, page)
        for part, after in zip(section.parts, [*section.parts[1:], None], strict=True):
            leads = isinstance(part, outline.Text) and part.kind in (outline.WORDS, "statement")
            if leads and isinstance(after, outline.Prediction):
                stack.hold(part)
            else:
                stack.add(part)
        made.append(stack.slides)
    return made


# ---- writing


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


def document(heading: str, content: str, page: pages.Page) -> str:
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
{pages.scripts(page)}</body>
</html>
"""


def index(cards: list[tuple[str, str, str, int]]) -> str:
    """The page that lists the slides of all lessons: name, title, question, how many slides."""
    shown = "".join(
        f'<li><a href="{name}.html"><h2>{html.escape(heading)}</h2></a>{pages.text(question)}'
        f'<p class="still">{count} slides · <a href="{name}.html?view=print">to print</a></p></li>'
        for name, heading, question, count in cards
    )
    intro = (PARTS / "intro.html").read_text(encoding="utf-8")
    return pages.document("Slides: how a GAN works", f'<main>{intro}\n<ol class="cards">{shown}</ol></main>')


def make(
    folder: Path = HERE, slides: Path = SLIDES, names: list[str] | None = None, *, alive: bool = True
) -> dict[str, list[list[Slide]]]:
    """Write slides for each notebook in ``folder`` and an index of them, printing a line a lesson.

    With ``alive=False`` nothing is executed, and widgets are pictures.

    Raises:
        BuildError: a lesson can't be executed.
    """
    stored = {path.stem: path for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
    assets = slides / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    for old in [*assets.iterdir(), *slides.glob("*.html")]:
        old.unlink()
    for name in REVEAL:
        shutil.copy(PARTS / "reveal" / name, assets)
    cards, all_made = [], {}
    for name, path in stored.items():
        if names and name not in names:
            continue
        start, states, notebook = time.perf_counter(), {}, nbformat.read(path, as_version=4)
        needed = pages.down_to_widgets(notebook) if alive else None
        if needed:
            notebook, states = pages.with_widgets(notebook, pages.executed(needed, folder, name))
        lesson, page = outline.outline(notebook), pages.Page()
        made = stacks(lesson, states, page)
        whole = document(lesson.title, body(lesson, made), page)
        (slides / f"{name}.html").write_text(whole, encoding="utf-8")
        for file, content in page.assets.items():
            (assets / file).write_text(content, encoding="utf-8")
        all_made[name] = made
        count = sum(map(len, made))
        cards.append((name, lesson.title, lesson.question, count))
        seconds = time.perf_counter() - start
        print(f"{name + '.html':32} {len(whole) / 1e6:5.1f} MB {seconds:6.1f} s  {count} slides", flush=True)
    (slides / "index.html").write_text(index(cards), encoding="utf-8")
    print(f"{'index.html':32} open {slides / 'index.html'}", flush=True)
    return all_made


def main(arguments: list[str] | None = None) -> int:
    names = pages.asked_for("Make slides/: the lessons as slides that need no kernel.", arguments)
    try:
        make(names=names)
    except pages.build.BuildError as error:
        print(f"FAILED {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
