"""Make the handouts of ``make handouts``: ``python -m course_build handouts [NAME ...]`` writes ``handouts/``.

A handout is a lesson on a few sheets of A4: what there is to know by heart, what to predict with room for it, exercises
to do by hand, and on the last pages what came out. Chromium prints it; nothing is executed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from gan_lesson import course

from . import LESSONS, NOTEBOOKS, ROOT, chromium, outline, prose
from .fragments import BAR, LETTERS, inline, pictures, text
from .notebooks import answered

HANDOUTS = ROOT / "handouts"
STYLE = Path(__file__).parent / "parts" / "handouts" / "handouts.css"

#: How wide and how high a picture is at most, in millimetres: in the lesson, and in a column of the answers.
LARGE, SMALL = (182, 40), (86, 32)
#: A picture narrower than this, on a whole page, has its words beside it.
NARROW = 110
#: Pictures of a section that answer no prediction: more would be a picture book.
KEY_PICTURES = 2
#: What is printed is an answer as long as it is short.
SHORT = 8
MARGINS = {"top": "13mm", "bottom": "16mm", "left": "14mm", "right": "14mm"}


@dataclass
class Sheets:
    """A handout while it is written: the lesson, and what comes after it.

    Attributes:
        parts: HTML of the lesson.
        predictions: how many there are so far.
        outcomes: the numbers of predictions, and what answers them.
        solutions: of the exercises.
        quiz: the right answers.
    """

    parts: list[str] = field(default_factory=list)
    predictions: int = 0
    outcomes: list[tuple[list[int], str]] = field(default_factory=list)
    solutions: list[str] = field(default_factory=list)
    quiz: list[str] = field(default_factory=list)


# ---- pieces


def lines(count: int) -> str:
    """Lines to write on."""
    return '<div class="line"></div>' * count


def figure(alt: str, content: str, width: int, height: int, room: tuple[int, int]) -> str:
    """A picture with its alt text, which says in words what colours may no longer say."""
    wide = min(room[0], room[1] * width / height)
    caption = f"<figcaption>{html.escape(alt)}</figcaption>" if alt else ""
    kind = ' class="narrow"' if wide < NARROW * room[0] / LARGE[0] else ""
    image = f'<img alt="{html.escape(alt)}" style="width: {wide:.0f}mm" src="data:image/png;base64,{content}">'
    return f"<figure{kind}>{image}{caption}</figure>"


def figures(outputs: Sequence[NotebookNode], room: tuple[int, int], most: int = 99) -> tuple[str, int]:
    """The pictures in some outputs, and how many there are."""
    found = [one for output in outputs for one in pictures(output)][:most]
    return "".join(figure(*one, room) for one in found), len(found)


def printed(outputs: Sequence[NotebookNode]) -> str:
    """What some outputs say in letters, if that is short."""
    said = [one.text if one.output_type == "stream" else _plain(one) for one in outputs]
    text = "\n".join(BAR.sub("", strip_ansi(one)).strip("\n") for one in said if one.strip())
    return f"<pre>{html.escape(text)}</pre>" if text.strip() and len(text.splitlines()) <= SHORT else ""


def _plain(output: NotebookNode) -> str:
    has_better = "text/html" in output.data or "image/png" in output.data
    return "" if has_better else output.data.get("text/plain", "")


def boxes(answers: Sequence[str], *, letters: bool = False) -> str:
    """Answers with a box to tick before each."""
    shown = (f"<b>{LETTERS[at]}</b> {inline(one)}" if letters else inline(one) for at, one in enumerate(answers))
    return f'<ul class="boxes">{"".join(f"<li>{one}</li>" for one in shown)}</ul>' if answers else ""


def code(source: str) -> str:
    return f"<pre>{html.escape(source)}</pre>"


# ---- from a lesson to its sheets


def head(lesson: outline.Lesson) -> str:
    minutes = f"About {lesson.minutes} minutes" if lesson.minutes else ""
    goals = f"<p>At the end you can</p>{text(lesson.objectives)}" if lesson.objectives else ""
    return (
        f'<header><h1>{inline(lesson.title)}</h1><p class="name">Name</p></header>'
        f'<p class="asked">{inline(lesson.question)}</p><div class="goals">{goals}</div>'
        f'<p class="minutes">{minutes}</p>'
    )


def section(one: outline.Section, sheets: Sheets) -> None:
    """Write a section; what it asks is answered on the last pages."""
    minutes = f" <small>{one.minutes} minutes</small>" if one.minutes else ""
    before = len(sheets.parts)
    room, later = KEY_PICTURES, set()
    for at, part in enumerate(one.parts):
        if id(part) in later:
            continue
        if isinstance(part, outline.Prediction):
            outputs, said = outline.outcome(one.parts, at)
            predict(part, sheets)
            if outputs and id(outputs[0]) in later:
                sheets.outcomes[-1][0].append(sheets.predictions)
            elif outputs:
                shown = figures(outputs, SMALL, 2)[0] + printed(outputs)
                words = text("\n\n".join(word.source for word in said))
                sheets.outcomes.append(([sheets.predictions], shown + words))
            later |= {id(word) for word in said} | {id(output) for output in outputs}
        elif isinstance(part, outline.Code):
            if not any(id(output) in later for output in part.outputs):
                shown, count = figures(part.outputs, LARGE, room)
                sheets.parts.append(shown)
                room -= count
        elif isinstance(part, outline.Exercise):
            exercise(part, sheets)
        elif isinstance(part, outline.Quiz):
            asked = "".join(ask(question, sheets) for question in part.questions)
            sheets.parts.append(f'<div class="pairs">{asked}</div>')
        else:
            add_text(part, sheets)
    if any(sheets.parts[before:]):
        sheets.parts.insert(before, f"<h2>{inline(one.heading)}{minutes}</h2>")


def add_text(part: prose.Text, sheets: Sheets) -> None:
    if part.leads_out:
        return
    if part.kind != prose.WORDS:
        sheets.parts.append(f'<div class="{part.kind}">{text(part.source)}</div>')
    elif part.statements:
        sheets.parts.append(f'<div class="key">{text(" ".join(part.statements))}</div>')


def predict(part: outline.Prediction, sheets: Sheets) -> None:
    sheets.predictions += 1
    sheets.parts.append(
        f'<div class="predict box"><b>Prediction {sheets.predictions}</b>{text(part.question)}'
        f"{boxes(part.choices) or lines(1)}</div>"
    )


def outcome(numbers: list[int], shown: str) -> str:
    which = f"Prediction {numbers[0]}" if len(numbers) == 1 else f"Predictions {', '.join(map(str, numbers))}"
    return f'<div class="outcome"><b>{which}</b>{shown}</div>'


def exercise(part: outline.Exercise, sheets: Sheets) -> None:
    number = len(sheets.solutions) + 1
    task = outline.without_label(part.task)
    missing = len(part.solution.splitlines()) - len(part.stub.splitlines())
    sheets.parts.append(
        f'<div class="task box"><b>Exercise {number}</b>{text(task)}{code(part.stub)}'
        f"{lines(min(5, max(3, missing + 2)))}</div>"
    )
    sheets.solutions.append(
        f'<div class="outcome"><b>Exercise {number}</b>{code(part.solution)}{text(part.discussion)}</div>'
    )


def ask(question: outline.Question, sheets: Sheets) -> str:
    number = len(sheets.quiz) + 1
    about = code(question.code) if question.code else ""
    answers = boxes([one.text for one in question.choices], letters=True)
    right = " ".join(
        f"<b>{LETTERS[question.choices.index(one)] if question.choices else one.text}</b> {inline(one.feedback)}"
        for one in question.right
    )
    sheets.quiz.append(f"<p><b>Question {number}</b> · {right}</p>")
    return f'<div class="quiz"><b>Question {number}</b>{text(question.text)}{about}{answers or lines(1)}</div>'


def body(lesson: outline.Lesson) -> str:
    """A whole handout."""
    sheets = Sheets()
    for one in lesson.sections:
        section(one, sheets)
    answers = [
        ("What came out", "columns", [outcome(*one) for one in sheets.outcomes]),
        ("Solutions", "solutions", sheets.solutions),
        ("The questions", "pairs", sheets.quiz),
    ]
    shown = "".join(
        f'<h3>{heading}</h3><div class="{layout}">{"".join(found)}</div>' for heading, layout, found in answers if found
    )
    after = f'<section class="answers"><h2>Answers</h2>{shown}</section>' if shown else ""
    return f"{head(lesson)}{''.join(sheets.parts)}{after}"


def document(lesson: outline.Lesson) -> str:
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{html.escape(lesson.title)}</title>
<style>{STYLE.read_text(encoding="utf-8")}</style></head>
<body>{body(lesson)}</body>
</html>
"""


# ---- printing


def footer(title: str) -> str:
    """The lesson's title and the number of the page, for the foot of each."""
    return (
        '<div style="width: 100%; margin: 0 14mm; font: 8pt sans-serif; display: flex; '
        f'justify-content: space-between"><span>{html.escape(title)}</span>'
        '<span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>'
    )


def pdf(browser, lesson: outline.Lesson, path: Path) -> None:
    """Print a handout; a lesson needs no other host for it."""
    page = browser.new_page()
    page.set_default_timeout(chromium.PATIENCE)
    page.set_content(document(lesson))
    page.pdf(
        path=path,
        format="A4",
        margin=MARGINS,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=footer(lesson.title),
        print_background=True,
        tagged=True,
    )
    page.close()


def make(
    names: Sequence[str] = (),
    *,
    lessons: Path = LESSONS,
    notebooks: Path = NOTEBOOKS,
    handouts: Path = HANDOUTS,
) -> None:
    """Write the handouts of the lessons called ``names``, of all when none is given, printing a line for each.

    Raises:
        BuildError: a notebook is older than its source.
        Missing: there is no Chromium, or no Playwright.
    """
    with chromium.start() as browser:
        handouts.mkdir(parents=True, exist_ok=True)
        if not names:
            for old in handouts.glob("*.pdf"):
                old.unlink()
        for one in course.LESSONS:
            if names and one.name not in names:
                continue
            made = handouts / f"{one.notebook}.pdf"
            pdf(browser, outline.read(one, answered(one, notebooks), lessons), made)
            count = len(re.findall(rb"/Type\s*/Page\b", made.read_bytes()))
            print(f"{made.name:32} {made.stat().st_size / 1e6:5.1f} MB  {count} pages", flush=True)
