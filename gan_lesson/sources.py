"""Your own data as one tensor: from a folder of pictures, an array, or a data set of pictures or points."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch.utils.data import DataLoader
from tqdm import tqdm

from . import device as devices
from .errors import BadInput
from .tensors import as_count

#: The files of a folder that count as pictures, by their ending.
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm")

#: From so many bytes of pictures on, the progress bar says how many they are.
_MUCH = 10**9

#: The modes of Pillow that hold grey bytes, and those that hold more than bytes.
_GREY, _TOO_DEEP = ("1", "L", "LA", "La"), ("I", "F")

#: Images that go beyond [-1, 1] by no more than this were rounded, and are in it.
_ROUNDING = 1e-4


def gathered(
    source: Any,
    *,
    size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    value_range: tuple[float, float] | None = None,
) -> torch.Tensor:
    """All that ``source`` holds, as uint8 (M, ...) from 0 to 255 or as float32 (M, ...); see `data.batches_of`.

    Images come as (M, C, H, W), and as floats in [-1, 1]. What is a fitting tensor already is not copied.

    Raises:
        TypeError, BadInput: it can't be used; the message says why, and what would help.
    """
    size, value_range = _checked_size(size), _checked_range(value_range)
    if channels not in (None, 1, 3):
        raise BadInput(f"channels is 1 (grey), 3 (colour) or None (as the pictures are), got {channels!r}")
    if isinstance(source, (str, os.PathLike)):
        values = _of_folder(Path(source).expanduser(), size, channels)
    elif isinstance(source, torch.Tensor) or hasattr(source, "__array__"):
        _expect_no_picture_options(size, channels)
        values = _channels_first(_plain(source, "the array"))
    else:
        values = _of_data_set(source, size, channels)
    if values.ndim == 0 or 0 in values.shape:
        raise BadInput(f"there is nothing to cut batches from: the data have shape {tuple(values.shape)}")
    return _in_range(values, value_range)


def _checked_size(size: Any) -> tuple[int, int] | None:
    """Height and width, or None."""
    if size is None:
        return None
    sides = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(sides) != 2:
        raise BadInput(f"size is one number of pixels, or (height, width); got {size!r}")
    return as_count(sides[0], "size"), as_count(sides[1], "size")


def _checked_range(value_range: Any) -> tuple[float, float] | None:
    """The lowest and the highest, or None."""
    if value_range is None:
        return None
    with suppress(TypeError, ValueError):
        low, high = map(float, value_range)
        if -math.inf < low < high < math.inf:
            return low, high
    raise BadInput(f"value_range is (lowest, highest), such as (0, 1); got {value_range!r}")


def _expect_no_picture_options(size: Any, channels: Any) -> None:
    for name, value in {"size": size, "channels": channels}.items():
        if value is not None:
            raise BadInput(
                f"{name}={value!r} is for pictures, from files or as Pillow has them. These are numbers: bring them to "
                "their form first, for example with torchvision.transforms.v2.functional.resize"
            )


# Folders


def _of_folder(folder: Path, size: tuple[int, int] | None, channels: int | None) -> torch.Tensor:
    paths = _pictures_in(folder)
    unreadable: list[str] = []

    def pictures() -> Iterator[tuple[str, torch.Tensor]]:
        for path in paths:
            name = path.relative_to(folder).as_posix()
            try:
                with Image.open(path) as picture:
                    pixels = _pixels(picture, size, channels)
            except Exception as error:  # of a damaged file each format's reader has a complaint of its own
                unreadable.append(f"{name} ({error or type(error).__name__})".replace(str(path), name))
            else:
                yield name, pixels

    values = _stacked(pictures(), len(paths))
    if unreadable:
        more = f" and {len(unreadable) - 5:,} more" if len(unreadable) > 5 else ""
        raise BadInput(
            f"{len(unreadable):,} of the {len(paths):,} pictures in {folder} can't be read: "
            f"{'; '.join(unreadable[:5])}{more}. Mend them, or take them out of the folder"
        )
    return values


def _pictures_in(folder: Path) -> list[Path]:
    """All pictures in the folder and those below it, in the order of their names, which no system changes."""
    if not folder.is_dir():
        missing = f"there is no folder {folder} (seen from {Path.cwd()})"
        raise BadInput(f"{folder} is not a folder; expected one with pictures in it" if folder.exists() else missing)
    found, others = [], Counter()
    try:
        for place, folders, names in os.walk(folder, onerror=_raise):
            # what begins with a dot was put there by a system or an editor
            folders[:] = [name for name in folders if not name.startswith(".")]
            for path in (Path(place, name) for name in names if not name.startswith(".")):
                if path.suffix.lower() in ENDINGS and path.is_file():
                    found.append(path)
                else:
                    others[path.suffix.lower() or "no ending"] += 1
    except OSError as error:
        raise BadInput(f"{error.filename} can't be read: {error.strerror or error}") from error
    if not found:
        holds = ", ".join(f"{count:,} x {ending}" for ending, count in others.most_common(5)) or "it is empty"
        raise BadInput(f"there are no pictures in {folder} ({holds}); those are files ending in {', '.join(ENDINGS)}")
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _raise(error: OSError) -> None:
    raise error


def _pixels(picture: Image.Image, size: tuple[int, int] | None, channels: int | None) -> torch.Tensor:
    """A picture's bytes (C, H, W), C 1 in grey and 3 in colour: upright, on white, of the size asked for."""
    mode = picture.mode
    if mode.startswith(_TOO_DEEP):
        raise BadInput(f"its pixels are more than bytes (Pillow's mode {mode}): save it with 8 bits a channel")
    if size is not None:  # a photograph's JPEG is then unpacked at a half, a quarter or an eighth, many times as fast
        picture.draft(None, (2 * max(size), 2 * max(size)))
    picture = ImageOps.exif_transpose(picture)
    if "A" in mode or "a" in mode or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        picture = paper
    grey = channels == 1 or (channels is None and mode in _GREY)
    picture = picture.convert("L" if grey else "RGB")
    if size is not None:
        picture = ImageOps.fit(picture, size[::-1], Image.Resampling.LANCZOS)
    pixels = torch.from_numpy(np.array(picture))
    return pixels[None] if grey else pixels.permute(2, 0, 1)


# Data sets


def _of_data_set(source: Any, size: tuple[int, int] | None, channels: int | None) -> torch.Tensor:
    if isinstance(source, DataLoader):
        raise TypeError("a DataLoader makes batches already: give it to the loop as it is")
    if isinstance(source, Image.Image):
        raise TypeError("this is a single picture; expected a folder, an array or a data set of many")
    known = hasattr(source, "__getitem__") and hasattr(source, "__len__") and not isinstance(source, (type, dict))
    if not known:
        what = f"the class {source.__name__}" if isinstance(source, type) else f"something of type {_kind(source)}"
        raise TypeError(
            "batches are cut from a folder of pictures, from an array or a tensor (M, ...), or from a data set with a "
            f"length, whose items are (image, label) or images; got {what}"
        )

    def items() -> Iterator[tuple[str, torch.Tensor]]:
        for index in range(len(source)):
            item = source[index]
            item = item[0] if isinstance(item, (tuple, list)) and item else item
            if isinstance(item, Image.Image):
                yield f"item {index}", _pixels(item, size, channels)
            elif isinstance(item, torch.Tensor) or hasattr(item, "__array__"):
                _expect_no_picture_options(size, channels)
                yield f"item {index}", _channels_first(_plain(item, f"item {index}")[None])[0]
            else:
                keys = f" with {', '.join(map(repr, item))}" if isinstance(item, dict) else ""
                raise TypeError(
                    f"item {index} is something of type {_kind(item)}{keys}: an item should be a picture of Pillow's, "
                    "a tensor or an array, or a pair that begins with one"
                )

    return _stacked(items(), len(source))


def _kind(value: Any) -> str:
    return type(value).__name__


# Tensors


def _stacked(items: Iterable[tuple[str, torch.Tensor]], count: int) -> torch.Tensor:
    """All of ``count`` named items in one tensor, made at the first and then filled: no item is held twice."""
    whole, first = torch.empty(0), ""
    bar = tqdm(items, "reading", count, unit=" pictures", delay=2)
    for index, (name, item) in enumerate(bar):
        if not index:
            first, needed = name, count * item.numel() * item.element_size()
            _expect_room(needed, count, item)
            if needed > _MUCH:
                bar.set_description(f"reading {needed / 1e9:.1f} GB", refresh=False)
            whole = torch.empty((count, *item.shape), dtype=item.dtype, device="cpu")
        elif item.shape != whole.shape[1:]:
            raise BadInput(_difference(first, whole.shape[1:], name, item.shape))
        elif item.dtype != whole.dtype:
            raise BadInput(f"{first} holds {whole.dtype} and {name} {item.dtype}: bring all to one type")
        whole[index] = item
    return whole


def _expect_room(needed: int, count: int, item: torch.Tensor) -> None:
    room = _memory()
    if needed > room:
        raise BadInput(
            f"{count:,} of shape {tuple(item.shape)} need {needed / 1e9:.1f} GB of memory, and this machine has "
            f"{room / 1e9:.1f} GB: bring them to a smaller size (size=64, say), or take fewer"
        )


def _memory() -> float:
    """The bytes of memory that this process may use, at most."""
    try:
        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows doesn't say it here
        installed = float("inf")
    return min(installed, devices.memory_limit())


def _difference(first: str, one: torch.Size, name: str, other: torch.Size) -> str:
    """Why two pictures or items don't fit into one tensor, and what would bring them together."""
    if len(one) != 3 or len(other) != 3:
        return f"{first} has shape {tuple(one)} and {name} {tuple(other)}: bring all to one shape"
    told, helps = [], []
    if one[1:] != other[1:]:
        told.append(f"{first} has {one[1]} x {one[2]} pixels and {name} {other[1]} x {other[2]} (height x width)")
        helps.append("size=32, say, brings all to 32 x 32, cut to a square in the middle")
    if one[0] != other[0]:
        kinds = [f"in {'grey' if shape[0] == 1 else 'colour'}" for shape in (one, other)]
        told.append(f"{first} is {kinds[0]} and {name} {kinds[1]}")
        helps.append("channels=3 brings all to colour, channels=1 to grey")
    return f"{', and '.join(told)}: {'; '.join(helps)}"


def _plain(values: Any, what: str) -> torch.Tensor:
    """``values`` as a tensor of bytes or floats, which no network looks at yet.

    Raises:
        TypeError: they are neither.
    """
    if isinstance(values, torch.Tensor):
        if values.is_meta or values.is_nested or values.layout != torch.strided:
            raise TypeError(f"{what} must hold plain numbers: no sparse (.to_dense() helps), nested or meta tensor")
        values = values.detach()
    else:
        array = np.asarray(values)
        try:  # a copy: it may be read-only, turned round, or in another machine's order of bytes
            values = torch.from_numpy(np.array(array, dtype=array.dtype.newbyteorder("=")))
        except TypeError:
            raise TypeError(f"{what} must hold bytes (uint8) or floats, got {array.dtype}") from None
    if values.dtype != torch.uint8 and not values.is_floating_point():
        raise TypeError(
            f"{what} must hold bytes (uint8) or floats, got {values.dtype}: if all are from 0 to 255, "
            ".to(torch.uint8), or .astype('uint8') of an array, makes bytes of them"
        )
    return values


def _channels_first(values: torch.Tensor) -> torch.Tensor:
    """Pictures as (M, C, H, W), wherever their channels were; anything else stays as it is."""
    if values.ndim == 3:
        if values.shape[-1] == 3:
            raise BadInput(
                f"shape {tuple(values.shape)} looks like one picture in colour; expected many, (M, H, W, 3) or "
                "(M, 3, H, W)"
            )
        return values.unsqueeze(1)
    if values.ndim != 4 or values.shape[-1] not in (1, 3):
        return values
    if values.shape[1] in (1, 3):
        raise BadInput(f"in shape {tuple(values.shape)} the channels could be second or last: bring it to (M, C, H, W)")
    return values.permute(0, 3, 1, 2)


def _in_range(values: torch.Tensor, value_range: tuple[float, float] | None) -> torch.Tensor:
    """Bytes as they are; floats as float32, images among them in [-1, 1]."""
    if values.dtype == torch.uint8:
        if value_range not in (None, (0, 255)):
            raise BadInput(
                f"bytes go from 0 to 255, which becomes [-1, 1]; leave out value_range, here {value_range[0]:g} to "
                f"{value_range[1]:g}"
            )
        return values
    values = values.to(torch.float32)
    if not values.isfinite().all():
        wrong = int((~values.isfinite()).sum())
        raise BadInput(f"all numbers must be finite; {wrong:,} of {values.numel():,} are NaN or infinite")
    least, most = values.min().item(), values.max().item()
    if value_range is None:
        if values.ndim >= 3:
            _expect_image_range(least, most)
        return values
    low, high = value_range
    slack = _ROUNDING * (high - low)
    if least < low - slack or most > high + slack:
        raise BadInput(f"value_range says {low:g} to {high:g}, but the data go from {least:.4g} to {most:.4g}")
    return values if (low, high) == (-1, 1) else (values - low) * (2 / (high - low)) - 1


def _expect_image_range(least: float, most: float) -> None:
    """Raise BadInput unless floats from ``least`` to ``most`` can only be images in [-1, 1]."""
    spans = f"these images go from {least:.4g} to {most:.4g}"
    if least < -1 - _ROUNDING or most > 1 + _ROUNDING:
        raise BadInput(f"{spans}, and belong in [-1, 1]: value_range=(0, 255) brings them there if that is their range")
    if least >= 0:
        raise BadInput(
            f"{spans}. Is 0 their darkest? Then value_range=(0, 1) brings them to [-1, 1]. If they are in [-1, 1] "
            "already, say so: value_range=(-1, 1)"
        )
