"""A run: one training in a folder of its own, with samples and losses of every moment, that can be resumed and shown.

The folder holds ``run.json`` (settings and provenance), ``steps.csv`` (one line a step), ``samples.npz`` (what the
generator makes of the same 64 noise vectors at regular moments, and the discriminator's logits of it) and
``checkpoint.safetensors``.
"""

from __future__ import annotations

import io
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from . import __version__, checkpoints, data, files, fitting, run_files
from . import device as devices
from .claim import Claim
from .errors import BadInput
from .history import StepsFile
from .interruption import StopButton, Stopped
from .modes import in_evaluation
from .shapes import check_pictures
from .tensors import as_count, check_path
from .threads import Threads
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
        samples: uint8 (F, 64, 28, 28): the same 64 noise vectors at each of those steps. Images of another size are
            (F, 64, H, W) in grey and (F, 64, 3, H, W) in colour.
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
    threads: int | None = None,
) -> Iterator[Step]:
    """The steps of ``loop`` until it has done ``steps`` of them, while what they saw is written to ``folder``.

    Whoever goes through the steps trains. Each step is noted, samples are taken every ``every`` steps, and a checkpoint
    is saved every few seconds. With ``keep_weights`` the generator's weights of each moment of the samples are kept,
    too, in the folder ``weights``.

    Ctrl-C, or a notebook's stop button, ends the run after the step that is going on, and so does leaving the loop: a
    checkpoint is saved, from which ``resume=True`` goes on. What ends a step in its middle (a second Ctrl-C, any error)
    saves nothing: what was saved before stands. In both cases the resumed run equals one that never stopped.

    A run repeats to the bit with the same number of threads. ``run.json`` notes under "threads" at which step
    there began to be how many.

    The folder belongs to this run from now until the iterator ends or is closed.

    Args:
        stream: where the steps come from, if someone watches over them, and over Ctrl-C
            (`gan_lesson.distributed.Team.steps`).
        threads: how many PyTorch has for each step; if not given, they follow what other programs leave of the machine
            (`gan_lesson.threads`).

    Raises:
        ValueError: the generator makes no images (N, 1, H, W) or (N, 3, H, W).
        FileExistsError: the folder holds a run already and ``resume`` is False.
        FileNotFoundError: there is nothing to resume.
        BadInput: another training run, perhaps in another process, is writing to the folder; or, while the steps are
            done, the folder was moved or removed.
    """
    folder = Path(folder)
    given = Threads() if threads is None else Threads(as_count(threads, "threads"), follow=False)
    check_pictures(fitting.try_generator(loop.best_generator, loop.same_noise(2)))
    if resume and not holds_run(folder):
        raise FileNotFoundError(f"there is no run to go on with in {folder}: no checkpoint was saved there")
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; a run needs a folder of its own")
    files.make_folder(folder)
    claim = Claim(folder)
    try:
        if resume:
            earlier = load(folder)  # before anything changes
            checkpoints.resume(checkpoint_of(folder), loop)
            recorder = _Recorder.reopened(loop, folder, every, keep_weights, claim, earlier)
        elif holds_run(folder):
            raise FileExistsError(f"{folder} holds a run already: resume it, or choose another folder")
        else:
            recorder = _Recorder(loop, folder, every, keep_weights, claim)
        recorder.begin({**provenance(loop.settings, loop.device), "command": command, "steps": max(steps, loop.number)})
    except BaseException:
        claim.release()
        raise
    return _recorded(stream, recorder, steps, given)


def checkpoint_of(folder: str | os.PathLike) -> Path:
    """Where the run in ``folder`` has its checkpoint."""
    return Path(folder) / "checkpoint.safetensors"


def holds_run(folder: str | os.PathLike) -> bool:
    """Whether ``folder`` holds a run, which mustn't be written over: a checkpoint, or steps that were done once."""
    if checkpoint_of(folder).is_file():
        return True
    try:
        return files.read_json(Path(folder) / "run.json").get("done") != 0
    except FileNotFoundError:
        return False
    except BadInput:  # nobody knows what it was
        return True


def _recorded(stream: Iterator[Step] | None, recorder: _Recorder, steps: int, threads: Threads) -> Iterator[Step]:
    loop = recorder.loop
    try:
        while loop.number < steps:
            with StopButton() if stream is None else nullcontext() as stop:
                number = threads.number
                with threads:
                    step = next(loop if stream is None else stream, None)
                if step is None:
                    break
                recorder.note(step, number)
            yield step
            if stop is not None and stop.pressed:
                raise Stopped
        if recorder.moments[-1].step != loop.number:
            recorder.snapshot()
        recorder.flush()
    except (Stopped, GeneratorExit):  # after a whole step; whatever else ends it may have done half of one
        recorder.flush()
        raise
    finally:
        recorder.claim.release()


class _Moment(NamedTuple):
    """What is noted at a moment of the samples, all of it at once."""

    step: int
    samples: np.ndarray
    fake_logits: np.ndarray


class _Recorder:
    """Writes a run's folder; everything on disk is behind or at the checkpoint, or is cut back to it on resume."""

    def __init__(self, loop: AdversarialLoop, folder: Path, every: int, keep_weights: bool, claim: Claim):
        # absolute: while the run goes on, the program may change into another folder
        self.loop, self.folder, self.every, self.keep_weights = loop, folder.absolute(), every, keep_weights
        self.claim = claim
        self.about: dict = {}
        self.noise = loop.same_noise(SAMPLES, seed=loop.settings.get("seed", 0))
        self.moments: list[_Moment] = []
        self.steps = StepsFile(self.folder / "steps.csv")
        self.threads: list[list[int]] = []
        self.unwritten: list[Step] = []
        self.seconds_before = 0.0
        self.started = self.flushed = time.perf_counter()

    @classmethod
    def reopened(
        cls, loop: AdversarialLoop, folder: Path, every: int, keep_weights: bool, claim: Claim, earlier: Run
    ) -> _Recorder:
        recorder = cls(loop, folder, every, keep_weights, claim)
        if len(earlier.steps["number"]) < loop.number:
            raise BadInput(f"the run in {folder} is damaged: steps.csv ends before the checkpoint's step {loop.number}")
        recorder.seconds_before = earlier.about.get("seconds", 0.0)
        moments = zip(earlier.sample_steps.tolist(), earlier.samples, earlier.fake_logits, strict=True)
        recorder.threads = [change for change in earlier.about.get("threads", []) if change[0] <= loop.number]
        recorder.moments = [_Moment(*moment) for moment in moments if moment[0] <= loop.number]
        return recorder

    def begin(self, about: dict) -> None:
        """Let the files say what the loop has done so far, and ``about`` what is going to happen."""
        self.about = about
        if self.loop.number:
            self._write_about()  # that fewer steps are done, before there are fewer
            self.steps.cut(self.loop.number)
        else:
            self.steps.begin()
        if not self.moments:
            self.snapshot()
        self.flush()

    def note(self, step: Step, threads: int) -> None:
        self.unwritten.append(step)
        if not self.threads or self.threads[-1][1] != threads:
            self.threads.append([step.number, threads])
        if step.number % self.every == 0:
            self.snapshot()
        if time.perf_counter() - self.flushed > SECONDS_AT_RISK:
            self.flush()

    def snapshot(self) -> None:
        self.claim.check()
        images = self.loop.sample(self.noise)
        pixels = data.to_pixels(images.cpu().squeeze(1)).numpy()
        logits = in_evaluation(self.loop.discriminator, images).cpu().float().flatten().numpy()
        if self.keep_weights:
            checkpoints.save_generator(self.loop.best_generator, _weights(self.folder, self.loop.number))
        self.moments.append(_Moment(self.loop.number, pixels, logits))

    def flush(self) -> None:
        self.claim.check()
        self._check_weights()
        self.steps.append(self.unwritten)
        self.unwritten = []
        steps, samples, fake_logits = zip(*self.moments, strict=True)
        files.write(
            self.folder / "samples.npz",
            lambda path: np.savez_compressed(
                path, steps=np.array(steps), images=np.stack(samples), fake_logits=np.stack(fake_logits)
            ),
        )
        self._write_about()
        checkpoints.save(self.loop, checkpoint_of(self.folder))
        self.flushed = time.perf_counter()

    def _write_about(self) -> None:
        about = {**self.about, "done": self.loop.number, "threads": self.threads}
        about["seconds"] = round(self.seconds_before + time.perf_counter() - self.started, 1)
        files.write(self.folder / "run.json", json.dumps(about, indent=2) + "\n")

    def _check_weights(self) -> None:
        # an update can spoil them after the losses of its step were found: no checkpoint is better than that one
        for network in (self.loop.generator, self.loop.discriminator):
            if not all(weight.isfinite().all() for weight in network.parameters()):
                raise FloatingPointError(
                    f"step {self.loop.number}: a weight is no longer a number. Training has blown up: "
                    "go back to a checkpoint and try a lower learning rate."
                )


def _weights(folder: Path, step: int) -> Path:
    return folder / "weights" / f"{step}.safetensors"


def load(source: str | os.PathLike) -> Run:
    """The run in the folder ``source``, or the bundled one of that name (`gan_lesson.checkpoints.BUNDLED`).

    Raises:
        FileNotFoundError: neither.
        ValueError: a file of the run is damaged.
    """
    check_path(source, "the source of a run")
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
    shown = {"sample_steps": run.sample_steps, "samples": run.samples, "fake_logits": run.fake_logits, **columns}
    files.write(files.bundled(f"{name}.npz"), lambda path: np.savez_compressed(path, **shown))
    files.write(files.bundled(f"{name}.json"), json.dumps(run.about, indent=2) + "\n")


def animate(run: Run, path: str | os.PathLike, *, columns: int = 8, scale: int = 2, milliseconds: int = 200) -> None:
    """Write the samples of ``run``, moment by moment, as an endless GIF; the last moment stays longest.

    In grey ink is dark on white; images in colour are shown as they are.
    """
    moments, count, *colours, height, width = run.samples.shape
    rows = count // columns
    grids = run.samples[:, : rows * columns].reshape(moments, rows, columns, *colours, height, width)
    size = (columns * width * scale, rows * height * scale)
    if colours:
        sheets = grids.transpose(0, 1, 4, 2, 5, 3).reshape(moments, rows * height, columns * width, 3)
    else:
        # 16 shades of grey, 17 apart, are enough for the eye and halve the file
        shades = ((255 - grids.astype(np.int16) + 8) // 17 * 17).astype(np.uint8)
        sheets = shades.transpose(0, 1, 3, 2, 4).reshape(moments, rows * height, columns * width)
    frames = [Image.fromarray(sheet).resize(size, Image.Resampling.NEAREST) for sheet in sheets]
    durations = [milliseconds] * (len(frames) - 1) + [2_000]
    film = io.BytesIO()  # Pillow would hide the reason why a file can't be written
    frames[0].save(film, format="GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    files.write(path, film.getvalue())


def provenance(settings: dict, device: torch.device | str = "cpu") -> dict:
    """Where a result comes from: the settings it was made with, versions, this machine, today."""
    return {
        "settings": settings,
        "versions": {
            "gan_lesson": __version__,
            "torch": torch.__version__,
            "torchvision": version("torchvision"),
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
