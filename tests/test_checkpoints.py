import errno
import json
import pickle
import struct
from itertools import islice

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from gan_lesson import checkpoints, data, latent, models, recipes, runs, training


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A loop of the quick recipe after three steps, and its checkpoint."""
    loop = recipes.QUICK.loop(seed=1)
    list(islice(loop, 3))
    return loop, checkpoints.save(loop, tmp_path_factory.mktemp("quick") / "quick.safetensors")


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_a_resumed_recipe_goes_on_to_the_bit(recipe, tmp_path, same):
    loop = recipe.loop(seed=1)
    list(islice(loop, 2))
    resumed = checkpoints.resume(checkpoints.save(loop, tmp_path / "new" / "loop.safetensors"))
    assert resumed.settings == loop.settings
    assert list(islice(resumed, 2)) == list(islice(loop, 2))
    assert same(resumed.state_dict(), loop.state_dict())


def test_a_resumed_loop_of_ones_own_goes_on_to_the_bit(small_loop, tmp_path, same):
    loop = small_loop(average=0.9)
    list(islice(loop, 3))
    path = checkpoints.save(loop, tmp_path / "own")
    other = small_loop(seed=9, average=0.9)
    assert checkpoints.resume(path, other) is other
    assert list(islice(other, 3)) == list(islice(loop, 3))
    assert same(other.state_dict(), loop.state_dict())


def test_a_loop_that_has_not_begun_can_be_saved(small_loop, tmp_path):
    path = checkpoints.save(small_loop(seed=4), tmp_path / "fresh")
    assert next(checkpoints.resume(path, small_loop())) == next(small_loop(seed=4))


def test_a_loop_of_ones_own_must_be_built_before_it_is_resumed(small_loop, tmp_path):
    path = checkpoints.save(small_loop(), tmp_path / "own")
    with pytest.raises(checkpoints.CheckpointError, match=r"build that loop and call resume\(path, loop\)"):
        checkpoints.resume(path)


@pytest.mark.parametrize("header_byte", [0x80, 0x50])
def test_a_checkpoint_is_not_taken_for_a_pickle_whatever_its_length(small_loop, tmp_path, header_byte):
    """A safetensors file starts with the length of its header, whose lowest bytes may be those of a pickle or zip."""
    for padding in range(0, 8 * 256 * 256, 8):
        loop = small_loop(settings={"note": " " * padding})
        path = checkpoints.save(loop, tmp_path / "own")
        length = struct.unpack("<Q", path.read_bytes()[:8])[0]
        if length % 256 == header_byte:
            break
        if padding >= 8 * 64:
            pytest.fail("no such header was made")
    assert checkpoints.resume(path, small_loop()).number == 0


def test_what_was_saved_besides_comes_back_and_is_no_part_of_the_loop(small_loop, tmp_path, same):
    loop, grid = small_loop(), torch.arange(6).view(2, 3)
    extra = {"curves": [[1, 0.5], [2, None]], "grid": grid, "of": {"name": "ring", "reals": [grid.float(), grid[0]]}}
    path = checkpoints.save(loop, tmp_path / "own", extra=extra)
    assert same(checkpoints.read_extra(path), extra)
    assert "extra" not in loop.settings
    other = checkpoints.resume(path, small_loop(seed=9))
    assert same(other.state_dict(), loop.state_dict())


def test_a_checkpoint_without_more_has_no_extra(quick):
    assert checkpoints.read_extra(quick[1]) is None


@pytest.mark.parametrize(
    ("lost", "read"),
    [
        ("generator.layers.1.weight", checkpoints.resume),
        ("optimizer_g.state.0.exp_avg", checkpoints.resume),
        ("extra", checkpoints.read_extra),
    ],
)
def test_a_checkpoint_that_lacks_a_tensor_is_one_clear_error(tmp_path, lost, read):
    loop = recipes.QUICK.loop(seed=1)
    next(loop)
    path = checkpoints.save(loop, tmp_path / "quick", extra=torch.zeros(2))
    with safe_open(path, framework="pt") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys() if name != lost}  # noqa: SIM118
    save_file(tensors, path, metadata)
    with pytest.raises(checkpoints.CheckpointError, match=rf"quick is damaged: it lacks the tensor '{lost}'"):
        read(path)


# Files that are no checkpoints


class Trap:
    """A pickle that would show that it was opened."""

    def __reduce__(self):
        return pytest.fail, ("the pickle was opened",)


def torch_pickle(path, **options):
    torch.save({"trap": Trap()}, path, **options)


def plain_pickle(path):
    path.write_bytes(pickle.dumps(Trap()))


@pytest.mark.parametrize("read", [checkpoints.resume, checkpoints.load_generator])
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.touch(), "not a checkpoint, or is damaged"),
        (lambda path: path.write_text("weights, honest"), "not a checkpoint, or is damaged"),
        (lambda path: save_file({"x": torch.zeros(2)}, path), "not one that gan_lesson wrote"),
        (lambda path: save_file({"x": torch.zeros(2)}, path, {"format": "pt"}), "not one that gan_lesson wrote"),
        (torch_pickle, "is a pickle .*not read"),
        (lambda path: torch_pickle(path, _use_new_zipfile_serialization=False), "is a pickle .*not read"),
        (plain_pickle, "is a pickle .*not read"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_one_clear_error(tmp_path, read, make, message):
    make(tmp_path / "file")
    with pytest.raises(checkpoints.CheckpointError, match=message) as caught:
        read(tmp_path / "file")
    assert str(tmp_path / "file") in str(caught.value)


@pytest.mark.parametrize("read", [checkpoints.resume, checkpoints.load_generator])
@pytest.mark.parametrize("kept", [0.999, 0.5, 0.01])
def test_a_truncated_checkpoint_is_one_clear_error(quick, tmp_path, read, kept):
    content = quick[1].read_bytes()
    (tmp_path / "half").write_bytes(content[: int(kept * len(content))])
    with pytest.raises(checkpoints.CheckpointError, match="damaged or half-written"):
        read(tmp_path / "half")


@pytest.mark.parametrize("read", [checkpoints.resume, checkpoints.load_generator])
def test_a_missing_file_or_a_folder_without_one_is_an_error(tmp_path, read):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(FileNotFoundError, match="no checkpoint at"):
            read(path)


# Files that don't fit


def other_discriminator(small_pair, **options):
    generator, _ = small_pair()
    return training.AdversarialLoop(generator, nn.Linear(2, 1), iter([torch.zeros(4, 2)] * 9), latent_dim=2, **options)


def test_a_checkpoint_of_another_architecture_leaves_the_loop_untouched(small_loop, small_pair, tmp_path, same):
    path = checkpoints.save(small_loop(seed=1), tmp_path / "own")
    wider, half_fits = small_loop(width=9), other_discriminator(small_pair)
    with torch.no_grad():
        half_fits.generator[0].weight.fill_(5)
    for loop in (wider, half_fits, small_loop(average=0.9)):
        next(loop)
        before = loop.state_dict()
        with pytest.raises(checkpoints.CheckpointError, match="does not fit this loop"):
            checkpoints.resume(path, loop)
        assert same(loop.state_dict(), before)


@pytest.mark.parametrize(
    ("loop", "message"),
    [
        (lambda: recipes.ARTICLE.loop(seed=1), "recipe quick, not article"),
        (lambda: recipes.QUICK.loop(seed=2), "seed 1, not 2"),
    ],
)
def test_a_checkpoint_of_another_run_leaves_the_loop_untouched(quick, same, loop, message):
    loop = loop()
    before = loop.state_dict()
    with pytest.raises(checkpoints.CheckpointError, match=message):
        checkpoints.resume(quick[1], loop)
    assert same(loop.state_dict(), before)


def test_moments_are_the_generators_of_their_steps_in_half_precision(tmp_path, monkeypatch):
    generators = {step: models.ConvGenerator(latent_dim=4, channels=2).eval() for step in (0, 10)}
    checkpoints.save_moments(generators, tmp_path / "toy.moments.safetensors", {"seed": 1})
    monkeypatch.setattr(checkpoints.files, "BUNDLED", tmp_path)
    loaded = checkpoints.load_moments("toy")
    assert list(loaded) == [0, 10]
    for step, generator in generators.items():
        for name, value in generator.state_dict().items():
            expected = value.half().to(value.dtype) if value.is_floating_point() else value
            assert torch.equal(loaded[step].state_dict()[name], expected)


def test_a_name_without_moments_is_one_clear_error():
    with pytest.raises(FileNotFoundError, match="no checkpoint at"):
        checkpoints.load_moments("article")


def test_a_generator_alone_cannot_be_resumed(tmp_path):
    path = checkpoints.save_generator(models.ConvGenerator(), tmp_path / "generator")
    with pytest.raises(checkpoints.CheckpointError, match="no training to resume"):
        checkpoints.resume(path)


# Saving


def test_a_full_disk_leaves_the_old_checkpoint_whole_and_nothing_else(small_loop, tmp_path, full_disk):
    loop = small_loop()
    path = checkpoints.save(loop, tmp_path / "own")
    before = path.read_bytes()
    next(loop)
    with full_disk(1024), pytest.raises(OSError, match="cannot write"):
        checkpoints.save(loop, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("problem", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_at_the_last_move_leaves_the_old_checkpoint_whole(small_loop, tmp_path, monkeypatch, problem):
    def fail(*_):
        raise problem

    path = checkpoints.save(small_loop(), tmp_path / "own")
    before = path.read_bytes()
    monkeypatch.setattr(checkpoints.os, "replace", fail)
    with pytest.raises(type(problem)):
        checkpoints.save(small_loop(seed=1), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_cannot_replace_a_folder(small_loop, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        checkpoints.save(small_loop(), tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


# Generators


def test_a_loaded_generator_draws_what_the_loops_average_draws(quick):
    loop, path = quick
    generator = checkpoints.load_generator(path)
    noise = latent.sample(4, loop.latent_dim, seed=0)
    assert not generator.training
    assert torch.equal(generator(noise), loop.sample(noise))
    assert not torch.equal(generator(noise), training.generate(loop.generator, noise))


@pytest.mark.parametrize(
    "made", [models.Generator(latent_dim=7), models.ConvGenerator(latent_dim=5, channels=3, truncation=0.5)]
)
def test_a_generator_of_any_settings_comes_back(made, tmp_path):
    path = checkpoints.save_generator(made, tmp_path / "generator")
    generator = checkpoints.load_generator(path)
    assert type(generator) is type(made)
    noise = latent.sample(3, made.latent_dim, seed=0)
    assert torch.equal(generator(noise), made.eval()(noise))


@pytest.mark.parametrize("made", [models.Discriminator(), models.ConvDiscriminator(channels=8)])
def test_a_discriminator_comes_back_in_half_precision(made, tmp_path):
    path = checkpoints.save_networks(models.Generator(), made, tmp_path / "pair")
    discriminator = checkpoints.load_discriminator(path)
    assert type(discriminator) is type(made)
    assert not discriminator.training
    images = torch.rand(5, 1, 28, 28) * 2 - 1
    torch.testing.assert_close(discriminator(images), made.eval()(images), atol=2e-3, rtol=1e-3)
    assert {weight.dtype for weight in discriminator.parameters()} == {torch.float32}
    assert isinstance(checkpoints.load_generator(path), models.Generator)


def test_a_checkpoint_holds_its_discriminator(quick):
    loop, path = quick
    images = torch.rand(5, 1, 28, 28) * 2 - 1
    loaded = checkpoints.load_discriminator(path)
    assert torch.equal(loaded(images), training.in_evaluation(loop.discriminator, images))


def test_a_file_without_a_discriminator_says_so(tmp_path):
    path = checkpoints.save_generator(models.Generator(), tmp_path / "generator")
    with pytest.raises(checkpoints.CheckpointError, match="holds a generator alone"):
        checkpoints.load_discriminator(path)


def test_a_learners_own_class_is_not_taken_for_the_librarys_of_the_same_name(tmp_path):
    own = type("Generator", (models.Generator,), {})
    path = checkpoints.save_generator(own(), tmp_path / "generator")
    with pytest.raises(checkpoints.CheckpointError, match=r"class '.*\.Generator', which gan_lesson doesn't know"):
        checkpoints.load_generator(path)


def test_weights_that_do_not_fit_their_class_are_an_error(tmp_path):
    generator = models.Generator(latent_dim=7)
    generator.settings = {"latent_dim": 8}
    with pytest.raises(checkpoints.CheckpointError, match="weights don't fit a Generator"):
        checkpoints.load_generator(checkpoints.save_generator(generator, tmp_path / "generator"))


def test_an_unknown_name_is_an_error_that_lists_the_bundled_ones():
    with pytest.raises(FileNotFoundError, match=r"no checkpoint at nobody; bundled names are: .*article"):
        checkpoints.load_generator("nobody")


@pytest.mark.parametrize("name", checkpoints.BUNDLED)
def test_a_bundled_generator_makes_images_and_its_provenance_is_told(name):
    generator = checkpoints.load_generator(name)
    images = generator(latent.sample(16, generator.latent_dim, seed=0)).detach()
    assert images.shape == (16, 1, 28, 28)
    assert images.abs().max() <= 1
    about = json.loads((runs.Path(checkpoints.__file__).parent / "bundled" / f"{name}.json").read_text())
    assert about["command"].startswith(f"gan-lesson train --recipe {name}")
    assert about["settings"]["seed"] == 0
    assert {"torch", "python"} <= about["versions"].keys()
    assert about["machine"]["processor"]


def test_the_bundled_article_is_its_forty_epochs():
    run = runs.load("article")
    assert run.sample_steps.tolist() == list(range(0, 24_001, 600))
    assert run.samples.shape == (41, 64, 28, 28)
    assert run.steps["number"].tolist() == list(range(1, 24_001))
    drawn = checkpoints.load_generator("article")(latent.sample(64, 100, seed=0)).detach()
    difference = data.to_pixels(drawn.squeeze(1)).numpy().astype(int) - run.samples[-1]
    assert (
        abs(difference).max() <= 1
    )  # the weights are those that drew the last samples, up to another machine's rounding
    logits = checkpoints.load_discriminator("article")(drawn).detach().flatten()
    assert run.fake_logits.shape == (41, 64)
    torch.testing.assert_close(logits, torch.from_numpy(run.fake_logits[-1]), atol=0.02, rtol=0.01)


def test_a_checkpoint_with_another_kind_of_optimizer_is_refused(small_loop, tmp_path, same):
    plain = small_loop()
    plain.optimizer_g = torch.optim.SGD(plain.generator.parameters(), lr=0.1)
    next(plain)
    with_adam, path = small_loop(), checkpoints.save(plain, tmp_path / "sgd")
    before = with_adam.state_dict()
    with pytest.raises(checkpoints.CheckpointError, match=r"optimizer_g was saved as another kind .* than Adam"):
        checkpoints.resume(path, with_adam)
    assert same(with_adam.state_dict(), before)
    next(with_adam)
