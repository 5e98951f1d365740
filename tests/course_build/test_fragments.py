"""Text, outputs and the state of widgets as HTML."""

from __future__ import annotations

import base64
import json
import re

import pytest
from nbformat.v4 import new_output

from course_build import fragments
from gan_lesson.widgets.shared.still import AGAIN, NOT_YET

PNG = base64.b64encode(b"the picture").decode()
VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "one"}}


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
    made = fragments.text(source)
    assert re.search(expected, made, re.DOTALL)
    assert "$$" not in made


def test_links_between_lessons_lead_to_their_pages():
    made = fragments.text("[next](06_the_loop.ipynb#top) [all](../README.md) [paper](https://example.org/06_x.ipynb)")
    assert re.findall('href="(.*?)"', made) == ["06_the_loop.html#top", "index.html", "https://example.org/06_x.ipynb"]


def test_pictures_beside_the_notebook_become_part_of_the_page(tmp_path):
    (tmp_path / "badge.svg").write_text("<svg/>")
    made = fragments.text('![badge](badge.svg) <img src="badge.svg"> ![far](data:image/png;base64,AA)', tmp_path)
    expected = f"data:image/svg+xml;base64,{base64.b64encode(b'<svg/>').decode()}"
    assert re.findall('src="(.*?)"', made) == [expected, expected, "data:image/png;base64,AA"]


def test_a_folded_solution_stays_folded_with_its_code_inside():
    made = fragments.text("<details><summary>Solution</summary>\n\n```python\nx = 1\n```\n\n</details>")
    assert re.fullmatch(r"\s*<details><summary>Solution</summary>.*highlight.*</pre>.*</details>\s*", made, re.DOTALL)


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
    assert fragments.output(output, {}, fragments.Page()) == expected


def test_a_widget_that_stands_alone_lives_on_in_place_of_its_picture():
    page = fragments.Page()
    output = new_output("display_data", data={**VIEW, "text/html": picture(), "text/plain": "LossLab()"})
    made = fragments.output(output, {"one": saved(stands_alone=True, logit=2)}, page)
    assert made == f'<div class="gan-widget" data-number="0">{picture()}</div>'
    ((key, module),) = page.modules.items()
    assert module == "export default {}"
    assert page.styles == [".a {}"]
    assert page.alive == [{"module": key, "state": {"stands_alone": True, "logit": 2}}]
    assert page.names == ["LossLab"]


@pytest.mark.parametrize("said", [AGAIN, NOT_YET])
def test_nobody_is_told_to_run_a_cell_where_none_can_be_run(said):
    stored = shown(text_html=f'<div class="gl-still">{picture()}{said}</div>', text_plain="Quiz()")
    assert fragments.output(stored, {}, fragments.Page()).startswith(f'<div class="gl-still">{picture()}</div>')


@pytest.mark.parametrize("states", [{}, {"one": saved(stands_alone=False)}], ids=["no state", "needs a kernel"])
def test_any_other_widget_is_a_picture_that_says_where_it_is_alive(states):
    page = fragments.Page()
    output = new_output("display_data", data={**VIEW, "text/html": picture(), "text/plain": "Playground()"})
    output.data["text/plain"] = "interact(x)"
    assert fragments.output(output, states, page) == (
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
    content = fragments.saved_state(state, assets)["content"]
    ((file, script),) = assets.items()
    assert content == {
        "weights": {"shape": [3], "bytes": {"base64": small}},
        "all": [{}, {"bytes": {"asset": file.removesuffix(".js")}}],
    }
    assert script == f'(globalThis.ganLessonBytes ??= {{}})["{file.removesuffix(".js")}"] = "{large}";\n'
    again = {}
    fragments.saved_state(state, again)
    assert again == assets


@pytest.mark.parametrize("text", ["</script><b>", "<!-- <script", "<!--<SCRIPT>", "\\u003c \\\\ '"])
def test_state_that_holds_markup_cannot_end_the_script_nor_let_it_swallow_the_page(text):
    page = fragments.Page(modules={"k": f"'{text}'"}, alive=[{"module": "k", "state": {"text": text}}])
    made = fragments.scripts(page)
    content = re.search(r'id="widgets">(.*?)</script>', made, re.DOTALL)[1]
    assert "<" not in content
    assert json.loads(content) == {"modules": page.modules, "widgets": page.alive}
