"""The pages of `make site`: alive without a kernel, from disk and from a web server, and no request leaves the host."""

from __future__ import annotations

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from shutil import copy
from urllib.parse import urlsplit

import nbformat
import numpy as np
import pytest
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect
from torch import nn

from course_build import NOTEBOOKS, living, notebooks, site
from course_build.chromium import PATIENCE
from course_build.editions import METADATA
from gan_lesson import checkpoints, course, latent, runs
from gan_lesson.widgets.quiz.questions import questions
from tests.browser.waiting import painted, until
from tests.course_build.made_up import entry

LESSONS = [lesson.notebook for lesson in course.LESSONS]
HEAD = "# {} · {}\n\nWhat is ${}$?\n\n[next](01_plain.ipynb)"
SAMPLE = ".gl-time-sheet canvas"
SOLUTION = "<details><summary>Solution</summary>\n\n```python\nx = 'found'\n```\n\n</details>"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A site of two small lessons, one with widgets that are executed for their state."""
    folder, out = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("site")
    alive = [
        new_code_cell("print('ready')", metadata={"tags": ["setup"]}),
        new_markdown_cell(HEAD.format(0, "Alive", "x^2")),
        new_code_cell("from gan_lesson.widgets import LossLab, TimeMachine\n\nTimeMachine()"),
        new_code_cell("LossLab()"),
        new_markdown_cell(SOLUTION),
        new_code_cell("raise RuntimeError('no widget needs this cell')"),
        new_code_cell("from gan_lesson.widgets import Quiz\n\nQuiz('the_game')", metadata={"tags": ["self-contained"]}),
    ]
    plain = [new_code_cell("1"), new_markdown_cell(HEAD.format(1, "Plain", "x^3")), new_code_cell("y = " + "1 + " * 99)]
    for name, cells in {"00_alive": alive, "01_plain": plain}.items():
        notebooks.write(new_notebook(cells=cells, metadata=METADATA), folder / f"{name}.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "LESSONS", (entry("alive"), entry("plain")))
        patch.setattr(living, "REMEMBERED", tmp_path_factory.mktemp("remembered"))
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        site.make(notebooks=folder, site=out)
    return out


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The site of the course, from the stored notebooks."""
    out = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        site.make(site=out)
    return out


@pytest.fixture
def requests(page):
    """All addresses that the page asks for; the test fails if one of them lies on another host."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    yield asked
    strangers = [url for url in asked if urlsplit(url).hostname not in (None, "127.0.0.1")]
    assert asked
    assert not strangers, f"requests to other hosts: {strangers}"


@pytest.fixture(params=["disk", "server"])
def address(request, small):
    """Where the small site is: on disk, then behind a web server."""
    if request.param == "disk":
        yield small.as_uri()
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=small))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def open_page(page, url: str) -> None:
    """Open a page and wait until every widget on it lives."""
    page.goto(url)
    page.wait_for_function("[...document.querySelectorAll('.gan-widget')].every((place) => place.querySelector('.gl'))")
    painted(page)


def ink(page, canvas: str) -> np.ndarray:
    """The pixels of the first canvas of that selector, 0 (paper) to 255: (28, 28)."""
    pixels = page.locator(canvas).first.evaluate(
        "node => [...node.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, at) => at % 4 === 0)"
    )
    return 255 - np.array(pixels).reshape(28, 28)


def test_a_slider_moved_by_keyboard_and_mouse_shows_what_the_run_holds(page, requests, address):
    open_page(page, f"{address}/00_alive.html")
    run = runs.load("article")
    slider = page.get_by_role("slider", name="moment", exact=True)

    def shows(moment: int) -> None:
        until(page, lambda: (ink(page, SAMPLE) == run.samples[moment, 0]).all())

    shows(0)
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    shows(2)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    shows(-1)


def test_a_point_is_dragged(page, requests, address):
    open_page(page, f"{address}/00_alive.html")
    panel = page.locator(".gl-lab-panel").first
    panel.scroll_into_view_if_needed()
    before, box = panel.evaluate("node => node.toDataURL()"), panel.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 2, box["y"] + 60)
    page.mouse.up()
    expect(page.get_by_label("logit t of the fake")).to_have_attribute("aria-valuetext", "10.0")
    until(page, lambda: panel.evaluate("node => node.toDataURL()") != before)


def test_a_quiz_is_taken(page, requests, address):
    open_page(page, f"{address}/00_alive.html")
    page.locator(".gl-quiz fieldset").first.get_by_role("radio").first.check()
    asked = questions("the_game")[0]["answers"][0]
    expect(page.locator(".gl-said").first).to_contain_text(asked["feedback"])


def test_the_index_leads_to_a_lesson_and_that_to_the_next(page, requests, address):
    page.goto(f"{address}/index.html")
    assert page.locator(".cards .still").all_text_contents() == [
        "5 minutes · alive on the page: TimeMachine, LossLab, Quiz",
        "5 minutes",
    ]
    assert page.locator(".cards img").evaluate_all("all => all.map((img) => img.complete && img.naturalWidth > 0)") == [
        True
    ]
    page.get_by_role("link", name="0 · Alive").click()
    expect(page.locator("h1")).to_have_text("0 · Alive")
    page.get_by_role("link", name="next").click()
    expect(page.locator("h1")).to_have_text("1 · Plain")


def test_formulas_are_drawn_and_solutions_unfold(page, requests, small):
    open_page(page, f"{small.as_uri()}/00_alive.html")
    base, power = (page.locator(f"math {tag}").bounding_box() for tag in ("mi", "mn"))
    assert power["x"] > base["x"]
    assert power["y"] < base["y"]
    solution = page.get_by_text("'found'")
    expect(solution).to_be_hidden()
    page.get_by_text("Solution", exact=True).click()
    expect(solution).to_be_visible()
    expect(page.get_by_text("print")).to_be_hidden()  # the set-up is folded


@pytest.mark.parametrize("name", ["index", "00_alive", "01_plain"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_on_a_phone_in_light_and_dark(page, requests, small, name, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 380, "height": 800})
    open_page(page, f"{small.as_uri()}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 22, 26)"}[scheme]
    for widget in page.locator(".gl").all():
        assert widget.evaluate("node => getComputedStyle(node).backgroundColor") == paper


def test_a_widget_that_fails_leaves_its_picture_and_the_others_live(browser, small, tmp_path):
    copy(small / "00_alive.html", tmp_path)  # without the bytes of the time machine beside it
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{tmp_path.as_uri()}/00_alive.html")
    page.locator(".gl-loss-lab").wait_for()
    expect(page.locator(".gan-widget").first.locator("img")).to_be_visible()
    expect(page.locator(".gl-time-machine")).to_have_count(0)
    page.close()


def test_every_lesson_is_on_the_index_with_a_picture_of_it(page, requests, whole):
    page.goto(f"{whole.as_uri()}/index.html")
    links = page.locator(".cards a").evaluate_all("all => all.map((link) => link.getAttribute('href'))")
    assert links == [f"{name}.html" for name in LESSONS]
    shown = page.locator(".cards img").evaluate_all("all => all.map((img) => [img.naturalWidth > 0, img.alt !== ''])")
    assert shown == [[True, True]] * len(LESSONS)


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_is_a_page_whose_widgets_live(page, requests, whole, name):
    page.set_viewport_size({"width": 380, "height": 800})
    open_page(page, f"{whole.as_uri()}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    assert page.locator("img:not([alt])").count() == 0
    assert page.locator(".problem:visible, .gl-problem:visible").count() == 0
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    kinds = "|".join(living.standing_alone())
    made = [cell for cell in notebook.cells if cell.cell_type == "code" and re.search(rf"\b({kinds})\(", cell.source)]
    assert page.locator(".gan-widget .gl").count() >= len(made)


@torch.no_grad()
def grey(generator: nn.Module, z: torch.Tensor) -> np.ndarray:
    """The generator's picture of ``z`` as the screen shows it."""
    return 255 - np.round((generator(z[None]).view(28, 28).numpy() + 1) * 127.5)


def picture(page) -> np.ndarray:
    return 255 - ink(page, "canvas.gl-now")


@pytest.mark.parametrize(
    ("name", "generator", "seed"), [("the_generator", "quick", 4), ("the_latent_space", "quick", 15)]
)
def test_the_generator_draws_in_the_page_what_pytorch_draws(page, requests, whole, name, generator, seed):
    open_page(page, f"{whole.as_uri()}/{course.get(name).notebook}.html")
    generator = checkpoints.load_generator(generator)
    start = latent.sample(1, generator.latent_dim, seed=seed)[0]
    direction = latent.principal_directions(generator)[0]

    def shows(z: torch.Tensor) -> None:
        until(page, lambda: np.abs(picture(page) - grey(generator, z)).max() <= 1)

    shows(start)
    slider = page.get_by_label("direction 1", exact=True).first  # of the page's first explorer

    def moved() -> torch.Tensor:
        return start + (float(slider.input_value()) - start @ direction) * direction

    slider.press("Home")
    expect(slider).to_have_value("-4")
    by_keyboard = moved()
    shows(by_keyboard)
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    until(page, lambda: float(slider.input_value()) > 0)
    assert np.abs(grey(generator, moved()) - grey(generator, by_keyboard)).max() > 50
    shows(moved())


def test_what_computes_in_the_browser_is_alive_somewhere_in_the_course(whole):
    index = (whole / "index.html").read_text(encoding="utf-8")
    alive = set(re.findall(r"\w+", " ".join(re.findall("alive on the page: ([^<]*)", index))))
    assert alive >= {"LatentExplorer", "TimeMachine", "LossLab"}
