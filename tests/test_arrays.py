"""Arrays come back as they were saved, or one sentence says what is wrong, before anything is unpacked."""

import io
import random
import tracemalloc
import zipfile

import numpy as np
import pytest

from gan_lesson import arrays
from gan_lesson.arrays import Kind
from gan_lesson.errors import BadInput

EXPECTED = {"steps": Kind(np.integer, (None,)), "images": Kind(np.uint8, (None, 4, 2))}


def contents() -> dict[str, np.ndarray]:
    return {"steps": np.array([0, 3, 5]), "images": np.arange(24, dtype=np.uint8).reshape(3, 4, 2)}


def save(path, save=np.savez_compressed, **changes):
    save(path, **contents() | changes)
    return path


@pytest.mark.parametrize("how", [np.savez, np.savez_compressed])
def test_arrays_come_back_and_are_ones_own(tmp_path, how):
    path = save(tmp_path / "file.npz", how, more=np.array([object()]))
    read = arrays.read(path, EXPECTED, longest=3)
    assert read.keys() == EXPECTED.keys()
    for name, values in contents().items():
        assert np.array_equal(read[name], values) and read[name].dtype == values.dtype
        read[name][:] = 0  # neither mapped nor closed to writing


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": np.array([0.0])}, "'steps' holds float64, and should hold integer"),
        ({"steps": np.array([None])}, "'steps' holds object, and should hold integer"),
        ({"steps": np.array(["x"])}, "'steps' holds <U1, and should hold integer"),
        ({"steps": np.array(1)}, r"'steps' has the shape \(\), and should have \(any\)"),
        ({"steps": np.arange(4)}, r"'steps' has the shape \(4,\), and should have \(any\)"),
        ({"images": np.zeros((3, 2, 4), np.uint8)}, r"'images' has the shape \(3, 2, 4\), and .* \(any, 4, 2\)"),
        ({"images": np.zeros((3, 4), np.uint8)}, r"'images' has the shape \(3, 4\)"),
        ({"images": np.zeros((3, 4, 2), np.int8)}, "'images' holds int8, and should hold uint8"),
        ({"images": np.asfortranarray(np.zeros((3, 4, 2), np.uint8))}, "'images' holds uint8"),
    ],
)
def test_an_array_of_another_kind_is_one_clear_error(tmp_path, changes, message):
    with pytest.raises(BadInput, match=rf"file\.npz is damaged: {message}"):
        arrays.read(save(tmp_path / "file.npz", **changes), EXPECTED, longest=3)


def test_an_array_that_is_missing_is_named(tmp_path):
    np.savez(tmp_path / "file.npz", steps=np.array([1]))
    with pytest.raises(BadInput, match="it lacks the array 'images'"):
        arrays.read(tmp_path / "file.npz", EXPECTED, longest=3)


def archive(path, header: str, content: bytes, name: str = "steps.npy"):
    """An archive whose array says of itself what it likes."""
    member = io.BytesIO()
    member.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + content)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, member.getvalue())
    return path


@pytest.mark.parametrize(
    ("shape", "content", "message"),
    [
        ("(4_000_000_000,)", b"", "has the shape"),
        ("(-1,)", b"", "has the shape"),
        ("(3,)", bytes(23), "shorter or longer"),
        ("(3,)", bytes(25), "shorter or longer"),
        ("(3,)", bytes(30_000_000), "shorter or longer"),
        ("(1e308,)", b"", "damaged"),
        ("('x',)", b"", "damaged"),
        ("(" * 200 + ")" * 200, b"", "damaged"),
    ],
)
def test_no_more_is_unpacked_than_was_expected(tmp_path, shape, content, message):
    header = f"{{'descr': '<i8', 'fortran_order': False, 'shape': {shape}}}"
    path = archive(tmp_path / "file.npz", header, content)
    kinds = {"steps": EXPECTED["steps"]}
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match=message):
            arrays.read(path, kinds, longest=10)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_what_would_fill_the_memory_is_refused_even_if_its_shape_could_be(tmp_path):
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1_000_000_000, 4, 2)}"
    path = archive(tmp_path / "file.npz", header, b"", "images.npy")
    with pytest.raises(BadInput, match="'images' would fill 8,000,000,000 bytes"):
        arrays.read(path, {"images": EXPECTED["images"]}, longest=10**9)


def test_an_encrypted_archive_is_one_clear_error(tmp_path):
    content = bytearray(save(tmp_path / "file.npz").read_bytes())
    for start in (b"PK\x03\x04", b"PK\x01\x02"):  # the flag stands in two places
        place = content.find(start)
        while place >= 0:
            content[place + (6 if start == b"PK\x03\x04" else 8)] |= 1
            place = content.find(start, place + 1)
    (tmp_path / "file.npz").write_bytes(content)
    with pytest.raises(BadInput, match=r"file\.npz is damaged: .*encrypted"):
        arrays.read(tmp_path / "file.npz", EXPECTED, longest=3)


def test_a_file_damaged_anywhere_loads_as_it_was_or_is_one_clear_error(tmp_path):
    dice, content, loaded = random.Random(0), save(tmp_path / "file.npz").read_bytes(), 0
    for number in range(400):
        damaged = bytearray(content)
        place, length = dice.randrange(len(content)), dice.choice([1, 2, 8, 64])
        damaged[place : place + length] = dice.choice([dice.randbytes(length), bytes(length), b""])
        (tmp_path / "file.npz").write_bytes(damaged if number % 4 else content[:place])
        try:
            read = arrays.read(tmp_path / "file.npz", EXPECTED, longest=3)
        except BadInput:
            continue
        loaded += 1
        assert all(np.array_equal(read[name], values) for name, values in contents().items())
    assert loaded < 200


def test_a_missing_file_is_an_error_of_its_own(tmp_path):
    with pytest.raises(FileNotFoundError):
        arrays.read(tmp_path / "file.npz", EXPECTED, longest=3)
