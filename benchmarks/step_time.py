"""The article's loop, as written there, against `AdversarialLoop` with the article recipe: milliseconds a step.

    python benchmarks/step_time.py [--rounds 12] [--steps 40]

The two take turns in one process, so that whatever else the machine does hits both. Prints one JSON object, and writes
it to step_time.json beside this file.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from tqdm import tqdm

from gan_lesson import data, files, recipes, runs


def article_loop() -> Iterator[nn.Module]:
    """The article's training: DataLoader with transforms, Sigmoid and BCELoss, plain Adam, no detach.

    Each step yields the generator, noise (N, 100) -> pixels (N, 784).
    """
    to_range = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5], [0.5])])
    mnist = data.load_mnist()
    mnist.transform = to_range
    loader = DataLoader(mnist, batch_size=100, shuffle=True)
    generator = nn.Sequential(
        nn.Linear(100, 256), nn.LeakyReLU(0.2),
        nn.Linear(256, 512), nn.LeakyReLU(0.2),
        nn.Linear(512, 1024), nn.LeakyReLU(0.2),
        nn.Linear(1024, 784), nn.Tanh(),
    )  # fmt: skip
    discriminator = nn.Sequential(
        nn.Linear(784, 1024), nn.LeakyReLU(0.2), nn.Dropout(0.3),
        nn.Linear(1024, 512), nn.LeakyReLU(0.2), nn.Dropout(0.3),
        nn.Linear(512, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3),
        nn.Linear(256, 1), nn.Sigmoid(),
    )  # fmt: skip
    loss = nn.BCELoss()
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4)
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4)
    while True:
        for images, _ in loader:
            images = images.view(images.size(0), 784)
            ones, zeros = torch.ones(images.size(0), 1), torch.zeros(images.size(0), 1)

            optimizer_d.zero_grad()
            fakes = generator(torch.randn(images.size(0), 100))
            (loss(discriminator(images), ones) + loss(discriminator(fakes), zeros)).backward()
            optimizer_d.step()

            optimizer_g.zero_grad()
            fakes = generator(torch.randn(images.size(0), 100))
            loss(discriminator(fakes), ones).backward()
            optimizer_g.step()
            yield generator


def milliseconds_a_step(loop: Iterator, steps: int) -> float:
    start = time.perf_counter()
    for _ in range(steps):
        next(loop)
    return (time.perf_counter() - start) / steps * 1000


def peak_gflops() -> float:
    """The fastest matrix multiplication seen, of the largest size in a step and of a large square, in GFLOP/s."""
    best = 0.0
    for m, k, n in ((200, 784, 1024), (2048, 2048, 2048)):
        a, b = torch.randn(m, k), torch.randn(k, n)
        repeats = max(3, int(2e10 / (2 * m * k * n)))
        a @ b
        start = time.perf_counter()
        for _ in range(repeats):
            a @ b
        best = max(best, repeats * 2 * m * k * n / (time.perf_counter() - start) / 1e9)
    return best


def matmul_gflop_a_step(batch: int = 100) -> float:
    """Multiplications and additions that a step of the library can't do without, from the layers' widths.

    D's update: G forward; D forward on reals and fakes, gradients of D's weights and of all its inputs but the first.
    G's update: G and D forward, gradients of D's inputs, of G's weights and of all its inputs but the first.
    """

    def layers(*widths: int) -> list[int]:
        return [a * b for a, b in pairwise(widths)]

    g, d = layers(100, 256, 512, 1024, 784), layers(784, 1024, 512, 256, 1)
    update_d = batch * sum(g) + 2 * batch * (2 * sum(d) + sum(d[1:]))
    update_g = batch * (2 * sum(g) + sum(g[1:]) + 2 * sum(d))
    return 2 * (update_d + update_g) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12, help="turns of each loop (default 12)")
    parser.add_argument("--steps", type=int, default=40, help="steps a turn (default 40)")
    options = parser.parse_args()

    torch.manual_seed(0)
    loops: dict[str, Iterator] = {"article": article_loop(), "library": recipes.ARTICLE.loop(device="cpu")}
    for loop in loops.values():
        milliseconds_a_step(loop, 10)
    times: dict[str, list[float]] = {name: [] for name in loops}
    peaks = []
    for _ in tqdm(range(options.rounds), unit="round", mininterval=1):
        for name, loop in loops.items():
            times[name].append(milliseconds_a_step(loop, options.steps))
        peaks.append(peak_gflops())

    article, library = (statistics.median(times[name]) for name in ("article", "library"))
    ratios = sorted(a / b for a, b in zip(times["article"], times["library"], strict=True))
    peak = max(peaks)
    gflop = matmul_gflop_a_step()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    result = {
        "article_ms_per_step": round(article, 2),
        "library_ms_per_step": round(library, 2),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_min_max": [round(ratios[0], 2), round(ratios[-1], 2)],
        "matmul_gflop_per_step": round(gflop, 2),
        "peak_gflop_per_second": round(peak, 1),
        "share_of_step_that_is_matmul_at_peak": round(gflop / peak / (library / 1000), 2),
        "peak_memory_mb_both_loops": round(kilobytes / 1024),
    }
    about = runs.provenance({"rounds": options.rounds, "steps_per_round": options.steps})
    said = json.dumps({**about, "command": "python benchmarks/step_time.py", **result}, indent=2)
    files.write(Path(__file__).with_suffix(".json"), said + "\n")
    print(said)


if __name__ == "__main__":
    main()
