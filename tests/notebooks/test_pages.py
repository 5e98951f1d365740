"""The parts of `make site` that need no browser: text, outputs, the state of widgets, what is executed."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gan_lesson import widgets

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
spec = importlib.util.spec_from_file_location("notebooks_pages", NOTEBOOKS / "pages.py")
site = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = site  # where dataclasses look for it
spec.loader.exec_module(site)

PNG = base64.b64encode(b"the picture").decode()
RICH = base64.b64encode(b"a picture of many things").decode()
VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "one"}}
HEAD = "# 8 · Trying\n\n**The question of this lesson:** what\nis x?\n\nAbout 5 minutes. More."


def picture(alt: str = "a curve", content: str = PNG) -> str:
    return f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{content}">'


def shown(**data):
    return new_output("display_data", data={key.replace("_", "/", 1): value for key, value in data.items()})


def saved(**state) -> dict:
    return {
        "state": {"_esm": "export default {}", "_css": ".a {}", "_view_name": "x", "layout": "IPY_MODEL_2", **state}
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"so $D(G(z))$ is", r"so <math .*<mi>D</mi>.*</math> is"),
        (r"$$\text{loss} = -\log D$$", r'<div class="formula"><math [^>]*display="block".*<mtext>loss</mtext>'),
        ("it costs $5", r"it costs \$5"),
    ],
)
def test_formulas_become_mathml(source, expected):
    made = site.text(source)
    assert re.search(expected, made, re.DOTALL)
    assert "$$" not in made


def test_links_between_lessons_lead_to_their_pages():
    made = site.text("[next](06_the_loop.ipynb#top) [all](../README.md) [paper](https://example.org/06_x.ipynb)")
    assert re.findall('href="(.*?)"', made) == ["06_the_loop.html#top", "index.html", "https://example.org/06_x.ipynb"]


def test_pictures_beside_the_notebook_become_part_of_the_page(tmp_path):
    (tmp_path / "badge.svg").write_text("<svg/>")
    made = site.text('![badge](badge.svg) <img src="badge.svg"> ![far](data:image/png;base64,AA)', tmp_path)
    expected = f"data:image/svg+xml;base64,{base64.b64encode(b'<svg/>').decode()}"
    assert re.findall('src="(.*?)"', made) == [expected, expected, "data:image/png;base64,AA"]


def test_a_folded_solution_stays_folded_with_its_code_inside():
    made = site.text("<details><summary>Solution</summary>\n\n```python\nx = 1\n```\n\n</details>")
    assert re.fullmatch(r"\s*<details><summary>Solution</summary>.*highlight.*</pre>.*</details>\s*", made, re.DOTALL)


def test_title_question_minutes_and_emblem_of_a_lesson():
    outputs = [shown(text_html=picture("small")), shown(text_html=picture("&lt;rich&gt;", RICH))]
    notebook = new_notebook(cells=[new_code_cell("1"), new_markdown_cell(HEAD), new_code_cell("2", outputs=outputs)])
    assert site.title(notebook) == "8 · Trying"
    assert site.question(notebook) == "What is x?"
    assert site.emblem(notebook) == ("<rich>", b"a picture of many things")
    outputs.insert(0, shown(text_html=picture("of a widget"), text_plain="LossLab()"))
    assert site.emblem(new_notebook(cells=[new_code_cell("1", outputs=outputs)]))[0] == "of a widget"
    assert site.emblem(new_notebook()) == ("", b"")


def test_of_a_prediction_only_the_question_is_shown():
    cell = new_code_cell("code", metadata={"tags": ["prediction"]}, outputs=[shown(text_html="<p>Rain?</p>")])
    body, _ = site.lesson(new_notebook(cells=[new_markdown_cell(HEAD), cell]), {})
    assert "<p>Rain?</p>" in body and "highlight" not in body


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (new_output("stream", name="stdout", text="a < b\n"), "<pre>a &lt; b\n</pre>"),
        (shown(text_plain="<x>"), "<pre>&lt;x&gt;</pre>"),
        (shown(text_html="<b>x</b>", text_plain="x"), "<b>x</b>"),
        (shown(image_png="AA==\n"), '<img alt="" src="data:image/png;base64,AA==">'),
        (
            new_output("error", ename="CheckFailed", evalue="1 < 2", traceback=["\x1b[31mline\x1b[0m", "end"]),
            "<details class=error><summary>CheckFailed: 1 &lt; 2</summary><pre>line\nend</pre></details>",
        ),
    ],
)
def test_outputs(output, expected):
    assert site.output(output, {}, site.Page()) == expected


def test_a_widget_that_stands_alone_lives_on_in_place_of_its_picture():
    page = site.Page()
    output = new_output("display_data", data={**VIEW, "text/html": picture(), "text/plain": "LossLab()"})
    made = site.output(output, {"one": saved(stands_alone=True, logit=2)}, page)
    assert made == f'<div class="gan-widget" data-number="0">{picture()}</div>'
    ((key, module),) = page.modules.items()
    assert module == "export default {}"
    assert page.styles == [".a {}"]
    assert page.alive == [{"module": key, "state": {"stands_alone": True, "logit": 2}}]
    assert page.names == ["LossLab"]


@pytest.mark.parametrize("states", [{}, {"one": saved(stands_alone=False)}], ids=["no state", "needs a kernel"])
def test_any_other_widget_is_a_picture_that_says_where_it_is_alive(states):
    page = site.Page()
    output = new_output("display_data", data={**VIEW, "text/html": picture(), "text/plain": "Playground()"})
    output.data["text/plain"] = "interact(x)"
    assert site.output(output, states, page) == (
        picture() + '<p class="still">A picture of a widget. It is alive in JupyterLab and Colab.</p>'
    )
    assert not page.alive


def test_small_bytes_stay_in_the_state_and_large_ones_go_into_a_file_that_pages_share():
    small, large = base64.b64encode(b"few").decode(), base64.b64encode(bytes(200_000)).decode()
    state = saved(content={"weights": {"shape": [3]}, "all": [{}, {}]})
    state["buffers"] = [
        {"encoding": "base64", "data": small + "\n", "path": ["content", "weights", "bytes"]},
        {"encoding": "base64", "data": large, "path": ["content", "all", 1, "bytes"]},
    ]
    assets = {}
    content = site.saved_state(state, assets)["content"]
    ((file, script),) = assets.items()
    assert content == {
        "weights": {"shape": [3], "bytes": {"base64": small}},
        "all": [{}, {"bytes": {"asset": file.removesuffix(".js")}}],
    }
    assert script == f'(globalThis.ganLessonBytes ??= {{}})["{file.removesuffix(".js")}"] = "{large}";\n'
    again = {}
    site.saved_state(state, again)
    assert again == assets


def test_the_title_comes_before_the_folded_set_up():
    setup = new_code_cell("import sys", metadata={"tags": ["setup"]}, outputs=[shown(text_plain="ready")])
    made, _ = site.lesson(new_notebook(cells=[setup, new_markdown_cell(HEAD), new_code_cell("x")]), {})
    assert made.index("<h1>") < made.index("<details><summary>Set-up") < made.index("ready") < made.index("</details>")
    assert len(re.findall("highlight code", made)) == 2


def test_state_that_holds_markup_cannot_end_the_script():
    page = site.Page(modules={"k": "'</script>'"}, alive=[{"module": "k", "state": {"text": "</script><b>"}}])
    made = site.document("T", "", page=page)
    content = re.search(r'id="widgets">(.*?)</script>', made, re.DOTALL)[1]
    assert json.loads(content) == {"modules": page.modules, "widgets": page.alive}


def test_lessons_know_their_neighbours():
    names = ["01_a", "02_b", "03_c"]
    headings = {name: f"{name} & co" for name in names}
    assert re.findall('href="(.*?)"', site.navigation(names, headings, "02_b")) == [
        "01_a.html",
        "index.html",
        "03_c.html",
    ]
    assert re.findall('href="(.*?)"', site.navigation(names, headings, "01_a")) == ["index.html", "02_b.html"]
    assert "03_c &amp; co →" in site.navigation(names, headings, "02_b")


def test_lessons_are_executed_down_to_their_last_widget_that_stands_alone_and_others_not_at_all():
    assert {"LatentExplorer", "LossLab", "TimeMachine"} <= set(site.standing_alone()) <= set(widgets.__all__)
    sources = ["x = 1\nLossLab()", "y", "widget = TimeMachine('run')", "z"]
    needed = site.down_to_widgets(new_notebook(cells=[new_code_cell(source) for source in sources]))
    assert [cell.source for cell in needed.cells] == sources[:3]
    tagged = {"tags": ["self-contained"]}
    alone = [new_code_cell("a"), new_code_cell("LossLab()", metadata=tagged), new_code_cell("x"), new_code_cell("y")]
    assert [cell.source for cell in site.down_to_widgets(new_notebook(cells=alone)).cells] == ["LossLab()"]
    alone[2] = new_code_cell("TimeMachine('run')")
    assert len(site.down_to_widgets(new_notebook(cells=alone)).cells) == 3
    none = [new_markdown_cell("LossLab()"), new_code_cell("import LossLab\ninteract(x)")]
    assert site.down_to_widgets(new_notebook(cells=none)) is None


def test_an_execution_is_remembered_until_the_lesson_changes(tmp_path, monkeypatch):
    runs = []
    monkeypatch.setattr(site, "REMEMBERED", tmp_path / "remembered")
    monkeypatch.setattr(site.build, "execute", lambda notebook, cwd, name: runs.append(name) or notebook)
    one, other = (new_notebook(cells=[new_code_cell(source)]) for source in ("1", "2"))
    for notebook in (one, one, other, one):
        assert site.executed(notebook, tmp_path, "08_x").cells[0].source == notebook.cells[0].source
    assert runs == ["08_x"] * 3
    assert len(list((tmp_path / "remembered").iterdir())) == 1


def test_only_cells_with_widgets_take_what_came_of_the_execution():
    stored, fresh = (
        new_notebook(cells=[new_code_cell("a", id="a", outputs=[shown(text_plain=age)]), new_code_cell("b", id="b")])
        for age in ("old", "new")
    )
    stored.cells.insert(0, new_code_cell("needed by no widget"))
    stored.cells.append(new_code_cell("below the last widget"))
    fresh.cells[1].outputs = [new_output("display_data", data=VIEW)]
    fresh.metadata["widgets"] = {site.WIDGET_STATE: {"state": {"one": {"state": {}}}}}
    notebook, states = site.with_widgets(stored, fresh)
    assert notebook.cells[1].outputs[0].data["text/plain"] == "old"
    assert notebook.cells[2].outputs == fresh.cells[1].outputs
    assert len(notebook.cells) == 4
    assert list(states) == ["one"]


def test_the_site_has_an_index_and_a_page_a_lesson_and_nothing_from_before(tmp_path, capsys):
    folder, out = tmp_path / "notebooks", tmp_path / "site"
    (out / "assets").mkdir(parents=True)
    for old in ("gone.html", "assets/gone.js"):
        (out / old).write_text("old")
    for name in ("01_a", "02_b"):
        cells = [new_markdown_cell(HEAD), new_code_cell("1", outputs=[shown(text_html=picture("the <curve>"))])]
        site.build.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    site.make(folder, out)
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert files == ["01_a.html", "02_b.html", "assets/01_a.png", "assets/02_b.png", "index.html"]
    assert (out / "assets/01_a.png").read_bytes() == b"the picture"
    index = (out / "index.html").read_text()
    assert re.findall(r'href="(\w+)\.html"', index) == ["01_a", "02_b"]
    assert 'alt="the &lt;curve&gt;" src="assets/01_a.png"' in index
    assert "What is x?" in index
    assert "5 minutes" in index
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        "01_a.html",
        "02_b.html",
        "index.html",
    ]


def test_an_unknown_lesson_is_named(capsys):
    with pytest.raises(SystemExit) as ended:
        site.main(["99_none"])
    assert ended.value.code == 2
    assert "no lesson called 99_none; there are: 00_start_here" in capsys.readouterr().err
