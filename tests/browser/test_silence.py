"""A kernel that doesn't answer shows, in every widget that asks one; and a widget that has none says what to do."""

import pytest
import torch
from playwright.sync_api import expect

from course_build import lab as jupyter
from course_build import stage
from gan_lesson import toy
from gan_lesson.training import AdversarialLoop
from gan_lesson.widgets import LatentExplorer, Playground, SixSteps, TrainingStudio
from tests.browser.waiting import stop_the_clock, until

SILENT = "The kernel has not answered for five seconds"
AGAIN = "run this cell again"


def small_studio() -> TrainingStudio:
    torch.manual_seed(0)
    pair = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
    return TrainingStudio(AdversarialLoop(*pair, toy.Points("ring", 16), latent_dim=2))


PLAYING = {"Playground": (Playground, "Play", "Pause"), "TrainingStudio": (small_studio, "▶ Play", "❚❚ Pause")}


@pytest.mark.parametrize("name", PLAYING)
def test_when_the_kernel_is_silent_the_training_pauses_and_a_late_answer_is_drawn(page, name):
    make, play, pause = PLAYING[name]
    widget = make()
    root = stage.show(page, widget)
    stage.wait_for_answers(page)
    stop_the_clock(page)
    root.get_by_role("button", name=play, exact=True).click()
    expect(root.get_by_role("button", name=pause, exact=True)).to_be_visible()
    until(page, lambda: page.clock.run_for(10) or widget.loop.number > 0)
    stage.fall_silent(page)
    until(page, lambda: page.clock.run_for(10) or page.evaluate("stage.kept.length > 0"))
    page.clock.run_for(4500)
    expect(root.get_by_text(SILENT)).to_be_hidden()
    expect(root.get_by_role("button", name=pause, exact=True)).to_be_visible()
    page.clock.run_for(500)
    expect(root.get_by_text(SILENT)).to_be_visible()
    expect(root.get_by_role("button", name=play, exact=True)).to_be_visible()
    page.clock.run_for(60_000)
    stage.speak(page)
    expect(root.get_by_text(SILENT)).to_be_hidden()
    stage.wait_for_answers(page)
    number = f"{widget.loop.number:,}"
    expect(root.locator(".gl-steps, [data-number=number]")).to_contain_text(number)
    expect(root.get_by_role("button", name=play, exact=True)).to_be_visible()  # who waited plays on, if they want to
    widget.close()


def test_a_step_that_nobody_answers_shows_too(page):
    widget = SixSteps()
    root = stage.show(page, widget)
    expect(root.get_by_text("Nothing has run yet")).to_be_visible()
    stop_the_clock(page)
    stage.fall_silent(page)
    root.get_by_role("button", name="Next step").click()
    page.clock.run_for(4900)
    expect(root.get_by_text(SILENT)).to_be_hidden()
    page.clock.run_for(100)
    expect(root.get_by_text(SILENT)).to_be_visible()
    stage.speak(page)
    expect(root.locator(".gl-six-said")).to_contain_text("Step 1:")
    expect(root.get_by_text(SILENT)).to_be_hidden()
    widget.close()


def reopened(page, widget):
    """The widget as JupyterLab shows it from a saved notebook: its model has no live connection."""
    root = stage.show(page, widget)
    page.evaluate(
        """async () => {
            const el = document.querySelector("#stage");
            await leaveStage?.();
            el.replaceChildren();
            stage.model.set("layout", { comm_live: false });
            stage.model.send = () => {}; // as ipywidgets does it: without a word
            globalThis.leaveStage = await stage.module.default.render({ model: stage.model, el });
        }"""
    )
    return root


@pytest.mark.parametrize("make", [Playground, small_studio, SixSteps], ids=["Playground", "TrainingStudio", "SixSteps"])
def test_a_widget_of_a_saved_notebook_says_at_once_what_to_do(page, make):
    widget = make()
    root = reopened(page, widget)
    expect(root.get_by_role("alert")).to_contain_text(AGAIN)
    widget.close()


def test_the_explorer_of_a_saved_notebook_goes_on_without_its_kernel(page):
    torch.manual_seed(0)
    widget = LatentExplorer(torch.nn.Sequential(torch.nn.Linear(6, 784)))
    root = reopened(page, widget)
    expect(root.get_by_role("button", name="Nearest real digits (needs a kernel)")).to_be_disabled()
    root.get_by_role("button", name="Random").click()
    expect(root.get_by_role("status").first).to_contain_text("A random z.")
    expect(root.get_by_role("alert")).to_have_count(0)
    widget.close()


def test_an_explorer_whose_networks_are_not_saved_says_what_to_do(page):
    widget = LatentExplorer("article")
    root = reopened(page, widget)
    expect(root.get_by_role("alert")).to_contain_text(AGAIN)
    widget.close()


def test_in_jupyterlab_a_kernel_that_ends_shows_and_so_does_a_notebook_opened_another_day(page, tmp_path):
    with jupyter.start(tmp_path) as server:
        cell = "from gan_lesson.widgets import Playground\n\nPlayground()"
        notebook = server.open(page, server.write("saved.ipynb", cell))
        notebook.run(0)
        notebook.output(0).get_by_role("button", name="Play", exact=True).click()
        expect(notebook.output(0).get_by_role("button", name="Pause", exact=True)).to_be_visible()
        notebook.save()
        server.end_kernels()
        expect(notebook.output(0)).to_contain_text(SILENT)
        expect(notebook.output(0).get_by_role("button", name="Play", exact=True)).to_be_visible()
        page.reload()
        expect(notebook.output(0).locator(".gl-still")).to_contain_text("Run this cell to bring it to life.")
        expect(notebook.output(0).locator(".gl-still img")).to_be_visible()
        page.close()  # while there is a server that it can ask
