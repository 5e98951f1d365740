import json
from itertools import islice

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from gan_lesson import checkpoints, data, files, latent, recipes, runs, training


def loop(seed: int = 0) -> training.AdversarialLoop:
    return recipes.QUICK.loop(seed=seed)


def train(loop, folder, pressed_at: int | None = None, **options) -> None:
    """A run of eight steps; Ctrl-C is pressed after one of them."""

    def stream():
        for seen in loop:
            yield seen
            if seen.number == pressed_at:
                raise KeyboardInterrupt

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
            logits = training.in_evaluation(again.discriminator, again.sample(noise)).flatten()
            np.testing.assert_allclose(run.fake_logits[number // 3], logits, atol=1e-5)
        next(again)


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
    assert abs(first[4:8, 6:12] - expected).mean() < 12  # a GIF has 256 colours


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
