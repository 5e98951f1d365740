import pytest

from gan_lesson.widgets import Prediction
from gan_lesson.widgets.prediction.shell import comparison


@pytest.mark.parametrize(
    ("prediction", "line"),
    [("grey", "You predicted: grey. It came out: noise."), ("", "It came out: noise.")],
)
def test_what_came_out_is_said_beside_what_was_predicted(capsys, prediction, line):
    assert comparison(prediction, "noise") == line
    widget = Prediction("What will it look like?", ["grey", "noise"])
    widget.prediction = prediction
    widget.came_out("noise")
    assert capsys.readouterr().out == line + "\n"
    assert widget.outcome == "noise"


def test_a_number_may_come_out(capsys):
    widget = Prediction("How many?")
    widget.came_out(7)
    assert capsys.readouterr().out == "It came out: 7.\n"


def test_where_no_widget_can_live_question_and_choices_stand_as_text():
    shown = Prediction("Is 1 < 2?", ["yes", "no & never"]).stand_in()["text/html"]
    assert shown == "<p><b>Predict:</b> Is 1 &lt; 2?</p><ul><li>yes</li><li>no &amp; never</li></ul>"
    assert "<ul>" not in Prediction("Why?").stand_in()["text/html"]


def test_what_was_predicted_and_what_came_out_stay_in_the_text():
    widget = Prediction("Rain?", ["yes", "no"])
    widget.prediction = "yes"
    assert widget.stand_in()["text/html"].endswith("<p>You predicted: yes.</p>")
    widget.outcome = "a < b"
    assert widget.stand_in()["text/html"].endswith("<p>You predicted: yes. It came out: a &lt; b.</p>")


def test_the_text_in_the_notebook_follows_what_is_said(monkeypatch):
    kept = []
    monkeypatch.setattr(Prediction, "keep", lambda self: kept.append(self.prediction))
    Prediction("Rain?", ["yes", "no"]).prediction = "yes"
    assert kept == ["yes"]
