"""The prose keeps the project's rules: its words and spelling, texts beside all pictures, and the frame of a lesson."""

from __future__ import annotations

import ast
import html
import json
import re
from importlib import resources
from pathlib import Path

import pytest

from course_build.editions import read_source
from course_build.prose import unmarked
from gan_lesson import course

ROOT = Path(__file__).parent.parent
ROOMS = ROOT / "gan_lesson" / "lessons"
SOURCES = sorted(ROOMS.glob("*/lesson.py"))
EDITIONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")) + sorted(
    (ROOT / "notebooks" / "solutions").glob("*.ipynb")
)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "deploy").glob("*/*.md"))]
PAGES += sorted(ROOMS.glob("*/teaching.md"))
QUIZZES = sorted(ROOMS.glob("*/quiz.json"))
CHECKS = [*sorted((ROOT / "gan_lesson" / "checks").glob("*.py")), *sorted(ROOMS.glob("*/checks.py"))]

#: To whoever is stuck it is none of this. ("Easy" has a meaning of its own: some fakes are easy to tell.)
BANNED = re.compile(
    r"\b(simply|just|obviously|of course|trivial(?:ly)?|needless to say|as (?:you|we all) know|"
    r"(?:easy to|easily|clearly|plainly) (?:see|seen)|it is (?:clear|easy|obvious))\b",
    re.IGNORECASE,
)
#: British words as well (the noun "practice", the verb "license"), or what PyTorch and Python call their things.
BOTH_SIDES = {"practice", "license", "program", "programs", "story", "stories", "biased"}
BOTH_SIDES |= {"optimizer", "optimizers", "math"}
#: Lessons go by their titles: a number follows from the order, and the build writes it. Lines may break anywhere.
NUMBERED = re.compile(r"\blessons?(?:\s|\n *(?:#|//|\*|>) ?)+\d", re.IGNORECASE)
#: Lines may break anywhere here, too: it is a training run, and "training" has no plural.
NO_RUN = re.compile(r"\btrainings\b|\ba\s+training\b(?!\s+(?:run|image|picture|step|set|loop|data))")
#: The house, but for what was built: a file that people read or write.
WRITTEN = [ROOT / "Makefile", ROOT / "README.md", *ROOT.glob("*.toml"), *ROOT.glob("*.yml")]
for folder in ("benchmarks", "course_build", "deploy", "docs", "gan_lesson", "images", "tests"):
    for ending in ("css", "html", "js", "json", "md", "py", "yml"):
        WRITTEN += [path for path in (ROOT / folder).rglob(f"*.{ending}") if "node_modules" not in path.parts]
#: Pictures that need no more words: a badge says where it leads.
BADGES = {"Open in Colab"}
ALT = 20


def name(path: Path) -> str:
    return "-".join(path.relative_to(ROOT).with_suffix("").parts)


def prose(path: Path) -> str:
    """What is there to be read: the text of a page, of a quiz, or of a lesson with what its code says."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".md", ".json"):
        return text
    if path in CHECKS:
        return "\n\n".join(sayings(text))
    cells = read_source(path).cells
    said = [[cell.source] if cell.cell_type == "markdown" else sayings(cell.source) for cell in cells]
    return "\n\n".join(part for parts in said for part in parts)


def sayings(code: str) -> list[str]:
    """The strings in code that hold more than a word: alt texts, predictions, messages, docstrings."""
    strings = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    return [string for string in strings if isinstance(string, str) and " " in string.strip()]


def banned(text: str) -> list[str]:
    return BANNED.findall(" ".join(text.split()))


def american(text: str) -> list[str]:
    """The words in American spelling; code, formulas and addresses spell as they like."""
    for what in (r"```.*?```", r"`[^`]*`", r"\$\$.*?\$\$", r"\$[^$\n]+\$", r"\]\([^)]*\)", r"https?://\S+"):
        text = re.sub(what, " ", text, flags=re.DOTALL)
    text = re.sub(r"^\*Sources\.\*(?:.+\n?)*", " ", text, flags=re.MULTILINE)  # titles are cited as they were printed
    return [word for word in re.findall(r"[a-z]+", text.lower()) if word in AMERICAN]


def american_words() -> set[str]:
    """The right side of the dictionary by which codespell turns British spelling into American."""
    lines = (resources.files("codespell_lib") / "data" / "dictionary_en-GB_to_en-US.txt").read_text().splitlines()
    words = {word.strip() for line in lines for word in line.split("->")[1].split(",")}
    return {word for word in words if word.isalpha()} - BOTH_SIDES


AMERICAN = american_words()


def mute(markdown: str) -> list[str]:
    """The alt texts of pictures that say too little."""
    tags = [re.search(r'\balt="([^"]*)"', tag) for tag in re.findall(r"<img\b[^>]*>", markdown)]
    alts = re.findall(r"!\[([^\]]*)\]\(", markdown) + [alt[1] if alt else "" for alt in tags]
    return [alt for alt in alts if len(alt) < ALT and alt not in BADGES]


def trouble(output: dict) -> list[str]:
    """What is wrong with the pictures in an output of a notebook: no text beside them, or too short a one."""
    data = {kind: "".join(part) for kind, part in output.get("data", {}).items() if isinstance(part, (str, list))}
    shown = re.findall(r"<img\b[^>]*>", data.get("text/html", ""))
    images = [kind for kind in data if kind.startswith("image/") and not shown]
    found = [f"{kind} has no alt text: show a plots.Picture" for kind in images]
    for picture in shown:
        alt = re.search(r'\balt="([^"]*)"', picture)
        if not alt or len(html.unescape(alt[1]).strip()) < ALT:
            found.append(f"alt text: {alt and alt[1]!r}")
    if shown and not data.get("text/plain", "").strip():
        found.append("a picture without a text beside it")
    return found


def missing(lesson: str) -> list[str]:
    """Which parts of the frame a lesson doesn't have."""
    first, _, last = lesson.partition("\n## Recap\n")
    goals = re.search(r"^At the end you can\n((?:.+\n)+)", first, re.MULTILINE)
    items = re.findall(r"^- (.+)", goals[1], re.MULTILINE) if goals else []
    parts = {
        "**The question of this lesson:** ...?": re.search(
            r"^\*\*The question of this lesson:\*\* (?:.+\n)*?.*\?", first, re.M
        ),
        "At the end you can": len(items) >= 3 and all(re.match(r"\*[a-z]+\* ", item) for item in items),
        "About N minutes": re.search(r"^About \d+ minutes\.", first, re.M),
        "## Recap": last,
        "**Next:**": re.search(r"^\*\*(?:Next|Where to go next):\*\* ", last, re.M),
        "*Sources.*": re.search(r"^\*Sources\.\* ", last, re.M),
    }
    return [part for part, there in parts.items() if not there]


@pytest.mark.parametrize("path", [*PAGES, *SOURCES, *QUIZZES, *CHECKS], ids=name)
def test_nothing_is_called_obvious_and_the_spelling_is_british(path):
    text = prose(path)
    assert banned(text) == []
    assert american(text) == []


def test_a_lesson_goes_by_its_title_and_never_by_a_number():
    found = {name(path): NUMBERED.findall(path.read_text(encoding="utf-8")) for path in WRITTEN}
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("path", [*PAGES, *SOURCES, *QUIZZES, *(ROOT / "gan_lesson").rglob("*.py")], ids=name)
def test_what_a_loop_does_is_called_a_training_run(path):
    assert NO_RUN.findall(path.read_text(encoding="utf-8")) == []


def test_code_and_texts_name_no_notebook():
    names = re.compile(rf"\b\d\d_(?:{'|'.join(lesson.name for lesson in course.LESSONS)})")
    code = [*(ROOT / "gan_lesson").rglob("*.py"), *QUIZZES]
    found = {name(path): names.findall(path.read_text(encoding="utf-8")) for path in code}
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("path", [*PAGES, *SOURCES], ids=name)
def test_each_picture_of_a_page_says_what_it_shows(path):
    assert mute(prose(path)) == []


@pytest.mark.parametrize("path", EDITIONS, ids=name)
def test_each_picture_of_a_notebook_says_what_it_shows(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found = {cell["id"]: trouble(output) for cell in cells for output in cell.get("outputs", [])}
    assert {cell: said for cell, said in found.items() if said} == {}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_each_lesson_has_its_question_its_goals_and_what_comes_next(path):
    cells = read_source(path).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert missing(f"{unmarked(text)}\n") == []


def test_words_that_help_nobody_are_found():
    assert banned("It is Just\nso, of\ncourse; adjust it, an easy case.") == ["Just", "of course"]
    assert american("The color of a neighbor, `color=0`, minimizes\nthe optimizer's colour.") == [
        "color",
        "neighbor",
        "minimizes",
    ]
    assert sayings('f(f"of course {x}", color="red", alt="a red\\ndot")') == ["of course ", "a red\ndot"]


def test_a_number_in_place_of_a_title_is_found():
    said = "Lessons {0} and {0}; of lesson\n# {0}, as lesson\n    {0}'s; the lesson The game; lessons\n\n- a\n- {0} b"
    assert len(NUMBERED.findall(said.format(7))) == 3
    assert (
        len(NO_RUN.findall("a training, two trainings, a training\nrun, a training image, training is a training")) == 3
    )


def test_a_picture_that_says_too_little_is_found():
    assert mute(
        "![A picture](a.png) [![Open in Colab](images/colab.svg)](b) ![64 digits that a generator drew](c)"
    ) == ["A picture"]
    assert mute('<img src="a.png"> <img alt="64 digits that a generator drew">') == [""]
    picture = '<img alt="64 digits that a generator drew" src="data:">'
    assert trouble({"data": {"text/html": picture, "text/plain": "<Picture>"}}) == []
    assert trouble({"data": {"text/html": picture, "image/png": "", "text/plain": "<Picture>"}}) == []
    assert trouble({"data": {"text/html": [picture]}}) == ["a picture without a text beside it"]
    assert trouble({"data": {"text/html": '<img src="data:">', "text/plain": "x"}}) == ["alt text: None"]
    assert trouble({"data": {"image/png": "", "text/plain": "x"}}) == [
        "image/png has no alt text: show a plots.Picture"
    ]


def test_a_part_that_a_lesson_lacks_is_found():
    goals = "At the end you can\n- *say* this,\n- *write* that\n  and more,\n- *read* it.\n"
    recap = "## Recap\n\n**Next:** x\n\n*Sources.* y\n"
    lesson = f"**The question of this lesson:** why\nand how?\n\n{goals}\nAbout 9 minutes.\n\n{recap}"
    assert missing(lesson) == []
    assert missing(lesson.replace("*write* that", "that")) == ["At the end you can"]
    assert missing(lesson.replace("how?", "how.")) == ["**The question of this lesson:** ...?"]
    assert missing(lesson.replace("## Recap", "## Then")) == ["## Recap", "**Next:**", "*Sources.*"]
