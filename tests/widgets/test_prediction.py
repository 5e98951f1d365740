import pytest

from gan_lesson.widgets import Prediction
from gan_lesson.widgets.prediction.shell import KEPT_BACK


@pytest.fixture
def asked():
    return Prediction("What will it look like?", ["grey", "noise"])


def told(capsys) -> str:
    return capsys.readouterr().out.rstrip("\n")


def test_what_came_out_is_told_beside_what_was_predicted(asked, capsys):
    asked.prediction = "grey"
    asked.came_out("noise")
    assert told(capsys) == "You predicted: grey. What came out: noise."


def test_who_predicts_nothing_is_told_nothing(asked, capsys):
    asked.came_out("noise")
    assert told(capsys) == KEPT_BACK
    assert "What came out" not in asked.stand_in()["text/html"]
    asked.prediction = "grey"  # keys pass the choices one by one: the browser's half says which was meant
    assert "What came out" not in asked.stand_in()["text/html"]


def test_what_came_out_is_told_once_it_is_asked_for(asked, capsys):
    asked.came_out("noise")
    told(capsys)
    asked.told = True
    asked.came_out("noise again")
    assert told(capsys) == "What came out: noise again."


def test_a_prediction_that_comes_late_counts_when_the_cell_is_run_again(asked, capsys):
    asked.came_out("noise")
    asked.prediction = "noise"
    told(capsys)
    asked.came_out("noise")
    assert told(capsys) == "You predicted: noise. What came out: noise."


def test_the_line_under_the_cell_follows_what_may_be_told(asked, monkeypatch):
    lines = []

    class Shown:
        def update(self, line):
            lines.append(repr(line))

    monkeypatch.setattr("gan_lesson.widgets.prediction.shell.display", lambda line, display_id: Shown())
    asked.came_out("noise")
    asked.prediction = "grey"
    asked.told = True
    assert lines == [KEPT_BACK, "You predicted: grey. What came out: noise."]


def test_the_solved_edition_tells_at_once(monkeypatch, capsys):
    monkeypatch.setattr(Prediction, "asks_first", False)
    Prediction("How many?").came_out(7)
    assert told(capsys) == "What came out: 7."


def test_where_no_widget_can_live_question_and_choices_stand_as_text():
    shown = Prediction("Is 1 < 2?", ["yes", "no & never"]).stand_in()["text/html"]
    assert shown == "<p><b>Predict:</b> Is 1 &lt; 2?</p><ul><li>yes</li><li>no &amp; never</li></ul>"
    assert "<ul>" not in Prediction("Why?").stand_in()["text/html"]


def test_what_was_predicted_and_what_came_out_stay_in_the_text():
    widget = Prediction("Rain?", ["yes", "no"])
    widget.prediction = "yes"
    assert widget.stand_in()["text/html"].endswith("<p>You predicted: yes.</p>")
    widget.came_out("a < b")
    assert widget.stand_in()["text/html"].endswith("<p>You predicted: yes. What came out: a &lt; b.</p>")


def test_the_text_in_the_notebook_follows_what_is_said(monkeypatch):
    kept = []
    monkeypatch.setattr(Prediction, "keep", lambda self: kept.append(self.prediction))
    Prediction("Rain?", ["yes", "no"]).prediction = "yes"
    assert kept[-1] == "yes"
