"""What a GAN imitates, in batches: MNIST, 70,000 handwritten digits bundled with the package, or your own data."""

from __future__ import annotations

import hashlib
import lzma
import operator
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from platformdirs import user_cache_path
from torch.utils.data import DataLoader

from . import device as devices
from . import files, sources
from .errors import BadInput
from .pixels import to_pixels as to_pixels
from .pixels import to_range
from .randomness import random_numbers
from .tensors import as_count, check_finite, check_tensor

if TYPE_CHECKING:  # torchvision takes 90 MB, and most lessons do without
    from torchvision.datasets import MNIST

#: SHA-256 of each decompressed file, as published with the archive (mnist/README.md).
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

#: How many bytes come before the pixels and before the labels in their files.
_BEFORE_IMAGES, _BEFORE_LABELS = 16, 8

#: More bytes than any of them has.
_LARGEST = 50_000_000


class DataError(OSError):
    """The digits could not be made available; the message says why and what to do."""


def cache_folder() -> Path:
    """Where the decompressed digits are kept: ``$GAN_LESSON_CACHE``, else where this system keeps its users' caches."""
    chosen = os.environ.get("GAN_LESSON_CACHE")
    try:
        if chosen:
            return Path(chosen).expanduser()
        return user_cache_path("gan_lesson", appauthor=False).expanduser()
    except RuntimeError:  # a user without a home
        return Path(tempfile.gettempdir(), "gan_lesson")


def load_mnist(train: bool = True) -> MNIST:
    """The training set (60,000 images) or the test set (10,000) as a ``torchvision.datasets.MNIST``.

    On first use the bundled archive is decompressed into `cache_folder`, in torchvision's own layout. Every file is
    checked against its SHA-256 each time, and replaced in one atomic move, so that a cache that is damaged or not
    complete is mended, and processes that start together cannot disturb each other. Anything else in the way of a file
    or folder is moved aside. The images are a copy in memory.

    Raises:
        DataError: the bundled archive is damaged, or the cache cannot be written.
    """
    from torchvision.datasets import MNIST

    for name in SHA256:
        # torchvision refuses to open one half of the data set without the other, of which it reads nothing
        if name.startswith(_part(train)) or not _path(name).is_file():
            _file(name)
    return MNIST(cache_folder(), train=train, download=False)


def _part(train: bool) -> str:
    return "train" if train else "t10k"


def _path(name: str) -> Path:
    return cache_folder() / "MNIST" / "raw" / name


def _file(name: str) -> Path:
    """Where the decompressed file of that name lies, whatever was there before."""
    path = _path(name)
    with suppress(OSError, BadInput):  # missing, unreadable or no file at all: the fresh copy below replaces it
        if _digest(path) == SHA256[name]:
            return path
    content = _unpack(name)
    try:
        for folder in (path.parent.parent, path.parent):
            if os.path.lexists(folder) and not folder.is_dir():
                _move_aside(folder)
        if os.path.lexists(path) and not path.is_file():
            _move_aside(path)
        files.write(path, content)
    except OSError as error:
        raise DataError(
            f"cannot write the digits to {path.parent} ({error.strerror}). They need 55 MB; set the environment "
            "variable GAN_LESSON_CACHE to a folder with room that you may write to."
        ) from error
    return path


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with files.opened(path, most=_LARGEST) as (file, _):
        while part := file.read(2**20):
            found.update(part)
    return found.hexdigest()


def _move_aside(path: Path) -> None:
    with suppress(FileNotFoundError):  # another process was quicker
        path.rename(Path(tempfile.mkdtemp(dir=path.parent, prefix=path.name), path.name))


def _unpack(name: str) -> bytes:
    archive = resources.files(__package__) / "mnist" / f"{name}.xz"
    try:
        content = lzma.decompress(archive.read_bytes())
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise DataError(f"the bundled archive {name}.xz is damaged ({error}); install gan_lesson again.") from error
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise DataError(f"the bundled archive {name}.xz was altered; install gan_lesson again.")
    return content


def image_tensor(train: bool = True) -> torch.Tensor:
    """All images as one uint8 tensor of shape (60000, 1, 28, 28), or (10000, 1, 28, 28) for the test set.

    It is made once and shared by all who ask: change a copy, never this one. Where nobody but this user and root can
    write to the file in the cache, its pages are mapped, and the kernels of a machine share those, too.

    Raises:
        DataError: see `load_mnist`.
    """
    return _images(bool(train))


def label_tensor(train: bool = True) -> torch.Tensor:
    """The digit on each of the images of `image_tensor`, 0 to 9: int64 (60000,), or (10000,) for the test set.

    Shared, as the images are.
    """
    return _labels(bool(train))


# A cache tells apart calls that are written in two ways: image_tensor() and image_tensor(train=True).
@lru_cache(maxsize=2)
def _images(train: bool) -> torch.Tensor:
    return _bytes_of(_file(f"{_part(train)}-images-idx3-ubyte"))[_BEFORE_IMAGES:].view(-1, 1, 28, 28)


@lru_cache(maxsize=2)
def _labels(train: bool) -> torch.Tensor:
    return _bytes_of(_file(f"{_part(train)}-labels-idx1-ubyte"))[_BEFORE_LABELS:].long()


def _bytes_of(path: Path) -> torch.Tensor:
    about = path.stat()
    if os.name == "posix" and about.st_uid in (0, os.getuid()) and not about.st_mode & 0o022:
        return torch.from_file(str(path), shared=False, size=about.st_size, dtype=torch.uint8, device="cpu")
    return torch.frombuffer(bytearray(files.read(path, most=_LARGEST)), dtype=torch.uint8)


class Batches(Iterator[torch.Tensor]):
    """An endless iterator of shuffled float32 batches, cut from a tensor in memory.

    Bytes become floats in [-1, 1] when their batch is cut; floats come as they are. Each epoch visits the images in a
    fresh order and drops the incomplete batch at its end. ``state_dict`` and ``load_state_dict`` hold the place in the
    epoch and the random state: a restored iterator goes on with the batches that would have come.

    Args:
        images: uint8 (M, ...), such as (60000, 1, 28, 28), or finite floats (M, ...), such as points (M, 2).
        batch_size: images in a batch.
        seed: decides the order of the images.
        double_at: numbers of batches; after each of them the size doubles.
        shard: (which, of how many): the slice of each batch to give, where several processes share the batches.

    Raises:
        TypeError: the images hold neither bytes nor floats.
        ValueError: a float is NaN or infinite, an epoch can't hold one batch, or a batch can't be cut into that many
            equal slices.
    """

    def __init__(
        self,
        images: torch.Tensor,
        batch_size: int,
        seed: int = 0,
        *,
        double_at: Sequence[int] = (),
        shard: tuple[int, int] = (0, 1),
    ):
        check_tensor(images, "images")
        if images.dtype != torch.uint8:
            if not images.is_floating_point():
                raise TypeError(f"expected uint8 images (0 to 255) or floats, got {images.dtype}")
            check_finite(images, "images")
        if images.ndim == 0 or len(images) == 0:
            raise ValueError(f"there are no images to cut batches from: they have shape {tuple(images.shape)}")
        batch_size = as_count(batch_size, "batch_size", least=1, most=len(images))
        largest = batch_size * 2 ** len(double_at)
        if largest > len(images):
            raise ValueError(f"a batch can hold no more than all {len(images)} images, and would come to {largest}")
        which, count = shard
        if not 0 <= which < count:
            raise ValueError(f"shard is (which, of how many), which from 0 to below how many; got {shard}")
        if batch_size % count:
            raise BadInput(f"a batch of {batch_size} can't be shared equally by {count} processes")
        self.images, self.double_at, self.shard = images, double_at, shard
        self._first_batch_size = batch_size
        self._random = random_numbers(seed)
        self._taken = 0
        self._start_epoch()

    @property
    def batch_size(self) -> int:
        """Images in the next batch, those of all shards together."""
        return self._first_batch_size * 2 ** sum(self._taken >= number for number in self.double_at)

    @property
    def batches_per_epoch(self) -> int:
        """Batches in an epoch, at the present size. (No len(): the batches never end.)"""
        return len(self.images) // self.batch_size

    def __next__(self) -> torch.Tensor:
        size = self.batch_size
        if self._position + size > len(self.images):
            self._start_epoch()
        which, count = self.shard
        part = size // count
        start = self._position + which * part
        self._position += size
        self._taken += 1
        batch = self.images[self._order[start : start + part]]
        return to_range(batch) if batch.dtype == torch.uint8 else batch.to(torch.float32)

    def _start_epoch(self) -> None:
        self._epoch_state = self._random.get_state()
        self._order = torch.randperm(len(self.images), generator=self._random, device="cpu").to(self.images.device)
        self._position = 0

    def state_dict(self) -> dict[str, torch.Tensor]:
        """The random state at the start of this epoch, the images taken since, and the batches taken in all."""
        return {
            "epoch_state": self._epoch_state,
            "position": torch.tensor(self._position, device="cpu"),
            "taken": torch.tensor(self._taken, device="cpu"),
        }

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        """Go back to where ``state_dict`` was called.

        Raises:
            ValueError: this is no state of batches, or stands beyond the end of these; nothing has changed.
        """
        try:
            random = torch.Generator()
            random.set_state(state["epoch_state"])
            position, taken = (operator.index(torch.as_tensor(state[name]).item()) for name in ("position", "taken"))
        except (KeyError, TypeError, AttributeError, RuntimeError) as error:
            raise ValueError(f"this is no state of batches: {error}") from error
        if not (0 <= position <= len(self.images) and 0 <= taken < 2**62):
            raise ValueError(f"batches of {len(self.images)} images can't stand at image {position}, batch {taken}")
        self._random = random
        self._start_epoch()
        self._position, self._taken = position, taken


def mnist_batches(
    batch_size: int,
    *,
    train: bool = True,
    seed: int = 0,
    device: str | torch.device | None = None,
    double_at: Sequence[int] = (),
    shard: tuple[int, int] = (0, 1),
) -> Batches:
    """Endless shuffled batches (batch_size, 1, 28, 28) in [-1, 1], ready on ``device`` (see `gan_lesson.device`).

    For ``double_at`` and ``shard`` see `Batches`.
    """
    images = image_tensor(train).to(devices.choose(device))
    return Batches(images, batch_size, seed, double_at=double_at, shard=shard)


def batches_of(
    source: Any,
    batch_size: int,
    *,
    seed: int = 0,
    size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    value_range: tuple[float, float] | None = None,
    invert: bool = False,
    device: str | torch.device | None = None,
) -> Batches:
    """Endless shuffled batches of your own pictures or points, as the adversarial loop takes them.

    Pictures come as (batch_size, 1, H, W) in grey or (batch_size, 3, H, W) in colour, in [-1, 1]. They are all read at
    once; those that are bytes stay bytes in memory until their batch is cut. The batches are those of `Batches`, ready
    on ``device``.

    Args:
        source: one of

            - a folder: its pictures and those of the folders below, PNG, JPEG, WebP, BMP, GIF, TIFF or PNM; of a moving
              picture the first frame. They are turned upright as the camera noted it, and what is transparent becomes
              white. Names that begin with a dot are passed over.
            - a NumPy array or a tensor: bytes 0 to 255 or floats, pictures (M, H, W), (M, H, W, C) or (M, C, H, W) with
              C 1 or 3, points (M, D), or anything else (M, ...), which stays as it is. An array is copied; a tensor may
              not be, so leave it as it is while its batches are in use.
            - a data set with a length, such as torchvision's, or a list. Its items are pictures of Pillow's, tensors or
              arrays, or pairs (image, label); each is asked for once, and labels are left out.

        batch_size: examples in a batch.
        seed: decides the order of the examples.
        size: bring all pictures to this size in pixels, one side or (height, width); of another shape they are cut,
            equally on both sides, and never squeezed. If not given, all must have the same size.
        channels: 1 brings all pictures to grey, 3 to colour. If not given, all must be one or the other.
        value_range: the range that floats have, such as (0, 1), which is brought to [-1, 1]. If not given, floats stay
            as they are, and images must lie in [-1, 1] with a value below 0: without one they could be in [0, 1].
        invert: turn light into dark, for drawings on white paper. In grey `plots` draws 1 as ink, as in MNIST; in
            colour 1 is light.
        device: where the batches should be, see `gan_lesson.device`.

    Raises:
        BadInput: there is no such folder or nothing in it, files can't be read, pictures differ in size or kind, floats
            are not finite or out of range, there are fewer examples than a batch holds, or more than the memory.
        TypeError: the source is none of these, or holds neither bytes nor floats.
    """
    batch_size = as_count(batch_size, "batch_size")
    images = sources.gathered(source, size=size, channels=channels, value_range=value_range)
    if batch_size > len(images):
        raise BadInput(
            f"a batch of {batch_size:,} can't be cut from {len(images):,}: take a smaller batch_size, or more"
        )
    if invert:
        if images.dtype != torch.uint8:
            raise BadInput("invert is for bytes; of images as floats in [-1, 1], -images is the negative")
        images = 255 - images
    return Batches(images.to(devices.choose(device)), batch_size, seed)


def example_pictures() -> Path:
    """A folder to try `batches_of` with: a dozen made-up houses in colour, 32 x 32 pixels each.

    Made by ``python -m images.houses``; their licence is CC BY 4.0.
    """
    return files.bundled("houses")


def mnist_loader(batch_size: int = 100, *, train: bool = True) -> DataLoader:
    """The article's DataLoader: (images, labels) with images (batch_size, 1, 28, 28) in [-1, 1], labels 0 to 9."""
    from torchvision import transforms

    dataset = load_mnist(train)
    dataset.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5], [0.5])])
    return DataLoader(dataset, batch_size=batch_size, shuffle=True)
