"""Arrays of NumPy in an .npz file, read only if they are what was expected, which is known before they are unpacked."""

from __future__ import annotations

import io
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import files
from .errors import BadInput

#: The largest file, and the largest array in it.
MOST = 2 * 2**30


class Kind(NamedTuple):
    """What an array must be.

    Attributes:
        dtype: its type, such as np.integer.
        shape: the lengths of its axes; None leaves a length open, a range leaves those in it.
        other_shape: another shape that it may have.
    """

    dtype: type
    shape: tuple[int | range | None, ...]
    other_shape: tuple[int | range | None, ...] | None = None

    @property
    def shapes(self) -> list[tuple[int | range | None, ...]]:
        return [self.shape] if self.other_shape is None else [self.shape, self.other_shape]


def read(path: str | os.PathLike, expected: Mapping[str, Kind], longest: int) -> dict[str, np.ndarray]:
    """The arrays that are ``expected`` in the .npz file at ``path``, by name; others in it are left alone.

    Args:
        longest: the greatest length of an axis that a `Kind` leaves open.

    Raises:
        FileNotFoundError: there is no such file.
        BadInput: the file is damaged, or one of the arrays is missing or of another kind.
    """
    content = files.read(path, MOST)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: _array(archive, name, kind, longest) for name, kind in expected.items()}
    except BadInput as error:
        raise BadInput(f"{Path(path).name} is damaged: {error}") from None
    except Exception as error:  # whatever zipfile and NumPy meet in it: half an archive, a password, no header
        raise BadInput(f"{Path(path).name} is damaged: {error}") from error


def _array(archive: zipfile.ZipFile, name: str, kind: Kind, longest: int) -> np.ndarray:
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise BadInput(f"it lacks the array {name!r}") from None
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read_header(file)
        if not np.issubdtype(dtype, kind.dtype) or fortran:
            raise BadInput(f"{name!r} holds {dtype!s:.80}, and should hold {kind.dtype.__name__}")
        if not any(_fit(shape, wanted, longest) for wanted in kind.shapes):
            wanted = " or ".join(map(_told, kind.shapes))
            raise BadInput(f"{name!r} has the shape {shape!s:.80}, and should have {wanted}")
        size = math.prod(shape) * dtype.itemsize
        if size > MOST:
            raise BadInput(f"{name!r} would fill {size:,} bytes")
        values = file.read(size)  # unpacked no further, whatever the archive says
        if len(values) < size or file.read(1):
            raise BadInput(f"{name!r} is shorter or longer than it says")
        return np.frombuffer(bytearray(values), dtype).reshape(shape)


def _fit(shape: tuple[int, ...], wanted: tuple[int | range | None, ...], longest: int) -> bool:
    return len(shape) == len(wanted) and all(
        length in (range(longest + 1) if one is None else one if isinstance(one, range) else (one,))
        for length, one in zip(shape, wanted, strict=True)
    )


def _told(shape: tuple[int | range | None, ...]) -> str:
    return f"({', '.join(str(one) if isinstance(one, int) else 'any' for one in shape)})"
