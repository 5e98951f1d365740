"""The loss lab under the finger: drag, keyboard, the run's fakes; light and dark, wide and narrow, without a kernel."""

import re

import pytest
from playwright.sync_api import expect

from course_build import stage
from gan_lesson.widgets import LossLab
from tests.browser.waiting import until

LOSSES = ["minimax", "non-saturating", "least-squares", "hinge", "wasserstein"]


@pytest.fixture
def widget(a_run):
    return LossLab(a_run([0, 600, 1200], steps=1200, settings={"recipe": "article"}))


def numbers(root):
    return root.locator(".gl-lab-numbers")


def verdicts(root):
    return root.locator(".gl-lab-verdict")


def comes_to(page, logit, slack: float = 0) -> None:
    """Wait until the logit is that."""
    until(page, lambda: page.evaluate("stage.model.get('logit')"), pytest.approx(logit, abs=slack))


def pixels(page) -> list[str]:
    return page.eval_on_selector_all(".gl-lab-panel", "all => all.map((canvas) => canvas.toDataURL())")


def all_change(page, before: list[str]) -> None:
    """Wait until every picture is another one than before."""
    until(page, lambda: all(one != other for one, other in zip(before, pixels(page), strict=True)))


def test_it_shows_loss_and_gradient_of_five_losses_and_says_which_is_flat(page, widget):
    root = stage.show(page, widget, kernel=False)
    expect(root.locator("figcaption")).to_have_text(LOSSES)
    for place, expected in enumerate(
        ["loss −0.02, gradient −0.018", "loss 4.02, gradient −0.982", "loss 12.50, gradient −5.000"]
    ):
        expect(numbers(root).nth(place)).to_have_text(expected)
    for place, expected in enumerate(["flat here: it teaches next to nothing", "pushes the logit up, by 0.98"]):
        expect(verdicts(root).nth(place)).to_have_text(expected)
    expect(root.locator("[role=status]")).to_have_text(re.compile("^Minimax is flat here: it teaches next to nothing"))


def test_the_keyboard_moves_the_fake_and_the_screen_reader_hears_it(page, widget):
    root = stage.show(page, widget)
    handle = root.get_by_label("logit t of the fake")
    before = pixels(page)
    handle.focus()
    page.keyboard.press("End")
    expect(handle).to_have_attribute("aria-valuetext", "10.0")
    expect(numbers(root).first).to_have_text("loss −10.00, gradient −1.000")
    expect(verdicts(root).nth(1)).to_have_text("flat here: the fake already fools D")
    expect(root.locator("[role=status]")).to_have_text("Non-saturating is flat here: the fake already fools D.")
    page.keyboard.press("ArrowLeft")
    comes_to(page, 9.9, slack=1e-6)
    all_change(page, before)


def test_least_squares_is_flat_at_its_goal_and_pulls_back_beyond(page, widget):
    root = stage.show(page, widget)
    page.evaluate("stage.model.set('logit', 1)")
    expect(verdicts(root).nth(2)).to_have_text("flat here: the fake already fools D")
    page.evaluate("stage.model.set('logit', 3)")
    expect(verdicts(root).nth(2)).to_have_text("pulls the logit back, by 2.00")


@pytest.mark.parametrize("panel", [0, 9])
def test_dragging_the_point_in_any_picture_moves_all(page, widget, panel):
    root = stage.show(page, widget)
    box = root.locator(".gl-lab-panel").nth(panel).bounding_box()
    centre = box["x"] + 26 + (box["width"] - 32) / 2  # between the axes' labels
    page.mouse.move(centre, box["y"] + 50)
    page.mouse.down()
    comes_to(page, 0, slack=0.15)
    page.mouse.move(centre + (box["width"] - 32) / 4, box["y"] + 60, steps=3)
    comes_to(page, 5, slack=0.15)
    page.mouse.move(centre + 2000, box["y"] + 60)
    comes_to(page, 10)
    page.mouse.up()
    page.evaluate("document.addEventListener('pointermove', () => (globalThis.hasMoved = true), { once: true })")
    page.mouse.move(centre, box["y"] + 50)
    page.wait_for_function("globalThis.hasMoved")
    comes_to(page, 10)
    expect(numbers(root).nth(3)).to_have_text("loss −10.00, gradient −1.000")


def test_the_fakes_of_each_moment_of_the_run_lie_on_the_curves(page, widget):
    root = stage.show(page, widget, kernel=False)
    slider, before = root.get_by_label("moment of the run"), pixels(page)
    expect(slider).to_have_attribute("aria-valuetext", "epoch 1")
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "epoch 2")
    all_change(page, before)
    rows = root.locator("tbody tr").all_inner_texts()
    assert [row.split()[0] for row in rows] == LOSSES
    assert rows[4].split("\t")[1:] == ["1.00", "0 of 64"]


def test_a_second_view_follows_the_first(page, widget):
    stage.show(page, widget)
    page.evaluate(
        """async () => {
          const second = document.body.appendChild(document.createElement("div"));
          second.id = "second";
          await stage.module.default.render({ model: stage.model, el: second });
        }"""
    )
    page.locator("#stage").get_by_label("logit t of the fake").press("Home")
    expect(page.locator("#second").get_by_label("logit t of the fake")).to_have_value("-10")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1000, 700, 380])
def test_it_fits_and_nothing_is_cut(page, widget, width, dark):
    root = stage.show(page, widget, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = "all => all.filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className)"
    assert page.eval_on_selector_all(".gl, .gl-lab-loss, .gl-slider, td", cut) == []
    panel = root.locator(".gl-lab-panel").first
    drawn, shown = panel.evaluate("node => [node.width / Math.min(devicePixelRatio, 2), node.clientWidth]")
    assert drawn == pytest.approx(shown, abs=1)  # not scaled: labels keep their 12 px
    assert shown >= 120
