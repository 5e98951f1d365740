import os
import stat
import subprocess
import sys
import time

import numpy as np
import pytest

from gan_lesson import files
from gan_lesson.errors import BadInput


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


KILLED = """if True:
    import os, signal, sys
    from gan_lesson import files

    def half(path):
        path.write_bytes(b"hal")
        os.kill(os.getpid(), signal.SIGKILL)

    files.write(sys.argv[1], half)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL, and can't be asked whether a process lives")
def test_what_a_killed_writer_left_is_swept_by_the_next_writer_of_that_file(tmp_path):
    path = tmp_path / "file.txt"
    subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".unfinished-") and left.suffix == ".txt"
    files.write(tmp_path / "another.txt", "")
    assert left.exists()
    files.write(path, "whole")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["another.txt", "file.txt"]


@pytest.mark.parametrize(
    ("process", "hours", "swept"),
    [
        ("alive", 1, False),
        ("alive", 25, True),
        ("elsewhere", 1, False),
        ("elsewhere", 25, True),
        ("no number", 1, False),
    ],
)
def test_what_may_belong_to_a_living_writer_stays_for_a_day(tmp_path, process, hours, swept):
    def note_the_name(unfinished):
        nonlocal name
        name = unfinished.name

    name = ""
    files.write(tmp_path / "file", note_the_name)
    if process == "elsewhere":  # another machine's number of the process stands for nothing here
        *beginning, machine, _, _ = name.split("-")
        name = "-".join([*beginning, "0" * len(machine), "4000000", "x"])
    if process == "no number":
        name = name.replace(f"-{os.getpid()}-", "-²-")
    left = tmp_path / name
    left.write_text("hal")
    os.utime(left, (time.time() - hours * 3600,) * 2)
    files.write(tmp_path / "file", "whole")
    assert left.exists() is not swept


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path):
    path = files.write(tmp_path / f"{'ä' * 120}.npz", "new")
    assert path.read_text() == "new"


def test_a_link_stays_a_link_and_the_file_that_it_leads_to_is_written(tmp_path):
    kept = files.write(tmp_path / "kept" / "record.json", "old")
    link = tmp_path / "linked.json"
    link.symlink_to(kept)
    assert files.write(link, "new") == link
    assert link.is_symlink() and kept.read_text() == "new"
    kept.unlink()
    files.write(link, "newer")
    assert link.is_symlink() and kept.read_text() == "newer"
    assert list(kept.parent.iterdir()) == [kept]


def test_what_is_no_file_is_not_replaced_by_one(tmp_path):
    pipe = tmp_path / "pipe.png"  # which a superuser's move would replace, as it would /dev/null
    os.mkfifo(pipe)
    with pytest.raises(OSError, match=r"Not a regular file, but a pipe: not written to: '.*pipe\.png'"):
        files.write(pipe, "new")
    assert pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError("5 requested and 3 written")])
def test_an_error_names_the_file_that_was_to_be_written(tmp_path, error):
    def fail(_):
        raise error

    with pytest.raises(OSError, match=r"out\.npy") as raised:
        files.write(tmp_path / "out.npy", fail)
    assert "unfinished" not in str(raised.value)
    assert raised.value.errno == error.errno


@pytest.mark.parametrize("place", ["file/out.png", "file/deep/out.png"])
def test_a_file_in_a_folders_place_is_named(tmp_path, place):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotADirectoryError, match=r"Not a directory, so nothing can be put into it: .*file'$"):
        files.write(tmp_path / place, "new")
    assert (tmp_path / "file").read_text() == "mine"


# Reading


def test_a_file_is_read_up_to_the_size_that_it_may_have(tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    assert files.read(tmp_path / "file", most=10) == b"0123456789"
    (tmp_path / "link").symlink_to("file")
    assert files.read(tmp_path / "link", most=10) == b"0123456789"
    with pytest.raises(BadInput, match=r"file has 10 bytes, and 9 are the most that it may have: not read"):
        files.read(tmp_path / "file", most=9)


def test_a_missing_file_is_an_error_of_its_own(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "missing", tmp_path / "file" / "inside"):
        with pytest.raises(FileNotFoundError, match=r"there is no file .*(missing|inside)"):
            files.read(path, most=10)


@pytest.mark.skipif(os.name != "posix", reason="a pipe and a device are files on POSIX systems")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.mkdir(), "is no regular file, but a folder: not read"),
        (lambda path: os.mkfifo(path), "is no regular file, but a pipe: not read"),
        (lambda path: path.symlink_to("/dev/zero"), "is no regular file, but a device: not read"),
        (lambda path: path.symlink_to(path), "can't be read: Too many levels of symbolic links"),
        (lambda path: path.touch() or os.truncate(path, 2**40), "are the most that it may have: not read"),
    ],
)
def test_what_is_no_regular_file_of_sane_size_is_not_even_opened(tmp_path, make, message):
    make(tmp_path / "file")
    with pytest.raises(BadInput, match=message):
        files.read(tmp_path / "file", most=2**20)


def test_a_pipe_that_takes_the_place_of_a_file_at_the_last_moment_makes_nobody_wait(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    regular = os.stat(tmp_path / "file")
    (tmp_path / "file").unlink()
    os.mkfifo(tmp_path / "file")
    monkeypatch.setattr(files.os, "stat", lambda _: regular)
    with pytest.raises(BadInput, match="is no regular file, but a pipe"):
        files.read(tmp_path / "file", most=10)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "should hold JSON"),
        (b"{", "should hold JSON"),
        (b"\xff\xfe{}", "should hold JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "should hold JSON"),
        (b'{"x": ' + b"9" * 5_000 + b"}", "should hold JSON"),
        (b"[1]", "should hold a JSON object, and holds list"),
        (b"null", "should hold a JSON object, and holds NoneType"),
    ],
)
def test_json_that_is_no_object_is_one_clear_error(tmp_path, content, message):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadInput, match=f"file is damaged: it {message}") as caught:
        files.read_json(tmp_path / "file")
    assert len(str(caught.value)) < 400
    (tmp_path / "file").write_text('{"ä": 1}', encoding="utf-8")
    assert files.read_json(tmp_path / "file") == {"ä": 1}
