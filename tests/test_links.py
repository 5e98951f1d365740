"""Every link from one part of the project to another leads somewhere. (Links to other hosts are not followed.)"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def linked(text: str) -> list[str]:
    """Where the links and pictures of a text lead inside the project."""
    targets = [target.split("#")[0] for target in LINK.findall(text)]
    return [target for target in targets if target and ":" not in target and not target.startswith("{{")]


def texts() -> list[Path]:
    return [
        ROOT / "README.md",
        ROOT / "deploy" / "jupyterhub" / "README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "gan_lesson" / "lessons").glob("*/teaching.md")),
        *sorted((ROOT / "gan_lesson" / "lessons").glob("*/lesson.py")),
    ]


@pytest.mark.parametrize("path", texts(), ids=lambda path: "-".join(path.relative_to(ROOT).parts))
def test_every_link_inside_the_project_leads_somewhere(path):
    # the links of a lesson are those of the notebook that is built of it
    folder = ROOT / "notebooks" if path.suffix == ".py" else path.parent
    targets = linked(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (folder / target).exists()] == []


def test_a_link_that_leads_nowhere_is_found():
    text = "[a](docs/no.md) ![b](images/no.png#top) [c](https://example.org/x) [d]({{COLAB}}) [e](#here)"
    assert linked(text) == ["docs/no.md", "images/no.png"]
