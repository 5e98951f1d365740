"""Takes pictures of the widgets in JupyterLab: ``python -m images.widgets [NAME ...]``. Each gets a JSON beside it."""

from __future__ import annotations

import json
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from course_build import chromium, lab

HERE = Path(__file__).parent


def walk(widget) -> None:
    """Pin two pictures, and wait until the walk between them is drawn."""
    for name in ("Pin as A", "Random", "Pin as B"):
        widget.get_by_role("button", name=name).click()
    widget.locator(".gl-strip[aria-label]").wait_for()


# Of each widget: what its picture shows, the cell that makes it, and what is done in the browser first.
WIDGETS = {
    "playground": (
        "the Playground after 1,500 steps on the ring, from seed 0",
        """from gan_lesson.widgets import Playground
game = Playground("ring", seed=0)
for _ in range(60):
    game.advance(25)
    game.look()  # measures the divergences
game""",
        None,
    ),
    "training_studio": (
        "the TrainingStudio around the quick recipe, some 600 steps from seed 0",
        """from gan_lesson import recipes
from gan_lesson.widgets import TrainingStudio
studio = TrainingStudio(recipes.get("quick").loop(seed=0))
while studio.loop.number < 600:
    studio.train()
studio""",
        None,
    ),
    "six_steps": (
        "SixSteps after the fourth of the article's six steps, from seed 0",
        """from gan_lesson.widgets import SixSteps
steps = SixSteps(seed=0)
for number in (1, 2, 3, 4):
    steps.run(number)
steps""",
        None,
    ),
    "loss_lab": (
        "the LossLab with 64 fakes of the article's run after its first epoch",
        "from gan_lesson.widgets import LossLab\nLossLab()",
        None,
    ),
    "latent_explorer": (
        "the LatentExplorer with two pins and the walk between them: the quick recipe's generator, seed 3, "
        "chosen among 0 to 8 for a first digit that can be read",
        'from gan_lesson.widgets import LatentExplorer\nLatentExplorer("quick", seed=3)',
        walk,
    ),
    "time_machine": (
        "the TimeMachine with two moments of the article's 40 epochs side by side",
        """from gan_lesson.widgets import TimeMachine
machine = TimeMachine("article")
machine.moment, machine.comparing = 3, True
machine""",
        None,
    ),
}
PACKAGES = ("torch", "jupyterlab", "ipywidgets", "anywidget")


def main(names: list[str]) -> None:
    names = names or list(WIDGETS)
    with tempfile.TemporaryDirectory() as folder, lab.start(Path(folder)) as server, chromium.start() as browser:
        page = browser.new_context(viewport={"width": 1400, "height": 1600}).new_page()
        notebook = server.open(page, server.write("widgets.ipynb", *(WIDGETS[name][1] for name in names)))
        notebook.run_all()
        if notebook.errors():
            raise SystemExit(f"a cell failed: {notebook.errors()}")
        for index, name in enumerate(names):
            widget = notebook.output(index).locator(".gl").first
            shows, _, prepare = WIDGETS[name]
            if prepare:
                prepare(widget)
            page.mouse.move(0, 0)
            widget.screenshot(path=HERE / f"{name}.png", animations="disabled")
            about = {
                "shows": shows,
                "made_by": "python -m images.widgets",
                "versions": {each: metadata.version(each) for each in PACKAGES} | {"chromium": browser.version},
            }
            (HERE / f"{name}.json").write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
