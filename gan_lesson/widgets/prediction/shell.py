"""What the learner expects, said before the cell is run, and kept beside what came out."""

from __future__ import annotations

import html
from collections.abc import Sequence

import traitlets
from IPython.display import display

from ..shared.base import STYLE, Widget, front_end, style

#: What a cell says of its outcome to who has predicted nothing.
KEPT_BACK = "Predict first, above: then you read here what came out."


def comparison(prediction: str, outcome: str) -> str:
    """What was predicted and what came out, in a line; each as far as it was said."""
    said = [f"You predicted: {prediction}."] if prediction else []
    return " ".join([*said, f"What came out: {outcome}."] if outcome else said)


class Prediction(Widget):
    """A question to answer before the next cell is run. `came_out` then shows the answer beside what came out.

    What is chosen stays in this notebook; it is marked by nobody and sent nowhere.

    Args:
        question: what is asked.
        choices: what to choose from; without any, the answer is written in one's own words.
    """

    _esm = front_end("prediction")
    _css = STYLE + style("prediction")

    #: Whether what came out is told only to who has predicted, or asks. The solved edition tells it at once.
    asks_first = True

    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    prediction = traitlets.Unicode(help="what the learner expects; empty as long as nothing was said").tag(sync=True)
    outcome = traitlets.Unicode(help="what came out; empty as long as nobody knows").tag(sync=True)
    told = traitlets.Bool(help="whether what came out may be told").tag(sync=True)

    def __init__(self, question: str, choices: Sequence[str] = ()):
        self._line = None
        super().__init__(question=question, choices=list(choices), told=not self.asks_first)

    def came_out(self, outcome: object) -> None:
        """Show ``outcome`` beside the prediction: in the widget, and in a line under the cell that found it out.

        As long as nothing is predicted and nobody has asked for it, that line says so and keeps the outcome back.
        """
        self.outcome = str(outcome)
        self.told = self.told or bool(self.prediction)
        self._line = display(_Line(self), display_id=True)

    def said(self) -> str:
        """What may be said by now."""
        return comparison(self.prediction, self.outcome if self.told else "")

    @traitlets.observe("prediction", "outcome", "told")
    def _note(self, _) -> None:
        self.keep()
        if self._line is not None:
            self._line.update(_Line(self))

    def stand_in(self) -> dict[str, str]:
        """The question and its choices as text, with what was predicted and what came out."""
        choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in self.choices)
        asked = f"<p><b>Predict:</b> {html.escape(self.question)}</p>" + (f"<ul>{choices}</ul>" if choices else "")
        said = self.said()
        return {"text/html": asked + (f"<p>{html.escape(said)}</p>" if said else "")}


class _Line:
    """What stands under the cell that knows the outcome."""

    def __init__(self, asked: Prediction):
        self.asked = asked

    def __repr__(self) -> str:
        return self.asked.said() if self.asked.told else KEPT_BACK
