import os
import stat

import numpy as np
import pytest

from gan_lesson import files


@pytest.mark.parametrize(
    ("content", "written"),
    [
        (b"\x00new", b"\x00new"),
        ("new, with ä", "new, with ä".encode()),
        (lambda path: path.write_bytes(b"new"), b"new"),
    ],
    ids=["bytes", "text", "function"],
)
def test_a_file_holds_what_was_written_and_everybody_may_read_it(tmp_path, content, written):
    path = files.write(tmp_path / "folder" / "file.txt", content)
    assert path.read_bytes() == written
    assert path == tmp_path / "folder" / "file.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    files.write(path, "newer")
    assert path.read_text() == "newer"
    assert [one.name for one in path.parent.iterdir()] == ["file.txt"]


def test_a_writer_that_goes_by_the_ending_of_the_name_finds_it(tmp_path):
    path = files.write(tmp_path / "numbers.npz", lambda unfinished: np.savez_compressed(unfinished, x=np.arange(3)))
    assert [one.name for one in tmp_path.iterdir()] == ["numbers.npz"]
    with np.load(path) as saved:
        assert saved["x"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("problem", [OSError("the disk is full"), KeyboardInterrupt(), ValueError("a bug")])
@pytest.mark.parametrize("late", [False, True])
def test_whatever_goes_wrong_the_old_file_stays_whole_and_alone(tmp_path, monkeypatch, problem, late):
    def fail(*_):
        raise problem

    def write_half(path):
        path.write_text("hal")
        raise problem

    path = files.write(tmp_path / "file", "old")
    if late:
        monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(type(problem)):
        files.write(path, "new" if late else write_half)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path, full_disk):
    path = files.write(tmp_path / "file", "old")
    with full_disk(1024), pytest.raises(OSError, match="File too large"):
        files.write(path, b"0" * 5000)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_comes_with_the_package_is_found_by_name():
    assert files.bundled("article.safetensors").is_file()
    assert files.bundled("nothing").parent == files.bundled("article.json").parent
