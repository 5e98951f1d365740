"""What a learner feels in JupyterLab: from a key on a slider to the new picture, pictures a second, the studio's cost.

    python benchmarks/latency.py [--rounds 5] [--presses 20] [--seconds 4]

One notebook shows all widgets, and they are measured in turns, so that whatever else the machine does hits all of
them. A key is pressed in Chromium; the clock runs from the browser's time stamp of the key until the picture has other
pixels.
Writes latency.json beside this file and prints a table of medians and 95th percentiles beside the bars.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import sys
import tempfile
from importlib import metadata
from itertools import cycle
from pathlib import Path

import torch
from tqdm import tqdm

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # for who runs this file as a script
from course_build import chromium, lab  # noqa: E402
from gan_lesson import files  # noqa: E402

# Milliseconds from key to picture, pictures a second, and the share of the bare loop's steps that the studio keeps.
BARS = {"browser": 16, "kernel": 40, "figure": 150, "frames": 15, "studio": 0.85}

PACKAGES = ("torch", "jupyterlab", "ipywidgets", "ipykernel", "anywidget")

CELLS = {
    "article": 'from gan_lesson.widgets import LatentExplorer\nLatentExplorer("article")',
    "conv": """from gan_lesson import recipes
loop = recipes.get("quick").loop()
for step in loop:
    if step.number == 100:
        break
LatentExplorer(loop.generator, discriminator=loop.discriminator)""",
    "kernel": """import torch
from gan_lesson import checkpoints
# Hardtanh changes nothing here, but the browser doesn't know it
LatentExplorer(torch.nn.Sequential(checkpoints.load_generator("article"), torch.nn.Hardtanh()))""",
    "interact": """from gan_lesson import plots, runs
from gan_lesson.widgets import interact
run = runs.load("article")
films = torch.from_numpy(run.samples).float()[:, :16, None] / 127.5 - 1
interact(lambda epoch: plots.image_grid(films[epoch], columns=8, alt=f"epoch {epoch}"), epoch=(0, 40))""",
    "playground": "from gan_lesson.widgets import Playground\nPlayground()",
    "article studio": """from gan_lesson.widgets import TrainingStudio
loops = {"article": recipes.get("article").loop(), "quick": recipes.get("quick").loop()}
TrainingStudio(loops["article"])""",
    "quick studio": 'TrainingStudio(loops["quick"])',
    "article bare": None,
    "quick bare": None,
}
BARE = """import time
start, steps = time.perf_counter(), 0
while time.perf_counter() - start < {seconds}:
    next(loops["{recipe}"])
    steps += 1
print("steps a second:", steps / (time.perf_counter() - start))"""

# measure(root): the milliseconds from the next key until the picture inside `root` has changed.
# shown(root, seconds): how many times a second its canvas had changed when the browser drew a frame.
# pace(node, seconds): by how much the number in `node` rises in a second, from one change of it to a later one.
SCRIPT = """
const drawn = new Set();
let watched = null;
const brush = CanvasRenderingContext2D.prototype;
for (const name of ["putImageData", "drawImage", "clearRect", "fill", "stroke"]) {
    const draw = brush[name];
    brush[name] = function (...values) {
        draw.apply(this, values);
        drawn.add(this.canvas);
        if (watched?.canvas === this.canvas && name === "putImageData") watched.look();
    };
}
const pixels = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.join();
globalThis.arm = (root) => {
    let pressed = null;
    root.addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true, once: true });
    globalThis.measured = new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error("a key changed no picture in 10 seconds")), 10000);
        const canvas = root.querySelector("canvas");
        if (canvas) {
            const before = pixels(canvas);
            watched = {
                canvas,
                look() {
                    const now = performance.now();
                    if (pressed === null || pixels(canvas) === before) return;
                    watched = null;
                    resolve(now - pressed);
                },
            };
            return;
        }
        const before = root.querySelector("img").src;
        const observer = new MutationObserver(async () => {
            const image = root.querySelector("img");
            if (!image || image.src === before) return;
            observer.disconnect();
            await image.decode();
            resolve(performance.now() - pressed);
        });
        observer.observe(root, { subtree: true, childList: true, attributes: true });
    });
};
globalThis.shown = (root, seconds) => new Promise((resolve) => {
    const canvas = root.querySelector("canvas");
    let frames = 0;
    const start = performance.now();
    drawn.clear();
    const look = (now) => {
        if (drawn.has(canvas)) frames += 1;
        drawn.clear();
        if (now - start < 1000 * seconds) requestAnimationFrame(look);
        else resolve((1000 * frames) / (now - start));
    };
    requestAnimationFrame(look);
});
globalThis.pace = (node, seconds) => new Promise((resolve) => {
    const seen = [];
    const observer = new MutationObserver(() => {
        const now = performance.now();
        seen.push([now, Number(node.textContent.replace(/\\D/g, ""))]);
        const [start, first] = seen[0];
        if (now - start < 1000 * seconds) return;
        observer.disconnect();
        resolve((1000 * (seen.at(-1)[1] - first)) / (now - start));
    });
    observer.observe(node, { characterData: true, childList: true, subtree: true });
});
"""


class Bench:
    """The notebook in the browser, and what is measured in it."""

    def __init__(self, server: lab.Lab, browser, seconds: float):
        self.page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        self.page.add_init_script(SCRIPT)
        self.seconds = seconds
        self.cells = list(CELLS)
        source = [text or BARE.format(seconds=seconds, recipe=name.split()[0]) for name, text in CELLS.items()]
        self.notebook = server.open(self.page, server.write("latency.ipynb", *source))
        self.notebook.run_all()
        if self.notebook.errors():
            raise SystemExit(f"a cell of the benchmark failed: {self.notebook.errors()}")
        self.directions = {name: cycle(["ArrowRight"] * 10 + ["ArrowLeft"] * 10) for name in CELLS}

    def output(self, name: str):
        return self.notebook.output(self.cells.index(name))

    def latencies(self, name: str, presses: int) -> list[float]:
        """Milliseconds from key to picture, for each of so many presses on a slider of the widget."""
        root = self.output(name).element_handle()
        handle = self.output(name).get_by_role("slider").first
        handle.focus()
        times = []
        for _ in range(presses):
            self.page.evaluate("root => arm(root)", root)
            self.page.keyboard.press(next(self.directions[name]))
            times.append(self.page.evaluate("measured"))
        return times

    def play(self, name: str) -> None:
        self.output(name).get_by_role("button", name="Play").click()
        self.page.wait_for_timeout(500)  # past the first frames

    def pause(self, name: str) -> None:
        self.output(name).get_by_role("button", name="Pause").click()
        self.notebook.wait_until_idle()

    def settle(self) -> None:
        """Past the last key: while hands are on the page less is trained, and the widgets they moved keep a picture."""
        self.page.wait_for_timeout(2000)

    def frames(self) -> float:
        self.settle()
        return self.page.evaluate(
            "([root, seconds]) => shown(root, seconds)", [self.output("playground").element_handle(), self.seconds]
        )

    def studio_steps(self, recipe: str) -> float:
        self.settle()
        node = self.output(f"{recipe} studio").locator("[data-number=number]").element_handle()
        return self.page.evaluate("([node, seconds]) => pace(node, seconds)", [node, self.seconds])

    def bare_steps(self, recipe: str) -> float:
        """Steps a second of the same loop in a cell."""
        index = self.cells.index(f"{recipe} bare")
        self.notebook.run(index)
        return float(self.notebook.output(index).inner_text().split(":")[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="turns of each measurement (default 5)")
    parser.add_argument("--presses", type=int, default=20, help="keys a turn (default 20)")
    parser.add_argument("--seconds", type=float, default=4, help="how long each pace is watched (default 4)")
    parser.add_argument("--out", type=Path, default=HERE / "latency.json")
    options = parser.parse_args()

    # what is measured while what plays, and by which bar it is judged
    alone = {"article": "browser", "conv": "browser", "kernel": "kernel", "interact": None}
    playing = {"article": "browser", "kernel": "kernel", "interact": None}
    training = {"article": None, "kernel": "kernel", "interact": "figure"}
    plan = [(None, alone), ("playground", playing), ("article studio", training), ("quick studio", training)]
    times: dict[tuple, list[float]] = {(during, name): [] for during, names in plan for name in names}
    frames: list[float] = []
    steps: dict[str, list[tuple[float, float]]] = {"article": [], "quick": []}

    with tempfile.TemporaryDirectory() as folder, lab.start(Path(folder)) as server, chromium.start() as browser:
        bench = Bench(server, browser, options.seconds)
        for number in tqdm(range(-1, options.rounds), unit="round", mininterval=1):
            for during, names in plan:
                if during:
                    bench.play(during)
                for name in names:
                    measured = bench.latencies(name, options.presses)
                    if number >= 0:  # the round before is for warming up
                        times[during, name] += measured
                if during == "playground" and number >= 0:
                    frames.append(bench.frames())
                if during and during.endswith("studio"):
                    recipe = during.split()[0]
                    in_studio = bench.studio_steps(recipe)
                    bench.pause(during)
                    bare = bench.bare_steps(recipe)
                    if number >= 0:
                        steps[recipe].append((in_studio, bare))
                elif during:
                    bench.pause(during)
        version = browser.version

    result = {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "command": "python benchmarks/latency.py",
        "bars": {
            "milliseconds_in_the_browser": BARS["browser"],
            "milliseconds_in_the_kernel": BARS["kernel"],
            "milliseconds_of_a_figure_while_the_studio_trains": BARS["figure"],
            "playground_frames_a_second": BARS["frames"],
            "studio_keeps_of_the_bare_loop": BARS["studio"],
        },
        "slider_to_picture_ms": [
            {"slider": name, "while": during or "nothing plays", **summary(times[during, name]), "bar": BARS.get(bar)}
            for during, names in plan
            for name, bar in names.items()
        ],
        "playground_frames_a_second": {"median": round(statistics.median(frames), 1), "lowest": round(min(frames), 1)},
        "studio_steps_a_second": {recipe: compared(pairs) for recipe, pairs in steps.items()},
        "rounds": options.rounds,
        "presses_a_round": options.presses,
        "machine": {"architecture": platform.machine(), "cores": os.cpu_count(), "threads": torch.get_num_threads()},
        "versions": {
            "chromium": version,
            "python": platform.python_version(),
            **{
                name: metadata.version(name) for name in ("torch", "jupyterlab", "ipywidgets", "ipykernel", "anywidget")
            },
        },
    }
    files.write(options.out, json.dumps(result, indent=2) + "\n")
    print(table(result))


def summary(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and their number."""
    return {
        "median": round(statistics.median(values), 1),
        "p95": round(statistics.quantiles(values, n=20)[-1], 1),
        "count": len(values),
    }


def compared(pairs: list[tuple[float, float]]) -> dict[str, float]:
    """The medians of both, and of the share that the studio keeps in each turn."""
    in_studio, bare = zip(*pairs, strict=True)
    return {
        "studio": round(statistics.median(in_studio), 1),
        "bare_loop": round(statistics.median(bare), 1),
        "share": round(statistics.median(a / b for a, b in pairs), 2),
    }


def table(result: dict) -> str:
    rows = [("slider", "while", "median", "95 %", "bar")]
    for row in result["slider_to_picture_ms"]:
        bar = f"{row['bar']} ms" if row["bar"] else ""
        rows.append((row["slider"], row["while"], f"{row['median']} ms", f"{row['p95']} ms", bar))
    lines = ["".join(text.ljust(18) for text in row) for row in rows]
    frames, bars = result["playground_frames_a_second"], result["bars"]
    lines.append(f"playground: {frames['median']} frames a second, bar {bars['playground_frames_a_second']}")
    for recipe, row in result["studio_steps_a_second"].items():
        lines.append(
            f"studio, {recipe} recipe: {row['studio']} steps a second, the bare loop {row['bare_loop']}: "
            f"{row['share']:.0%}, bar {bars['studio_keeps_of_the_bare_loop']:.0%}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
