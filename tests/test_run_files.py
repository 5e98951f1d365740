"""The files of a run are held against each other, and whatever is wrong with one of them ends in one sentence."""

import json
import os
import random

import numpy as np
import pytest

from gan_lesson import run_files
from gan_lesson.errors import BadInput
from gan_lesson.history import StepsFile
from gan_lesson.training import Step

ABOUT = {"settings": {"recipe": "quick", "seed": 0}, "steps": 8, "done": 5, "seconds": 1.5}


def write_samples(folder, **changes):
    arrays = {
        "steps": np.array([0, 3, 5]),
        "images": np.arange(3 * 64 * 784).astype(np.uint8).reshape(3, 64, 28, 28),
        "fake_logits": np.zeros((3, 64), np.float32),
    }
    np.savez_compressed(folder / "samples.npz", **arrays | changes)


@pytest.fixture
def folder(tmp_path):
    """A run of which five steps of eight are done."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(ABOUT))
    steps = StepsFile(folder / "steps.csv")
    steps.begin()
    steps.append(Step(number, 1.5, 0.5, 1.0, 0.25, 0.5, 0.5, 64 * number) for number in range(1, 6))
    write_samples(folder)
    return folder


def test_a_run_is_read(folder):
    run = run_files.read(folder)
    assert run["about"] == ABOUT
    assert run["steps"]["number"].tolist() == [1, 2, 3, 4, 5]
    assert run["steps"]["images_seen"].tolist() == [64, 128, 192, 256, 320]
    assert run["sample_steps"].tolist() == [0, 3, 5]
    assert run["samples"][2, 63, 27, 27] == (3 * 64 * 784 - 1) % 256 and run["fake_logits"].shape == (3, 64)


def test_there_must_be_a_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no run in"):
        run_files.read(tmp_path)


@pytest.mark.parametrize("name", ["steps", "done", "settings"])
def test_what_a_run_must_say_is_missed(folder, name):
    (folder / "run.json").write_text(json.dumps({key: value for key, value in ABOUT.items() if key != name}))
    with pytest.raises(BadInput, match=rf"the run in .*run is damaged: run\.json should say .*{name}"):
        run_files.read(folder)


@pytest.mark.parametrize(
    "value", ["1e308", "NaN", "Infinity", "-1", "true", '"8"', "8.0", "null", "[8]", "1" + 400 * "0"]
)
@pytest.mark.parametrize("name", ["steps", "done"])
def test_a_count_that_is_none_is_refused(folder, name, value):
    text = json.dumps({key: value for key, value in ABOUT.items() if key != name})
    (folder / "run.json").write_text(f'{text[:-1]}, "{name}": {value}}}')
    with pytest.raises(BadInput, match=rf"run\.json should say '{name}' as a whole number") as caught:
        run_files.read(folder)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("value", ["NaN", "-1", "1e999", "true", '"x"'])
def test_seconds_that_are_none_are_refused(folder, value):
    (folder / "run.json").write_text(f"{json.dumps({**ABOUT, 'seconds': 0})[:-2]}{value}}}")
    with pytest.raises(BadInput, match="should say 'seconds' as a number from 0 up"):
        run_files.read(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "3", "[" * 100_000])
def test_a_run_json_that_is_no_object_is_refused(folder, content):
    (folder / "run.json").write_text(content)
    with pytest.raises(BadInput, match=r"the run in .*run is damaged: .*run\.json is damaged"):
        run_files.read(folder)


@pytest.mark.skipif(os.name != "posix", reason="a pipe and a device are files on POSIX systems")
@pytest.mark.parametrize("name", ["run.json", "steps.csv", "samples.npz"])
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: os.mkfifo(path), "no regular file, but a pipe"),
        (lambda path: path.mkdir(), "no regular file, but a folder"),
        (lambda path: path.symlink_to("/dev/zero"), "no regular file, but a device"),
        (lambda path: path.touch() or os.truncate(path, 2**40), "are the most that it may have"),
    ],
)
def test_what_is_no_file_of_sane_size_is_not_read(folder, name, make, message):
    (folder / name).unlink()
    make(folder / name)
    with pytest.raises(BadInput, match=f"the run in .*run is damaged: .*{message}"):
        run_files.read(folder)


@pytest.mark.parametrize("name", ["steps.csv", "samples.npz"])
@pytest.mark.parametrize("loop", [False, True])
def test_a_file_that_is_missing_is_named(folder, name, loop):
    (folder / name).unlink()
    if loop:
        (folder / name).symlink_to(folder / name)
    with pytest.raises(BadInput, match=f"the run in .*run is damaged: .*{name}"):
        run_files.read(folder)


HEAD = "number,discriminator_loss,real_loss,fake_loss,generator_loss,real_score,fake_score,images_seen\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "should begin with the names of its columns"),
        (HEAD, "steps.csv holds 0 steps, and run.json says that 5 were done"),
        (HEAD + "1,1,1,1,1,1,1,1\n2,1,1,1,1,1,1,1\n", "steps.csv holds 2 steps, and run.json says that 5 were done"),
        (HEAD + "1,1,1,1,1,1,1,1\n2,1,1,1,1,1,1\n", "line 3 of steps.csv should hold 8 numbers"),
        (HEAD + "2,1,1,1,1,1,1,1\n", "a line for each step from the first on"),
        (HEAD + "1,1,1,nan,1,1,1,1\n", "steps.csv should hold numbers"),
        (HEAD + "1,1,1,x,1,1,1,1\n", "could not convert"),
        ("number\n1\n", "should begin with the names of its columns"),
    ],
)
def test_steps_that_are_none_are_refused(folder, content, message):
    (folder / "steps.csv").write_text(content)
    with pytest.raises(BadInput, match=f"the run in .*run is damaged: .*{message}"):
        run_files.read(folder)


def test_a_last_line_that_was_written_in_part_is_left_out(folder):
    with (folder / "steps.csv").open("a") as file:
        file.write("6,1,0.")
    assert run_files.read(folder)["steps"]["number"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": np.array([0, 5, 3])}, "the moments of the run in their order"),
        ({"steps": np.array([-1, 3, 5])}, "the moments of the run in their order"),
        ({"steps": np.array([0, 3])}, "arrays of different lengths"),
        ({"steps": np.arange(7)}, "'steps' has the shape"),
        ({"images": np.zeros((3, 64, 28, 28))}, "'images' holds float64"),
        ({"images": np.zeros((3, 63, 28, 28), np.uint8)}, "'images' has the shape"),
        ({"fake_logits": np.zeros((3, 63), np.float32)}, "'fake_logits' has the shape"),
        ({"images": np.zeros((7, 64, 28, 28), np.uint8)}, "'images' has the shape"),
        ({"images": np.array([object()])}, "'images' holds object"),
    ],
)
def test_samples_that_are_none_are_refused(folder, changes, message):
    write_samples(folder, **changes)
    with pytest.raises(BadInput, match=f"the run in .*run is damaged: .*{message}"):
        run_files.read(folder)


def test_a_run_damaged_anywhere_is_read_or_is_one_clear_error(folder):
    dice, read = random.Random(0), 0
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    for _ in range(300):
        path = dice.choice(list(whole))
        content, length = bytearray(whole[path]), dice.choice([1, 4, 32])
        place = dice.randrange(len(content))
        content[place : place + length] = dice.choice([dice.randbytes(length), bytes(length), b"", b"9" * 20])
        path.write_bytes(content if dice.random() < 0.7 else content[:place])
        try:
            run = run_files.read(folder)
        except BadInput:
            pass
        else:
            read += 1
            assert all(np.isfinite(values).all() for values in run["steps"].values())
            assert len(run["samples"]) == len(run["fake_logits"]) == len(run["sample_steps"]) == 3
        path.write_bytes(whole[path])
    assert read < 150


@pytest.mark.parametrize("name", ["article", "quick"])
def test_the_bundled_runs_are_read(name):
    run = run_files.read_bundled(name)
    assert len(run["steps"]["number"]) == run["about"]["done"] == run["sample_steps"][-1]
