import math

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from course_build import stage
from gan_lesson import losses, toy
from gan_lesson.training import AdversarialLoop
from gan_lesson.widgets import TrainingStudio
from tests.widgets.training_studio.small_loop import Painter, make_loop


@pytest.fixture
def studio(tmp_path):
    return TrainingStudio(make_loop(), checkpoint=tmp_path / "studio.safetensors")


def show(page, studio, **options):
    """The studio on the stage, once it shows what the kernel answered first."""
    root = stage.show(page, studio, **options)
    stage.wait_for_answers(page)
    return root


def press(root, name):
    root.get_by_role("button", name=name).click()


def status(root):
    return root.locator(".gl-studio-status[role=status]")


def number(root, key="number"):
    return float(root.locator(f'[data-number="{key}"]').inner_text().replace(",", ""))


def past(page, step):
    page.wait_for_function(
        f"Number(document.querySelector('[data-number=number]').textContent.replaceAll(',', '')) > {step}"
    )


def pixels(root):
    return root.locator("canvas.gl-images").evaluate("canvas => canvas.toDataURL()")


def test_play_trains_and_pause_stops(page, studio):
    root = show(page, studio)
    expect(root.get_by_text("samples after step 0")).to_be_visible()
    press(root, "Play")
    past(page, 10)
    press(root, "Pause")
    expect(status(root)).to_contain_text("Paused after step")
    stood = studio.loop.number
    assert number(root) == stood and f"step {stood:,}" in status(root).inner_text()
    expect(root.get_by_text(f"samples after step {stood:,}")).to_be_visible()
    press(root, "One step")
    expect(status(root)).to_contain_text("One step")
    assert studio.loop.number == stood + 1  # nothing ran while it was paused
    press(root, "Play")
    past(page, stood + 10)
    press(root, "Stop")
    expect(status(root)).to_contain_text("the loop is your variable")
    assert number(root) == studio.loop.number
    assert number(root, "steps_a_second") > 0 and number(root, "images_a_second") > 0


def test_space_plays_and_pauses(page, studio):
    root = show(page, studio)
    root.get_by_text("lengths of the gradients").click()
    page.keyboard.press("Space")
    past(page, 3)
    page.keyboard.press("Space")
    expect(status(root)).to_contain_text("Paused")
    root.get_by_role("button", name="One step").focus()
    stood = studio.loop.number
    page.keyboard.press("Space")  # a button's own press
    expect(status(root)).to_contain_text("One step")
    assert studio.loop.number == stood + 1


def test_samples_are_drawn_as_the_loop_makes_them(page, studio):
    root = show(page, studio)
    press(root, "One step")
    expect(root.get_by_text("samples after step 1")).to_be_visible()
    drawn = root.locator("canvas.gl-images").evaluate(
        "canvas => Array.from(canvas.getContext('2d').getImageData(30, 30, 28, 28).data).filter((_, at) => at % 4 == 0)"
    )
    second_row_second = studio.history.samples[-1][1][7]
    assert drawn == (255 - second_row_second.astype(int)).flatten().tolist()


def test_rates_change_by_keyboard_while_it_trains(page, studio):
    root = show(page, studio)
    press(root, "Play")
    past(page, 3)
    rate = root.get_by_label("learning rate of the generator")
    rate.focus()
    page.keyboard.press("ArrowRight")
    expect(root.get_by_role("button", name="Pause")).to_be_visible()
    press(root, "Pause")
    expect(status(root)).to_contain_text("Paused")
    rate_d, rate_g = studio.loop.rates()
    assert rate_d == 2e-4 and rate_g == pytest.approx(10 ** float(rate.input_value()))
    assert rate.get_attribute("aria-valuetext") == f"{rate_g:.1e}".replace("e-0", "e-")


def test_a_rate_that_the_slider_cannot_reach_is_shown_as_it_is(page, studio):
    studio.loop.set_rates(3e-4, 0)
    root = show(page, studio)
    for player, rate in (("discriminator", "3.0e-4"), ("generator", "0")):
        expect(root.get_by_label(f"learning rate of the {player}")).to_have_attribute("aria-valuetext", rate)


def test_the_loss_changes_while_it_trains(page, studio):
    root = show(page, studio)
    press(root, "Play")
    menu = root.get_by_label("loss", exact=True)
    menu.select_option("least_squares")
    past(page, number(root) + 5)
    press(root, "Pause")
    expect(status(root)).to_contain_text("Paused")
    assert studio.loop.loss is losses.LEAST_SQUARES
    expect(menu).to_have_value("least_squares")
    menu.select_option(label="the loop's own (non-saturating)")
    press(root, "One step")
    expect(status(root)).to_contain_text("One step")
    assert studio.loop.loss is losses.NON_SATURATING


def test_save_and_go_back(page, studio):
    root = show(page, studio)
    press(root, "Go back")
    expect(status(root)).to_contain_text("There is no checkpoint")
    press(root, "One step")
    expect(root.get_by_text("samples after step 1")).to_be_visible()
    saved = pixels(root)
    press(root, "Save")
    expect(status(root)).to_contain_text("Saved step 1 to")
    press(root, "One step")
    expect(root.get_by_text("samples after step 2")).to_be_visible()
    assert pixels(root) != saved
    press(root, "Go back")
    expect(status(root)).to_contain_text("from step 2 back to step 1")
    expect(root.get_by_text("samples after step 1")).to_be_visible()
    assert pixels(root) == saved and studio.loop.number == number(root) == 1


def test_looking_back_shows_earlier_samples_while_it_trains_on(page, studio):
    root = show(page, studio)
    expect(root.get_by_text("samples after step 0")).to_be_visible()
    untrained = pixels(root)
    for step in range(1, 4):
        press(root, "One step")
        expect(root.get_by_text(f"samples after step {step}")).to_be_visible()
    film = root.get_by_label("look back")
    film.focus()
    page.keyboard.press("Home")
    expect(root.get_by_text("samples after step 0 (looking back)")).to_be_visible()
    assert pixels(root) == untrained
    press(root, "One step")
    expect(status(root)).to_contain_text("step 4")
    assert pixels(root) == untrained and film.get_attribute("aria-valuetext") == "step 0"
    film.focus()
    page.keyboard.press("End")
    expect(root.get_by_text("samples after step 4")).to_be_visible()
    assert pixels(root) != untrained


def test_a_blown_up_training_is_told_and_the_studio_goes_on(page, studio):
    root = show(page, studio)
    press(root, "One step")
    press(root, "Save")
    expect(status(root)).to_contain_text("Saved")
    with torch.no_grad():
        studio.loop.generator.layers[0].weight.fill_(math.nan)
    press(root, "Play")
    expect(root.get_by_role("alert")).to_contain_text("blown up")
    expect(root.get_by_role("alert")).to_contain_text("Go back to the checkpoint")
    expect(root.get_by_role("button", name="Play")).to_be_visible()
    press(root, "Go back")
    expect(root.get_by_role("alert")).to_be_hidden()
    press(root, "Play")
    past(page, 5)
    press(root, "Pause")
    expect(status(root)).to_contain_text("Paused")


def test_a_reopened_view_shows_all_and_a_closed_one_stops(page, studio):
    root = show(page, studio)
    press(root, "Play")
    past(page, 5)
    page.evaluate("leaveStage()")
    page.evaluate(
        """() => {
            const el = document.querySelector("#stage");
            el.replaceChildren();
            globalThis.leaveStage = stage.module.default.render({ model: stage.model, el });
        }"""
    )
    press(root, "One step")
    expect(status(root)).to_contain_text("One step")
    assert number(root) == studio.loop.number == len(studio.history)
    label = root.get_by_role("img", name="losses").get_attribute("aria-label")
    assert "Last: discriminator" in label and "none yet" not in label


def test_points_are_drawn(page):
    torch.manual_seed(0)
    judge = nn.Linear(2, 1)
    studio = TrainingStudio(AdversarialLoop(Painter((2,)), judge, toy.Points("ring", 16)))
    root = show(page, studio)
    press(root, "One step")
    canvas = root.get_by_role("img", name="256 points made of the same noise, after step 1")
    expect(canvas).to_be_visible()
    expect(root.locator("canvas.gl-images")).to_be_hidden()
    inked = canvas.evaluate("c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((byte) => byte)")
    assert inked


@pytest.mark.parametrize(("width", "dark"), [(1000, False), (872, False), (380, True)])
def test_it_fits_wide_and_narrow(page, studio, width, dark):
    studio.loop.settings["recipe"] = "article"  # the longest of the menu's words
    root = show(page, studio, width=width, dark=dark)
    press(root, "One step")
    expect(status(root)).to_contain_text("One step")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    clipped = root.evaluate(
        """root => { const rightOf = (one) => one.getBoundingClientRect().right;
            return [...root.querySelectorAll("button, label, output, b, span, figcaption, select")]
            .filter((node) => (node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0)
                || rightOf(node) > rightOf(node.closest("fieldset") ?? root) + 1)
            .map((node) => node.textContent) }"""
    )
    assert clipped == []


def test_without_a_kernel_it_says_so(page, studio):
    root = stage.show(page, studio, kernel=False)
    expect(root.get_by_role("alert")).to_contain_text("no kernel")
