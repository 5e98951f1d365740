"""The time machine in the browser: what the slider shows is what the run holds, it plays, and it compares."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from course_build import stage
from gan_lesson.picture import INK, ON_DARK
from gan_lesson.widgets import TimeMachine
from tests.browser.waiting import stop_the_clock, until

STEPS = [0, 600, 1200, 1800]


@pytest.fixture
def run(a_run):
    return a_run(STEPS, steps=1800, settings={"recipe": "article"})


def samples(page, side: int = 0) -> np.ndarray:
    """What the canvases of one side show, as pixels 0 (paper) to 255 (ink): (64, 28, 28)."""
    sheets = page.eval_on_selector_all(
        ".gl-time-sheet",
        """(sheets) => sheets.map((sheet) => [...sheet.querySelectorAll("canvas")].map((canvas) =>
             [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data].filter((_, at) => at % 4 === 0)))""",
    )
    return 255 - np.array(sheets[side]).reshape(-1, 28, 28)


def shows(page, wanted: np.ndarray, side: int = 0) -> None:
    """Wait until the canvases of one side show these samples."""
    until(page, lambda: (samples(page, side) == wanted).all())


def moment(page) -> int:
    return page.evaluate("stage.model.get('moment')")


def test_the_slider_shows_the_samples_of_its_moment(page, run):
    root = stage.show(page, TimeMachine(run), kernel=False)
    slider = root.get_by_role("slider", name="moment")
    for epoch in range(4):
        expect(slider).to_have_attribute("aria-valuetext", f"epoch {epoch}")
        shows(page, run.samples[epoch])
        slider.press("ArrowRight")
    expect(root.locator(".gl-time-title").first).to_have_text("epoch 3 · step 1,800")


def test_the_mouse_moves_the_slider_too(page, run):
    root = stage.show(page, TimeMachine(run))
    box = root.get_by_role("slider", name="moment").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    shows(page, run.samples[3])


def test_losses_and_scores_of_the_moment_are_read_out_and_marked(page, run):
    root = stage.show(page, TimeMachine(run))
    expect(root.locator("[role=status]")).to_contain_text("before the first step")
    charts = ".gl-time-charts canvas"

    def drawn() -> list[str]:
        return page.eval_on_selector_all(charts, "all => all.map((canvas) => canvas.toDataURL())")

    before = drawn()
    root.get_by_role("slider", name="moment").press("ArrowRight")
    until(page, lambda: [one != other for one, other in zip(before, drawn(), strict=True)], [True, True])
    # the made-up columns are the step's number plus their place: the mean over steps 1 to 600 is 300.5 and more
    expected = "mean scores: D(x) 304.50, D(G(z)) 305.50; losses: discriminator 300.50, generator 303.50"
    expect(root.locator("[role=status]")).to_have_text(f"Epoch 1 · step 600: {expected}.")
    expect(page.locator(charts).first).to_have_attribute("aria-label", re.compile(re.escape(expected)))


def test_play_goes_through_the_moments_and_stops_at_the_end(page, run):
    root = stage.show(page, TimeMachine(run))
    stop_the_clock(page)
    page.evaluate(
        """globalThis.seen = [];
        stage.model.on("change:moment", () => seen.push(stage.model.get("moment")))"""
    )
    root.get_by_role("button", name="Play").click()
    expect(root.get_by_role("button", name="Pause")).to_be_visible()
    page.clock.run_for(1000)  # four times the quarter of a second of a moment
    expect(root.get_by_role("button", name="Play")).to_be_visible()
    assert page.evaluate("seen") == [1, 2, 3]
    shows(page, run.samples[3])
    root.get_by_role("button", name="Play").click()  # again from the start
    until(page, lambda: page.evaluate("seen"), [1, 2, 3, 0])


def test_pause_and_the_space_bar(page, run):
    root = stage.show(page, TimeMachine(run))
    stop_the_clock(page)
    slider = root.get_by_role("slider", name="moment")
    slider.press(" ")
    expect(root.get_by_role("button", name="Pause")).to_be_visible()
    page.clock.run_for(600)
    assert moment(page) == 2
    slider.press(" ")
    expect(root.get_by_role("button", name="Play")).to_be_visible()
    page.clock.run_for(5000)
    assert moment(page) == 2


@pytest.mark.parametrize(("motion", "reached"), [("no-preference", 8), ("reduce", 2)])
def test_it_steps_slower_where_motion_is_unwelcome(page, a_run, motion, reached):
    page.emulate_media(reduced_motion=motion)
    root = stage.show(page, TimeMachine(a_run(range(20), steps=20)))
    stop_the_clock(page)
    root.get_by_role("button", name="Play").click()
    expect(root.get_by_role("button", name="Pause")).to_be_visible()
    page.clock.run_for(2100)
    assert moment(page) == reached


def test_moving_the_slider_by_hand_pauses(page, a_run):
    root = stage.show(page, TimeMachine(a_run(range(200), steps=200)))
    stop_the_clock(page)
    root.get_by_role("button", name="Play").click()
    expect(root.get_by_role("button", name="Pause")).to_be_visible()
    root.get_by_role("slider", name="moment").press("End")
    expect(root.get_by_role("button", name="Play")).to_be_visible()
    root.get_by_role("slider", name="moment").press("ArrowLeft")
    page.clock.run_for(5000)
    assert moment(page) == 198


def test_two_moments_side_by_side(page, run):
    root = stage.show(page, TimeMachine(run))
    expect(root.get_by_role("slider", name="compared with")).to_have_count(0)
    root.get_by_label("compare two moments").check()
    root.get_by_role("slider", name="compared with").press("ArrowLeft")
    expect(root.locator(".gl-time-title")).to_have_text(["epoch 0 · step 0", "epoch 2 · step 1,200"])
    shows(page, run.samples[0], side=0)
    shows(page, run.samples[2], side=1)
    one, other = (root.locator(".gl-time-sheet").nth(side).bounding_box() for side in (0, 1))
    assert one["y"] == other["y"]
    assert one["x"] + one["width"] < other["x"]


def test_the_score_of_each_sample_on_request(page, run):
    root = stage.show(page, TimeMachine(run))
    scores = root.locator(".gl-time-sheet").first.locator(".gl-time-score")
    expect(scores).to_have_text([""] * 64)
    root.get_by_label("D's score of each sample").check()
    expect(scores).to_have_text([re.compile(r"\d\.\d\d")] * 64)
    shown = [float(score) for score in scores.all_text_contents()]
    assert shown == pytest.approx((1 / (1 + np.exp(-run.fake_logits[0]))).tolist(), abs=0.0051)
    believed = root.locator(".gl-time-sheet").first.locator(".gl-time-believed")
    assert believed.count() == (run.fake_logits[0] >= 0).sum()
    assert believed.first.evaluate("node => getComputedStyle(node).borderStyle") == "dashed"


def test_no_moment_is_compared_with_itself(page, run):
    root = stage.show(page, TimeMachine(run))
    root.get_by_role("slider", name="moment").press("End")
    root.get_by_label("compare two moments").check()
    expect(root.locator(".gl-time-title")).to_have_text(["epoch 3 · step 1,800", "epoch 0 · step 0"])


def test_a_view_opened_later_shows_what_is(page, run):
    widget = TimeMachine(run)
    widget.moment, widget.comparing = 2, True
    root = stage.show(page, widget)
    expect(root.locator(".gl-time-title")).to_have_text(["epoch 2 · step 1,200", "epoch 3 · step 1,800"])


@pytest.mark.parametrize(("sample_steps", "steps"), [([0], 0), ([0, 3], 3)])
def test_short_runs_of_the_learners_own(page, a_run, sample_steps, steps):
    run = a_run(sample_steps, steps)
    root = stage.show(page, TimeMachine(run))
    root.get_by_role("slider", name="moment").press("End")
    expect(root.locator(".gl-time-title").first).to_have_text(f"step {sample_steps[-1]}")
    shows(page, run.samples[-1])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1000, 380])
def test_it_fits_and_nothing_is_cut(page, run, width, dark):
    widget = TimeMachine(run)
    widget.comparing = widget.scoring = True
    stage.show(page, widget, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = "all => all.filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className)"
    assert page.eval_on_selector_all(".gl, .gl-slider, .gl-row, .gl-time-cell", cut) == []
    ink = page.eval_on_selector(".gl", "node => getComputedStyle(node).color")
    expected = ON_DARK[INK] if dark else INK
    assert ink == f"rgb({', '.join(str(int(expected[at : at + 2], 16)) for at in (1, 3, 5))})"
