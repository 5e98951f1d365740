"""What the learner expects, said before the cell is run, and kept beside what came out."""

from __future__ import annotations

import html
from collections.abc import Sequence

import traitlets

from ..shared.base import STYLE, Widget, front_end, style


def comparison(prediction: str, outcome: str) -> str:
    """What was predicted and what came out, in a line; each as far as it was said."""
    said = [f"You predicted: {prediction}."] if prediction else []
    return " ".join([*said, f"It came out: {outcome}."] if outcome else said)


class Prediction(Widget):
    """A question to answer before the next cell is run. `came_out` then shows the answer beside what came out.

    What is chosen stays in this notebook; it is marked by nobody and sent nowhere.

    Args:
        question: what is asked.
        choices: what to choose from; without any, the answer is written in one's own words.
    """

    _esm = front_end("prediction")
    _css = STYLE + style("prediction")

    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    prediction = traitlets.Unicode(help="what the learner expects; empty as long as nothing was said").tag(sync=True)
    outcome = traitlets.Unicode(help="what came out; empty as long as nobody knows").tag(sync=True)

    def __init__(self, question: str, choices: Sequence[str] = ()):
        super().__init__(question=question, choices=list(choices))

    def came_out(self, outcome: object) -> None:
        """Show ``outcome`` beside the prediction: in the widget, and in a line under the cell that found it out."""
        self.outcome = str(outcome)
        print(comparison(self.prediction, self.outcome))

    @traitlets.observe("prediction", "outcome")
    def _note(self, _) -> None:
        self.keep()

    def stand_in(self) -> dict[str, str]:
        """The question and its choices as text, with what was predicted and what came out."""
        choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in self.choices)
        asked = f"<p><b>Predict:</b> {html.escape(self.question)}</p>" + (f"<ul>{choices}</ul>" if choices else "")
        said = f"<p>{html.escape(comparison(self.prediction, self.outcome))}</p>"
        return {"text/html": asked + (said if self.prediction or self.outcome else "")}
