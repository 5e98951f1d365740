"""What belongs on the board: a lesson's source and its outputs in, its sections and their parts out.

Slides and handouts are made of this. A lesson's prose is for reading alone; in front of a class it is what the teacher
says. What the class sees follows from structure (headings, lists, tables, formulas, quotes, pictures, predictions and
code) and from what the author marks: ``==a statement==`` in the prose, and the tags of cells. No word of any language
decides.

    task       the text of the exercise in the next cell
    why        why a solution is right; it belongs to the exercise above
    way-out    what leads to the next lesson and to sources
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from gan_lesson import course
from gan_lesson.widgets.quiz.questions import answer_text

from . import LESSONS
from .editions import BuildError, read_source, solved_source, stub_source, with_links
from .prose import Text, blocks, unmarked
from .repository import built_for

#: A heading of second order and its minutes: "## The game · 11 minutes".
SECTION = re.compile(r"## (.+?)(?: · (\d+) \S+)?\s*$")
ONE_LINE = 60


@dataclass(frozen=True)
class Prediction:
    """What is asked before a cell is run; question and choices are Markdown."""

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
    """The quiz called ``name``."""

    name: str
    questions: tuple[Question, ...]


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


def quiz(source: str, folder: Path = LESSONS) -> Quiz | None:
    """The quiz that a cell calls for."""
    for call in _calls(source, "Quiz"):
        if call.args and isinstance(call.args[0], ast.Constant):
            name = str(call.args[0].value)
            path = folder / name / "quiz.json"
            return Quiz(name, questions(json.loads(path.read_text(encoding="utf-8"))))
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


def without_label(task: str) -> str:
    """A task without the bold words that it begins with: slides and handouts have a label of their own."""
    return re.sub(r"^\*\*[^*]+\*\*\s*", "", task)


def code(source: str, outputs: Sequence[NotebookNode]) -> Code:
    """A cell of code; errors are those of stubs that nobody has filled in."""
    kept = [one for one in outputs if one.output_type != "error" and one.get("name") != "stderr"]
    return Code(source, tuple(kept))


# ---- a lesson


def read_head(source: str) -> tuple[str, list[str]]:
    """The objectives, which are the first list of a lesson's first cell, and the texts after it."""
    found = blocks(source)
    at = next((at for at, part in enumerate(found) if part.kind == "list"), len(found))
    return "".join(part.source for part in found[at : at + 1]), [part.source for part in found[at + 1 :]]


def texts(cell: NotebookNode) -> list[Text]:
    """The blocks of a cell of text."""
    leads_out = "way-out" in cell.metadata.get("tags", [])
    return [replace(part, leads_out=leads_out) for part in blocks(cell.source)]


def outline(
    lesson: course.Lesson, source: NotebookNode, outputs: Mapping[str, Sequence[NotebookNode]], lessons: Path = LESSONS
) -> Lesson:
    """Put a lesson in order for a class.

    Args:
        source: its script as `editions.read_source` has it, with links filled in.
        outputs: of its cells of code, by id.
        lessons: where the rooms are in which quizzes lie.

    Raises:
        BuildError: an exercise has no task, or a cell no outputs, since the notebook was built of another source.
    """
    head, *cells = source.cells
    objectives, words = read_head(head.source)
    sections, task = [Section("")], ""
    for cell in cells:
        tags, parts = cell.metadata.get("tags", []), sections[-1].parts
        if cell.cell_type == "code" and cell.id not in outputs:
            raise BuildError(f"{cell.id}: no outputs; run `python -m course_build notebooks {lesson.name}`")
        if "task" in tags:
            task = unmarked(cell.source)
        elif "why" in tags:
            discussion = f"{parts[-1].discussion}\n\n{unmarked(cell.source)}".strip()
            parts[-1] = replace(parts[-1], discussion=discussion)
        elif cell.cell_type == "markdown":
            for part in texts(cell):
                opened = SECTION.match(part.source) if part.kind == "heading" else None
                if opened:
                    sections.append(Section(opened[1], opened[2] or ""))
                else:
                    sections[-1].parts.append(part)
        elif "exercise" in tags:
            if not task:
                raise BuildError(f"{cell.id}: an exercise follows a cell that is tagged 'task'")
            parts.append(Exercise(task, stub_source(cell.source, cell.id), solution=solved_source(cell.source)))
            task = ""
        elif "check" in tags:
            parts[-1] = replace(parts[-1], check=cell.source.strip().splitlines()[-1])
        else:
            parts.append(prediction(cell.source) or quiz(cell.source, lessons) or code(cell.source, outputs[cell.id]))
    words += [part.source for part in sections.pop(0).parts if isinstance(part, Text)]
    title = f"{lesson.number} · {lesson.title}"
    return Lesson(title, lesson.question, objectives, str(lesson.minutes), "\n\n".join(words), sections)


def read(lesson: course.Lesson, stored: NotebookNode, lessons: Path = LESSONS) -> Lesson:
    """The outline of a lesson from its room and its stored edition."""
    name = f"notebooks/{lesson.notebook}.ipynb"
    source = with_links(read_source(lessons / lesson.name / "lesson.py"), name, built_for(stored))
    return outline(lesson, source, {cell.id: cell.outputs for cell in stored.cells if "outputs" in cell}, lessons)


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
