"""The parts of `make site` that need no browser: pages, their neighbours, the index, and the files that are written."""

from __future__ import annotations

import base64
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_build import notebooks, site
from gan_lesson import course

HEAD = "# 8 · Trying\n\nAbout 5 minutes. More."
PNG = base64.b64encode(b"the picture").decode()
RICH = base64.b64encode(b"a picture of many things").decode()


def picture(alt: str = "a curve", content: str = PNG) -> str:
    return f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{content}">'


def shown(**data):
    return new_output("display_data", data={key.replace("_", "/", 1): value for key, value in data.items()})


def test_a_prediction_is_asked_with_choices_and_what_came_out_is_folded():
    asked = 'rain = Prediction("Rain < 2?", ["yes", "no *& never*"])'
    cells = [
        new_markdown_cell(HEAD),
        new_code_cell(asked, metadata={"tags": ["prediction"]}, outputs=[shown(text_html="<p>a still</p>")]),
        new_code_cell("look()", metadata={"tags": ["answers"]}, outputs=[shown(text_html="<p>wet</p>")]),
        new_code_cell(
            'rain.came_out("wet")',
            metadata={"tags": ["answers", "told"]},
            outputs=[new_output("stream", name="stdout", text="It came out: wet.")],
        ),
        new_code_cell("more()", outputs=[shown(text_html="<p>open</p>")]),
    ]
    body, _ = site.lesson(new_notebook(cells=cells), {})
    assert "<legend>Predict: Rain &lt; 2?</legend>" in body and "a still" not in body and "rain =" not in body
    assert re.findall(r'<input type="radio"[^>]*>(.*?)</label>', body) == ["yes", "no *&amp; never*"]
    folds = re.findall(r"<details><summary>What came out.*?</details>", body)
    assert len(folds) == 2 and all("wet" in fold for fold in folds)
    assert "wet" not in body.replace(folds[0], "").replace(folds[1], "") and "open" in body
    assert "look" in body and "came_out" not in body


def test_a_living_widget_that_answers_a_prediction_is_not_folded():
    made = site.after_a_prediction(['<div class="gan-widget">alive</div>', "<pre>told</pre>"])
    assert made.startswith('<div class="gan-widget">alive</div><details>') and "<pre>told</pre></details>" in made
    assert "<details>" not in site.after_a_prediction(['<div class="gan-widget">alive</div>'])


def test_the_title_comes_before_the_folded_set_up():
    setup = new_code_cell("import sys", metadata={"tags": ["setup"]}, outputs=[shown(text_plain="ready")])
    made, _ = site.lesson(new_notebook(cells=[setup, new_markdown_cell(HEAD), new_code_cell("x")]), {})
    assert made.index("<h1>") < made.index("<details><summary>Set-up") < made.index("ready") < made.index("</details>")
    assert len(re.findall("highlight code", made)) == 2


def test_the_emblem_of_a_lesson_is_its_first_widget_else_its_richest_picture():
    outputs = [shown(text_html=picture("small")), shown(text_html=picture("&lt;rich&gt;", RICH))]
    cell = new_code_cell("2", outputs=outputs)
    assert site.emblem(new_notebook(cells=[cell])) == ("<rich>", b"a picture of many things")
    outputs.insert(0, shown(text_html=picture("of a widget"), text_plain="LossLab()"))
    assert site.emblem(new_notebook(cells=[new_code_cell("1", outputs=outputs)]))[0] == "of a widget"
    assert site.emblem(new_notebook()) == ("", b"")


def test_lessons_know_their_neighbours(rooms):
    rooms(a="", b="", c="")
    one, two, _ = course.LESSONS
    assert re.findall('href="(.*?)"', site.navigation(two)) == ["00_a.html", "index.html", "02_c.html"]
    assert re.findall('href="(.*?)"', site.navigation(one)) == ["index.html", "01_b.html"]
    assert "2 · C →" in site.navigation(two)


@pytest.fixture
def folders(rooms, tmp_path):
    """Two stored lessons, and a site in which something old lies."""
    rooms(a="", b="")
    stored, out = tmp_path / "notebooks", tmp_path / "site"
    (out / "assets").mkdir(parents=True)
    for old in ("gone.html", "assets/gone.js"):
        (out / old).write_text("old")
    for lesson in course.LESSONS:
        cells = [new_markdown_cell(HEAD), new_code_cell("1", outputs=[shown(text_html=picture("the <curve>"))])]
        notebooks.write(new_notebook(cells=cells), stored / f"{lesson.notebook}.ipynb")
    return stored, out


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_site_has_an_index_and_a_page_a_lesson_and_nothing_from_before(folders, capsys):
    stored, out = folders
    site.make(notebooks=stored, site=out)
    assert files(out) == ["00_a.html", "01_b.html", "assets/00_a.png", "assets/01_b.png", "index.html"]
    assert (out / "assets/00_a.png").read_bytes() == b"the picture"
    index = (out / "index.html").read_text()
    assert re.findall(r'href="(\w+)\.html"', index) == ["00_a", "01_b"]
    assert 'alt="the &lt;curve&gt;" src="assets/00_a.png"' in index
    assert "What is <math" in index
    assert "5 minutes" in index
    printed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert printed == ["00_a.html", "01_b.html", "index.html"]


def test_the_page_of_one_lesson_is_written_and_no_other_touched(folders):
    stored, out = folders
    (out / "00_a.html").write_text("as it was")
    site.make(["b"], notebooks=stored, site=out)
    assert files(out) == ["00_a.html", "01_b.html", "assets/01_b.png", "assets/gone.js", "gone.html"]
    assert (out / "00_a.html").read_text() == "as it was"
