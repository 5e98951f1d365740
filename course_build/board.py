"""A lesson on boards of 1280 x 720 pixels: what of its outline comes onto which slide, and what is said beside it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from . import fragments, outline, prose
from .fragments import BAR, LETTERS, inline, pictures, text

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
    return f'<div class="code" style="--size: {size_of_code(source):.1f}">{fragments.code(source)}</div>'


def printed(said: str) -> str:
    return f'<pre class="printed" tabindex="0" style="--size: {size_of_code(said):.1f}">{html.escape(said)}</pre>'


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


# ---- from a section to its slides


class Stack:
    """The slides of a section, one below the other, while they are being filled."""

    def __init__(self, section: outline.Section, states: dict, page: fragments.Page):
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

    def place_statement(self, statement: str) -> None:
        """Put a statement where there is room for it, if need be in place of a part of a picture."""
        last, height = self.slides[-1], height_of_text(statement)
        if last.spare and last.height - last.spare + height <= HEIGHT:
            last.full, last.height, last.spare = False, last.height - height, last.spare - height
        self.place(f'<div class="statement">{text(statement)}</div>', height)
        last.full = last.full or last.kind == "cell"

    def say(self, source: str) -> None:
        self.slides[-1].notes.append(text(source))

    def add(self, part: outline.Part) -> None:
        if isinstance(part, prose.Text):
            self.add_text(part)
        elif isinstance(part, outline.Prediction):
            slide = self.open("predict", "Predict", full=True)
            slide.parts += [f'<div class="statement">{text(one)}</div>' for one in self.held]
            self.held = []
            slide.parts += [f'<div class="question">{text(part.question)}</div>', choices(part.choices)]
        elif isinstance(part, outline.Code):
            self.add_code(part)
        elif isinstance(part, outline.Exercise):
            self.add_exercise(part)
        else:
            for number, question in enumerate(part.questions, start=1):
                self.add_question(question, f"Question {number} of {len(part.questions)}")

    def add_text(self, part: prose.Text) -> None:
        if part.kind == "list":
            for item in prose.items(part.source):
                self.place(text(item), height_of_text(item))
        elif part.kind == "statement":
            self.place_statement(part.source)
        elif part.kind != prose.WORDS:
            if part.kind == "heading":
                self.open()
            self.place(f'<div class="{part.kind}">{text(part.source)}</div>', height_of_text(part.source))
        else:
            for statement in part.statements:
                self.place_statement(statement)
            self.say(part.source)

    def hold(self, part: prose.Text) -> None:
        """Keep what leads to a prediction for the slide of that prediction."""
        self.held = [part.source] if part.kind == "statement" else list(part.statements)
        if part.kind == prose.WORDS:
            self.say(part.source)

    def add_code(self, part: outline.Code) -> None:
        widget = next((one for one in part.outputs if fragments.widget_name(one.get("data", {}))), None)
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
        shown = fragments.output(widget, self.states, self.page)
        if 'class="gan-widget"' in shown:
            slide.parts.append(f'<div class="live" data-prevent-swipe>{shown}</div>')
        else:
            slide.parts += [picture(*one, HEIGHT - 60)[0] for one in pictures(widget)]
            slide.parts.append('<p class="still">A picture of a widget. It is alive in JupyterLab and Colab.</p>')
        slide.notes.append(fragments.code(part.source))

    def add_exercise(self, part: outline.Exercise) -> None:
        task = self.open("task", "Your turn", full=True)
        task.parts.append(text(outline.without_label(part.task)))
        if height_of_text(part.task) + height_of_code(part.stub) > 1.5 * HEIGHT:
            task = self.open("task", "Your turn", full=True)
        task.parts.append(code(part.stub))
        if part.check:
            task.parts.append(f'<p class="still">The check: <code>{html.escape(part.check)}</code></p>')
        if part.solution:
            solved = self.open("solution", "Solution", full=True)
            solved.parts.append(code(part.solution))
            if part.discussion:
                solved.notes.append(text(part.discussion))

    def add_question(self, question: outline.Question, label: str) -> None:
        slide = self.open("quiz", label, full=True)
        slide.parts.append(f'<div class="question">{text(question.text)}</div>')
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
    goals = f'<p class="lead">At the end you can</p>{text(lesson.objectives)}' if lesson.objectives else ""
    shown = f'<h1>{inline(lesson.title)}</h1><p class="asked">{inline(lesson.question)}</p>{goals}{minutes}'
    return Slide("title", parts=[shown], notes=[text(lesson.words)] if lesson.words else [])


def stacks(lesson: outline.Lesson, states: dict, page: fragments.Page) -> list[list[Slide]]:
    """All slides of a lesson, a list for each section."""
    made = [[title_slide(lesson)]]
    for section in lesson.sections:
        stack = Stack(section, states, page)
        for part, after in zip(section.parts, [*section.parts[1:], None], strict=True):
            leads = isinstance(part, prose.Text) and part.kind in (prose.WORDS, "statement")
            if leads and isinstance(after, outline.Prediction):
                stack.hold(part)
            else:
                stack.add(part)
        made.append(stack.slides)
    return made
