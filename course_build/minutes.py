"""How long a lesson takes: what its headings promise beside what is known of it.

The seconds of the cells are measured when the lesson is built. Reading is estimated: `WORDS` a minute, which is well
below the 238 that adults read silently (M. Brysbaert, "How many words do we read per minute?", 2019), since this is a
technical text and many read it in a foreign language; `LINE` seconds for a line of code and `PICTURE` for a picture.
What is left of the promise is for predicting, playing and writing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from nbformat import NotebookNode

WORDS = 150
LINE = 3
PICTURE = 10

HEADING = re.compile(r"^## (.+?)(?: · (\d+) \S+)?$", re.MULTILINE)


@dataclass
class Section:
    """A section of a lesson, times in minutes.

    Attributes:
        title: its heading, without the promise.
        promised: what the heading says; 0 where it says nothing.
        reading: the estimated time to read text, code and pictures.
        cells: the measured time of its cells; 0 in a notebook that was not executed with timing.
    """

    title: str
    promised: int
    reading: float = 0.0
    cells: float = 0.0

    @property
    def left(self) -> float:
        """What is left for predicting, playing and writing."""
        return self.promised - self.reading - self.cells


def sections(notebook: NotebookNode) -> list[Section]:
    """The sections of a lesson in their order; what stands before the first heading is the section "Start"."""
    found = [Section("Start", 0)]
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            text, *later = re.split(r"^(?=## )", cell.source, flags=re.MULTILINE)
            found[-1].reading += _reading(text)
            for part in later:
                title, promised = HEADING.match(part).groups()
                found.append(Section(title, int(promised or 0), _reading(part)))
        elif "setup" not in tags:
            pictures = sum("image/png" in str(output.get("data", {})) for output in cell.get("outputs", []))
            found[-1].reading += (LINE * len(cell.source.splitlines()) + PICTURE * pictures) / 60
        found[-1].cells += _measured(cell)
    return found


def _reading(text: str) -> float:
    # a folded solution is read by who has written one
    text = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    return len(re.findall(r"\w+", text)) / WORDS


def _measured(cell: NotebookNode) -> float:
    times = cell.metadata.get("execution", {})
    begin, end = times.get("iopub.execute_input"), times.get("shell.execute_reply")
    if not (begin and end):
        return 0.0
    return (datetime.fromisoformat(_plain(end)) - datetime.fromisoformat(_plain(begin))).total_seconds() / 60


def _plain(time: str) -> str:
    return time.replace("Z", "+00:00")  # Python 3.10 doesn't know the Z


def table(notebook: NotebookNode) -> str:
    """A line for each section that promises its minutes: the promise, cells, reading, and what is left."""
    lines = [f"  {'section':44} {'promised':>8} {'cells':>6} {'reading':>8} {'left':>6}   (minutes)"]
    for part in sections(notebook):
        if part.promised:
            line = f"  {part.title[:44]:44} {part.promised:8} {part.cells:6.1f} {part.reading:8.1f} {part.left:6.1f}"
            lines.append(line + ("   TOO SHORT" if part.left < 0 else ""))
    return "\n".join(lines)
