"""What belongs on the board: a lesson's notebook in, its sections and their parts out.

Slides and handouts are made of this. A lesson's prose is for reading alone; in front of a class it is what the teacher
says, and on the board stand questions, lists, tables, formulas, pictures and the sentences that carry a bold word.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

import pages
from gan_lesson.widgets.quiz import answer_text

QUIZZES = pages.PACKAGE / "lessons"

WORDS = "words"
#: The kinds of text that go on the board as they are.
BOARD = ("heading", "list", "table", "formula", "quote", "picture", "statement")

ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s+")
FORMULA = re.compile(r"\$\$.+?\$\$", re.DOTALL)
PREDICT = re.compile(r"\*\*Predict\b[:,.]?\*\*[:,]?\s*")
TASK = re.compile(r"\*\*Your turn\b")
SOLUTION = re.compile(r"<details><summary>Solution</summary>\s*```python\n(.*?)\n```(.*?)</details>", re.DOTALL)
SECTION = re.compile(r"## (.+?)(?: · (\d+) minutes?)?\s*$")
#: Between two sentences. "I. Goodfellow" has none.
STOP = re.compile(r"(?<=[.?!])(?<!\b[A-Z]\.)\s+(?=[A-Z*`(\"])|(?<=[.?!]\*\*)\s+")
ONE_LINE = 60
#: Words of a sentence that says which button to press. Its bold words are names on the screen.
HANDS = re.compile(r"\b(?:press|tick|tag|sliders?|drag|menu)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """A piece of Markdown; its kind is WORDS or one of BOARD."""

    kind: str
    source: str


@dataclass(frozen=True)
class Prediction:
    """What is asked before a cell is run. Question and choices are Markdown, without the word "Predict"."""

    question: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Code:
    """A cell of code with what it printed and drew; what went wrong in it is left out."""

    source: str
    outputs: tuple[NotebookNode, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """A task in Markdown, the code to complete, how it is checked, its solution and what is said about that."""

    task: str
    stub: str
    check: str = ""
    solution: str = ""
    discussion: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer that a question offers, with what is said to who chose it; both are Markdown."""

    text: str
    correct: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """A question of a quiz, perhaps about code. Asked for a number, it has no choices, and ``right`` has the number."""

    text: str
    choices: tuple[Answer, ...]
    right: tuple[Answer, ...]
    code: str = ""


@dataclass(frozen=True)
class Quiz:
    """The quiz called ``name``; ``questions`` is empty as long as nobody has written them."""

    name: str
    questions: tuple[Question, ...] = ()


Part = Text | Prediction | Code | Exercise | Quiz


@dataclass
class Section:
    """What stands between two headings of second order."""

    heading: str
    minutes: str = ""
    parts: list[Part] = field(default_factory=list)


@dataclass
class Lesson:
    """A lesson as it is taught: its head, then its sections."""

    title: str
    question: str
    objectives: str
    minutes: str
    words: str
    sections: list[Section]


# ---- Markdown in pieces


def blocks(source: str) -> list[str]:
    """Cut Markdown where its paragraphs, lists, tables, quotes and headings end."""
    found: list[list[str]] = []
    fresh, fence, before = True, "", ""
    for line in source.splitlines():
        if fence:
            found[-1].append(line)
            fence = "" if line.strip().startswith(fence) else fence
            continue
        if not line.strip():
            fresh = True
            continue
        kind = _kind_of_line(line)
        if kind == "list" and before == "paragraph" and not fresh and not re.match(r"[-*+]|1[.)]", line):
            kind = "paragraph"  # a number that happens to come first in its line
        continues = before == "list" and (kind == "list" or line.startswith("  "))
        if continues and fresh:
            found[-1].append("")  # the items of a loose list stay together
        opens = kind != "paragraph" and kind != before
        if not found or (not continues and (fresh or opens or before == "heading")):
            found.append([])
        found[-1].append(line)
        before = "list" if continues else before if kind == "paragraph" and not fresh and before else kind
        if kind == "fence":
            fence = "</details>" if line.startswith("<details") else line.strip()[:3]
        fresh = False
    return ["\n".join(lines) for lines in found]


def _kind_of_line(line: str) -> str:
    marks = {"|": "table", ">": "quote", "```": "fence", "~~~": "fence", "<details": "fence"}
    if re.match(r"#{1,6} ", line):
        return "heading"
    if ITEM.match(line):
        return "list"
    return next((kind for mark, kind in marks.items() if line.startswith(mark)), "paragraph")


def items(source: str) -> list[str]:
    """The items of a list, each a list of one that keeps its number."""
    found: list[list[str]] = []
    for line in source.splitlines():
        if ITEM.match(line) or not found:
            found.append([])
        found[-1].append(line)
    return ["\n".join(lines).rstrip() for lines in found]


def sentences(source: str) -> list[str]:
    """A paragraph, sentence by sentence, each in one line."""
    return STOP.split(" ".join(source.split()))


def key_sentences(source: str) -> list[str]:
    """The sentences of a paragraph that have a word in bold: definitions, and what must not be missed."""
    return [one for one in sentences(source) if one.count("**") > 1 and not HANDS.search(one)]


def parts_of_text(source: str) -> list:
    """The parts that a Markdown cell is made of."""
    found: list = []
    for block in blocks(source):
        kind = _kind_of_line(block)
        if kind in ("heading", "list", "table", "quote"):
            found.append(Text(kind, block))
        elif PREDICT.match(block):
            found.append(_asked(block))
        elif re.fullmatch(r"\s*(?:!\[[^\]]*\]\([^)]*\)|<img [^>]*>)\s*", block):
            found.append(Text("picture", block))
        elif FORMULA.search(block):
            found += _around_formulas(block)
        elif PREDICT.search(block):  # "Let us see it in the plane. **Predict** ..."
            at = PREDICT.search(block).start()
            found += [Text(WORDS, block[:at].rstrip()), _asked(block[at:])]
        elif block.startswith("**"):
            found.append(Text("statement", block))
        else:
            found.append(Text(WORDS, block))
    return found


def _asked(block: str) -> Prediction:
    question = PREDICT.sub("", block, count=1)
    return Prediction(question[:1].upper() + question[1:])


def _around_formulas(block: str) -> list[Text]:
    found, end = [], 0
    for match in FORMULA.finditer(block):
        found += [Text(WORDS, block[end : match.start()].strip()), Text("formula", match[0])]
        end = match.end()
    return [part for part in [*found, Text(WORDS, block[end:].strip())] if part.source]


# ---- cells


def prediction(source: str) -> Prediction | None:
    """What a cell that calls ``Prediction`` asks; None if it isn't written out there."""
    for call in _calls(source, "Prediction"):
        values = dict(zip(("question", "choices"), call.args, strict=False))
        values |= {keyword.arg: keyword.value for keyword in call.keywords}
        try:
            asked, choices = (ast.literal_eval(values.get(name, ast.Constant(()))) for name in ("question", "choices"))
        except ValueError:
            continue
        if asked:
            return Prediction(literal(asked), tuple(literal(choice) for choice in choices))
    return None


def quiz(source: str, folder: Path = QUIZZES) -> Quiz | None:
    """The quiz that a cell calls for."""
    for call in _calls(source, "Quiz"):
        if call.args and isinstance(call.args[0], ast.Constant):
            name = str(call.args[0].value)
            path = folder / name / "quiz.json"
            return Quiz(name, questions(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else ())
    return None


def literal(said: str) -> str:
    """Markdown that shows a string as it is."""
    escaped = re.sub(r"([\\`*_\[\]<>$#])", r"\\\1", " ".join(said.split()))
    return re.sub(r"^(\d*)([-+.)])(?=\s|$)", r"\1\\\2", escaped)  # or else a list would begin


def _calls(source: str, name: str) -> list[ast.Call]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, or a stub with a hole in it
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == name]


def questions(content: list[dict]) -> tuple[Question, ...]:
    """The questions of a quiz as its JSON has them."""
    made = []
    for one in content:
        numeric = one["type"] == "numeric"
        answers = [
            Answer(literal(answer_text(answer)), answer.get("correct", False), literal(answer.get("feedback", "")))
            for answer in one["answers"]
            if answer.get("type") != "default"
        ]
        right = tuple(answer for answer in answers if answer.correct)
        choices = () if numeric else tuple(answers)
        # of a number the exact one is enough; ranges say which roundings count as well
        right = right[:1] if numeric else right
        made.append(Question(literal(one["question"]), choices, right, one.get("code", "")))
    return tuple(made)


def code(cell: NotebookNode) -> Code:
    """A cell of code; errors are those of stubs that nobody has filled in."""
    kept = [one for one in cell.get("outputs", []) if one.output_type != "error" and one.get("name") != "stderr"]
    return Code(cell.source, tuple(kept))


def exercise(cell: NotebookNode, before: list) -> tuple[Exercise, list]:
    """An exercise with its task, and what is left of the parts of the text before it."""
    starts = [at for at, part in enumerate(before) if isinstance(part, Text) and TASK.match(part.source)]
    words = [at for at, part in enumerate(before) if isinstance(part, Text) and part.kind in (WORDS, "statement")]
    at = starts[-1] if starts else words[-1] if words else len(before)
    task = [part for part in before[at:] if isinstance(part, Text)]
    rest = before[:at] + [part for part in before[at:] if not isinstance(part, Text)]
    return Exercise("\n\n".join(part.source for part in task), cell.source), rest


def outline(notebook: NotebookNode, quizzes: Path = QUIZZES) -> Lesson:
    """Read a lesson's learner edition."""
    lesson = Lesson(
        pages.title(notebook), pages.question(notebook), objectives="", minutes="", words="", sections=[Section("")]
    )
    before = 0  # where the parts of the Markdown cell just read begin
    for cell in notebook.cells:
        tags, parts = cell.metadata.get("tags", []), lesson.sections[-1].parts
        if cell.cell_type == "markdown":
            folded = SOLUTION.search(cell.source)
            last = next((at for at in reversed(range(len(parts))) if isinstance(parts[at], Exercise)), None)
            if folded and last is not None:
                said = textwrap.dedent(folded[2]).strip()
                parts[last] = replace(parts[last], solution=folded[1], discussion=said)
                continue
            before = len(parts)
            for part in parts_of_text(cell.source):
                opened = SECTION.match(part.source) if isinstance(part, Text) and part.kind == "heading" else None
                if opened:
                    lesson.sections.append(Section(opened[1], opened[2] or ""))
                    before = 0
                else:
                    lesson.sections[-1].parts.append(part)
        elif "setup" in tags:
            continue
        elif "exercise" in tags:
            made, parts[before:] = exercise(cell, parts[before:])
            parts.append(made)
        elif "check" in tags:
            last_line = cell.source.strip().splitlines()[-1]
            if parts and isinstance(parts[-1], Exercise):
                parts[-1] = replace(parts[-1], check=last_line)
        else:
            parts.append(prediction(cell.source) or quiz(cell.source, quizzes) or code(cell))
    _read_head(lesson, lesson.sections.pop(0))
    return lesson


def _read_head(lesson: Lesson, head: Section) -> None:
    """Take question, objectives and minutes out of what stands before the first section."""
    words = []
    for part in head.parts:
        if not isinstance(part, Text) or part.source.startswith(("# ", "[Open this", "**The question of")):
            continue
        if part.kind == "list" and not lesson.objectives:
            lesson.objectives = part.source
        elif part.kind in (WORDS, "quote", "list"):
            words.append(part.source)
            minutes = pages.MINUTES.search(part.source)
            lesson.minutes = lesson.minutes or (minutes[1] if minutes else "")
    lesson.words = "\n\n".join(one for one in words if one != "At the end you can")


def is_way_out(part: Text) -> bool:
    """Whether a text leads out of the lesson: to the next one, or to where it is from."""
    return part.source.startswith(("**Next:", "**Where to go next", "*Sources"))


def is_recap(section: Section) -> bool:
    """Whether the section says once more what there was to learn; its prose is on the board."""
    return section.heading.lower().startswith("recap")


def outcome(parts: list[Part], at: int) -> tuple[list[NotebookNode], list[Text]]:
    """What answers the prediction at ``at``: the outputs of the code after it, and the first words said about them.

    Several predictions in a row are answered by the same.
    """
    shown: list[NotebookNode] = []
    said: list[Text] = []
    enough = False
    for part in parts[at + 1 :]:
        if isinstance(part, Code) and (not said or "came_out(" in part.source):
            # what was said before a cell that compares is about how to go on
            shown, said, enough = [*shown, *part.outputs], [], False
        elif isinstance(part, Text) and shown and not enough and part.kind != "heading":
            said.append(part)
            enough = len(part.source) > ONE_LINE  # less is "Look at three things.", and a list follows
        elif shown or not isinstance(part, (Text, Prediction)):
            break
    return shown, said
