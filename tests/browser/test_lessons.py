"""The lessons in JupyterLab, as a learner goes through them: Run All, then hands on the widgets."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from gan_lesson import checkpoints, course, latent
from gan_lesson.widgets import Quiz
from tests.browser.waiting import until

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = {lesson.name: FOLDER / f"{lesson.notebook}.ipynb" for lesson in course.LESSONS}
PLAYED = {"the_game", "the_adversarial_loop", "the_latent_space"}  # each has a test of its own below

# The losses that a chart shows: its title, then the newest value of each curve.
LOSSES = 'canvas[aria-label^="Losses"], canvas[aria-label^="losses"]'
STILL = """node => new Promise((resolve, reject) => {
    let [text, still, frames] = [node.textContent, 0, 0];
    const look = () => {
        still = node.textContent === text ? still + 1 : 0;
        text = node.textContent;
        if (still === 60) resolve(text);
        else if ((frames += 1) === 3600) reject(new Error(`it never stands still: ${text}`));
        else requestAnimationFrame(look);
    };
    look();
})"""
PIXELS = """canvas => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
    .filter((_, at) => at % 4 === 0)"""


def run(lab, page, name, *more):
    """Open a lesson in a fresh kernel and Run All: no cell fails but exercises and checks that wait for the learner.

    Cells of code ``more`` are added at its end.
    """
    lesson = lab.open(page, lab.add(NOTEBOOKS[name], *more))
    lesson.run_all()
    may_fail = {index for index, cell in enumerate(lesson.cells) if "raises-exception" in cell.metadata.get("tags", [])}
    assert {index: text for index, text in lesson.errors().items() if index not in may_fail} == {}
    code = [index for index, cell in enumerate(lesson.cells) if cell.cell_type == "code"]
    counts = lesson.execution_counts()
    assert counts == {index: number for number, index in enumerate(code, start=1) if index in counts}
    folded = [cell for cell in lesson.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert len(counts) == len(code) - len(folded)
    return lesson


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name not in PLAYED])
def test_a_lesson_runs_from_top_to_bottom(lab, page, name):
    run(lab, page, name)


def number_of(locator) -> int:
    return int(re.sub(r"\D", "", locator.inner_text()))


def wait_until(page, locator, condition: str, than) -> None:
    """Wait until ``condition``, JavaScript on ``node`` and ``than``, holds; JupyterLab may put another node there."""
    until(page, lambda: locator.evaluate(f"(node, than) => {condition}", than))


def wait_beyond(page, locator, number: int) -> None:
    wait_until(page, locator, 'Number(node.textContent.replace(/\\D/g, "")) > than', number)


def is_coloured(canvas) -> bool:
    """Whether there is more than grey on it: a widget that draws before it is in the page knows no tint."""
    return canvas.evaluate(
        """canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return data.some((value, at) => at % 4 === 0 && Math.abs(value - data[at + 2]) > 60);
        }"""
    )


def test_the_playground_plays_pauses_and_takes_a_drawing(lab, page):
    lesson = run(lab, page, "the_game")
    play_the_game(page, lesson.root.locator(".gl-playground").first)


def play_the_game(page, game):
    steps, losses = game.locator(".gl-steps"), game.locator(LOSSES)
    before = losses.get_attribute("aria-label")
    game.get_by_role("button", name="Play", exact=True).click()
    wait_beyond(page, steps, 50)
    wait_until(page, losses, 'node.getAttribute("aria-label") !== than', before)

    game.get_by_role("button", name="Pause", exact=True).click()
    paused = steps.evaluate(STILL)
    game.get_by_role("button", name="Play", exact=True).click()
    wait_beyond(page, steps, int(re.sub(r"\D", "", paused)))

    game.get_by_label("Data", exact=True).select_option("draw")
    canvas = game.locator("canvas.gl-plane")
    canvas.scroll_into_view_if_needed()
    blank = np.array(canvas.evaluate(PIXELS))
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"], steps=8)
    page.mouse.up()
    until(page, lambda: (np.array(canvas.evaluate(PIXELS)) != blank).sum() > 100)
    game.get_by_role("button", name="Use these points").click()
    game.get_by_role("status").filter(has_text="The data is now your drawing").first.wait_for(state="attached")
    game.get_by_role("button", name="Play", exact=True).click()
    wait_beyond(page, steps, 20)
    game.get_by_role("button", name="Pause", exact=True).click()
    steps.evaluate(STILL)
    assert game.get_by_role("alert").is_hidden()


OWN_SLIDER = """
from gan_lesson import plots, runs
from gan_lesson.widgets import interact

pictures = torch.from_numpy(runs.load("article").samples)[:, :, None] / 127.5 - 1
interact(lambda epoch: plots.image_grid(pictures[epoch], alt=f"epoch {epoch}"), epoch=(0, 40))
"""


def test_the_studio_trains_pauses_and_resumes_while_a_slider_elsewhere_answers(lab, page):
    lesson = run(lab, page, "the_adversarial_loop", OWN_SLIDER)
    until(page, lambda: is_coloured(lesson.root.locator(".gl-time-machine").locator(LOSSES)))
    (index,) = (index for index, cell in enumerate(lesson.cells) if cell.source.endswith("\nTrainingStudio(loop)"))
    lesson.output(index).get_by_role("button", name="Play").click()
    lesson.output(index).get_by_role("alert").wait_for()  # the updates are exercises, and nobody has done them
    lines = lesson.cells[index - 1].source.splitlines()
    lesson.run(index - 1, "\n".join(line for line in lines if not line.strip().startswith("update_")))
    lesson.run(index)
    train_in_the_studio(page, lesson, index)


def pause_the_studio(studio) -> int:
    """Press Pause; the number of the last step, once it is on the screen."""
    studio.get_by_role("button", name="Pause").click()
    expect(studio.locator(".gl-studio-status")).to_contain_text("Paused after step")
    return number_of(studio.locator("[data-number=number]"))


def train_in_the_studio(page, lesson, index):
    studio = lesson.output(index)
    step, losses = studio.locator("[data-number=number]"), studio.locator(LOSSES)
    studio.get_by_role("button", name="Play").click()
    wait_beyond(page, step, number_of(step))

    elsewhere = lesson.output(len(lesson.cells) - 1)
    shown, trained = elsewhere.locator("img").first.get_attribute("src"), number_of(step)
    elsewhere.get_by_role("slider").press("ArrowRight")
    wait_until(page, elsewhere, 'node.querySelector("img").src !== than', shown)
    wait_beyond(page, step, trained)

    paused = pause_the_studio(studio)
    label = losses.get_attribute("aria-label")
    studio.get_by_role("button", name="Play").click()
    wait_beyond(page, step, paused + 5)
    wait_until(page, losses, 'node.getAttribute("aria-label") !== than', label)
    trained = pause_the_studio(studio)

    lesson.reload()
    expect(step).to_have_text(f"{trained:,}")
    expect(studio.locator(LOSSES)).to_have_attribute("aria-label", re.compile(r"discriminator \d"))
    studio.get_by_role("button", name="One step").click()
    wait_beyond(page, step, trained)
    assert studio.get_by_role("alert").is_hidden()


def test_sliders_draw_what_pytorch_computes(lab, page):
    lesson = run(lab, page, "the_latent_space")
    explore(page, lesson.root.locator(".gl-latent").first)


def explore(page, explorer):
    generator = checkpoints.load_generator("quick")
    directions = latent.principal_directions(generator, 16)
    z = latent.sample(1, generator.latent_dim, seed=15)[0]
    canvas = explorer.locator("canvas.gl-now")

    def is_drawn(z):
        with torch.no_grad():
            wanted = 127.5 * (1 - generator(z[None]).flatten().numpy())
        until(page, lambda: np.abs(np.array(canvas.evaluate(PIXELS)) - wanted).max() < 0.51)

    def moved(index, value):
        return z + (value - z @ directions[index]) * directions[index]

    is_drawn(z)
    slider = explorer.get_by_label("direction 1", exact=True)
    before = canvas.evaluate(PIXELS)
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    until(page, lambda: canvas.evaluate(PIXELS) != before)
    z = moved(0, float(slider.input_value()))
    is_drawn(z)

    slider = explorer.get_by_label("direction 2", exact=True)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    before = canvas.evaluate(PIXELS)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    until(page, lambda: float(slider.input_value()) > 2)
    until(page, lambda: canvas.evaluate(PIXELS) != before)
    z = moved(1, float(slider.input_value()))
    is_drawn(z)


def test_a_quiz_takes_its_keys_and_passing_it_is_noted(lab, page):
    quiz = Quiz("the_data")
    notebook = lab.open(
        page,
        lab.write(
            "quiz.ipynb",
            "from gan_lesson import progress\nfrom gan_lesson.widgets import Quiz\n\nQuiz('the_data')",
            "print(sorted(progress.passed().get('the_data', {})))",
        ),
    )
    notebook.run_all()
    expect(notebook.output(1)).to_contain_text("[]")
    fields = notebook.root.locator(".gl-quiz fieldset")
    for place, asked in enumerate(quiz.questions):
        right = [answer["correct"] for answer in asked["answers"]].index(True)
        if asked["type"] == "numeric":
            fields.nth(place).get_by_label("your number").fill(str(asked["answers"][right]["value"]))
            page.keyboard.press("Enter")
        else:
            fields.nth(place).get_by_role("radio").nth(right).check()
            page.keyboard.press("a")  # which inserts a cell, if JupyterLab gets it
    assert notebook.root.locator(".jp-Cell").count() == 2
    expect(notebook.output(0)).to_contain_text(f"{len(quiz.questions)} of {len(quiz.questions)} right")
    record = lab.folder.parent / "progress.json"  # the answers go to the kernel one by one, and the last ones wait
    until(page, lambda: record.exists() and "the_data" in record.read_text())
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("['quiz']")


def test_a_prediction_stands_beside_what_came_out(lab, page):
    cells = [
        "from gan_lesson.widgets import Prediction\n\nrain = Prediction('Will it rain?', ['yes', 'no'])\nrain",
        "rain.came_out('it rained')",
    ]
    notebook = lab.open(page, lab.write("prediction.ipynb", *cells))
    notebook.run(0)
    notebook.root.get_by_role("group", name="Will it rain?").get_by_label("no").check()
    notebook.run(1)
    line = "You predicted: no. What came out: it rained."
    expect(notebook.output(0)).to_contain_text(line)
    expect(notebook.output(1)).to_contain_text(line)
    notebook.run_all()
    expect(notebook.output(1)).to_contain_text("Predict first, above")
    expect(notebook.root).not_to_contain_text("What came out")
    notebook.root.get_by_role("group", name="Will it rain?").get_by_label("yes").check()
    line = "You predicted: yes. What came out: it rained."
    expect(notebook.output(0)).to_contain_text(line)
    expect(notebook.output(1)).to_contain_text(line)


@pytest.mark.parametrize(("folder", "noted"), [("", True), ("solutions", False)])
def test_a_pass_counts_unless_the_answer_is_the_courses_own(lab, page, folder, noted):
    code = (
        "from gan_lesson import checks, progress\n"
        "progress.forget()\n"
        "checks.check_probability_fake(lambda score: 1 - score)\n"
        "print('noted:', 'start_here' in progress.passed())"
    )
    (lab.folder / folder).mkdir(exist_ok=True)
    notebook = lab.open(page, lab.write(f"{folder}/passed.ipynb".lstrip("/"), code))
    notebook.run_all()
    expect(notebook.output(0)).to_contain_text(f"noted: {noted}")
