"""The command line: ``gan-lesson``, or ``python -m gan_lesson``."""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from . import __version__
from .errors import BadInput


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it is done, 2 on bad input (one line on standard error), 130 when interrupted.

    141, in silence, when nobody reads the output any more.
    """
    try:
        try:
            options = _parser().parse_args(arguments)
            options.arguments = sys.argv[1:] if arguments is None else arguments
            options.run(options)
        finally:
            with _output():
                if sys.stdout is not None:
                    sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever was to read it has had enough, as in `gan-lesson evaluate ... | head -1`
        return 141
    except (BadInput, OSError, FloatingPointError) as error:
        print(f"gan-lesson: {_in_one_line(error)}", file=sys.stderr)
        return 2
    except (MemoryError, RuntimeError) as error:
        if not _says_that_memory_is_short(error):
            raise
        print("gan-lesson: there is not enough memory for this: ask for less, or end other programs", file=sys.stderr)
        return 2
    return 0


@contextmanager
def _output() -> Iterator[None]:
    """Inside the block standard output is written to; if it can't be, the error says so."""
    try:
        yield
    except OSError as error:
        # or Python would try again at its end, and complain in its own way
        with suppress(OSError), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        raise OSError(error.errno, error.strerror, "standard output") from error


def _in_one_line(error: Exception) -> str:
    told = str(error)
    if isinstance(error, OSError) and error.strerror:
        told = error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return " ".join(told.split())


def _says_that_memory_is_short(error: Exception) -> bool:
    # PyTorch raises a bare RuntimeError where the CPU's memory ends
    signs = ("allocate memory", "not enough memory", "out of memory", "storage size", "create a primitive")
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in signs)


def train(options: argparse.Namespace) -> None:
    """Train a recipe in a folder of its own."""
    import torch

    from . import distributed, recipes, runs

    if options.threads:
        torch.set_num_threads(options.threads)
    with distributed.team(options.device) as team:
        steps = team.told_by_the_first(lambda: _steps(options))
        shard = (team.rank, team.ranks)
        loop = team.all_or_none(
            lambda: recipes.get(options.recipe).loop(seed=options.seed, device=team.device, shard=shard)
        )
        team.share(loop, checkpoint=runs.checkpoint_of(options.out) if options.resume else None)
        if team.rank == 0:
            _train_and_write(options, team, loop, steps)
        else:
            team.follow(loop, steps)


def _train_and_write(options: argparse.Namespace, team, loop, steps: int) -> None:
    from tqdm import tqdm

    from . import runs
    from .interruption import Stopped

    try:
        run = runs.record(
            loop,
            options.out,
            steps=steps,
            every=max(1, steps // (options.epochs or 40)),
            stream=team.steps(loop),
            command="gan-lesson " + shlex.join(options.arguments),
            resume=options.resume,
            keep_weights=options.keep_weights,
            threads=options.threads,
        )
        with tqdm(run, total=steps, initial=loop.number, unit="step", mininterval=0.5, maxinterval=1) as bar:
            for step in bar:
                bar.set_postfix_str(f"D {step.discriminator_loss:.3f}  G {step.generator_loss:.3f}", refresh=False)
    except Stopped:
        print(
            f"\nStopped at step {loop.number}. Nothing is lost: the same command with --resume goes on.",
            file=sys.stderr,
        )
        raise
    except KeyboardInterrupt:
        if runs.holds_run(options.out):
            print(
                "\nStopped in the middle of a step. The same command with --resume goes on from the last checkpoint.",
                file=sys.stderr,
            )
        raise
    print(f"{loop.number} steps done. Samples, losses and checkpoint are in {options.out}", file=sys.stderr)


def sample(options: argparse.Namespace) -> None:
    """Draw digits with a trained generator."""
    from . import files, latent, plots
    from .training import generate

    if options.out.suffix.lower() != ".png":
        raise BadInput(f"--out writes a PNG picture: give it a name that ends in .png, not {options.out.name!r}")
    if options.npy and options.npy.suffix != ".npy":
        raise BadInput(f"--npy writes a NumPy file: give it a name that ends in .npy, not {options.npy.name!r}")
    generator = _generator(options.checkpoint)
    images = generate(generator, latent.sample(options.count, generator.latent_dim, seed=options.seed))
    _make_parent(options.out)
    plots.save_grid(images, options.out)
    if options.npy:
        numbers = io.BytesIO()  # written by NumPy itself, a full disk would have no name
        np.save(numbers, images.squeeze(1).numpy())
        files.write(options.npy, numbers.getvalue())


def evaluate(options: argparse.Namespace) -> None:
    """Say how good a trained generator is, in numbers: one JSON object on standard output."""
    from . import metrics

    report = metrics.evaluate(_generator(options.checkpoint), samples=options.samples, seed=options.seed)
    with _output():
        print(json.dumps({"checkpoint": options.checkpoint, **report.to_dict()}, indent=2))
    for warning in report.warnings:
        print(f"gan-lesson: careful: {warning}", file=sys.stderr)


def train_classifier(options: argparse.Namespace) -> None:
    """Train the digit classifier whose features the metrics use, and note beside it where it comes from."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file
    from tqdm import tqdm

    from . import classifier as classifiers
    from . import data, files, runs
    from .randomness import seeded

    if options.out.suffix != ".safetensors":
        raise BadInput(f"--out writes weights: give it a name that ends in .safetensors, not {options.out.name!r}")
    if options.out.is_dir():
        raise BadInput(f"{options.out} is a folder: weights can't be written to it")
    _make_parent(options.out)
    (images, labels), (held_out, held_out_labels) = (
        (data.to_range(data.image_tensor(train)), data.label_tensor(train)) for train in (True, False)
    )
    with seeded(options.seed):
        classifier = classifiers.DigitClassifier()
    epochs = classifiers.train(classifier, images, labels, epochs=options.epochs, seed=options.seed)
    with tqdm(epochs, total=options.epochs, unit="epoch") as bar:
        for loss in bar:
            bar.set_postfix_str(f"loss {loss:.4f}")
    accuracy = classifiers.accuracy(classifier, held_out, held_out_labels)
    try:
        files.write(options.out, lambda path: save_file(classifier.state_dict(), path))
    except SafetensorError as error:
        raise OSError(f"cannot write {options.out}: {error}") from error
    about = {
        **runs.provenance({"seed": options.seed, "epochs": options.epochs}),
        "command": "gan-lesson " + shlex.join(options.arguments),
        "test_accuracy": round(accuracy, 4),
        "sha256": classifiers.fingerprint(classifier),
    }
    files.write(options.out.with_suffix(".json"), json.dumps(about, indent=2) + "\n")
    print(f"{accuracy:.2%} of the 10,000 test images read rightly; weights are in {options.out}", file=sys.stderr)


def animate(options: argparse.Namespace) -> None:
    """Make a GIF of a run's samples."""
    from . import runs

    if options.out.suffix.lower() != ".gif":
        raise BadInput(f"--out writes a GIF: give it a name that ends in .gif, not {options.out.name!r}")
    run = runs.load(options.run_folder)
    _make_parent(options.out)
    runs.animate(run, options.out)


def _steps(options: argparse.Namespace) -> int:
    """How long the run will be, once it is sure that it can be written or gone on with."""
    from . import recipes, runs

    recipe = recipes.get(options.recipe)
    if options.resume and not runs.holds_run(options.out):
        raise BadInput(f"there is no run to go on with in {options.out}: leave out --resume to start one")
    if not options.resume and runs.holds_run(options.out):
        raise BadInput(f"{options.out} holds a run already: add --resume to go on, or choose another folder")
    if options.epochs:
        return recipe.steps_in_epochs(options.epochs)
    if options.steps:
        return options.steps
    if options.resume:  # the length that was measured then, so that the same run goes on
        return runs.load(options.out).about["steps"]
    return recipe.steps_in(options.seconds, options.device)


def _generator(source: str):
    """The generator of a checkpoint, if what it draws are numbers."""
    from . import checkpoints, latent
    from .training import generate

    generator = checkpoints.load_generator(source)
    drawn = generate(generator, latent.sample(10, generator.latent_dim, seed=0))
    if not all(values.isfinite().all() for values in (drawn, *generator.state_dict().values())):
        raise BadInput(
            f"{source}: what its generator makes are no numbers, for its training has blown up; take another"
        )
    return generator


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise BadInput(f"{path.parent} is a file: {path.name} can't be put into it") from None
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, "Permission denied", str(path.parent))


_CHECKPOINT = "article, quick, a checkpoint, or a run's folder"


class _Parser(argparse.ArgumentParser):
    """argparse, but an error is one line (no usage in front of it), and status 2."""

    def error(self, message: str):
        self.exit(2, f"gan-lesson: {message} ({self.prog} --help tells more)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="gan-lesson", description="Train, sample and show GANs on handwritten digits.")
    parser.add_argument("--version", action="version", version=f"gan-lesson {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    command = commands.add_parser("train", help=train.__doc__, description=train.__doc__)
    command.set_defaults(run=train)
    command.add_argument(
        "--recipe", required=True, help="article (two fully connected networks) or quick (convolutional)"
    )
    budget = command.add_mutually_exclusive_group(required=True)
    budget.add_argument("--epochs", type=_positive(int), metavar="N", help="passes over the 60,000 digits")
    budget.add_argument("--steps", type=_positive(int), metavar="N", help="updates of each player")
    budget.add_argument(
        "--seconds", type=_positive(float), metavar="S", help="about as long as this machine takes S for"
    )
    command.add_argument("--seed", type=_seed, default=0, metavar="N", help="repeats a run (default 0)")
    command.add_argument("--out", type=_path, required=True, metavar="DIR", help="folder of the run")
    command.add_argument("--resume", action="store_true", help="go on with the run in DIR")
    command.add_argument("--keep-weights", action="store_true", help="keep the generator of each moment in DIR/weights")
    command.add_argument("--device", help="cpu, cuda or mps (default: the best there is)")
    command.add_argument(
        "--threads",
        type=_positive(int, 1024),
        metavar="N",
        help="so many of PyTorch's threads from the first step to the last, which repeats a run to the bit "
        "(default: as many as other programs leave cores for)",
    )

    command = commands.add_parser("sample", help=sample.__doc__, description=sample.__doc__)
    command.set_defaults(run=sample)
    command.add_argument("--checkpoint", type=_name, required=True, metavar="NAME_OR_FILE", help=_CHECKPOINT)
    command.add_argument(
        "--count", type=_positive(int, 100_000), default=64, metavar="N", help="how many digits (default 64)"
    )
    command.add_argument("--seed", type=_seed, default=0, metavar="N", help="repeats the noise (default 0)")
    command.add_argument("--out", type=_path, required=True, metavar="grid.png", help="picture of all samples")
    command.add_argument("--npy", type=_path, metavar="samples.npy", help="also write float32 (N, 28, 28) in [-1, 1]")

    command = commands.add_parser("evaluate", help=evaluate.__doc__, description=evaluate.__doc__)
    command.set_defaults(run=evaluate)
    command.add_argument("--checkpoint", type=_name, required=True, metavar="NAME_OR_FILE", help=_CHECKPOINT)
    command.add_argument(
        "--samples", type=_positive(int), default=10_000, metavar="N", help="how many digits to judge (default 10000)"
    )
    command.add_argument("--seed", type=_seed, default=0, metavar="N", help="repeats the noise (default 0)")

    command = commands.add_parser(
        "train-classifier", help="Train the classifier of the metrics.", description=train_classifier.__doc__
    )
    command.set_defaults(run=train_classifier)
    command.add_argument(
        "--epochs", type=_positive(int), default=8, metavar="N", help="passes over the digits (default 8)"
    )
    command.add_argument("--seed", type=_seed, default=0, metavar="N", help="repeats the training (default 0)")
    command.add_argument("--out", type=_path, required=True, metavar="classifier.safetensors")

    command = commands.add_parser("animate", help=animate.__doc__, description=animate.__doc__)
    command.set_defaults(run=animate)
    command.add_argument("--run", type=_path, required=True, dest="run_folder", metavar="DIR", help="folder of a run")
    command.add_argument("--out", type=_path, required=True, metavar="movie.gif")
    return parser


def _positive(kind: type, most: int = 10**9):
    def number(text: str):
        value = kind(text)
        if not 0 < value < float("inf"):
            raise ValueError
        if value > most:
            raise argparse.ArgumentTypeError(f"{most:,} is the most there can be, got {text}")
        return value

    number.__name__ = f"number above 0 ({'whole' if kind is int else 'may have decimals'})"
    return number


def _name(text: str) -> str:
    if not text:  # such as "$RUN" in a shell that knows no RUN; a path would take it for the present folder
        raise argparse.ArgumentTypeError("a name is missing here, got an empty text")
    return text


def _path(text: str) -> Path:
    return Path(_name(text))


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**63:
        raise ValueError
    return value


_seed.__name__ = "whole number from 0 to 2^63 - 1"


if __name__ == "__main__":
    sys.exit(main())
