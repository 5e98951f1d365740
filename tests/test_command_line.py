import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import gan_lesson
from gan_lesson import checkpoints, classifier, data, metrics, models, recipes, runs
from gan_lesson.__main__ import main
from gan_lesson.report import Figures, Report

PATIENCE = 600  # seconds; a process that is asked to end takes one


@pytest.fixture
def gan_lesson_command(capsys):
    """Run a command in this process: its exit status, and what it wrote on standard output and standard error."""

    def run(*arguments) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def refused(gan_lesson_command):
    """Run a command that must end with status 2 and one line on standard error; return that line."""

    def run(*arguments) -> str:
        status, output, error = gan_lesson_command(*arguments)
        assert (status, output) == (2, "")
        assert error.startswith("gan-lesson: ")
        assert error.count("\n") == 1
        assert error.endswith("\n")
        return error

    return run


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """A finished run of the quick recipe: three steps, seed 1."""
    folder = tmp_path_factory.mktemp("runs") / "quick"
    assert main(["train", "--recipe", "quick", "--steps", "3", "--seed", "1", "--out", str(folder)]) == 0
    return folder


# What works


def test_a_run_is_trained_in_a_new_folder(gan_lesson_command, tmp_path):
    folder = tmp_path / "deep" / "my run"
    status, output, error = gan_lesson_command("train", "--recipe", "quick", "--steps", 3, "--seed", 1, "--out", folder)
    assert (status, output) == (0, "")
    assert f"3 steps done. Samples, losses and checkpoint are in {folder}" in error
    run = runs.load(folder)
    assert run.about["command"] == f"gan-lesson train --recipe quick --steps 3 --seed 1 --out '{folder}'"
    assert run.about["settings"] == {"recipe": "quick", "seed": 1}
    assert run.sample_steps.tolist() == [0, 1, 2, 3]


def test_a_run_has_as_many_threads_as_it_was_told(gan_lesson_command, tmp_path):
    before = torch.get_num_threads()
    try:
        command = ("train", "--recipe", "quick", "--steps", 2, "--threads", before + 1, "--out", tmp_path / "run")
        assert gan_lesson_command(*command)[0] == 0
    finally:
        torch.set_num_threads(before)
    about = runs.load(tmp_path / "run").about
    assert about["threads"] == [[1, before + 1]] and about["machine"]["threads"] == before + 1


@pytest.mark.parametrize("recipe", recipes.RECIPES)
def test_an_epoch_is_a_pass_over_the_digits_with_samples_at_its_end(gan_lesson_command, tmp_path, monkeypatch, recipe):
    asked = {}
    monkeypatch.setattr(runs, "record", lambda loop, folder, **options: asked.update(options) or iter(()))
    assert gan_lesson_command("train", "--recipe", recipe, "--epochs", 40, "--out", tmp_path)[0] == 0
    steps = recipes.get(recipe).steps_in_epochs(40)
    assert (asked["steps"], asked["every"]) == (steps, steps // 40)


def test_a_budget_of_seconds_is_measured_once_and_kept_on_resuming(gan_lesson_command, tmp_path, monkeypatch):
    monkeypatch.setattr(recipes.Recipe, "steps_in", lambda recipe, seconds, device: round(4 * seconds))
    command = ("train", "--recipe", "quick", "--seconds", 0.75, "--out", tmp_path / "run")
    assert gan_lesson_command(*command)[0] == 0
    monkeypatch.setattr(recipes.Recipe, "steps_in", lambda recipe, seconds, device: 100)
    assert gan_lesson_command(*command, "--resume")[0] == 0
    assert runs.load(tmp_path / "run").about["done"] == 3


def test_samples_are_written_as_numbers_and_as_a_picture(gan_lesson_command, run_folder, tmp_path):
    png, npy = tmp_path / "new" / "grid.png", tmp_path / "new" / "samples.npy"
    command = ("sample", "--checkpoint", run_folder, "--count", 5, "--out", png, "--npy", npy)
    assert gan_lesson_command(*command, "--seed", 7) == (0, "", "")
    images, first = np.load(npy), npy.read_bytes()
    assert images.shape == (5, 28, 28)
    assert images.dtype == np.float32
    assert np.abs(images).max() <= 1
    assert images.std() > 0
    with Image.open(png) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) >= 2 * 28

    assert gan_lesson_command(*command, "--seed", 7)[0] == 0
    assert npy.read_bytes() == first
    assert gan_lesson_command(*command, "--seed", 8)[0] == 0
    assert npy.read_bytes() != first


def test_samples_come_from_the_generator_that_was_asked_for(gan_lesson_command, run_folder, tmp_path):
    noise = torch.randn(2, 16, generator=torch.Generator().manual_seed(0))
    expected = checkpoints.load_generator(run_folder)(noise).detach().squeeze(1).numpy()
    for checkpoint in (run_folder, run_folder / "checkpoint.safetensors"):
        command = ("sample", "--checkpoint", checkpoint, "--count", 2, "--out", tmp_path / "a.png")
        assert gan_lesson_command(*command, "--npy", tmp_path / "a.npy")[0] == 0
        np.testing.assert_allclose(np.load(tmp_path / "a.npy"), expected, atol=1e-6)


@pytest.mark.parametrize("name", checkpoints.BUNDLED)
def test_bundled_generators_are_sampled_by_name(gan_lesson_command, tmp_path, name):
    assert gan_lesson_command("sample", "--checkpoint", name, "--out", tmp_path / "a.png") == (0, "", "")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (picture.size[0], picture.size[0])  # 64 digits, 8 by 8


@pytest.fixture
def few_digits(monkeypatch):
    """300 training images and 100 test images."""
    counts = {True: 300, False: 100}
    images = {train: data.image_tensor(train)[:count] for train, count in counts.items()}
    labels = {train: data.label_tensor(train)[:count] for train, count in counts.items()}
    monkeypatch.setattr(data, "image_tensor", lambda train=True: images[train])
    monkeypatch.setattr(data, "label_tensor", lambda train=True: labels[train])


def test_a_run_is_evaluated_in_one_json_object_with_its_doubts_beside_it(
    gan_lesson_command, run_folder, few_digits, monkeypatch
):
    few = metrics.Reference()  # not the bundled one, which may have seen all reals
    monkeypatch.setattr(metrics.evaluation, "bundled", lambda: few)
    status, output, error = gan_lesson_command("evaluate", "--checkpoint", run_folder, "--samples", 50, "--seed", 3)
    assert status == 0
    told = json.loads(output)
    assert told.pop("checkpoint") == str(run_folder)
    report = metrics.evaluate(checkpoints.load_generator(run_folder), samples=50, seed=3)
    assert told == report.to_dict()
    assert (told["samples"], told["seed"]) == (50, 3)
    assert len(report.warnings) == 4
    assert error.splitlines() == [f"gan-lesson: careful: {warning}" for warning in report.warnings]


def test_ten_thousand_digits_of_seed_0_are_evaluated_unless_told_otherwise(gan_lesson_command, run_folder, monkeypatch):
    asked = {}
    figures = Figures(1.0, 0.5, 0.5, 10, 2.3, [0.1] * 10, 0.9, 5.0, 5.0, 0.0, 0.0)

    def evaluate(generator, **options):
        asked.update(options)
        return Report(figures, figures, 10_000, 0, "DigitClassifier", "0" * 64, [])

    monkeypatch.setattr(metrics, "evaluate", evaluate)
    status, output, error = gan_lesson_command("evaluate", "--checkpoint", run_folder)
    assert (status, error) == (0, "")
    assert json.loads(output)["fake"]["frechet_distance"] == 1
    assert asked == {"samples": 10_000, "seed": 0}


def test_a_classifier_is_trained_and_its_origin_noted_beside_it(gan_lesson_command, few_digits, tmp_path):
    out = tmp_path / "new" / "eye.safetensors"
    outside = torch.get_rng_state()
    status, output, error = gan_lesson_command("train-classifier", "--epochs", 4, "--seed", 5, "--out", out)
    assert (status, output) == (0, "")
    assert torch.equal(torch.get_rng_state(), outside)
    about = json.loads(out.with_suffix(".json").read_text())
    network = classifier.DigitClassifier()
    network.load_state_dict(load_file(out))
    assert about["sha256"] == classifier.fingerprint(network)
    accuracy = classifier.accuracy(network, data.to_range(data.image_tensor(False)), data.label_tensor(False))
    assert about["test_accuracy"] == pytest.approx(accuracy)
    assert accuracy > 0.3  # one in ten by chance
    assert f"{accuracy:.2%}" in error
    assert about["settings"] == {"seed": 5, "epochs": 4}
    assert about["command"] == f"gan-lesson train-classifier --epochs 4 --seed 5 --out {out}"
    assert about["versions"]["torch"] == torch.__version__

    torch.manual_seed(5)  # first weights, order of the digits and shifts all follow from the seed
    by_hand = classifier.DigitClassifier()
    images, labels = data.to_range(data.image_tensor()), data.label_tensor()
    assert len(list(classifier.train(by_hand, images, labels, epochs=4, seed=5))) == 4
    assert classifier.fingerprint(by_hand) == about["sha256"]


def test_a_run_is_animated(gan_lesson_command, run_folder, tmp_path):
    movie = tmp_path / "new" / "movie.gif"
    assert gan_lesson_command("animate", "--run", run_folder, "--out", movie) == (0, "", "")
    with Image.open(movie) as picture:
        assert picture.n_frames == 4


def test_the_command_is_found_as_a_module():
    answer = subprocess.run([sys.executable, "-m", "gan_lesson", "--version"], capture_output=True, text=True)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"gan-lesson {gan_lesson.__version__}\n", "")


@pytest.mark.parametrize("command", ["", "train", "sample", "evaluate", "train-classifier", "animate"])
def test_help_is_printed(gan_lesson_command, command):
    status, output, error = gan_lesson_command(*command.split(), "--help")
    assert (status, error) == (0, "")
    assert output.startswith("usage: gan-lesson")


def test_a_bug_keeps_its_traceback(monkeypatch):
    def buggy(*_, **__):
        raise ValueError("shapes differ somewhere deep inside")

    monkeypatch.setattr(checkpoints, "load_generator", buggy)
    with pytest.raises(ValueError, match="deep inside"):
        main(["evaluate", "--checkpoint", "article"])


# Stopping and going on


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send Ctrl-C to one process")
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminate"])
def test_a_run_that_is_asked_to_end_stops_after_a_step_and_resume_goes_on(gan_lesson_command, tmp_path, asked):
    command = ["train", "--recipe", "article", "--out", str(tmp_path / "run"), "--steps"]
    training = subprocess.Popen(
        [sys.executable, "-m", "gan_lesson", *command, "100000"],
        stderr=subprocess.PIPE,
        bufsize=0,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    seen = b""
    while b"G 0." not in seen and (more := training.stderr.read(1)):  # the losses of a first step
        seen += more
    training.send_signal(asked)
    try:
        error = training.communicate(timeout=PATIENCE)[1].decode()
    finally:
        training.kill()  # without effect on a process that has ended
    done = runs.load(tmp_path / "run").about["done"]
    assert training.returncode == 130
    assert f"Stopped at step {done}. Nothing is lost: the same command with --resume goes on." in error
    assert "Traceback" not in error

    assert done > 0
    assert gan_lesson_command(*command, done + 2, "--resume")[0] == 0
    assert runs.load(tmp_path / "run").steps["number"].tolist() == list(range(1, done + 3))


def test_an_existing_run_is_not_overwritten(refused, run_folder):
    before = (run_folder / "checkpoint.safetensors").read_bytes()
    error = refused("train", "--recipe", "quick", "--steps", 3, "--out", run_folder)
    assert f"{run_folder} holds a run already: add --resume to go on, or choose another folder" in error
    assert (run_folder / "checkpoint.safetensors").read_bytes() == before


@pytest.mark.parametrize("budget", [("--steps", 3), ("--seconds", 3)])
def test_there_must_be_a_run_to_resume(refused, tmp_path, budget):
    assert "there is no run" in refused("train", "--recipe", "quick", *budget, "--out", tmp_path, "--resume")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("recipe", "seed", "steps", "message"),
    [
        ("article", 1, 3, "was trained with recipe quick, not article"),
        ("quick", 2, 3, "was trained with seed 1, not 2"),
    ],
)
def test_another_run_than_that_in_the_folder_is_not_resumed(refused, run_folder, recipe, seed, steps, message):
    before = (run_folder / "checkpoint.safetensors").read_bytes()
    command = ("train", "--recipe", recipe, "--seed", seed, "--steps", steps, "--out", run_folder, "--resume")
    assert message in refused(*command)
    assert (run_folder / "checkpoint.safetensors").read_bytes() == before


# Bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "required: COMMAND"),
        ("draw", "invalid choice: 'draw'"),
        ("train", "required: --recipe, --out"),
        ("train --recipe quick --out OUT", "one of the arguments --epochs --steps --seconds is required"),
        ("train --recipe quick --out OUT --steps 3 --epochs 1", "not allowed with argument"),
        ("train --recipe slow --out OUT --steps 3", "unknown recipe 'slow'; choose one of article, quick"),
        ("train --recipe quick --out OUT --steps 0", "--steps: invalid number above 0 (whole) value: '0'"),
        ("train --recipe quick --out OUT --steps -3", "--steps: invalid number above 0 (whole) value: '-3'"),
        ("train --recipe quick --out OUT --steps 2.5", "--steps: invalid number above 0 (whole) value: '2.5'"),
        ("train --recipe quick --out OUT --epochs many", "--epochs: invalid number above 0 (whole) value: 'many'"),
        ("train --recipe quick --out OUT --seconds nan", "--seconds: invalid number above 0 (may have decimals)"),
        ("train --recipe quick --out OUT --seconds inf", "--seconds: invalid number above 0 (may have decimals)"),
        ("train --recipe quick --out OUT --seconds 0", "--seconds: invalid number above 0 (may have decimals)"),
        ("train --recipe quick --out OUT --steps 3 --seed -1", "--seed: invalid whole number from 0 to 2^63 - 1 value"),
        ("train --recipe quick --out OUT --steps 3 --seed x", "--seed: invalid whole number from 0 to 2^63 - 1 value"),
        ("train --recipe quick --out OUT --steps 3 --device gpu", "unknown device 'gpu'; try 'cpu', 'cuda' or 'mps'"),
        ("train --recipe quick --out OUT --steps 3 --device meta", "no 'meta' device for PyTorch; 'cpu' always works"),
        ("train --recipe quick --out FILE --steps 3", "FILE is a file; a run needs a folder of its own"),
        ("train --recipe quick --out FILE/run --steps 3", "Not a directory"),
        ("train --recipe quick --steps 3 --out=", "--out: a name is missing here"),
        ("sample --checkpoint= --out OUT.png", "--checkpoint: a name is missing here"),
        ("animate --run= --out OUT.gif", "--run: a name is missing here"),
        ("sample --checkpoint nobody --out OUT.png", "no checkpoint at nobody; bundled names are: article"),
        ("sample --checkpoint FOLDER --out OUT.png", "no checkpoint at FOLDER"),
        ("sample --checkpoint FILE --out OUT.png", "FILE is not a checkpoint, or is damaged"),
        ("sample --checkpoint PICKLE --out OUT.png", "PICKLE is a pickle"),
        ("sample --checkpoint MISFIT --out OUT.png", "MISFIT: the weights don't fit a Generator"),
        ("sample --checkpoint GENERATOR --out OUT.png --count 0", "--count: invalid number above 0 (whole) value: '0'"),
        ("sample --checkpoint GENERATOR --out OUT.png --count 1000000000", "--count: 100,000 is the most there can be"),
        ("sample --checkpoint NAN --out OUT.png", "NAN: what its generator makes are no numbers"),
        ("evaluate --checkpoint NAN --samples 20", "NAN: what its generator makes are no numbers"),
        ("train --recipe quick --out OUT --steps 1000000000000000000", "--steps: 1,000,000,000 is the most"),
        (
            "train --recipe quick --out OUT --seconds 1e308",
            "--seconds: 1,000,000,000 is the most there can be",
        ),
        ("train --recipe quick --out OUT --steps 3 --seed 18446744073709551616", "--seed: invalid whole number from 0"),
        ("train --recipe quick --out OUT --steps 3 --device cpu:7", "no 'cpu:7' device for PyTorch"),
        ("train --recipe quick --out LINK --steps 3", "LINK: Not a directory, so nothing can be put into it"),
        ("train --recipe quick --out NOTHING --steps 3 --resume", "there is no run to go on with in NOTHING"),
        ("sample --checkpoint GENERATOR --out OUT.jpg", "ends in .png, not 'OUT.jpg'"),
        ("sample --checkpoint GENERATOR --out OUT.png --npy OUT.txt", "ends in .npy, not 'OUT.txt'"),
        ("sample --checkpoint GENERATOR --out FOLDER.png", "FOLDER.png"),
        ("sample --checkpoint GENERATOR --out FILE/OUT.png", "FILE is a file: OUT.png can't be put into it"),
        ("sample --checkpoint GENERATOR --out FILE/deep/OUT.png", "Not a directory"),
        ("evaluate", "required: --checkpoint"),
        ("evaluate --checkpoint nobody", "no checkpoint at nobody; bundled names are: article"),
        ("evaluate --checkpoint FOLDER", "no checkpoint at FOLDER"),
        ("evaluate --checkpoint FILE", "FILE is not a checkpoint, or is damaged"),
        ("evaluate --checkpoint GENERATOR --samples 0", "--samples: invalid number above 0 (whole) value: '0'"),
        ("evaluate --checkpoint GENERATOR --samples 9", "a report takes from 10 to 60,000 images, got 9"),
        ("evaluate --checkpoint GENERATOR --samples 60001", "a report takes from 10 to 60,000 images, got 60001"),
        ("evaluate --checkpoint GENERATOR --seed -1", "--seed: invalid whole number from 0 to 2^63 - 1 value"),
        ("train-classifier", "required: --out"),
        ("train-classifier --out OUT.pt", "ends in .safetensors, not 'OUT.pt'"),
        ("train-classifier --out FOLDER.safetensors", "FOLDER.safetensors is a folder"),
        ("train-classifier --out FILE/OUT.safetensors", "FILE is a file: OUT.safetensors can't be put into it"),
        ("train-classifier --out OUT.safetensors --epochs 0", "--epochs: invalid number above 0 (whole) value: '0'"),
        ("animate --run FOLDER --out OUT.gif", "there is no run in FOLDER"),
        ("animate --run DAMAGED --out OUT.gif", "the run in DAMAGED is damaged"),
        ("animate --run DAMAGED --out OUT.mp4", "ends in .gif, not 'OUT.mp4'"),
        ("animate --run DAMAGED", "required: --out"),
    ],
)
def test_bad_input_is_told_in_one_line_and_nothing_is_written(refused, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    Path("FILE").write_text("mine")
    Path("PICKLE").write_bytes(pickle.dumps([1, 2, 3]))
    for folder in ("FOLDER", "FOLDER.png", "FOLDER.safetensors", "DAMAGED"):
        Path(folder).mkdir()
    Path("DAMAGED/run.json").write_text("{")
    checkpoints.save_generator(models.ConvGenerator(), "GENERATOR")
    blown_up = models.ConvGenerator()
    next(blown_up.parameters()).data.fill_(float("nan"))
    checkpoints.save_generator(blown_up, "NAN")
    Path("LINK").symlink_to("nowhere")
    misfit = models.Generator(latent_dim=7)
    misfit.settings["latent_dim"] = 8
    checkpoints.save_generator(misfit, "MISFIT")
    before = sorted(tmp_path.rglob("*"))
    assert message in refused(*arguments.split())
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("FILE").read_text() == "mine"


def test_a_cache_that_cannot_be_written_is_told_in_one_line(refused, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GAN_LESSON_CACHE", str(tmp_path / "file"))
    recipes.data._images.cache_clear()
    message = refused("train", "--recipe", "quick", "--steps", 3, "--out", tmp_path / "run")
    assert "cannot write the digits to" in message
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("limit", [64, 2000])  # at the latter the picture still finds room
def test_a_full_disk_is_told_in_one_line_and_what_was_there_stays(refused, run_folder, tmp_path, full_disk, limit):
    picture, numbers = tmp_path / "a.png", tmp_path / "a.npy"
    command = ("sample", "--checkpoint", run_folder, "--count", 1, "--out", picture, "--npy", numbers)
    assert main([str(argument) for argument in command]) == 0
    before = picture.read_bytes(), numbers.read_bytes()
    with full_disk(limit):
        assert f"{picture if limit == 64 else numbers}: File too large" in refused(*command)
    assert (picture.read_bytes(), numbers.read_bytes()) == before
    assert sorted(tmp_path.iterdir()) == [numbers, picture]


def test_a_run_without_a_first_checkpoint_is_no_dead_end(refused, gan_lesson_command, tmp_path, full_disk):
    command = ("train", "--recipe", "quick", "--steps", 2, "--out", tmp_path / "run")
    with full_disk(100_000):
        assert "cannot write" in refused(*command)
    assert "leave out --resume to start one" in refused(*command, "--resume")
    assert gan_lesson_command(*command)[0] == 0


@pytest.mark.parametrize("resume", [(), ("--resume",)])
def test_a_folder_in_which_another_run_is_going_on_is_refused(refused, tmp_path, resume):
    folder = tmp_path / "run"
    other = runs.record(recipes.QUICK.loop(seed=1), folder, steps=3, every=1)
    next(other)
    if not resume:
        runs.checkpoint_of(folder).unlink()  # as if it hadn't come so far yet
    command = ("train", "--recipe", "quick", "--steps", 3, "--seed", 1, "--out", folder, *resume)
    assert f"{folder} belongs to another training run that is still going on" in refused(*command)
    other.close()


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 3.7 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:80] data. DefaultCPUAllocator: not enough memory: you tried to"),
        RuntimeError("could not create a primitive"),  # oneDNN's word for it
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
    ],
    ids=lambda error: str(error)[:30],
)
def test_memory_that_cannot_be_had_is_told_in_one_line(refused, monkeypatch, error):
    def greedy(*_, **__):
        raise error

    monkeypatch.setattr(metrics, "evaluate", greedy)
    assert "there is not enough memory for this" in refused("evaluate", "--checkpoint", "quick")


PRINTS = """if True:
    import sys
    from types import SimpleNamespace
    from gan_lesson import metrics
    from gan_lesson.__main__ import main

    metrics.evaluate = lambda *_, **__: SimpleNamespace(to_dict=dict, warnings=[])
    sys.exit(main(["evaluate", "--checkpoint", "quick"]))
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_a_full_output_is_told_in_one_line():
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", PRINTS], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "gan-lesson: standard output: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no broken pipe")
def test_output_that_nobody_reads_ends_the_command_in_silence():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", PRINTS], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_pressed_twice_in_a_step_saves_nothing_of_it(gan_lesson_command, tmp_path, monkeypatch, presses):
    going, make = [], recipes.Recipe.loop

    def loop(*arguments, **options):
        going.append(make(*arguments, **options))
        update = going[-1].update_generator

        def press(*arguments, **options):
            for _ in range(presses * (going[-1].number == 2)):
                signal.raise_signal(signal.SIGINT)
            return update(*arguments, **options)

        going[-1].update_generator = press
        return going[-1]

    command = ("train", "--recipe", "quick", "--steps", 5, "--out", tmp_path / "run")
    monkeypatch.setattr(recipes.Recipe, "loop", loop)
    status, _, error = gan_lesson_command(*command)
    assert status == 130
    said = "Stopped at step 3. Nothing is lost" if presses == 1 else "Stopped in the middle of a step. The same command"
    assert said in error
    saved = checkpoints.resume(runs.checkpoint_of(tmp_path / "run"))
    assert saved.number == runs.load(tmp_path / "run").about["done"] == (3 if presses == 1 else 0)


def test_a_full_disk_after_a_classifiers_training_is_told_in_one_line(
    gan_lesson_command, few_digits, tmp_path, full_disk
):
    out = tmp_path / "eye.safetensors"
    with full_disk(4096):
        status, output, error = gan_lesson_command("train-classifier", "--epochs", 1, "--out", out)
    assert (status, output) == (2, "")
    assert error.splitlines()[-1].startswith(f"gan-lesson: cannot write {out}: ")
    assert not out.with_suffix(".json").exists()


def test_training_draws_no_picture_and_loads_nothing_that_would(tmp_path):
    code = """if True:
        import sys
        from gan_lesson.__main__ import main

        assert main(["train", "--recipe", "article", "--steps", "1", "--out", sys.argv[1]]) == 0
        sys.exit(", ".join(name for name in ("matplotlib", "IPython", "anywidget") if name in sys.modules) or None)
    """
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "run"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
