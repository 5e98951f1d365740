"""A run: one training in a folder of its own, with samples and losses of every moment, that can be resumed and shown.

The folder holds ``run.json`` (settings and provenance), ``steps.csv`` (one line a step), ``samples.npz`` (what the
generator makes of the same 64 noise vectors at regular moments, and the discriminator's logits of it) and
``checkpoint.safetensors``.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image

from . import __version__, checkpoints, data, files, latent, run_files
from . import device as devices
from .errors import BadInput
from .history import StepsFile
from .modes import in_evaluation
from .training import AdversarialLoop, Step

#: How many noise vectors are followed through the run.
SAMPLES = 64

#: Of the 40 moments of a run those whose generator is bundled: as many more each time, for most happens early.
BUNDLED_MOMENTS = (1, 2, 4, 8, 16, 40)

#: A killed run loses at most about this much work.
SECONDS_AT_RISK = 15


@dataclass(frozen=True)
class Run:
    """What a run left behind.

    Attributes:
        about: settings and provenance.
        steps: one float array a column of `gan_lesson.training.Step`, one value a step.
        sample_steps: the step at which each set of samples was taken, (F,).
        samples: uint8 (F, 64, 28, 28): the same 64 noise vectors at each of those steps.
        fake_logits: float32 (F, 64): what the discriminator of that moment, in evaluation mode, says to each of them.
    """

    about: dict
    steps: dict[str, np.ndarray]
    sample_steps: np.ndarray
    samples: np.ndarray
    fake_logits: np.ndarray


def record(
    loop: AdversarialLoop,
    folder: str | os.PathLike,
    *,
    steps: int,
    every: int,
    stream: Iterator[Step] | None = None,
    command: str = "",
    resume: bool = False,
    keep_weights: bool = False,
) -> Iterator[Step]:
    """The steps of ``loop`` until it has done ``steps`` of them, while what they saw is written to ``folder``.

    Whoever goes through the steps trains. Each step is noted, samples are taken every ``every`` steps, and a checkpoint
    is saved every few seconds. With ``keep_weights`` the generator's weights of each moment of the samples are kept,
    too, in the folder ``weights``.

    An interruption (Ctrl-C), or an end before the last step, saves a checkpoint, so that ``resume=True`` goes on there.

    Args:
        stream: where the steps come from, if someone watches over them (`gan_lesson.distributed.Team.steps`).

    Raises:
        FileExistsError: the folder holds a run already and ``resume`` is False.
        FileNotFoundError: there is nothing to resume.
    """
    folder = Path(folder)
    checkpoint = folder / "checkpoint.safetensors"
    if resume:
        if folder.is_dir() and (folder / "run.json").exists():
            load(folder)  # before anything changes
        checkpoints.resume(checkpoint, loop)
        recorder = _Recorder.reopened(loop, folder, every, keep_weights)
    elif folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; a run needs a folder of its own")
    elif (folder / "run.json").exists():
        raise FileExistsError(f"{folder} holds a run already: resume it, or choose another folder")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        recorder = _Recorder(loop, folder, every, keep_weights)
        recorder.steps.begin()
        recorder.snapshot()
    recorder.about = {**provenance(loop.settings, loop.device), "command": command, "steps": steps}
    recorder.flush()
    return _recorded(loop if stream is None else stream, recorder, steps)


def _recorded(stream: Iterator[Step], recorder: _Recorder, steps: int) -> Iterator[Step]:
    loop = recorder.loop
    try:
        while loop.number < steps and (step := next(stream, None)):
            recorder.note(step)
            yield step
    except (KeyboardInterrupt, GeneratorExit):
        recorder.flush()
        raise
    if recorder.sample_steps[-1] != loop.number:
        recorder.snapshot()
    recorder.flush()


class _Recorder:
    """Writes a run's folder; everything on disk is behind or at the checkpoint, or is cut back to it on resume."""

    def __init__(self, loop: AdversarialLoop, folder: Path, every: int, keep_weights: bool):
        self.loop, self.folder, self.every, self.keep_weights = loop, folder, every, keep_weights
        self.about: dict = {}
        self.noise = latent.sample(SAMPLES, loop.latent_dim, seed=loop.settings.get("seed", 0))
        self.sample_steps: list[int] = []
        self.samples: list[np.ndarray] = []
        self.fake_logits: list[np.ndarray] = []
        self.steps = StepsFile(folder / "steps.csv")
        self.unwritten: list[Step] = []
        self.seconds_before = 0.0
        self.started = self.flushed = time.perf_counter()

    @classmethod
    def reopened(cls, loop: AdversarialLoop, folder: Path, every: int, keep_weights: bool) -> _Recorder:
        recorder = cls(loop, folder, every, keep_weights)
        earlier = load(folder)
        if len(earlier.steps["number"]) < loop.number:
            raise BadInput(f"the run in {folder} is damaged: steps.csv ends before the checkpoint's step {loop.number}")
        recorder.steps.cut(loop.number)
        recorder.seconds_before = earlier.about.get("seconds", 0.0)
        kept = earlier.sample_steps <= loop.number
        recorder.sample_steps, recorder.samples = list(earlier.sample_steps[kept]), list(earlier.samples[kept])
        recorder.fake_logits = list(earlier.fake_logits[kept])
        return recorder

    def note(self, step: Step) -> None:
        self.unwritten.append(step)
        if step.number % self.every == 0:
            self.snapshot()
        if time.perf_counter() - self.flushed > SECONDS_AT_RISK:
            self.flush()

    def snapshot(self) -> None:
        images = self.loop.sample(self.noise)
        self.sample_steps.append(self.loop.number)
        self.samples.append(data.to_pixels(images.cpu().squeeze(1)).numpy())
        self.fake_logits.append(in_evaluation(self.loop.discriminator, images).cpu().flatten().numpy())
        if self.keep_weights:
            checkpoints.save_generator(self.loop.best_generator, _weights(self.folder, self.loop.number))

    def flush(self) -> None:
        self.steps.append(self.unwritten)
        self.unwritten = []
        files.write(
            self.folder / "samples.npz",
            lambda path: np.savez_compressed(
                path,
                steps=np.array(self.sample_steps),
                images=np.stack(self.samples),
                fake_logits=np.stack(self.fake_logits),
            ),
        )
        about = {**self.about, "done": self.loop.number}
        about["seconds"] = round(self.seconds_before + time.perf_counter() - self.started, 1)
        files.write(self.folder / "run.json", json.dumps(about, indent=2) + "\n")
        checkpoints.save(self.loop, self.folder / "checkpoint.safetensors")
        self.flushed = time.perf_counter()


def _weights(folder: Path, step: int) -> Path:
    return folder / "weights" / f"{step}.safetensors"


def load(source: str | os.PathLike) -> Run:
    """The run in the folder ``source``, or the bundled one of that name (`gan_lesson.checkpoints.BUNDLED`).

    Raises:
        FileNotFoundError: neither.
        ValueError: a file of the run is damaged.
    """
    bundled = source in checkpoints.BUNDLED
    return Run(**(run_files.read_bundled(str(source)) if bundled else run_files.read(Path(source))))


def bundle(folder: str | os.PathLike, name: str) -> None:
    """Copy what the course shows of the run in ``folder`` into the package, under ``name``.

    Of a run that kept its weights also the generator at the start and after each of `BUNDLED_MOMENTS`.
    """
    run = load(folder)
    checkpoints.save_networks(
        checkpoints.load_generator(folder),
        checkpoints.load_discriminator(folder),
        files.bundled(f"{name}.safetensors"),
        run.about["settings"],
    )
    steps = run.sample_steps[[0, *BUNDLED_MOMENTS]].tolist() if (Path(folder) / "weights").exists() else []
    if steps:
        moments = {step: checkpoints.load_generator(_weights(Path(folder), step)) for step in steps}
        checkpoints.save_moments(moments, files.bundled(f"{name}.moments.safetensors"), run.about["settings"])
    columns = {column: values.astype(np.float32) for column, values in run.steps.items()}
    np.savez_compressed(
        files.bundled(f"{name}.npz"),
        sample_steps=run.sample_steps,
        samples=run.samples,
        fake_logits=run.fake_logits,
        **columns,
    )
    files.bundled(f"{name}.json").write_text(json.dumps(run.about, indent=2) + "\n")


def animate(run: Run, path: str | os.PathLike, *, columns: int = 8, scale: int = 2, milliseconds: int = 200) -> None:
    """Write the samples of ``run``, moment by moment, as an endless GIF; the last moment stays longest."""
    rows = run.samples.shape[1] // columns
    grids = run.samples[:, : rows * columns].reshape(-1, rows, columns, 28, 28).transpose(0, 1, 3, 2, 4)
    size = (columns * 28 * scale, rows * 28 * scale)
    # 16 shades of grey, 17 apart, are enough for the eye and halve the file
    shades = ((255 - grids.astype(np.int16) + 8) // 17 * 17).astype(np.uint8)
    sheets = shades.reshape(-1, rows * 28, columns * 28)
    frames = [Image.fromarray(sheet).resize(size, Image.Resampling.NEAREST) for sheet in sheets]
    durations = [milliseconds] * (len(frames) - 1) + [2_000]
    frames[0].save(path, format="GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)


def provenance(settings: dict, device: torch.device | str = "cpu") -> dict:
    """Where a result comes from: the settings it was made with, versions, this machine, today."""
    return {
        "settings": settings,
        "versions": {
            "gan_lesson": __version__,
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
            "python": platform.python_version(),
        },
        "machine": {
            "system": platform.system(),
            "processor": devices.processor(),
            "threads": torch.get_num_threads(),
            "device": str(device),
        },
        "date": time.strftime("%Y-%m-%d"),
    }
