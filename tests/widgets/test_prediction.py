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
    shown = Prediction("Is 1 < 2?", ["yes", "no & never"])._repr_mimebundle_()["text/html"]
    assert shown == "<p><b>Predict:</b> Is 1 &lt; 2?</p><ul><li>yes</li><li>no &amp; never</li></ul>"
    assert "<ul>" not in Prediction("Why?")._repr_mimebundle_()["text/html"]
