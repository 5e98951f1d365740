import json
import shutil
import signal
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from gan_lesson import checkpoints, data, files, latent, modes, recipes, runs, training
from gan_lesson.errors import BadInput
from gan_lesson.interruption import Stopped


def loop(seed: int = 0) -> training.AdversarialLoop:
    return recipes.QUICK.loop(seed=seed)


def train(loop, folder, pressed_at: int | None = None, **options) -> None:
    """A run of eight steps; who watches over them ends it after one of them."""

    def stream():
        for seen in loop:
            yield seen
            if seen.number == pressed_at:
                raise Stopped

    for _ in runs.record(loop, folder, **{"steps": 8, "every": 3, "stream": stream()} | options):
        pass


def contents(folder) -> tuple:
    """All that training left, to the bit."""
    tensors = load_file(folder / "checkpoint.safetensors")
    with np.load(folder / "samples.npz") as saved:
        samples = saved["steps"].tolist(), saved["images"].tobytes(), saved["fake_logits"].tobytes()
    return (folder / "steps.csv").read_bytes(), {k: v.numpy().tobytes() for k, v in tensors.items()}, samples


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "finished"
    train(loop(), folder, command="the command")
    return folder


def test_a_run_leaves_settings_losses_samples_and_a_checkpoint(finished):
    names = sorted(path.name for path in finished.iterdir())
    assert names == ["checkpoint.safetensors", "run.json", "samples.npz", "steps.csv"]
    run = runs.load(finished)
    assert run.about["settings"] == {"recipe": "quick", "seed": 0}
    assert run.about["command"] == "the command"
    assert (run.about["steps"], run.about["done"]) == (8, 8)
    assert run.about["versions"]["torch"] == torch.__version__
    assert run.sample_steps.tolist() == [0, 3, 6, 8]  # the start, every third, and the end
    assert run.samples.shape == (4, 64, 28, 28)
    assert run.samples.dtype == np.uint8
    assert run.fake_logits.shape == (4, 64)


def test_the_losses_of_a_run_are_those_of_its_steps(finished):
    run, steps = runs.load(finished), list(islice(loop(), 8))
    for column, values in run.steps.items():
        assert values.tolist() == [getattr(step, column) for step in steps]


def test_the_samples_follow_the_same_noise_through_the_run(finished):
    run, again = runs.load(finished), loop()
    noise = latent.sample(64, 16, seed=0)
    for moment in (0, 3, 6, 8):
        list(islice(again, moment - again.number))
        index = run.sample_steps.tolist().index(moment)
        assert np.array_equal(run.samples[index], data.to_pixels(again.sample(noise).squeeze(1)).numpy())


def test_the_logits_are_the_discriminators_answer_to_the_samples(finished):
    noise = latent.sample(64, 16, seed=0)
    again, run = loop(), runs.load(finished)
    for number in range(4):
        if number in (0, 3):
            logits = modes.in_evaluation(again.discriminator, again.sample(noise)).flatten()
            np.testing.assert_allclose(run.fake_logits[number // 3], logits, atol=1e-5)
        next(again)


class Changing:
    """Threads of which there is one at first, and from the fifth step of a run on two."""

    def __init__(self):
        self.number, self._steps = 1, 0

    def __enter__(self):
        pass

    def __exit__(self, *_):
        self._steps += 1
        self.number = 1 + (self._steps >= 4)


def test_a_run_notes_how_many_threads_there_were_from_which_step_on(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "Threads", Changing)
    train(loop(), tmp_path, steps=6)
    assert runs.load(tmp_path).about["threads"] == [[1, 1], [5, 2]]
    train(loop(), tmp_path, resume=True)
    assert runs.load(tmp_path).about["threads"] == [[1, 1], [5, 2], [7, 1]]


def test_a_number_of_threads_that_is_given_stays_and_is_noted(tmp_path):
    before, seen = torch.get_num_threads(), []
    watched, given = loop(), before + 1
    for _ in runs.record(watched, tmp_path, steps=2, every=9, threads=given, stream=noting_threads(watched, seen)):
        assert torch.get_num_threads() == before
    assert seen == [given, given] and runs.load(tmp_path).about["threads"] == [[1, given]]


def noting_threads(loop, seen: list[int]):
    for step in loop:
        seen.append(torch.get_num_threads())
        yield step


def test_a_run_is_never_overwritten(finished):
    before = contents(finished)
    with pytest.raises(FileExistsError, match="holds a run already"):
        train(loop(), finished)
    assert contents(finished) == before


def test_a_file_in_place_of_the_folder_is_an_error_and_stays(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotADirectoryError, match="is a file"):
        train(loop(), tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_there_must_be_something_to_resume(tmp_path):
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        train(loop(), tmp_path / "nothing", resume=True)
    assert not (tmp_path / "nothing").exists()


def test_it_gives_the_steps_as_they_are_done(tmp_path):
    going = loop()
    for number, step in enumerate(runs.record(going, tmp_path / "run", steps=8, every=3), start=1):
        assert step.number == going.number == number
    assert number == 8


def test_a_run_that_is_left_before_its_end_can_be_resumed(finished, tmp_path):
    steps = runs.record(loop(), tmp_path / "run", steps=8, every=3)
    assert next(step.number for step in steps if step.number == 4) == 4
    steps.close()
    assert runs.load(tmp_path / "run").about["done"] == 4
    train(loop(), tmp_path / "run", resume=True)
    assert contents(tmp_path / "run") == contents(finished)


def test_training_that_blew_up_leaves_the_last_checkpoint_as_it_was(tmp_path):
    broken = loop()
    steps = runs.record(broken, tmp_path / "run", steps=8, every=3)
    next(steps)
    with torch.no_grad():
        next(broken.generator.parameters()).fill_(float("nan"))
    with pytest.raises(FloatingPointError):
        next(steps)
    assert runs.load(tmp_path / "run").about["done"] == 0


def test_batches_that_end_end_the_run(tmp_path):
    short = loop()
    train(short, tmp_path / "run", stream=islice(short, 5))
    assert runs.load(tmp_path / "run").about["done"] == 5


@pytest.mark.parametrize("step", [1, 3, 5])
def test_an_interrupted_run_that_is_resumed_equals_an_uninterrupted_one(finished, tmp_path, step):
    with pytest.raises(KeyboardInterrupt):
        train(loop(), tmp_path, pressed_at=step)
    assert runs.load(tmp_path).about["done"] == step
    train(loop(), tmp_path, resume=True)
    assert contents(tmp_path) == contents(finished)


def test_whatever_a_killed_run_wrote_after_its_last_checkpoint_is_cut_back(finished, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(loop(), tmp_path, pressed_at=4)
    with (tmp_path / "steps.csv").open("a") as file:
        file.write("5,1,1,1,1,1,1,1\n6,1,0.")
    with np.load(tmp_path / "samples.npz") as saved:
        longer = {name: np.concatenate([saved[name], saved[name][:1]]) for name in ("images", "fake_logits")}
        steps = np.append(saved["steps"], 6)
    np.savez_compressed(tmp_path / "samples.npz", steps=steps, **longer)
    train(loop(), tmp_path, resume=True)
    assert contents(tmp_path) == contents(finished)


def test_resuming_a_finished_run_changes_nothing(finished):
    before = contents(finished)
    train(loop(), finished, resume=True)
    assert contents(finished) == before


def test_resuming_with_another_seed_is_an_error_that_changes_nothing(finished):
    before = contents(finished)
    with pytest.raises(checkpoints.CheckpointError, match="seed 0, not 1"):
        train(loop(seed=1), finished, resume=True)
    assert contents(finished) == before


def test_an_article_run_can_be_made_longer(tmp_path, same):
    train(recipes.ARTICLE.loop(), tmp_path / "run", steps=1, every=1)
    longer = recipes.ARTICLE.loop()
    train(longer, tmp_path / "run", steps=2, every=1, resume=True)
    at_once = recipes.ARTICLE.loop()
    list(islice(at_once, 2))
    assert same(longer.state_dict(), at_once.state_dict())
    assert runs.load(tmp_path / "run").steps["number"].tolist() == [1, 2]


def test_a_full_disk_leaves_the_last_checkpoint_to_resume_from(tmp_path, finished, full_disk):
    with pytest.raises(KeyboardInterrupt):
        train(loop(), tmp_path, pressed_at=4)
    with full_disk(4096), pytest.raises(OSError):
        train(loop(), tmp_path, resume=True)
    train(loop(), tmp_path, resume=True)
    assert contents(tmp_path) == contents(finished)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in finished.iterdir())


def test_there_must_be_a_run_to_load(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no run in"):
        runs.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.json", b'{"settings": '),
        ("steps.csv", b"number\n1,2\n3\n"),
        ("samples.npz", b""),
        ("samples.npz", b"PK\x03\x04 half an archive"),
        ("samples.npz", b"not an archive"),
    ],
)
def test_a_damaged_run_is_one_clear_error(finished, tmp_path, name, content):
    for path in finished.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"the run in .* is damaged"):
        runs.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("steps.csv", lambda content: b""),
        ("steps.csv", lambda content: content[: len(content) // 2]),
        ("run.json", lambda content: content.replace(b'"done": 4', b'"done": 1e308')),
        ("run.json", lambda content: content.replace(b'"threads": [', b'"threads": ["many", ')),
        ("samples.npz", lambda content: content[:-100]),
        ("checkpoint.safetensors", lambda content: content[:-1] + bytes([content[-1] ^ 1])),
    ],
)
def test_a_damaged_run_is_not_gone_on_with_and_nothing_changes(tmp_path, same, name, change):
    with pytest.raises(KeyboardInterrupt):
        train(loop(), tmp_path, pressed_at=4)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(change(whole))
    before, going = {path: path.read_bytes() for path in tmp_path.iterdir()}, loop()
    state = going.state_dict()
    with pytest.raises(BadInput, match="is damaged"):
        train(going, tmp_path, resume=True)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert same(going.state_dict(), state)


def test_steps_that_end_before_the_checkpoint_are_a_clear_error(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(loop(), tmp_path, pressed_at=4)
    later = loop()
    list(islice(later, 6))
    checkpoints.save(later, tmp_path / "checkpoint.safetensors")
    with pytest.raises(BadInput, match=r"is damaged: steps\.csv ends before the checkpoint's step 6"):
        train(loop(), tmp_path, resume=True)


def test_a_loaded_run_does_not_change_with_its_files(finished, tmp_path):
    for path in finished.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    run = runs.load(tmp_path)
    for path in tmp_path.iterdir():
        with path.open("r+b") as file:
            file.write(b"\xff" * path.stat().st_size)
        path.write_bytes(b"")
    expected = runs.load(finished)
    for name in ("samples", "sample_steps", "fake_logits"):
        assert np.array_equal(getattr(run, name), getattr(expected, name))
    run.samples[:] = 0


def test_bundling_keeps_what_the_course_shows(finished, tmp_path, monkeypatch):
    (tmp_path / "bundled").mkdir()
    monkeypatch.setattr(files, "BUNDLED", tmp_path / "bundled")
    monkeypatch.setattr(checkpoints, "BUNDLED", ("small",))
    runs.bundle(finished, "small")
    run, bundled = runs.load(finished), runs.load("small")
    assert bundled.about == run.about == json.loads((tmp_path / "bundled" / "small.json").read_text())
    assert np.array_equal(bundled.samples, run.samples)
    assert np.array_equal(bundled.sample_steps, run.sample_steps)
    assert np.array_equal(bundled.fake_logits, run.fake_logits)
    for column, values in run.steps.items():
        np.testing.assert_allclose(bundled.steps[column], values, rtol=1e-6)
    drawn = checkpoints.load_generator("small")(latent.sample(64, 16, seed=0)).detach()
    assert np.array_equal(data.to_pixels(drawn.squeeze(1)).numpy(), run.samples[-1])
    logits = checkpoints.load_discriminator("small")(drawn).detach().flatten()
    np.testing.assert_allclose(logits, run.fake_logits[-1], atol=0.01)  # the bundled weights have half precision


def test_an_animation_has_a_frame_for_each_moment_and_the_last_stays_longest(finished, tmp_path):
    run = runs.load(finished)
    runs.animate(run, tmp_path / "movie.gif", columns=8, scale=2, milliseconds=100)
    with Image.open(tmp_path / "movie.gif") as movie:
        durations, frames = [], []
        for frame in range(movie.n_frames):
            movie.seek(frame)
            durations.append(movie.info["duration"])
            frames.append(np.array(movie.convert("L")))
        assert movie.size == (8 * 28 * 2, 8 * 28 * 2)
    assert durations == [100, 100, 100, 2000]
    second_digit = frames[-1][:56:2, 56:112:2].astype(int)  # dark ink on white paper
    assert abs(second_digit - (255 - run.samples[-1][1].astype(int))).max() <= 8  # GIF has few greys


# Interruptions in the middle of a step


@pytest.fixture
def small(monkeypatch):
    """A run of four steps of a small loop, every step of it saved; what watches over each line may interrupt it."""
    monkeypatch.setattr(runs, "SECONDS_AT_RISK", 0)

    def make():
        pixels = torch.arange(20 * 16, dtype=torch.uint8).view(20, 1, 4, 4)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            generator = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Unflatten(1, (1, 4, 4)))
            discriminator = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.Dropout(0.3), nn.Linear(8, 1))
        batches = data.Batches(pixels, 8, seed=3)
        return training.AdversarialLoop(generator, discriminator, batches, latent_dim=2, average=0.9)

    def run(folder, watch=None, loop=None, **options) -> None:
        loop = make() if loop is None else loop
        steps = runs.record(loop, folder, **{"steps": 4, "every": 2, "keep_weights": True} | options)
        sys.settrace(watch)
        try:
            for _ in steps:
                pass
        finally:
            sys.settrace(None)

    run.make = make
    return run


def lines_of(folder: Path, interrupt_at: int | None = None, error: type = KeyboardInterrupt):
    """A trace that counts the lines of the library that are passed, and interrupts at one of them."""

    def watch(frame, event, _):
        if not frame.f_code.co_filename.startswith(str(folder)) or frame.f_code.co_name == "release":
            return None
        if event == "line":
            watch.passed += 1
            if watch.passed == interrupt_at:
                raise error
        return watch

    watch.passed = 0
    return watch


LIBRARY = Path(runs.__file__).parent


def test_wherever_a_run_is_interrupted_it_resumes_as_if_it_had_not_been(small, tmp_path):
    every_line = lines_of(LIBRARY)
    small(tmp_path / "whole", every_line)
    expected = contents(tmp_path / "whole")
    assert every_line.passed > 1000
    for number, line in enumerate(range(1, every_line.passed, every_line.passed // 25)):
        folder = tmp_path / str(line)
        # an error while the networks are tried becomes a sentence
        with pytest.raises((KeyboardInterrupt, SystemExit, RuntimeError, BadInput)):
            small(folder, lines_of(LIBRARY, line, (KeyboardInterrupt, SystemExit, RuntimeError)[number % 3]))
        small(folder, resume=True)
        assert contents(folder) == expected, line


def interrupting(part: str, step: int):
    """A loop whose step of that number is interrupted in that part."""
    going = recipes.QUICK.loop()

    def interrupt(*_, **__):
        if going.number == step - 1:
            raise KeyboardInterrupt

    def around(update, before: bool):
        def wrapped(*arguments, **options):
            if before:
                interrupt()
            seen = update(*arguments, **options)
            if not before:
                interrupt()
            return seen

        return wrapped

    if part == "noise":
        draw_noise = going.draw_noise
        going.draw_noise = around(draw_noise, before=False)
    elif part.endswith("gradients"):
        optimizer = going.optimizer_d if part.startswith("discriminator") else going.optimizer_g
        optimizer.register_step_pre_hook(interrupt)
    else:
        player, when = part.split(", ")
        name = f"update_{player}"
        setattr(going, name, around(getattr(going, name), when == "before"))
    return going


@pytest.mark.parametrize(
    "part",
    [
        "noise",
        "discriminator, before",
        "discriminator gradients",
        "discriminator, after",
        "generator, before",
        "generator gradients",
        "generator, after",
    ],
)
def test_a_step_that_was_interrupted_is_not_saved(finished, tmp_path, monkeypatch, part):
    monkeypatch.setattr(runs, "SECONDS_AT_RISK", 0)
    with pytest.raises(KeyboardInterrupt):
        train(interrupting(part, step=4), tmp_path, stream=None)
    saved = checkpoints.resume(runs.checkpoint_of(tmp_path))
    assert saved.number == runs.load(tmp_path).about["done"] == 3
    train(loop(), tmp_path, resume=True)
    assert contents(tmp_path) == contents(finished)


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_ends_a_run_after_its_step_and_pressed_twice_at_once(finished, tmp_path, presses):
    pressed, before = loop(), signal.getsignal(signal.SIGINT)
    update = pressed.update_generator

    def press(*arguments, **options):
        for _ in range(presses * (pressed.number == 3)):
            signal.raise_signal(signal.SIGINT)
        return update(*arguments, **options)

    pressed.update_generator = press
    with pytest.raises(KeyboardInterrupt) as error:
        train(pressed, tmp_path, stream=None)
    assert isinstance(error.value, Stopped) is (presses == 1)
    assert runs.load(tmp_path).about["done"] == (4 if presses == 1 else 0)
    assert signal.getsignal(signal.SIGINT) is before
    train(loop(), tmp_path, resume=True)
    assert contents(tmp_path) == contents(finished)


def test_between_its_steps_a_run_leaves_ctrl_c_to_the_program(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    for _ in runs.record(loop(), tmp_path, steps=2, every=2):
        assert signal.getsignal(signal.SIGINT) is before


def test_weights_that_are_no_numbers_are_not_saved_over_the_last_checkpoint(tmp_path):
    broken = loop()

    def stream():
        for seen in broken:
            if seen.number == 3:
                next(broken.discriminator.parameters()).data.fill_(float("nan"))
            yield seen

    with pytest.raises(FloatingPointError, match="step 3: a weight is no longer a number"):
        train(broken, tmp_path, stream=stream(), steps=3)
    assert checkpoints.resume(runs.checkpoint_of(tmp_path)).number == runs.load(tmp_path).about["done"] == 0


# A folder and its owner


def test_a_first_checkpoint_that_fails_leaves_no_run_and_starting_again_works(finished, tmp_path, full_disk):
    with full_disk(100_000), pytest.raises(OSError, match=r"File too large|cannot write"):
        train(loop(), tmp_path)
    assert (tmp_path / "run.json").exists()
    with pytest.raises(FileNotFoundError, match="no run to go on with"):
        train(loop(), tmp_path, resume=True)
    train(loop(), tmp_path)
    assert contents(tmp_path) == contents(finished)


def test_a_run_that_has_lost_its_checkpoint_is_not_written_over(finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    (folder / "checkpoint.safetensors").unlink()
    kept = (folder / "steps.csv").read_bytes(), (folder / "samples.npz").read_bytes()
    with pytest.raises(FileExistsError, match="holds a run already"):
        train(loop(), folder)
    with pytest.raises(FileNotFoundError, match=r"no checkpoint at .*checkpoint\.safetensors"):
        train(loop(), folder, resume=True)
    assert ((folder / "steps.csv").read_bytes(), (folder / "samples.npz").read_bytes()) == kept
    assert runs.load(folder).about["done"] == len(runs.load(folder).steps["number"])


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_belongs_to_one_run_at_a_time(finished, tmp_path, resume):
    first = runs.record(loop(), tmp_path / "run", steps=8, every=3)
    next(first)
    with pytest.raises(BadInput, match=r"run belongs to another training run that is still going on"):
        train(loop(), tmp_path / "run", resume=resume)
    for _ in first:
        pass
    assert contents(tmp_path / "run") == contents(finished)
    train(loop(), tmp_path / "run", resume=True)


@pytest.mark.parametrize("successor", [False, True])
def test_a_run_whose_folder_was_moved_writes_nothing_in_its_old_place(finished, tmp_path, successor):
    folder, moved = tmp_path / "run", tmp_path / "moved"
    steps = runs.record(loop(), folder, steps=8, every=3)
    next(steps)
    folder.rename(moved)
    if successor:
        train(loop(), folder)
    with pytest.raises(BadInput, match=f"^{folder} was moved or removed while its run was going on"):
        list(steps)
    assert contents(folder) == contents(finished) if successor else not folder.exists()
    train(loop(), moved, resume=True)
    assert contents(moved) == contents(finished)


def test_a_run_stays_in_its_folder_wherever_the_program_goes(finished, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    steps = runs.record(loop(), "run", steps=8, every=3)
    next(steps)
    monkeypatch.chdir("elsewhere")
    list(steps)
    assert contents(tmp_path / "run") == contents(finished)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["elsewhere", "run"]
    assert not (tmp_path / "run" / ".lock").exists()


def test_a_run_that_has_more_steps_than_asked_for_says_so(finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    assert list(runs.record(loop(), folder, steps=1, every=3, resume=True)) == []
    assert runs.load(folder).about["steps"] == runs.load(folder).about["done"] == 8


def test_a_run_that_could_not_begin_leaves_the_folder_free(finished, tmp_path):
    with pytest.raises(FileExistsError):
        train(loop(), finished)
    (tmp_path / "checkpoint.safetensors").write_bytes(b"PK")
    for _ in range(2):
        with pytest.raises(BadInput, match=r"is damaged: it has a checkpoint, and run\.json is missing"):
            train(loop(), tmp_path, resume=True)
    assert [one.name for one in tmp_path.iterdir()] == ["checkpoint.safetensors"]


def test_a_resumption_that_is_killed_anywhere_can_be_made_again(small, tmp_path, monkeypatch):
    small(tmp_path / "whole")
    expected = contents(tmp_path / "whole")
    half = iter(runs.record(small.make(), tmp_path / "half", steps=4, every=2, keep_weights=True))
    next(half), next(half)
    half.close()
    for name in ("steps.csv", "run.json", "samples.npz"):  # what a run had written when it was killed between two files
        (tmp_path / "half" / name).write_bytes((tmp_path / "whole" / name).read_bytes())
    write, written = files.write, []

    def killed(path, content):
        write(path, content)
        written.append(path)
        raise KeyboardInterrupt

    for place in range(6):
        folder = tmp_path / str(place)
        shutil.copytree(tmp_path / "half", folder)
        with monkeypatch.context() as patch:
            countdown = iter([write] * place + [killed])
            patch.setattr(files, "write", lambda *given, left=countdown: next(left, write)(*given))
            with pytest.raises(KeyboardInterrupt):
                small(folder, resume=True)
        small(folder, resume=True)
        assert contents(folder) == expected, written[-1]
    assert len({path.name for path in written}) >= 4


def test_a_full_disk_leaves_the_earlier_film(finished, tmp_path, full_disk):
    film = tmp_path / "film.gif"
    runs.animate(runs.load(finished), film)
    before = film.read_bytes()
    with full_disk(1024), pytest.raises(OSError, match=r"File too large: .*film\.gif"):
        runs.animate(runs.load(finished), film)
    assert film.read_bytes() == before
    assert list(tmp_path.iterdir()) == [film]


def colourful(*shape: int) -> training.AdversarialLoop:
    values = torch.Size(shape).numel()
    generator = nn.Sequential(nn.Flatten(), nn.Linear(3, values), nn.Tanh(), nn.Unflatten(1, shape))
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(values, 1), nn.Unflatten(1, (1, 1, 1)))
    return training.AdversarialLoop(generator, discriminator, [torch.zeros(2, *shape)], latent_dim=(3, 1, 1))


def test_a_run_in_colour_is_kept_and_filmed_as_it_is(tmp_path):
    list(runs.record(colourful(3, 4, 6), tmp_path / "run", steps=2, every=1))
    run = runs.load(tmp_path / "run")
    assert run.samples.shape == (3, 64, 3, 4, 6) and run.fake_logits.shape == (3, 64)
    runs.animate(run, tmp_path / "film.gif", columns=4, scale=1)
    with Image.open(tmp_path / "film.gif") as film:
        assert film.size == (4 * 6, 16 * 4)
        first = np.array(film.convert("RGB")).astype(int)
    expected = run.samples[0, 5].transpose(1, 2, 0)  # second row, second column
    assert abs(first[4:8, 6:12] - expected).mean() < 25  # a GIF has 256 colours; of another picture it would be 85


@pytest.mark.parametrize("shape", [(2,), (2, 4, 4), (784,)])
def test_a_run_of_what_no_picture_shows_is_refused_before_anything_is_written(tmp_path, shape):
    with pytest.raises(ValueError, match="expected images of shape"):
        runs.record(colourful(*shape), tmp_path / "run", steps=2, every=1)
    assert not (tmp_path / "run").exists()


# Weights of the moments


def test_a_run_keeps_the_generator_of_each_moment_if_asked(tmp_path):
    folder = tmp_path / "run"
    train(loop(), folder, keep_weights=True)
    assert sorted(int(path.stem) for path in (folder / "weights").iterdir()) == [0, 3, 6, 8]
    again = loop()
    list(islice(again, 6))
    noise = latent.sample(5, again.latent_dim, seed=1)
    kept = checkpoints.load_generator(folder / "weights" / "6.safetensors")
    assert torch.equal(training.generate(kept, noise), again.sample(noise))


def test_a_run_keeps_no_weights_unasked(finished):
    assert not (finished / "weights").exists()


def test_bundling_a_run_that_kept_its_weights_bundles_some_moments(tmp_path, monkeypatch):
    folder, package = tmp_path / "run", tmp_path / "package"
    (package / "bundled").mkdir(parents=True)
    train(loop(), folder, steps=41, every=1, keep_weights=True)
    monkeypatch.setattr(files, "BUNDLED", package / "bundled")
    runs.bundle(folder, "small")
    moments = checkpoints.load_moments("small")
    assert list(moments) == [0, *runs.BUNDLED_MOMENTS]
    assert (package / "bundled" / "small.json").exists()
