"""Widgets that go on living: which cells are executed for them, how often, and what is taken of it."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_build import living
from course_build.editions import METADATA
from gan_lesson import widgets
from gan_lesson.widgets.shared.still import AGAIN, still

STILL = still({"text/html": "<img>", "image/png": "AA=="}, "LossLab()", "gl-1", stands_alone=True)
VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "one"}}


def test_lessons_are_executed_down_to_their_last_widget_that_stands_alone_and_others_not_at_all():
    assert {"LatentExplorer", "LossLab", "TimeMachine"} <= set(living.standing_alone()) <= set(widgets.__all__)
    sources = ["x = 1\nLossLab()", "y", "widget = TimeMachine('run')", "z"]
    needed = living.down_to_widgets(new_notebook(cells=[new_code_cell(source) for source in sources]))
    assert [cell.source for cell in needed.cells] == sources[:3]
    tagged = {"tags": ["self-contained"]}
    alone = [new_code_cell("a"), new_code_cell("LossLab()", metadata=tagged), new_code_cell("x"), new_code_cell("y")]
    assert [cell.source for cell in living.down_to_widgets(new_notebook(cells=alone)).cells] == ["LossLab()"]
    alone[2] = new_code_cell("TimeMachine('run')")
    assert len(living.down_to_widgets(new_notebook(cells=alone)).cells) == 3
    none = [new_markdown_cell("LossLab()"), new_code_cell("import LossLab\ninteract(x)")]
    assert living.down_to_widgets(new_notebook(cells=none)) is None


def test_an_execution_is_remembered_until_the_lesson_changes(tmp_path, monkeypatch):
    runs = []
    monkeypatch.setattr(living, "REMEMBERED", tmp_path / "remembered")
    monkeypatch.setattr(living.notebooks, "execute", lambda notebook, cwd, name: runs.append(name) or notebook)
    one, other = (new_notebook(cells=[new_code_cell(source)]) for source in ("1", "2"))
    for notebook in (one, one, other, one):
        assert living.executed(notebook, tmp_path, "08_x").cells[-1].source == notebook.cells[-1].source
    assert runs == ["08_x"] * 3
    assert len(list((tmp_path / "remembered").iterdir())) == 1


def test_only_cells_with_widgets_take_what_came_of_the_execution():
    old, new = ([new_output("display_data", data={"text/plain": age})] for age in ("old", "new"))
    stored, fresh = (
        new_notebook(cells=[new_code_cell("a", id="a", outputs=shown), new_code_cell("b", id="b")])
        for shown in (old, new)
    )
    stored.cells.insert(0, new_code_cell("needed by no widget"))
    stored.cells.append(new_code_cell("below the last widget"))
    fresh.cells[1].outputs = [new_output("display_data", data=data) for data in ({"text/plain": "x"}, VIEW, STILL)]
    fresh.metadata["widgets"] = {living.WIDGET_STATE: {"state": {"one": {"state": {}}}}}
    notebook, states = living.merged(stored, fresh)
    assert notebook.cells[1].outputs[0].data["text/plain"] == "old"
    said, widget = notebook.cells[2].outputs
    assert said.data == {"text/plain": "x"}
    assert widget.data == {**STILL, **VIEW, "text/html": f'<div class="gl-still"><img>{AGAIN}</div>'}
    assert len(notebook.cells) == 4
    assert list(states) == ["one"]


def test_a_page_has_room_for_content_that_a_notebook_has_not(tmp_path, monkeypatch):
    monkeypatch.setattr(living, "REMEMBERED", tmp_path)
    setup = new_code_cell("print('found')", metadata={"tags": ["setup"]})
    made = "from gan_lesson.widgets import TimeMachine\n\nTimeMachine('article')"
    notebook = new_notebook(cells=[setup, new_code_cell(made)], metadata=METADATA)
    done = living.executed(notebook, tmp_path, "08_x")
    assert done.cells[0].source == setup.source  # before it the library may not be found
    _, states = living.merged(notebook, done)
    (machine,) = (one["state"] for one in states.values() if "stands_alone" in one["state"])
    assert machine["stands_alone"] and machine["content"]["samples"]["shape"] == [41, 64, 28, 28]
