import errno
import hashlib
import lzma
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import transforms

from gan_lesson import data, monitor, toy, training

LABELS, IMAGES = "t10k-labels-idx1-ubyte", "t10k-images-idx3-ubyte"


def raw(root: Path) -> Path:
    return root / "MNIST" / "raw"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A whole cache of its own for one test to damage."""
    data.load_mnist(train=False)
    source, target = raw(data.cache_folder()), raw(tmp_path / "cache")
    target.mkdir(parents=True)
    for name in data.SHA256:
        (os.link if name.startswith("train") else shutil.copy)(source / name, target / name)
    monkeypatch.setenv("GAN_LESSON_CACHE", str(tmp_path / "cache"))
    return target


@pytest.fixture
def own_archive(tmp_path, monkeypatch):
    """A copy of the bundled archive for one test to damage."""
    archive = tmp_path / "package" / "mnist"
    archive.mkdir(parents=True)
    for name in (LABELS, IMAGES):
        shutil.copy(Path(data.__file__).parent / "mnist" / f"{name}.xz", archive)
    monkeypatch.setattr(data.resources, "files", lambda _: archive.parent)
    return archive


# The digits


@pytest.mark.parametrize(
    ("name", "md5"),  # as published with the original files
    [
        ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
        ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
        ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
        ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
    ],
)
def test_the_files_are_the_published_ones(name, md5):
    data.load_mnist()
    path = raw(data.cache_folder()) / name
    assert digest(path) == data.SHA256[name]
    assert hashlib.md5(path.read_bytes()).hexdigest() == md5


@pytest.mark.parametrize(
    ("train", "per_digit"),
    [
        (True, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        (False, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ],
)
def test_each_digit_from_0_to_9_occurs_as_often_as_published(train, per_digit):
    assert data.load_mnist(train).targets.bincount().tolist() == per_digit


@pytest.mark.parametrize(("train", "count"), [(True, 60_000), (False, 10_000)])
def test_the_image_tensor_holds_bytes_of_the_whole_range(train, count):
    images = data.image_tensor(train)
    assert images.shape == (count, 1, 28, 28)
    assert images.dtype == torch.uint8
    assert (images.min(), images.max()) == (0, 255)


@pytest.mark.parametrize("train", [True, False])
def test_the_label_tensor_says_what_each_image_shows(train):
    assert torch.equal(data.label_tensor(train), data.load_mnist(train).targets)


def test_mean_and_deviation_of_the_training_pixels_are_the_well_known_ones():
    pixels = data.image_tensor().double() / 255
    assert pixels.mean().item() == pytest.approx(0.1307, abs=5e-5)
    assert pixels.std().item() == pytest.approx(0.3081, abs=5e-5)


def test_to_range_maps_the_ends_exactly_and_agrees_with_torchvision():
    assert data.to_range(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [-1, 1]
    picture, _ = data.load_mnist(train=False)[0]
    expected = transforms.Normalize([0.5], [0.5])(transforms.ToTensor()(picture))
    torch.testing.assert_close(data.to_range(data.image_tensor(False)[0]), expected, rtol=0, atol=1e-6)


def test_to_pixels_is_the_way_back_and_takes_what_lies_beyond_for_the_end_of_the_range():
    pixels = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(data.to_pixels(data.to_range(pixels)), pixels)
    beyond = torch.tensor([[-1.5, -1.0, 0.001, 1.0, 7.0, -torch.inf, torch.inf, torch.nan]])
    assert data.to_pixels(beyond).tolist() == [[0, 0, 128, 255, 255, 0, 255, 0]]


def test_to_range_refuses_floats_and_leaves_its_argument_alone():
    with pytest.raises(TypeError, match=r"uint8.*float32"):
        data.to_range(torch.zeros(2))
    pixels = torch.tensor([7], dtype=torch.uint8)
    data.to_range(pixels)
    assert pixels.item() == 7


def test_the_loader_yields_the_articles_batches():
    loader = data.mnist_loader()
    images, labels = next(iter(loader))
    assert len(loader) == 600
    assert images.shape == (100, 1, 28, 28)
    assert images.dtype == torch.float32
    assert (images.min(), images.max()) == (-1, 1)
    assert labels.shape == (100,)
    assert set(labels.tolist()) <= set(range(10))


def test_mnist_batches_are_ready_for_the_networks():
    batches = data.mnist_batches(100, train=False)
    batch = next(batches)
    assert batches.batches_per_epoch == 100
    assert batch.shape == (100, 1, 28, 28)
    assert batch.dtype == torch.float32
    assert (batch.min(), batch.max()) == (-1, 1)


# Batches: images whose only pixel is their number


def numbered(count: int) -> torch.Tensor:
    return torch.arange(count, dtype=torch.uint8).view(count, 1, 1, 1)


def take(batches: data.Batches, count: int) -> list[list[int]]:
    return [((next(batches) + 1) * 127.5).round().int().flatten().tolist() for _ in range(count)]


def test_an_epoch_visits_every_image_once_and_the_next_in_another_order():
    batches = data.Batches(numbered(20), 5)
    first, second = list(chain(*take(batches, 4))), list(chain(*take(batches, 4)))
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second
    assert first != list(range(20))


def test_the_incomplete_batch_at_the_end_of_an_epoch_is_dropped():
    batches = data.Batches(numbered(11), 5)
    epoch = take(batches, batches.batches_per_epoch)
    assert [len(batch) for batch in epoch] == [5, 5]
    assert len(set(chain(*epoch))) == 10


def test_the_seed_repeats_the_batches_whatever_else_is_drawn():
    first = take(data.Batches(numbered(20), 4, seed=3), 12)
    torch.rand(5)
    assert take(data.Batches(numbered(20), 4, seed=3), 12) == first
    assert take(data.Batches(numbered(20), 4, seed=4), 12) != first


@pytest.mark.parametrize("taken", [0, 1, 3, 5, 7, 10])
def test_a_restored_iterator_goes_on_with_the_batches_that_would_have_come(taken):
    original = data.Batches(numbered(20), 4, seed=3)
    take(original, taken)
    restored = data.Batches(numbered(20), 4, seed=99)
    restored.load_state_dict(original.state_dict())
    assert take(restored, 12) == take(original, 12)


def test_a_state_stays_as_it_was_while_the_iterator_goes_on():
    batches = data.Batches(numbered(20), 4)
    state = batches.state_dict()
    first = take(batches, 7)
    batches.load_state_dict(state)
    assert take(batches, 7) == first


@pytest.mark.parametrize("size", [2.0, "5", None, True])
def test_a_batch_size_is_a_whole_number(size):
    with pytest.raises(TypeError, match="batch_size must be a whole number, got"):
        data.Batches(numbered(20), size)


def test_batches_are_cut_from_bytes_or_floats():
    with pytest.raises(TypeError, match=r"expected uint8 images .* or floats, got torch\.int64"):
        data.Batches(torch.zeros(20, 2, dtype=torch.long), 5)
    with pytest.raises(TypeError, match=r"images must be a tensor, got ndarray: torch\.as_tensor"):
        data.Batches(np.zeros((20, 1, 28, 28)), 5)
    with pytest.raises(ValueError, match="1 of 40 values are NaN"):
        data.Batches(torch.zeros(20, 2).index_put((torch.tensor(3), torch.tensor(1)), torch.tensor(torch.nan)), 5)


@pytest.mark.parametrize("nothing", [torch.zeros(0, 1, 28, 28), torch.tensor(1.0), torch.tensor(1, dtype=torch.uint8)])
def test_of_nothing_no_batches_are_cut(nothing):
    with pytest.raises(ValueError, match="there are no images to cut batches from"):
        data.Batches(nothing, 1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_floats_come_as_they_are_in_the_order_of_bytes(dtype):
    points = torch.arange(20, dtype=dtype).view(20, 1) * 3
    floats, pixels = data.Batches(points, 4, seed=3), data.Batches(numbered(20), 4, seed=3)
    for _ in range(7):
        batch = next(floats)
        assert batch.dtype == torch.float32
        assert (batch / 3).flatten().tolist() == take(pixels, 1)[0]
        batch.fill_(-1)
    assert points.flatten().tolist() == [3 * number for number in range(20)]


@pytest.mark.parametrize(
    "change",
    [
        {"position": torch.tensor(-1)},
        {"position": torch.tensor(21)},
        {"position": torch.tensor(1.5)},
        {"position": torch.tensor([1, 2])},
        {"taken": torch.tensor(-1)},
        {"taken": None},
        {"epoch_state": torch.zeros(3, dtype=torch.uint8)},
        {"epoch_state": torch.zeros(5056)},
        {"epoch_state": "x"},
    ],
)
def test_a_state_that_is_none_leaves_the_batches_where_they_were(change):
    batches, other = (data.Batches(numbered(20), 4, seed=3) for _ in range(2))
    take(batches, 2)
    state = data.Batches(numbered(20), 4, seed=5).state_dict()
    broken = {**state, **change}
    for wrong in (broken, {key: value for key, value in state.items() if key not in change}, None):
        with pytest.raises(ValueError, match="batches"):
            batches.load_state_dict(wrong)
    take(other, 2)
    assert take(batches, 7) == take(other, 7)


@pytest.mark.parametrize("size", [0, -1, 21])
def test_a_batch_size_that_no_epoch_can_hold_is_an_error(size):
    with pytest.raises(ValueError, match=rf"batch_size must be from 1 to 20, got {size}"):
        data.Batches(numbered(20), size)


def test_batches_that_never_end_have_no_length():
    with pytest.raises(TypeError, match="no len"):
        len(data.Batches(numbered(10), 5))


@pytest.mark.parametrize("read", [data.image_tensor, data.label_tensor])
def test_images_and_labels_are_read_once_and_without_torchvision(read, monkeypatch):
    for kept in (data._images, data._labels):
        kept.cache_clear()
    monkeypatch.setattr(data, "load_mnist", None)
    assert read() is read(True) is read(train=True) is not read(False)


@pytest.fixture
def reading_anew():
    """Images and labels are read from the cache of the test, and after it from the usual one again."""
    for kept in (data._images, data._labels):
        kept.cache_clear()
    yield
    for kept in (data._images, data._labels):
        kept.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says what is mapped")
def test_images_are_mapped_where_only_their_owner_can_write_and_else_read(own_cache, reading_anew):
    mapped = data.image_tensor(False)
    assert is_mapped(own_cache / IMAGES)
    mapped[0] = 7  # in this process alone
    assert digest(own_cache / IMAGES) == data.SHA256[IMAGES]
    del mapped
    data._images.cache_clear()
    (own_cache / IMAGES).chmod(0o666)
    assert torch.equal(data.image_tensor(False)[:, 0], data.load_mnist(train=False).data)
    assert not is_mapped(own_cache / IMAGES)


def test_mapped_images_stay_when_their_file_is_replaced_or_removed(own_cache, reading_anew):
    images = data.image_tensor(False)
    before = images.clone()
    data.files.write(own_cache / IMAGES, b"another")
    (own_cache / IMAGES).unlink()
    assert torch.equal(images, before)


def is_mapped(path: Path) -> bool:
    return str(path) in Path("/proc/self/maps").read_text()


def test_the_digits_are_had_without_loading_torchvision():
    code = (
        "import sys; from gan_lesson import data, recipes, runs, widgets; data.label_tensor(); "
        "recipes.QUICK.loop(); sys.exit('torchvision' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# Batches that double, and batches that are shared


def test_the_batch_doubles_after_so_many_batches_in_all():
    batches = data.Batches(numbered(60), 4, double_at=(2, 5))
    announced, sizes = [], []
    for _ in range(8):
        announced.append((batches.batch_size, batches.batches_per_epoch))
        sizes.append(len(next(batches)))
    assert sizes == [4, 4, 8, 8, 8, 16, 16, 16]
    assert announced == [(size, 60 // size) for size in sizes]


def test_while_batches_double_an_epoch_still_visits_no_image_twice():
    batches = data.Batches(numbered(20), 3, double_at=(2,))
    first, second = list(chain(*take(batches, 4))), list(chain(*take(batches, 3)))
    assert len(set(first)) == len(first) == 2 * 3 + 2 * 6  # a third batch of six would not fit into 20
    assert len(set(second)) == len(second) == 3 * 6
    assert first != second


@pytest.mark.parametrize("taken", range(9))
def test_batches_that_double_go_on_where_they_were(taken):
    original = data.Batches(numbered(30), 2, seed=3, double_at=(3, 6))
    take(original, taken)
    restored = data.Batches(numbered(30), 2, seed=99, double_at=(3, 6))
    take(restored, 4)
    restored.load_state_dict(original.state_dict())
    assert take(restored, 12) == take(original, 12)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_slices_of_all_processes_together_are_the_batch_of_one_alone(count):
    settings = {"batch_size": 4, "seed": 3, "double_at": (3, 7)}
    alone = data.Batches(numbered(50), **settings)
    shared = [data.Batches(numbered(50), **settings, shard=(which, count)) for which in range(count)]
    for _ in range(15):
        assert {batches.batch_size for batches in shared} == {alone.batch_size}
        slices = [take(batches, 1)[0] for batches in shared]
        assert len({len(part) for part in slices}) == 1
        assert list(chain(*slices)) == take(alone, 1)[0]


def test_a_process_goes_on_from_the_state_of_another_one():
    first, second = (data.Batches(numbered(30), 4, seed=3, shard=(which, 2)) for which in (0, 1))
    for batches in (first, second):
        take(batches, 5)
    restored = data.Batches(numbered(30), 4, seed=99, shard=(1, 2))
    restored.load_state_dict(first.state_dict())
    assert take(restored, 9) == take(second, 9)


@pytest.mark.parametrize("batch_size", [6, 20])
def test_the_last_doubling_must_fit_into_an_epoch(batch_size):
    data.Batches(numbered(20), 5, double_at=(1, 2))
    with pytest.raises(ValueError, match=f"no more than all 20 images, and would come to {4 * batch_size}"):
        data.Batches(numbered(20), batch_size, double_at=(1, 2))


def test_a_batch_that_cannot_be_cut_into_equal_slices_is_an_error():
    with pytest.raises(ValueError, match="a batch of 5 can't be shared equally by 2 processes"):
        data.Batches(numbered(20), 5, shard=(0, 2))


@pytest.mark.parametrize("shard", [(2, 2), (-1, 2), (0, 0)])
def test_a_slice_that_is_none_of_the_batch_is_an_error(shard):
    with pytest.raises(ValueError, match=r"which from 0 to below how many; got \("):
        data.Batches(numbered(20), 4, shard=shard)


def test_mnist_batches_double_and_are_shared_as_well():
    batches = data.mnist_batches(10, train=False, double_at=(1,), shard=(1, 2))
    assert [len(next(batches)) for _ in range(3)] == [5, 10, 10]


# Batches of one's own


def test_the_batches_of_an_array_are_those_of_mnist_to_the_bit():
    images = data.image_tensor(False)
    mine = data.batches_of(images.squeeze(1).numpy(), 100, seed=4)
    theirs = data.mnist_batches(100, train=False, seed=4)
    for _ in range(3):
        assert torch.equal(next(mine), next(theirs))


def test_pictures_of_ones_own_go_on_where_they_were():
    original = data.batches_of(data.example_pictures(), 5, seed=3)
    for _ in range(3):
        next(original)
    restored = data.batches_of(data.example_pictures(), 5)
    restored.load_state_dict(original.state_dict())
    for _ in range(4):
        assert torch.equal(next(restored), next(original))


def test_ones_own_batches_are_where_they_are_wanted(monkeypatch):
    assert next(data.batches_of(data.example_pictures(), 2, device="cpu")).device.type == "cpu"
    with pytest.raises(ValueError, match="nowhere"):
        data.batches_of(data.example_pictures(), 2, device="nowhere")


def test_a_drawing_on_white_paper_becomes_ink():
    drawing = np.full((3, 8, 8), 255, dtype=np.uint8)
    drawing[:, 2] = 0
    batch = next(data.batches_of(drawing, 3, invert=True))
    assert (batch[:, :, 2] == 1).all() and batch.sum() == 3 * 8 * (1 - 7)
    with pytest.raises(ValueError, match=r"invert is for bytes"):
        data.batches_of(torch.full((3, 8, 8), -1.0), 3, invert=True)


@pytest.mark.parametrize("size", [13, 64])
def test_a_batch_larger_than_all_there_is_is_an_error(size):
    with pytest.raises(ValueError, match=f"a batch of {size} can't be cut from 12: take a smaller batch_size"):
        data.batches_of(data.example_pictures(), size)


@pytest.mark.parametrize("size", [0, 2.5, None])
def test_a_batch_of_ones_own_has_a_size_before_anything_is_read(size):
    with pytest.raises((TypeError, ValueError), match="batch_size must be"):
        data.batches_of("nowhere", size)


def test_the_example_is_a_dozen_houses_in_colour():
    houses = next(data.batches_of(data.example_pictures(), 12))
    assert houses.shape == (12, 3, 32, 32)
    assert len({house.numpy().tobytes() for house in houses}) == 12
    assert houses.min() < -0.5 and houses.max() == 1


def test_a_folder_in_colour_trains_and_the_monitor_shows_it(capsys, one_thread):
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(8, 3 * 32 * 32), nn.Tanh(), nn.Unflatten(1, (3, 32, 32)))
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 1))
    batches = data.batches_of(data.example_pictures(), 6)
    loop = training.AdversarialLoop(generator, discriminator, batches, latent_dim=8)
    before = generator[0].weight.clone()
    assert [step.images_seen for step in monitor.monitor(loop, steps=3)] == [6, 12, 18]
    assert not torch.equal(generator[0].weight, before)
    picture = monitor.picture(loop, monitor.history_of(loop), loop.sample(loop.same_noise(16)))
    sheets = [image.get_array() for axes in picture.axes for image in axes.get_images()]
    assert [sheet.shape for sheet in sheets] == [(4 * 32 + 3 * 2, 4 * 32 + 3 * 2, 3)]


def test_points_of_ones_own_train(one_thread):
    points = np.random.default_rng(0).normal(size=(50, 2)) + 4
    loop = training.AdversarialLoop(
        toy.PointGenerator(), toy.PointDiscriminator(), data.batches_of(points, 10), latent_dim=2
    )
    assert next(loop).images_seen == 10


# The cache


def test_the_cache_is_where_the_user_wants_it(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    monkeypatch.delenv("GAN_LESSON_CACHE")
    assert data.cache_folder() == Path("/elsewhere/gan_lesson")
    monkeypatch.setenv("GAN_LESSON_CACHE", "/here")
    assert data.cache_folder() == Path("/here")
    monkeypatch.delenv("GAN_LESSON_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data.cache_folder() == Path.home() / ".cache" / "gan_lesson"


def test_the_cache_may_be_named_from_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GAN_LESSON_CACHE", "~/digits")  # as a kernel's settings have it, where no shell looks at it
    assert data.cache_folder() == tmp_path / "digits"


def test_a_user_without_a_home_has_a_cache_all_the_same(monkeypatch):
    monkeypatch.delenv("GAN_LESSON_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert data.cache_folder() == Path(tempfile.gettempdir(), "gan_lesson")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, alter, empty, Path.unlink])
@pytest.mark.parametrize("name", [LABELS, IMAGES])
def test_a_damaged_cache_is_mended(own_cache, damage, name):
    damage(own_cache / name)
    mended = data.load_mnist(train=False)
    assert digest(own_cache / name) == data.SHA256[name]
    assert torch.equal(mended.data, data.image_tensor(False).squeeze(1))
    assert sorted(path.name for path in own_cache.iterdir()) == sorted(data.SHA256)


def folder_in_its_place(path: Path) -> None:
    path.unlink(missing_ok=True)
    (path / "mine").mkdir(parents=True)


def pipe_in_its_place(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def circle_in_its_place(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


@pytest.mark.skipif(os.name != "posix", reason="a pipe is a file on POSIX systems")
@pytest.mark.parametrize("damage", [folder_in_its_place, pipe_in_its_place, circle_in_its_place])
@pytest.mark.parametrize("name", [LABELS, "train-labels-idx1-ubyte"])
def test_what_stands_in_a_files_place_makes_way(own_cache, damage, name):
    damage(own_cache / name)
    assert torch.equal(data.load_mnist(train=False).data, data.image_tensor(False).squeeze(1))
    assert digest(own_cache / name) == data.SHA256[name]
    kept = list(own_cache.rglob("mine"))
    assert len(kept) == (damage is folder_in_its_place)


@pytest.mark.parametrize("part", ["MNIST", "MNIST/raw"])
def test_a_file_in_a_folders_place_makes_way(tmp_path, monkeypatch, part):
    place = tmp_path / "cache" / part
    place.parent.mkdir(parents=True)
    place.write_text("mine")
    monkeypatch.setenv("GAN_LESSON_CACHE", str(tmp_path / "cache"))
    assert len(data.load_mnist(train=False)) == 10_000
    assert [path.read_text() for path in place.parent.glob(f"{place.name}*/{place.name}")] == ["mine"]


@pytest.mark.parametrize("made", ["MNIST", "MNIST/raw"])
def test_a_cache_whose_first_start_was_cut_short_is_completed(tmp_path, monkeypatch, made):
    (tmp_path / made).mkdir(parents=True)
    monkeypatch.setenv("GAN_LESSON_CACHE", str(tmp_path))
    assert len(data.load_mnist()) == 60_000
    assert {path.name: digest(path) for path in raw(tmp_path).iterdir()} == data.SHA256


def test_the_digits_do_not_change_with_their_files(own_cache):
    loaded = data.load_mnist(train=False)
    for name in (LABELS, IMAGES):
        with (own_cache / name).open("r+b") as file:
            file.write(b"\xff" * 10_000_000 if name == IMAGES else b"\xff" * 10_008)
        os.truncate(own_cache / name, 0)
    assert torch.equal(loaded.data, data.image_tensor(False).squeeze(1))
    assert torch.equal(loaded.targets, data.label_tensor(False))


def test_leftovers_of_a_killed_run_do_no_harm(own_cache):
    truncate(own_cache / IMAGES)
    (own_cache / f"{IMAGES}abcd1234").write_bytes(b"half")
    assert torch.equal(data.load_mnist(train=False).data, data.image_tensor(False).squeeze(1))


def test_a_whole_cache_is_used_without_the_archive_and_without_writing(own_cache, monkeypatch):
    def forbidden(*_):
        raise AssertionError("not needed")

    monkeypatch.setattr(data, "_unpack", forbidden)
    monkeypatch.setattr(data.files.tempfile, "mkstemp", forbidden)
    assert len(data.load_mnist(train=False)) == 10_000


def other_content(path: Path) -> None:
    path.write_bytes(lzma.compress(b"not the labels"))


@pytest.mark.parametrize("damage", [truncate, alter, empty, other_content, Path.unlink])
def test_a_damaged_archive_is_one_clear_error_and_leaves_no_wrong_digits(own_cache, own_archive, damage):
    damage(own_archive / f"{LABELS}.xz")
    (own_cache / LABELS).unlink()
    with pytest.raises(data.DataError, match=rf"{LABELS}\.xz .*install gan_lesson again"):
        data.load_mnist(train=False)
    assert sorted(path.name for path in own_cache.iterdir()) == sorted(data.SHA256.keys() - {LABELS})


def test_a_cache_folder_that_cannot_be_made_is_one_clear_error(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GAN_LESSON_CACHE", str(tmp_path / "file"))
    with pytest.raises(data.DataError, match=r"cannot write.*GAN_LESSON_CACHE"):
        data.load_mnist()


def test_a_full_disk_is_one_clear_error_and_leaves_nothing_half_written(own_cache, full_disk):
    truncate(own_cache / LABELS)
    before = (own_cache / LABELS).read_bytes()
    with full_disk(4096), pytest.raises(data.DataError, match=r"cannot write.*They need 55 MB"):
        data.load_mnist(train=False)
    assert (own_cache / LABELS).read_bytes() == before
    assert sorted(path.name for path in own_cache.iterdir()) == sorted(data.SHA256)


@pytest.mark.parametrize("problem", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_no_temporary_file_is_left_when_the_last_move_fails(own_cache, monkeypatch, problem):
    def fail(*_):
        raise problem

    (own_cache / LABELS).unlink()
    monkeypatch.setattr(data.os, "replace", fail)
    with pytest.raises((data.DataError, KeyboardInterrupt)):
        data.load_mnist(train=False)
    assert sorted(path.name for path in own_cache.iterdir()) == sorted(data.SHA256.keys() - {LABELS})


def digest_of_the_training_images(cache: Path) -> str:
    os.environ["GAN_LESSON_CACHE"] = str(cache)
    return hashlib.sha256(data.load_mnist().data.numpy()).hexdigest()


def test_four_processes_that_start_together_on_an_empty_cache_all_get_the_digits(tmp_path):
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["gan_lesson.data"])  # so that all four are quick to start
    with ProcessPoolExecutor(4, mp_context=processes) as learners:
        answers = list(learners.map(digest_of_the_training_images, [tmp_path] * 4))
    assert answers == [hashlib.sha256(data.image_tensor().numpy()).hexdigest()] * 4
    assert {path.name: digest(path) for path in raw(tmp_path).iterdir()} == data.SHA256
