"""The slides of `make slides`, from disk: nothing overflows, widgets live, and no request leaves the machine."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import jupytext
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import expect

from course_build import living, notebooks, slides
from gan_lesson import course
from tests.browser.waiting import painted, until
from tests.course_build.made_up import entry

LESSONS = [lesson.notebook for lesson in course.LESSONS]
LONG = "for step in range(9):\n" + "\n".join(f"    print({number}, '{'long ' * 30}')" for number in range(60))
SENTENCES = "\n\n".join(f"==A **word {number}** is said, and so are many others beside it.==" for number in range(30))

OVERFLOW = """() => [...document.querySelectorAll("section.leaf")].flatMap((leaf, number) => {
  const board = leaf.querySelector(".board");
  const { h, v } = Reveal.getIndices(leaf);
  Reveal.slide(h, v, 99);
  const found = [];
  if (leaf.scrollHeight > leaf.clientHeight || leaf.offsetHeight !== Reveal.getConfig().height) found.push("the slide");
  if (leaf.scrollWidth > leaf.clientWidth) found.push("the slide's width");
  const over = board.scrollHeight > board.clientHeight + 1 || board.scrollWidth > board.clientWidth + 1;
  if (over && !board.classList.contains("scrolls")) found.push("the board");
  if (board.classList.contains("scrolls")) found.push("scrolls");
  const last = board.lastElementChild;
  if (last && last.getBoundingClientRect().bottom > leaf.getBoundingClientRect().bottom) found.push("the last part");
  return found.map((what) => `${number + 1}: ${what}`);
})"""

ASKED = 'from gan_lesson.widgets import Prediction\n\nPrediction("What comes next?")'


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The slides of a small lesson whose widgets are executed for their state."""
    folder, out = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("slides")
    cells = [
        new_markdown_cell("# 0 · Alive\n\n- *say* it."),
        new_markdown_cell(f"## First · 3 minutes\n\nIn the notes.\n\n$$x^2$$\n\n{SENTENCES}"),
        new_code_cell("from gan_lesson.widgets import LossLab, TimeMachine\n\nTimeMachine()"),
        new_code_cell("LossLab()"),
        new_code_cell(ASKED, metadata={"tags": ["prediction"]}),
        # below the last widget, so it isn't executed
        new_code_cell(LONG),
        new_markdown_cell("## Recap\n\n==A sentence.== ==Another one.=="),
    ]
    source = folder / "alive" / "lesson.py"
    source.parent.mkdir()
    source.write_text(jupytext.writes(new_notebook(cells=cells), fmt="py:percent"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "LESSONS", (entry("alive"),))
        patch.setattr(living, "REMEMBERED", tmp_path_factory.mktemp("remembered"))
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        notebooks.build(source, folder, "", run=False)
        stored = notebooks.stored(course.get("alive"), folder)
        stored.cells[-2].outputs = [new_output("stream", text="a line that was printed\n" * 99)]
        notebooks.write(stored, folder / "00_alive.ipynb")
        slides.make(lessons=folder, notebooks=folder, slides=out)
    return out


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The slides of the course from the stored notebooks; their widgets are pictures, for nothing is executed."""
    out = tmp_path_factory.mktemp("slides")
    slides.make(slides=out, alive=False)
    return out


@pytest.fixture
def requests(page):
    """All addresses that the page asks for; the test fails if one of them isn't on this disk."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    yield asked
    strangers = [url for url in asked if urlsplit(url).scheme not in ("file", "data", "blob", "about")]
    assert asked
    assert not strangers, f"requests beyond this disk: {strangers}"


def open_slides(page, url: str, width: int = 1280, height: int = 720) -> None:
    """Open slides and wait until every widget on them lives, and every slide was made to fit with its fonts."""
    page.set_viewport_size({"width": width, "height": height})
    page.goto(url)
    page.wait_for_function("window.Reveal?.isReady()")
    page.wait_for_function("[...document.querySelectorAll('.gan-widget')].every((place) => place.querySelector('.gl'))")
    page.evaluate("document.fonts.ready.then(() => new Promise((resolve) => setTimeout(resolve)))")
    painted(page)


def go_to(page, selector: str) -> None:
    """Turn to the slide that has the selector."""
    page.evaluate(
        """(selector) => {
        const { h, v } = Reveal.getIndices(document.querySelector(selector).closest("section.leaf"));
        Reveal.slide(h, v);
      }""",
        selector,
    )
    painted(page)


def number(page) -> int:
    return page.evaluate("Reveal.getSlidePastCount()")


@pytest.mark.parametrize("name", LESSONS)
def test_nothing_overflows_a_slide(page, requests, whole, name):
    open_slides(page, f"{whole.as_uri()}/{name}.html")
    assert page.evaluate(OVERFLOW) == []
    assert page.evaluate("Reveal.getTotalSlides()") > 15
    assert page.locator("img:not([alt])").count() == 0
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.board :is(p, li, td, pre)')].map("
        "(one) => parseFloat(getComputedStyle(one).fontSize)))"
    )
    assert smallest >= 10


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (800, 600), (380, 800)])
def test_nothing_overflows_with_living_widgets_and_long_cells(page, requests, small, width, height):
    open_slides(page, f"{small.as_uri()}/00_alive.html", width, height)
    found = page.evaluate(OVERFLOW)
    assert [one for one in found if width > height or "scrolls" not in one] == []
    body = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert body[0] <= width
    assert body[1] <= height


def test_keys_turn_the_pages_but_not_while_a_slider_has_them(page, requests, small):
    open_slides(page, f"{small.as_uri()}/00_alive.html")
    page.keyboard.press("ArrowRight")
    until(page, lambda: number(page), 1)
    go_to(page, ".gl-time-machine")
    here = number(page)
    slider = page.get_by_label("moment", exact=True)
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("2")
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("ArrowDown")
    assert number(page) == here
    slider.focus()
    page.keyboard.press("PageDown")  # a presenter's clicker
    until(page, lambda: number(page), here + 1)
    assert slider.input_value() == "2"
    page.get_by_label("logit t of the fake").focus()
    page.keyboard.press("Escape")
    assert not page.evaluate("Reveal.isOverview()")
    page.keyboard.press("ArrowUp")
    until(page, lambda: number(page), here)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (900, 700), (1900, 1000)])
def test_sliders_and_points_follow_the_mouse_on_a_slide_of_any_size(page, requests, small, width, height):
    open_slides(page, f"{small.as_uri()}/00_alive.html", width, height)
    go_to(page, ".gl-time-machine")
    slider = page.get_by_role("slider", name="moment", exact=True)
    box, last = slider.bounding_box(), int(slider.get_attribute("max"))
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    until(page, lambda: abs(int(slider.input_value()) - last / 2) <= 1)
    here = number(page)
    go_to(page, ".gl-loss-lab")
    panel, logit = page.locator(".gl-lab-panel").first, page.get_by_label("logit t of the fake")
    box = panel.bounding_box()
    before, seen = panel.evaluate("node => node.toDataURL()"), []
    for share, sign in ((0.3, -1), (0.8, 1)):
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()
        until(page, lambda sign=sign: sign * float(logit.input_value()) > 3)
        seen.append(float(logit.input_value()))
    # the panel shows -10 to 10 between margins of a few pixels, so half its width is a little more than 10
    assert 9 < seen[1] - seen[0] < 14
    until(page, lambda: panel.evaluate("node => node.toDataURL()") != before)
    assert number(page) == here + 1


def test_a_widget_that_grows_while_it_is_shown_is_made_to_fit_again(page, requests, small):
    open_slides(page, f"{small.as_uri()}/00_alive.html")
    go_to(page, ".gl-loss-lab")
    scale = (
        "() => new DOMMatrix(getComputedStyle(document.querySelector('.gl-loss-lab').closest('.live > *')).transform).a"
    )
    before = page.evaluate(scale)
    page.evaluate(
        """() => {
        const more = document.createElement("div");
        more.style.height = "300px";
        document.querySelector(".gl-loss-lab").append(more);
      }"""
    )
    page.wait_for_function(f"(before) => ({scale})() < before - 0.05", arg=before)


def test_the_prose_is_in_the_speakers_window(page, requests, small):
    open_slides(page, f"{small.as_uri()}/00_alive.html")
    page.keyboard.press("ArrowRight")
    until(page, lambda: number(page), 1)
    expect(page.get_by_text("In the notes.")).to_be_hidden()
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    opened.value.get_by_text("In the notes.").wait_for()


def test_a_formula_is_drawn(page, requests, small):
    open_slides(page, f"{small.as_uri()}/00_alive.html")
    go_to(page, ".formula math")
    base, power = (page.locator(f".formula math {tag}").bounding_box() for tag in ("mi", "mn"))
    assert power["x"] > base["x"]
    assert power["y"] < base["y"]


def test_printed_each_slide_is_a_page(page, requests, small):
    open_slides(page, f"{small.as_uri()}/00_alive.html?view=print")
    count = page.locator("section.leaf").count()
    page.wait_for_function(f"document.querySelectorAll('.pdf-page').length === {count}")
    page.emulate_media(media="print")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == count


def test_the_index_leads_to_every_lesson(page, requests, whole):
    page.goto(f"{whole.as_uri()}/index.html")
    links = page.locator(".cards a:has(h2)").evaluate_all("all => all.map((link) => link.getAttribute('href'))")
    assert links == [f"{name}.html" for name in LESSONS]
    page.locator(".cards a:has(h2)").first.click()
    page.wait_for_function("window.Reveal?.isReady()")
