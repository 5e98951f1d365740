import copy
import errno
import json
import math
import os
import pickle
import random
import struct
from contextlib import suppress
from itertools import islice

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from gan_lesson import checkpoints, data, latent, models, modes, recipes, runs, tensorfile, training


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A loop of the quick recipe after three steps, and its checkpoint."""
    loop = recipes.QUICK.loop(seed=1)
    list(islice(loop, 3))
    return loop, checkpoints.save(loop, tmp_path_factory.mktemp("quick") / "quick.safetensors")


def taken_apart(path) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    """The metadata and the tensors of a file, to be changed and put together again."""
    with safe_open(path, framework="pt") as file:
        return file.metadata(), {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118


def put_together(path, about, tensors, signed: bool = True):
    """A file of such contents as no version of gan_lesson would write it, with a right checksum or without one."""
    metadata = {"format": "gan_lesson", "about": about if isinstance(about, str) else json.dumps(about)}
    if signed:
        metadata["checksum"] = tensorfile.checksum(tensors, metadata)
    save_file(tensors, path, metadata)
    return path


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
    metadata, tensors = taken_apart(path)
    del tensors[lost]
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
    assert torch.equal(loaded(images), modes.in_evaluation(loop.discriminator, images))


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


@pytest.mark.parametrize(
    "other",
    [
        lambda weights: torch.optim.SGD(weights, lr=0.1),
        torch.optim.RMSprop,
        torch.optim.Adamax,
        torch.optim.NAdam,
        torch.optim.AdamW,
    ],
)
def test_a_checkpoint_with_another_kind_of_optimizer_is_refused(small_loop, tmp_path, same, other):
    saved = small_loop()
    saved.optimizer_g = other(saved.generator.parameters())
    next(saved)
    with_adam, path = small_loop(), checkpoints.save(saved, tmp_path / "other")
    before = with_adam.state_dict()
    with pytest.raises(checkpoints.CheckpointError, match=r"optimizer_g was saved as another kind .* than Adam"):
        checkpoints.resume(path, with_adam)
    assert same(with_adam.state_dict(), before)
    next(with_adam)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("rates"), "it lacks the loop's rates"),
        (lambda state: state.update(number=True), "number must be a count, not True"),
        (lambda state: state.update(number=-1), "number must be a count, not -1"),
        (lambda state: state.update(images_seen=10**30), "images_seen must be a count"),
        (lambda state: state.update(rates=[[1.0]]), "learning rates are those of other optimizers"),
        (lambda state: state.update(rates=[[math.nan], [1.0]]), "a learning rate is a number from 0 up, not nan"),
        (lambda state: state.update(random={}), "lacks the state of the random stream"),
        (lambda state: state["random"].update(cpu={"tensor": "generator.0.bias"}), "the state of its random stream"),
        (lambda state: state["generator"].pop("0.bias"), r"the generator is another one: '0\.bias' of the network"),
        (lambda state: state["optimizer_d"]["state"]["0"].pop("exp_avg"), "it lacks optimizer_d's exp_avg of weight 0"),
        (
            lambda state: state["optimizer_d"]["state"]["0"].update(exp_avg={"tensor": "generator.0.bias"}),
            r"optimizer_d's exp_avg of weight 0 has the shape \(8,\), and should have \(8, 2\)",
        ),
        (lambda state: state["optimizer_d"]["state"]["0"].update(step=-3.0), "step of weight 0 is -3"),
        (lambda state: state["optimizer_d"]["state"].update(x={}), "a state of weights that it doesn't hold"),
        (lambda state: state["optimizer_d"]["param_groups"].pop(), "was saved for other weights"),
        (lambda state: state["optimizer_d"]["param_groups"][0].update(betas="x"), "that Adam can't work with"),
        (lambda state: state["optimizer_d"]["param_groups"][0].update(eps=None), "eps must be a number, not None"),
    ],
)
def test_a_state_that_no_loop_can_be_in_leaves_the_loop_untouched(small_loop, tmp_path, same, change, message):
    saved = small_loop(seed=1)
    next(saved)
    metadata, tensors = taken_apart(checkpoints.save(saved, tmp_path / "own"))
    about = json.loads(metadata["about"])
    change(about["state"])
    path, loop = put_together(tmp_path / "changed", about, tensors), small_loop()
    next(loop)
    before = loop.state_dict()
    with pytest.raises(checkpoints.CheckpointError, match=f"changed does not fit this loop: .*{message}"):
        checkpoints.resume(path, loop)
    assert same(loop.state_dict(), before)
    next(loop)


def test_a_saved_state_says_what_is_different_about_the_networks(small_loop, tmp_path):
    path = checkpoints.save(small_loop(), tmp_path / "own")
    with pytest.raises(checkpoints.CheckpointError) as caught:
        checkpoints.resume(path, small_loop(width=9))
    expected = "the generator is another one: its 0.weight has the shape (8, 2), the network's (9, 2)"
    assert str(caught.value) == f"{path} does not fit this loop: {expected}"


class Fussy:
    """Batches that go to another place before they refuse to."""

    def __init__(self, refuse=()):
        self.place, self.refuse = 0, refuse

    def __iter__(self):
        return self

    def __next__(self):
        self.place += 1
        return torch.zeros(4, 2)

    def state_dict(self):
        return {"place": self.place}

    def load_state_dict(self, state):
        self.place = state["place"]
        if self.place in self.refuse:
            raise self.refuse[self.place]


@pytest.mark.parametrize("refusal", [OSError("gone"), KeyboardInterrupt()])
def test_batches_that_refuse_at_the_last_moment_leave_the_loop_untouched(small_loop, tmp_path, same, refusal):
    saved = small_loop(Fussy(), seed=1, average=0.9)
    list(islice(saved, 3))
    path = checkpoints.save(saved, tmp_path / "own")
    loop = small_loop(Fussy({3: refusal}), average=0.9)
    next(loop)
    before = loop.state_dict()
    expected = checkpoints.CheckpointError if isinstance(refusal, Exception) else KeyboardInterrupt
    with pytest.raises(expected):
        checkpoints.resume(path, loop)
    assert same(loop.state_dict(), before) and loop.batches.place == 1


@pytest.mark.parametrize(
    "make",
    [
        torch.optim.Adagrad,
        torch.optim.Adadelta,
        torch.optim.AdamW,
        torch.optim.Adamax,
        torch.optim.ASGD,
        torch.optim.NAdam,
        torch.optim.RAdam,
        torch.optim.RMSprop,
        torch.optim.Rprop,
        torch.optim.SGD,
        lambda weights: torch.optim.SGD(weights, lr=0.1, momentum=0.9, nesterov=True),
        lambda weights: torch.optim.Adam(weights, amsgrad=True),
        type("MyOwn", (torch.optim.Adam,), {"__module__": "mine"}),
    ],
)
def test_any_optimizer_goes_on_to_the_bit(small_loop, small_pair, tmp_path, same, make):
    def loop():
        made = small_loop()
        made.optimizer_d = make(made.discriminator.parameters())
        return made

    saved, other = loop(), loop()
    saved._rates[0] = [group["lr"] for group in saved.optimizer_d.param_groups]
    list(islice(saved, 3))
    checkpoints.resume(checkpoints.save(saved, tmp_path / "own"), other)
    assert list(islice(other, 3)) == list(islice(saved, 3))
    assert same(other.state_dict(), saved.state_dict())


def test_an_older_optimizer_that_counts_its_steps_in_plain_numbers_is_taken(small_loop, tmp_path):
    saved = small_loop()
    list(islice(saved, 3))
    metadata, tensors = taken_apart(checkpoints.save(saved, tmp_path / "own"))
    about = json.loads(metadata["about"])
    for kept in about["state"]["optimizer_g"]["state"].values():
        kept["step"] = 3
    loop = checkpoints.resume(put_together(tmp_path / "older", about, tensors, signed=False), small_loop(seed=2))
    assert next(loop) == next(saved)


def test_an_older_optimizer_that_notes_that_there_is_no_momentum_is_taken(small_loop, tmp_path):
    def loop():
        made = small_loop()
        made.optimizer_d = torch.optim.SGD(made.discriminator.parameters(), lr=2e-4)
        return made

    saved = loop()
    list(islice(saved, 3))
    metadata, tensors = taken_apart(checkpoints.save(saved, tmp_path / "own"))
    about = json.loads(metadata["about"])
    about["state"]["optimizer_d"]["state"] = {str(number): {"momentum_buffer": None} for number in range(4)}
    resumed = checkpoints.resume(put_together(tmp_path / "older", about, tensors, signed=False), loop())
    assert next(resumed) == next(saved)


# Damage

#: Damaged variants in each of the tests that make them by chance; many more pass, too.
FUZZED = 250


def images_loop(seed: int = 0) -> training.AdversarialLoop:
    """A loop with all that a state can hold: an average, batches that know their place, two kinds of optimizers."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        generator = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Unflatten(1, (1, 2, 2)))
        discriminator = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.Dropout(0.3), nn.Linear(3, 1))
    pixels = torch.arange(48, dtype=torch.uint8).view(12, 1, 2, 2)
    optimizer_d = torch.optim.RMSprop(discriminator.parameters(), lr=0.01, momentum=0.5)
    options = {"latent_dim": 2, "seed": seed, "average": 0.9, "optimizer_d": optimizer_d}
    return training.AdversarialLoop(generator, discriminator, data.Batches(pixels, 5, seed), **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A checkpoint of such a loop after three steps."""
    loop = images_loop(1)
    list(islice(loop, 3))
    return loop, checkpoints.save(loop, tmp_path_factory.mktemp("whole") / "whole", extra={"points": torch.ones(2)})


def test_damaged_weights_are_refused(whole, tmp_path, same):
    content, loop = whole[1].read_bytes(), images_loop()
    before, start = loop.state_dict(), 8 + struct.unpack("<Q", content[:8])[0]
    for place in range(start, len(content), (len(content) - start) // 40):
        damaged = bytearray(content)
        damaged[place] ^= 1
        (tmp_path / "damaged").write_bytes(damaged)
        for read in (lambda path: checkpoints.resume(path, loop), checkpoints.read_extra, checkpoints.load_generator):
            with pytest.raises(checkpoints.CheckpointError, match="damaged is damaged: its checksum"):
                read(tmp_path / "damaged")
    assert same(loop.state_dict(), before)


def test_a_file_without_a_checksum_is_read_as_before(whole, tmp_path, same):
    metadata, tensors = taken_apart(whole[1])
    assert metadata.pop("checksum").startswith("sha256:")
    save_file(tensors, tmp_path / "older", metadata)
    assert same(checkpoints.resume(tmp_path / "older", images_loop()).state_dict(), whole[0].state_dict())


def test_a_file_damaged_anywhere_loads_as_it_was_or_is_one_clear_error(whole, tmp_path, same):
    dice, content, loop = random.Random(0), whole[1].read_bytes(), images_loop()
    before, loaded = loop.state_dict(), 0
    for _ in range(FUZZED):
        damaged = bytearray(content)
        place, length = dice.randrange(len(content)), dice.choice([1, 2, 8, 64])
        kind = dice.choice(["flip", "noise", "zero", "cut", "double", "drop"])
        if kind == "flip":
            damaged[place] ^= 1 << dice.randrange(8)
        elif kind in ("noise", "zero"):
            damaged[place : place + length] = dice.randbytes(length) if kind == "noise" else bytes(length)
        else:
            start = {"cut": place, "double": place, "drop": place}[kind]
            damaged[start:] = {"cut": b"", "double": content[max(0, place - 64) :], "drop": content[place + length :]}[
                kind
            ]
        (tmp_path / "damaged").write_bytes(damaged)
        try:
            resumed = checkpoints.resume(tmp_path / "damaged", copy.copy(images_loop()))
        except checkpoints.CheckpointError as error:
            assert "\n" not in str(error) and str(tmp_path) in str(error)
            with pytest.raises(checkpoints.CheckpointError):
                checkpoints.resume(tmp_path / "damaged", loop)
        else:
            loaded += 1
            assert same(resumed.state_dict(), whole[0].state_dict())
    assert same(loop.state_dict(), before)
    assert loaded < FUZZED / 5


DEEP = "[" * 100_000 + "]" * 100_000
WRONG = [None, True, -1, 0, 1e308, math.nan, math.inf, 10**400, 0.5, "x", "", [], {}, [1], {"tensor": "nobody"}]
WRONG += [{"tensor": []}, {"as it is": 3}, [[[]]], {"": {}}, {"tensor": "generator.0.bias"}, {"tensor": "random.cpu"}]


def places(value, place=()):
    """Where something stands in nested lists and dicts."""
    yield place
    if isinstance(value, (dict, list)) and list(value) != ["tensor"]:
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*place, key))


def changed(about, place, dice):
    """A copy of ``about`` with something missing, or something wrong in its place."""
    *above, last = place
    about = copy.deepcopy(about)
    inside = about
    for key in above:
        inside = inside[key]
    if dice.random() < 0.3:
        del inside[last]
    else:
        inside[last] = dice.choice(WRONG)
    return about


def deformed(tensors, dice):
    tensors, name = dict(tensors), dice.choice(list(tensors))
    value = tensors[name]
    tensors[name] = dice.choice(
        [
            value[None],
            value.flatten()[:0],
            value.repeat([2] * value.ndim),
            value.to(torch.uint8),
            value.to(torch.cfloat),
        ]
    ).contiguous()
    return tensors


@pytest.mark.parametrize("signed", [True, False])
def test_a_file_that_says_anything_is_refused_or_can_be_gone_on_from(whole, tmp_path, same, signed):
    """Also with a right checksum, as somebody makes it who means harm."""
    metadata, tensors = taken_apart(whole[1])
    about, dice, taken = json.loads(metadata["about"]), random.Random(1), 0
    loop = images_loop()
    before = loop.state_dict()
    everywhere = [place for place in places(about) if place]
    for number in range(FUZZED):
        if number % 6:
            content = (
                changed(about, everywhere[number] if number < len(everywhere) else dice.choice(everywhere), dice),
                tensors,
            )
        else:
            content = about, deformed(tensors, dice)
        path = put_together(tmp_path / "any", *content, signed=signed)
        try:
            checkpoints.resume(path, loop)
        except checkpoints.CheckpointError as error:
            assert len(str(error)) < 2000
            assert same(loop.state_dict(), before)
        else:
            taken += 1
            next(loop)
            loop.load_state_dict(before)
        for read in (checkpoints.read_extra, checkpoints.load_generator, checkpoints.load_discriminator):
            with suppress(checkpoints.CheckpointError):
                read(path)
    assert 0 < taken < FUZZED / 2


@pytest.mark.parametrize(
    "about", ["3", "[]", "null", "x", '"x"', "{", "", DEEP, f'{{"state": {DEEP}}}', "{}", '{"state": 1}']
)
def test_a_file_that_says_nothing_of_use_is_one_clear_error(small_loop, tmp_path, about):
    path = put_together(tmp_path / "file", about, {"x": torch.zeros(1)})
    for read in (checkpoints.resume, checkpoints.load_generator, checkpoints.load_discriminator):
        with pytest.raises(checkpoints.CheckpointError):
            read(path)
    with pytest.raises(checkpoints.CheckpointError):
        checkpoints.resume(path, small_loop())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"latent_dim": 3_000_000}, "settings"),
        ({"latent_dim": 900_000}, "has the shape"),
        ({"latent_dim": 10**30}, "settings"),
        ({"latent_dim": -1}, "settings"),
        ({"latent_dim": True}, "settings"),
        ({"latent_dim": "7"}, "settings"),
        ({"latent_dim": 7.5}, "settings"),
        ({"latent_dim": None}, "settings"),
        ({"width": 7}, "settings"),
        ({"latent_dim": math.nan}, "settings"),
    ],
)
def test_no_room_is_made_for_a_network_before_its_weights_fit(tmp_path, monkeypatch, settings, message):
    class Generator(models.Generator):
        def __init__(self, **settings):
            super().__init__(**settings)
            made.append(next(self.parameters()).device.type)

    made, generator = [], models.Generator(latent_dim=7)
    generator.settings = settings
    path = checkpoints.save_generator(generator, tmp_path / "generator")
    monkeypatch.setitem(checkpoints.GENERATORS, "Generator", Generator)
    with pytest.raises(checkpoints.CheckpointError, match=f"weights don't fit a Generator: .*{message}"):
        checkpoints.load_generator(path)
    assert set(made) <= {"meta"}


@pytest.mark.parametrize(
    "settings", [{"recipe": []}, {"recipe": "nobody"}, {"recipe": "quick"}, {"recipe": "quick", "seed": -1}]
)
def test_a_recipe_that_there_is_not_is_one_clear_error(tmp_path, whole, settings):
    metadata, tensors = taken_apart(whole[1])
    about = json.loads(metadata["about"]) | {"settings": settings}
    with pytest.raises(checkpoints.CheckpointError, match="names no recipe and seed that there are"):
        checkpoints.resume(put_together(tmp_path / "file", about, tensors))


def pipe(path):
    os.mkfifo(path)


@pytest.mark.skipif(os.name != "posix", reason="a pipe and a device are files on POSIX systems")
@pytest.mark.parametrize("read", [checkpoints.resume, checkpoints.load_generator, checkpoints.read_extra])
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (pipe, "no regular file, but a pipe"),
        (lambda path: path.symlink_to("/dev/zero"), "no regular file, but a device"),
        (lambda path: path.symlink_to(path), "can't be read"),
        (lambda path: path.touch() or os.truncate(path, 2**40), "are the most that it may have"),
        (lambda path: path.touch() or os.truncate(path, 2**30), "not a checkpoint"),
    ],
)
def test_what_is_no_file_of_sane_size_is_not_read(tmp_path, read, make, message):
    make(tmp_path / "file")
    with pytest.raises(checkpoints.CheckpointError, match=message):
        read(tmp_path / "file")


# Nothing hangs on the file


def test_what_was_loaded_does_not_change_with_its_file(whole, tmp_path, same):
    path = tmp_path / "file"
    path.write_bytes(whole[1].read_bytes())
    loop = checkpoints.resume(path, images_loop())
    extra = checkpoints.read_extra(path)
    with path.open("r+b") as file:
        file.write(b"\xff" * path.stat().st_size)
    assert same(loop.state_dict(), whole[0].state_dict())
    assert extra["points"].tolist() == [1, 1]
    os.truncate(path, 0)
    path.unlink()
    expected = images_loop()
    expected.load_state_dict(whole[0].state_dict())
    assert next(loop) == next(expected)
    assert same(loop.state_dict(), expected.state_dict())


@pytest.mark.parametrize("name", ["quick", "own"])
def test_a_loaded_generator_does_not_change_with_its_file(quick, tmp_path, same, name):
    path = tmp_path / "file"
    path.write_bytes(quick[1].read_bytes())
    into = models.ConvGenerator(truncation=0.75) if name == "own" else None
    generator = checkpoints.load_generator(path, into=into)
    before = copy.deepcopy(generator.state_dict())
    with path.open("r+b") as file:
        file.write(b"\xff" * path.stat().st_size)
    assert same(generator.state_dict(), before)
    os.truncate(path, 0)
    assert generator(latent.sample(2, 16)).isfinite().all()


# Saved, so it can be read


@pytest.mark.parametrize(
    "extra",
    [
        {"tensor": 5},
        {"tensor": [1]},
        {"of": {"tensor": torch.ones(2)}},
        {"as it is": {"tensor": "x"}},
        {"as it is": 1},
        {"a.b": torch.ones(1), "a": {"b": torch.zeros(1)}},
        [{"as it is": {"as it is": {"tensor": None}}}],
        {"numbers": [math.inf, 10**30]},
    ],
)
def test_whatever_was_saved_besides_comes_back(small_loop, tmp_path, same, extra):
    path = checkpoints.save(small_loop(), tmp_path / "own", extra=extra)
    assert same(checkpoints.read_extra(path), extra)


def test_more_than_a_file_can_say_is_refused_when_it_is_saved(small_loop, tmp_path, monkeypatch):
    monkeypatch.setattr(tensorfile, "_LONGEST_HEADER", 10_000)
    with pytest.raises(ValueError, match="put long lists of numbers into a tensor"):
        checkpoints.save(small_loop(), tmp_path / "own", extra="x" * 10_000)
    assert not (tmp_path / "own").exists()


class Own(nn.Module):
    def __init__(self, width: int = 6):
        super().__init__()
        self.settings = object()  # not for JSON, and nobody's business
        self.layers = nn.Sequential(nn.Linear(2, width), nn.BatchNorm1d(width), nn.Linear(width, 4))

    def forward(self, noise):
        return self.layers(noise)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_network_of_ones_own_class_is_read_into_one(tmp_path, same, player):
    load = {"generator": checkpoints.load_generator, "discriminator": checkpoints.load_discriminator}[player]
    saved = Own()
    for value in saved.state_dict().values():  # the discriminator is kept in half precision
        value.copy_(value.half().to(value.dtype) if value.is_floating_point() else torch.tensor(70_000))
    path = checkpoints.save_networks(saved, saved, tmp_path / "pair")
    with pytest.raises(checkpoints.CheckpointError, match=rf"\.Own'.* call load_{player}\(path, into={player}\)"):
        load(path)
    network = Own()
    assert load(path, into=network) is network
    assert same(network.state_dict(), saved.state_dict()) and not network.training


def test_a_generator_alone_is_read_into_ones_own_as_resume_says(tmp_path, small_loop, same):
    path = checkpoints.save_generator(Own(), tmp_path / "generator")
    for loop in (None, small_loop()):
        with pytest.raises(checkpoints.CheckpointError, match=r"no training to resume: .*load_generator\(path, into="):
            checkpoints.resume(path, loop)
    checkpoints.load_generator(path, into=Own())


def test_the_average_of_a_checkpoint_is_read_into_ones_own(whole, same):
    loop, path = whole
    network = checkpoints.load_generator(path, into=images_loop().generator)
    assert same(network.state_dict(), loop.averaged.state_dict())
    network = checkpoints.load_discriminator(path, into=images_loop().discriminator)
    assert same(network.state_dict(), loop.discriminator.state_dict())


def test_weights_that_do_not_fit_leave_the_network_as_it_was(tmp_path, same):
    path, network = checkpoints.save_generator(Own(width=7), tmp_path / "generator"), Own()
    before = copy.deepcopy(network.state_dict())
    message = r"don't fit a Own: its layers\.0\.weight has the shape \(7, 2\), the network's \(6, 2\)"
    with pytest.raises(checkpoints.CheckpointError, match=message):
        checkpoints.load_generator(path, into=network)
    assert same(network.state_dict(), before) and network.training


def test_a_run_folder_is_resumed_by_its_name(tmp_path, small_loop):
    loop = small_loop()
    next(loop)
    checkpoints.save(loop, tmp_path / "run" / "checkpoint.safetensors", extra=[1])
    assert checkpoints.resume(tmp_path / "run", small_loop()).number == 1
    assert checkpoints.read_extra(tmp_path / "run") == [1]


# Files from elsewhere


@pytest.mark.parametrize("into", [False, True])
@pytest.mark.parametrize("make", [torch_pickle, plain_pickle])
def test_no_code_in_a_file_is_run(tmp_path, make, into):
    make(tmp_path / "file")
    with pytest.raises(checkpoints.CheckpointError, match=r"state_dict\(\), path\)" if into else "not read"):
        checkpoints.load_generator(tmp_path / "file", into=Own() if into else None)


WRAPPED = {
    "state dict": lambda network: network.state_dict(),
    "DataParallel": lambda network: nn.DataParallel(network).state_dict(),
    "torch.compile": lambda network: {f"_orig_mod.{name}": value for name, value in network.state_dict().items()},
    "part of a larger one": lambda network: nn.ModuleDict({"netG": network, "netD": nn.Linear(2, 2)}).state_dict(),
    "both": lambda network: {f"gan.module.netG._orig_mod.{k}": v for k, v in network.state_dict().items()},
}
NESTED = {
    "one of several": lambda network: {"epoch": 3, "netG": network.state_dict(), "netD": nn.Linear(2, 2).state_dict()},
    "deep": lambda network: {"models": {"G": {"state_dict": network.state_dict()}}, "lr": 0.1},
}


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("form", [*WRAPPED, *NESTED])
def test_what_torch_save_wrote_is_read_into_ones_own(tmp_path, same, form, old):
    saved, network = Own(), Own()
    content = (WRAPPED | NESTED)[form](saved)
    torch.save(content, tmp_path / "weights.pth", _use_new_zipfile_serialization=not old)
    assert checkpoints.load_generator(tmp_path / "weights.pth", into=network) is network
    assert same(network.state_dict(), saved.state_dict()) and not network.training


@pytest.mark.parametrize("form", WRAPPED)
def test_plain_safetensors_are_read_into_ones_own(tmp_path, same, form):
    saved, network = Own(), Own()
    save_file({name: value.clone() for name, value in WRAPPED[form](saved).items()}, tmp_path / "weights.safetensors")
    assert "layers.0.weight" in load_file(tmp_path / "weights.safetensors") or form != "state dict"
    with pytest.raises(checkpoints.CheckpointError, match=r"load_generator\(path, into=generator\)"):
        checkpoints.load_generator(tmp_path / "weights.safetensors")
    checkpoints.load_generator(tmp_path / "weights.safetensors", into=network)
    assert same(network.state_dict(), saved.state_dict())


def test_plain_weights_are_read_into_a_wrapped_network(tmp_path, same):
    saved, network = Own(), nn.DataParallel(Own())
    torch.save(saved.state_dict(), tmp_path / "weights.pth")
    checkpoints.load_generator(tmp_path / "weights.pth", into=network)
    assert same(network.module.state_dict(), saved.state_dict())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"G": Own().state_dict(), "G_ema": Own().state_dict()},
            "more than one set of weights in it fits: 'G', 'G_ema'",
        ),
        ([1, 2], "there are no weights in it"),
        (Own(width=5).state_dict(), r"its layers\.0\.weight has the shape \(5, 2\)"),
        (nn.Linear(2, 2).state_dict(), r"'layers\.0\.bias', .* and 6 more of the network are not in it"),
        ({**Own().state_dict(), "more": torch.ones(1)}, "the network has no 'more'"),
        ({**Own().state_dict(), "layers.0.bias": torch.ones(6, dtype=torch.int64)}, "is of type torch.int64"),
    ],
)
def test_foreign_weights_that_do_not_fit_are_one_clear_error(tmp_path, same, content, message):
    network = Own()
    before = copy.deepcopy(network.state_dict())
    torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(checkpoints.CheckpointError, match=f"weights don't fit a Own: .*{message}"):
        checkpoints.load_generator(tmp_path / "weights.pth", into=network)
    assert same(network.state_dict(), before) and network.training


@pytest.mark.parametrize("into", [models.Generator, "Generator"])
def test_weights_go_into_a_network_that_was_built(into):
    with pytest.raises(TypeError, match="into is a network that you have built, such as into=MyNetwork"):
        checkpoints.load_generator("article", into=into)


def test_what_holds_other_things_than_tensors_is_not_saved_as_a_generator(tmp_path):
    class Noted(models.Generator):
        def get_extra_state(self):
            return {"note": 1}

    with pytest.raises(TypeError, match=r"a file of weights holds tensors, and 'generator\._extra_state' is none"):
        checkpoints.save_generator(Noted(), tmp_path / "noted.safetensors")
    assert not list(tmp_path.iterdir())
