"""The questions at the end of a lesson: whatever is chosen is explained.

The file format is that of jupyterquiz, the widget is ours: with jupyterquiz the key "a" on an answer inserts a cell in
JupyterLab, explanations are in no live region, and pages without a kernel and without a network show nothing.
"""

from __future__ import annotations

import html

import traitlets

from ... import progress
from ..shared.base import STYLE, Widget, front_end, style
from .questions import answer_text, questions


class Quiz(Widget):
    """The quiz of a lesson. It needs no kernel; where there is one, passing is noted as progress.

    It is passed when the last answer chosen to each question is the right one.

    Args:
        lesson: the name of the lesson, such as ``"the_game"``.

    Raises:
        ValueError: there is no quiz for such a lesson.
    """

    _esm = front_end("quiz")
    _css = STYLE + style("quiz")

    stands_alone = traitlets.Bool(True).tag(sync=True)
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    chosen = traitlets.List(help="the numbers of the answers chosen to each question, the latest last").tag(sync=True)

    def __init__(self, lesson: str):
        asked = questions(lesson)
        self.lesson = lesson
        super().__init__(questions=asked, chosen=[[] for _ in asked])

    @property
    def is_passed(self) -> bool:
        """Whether the last answer to every question is right."""
        return all(
            one and asked["answers"][one[-1]]["correct"] for asked, one in zip(self.questions, self.chosen, strict=True)
        )

    @traitlets.observe("chosen")
    def _note(self, _) -> None:
        if self.is_passed:
            progress.note(self.lesson, "quiz")

    def stand_in(self) -> dict[str, str]:
        """The questions as text, with the answers folded."""
        return {"text/html": f"<ol>{''.join(_as_text(asked) for asked in self.questions)}</ol>"}


def _as_text(asked: dict) -> str:
    choices = [one for one in asked["answers"] if "answer" in one]
    answers = "".join(f"<li>{html.escape(one['answer'])}</li>" for one in choices)
    said = "".join(
        f"<li><b>{'right' if one['correct'] else 'wrong'}</b>: {html.escape(answer_text(one))}<br>"
        f"{html.escape(one['feedback'])}</li>"
        for one in asked["answers"]
    )
    code = f"<pre>{html.escape(asked['code'])}</pre>" if "code" in asked else ""
    answers = f"<ul>{answers}</ul>" if answers else ""
    folded = f"<details><summary>Answers</summary><ul>{said}</ul></details>"
    return f"<li>{html.escape(asked['question'])}{code}{answers}{folded}</li>"
