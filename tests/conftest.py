"""What the tests share: one cache of digits away from the user's own, small networks, and a disk that fills up."""

from __future__ import annotations

import base64
import io
import os
import re
import sys
from contextlib import contextmanager
from itertools import repeat

import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from gan_lesson import runs
from gan_lesson.checks import exercise
from gan_lesson.picture import Picture
from gan_lesson.training import AdversarialLoop, Step


@pytest.fixture
def one_thread():
    """For networks this small a second thread costs more than it brings, most of all beside other work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """Decompress the digits once a session; compute on the CPU, where results repeat to the bit."""
    with pytest.MonkeyPatch.context() as patch:
        if "GAN_LESSON_CACHE" not in os.environ:
            patch.setenv("GAN_LESSON_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("GAN_LESSON_DEVICE", "cpu")
        torch.set_num_threads(1)  # small networks gain little from a second one, and a busy machine loses much by it
        yield


@pytest.fixture(autouse=True)
def beginner(monkeypatch, tmp_path):
    """A learner who has passed nothing and failed nothing yet, and whose record isn't the user's own."""
    monkeypatch.setenv("GAN_LESSON_PROGRESS", str(tmp_path / "progress.json"))
    exercise.failures.clear()


@pytest.fixture(autouse=True)
def loud_checks(monkeypatch):
    """Where a check's own code stops, the learner reads a sentence about the answer, and a test fails."""

    def alarm(error, check):
        raise AssertionError(f"the code of {check.__name__} stopped") from error

    monkeypatch.setattr(exercise, "puzzled", alarm)


@pytest.fixture
def same():
    """Whether two nested states are equal to the bit."""

    def compare(one, other) -> bool:
        if isinstance(one, torch.Tensor):
            return torch.equal(one, other)
        if isinstance(one, dict):
            return one.keys() == other.keys() and all(compare(one[key], other[key]) for key in one)
        if isinstance(one, (list, tuple)):
            return len(one) == len(other) and all(map(compare, one, other))
        return one == other

    return compare


@pytest.fixture
def small_pair():
    """A generator from 2 to 2 numbers and a discriminator with dropout, the same weights each time."""

    def make(seed: int = 0, width: int = 8) -> tuple[nn.Module, nn.Module]:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            generator = nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, 2))
            discriminator = nn.Sequential(nn.Linear(2, width), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(width, 1))
        return generator, discriminator

    return make


@pytest.fixture
def small_loop(small_pair):
    """A loop of the small pair on sixteen points of a circle."""

    def make(batches=None, *, seed: int = 0, width: int = 8, **options) -> AdversarialLoop:
        angles = torch.arange(16) * torch.pi / 8
        points = torch.stack([angles.cos(), angles.sin()], dim=1)
        options = {"latent_dim": 2, "seed": seed, **options}
        return AdversarialLoop(*small_pair(width=width), repeat(points) if batches is None else batches, **options)

    return make


@pytest.fixture
def a_run():
    """A made-up run in which a column's value at step n is n plus the column's place."""

    def make(sample_steps, steps: int, settings=None) -> runs.Run:
        columns = [name for name in Step.__dataclass_fields__ if name != "number"]
        numbers = np.arange(1, steps + 1, dtype=float)
        generator = np.random.default_rng(0)
        return runs.Run(
            about={"settings": settings or {}},
            steps={"number": numbers} | {name: numbers + place for place, name in enumerate(columns)},
            sample_steps=np.array(sample_steps),
            samples=generator.integers(0, 256, (len(sample_steps), 64, 28, 28), dtype=np.uint8),
            fake_logits=generator.normal(size=(len(sample_steps), 64)).astype(np.float32),
        )

    return make


@pytest.fixture
def full_disk():
    """A context in which no file can grow beyond ``limit`` bytes, as on a disk that is almost full."""
    resource = pytest.importorskip("resource", reason="only POSIX systems can limit a file's size")

    @contextmanager
    def limited(limit: int):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.fixture
def drawn_well():
    """Check that a picture shows itself as a PNG with alt text, cuts no label off and touches no global state."""

    def check(picture: Picture) -> None:
        settings = dict(matplotlib.rcParams)
        assert len(picture.alt) >= 8
        bundle = picture._repr_mimebundle_()
        assert re.search('alt="([^"]+)"', bundle["text/html"])
        assert re.search('data:image/png;base64,([^"]+)', bundle["text/html"])[1] == bundle["image/png"]
        content = base64.b64decode(bundle["image/png"])
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            assert image.format == "PNG"
            width, height = picture.get_size_inches() * 96
            assert image.size == (pytest.approx(width, abs=1), pytest.approx(height, abs=1))
        assert dict(matplotlib.rcParams) == settings
        if "matplotlib.pyplot" in sys.modules:
            assert sys.modules["matplotlib.pyplot"].get_fignums() == []
        assert not _cut_off(picture)

    return check


def _cut_off(picture: Picture) -> list[str]:
    picture.draw_without_rendering()
    renderer = picture._get_renderer()
    boxes = {}
    for axes in picture.axes:
        legend = axes.get_legend()
        for text in (axes.title, *axes.texts, *(legend.get_texts() if legend else ())):
            if text.get_text():
                boxes[text.get_text()] = text.get_window_extent(renderer)
        if axes.axison:
            boxes |= {axis.get_label().get_text(): axis.get_tightbbox(renderer) for axis in (axes.xaxis, axes.yaxis)}
    (left, bottom), (right, top) = picture.bbox.min, picture.bbox.max
    return [
        label
        for label, box in boxes.items()
        if box and not (left <= box.x0 and box.x1 <= right and bottom <= box.y0 and box.y1 <= top)
    ]
