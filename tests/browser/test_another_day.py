"""A lesson opened another day in JupyterLab: its widgets live, or show their last pictures; nothing is an error."""

from __future__ import annotations

import re

import nbformat
from playwright.sync_api import expect

from course_build import lab as jupyter
from course_build.chromium import PATIENCE

IMPORTS = "import torch\nfrom torch import nn\n\nfrom gan_lesson import plots\nfrom gan_lesson.widgets import *\n\n"
SMALL = "LatentExplorer(nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 784), nn.Tanh()))"
SLIDER = "interact(lambda n: plots.image_grid(torch.zeros(n, 1, 28, 28), alt=f'{n} grey squares'), n=(1, 9))"
#: Cells, and whether what they show lives on without a kernel where JupyterLab stores the widgets' state.
CELLS = {
    "LossLab()": True,
    SMALL: True,
    "Quiz('the_data')": True,
    "LatentExplorer('article')": False,
    "TimeMachine('article')": False,
    "Playground()": False,
    "SixSteps()": False,
    "rain = Prediction('Will it rain?', ['yes', 'no'])\nrain": False,
    SLIDER: False,
}
ALONE = [number for number, lives in enumerate(CELLS.values()) if lives]
PLAYGROUND, RAIN, SLIDERS = (list(CELLS.values()).index(False) + more for more in (2, 4, 5))


def alive(notebook) -> list[int]:
    """The numbers of the cells in which a widget lives."""
    return [number for number in range(len(CELLS)) if notebook.output(number).locator(".gl:visible").count()]


def pictures(notebook) -> list[int]:
    """The numbers of the cells that show the picture of a widget, each with what to do."""
    shown = [number for number in range(len(CELLS)) if notebook.output(number).locator(".gl-still:visible").count()]
    for number in shown:
        expect(notebook.output(number).locator(".gl-again")).to_be_visible()
    return shown


def nothing_is_wrong(notebook) -> None:
    expect(notebook.root.get_by_text("Error displaying widget").locator("visible=true")).to_have_count(0)
    assert notebook.errors() == {}


def opened(browser, server):
    """The notebook in a fresh page with a kernel of its own; JupyterLab has looked for the models of its widgets."""
    server.end_kernels()
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    notebook = server.open(page, "lesson.ipynb")
    page.wait_for_function("!document.body.textContent.includes('Loading widget...')")
    expect(notebook.output(len(CELLS) - 1).locator(".gl-still")).to_be_visible()
    return notebook


def run_and_save(browser, server):
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    first, *others = CELLS
    notebook = server.open(page, server.write("lesson.ipynb", IMPORTS + first, *others))
    notebook.run_all()
    expect(notebook.root.locator(".gl:visible")).to_have_count(len(CELLS) - 1)  # all but the sliders
    assert pictures(notebook) == []
    game = notebook.output(PLAYGROUND)
    game.get_by_role("button", name="one step of both").click()
    expect(game.locator(".gl-still img")).to_have_attribute("alt", re.compile("after 1 step"))
    notebook.output(RAIN).get_by_label("no").check()
    expect(notebook.output(RAIN).locator(".gl-still")).to_contain_text("You predicted: no.")
    notebook.output(SLIDERS).get_by_role("slider").press("ArrowRight")
    expect(notebook.output(SLIDERS).locator(".gl-still img")).to_have_attribute("alt", "6 grey squares")
    nothing_is_wrong(notebook)
    notebook.save()
    page.close()


def shows_what_was_last_seen(notebook) -> None:
    assert "after 1 step" in notebook.output(PLAYGROUND).locator(".gl-still img").get_attribute("alt")
    expect(notebook.output(RAIN)).to_contain_text("You predicted: no.")
    expect(notebook.output(SLIDERS).locator(".gl-still img")).to_have_attribute("alt", "6 grey squares")


def test_with_the_courses_settings_what_needs_no_kernel_lives_and_the_rest_are_pictures(browser, tmp_path):
    with jupyter.start(tmp_path) as server:
        run_and_save(browser, server)
        assert (server.folder / "lesson.ipynb").stat().st_size < 4_000_000

        notebook = opened(browser, server)
        expect(notebook.root.locator(".gl:visible")).to_have_count(len(ALONE))
        assert alive(notebook) == ALONE
        assert pictures(notebook) == [number for number in range(len(CELLS)) if number not in ALONE]
        shows_what_was_last_seen(notebook)
        nothing_is_wrong(notebook)
        slider = notebook.output(0).get_by_label("logit t of the fake")
        slider.press("End")
        assert slider.get_attribute("aria-valuetext") == "10.0"
        notebook.save()  # and with it the state of all that lives in a kernel: of nothing
        notebook.page.close()

        notebook = opened(browser, server)
        assert alive(notebook) == []
        assert pictures(notebook) == list(range(len(CELLS)))
        shows_what_was_last_seen(notebook)
        nothing_is_wrong(notebook)
        notebook.page.close()


def test_with_the_settings_that_jupyterlab_comes_with_all_are_pictures_until_their_cell_is_run(browser, tmp_path):
    with jupyter.start(tmp_path, settings=None) as server:
        run_and_save(browser, server)
        assert "widgets" not in nbformat.read(server.folder / "lesson.ipynb", as_version=4).metadata

        notebook = opened(browser, server)
        assert alive(notebook) == []
        assert pictures(notebook) == list(range(len(CELLS)))
        shows_what_was_last_seen(notebook)
        nothing_is_wrong(notebook)
        notebook.run(PLAYGROUND, f"{IMPORTS}Playground()")
        expect(notebook.output(PLAYGROUND).locator(".gl:visible")).to_have_count(1)
        assert pictures(notebook) == [number for number in range(len(CELLS)) if number != PLAYGROUND]
        notebook.page.close()


def test_a_notebook_that_jupyterlab_does_not_trust_shows_its_pictures(browser, tmp_path):
    with jupyter.start(tmp_path) as server:
        run_and_save(browser, server)
        path = server.folder / "lesson.ipynb"
        strange = nbformat.read(path, as_version=4)
        for cell in strange.cells:
            cell.metadata.pop("trusted", None)
            for output in cell.outputs:
                if "text/html" in output.get("data", {}):
                    output.data["text/html"] += "<p>From somewhere else.</p>"
        nbformat.write(strange, path)

        notebook = opened(browser, server)
        assert alive(notebook) == []
        assert pictures(notebook) == list(range(len(CELLS)))
        drawn = notebook.root.locator(".gl-still img").evaluate_all("all => all.map((img) => img.naturalWidth > 100)")
        assert drawn == [True] * (len(CELLS) - 2)  # a quiz and a prediction are words
        nothing_is_wrong(notebook)
        notebook.page.close()
